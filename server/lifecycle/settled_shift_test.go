package lifecycle

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// Settled cases of domain.md about lists and shifts: amendments, cancelling, closing, rain, leftovers, exemptions.

func TestOKAmendmentIsAskedAndAnswered(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(4)
	p := w.people(4)
	accepts, declines, lapses, arrives := w.claims(p[0], shift), w.claims(p[1], shift), w.claims(p[2], shift), w.claims(p[3], shift)
	w.moved(accepts)
	_, err := w.claim(w.volunteer("new"), shift, false)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
	c := w.contract(accepts.GetName())
	w.do(func(tx *store.Tx) error { return NewReader(tx).Present(c) })
	if !c.GetAmendmentPending() || !c.GetAmendmentDueTime().AsTime().Equal(instant("2020-02-09 10:00")) || !c.GetStartTime().AsTime().Equal(instant("2020-02-10 08:00")) {
		t.Fatalf("earlier signers stay at the accepted times until half the time left: %v", c)
	}
	answer := func(c *nuov1.Contract, revision int64, yes bool) *nuov1.AnswerAmendmentRequest {
		return &nuov1.AnswerAmendmentRequest{Name: c.GetName(), Revision: revision, Accept: yes}
	}
	refuses(w, as(p[0]), AnswerAmendment, answer(accepts, 1, true), nuov1.ErrorReason_ERROR_REASON_REVISION_MISMATCH)
	refuses(w, as(p[0]), Sign, &nuov1.SignContractRequest{Name: accepts.GetName(), Revision: 2}, wrongState)
	c = must(w, as(p[0]), AnswerAmendment, answer(accepts, 2, true))
	if c.GetRevision() != 2 || !c.GetStartTime().AsTime().Equal(instant("2020-02-10 09:00")) {
		t.Fatalf("accepted: %v", c)
	}
	must(w, as(p[1]), AnswerAmendment, answer(declines, 2, false))
	w.is(declines.GetName(), cancelled, nuov1.ReasonCode_REASON_CODE_AMENDMENT_DECLINED)
	w.at("2020-02-09 10:00")
	w.is(lapses.GetName(), cancelled, nuov1.ReasonCode_REASON_CODE_AMENDMENT_LAPSED)
	w.is(arrives.GetName(), cancelled, nuov1.ReasonCode_REASON_CODE_AMENDMENT_LAPSED)
	w.clean()
}

func TestOKCheckInAcceptsAnAmendment(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(1)
	c := w.claims(w.volunteer("one"), shift)
	w.at("2020-02-10 07:40")
	must0(t, w.amend(shift, func(s *nuov1.Shift) { s.Place = "西门" }))
	if c = w.checksIn(c); c.GetRevision() != 2 {
		t.Fatalf("checked in: %v", c)
	}
	w.clean()
}

func TestErrAmendmentIsCheckedAgain(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	c := w.claims(p, w.gate(1))
	w.claims(p, w.shift("b", "2020-02-10 12:00", "2020-02-10 14:00", 1))
	w.moved(c)
	refuses(w, as(p), AnswerAmendment, &nuov1.AnswerAmendmentRequest{Name: c.GetName(), Revision: 2, Accept: true},
		nuov1.ErrorReason_ERROR_REASON_OVERLAP)
	w.clean()
}

func TestOKAmendmentOfARunningShiftLeavesTimeToAnswer(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(1)
	c := w.claims(w.volunteer("one"), shift)
	w.at("2020-02-10 08:00")
	must0(t, w.amend(shift, func(s *nuov1.Shift) { s.RiskNotes = "路滑" }))
	w.at("2020-02-10 09:59")
	w.is(c.GetName(), displayed, c.GetReason())
	w.at("2020-02-10 10:00")
	w.is(c.GetName(), cancelled, nuov1.ReasonCode_REASON_CODE_AMENDMENT_LAPSED)
	w.clean()
}

