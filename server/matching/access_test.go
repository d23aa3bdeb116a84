package matching_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

const (
	hiddenFrom = nuov1.ErrorReason_ERROR_REASON_NOT_FOUND
	deniedTo   = nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED
)

// A community plans its own shifts; its street and district may too; nobody else may, or learns of the plan.
func TestErrPlansAreThePlanners(t *testing.T) {
	h := open(t)
	h.people(1)
	h.shift("gate", tomorrow+" 08:00", 1)
	for _, who := range []*policy.Caller{mingzhuOffice, streetOffice, command} {
		if m := h.plan(who, &nuov1.ProposeMatchRequest{Scope: list}); m.GetCreatorRole() != who.Grants[0].Role {
			t.Errorf("%v: %v", who.Grants, m)
		}
	}
	for _, scope := range []string{list, mingzhu, street, district} {
		for _, who := range []*policy.Caller{xingzhouOffice, courtOffice, auditor, self(person(1))} {
			req := &nuov1.ProposeMatchRequest{Scope: scope}
			if scope != list {
				req.FromDate = tomorrow
			}
			_, err := h.propose(who, req)
			refused(t, err, deniedTo, "a plan of "+scope)
		}
	}
	_, err := h.propose(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: street, FromDate: tomorrow})
	refused(t, err, deniedTo, "a community plans for its street")

	m := h.ofList(fill)
	for _, who := range []*policy.Caller{xingzhouOffice} {
		_, err := h.get(who, m.GetName())
		refused(t, err, hiddenFrom, "reading")
		_, err = h.watch(who, m.GetName())
		refused(t, err, hiddenFrom, "watching")
		_, err = h.explain(who, &nuov1.ExplainMatchRequest{Name: m.GetName()})
		refused(t, err, hiddenFrom, "explaining")
		_, err = as(h, who, h.CancelMatch, nuov1.MatchService_CancelMatch_FullMethodName,
			&nuov1.CancelMatchRequest{RequestId: id(), Name: m.GetName()})
		refused(t, err, hiddenFrom, "cancelling")
		_, err = as(h, who, h.ApplyMatch, nuov1.MatchService_ApplyMatch_FullMethodName,
			&nuov1.ApplyMatchRequest{RequestId: id(), Name: m.GetName(), Etag: m.GetEtag()})
		refused(t, err, hiddenFrom, "applying")
	}
	if _, err := h.get(auditor, m.GetName()); err != nil {
		t.Errorf("an auditor reads: %v", err)
	}
	_, err = as(h, auditor, h.ListPlacements, nuov1.MatchService_ListPlacements_FullMethodName,
		&nuov1.ListPlacementsRequest{Parent: m.GetName()})
	refused(t, err, deniedTo, "an auditor lists people")
}

// How even loads are is for planners: an auditor reads a plan's scores without it, in an answer, a list and a stream.
func TestErrAnAuditorSeesNoFairness(t *testing.T) {
	h := open(t)
	h.people(1)
	h.shift("gate", tomorrow+" 08:00", 1)
	for _, method := range []nuov1.MatchMethod{fill, roster} {
		m := h.ofList(method)
		if m.GetScore().GetUnfairness() == 0 {
			t.Errorf("planners see none either: %v", m)
		}
		got, err := h.get(auditor, m.GetName())
		h.must(err)
		listed, err := as(h, auditor, h.ListMatches, nuov1.MatchService_ListMatches_FullMethodName,
			&nuov1.ListMatchesRequest{Parent: list, PageSize: 1})
		h.must(err)
		for _, m := range append(h.watched(auditor, m.GetName()), got, listed.GetMatches()[0]) {
			if m.GetScore().GetFilled() != 1 || m.GetScore().GetUnfairness() != 0 || m.GetBound().GetUnfairness() != 0 {
				t.Errorf("%v", m)
			}
		}
	}
}

// A name is shown by the rule of ListVolunteers: to the community of registration, not to street and district.
func TestOKNamesAreShownToWhoMaySeeThem(t *testing.T) {
	h := open(t)
	h.person(1)
	h.person(2, func(v *nuov1.Volunteer) { v.Registrations[0].Community = xingzhou })
	h.shift("gate", tomorrow+" 08:00", 2)
	m := h.plan(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list, Pool: []string{court}})
	for _, p := range h.placements(mingzhuOffice, m.GetName()) {
		if own := p.GetVolunteer() == person(1); (p.GetDisplayName() != "") != own {
			t.Errorf("%v", p)
		}
	}
	for _, who := range []*policy.Caller{streetOffice, command} {
		for _, p := range h.placements(who, m.GetName()) {
			if p.GetDisplayName() != "" {
				t.Errorf("%v sees %v", who.Grants, p)
			}
		}
	}
}

