package tasklist_test

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

func TestOKListFromDraftToClosed(t *testing.T) {
	h := open(t)
	h.drafted(func(l *nuov1.TaskList) { l.Cohosts = []string{xingzhou}; l.CloseTime = at(17, 0) })
	l := h.getList("taskLists/day")
	if l.GetState() != nuov1.TaskListState_TASK_LIST_STATE_DRAFT || l.GetMaker() != mingzhu || l.GetDistrict() != district ||
		l.GetStreet() != street || l.GetEtag() == "" || l.GetPublishTime() != nil {
		t.Fatalf("draft: %v", l)
	}
	published := must[*nuov1.TaskList](t)(h.publish("committee", "taskLists/day"))
	if published.GetState() != nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED || !published.GetPublishTime().AsTime().Equal(noon) ||
		published.GetEtag() == l.GetEtag() {
		t.Fatalf("published: %v", published)
	}
	h.clock.set(at(17, 0).AsTime())
	if l := h.getList("taskLists/day"); l.GetState() != nuov1.TaskListState_TASK_LIST_STATE_CLOSED {
		t.Errorf("at its closing time: %v", l.GetState())
	}
	if n := h.events("taskLists/day"); n != 4 {
		t.Errorf("%d events, want 4: created, task, shift, published", n)
	}
}

func TestOKServerMakesNames(t *testing.T) {
	h := open(t)
	l := must[*nuov1.TaskList](t)(h.list("street", ""))
	if l.GetMaker() != street || len(l.GetName()) != len("taskLists/")+36 {
		t.Errorf("%v", l)
	}
}

func TestErrInvalidFieldOfList(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		field string
		edit  func(*nuov1.TaskList)
	}{
		{"task_list.name", func(l *nuov1.TaskList) { l.Name = "lists/x" }},
		{"task_list.name", func(l *nuov1.TaskList) { l.Name = "taskLists/-x" }},
		{"task_list.community", func(l *nuov1.TaskList) { l.Community = "" }},
		{"task_list.community", func(l *nuov1.TaskList) { l.Community = street }},
		{"task_list.community", func(l *nuov1.TaskList) { l.Community = "communities/nowhere" }},
		{"task_list.date", func(l *nuov1.TaskList) { l.Date = "2020-02-30" }},
		{"task_list.title", func(l *nuov1.TaskList) { l.Title = "找张三 138-0013-8000" }},
		{"task_list.title", func(l *nuov1.TaskList) { l.Title = "电话１３８００１３８０００" }},
		{"task_list.cohosts[0]", func(l *nuov1.TaskList) { l.Cohosts = []string{mingzhu} }},
		{"task_list.cohosts[0]", func(l *nuov1.TaskList) { l.Cohosts = []string{abroad} }},
		{"task_list.cohosts[1]", func(l *nuov1.TaskList) { l.Cohosts = []string{xingzhou, xingzhou} }},
		{"task_list.close_time", func(l *nuov1.TaskList) { l.CloseTime = &timestamppb.Timestamp{Nanos: -1} }},
	} {
		_, err := h.list("committee", "", c.edit)
		invalid(t, err, c.field)
	}
	if _, err := h.list("committee", "", func(l *nuov1.TaskList) { l.Title = "编号 202002081400001" }); err != nil {
		t.Errorf("a long number is no phone: %v", err)
	}
}

func TestErrDeactivatedCohost(t *testing.T) {
	h := open(t)
	_, err := h.list("committee", "", func(l *nuov1.TaskList) { l.Cohosts = []string{"communities/left"} })
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_DEACTIVATED)
}

func TestErrAlreadyExistsListTwice(t *testing.T) {
	h := open(t)
	h.drafted()
	_, err := h.list("committee", "taskLists/day")
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_ALREADY_EXISTS)
}

func TestErrPermissionDeniedOthersMakeNoList(t *testing.T) {
	h := open(t)
	for _, who := range []string{"neighbours", "one", "dong", "auditor"} {
		_, err := h.list(who, "")
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	}
	// Whoever is of another district is not told that there is such a community.
	_, err := h.list("stranger", "")
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
}

