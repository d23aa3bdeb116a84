package main

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// planner is a server of one plan that goes the way its list says, and breaks off where it is told to.
type planner struct {
	nuov1.UnimplementedMatchServiceServer
	nuov1.UnimplementedShiftServiceServer
	nuov1.UnimplementedPreferenceServiceServer
	nuov1.UnimplementedVolunteerServiceServer
	mu       sync.Mutex
	watches  [][]*nuov1.Match // a stream each
	proposed *nuov1.ProposeMatchRequest
	updated  *nuov1.UpdatePreferenceRequest
	applied  *nuov1.ApplyMatchRequest
	placed   []*nuov1.Placement
	shifts   []*nuov1.Shift
	listed   *nuov1.ListShiftsRequest
	answer   *nuov1.ExplainMatchResponse
	refuse   error
	match    *nuov1.Match // nil: a proposed one
	hide     bool         // who stands where
}

func (f *planner) ProposeMatch(_ context.Context, req *nuov1.ProposeMatchRequest) (*nuov1.Match, error) {
	f.proposed = req
	return planned(nuov1.MatchState_MATCH_STATE_SOLVING), f.refuse
}

func (f *planner) GetMatch(context.Context, *nuov1.GetMatchRequest) (*nuov1.Match, error) {
	if f.match != nil {
		return f.match, nil
	}
	return planned(nuov1.MatchState_MATCH_STATE_PROPOSED), nil
}

func (f *planner) ApplyMatch(_ context.Context, req *nuov1.ApplyMatchRequest) (*nuov1.Match, error) {
	f.applied = req
	return planned(nuov1.MatchState_MATCH_STATE_APPLYING), nil
}

func (f *planner) WatchMatch(_ *nuov1.WatchMatchRequest, stream grpc.ServerStreamingServer[nuov1.Match]) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.watches) == 0 {
		return status.Error(codes.Unavailable, "away")
	}
	answers := f.watches[0]
	f.watches = f.watches[1:]
	for _, m := range answers {
		if err := stream.Send(m); err != nil {
			return err
		}
	}
	return nil
}

func (f *planner) ListPlacements(
	_ context.Context, req *nuov1.ListPlacementsRequest,
) (*nuov1.ListPlacementsResponse, error) {
	if f.hide {
		return nil, forbidden
	}
	if req.GetPageToken() == "" && len(f.placed) > 1 { // two pages, to be joined
		return &nuov1.ListPlacementsResponse{Placements: f.placed[:1], NextPageToken: "1"}, f.refuse
	}
	return &nuov1.ListPlacementsResponse{Placements: f.placed[min(1, len(req.GetPageToken())):]}, f.refuse
}

func (f *planner) ListShifts(_ context.Context, req *nuov1.ListShiftsRequest) (*nuov1.ListShiftsResponse, error) {
	f.listed = proto.CloneOf(req)
	return &nuov1.ListShiftsResponse{Shifts: f.shifts}, nil
}

