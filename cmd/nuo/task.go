package main

import (
	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// taskFlags are the fields of a task that a person edits.
var taskFlags = []string{
	"task.kind", "task.description", "task.compound", "task.hazard_class", "task.insurance_reference", "task.safety_terms",
}

func taskCommand(a *app) *cobra.Command {
	return a.group("task", text{"Tasks of a list", "清单中的任务"},
		rpc(a, spec{
			use: "create LIST", short: text{"Add a task to a list", "在清单中增加任务"},
			example: "nuo task create mingzhu-0209 --kind gate-check --title 一号门测温",
			args:    []string{"task.task_list"},
			flags:   append([]string{"task.name", "task.title!"}, taskFlags...),
		}, taskLists, nuov1.TaskListServiceClient.CreateTask, card("")),
		rpc(a, spec{
			use: "get TASK", short: text{"Show a task", "查看任务"}, example: "nuo task get gate-one",
		}, taskLists, nuov1.TaskListServiceClient.GetTask, card("")),
		rpc(a, spec{
			use: "list LIST", short: text{"List the tasks of a list", "列出清单的任务"}, example: "nuo task list mingzhu-0209",
		}, taskLists, nuov1.TaskListServiceClient.ListTasks, rows("name title kind compound hazard_class has_doors origin_task")),
		update(a, spec{
			use: "update TASK", short: text{"Change a task; its shifts get new terms", "修改任务（班次条款随之更新）"},
			example: "nuo task update gate-one --safety-terms 佩戴口罩",
			flags:   append([]string{"task.title"}, taskFlags...),
		}, "task", taskLists, nuov1.TaskListServiceClient.GetTask, nuov1.TaskListServiceClient.UpdateTask, card("")),
	)
}
