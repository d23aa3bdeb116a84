package lifecycle

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// planner is who applies the plans of these tests: a street's, for whom the table has the offers of plans alone.
var planner = Actor{Name: id("planner"), Person: id("planner"), Role: street}

// offerPlan makes one step of offers.
func (w *world) offerPlan(crews ...[]Placing) (placed [][]Placed) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		var err error
		placed, err = OfferPlan(tx, planner, crews)
		return err
	})
	return placed
}

// placings are places of one shift by its present terms, one crew.
func (w *world) placings(shift string, people ...string) (crew []Placing) {
	w.t.Helper()
	revision := int64(1)
	w.do(func(tx *store.Tx) error {
		s, ok, err := store.Shifts.Find(tx, shift)
		if ok {
			revision = s.GetRevision()
		}
		return err
	})
	for _, p := range people {
		crew = append(crew, Placing{Shift: shift, Volunteer: p, Revision: revision})
	}
	return crew
}

func TestOKPlanIsOffered(t *testing.T) {
	w := newWorld(t)
	gate := w.gate(2)
	later := w.shift("later", "2020-02-10 14:00", "2020-02-10 16:00", 1)
	one, two := w.volunteer("one"), w.volunteer("two")
	placed := w.offerPlan(w.placings(gate, one), w.placings(gate, two), w.placings(later, one))
	if len(placed) != 3 {
		t.Fatalf("%d of 3 places are done", len(placed))
	}
	for i, crew := range placed {
		c := crew[0].Contract
		if c == nil || crew[0].Refused != 0 {
			t.Fatalf("place %d: %v", i, crew[0])
		}
		w.is(c.GetName(), offered, 0)
		if c.GetOrigin() != nuov1.ContractOrigin_CONTRACT_ORIGIN_MATCHER || c.GetUnit() != court || c.GetOfferExpireTime() == nil {
			t.Errorf("place %d: %v", i, c)
		}
		w.do(func(tx *store.Tx) error {
			for link, err := range store.ContractEvents.Scan(tx, c.GetName()) {
				if e := link.Event; err != nil || e.GetActor() != planner.Name || e.GetRole() != street || e.GetAction() != offer {
					t.Errorf("the event says %v %v", e, err)
				}
			}
			return nil
		})
	}
	w.signs(placed[0][0].Contract)
	w.signs(placed[2][0].Contract)
	w.is(placed[2][0].Contract.GetName(), displayed, nuov1.ReasonCode_REASON_CODE_LIST_ACCEPTS)
	w.clean()
}

// contracts counts all there are.
func (w *world) contracts() (n int) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		n = 0
		for _, err := range store.Contracts.Scan(tx) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n
}

// A list that was closed or cancelled offers nothing.
func TestErrPlanOfAListThatIsClosed(t *testing.T) {
	for name, want := range map[string]nuov1.ErrorReason{
		"closed": nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN, "cancelled": nuov1.ErrorReason_ERROR_REASON_SHIFT_CANCELLED,
	} {
		w := newWorld(t)
		crew := w.placings(w.gate(2), w.volunteer("one"))
		if name == "cancelled" {
			w.cancelList()
		} else {
			w.list.State = nuov1.TaskListState_TASK_LIST_STATE_CLOSED
			w.do(func(tx *store.Tx) error { return store.TaskLists.Put(tx, w.list) })
		}
		if placed := w.offerPlan(crew); placed[0][0].Refused != want {
			t.Errorf("%s: %v, want %v", name, placed[0][0], want)
		}
		w.clean()
	}
}

