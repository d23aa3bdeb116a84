package main

import (
	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// shiftFlags are the fields of a shift that a person edits and need not give.
var shiftFlags = []string{
	"shift.meeting_point", "shift.timing", "shift.minimum_headcount", "shift.requirements.skills",
	"shift.requirements.adults_only", "shift.requirements.members_only", "shift.requirements.organisations",
	"shift.claim_open_time=claim-open", "shift.claim_close_time=claim-close", "shift.risk_notes", "shift.relieved_by",
}

const (
	shiftRows = "name title when place fill remaining waiting shift_state allowed_actions ineligible_reasons"
	shiftCard = "name title kind when timing place meeting_point fill remaining waiting shift_state minimum_headcount " +
		"requirements hazard_class risk_notes claim_open_time claim_close_time leader relieved_by cut_time " +
		"people_reached revision amendment_due_time task task_list community allowed_actions ineligible_reasons etag"
)

func shiftCommand(a *app) *cobra.Command {
	return a.group("shift", text{"Shifts: a task at a place and time, with slots", "班次"},
		rpc(a, spec{
			use: "find", short: text{"Find shifts by community, date, kind, still open", "按社区、日期、类别查找班次"},
			example: "nuo shift find --community mingzhu --date 2020-02-09 --kind gate-check --open",
			flags:   []string{"community", "street", "task_list=list", "task", "kind", "open", "claimable"},
		}, shifts, nuov1.ShiftServiceClient.ListShifts, rows(shiftRows)),
		rpc(a, spec{
			use: "get SHIFT", short: text{"Show a shift with its fill", "查看班次"}, example: "nuo shift get gate-am",
		}, shifts, nuov1.ShiftServiceClient.GetShift, card(shiftCard)),
		rpc(a, spec{
			use: "create TASK", short: text{"Add a shift to a task", "在任务中增加班次"},
			example: "nuo shift create gate-one --name gate-am --place 一号门 --start '2020-02-09 08:00' --end '2020-02-09 12:00' --capacity 4",
			args:    []string{"shift.task"},
			flags: append([]string{
				"shift.name", "shift.place!", "shift.start_time=start!", "shift.end_time=end!", "shift.capacity!",
			}, shiftFlags...),
		}, shifts, nuov1.ShiftServiceClient.CreateShift, card(shiftCard)),
		update(a, spec{
			use: "update SHIFT", short: text{"Amend a shift; who signed is asked to accept", "变更班次（已签诺者须接受）"},
			example: "nuo shift update gate-am --end '2020-02-09 11:00'",
			flags: append([]string{
				"shift.place", "shift.start_time=start", "shift.end_time=end", "shift.capacity",
			}, shiftFlags...),
		}, "shift", shifts, nuov1.ShiftServiceClient.GetShift, nuov1.ShiftServiceClient.UpdateShift, card(shiftCard)),
		cancelShiftCommand(a), cutShortCommand(a), reduceCommand(a), leaderCommand(a), codeCommand(a), watchCommand(a),
	)
}

func cancelShiftCommand(a *app) *cobra.Command {
	return rpcWith(a, spec{
		use: "cancel SHIFT", short: text{"Cancel a shift and release who signed", "取消班次"},
		example: "nuo shift cancel gate-am --reason 暴雨 --yes",
		flags:   []string{"reason!"}, extra: a.yesFlag,
	}, shifts, nuov1.ShiftServiceClient.CancelShift, confirmCancel[*nuov1.CancelShiftRequest], card(shiftCard))
}

func cutShortCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "cut-short SHIFT", short: text{"End a running shift now; who is there keeps the hours", "提前结束班次"},
		example: "nuo shift cut-short gate-am --reason 暴雨 --later-shifts",
		flags:   []string{"reason!", "later_shifts"},
	}, shifts, nuov1.ShiftServiceClient.CutShortShift, card(shiftCard))
}

func reduceCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "reduce SHIFT", short: text{"Lower the capacity to what is still needed", "减少名额"},
		example: "nuo shift reduce gate-am --capacity 2 --reason 人手已够",
		flags:   []string{"capacity!", "volunteers_to_go", "reason!"},
	}, shifts, nuov1.ShiftServiceClient.ReduceShift, card(shiftCard))
}

func leaderCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "leader SHIFT", short: text{"Name the shift leader, or with an empty name take it away", "指定带班长"},
		example: "nuo shift leader gate-am --leader 7d9f1c8e-3c67-4a55-9d1f-0c2b7a1e5f43",
		flags:   []string{"leader!"},
	}, shifts, nuov1.ShiftServiceClient.SetShiftLeader, card("name title when leader"))
}

func codeCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "code SHIFT", short: text{"Show the code to check in with, as it is this minute", "显示当前签到码"},
		example: "nuo shift code gate-am",
	}, shifts, nuov1.ShiftServiceClient.GetSiteCode, card("code expire_time"))
}
