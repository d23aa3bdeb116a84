package tasklist_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func TestOKShiftHoldsWhatItIsFoundBy(t *testing.T) {
	h := open(t)
	must[*nuov1.TaskList](t)(h.list("committee", "taskLists/day", func(l *nuov1.TaskList) { l.Cohosts = []string{xingzhou} }))
	must[*nuov1.Task](t)(h.task("committee", "tasks/gate", "taskLists/day", func(t *nuov1.Task) { t.Compound = dong3 }))
	s := must[*nuov1.Shift](t)(h.shift("committee", "shifts/pm", "tasks/gate", func(s *nuov1.Shift) {
		// What is output only is the server's.
		s.State, s.Revision, s.Community, s.Leader = nuov1.ShiftState_SHIFT_STATE_CANCELLED, 9, xingzhou, one
	}))
	if s.GetTaskList() != "taskLists/day" || s.GetCommunity() != mingzhu || s.GetDate() != "2020-02-08" || s.GetStreet() != street ||
		s.GetKind() != nuov1.TaskKind_TASK_KIND_GATE_CHECK || s.GetTitle() != "卡口测温" || s.GetDistrict() != district ||
		s.GetCompound() != dong3 || !slices.Equal(s.GetCohosts(), []string{xingzhou}) || s.GetRevision() != 1 ||
		s.GetState() != nuov1.ShiftState_SHIFT_STATE_OPEN || s.GetLeader() != "" || s.GetEtag() == "" || s.GetFill() == nil ||
		s.GetListState() != nuov1.TaskListState_TASK_LIST_STATE_DRAFT {
		t.Errorf("%v", s)
	}
}

func TestOKNightShiftHasTheDateOfItsStart(t *testing.T) {
	h := open(t)
	h.drafted()
	night := func(s *nuov1.Shift) { s.StartTime, s.EndTime = at(20, 0), at(32, 0) }
	if s := must[*nuov1.Shift](t)(h.shift("committee", "", "tasks/gate", night)); s.GetDate() != "2020-02-08" {
		t.Errorf("%v", s.GetDate())
	}
}

func TestErrInvalidFieldOfShift(t *testing.T) {
	h := open(t)
	h.drafted()
	must[*nuov1.TaskList](t)(h.list("neighbours", "taskLists/theirs", func(l *nuov1.TaskList) { l.Community = xingzhou }))
	must[*nuov1.Task](t)(h.task("neighbours", "tasks/theirs", "taskLists/theirs"))
	must[*nuov1.Shift](t)(h.shift("neighbours", "shifts/theirs", "tasks/theirs"))
	dueBy := nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY
	for i, c := range []struct {
		field string
		edit  func(*nuov1.Shift)
	}{
		{"shift.name", func(s *nuov1.Shift) { s.Name = "pm" }},
		{"shift.task", func(s *nuov1.Shift) { s.Task = "门牌501" }},
		{"shift.end_time", func(s *nuov1.Shift) { s.EndTime = s.StartTime }},
		{"shift.end_time", func(s *nuov1.Shift) { s.EndTime = at(13, 0) }},
		{"shift.end_time", func(s *nuov1.Shift) { s.EndTime = at(14+24, 1) }},
		{"shift.end_time", func(s *nuov1.Shift) { s.Timing, s.EndTime = dueBy, at(14+7*24, 1) }},
		{"shift.start_time", func(s *nuov1.Shift) { s.StartTime, s.EndTime = at(24, 0), at(26, 0) }},
		{"shift.start_time", func(s *nuov1.Shift) { s.StartTime = at(-1, 59) }},
		{"shift.start_time", func(s *nuov1.Shift) { s.StartTime = &timestamppb.Timestamp{Nanos: -1} }},
		{"shift.minimum_headcount", func(s *nuov1.Shift) { s.MinimumHeadcount = 5 }},
		{"shift.claim_open_time", func(s *nuov1.Shift) { s.ClaimOpenTime = at(18, 0) }},
		{"shift.claim_close_time", func(s *nuov1.Shift) { s.ClaimCloseTime = at(18, 1) }},
		{"shift.claim_close_time", func(s *nuov1.Shift) { s.ClaimOpenTime, s.ClaimCloseTime = at(13, 0), at(13, 0) }},
		{"shift.place", func(s *nuov1.Shift) { s.Place = "找 13800138000" }},
		{"shift.relieved_by", func(s *nuov1.Shift) { s.RelievedBy = "shifts/none" }},
		{"shift.relieved_by", func(s *nuov1.Shift) { s.RelievedBy = "shifts/theirs" }},
		{"shift.requirements.organisations[1]", func(s *nuov1.Shift) {
			s.Requirements = &nuov1.Requirements{Organisations: []string{court, mingzhu}}
		}},
	} {
		t.Run(fmt.Sprint(i, c.field), func(t *testing.T) {
			_, err := h.shift("committee", "", "tasks/gate", c.edit)
			invalid(t, err, c.field)
		})
	}
	for _, edit := range []func(*nuov1.Shift){
		func(s *nuov1.Shift) { s.EndTime = at(14+24, 0) },
		func(s *nuov1.Shift) { s.Timing, s.EndTime = dueBy, at(14+7*24, 0) },
		func(s *nuov1.Shift) { s.ClaimOpenTime, s.ClaimCloseTime = at(12, 0), at(18, 0) },
		func(s *nuov1.Shift) { s.RelievedBy = "shifts/pm" },
		func(s *nuov1.Shift) { s.StartTime = at(0, 0) },
	} {
		must[*nuov1.Shift](t)(h.shift("committee", "", "tasks/gate", edit))
	}
}