// A draft, its tasks and its shifts are NOT_FOUND to all but its makers, whatever they ask for.
func TestErrNotFoundDraftIsItsMakers(t *testing.T) {
	h := open(t)
	h.drafted(func(l *nuov1.TaskList) { l.Cohosts = []string{xingzhou} })
	must[*nuov1.TaskList](t)(h.list("street", "taskLists/drawn"))
	for _, who := range []string{"neighbours", "one", "auditor", "stranger", "street"} {
		_, err := h.lists.GetTaskList(h.as(who), &nuov1.GetTaskListRequest{Name: "taskLists/day"})
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
		_, err = h.lists.ListTasks(h.as(who), &nuov1.ListTasksRequest{TaskList: "taskLists/day"})
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
		_, err = h.lists.GetTask(h.as(who), &nuov1.GetTaskRequest{Name: "tasks/gate"})
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
		_, err = h.shifts.GetShift(h.as(who), &nuov1.GetShiftRequest{Name: "shifts/pm"})
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
		_, err = h.shifts.ListShifts(h.as(who), &nuov1.ListShiftsRequest{TaskList: "taskLists/day"})
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
		_, err = h.doors.CountDoors(h.as(who), &nuov1.CountDoorsRequest{Task: "tasks/gate"})
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	}
	for _, who := range []string{"neighbours", "street"} {
		_, err := h.publish(who, "taskLists/day")
		if f, ok := fault.As(err); ok && f.Reason == nuov1.ErrorReason_ERROR_REASON_INTERNAL {
			t.Error(err)
		}
		if err == nil {
			t.Errorf("%s published a foreign draft", who)
		}
	}
	for _, who := range []string{"street", "committee"} {
		must[*nuov1.TaskList](t)(h.lists.GetTaskList(h.as(who), &nuov1.GetTaskListRequest{Name: "taskLists/drawn"}))
	}
	seen := must[*nuov1.ListTaskListsResponse](t)(h.lists.ListTaskLists(h.as("one"), &nuov1.ListTaskListsRequest{}))
	shifts := must[*nuov1.ListShiftsResponse](t)(h.shifts.ListShifts(h.as("one"), &nuov1.ListShiftsRequest{}))
	if len(seen.GetTaskLists()) != 0 || len(shifts.GetShifts()) != 0 {
		t.Errorf("a volunteer sees drafts: %v %v", names(seen.GetTaskLists()), names(shifts.GetShifts()))
	}
}

// A draft that is given up stays its makers'.
func TestErrNotFoundCancelledDraft(t *testing.T) {
	h := open(t)
	h.drafted()
	must[*nuov1.TaskList](t)(h.lists.CancelTaskList(h.as("committee"),
		&nuov1.CancelTaskListRequest{RequestId: id(), Name: "taskLists/day", Reason: "下雨"}))
	_, err := h.lists.GetTaskList(h.as("one"), &nuov1.GetTaskListRequest{Name: "taskLists/day"})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
}

func TestErrListIncompleteNamesWhatIsMissing(t *testing.T) {
	h := open(t)
	must[*nuov1.TaskList](t)(h.list("committee", "taskLists/day"))
	_, err := h.publish("committee", "taskLists/day")
	if f := refusal(t, err, nuov1.ErrorReason_ERROR_REASON_LIST_INCOMPLETE); f.Vars["name"] != "taskLists/day" {
		t.Errorf("%v", f)
	}
	for _, name := range []string{"tasks/b", "tasks/a", "tasks/gate"} {
		must[*nuov1.Task](t)(h.task("committee", name, "taskLists/day"))
	}
	must[*nuov1.Shift](t)(h.shift("committee", "shifts/pm", "tasks/gate"))
	_, err = h.publish("committee", "taskLists/day")
	if f := refusal(t, err, nuov1.ErrorReason_ERROR_REASON_LIST_INCOMPLETE); f.Vars["name"] != "tasks/a, tasks/b" {
		t.Errorf("%v", f)
	}
}

func TestErrHazardTermsMissing(t *testing.T) {
	h := open(t)
	h.drafted()
	hazard := func(t *nuov1.Task) { t.HazardClass = nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS }
	task := must[*nuov1.Task](t)(h.task("committee", "tasks/spray", "taskLists/day", hazard))
	must[*nuov1.Shift](t)(h.shift("committee", "shifts/spray", "tasks/spray"))
	_, err := h.publish("committee", "taskLists/day")
	if f := refusal(t, err, nuov1.ErrorReason_ERROR_REASON_HAZARD_TERMS_MISSING); f.Vars["task"] != "tasks/spray" {
		t.Errorf("%v", f)
	}
	task.InsuranceReference, task.SafetyTerms = "PICC-1", "防护服"
	must[*nuov1.Task](t)(h.lists.UpdateTask(h.as("committee"), &nuov1.UpdateTaskRequest{
		RequestId: id(), Task: task, UpdateMask: mask("insurance_reference", "safety_terms"),
	}))
	must[*nuov1.TaskList](t)(h.publish("committee", "taskLists/day"))
	_, err = h.task("committee", "", "taskLists/day", hazard)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_HAZARD_TERMS_MISSING)
}