func (f *planner) GetShift(_ context.Context, req *nuov1.GetShiftRequest) (*nuov1.Shift, error) {
	for _, s := range f.shifts {
		if s.GetName() == req.GetName() {
			return s, nil
		}
	}
	return nil, refusedFor(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
}

func (f *planner) ExplainMatch(context.Context, *nuov1.ExplainMatchRequest) (*nuov1.ExplainMatchResponse, error) {
	return f.answer, f.refuse
}

func (f *planner) GetPreference(_ context.Context, req *nuov1.GetPreferenceRequest) (*nuov1.Preference, error) {
	return &nuov1.Preference{Name: req.GetName(), Etag: "1", Kinds: []nuov1.TaskKind{nuov1.TaskKind_TASK_KIND_PATROL}}, nil
}

func (f *planner) UpdatePreference(_ context.Context, req *nuov1.UpdatePreferenceRequest) (*nuov1.Preference, error) {
	f.updated = req
	return req.GetPreference(), nil
}

// planned is a plan of 3 of 4 slots in that state.
func planned(state nuov1.MatchState) *nuov1.Match {
	return &nuov1.Match{
		Name: "matches/1", Scope: "communities/mingzhu", FromDate: "2020-02-09", ToDate: "2020-02-09", State: state, Etag: "e",
		Volunteers: 5, Shifts: 2, Slots: 4, Pairs: 7, Score: &nuov1.MatchScore{Value: 3, Filled: 3, OpenSlots: 1, Rank: 4},
		Bound: &nuov1.MatchScore{Value: 3, Rank: 4}, Optimal: true, Placements: 3, Method: nuov1.MatchMethod_MATCH_METHOD_ROSTER,
		Elapsed: durationpb.New(2 * time.Second),
	}
}

func placement(who, shift string, state nuov1.PlacementState) *nuov1.Placement {
	s := gate(shift, "卡口测温", "一号门", 0, 2, 0)
	return &nuov1.Placement{
		Volunteer: "volunteers/" + who, DisplayName: who, Shift: s.GetName(), State: state, Title: s.GetTitle(), Place: s.GetPlace(),
		StartTime: s.GetStartTime(), EndTime: s.GetEndTime(), Rank: 1, Round: 1,
	}
}

// planningAt serves f and answers where.
func planningAt(t *testing.T, f *planner) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	nuov1.RegisterMatchServiceServer(s, f)
	nuov1.RegisterShiftServiceServer(s, f)
	nuov1.RegisterPreferenceServiceServer(s, f)
	nuov1.RegisterVolunteerServiceServer(s, f)
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(s.Stop)
	return listener.Addr().String()
}

// asked runs the command line against f.
func asked(t *testing.T, f *planner, args ...string) (exit int, out, said string) {
	t.Helper()
	a := testApp(english)
	stdout, stderr := new(bytes.Buffer), new(bytes.Buffer)
	a.out, a.err = stdout, stderr
	exit = a.run(append(args, "--server", planningAt(t, f)))
	return exit, stdout.String(), stderr.String()
}

func want(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
}

// TestPlanOK: a plan is waited for over a break of the stream, and shown shift by shift with names and gaps.
func TestPlanOK(t *testing.T) {
	full, short := gate("am", "卡口测温", "一号门", 0, 2, 0), gate("pm", "卡口测温", "二号门", 0, 2, 0)
	short.MinimumHeadcount = 2
	f := &planner{
		watches: [][]*nuov1.Match{
			{planned(nuov1.MatchState_MATCH_STATE_SOLVING)},
			{planned(nuov1.MatchState_MATCH_STATE_SOLVING), planned(nuov1.MatchState_MATCH_STATE_PROPOSED)},
		},
		placed: []*nuov1.Placement{
			placement("张示例", "am", nuov1.PlacementState_PLACEMENT_STATE_PLANNED),
			placement("欧阳示例", "am", nuov1.PlacementState_PLACEMENT_STATE_PLANNED),
			placement("李示例", "pm", nuov1.PlacementState_PLACEMENT_STATE_PLANNED),
		},
		shifts: []*nuov1.Shift{full, short, gate("taken", "卡口测温", "三号门", 4, 4, 0)},
	}
	exit, out, said := asked(t, f, "match", "plan", "--community", "mingzhu", "--from", "2020-02-09", "--to", "2020-02-10",
		"--pool", "court,teams/tianping", "--each", "1", "--seconds", "3", "--seed", "9", "--method", "fill")
	if exit != exitOK {
		t.Fatal(exit, said)
	}
	want(t, out, "2/2", "张示例, 欧阳示例", "1/2", "1, needs 2", "3 of 4 slots", "the best", "1.33 on average", "matches/1")
	want(t, said, "nuo match apply matches/1")
	if strings.Contains(out, "三号门") {
		t.Error("a shift that is full already is no part of a plan")
	}
	if r := f.proposed; r.GetScope() != "communities/mingzhu" || r.GetFromDate() != "2020-02-09" || r.GetToDate() != "2020-02-09" ||
		strings.Join(r.GetPool(), " ") != "units/court teams/tianping" || r.GetShiftsEach() != 1 || r.GetSeconds() != 3 || r.GetSeed() != 9 ||
		r.GetMethod() != nuov1.MatchMethod_MATCH_METHOD_FILL {
		t.Error(r)
	}
	if f.listed.GetToDate() != "2020-02-10" || f.listed.GetCommunity() != "communities/mingzhu" {
		t.Error("the shifts are listed to the day after:", f.listed)
	}
}

