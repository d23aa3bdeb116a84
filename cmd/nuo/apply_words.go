package main

import nuov1 "nuo.internal/nuo/api/nuo/v1"

var (
	sayDryRunFlag = text{"show what would change, and change nothing", "只显示将要进行的更改，不做更改"}
	sayDryRun     = text{"Nothing was changed; leave out --dry-run to apply.", "未做任何更改；去掉 --dry-run 即可导入。"}
	sayBadFile    = text{"The file %s cannot be read.", "无法读取文件 %s。"}

	sayFilesTooLarge = text{
		"The files are larger than 4 MiB together; apply them one after the other.", "文件总计超过 4 MiB，请分批导入。",
	}
	sayFilesRefused = text{
		"Mistakes: %d. Nothing was changed. Correct the places above and apply again.", "有 %d 处错误，未做任何更改。请改正以上位置后重新导入。",
	}
	sayApplyStopped = text{
		"Stopped after %d of %d changes; lists not published yet stay drafts. Correct the places above and apply again.",
		"完成 %d 项（共 %d 项）后停止，尚未发布的清单仍为草稿。请改正以上位置后重新导入。",
	}
	sayApplyInterrupted = text{
		"Interrupted; apply the same files again to go on where it stopped.", "已中断；重新导入同样的文件即可继续。",
	}
	sayProgress   = text{"%d of %d: %s", "%d/%d：%s"}
	sayApplied    = text{"Applied. Changes: %d.", "已导入：%d 项更改。"}
	sayImportSums = text{
		"%d to create, %d to change, %d unchanged, %d lists to publish", "新建 %d 项，更改 %d 项，不变 %d 项，发布清单 %d 份",
	}
)

var actionWords = map[nuov1.ImportAction]text{
	nuov1.ImportAction_IMPORT_ACTION_CREATE:  {"create ", "新建"},
	nuov1.ImportAction_IMPORT_ACTION_UPDATE:  {"change ", "更改"},
	nuov1.ImportAction_IMPORT_ACTION_PUBLISH: {"publish", "发布"},
}

var importWords = map[nuov1.ImportKind]text{
	nuov1.ImportKind_IMPORT_KIND_ORGANISATION: {"organisation", "组织"},
	nuov1.ImportKind_IMPORT_KIND_VOLUNTEER:    {"volunteer", "志愿者"},
	nuov1.ImportKind_IMPORT_KIND_SERVED_PARTY: {"served party", "服务对象"},
	nuov1.ImportKind_IMPORT_KIND_TASK_LIST:    {"task list", "服务清单"},
	nuov1.ImportKind_IMPORT_KIND_TASK:         {"task", "任务"},
	nuov1.ImportKind_IMPORT_KIND_SHIFT:        {"shift", "班次"},
	nuov1.ImportKind_IMPORT_KIND_DOOR:         {"door", "入户项"},
}

const applyHelpEnglish = `
Imports organisations, people, served parties and task lists from files. All files of one command are read as one. The
server names every mistake by file, line and column and then changes nothing; otherwise it makes what is new, changes
what the file changed, and publishes lists last. Applying twice is the same as once, also after an interruption. What
is not in a file is left alone. Files are UTF-8 (or GB18030), at most 4 MiB and 20,000 items together.

YAML has any of the keys organisations, volunteers, served_parties, lists. A CSV file holds one kind, told by its
header: volunteers (id, name, ...), served parties (id, community, door, ...), shifts (list, date, task, place, time,
capacity, ...) or doors (list, task, served_party or household, door, phone). Keys, headers and words may be Chinese.
Times are local; 20:00-08:00 ends on the next day, an interval of more than 12 hours over midnight is written
17:00-次日8:00.
`

const applyHelpChinese = `
从文件导入组织、人员、服务对象和服务清单。一条命令里的文件合为一体。有错误时，服务器按文件、行、列逐一指出，不做任何更改；
没有错误时，新建、更改，最后发布清单。重复导入与导入一次相同，中断后也一样。文件中没有的内容保持原样。
文件编码为 UTF-8（或 GB18030），合计不超过 4 MiB、20000 项。

YAML 可含 organisations（组织）、volunteers（志愿者）、served_parties（服务对象）、lists（清单）。CSV 每个文件一类，由表头判断：
志愿者（编号、姓名……）、服务对象（编号、社区、门牌……）、班次（清单、日期、任务、地点、时间、名额……）、
入户项（清单、任务、服务对象，或户名、门牌、电话）。键、表头和取值均可用中文。时间为当地时间，20:00-08:00 到次日结束；
跨夜超过 12 小时的请写成 17:00-次日8:00。
`

const applyFormat = `
organisations:
  - {id: communities/mingzhu, name: 明珠社区, parent: streets/jiazhi}    # address, village, company
  - {id: communities/mingzhu/compounds/yiqu, name: 明珠一区}             # the parent follows from the id
volunteers:
  - id: zhang-san                # the file's own name, unique within the unit
    name: 测试甲                 # phone, gender, birth_date, residence
    unit: court                  # branch, teams: [tianping], skills: [driver], minor, guardian_consent
    political_status: 党员       # 党员 预备党员 群众
    service_status: 在职         # 在职 离退休 借调
    registrations: [{community: mingzhu, primary: true, from: 2020-01-30}]      # to, slip, outside, receipt
    exemptions: [{category: 居家隔离, from: 2020-01-26, to: 2020-02-10}]
served_parties:
  - {id: hu-01, kind: 户, community: mingzhu, compound: yiqu, name: 测试户, phone: "10000000001", door: 1幢101}
lists:
  - id: mingzhu-0208
    community: mingzhu
    date: 2020-02-08
    title: 2月8日服务清单        # activity_lead, cohosts, accept_by_hand, close
    publish: true                # when all of it was taken
    tasks:
      - id: notices
        kind: 张贴通知           # title, description, compound, hazardous, insurance, safety_terms
        shifts:
          - {place: 明珠社区, time: 14:00-18:00, timing: 完成为止, capacity: 6}
            # id, meeting_point, min, claim_open, claim_close, risk_notes, relieved_by, start and end,
            # requirements: {members_only, adults_only, skills, organisations}
        doors:
          - {served_party: hu-01}
          - {household: 测试户二, door: 1幢102, phone: "10000000002"}    # compound
`
