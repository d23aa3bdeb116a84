package main

import (
	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// listFlags are the fields of a task list that a person edits.
var listFlags = []string{
	"task_list.activity_lead", "task_list.cohosts", "task_list.accept_by_hand", "task_list.close_time",
}

func listCommand(a *app) *cobra.Command {
	return a.group("list", text{"Task lists: what a community publishes for a day", "服务清单"},
		rpc(a, spec{
			use: "create [LIST]", short: text{"Draft a list for a date", "起草清单"},
			example: "nuo list create mingzhu-0209 --community mingzhu --on 2020-02-09 --title 明珠社区2月9日防控清单",
			args:    []string{"task_list.name"},
			flags:   append([]string{"task_list.community!", "task_list.date=on!", "task_list.title!"}, listFlags...),
		}, taskLists, nuov1.TaskListServiceClient.CreateTaskList, card("")),
		rpc(a, spec{
			use: "get LIST", short: text{"Show a list", "查看清单"}, example: "nuo list get mingzhu-0209",
		}, taskLists, nuov1.TaskListServiceClient.GetTaskList, card("")),
		rpc(a, spec{
			use: "list", short: text{"List task lists by community and dates", "按社区和日期列出清单"},
			example: "nuo list list --community mingzhu --from today",
			flags:   []string{"community"},
		}, taskLists, nuov1.TaskListServiceClient.ListTaskLists, rows("name date title community state publish_time")),
		update(a, spec{
			use: "update LIST", short: text{"Change a list; what is published is amended in the open", "修改清单"},
			example: "nuo list update mingzhu-0209 --activity-lead 李示例",
			flags:   append([]string{"task_list.title", "task_list.date=on"}, listFlags...),
		}, "task_list", taskLists, nuov1.TaskListServiceClient.GetTaskList,
			nuov1.TaskListServiceClient.UpdateTaskList, card("")),
		rpc(a, spec{
			use: "publish LIST", short: text{"Publish a list: its shifts can be claimed", "发布清单"},
			example: "nuo list publish mingzhu-0209",
		}, taskLists, nuov1.TaskListServiceClient.PublishTaskList, card("name title state publish_time")),
		rpc(a, spec{
			use: "close LIST", short: text{"Close a list: no more claims and offers", "截止报名"},
			example: "nuo list close mingzhu-0209",
		}, taskLists, nuov1.TaskListServiceClient.CloseTaskList, card("name title state")),
		rpcWith(a, spec{
			use: "cancel LIST", short: text{"Cancel a list and release who signed", "取消清单"},
			example: "nuo list cancel mingzhu-0209 --reason 暴雨 --yes",
			flags:   []string{"reason!"}, extra: a.yesFlag,
		}, taskLists, nuov1.TaskListServiceClient.CancelTaskList, confirmCancel[*nuov1.CancelTaskListRequest],
			card("name title state cancel_reason")),
	)
}

// confirmCancel asks before everybody who signed is released.
func confirmCancel[Req any](in *input, _ Req) error { return in.confirm(sayConfirmCancel) }
