package main

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// TestSureOK: a plan says of both, what it fills and its ranks, whether they are proved.
func TestSureOK(t *testing.T) {
	for _, c := range []struct {
		bound int64
		gap   float64
		want  string
	}{
		{3, 0.5, "none fills more; the sum of ranks"},
		{3, 1, "none fills more; nothing yet about the sum of ranks"},
		{4, 0.5, "not that no more can be filled (a longer --seconds may tell);"},
		{4, 1, "not that no more can be filled, and nothing yet about the sum of ranks"},
	} {
		m := planned(nuov1.MatchState_MATCH_STATE_PROPOSED)
		m.Optimal, m.Gap, m.Bound.Value = false, c.gap, c.bound
		if got := sureOf(m, saySentence); !strings.HasPrefix(got.en, c.want) || strings.Contains(got.zh, "名次") {
			t.Errorf("%v: %v", c, got)
		}
	}
}

// TestSureOKAgain: of a plan that was solved again for what had changed it is said that nothing is proved of the whole.
func TestSureOKAgain(t *testing.T) {
	m := planned(nuov1.MatchState_MATCH_STATE_APPLIED)
	m.Bound, m.Optimal, m.Rounds = nil, false, 2
	if got := sureOf(m, saySentence); !strings.HasPrefix(got.en, "nothing of the whole") {
		t.Error(got)
	}
}

// TestCountedOK: one is said as one.
func TestCountedOK(t *testing.T) {
	for in, want := range map[string]string{
		"1 slots": "1 slot", "11 slots": "11 slots", "1 of 1 slots": "1 of 1 slot", "1 volunteers, 1 pairs of": "1 volunteer, 1 pair of",
		"1 free slots": "1 free slot",
	} {
		if got := counted(text{in, in}); got.en != want || got.zh != in {
			t.Error(got)
		}
	}
}

// person is a placement of a volunteer with that id, name and unit.
func person(id, name, unit string) *nuov1.Placement {
	p := placement(name, "am", nuov1.PlacementState_PLACEMENT_STATE_PLANNED)
	p.Volunteer, p.DisplayName, p.Unit = "volunteers/"+id, name, unit
	return p
}

// TestLabelsOK: a table tells everybody apart: by name, by the unit, by the short id.
func TestLabelsOK(t *testing.T) {
	got := labels([]*nuov1.Placement{
		person("1", "张示例", "units/court"), person("1", "张示例", "units/court"),
		person("2", "王示例", "units/court"), person("3", "王示例", "units/tax"),
		person("0af01f6e-0000-4000-8000-000000000004", "李示例", "units/tax"), person("5", "李示例", "units/tax"), person("6", "李示例", ""),
		person("0bf01f6e-0000-4000-8000-000000000007", "", "units/tax"), person("8", "", "units/tax"),
	})
	for id, want := range map[string]string{
		"1": "张示例", "2": "王示例 (court)", "3": "王示例 (tax)", "0af01f6e-0000-4000-8000-000000000004": "李示例 (0af01f6e)",
		"5": "李示例 (5)", "6": "李示例 (6)", "0bf01f6e-0000-4000-8000-000000000007": "0bf01f6e", "8": "8",
	} {
		if got["volunteers/"+id] != want {
			t.Errorf("%s: %q, want %q", id, got["volunteers/"+id], want)
		}
	}
}

// TestRosterWidthOK: a roster of people whose names are not to be seen fits a terminal.
func TestRosterWidthOK(t *testing.T) {
	s := gate("01901f6e-0000-7000-8000-000000000001", "卡口测温", "一号门", 0, 30, 0)
	f := &planner{shifts: []*nuov1.Shift{s}, watches: [][]*nuov1.Match{{planned(nuov1.MatchState_MATCH_STATE_PROPOSED)}}}
	for range 30 {
		p := person("0bf01f6e-0000-4000-8000-000000000007", "", "units/court")
		p.Shift = s.GetName()
		f.placed = append(f.placed, p)
	}
	for _, args := range []string{"plan --community mingzhu --date today", "placements 1"} {
		exit, out, said := asked(t, f, append([]string{"match"}, strings.Fields(args)...)...)
		if exit != exitOK {
			t.Fatal(said)
		}
		for line := range strings.Lines(out) {
			if columnsOf(line) > 121 {
				t.Errorf("%d columns: %s", columnsOf(line), line)
			}
		}
		want(t, out, "0bf01f6e")
	}
}

