package main

// This file holds what the terminal says, but for the one-line descriptions, which stand at their commands. Its rules:
//
//   - Two languages, always both. Words are those of the domain: contract 契约, shift 班次, task list 服务清单.
//   - An error says what is wrong and what to do next. It never holds a token, a name, a phone or a door.
//   - English of states, roles, reasons and fields is the API's own name in lower case; only the Chinese is listed.
//   - No long dashes and no dots of Chinese type in tables: terminals disagree about their width.
//   - What people read goes to the standard output, what is said about it to the standard error.

var (
	sayNuo = text{
		"Nuo: volunteers, shifts and the promises between them",
		"诺：志愿服务的签诺、亮诺、履诺、评诺",
	}
	sayNuoLong = text{
		`Nuo: volunteers, shifts and the promises between them

Names: an id alone is enough where the kind is clear (gate-am for shifts/gate-am); me is the volunteer of the token.
Times: 2020-02-08 14:00, 14:00 (today), tomorrow 14:00, 24:00 (end of the day), now, or RFC 3339.
Dates: 2020-02-08, yesterday, today, tomorrow, or 昨天, 今天, 明天.
Exit status: 0 done, 1 refused, 2 wrong usage, 3 server unreachable, 4 store unreadable (nuo check).`,
		`诺：志愿服务的签诺、亮诺、履诺、评诺

名称：类别明确时只写编号（gate-am 即 shifts/gate-am）；me 为令牌所代表的志愿者。
时间：2020-02-08 14:00、14:00（今天）、明天 14:00、24:00（当日结束）、现在，或 RFC 3339。
日期：2020-02-08、昨天、今天、明天，或 yesterday、today、tomorrow。
退出码：0 完成，1 被拒绝，2 用法有误，3 服务无应答，4 存储无法读取（nuo check）。`,
	}
	sayHelpFlag = text{"show this help", "显示帮助"}
	sayVersion  = text{"show the version of this program", "显示版本"}
	sayYes      = text{"yes", "是"}
	sayNo       = text{"no", "否"}
	sayError    = text{"error", "错误"}
	sayUsage    = text{"usage", "用法有误"}

	saySeeHelp          = text{"See: %s --help", "请看：%s --help"}
	sayUnknownCommand   = text{"There is no command %q here; there are: %s.", "没有 %q 这个命令，可用：%s。"}
	sayUnknownFlag      = text{"There is no flag %q.", "没有 %q 这个选项。"}
	sayBareFlag         = text{"The flag %q needs a value.", "选项 %q 需要一个值。"}
	sayBadFlagValue     = text{"--%s does not take %q.", "--%s 不接受 %q。"}
	sayBadFlag          = text{"A flag is written wrongly; write --name value or --name=value.", "选项写法有误，请写成 --名称 值。"}
	sayMissingFlags     = text{"Missing: %s.", "缺少：%s。"}
	sayMissingArgument  = text{"Missing: %s.", "缺少：%s。"}
	sayTooManyArguments = text{
		"%q is one argument too many; put texts with blanks in quotes.", "多出参数 %q；含空格的文字请加引号。",
	}
	sayOneOf           = text{"Give one of: %s.", "请给出其中一个：%s。"}
	sayNothingToChange = text{"Nothing to change: give at least one flag of what is to be different.", "没有要修改的内容，请至少给出一个选项。"}
	sayBadValue        = text{"--%s does not take %q; it takes a %s.", "--%s 不接受 %q，应为 %s。"}
	sayBadRange        = text{"--%s does not take %q; the number is too large or too small.", "--%s 不接受 %q，数值过大或过小。"}
	sayBadEnum         = text{"--%s does not take %q; it takes one of: %s.", "--%s 不接受 %q，可用：%s。"}
	sayBadRole         = text{"--%s has no role %q; it takes one of: %s.", "--%s 没有角色 %q，可用：%s。"}
	sayBadTime         = text{
		"%q is not a time; write 2020-02-08 14:00, 14:00, tomorrow 14:00 or RFC 3339.",
		"%q 不是时间，请写成 2020-02-08 14:00、14:00、明天 14:00 或 RFC 3339 格式。",
	}
	sayBadDate = text{
		"%q is not a date; write 2020-02-08, yesterday, today or tomorrow.", "%q 不是日期，请写成 2020-02-08、昨天、今天或明天。",
	}
	sayBadZone   = text{"There is no time zone %q; write one like Asia/Shanghai.", "没有 %q 这个时区，请写成 Asia/Shanghai 这样。"}
	sayBadOutput = text{"--output does not take %q; it takes table or json.", "--output 不接受 %q，可用：table、json。"}
	sayBadServer = text{"%q is not an address; write host:port.", "%q 不是地址，请写成 主机:端口。"}
	sayBadToken  = text{
		"The token holds a line break, a blank or a character that is not ASCII; copy it again, alone and on one line.",
		"令牌中有换行、空格或非 ASCII 字符，请重新复制，只保留令牌本身，不换行。",
	}
	sayBadTokenFile = text{"The token file %s cannot be read.", "无法读取令牌文件 %s。"}
	sayBadRequestID = text{"--request-id takes a UUID.", "--request-id 应为 UUID。"}
	sayBadLimit     = text{"--limit takes a number from 0 (all) on.", "--limit 应为不小于 0 的数，0 为全部。"}
	sayNobody       = text{
		"The token stands for nobody; name the volunteer.", "此令牌不代表任何志愿者，请指明志愿者。",
	}
	sayNeedsCode = text{
		"A code is needed to check in yourself: --code and the six digits shown on site; a leader checks all in with --crew.",
		"本人签到需要签到码：--code 加现场显示的六位数字；带班长可用 --crew 代签全体。",
	}
	sayNeedsYes = text{
		"There is no terminal to ask at; read the terms (nuo shift get) and add --yes.",
		"没有可以询问的终端；请先阅读条款（nuo shift get），再加上 --yes。",
	}

	sayDeclined    = text{"Nothing was done.", "未作任何操作。"}
	sayInterrupted = text{"Interrupted.", "已中断。"}
	sayUnreachable = text{
		"No server answers at %s. Start one with nuo serve, or name another with --server or NUO_SERVER.",
		"%s 没有服务应答。请用 nuo serve 启动，或用 --server、NUO_SERVER 指定地址。",
	}
	sayTooSlow   = text{"%s did not answer within %s; give it longer with --timeout.", "%s 在 %s 内没有应答，可用 --timeout 延长。"}
	sayOddAnswer = text{"%s answered %s, which is not an answer of Nuo; check --server.", "%s 的应答（%s）不是诺服务的应答，请检查 --server。"}
	sayRepeat    = text{
		"It is not known whether it was done. Repeat the same command with --request-id %s: it then has one effect.",
		"不知道是否已完成。请用同样的命令加上 --request-id %s 再做一次，只会生效一次。",
	}

	sayFirstToken = text{
		"The token of the district's administrator. Keep it now: it is never shown again.",
		"区管理员的令牌，请立即保存：此后不再显示。",
	}
	sayTokenUnshown = text{
		"The administrator's token could not be printed (%s) and was not kept. Run it again with a standard output that works.",
		"无法输出管理员令牌（%s），此令牌未保存。请换一个可写的标准输出再执行一次。",
	}
	sayNoStore = text{
		"There is no store in %s; nuo serve --data makes one and prints the first token.",
		"%s 中没有存储；nuo serve --data 会新建并输出首个令牌。",
	}
	sayWhichDistrict = text{
		"There is no such district in %s, or more than one to choose from: name its id with --district.",
		"%s 中没有这个区，或不止一个区，请用 --district 指明编号。",
	}
	sayReset = text{
		"Issue a new token of the administrator, on the machine of a stopped server; nothing is revoked",
		"在服务停止的机器上重新发放管理员令牌，原有令牌不受影响",
	}
	sayResetDistrict = text{"id of the district; left out: the only one", "区的编号；只有一个区时可不填"}
	sayBadServe      = text{"The server cannot be made like this: %s.", "无法这样启动服务：%s。"}
	sayStoreHeld     = text{
		"The store in %s is in use by another process; end it or name another --data. (%s)",
		"%s 中的存储正被另一进程使用，请先停止它，或用 --data 指定别处。（%s）",
	}

	sayNothingThere  = text{"Nothing found.", "没有找到。"}
	sayLeaveAsked    = text{"leave asked", "请假待批"}
	sayCheckedOut    = text{"checked out", "已签退待确认"}
	sayMore          = text{"There is more: --limit 0 shows all, --page-token %s goes on.", "还有更多：--limit 0 显示全部，--page-token %s 继续。"}
	sayWaitsFor      = text{"to decide: %s", "待决定：%s"}
	sayTerms         = text{"The terms that you accept:", "您将接受的条款："}
	sayAgree         = text{"Do you accept them and promise to come? [y/N] ", "是否同意并签诺？[y/N] "}
	sayConfirmCancel = text{
		"Everybody who signed is released. Go on? [y/N] ", "所有已签诺的人将被解除。继续？[y/N] ",
	}
	sayTokenOnce = text{"Keep it now: it is never shown again.", "请立即保存：此后不再显示。"}
	sayAllShown  = text{"-- changes from here on --", "-- 以下为变化 --"}
	sayReconnect = text{"The connection broke; going on after what was shown last.", "连接中断，从上次显示处继续。"}
)