func TestOKOfferOfAShiftThatMoved(t *testing.T) {
	w := newWorld(t)
	shift := w.shift("a", "2020-02-10 20:00", "2020-02-10 22:00", 2)
	c := w.offer(w.volunteer("one"), shift)
	yes := must(w, staff, SpokenYes, &nuov1.RecordSpokenYesRequest{Shift: shift, Volunteer: w.volunteer("two")})
	must0(t, w.amend(shift, func(s *nuov1.Shift) {
		s.StartTime, s.EndTime = timestamppb.New(instant("2020-02-08 16:00")), timestamppb.New(instant("2020-02-08 18:00"))
	}))
	var shown *nuov1.Contract
	w.do(func(tx *store.Tx) (err error) { shown, err = GetContract(tx, c.GetName()); return err })
	if shown.GetTerms().GetRevision() != 2 || !shown.GetOfferExpireTime().AsTime().Equal(instant("2020-02-08 14:00")) {
		t.Fatalf("what would be signed now: %v", shown)
	}
	w.at("2020-02-08 14:00")
	w.is(c.GetName(), expired, nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME)
	w.at("2020-02-08 16:14")
	w.is(yes.GetName(), offered, 0)
	w.at("2020-02-08 16:15")
	w.is(yes.GetName(), expired, nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME)
	w.clean()
}

// An offer of a shift that moved by weeks is crossed where the shift stands now, not where it stood.
func TestOKSignatureCrossesAnOfferThatMoved(t *testing.T) {
	for _, from := range []string{"2020-03-10 08:00", "2020-02-09 08:00"} {
		w := newWorld(t)
		p := w.volunteer("one")
		moved := w.shift("moved", from, from[:11]+"12:00", 1)
		o := w.offer(p, moved)
		must0(t, w.amend(moved, func(s *nuov1.Shift) {
			s.StartTime, s.EndTime = timestamppb.New(instant("2020-02-20 08:00")), timestamppb.New(instant("2020-02-20 12:00"))
		}))
		if got := w.contract(o.GetName()); got.GetState() != offered {
			t.Fatalf("moved: %v", got)
		}
		w.claims(p, w.shift("there", "2020-02-20 09:00", "2020-02-20 10:00", 1))
		w.is(o.GetName(), expired, nuov1.ReasonCode_REASON_CODE_CROSSED)
		w.clean()
	}
}

func TestErrCapacityBelowHeld(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(3)
	for _, p := range w.people(2) {
		w.claims(p, shift)
	}
	err := w.amend(shift, func(s *nuov1.Shift) { s.Capacity = 1 })
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_CAPACITY_BELOW_HELD)
	must0(t, w.amend(shift, func(s *nuov1.Shift) { s.Capacity = 2 }))
	w.clean()
}

// A list of 120 contracts on 12 shifts is cancelled: one write, after which no verb goes, and steps that follow.
func TestOKCancelledListFollowsInSteps(t *testing.T) {
	w := newWorld(t)
	var all []*nuov1.Contract
	shifts := make([]string, 12)
	people := w.people(120)
	for i := range shifts {
		shifts[i] = w.shift(fmt.Sprint("s", i), "2020-02-10 08:00", "2020-02-10 12:00", 10)
		for _, p := range people[i*10 : i*10+10] {
			all = append(all, w.claims(p, shifts[i]))
		}
	}
	w.at("2020-02-10 08:00")
	onDuty, idle := w.checksIn(all[0]), all[1]
	w.clock.now = instant("2020-02-10 09:00")
	w.cancelList()
	own := as(idle.GetVolunteer())
	w.is(idle.GetName(), displayed, idle.GetReason())
	refuses(w, own, AskLeave, &nuov1.AskLeaveRequest{Name: idle.GetName(), Reason: family}, wrongState)
	refuses(w, staff, MarkAbsent, &nuov1.MarkAbsentRequest{Name: idle.GetName()}, wrongState)
	refuses(w, staff, CheckIn, &nuov1.CheckInRequest{Name: idle.GetName()}, wrongState)
	refuses(w, staff, CheckOut, &nuov1.CheckOutRequest{Name: onDuty.GetName()}, wrongState)
	gone := nuov1.ErrorReason_ERROR_REASON_SHIFT_CANCELLED
	_, err := w.claim(w.volunteer("new"), shifts[3], true)
	refused(t, err, gone)
	refuses(w, staff, offerBy, &nuov1.OfferContractRequest{Shift: shifts[3], Volunteer: id("new")}, gone)
	w.clock.now = instant("2020-02-10 09:30")
	w.runDue()
	for _, c := range all[1:] {
		w.is(c.GetName(), cancelled, nuov1.ReasonCode_REASON_CODE_CANCELLED)
	}
	c := w.contract(onDuty.GetName())
	if c.GetState() != inFulfilment || !c.GetCheckOut().GetTime().AsTime().Equal(instant("2020-02-10 09:00")) {
		t.Fatalf("on duty: %v", c)
	}
	if c = must(w, staff, confirmBy, c); c.GetHoursHundredths() != 100 {
		t.Fatalf("confirmed: %v", c)
	}
	w.clean()
}