func TestErrInvalidFieldEndedShiftInPublishedList(t *testing.T) {
	h := open(t)
	h.published()
	h.clock.set(at(16, 0).AsTime())
	_, err := h.shift("committee", "", "tasks/gate", func(s *nuov1.Shift) { s.EndTime = at(16, 0) })
	invalid(t, err, "shift.end_time")
	s := must[*nuov1.Shift](t)(h.shift("committee", "", "tasks/gate"))
	if s.GetListState() != nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED || s.GetFill().GetRemaining() != 4 {
		t.Errorf("a new shift of a published list can be claimed at once: %v", s)
	}
}

func TestOKUpdateShift(t *testing.T) {
	h := open(t)
	h.drafted()
	s := must[*nuov1.Shift](t)(h.updateShift("committee", "shifts/pm", func(s *nuov1.Shift) {
		s.Capacity, s.Place, s.StartTime = 6, "西门", at(13, 30)
	}, "capacity", "start_time"))
	if s.GetCapacity() != 6 || s.GetPlace() != "东门" || !s.GetStartTime().AsTime().Equal(at(13, 30).AsTime()) || s.GetRevision() != 1 {
		t.Errorf("a draft changes without a new revision: %v", s)
	}
	must[*nuov1.TaskList](t)(h.publish("committee", "taskLists/day"))
	s = must[*nuov1.Shift](t)(h.updateShift("committee", "shifts/pm", func(s *nuov1.Shift) { s.Place = "西门" }, "place"))
	if s.GetPlace() != "西门" || s.GetRevision() != 2 {
		t.Errorf("a published one gets a new revision: %v", s)
	}
	found := must[*nuov1.ListShiftsResponse](t)(h.shifts.ListShifts(h.as("one"), &nuov1.ListShiftsRequest{TaskList: "taskLists/day"}))
	if len(found.GetShifts()) != 1 || found.GetShifts()[0].GetPlace() != "西门" {
		t.Errorf("%v", found)
	}
}