// TestPlanErrNothing: where there is nothing to plan, that is the answer.
func TestPlanErrNothing(t *testing.T) {
	for _, c := range []struct {
		slots, volunteers, want string
	}{{"", "", "no shift with a free slot"}, {"4", "", "no volunteer is registered"}, {"4", "5", "none of 5 volunteers"}} {
		m := planned(nuov1.MatchState_MATCH_STATE_PROPOSED)
		m.Slots, m.Volunteers, m.Pairs = int32(4*len(c.slots)), int32(5*len(c.volunteers)), 0
		exit, out, said := asked(t, &planner{watches: [][]*nuov1.Match{{m}}}, "match", "plan", "--community", "mingzhu", "--date", "today")
		if exit != exitOK || strings.Count(out, "\n") != 1 {
			t.Error(exit, out, said)
		}
		want(t, out, c.want)
	}
}

// TestPlanErrFailed: a plan that could not be made is a refusal with its reason.
func TestPlanErrFailed(t *testing.T) {
	m := planned(nuov1.MatchState_MATCH_STATE_FAILED)
	m.Failure = nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN
	exit, out, said := asked(t, &planner{watches: [][]*nuov1.Match{{m}}}, "match", "plan", "--list", "mingzhu-0209")
	if exit != exitRefused || out != "" || strings.Count(said, "\n") != 1 {
		t.Error(exit, out, said)
	}
	want(t, said, "error: matches/1 could not be made: ")
}

// TestPlanErrDays: what is meant is not guessed.
func TestPlanErrDays(t *testing.T) {
	for args, says := range map[string]string{
		"":                                      "--list, --community, --street, --district",
		"--list a --community b":                "--list, --community, --street, --district",
		"--community b":                         "Which days?",
		"--community b --from today":            "Which days?",
		"--community b --from today --to today": "the day after the last",
		"--community b --date today --from today":              "not both",
		"--community b --from 2020-02-09 --to 2020-03-12":      "more than 31 days",
		"--community b --date today --method fill --each 3":    "leave --each out",
		"--community b --date today --method stable --each 10": "--method stable gives each volunteer one shift",
		"--list a --date today":                                "A list has its date",
		"--community b --date someday":                         `"someday" is not a date`,
		"--list a --method best":                               "fill, roster, stable",
		"--list a --each many":                                 "it takes a number",
	} {
		exit, out, said := asked(t, &planner{}, append([]string{"match", "plan"}, strings.Fields(args)...)...)
		if exit != exitUsage || out != "" {
			t.Error(args, exit, out)
		}
		want(t, said, says)
	}
}

// TestFollowErrAway: a server that is not there at first is not waited for without end.
func TestFollowErrAway(t *testing.T) {
	exit, _, said := asked(t, &planner{}, "match", "watch", "1")
	if exit != exitUnreachable {
		t.Error(exit, said)
	}
}

