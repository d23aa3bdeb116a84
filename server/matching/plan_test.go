package matching_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

const (
	fill   = nuov1.MatchMethod_MATCH_METHOD_FILL
	roster = nuov1.MatchMethod_MATCH_METHOD_ROSTER
	stable = nuov1.MatchMethod_MATCH_METHOD_STABLE

	proposed = nuov1.MatchState_MATCH_STATE_PROPOSED
)

// A plan of a list fills what can be filled and changes nothing.
func TestOKPlanOfAListIsADryRun(t *testing.T) {
	h := open(t)
	h.people(3)
	h.shift("gate", tomorrow+" 08:00", 2)
	h.shift("patrol", tomorrow+" 08:00", 2, ofKind(patrol))
	h.shift("far", tomorrow+" 08:00", 9, ofXingzhou)
	m := h.ofList(fill)
	if m.GetState() != proposed || m.GetScore().GetFilled() != 3 || m.GetScore().GetOpenSlots() != 1 || !m.GetOptimal() {
		t.Errorf("%v", m)
	}
	if m.GetVolunteers() != 3 || m.GetShifts() != 2 || m.GetSlots() != 4 || m.GetPairs() != 6 || m.GetPlacements() != 3 {
		t.Errorf("%v", m)
	}
	if _, err := h.claims(person(1), "shifts/gate"); err != nil {
		t.Errorf("after a dry run a claim is refused: %v", err)
	}
}

// A day's plan of a community holds its own shifts of that day; a street's those of its communities.
func TestOKPlanByDayAndByStreet(t *testing.T) {
	h := open(t)
	h.people(4)
	h.shift("today", "2020-02-08 18:00", 1)
	h.shift("gate", tomorrow+" 08:00", 1)
	h.shift("far", tomorrow+" 14:00", 1, ofXingzhou)
	h.shift("later", "2020-02-10 08:00", 1)
	for _, c := range []struct {
		scope, from, to, want string
	}{
		{mingzhu, tomorrow, "", "gate"},
		{mingzhu, "2020-02-08", tomorrow, "today gate"},
		{street, tomorrow, "", "gate far"},
		{district, tomorrow, "2020-02-10", "gate far later"},
	} {
		m := h.plan(command, &nuov1.ProposeMatchRequest{Scope: c.scope, FromDate: c.from, ToDate: c.to, ShiftsEach: 1})
		got := ""
		for _, p := range h.placements(command, m.GetName()) {
			got += p.GetShift()[len("shifts/"):] + " "
		}
		if got != c.want+" " {
			t.Errorf("%s from %s to %s plans %s, want %s", c.scope, c.from, c.to, got, c.want)
		}
	}
}

// What nobody could be offered is not planned: shifts that have begun, are cancelled or full, and those of lists that
// take no more.
func TestOKClosedShiftsAreNotPlanned(t *testing.T) {
	h := open(t)
	h.people(3)
	today := "2020-02-08"
	h.shift("begun", today+" 11:00", 2)
	h.shift("cancelled", today+" 18:00", 2, func(s *nuov1.Shift) { s.State = nuov1.ShiftState_SHIFT_STATE_CANCELLED })
	h.shift("full", today+" 18:00", 1)
	h.signed(person(1), "shifts/full")
	h.shift("closed", today+" 18:00", 1, ofXingzhou)
	h.shift("opening", today+" 18:00", 1, func(s *nuov1.Shift) {
		s.ClaimOpenTime = timestamppb.New(local(today + " 17:00")) // for claims; an offer does not wait for it
	})
	h.update(func(tx *store.Tx) error {
		l, err := store.TaskLists.Get(tx, other)
		if err != nil {
			return err
		}
		l.CloseTime = timestamppb.New(noon)
		return store.TaskLists.Put(tx, l)
	})
	m := h.plan(command, &nuov1.ProposeMatchRequest{Scope: district, FromDate: today})
	if got := h.roll(m.GetName()); m.GetShifts() != 1 || !strings.HasPrefix(got, "opening:") {
		t.Errorf("%v: %s", m, got)
	}
}