func TestErrProposalsThatMakeNoSense(t *testing.T) {
	h := open(t)
	invalid := nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD
	for what, c := range map[string]struct {
		req  *nuov1.ProposeMatchRequest
		want nuov1.ErrorReason
	}{
		"a list with a date":      {&nuov1.ProposeMatchRequest{Scope: list, FromDate: tomorrow}, invalid},
		"a list with a last date": {&nuov1.ProposeMatchRequest{Scope: list, ToDate: tomorrow}, invalid},
		"no date":                 {&nuov1.ProposeMatchRequest{Scope: mingzhu}, invalid},
		"no such date":            {&nuov1.ProposeMatchRequest{Scope: mingzhu, FromDate: "2020-02-30"}, invalid},
		"backwards":               {&nuov1.ProposeMatchRequest{Scope: mingzhu, FromDate: tomorrow, ToDate: "2020-02-08"}, invalid},
		"the past":                {&nuov1.ProposeMatchRequest{Scope: mingzhu, FromDate: "2020-02-01"}, invalid},
		"32 days":                 {&nuov1.ProposeMatchRequest{Scope: mingzhu, FromDate: "2020-02-09", ToDate: "2020-03-11"}, invalid},
		"a pool of nobody":        {&nuov1.ProposeMatchRequest{Scope: list, Pool: []string{"units/none"}}, hiddenFrom},
		"no such list":            {&nuov1.ProposeMatchRequest{Scope: "taskLists/none"}, hiddenFrom},
		"no such community":       {&nuov1.ProposeMatchRequest{Scope: "communities/none", FromDate: tomorrow}, hiddenFrom},
	} {
		_, err := h.propose(mingzhuOffice, c.req)
		refused(t, err, c.want, what)
	}
	h.update(func(tx *store.Tx) error {
		l, err := store.TaskLists.Get(tx, list)
		if err != nil {
			return err
		}
		l.State = nuov1.TaskListState_TASK_LIST_STATE_CLOSED
		return store.TaskLists.Put(tx, l)
	})
	_, err := h.propose(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN, "a closed list")
}

// A preference is its volunteer's, and of those who may enter it for them; a plan is stopped by a stale etag.
func TestErrPreferencesAreTheVolunteersOwn(t *testing.T) {
	h := open(t)
	h.people(2)
	name := person(1) + "/preference"
	get := func(who *policy.Caller) (*nuov1.Preference, error) {
		return as(h, who, h.GetPreference, nuov1.PreferenceService_GetPreference_FullMethodName,
			&nuov1.GetPreferenceRequest{Name: name})
	}
	update := func(who *policy.Caller, p *nuov1.Preference, paths ...string) (*nuov1.Preference, error) {
		p.Name = name
		return as(h, who, h.UpdatePreference, nuov1.PreferenceService_UpdatePreference_FullMethodName,
			&nuov1.UpdatePreferenceRequest{RequestId: id(), Preference: p, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}})
	}
	etag := ""
	for _, who := range []*policy.Caller{self(person(1)), courtOffice, mingzhuOffice} {
		p, err := get(who)
		h.must(err)
		p, err = update(who, &nuov1.Preference{Etag: p.GetEtag(), MaxShiftsWeekly: 2}, "max_shifts_weekly")
		h.must(err)
		if p.GetMaxShiftsWeekly() != 2 || p.GetEtag() == etag {
			t.Errorf("%v", p)
		}
		etag = p.GetEtag()
	}
	for _, who := range []*policy.Caller{self(person(2)), xingzhouOffice} {
		_, err := get(who)
		refused(t, err, hiddenFrom, "reading another's")
		_, err = update(who, &nuov1.Preference{Etag: etag}, "kinds")
		refused(t, err, hiddenFrom, "stating another's")
	}
	_, err := update(self(person(1)), &nuov1.Preference{Etag: "stale"}, "kinds")
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_ETAG_MISMATCH, "a stale etag")
	_, err = update(self(person(1)), &nuov1.Preference{Etag: etag, Places: []string{"communities/none"}}, "places")
	refused(t, err, hiddenFrom, "a place that is not")
	_, err = update(self(person(1)), &nuov1.Preference{
		Etag: etag, Absences: []*nuov1.Absence{{FromDate: "2020-02-10", ToDate: "2020-02-09"}},
	}, "absences")
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD, "an absence backwards")
	_, err = update(self(person(1)), &nuov1.Preference{Etag: etag}, "name")
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD, "a field that is not to be changed")
}

