package fault

// words say a code that stands in a variable as people say it. A value without words is shown as it is.
var words = map[string]struct{ en, zh string }{
	// Actions.
	"CLAIM": {"claiming", "报名"}, "JOIN_WAITLIST": {"waiting", "候补"}, "OFFER": {"offering", "邀请"},
	"RECORD_SPOKEN_YES": {"recording a spoken yes", "代录应诺"}, "PROMOTE": {"promoting", "递补"}, "SIGN": {"signing", "签诺"},
	"DECLINE": {"declining", "婉拒"}, "EXPIRE": {"expiring", "到期"}, "CROSS": {"crossing", "因另签而失效"},
	"ACCEPT": {"accepting", "亮诺"}, "REFUSE": {"refusing", "不接受"}, "WITHDRAW": {"withdrawing", "退出"},
	"ASK_LEAVE": {"asking leave", "请假"}, "UPHOLD_LEAVE": {"upholding leave", "准假"}, "REJECT_LEAVE": {"rejecting leave", "不准假"},
	"CHECK_IN": {"checking in", "签到"}, "UNDO_CHECK_IN": {"undoing the check-in", "撤销签到"}, "CHECK_OUT": {"checking out", "签退"},
	"ENTER_CHECK_OUT": {"entering a check-out time", "补填签退"}, "EXTEND": {"extending", "延时"},
	"STOP_FOR_HEALTH": {"stopping for health", "因健康中止"}, "MARK_ABSENT": {"marking absent", "记未到岗"},
	"EXCUSE": {"excusing", "准假"}, "BREACH": {"recording a breach", "认定未履诺"}, "CONFIRM": {"confirming", "确认时长"},
	"EVALUATE": {"evaluating", "评诺"}, "RATE_SHIFT": {"rating", "评价班次"}, "REQUEST_CORRECTION": {"asking for a correction", "申请更正"},
	"APPROVE": {"approving", "核准"}, "DISAPPROVE": {"disapproving", "不核准"}, "RECORD_LATE": {"a late entry", "补录"},
	"ACCEPT_AMENDMENT": {"accepting new terms", "接受变更"}, "DECLINE_AMENDMENT": {"declining new terms", "不接受变更"},
	"CANCEL": {"cancelling", "取消"}, "EXEMPT": {"exempting", "豁免"},
	// States.
	"WAITLISTED": {"waitlisted", "候补"}, "OFFERED": {"offered", "待签诺"}, "SIGNED": {"signed", "已签诺"},
	"DISPLAYED": {"displayed", "已亮诺"}, "IN_FULFILMENT": {"in fulfilment", "在岗"}, "FULFILLED": {"fulfilled", "已履诺"},
	"EVALUATED": {"evaluated", "已评诺"}, "ABSENT": {"absent", "未到岗（待核实）"}, "EXCUSED": {"excused", "已准假"},
	"BREACHED": {"breached", "未履诺"}, "WITHDRAWN": {"withdrawn", "已退出"}, "DECLINED": {"declined", "婉拒"},
	"EXPIRED": {"expired", "逾期未签"}, "CANCELLED": {"cancelled", "已取消"}, "DRAFT": {"draft", "草稿"},
	"PUBLISHED": {"published", "已发布"}, "CLOSED": {"closed", "已截止"}, "OPEN": {"open", "开放"}, "CUT_SHORT": {"cut short", "已提前结束"},
	// Plans: APPLY and the states that a contract has not.
	"APPLY": {"applying", "发邀约"}, "EXPLAIN": {"explaining", "说明"}, "SOLVING": {"being solved", "求解中"}, "PROPOSED": {"proposed", "已拟定"},
	"APPLYING": {"being applied", "发邀约中"}, "APPLIED": {"applied", "已发邀约"}, "FAILED": {"failed", "未完成"},
	// Consents, requirements and rules of rest.
	"RECORD": {"to the record", "记录"}, "adult": {"an adult", "成年"}, "guardian-consent": {"the guardian's consent", "监护人同意"},
	"party-member": {"a party member", "党员"}, "organisation": {"one of the organisations asked for", "指定的单位或队伍"},
	"district": {"of this district", "本区志愿者"}, "max_daily": {"hours a day", "每日时长上限"},
	"max_weekly": {"hours in seven days", "每七日时长上限"}, "rest_between": {"rest between shifts", "班次间休息"},
	"rest_after_night": {"rest after a night", "夜班后休息"}, "max_days_in_row": {"days in a row", "连续天数上限"},
}

// inWords is a variable's value in a language.
func inWords(value, language string) string {
	w, ok := words[value]
	switch {
	case !ok:
		return value
	case language == Chinese:
		return w.zh
	}
	return w.en
}
