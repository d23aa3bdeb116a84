package matching_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// answers signs or declines what a plan offered somebody.
func (h *house) answers(m *nuov1.Match, who string, signs bool) {
	h.t.Helper()
	i := slices.IndexFunc(h.placements(command, m.GetName()), func(p *nuov1.Placement) bool { return p.GetVolunteer() == who })
	contract := h.placements(command, m.GetName())[i].GetContract()
	actor := lifecycle.Actor{Name: who, Person: who, Role: nuov1.Role_ROLE_VOLUNTEER}
	h.update(func(tx *store.Tx) error {
		if !signs {
			_, err := lifecycle.Decline(tx, actor, &nuov1.DeclineContractRequest{Name: contract})
			return err
		}
		_, err := lifecycle.Sign(tx, actor, &nuov1.SignContractRequest{
			Name: contract, Revision: 1, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING,
		})
		return err
	})
}

// about is what a planner is told of a volunteer.
func (h *house) about(m *nuov1.Match, who, shift string) *nuov1.ExplainMatchResponse {
	h.t.Helper()
	x, err := h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: who, Shift: shift})
	h.must(err)
	return x
}

func (h *house) all(m *nuov1.Match, shift string) *nuov1.ExplainMatchResponse {
	h.t.Helper()
	x, err := h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName(), Shift: shift})
	h.must(err)
	return x
}

// Of an applied plan counts what holds now: a declined slot is free, a signed one taken and not moved, an offer held.
func TestOKAnAppliedPlanIsExplainedByItsContracts(t *testing.T) {
	h := open(t)
	h.people(3)
	h.shift("gate", tomorrow+" 08:00", 3)
	m := h.apply(mingzhuOffice, h.ofList(fill))
	if x := h.all(m, ""); x.GetStale() || len(x.GetGaps()) != 0 {
		t.Errorf("all are offered: %v", x)
	}
	h.answers(m, person(1), true)
	if x := h.all(m, ""); x.GetStale() || len(x.GetGaps()) != 0 || x.GetLeftOut() != 0 {
		t.Errorf("one has signed: %v", x)
	}
	h.answers(m, person(2), false)
	x := h.all(m, "")
	if !x.GetStale() || len(x.GetGaps()) != 1 || x.GetGaps()[0].GetFree() != 1 || x.GetLeftOut() != 1 {
		t.Errorf("one has declined: %v", x)
	}
	for n, want := range map[int]nuov1.ContractState{
		1: nuov1.ContractState_CONTRACT_STATE_DISPLAYED, 2: nuov1.ContractState_CONTRACT_STATE_DECLINED,
		3: nuov1.ContractState_CONTRACT_STATE_OFFERED,
	} {
		for _, x := range []*nuov1.ExplainMatchResponse{h.about(m, person(n), ""), h.toOneself(m, person(n))} {
			if p := x.GetPlacements(); len(p) != 1 || p[0].GetContractState() != want {
				t.Errorf("%d: %v", n, p)
			}
		}
	}
	h.person(4)
	h.update(func(tx *store.Tx) error {
		_, err := lifecycle.Offer(tx, lifecycle.Actor{Name: clerk, Person: clerk, Role: nuov1.Role_ROLE_COMMUNITY},
			&nuov1.OfferContractRequest{Shift: "shifts/gate", Volunteer: person(4)}, nuov1.ContractOrigin_CONTRACT_ORIGIN_NOMINATION)
		return err
	})
	x = h.all(m, "shifts/gate")
	if !x.GetStale() || len(x.GetGaps()) != 0 || x.GetClosed() != 0 {
		t.Errorf("somebody else was nominated: %v", x)
	}
}

func (h *house) toOneself(m *nuov1.Match, who string) *nuov1.ExplainMatchResponse {
	h.t.Helper()
	x, err := h.explain(self(who), &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: who})
	h.must(err)
	return x
}

// An offer that nobody answered in time holds nothing, before a step has written that down too.
func TestOKAnExpiredOfferHoldsNothing(t *testing.T) {
	h := open(t)
	h.people(1)
	h.shift("gate", tomorrow+" 20:00", 1)
	m := h.apply(mingzhuOffice, h.ofList(fill))
	h.clock.set(noon.Add(25 * time.Hour))
	x := h.about(m, person(1), "")
	if !x.GetStale() || x.GetPlacements()[0].GetContractState() != nuov1.ContractState_CONTRACT_STATE_EXPIRED {
		t.Errorf("%v", x)
	}
	if x := h.all(m, ""); len(x.GetGaps()) != 1 || x.GetGaps()[0].GetFree() != 1 {
		t.Errorf("%v", x)
	}
}