func TestOKForgottenCheckOutIsNotInventedByACancellation(t *testing.T) {
	w := newWorld(t)
	c := w.claims(w.volunteer("one"), w.gate(1))
	w.at("2020-02-10 08:00")
	w.checksIn(c)
	w.at("2020-02-11 10:00")
	w.cancelList()
	w.runDue()
	if c = w.contract(c.GetName()); c.GetState() != inFulfilment || c.GetCheckOut() != nil {
		t.Fatalf("a check-out nobody saw: %v", c)
	}
	wants := func(f func() error, reason nuov1.ErrorReason) { refused(t, f(), reason) }
	wants(func() error {
		_, err := act(w, staff, StopForHealth, &nuov1.StopForHealthRequest{Name: c.GetName()})
		return err
	}, wrongTime)
	w.clean()
}

// The instant that contracts follow from is the cancellation's own, whatever is edited about the list afterwards; a
// list that time closes tells so in its events.
func TestOKCancellationHasItsOwnInstantAndClosingAnEvent(t *testing.T) {
	w := newWorld(t)
	c := bring(w, w.volunteer("one"), inFulfilment)
	w.at("2020-02-10 09:00")
	w.cancelList()
	w.clock.now = instant("2020-02-10 09:30")
	w.do(func(tx *store.Tx) error {
		l, err := store.TaskLists.Get(tx, w.list.Name)
		if err != nil {
			return err
		}
		l.UpdateTime = timestamppb.New(tx.Now())
		return store.TaskLists.Put(tx, l)
	})
	w.runDue()
	if out := w.contract(c.GetName()).GetCheckOut(); !out.GetTime().AsTime().Equal(instant("2020-02-10 09:00")) {
		t.Errorf("checked out %v", out)
	}
	w.clean()

	w = newWorld(t)
	w.do(func(tx *store.Tx) error {
		l, err := store.TaskLists.Get(tx, w.list.Name)
		if err != nil {
			return err
		}
		l.CloseTime = timestamppb.New(instant("2020-02-09 12:00"))
		if err := store.TaskLists.Put(tx, l); err != nil {
			return err
		}
		return PlanClose(tx, l)
	})
	w.at("2020-02-09 12:00")
	w.do(func(tx *store.Tx) error {
		last, ok, err := store.AdminEvents.Last(tx, w.list.Name)
		if e := last.Event; !ok || e.GetAction() != "CloseTaskList" || e.GetRole() != system || e.GetActor() != "" {
			t.Errorf("closed: %v", e)
		}
		return err
	})
}

func TestOKClosedListTouchesNobody(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(2)
	c, o := w.claims(w.volunteer("one"), shift), w.offer(w.volunteer("two"), shift)
	w.do(func(tx *store.Tx) error {
		w.list.CloseTime = timestamppb.New(instant("2020-02-08 13:00"))
		if err := store.TaskLists.Put(tx, w.list); err != nil {
			return err
		}
		return PlanClose(tx, w.list)
	})
	w.clock.now = instant("2020-02-08 13:00")
	closed := nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN
	_, err := w.claim(w.volunteer("new"), shift, true)
	refused(t, err, closed)
	w.runDue()
	_, err = w.claim(w.volunteer("new"), shift, true)
	refused(t, err, closed)
	refuses(w, staff, offerBy, &nuov1.OfferContractRequest{Shift: shift, Volunteer: id("new")}, closed)
	w.is(c.GetName(), displayed, c.GetReason())
	w.signs(o)
	w.clean()
}

func TestOKRainCutsShort(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(3)
	p := w.people(3)
	stays, late := w.claims(p[0], shift), w.claims(p[1], shift)
	refused(t, w.cutShort(shift), wrongTime)
	w.at("2020-02-10 08:00")
	w.checksIn(stays)
	w.at("2020-02-10 09:15")
	must0(t, w.cutShort(shift))
	w.is(late.GetName(), cancelled, nuov1.ReasonCode_REASON_CODE_CUT_SHORT)
	if c := must(w, staff, confirmBy, stays); c.GetHoursHundredths() != 125 {
		t.Fatalf("confirmed: %v", c)
	}
	refused(t, w.cancelShift(shift), nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION)
	w.clean()
}

