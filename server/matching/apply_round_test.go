package matching

import (
	"testing"
	"time"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// yardFirst is the first of the yard's people.
var yardFirst = yardPerson("person-000")

// comesBetween is what may come between a plan and its offers, what is said of a place for it, and how many are offered in
// the end, of two.
var comesBetween = map[string]struct {
	between func(y *yard, gate string)
	want    nuov1.ErrorReason
	offered int32
}{
	"slots are taken": {func(y *yard, gate string) {
		y.claims(y.volunteer("x"), gate)
		y.claims(y.volunteer("z"), gate)
	}, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL, 0},
	"a slot is taken": {func(y *yard, gate string) { y.claims(y.volunteer("x"), gate) }, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL, 1},
	"claimed by the same": {
		func(y *yard, gate string) { y.claims(yardFirst, gate) }, nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED, 1,
	},
	"exempt": {func(y *yard, _ string) {
		y.edits(yardFirst, func(v *nuov1.Volunteer) {
			v.Exemptions = []*nuov1.Exemption{{FromDate: yardDate, ToDate: "2020-02-12"}}
		})
	}, nuov1.ErrorReason_ERROR_REASON_EXEMPT, 2},
	"not registered": {func(y *yard, _ string) {
		y.edits(yardFirst, func(v *nuov1.Volunteer) { v.Registrations[0].ToDate = "2020-02-09" })
	}, nuov1.ErrorReason_ERROR_REASON_NOT_REGISTERED, 2},
	"consent withdrawn": {func(y *yard, _ string) {
		y.edits(yardFirst, func(v *nuov1.Volunteer) { v.Consents = nil })
	}, nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING, 2},
	"deactivated": {func(y *yard, _ string) {
		y.edits(yardFirst, func(v *nuov1.Volunteer) { v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED })
	}, nuov1.ErrorReason_ERROR_REASON_DEACTIVATED, 2},
	"signed elsewhere": {func(y *yard, _ string) {
		y.claims(yardFirst, y.shift("x", "11:00", "13:00", 1))
	}, nuov1.ErrorReason_ERROR_REASON_OVERLAP, 2},
	"a night before": {func(y *yard, _ string) {
		y.claims(yardFirst, y.shift("x", "02:00", "05:00", 1))
	}, nuov1.ErrorReason_ERROR_REASON_REST_RULE, 2},
	"the terms changed": {func(y *yard, gate string) {
		y.amends(gate, time.Hour)
	}, nuov1.ErrorReason_ERROR_REASON_REVISION_MISMATCH, 2},
	"cancelled": {func(y *yard, gate string) { y.cancelsShift(gate) }, nuov1.ErrorReason_ERROR_REASON_SHIFT_CANCELLED, 0},
	"closed": {func(y *yard, _ string) {
		y.do(func(tx *store.Tx) error {
			l := y.list()
			l.State = nuov1.TaskListState_TASK_LIST_STATE_CLOSED
			return store.TaskLists.Put(tx, l)
		})
	}, nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN, 0},
	"begun": {func(y *yard, _ string) { y.clock.now = yardTime(yardDate + " 08:00") }, nuov1.ErrorReason_ERROR_REASON_WRONG_TIME, 0},
}

// Whatever came between a plan and its offers is said of its place, the other place is offered, and what is left free is
// solved again: by the third of three, where that is possible.
func TestOKWhatChangedIsSolvedAgain(t *testing.T) {
	for name, tc := range comesBetween {
		t.Run(name, func(t *testing.T) {
			y := newYard(t)
			gate := y.shift("gate", "08:00", "12:00", 2)
			y.people(2)
			m := y.plans()
			y.volunteer("spare") // came after the plan
			tc.between(y, gate)
			if m = y.applies(m); m.GetOffered() != tc.offered || m.GetChanged() == 0 {
				t.Errorf("applied: %v", m)
			}
			if tc.offered > 1 && m.GetRounds() < 2 {
				t.Errorf("it was not solved again: %v", m)
			}
			found := false
			for _, p := range y.placements(m.GetName()) {
				if p.GetState() == changed && p.GetRound() == 1 {
					found = found || p.GetReason() == tc.want
				}
				if p.GetState() == planned {
					t.Errorf("still planned: %v", p)
				}
			}
			if !found {
				t.Errorf("none of %v says %v", y.placements(m.GetName()), tc.want)
			}
			if n := y.held(gate); n > 2 {
				t.Errorf("%d slots of 2 are held", n)
			}
		})
	}
}

// What is new is found though no place of the plan changed: a shift, a slot, somebody. Where nothing is new, nothing is
// solved again.
func TestOKWhatIsNewIsPlannedToo(t *testing.T) {
	for name, tc := range map[string]struct {
		between func(y *yard, gate string)
		rounds  int32
		offered int32
	}{
		"nothing": {func(*yard, string) {}, 1, 1},
		"time":    {func(y *yard, _ string) { y.clock.now = y.clock.now.Add(3 * time.Hour) }, 1, 1},
		"a shift that nobody can take": {func(y *yard, _ string) {
			y.shift("x", "08:00", "12:00", 1, func(s *nuov1.Shift) { s.Requirements = &nuov1.Requirements{Skills: []string{"nurse"}} })
		}, 1, 1},
		"somebody": {func(y *yard, _ string) { y.volunteer("new") }, 2, 2},
		"a shift and somebody": {func(y *yard, _ string) {
			y.shift("x", "08:00", "12:00", 1)
			y.volunteer("new")
			y.volunteer("newer")
		}, 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			y := newYard(t)
			gate := y.shift("gate", "08:00", "12:00", 2)
			y.people(1)
			m := y.plans()
			tc.between(y, gate)
			if m = y.applies(m); m.GetRounds() != tc.rounds || m.GetOffered() != tc.offered || m.GetChanged() != 0 {
				t.Errorf("%d rounds, %d offered, %d changed", m.GetRounds(), m.GetOffered(), m.GetChanged())
			}
		})
	}
}