// Half a crew that declined does not undo the other half.
func TestOKTheOtherOfACrewStillHolds(t *testing.T) {
	h := open(t)
	h.people(2)
	h.shift("watch", tomorrow+" 08:00", 2, ofKind(twoOnOne))
	m := h.apply(mingzhuOffice, h.ofList(roster))
	h.answers(m, person(1), false)
	x := h.all(m, "")
	if !x.GetStale() || len(x.GetGaps()) != 1 || x.GetGaps()[0].GetFree() != 1 || x.GetLeftOut() != 1 {
		t.Errorf("%v", x)
	}
}

// A lone candidate for two together is told that the other is missing.
func TestOKALoneCandidateOfACrewIsTold(t *testing.T) {
	h := open(t)
	h.people(1)
	h.shift("watch", tomorrow+" 08:00", 2, ofKind(twoOnOne))
	m := h.ofList(roster)
	broken := nuov1.MatchRule_MATCH_RULE_BROKEN_CREW
	x := h.all(m, "")
	if len(x.GetGaps()) != 1 || x.GetGaps()[0].GetStopped()[0].GetRule() != broken ||
		len(x.GetWishes()) != 1 || x.GetWishes()[0].GetRule() != broken {
		t.Errorf("%v", x)
	}
	if x := h.about(m, person(1), ""); len(x.GetWishes()) != 1 || x.GetWishes()[0].GetRule() != broken {
		t.Errorf("%v", x)
	}
}

// What nobody wished for is no wish: it is counted. Who got nothing is told with a few of their best.
func TestOKOnlyWishesThatWereStatedAreTold(t *testing.T) {
	h := open(t)
	h.people(3)
	for _, s := range []string{"a", "b", "c", "d", "e"} {
		h.shift(s, tomorrow+" 08:00", 1)
	}
	h.shift("late", tomorrow+" 14:00", 1)
	h.shift("round", tomorrow+" 18:00", 1, ofKind(patrol))
	h.signed(h.person(8), h.shift("there", tomorrow+" 06:00", 1, ofXingzhou)) // 8 has promised all morning
	h.wishes(person(8), &nuov1.Preference{Kinds: []nuov1.TaskKind{gateCheck}, MaxShiftsWeekly: 1})
	m := h.ofList(roster)
	x := h.all(m, "")
	if x.GetLeftOut() != 1 || x.GetCouldTakeMore() == 0 {
		t.Errorf("%v", x)
	}
	for _, w := range x.GetWishes() {
		if w.GetVolunteer() != person(8) {
			t.Errorf("nobody asked for %v", w)
		}
	}
	// Asked about by name, a shift that was no wish is explained nevertheless.
	held := h.placements(mingzhuOffice, m.GetName())
	who := held[0].GetVolunteer()
	i := slices.IndexFunc(held, func(p *nuov1.Placement) bool { return p.GetVolunteer() != who })
	if x := h.about(m, who, ""); len(x.GetWishes()) != 0 || len(x.GetPlacements()) == 0 {
		t.Errorf("%v", x)
	}
	if x := h.about(m, who, held[i].GetShift()); len(x.GetWishes()) != 1 || x.GetWishes()[0].GetTaken() != 1 {
		t.Errorf("%v", x)
	}
}

// Of a whole plan who got nothing and stated no wish is told once, whatever else they could have had.
func TestOKOfAWholePlanWhoGotNothingIsToldOnce(t *testing.T) {
	h := open(t)
	h.people(8)
	for _, s := range []string{"a", "b", "c", "d", "e"} {
		h.shift(s, tomorrow+" 08:00", 1)
	}
	h.shift("f", tomorrow+" 08:00", 1, ofKind(patrol))
	m := h.ofList(fill)
	x := h.all(m, "")
	told := map[string]int{}
	for _, w := range x.GetWishes() {
		told[w.GetVolunteer()]++
	}
	if x.GetLeftOut() != 2 || len(told) != 2 {
		t.Fatalf("%v", x)
	}
	for who, n := range told {
		if n != 1 {
			t.Errorf("%s: %d", who, n)
		}
	}
	if x := h.all(m, "shifts/a"); len(x.GetWishes()) != 2 {
		t.Errorf("of one shift: %v", x)
	}
}