func TestErrUpdateShift(t *testing.T) {
	h := open(t)
	h.published()
	_, err := h.updateShift("committee", "shifts/pm", func(s *nuov1.Shift) { s.Etag = "AAAAAAAAAAAA" }, "place")
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_ETAG_MISMATCH)
	_, err = h.updateShift("committee", "shifts/pm", func(*nuov1.Shift) {}, "leader")
	invalid(t, err, "update_mask.paths[0]")
	_, err = h.updateShift("committee", "shifts/pm", func(s *nuov1.Shift) { s.StartTime, s.EndTime = at(38, 0), at(40, 0) }, "start_time", "end_time")
	invalid(t, err, "shift.start_time")
	for _, who := range []string{"neighbours", "street", "one", "auditor"} {
		_, err = h.updateShift(who, "shifts/pm", func(*nuov1.Shift) {}, "place")
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	}
	_, err = h.updateShift("stranger", "shifts/pm", func(*nuov1.Shift) {}, "place")
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	h.clock.set(at(18, 0).AsTime())
	_, err = h.updateShift("committee", "shifts/pm", func(*nuov1.Shift) {}, "place")
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_TIME)
}

func TestOKEtagDoesNotChangeWithClaims(t *testing.T) {
	h := open(t)
	h.published()
	before := h.getShift("shifts/pm")
	h.claim(one, "shifts/pm")
	after := h.getShift("shifts/pm")
	if after.GetEtag() != before.GetEtag() || after.GetFill().GetHeld() != 1 {
		t.Errorf("etag %s → %s, fill %v", before.GetEtag(), after.GetEtag(), after.GetFill())
	}
}

func TestOKCancelShift(t *testing.T) {
	h := open(t)
	h.published()
	s := must[*nuov1.Shift](t)(h.shifts.CancelShift(h.as("committee"),
		&nuov1.CancelShiftRequest{RequestId: id(), Name: "shifts/pm", Reason: "下雨"}))
	if s.GetState() != nuov1.ShiftState_SHIFT_STATE_CANCELLED {
		t.Errorf("%v", s)
	}
	_, err := h.shifts.CancelShift(h.as("committee"), &nuov1.CancelShiftRequest{RequestId: id(), Name: "shifts/pm", Reason: "下雨"})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION)
	_, err = h.shifts.CancelShift(h.as("neighbours"), &nuov1.CancelShiftRequest{RequestId: id(), Name: "shifts/pm", Reason: "下雨"})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
}