// Who is asked: by default who is registered with the communities of the scope, else those of the pool.
func TestOKPoolSaysWhoIsAsked(t *testing.T) {
	h := open(t)
	h.person(1)
	h.person(2, func(v *nuov1.Volunteer) { v.Registrations[0].Community = xingzhou })
	h.person(3, func(v *nuov1.Volunteer) { v.Unit, v.Branch = "", "" })
	h.person(4, func(v *nuov1.Volunteer) { v.Teams, v.Branch = []string{team}, "" })
	h.person(5, func(v *nuov1.Volunteer) { v.Registrations[0].ToDate = "2020-02-01" })
	h.person(6, func(v *nuov1.Volunteer) { v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED })
	h.person(7, func(v *nuov1.Volunteer) { v.District = elsewhere })
	h.shift("gate", tomorrow+" 08:00", 9)
	for _, c := range []struct {
		pool []string
		want string
	}{
		{nil, "gate:1,3,4"},
		{[]string{xingzhou}, "gate:2"},
		{[]string{court}, "gate:1,2,4"},
		{[]string{branch}, "gate:1,2"},
		{[]string{team, xingzhou}, "gate:2,4"},
	} {
		m := h.plan(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list, Pool: c.pool})
		if got := h.roll(m.GetName()); got != c.want {
			t.Errorf("of %v: %s, want %s", c.pool, got, c.want)
		}
	}
	m := h.plan(streetOffice, &nuov1.ProposeMatchRequest{Scope: street, FromDate: tomorrow})
	if got := h.roll(m.GetName()); got != "gate:1,2,3,4" {
		t.Errorf("of the street: %s", got)
	}
}

// What people want decides who gets what, and the plan says why.
func TestOKPreferencesDecideWhoGetsWhat(t *testing.T) {
	h := open(t)
	h.people(3)
	h.shift("gate", tomorrow+" 08:00", 1)
	h.shift("patrol", tomorrow+" 08:00", 1, ofKind(patrol), func(s *nuov1.Shift) { s.Compound = compound })
	h.wishes(person(3), &nuov1.Preference{Kinds: []nuov1.TaskKind{patrol}, Places: []string{compound}})
	h.wishes(person(2), &nuov1.Preference{Kinds: []nuov1.TaskKind{patrol, gateCheck}})
	for _, method := range []nuov1.MatchMethod{fill, roster} {
		m := h.ofList(method)
		if got := h.roll(m.GetName()); got != "gate:2 patrol:3" {
			t.Errorf("%v: %s", method, got)
		}
		for _, p := range h.placements(mingzhuOffice, m.GetName()) {
			if p.GetVolunteer() != person(3) {
				continue
			}
			if p.GetRank() != 1 || p.GetKindPosition() != 1 || p.GetPlacePosition() != 1 || len(p.GetRankReasons()) != 2 {
				t.Errorf("%v", p)
			}
		}
	}
}

// STABLE lets the community choose too: who lives there before who is registered there, before who helps from elsewhere.
func TestOKStableHeedsResidenceAndSkill(t *testing.T) {
	h := open(t)
	h.person(1, func(v *nuov1.Volunteer) { v.Registrations[0].Community = xingzhou })
	h.person(2, func(v *nuov1.Volunteer) { v.Registrations[0].Primary = false })
	h.person(3)
	h.person(4, func(v *nuov1.Volunteer) { v.Skills = []string{"nurse"} })
	for want, capacity := range map[string]int32{"4": 1, "3,4": 2, "2,3,4": 3, "1,2,3,4": 4} {
		name := "gate" + want[:1]
		day := "2020-03-0" + want[:1]
		h.shift(name, day+" 08:00", capacity)
		m := h.plan(mingzhuOffice, &nuov1.ProposeMatchRequest{
			Scope: mingzhu, FromDate: day, Method: stable, Pool: []string{court},
		})
		if got := h.roll(m.GetName()); got != name+":"+want {
			t.Errorf("%d slots: %s", capacity, got)
		}
	}
}