// A shift that is full by now, or has started, is explained as what is left of it, with the reason.
func TestOKAShiftThatIsFullOrHasStartedIsExplained(t *testing.T) {
	h := open(t)
	h.people(3)
	gate := h.shift("gate", tomorrow+" 08:00", 1)
	m := h.plan(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list, Method: fill})
	planned := h.placements(mingzhuOffice, m.GetName())[0].GetVolunteer()
	claimer := person(1)
	if planned == claimer {
		claimer = person(2)
	}
	h.signed(claimer, gate)
	x := h.all(m, gate)
	if !x.GetStale() || x.GetClosed() != nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL {
		t.Errorf("full: %v", x)
	}
	if x := h.about(m, planned, gate); !x.GetStale() || len(x.GetPlacements()) != 1 || len(x.GetWishes()) != 1 {
		t.Errorf("full, to who was to have it: %v", x)
	}
	h.clock.set(local(tomorrow + " 09:00"))
	late := nuov1.ErrorReason_ERROR_REASON_WRONG_TIME
	if x := h.all(m, gate); !x.GetStale() || x.GetClosed() != late {
		t.Errorf("started: %v", x)
	}
	if x := h.about(m, planned, gate); len(x.GetWishes()) != 1 || !slices.Contains(x.GetWishes()[0].GetIneligibleReasons(), late) {
		t.Errorf("started, to who was to have it: %v", x)
	}
	h.clock.set(local(tomorrow + " 15:00"))
	if x := h.about(m, planned, ""); !x.GetStale() || len(x.GetPlacements()) != 1 {
		t.Errorf("over: %v", x)
	}
	_, err := h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName(), Shift: "shifts/none"})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "no such shift")
	_, err = h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: h.person(7, ofElsewhere)})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "somebody of elsewhere")
}

func ofElsewhere(v *nuov1.Volunteer) { v.District = elsewhere }

// settles puts a plan in a state in which work left it.
func (h *house) settles(m *nuov1.Match, f func(*nuov1.Match)) {
	h.t.Helper()
	h.update(func(tx *store.Tx) error {
		stored, err := store.Matches.Get(tx, m.GetName())
		if err != nil {
			return err
		}
		f(stored)
		return store.Matches.Put(tx, stored)
	})
}

// Of a plan that ended midway whoever has an offer is told about it; who has none is not told of the plan.
func TestOKAPlanThatEndedMidwayIsExplained(t *testing.T) {
	h := open(t)
	h.people(2)
	h.shift("gate", tomorrow+" 08:00", 1)
	m := h.apply(mingzhuOffice, h.ofList(fill))
	has := h.placements(mingzhuOffice, m.GetName())[0].GetVolunteer()
	hasNot := person(1)
	if has == hasNot {
		hasNot = person(2)
	}
	for _, state := range []nuov1.MatchState{nuov1.MatchState_MATCH_STATE_CANCELLED, nuov1.MatchState_MATCH_STATE_FAILED} {
		h.settles(m, func(m *nuov1.Match) { m.State = state })
		if x := h.toOneself(m, has); len(x.GetPlacements()) != 1 {
			t.Errorf("%v: %v", state, x)
		}
		_, err := h.explain(self(hasNot), &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: hasNot})
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, state.String())
		h.all(m, "")
		h.settles(m, func(m *nuov1.Match) { m.SolveTime = nil })
		_, err = h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName()})
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_STATE, "never solved")
		h.settles(m, func(stored *nuov1.Match) { stored.SolveTime = m.GetSolveTime() })
	}
}

// What changed in a round before the last was solved again and makes nothing stale.
func TestOKAChangeThatWasSolvedIsNotStale(t *testing.T) {
	h := open(t)
	h.people(2)
	h.shift("gate", tomorrow+" 08:00", 1)
	m := h.ofList(fill)
	planned := h.placements(mingzhuOffice, m.GetName())[0].GetVolunteer()
	h.update(func(tx *store.Tx) error {
		v, err := store.Volunteers.Get(tx, planned)
		if err != nil {
			return err
		}
		v.Exemptions = []*nuov1.Exemption{{FromDate: "2020-02-01"}}
		return store.Volunteers.Put(tx, v)
	})
	m = h.apply(mingzhuOffice, m)
	if x := h.all(m, ""); x.GetStale() || m.GetRounds() != 2 || m.GetChanged() != 1 || len(x.GetGaps()) != 0 {
		t.Errorf("%v: %v", m, x)
	}
	if x := h.about(m, planned, ""); len(x.GetPlacements()) != 1 ||
		x.GetPlacements()[0].GetState() != nuov1.PlacementState_PLACEMENT_STATE_CHANGED {
		t.Errorf("%v", x)
	}
}