// Plans of one millisecond are listed in the order of their making too, the newest first.
func TestOKPlansOfOneMillisecondAreListedInOrder(t *testing.T) {
	h := open(t)
	h.stop()
	var want []string
	for n := range 3 {
		h.clock.set(noon.Add(time.Duration(n) * 10 * time.Microsecond))
		m, err := h.propose(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list})
		h.must(err)
		want = slices.Insert(want, 0, m.GetName())
	}
	res, err := as(h, mingzhuOffice, h.ListMatches, nuov1.MatchService_ListMatches_FullMethodName, &nuov1.ListMatchesRequest{Parent: list})
	h.must(err)
	for i, m := range res.GetMatches() {
		if m.GetName() != want[i] {
			t.Errorf("%d: %s, want %s", i, m.GetName(), want[i])
		}
	}
}

// More than three plans of one scope are not solved at a time.
func TestErrLimitReachedByPlansOfOneScope(t *testing.T) {
	h := open(t)
	h.stop() // nothing is worked off
	for range 3 {
		_, err := h.propose(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list})
		h.must(err)
	}
	_, err := h.propose(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED, "a fourth")
	if _, err := h.propose(streetOffice, &nuov1.ProposeMatchRequest{Scope: other}); err != nil {
		t.Errorf("of another scope: %v", err)
	}
}

// A plan is worked off by whichever server serves next, and is the same.
func TestOKAPlanSurvivesAStop(t *testing.T) {
	h := open(t)
	h.people(5)
	for _, s := range []string{"08", "10", "14"} {
		h.shift("at"+s, tomorrow+" "+s+":00", 2)
	}
	first := h.roll(h.ofList(roster).GetName())
	h.stop()
	m, err := h.propose(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list})
	h.must(err)
	if m.GetPhase() != nuov1.MatchPhase_MATCH_PHASE_WAITING {
		t.Errorf("%v", m)
	}
	h.begin()
	answers := h.watched(mingzhuOffice, m.GetName())
	last := answers[len(answers)-1]
	if last.GetState() != proposed || h.roll(m.GetName()) != first {
		t.Errorf("%v: %s, want %s", last, h.roll(m.GetName()), first)
	}
}

// A plan that is given up is over: nothing more is done, and nothing can be made of it.
func TestOKAPlanIsGivenUp(t *testing.T) {
	h := open(t)
	h.people(1)
	h.shift("gate", tomorrow+" 08:00", 1)
	m := h.ofList(fill)
	cancel := func() (*nuov1.Match, error) {
		return as(h, mingzhuOffice, h.CancelMatch, nuov1.MatchService_CancelMatch_FullMethodName,
			&nuov1.CancelMatchRequest{RequestId: id(), Name: m.GetName()})
	}
	gone, err := cancel()
	h.must(err)
	if gone.GetState() != nuov1.MatchState_MATCH_STATE_CANCELLED {
		t.Errorf("%v", gone)
	}
	_, err = cancel()
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_STATE, "twice")
	_, err = as(h, mingzhuOffice, h.ApplyMatch, nuov1.MatchService_ApplyMatch_FullMethodName,
		&nuov1.ApplyMatchRequest{RequestId: id(), Name: m.GetName(), Etag: gone.GetEtag()})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_STATE, "applying it")
}

// What is old is forgotten with its placements, and not before.
func TestOKOldPlansAreForgotten(t *testing.T) {
	h := open(t)
	h.people(3)
	h.shift("gate", tomorrow+" 08:00", 3)
	m := h.ofList(fill)
	for _, c := range []struct {
		after time.Duration
		kept  bool
	}{{7*24*time.Hour - time.Second, true}, {7 * 24 * time.Hour, false}} {
		h.stop()
		h.clock.set(noon.Add(c.after))
		h.begin()
		h.settled()
		left := 0
		h.must(h.store.View(context.Background(), func(tx *store.Tx) error {
			for _, err := range store.Placements.Scan(tx, m.GetName()) {
				if err != nil {
					return err
				}
				left++
			}
			return nil
		}))
		_, err := h.get(mingzhuOffice, m.GetName())
		if (err == nil) != c.kept || (left == 3) != c.kept {
			t.Errorf("after %v: %v, %d placements", c.after, err, left)
		}
	}
}

// settled waits until the work has come to an empty plan that is asked for now: what is old was forgotten before.
func (h *house) settled() {
	h.t.Helper()
	h.plan(command, &nuov1.ProposeMatchRequest{Scope: district, FromDate: "2021-01-01"})
}