// A later round gives nobody more than the plan gives each, nor anything that crosses what it offered before.
func TestOKLaterRoundsHeedTheFirst(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 1)
	people := y.people(1)
	m := y.plans(func(r *nuov1.ProposeMatchRequest) { r.ShiftsEach = 2 })
	y.shift("crossing", "11:00", "13:00", 1)
	y.shift("evening", "18:00", "20:00", 1)
	y.shift("late", "20:00", "21:00", 1)
	if m = y.applies(m); m.GetOffered() != 2 || m.GetRounds() != 2 {
		t.Errorf("applied: %v", m)
	}
	for _, p := range y.placements(m.GetName()) {
		if p.GetShift() == "shifts/crossing" || p.GetVolunteer() != people[0] {
			t.Errorf("planned beside the first round: %v", p)
		}
	}
}

// A round that was not written to its end before a stop is made anew: what there is of it is no part of the plan.
func TestOKHalfARoundIsDropped(t *testing.T) {
	y := newYard(t)
	gate := y.shift("gate", "08:00", "12:00", 2)
	y.people(1)
	m := y.plans()
	stranger := y.volunteer("new")
	y.begins(m)
	y.do(func(tx *store.Tx) error {
		for n := range uint64(2) {
			err := store.Placements.Put(tx, &storev1.StoredPlacement{
				Match: m.GetName(), Number: uint64(m.GetPlacements()) + 1 + n, Shift: gate, Revision: 1, Volunteer: stranger,
				State: planned, Round: 2,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	y.edits(stranger, func(v *nuov1.Volunteer) { v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED })
	third := y.volunteer("third")
	y.works(m.GetName())
	m = y.match(m.GetName())
	if m.GetOffered() != 2 || m.GetChanged() != 0 || y.held(gate) != 2 {
		t.Errorf("applied: %v", m)
	}
	all := y.placements(m.GetName())
	if last := all[len(all)-1]; len(all) != 2 || last.GetVolunteer() != third {
		t.Errorf("the placements are %v", all)
	}
	y.agrees(m)
}

// Who gave a shift up, was asked once more by hand and let that expire is not asked by a plan: who stands by is.
func TestOKWhoGaveUpIsPassedOver(t *testing.T) {
	y := newYard(t)
	gate := y.shift("gate", "08:00", "12:00", 1)
	y.people(1)
	y.withdraws(y.claims(yardFirst, gate))
	var c *nuov1.Contract
	y.do(func(tx *store.Tx) (err error) {
		c, err = lifecycle.Offer(tx, yardStaff, &nuov1.OfferContractRequest{Shift: gate, Volunteer: yardFirst},
			nuov1.ContractOrigin_CONTRACT_ORIGIN_NOMINATION)
		return err
	})
	y.clock.now = c.GetOfferExpireTime().AsTime()
	y.lapses()
	standby := y.volunteer("standby")
	m := y.applies(y.plans(func(r *nuov1.ProposeMatchRequest) { r.Method = fill }))
	all := y.placements(m.GetName())
	if m.GetOffered() != 1 || m.GetChanged() != 0 || len(all) != 1 || all[0].GetVolunteer() != standby {
		t.Errorf("%v: %v", m, all)
	}
}

// After a further round the figures are the whole plan's, offers and new places together; of the whole nothing is proved.
func TestOKFiguresOfSeveralRounds(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 3, func(s *nuov1.Shift) { s.MinimumHeadcount = 3 })
	y.people(1)
	m := y.plans()
	if s := m.GetScore(); s.GetFilled() != 1 || s.GetOpenSlots() != 2 || s.GetShortShifts() != 1 || !m.GetOptimal() {
		t.Errorf("one person: %v", m)
	}
	y.volunteer("new")
	m = y.applies(m)
	if s := m.GetScore(); s.GetFilled() != 2 || s.GetOpenSlots() != 1 || s.GetShortShifts() != 1 {
		t.Errorf("two offers: %v", m)
	}
	if m.GetOffered() != 2 || m.GetVolunteers() != 2 || m.GetSlots() != 3 || m.GetPairs() != 2 {
		t.Errorf("two offers: %v", m)
	}
	if m.GetOptimal() || m.GetBound() != nil || m.GetGap() != 0 {
		t.Errorf("nothing is proved of two rounds: %v", m)
	}
}
