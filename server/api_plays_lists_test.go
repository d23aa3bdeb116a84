package server_test

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// listPlays are those of lists, tasks and shifts.
var listPlays = map[string]func(*cast) play{
	"/nuo.v1.TaskListService/CreateTaskList": func(c *cast) play {
		return play{"mingzhu", &nuov1.CreateTaskListRequest{TaskList: &nuov1.TaskList{
			Name: fmt.Sprintf("taskLists/n%d", c.next()), Community: mingzhu, Date: "2020-02-09", Title: "服务清单",
		}}}
	},
	"/nuo.v1.TaskListService/GetTaskList": func(c *cast) play {
		return play{"mingzhu", &nuov1.GetTaskListRequest{Name: c.gate(wish{draft: true}).list}}
	},
	"/nuo.v1.TaskListService/ListTaskLists": func(*cast) play {
		return play{"mingzhu", &nuov1.ListTaskListsRequest{Community: mingzhu}}
	},
	"/nuo.v1.TaskListService/UpdateTaskList": func(c *cast) play {
		g := c.gate(wish{})
		l := must[*nuov1.TaskList](c, "mingzhu", &nuov1.GetTaskListRequest{Name: g.list})
		return play{"mingzhu", &nuov1.UpdateTaskListRequest{
			TaskList:   &nuov1.TaskList{Name: g.list, Title: "改过的清单", Etag: l.GetEtag(), Date: l.GetDate()},
			UpdateMask: mask("title"),
		}}
	},
	"/nuo.v1.TaskListService/PublishTaskList": func(c *cast) play {
		return play{"mingzhu", &nuov1.PublishTaskListRequest{Name: c.gate(wish{draft: true}).list}}
	},
	"/nuo.v1.TaskListService/CloseTaskList": func(c *cast) play {
		return play{"mingzhu", &nuov1.CloseTaskListRequest{Name: c.gate(wish{}).list}}
	},
	"/nuo.v1.TaskListService/CancelTaskList": func(c *cast) play {
		return play{"mingzhu", &nuov1.CancelTaskListRequest{Name: c.gate(wish{}).claimed().list, Reason: "暴雨"}}
	},
	"/nuo.v1.TaskListService/CreateTask": func(c *cast) play {
		return play{"mingzhu", &nuov1.CreateTaskRequest{Task: &nuov1.Task{
			Name: fmt.Sprintf("tasks/n%d", c.next()), TaskList: c.gate(wish{}).list,
			Kind: nuov1.TaskKind_TASK_KIND_PATROL, Title: "巡逻",
		}}}
	},
	"/nuo.v1.TaskListService/GetTask": func(c *cast) play {
		return play{"mingzhu", &nuov1.GetTaskRequest{Name: c.gate(wish{draft: true}).task}}
	},
	"/nuo.v1.TaskListService/ListTasks": func(c *cast) play {
		return play{"mingzhu", &nuov1.ListTasksRequest{TaskList: c.gate(wish{draft: true}).list}}
	},
	"/nuo.v1.TaskListService/UpdateTask": func(c *cast) play {
		p := c.gate(wish{}).claimed()
		t := must[*nuov1.Task](c, "mingzhu", &nuov1.GetTaskRequest{Name: p.task})
		return play{"mingzhu", &nuov1.UpdateTaskRequest{
			Task:       &nuov1.Task{Name: p.task, Title: "测温", Description: "登记进出车辆。", Etag: t.GetEtag()},
			UpdateMask: mask("title", "description"),
		}}
	},

	"/nuo.v1.ShiftService/CreateShift": func(c *cast) play {
		g := c.gate(wish{})
		return play{"mingzhu", &nuov1.CreateShiftRequest{Shift: &nuov1.Shift{
			Name: fmt.Sprintf("shifts/n%d", c.next()), Task: g.task, Place: "西门", Capacity: 2,
			StartTime: timestamppb.New(g.start), EndTime: timestamppb.New(g.end),
		}}}
	},
	"/nuo.v1.ShiftService/GetShift": func(c *cast) play {
		return play{"mingzhu", &nuov1.GetShiftRequest{Name: c.gate(wish{draft: true}).shift}}
	},
	"/nuo.v1.ShiftService/ListShifts": func(*cast) play {
		return play{"mingzhu", &nuov1.ListShiftsRequest{Community: mingzhu}}
	},
	"/nuo.v1.ShiftService/UpdateShift": func(c *cast) play { return play{"mingzhu", c.gate(wish{}).claimed().later()} },
	"/nuo.v1.ShiftService/CancelShift": func(c *cast) play {
		return play{"mingzhu", &nuov1.CancelShiftRequest{Name: c.gate(wish{}).claimed().shift, Reason: "暴雨"}}
	},
	"/nuo.v1.ShiftService/CutShortShift": func(c *cast) play {
		return play{"mingzhu", &nuov1.CutShortShiftRequest{Name: c.soon().present().shift, Reason: "暴雨"}}
	},
	"/nuo.v1.ShiftService/ReduceShift": func(c *cast) play {
		g := c.gate(wish{})
		g.claimed()
		p := g.claimed()
		return play{"mingzhu", &nuov1.ReduceShiftRequest{
			Name: g.shift, Capacity: 1, VolunteersToGo: []string{p.name}, Reason: "人手够了",
		}}
	},
	"/nuo.v1.ShiftService/SetShiftLeader": func(c *cast) play {
		p := c.gate(wish{}).claimed()
		return play{"mingzhu", &nuov1.SetShiftLeaderRequest{Name: p.shift, Leader: c.people[p.who]}}
	},
	"/nuo.v1.ShiftService/GetSiteCode": func(c *cast) play {
		return play{"mingzhu", &nuov1.GetSiteCodeRequest{Name: c.gate(wish{}).shift}}
	},
	"/nuo.v1.ShiftService/WatchShifts": func(*cast) play {
		return play{"mingzhu", &nuov1.WatchShiftsRequest{Community: mingzhu}}
	},
}

// later asks for the gate's shift to begin and end ten minutes later.
func (g *gate) later() *nuov1.UpdateShiftRequest {
	g.Helper()
	s := must[*nuov1.Shift](g.cast, "mingzhu", &nuov1.GetShiftRequest{Name: g.shift})
	s.StartTime = timestamppb.New(g.start.Add(10 * time.Minute))
	s.EndTime = timestamppb.New(g.end.Add(10 * time.Minute))
	return &nuov1.UpdateShiftRequest{Shift: s, UpdateMask: mask("start_time", "end_time")}
}