func TestOKReduceLetsVolunteersGoThenTheLastSigned(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(5)
	p := w.people(5)
	first, goes := w.claims(p[0], shift), w.claims(p[1], shift)
	w.clock.now = w.clock.now.Add(time.Minute)
	second := w.claims(p[2], shift)
	w.clock.now = w.clock.now.Add(time.Minute)
	last, o := w.claims(p[3], shift), w.offer(p[4], shift)
	must0(t, w.reduce(staff, shift, 2, goes.GetName()))
	for _, c := range []*nuov1.Contract{o, goes, last} {
		w.is(c.GetName(), cancelled, nuov1.ReasonCode_REASON_CODE_REDUCED)
	}
	w.is(first.GetName(), displayed, first.GetReason())
	w.is(second.GetName(), displayed, second.GetReason())
	if s := w.shiftNow(shift); s.GetCapacity() != 2 {
		t.Fatalf("capacity %d", s.GetCapacity())
	}
	w.at("2020-02-10 12:00")
	refused(t, w.reduce(staff, shift, 1), wrongTime)
	w.clean()
}

func TestOKLeftoverDoorsBecomeOneDraftTask(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(2, func(s *nuov1.Shift) { s.HasDoors = true })
	w.do(func(tx *store.Tx) error {
		for i, o := range []nuov1.DoorOutcome{0, nuov1.DoorOutcome_DOOR_OUTCOME_NOBODY_IN, nuov1.DoorOutcome_DOOR_OUTCOME_DONE} {
			d := &nuov1.Door{Name: fmt.Sprint("doors/d", i), Task: w.task.Name, ServedParty: fmt.Sprint("servedParties/p", i), Outcome: o}
			if err := store.Doors.Put(tx, d); err != nil {
				return err
			}
		}
		return nil
	})
	vouched := func(v *nuov1.Volunteer) { v.Vouched = true }
	first, second := w.claims(w.volunteer("one", vouched), shift), w.claims(w.volunteer("two", vouched), shift)
	w.at("2020-02-10 08:00")
	w.checksIn(first)
	w.checksIn(second)
	w.at("2020-02-10 11:00")
	w.checksOut(first)
	leftover := func() (t *nuov1.Task) {
		w.do(func(tx *store.Tx) (err error) { t, err = store.Tasks.Get(tx, w.task.Name); return err })
		return t
	}
	if leftover().GetLeftoverTask() != "" {
		t.Fatal("somebody is still on it")
	}
	w.checksOut(second)
	w.runDue()
	again := leftover().GetLeftoverTask()
	if again == "" {
		t.Fatal("two doors are left over")
	}
	must(w, staff, confirmBy, first)
	w.do(func(tx *store.Tx) error {
		n := 0
		for d, err := range store.Doors.ByIndex(tx, store.DoorsByTask, again) {
			if err != nil || d.GetOriginDoor() == "" {
				return fmt.Errorf("door %v: %w", d, err)
			}
			n++
		}
		k, err := store.Tasks.Get(tx, again)
		if err != nil || n != 2 || k.GetOriginTask() != w.task.Name {
			return fmt.Errorf("%d doors of %v: %w", n, k, err)
		}
		l, err := store.TaskLists.Get(tx, k.GetTaskList())
		if err != nil || l.GetState() != nuov1.TaskListState_TASK_LIST_STATE_DRAFT {
			return fmt.Errorf("list %v: %w", l, err)
		}
		return nil
	})
	w.clean()
}

// Whom a free slot skipped for an exemption is offered it when the exemption ends.
func TestOKWhoQualifiesAgainIsLookedAtAgain(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(1)
	held := w.claims(w.volunteer("holder"), shift)
	waits := w.claims(w.volunteer("waits"), shift)
	w.volunteer("waits", func(v *nuov1.Volunteer) {
		v.Exemptions = []*nuov1.Exemption{{Id: "x", FromDate: "2020-02-01", ToDate: "2020-03-01"}}
	})
	w.withdraws(held)
	w.runDue()
	w.is(waits.GetName(), waitlisted, 0)
	p := w.volunteer("waits")
	w.do(func(tx *store.Tx) error { return LookAgain(tx, p) })
	w.runDue()
	w.is(waits.GetName(), offered, 0)
	w.clean()
}