// 二对一: two or nobody. Who could have come alone is not offered alone, and the crew behind is offered.
func TestErrCrewIsNotSplit(t *testing.T) {
	w := newWorld(t)
	watch := w.gate(4)
	p := w.people(4)
	crews := [][]Placing{w.placings(watch, p[0], p[1]), w.placings(watch, p[2], p[3])}
	w.claims(p[1], w.shift("x", "2020-02-10 11:00", "2020-02-10 13:00", 1))
	placed := w.offerPlan(crews...)
	if placed[0][0].Refused != nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION ||
		placed[0][1].Refused != nuov1.ErrorReason_ERROR_REASON_OVERLAP {
		t.Errorf("the broken crew: %v", placed[0])
	}
	if placed[1][0].Contract == nil || placed[1][1].Contract == nil {
		t.Errorf("the other crew: %v", placed[1])
	}
	w.claims(w.volunteer("x"), watch)
	w.do(func(tx *store.Tx) error { // one slot is left, which is no crew's
		v, err := store.Volunteers.Get(tx, p[1])
		if err == nil {
			v.Name = id("late")
			err = store.Volunteers.Put(tx, v)
		}
		return err
	})
	full := nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL
	if placed := w.offerPlan(w.placings(watch, p[0], id("late"))); placed[0][0].Refused != full || placed[0][1].Refused != full {
		t.Errorf("two for one slot: %v", placed[0])
	}
	w.clean()
}

// What a step offers counts against what it offers next: slots, the person's time, the shift itself.
func TestErrOneStepCrossesNothing(t *testing.T) {
	w := newWorld(t)
	gate := w.gate(2)
	crossing := w.shift("x", "2020-02-10 11:00", "2020-02-10 13:00", 3)
	p := w.people(4)
	placed := w.offerPlan(
		w.placings(gate, p[0]), w.placings(crossing, p[0]), w.placings(gate, p[0]), w.placings(gate, p[1]), w.placings(gate, p[2]),
	)
	for i, want := range []nuov1.ErrorReason{
		0, nuov1.ErrorReason_ERROR_REASON_OVERLAP, nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED, 0, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL,
	} {
		if got := placed[i][0]; got.Refused != want || (got.Contract == nil) != (want != 0) {
			t.Errorf("place %d: %v, want %v", i, got, want)
		}
	}
	w.clean()
}

// A step makes fifty contracts at most; the rest is the next step's.
func TestOKPlanGoesOnInSteps(t *testing.T) {
	w := newWorld(t)
	gate := w.gate(120)
	var crews [][]Placing
	for _, p := range w.people(120) {
		crews = append(crews, w.placings(gate, p))
	}
	for _, want := range []int{50, 50, 20} {
		placed := w.offerPlan(crews...)
		if len(placed) != want {
			t.Fatalf("a step made %d, want %d", len(placed), want)
		}
		crews = crews[len(placed):]
	}
	w.clean()
}

// What one step touches is bounded by the engine: fifty shifts, and people with full calendars, must fit.
func TestOKPlanStepsFitTheEngine(t *testing.T) {
	w := newWorld(t)
	people := w.people(60)
	for d := range 12 {
		day := instant("2020-02-13 08:00").AddDate(0, 0, d).Format("2006-01-02")
		busy := w.shift(fmt.Sprint("busy", d), day+" 08:00", day+" 09:00", 60)
		for _, p := range people {
			w.claims(p, busy)
		}
	}
	var crews [][]Placing
	for i, p := range people {
		crews = append(crews, w.placings(w.shift(fmt.Sprint("s", i), "2020-02-18 18:00", "2020-02-18 20:00", 1), p))
	}
	for steps := 1; len(crews) > 0; steps++ {
		placed := w.offerPlan(crews...)
		if crews = crews[len(placed):]; len(placed) == 0 || steps > 5 {
			t.Fatalf("step %d made %d", steps, len(placed))
		}
	}
	w.clean()
}

// What time had decided about the shift is settled and kept, also where the place is refused in the same step.
func TestOKRefusedPlaceKeepsWhatWasSettled(t *testing.T) {
	w := newWorld(t)
	gate := w.gate(1)
	lapsed := w.offer(w.volunteer("x"), gate)
	wait := w.claims(w.volunteer("y"), gate)
	w.clock.now = lapsed.GetOfferExpireTime().AsTime() // the janitor has not come by
	placed := w.offerPlan(w.placings(gate, w.volunteer("one")))
	if placed[0][0].Refused != nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL {
		t.Errorf("%v: the waitlist was overtaken", placed[0][0])
	}
	w.is(lapsed.GetName(), expired, nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME)
	w.is(wait.GetName(), offered, 0)
	w.runDue()
	w.clean()
}

