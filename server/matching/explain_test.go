package matching_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/policy"
)

func (h *house) explain(who *policy.Caller, req *nuov1.ExplainMatchRequest) (*nuov1.ExplainMatchResponse, error) {
	h.t.Helper()
	return as(h, who, h.ExplainMatch, nuov1.MatchService_ExplainMatch_FullMethodName, req)
}

// apply turns a plan into offers and waits until they are made.
func (h *house) apply(who *policy.Caller, m *nuov1.Match) *nuov1.Match {
	h.t.Helper()
	_, err := as(h, who, h.ApplyMatch, nuov1.MatchService_ApplyMatch_FullMethodName,
		&nuov1.ApplyMatchRequest{RequestId: id(), Name: m.GetName(), Etag: m.GetEtag()})
	h.must(err)
	answers := h.watched(who, m.GetName())
	return answers[len(answers)-1]
}

// A gap is explained by who is missing: the shifts that together need more than there are, and why the others may not.
func TestOKAGapIsExplainedByWhoIsMissing(t *testing.T) {
	h := open(t)
	h.people(2)
	h.person(3, func(v *nuov1.Volunteer) { v.Consents = nil })
	h.person(4, func(v *nuov1.Volunteer) {
		v.Exemptions = []*nuov1.Exemption{{FromDate: "2020-02-01"}}
	})
	h.person(5)
	h.wishes(person(5), &nuov1.Preference{Absences: []*nuov1.Absence{{FromDate: tomorrow, ToDate: tomorrow}}})
	h.shift("gate", tomorrow+" 08:00", 4, func(s *nuov1.Shift) { s.MinimumHeadcount = 3 })
	m := h.ofList(fill)
	x, err := h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName()})
	h.must(err)
	if len(x.GetGaps()) != 1 || x.GetStale() || !x.GetOneEach() || !x.GetOptimal() || x.GetLeftOut() != 3 {
		t.Fatalf("%v", x)
	}
	g := x.GetGaps()[0]
	if g.GetFree() != 2 || g.GetMissing() != 1 || g.GetEligible() != 2 || g.GetSet().GetNeed() != 3 || g.GetSet().GetSupply() != 2 {
		t.Errorf("%v", g)
	}
	// One exempt, one without consent, one away: each alone, so nobody is told which.
	if told := g.GetStopped()[1:]; len(told) != 1 || told[0].GetVolunteers() != 3 || told[0].GetReason() != 0 ||
		told[0].GetRule() != nuov1.MatchRule_MATCH_RULE_NOT_ELIGIBLE {
		t.Errorf("%v", told)
	}
	if len(x.GetAdditions()) != 1 || x.GetAdditions()[0].GetFilled() != 1 {
		t.Errorf("one more: %v", x.GetAdditions())
	}
}

// To planners a wish that was not granted names who holds it; what one more skill would add is told.
func TestOKWishesAndSkillsAreExplained(t *testing.T) {
	h := open(t)
	h.people(2)
	h.shift("gate", tomorrow+" 08:00", 1)
	h.shift("patrol", tomorrow+" 08:00", 1, ofKind(patrol))
	h.shift("drive", tomorrow+" 08:00", 1, asks(&nuov1.Requirements{Skills: []string{"driver"}}))
	for n := range 2 {
		h.wishes(person(n+1), &nuov1.Preference{Kinds: []nuov1.TaskKind{patrol}})
	}
	m := h.ofList(fill)
	left := h.placements(mingzhuOffice, m.GetName())[0].GetVolunteer() // on the gate
	x, err := h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: left})
	h.must(err)
	if len(x.GetWishes()) != 1 || x.GetWishes()[0].GetShift() != "shifts/patrol" || len(x.GetWishes()[0].GetHolders()) != 1 ||
		len(x.GetPlacements()) != 1 || len(x.GetStopped()) != 1 {
		t.Errorf("%v", x)
	}
	x, err = h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: left, Shift: "shifts/drive"})
	h.must(err)
	if len(x.GetWishes()) != 1 || x.GetWishes()[0].GetRule() != nuov1.MatchRule_MATCH_RULE_NOT_ELIGIBLE ||
		x.GetWishes()[0].GetIneligibleReasons()[0] != nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED {
		t.Errorf("%v", x)
	}
	for skill, filled := range map[string]int32{"driver": 1, "medic": 0} {
		x, err = h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName(), Skill: skill})
		h.must(err)
		if len(x.GetAdditions()) != 1 || x.GetAdditions()[0].GetFilled() != filled {
			t.Errorf("one %s more: %v", skill, x)
		}
	}
}

