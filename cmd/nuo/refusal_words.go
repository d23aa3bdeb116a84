package main

import (
	"google.golang.org/grpc/codes"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// sayDoorByContract helps a volunteer whom the doors of a task were not shown.
var sayDoorByContract = text{
	"A volunteer sees doors by the contract on the task: add --contract CONTRACT (nuo contracts lists yours).",
	"志愿者凭在此任务上的契约查看：请加上 --contract 契约（nuo contracts 列出您的契约）。",
}

// matchSteps add it to what the commands about plans were refused.
var matchSteps = map[nuov1.ErrorReason]text{
	nuov1.ErrorReason_ERROR_REASON_WRONG_STATE: {"nuo match show MATCH shows where it stands.", "nuo match show MATCH 显示其状态。"},
}

// nextSteps add to the server's words which command helps.
var nextSteps = map[nuov1.ErrorReason]text{
	nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED:   {"Hand it over with --token, --token-file or NUO_TOKEN.", "用 --token、--token-file 或 NUO_TOKEN 给出令牌。"},
	nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED: {"nuo whoami shows what you may be.", "nuo whoami 显示您的角色。"},
	nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL:        {"nuo claim SHIFT --waitlist waits; nuo shift find --open shows others.", "nuo claim SHIFT --waitlist 可候补；nuo shift find --open 查看其他班次。"},
	nuov1.ErrorReason_ERROR_REASON_OVERLAP:           {"nuo contracts shows what you promised.", "nuo contracts 显示您的契约。"},
	nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED:   {"nuo contracts shows what you promised.", "nuo contracts 显示您的契约。"},
	nuov1.ErrorReason_ERROR_REASON_NOT_REGISTERED:    {"nuo volunteer register me --community … registers.", "用 nuo volunteer register me --community … 报到。"},
	nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING:   {"nuo volunteer consent me --kind record --given gives it.", "用 nuo volunteer consent me --kind record --given 表示同意。"},
	nuov1.ErrorReason_ERROR_REASON_WRONG_STATE:       {"nuo contract get CONTRACT shows what can be done now.", "nuo contract get CONTRACT 显示现在可以做什么。"},
	nuov1.ErrorReason_ERROR_REASON_WRONG_TIME:        {"nuo contract get CONTRACT shows what can be done now.", "nuo contract get CONTRACT 显示现在可以做什么。"},
	nuov1.ErrorReason_ERROR_REASON_ETAG_MISMATCH:     {"Run the command again: it reads anew.", "请再执行一次，会重新读取。"},
	nuov1.ErrorReason_ERROR_REASON_REVISION_MISMATCH: {"Run the command again: it shows the new terms.", "请再执行一次，会显示新的条款。"},
}

// codeWords are the kinds of refusal.
var codeWords = map[codes.Code]text{
	codes.InvalidArgument: {"not right", "填写有误"}, codes.Unauthenticated: {"not signed in", "未登录"},
	codes.PermissionDenied: {"not allowed", "无权操作"}, codes.NotFound: {"not found", "不存在"},
	codes.AlreadyExists: {"exists already", "已存在"}, codes.Aborted: {"changed meanwhile", "已有变化"},
	codes.FailedPrecondition: {"not possible now", "现在不能办理"}, codes.ResourceExhausted: {"limit reached", "超出限额"},
	codes.OutOfRange: {"out of range", "超出范围"}, codes.Unavailable: {"not available", "暂不可用"},
	codes.DataLoss: {"damaged", "数据损坏"}, codes.Internal: {"internal error", "内部错误"},
	codes.DeadlineExceeded: {"too late", "超时"}, codes.Canceled: {"ended", "已中断"},
}
