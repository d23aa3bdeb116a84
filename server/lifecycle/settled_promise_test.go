package lifecycle

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// Settled cases of domain.md, and each default of a district's policy: what happens before somebody stands at the gate.

func TestOKWithdrawDeadline(t *testing.T) {
	for _, tc := range []struct {
		name, claimed, last, late string
	}{
		{"12 h before the start", "2020-02-08 12:00", "2020-02-09 19:59", "2020-02-09 20:00"},
		{"15 min after signing at least", "2020-02-09 21:00", "2020-02-09 21:14", "2020-02-09 21:15"},
		{"never after the start", "2020-02-10 07:50", "2020-02-10 07:59", "2020-02-10 08:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			shift := w.gate(2)
			w.at(tc.claimed)
			first, second := w.claims(w.volunteer("one"), shift), w.claims(w.volunteer("two"), shift)
			w.at(tc.last)
			refuses(w, as(id("one")), AskLeave, &nuov1.AskLeaveRequest{Name: first.GetName(), Reason: family}, wrongTime)
			w.withdraws(first)
			w.at(tc.late)
			refuses(w, as(id("two")), Withdraw, &nuov1.WithdrawContractRequest{Name: second.GetName(), Reason: family}, wrongTime)
			must(w, as(id("two")), AskLeave, &nuov1.AskLeaveRequest{Name: second.GetName(), Reason: family})
			w.clean()
		})
	}
}

func TestOKLeaveFreesTheSlotAtOnceAndIsDecided(t *testing.T) {
	for _, tc := range []struct {
		uphold bool
		state  nuov1.ContractState
	}{{true, excused}, {false, breached}} {
		w := newWorld(t)
		shift := w.gate(1)
		c, wait := w.claims(w.volunteer("one"), shift), w.claims(w.volunteer("two"), shift)
		w.at("2020-02-10 05:00")
		after := must(w, as(id("one")), AskLeave, &nuov1.AskLeaveRequest{Name: c.GetName(), Reason: illness})
		if after.GetState() != excused || !after.GetLeavePending() {
			t.Fatalf("leave asked for: %v", after)
		}
		w.is(wait.GetName(), offered, 0)
		after = must(w, staff, DecideLeave, &nuov1.DecideLeaveRequest{Name: c.GetName(), Uphold: tc.uphold, Reason: illness})
		if after.GetState() != tc.state || after.GetLeavePending() {
			t.Fatalf("leave decided: %v", after)
		}
		w.clean()
	}
}

func TestErrOtherAsksForWords(t *testing.T) {
	w := newWorld(t)
	c := w.claims(w.volunteer("one"), w.gate(1))
	other, field := nuov1.ReasonCode_REASON_CODE_OTHER, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD
	refuses(w, as(id("one")), Withdraw, &nuov1.WithdrawContractRequest{Name: c.GetName(), Reason: other}, field)
	refuses(w, staff, Refuse, &nuov1.RefuseContractRequest{Name: c.GetName(), Reason: other}, field)
	refuses(w, staff, Refuse, &nuov1.RefuseContractRequest{Name: c.GetName(), Reason: nuov1.ReasonCode_REASON_CODE_CROSSED}, field)
	must(w, staff, Refuse, &nuov1.RefuseContractRequest{Name: c.GetName(), Reason: other, Note: "路口已封"})
	w.clean()
}

func TestOKNeverAcceptedIsCancelledAfterGrace(t *testing.T) {
	w := newWorld(t)
	w.handList()
	c := w.claims(w.volunteer("one"), w.gate(1))
	w.at("2020-02-10 08:14")
	w.is(c.GetName(), signed, 0)
	w.at("2020-02-10 08:15")
	w.is(c.GetName(), cancelled, nuov1.ReasonCode_REASON_CODE_NEVER_ACCEPTED)
	w.clean()
}

func TestOKCheckInAccepts(t *testing.T) {
	w := newWorld(t)
	w.handList()
	c := w.claims(w.volunteer("one"), w.gate(1))
	w.at("2020-02-10 07:45")
	if c = w.checksIn(c); c.GetAcceptTime() == nil || c.GetState() != inFulfilment {
		t.Fatalf("checked in: %v", c)
	}
	w.clean()
}