// The leader cuts the own shift short; that later ones go with it is the committee's word.
func TestOKCutShort(t *testing.T) {
	h := open(t)
	h.published()
	must[*nuov1.Shift](t)(h.shift("committee", "shifts/night", "tasks/gate", func(s *nuov1.Shift) {
		s.StartTime, s.EndTime = at(20, 0), at(22, 0)
	}))
	h.claim(one, "shifts/pm")
	must[*nuov1.Shift](t)(h.shifts.SetShiftLeader(h.as("committee"),
		&nuov1.SetShiftLeaderRequest{RequestId: id(), Name: "shifts/pm", Leader: one}))
	h.clock.set(at(15, 0).AsTime())
	cut := func(who string, later bool) error {
		_, err := h.shifts.CutShortShift(h.as(who), &nuov1.CutShortShiftRequest{
			RequestId: id(), Name: "shifts/pm", Reason: "下雨", LaterShifts: later,
		})
		return err
	}
	refused(t, cut("two", false), nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	refused(t, cut("one", true), nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	if err := cut("committee", true); err != nil {
		t.Fatal(err)
	}
	if s := h.getShift("shifts/pm"); s.GetState() != nuov1.ShiftState_SHIFT_STATE_CUT_SHORT {
		t.Errorf("%v", s.GetState())
	}
	if s := h.getShift("shifts/night"); s.GetState() != nuov1.ShiftState_SHIFT_STATE_CANCELLED {
		t.Errorf("%v", s.GetState())
	}
}

func TestOKReduceByTheLeader(t *testing.T) {
	h := open(t)
	h.published()
	h.claim(one, "shifts/pm")
	must[*nuov1.Shift](t)(h.shifts.SetShiftLeader(h.as("committee"),
		&nuov1.SetShiftLeaderRequest{RequestId: id(), Name: "shifts/pm", Leader: one}))
	s := must[*nuov1.Shift](t)(h.shifts.ReduceShift(h.as("one"), &nuov1.ReduceShiftRequest{
		RequestId: id(), Name: "shifts/pm", Capacity: 2, Reason: "人够了",
	}))
	if s.GetCapacity() != 2 {
		t.Errorf("%v", s)
	}
}

func TestOKSiteCodeIsShownToWhoChecksIn(t *testing.T) {
	h := open(t)
	h.drafted(func(l *nuov1.TaskList) { l.Cohosts = []string{xingzhou} })
	task := h.getTask("tasks/gate")
	task.Compound = dong3
	must[*nuov1.Task](t)(h.lists.UpdateTask(h.as("committee"), &nuov1.UpdateTaskRequest{
		RequestId: id(), Task: task, UpdateMask: mask("compound"),
	}))
	must[*nuov1.TaskList](t)(h.publish("committee", "taskLists/day"))
	for _, who := range []string{"committee", "neighbours", "dong", "dong3"} {
		must[*nuov1.SiteCode](t)(h.shifts.GetSiteCode(h.as(who), &nuov1.GetSiteCodeRequest{Name: "shifts/pm"}))
	}
	for _, who := range []string{"one", "street"} {
		_, err := h.shifts.GetSiteCode(h.as(who), &nuov1.GetSiteCodeRequest{Name: "shifts/pm"})
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	}
}

// fortnight publishes a list a day, from today on, each with a morning and an afternoon shift.
func (h *house) fortnight() {
	h.t.Helper()
	for day := range 14 {
		date := noon.AddDate(0, 0, day).Format("2006-01-02")
		l, task := fmt.Sprintf("taskLists/d%02d", day), fmt.Sprintf("tasks/d%02d", day)
		must[*nuov1.TaskList](h.t)(h.list("committee", l, func(l *nuov1.TaskList) { l.Date = date }))
		must[*nuov1.Task](h.t)(h.task("committee", task, l, func(t *nuov1.Task) {
			if day%2 == 1 {
				t.Kind = nuov1.TaskKind_TASK_KIND_PATROL
			}
		}))
		for i, hour := range []int{18, 14} {
			must[*nuov1.Shift](h.t)(h.shift("committee", fmt.Sprintf("shifts/d%02d-%d", day, 1-i), task, func(s *nuov1.Shift) {
				s.StartTime, s.EndTime = at(hour+24*day, 0), at(hour+2+24*day, 0)
			}))
		}
		must[*nuov1.TaskList](h.t)(h.publish("committee", l))
	}
}

// all pages through ListShifts.
func (h *house) all(who string, req *nuov1.ListShiftsRequest) []string {
	h.t.Helper()
	var found []string
	for {
		res := must[*nuov1.ListShiftsResponse](h.t)(h.shifts.ListShifts(h.as(who), req))
		found = append(found, names(res.GetShifts())...)
		if req.PageToken = res.GetNextPageToken(); req.PageToken == "" {
			return found
		}
	}
}

func TestOKListShiftsByWhatIsAsked(t *testing.T) {
	h := open(t)
	h.fortnight()
	patrol := nuov1.TaskKind_TASK_KIND_PATROL
	for name, c := range map[string]struct {
		req  *nuov1.ListShiftsRequest
		want []string
	}{
		"list in start order": {&nuov1.ListShiftsRequest{TaskList: "taskLists/d03"}, []string{"shifts/d03-0", "shifts/d03-1"}},
		"task in start order": {&nuov1.ListShiftsRequest{Task: "tasks/d04"}, []string{"shifts/d04-0", "shifts/d04-1"}},
		"dates, half open": {
			&nuov1.ListShiftsRequest{Community: mingzhu, FromDate: "2020-02-10", ToDate: "2020-02-12", PageSize: 1},
			[]string{"shifts/d02-0", "shifts/d02-1", "shifts/d03-0", "shifts/d03-1"},
		},
		"street and kind": {
			&nuov1.ListShiftsRequest{Street: street, ToDate: "2020-02-10", Kind: patrol}, []string{"shifts/d01-0", "shifts/d01-1"},
		},
		"district":            {&nuov1.ListShiftsRequest{FromDate: "2020-02-21"}, []string{"shifts/d13-0", "shifts/d13-1"}},
		"another community's": {&nuov1.ListShiftsRequest{Community: xingzhou}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := h.all("one", c.req); !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
	if got := h.all("one", &nuov1.ListShiftsRequest{PageSize: 5}); len(got) != 28 {
		t.Errorf("%d shifts of the next month, want 28", len(got))
	}
	h.clock.set(noon.Add(40 * 24 * time.Hour))
	if got := h.all("one", &nuov1.ListShiftsRequest{Community: mingzhu}); len(got) != 0 {
		t.Errorf("by default the past is left out: %v", got)
	}
}

func TestOKListShiftsOpenAndClaimable(t *testing.T) {
	h := open(t)
	h.published()
	must[*nuov1.Shift](t)(h.shift("committee", "shifts/later", "tasks/gate", func(s *nuov1.Shift) { s.ClaimOpenTime = at(13, 0) }))
	must[*nuov1.Shift](t)(h.shift("committee", "shifts/full", "tasks/gate", func(s *nuov1.Shift) { s.Capacity = 1 }))
	must[*nuov1.Shift](t)(h.shift("committee", "shifts/gone", "tasks/gate"))
	h.claim(two, "shifts/full")
	must[*nuov1.Shift](t)(h.shifts.CancelShift(h.as("committee"),
		&nuov1.CancelShiftRequest{RequestId: id(), Name: "shifts/gone", Reason: "下雨"}))
	if got := h.all("auditor", &nuov1.ListShiftsRequest{Open: true}); !slices.Equal(got, []string{"shifts/pm"}) {
		t.Errorf("open: %v", got)
	}
	if got := h.all("one", &nuov1.ListShiftsRequest{Claimable: true}); !slices.Contains(got, "shifts/pm") || slices.Contains(got, "shifts/full") {
		t.Errorf("claimable: %v", got)
	}
	if got := h.all("auditor", &nuov1.ListShiftsRequest{Claimable: true}); len(got) != 0 {
		t.Errorf("an auditor claims nothing: %v", got)
	}
	h.clock.set(at(13, 0).AsTime())
	if got := h.all("auditor", &nuov1.ListShiftsRequest{Open: true}); !slices.Equal(got, []string{"shifts/later", "shifts/pm"}) {
		t.Errorf("open at one: %v", got)
	}
}

func TestErrListShifts(t *testing.T) {
	h := open(t)
	h.published()
	for field, req := range map[string]*nuov1.ListShiftsRequest{
		"from_date": {FromDate: "2020-02-30"},
		"to_date":   {FromDate: "2020-02-09", ToDate: "2020-02-09"},
		"community": {Community: "张三 13800138000"},
		"street":    {Street: "jiazhi"},
		"task_list": {TaskList: "today"},
		"task":      {Task: "today"},
	} {
		_, err := h.shifts.ListShifts(h.as("one"), req)
		invalid(t, err, field)
	}
	_, err := h.shifts.ListShifts(h.as("one"), &nuov1.ListShiftsRequest{PageToken: "x"})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN)
	for _, req := range []*nuov1.ListShiftsRequest{{Community: mingzhu}, {TaskList: "taskLists/day"}, {Task: "tasks/gate"}, {Street: street}} {
		_, err := h.shifts.ListShifts(h.as("stranger"), req)
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	}
	if got := h.all("stranger", &nuov1.ListShiftsRequest{}); len(got) != 0 {
		t.Errorf("another district's: %v", got)
	}
}