// One more with any skill may take what asks for none, and so fill what somebody else is free for then.
func TestOKASkillThatNoShiftAsksForFillsOthers(t *testing.T) {
	h := open(t)
	h.person(1, func(v *nuov1.Volunteer) { v.Skills = []string{"driver"} })
	h.shift("drive", tomorrow+" 08:00", 1, asks(&nuov1.Requirements{Skills: []string{"driver"}}))
	h.shift("gate", tomorrow+" 08:00", 1)
	h.shift("law", tomorrow+" 08:00", 1, asks(&nuov1.Requirements{Skills: []string{"lawyer", "judge"}}))
	m := h.ofList(fill)
	free := "shifts/gate"
	if h.placements(mingzhuOffice, m.GetName())[0].GetShift() == free {
		free = "shifts/drive"
	}
	for skill, want := range map[string]int32{"cook": 1, "driver": 1, "lawyer": 1} {
		x, err := h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName(), Skill: skill})
		h.must(err)
		if a := x.GetAdditions(); len(a) != 1 || a[0].GetFilled() != want || a[0].GetShift() != free {
			t.Errorf("%s: %v", skill, a)
		}
	}
	x, err := h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName(), Skill: "lawyer", Shift: "shifts/law"})
	h.must(err)
	if a := x.GetAdditions()[0]; a.GetFilled() != 0 || a.GetShift() != "" {
		t.Errorf("a lawyer is no judge: %v", a)
	}
}

// Wishes, stated hours and exemptions are shown to those who may read them otherwise, and to no other planner; an
// exemption not to the community of the volunteer either.
func TestErrPlannersOfOthersSeeNoPersonalReasons(t *testing.T) {
	h := open(t)
	wishing := h.person(1)
	h.wishes(wishing, &nuov1.Preference{Kinds: []nuov1.TaskKind{patrol, gateCheck}})
	away := h.person(2)
	h.wishes(away, &nuov1.Preference{Absences: []*nuov1.Absence{{FromDate: tomorrow, ToDate: tomorrow}}})
	exempt := h.person(3, func(v *nuov1.Volunteer) { v.Exemptions = []*nuov1.Exemption{{FromDate: "2020-02-01"}} })
	h.shift("gate", tomorrow+" 08:00", 4)
	ofOthers := h.shift("over", tomorrow+" 08:00", 4, ofXingzhou)
	pool := []string{court}
	for _, row := range []struct {
		who           *policy.Caller
		shift         string
		wishes, hours bool
	}{{mingzhuOffice, "shifts/gate", true, true}, {xingzhouOffice, ofOthers, false, false}, {streetOffice, "shifts/gate", false, false}} {
		scope := list
		if row.shift == ofOthers {
			scope = other
		}
		m := h.plan(row.who, &nuov1.ProposeMatchRequest{Scope: scope, Pool: pool, Method: fill})
		p := h.placements(row.who, m.GetName())
		if len(p) != 1 || p[0].GetRank() != 2 || (len(p[0].GetRankReasons()) > 0) != row.wishes || (p[0].GetKindPosition() > 0) != row.wishes {
			t.Errorf("%v: %v", row.who.Grants, p)
		}
		for who, shown := range map[string]string{wishing: "KIND_WANTED", away: "NOT_AVAILABLE", exempt: "EXEMPT"} {
			x, err := h.explain(row.who, &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: who, Shift: row.shift})
			h.must(err)
			if who != wishing && (len(x.GetWishes()) != 1 || x.GetWishes()[0].GetRule() == 0 || len(x.GetStopped()) != 1) {
				t.Errorf("%v is told nothing of %s", row.who.Grants, shown)
			}
			text, _ := protojson.Marshal(x)
			if want := row.wishes && who != exempt; strings.Contains(string(text), shown) != want {
				t.Errorf("%v reads of %s: %s", row.who.Grants, shown, text)
			}
		}
		x, err := h.explain(row.who, &nuov1.ExplainMatchRequest{Name: m.GetName()})
		h.must(err)
		text, _ := protojson.Marshal(x)
		for _, word := range []string{"EXEMPT", "NOT_AVAILABLE", "WANTED"} {
			if strings.Contains(string(text), word) {
				t.Errorf("%v reads %s of one: %s", row.who.Grants, word, text)
			}
		}
	}
}

// Three whom the same keeps away are a number.
func TestOKThreeExemptAreANumber(t *testing.T) {
	h := open(t)
	for n := range 3 {
		h.person(n+1, func(v *nuov1.Volunteer) { v.Exemptions = []*nuov1.Exemption{{FromDate: "2020-02-01"}} })
	}
	h.shift("gate", tomorrow+" 08:00", 1)
	s := h.all(h.ofList(fill), "").GetGaps()[0].GetStopped()
	if len(s) != 1 || s[0].GetReason() != nuov1.ErrorReason_ERROR_REASON_EXEMPT || s[0].GetVolunteers() != 3 {
		t.Errorf("%v", s)
	}
}