// Hours and absences bind, and so does how often somebody wants to come.
func TestOKHoursBind(t *testing.T) {
	h := open(t)
	h.people(5)
	h.shift("gate", tomorrow+" 08:00", 5) // a Sunday
	h.shift("night", tomorrow+" 20:00", 5, ofKind(patrol))
	from := func(from, to string, weekdays ...int32) *nuov1.Availability {
		return &nuov1.Availability{FromTime: from, ToTime: to, Weekdays: weekdays}
	}
	h.wishes(person(1), &nuov1.Preference{Availability: []*nuov1.Availability{from("08:00", "12:00")}})
	h.wishes(person(2), &nuov1.Preference{Availability: []*nuov1.Availability{from("18:00", "02:00", 7), from("08:00", "11:00")}})
	h.wishes(person(3), &nuov1.Preference{Availability: []*nuov1.Availability{from("00:00", "24:00", 1, 2, 3, 4, 5, 6)}})
	h.wishes(person(4), &nuov1.Preference{Absences: []*nuov1.Absence{{FromDate: "2020-02-01", ToDate: tomorrow}}})
	h.wishes(person(5), &nuov1.Preference{MaxShiftsWeekly: 1, Kinds: []nuov1.TaskKind{patrol}})
	m := h.ofList(roster)
	if got := h.roll(m.GetName()); got != "gate:1 night:2,5" {
		t.Errorf("%s", got)
	}
}

// Hours that end when they begin are none, and not a whole day.
func TestErrHoursThatAreNone(t *testing.T) {
	h := open(t)
	h.person(1)
	now, err := as(h, self(person(1)), h.GetPreference, nuov1.PreferenceService_GetPreference_FullMethodName,
		&nuov1.GetPreferenceRequest{Name: person(1) + "/preference"})
	h.must(err)
	_, err = as(h, self(person(1)), h.UpdatePreference, nuov1.PreferenceService_UpdatePreference_FullMethodName,
		&nuov1.UpdatePreferenceRequest{
			RequestId: id(), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"availability"}},
			Preference: &nuov1.Preference{
				Name: now.GetName(), Etag: now.GetEtag(),
				Availability: []*nuov1.Availability{{FromTime: "18:00", ToTime: "18:00"}},
			},
		})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD, "18:00-18:00")
}

// Who wants one shift a week gets one in any seven days, also where each day has a plan of its own.
func TestOKAWishForAWeekBindsDailyPlans(t *testing.T) {
	h := open(t)
	h.person(1)
	h.wishes(person(1), &nuov1.Preference{MaxShiftsWeekly: 1})
	got := ""
	for _, day := range []string{"12", "10", "13", "16", "18", "19", "20"} { // the 12th and the 19th are a week apart
		date := "2020-02-" + day
		h.shift("on"+day, date+" 08:00", 1)
		m := h.apply(mingzhuOffice, h.plan(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: mingzhu, FromDate: date}))
		got += h.roll(m.GetName()) + " "
	}
	if strings.Join(strings.Fields(got), " ") != "on12:1 on19:1" {
		t.Errorf("%s", got)
	}
}

// Nobody is sent alone to a watch of two, nobody beyond what they may rest.
func TestOKRosterKeepsCrewsAndRest(t *testing.T) {
	h := open(t)
	h.people(3)
	h.shift("watch", tomorrow+" 08:00", 4, ofKind(twoOnOne))
	m := h.ofList(roster)
	if m.GetScore().GetFilled() != 2 {
		t.Errorf("three people make one crew: %v", m.GetScore())
	}

	h.shift("night", "2020-02-10 20:00", 3)
	h.shift("dawn", "2020-02-11 04:00", 3)
	m = h.plan(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: mingzhu, FromDate: "2020-02-10", ToDate: "2020-02-11"})
	if m.GetScore().GetFilled() != 3 {
		t.Errorf("rest after a night: %v", m.GetScore())
	}
}

