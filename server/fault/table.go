package fault

import (
	"regexp"
	"slices"

	"google.golang.org/grpc/codes"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// placeholder is a variable in a text.
var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

// text is one row: what the reason is on the wire and in words. The texts say what to do next; both languages name
// the same variables.
type text struct {
	code   codes.Code
	en, zh string
}

// Code is the gRPC code of the reason; INTERNAL for one without a row.
func Code(reason nuov1.ErrorReason) codes.Code { return row(reason).code }

// Variables are the placeholders of the reason's text, which whoever makes the error fills. More variables may be
// given: they travel in the details and show in no text.
func Variables(reason nuov1.ErrorReason) []string {
	var names []string
	for _, p := range placeholder.FindAllString(row(reason).en, -1) {
		names = append(names, p[1:len(p)-1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func row(reason nuov1.ErrorReason) text {
	if t, ok := texts[reason]; ok {
		return t
	}
	return texts[nuov1.ErrorReason_ERROR_REASON_INTERNAL]
}

var texts = map[nuov1.ErrorReason]text{
	nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD: {
		codes.InvalidArgument,
		"A field breaks its rule; correct it and call again.", "填写不符合要求，请改正后重试。",
	},
	nuov1.ErrorReason_ERROR_REASON_INVALID_TEXT: {
		codes.InvalidArgument,
		"A text holds control or invisible characters; type it anew and call again.", "文字中含有控制字符或不可见字符，请重新输入后重试。",
	},
	nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN: {
		codes.InvalidArgument,
		"The page token belongs to another call or is damaged; start again without it.", "翻页标记不属于本次查询或已损坏，请从第一页重新查询。",
	},
	nuov1.ErrorReason_ERROR_REASON_INVALID_FILE: {
		codes.InvalidArgument,
		"The file has mistakes and nothing of it was taken; correct the places named and apply it again.", "文件有误，未导入任何内容，请按所列位置改正后重新导入。",
	},
	nuov1.ErrorReason_ERROR_REASON_REQUEST_ID_REUSED: {
		codes.InvalidArgument,
		"The request id was used for another call; make a new one.", "该请求编号已用于另一次操作，请换一个新的编号。",
	},

	nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED: {
		codes.Unauthenticated,
		"No valid token; sign in again or ask who issued it for a new one.", "没有有效的令牌，请重新登录或向发放者申请新的令牌。",
	},
	nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED: {
		codes.PermissionDenied,
		"Your roles do not allow {method}; ask your committee or the district.", "您的角色不能执行 {method}，请联系所属组织或区里。",
	},
	nuov1.ErrorReason_ERROR_REASON_OWN_CONTRACT: {
		codes.PermissionDenied,
		"Nobody decides about their own contract; ask another member of the committee.", "不能处理本人的契约，请由其他工作人员办理。",
	},
	nuov1.ErrorReason_ERROR_REASON_SECOND_PERSON_REQUIRED: {
		codes.PermissionDenied,
		"A second person must approve this; ask somebody else.", "此事须由第二人核准，请换一位工作人员办理。",
	},

	nuov1.ErrorReason_ERROR_REASON_NOT_FOUND: {
		codes.NotFound,
		"{name} does not exist, or is not yours to see; check the name.", "{name} 不存在或您无权查看，请核对名称。",
	},
	nuov1.ErrorReason_ERROR_REASON_ALREADY_EXISTS: {
		codes.AlreadyExists,
		"{name} exists already; choose another name or use that one.", "{name} 已存在，请换一个名称或使用已有的。",
	},
	nuov1.ErrorReason_ERROR_REASON_ETAG_MISMATCH: {
		codes.Aborted,
		"{name} was changed by somebody else; read it again and repeat your edit.", "{name} 已被他人修改，请重新读取后再编辑。",
	},
	nuov1.ErrorReason_ERROR_REASON_REVISION_MISMATCH: {
		codes.Aborted,
		"The terms of {name} have changed since you read them; read them again.", "{name} 的约定内容已有变更，请重新阅读后再操作。",
	},

	nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL: {
		codes.FailedPrecondition,
		"All slots of {shift} are held; ask for the waitlist or pick another shift.", "{shift} 名额已满，可以候补或另选班次。",
	},
	nuov1.ErrorReason_ERROR_REASON_OVERLAP: {
		codes.FailedPrecondition,
		"The time overlaps {contract}; withdraw from that one first or pick another time.", "时间与 {contract} 冲突，请先退出该班次或另选时间。",
	},
	nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED: {
		codes.AlreadyExists,
		"There is a live contract on this shift already: {contract}.", "该班次已有有效契约：{contract}。",
	},
	nuov1.ErrorReason_ERROR_REASON_CLAIM_WINDOW: {
		codes.FailedPrecondition,
		"{shift} takes no claims now; look at its claim window.", "{shift} 现在不能报名，请查看报名起止时间。",
	},
	nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN: {
		codes.FailedPrecondition,
		"{list} is not published; pick from another list.", "{list} 未在发布中，请从其他清单中选择。",
	},
	nuov1.ErrorReason_ERROR_REASON_SHIFT_CANCELLED: {
		codes.FailedPrecondition,
		"{shift} was cancelled; pick another shift.", "{shift} 已取消，请另选班次。",
	},
	nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED: {
		codes.FailedPrecondition,
		"A requirement is not met ({requirement}); pick another shift.", "不符合要求（{requirement}），请另选班次。",
	},
	nuov1.ErrorReason_ERROR_REASON_EXEMPT: {
		codes.FailedPrecondition,
		"An exemption covers that time; pick a later shift, or have the unit end the exemption.", "该时段处于豁免期，请选择之后的班次，或由单位提前结束豁免。",
	},
	nuov1.ErrorReason_ERROR_REASON_NOT_REGISTERED: {
		codes.FailedPrecondition,
		"Not registered with a community; register first, then claim.", "尚未到社区报到，请先报到再报名。",
	},
	nuov1.ErrorReason_ERROR_REASON_REST_RULE: {
		codes.FailedPrecondition,
		"The district's rest rule forbids this time ({rule}); pick a later shift.", "不符合区里的休息规定（{rule}），请选择之后的班次。",
	},
	nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING: {
		codes.FailedPrecondition,
		"A required consent is missing ({consent}); give it first.", "缺少必需的同意（{consent}），请先确认同意。",
	},
	nuov1.ErrorReason_ERROR_REASON_WRONG_STATE: {
		codes.FailedPrecondition,
		"In the state “{state}” there is no {action}; read it again.", "当前状态（{state}）不能{action}，请重新读取。",
	},
	nuov1.ErrorReason_ERROR_REASON_WRONG_TIME: {
		codes.FailedPrecondition,
		"It is too early or too late for {action}; look at the times of the shift, or ask the committee.", "现在不在可以{action}的时间内，请查看班次时间，或联系社区工作人员。",
	},
	nuov1.ErrorReason_ERROR_REASON_WRONG_SITE_CODE: {
		codes.FailedPrecondition,
		"The site code is wrong or no longer shown; read the present one on site.", "现场码不正确或已过期，请查看现场当前显示的码。",
	},
	nuov1.ErrorReason_ERROR_REASON_CHECKED_IN_ELSEWHERE: {
		codes.FailedPrecondition,
		"Still checked in at {contract}; check out there first.", "仍在 {contract} 签到中，请先在那里签退。",
	},
	nuov1.ErrorReason_ERROR_REASON_CAPACITY_BELOW_HELD: {
		codes.FailedPrecondition,
		"{held} slots are held, more than the capacity asked for; release some first.", "已有 {held} 个名额被占用，多于所设名额，请先处理其中的契约。",
	},
	nuov1.ErrorReason_ERROR_REASON_LIVE_CONTRACTS: {
		codes.FailedPrecondition,
		"{name} has live contracts ({contracts}); end them first.", "{name} 仍有有效契约（{contracts}），请先处理。",
	},
	nuov1.ErrorReason_ERROR_REASON_HAZARD_TERMS_MISSING: {
		codes.FailedPrecondition,
		"A hazardous task needs an insurance reference and terms before it is published ({task}).", "有人身危险的任务发布前须填写保险编号和约定条款（{task}）。",
	},
	nuov1.ErrorReason_ERROR_REASON_HOURS_EXCEED_ATTENDANCE: {
		codes.FailedPrecondition,
		"Hours cannot exceed the attendance of {attended}; lower them.", "时长不能超过签到至签退的 {attended}，请调低。",
	},
	nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION: {
		codes.FailedPrecondition,
		"The state of {name} does not allow it ({state}); read it again.", "{name} 的当前状态（{state}）不允许此操作，请重新读取。",
	},
	nuov1.ErrorReason_ERROR_REASON_LIST_INCOMPLETE: {
		codes.FailedPrecondition,
		"{name} is not complete; give every list a task and every task a shift.", "{name} 尚不完整，每份清单须有任务，每项任务须有班次。",
	},
	nuov1.ErrorReason_ERROR_REASON_DEACTIVATED: {
		codes.FailedPrecondition,
		"{name} is deactivated and takes nothing new.", "{name} 已停用，不能再办理新事项。",
	},

	nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED: {
		codes.ResourceExhausted,
		"The limit of {limit} is reached; settle something open first.", "已达到上限 {limit}，请先处理未完成的事项。",
	},
	nuov1.ErrorReason_ERROR_REASON_STORE_FULL: {
		codes.ResourceExhausted,
		"The disk is full: nothing was written. Reading goes on; tell the operator.", "磁盘已满，本次未写入任何内容，仍可查询，请通知运维人员。",
	},
	nuov1.ErrorReason_ERROR_REASON_TOO_LARGE: {
		codes.ResourceExhausted,
		"Too much for one call (at most {limit}); split it.", "一次处理的内容过多（上限 {limit}），请分批办理。",
	},
	nuov1.ErrorReason_ERROR_REASON_BUSY: {
		codes.Unavailable,
		"Too many writes wait; try again in a second with the same request id.", "当前写入繁忙，请稍候用同一请求编号重试。",
	},
	nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN: {
		codes.Unavailable,
		"It is not known whether this was done; repeat it with the same request id.", "本次操作结果未知，请用同一请求编号重试确认。",
	},
	nuov1.ErrorReason_ERROR_REASON_RESUME_TOO_OLD: {
		codes.OutOfRange,
		"The resume token is older than what is kept; start again without it.", "续传标记已过期，请重新开始。",
	},
	nuov1.ErrorReason_ERROR_REASON_DAMAGED: {
		codes.DataLoss,
		"A stored record is damaged ({table}); tell the operator, the log names it.", "有一条存储记录已损坏（{table}），请通知运维人员，日志中有记录。",
	},
	nuov1.ErrorReason_ERROR_REASON_INTERNAL: {
		codes.Internal,
		"A defect of the server; tell the operator this id: {id}.", "服务器内部错误，请将此编号告知运维人员：{id}。",
	},
}
