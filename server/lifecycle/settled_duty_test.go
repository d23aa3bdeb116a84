package lifecycle

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// Settled cases of domain.md about being there or not: gate, duty, absence, hours, paper.

const (
	elsewhere = nuov1.ErrorReason_ERROR_REASON_CHECKED_IN_ELSEWHERE
	second    = nuov1.ErrorReason_ERROR_REASON_SECOND_PERSON_REQUIRED
	badCode   = nuov1.ErrorReason_ERROR_REASON_WRONG_SITE_CODE
)

func onSite(w *world, person, shift, code string) (*nuov1.Contract, error) {
	return act(w, as(person), func(tx *store.Tx, a Actor, r *nuov1.CheckInOnSiteRequest) (*nuov1.Contract, error) {
		return CheckInOnSite(tx, a, person, r)
	}, &nuov1.CheckInOnSiteRequest{Shift: shift, SiteCode: code, Revision: 1, Ledger: ledger1})
}

func TestOKAbsenceFreesTheSlotForWhoeverStandsThere(t *testing.T) {
	for _, state := range []nuov1.ContractState{excused, breached} {
		w := newWorld(t)
		shift := w.gate(1)
		c, wait := w.claims(w.volunteer("one"), shift), w.claims(w.volunteer("two"), shift)
		w.at("2020-02-10 08:20")
		w.is(wait.GetName(), expired, nuov1.ReasonCode_REASON_CODE_STILL_WAITING)
		_, err := onSite(w, w.volunteer("stands"), shift, w.siteCode(shift))
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
		must(w, leaderRole, MarkAbsent, &nuov1.MarkAbsentRequest{Name: c.GetName()})
		k, err := onSite(w, id("stands"), shift, w.siteCode(shift))
		if err != nil || k.GetState() != inFulfilment || !marked(k, nuov1.ContractMark_CONTRACT_MARK_ON_SITE) {
			t.Fatalf("on site: %v, %v", k, err)
		}
		must(w, staff, DecideAbsence, &nuov1.DecideAbsenceRequest{Name: c.GetName(), State: state, Reason: illness})
		w.is(c.GetName(), state, illness)
		w.clean()
	}
}

func TestOKAtTheGateAnOfferIsSigned(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(1)
	c := w.offer(w.volunteer("one"), shift)
	spoken := must(w, staff, SpokenYes, &nuov1.RecordSpokenYesRequest{Shift: w.shift("b", "2020-02-10 08:00", "2020-02-10 12:00", 1), Volunteer: w.volunteer("two")})
	w.clock.now = instant("2020-02-10 07:45")
	_, err := onSite(w, id("one"), shift, w.siteCode(shift))
	if err != nil { // the offer expired half way; the slot is free
		t.Fatal(err)
	}
	w.is(c.GetName(), expired, nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME)
	k, err := onSite(w, id("two"), spoken.GetShift(), w.siteCode(spoken.GetShift()))
	if err != nil || k.GetName() != spoken.GetName() {
		t.Fatalf("the spoken yes is signed by its own hand: %v, %v", k, err)
	}
	w.clean()
}

func TestOKSystemMarksAbsentADayAfterTheEnd(t *testing.T) {
	for _, tc := range []struct {
		name    string
		came    bool   // somebody else of the shift
		started string // when the server was started last
		state   nuov1.ContractState
	}{
		{"where somebody checked in", true, "2020-02-08 11:00", absent},
		{"not on a shift where nobody did (漏签)", false, "2020-02-08 11:00", displayed},
		{"not where the server stood still at the start", true, "2020-02-10 08:10", displayed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			shift := w.gate(2)
			c, other := w.claims(w.volunteer("one"), shift), w.claims(w.volunteer("two"), shift)
			w.at("2020-02-10 08:30")
			if tc.started != "2020-02-08 11:00" {
				w.do(func(tx *store.Tx) error {
					return store.ServingIntervals.Put(tx, &storev1.ServingInterval{
						Start: timestamppb.New(instant(tc.started)), End: timestamppb.New(instant(tc.started)),
					})
				})
			}
			if tc.came {
				w.checksIn(other)
			}
			w.at("2020-02-11 11:59")
			w.is(c.GetName(), displayed, c.GetReason())
			w.at("2020-02-11 12:00")
			if k := w.contract(c.GetName()); k.GetState() != tc.state {
				t.Fatalf("after a day: %v", k.GetState())
			}
			w.do(func(tx *store.Tx) error {
				if asks, err := NewReader(tx).NeedsAttention(w.contract(c.GetName())); err != nil || !asks {
					t.Errorf("the committee is not asked: %v", err)
				}
				return nil
			})
			w.clean()
		})
	}
}