// TestFollowErrInterrupted: who stops waiting is told that the plan goes on, and how to come back to it.
func TestFollowErrInterrupted(t *testing.T) {
	solving := planned(nuov1.MatchState_MATCH_STATE_SOLVING)
	f := &planner{}
	for range 1000 {
		f.watches = append(f.watches, []*nuov1.Match{solving})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	a := testApp(english)
	root := a.root()
	root.SetArgs([]string{"match", "watch", "1", "--server", planningAt(t, f)})
	cmd, err := root.ExecuteContextC(ctx)
	if exit := a.explain(cmd, err); err == nil || exit != exitRefused {
		t.Error(exit, err)
	}
	want(t, a.err.(*bytes.Buffer).String(), "goes on with matches/1", "nuo match cancel matches/1")
}

// TestMatchWatchOK: a line each change, none where nothing changed.
func TestMatchWatchOK(t *testing.T) {
	solving, proposed := planned(nuov1.MatchState_MATCH_STATE_SOLVING), planned(nuov1.MatchState_MATCH_STATE_PROPOSED)
	solving.Phase = nuov1.MatchPhase_MATCH_PHASE_SEARCHING
	exit, out, said := asked(t, &planner{watches: [][]*nuov1.Match{{solving, solving, proposed}}}, "match", "watch", "1")
	if exit != exitOK || strings.Count(out, "\n") != 2 {
		t.Error(exit, out, said)
	}
	want(t, out, "solving  searching  2 s  3 of 4 slots  ranks 4  proved best", "\nproposed  3 of 4 slots")
	exit, out, _ = asked(t, &planner{watches: [][]*nuov1.Match{{solving, proposed}}}, "match", "watch", "1", "-o", "json")
	if exit != exitOK || strings.Count(out, "\n") != 2 || strings.Count(out, `"name":"matches/1"`) != 2 {
		t.Error(exit, out)
	}
}

// TestApplyMatchOK: what was read is what is applied; what changed is said with its reason, and who came instead.
func TestApplyMatchOK(t *testing.T) {
	changed := placement("李示例", "pm", nuov1.PlacementState_PLACEMENT_STATE_CHANGED)
	changed.Reason = nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED
	instead := placement("王示例", "pm", nuov1.PlacementState_PLACEMENT_STATE_OFFERED)
	instead.Round, instead.Contract = 2, "contracts/7"
	applied := planned(nuov1.MatchState_MATCH_STATE_APPLIED)
	f := &planner{
		watches: [][]*nuov1.Match{{planned(nuov1.MatchState_MATCH_STATE_APPLYING), applied}},
		placed:  []*nuov1.Placement{placement("张示例", "am", nuov1.PlacementState_PLACEMENT_STATE_OFFERED), changed, instead},
	}
	exit, out, said := asked(t, f, "match", "apply", "1")
	if exit != exitOK || f.applied.GetEtag() != "e" || f.applied.GetName() != "matches/1" || f.applied.GetRequestId() == "" {
		t.Error(exit, said, f.applied)
	}
	want(t, out, "has it or an offer of it already")
	want(t, out, "Changed since the plan was made, and not offered: 1", "offered instead: 1", "Offered: 2. Changed: 1.", "张示例")
	if strings.Count(out, "李示例") != 1 || strings.Count(out, "王示例") != 2 {
		t.Error(out)
	}
	f.watches, f.placed = [][]*nuov1.Match{{applied}}, f.placed[:2]
	_, out, _ = asked(t, f, "match", "apply", "1", "--etag", "older")
	want(t, out, "nobody else was found")
	if f.applied.GetEtag() != "older" {
		t.Error(f.applied)
	}
}

// TestExplainOK: gaps, wishes and what one more would add, by the names that the caller may see.
func TestExplainOK(t *testing.T) {
	f := &planner{
		shifts: []*nuov1.Shift{gate("am", "卡口测温", "一号门", 0, 2, 0), gate("pm", "卡口测温", "二号门", 0, 2, 0)},
		placed: []*nuov1.Placement{
			placement("张示例", "am", nuov1.PlacementState_PLACEMENT_STATE_PLANNED),
			placement("欧阳示例", "pm", nuov1.PlacementState_PLACEMENT_STATE_PLANNED),
		},
		answer: &nuov1.ExplainMatchResponse{
			Name: "matches/1", Stale: true, LeftOut: 2,
			Gaps: []*nuov1.MatchGap{{
				Shift: "shifts/pm", Free: 1, Missing: 1, Eligible: 3,
				Stopped: []*nuov1.MatchReasonCount{
					{Rule: nuov1.MatchRule_MATCH_RULE_REST, Volunteers: 2},
					{Rule: nuov1.MatchRule_MATCH_RULE_NOT_ELIGIBLE, Reason: nuov1.ErrorReason_ERROR_REASON_EXEMPT, Volunteers: 4},
				},
				Set: &nuov1.MatchDeficientSet{
					Shifts: []string{"shifts/pm", "shifts/am"}, Volunteers: []string{"volunteers/张示例"}, Eligible: 3, Need: 4, Supply: 3,
				},
			}},
			Wishes: []*nuov1.MatchWish{{
				Volunteer: "volunteers/张示例", Shift: "shifts/pm", Rank: 1, Slots: 2, Taken: 2, Holders: []string{"volunteers/欧阳示例"},
				RankCost: 3, OneMoreSlot: true, Certainty: nuov1.MatchCertainty_MATCH_CERTAINTY_EXACT,
				Moves: []*nuov1.MatchMove{{Volunteer: "volunteers/欧阳示例", FromShift: "shifts/pm", ToShift: "shifts/am"}},
			}},
			Additions: []*nuov1.MatchAddition{{Skill: "lawyer", Shift: "shifts/pm", Filled: 1}},
		},
	}
	exit, out, said := asked(t, f, "match", "explain", "1")
	if exit != exitOK {
		t.Fatal(exit, said)
	}
	want(t, out, "二号门 pm: 1 free; volunteers who may take it: 3; below the minimum headcount by 1", "2 × too little rest",
		"4 × exempt", "proof: shifts 2, slots together 4, volunteers who may take one 3, slots that these can fill 3", "who may: 张示例",
		"all slots are taken", "held by 欧阳示例", "ranks add up to 3 more", "欧阳示例: pm -> am", "one more slot would do",
		"with the skill lawyer: slots filled besides 1", "without a shift in this plan: 2", "Something has changed")
}

// TestRuleWordsOK: every rule has its words.
func TestRuleWordsOK(t *testing.T) {
	for number := range nuov1.MatchRule_name {
		if ruleWords[nuov1.MatchRule(number)] == (text{}) {
			t.Errorf("no words for %s", nuov1.MatchRule(number))
		}
	}
}

// TestPreferenceOK: hours and absences are read as people write them, and shown as they are typed.
func TestPreferenceOK(t *testing.T) {
	f := &planner{}
	exit, out, said := asked(t, f, "preference", "update", "42", "--kinds", "gate-check,巡逻", "--places", "mingzhu,streets/jiazhi",
		"--available", "mon-fri 18:00-22:00", "--available", "周六+周日 8:00-20:00", "--available", "周五-周一 20：00-6:00",
		"--available", "每天 7:00-8:00,12:00-24:00", "--absent", "2020-02-10..2020-02-12,2020-02-20", "--shifts-weekly", "2")
	if exit != exitOK {
		t.Fatal(exit, said)
	}
	want(t, out, "mon-fri 18:00-22:00", "sat-sun 08:00-20:00", "mon+fri-sun 20:00-06:00", " 07:00-08:00", " 12:00-24:00",
		"2020-02-10..2020-02-12", "2020-02-20", "communities/mingzhu, streets/jiazhi", "gate check, patrol")
	p := f.updated.GetPreference()
	if p.GetName() != "volunteers/42/preference" || p.GetEtag() != "1" || len(p.GetAvailability()) != 5 || p.GetMaxShiftsWeekly() != 2 ||
		strings.Join(f.updated.GetUpdateMask().GetPaths(), " ") != "kinds places availability absences max_shifts_weekly" {
		t.Error(f.updated)
	}
	if exit, _, said = asked(t, f, "preference", "update", "42", "--kinds="); exit != exitOK || len(f.updated.GetPreference().GetKinds()) != 0 {
		t.Error(exit, said, f.updated)
	}
	exit, out, _ = asked(t, f, "preference", "get", "volunteers/42")
	if exit != exitOK {
		t.Error(exit)
	}
	want(t, out, "volunteers/42/preference", "patrol")
}

// TestPreferenceErr: hours that are none are named, with an example.
func TestPreferenceErr(t *testing.T) {
	for _, hours := range []string{"evenings", "mon 25", "someday 08:00-09:00", "mon- 08:00-09:00", "0 08:00-09:00", "m 08:00-09:00"} {
		exit, _, said := asked(t, &planner{}, "preference", "update", "42", "--available", hours)
		if exit != exitUsage {
			t.Error(hours, exit)
		}
		want(t, said, hours, "mon-fri 18:00-22:00")
	}
	exit, _, said := asked(t, &planner{}, "preference", "update", "42", "--absent", "2020-02-30")
	if exit != exitUsage {
		t.Error(exit)
	}
	want(t, said, `"2020-02-30" is not a date`)
}