// An exemption recorded over more absences than one step excuses goes on from where it began, not from now on.
func TestOKExemptionOverManyAbsencesGoesOnFromItsBeginning(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	var all []*nuov1.Contract
	for i := range stepReleases + 5 {
		at := instant("2020-02-09 08:00").Add(time.Duration(i) * time.Minute)
		s := w.shift(fmt.Sprint("s", i), "2020-02-09 08:00", "2020-02-09 09:00", 1, func(s *nuov1.Shift) {
			s.StartTime, s.EndTime = timestamppb.New(at), timestamppb.New(at.Add(time.Minute))
		})
		all = append(all, w.claims(p, s))
		w.clock.now = at
		must(w, staff, MarkAbsent, &nuov1.MarkAbsentRequest{Name: all[i].GetName()})
		w.clock.now = noon
	}
	w.at("2020-02-09 12:00")
	w.volunteer("one", func(v *nuov1.Volunteer) {
		v.Exemptions = []*nuov1.Exemption{{Id: "x", FromDate: "2020-02-09", ToDate: "2020-02-10"}}
	})
	w.do(func(tx *store.Tx) error {
		return ReleaseForExemption(tx, staff, p, instant("2020-02-09 00:00"), instant("2020-02-10 00:00"))
	})
	w.runDue()
	for _, c := range all {
		w.is(c.GetName(), excused, nuov1.ReasonCode_REASON_CODE_EXEMPTION)
	}
	w.clean()
}

func TestOKExemptionReleasesInSteps(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	var all []*nuov1.Contract
	for i := range 28 {
		day := instant("2020-02-10 08:00").AddDate(0, 0, i)
		s := w.shift(fmt.Sprint("s", i), "2020-02-10 08:00", "2020-02-10 09:00", 1, func(s *nuov1.Shift) {
			s.StartTime, s.EndTime = timestamppb.New(day), timestamppb.New(day.Add(time.Hour))
		})
		all = append(all, w.claims(p, s))
	}
	w.do(func(tx *store.Tx) error {
		v, err := store.Volunteers.Get(tx, p)
		if err != nil {
			return err
		}
		v.Exemptions = []*nuov1.Exemption{{Id: "x", FromDate: "2020-02-08"}}
		if err := store.Volunteers.Put(tx, v); err != nil {
			return err
		}
		return ReleaseForExemption(tx, staff, p, noon, noon.AddDate(1, 0, 0))
	})
	w.is(all[27].GetName(), displayed, all[27].GetReason())
	w.runDue()
	for _, c := range all {
		w.is(c.GetName(), excused, nuov1.ReasonCode_REASON_CODE_EXEMPTION)
	}
	w.clean()
}

// The leader's rights end with their contract: who leaves the shift leads it no more, whoever made them leave.
func TestOKLeaderWhoLeavesLeadsNoMore(t *testing.T) {
	for name, leave := range map[string]func(w *world, c *nuov1.Contract){
		"withdrawn": func(w *world, c *nuov1.Contract) { w.withdraws(c) },
		"refused": func(w *world, c *nuov1.Contract) {
			must(w, staff, Refuse, &nuov1.RefuseContractRequest{Name: c.GetName(), Reason: nuov1.ReasonCode_REASON_CODE_WEATHER})
		},
		"absent": func(w *world, c *nuov1.Contract) {
			w.at("2020-02-10 08:30")
			must(w, staff, MarkAbsent, &nuov1.MarkAbsentRequest{Name: c.GetName()})
		},
		"exempt": func(w *world, c *nuov1.Contract) {
			w.do(func(tx *store.Tx) error {
				return ReleaseForExemption(tx, staff, c.GetVolunteer(), noon, noon.AddDate(0, 1, 0))
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			shift := w.gate(2)
			c := w.claims(w.volunteer("leader"), shift)
			must0(t, w.onShift(shift, func(tx *store.Tx, s *nuov1.Shift) error { return SetLeader(tx, s, c.GetVolunteer()) }))
			w.claims(w.volunteer("other"), shift)
			leave(w, c)
			if l := w.shiftNow(shift).GetLeader(); l != "" {
				t.Errorf("%s still leads", l)
			}
			w.clean()
		})
	}
}

// Who joined a running shift accepts new terms for what is left: what had passed was never promised.
func TestOKLateJoinerAcceptsForWhatIsLeft(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	w.claims(p, w.shift("before", "2020-02-09 08:00", "2020-02-09 10:00", 1))
	shift := w.shift("running", "2020-02-09 09:00", "2020-02-09 13:00", 1)
	w.clock.now = instant("2020-02-09 10:05")
	c := w.claims(p, shift)
	must0(t, w.amend(shift, func(s *nuov1.Shift) { s.MeetingPoint = "西门" }))
	w.clock.now = instant("2020-02-09 10:10")
	c = must(w, as(p), AnswerAmendment, &nuov1.AnswerAmendmentRequest{Name: c.GetName(), Accept: true, Revision: 2})
	if from := c.GetStartTime().AsTime(); !from.Equal(instant("2020-02-09 10:05")) {
		t.Errorf("promised from %v", from)
	}
	w.clean()
}