func TestOKForgottenCheckOutIsEnteredAndApproved(t *testing.T) {
	w := newWorld(t)
	c := bring(w, w.volunteer("one"), inFulfilment)
	enter := func(at string) *nuov1.EnterCheckOutRequest {
		return &nuov1.EnterCheckOutRequest{Name: c.GetName(), CheckOutTime: timestamppb.New(instant(at))}
	}
	refuses(w, staff, EnterCheckOut, enter("2020-02-10 07:00"), wrongTime)
	w.at("2020-02-10 14:00")
	refuses(w, staff, CheckOut, &nuov1.CheckOutRequest{Name: c.GetName()}, wrongTime)
	refuses(w, staff, Extend, &nuov1.ExtendContractRequest{Name: c.GetName(), Reason: reliefIs, EndTime: timestamppb.New(instant("2020-02-10 16:00"))}, wrongTime)
	must(w, staff, EnterCheckOut, enter("2020-02-10 12:30"))
	yes := &nuov1.DecideCorrectionRequest{Name: c.GetName(), Approve: true}
	refuses(w, staff, DecideCorrection, yes, second)
	k := must(w, deputy, DecideCorrection, yes)
	if !marked(k, nuov1.ContractMark_CONTRACT_MARK_ENTERED_CHECK_OUT) || !k.GetCheckOut().GetTime().AsTime().Equal(instant("2020-02-10 12:30")) {
		t.Fatalf("entered: %v", k)
	}
	if k = must(w, staff, confirmBy, c); k.GetHoursHundredths() != 450 {
		t.Fatalf("confirmed: %v", k)
	}
	w.clean()
}

func TestErrActualIntervalsNeverOverlap(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	c := bring(w, p, inFulfilment) // and forgets to check out
	later := w.shift("later", "2020-02-10 12:00", "2020-02-10 15:00", 1)
	w.at("2020-02-10 16:00")
	entry := must(w, staff, RecordLateEntry, &nuov1.RecordLateEntryRequest{
		Shift: later, Volunteer: p, Ledger: ledger1,
		CheckInTime: timestamppb.New(instant("2020-02-10 12:00")), CheckOutTime: timestamppb.New(instant("2020-02-10 15:00")),
	})
	must(w, deputy, DecideCorrection, &nuov1.DecideCorrectionRequest{Name: entry.GetName(), Approve: true})
	entered := &nuov1.EnterCheckOutRequest{Name: c.GetName(), CheckOutTime: timestamppb.New(instant("2020-02-10 12:30"))}
	refuses(w, staff, EnterCheckOut, entered, nuov1.ErrorReason_ERROR_REASON_OVERLAP)
	w.clean()
}

// What is approved between the entering and the second person's word counts too.
func TestErrEnteredCheckOutIsCheckedAgainWhenApproved(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	c := bring(w, p, inFulfilment)
	later := w.shift("later", "2020-02-10 12:00", "2020-02-10 15:00", 1)
	w.at("2020-02-10 16:00")
	entry := must(w, staff, RecordLateEntry, &nuov1.RecordLateEntryRequest{
		Shift: later, Volunteer: p, Ledger: ledger1,
		CheckInTime: timestamppb.New(instant("2020-02-10 12:00")), CheckOutTime: timestamppb.New(instant("2020-02-10 15:00")),
	})
	must(w, staff, EnterCheckOut, &nuov1.EnterCheckOutRequest{Name: c.GetName(), CheckOutTime: timestamppb.New(instant("2020-02-10 12:30"))})
	must(w, deputy, DecideCorrection, &nuov1.DecideCorrectionRequest{Name: entry.GetName(), Approve: true})
	refuses(w, deputy, DecideCorrection, &nuov1.DecideCorrectionRequest{Name: c.GetName(), Approve: true}, nuov1.ErrorReason_ERROR_REASON_OVERLAP)
	w.clean()
}

