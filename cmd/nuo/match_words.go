package main

import (
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// What the commands about plans and preferences say; the rules stand in words.go.
var (
	sayListHasDate = text{"A list has its date: leave out --date, --from and --to.", "清单自有日期，请去掉 --date、--from 和 --to。"}
	sayWhichDays   = text{
		"Which days? Give --date, or --from and --to (the day after the last).", "请用 --date 指明哪一天，或用 --from 和 --to（最后一天的次日）指明哪几天。",
	}
	sayBothDays    = text{"Give --date, or --from and --to: not both.", "--date 与 --from、--to 不能同时使用。"}
	sayTooManyDays = text{
		"From --from to --to are more than %d days; plan in parts.", "--from 至 --to 超过 %d 天，请分次排班。",
	}
	sayDays      = text{"%s to %s (exclusive)", "%s 至 %s（不含）"}
	sayOneByKind = text{
		"--method %s gives each volunteer one shift: leave --each out, or plan with --method roster.",
		"--method %s 为每人一班：请去掉 --each，或用 --method roster。",
	}
	sayListDraft = text{
		"%s is not published, so nothing can be offered of it.", "%s 未在发布中，不能据此发出邀约。",
	}
	sayPublishFirst    = text{" nuo list publish %s publishes it.", "nuo list publish %s 可发布。"}
	sayNoDays          = text{"--to is the day after the last one; it lies after --from.", "--to 为最后一天的次日，应晚于 --from。"}
	sayBadAvailability = text{
		"--%s does not take %q; write 'mon-fri 18:00-22:00', 'sat+sun 08:00-20:00' or '18:00-22:00'.",
		"--%s 不接受 %q，请写成 '周一-周五 18:00-22:00'、'周六+周日 08:00-20:00' 或 '18:00-22:00'。",
	}

	sayGoesOn = text{
		"Interrupted. The server goes on with %[1]s: nuo match show %[1]s shows it, nuo match cancel %[1]s gives it up.",
		"已中断。服务器会继续处理 %[1]s：nuo match show %[1]s 查看，nuo match cancel %[1]s 放弃。",
	}
	sayNotPlanned     = text{"%s could not be made: %s", "%s 未能完成：%s"}
	sayNotOffered     = text{"%s made no offer: %s", "%s 未发出邀约：%s"}
	sayEndedEarly     = text{"%s stopped before all offers were made: %s", "%s 在邀约全部发出之前停止：%s"}
	sayMatchCancelled = text{"%s was given up; offers that it made stand.", "%s 已放弃，已发出的邀约仍有效。"}
	sayMatchDropped   = text{"%s was given up; it made no offer.", "%s 已放弃，没有发出邀约。"}
	sayNoSlots        = text{
		"Nothing to plan: %s has no shift with a free slot (nuo shift find --open shows what there is).",
		"没有可排的班：%s 没有空余名额（nuo shift find --open 可查看）。",
	}
	sayNoVolunteers = text{
		"Nobody to ask: %s has %d free slots, but no volunteer is registered there; name units with --pool.",
		"无人可排：%s 有 %d 个空余名额，但没有报到的志愿者；可用 --pool 指明单位。",
	}
	sayNobodyInPool = text{
		"Nobody to ask: %s has %d free slots, and no volunteer belongs to %s; name others with --pool.",
		"无人可排：%s 有 %d 个空余名额，但 %s 中没有志愿者；可用 --pool 指明其他单位。",
	}
	sayNoPairs = text{
		"Nothing can be filled: %s has %d free slots, and none of %d volunteers may take one; nuo match explain %s says why.",
		"一个也排不上：%s 有 %d 个空余名额，%d 名志愿者都不能承担；nuo match explain %s 说明原因。",
	}

	sayElapsed   = text{"%.0f s", "%.0f 秒"}
	sayRankSum   = text{"ranks %d", "志愿合计 %d"}
	sayOfferedOf = text{"%d of %d, %d changed", "%d/%d，有变 %d"}
	sayShort     = sure{
		best: text{"proved best", "已证最优"}, within: text{"within %.2f %%", "差距不超过 %.2f%%"},
		unproved: text{"not proved yet, %.2f %%", "尚未证明，差距 %.2f%%"}, nothing: text{"not proved yet", "尚未证明"},
		neither: text{"not proved yet", "尚未证明"},
		stable:  text{"stable", "稳定"},
	}
	saySentence = sure{
		best: sayBestPlan, within: sayWithin, unproved: sayUnprovedPlan, nothing: sayNoProofPlan, neither: sayNeitherPlan,
		again:  text{"nothing of the whole: it was solved again for what had changed", "整体未证明：有变的部分已重新求解"},
		stable: text{"stable: no volunteer and community would both rather have each other", "稳定：没有志愿者与社区都更想要对方"},
	}
	sayBestPlan = text{
		"the best: no plan fills more of the slots that minimum headcounts ask for, or more slots besides;\n" +
			"none that fills as many has a lower sum of ranks",
		"最优：没有方案能多填最少人数所需的名额或其余名额；填得同样多的，志愿合计都不更低",
	}
	sayUnprovedPlan = text{
		"not that no more can be filled (a longer --seconds may tell);\n" +
			"among plans that fill as many, the ranks are at most %.2f %% above the least",
		"未证明已填得最多（可加长 --seconds）；填得同样多的方案中，志愿合计比最低者至多高 %.2f%%",
	}
	sayNoProofPlan = text{
		"none fills more; nothing yet about the sum of ranks (a longer --seconds may tell)",
		"没有方案填得更多；志愿合计尚无有用的下界（可加长 --seconds）",
	}
	sayNeitherPlan = text{
		"not that no more can be filled, and nothing yet about the sum of ranks (a longer --seconds may tell)",
		"未证明已填得最多，志愿合计也尚无有用的下界（可加长 --seconds）",
	}
	sayAsPlanned    = text{", as planned", "（排班时）"}
	sayOfferedRow   = text{"offered", "已发邀约"}
	sayBecameRow    = text{"of the offers", "邀约现状"}
	sayNotYourTable = text{
		"Who stands which shift is for those who plan; these are the plan's figures.", "谁站哪一班仅限排班方查看，以上为排班的数字。",
	}
	sayPlanAgain = text{
		"Declined or given up: %d. Free slots: %d. %s plans again.", "婉拒或退出 %d 份，尚缺 %d 人：%s 可再次排班。",
	}
	sayNoneOffered = text{
		"No offer was made: nuo match placements %s says what had changed.", "没有发出邀约：nuo match placements %s 说明有何变化。",
	}
	sayPlacementColumns = text{
		"when|title|place|who|rank|state|contract or reason|round", "时间|标题|地点|志愿者|志愿|状态|契约或原因|轮次",
	}

	sayRosterColumns = text{"when|title|place|filled|open|volunteers|shift", "时间|标题|地点|已填/名额|缺|志愿者|班次"}
	sayOpenShort     = text{"%d, needs %d", "%d 至少需%d人"}
	sayAskedRow      = text{"looked at", "考虑"}
	sayAsked         = text{"%d volunteers, %d pairs of a volunteer and a shift", "%d 名志愿者，%d 对人与班次"}
	sayShortShifts   = text{"; shifts below their minimum: %d", "；%d 个班次低于最少人数"}
	sayRankMean      = text{"%d together, %.2f on average (1: a first wish, 5: none stated)", "合计 %d，平均 %.2f（1 为第一志愿，5 为未填意愿）"}

	sayChangedSince = text{"Changed since the plan was made, and not offered: %d", "排班后有变、未发邀约：%d 项"}
	sayAppliedMatch = text{"Offered: %d. Changed: %d.", "已发邀约 %d 份，有变 %d 项。"}
	sayPlanAnew     = text{"No offer was made: %s plans again.", "没有发出邀约：%s 可再次排班。"}
	sayOffersSigned = text{
		"Each volunteer signs or declines; nuo contracts --shift SHIFT shows who did.", "由志愿者各自签诺或婉拒；nuo contracts --shift 班次 可查看。",
	}

	sayStale = text{
		"Something has changed since the plan was made; this explains what is left of it.", "排班后已有变化，以下说明其中仍有效的部分。",
	}
	sayGivenNothing = text{"The plan gives this volunteer nothing.", "此排班没有安排该志愿者。"}
	sayGiven        = text{"The plan gives this volunteer:", "此排班给该志愿者的安排："}
	sayGap          = text{"%s: %d free; volunteers who may take it: %d", "%s：缺 %d 人，%d 人可以承担"}
	sayGapMissing   = text{"; below the minimum headcount by %d", "；比最少人数少 %d 人"}
	sayGapReason    = text{"  %d × %s", "  %d 人：%s"}
	sayGapSet       = text{
		"  proof: shifts %d, slots together %d, volunteers who may take one %d, slots that these can fill %d",
		"  证明：%d 个班次共 %d 个名额，可承担的 %d 人至多能填 %d 个",
	}
	sayGapSetMinimum = text{
		"  proof: shifts %d, needed together at least %d, volunteers who may take one %d, slots that these can fill %d",
		"  证明：%d 个班次至少共需 %d 人，可承担的 %d 人至多能填 %d 个",
	}
	sayGapPeople = text{"    who may: %s", "    可承担者：%s"}
	sayGapChain  = text{"  one slot more could be filled by moving:", "  如下改派可多填一个名额："}
	sayMove      = text{"%s: %s -> %s", "%s：%s -> %s"}
	sayMoveTo    = text{"%s: -> %s", "%s：-> %s"}
	sayMoveFrom  = text{"%s: leaves %s", "%s：离开 %s"}

	sayWishes      = text{"Wanted, and not given:", "想要而未得："}
	sayWishColumns = text{"volunteer|wanted|rank|taken|what stands against it|what it would take", "志愿者|想要|志愿|已占|为何不行|需如何变动"}
	sayHeldBy      = text{"held by %s", "由 %s 承担"}
	sayCostsSlots  = text{"%d slots more would stay free", "会多空 %d 个名额"}
	sayWorsens     = text{"others would be served worse", "其他人的安排会变差"}
	sayRankCost    = text{"ranks add up to %d more", "志愿合计增加 %d"}
	sayKnownWay    = text{"(there may be a better way)", "(或有更好的办法)"}
	sayOneMoreSlot = text{"one more slot would do", "多一个名额即可得到"}
	saySkillAdds   = text{
		"One more volunteer with the skill %s: slots filled besides %d", "多一名具备 %s 技能的志愿者，可多填 %d 个名额",
	}
	saySkillSwaps = text{
		"One more volunteer with the skill %s would fill no more slots, but ones that are needed more",
		"多一名具备 %s 技能的志愿者，名额不会多填，但可填上更要紧的",
	}
	saySkillAddsNothing = text{"One more volunteer with the skill %s would fill nothing more.", "多一名具备 %s 技能的志愿者，也不能多填名额。"}
	saySkillFoundNone   = text{
		"One more volunteer with the skill %s fills nothing more, as far as was searched.",
		"就已搜索到的，多一名具备 %s 技能的志愿者也不能多填名额。",
	}
	sayVolunteerAdds  = text{"One more volunteer for %s: slots filled besides %d", "多一人可承担 %s，可多填 %d 个名额"}
	sayVolunteerSwaps = text{
		"One more volunteer for %s would fill no more slots, but ones that are needed more", "多一人可承担 %s，名额不会多填，但可填上更要紧的",
	}
	sayAddedOn          = text{", on %s", "：%s"}
	sayAtLeast          = text{" (at least)", "(至少)"}
	sayStoppedFrom      = text{"Shifts that rules keep from this volunteer: %d, %s", "因规则不能安排：%d 个班次，%s"}
	sayCouldTakeMore    = text{"Volunteers who could take more shifts, were slots free: %d.", "若有空余名额，还可多承担班次的志愿者：%d 人。"}
	sayStarted          = text{"it has started", "已经开始"}
	sayClosed           = text{"Nobody can be offered this shift now: %s", "此班次现在不能发出邀约：%s"}
	sayLeftOut          = text{"Volunteers without a shift in this plan: %d.", "此排班中没有班次的志愿者：%d 人。"}
	sayNothingToExplain = text{
		"No slot stays free, and nobody would rather have something else.", "没有空缺的名额，也没有人更想要别的安排。",
	}
	sayNothingOfShift = text{
		"No slot of this shift stays free, and nobody who does not have it wants it more.", "此班次没有空缺的名额，也没有未得到而更想要的人。",
	}
	sayNothingOfVolunteer = text{
		"There is no shift of this plan that this volunteer would rather have, and none that a rule keeps away.",
		"此排班中没有该志愿者更想要的班次，也没有因规则不能安排的班次。",
	}
	sayNothingOfMine = text{
		"There is no shift of this plan that you would rather have, and none that a rule keeps from you.",
		"此排班中没有您更想要的班次，也没有因规则不能安排的班次。",
	}
	sayExplainMe = text{
		"A volunteer asks about oneself: add --volunteer me.", "志愿者可查看本人的：请加上 --volunteer me。",
	}
)

// sayInstead tells how many others were found for what had changed.
func sayInstead(n int) text {
	if n == 0 {
		return text{"Solved again: nobody else was found for them.", "已重新求解：没有找到替代的人。"}
	}
	return text{"Solved again, and offered instead: %d", "已重新求解，改发邀约：%d 份"}.with(n)
}

// nextOf is what follows for a plan that stands there.
var nextOf = map[nuov1.MatchState]text{
	nuov1.MatchState_MATCH_STATE_PROPOSED: {
		"Nobody was asked yet: nuo match apply %[1]s makes the offers, nuo match explain %[1]s says why.",
		"尚未发邀约：nuo match apply %[1]s 发出邀约，nuo match explain %[1]s 说明理由。",
	},
	nuov1.MatchState_MATCH_STATE_APPLYING: {
		"Offers are being made: nuo match watch %s follows them.", "正在发邀约：nuo match watch %s 查看进度。",
	},
	nuov1.MatchState_MATCH_STATE_APPLIED: {
		"Offers were made; nuo match placements %s shows what became of them.", "邀约已发出；nuo match placements %s 查看结果。",
	},
}

// changeWords say what came between a plan and an offer, or keeps somebody from a shift of it, where the words of a
// claim's refusal would be another story.
var changeWords = map[nuov1.ErrorReason]text{
	nuov1.ErrorReason_ERROR_REASON_WRONG_STATE:         {"gave this shift up", "本人已放弃此班次"},
	nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED:     {"has it or an offer of it already", "已有此班次或其邀约"},
	nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION: {"somebody else of the crew cannot be offered it", "同组有人不能承担"},
	nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL:          {"all slots are taken", "名额已满"},
	nuov1.ErrorReason_ERROR_REASON_OVERLAP:             {"crosses a shift that was taken since", "与此后承担的班次时间相冲"},
	nuov1.ErrorReason_ERROR_REASON_NOT_FOUND:           {"is gone", "已不存在"},
}

// ruleWords are the rules by which a plan forbids somebody a shift.
var ruleWords = map[nuov1.MatchRule]text{
	nuov1.MatchRule_MATCH_RULE_UNSPECIFIED:       {"nothing forbids it", "没有规则不许"},
	nuov1.MatchRule_MATCH_RULE_NOT_ELIGIBLE:      {"cannot, for personal reasons", "因个人原因不能承担"},
	nuov1.MatchRule_MATCH_RULE_TWICE:             {"has the shift already", "已有此班次"},
	nuov1.MatchRule_MATCH_RULE_LIMIT_SHIFTS:      {"has as many shifts as wished for or as the plan gives", "班次已达本人意愿或排班上限"},
	nuov1.MatchRule_MATCH_RULE_OVERLAP:           {"crosses another shift", "与另一班次时间相冲"},
	nuov1.MatchRule_MATCH_RULE_REST:              {"too little rest before or after", "班间休息不足"},
	nuov1.MatchRule_MATCH_RULE_TRAVEL:            {"no time for the way", "路上来不及"},
	nuov1.MatchRule_MATCH_RULE_LIMIT_TIME:        {"more time than the volunteer gives", "超出本人可服务的时长"},
	nuov1.MatchRule_MATCH_RULE_LIMIT_DAY:         {"more hours than one day allows", "超出每日时长上限"},
	nuov1.MatchRule_MATCH_RULE_LIMIT_WEEK:        {"more hours than seven days allow", "超出每周时长上限"},
	nuov1.MatchRule_MATCH_RULE_LIMIT_DAYS_IN_ROW: {"too many days in a row", "超出连续天数上限"},
	nuov1.MatchRule_MATCH_RULE_FULL:              {"all slots are taken", "名额已满"},
	nuov1.MatchRule_MATCH_RULE_BROKEN_CREW:       {"people come in crews, and one is missing", "须成组上岗，还缺一人"},
	nuov1.MatchRule_MATCH_RULE_NOT_AVAILABLE:     {"not at these hours, by the volunteer's own word", "本人此时不能来"},
	nuov1.MatchRule_MATCH_RULE_GAVE_UP:           {"declined or left it before", "本人曾谢绝或退出此班次"},
}

// planHelp documents what a plan is.
var planHelp = text{strings.TrimSpace(planHelpEnglish), strings.TrimSpace(planHelpChinese)}

const planHelpEnglish = `
Plans who stands which shift of a task list, or of a community, street or district on some days. It is a dry run: nobody
is asked before nuo match apply. The plan fills minimum headcounts first, then as many slots as can be, then heeds the
volunteers' wishes (nuo preference), then spreads the load. Who may take what is decided by the rules of a claim, and by
the hours that volunteers gave.

Days are typed as everywhere: --to is the day after the last one. A table calls a volunteer by name; where two have the
same, with the unit; where the name is not the caller's to see, by the first eight characters of the id (the whole is in
nuo match placements -o json).

--pool names whose volunteers are asked: units, branches, teams, communities; left out, those who are registered in the
communities of the plan. --each 1 gives nobody more than one shift. --method stable settles who goes first by the
communities' order instead of by the sum. The best plan is proved where the time allows; if not, it is said how far it
may be from the best.
`

const planHelpChinese = `
为一份服务清单，或某社区、街道、全区某几天的班次排班：谁站哪一班。这只是试排，执行 nuo match apply 之前不会通知任何人。排班先保证
最少人数，再尽量填满名额，再照顾志愿者的意愿（nuo preference），再使负担均衡。谁可以承担，由报名的规则和本人可到的时间决定。

日期写法处处相同：--to 为最后一天的次日。表中以姓名称呼志愿者；同名者注明单位；无权看到姓名时显示编号的前八位
（nuo match placements -o json 有完整编号）。

--pool 指明从哪些单位、支部、队伍、社区的志愿者中安排；不填则为在这些社区报到的志愿者。--each 1 为每人最多一班。
--method stable 按社区的优先次序而非总和决定先后。时间允许则证明最优，否则说明距最优至多多远。
`
