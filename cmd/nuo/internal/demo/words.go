package demo

import "fmt"

// This file holds what the play says, always in both languages. The words are the domain's; people are named as the
// story's files name them, which is not their names, for there are no such people.

// text is one thing to say; verbs of fmt stand in the same order in both languages.
type text struct{ en, zh string }

func (t text) with(args ...any) text {
	return text{fmt.Sprintf(t.en, args...), fmt.Sprintf(t.zh, args...)}
}

var (
	actOpening  = text{"I. Organisations, offices, people", "一、组织、单位和人员"}
	actNoon     = text{"II. 8 February, noon: today's list", "二、2月8日中午：当天的服务清单"}
	actTomorrow = text{"III. 8 February: the list of tomorrow", "三、2月8日：次日的服务清单"}
	actDoors    = text{"IV. 8 February, afternoon: 31 households and a cordon", "四、2月8日下午：31户和警戒线"}
	actGates    = text{"V. 9 February: the gates", "五、2月9日：小区卡口"}
)

var (
	stepOrganisations = text{"the district's administrator imports the organisations", "区管理员导入组织"}
	stepOffices       = text{"the district's administrator issues the offices' tokens", "区管理员为各单位签发令牌"}
	stepPeople        = text{
		"the court's party committee imports its 95 members: 76 registered with 13 communities, 19 in home quarantine",
		"法院机关党委导入在职党员95人：76人到13个社区报到，19人居家隔离",
	}
	stepTokens   = text{"the committee issues each member a token", "机关党委为每名党员签发令牌"}
	stepConsents = text{"the members consent, each for oneself and one by one", "党员本人逐项表示同意"}

	stepList8       = text{"明珠社区 imports 31 households and publishes the list of 8 February", "明珠社区导入31户并发布2月8日清单"}
	stepVouch       = text{"the court vouches for one member at doors", "法院为一名党员入户作担保"}
	stepFirstClaim  = text{"the first of the court claims a post, and repeats the call", "法院第一人报名，并重发同一请求"}
	stepSecondClaim = text{"the second claims; at doors the community accepts by hand", "第二人报名；入户任务由社区逐一接受"}
	stepAccept      = text{"the community accepts", "社区接受，亮诺"}
	stepThirdClaim  = text{"the third claims", "第三人报名"}
	stepOverlap     = text{"one member wants to stand in two places", "有人想同时去两处"}
	stepExempt      = text{"a member in home quarantine wants to come", "居家隔离的党员也想报名"}
	stepSpoken      = text{"seven neighbours say yes on the phone; the community records it", "七名居民党员电话应诺，社区代录"}
	stepFull        = text{"ten are found: an eleventh is too late", "十人已满，第十一人来晚了"}
	stepLeaders     = text{"the community names the shift leaders", "社区指定带班长"}

	stepList9      = text{"明珠社区 publishes the list of 9 February: four gates, mornings and afternoons", "明珠社区发布2月9日清单：四个卡口，上午下午各一班"}
	stepClaims     = text{"members of the court claim the mornings", "法院党员认领上午班"}
	stepWait       = text{"a gate is full: one more waits", "一个卡口已满，再来一人候补"}
	stepWithdraw   = text{"one withdraws in time, and the slot is offered to who waits", "一人在截止前退出，名额随即给候补"}
	stepSign       = text{"who waited signs", "候补者签诺"}
	stepOffer      = text{"the community asks one more", "社区邀请一人"}
	stepDecline    = text{"who declines, at no cost", "本人婉拒，不受影响"}
	stepAfternoons = text{"members of the court claim the afternoons", "法院党员认领下午班"}

	stepShowDoors  = text{"a volunteer at the doors is shown them; it is written down who saw which", "入户的志愿者查看住户，查看逐户留痕"}
	stepHideDoors  = text{"a volunteer at the cordon is not", "拉警戒线的志愿者看不到住户"}
	stepIn8        = text{"the court checks in by the code, the neighbours sign the sheet", "法院党员扫码签到，居民党员现场签名、带班长代签到"}
	stepTick       = text{"door by door", "逐户打勾"}
	stepCordonOut  = text{"the leader checks out the crew at the cordon", "警戒线带班长为全班签退"}
	stepNoticesOut = text{"the leader checks out the crew of the notices", "张贴通知带班长为全班签退"}
	stepLeftover   = text{"what is left over has become a draft task", "未完成的入户项成为新的草稿任务"}
	stepResidents  = text{"the neighbours consent to the record, each for oneself", "居民党员本人同意记录"}
	stepConfirm8   = text{"the community confirms hours and people reached", "社区确认时长和服务人次"}
	stepEvaluate8  = text{"the community rates the volunteers, a volunteer the shift", "社区评价志愿者，志愿者评价班次"}

	stepLeave        = text{"one cannot come; it is too late to withdraw, so a leave is asked", "一人来不了；已过退出截止，改为请假"}
	stepUphold       = text{"the community upholds the leave", "社区准假"}
	stepLeader9      = text{"the community names the leader of the gate", "社区指定卡口带班长"}
	stepIn9          = text{"two check in by the code at the gate", "两人在卡口扫码签到"}
	stepInCrews      = text{"the leader checks one in, the committee the other gates", "带班长代签到一人，社区为其他卡口签到"}
	stepAbsent       = text{"one has not come: the leader marks it", "一人未到岗，带班长标记"}
	stepOnSite       = text{"somebody at the gate takes the slot with the code", "在场的人用现场码顶岗"}
	stepOut9         = text{"the leader checks out the crew", "带班长为全班签退"}
	stepInAfternoon  = text{"the afternoon begins", "下午班签到"}
	stepOutAfternoon = text{"the afternoon ends", "下午班签退"}
	stepConfirm9     = text{"the community confirms the day", "社区确认当天"}
	stepExcuse       = text{"the community excuses the absence: a person decides", "社区核实未到岗，准假（由人决定）"}
	stepEvaluate9    = text{"the community rates the crew", "社区评价全班"}
)