// usageTemplate is cobra's help, in the user's language.
var usageTemplate = text{
	usageIn("Usage", "Examples", "Commands", "Flags", "Flags of every command", "More about a command"),
	usageIn("用法", "示例", "命令", "选项", "通用选项", "查看某个命令"),
}

// exampleNuo is a first visit.
const exampleNuo = `  nuo serve --data data
  nuo shift find --community mingzhu --date today --open
  nuo claim gate-am
  nuo contracts`

// flagWords are the flags of all commands; the same flag means the same everywhere.
var flagWords = map[string]text{
	"server":     {"address of the server (NUO_SERVER)", "服务地址（NUO_SERVER）"},
	"token":      {"token of the caller (better: NUO_TOKEN or --token-file)", "令牌（建议用 NUO_TOKEN 或 --token-file）"},
	"token-file": {"file that holds the token", "存放令牌的文件"},
	"time-zone":  {"zone in which times are typed and shown", "输入和显示时间所用的时区"},
	"timeout":    {"how long to wait for the server", "等待应答的时间"},
	"output":     {"table or json", "输出格式：table 或 json"},
	"lang":       {"language: zh or en", "语言：zh 或 en"},
	"request-id": {"UUID of an earlier try, to repeat it with one effect", "重试时给出上次的 UUID，只生效一次"},
	"limit":      {"most rows to show, 0 for all", "最多显示几行，0 为全部"},
	"page-token": {"go on where a list stopped", "从上次停下处继续"},
	"date":       {"this local date", "此日期"},
	"from":       {"from this local date on", "从此日期起"},
	"to":         {"before this local date", "到此日期之前"},
	"yes":        {"do not ask: the terms have been read", "不再询问：已阅读条款"},
	"etag":       {"only if nobody changed it since this reading", "仅在此次读取后无人修改时生效"},
	"note":       {"words for those concerned, kept apart from the history", "给相关人员的说明，不进入履历"},
	"reason":     {"why", "原因"},

	"data":          {"directory of the store, made when it is missing", "存储目录，不存在则新建"},
	"listen":        {"address of the socket; port 0 takes a free one", "监听地址；端口 0 为任选"},
	"district":      {"id of the district that the first start creates", "首次启动时新建的区的编号"},
	"district-name": {"what people call the district", "区的名称"},
	"log-format":    {"text or json", "日志格式：text 或 json"},
	"log-level":     {"debug, info, warn or error", "日志级别：debug、info、warn 或 error"},
	"lasts":         {"how long each row is driven", "每项测量持续的时间"},
	"stored":        {"contracts that the store holds before the first claim", "开始前已存的契约数"},
	"preload":       {"measure the claim rate again with this many contracts stored; 0 leaves it out", "存入这么多契约后再测一次报名速度；0 表示不测"},
	"stop-timeout":  {"how long calls under way may take when it stops", "停止时等待在办请求的时间"},
	"on":            {"local date of its shifts' start", "班次开始的日期"},

	"name":             {"name or id wished for", "希望的名称或编号"},
	"display-name":     {"what people call it, or a person's full name", "名称或姓名"},
	"kind":             {"kind", "类别"},
	"parent":           {"organisation above it, or whose members are meant", "上级组织，或所查的组织"},
	"village":          {"a village rather than a community", "是村而不是社区"},
	"company":          {"a company rather than a public unit", "是企业而不是机关单位"},
	"address":          {"public address, never a household", "公开地址，不得是住户"},
	"show-deactivated": {"the deactivated ones too", "包括已停用的"},

	"withdraw-deadline": {"how long before the start one may withdraw freely", "开始前多久可自由退出"},
	"withdraw-minimum":  {"a withdrawal is free this long after signing", "签诺后至少多久可自由退出"},
	"grace":             {"after the start: when the missing are listed", "开始后多久列出未到人员"},
	"offer-life":        {"how long an offer lives", "邀约有效时间"},
	"site-code-life":    {"how long a site code is shown", "签到码显示时间"},
	"max-live-offers":   {"live offers a person may have", "每人最多待签邀约数"},
	"max-daily":         {"hours a person may promise a day", "每人每天最多时长"},
	"max-weekly":        {"hours a person may promise in seven days", "每人七天最多时长"},
	"max-days-in-row":   {"days in a row", "最多连续天数"},
	"rest-after-night":  {"rest after a night shift", "夜班后的休息"},
	"rest-between":      {"rest between two shifts", "两班之间的休息"},
	"check-in-opens":    {"how long before the start check-in opens", "开始前多久可签到"},
	"door-before":       {"how long before the start doors are shown", "开始前多久可见入户信息"},
	"door-after":        {"how long after the end doors are shown", "结束后多久可见入户信息"},
	"district-zone":     {"time zone of the district", "本区时区"},

	"unit":             {"unit", "单位"},
	"branch":           {"branch", "党支部"},
	"teams":            {"teams", "志愿服务队"},
	"political-status": {"political status", "政治面貌"},
	"service-status":   {"standing in the unit", "在职情况"},
	"skills":           {"skills, codes of the district", "技能代码"},
	"minor":            {"under 18", "未满 18 周岁"},
	"guardian-consent": {"the guardian has consented", "监护人已同意"},
	"vouched":          {"the unit vouches for this person at doors", "单位担保可入户"},
	"phone":            {"phone", "电话"},
	"gender":           {"gender, 男 or 女", "性别，男或女"},
	"birth-date":       {"date of birth", "出生日期"},
	"residence":        {"area of residence", "居住区域"},
	"name-contains":    {"only whose name contains this", "姓名包含"},
	"primary":          {"where one lives", "居住地"},
	"slip":             {"number of the slip", "报到单编号"},
	"receipt":          {"number of the receipt", "回执编号"},
	"outside":          {"outside the district", "区外"},
	"exemption-id":     {"the exemption", "豁免编号"},
	"category":         {"category", "类别"},
	"given":            {"given, or with =false withdrawn", "同意；=false 为撤回"},
	"board-degree":     {"with the board: how one is shown", "亮诺墙展示方式"},
	"wording-version":  {"version of the wording that was read", "所阅文本的版本"},

	"community":           {"community", "社区"},
	"resident":            {"community where one lives and registers", "居住并报到的社区"},
	"street":              {"street", "街道"},
	"title":               {"title", "标题"},
	"activity-lead":       {"person of the staff who leads", "活动负责人"},
	"cohosts":             {"communities that host it too", "合办社区"},
	"accept-by-hand":      {"the committee accepts each contract itself", "由居委会逐一亮诺"},
	"close-time":          {"when claims stop", "报名截止时间"},
	"description":         {"what is to be done, no household", "做什么，不得写住户"},
	"compound":            {"compound or building", "小区或楼道"},
	"hazard-class":        {"whether bodily harm is possible", "是否可能发生人身危险"},
	"insurance-reference": {"number of the insurance", "保险编号"},
	"safety-terms":        {"safety conditions", "安全条款"},
	"list":                {"task list", "服务清单"},
	"task":                {"task", "任务"},
	"place":               {"public place", "地点"},
	"meeting-point":       {"meeting point, if elsewhere", "集合点"},
	"start":               {"start", "开始"},
	"end":                 {"end", "结束"},
	"timing":              {"how the interval is meant; left out: from start to end", "时间含义；不填为起止时间"},
	"capacity":            {"slots", "名额"},
	"minimum-headcount":   {"below this it is short", "最少人数"},
	"adults-only":         {"adults only", "仅限成年人"},
	"members-only":        {"party members only", "仅限党员"},
	"organisations":       {"one of these units, branches or teams only", "仅限这些单位、支部或队伍"},
	"claim-open":          {"claims open", "报名开始"},
	"claim-close":         {"claims close", "报名截止"},
	"risk-notes":          {"risks", "风险告知"},
	"relieved-by":         {"shift that relieves it", "接班班次"},
	"open":                {"only with a free slot, now", "仅看有空余名额的"},
	"claimable":           {"only what I could claim now", "仅看我能报名的"},
	"later-shifts":        {"cancel the list's later shifts too", "一并取消清单中之后的班次"},
	"volunteers-to-go":    {"contracts of those who volunteer to go", "自愿离岗者的契约"},
	"leader":              {"volunteer who leads", "带班长"},
	"once":                {"show the present state and end", "显示现状后结束"},
	"resume-token":        {"go on where a watch stopped", "从上次停下处继续"},

	"served-party":    {"served party that exists", "已有服务对象"},
	"door":            {"door, seen by whom rule 7 names alone", "门牌，仅限规定人员可见"},
	"contract":        {"contract", "契约"},
	"outcome":         {"what became of it", "结果"},
	"volunteer":       {"volunteer, or me", "志愿者，可写 me（本人）"},
	"shift":           {"shift", "班次"},
	"states":          {"only in these states", "仅看这些状态"},
	"needs-attention": {"only what asks for somebody", "仅看需处理的"},
	"waitlist":        {"wait when it is full", "满员时候补"},
	"duty":            {"it counts as duty: on order or in paid working time", "计入工作时间"},
	"revision":        {"number of the terms that were read before", "此前已阅读的条款版本"},
	"spoken":          {"when they said so", "口头答应的时间"},
	"uphold":          {"upheld, or with =false not", "准假；=false 为不准"},
	"approve":         {"approved, or with =false refused", "同意；=false 为不同意"},
	"state":           {"state", "状态"},
	"code":            {"the six digits shown on site", "现场六位签到码"},
	"crew":            {"everybody of this shift", "此班次全体"},
	"contracts":       {"only these of the crew", "仅这些契约"},
	"on-site":         {"claim, sign and check in at this shift", "在此班次现场报名、签诺并签到"},
	"at":              {"when", "时间"},
	"until":           {"until then", "到此时"},
	"exempt-until":    {"exempt before this local date", "豁免到此日期之前"},
	"reached":         {"people reached, once for the shift", "服务人次，每班次一个数"},
	"ledger":          {"in whose time: volunteering or duty", "计入休息时间或工作时间"},
	"hours":           {"hours, two decimals at most", "时长（小时），最多两位小数"},
	"rating":          {"1 to 5", "1 至 5 分"},
	"by-served-party": {"the rating is the served party's", "为服务对象的评价"},
	"check-in":        {"check-in", "签到时间"},
	"check-out":       {"check-out", "签退时间"},
	"person":          {"volunteer whom it stands for", "所代表的志愿者"},
	"grant":           {"role=scope, one of", "角色=范围，可用"},
	"expire":          {"when it expires", "到期时间"},

	"pool":          {"units, branches, teams or communities whose volunteers are asked", "从这些单位、支部、队伍或社区的志愿者中安排"},
	"method":        {"how the plan is made; left out: roster", "排班方式；不填为 roster（多班）"},
	"each":          {"most shifts that one volunteer gets; 0: as many as rules and wishes allow", "每人最多几班；0 为按规则和意愿"},
	"skill":         {"what one more volunteer with this skill would add", "多一名具备此技能的志愿者有何用"},
	"kinds":         {"kinds of work, the most wanted first", "想做的任务类别，最想的在前"},
	"places":        {"communities, streets or compounds, the most wanted first", "想去的社区、街道或小区，最想的在前"},
	"available":     {"hours, as 'mon-fri 18:00-22:00'; left out: always", "可到时间，如 '周一-周五 18:00-22:00'；不填为随时"},
	"absent":        {"days without any shift, as 2020-02-10 or 2020-02-10..2020-02-12", "不能来的日子，如 2020-02-10 或 2020-02-10..2020-02-12"},
	"shifts-weekly": {"most shifts a week that are wished for; 0: no wish", "每周最多希望几班；0 为不限"},

	"seconds": {"search for so many seconds at most; 0: 10", "最多求解几秒；0 为 10 秒"},
	"seed":    {"the same seed finds the same plan", "随机种子，相同则结果相同"},
	"steps":   {"improve a roster in so many steps at most; 0: no limit", "排班最多改进几步；0 为不限"},
	"plan":    {"print the plan too, a line each assignment", "同时输出方案，每项安排一行"},
}