// Whoever forgot to check out yesterday checks in today; the time entered afterwards lies before that.
func TestOKForgottenCheckOutLocksNobodyOut(t *testing.T) {
	for _, timing := range []nuov1.ShiftTiming{nuov1.ShiftTiming_SHIFT_TIMING_UNSPECIFIED, nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY} {
		w := newWorld(t)
		p := w.volunteer("one")
		a := w.claims(p, w.shift("a", "2020-02-09 08:00", "2020-02-09 10:00", 1))
		early := w.claims(p, w.shift("early", "2020-02-09 11:00", "2020-02-09 11:50", 1))
		b := w.claims(p, w.shift("b", "2020-02-09 12:00", "2020-02-09 15:00", 1, func(s *nuov1.Shift) { s.Timing = timing }))
		w.at("2020-02-09 08:00")
		w.checksIn(a)
		w.at("2020-02-09 11:00")
		refuses(w, staff, CheckIn, &nuov1.CheckInRequest{Name: early.GetName()}, elsewhere)
		w.at("2020-02-09 12:00")
		w.checksIn(b)
		w.clean()
		enter := func(at string) *nuov1.EnterCheckOutRequest {
			return &nuov1.EnterCheckOutRequest{Name: a.GetName(), CheckOutTime: timestamppb.New(instant(at))}
		}
		w.at("2020-02-09 12:30")
		refuses(w, staff, EnterCheckOut, enter("2020-02-09 12:10"), nuov1.ErrorReason_ERROR_REASON_OVERLAP)
		must(w, staff, EnterCheckOut, enter("2020-02-09 10:05"))
		must(w, deputy, DecideCorrection, &nuov1.DecideCorrectionRequest{Name: a.GetName(), Approve: true})
		w.clean()
		c := w.claims(p, w.shift("c", "2020-02-09 13:00", "2020-02-09 13:30", 1, func(s *nuov1.Shift) { s.Timing = nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY }))
		w.at("2020-02-09 13:00")
		refuses(w, staff, CheckIn, &nuov1.CheckInRequest{Name: c.GetName()}, elsewhere) // still on b
		w.checksOut(b)
		w.clean()
	}
}

func TestOKCrewIsCheckedOutWithOneTap(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(4)
	for _, p := range w.people(3) {
		w.claims(p, shift)
	}
	w.at("2020-02-10 08:00")
	w.do(func(tx *store.Tx) error {
		r, err := CheckInCrew(tx, leaderRole, &nuov1.CheckInCrewRequest{Shift: shift})
		if err == nil && (len(r.GetContracts()) != 3 || len(r.GetRefused()) != 0) {
			t.Errorf("checked in %v", r)
		}
		return err
	})
	w.at("2020-02-10 12:05")
	w.do(func(tx *store.Tx) error {
		r, err := CheckOutCrew(tx, leaderRole, &nuov1.CheckOutCrewRequest{Shift: shift})
		for _, c := range r.GetContracts() {
			if c.GetCheckOut().GetMethod() != nuov1.AttendanceMethod_ATTENDANCE_METHOD_LEADER || !marked(c, nuov1.ContractMark_CONTRACT_MARK_PROXY_CHECK_IN) {
				t.Errorf("checked out %v", c)
			}
		}
		if len(r.GetContracts()) != 3 {
			t.Errorf("checked out %d", len(r.GetContracts()))
		}
		return err
	})
	w.clean()
}