var (
	sayImported  = text{"%s: %d changes", "%s：%d 项变更"}
	sayTokens    = text{"%d tokens, one a role", "%d 个令牌，每个角色一个"}
	sayConsents  = text{"%d people; %s does not want to stand on the board", "%d 人；%s 不上亮诺墙"}
	sayBecame    = text{"%s, %s: %s", "%s，%s：%s"}
	sayRepeated  = text{"the repeat has no second effect and the same answer", "重发没有第二次效果，应答相同"}
	sayRefused   = text{"refused, as it should be [%s]: %s", "如规则所定，未通过 [%s]：%s"}
	sayLeads     = text{"%s leads %s", "%s 担任 %s 带班长"}
	sayCrewIn    = text{"%s: %d checked in", "%s：签到 %d 人"}
	sayCrewOut   = text{"%s: %d checked out", "%s：签退 %d 人"}
	sayConfirmed = text{"%s: %d contracts, %d people reached", "%s：契约 %d 份，服务 %d 人次"}
	sayShown     = text{"%d doors", "%d 户"}
	sayDoors     = text{
		"%d doors: %d done, nobody in at %d, %d not reached", "%d 户：完成 %d，无人 %d，未到 %d",
	}
	sayLeftover = text{"%s on %s, %s: %d doors", "%s（%s，%s）：%d 户"}
)

var (
	headList    = text{"The lists and their fill", "清单与到岗情况"}
	headBoard   = text{"The commitment board", "亮诺墙"}
	headHistory = text{"One contract's history: waited, promoted, signed, served, rated", "一份契约的履历：候补、递补、签诺、履诺、评诺"}
	headReport  = text{"The fulfilment report of %s, %s to before %s", "%s履诺情况，%s 起，%s 前"}
	headFigures = text{"The figures, read back from the server", "从服务读回的数字"}

	columnBranch   = text{"branch", "党支部"}
	columnFigure   = text{"figure", "指标"}
	columnValue    = text{"value", "数值"}
	columnLeisure  = text{"volunteering", "志愿服务"}
	columnDuty     = text{"duty", "工作时间"}
	columnExpected = text{"expected", "应为"}
	columnRead     = text{"read", "读回"}
	columnRight    = text{"", ""}
	sayRight       = text{"ok", "对"}
	sayWrong       = text{"WRONG", "错"}

	sayServing = text{
		"The server goes on at %s until Ctrl-C; there it is 9 February 2020, 18:00. Tokens, one a role:",
		"服务继续运行于 %s，按 Ctrl-C 停止；那里现在是2020年2月9日18:00。各角色令牌：",
	}
	sayTry = text{
		"For example: nuo --server %s --token TOKEN shift find --community mingzhu --date 2020-02-09",
		"例如：nuo --server %s --token 令牌 shift find --community mingzhu --date 2020-02-09",
	}
)