// typeWords are what flags take, in Chinese, where the word is not written as it stands.
var typeWords = map[string]string{
	"word": "词", "bool": "true 或 false", "hours": "小时数（最多两位小数）", "number": "整数", "date": "日期", "name": "名称",
	"text": "文字", "time": "时间", "duration": "时长（如 30m、12h）", "role=scope": "角色=范围", "contract=hours": "契约=小时数",
	"days hours": "日子和时间", "dates": "日期",
}

// fieldWords are the columns of tables: a field of the API and its Chinese.
const fieldWords = `
	name 名称 display_name 名称 kind 类别 parent 上级 state 状态 village 村 company 企业 address 地址 etag 版本标记
	create_time 创建时间 update_time 修改时间 district 区 street 街道 community 社区 compound 小区 unit 单位 branch 党支部
	teams 志愿服务队 political_status 政治面貌 service_status 在职情况 skills 技能 minor 未成年 guardian_consent 监护人同意
	registrations 报到 exemptions 豁免 consents 同意事项 phone 电话 gender 性别 birth_date 出生日期 residence 居住区域
	primary 居住地 outside 区外 slip 报到单 receipt 回执 given 同意 door 门牌 date 日期 title 标题 activity_lead 活动负责人
	cohosts 合办 accept_by_hand 逐一亮诺 close_time 报名截止 publish_time 发布时间 cancel_time 取消时间 spoken_time 口头答应时间 cancel_reason 取消原因 maker 起草
	description 内容 hazard_class 危险 insurance_reference 保险 safety_terms 安全条款 origin_task 来源任务 has_doors 有入户项
	task 任务 task_list 服务清单 place 地点 meeting_point 集合点 start_time 开始 end_time 结束 timing 时间含义 capacity 名额
	minimum_headcount 最少人数 adults_only 仅限成年人 members_only 仅限党员 organisations 仅限组织 claim_open_time 报名开始
	claim_close_time 报名截止 risk_notes 风险告知 relieved_by 接班班次 leader 带班长 cut_time 提前结束时间 revision 条款版本
	people_reached 服务人次 people_reached_confirmed 人次已确认 list_state 清单状态 allowed_actions 可办理
	ineligible_reasons 不能报名的原因 held 已占 remaining 余 waiting 候补 offered 待签 present 在岗 fill 已占/名额 when 时间
	who 志愿者 hours 时长 notes 备注 shift_state 状态 standing 已亮诺/名额 fulfilled 已履诺 people 志愿者 change 状态
	volunteer 志愿者 shift 班次 contract 契约 ledger 计入 origin 来源 terms_hash 条款摘要 offer_expire_time 邀约到期
	sign_time 签诺时间 accept_time 亮诺时间 check_in 签到 check_out 签退 hours_hundredths 时长 confirm_time 确认时间
	rating 评分 served_party_rating 服务对象评分 shift_rating 对班次评分 reason 原因 leave_pending 请假待批 pending 待决定
	marks 标记 mark 标记 event_count 履历条数 event_head 履历链头 wait_sequence 候补次序 amendment_due_time 变更答复期限
	amendment_pending 条款有变更 waiting_before 前面候补 conditions 条件 sequence 序号 time 时间 actor 经办 role 角色
	action 事项 attendance 考勤 served_party 服务对象 outcome 结果 found_on_site 漏登 outcome_time 登记时间
	refusal 原因 origin_door 来源入户项 total 合计 found 漏登 open 未办 done 已办 nobody_in 无人 refused 拒绝 wrong_address 地址有误
	released 不再需要 person 代表 grants 角色和范围 expire_time 到期 revoke_time 撤销时间 issuer 发放 secret 令牌
	code 签到码 site_code_life 签到码时间 withdraw_deadline 退出期限 withdraw_minimum 最短可退 grace 宽限
	offer_life 邀约有效 max_live_offers 待签上限 max_daily 每日上限 rest_after_night 夜班后休息 rest_between 班间休息
	max_weekly 每周上限 max_days_in_row 连续天数上限 check_in_opens 签到开放 door_before 入户可见提前
	door_after 入户可见延后 time_zone 时区 terms 条款 scope 范围 category 类别 version 版本 revision_time 版本时间
	from_date 从 to_date 到 days 日期 planned_fill 已填/名额 id 编号 board_degree 展示方式 wording_version 文本版本 vouched 单位担保 leftover_task 剩余任务
	by 经办 method 方式 side 一方 check_in_time 签到 check_out_time 签退 event_time 最近变动 from_state 原状态
	to_state 现状态 cause 起因 note_commitment 说明摘要 previous_hash 上一条摘要 person.display_name 姓名 rank 志愿
	scope 范围 pool 志愿者来源 shifts_each 每人班次 seconds 秒数 seed 种子 phase 进度 elapsed 已用时间 optimal 最优 gap 差距
	score.filled 已填 value 价值 filled 已填 open_slots 缺 short_shifts 人数不足班次 left_out_slots 不排名额 unfairness 不均 volunteers 志愿者 shifts 班次
	slots 名额 pairs 可选对 steps 步数 placements 安排 changed 有变 rounds 轮次 failure 失败原因 creator_role 发起角色
	solve_time 求解时间 apply_time 执行时间 rank_reasons 志愿由来 kind_position 类别次序 place_position 地点次序 round 轮次
	contract_state 契约状态 kinds 想做的类别 places 想去的地点 availability 可到时间 absences 不能来的日子
	max_shifts_weekly 每周最多班次 weekdays 周几 from_time 从 to_time 到
	contact.display_name 姓名 note 说明`