// appliedTo is a plan that became these contracts, in this order.
func appliedTo(states ...nuov1.ContractState) *planner {
	f := &planner{match: planned(nuov1.MatchState_MATCH_STATE_APPLIED), shifts: []*nuov1.Shift{gate("am", "卡口测温", "一号门", 1, 2, 0)}}
	f.match.Offered, f.match.Placements = int32(len(states)), int32(len(states))
	for i, state := range states {
		p := placement([]string{"张示例", "李示例", "王示例"}[i], "am", nuov1.PlacementState_PLACEMENT_STATE_OFFERED)
		p.Contract, p.ContractState = "contracts/7", state
		f.placed = append(f.placed, p)
	}
	return f
}

// TestAppliedOK: a plan that became offers shows what became of them, calls the figures those of the plan, and says what
// to do where a slot is free again.
func TestAppliedOK(t *testing.T) {
	f := appliedTo(nuov1.ContractState_CONTRACT_STATE_SIGNED, nuov1.ContractState_CONTRACT_STATE_DECLINED)
	exit, out, said := asked(t, f, "match", "show", "1")
	if exit != exitOK {
		t.Fatal(said)
	}
	want(t, out, "1/2", "张示例 signed, 李示例 declined", "filled, as planned", "ranks, as planned", "signed 1, declined 1")
	want(t, said, "Declined or given up: 1. Free slots: 1. nuo match plan --community mingzhu --date 2020-02-09 plans again")
	_, _, said = asked(t, appliedTo(nuov1.ContractState_CONTRACT_STATE_SIGNED), "match", "show", "1")
	want(t, said, "Offers were made")
	_, _, said = asked(t, appliedTo(), "match", "show", "1")
	want(t, said, "No offer was made")
}

// TestApplyOKNone: where no offer was made nobody signs, and the plan is made again.
func TestApplyOKNone(t *testing.T) {
	changed := placement("李示例", "pm", nuov1.PlacementState_PLACEMENT_STATE_CHANGED)
	changed.Reason = nuov1.ErrorReason_ERROR_REASON_WRONG_STATE
	f := &planner{
		watches: [][]*nuov1.Match{{planned(nuov1.MatchState_MATCH_STATE_APPLIED)}}, placed: []*nuov1.Placement{changed},
	}
	exit, out, said := asked(t, f, "match", "apply", "1")
	if exit != exitOK || strings.Contains(said, "signs or declines") {
		t.Error(exit, said)
	}
	want(t, out, "gave this shift up")
	want(t, said, "No offer was made: nuo match plan --community mingzhu --date 2020-02-09")
}

// TestCancelledErr: a plan that somebody gives up while it is waited for is a failure, in a table and in JSON.
func TestCancelledErr(t *testing.T) {
	for _, args := range []string{"match plan --community a --date today", "match apply 1"} {
		for output, json := range map[string]bool{"table": false, "json": true} {
			f := &planner{watches: [][]*nuov1.Match{{planned(nuov1.MatchState_MATCH_STATE_CANCELLED)}}}
			exit, out, said := asked(t, f, append(strings.Fields(args), "-o", output)...)
			if exit != exitRefused || strings.Contains(out, `"matches/1"`) != json {
				t.Error(args, output, exit, out)
			}
			want(t, said, "matches/1 was given up; it made no offer")
		}
	}
}

