package matching

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// 二对一: where one of two cannot come, neither is offered, and the rest finds two others or nobody.
func TestErrCrewIsOfferedWholeOrNotAtAll(t *testing.T) {
	for _, spare := range []int{0, 1, 2} {
		y := newYard(t)
		watch := y.shift("watch", "08:00", "12:00", 2, watchOfTwo)
		people := y.people(2)
		m := y.plans()
		y.edits(people[1], func(v *nuov1.Volunteer) { v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED })
		if spare > 0 {
			y.edits(people[0], func(v *nuov1.Volunteer) { v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED })
		}
		for i := range spare {
			y.volunteer(fmt.Sprint("spare-", i))
		}
		m = y.applies(m)
		want := int32(0)
		if spare == 2 {
			want = 2
		}
		if y.held(watch) != want || m.GetOffered() != want || m.GetChanged() != 2 {
			t.Errorf("%d spare: %d held, %v", spare, y.held(watch), m)
		}
	}
}

// raises sets the capacity of a shift.
func (y *yard) raises(shift string, capacity int32) {
	y.Helper()
	y.do(func(tx *store.Tx) error {
		before, err := store.Shifts.Get(tx, shift)
		if err != nil {
			return err
		}
		after := proto.CloneOf(before)
		after.Capacity = capacity
		if err := lifecycle.AmendShift(tx, yardStaff, before, after); err != nil {
			return err
		}
		return store.Shifts.Put(tx, after)
	})
}

// Who comes together is what the plan says, whatever became of the shift since: raised to three slots or lowered by one,
// the two of a plan come both or not at all.
func TestErrCrewIsThePlansWhateverTheCapacity(t *testing.T) {
	for capacity, want := range map[int32]nuov1.ErrorReason{
		3: nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION, 4: nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION,
		1: nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL,
	} {
		y := newYard(t)
		watch := y.shift("watch", "08:00", "12:00", 2, watchOfTwo)
		people := y.people(2)
		m := y.plans()
		y.raises(watch, capacity)
		y.edits(people[1], func(v *nuov1.Volunteer) { v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED })
		m = y.applies(m)
		for _, p := range y.placements(m.GetName()) {
			if p.GetRound() == 1 && p.GetVolunteer() == people[0] && (p.GetState() != changed || p.GetReason() != want) {
				t.Errorf("raised to %d, the other of the two: %v", capacity, p)
			}
		}
	}
}

// Where half a crew stands, the plan sends one to complete it; if that one cannot come, another does, alone.
func TestOKSinglesOfAWatchAreNoCrew(t *testing.T) {
	y := newYard(t)
	watch := y.shift("watch", "08:00", "12:00", 4, watchOfTwo)
	y.claims(y.volunteer("x"), watch)
	y.people(2)
	m := y.plans()
	sent := y.placements(m.GetName())[0].GetVolunteer()
	y.edits(sent, func(v *nuov1.Volunteer) { v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED })
	if m = y.applies(m); m.GetOffered() != 1 || m.GetChanged() != 1 || y.held(watch) != 2 {
		t.Errorf("%d held, %v: %v", y.held(watch), m, y.placements(m.GetName()))
	}
}

// A crew that a plan's step would part goes whole with the next: fifty placements a step, and two who come together.
func TestOKCrewsStayWholeOverSteps(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "07:00", "07:30", 1)
	watch := y.shift("watch", "08:00", "12:00", 60, watchOfTwo)
	y.people(61)
	y.applies(y.plans())
	sizes := map[uint64]int{}
	for _, p := range y.placements() {
		sizes[p.GetCrew()]++
	}
	if y.held(watch) != 60 || sizes[0] != 1 || len(sizes) != 31 {
		t.Errorf("%d held, crews %v", y.held(watch), sizes)
	}
}