func TestOKWhenTheYesWasSpokenStandsInTheHistory(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(2)
	at := timestamppb.New(noon.Add(-time.Hour))
	refuses(w, staff, SpokenYes, &nuov1.RecordSpokenYesRequest{
		Shift: shift, Volunteer: w.volunteer("one"), SpokenTime: timestamppb.New(noon.Add(time.Minute)),
	}, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
	said := must(w, staff, SpokenYes, &nuov1.RecordSpokenYesRequest{Shift: shift, Volunteer: w.volunteer("one"), SpokenTime: at})
	now := must(w, staff, SpokenYes, &nuov1.RecordSpokenYesRequest{Shift: shift, Volunteer: w.volunteer("two")})
	for name, want := range map[string]time.Time{said.GetName(): at.AsTime(), now.GetName(): noon} {
		w.do(func(tx *store.Tx) error {
			for link, err := range store.ContractEvents.Scan(tx, name) {
				if err != nil {
					return err
				}
				if got := link.Event.GetSpokenTime(); got == nil || !got.AsTime().Equal(want) {
					t.Errorf("spoken %v, want %v", got, want)
				}
			}
			return nil
		})
	}
	w.clean()
}

func TestOKSpokenYesIsHeldAndSignedByItsOwnHand(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(2)
	say := func(name string) *nuov1.Contract {
		return must(w, staff, SpokenYes, &nuov1.RecordSpokenYesRequest{Shift: shift, Volunteer: w.volunteer(name)})
	}
	c, late := say("one"), say("two")
	denied := nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED
	refuses(w, staff, Sign, signing(w, c), denied)
	refuses(w, leaderRole, Sign, signing(w, c), denied)
	w.at("2020-02-10 07:59")
	w.is(c.GetName(), offered, 0)
	refuses(w, as(id("one")), CheckIn, &nuov1.CheckInRequest{Name: c.GetName(), SiteCode: w.siteCode(shift)}, denied)
	c = must(w, leaderRole, CheckIn, &nuov1.CheckInRequest{Name: c.GetName()})
	if !marked(c, nuov1.ContractMark_CONTRACT_MARK_PAPER_SIGNATURE) || !marked(c, nuov1.ContractMark_CONTRACT_MARK_PROXY_CHECK_IN) ||
		c.GetSignTime() == nil || len(c.GetTermsHash()) == 0 {
		t.Fatalf("signed on paper: %v", c)
	}
	w.at("2020-02-10 08:14")
	w.is(late.GetName(), offered, 0)
	w.at("2020-02-10 08:15")
	w.is(late.GetName(), expired, nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME)
	w.clean()
}

// The hand on the gate sheet is a signature on the spot: registration and consent are asked for before hours are
// confirmed, unless the shift is hazardous.
func TestOKSpokenYesIsSignedAtTheGateBeforeConsent(t *testing.T) {
	for _, hazard := range []nuov1.HazardClass{nuov1.HazardClass_HAZARD_CLASS_UNSPECIFIED, nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS} {
		w := newWorld(t)
		shift := w.shift("gate", "2020-02-10 08:00", "2020-02-10 12:00", 2, func(s *nuov1.Shift) { s.HazardClass = hazard })
		p := w.volunteer("one", func(v *nuov1.Volunteer) { v.Consents = nil })
		c := must(w, staff, SpokenYes, &nuov1.RecordSpokenYesRequest{Shift: shift, Volunteer: p})
		w.volunteer("one", func(v *nuov1.Volunteer) { v.Consents, v.Registrations = nil, nil }) // moved away meanwhile
		w.at("2020-02-10 08:00")
		if hazard == nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS {
			refuses(w, leaderRole, CheckIn, &nuov1.CheckInRequest{Name: c.GetName()}, nuov1.ErrorReason_ERROR_REASON_NOT_REGISTERED)
			w.volunteer("one", func(v *nuov1.Volunteer) { v.Consents = nil })
			refuses(w, leaderRole, CheckIn, &nuov1.CheckInRequest{Name: c.GetName()}, nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING)
			continue
		}
		must(w, leaderRole, CheckIn, &nuov1.CheckInRequest{Name: c.GetName()})
		w.at("2020-02-10 12:00")
		w.checksOut(c)
		_, err := act(w, staff, confirmBy, c)
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING)
		w.volunteer("one")
		must(w, staff, confirmBy, c)
		w.clean()
	}
}

func TestOKOfferLivesADayAtMostHalfTheTimeLeft(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	for _, tc := range []struct{ from, expires string }{
		{"2020-02-08 14:00", "2020-02-08 13:00"}, {"2020-02-10 12:00", "2020-02-09 12:00"}, {"2020-02-14 12:00", "2020-02-09 12:00"},
	} {
		s := w.shift("s"+tc.expires[8:10]+tc.from[8:10], tc.from, "2020-02-14 13:00", 1, func(s *nuov1.Shift) {
			s.EndTime = timestamppb.New(s.GetStartTime().AsTime().Add(time.Hour))
		})
		if c := w.offer(p, s); !c.GetOfferExpireTime().AsTime().Equal(instant(tc.expires)) {
			t.Errorf("an offer for %s expires at %v, want %s", tc.from, c.GetOfferExpireTime().AsTime(), tc.expires)
		}
	}
	w.clean()
}

func TestErrTwentyLiveOffers(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	for i := range 21 {
		s := w.shift(fmt.Sprint("s", i), "2020-02-12 08:00", "2020-02-12 09:00", 1)
		if i < 20 {
			w.offer(p, s)
			continue
		}
		refuses(w, staff, offerBy, &nuov1.OfferContractRequest{Shift: s, Volunteer: p}, nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED)
	}
	w.clean()
}

func TestErrFiftyWait(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(1)
	p := w.people(52)
	first := w.claims(p[0], shift)
	for _, name := range p[1:51] {
		w.claims(name, shift)
	}
	_, err := w.claim(p[51], shift, true)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED)
	w.withdraws(first)
	w.clean()
}

