package server_test

import (
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

var longName = strings.Repeat("甲", 51)

// lists is an ordinary draft of 9 February but for one thing.
func lists(edit func(*nuov1.TaskList)) func(*cast) play {
	return func(*cast) play {
		l := &nuov1.TaskList{Community: mingzhu, Date: "2020-02-09", Title: "服务清单"}
		edit(l)
		return play{"mingzhu", &nuov1.CreateTaskListRequest{TaskList: l}}
	}
}

// works is an ordinary task but for one thing.
func works(edit func(*nuov1.Task)) func(*cast) play {
	return func(c *cast) play {
		t := &nuov1.Task{TaskList: c.gate(wish{}).list, Kind: nuov1.TaskKind_TASK_KIND_PATROL, Title: "巡逻"}
		edit(t)
		return play{"mingzhu", &nuov1.CreateTaskRequest{Task: t}}
	}
}

// shifts is an ordinary shift beside the gate's but for one thing.
func shifts(edit func(*gate, *nuov1.Shift)) func(*cast) play {
	return func(c *cast) play {
		g := c.gate(wish{})
		s := &nuov1.Shift{
			Task: g.task, Place: "西门", Capacity: 2,
			StartTime: timestamppb.New(g.start), EndTime: timestamppb.New(g.end),
		}
		edit(g, s)
		return play{"mingzhu", &nuov1.CreateShiftRequest{Shift: s}}
	}
}

// door is an ordinary new door but for what is said.
func door(edit func(*cast, *nuov1.AddDoorRequest)) func(*cast) play {
	return func(c *cast) play {
		req := &nuov1.AddDoorRequest{Task: c.gate(wish{}).task, Contact: aContact(c.next())}
		edit(c, req)
		return play{"mingzhu", req}
	}
}

// again is a call that is made a second time with another id.
func again(first func(*cast) play) func(*cast) play {
	return func(c *cast) play {
		p := first(c)
		c.must(p.who, proto.Clone(p.req))
		return p
	}
}

func after(t *timestamppb.Timestamp, d time.Duration) *timestamppb.Timestamp {
	return timestamppb.New(t.AsTime().Add(d))
}

var listRefusals = []refusal{
	{"a list of 30 February", "INVALID_FIELD", "task_list.date", lists(func(l *nuov1.TaskList) { l.Date = "2020-02-30" })},
	{"a list of no community", "INVALID_FIELD", "task_list.community", lists(func(l *nuov1.TaskList) { l.Community = court })},
	{"a list of an unknown community", "INVALID_FIELD", "task_list.community", lists(func(l *nuov1.TaskList) { l.Community = "communities/nowhere" })},
	{"a phone in a title", "INVALID_FIELD", "task_list.title", lists(func(l *nuov1.TaskList) { l.Title = "请打 138 0000 0000" })},
	{"co-hosting with oneself", "INVALID_FIELD", "task_list.cohosts[0]", lists(func(l *nuov1.TaskList) { l.Cohosts = []string{mingzhu} })},
	{"a co-host twice", "INVALID_FIELD", "task_list.cohosts[1]", lists(func(l *nuov1.TaskList) { l.Cohosts = []string{yinshan, yinshan} })},
	{"an id in capitals", "INVALID_FIELD", "task_list.name", lists(func(l *nuov1.TaskList) { l.Name = "taskLists/A" })},
	{"a list's name twice", "ALREADY_EXISTS", "", func(c *cast) play {
		name := c.gate(wish{draft: true}).list
		return lists(func(l *nuov1.TaskList) { l.Name = name })(c)
	}},
	{"an empty list published", "LIST_INCOMPLETE", "", func(c *cast) play {
		l := must[*nuov1.TaskList](c, "mingzhu", lists(func(*nuov1.TaskList) {})(c).req)
		return play{"mingzhu", &nuov1.PublishTaskListRequest{Name: l.GetName()}}
	}},
	{"hazard without insurance published", "HAZARD_TERMS_MISSING", "", works(func(t *nuov1.Task) { t.HazardClass = nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS })},
	{"published twice", "FAILED_PRECONDITION", "", again(plays()["/nuo.v1.TaskListService/PublishTaskList"])},
	{"closed twice", "FAILED_PRECONDITION", "", again(plays()["/nuo.v1.TaskListService/CloseTaskList"])},
	{"cancelled twice", "FAILED_PRECONDITION", "", again(plays()["/nuo.v1.TaskListService/CancelTaskList"])},
	{"a shift that is past, published", "WRONG_TIME", "", func(c *cast) play {
		g := c.gate(wish{draft: true, in: time.Minute, length: time.Minute})
		c.at(g.end)
		return play{"mingzhu", &nuov1.PublishTaskListRequest{Name: g.list}}
	}},
	{"a published list on another day", "INVALID_FIELD", "update_mask", func(c *cast) play {
		l := must[*nuov1.TaskList](c, "mingzhu", &nuov1.GetTaskListRequest{Name: c.gate(wish{}).list})
		l.Date = "2020-02-12"
		return play{"mingzhu", &nuov1.UpdateTaskListRequest{TaskList: l, UpdateMask: mask("date")}}
	}},
	{"a list read before another's edit", "ETAG_MISMATCH", "", func(c *cast) play {
		p := again(plays()["/nuo.v1.TaskListService/UpdateTaskList"])(c)
		return p
	}},
	{"an unknown list", "NOT_FOUND", "", by("mingzhu", &nuov1.GetTaskListRequest{Name: "taskLists/nowhere"})},
	{"lists that end first", "INVALID_FIELD", "to_date", by("mingzhu", &nuov1.ListTaskListsRequest{FromDate: "2020-02-09", ToDate: "2020-02-08"})},

	{"a task of no kind", "INVALID_FIELD", "task.kind", works(func(t *nuov1.Task) { t.Kind = 0 })},
	{"a task in another community", "INVALID_FIELD", "task.compound", works(func(t *nuov1.Task) { t.Compound = yinshan + "/compounds/1" })},
	{"a task of no list", "INVALID_FIELD", "task.task_list", works(func(t *nuov1.Task) { t.TaskList = "" })},
	{"a task of an unknown list", "NOT_FOUND", "", works(func(t *nuov1.Task) { t.TaskList = "taskLists/nowhere" })},
	{"a phone in a description", "INVALID_FIELD", "task.description", works(func(t *nuov1.Task) { t.Description = "联系 13800000000" })},
	{"the kind of a published task", "FAILED_PRECONDITION", "", func(c *cast) play {
		t := must[*nuov1.Task](c, "mingzhu", &nuov1.GetTaskRequest{Name: c.gate(wish{}).task})
		t.Kind = nuov1.TaskKind_TASK_KIND_PATROL
		return play{"mingzhu", &nuov1.UpdateTaskRequest{Task: t, UpdateMask: mask("kind")}}
	}},

	{"an end before the start", "INVALID_FIELD", "shift.end_time", shifts(func(_ *gate, s *nuov1.Shift) { s.EndTime = after(s.StartTime, -time.Minute) })},
	{"an end at the start", "INVALID_FIELD", "shift.end_time", shifts(func(_ *gate, s *nuov1.Shift) { s.EndTime = s.StartTime })},
	{"25 hours", "INVALID_FIELD", "shift.end_time", shifts(func(_ *gate, s *nuov1.Shift) { s.EndTime = after(s.StartTime, 25*time.Hour) })},
	{"an instant beyond the years", "INVALID_FIELD", "shift.start_time", shifts(func(_ *gate, s *nuov1.Shift) { s.StartTime = &timestamppb.Timestamp{Seconds: 1 << 60} })},
	{"another day than the list's", "INVALID_FIELD", "shift.start_time", shifts(func(_ *gate, s *nuov1.Shift) {
		s.StartTime, s.EndTime = after(s.StartTime, 48*time.Hour), after(s.EndTime, 48*time.Hour)
	})},
	{"a minimum above the capacity", "INVALID_FIELD", "shift.minimum_headcount", shifts(func(_ *gate, s *nuov1.Shift) { s.MinimumHeadcount = 3 })},
	{"claims close behind the end", "INVALID_FIELD", "shift.claim_close_time", shifts(func(_ *gate, s *nuov1.Shift) { s.ClaimCloseTime = after(s.EndTime, time.Second) })},
	{"claims open behind the end", "INVALID_FIELD", "shift.claim_open_time", shifts(func(_ *gate, s *nuov1.Shift) { s.ClaimOpenTime = s.EndTime })},
	{"claims close before they open", "INVALID_FIELD", "shift.claim_close_time", shifts(func(_ *gate, s *nuov1.Shift) { s.ClaimOpenTime, s.ClaimCloseTime = s.StartTime, s.StartTime })},
	{"relieved by nobody", "INVALID_FIELD", "shift.relieved_by", shifts(func(_ *gate, s *nuov1.Shift) { s.RelievedBy = "shifts/nowhere" })},
	{"for a unit that is nowhere", "INVALID_FIELD", "shift.requirements.organisations[0]", shifts(func(_ *gate, s *nuov1.Shift) {
		s.Requirements = &nuov1.Requirements{Organisations: []string{"units/nowhere"}}
	})},
	{"over before it is made", "INVALID_FIELD", "shift.end_time", shifts(func(g *gate, s *nuov1.Shift) {
		s.StartTime, s.EndTime = timestamppb.New(g.clock.Now().Add(-time.Minute)), timestamppb.New(g.clock.Now())
	})},
	{"no slots", "INVALID_FIELD", "shift.capacity", shifts(func(_ *gate, s *nuov1.Shift) { s.Capacity = 0 })},
	{"less capacity than is held", "CAPACITY_BELOW_HELD", "", func(c *cast) play {
		g := c.gate(wish{})
		g.claimed()
		g.claimed()
		s := must[*nuov1.Shift](c, "mingzhu", &nuov1.GetShiftRequest{Name: g.shift})
		s.Capacity = 1
		return play{"mingzhu", &nuov1.UpdateShiftRequest{Shift: s, UpdateMask: mask("capacity")}}
	}},
	{"a shift cancelled twice", "FAILED_PRECONDITION", "", again(plays()["/nuo.v1.ShiftService/CancelShift"])},
	{"a leader who is not there", "NOT_FOUND", "", func(c *cast) play {
		return play{"mingzhu", &nuov1.SetShiftLeaderRequest{Name: c.gate(wish{}).shift, Leader: c.people["neighbour"]}}
	}},
	{"reduced to more", "INVALID_FIELD", "capacity", func(c *cast) play {
		return play{"mingzhu", &nuov1.ReduceShiftRequest{Name: c.gate(wish{}).shift, Capacity: 5, Reason: "多了"}}
	}},
	{"somebody to go who is not there", "INVALID_FIELD", "volunteers_to_go", func(c *cast) play {
		return play{"mingzhu", &nuov1.ReduceShiftRequest{Name: c.gate(wish{}).shift, Capacity: 1, Reason: "多了", VolunteersToGo: []string{"contracts/" + nobody}}}
	}},
	{"a stream from nowhere", "INVALID_FIELD", "resume_token", by("mingzhu", &nuov1.WatchShiftsRequest{Community: mingzhu, ResumeToken: "AAAA"})},
	{"shifts that end first", "INVALID_FIELD", "to_date", by("mingzhu", &nuov1.ListShiftsRequest{FromDate: "2020-02-09", ToDate: "2020-02-08"})},
	{"shifts of another list's task", "INVALID_FIELD", "task", func(c *cast) play {
		return play{"mingzhu", &nuov1.ListShiftsRequest{TaskList: c.gate(wish{}).list, Task: c.gate(wish{}).task}}
	}},

	{"a household named twice over", "INVALID_FIELD", "contact", door(func(c *cast, r *nuov1.AddDoorRequest) { r.ServedParty = c.party().GetName() })},
	{"a household not named", "INVALID_FIELD", "contact", door(func(_ *cast, r *nuov1.AddDoorRequest) { r.Contact = nil })},
	{"a household without name and door", "INVALID_FIELD", "contact", door(func(_ *cast, r *nuov1.AddDoorRequest) {
		r.Contact = &nuov1.ServedPartyContact{Phone: partyPhone + "0000"}
	})},
	{"a household twice", "ALREADY_EXISTS", "", again(door(func(c *cast, r *nuov1.AddDoorRequest) { r.ServedParty, r.Contact = c.party().GetName(), nil }))},
	{"an unknown door", "NOT_FOUND", "", by("mingzhu", &nuov1.RecordDoorRequest{Name: "doors/nowhere", Outcome: 1})},
	{"a door shown too early", "WRONG_TIME", "", func(c *cast) play {
		p := c.gate(wish{in: 13 * time.Hour, doors: 1, byHand: true}).claimed()
		c.must("mingzhu", &nuov1.AcceptContractRequest{Name: p.name})
		return play{p.who, &nuov1.ShowDoorsRequest{Task: p.task, Contract: p.name}}
	}},
	{"a door shown before one is accepted", "WRONG_STATE", "", func(c *cast) play {
		p := c.gate(wish{doors: 1}).claimed()
		return play{p.who, &nuov1.ShowDoorsRequest{Task: p.task, Contract: p.name}}
	}},
}
