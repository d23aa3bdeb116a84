package importing

import (
	"slices"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// chineseKeys are the Chinese keys and headers, and what they mean.
var chineseKeys = map[string]string{
	"组织": "organisations", "志愿者": "volunteers", "人员": "volunteers", "服务对象": "served_parties", "清单": "lists",
	"编号": "id", "名称": "name", "姓名": "name", "上级": "parent", "地址": "address", "村": "village", "企业": "company",
	"电话": "phone", "手机": "phone", "性别": "gender", "出生日期": "birth_date", "居住区域": "residence",
	"单位": "unit", "党支部": "branch", "支部": "branch", "志愿服务队": "teams", "服务队": "teams",
	"政治面貌": "political_status", "在职状态": "service_status", "技能": "skills", "未成年": "minor", "监护人同意": "guardian_consent",
	"报到": "registrations", "报到社区": "registered_community", "报到日期": "registered_from", "居住地": "primary",
	"报到单": "slip", "回执": "receipt", "区外": "outside", "豁免": "exemptions", "类别": "category", "从": "from", "到": "to",
	"类型": "kind", "种类": "kind", "社区": "community", "小区": "compound", "楼道": "compound", "门牌": "door",
	"日期": "date", "标题": "title", "活动负责人": "activity_lead", "合办": "cohosts", "手动接受": "accept_by_hand",
	"截止时间": "close", "发布": "publish", "任务": "tasks", "说明": "description", "人身危险": "hazardous",
	"保险": "insurance", "安全条款": "safety_terms", "班次": "shifts", "入户项": "doors", "地点": "place",
	"集合点": "meeting_point", "时间": "time", "开始": "start", "结束": "end", "计时": "timing", "名额": "capacity",
	"最少人数": "min", "要求": "requirements", "仅限成年人": "adults_only", "仅限党员": "members_only", "仅限组织": "organisations_only",
	"报名开始": "claim_open", "报名截止": "claim_close", "风险提示": "risk_notes", "接班": "relieved_by", "户": "household", "户名": "household",
}

// keyOf is the canonical key for what a file writes.
func keyOf(written string) string {
	key := strings.TrimSpace(written)
	if english, ok := chineseKeys[key]; ok {
		return english
	}
	return strings.ReplaceAll(strings.ToLower(key), " ", "_")
}

// words are the values of an enumeration: what a file may write and what it means. The first of a meaning in each
// language is what a remedy offers.
type words[E any] struct {
	written []string
	meaning []E
}

func (w words[E]) find(text string) (e E, ok bool) {
	i := slices.IndexFunc(w.written, func(word string) bool { return strings.EqualFold(word, strings.TrimSpace(text)) })
	if i < 0 {
		return e, false
	}
	return w.meaning[i], true
}

func (w words[E]) choice() string { return strings.Join(w.written, ", ") }

type word[E any] struct {
	written string
	meaning E
}

func wordsOf[E any](list ...word[E]) words[E] {
	var w words[E]
	for _, one := range list {
		w.written = append(w.written, one.written)
		w.meaning = append(w.meaning, one.meaning)
	}
	return w
}

var yesNo = wordsOf(
	word[bool]{"true", true}, word[bool]{"false", false}, word[bool]{"yes", true}, word[bool]{"no", false},
	word[bool]{"是", true}, word[bool]{"否", false},
)

var politicalStatus = wordsOf(
	word[nuov1.PoliticalStatus]{"member", nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER},
	word[nuov1.PoliticalStatus]{"党员", nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER},
	word[nuov1.PoliticalStatus]{"中共党员", nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER},
	word[nuov1.PoliticalStatus]{"probationary", nuov1.PoliticalStatus_POLITICAL_STATUS_PROBATIONARY},
	word[nuov1.PoliticalStatus]{"预备党员", nuov1.PoliticalStatus_POLITICAL_STATUS_PROBATIONARY},
	word[nuov1.PoliticalStatus]{"中共预备党员", nuov1.PoliticalStatus_POLITICAL_STATUS_PROBATIONARY},
	word[nuov1.PoliticalStatus]{"other", nuov1.PoliticalStatus_POLITICAL_STATUS_OTHER},
	word[nuov1.PoliticalStatus]{"其他", nuov1.PoliticalStatus_POLITICAL_STATUS_OTHER},
	word[nuov1.PoliticalStatus]{"群众", nuov1.PoliticalStatus_POLITICAL_STATUS_OTHER},
)

var serviceStatus = wordsOf(
	word[nuov1.ServiceStatus]{"in_service", nuov1.ServiceStatus_SERVICE_STATUS_IN_SERVICE},
	word[nuov1.ServiceStatus]{"在职", nuov1.ServiceStatus_SERVICE_STATUS_IN_SERVICE},
	word[nuov1.ServiceStatus]{"retired", nuov1.ServiceStatus_SERVICE_STATUS_RETIRED},
	word[nuov1.ServiceStatus]{"离退休", nuov1.ServiceStatus_SERVICE_STATUS_RETIRED},
	word[nuov1.ServiceStatus]{"seconded", nuov1.ServiceStatus_SERVICE_STATUS_SECONDED},
	word[nuov1.ServiceStatus]{"借调", nuov1.ServiceStatus_SERVICE_STATUS_SECONDED},
)

var exemptionCategory = wordsOf(
	word[nuov1.ExemptionCategory]{"home_quarantine", nuov1.ExemptionCategory_EXEMPTION_CATEGORY_HOME_QUARANTINE},
	word[nuov1.ExemptionCategory]{"居家隔离", nuov1.ExemptionCategory_EXEMPTION_CATEGORY_HOME_QUARANTINE},
	word[nuov1.ExemptionCategory]{"sick_leave", nuov1.ExemptionCategory_EXEMPTION_CATEGORY_SICK_LEAVE},
	word[nuov1.ExemptionCategory]{"病假", nuov1.ExemptionCategory_EXEMPTION_CATEGORY_SICK_LEAVE},
	word[nuov1.ExemptionCategory]{"posted_away", nuov1.ExemptionCategory_EXEMPTION_CATEGORY_POSTED_AWAY},
	word[nuov1.ExemptionCategory]{"外派", nuov1.ExemptionCategory_EXEMPTION_CATEGORY_POSTED_AWAY},
	word[nuov1.ExemptionCategory]{"front_line", nuov1.ExemptionCategory_EXEMPTION_CATEGORY_FRONT_LINE},
	word[nuov1.ExemptionCategory]{"一线在岗", nuov1.ExemptionCategory_EXEMPTION_CATEGORY_FRONT_LINE},
	word[nuov1.ExemptionCategory]{"other", nuov1.ExemptionCategory_EXEMPTION_CATEGORY_OTHER},
	word[nuov1.ExemptionCategory]{"其他", nuov1.ExemptionCategory_EXEMPTION_CATEGORY_OTHER},
)

var partyKind = wordsOf(
	word[nuov1.ServedPartyKind]{"household", nuov1.ServedPartyKind_SERVED_PARTY_KIND_HOUSEHOLD},
	word[nuov1.ServedPartyKind]{"户", nuov1.ServedPartyKind_SERVED_PARTY_KIND_HOUSEHOLD},
	word[nuov1.ServedPartyKind]{"person", nuov1.ServedPartyKind_SERVED_PARTY_KIND_PERSON},
	word[nuov1.ServedPartyKind]{"个人", nuov1.ServedPartyKind_SERVED_PARTY_KIND_PERSON},
	word[nuov1.ServedPartyKind]{"enterprise", nuov1.ServedPartyKind_SERVED_PARTY_KIND_ENTERPRISE},
	word[nuov1.ServedPartyKind]{"企业", nuov1.ServedPartyKind_SERVED_PARTY_KIND_ENTERPRISE},
)

var shiftTiming = wordsOf(
	word[nuov1.ShiftTiming]{"fixed", nuov1.ShiftTiming_SHIFT_TIMING_UNSPECIFIED},
	word[nuov1.ShiftTiming]{"固定", nuov1.ShiftTiming_SHIFT_TIMING_UNSPECIFIED},
	word[nuov1.ShiftTiming]{"until_done", nuov1.ShiftTiming_SHIFT_TIMING_UNTIL_DONE},
	word[nuov1.ShiftTiming]{"完成为止", nuov1.ShiftTiming_SHIFT_TIMING_UNTIL_DONE},
	word[nuov1.ShiftTiming]{"due_by", nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY},
	word[nuov1.ShiftTiming]{"截止前", nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY},
)

var taskKind = wordsOf(
	word[nuov1.TaskKind]{"gate_check", nuov1.TaskKind_TASK_KIND_GATE_CHECK},
	word[nuov1.TaskKind]{"卡口测温", nuov1.TaskKind_TASK_KIND_GATE_CHECK},
	word[nuov1.TaskKind]{"patrol", nuov1.TaskKind_TASK_KIND_PATROL},
	word[nuov1.TaskKind]{"巡逻", nuov1.TaskKind_TASK_KIND_PATROL},
	word[nuov1.TaskKind]{"posting_notices", nuov1.TaskKind_TASK_KIND_POSTING_NOTICES},
	word[nuov1.TaskKind]{"张贴通知", nuov1.TaskKind_TASK_KIND_POSTING_NOTICES},
	word[nuov1.TaskKind]{"cordon", nuov1.TaskKind_TASK_KIND_CORDON},
	word[nuov1.TaskKind]{"拉警戒线", nuov1.TaskKind_TASK_KIND_CORDON},
	word[nuov1.TaskKind]{"banner", nuov1.TaskKind_TASK_KIND_BANNER},
	word[nuov1.TaskKind]{"挂横幅", nuov1.TaskKind_TASK_KIND_BANNER},
	word[nuov1.TaskKind]{"shopping", nuov1.TaskKind_TASK_KIND_SHOPPING},
	word[nuov1.TaskKind]{"代购", nuov1.TaskKind_TASK_KIND_SHOPPING},
	word[nuov1.TaskKind]{"food_delivery", nuov1.TaskKind_TASK_KIND_FOOD_DELIVERY},
	word[nuov1.TaskKind]{"送餐", nuov1.TaskKind_TASK_KIND_FOOD_DELIVERY},
	word[nuov1.TaskKind]{"two_on_one_watch", nuov1.TaskKind_TASK_KIND_TWO_ON_ONE_WATCH},
	word[nuov1.TaskKind]{"二对一", nuov1.TaskKind_TASK_KIND_TWO_ON_ONE_WATCH},
	word[nuov1.TaskKind]{"law_lecture", nuov1.TaskKind_TASK_KIND_LAW_LECTURE},
	word[nuov1.TaskKind]{"法律讲座", nuov1.TaskKind_TASK_KIND_LAW_LECTURE},
	word[nuov1.TaskKind]{"legal_advice", nuov1.TaskKind_TASK_KIND_LEGAL_ADVICE},
	word[nuov1.TaskKind]{"法律咨询", nuov1.TaskKind_TASK_KIND_LEGAL_ADVICE},
	word[nuov1.TaskKind]{"hearing_visit", nuov1.TaskKind_TASK_KIND_HEARING_VISIT},
	word[nuov1.TaskKind]{"旁听庭审", nuov1.TaskKind_TASK_KIND_HEARING_VISIT},
	word[nuov1.TaskKind]{"clean_up", nuov1.TaskKind_TASK_KIND_CLEAN_UP},
	word[nuov1.TaskKind]{"环境整治", nuov1.TaskKind_TASK_KIND_CLEAN_UP},
	word[nuov1.TaskKind]{"other", nuov1.TaskKind_TASK_KIND_OTHER},
	word[nuov1.TaskKind]{"其他", nuov1.TaskKind_TASK_KIND_OTHER},
)