func TestErrCheckOutReasonIsAPersonsToGive(t *testing.T) {
	w := newWorld(t)
	c := bring(w, w.volunteer("one"), inFulfilment)
	for _, r := range []nuov1.ReasonCode{
		nuov1.ReasonCode_REASON_CODE_HEALTH, nuov1.ReasonCode_REASON_CODE_CANCELLED, nuov1.ReasonCode_REASON_CODE_REDUCED,
	} {
		refuses(w, staff, CheckOut, &nuov1.CheckOutRequest{Name: c.GetName(), Reason: r}, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
	}
	must(w, staff, CheckOut, &nuov1.CheckOutRequest{Name: c.GetName(), Reason: nuov1.ReasonCode_REASON_CODE_FAMILY})
	w.clean()
}

func TestErrCheckedInElsewhere(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	c, next := w.claims(p, w.gate(1)), w.claims(p, w.shift("next", "2020-02-10 12:00", "2020-02-10 14:00", 1))
	w.at("2020-02-10 08:00")
	w.checksIn(c)
	w.at("2020-02-10 11:45")
	refuses(w, staff, CheckIn, &nuov1.CheckInRequest{Name: next.GetName()}, elsewhere)
	w.checksOut(c)
	w.checksIn(next)
	w.clean()
}

func TestOKReliefIsLateAndCrossingIsFlagged(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	c, next := w.claims(p, w.gate(1)), w.claims(p, w.shift("next", "2020-02-10 12:00", "2020-02-10 14:00", 1))
	w.at("2020-02-10 08:00")
	w.checksIn(c)
	w.at("2020-02-10 11:55")
	k := must(w, leaderRole, Extend, &nuov1.ExtendContractRequest{Name: c.GetName(), Reason: reliefIs, EndTime: timestamppb.New(instant("2020-02-10 13:00"))})
	if !marked(k, crossedMark) || !marked(k, nuov1.ContractMark_CONTRACT_MARK_EXTENDED) {
		t.Fatalf("extended: %v", k)
	}
	w.is(next.GetName(), displayed, next.GetReason())
	w.at("2020-02-10 12:40")
	w.checksOut(c)
	w.checksIn(next)
	must(w, leaderRole, UndoCheckIn, &nuov1.UndoCheckInRequest{Name: next.GetName()})
	w.clean()
}

func TestOKConfirmingLowersNeverRaisesAndRoundsOnce(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(3)
	p := w.people(2)
	full, less := w.claims(p[0], shift), w.claims(p[1], shift)
	w.at("2020-02-10 08:00")
	w.checksIn(full)
	w.checksIn(less)
	w.clock.now = instant("2020-02-10 11:00").Add(18 * time.Second) // half a hundredth: up
	w.checksOut(full)
	w.checksOut(less)
	ask := func(h int32, people int32) (r *nuov1.ConfirmShiftResponse, err error) {
		err = w.try(func(tx *store.Tx) error {
			r, err = ConfirmShift(tx, staff, &nuov1.ConfirmShiftRequest{
				Shift: shift, PeopleReached: people,
				Hours: []*nuov1.ConfirmedHours{{Contract: less.GetName(), HoursHundredths: h}},
			})
			return err
		})
		return r, err
	}
	r, err := ask(302, 31)
	if err != nil || len(r.GetRefused()) != 1 || r.GetRefused()[0].GetReason() != nuov1.ErrorReason_ERROR_REASON_HOURS_EXCEED_ATTENDANCE {
		t.Fatalf("raised: %v, %v", r, err)
	}
	if r, err = ask(150, 31); err != nil || len(r.GetContracts()) != 1 {
		t.Fatalf("lowered: %v, %v", r, err)
	}
	if a, b := w.contract(full.GetName()), w.contract(less.GetName()); a.GetHoursHundredths() != 301 || b.GetHoursHundredths() != 150 {
		t.Fatalf("hours %d and %d", a.GetHoursHundredths(), b.GetHoursHundredths())
	}
	if s := w.shiftNow(shift); s.GetPeopleReached() != 31 || !s.GetPeopleReachedConfirmed() {
		t.Fatalf("people reached: %v", s)
	}
	w.clean()
}

func TestOKIllOnDutyIsOneAct(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	later := w.claims(p, w.shift("later", "2020-02-12 08:00", "2020-02-12 12:00", 1))
	wait := w.claims(w.volunteer("two"), later.GetShift())
	c := bring(w, p, inFulfilment)
	w.at("2020-02-10 09:30")
	k := must(w, as(p), StopForHealth, &nuov1.StopForHealthRequest{Name: c.GetName(), ExemptUntilDate: "2020-02-15"})
	if !k.GetCheckOut().GetTime().AsTime().Equal(instant("2020-02-10 09:30")) || k.GetReason() != nuov1.ReasonCode_REASON_CODE_HEALTH {
		t.Fatalf("stopped: %v", k)
	}
	w.is(later.GetName(), excused, nuov1.ReasonCode_REASON_CODE_EXEMPTION)
	w.runDue()
	w.is(wait.GetName(), offered, 0)
	_, err := w.claim(p, w.shift("x", "2020-02-14 08:00", "2020-02-14 12:00", 1), false)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_EXEMPT)
	w.claims(p, w.shift("y", "2020-02-15 08:00", "2020-02-15 12:00", 1))
	w.clean()
}

