package lifecycle

import (
	"fmt"
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/store"
)

// What one person, one shift or one list can grow to stays within what one step may touch.

// Claiming and withdrawing again and again leaves nothing that the rules read: not for oneself, not for whoever frees
// the slot that one waits for.
func TestOKAThousandEndedContractsHinderNobody(t *testing.T) {
	w := newWorld(t)
	p := w.people(2)
	wanted := w.shift("wanted", "2020-02-16 08:00", "2020-02-16 12:00", 1)
	held := w.claims(p[0], wanted)
	waits := w.claims(p[1], wanted)
	for i := range 45 {
		s := w.shift(fmt.Sprint("churn", i), "2020-02-16 14:00", "2020-02-16 16:00", 1)
		for range 25 {
			w.withdraws(w.claims(p[1], s))
		}
	}
	w.withdraws(held)
	w.is(waits.GetName(), offered, 0)
	w.at("2020-02-16 08:00")
	w.clean()
}

// The rules read a calendar of what lives or holds time alone; what has ended stands aside.
func TestOKEndedContractsStandAside(t *testing.T) {
	w := newWorld(t)
	p := w.people(1)[0]
	w.withdraws(w.claims(p, w.gate(1)))
	w.do(func(tx *store.Tx) error {
		for e, err := range store.Calendar.Scan(tx, p) {
			t.Errorf("the rules still read %s: %v", e.GetContract(), err)
		}
		return nil
	})
	w.clean()
}

func TestErrLimitReachedByOnePerson(t *testing.T) {
	claims := func(w *world, p string, n int, waits bool) (err error) {
		other := w.volunteer("other")
		for i := range n + 1 {
			day := instant("2020-02-16 08:00").AddDate(0, 0, i).Format("2006-01-02")
			s := w.shift(fmt.Sprint("s", i), day+" 08:00", day+" 09:00", 1)
			if waits {
				w.claims(other, s)
			}
			if _, err = w.claim(p, s, true); err != nil && i < n {
				t.Fatal(err)
			}
		}
		return err
	}
	t.Run("waits", func(t *testing.T) {
		w := newWorld(t)
		refused(t, claims(w, w.volunteer("one"), maxWaits, true), nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED)
	})
	t.Run("live contracts", func(t *testing.T) {
		w := newWorld(t)
		refused(t, claims(w, w.volunteer("one"), maxLive, false), nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED)
	})
	t.Run("contracts of one shift", func(t *testing.T) {
		w := newWorld(t)
		p, s := w.volunteer("one"), w.gate(1)
		for range maxTries {
			w.withdraws(w.claims(p, s))
		}
		_, err := w.claim(p, s, true)
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED)
	})
}

