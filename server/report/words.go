package report

import nuov1 "nuo.internal/nuo/api/nuo/v1"

// wording is what a figure is called and how it is defined, in both languages.
type wording struct{ titleZH, titleEN, definitionZH, definitionEN string }

// words are those of every figure. A definition says what is counted and what is not; it is printed with the figure.
var words = map[nuov1.FigureKey]wording{
	nuov1.FigureKey_FIGURE_KEY_MEMBERS: {
		"在职党员", "party members in service",
		"统计截止日在本单位在职的中共党员，含预备党员（另列）；截止日之后录入或变动的不计。区报告为全区各单位之和。",
		"Party members in service in the unit on the day that counts, probationary ones included (and shown apart). Who " +
			"was entered or moved after that day changes nothing. Of a district: of all its units.",
	},
	nuov1.FigureKey_FIGURE_KEY_PROBATIONARY: {
		"其中：预备党员", "of these, probationary", "在职党员中的预备党员。", "Probationary members among the party members in service.",
	},
	nuov1.FigureKey_FIGURE_KEY_OTHER_STAFF: {
		"在职群众", "other staff", "截止日在职、非中共党员的人员。", "People in service on that day who are no party members.",
	},
	nuov1.FigureKey_FIGURE_KEY_RETIRED: {"离退休", "retired", "截止日已离退休的人员。", "People who are retired on that day."},
	nuov1.FigureKey_FIGURE_KEY_SECONDED: {
		"借调", "seconded", "截止日借调的人员。", "People who are seconded on that day.",
	},
	nuov1.FigureKey_FIGURE_KEY_STANDING_NOT_STATED: {
		"在职情况未填", "standing not stated", "属于本单位但在职情况未填的人员，不计入以上各项。",
		"People of the unit whose standing was not stated; they are in none of the rows above.",
	},
	nuov1.FigureKey_FIGURE_KEY_REGISTERED: {
		"报到人数", "registered",
		"在职党员中截止日有居住地报到的人数，含区外（凭回执）。社区、街道报告为居住地报到在该处的在职党员。",
		"Party members in service with a primary registration on the day that counts, outside the district included. Of a " +
			"community or street: those who are registered there.",
	},
	nuov1.FigureKey_FIGURE_KEY_REGISTRATION_RATE: {
		"报到率", "registration rate", "报到人数÷在职党员。", "Registered ÷ party members in service.",
	},
	nuov1.FigureKey_FIGURE_KEY_NOT_REGISTERED: {
		"未报到", "not registered", "在职党员中截止日没有居住地报到的，按豁免类别分列。",
		"Party members in service without a primary registration on that day, by category of exemption.",
	},
	nuov1.FigureKey_FIGURE_KEY_EXEMPT: {
		"豁免", "exempt", "在职党员中截止日在豁免期内的，按类别分列；一人多类的计入第一类。",
		"Party members in service who are exempt on that day, by category; who has two is in the first.",
	},
	nuov1.FigureKey_FIGURE_KEY_TAKING_PART: {
		"参与人数", "taking part", "在职党员中至少有一份已履诺契约（在本单位签诺，班次在期内结束）的人数。区报告为在本区履诺的在职党员。",
		"Party members in service with at least one fulfilled contract, signed in this unit, whose shift ended in the " +
			"period. Of a district: fulfilled in the district.",
	},
	nuov1.FigureKey_FIGURE_KEY_PARTICIPATION_RATE: {
		"参与率", "participation rate", "参与人数÷在职党员。", "Taking part ÷ party members in service.",
	},
	nuov1.FigureKey_FIGURE_KEY_PEOPLE_SERVING: {
		"服务人数", "people serving", "至少有一份已履诺契约的人数，不论身份；多次服务计一人，分栏之和可大于合计。",
		"People with at least one fulfilled contract, whoever they are, each once; parts may exceed the whole.",
	},
	nuov1.FigureKey_FIGURE_KEY_PERSON_TIMES: {
		"参与人次", "person-times", "已履诺或已评诺、班次在期内结束的契约数。跨年夜班计入结束的一年。",
		"Contracts fulfilled or evaluated whose shift ended in the period.",
	},
	nuov1.FigureKey_FIGURE_KEY_PEOPLE_REACHED: {
		"服务群众人次", "people reached",
		"每个班次确认的服务人次只计一次，不论几人值守；分栏按最大余数法分配，各部分之和等于合计。",
		"Each shift's confirmed number once, however many stood it; where a table splits it, by the largest remainder over " +
			"the fulfilled contracts, so that the parts add up.",
	},
	nuov1.FigureKey_FIGURE_KEY_SERVICES: {
		"服务件次", "services", "已履诺契约数。定点联络记录和已办结的居民需求尚未纳入系统，不在其中；共建项目和期初数同样尚未纳入，本报告不列。",
		"Fulfilled contracts. Liaison contacts and resolved needs are not in the system yet and not in this figure; " +
			"nor are projects and opening figures, which this report leaves out.",
	},
	nuov1.FigureKey_FIGURE_KEY_DOORS: {
		"入户户次", "doors done", "志愿者凭契约勾选为已办的入户项，按班次结束时间计期。",
		"Doors ticked as done under a contract, in the period in which its shift ended.",
	},
	nuov1.FigureKey_FIGURE_KEY_DOORS_BY_COMMITTEE: {
		"社区自办入户户次", "doors done by the committee", "居委会（村委会）自行勾选为已办、没有契约的入户项，按任务最后一个班次的结束时间计期。",
		"Doors that the committee ticked as done itself, in the period in which the last shift of the task ended.",
	},
	nuov1.FigureKey_FIGURE_KEY_HOURS: {
		"时长", "hours", "经确认的时长，精确到百分之一小时；志愿服务与工作时间分列，不相加。",
		"Confirmed hours, to the hundredth; volunteering and duty apart, never added up.",
	},
	nuov1.FigureKey_FIGURE_KEY_COMMUNITIES: {
		"服务社区", "communities served", "有已履诺契约的社区（村）数，每个计一次，分栏之和可大于合计。",
		"Communities with a fulfilled contract, each once; parts may exceed the whole.",
	},
	nuov1.FigureKey_FIGURE_KEY_FULFILMENT_RATE: {
		"履诺率", "fulfilment rate", "已履诺÷（已履诺＋未履诺）；未到岗待核实的两边都不计，准假、退出、取消也不计。",
		"Fulfilled ÷ (fulfilled + breached); undecided absences are on neither side, nor is what was excused, withdrawn or " +
			"cancelled.",
	},
	nuov1.FigureKey_FIGURE_KEY_BREACHED: {
		"未履诺", "breached", "经人核定为未履诺的契约，按原因分列。", "Contracts that a person decided were breached, by reason.",
	},
	nuov1.FigureKey_FIGURE_KEY_EXCUSED: {
		"已准假", "excused", "已准假的契约（含请假待批），按原因分列；健康原因不单列。",
		"Contracts excused, those waiting for the community's word included, by reason; health is not told.",
	},
	nuov1.FigureKey_FIGURE_KEY_WITHDRAWN: {
		"已退出", "withdrawn", "签诺之后、截止之前退出的契约，按原因分列；候补和未签的不计。",
		"Contracts that were signed and withdrawn in time, by reason; waits and offers do not count.",
	},
	nuov1.FigureKey_FIGURE_KEY_CANCELLED: {
		"已取消（已应诺）", "cancelled", "签诺之后被取消的契约，按原因分列；志愿者已应诺，无责。",
		"Contracts that were signed and then cancelled, by reason; no blame to who had promised.",
	},
	nuov1.FigureKey_FIGURE_KEY_UNDECIDED: {
		"未到岗待核实", "undecided absences", "记为未到岗、尚无人核定的契约。", "Absences that nobody has decided yet.",
	},
	nuov1.FigureKey_FIGURE_KEY_OPEN: {
		"待了结", "open", "班次已结束而仍待签到、签退、确认、核实、批准或更正决定的契约；为零时报告才是最终的。",
		"Contracts whose shift is over and which wait for a check-out, a confirmation or a decision; at none the report is final.",
	},
	nuov1.FigureKey_FIGURE_KEY_EVALUATION: {
		"社区评价", "evaluation by the community", "社区对已履诺契约的评分（1—5）的平均值和分布；不按人列。",
		"Mean and distribution of the communities' ratings (1 to 5) of fulfilled contracts; never by person.",
	},
	nuov1.FigureKey_FIGURE_KEY_SERVED_PARTY_EVALUATION: {
		"服务对象评价", "evaluation by the served", "服务对象对已履诺契约的评分（1—5）的平均值和分布；不按人列。",
		"Mean and distribution of the served parties' ratings (1 to 5) of fulfilled contracts; never by person.",
	},
	nuov1.FigureKey_FIGURE_KEY_NOT_FED_BACK: {
		"未同意反馈", "not fed back",
		"已履诺的志愿服务中，本人在期末前未同意反馈单位（同意③）或此后撤回的次数；不计入以上各项，不可查看明细。工作时间的契约不受此限。",
		"Fulfilled volunteering whose volunteers had not consented (③) by the end of the period, or have withdrawn since; in " +
			"none of the figures above, and not listed. Duty needs no consent.",
	},
}