// A slot that somebody waits for is no plan's: in the last hour, when nobody is promoted, it is the first's who signs.
func TestOKTheWaitlistGoesFirst(t *testing.T) {
	for waiting, want := range []int32{1, 0} {
		h := open(t)
		h.people(3)
		gate := h.shift("gate", tomorrow+" 08:00", 1)
		c := h.signed(person(1), gate)
		h.update(func(tx *store.Tx) error {
			if waiting == 0 {
				return nil
			}
			_, err := lifecycle.Claim(tx, volunteer(person(2)), &nuov1.ClaimShiftRequest{
				Shift: gate, Volunteer: person(2), Revision: 1, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING, Waitlist: true,
			})
			return err
		})
		h.clock.set(local(tomorrow + " 07:15"))
		h.update(func(tx *store.Tx) error {
			_, err := lifecycle.AskLeave(tx, volunteer(person(1)),
				&nuov1.AskLeaveRequest{Name: c.GetName(), Reason: nuov1.ReasonCode_REASON_CODE_ILLNESS})
			return err
		})
		if m := h.ofList(roster); m.GetPlacements() != want || m.GetSlots() != want {
			t.Errorf("%d wait: %v", waiting, m)
		}
	}
}

func volunteer(person string) lifecycle.Actor {
	return lifecycle.Actor{Name: person, Person: person, Role: nuov1.Role_ROLE_VOLUNTEER}
}

// The same data and the same seed give the same plan, whatever runs beside.
func TestOKTheSameAgainIsTheSamePlan(t *testing.T) {
	h := open(t)
	h.people(6)
	for _, s := range []string{"08", "09", "14", "15"} {
		h.shift("at"+s, tomorrow+" "+s+":00", 2)
	}
	first := h.roll(h.ofList(roster).GetName())
	if again := h.roll(h.ofList(roster).GetName()); again != first || first == "" {
		t.Errorf("%s and %s", first, again)
	}
}

// To a 二对一 two or nobody are sent, by any method and whatever its numbers; one who stands there alone gets a second.
func TestOKNobodyStandsAWatchOfTwoAlone(t *testing.T) {
	for _, c := range []struct {
		method              nuov1.MatchMethod
		capacity            int32
		people, held        int
		filled, slots, over int32
		placed              string
	}{
		{fill, 2, 3, 0, 0, 0, 2, ""},
		{stable, 3, 3, 0, 0, 0, 3, ""},
		{roster, 3, 3, 0, 2, 2, 1, "watch:1,2"},
		{roster, 1, 3, 0, 0, 0, 1, ""},
		{roster, 4, 1, 0, 0, 4, 0, ""},
		{fill, 2, 3, 1, 1, 1, 0, "watch:1"},
		{stable, 4, 3, 1, 1, 1, 2, "watch:1"},
		{roster, 4, 3, 1, 1, 1, 2, "watch:1"},
		{roster, 5, 4, 2, 2, 2, 1, "watch:1,2"},
	} {
		h := open(t)
		h.people(c.people)
		h.shift("watch", tomorrow+" 08:00", c.capacity, ofKind(twoOnOne))
		for i := range c.held {
			h.signed(person(c.people-i), "shifts/watch")
		}
		m := h.plan(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list, Method: c.method, Seed: 1})
		got := h.roll(m.GetName())
		if m.GetScore().GetFilled() != c.filled || m.GetSlots() != c.slots || m.GetLeftOutSlots() != c.over || m.GetScore().GetShortShifts() != 0 {
			t.Errorf("%+v: %v, %s", c, m, got)
		}
		if len(got) != len(c.placed) {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestOKEmptyPlans(t *testing.T) {
	h := open(t)
	for _, method := range []nuov1.MatchMethod{fill, roster, stable} {
		if m := h.ofList(method); m.GetState() != proposed || m.GetPlacements() != 0 {
			t.Errorf("without shifts: %v", m)
		}
	}
	h.shift("gate", tomorrow+" 08:00", 2)
	for _, method := range []nuov1.MatchMethod{fill, roster, stable} {
		if m := h.ofList(method); m.GetState() != proposed || m.GetScore().GetOpenSlots() != 2 {
			t.Errorf("without people: %v", m)
		}
	}
}