// In the last hour the first signature of those who wait wins: a plan takes no slot from under them.
func TestErrPlanInTheLastHourTakesNoSlotThatIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	gate := w.gate(1)
	holds := w.claims(w.volunteer("x"), gate)
	w.claims(w.volunteer("y"), gate)
	w.at("2020-02-10 07:15")
	must(w, as(id("x")), AskLeave, &nuov1.AskLeaveRequest{Name: holds.GetName(), Reason: illness})
	placed := w.offerPlan(w.placings(gate, w.volunteer("one")))
	if placed[0][0].Refused != nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL {
		t.Errorf("%v: the waitlist was overtaken", placed[0][0])
	}
	w.clean()
}

// Offers of a plan expire as any other.
func TestOKOfferOfAPlanExpires(t *testing.T) {
	w := newWorld(t)
	w.do(func(tx *store.Tx) error {
		o, err := store.Organisations.Get(tx, district)
		if err == nil {
			o.Policy = &nuov1.DistrictPolicy{OfferLife: durationpb.New(2 * time.Hour)}
			err = store.Organisations.Put(tx, o)
		}
		return err
	})
	gate := w.gate(1)
	placed := w.offerPlan(w.placings(gate, w.volunteer("one")))
	w.at("2020-02-08 13:59")
	w.is(placed[0][0].Contract.GetName(), offered, 0)
	w.at("2020-02-08 14:00")
	w.is(placed[0][0].Contract.GetName(), expired, nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME)
	again := w.offerPlan(w.placings(gate, w.volunteer("one"))) // to lapse is not to decline
	if again[0][0].Contract == nil {
		t.Errorf("asked again: %v", again[0][0].Refused)
	}
	w.clean()
}

// Whoever gave a shift up is not asked again by a plan, whatever came after: an offer by hand that expired, or another
// way of leaving. What is chosen and what is offered agree about it.
func TestErrWhoGaveUpIsNotAskedAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		past   func(w *world, one, shift string)
		gaveUp bool
	}{
		"nothing":   {func(*world, string, string) {}, false},
		"an offer":  {func(w *world, one, shift string) { w.lapses(w.offer(one, shift)) }, false},
		"withdrawn": {func(w *world, one, shift string) { w.withdraws(w.claims(one, shift)) }, true},
		"withdrawn, then an offer": {func(w *world, one, shift string) {
			w.withdraws(w.claims(one, shift))
			w.lapses(w.offer(one, shift))
		}, true},
		"an offer, then withdrawn": {func(w *world, one, shift string) {
			w.lapses(w.offer(one, shift))
			w.withdraws(w.claims(one, shift))
		}, true},
		"declined, then an offer": {func(w *world, one, shift string) {
			must(w, as(one), Decline, &nuov1.DeclineContractRequest{Name: w.offer(one, shift).GetName()})
			w.lapses(w.offer(one, shift))
		}, true},
	} {
		w := newWorld(t)
		gate, one := w.gate(1), w.volunteer("one")
		tc.past(w, one, gate)
		if got := w.opening(gate).GaveUp(one); got != tc.gaveUp {
			t.Errorf("%s: chosen %v, want %v", name, !got, !tc.gaveUp)
		}
		placed := w.offerPlan(w.placings(gate, one))[0][0]
		if (placed.Refused == wrongState) != tc.gaveUp || (placed.Contract == nil) != tc.gaveUp {
			t.Errorf("%s: offered %v", name, placed)
		}
		w.clean()
	}
}

// lapses lets an offer expire.
func (w *world) lapses(c *nuov1.Contract) {
	w.t.Helper()
	w.clock.now = c.GetOfferExpireTime().AsTime()
	w.runDue()
	w.is(c.GetName(), expired, nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME)
}

// opening is a shift as a plan sees it.
func (w *world) opening(shift string) (o *Opening) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		s, err := store.Shifts.Get(tx, shift)
		if err == nil {
			o, err = NewReader(tx).Opening(s, nil)
		}
		return err
	})
	return o
}