func TestOKWaitlistSkipsWhoIsBusyAndKeepsTheirPlace(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(2)
	p := w.people(4)
	first, second := w.claims(p[0], shift), w.claims(p[1], shift)
	busy, next := w.claims(p[2], shift), w.claims(p[3], shift)
	elsewhere := w.claims(p[2], w.shift("b", "2020-02-10 10:00", "2020-02-10 14:00", 1))
	w.withdraws(first)
	w.is(busy.GetName(), waitlisted, 0)
	w.is(next.GetName(), offered, 0)
	w.withdraws(second) // nobody qualifies: the slot stays free
	w.is(busy.GetName(), waitlisted, 0)
	w.withdraws(elsewhere) // their time is free again
	w.runDue()
	w.is(busy.GetName(), offered, 0)
	w.clean()
}

func TestOKLastHourTheFirstSignatureWins(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(1)
	p := w.people(4)
	first, second, third := w.claims(p[0], shift), w.claims(p[1], shift), w.claims(p[2], shift)
	w.at("2020-02-10 07:10")
	must(w, as(p[0]), AskLeave, &nuov1.AskLeaveRequest{Name: first.GetName(), Reason: family})
	w.is(second.GetName(), waitlisted, 0)
	w.signs(third)
	refuses(w, as(p[1]), Sign, signing(w, second), nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
	_, err := w.claim(p[3], shift, false)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
	w.at("2020-02-10 08:00")
	w.is(second.GetName(), expired, nuov1.ReasonCode_REASON_CODE_STILL_WAITING)
	w.clean()
}

func TestOKFreedSlotWaitsForTheQueueThoughAVerbComesFirst(t *testing.T) {
	w := newWorld(t)
	a := w.shift("a", "2020-02-10 08:00", "2020-02-10 12:00", 1)
	b := w.shift("b", "2020-02-10 09:00", "2020-02-10 11:00", 2)
	p := w.people(4)
	mine, other := w.offer(p[0], b), w.offer(p[1], b)
	wait := w.claims(p[2], b)
	w.signs(w.offer(p[0], a)) // crosses the offer of b, whose slot goes on with b's next step
	w.is(mine.GetName(), expired, nuov1.ReasonCode_REASON_CODE_CROSSED)
	must(w, staff, Refuse, &nuov1.RefuseContractRequest{Name: other.GetName(), Reason: family})
	w.is(wait.GetName(), offered, 0)
	w.clean()
}

func TestOKDueByHoldsNoTimeUntilCheckIn(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	flyers := w.shift("flyers", "2020-02-10 06:00", "2020-02-10 18:00", 1, func(s *nuov1.Shift) {
		s.Timing = nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY
	})
	due := w.claims(p, flyers)
	gate := w.claims(p, w.gate(1))
	w.at("2020-02-10 08:00")
	refuses(w, staff, CheckIn, &nuov1.CheckInRequest{Name: due.GetName()}, nuov1.ErrorReason_ERROR_REASON_OVERLAP)
	w.checksIn(gate)
	refuses(w, staff, CheckIn, &nuov1.CheckInRequest{Name: due.GetName()}, nuov1.ErrorReason_ERROR_REASON_CHECKED_IN_ELSEWHERE)
	w.at("2020-02-10 12:00")
	w.checksOut(gate)
	w.checksIn(due)
	w.at("2020-02-10 14:00")
	w.checksOut(due)
	_, err := w.claim(p, w.shift("c", "2020-02-10 13:00", "2020-02-10 15:00", 1), false)
	if err != nil { // from now on: the hour that was served lies behind
		t.Fatal(err)
	}
	w.clean()
}

func TestErrTimingOfAHeldShift(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(2)
	w.claims(w.volunteer("one"), shift)
	err := w.amend(shift, func(s *nuov1.Shift) { s.Timing = nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY })
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
}

func TestErrNightAndMinors(t *testing.T) {
	w := newWorld(t)
	child := w.volunteer("child", func(v *nuov1.Volunteer) { v.Minor, v.GuardianConsent = true, true })
	w.claims(child, w.gate(1))
	_, err := w.claim(child, w.shift("night", "2020-02-11 20:00", "2020-02-11 23:00", 1), false)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED)
	w.clean()
}

func TestErrWeeklyLimitIsOfAnySevenDays(t *testing.T) {
	w := newWorld(t)
	w.do(func(tx *store.Tx) error {
		return store.Organisations.Put(tx, &nuov1.Organisation{Name: district, Policy: &nuov1.DistrictPolicy{MaxWeekly: durationpb.New(10 * time.Hour)}})
	})
	p := w.volunteer("one")
	w.claims(p, w.shift("a", "2020-02-10 08:00", "2020-02-10 12:00", 1))
	w.claims(p, w.shift("c", "2020-02-22 08:00", "2020-02-22 12:00", 1))
	w.claims(p, w.shift("b", "2020-02-16 08:00", "2020-02-16 12:00", 1)) // 8 h in the week before, 8 in the one after
	_, err := w.claim(p, w.shift("d", "2020-02-15 08:00", "2020-02-15 11:00", 1), false)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_REST_RULE)
	w.clean()
}