func TestOKPublishAndStart(t *testing.T) {
	h := open(t)
	h.drafted()
	h.clock.set(at(15, 0).AsTime())
	must[*nuov1.TaskList](t)(h.publish("committee", "taskLists/day"))
}

func TestErrWrongTimePublishAfterTheEnd(t *testing.T) {
	h := open(t)
	h.drafted()
	h.clock.set(at(18, 0).AsTime())
	_, err := h.publish("committee", "taskLists/day")
	if f := refusal(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_TIME); f.Vars["shift"] != "shifts/pm" {
		t.Errorf("%v", f)
	}
}

func TestErrFailedPreconditionOfState(t *testing.T) {
	for _, c := range []struct {
		state string
		reach func(*house)
	}{
		{"PUBLISHED", func(*house) {}},
		{"CLOSED", func(h *house) {
			must[*nuov1.TaskList](h.t)(h.lists.CloseTaskList(h.as("committee"),
				&nuov1.CloseTaskListRequest{RequestId: id(), Name: "taskLists/day"}))
		}},
		{"CANCELLED", func(h *house) {
			must[*nuov1.TaskList](h.t)(h.lists.CancelTaskList(h.as("committee"),
				&nuov1.CancelTaskListRequest{RequestId: id(), Name: "taskLists/day", Reason: "下雨"}))
		}},
	} {
		t.Run(c.state, func(t *testing.T) {
			h := open(t)
			h.published()
			c.reach(h)
			_, err := h.publish("committee", "taskLists/day")
			f := refusal(t, err, nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION)
			if f.Vars["state"] != c.state || f.Vars["name"] != "taskLists/day" {
				t.Errorf("%v", f)
			}
			if c.state == "PUBLISHED" {
				return
			}
			_, err = h.lists.CloseTaskList(h.as("committee"), &nuov1.CloseTaskListRequest{RequestId: id(), Name: "taskLists/day"})
			refused(t, err, nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION)
			_, err = h.task("committee", "", "taskLists/day")
			refused(t, err, nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION)
			_, err = h.shift("committee", "", "tasks/gate")
			refused(t, err, nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION)
			_, err = h.updateShift("committee", "shifts/pm", func(s *nuov1.Shift) { s.Capacity = 9 }, "capacity")
			refused(t, err, nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION)
		})
	}
}

func TestOKUpdateList(t *testing.T) {
	h := open(t)
	h.published()
	l := h.getList("taskLists/day")
	l.Title, l.Cohosts, l.Date = "改名", []string{xingzhou}, "2021-01-01"
	got := must[*nuov1.TaskList](t)(h.lists.UpdateTaskList(h.as("committee"), &nuov1.UpdateTaskListRequest{
		RequestId: id(), TaskList: l, UpdateMask: mask("title", "cohosts"),
	}))
	if got.GetTitle() != "改名" || got.GetDate() != "2020-02-08" || got.GetEtag() == l.GetEtag() {
		t.Errorf("%v", got)
	}
	if s := h.getShift("shifts/pm"); !slices.Equal(s.GetCohosts(), []string{xingzhou}) {
		t.Errorf("the shift's co-hosts: %v", s.GetCohosts())
	}
	found := must[*nuov1.ListShiftsResponse](t)(h.shifts.ListShifts(h.as("neighbours"), &nuov1.ListShiftsRequest{Community: xingzhou}))
	if !slices.Equal(names(found.GetShifts()), []string{"shifts/pm"}) {
		t.Errorf("the co-host finds %v", names(found.GetShifts()))
	}
}