// The reason is the volunteer's own: whoever else stops the duty exempts for two weeks at most, a leader not at all;
// the unit reads an exemption that says nothing of health, and what was done stands in the person's events.
func TestErrIllOnDutyIsExemptedByVolunteerOrCommittee(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	c := bring(w, p, inFulfilment)
	w.at("2020-02-10 09:30")
	stop := func(until string) *nuov1.StopForHealthRequest {
		return &nuov1.StopForHealthRequest{Name: c.GetName(), ExemptUntilDate: until}
	}
	refuses(w, leaderRole, StopForHealth, stop("2020-02-12"), nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	refuses(w, staff, StopForHealth, stop("2020-02-25"), nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
	must(w, staff, StopForHealth, stop("2020-02-24"))
	w.do(func(tx *store.Tx) error {
		v, err := store.Volunteers.Get(tx, p)
		if err != nil {
			return err
		}
		if e := v.GetExemptions(); len(e) != 1 || e[0].GetCategory() != nuov1.ExemptionCategory_EXEMPTION_CATEGORY_OTHER {
			t.Errorf("exemptions: %v", e)
		}
		last, ok, err := store.AdminEvents.Last(tx, p)
		if e := last.Event; !ok || e.GetAction() != "StopForHealth" || e.GetActor() != staff.Name || len(e.GetDetails()) != 3 {
			t.Errorf("event: %v", e)
		}
		return err
	})
	w.clean()
}

func TestOKSiteCodeTurnsAndTheOneBeforeIsTaken(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(4)
	p := w.people(3)
	w.at("2020-02-10 08:00")
	code := w.siteCode(shift)
	w.clock.now = w.clock.now.Add(119 * time.Second)
	if now := w.siteCode(shift); now == code {
		t.Fatal("the code does not turn")
	}
	if _, err := onSite(w, p[0], shift, code); err != nil {
		t.Fatal(err)
	}
	w.clock.now = w.clock.now.Add(time.Second)
	_, err := onSite(w, p[1], shift, code)
	refused(t, err, badCode)
	other := w.shift("b", "2020-02-10 08:00", "2020-02-10 12:00", 1)
	_, err = onSite(w, p[1], other, w.siteCode(shift))
	refused(t, err, badCode)
	w.clean()
}

func TestErrSiteCodeAcceptsNoStrangerAtDoors(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(4, func(s *nuov1.Shift) { s.HasDoors = true })
	stranger := w.claims(w.volunteer("one"), shift)
	if stranger.GetState() != signed {
		t.Fatalf("accepted a stranger: %v", stranger)
	}
	w.at("2020-02-10 08:00")
	unknown := nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED
	refuses(w, as(id("one")), CheckIn, &nuov1.CheckInRequest{Name: stranger.GetName(), SiteCode: w.siteCode(shift)}, unknown)
	_, err := onSite(w, w.volunteer("two"), shift, w.siteCode(shift))
	refused(t, err, unknown)
	must(w, leaderRole, CheckIn, &nuov1.CheckInRequest{Name: stranger.GetName()})
	if _, err := onSite(w, w.volunteer("known", func(v *nuov1.Volunteer) { v.Vouched = true }), shift, w.siteCode(shift)); err != nil {
		t.Fatal(err)
	}
	w.clean()
}

func TestOKCheckInIsUndoneWithinTenMinutes(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(2)
	c, late := w.claims(w.volunteer("one"), shift), w.claims(w.volunteer("two"), shift)
	w.at("2020-02-10 08:00")
	w.checksIn(c)
	w.checksIn(late)
	w.clock.now = instant("2020-02-10 08:10").Add(-time.Second)
	if c = must(w, staff, UndoCheckIn, &nuov1.UndoCheckInRequest{Name: c.GetName()}); c.GetState() != displayed || c.GetCheckIn() != nil {
		t.Fatalf("undone: %v", c)
	}
	w.clock.now = instant("2020-02-10 08:10")
	refuses(w, staff, UndoCheckIn, &nuov1.UndoCheckInRequest{Name: late.GetName()}, wrongTime)
	w.clean()
}

func TestOKLateEntryWithinTenWorkingDays(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	shift := w.gate(1)
	r := &nuov1.RecordLateEntryRequest{
		Shift: shift, Volunteer: p, Ledger: ledger1,
		CheckInTime: timestamppb.New(instant("2020-02-10 08:00")), CheckOutTime: timestamppb.New(instant("2020-02-10 11:00")),
	}
	w.at("2020-02-10 11:30")
	refuses(w, staff, RecordLateEntry, r, wrongTime)
	w.at("2020-02-25 00:00") // Monday 10 February + 10 working days: to the end of Monday the 24th
	refuses(w, staff, RecordLateEntry, r, wrongTime)
	w.clock.now = instant("2020-02-24 23:59")
	c := must(w, staff, RecordLateEntry, r)
	yes := &nuov1.DecideCorrectionRequest{Name: c.GetName(), Approve: true}
	refuses(w, staff, DecideCorrection, yes, second)
	if c = must(w, deputy, DecideCorrection, yes); c.GetState() != fulfilled || c.GetHoursHundredths() != 300 || !marked(c, nuov1.ContractMark_CONTRACT_MARK_LATE_ENTRY) {
		t.Fatalf("late entry: %v", c)
	}
	refuses(w, staff, RecordLateEntry, r, nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED)
	w.clean()
}

// What a person has decided is corrected; a sheet makes no second contract beside it.
func TestErrLateEntryOverADecidedContract(t *testing.T) {
	for _, state := range []nuov1.ContractState{breached, excused} {
		w := newWorld(t)
		p := w.volunteer("one")
		c := bring(w, p, state)
		w.clock.now = instant("2020-02-10 13:00")
		refuses(w, staff, RecordLateEntry, &nuov1.RecordLateEntryRequest{
			Shift: c.GetShift(), Volunteer: p, Ledger: ledger1,
			CheckInTime: timestamppb.New(instant("2020-02-10 08:00")), CheckOutTime: timestamppb.New(instant("2020-02-10 11:00")),
		}, wrongState)
		must(w, staff, RequestCorrection, &nuov1.RequestCorrectionRequest{
			Name: c.GetName(), State: fulfilled, Reason: wrong,
			CheckInTime: timestamppb.New(instant("2020-02-10 08:00")), CheckOutTime: timestamppb.New(instant("2020-02-10 11:00")),
		})
		must(w, as(p), DecideCorrection, &nuov1.DecideCorrectionRequest{Name: c.GetName(), Approve: true})
		w.is(c.GetName(), fulfilled, wrong)
		w.clean()
	}
}

// One number of people reached stands for the shift from its first confirmed hours on.
func TestErrPeopleReachedIsConfirmedOnce(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(2)
	var all []*nuov1.Contract
	for _, p := range w.people(2) {
		all = append(all, w.claims(p, shift))
	}
	w.at("2020-02-10 08:00")
	w.checksIn(all[0])
	w.checksIn(all[1])
	confirms := func(n int32) error {
		return w.try(func(tx *store.Tx) error {
			_, err := ConfirmShift(tx, staff, &nuov1.ConfirmShiftRequest{Shift: shift, PeopleReached: n})
			return err
		})
	}
	must0(t, confirms(3)) // nobody has checked out: nothing is confirmed with it
	w.at("2020-02-10 12:00")
	w.checksOut(all[0])
	must0(t, confirms(40))
	w.checksOut(all[1])
	refused(t, confirms(41), nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION)
	must0(t, confirms(40))
	w.is(all[1].GetName(), fulfilled, 0)
	w.clean()
}

func TestOKWhoCameOnTheSpotRegistersBeforeHoursAreConfirmed(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(1)
	p := w.volunteer("one", func(v *nuov1.Volunteer) { v.Registrations, v.Consents = nil, nil })
	w.at("2020-02-10 08:00")
	c, err := onSite(w, p, shift, w.siteCode(shift))
	must0(t, err)
	w.at("2020-02-10 12:00")
	w.checksOut(c)
	_, err = act(w, staff, confirmBy, c)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING)
	w.at("2020-02-12 12:00")
	w.volunteer("one", func(v *nuov1.Volunteer) { v.Registrations[0].FromDate = "2020-02-12" })
	must(w, staff, confirmBy, c)
	w.clean()
}

func TestOKCorrectionSurvivesARating(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	c := bring(w, p, fulfilled)
	must(w, as(p), RequestCorrection, &nuov1.RequestCorrectionRequest{Name: c.GetName(), HoursHundredths: 350, Reason: wrong})
	must(w, staff, Evaluate, &nuov1.EvaluateContractRequest{Name: c.GetName(), Rating: 5})
	c = must(w, staff, DecideCorrection, &nuov1.DecideCorrectionRequest{Name: c.GetName(), Approve: true})
	if c.GetState() != evaluated || c.GetHoursHundredths() != 350 {
		t.Fatalf("corrected: %v", c)
	}
	w.clean()
}

func TestOKTimeThatGoesBackNeverReordersEvents(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(1)
	c := w.claims(w.volunteer("one"), shift)
	w.at("2020-02-10 08:20")
	w.checksIn(c)
	w.clock.now = instant("2020-02-10 08:10")
	w.checksOut(c)
	k := w.contract(c.GetName())
	if !k.GetEventTime().AsTime().Equal(instant("2020-02-10 08:20")) || !k.GetCheckOut().GetTime().AsTime().Equal(instant("2020-02-10 08:20")) {
		t.Fatalf("after the clock went back: %v", k)
	}
	w.clean()
}

// A server that stood still catches up to what one that ran through has come to.
func TestOKCatchingUpEqualsRunningThrough(t *testing.T) {
	days := []string{"2020-02-08 18:00", "2020-02-09 12:00", "2020-02-09 20:00", "2020-02-10 08:00", "2020-02-10 08:15", "2020-02-10 12:00", "2020-02-11 12:00", "2020-02-12 12:00"}
	play := func(stops []string) (states []string) {
		w := newWorld(t)
		w.handList()
		shift := w.gate(3)
		p := w.people(6)
		w.claims(p[0], shift)
		accepted := w.claims(p[1], shift)
		must(w, staff, Accept, &nuov1.AcceptContractRequest{Name: accepted.GetName()})
		must(w, staff, SpokenYes, &nuov1.RecordSpokenYesRequest{Shift: shift, Volunteer: p[2]})
		w.claims(p[3], shift)
		for _, s := range stops {
			w.at(s)
		}
		w.at("2020-02-12 12:00")
		w.runDue()
		w.clean()
		w.do(func(tx *store.Tx) error {
			states = nil
			for c, err := range store.Contracts.Scan(tx) {
				if err != nil {
					return err
				}
				states = append(states, c.GetVolunteer()+stateName(c.GetState())+c.GetReason().String())
			}
			return nil
		})
		slices.Sort(states)
		return states
	}
	if through, caught := play(days), play(nil); !slices.Equal(through, caught) {
		t.Fatalf("running through: %v\ncatching up: %v", through, caught)
	}
}