// Of a plan of very many pairs the gaps are told, and the wishes of those who got nothing.
func TestOKALargePlanIsExplainedInPart(t *testing.T) {
	h := open(t)
	h.TellPairs(0)
	h.people(3)
	h.shift("gate", tomorrow+" 08:00", 1)
	h.shift("patrol", tomorrow+" 08:00", 1, ofKind(patrol))
	h.shift("drive", tomorrow+" 08:00", 1, asks(&nuov1.Requirements{Skills: []string{"driver"}}))
	m := h.ofList(fill)
	x, err := h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName()})
	h.must(err)
	if len(x.GetGaps()) != 1 || len(x.GetWishes()) != 1 || len(x.GetAdditions()) != 1 || x.GetLeftOut() != 1 || !x.GetOptimal() {
		t.Errorf("%v", x)
	}
}

// A volunteer is told nothing of a dry run, and of offers that were made what is about them, in counts: nobody else.
func TestOKAVolunteerIsToldAboutOneself(t *testing.T) {
	h := open(t)
	h.people(2)
	h.shift("gate", tomorrow+" 08:00", 1)
	h.shift("patrol", tomorrow+" 08:00", 1, ofKind(patrol))
	for n := range 2 {
		h.wishes(person(n+1), &nuov1.Preference{Kinds: []nuov1.TaskKind{patrol}})
	}
	m := h.ofList(fill)
	left := h.placements(mingzhuOffice, m.GetName())[0].GetVolunteer()
	other := person(1)
	if left == other {
		other = person(2)
	}
	about := &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: left}
	_, err := h.explain(self(left), about)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "a dry run")
	h.apply(mingzhuOffice, m)
	x, err := h.explain(self(left), about)
	h.must(err)
	if len(x.GetWishes()) != 1 || len(x.GetPlacements()) != 1 || x.GetWishes()[0].GetTaken() != 1 || x.GetStale() {
		t.Errorf("%v", x)
	}
	if text, _ := protojson.Marshal(x); strings.Contains(string(text), other) || strings.Contains(string(text), canary) {
		t.Errorf("somebody else is named: %s", text)
	}
	_, err = h.explain(self(left), &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: other})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "about somebody else")
	_, err = h.explain(self(left), &nuov1.ExplainMatchRequest{Name: m.GetName()})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "about all")
	_, err = h.explain(self(left), &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: left, Skill: "driver"})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, "about a skill")

	mine, err := as(h, self(left), h.ListMatches, nuov1.MatchService_ListMatches_FullMethodName,
		&nuov1.ListMatchesRequest{Parent: left})
	h.must(err)
	if len(mine.GetMatches()) != 1 || mine.GetMatches()[0].GetScore() != nil {
		t.Errorf("%v", mine)
	}
}

// What changed since the plan was made is said.
func TestOKAnOldPlanIsExplainedAsFarAsItHolds(t *testing.T) {
	h := open(t)
	h.people(2)
	h.shift("gate", tomorrow+" 08:00", 2)
	m := h.ofList(fill)
	h.signed(person(1), h.shift("elsewhere", tomorrow+" 09:00", 1, ofXingzhou))
	x, err := h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName()})
	h.must(err)
	if !x.GetStale() || len(x.GetGaps()) != 1 || x.GetGaps()[0].GetEligible() != 1 {
		t.Errorf("%v", x)
	}
}