// doors gives the list's task that many households.
func (w *world) doors(n int) {
	w.do(func(tx *store.Tx) error {
		for i := range n {
			d := &nuov1.Door{Name: fmt.Sprintf("doors/d-%03d", i), Task: w.task.Name, ServedParty: fmt.Sprint("servedParties/p-", i)}
			if err := store.Doors.Insert(tx, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// The check-out of a whole crew does not depend on how many doors are left over: they become work afterwards, in steps.
func TestOKCheckOutOfACrewLeavesTwoHundredDoors(t *testing.T) {
	w := newWorld(t)
	w.doors(200)
	for i := range 99 { // a list takes a hundred
		w.shift(fmt.Sprint("other", i), "2020-02-08 14:00", "2020-02-08 15:00", 1)
	}
	shift := w.gate(50, func(s *nuov1.Shift) { s.HasDoors = true })
	for i := range 50 {
		w.claims(w.volunteer(fmt.Sprint("v", i), func(v *nuov1.Volunteer) { v.Vouched = true }), shift)
	}
	w.at("2020-02-10 08:00")
	w.do(func(tx *store.Tx) error {
		_, err := CheckInCrew(tx, staff, &nuov1.CheckInCrewRequest{Shift: shift})
		return err
	})
	w.at("2020-02-10 09:00")
	w.do(func(tx *store.Tx) error {
		r, err := CheckOutCrew(tx, staff, &nuov1.CheckOutCrewRequest{Shift: shift})
		if len(r.GetContracts()) != 50 {
			t.Errorf("%d are out", len(r.GetContracts()))
		}
		return err
	})
	w.runDue()
	copied := map[string]bool{}
	w.do(func(tx *store.Tx) error {
		clear(copied)
		task, err := store.Tasks.Get(tx, w.task.Name)
		if err != nil {
			return err
		}
		for d, err := range store.Doors.ByIndex(tx, store.DoorsByTask, task.GetLeftoverTask()) {
			if err != nil || copied[d.GetOriginDoor()] {
				t.Errorf("%s twice, or %v", d.GetOriginDoor(), err)
			}
			copied[d.GetOriginDoor()] = true
		}
		return nil
	})
	if len(copied) != 200 {
		t.Errorf("%d doors became work again", len(copied))
	}
	w.clean()
}

// Whatever adds a shift to a task takes part in the question whether its shifts are over.
func TestOKANewShiftWritesItsTask(t *testing.T) {
	m := &meter{Engine: memkv.New(memkv.Config{})}
	w := openWorld(t, m)
	t.Cleanup(func() { _ = w.store.Close() })
	w.gate(1)
	if !m.last.wrote('c', w.task.Name) {
		t.Error("a new shift does not write its task")
	}
}

// A shift of more people than one step may touch is checked in, out and confirmed call by call.
func TestOKACrewOfElevenHundred(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(1100)
	for _, p := range w.people(1100) {
		w.claims(p, shift)
	}
	each := func(f func(*store.Tx) (int, bool, error)) (sum int) {
		for more := true; more; {
			n := 0
			w.do(func(tx *store.Tx) (err error) {
				n, more, err = f(tx)
				return err
			})
			sum += n
		}
		return sum
	}
	w.at("2020-02-10 08:00")
	in := each(func(tx *store.Tx) (int, bool, error) {
		r, err := CheckInCrew(tx, staff, &nuov1.CheckInCrewRequest{Shift: shift})
		return len(r.GetContracts()), r.GetMore(), err
	})
	w.at("2020-02-10 12:00")
	out := each(func(tx *store.Tx) (int, bool, error) {
		r, err := CheckOutCrew(tx, staff, &nuov1.CheckOutCrewRequest{Shift: shift})
		return len(r.GetContracts()), r.GetMore(), err
	})
	confirmed := each(func(tx *store.Tx) (int, bool, error) {
		r, err := ConfirmShift(tx, staff, &nuov1.ConfirmShiftRequest{Shift: shift})
		return len(r.GetContracts()), r.GetMore(), err
	})
	if in != 1100 || out != 1100 || confirmed != 1100 {
		t.Errorf("%d in, %d out, %d confirmed", in, out, confirmed)
	}
	w.clean()
}

// Who is lowered by a call that is repeated for the rest of the crew stays as confirmed.
func TestOKLoweredHoursStandInEveryCall(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(60)
	var first *nuov1.Contract
	for _, p := range w.people(60) {
		if c := w.claims(p, shift); first == nil {
			first = c
		}
	}
	w.at("2020-02-10 08:00")
	for range 2 {
		w.do(func(tx *store.Tx) error {
			_, err := CheckInCrew(tx, staff, &nuov1.CheckInCrewRequest{Shift: shift})
			return err
		})
	}
	w.at("2020-02-10 12:00")
	for range 2 {
		w.do(func(tx *store.Tx) error {
			_, err := CheckOutCrew(tx, staff, &nuov1.CheckOutCrewRequest{Shift: shift})
			return err
		})
	}
	for range 2 {
		w.do(func(tx *store.Tx) error {
			_, err := ConfirmShift(tx, staff, &nuov1.ConfirmShiftRequest{
				Shift: shift, Hours: []*nuov1.ConfirmedHours{{Contract: first.GetName(), HoursHundredths: 300}},
			})
			return err
		})
	}
	if c := w.contract(first.GetName()); c.GetState() != fulfilled || c.GetHoursHundredths() != 300 {
		t.Errorf("%v with %d", c.GetState(), c.GetHoursHundredths())
	}
	w.clean()
}

func TestOKReduceGoesOnCallByCall(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(60)
	var last *nuov1.Contract
	for i, p := range w.people(51) {
		w.clock.now = noon.Add(time.Duration(i) * time.Second)
		last = w.claims(p, shift)
	}
	must0(t, w.reduce(staff, shift, 40))
	w.is(last.GetName(), cancelled, nuov1.ReasonCode_REASON_CODE_REDUCED)
	if c := w.shiftNow(shift).GetCapacity(); c != 40 {
		t.Errorf("capacity is %d", c)
	}
	for _, want := range []int32{15, 10} {
		must0(t, w.reduce(staff, shift, 10))
		if c := w.shiftNow(shift).GetCapacity(); c != want {
			t.Errorf("capacity is %d, want %d", c, want)
		}
	}
	w.clean()
}

func TestErrReduceTooLarge(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(300)
	for _, p := range w.people(251) {
		w.claims(p, shift)
	}
	refused(t, w.reduce(staff, shift, 40), nuov1.ErrorReason_ERROR_REASON_TOO_LARGE)
}

// However many busy people wait in front, the one who is free is asked in the end, and then whoever comes.
func TestOKBusyPeopleInFrontStarveNobody(t *testing.T) {
	w := newWorld(t)
	shift := w.shift("wanted", "2020-02-12 08:00", "2020-02-12 12:00", 2)
	held := []*nuov1.Contract{w.claims(w.volunteer("a"), shift), w.claims(w.volunteer("b"), shift)}
	var others []string
	for i := range 12 {
		at := instant("2020-02-10 08:00").AddDate(0, 0, i%3).Add(time.Duration(i) * time.Minute)
		others = append(others, w.shift(fmt.Sprint("s", i), at.In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04"),
			at.Add(time.Minute).In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04"), 60))
	}
	for _, p := range w.people(48) {
		for _, s := range others {
			w.claims(p, s)
		}
		w.claims(p, shift)
	}
	free := w.claims(w.volunteer("free"), shift)
	w.withdraws(held[0])
	w.runDue()
	w.is(free.GetName(), offered, 0)
	w.withdraws(held[1])
	w.runDue()
	if c := w.claims(w.volunteer("fresh"), shift); c.GetState() != displayed {
		t.Errorf("nobody who waits can have it, and a fresh claim is %v", c.GetState())
	}
	w.clean()
}