// valueWords are the values of enums: as they are typed, and their Chinese.
var valueWords = map[string]string{
	"ContractState": `waitlisted 候补 offered 待签诺 signed 已签诺 displayed 已亮诺 in-fulfilment 在岗 fulfilled 已履诺
		evaluated 已评诺 absent 未到岗(待核实) excused 已准假 breached 未履诺 withdrawn 已退出 declined 婉拒
		expired 逾期未签 cancelled 已取消`,
	"ContractAction": `claim 报名 join-waitlist 候补 offer 邀约 record-spoken-yes 代录口头答应 promote 递补 sign 签诺
		decline 婉拒 expire 到期 cross 时间相冲 accept 亮诺 refuse 不接受 withdraw 退出 ask-leave 请假 uphold-leave 准假
		reject-leave 不准假 check-in 签到 undo-check-in 撤销签到 check-out 签退 enter-check-out 补登签退 extend 延时
		stop-for-health 因健康中止 mark-absent 记未到岗 excuse 认定准假 breach 认定未履诺 confirm 确认时长 evaluate 评诺
		rate-shift 评价班次 request-correction 申请更正 approve 批准 disapprove 不批准 record-late 补录
		accept-amendment 接受变更 decline-amendment 不接受变更 cancel 取消 exempt 豁免`,
	"ReasonCode": `illness 身体不适 family 家庭原因 work 工作冲突 transport 交通 weather 天气 mistake 记错时间
		relief-late 接班人未到 unreachable 联系不上 did-not-come 未到岗 left-early 提前离岗 not-needed 不再需要
		overstaffed 人员过多 other 其他 not-signed-in-time 逾期未签 crossed 时间相冲 still-waiting 候补未果
		never-accepted 未获亮诺 cancelled 班次取消 cut-short 提前结束 reduced 减员 amendment-declined 不接受变更
		amendment-lapsed 变更未答复 exemption 豁免 undecided 逾期未核实 health 因健康 wrong-entry 登记有误
		list-accepts 清单自动亮诺`,
	"Ledger":           "volunteering 休息时间(志愿) duty 工作时间",
	"ContractOrigin":   "claim 报名 nomination 推荐 matcher 匹配 spoken-yes 口头答应 on-site 现场 late-entry 补录 call-up 抽调",
	"AttendanceMethod": "site-code 签到码 leader 带班长代签 committee 居委会代签 self 本人 cut 提前结束 entered 补登",
	"ContractMark": `proxy-check-in 代签到 late-entry 补录 corrected 更正 extended 延时 crossed 时间相冲
		entered-check-out 补登签退 on-site 现场登记 paper-signature 纸面签诺 seatless 不占名额`,
	"MatchMethod":    "fill 每人一班 roster 多班 stable 稳定匹配",
	"MatchState":     "solving 求解中 proposed 已拟定 applying 发邀约中 applied 已发邀约 cancelled 已放弃 failed 未完成",
	"MatchPhase":     "waiting 排队 collecting 读取 searching 求解 storing 保存 offering 发邀约",
	"PlacementState": "planned 已拟定 offered 已发邀约 changed 有变",
	"RankReason": `no-wish 无意愿 kind-wanted 类别合意 kind-not-wanted 类别不合意 place-wanted 地点合意
		place-not-wanted 地点不合意`,
	"DoorOutcome":     "done 已办 nobody-in 无人 refused 拒绝 wrong-address 地址有误 released 不再需要",
	"ServedPartyKind": "household 户 person 个人 enterprise 企业",
	"Role": `system 系统 district-admin 区管理员 district-command 应急指挥部 district-organisation 组织部 district-records 民政
		street 街道 community 居委会 compound 网格 unit 单位党组织 branch 支部书记 volunteer 志愿者 auditor 监督员
		operator 运维 shift-leader 带班长`,
	"OrganisationKind": "district 区 street 街道 community 社区 compound 小区 building 楼道 unit 单位 branch 党支部 team 志愿服务队",
	"ActiveState":      "active 在用 deactivated 已停用",
	"ShiftTiming":      "until-done 完成为止 due-by 限时完成",
	"ShiftState":       "open 开放 cancelled 已取消 cut-short 提前结束",
	"TaskListState":    "draft 草稿 published 已发布 closed 已截止 cancelled 已取消",
	"TaskKind": `gate-check 卡口测温 patrol 巡逻 posting-notices 张贴通知 cordon 拉警戒线 banner 挂横幅 shopping 代购
		food-delivery 送餐 two-on-one-watch 二对一 law-lecture 法律讲座 legal-advice 法律咨询 hearing-visit 旁听庭审
		clean-up 环境整治 other 其他`,
	"HazardClass":       "hazardous 可能发生人身危险",
	"PoliticalStatus":   "member 中共党员 probationary 预备党员 other 其他",
	"ServiceStatus":     "in-service 在职 retired 离退休 seconded 借调",
	"ExemptionCategory": "home-quarantine 居家隔离 sick-leave 病假 posted-away 外派 front-line 一线在岗 other 其他",
	"ConsentKind":       "record 记录服务 board 亮诺墙 unit-feedback 反馈单位 identity-number 证件号码",
	"BoardDegree":       "surname 仅姓氏 name-and-unit 姓名和单位",
	"ErrorReason": `permission-denied 无权操作 own-contract 本人契约 second-person-required 须由他人批准 not-found 不存在
		shift-full 已满员 overlap 时间重叠 already-claimed 已报名 claim-window 不在报名时间 list-not-open 清单未开放
		shift-cancelled 班次已取消 not-qualified 不符合条件 exempt 豁免期内 not-registered 未报到 rest-rule 超出时长或休息规定
		consent-missing 缺少同意 wrong-state 状态不允许 wrong-time 时间不允许 checked-in-elsewhere 尚未在别处签退
		failed-precondition 条件不符 deactivated 已停用 limit-reached 超出限额 revision-mismatch 条款有变更
		hours-exceed-attendance 超过实际时长`,
}