func TestErrUpdateList(t *testing.T) {
	h := open(t)
	h.drafted()
	update := func(who string, edit func(*nuov1.TaskList), paths ...string) error {
		l := proto.CloneOf(h.getList("taskLists/day"))
		edit(l)
		_, err := h.lists.UpdateTaskList(h.as(who), &nuov1.UpdateTaskListRequest{RequestId: id(), TaskList: l, UpdateMask: mask(paths...)})
		return err
	}
	same := func(*nuov1.TaskList) {}
	invalid(t, update("committee", same, "title", "state"), "update_mask.paths[1]")
	invalid(t, update("committee", same, "Zhang San 3-501"), "update_mask.paths[0]")
	invalid(t, update("committee", func(l *nuov1.TaskList) { l.Date = "2020-02-09" }, "date"), "update_mask")
	for _, stale := range []string{"", "AAAAAAAAAAAA"} {
		refused(t, update("committee", func(l *nuov1.TaskList) { l.Etag = stale }, "title"), nuov1.ErrorReason_ERROR_REASON_ETAG_MISMATCH)
	}
	refused(t, update("one", same, "title"), nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	refused(t, update("neighbours", same, "title"), nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	must[*nuov1.TaskList](t)(h.publish("committee", "taskLists/day"))
	refused(t, update("neighbours", same, "title"), nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	invalid(t, update("committee", func(l *nuov1.TaskList) { l.Date = "2020-02-09" }, "date"), "update_mask")
}

func TestOKListsByDate(t *testing.T) {
	h := open(t)
	for _, day := range []string{"10", "08", "09", "11"} {
		must[*nuov1.TaskList](t)(h.list("committee", "taskLists/d"+day, func(l *nuov1.TaskList) { l.Date = "2020-02-" + day }))
	}
	req := &nuov1.ListTaskListsRequest{Community: mingzhu, FromDate: "2020-02-08", ToDate: "2020-02-11", PageSize: 2}
	first := must[*nuov1.ListTaskListsResponse](t)(h.lists.ListTaskLists(h.as("committee"), req))
	req.PageToken = first.GetNextPageToken()
	second := must[*nuov1.ListTaskListsResponse](t)(h.lists.ListTaskLists(h.as("committee"), req))
	got := append(names(first.GetTaskLists()), names(second.GetTaskLists())...)
	if !slices.Equal(got, []string{"taskLists/d08", "taskLists/d09", "taskLists/d10"}) || second.GetNextPageToken() != "" {
		t.Errorf("%v", got)
	}
	req.ToDate = "2020-02-12"
	_, err := h.lists.ListTaskLists(h.as("committee"), req)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN)
}

func TestOKUpdateTaskReachesItsShifts(t *testing.T) {
	h := open(t)
	h.drafted()
	task := h.getTask("tasks/gate")
	task.Title, task.Compound, task.Kind = "巡逻", dong, nuov1.TaskKind_TASK_KIND_PATROL
	must[*nuov1.Task](t)(h.lists.UpdateTask(h.as("committee"), &nuov1.UpdateTaskRequest{
		RequestId: id(), Task: task, UpdateMask: mask("title", "compound", "kind"),
	}))
	s := h.getShift("shifts/pm")
	if s.GetTitle() != "巡逻" || s.GetCompound() != dong || s.GetKind() != nuov1.TaskKind_TASK_KIND_PATROL || s.GetRevision() != 1 {
		t.Errorf("%v", s)
	}
	_, err := h.lists.UpdateTask(h.as("committee"), &nuov1.UpdateTaskRequest{RequestId: id(), Task: task, UpdateMask: mask("title")})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_ETAG_MISMATCH)
}

func TestErrInvalidFieldOfTask(t *testing.T) {
	h := open(t)
	h.drafted()
	for _, c := range []struct {
		field string
		edit  func(*nuov1.Task)
	}{
		{"task.name", func(t *nuov1.Task) { t.Name = "task" }},
		{"task.task_list", func(t *nuov1.Task) { t.TaskList = "张三" }},
		{"task.kind", func(t *nuov1.Task) { t.Kind = 0 }},
		{"task.compound", func(t *nuov1.Task) { t.Compound = mingzhu }},
		{"task.compound", func(t *nuov1.Task) { t.Compound = abroad + "/compounds/x" }},
		{"task.compound", func(t *nuov1.Task) { t.Compound = mingzhu + "/compounds/nowhere" }},
		{"task.description", func(t *nuov1.Task) { t.Description = "李四\n13800138000" }},
	} {
		_, err := h.task("committee", "", "taskLists/day", c.edit)
		invalid(t, err, c.field)
	}
}

func TestErrLimitReachedTasks(t *testing.T) {
	h := open(t)
	must[*nuov1.TaskList](t)(h.list("committee", "taskLists/day"))
	for range 50 {
		must[*nuov1.Task](t)(h.task("committee", "", "taskLists/day"))
	}
	_, err := h.task("committee", "", "taskLists/day")
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED)
}

func TestOKEditsWithoutTimePassingChangeTheEtag(t *testing.T) {
	h := open(t)
	h.drafted()
	seen := map[string]bool{}
	for _, title := range []string{"甲", "乙", "甲", "乙"} {
		l := h.getList("taskLists/day")
		l.Title = title
		l = must[*nuov1.TaskList](t)(h.lists.UpdateTaskList(h.as("committee"), &nuov1.UpdateTaskListRequest{
			RequestId: id(), TaskList: l, UpdateMask: mask("title"),
		}))
		if seen[l.GetEtag()] || l.GetUpdateTime().AsTime().Sub(noon) > time.Millisecond {
			t.Errorf("etag %s at %v", l.GetEtag(), l.GetUpdateTime().AsTime())
		}
		seen[l.GetEtag()] = true
	}
}