// TestShowErrFailed: a plan that could not be made says why, in a table and beside JSON.
func TestShowErrFailed(t *testing.T) {
	m := planned(nuov1.MatchState_MATCH_STATE_FAILED)
	m.Failure, m.Slots = nuov1.ErrorReason_ERROR_REASON_TOO_LARGE, 0
	for _, output := range []string{"table", "json"} {
		exit, out, said := asked(t, &planner{match: m}, "match", "show", "1", "-o", output)
		if exit != exitRefused || (out == "") != (output == "table") {
			t.Error(exit, out)
		}
		want(t, said, "matches/1 could not be made: ")
	}
}

// TestApplyErrEnded: offers that ended early are a failure with its reason, and said where the plan is shown.
func TestApplyErrEnded(t *testing.T) {
	f := appliedTo(nuov1.ContractState_CONTRACT_STATE_OFFERED)
	f.match.Failure = nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED
	exit, _, said := asked(t, f, "match", "show", "1")
	if exit != exitOK {
		t.Error(exit)
	}
	want(t, said, "matches/1 stopped before all offers were made: ")
	for _, output := range []string{"table", "json"} {
		f.watches = [][]*nuov1.Match{{f.match}}
		exit, _, said = asked(t, f, "match", "apply", "1", "-o", output)
		if exit != exitRefused {
			t.Error(exit)
		}
		want(t, said, "matches/1 stopped before all offers were made: ")
	}
	f.match.State, f.match.SolveTime = nuov1.MatchState_MATCH_STATE_FAILED, timestamppb.Now()
	_, _, said = asked(t, f, "match", "show", "1")
	want(t, said, "matches/1 made no offer: ")
}

// TestShowOKAuditor: who may see a plan and not who stands in it sees its figures.
func TestShowOKAuditor(t *testing.T) {
	f := &planner{match: planned(nuov1.MatchState_MATCH_STATE_PROPOSED), hide: true}
	exit, out, said := asked(t, f, "match", "show", "1")
	if exit != exitOK {
		t.Error(exit, said)
	}
	want(t, out, "3 of 4 slots")
	want(t, said, "Who stands which shift is for those who plan")
}

// TestRosterOKOwn: shifts that the plan was not made for are no gaps of it.
func TestRosterOKOwn(t *testing.T) {
	free := gate("free", "卡口测温", "一号门", 0, 2, 0)
	m := planned(nuov1.MatchState_MATCH_STATE_PROPOSED)
	m.CreateTime = timestamppb.New(free.GetStartTime().AsTime().Add(-time.Minute))
	started, cancelled, draft, other := gate("a", "", "", 0, 2, 0), gate("b", "", "", 0, 2, 0), gate("c", "", "", 0, 2, 0), gate("d", "", "", 0, 2, 0)
	started.StartTime = m.GetCreateTime()
	newer := gate("e", "", "", 0, 2, 0)
	newer.CreateTime = timestamppb.New(m.GetCreateTime().AsTime().Add(time.Second))
	cancelled.State = nuov1.ShiftState_SHIFT_STATE_CANCELLED
	draft.ListState = nuov1.TaskListState_TASK_LIST_STATE_DRAFT
	other.Community = "communities/other"
	free.Community = "communities/mingzhu"
	rows := newRoster(m, []*nuov1.Shift{started, cancelled, newer, free, draft, other}, nil)
	if len(rows) != 1 || rows[0].shift != free {
		t.Error(rows)
	}
}

// TestPlanOKPool: a pool without anybody is another answer than a community without anybody; who is named twice is named.
func TestPlanOKPool(t *testing.T) {
	m := planned(nuov1.MatchState_MATCH_STATE_PROPOSED)
	m.Volunteers, m.Pool = 0, []string{"units/court"}
	f := &planner{watches: [][]*nuov1.Match{{m}}}
	exit, out, said := asked(t, f, "match", "plan", "--community", "mingzhu", "--date", "today", "--pool", "court,units/court")
	if exit != exitOK || len(f.proposed.GetPool()) != 1 {
		t.Error(exit, said, f.proposed)
	}
	want(t, out, "no volunteer belongs to units/court")
}

// TestExplainOKNothing: that there is nothing to explain is said of what was asked about.
func TestExplainOKNothing(t *testing.T) {
	for args, says := range map[string]string{
		"":                  "No slot stays free, and nobody",
		" --shift am":       "No slot of this shift",
		" --volunteer 5":    "There is no shift of this plan that this volunteer",
		" --skill doctor":   "One more volunteer with the skill doctor would fill nothing more.",
		" --volunteer self": "There is no shift of this plan that you would rather have",
	} {
		f := &planner{answer: &nuov1.ExplainMatchResponse{}, hide: strings.HasSuffix(args, "self")}
		exit, out, said := asked(t, f, strings.Fields("match explain 1"+args)...)
		if exit != exitOK || strings.Count(out, "No slot")+strings.Count(out, "There is no")+strings.Count(out, "One more") != 1 {
			t.Error(args, exit, out, said)
		}
		want(t, out, says)
	}
}

// TestExplainOKClosed: a shift that nobody can be offered says why, and nothing else of itself; who could take more is told.
func TestExplainOKClosed(t *testing.T) {
	for reason, says := range map[nuov1.ErrorReason]string{
		nuov1.ErrorReason_ERROR_REASON_WRONG_TIME: "it has started", nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL: "all slots are taken",
	} {
		f := &planner{answer: &nuov1.ExplainMatchResponse{Closed: reason, CouldTakeMore: 2}}
		_, out, _ := asked(t, f, "match", "explain", "1", "--shift", "am")
		want(t, out, "Nobody can be offered this shift now: "+says, "Volunteers who could take more shifts, were slots free: 2.")
		if strings.Contains(out, "No slot of this shift") {
			t.Error(out)
		}
	}
}

// TestExplainOKSkill: what one more volunteer with a skill adds, where it is told and where it is not.
func TestExplainOKSkill(t *testing.T) {
	const searched = nuov1.MatchCertainty_MATCH_CERTAINTY_AT_LEAST
	for says, a := range map[string]*nuov1.MatchAddition{
		"the skill doctor: slots filled besides 1 (at least)\n":                      {Filled: 1, Certainty: searched},
		"the skill doctor: slots filled besides 1, on shifts/am\n":                   {Filled: 1, Shift: "shifts/am"},
		"the skill doctor would fill nothing more.\n":                                {},
		"the skill doctor fills nothing more, as far as was searched.\n":             {Certainty: searched},
		"the skill doctor would fill no more slots, but ones that are needed more\n": {Value: 9},
	} {
		a.Skill = "doctor"
		f := &planner{answer: &nuov1.ExplainMatchResponse{Additions: []*nuov1.MatchAddition{a}}}
		_, out, _ := asked(t, f, "match", "explain", "1", "--skill", "doctor")
		if out != "One more volunteer with "+says {
			t.Errorf("%q, want %q", out, says)
		}
	}
}

// forbidden is the refusal of who may see the plan alone.
var forbidden = refusedFor(nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)

// TestPlanErrDraft: who plans a list that is a draft is told how it is published.
func TestPlanErrDraft(t *testing.T) {
	f := &planner{refuse: refusedFor(nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN)}
	exit, _, said := asked(t, f, "match", "plan", "--list", "mingzhu-0209")
	if exit != exitRefused || strings.Contains(said, "pick another") {
		t.Error(exit, said)
	}
	want(t, said, "taskLists/mingzhu-0209 is not published")
}

// TestNumberErr: a number that no computer word holds is called that, in Chinese too.
func TestNumberErr(t *testing.T) {
	for typed, says := range map[string]string{strings.Repeat("9", 30): "数值过大或过小", "many": "应为 整数"} {
		exit, _, said := asked(t, &planner{}, "match", "plan", "--community", "a", "--date", "today", "--seconds", typed, "--lang", "zh")
		if exit != exitUsage {
			t.Error(exit)
		}
		want(t, said, says)
	}
}
