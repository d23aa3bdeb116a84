package lifecycle

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// asks puts a decision before a second person.
func (w *step) asks(c *nuov1.Contract, p *nuov1.PendingDecision, note string, edit func(*nuov1.Contract)) error {
	p.By, p.Side, p.Time = w.actor.Name, w.actor.Role, timestamppb.New(w.now)
	target := c.GetState()
	if p.GetKind() == recordLate {
		target = absent
	}
	return w.apply(c, change{
		action: p.GetKind(), to: target, reason: p.GetReason(), note: note,
		edit: func(c *nuov1.Contract) {
			if edit != nil {
				edit(c)
			}
			c.Pending = p
		},
		tell: func(e *nuov1.ContractEvent) { e.Pending = p },
	})
}

// interval checks the times of an attendance that is told afterwards.
func (w *step) interval(s *shiftStep, in, out *timestamppb.Timestamp) error {
	switch {
	case in == nil || out == nil:
		return fault.Field("check_in_time", "say when the attendance began and ended", "请填写签到和签退时间")
	case !in.AsTime().Before(out.AsTime()):
		return fault.Field("check_out_time", "must lie after check_in_time", "签退时间须晚于签到时间")
	case out.AsTime().After(w.now):
		return fault.Field("check_out_time", "must not lie in the future", "签退时间不能晚于现在")
	case in.AsTime().Before(s.start().Add(-s.policy.CheckInOpens)) || !in.AsTime().Before(s.end()):
		return fault.Field("check_in_time", "must lie within the shift, or 30 minutes before", "签到时间须在班次之内，或开始前 30 分钟内")
	case out.AsTime().Sub(in.AsTime()) > 48*time.Hour:
		return fault.Field("check_out_time", "must lie within 48 hours of check_in_time", "签退时间须在签到后 48 小时内")
	}
	return nil
}

// EnterCheckOut tells, from end + 2 h on, when somebody left who forgot to check out; a second person approves it.
func EnterCheckOut(tx *store.Tx, a Actor, r *nuov1.EnterCheckOutRequest) (*nuov1.Contract, error) {
	w, c, s, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	if _, err := w.permits(s, c, enterCheckOut); err != nil {
		return nil, err
	}
	if err := w.interval(s, c.GetCheckIn().GetTime(), r.GetCheckOutTime()); err != nil {
		return nil, err
	}
	if err := w.neverTwice(c, c.GetCheckIn().GetTime(), r.GetCheckOutTime()); err != nil {
		return nil, err
	}
	p := &nuov1.PendingDecision{Kind: enterCheckOut, State: inFulfilment, CheckOutTime: r.GetCheckOutTime()}
	if err := w.asks(c, p, r.GetNote(), nil); err != nil {
		return nil, err
	}
	return w.done(c)
}

// RequestCorrection asks, after the end, that what happened be recorded otherwise: another state among FULFILLED,
// EXCUSED and BREACHED, other times or hours. The other side decides.
func RequestCorrection(tx *store.Tx, a Actor, r *nuov1.RequestCorrectionRequest) (*nuov1.Contract, error) {
	if err := words(r.GetReason(), r.GetNote()); err != nil {
		return nil, err
	}
	w, c, s, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	if _, err := w.permits(s, c, requestCorrection); err != nil {
		return nil, err
	}
	p := &nuov1.PendingDecision{
		Kind: requestCorrection, State: r.GetState(), Reason: r.GetReason(), HoursHundredths: r.GetHoursHundredths(),
		CheckInTime: r.GetCheckInTime(), CheckOutTime: r.GetCheckOutTime(),
	}
	if p.State == none || p.State == fulfilled && c.GetState() == evaluated {
		p.State = c.GetState()
	}
	if p.State == fulfilled || p.State == evaluated {
		if err := w.wished(s, c, p); err != nil {
			return nil, err
		}
	}
	if err := w.asks(c, p, r.GetNote(), nil); err != nil {
		return nil, err
	}
	return w.done(c)
}

// wished completes and checks the attendance that a correction asks for.
func (w *step) wished(s *shiftStep, c *nuov1.Contract, p *nuov1.PendingDecision) error {
	if p.CheckInTime == nil {
		p.CheckInTime = c.GetCheckIn().GetTime()
	}
	if p.CheckOutTime == nil {
		p.CheckOutTime = c.GetCheckOut().GetTime()
	}
	if err := w.interval(s, p.GetCheckInTime(), p.GetCheckOutTime()); err != nil {
		return err
	}
	attended := hundredths(p.GetCheckInTime().AsTime(), p.GetCheckOutTime().AsTime())
	if p.HoursHundredths == 0 {
		p.HoursHundredths = attended
	}
	return withinAttendance(p.GetHoursHundredths(), attended)
}

// RecordLateEntry enters an attendance from a signed paper sheet (补录) within 10 working days: on the person's
// contract of the shift, or on one that is made by it. A second person approves it.
func RecordLateEntry(tx *store.Tx, a Actor, r *nuov1.RecordLateEntryRequest) (*nuov1.Contract, error) {
	w, s, err := openShift(tx, a, r.GetShift())
	if err != nil {
		return nil, err
	}
	if err := checkListStands(w, s, nil); err != nil {
		return nil, err
	}
	if err := w.interval(s, r.GetCheckInTime(), r.GetCheckOutTime()); err != nil {
		return nil, err
	}
	c, err := w.onSheet(s, r.GetVolunteer())
	if err != nil {
		return nil, err
	}
	if c == nil {
		c = w.draft(s, entrant{person: r.GetVolunteer(), origin: nuov1.ContractOrigin_CONTRACT_ORIGIN_LATE_ENTRY})
	}
	v, err := w.volunteer(r.GetVolunteer())
	if err != nil {
		return nil, err
	}
	p := &nuov1.PendingDecision{
		Kind: recordLate, State: fulfilled, CheckInTime: r.GetCheckInTime(), CheckOutTime: r.GetCheckOutTime(),
		HoursHundredths: hundredths(r.GetCheckInTime().AsTime(), r.GetCheckOutTime().AsTime()),
	}
	err = w.asks(c, p, r.GetNote(), func(c *nuov1.Contract) {
		c.Ledger = r.GetLedger()
		if c.GetEventCount() == 0 {
			hold(c, v)
		}
	})
	if err != nil {
		return nil, err
	}
	return w.done(c)
}

// onSheet is the person's contract of the shift that a sheet can be about: promised or absent; nil when there is
// none. One that was attended or waits for a second person is ALREADY_CLAIMED; one that a person has decided is
// WRONG_STATE: that is a correction's to change, not a second contract's.
func (w *step) onSheet(s *shiftStep, person string) (found *nuov1.Contract, err error) {
	var decided *nuov1.Contract
	for h, err := range store.Holders.Scan(w.tx, s.shift.GetName(), person) {
		if err != nil {
			return nil, err
		}
		c, _, err := w.current(h.GetContract())
		if err != nil {
			return nil, err
		}
		switch c.GetState() {
		case inFulfilment, fulfilled, evaluated:
			return nil, alreadyClaimed(c)
		case displayed, absent:
			found = c
		case excused, breached:
			decided = c
		}
	}
	if found == nil && decided != nil {
		return nil, withAction(fault.New(wrongState, "state", stateName(decided.GetState())).WithViolation(fault.Violation{
			Field:       "volunteer",
			Description: "has a contract of this shift that was decided; ask for a correction of it", DescriptionZH: "本班次的契约已有认定，请申请更正",
		}), recordLate)
	}
	return found, nil
}

// DecideCorrection approves or refuses what waits for a second person: a correction (the other side decides), a late
// entry or a check-out time (another person of the community, or the street). Faults: SECOND_PERSON_REQUIRED,
// OWN_CONTRACT, and OVERLAP where the actual times cross another contract's.
func DecideCorrection(tx *store.Tx, a Actor, r *nuov1.DecideCorrectionRequest) (*nuov1.Contract, error) {
	w, c, s, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	action := disapprove
	if r.GetApprove() {
		action = approve
	}
	if _, err := w.permits(s, c, action); err != nil {
		return nil, err
	}
	ch, err := w.decided(s, c, c.GetPending(), r.GetApprove())
	if err != nil {
		return nil, err
	}
	ch.action, ch.note, ch.reason = action, r.GetNote(), c.GetPending().GetReason()
	edit := ch.edit
	ch.edit = func(c *nuov1.Contract) {
		if edit != nil {
			edit(c)
		}
		c.Pending = nil
	}
	if err := w.apply(c, ch); err != nil {
		return nil, err
	}
	return w.done(c)
}

// decided is what a second person's word changes.
func (w *step) decided(s *shiftStep, c *nuov1.Contract, p *nuov1.PendingDecision, yes bool) (change, error) {
	if !yes {
		ch := change{to: c.GetState()}
		if p.GetKind() == recordLate && c.GetOrigin() == nuov1.ContractOrigin_CONTRACT_ORIGIN_LATE_ENTRY {
			ch.to = cancelled
		}
		return ch, nil
	}
	entered := func(t *timestamppb.Timestamp) *nuov1.Attendance {
		return &nuov1.Attendance{Time: t, By: p.GetBy(), Method: nuov1.AttendanceMethod_ATTENDANCE_METHOD_ENTERED}
	}
	switch p.GetKind() {
	case enterCheckOut:
		if err := w.neverTwice(c, c.GetCheckIn().GetTime(), p.GetCheckOutTime()); err != nil {
			return change{}, err
		}
		ch, err := w.attended(c, entered(p.GetCheckOutTime()))
		ch.to = inFulfilment
		ch.marks = append(ch.marks, nuov1.ContractMark_CONTRACT_MARK_ENTERED_CHECK_OUT)
		return ch, err
	case recordLate:
		if err := checkMayRecord(w, s, c); err != nil {
			return change{}, err
		}
	}
	mark := nuov1.ContractMark_CONTRACT_MARK_CORRECTED
	if p.GetKind() == recordLate {
		mark = nuov1.ContractMark_CONTRACT_MARK_LATE_ENTRY
	}
	ch := change{to: p.GetState(), marks: []nuov1.ContractMark{mark}, edit: func(c *nuov1.Contract) { c.LeavePending = false }}
	if ch.to == fulfilled && c.GetState() == evaluated { // rated after the correction was asked for
		ch.to = evaluated
	}
	if ch.to != fulfilled && ch.to != evaluated {
		return ch, nil
	}
	if !HoldsSlot(c.GetState()) {
		ch.marks = append(ch.marks, nuov1.ContractMark_CONTRACT_MARK_SEATLESS)
	}
	ch.check = func(*shiftStep) error { return w.freeThen(c, p) }
	ch.edit = func(c *nuov1.Contract) {
		c.LeavePending = false
		if !sameTime(c.GetCheckIn(), p.GetCheckInTime()) {
			c.CheckIn = entered(p.GetCheckInTime())
		}
		if !sameTime(c.GetCheckOut(), p.GetCheckOutTime()) {
			c.CheckOut = entered(p.GetCheckOutTime())
		}
		c.HoursHundredths, c.ConfirmTime = p.GetHoursHundredths(), timestamppb.New(w.now)
	}
	ch.tell = func(e *nuov1.ContractEvent) {
		e.StartTime, e.EndTime = p.GetCheckInTime(), p.GetCheckOutTime()
		e.HoursHundredths = p.GetHoursHundredths()
	}
	return ch, nil
}

// neverTwice refuses an attendance that crosses another actual one of the person, or runs past the check-in of one
// that has no end yet; a promise that it runs into is flagged instead.
func (w *step) neverTwice(c *nuov1.Contract, from, to *timestamppb.Timestamp) error {
	calendar, err := w.calendar(c.GetVolunteer(), from.AsTime(), to.AsTime())
	if err != nil {
		return err
	}
	b := bid{from: from.AsTime(), to: to.AsTime(), except: c.GetName()}
	for _, e := range calendar {
		if !e.GetHolds() || !b.crosses(e) && !b.runsPast(e) {
			continue
		}
		other, err := store.Contracts.Get(w.tx, e.GetContract())
		if err != nil {
			return err
		}
		if other.GetCheckIn() != nil {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_OVERLAP, "contract", other.GetName())
		}
	}
	return nil
}

// runsPast tells whether the bid goes on behind an instant at which something began whose end is not known.
func (b bid) runsPast(e *storev1.CalendarEntry) bool {
	at := e.GetStartTime().AsTime()
	return e.GetContract() != b.except && at.Equal(e.GetEndTime().AsTime()) && !at.Before(b.from) && at.Before(b.to)
}

func sameTime(a *nuov1.Attendance, t *timestamppb.Timestamp) bool {
	return a != nil && a.GetTime().AsTime().Equal(t.AsTime())
}

// freeThen checks that the actual times cross no other contract of the person.
func (w *step) freeThen(c *nuov1.Contract, p *nuov1.PendingDecision) error {
	crossed, err := w.crossed(c, p.GetCheckInTime().AsTime(), p.GetCheckOutTime().AsTime())
	if err == nil && crossed != "" {
		err = fault.New(nuov1.ErrorReason_ERROR_REASON_OVERLAP, "contract", crossed)
	}
	if err != nil {
		return err
	}
	return w.neverTwice(c, p.GetCheckInTime(), p.GetCheckOutTime())
}

// AnswerAmendment accepts the shift's present terms (rules 2 and 4 are checked again) or declines them, which cancels
// the contract without blame.
func AnswerAmendment(tx *store.Tx, a Actor, r *nuov1.AnswerAmendmentRequest) (*nuov1.Contract, error) {
	w, c, s, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	if !r.GetAccept() {
		err := w.apply(c, change{action: declineAmendment, reason: nuov1.ReasonCode_REASON_CODE_AMENDMENT_DECLINED})
		if err != nil {
			return nil, err
		}
		return w.done(c)
	}
	if err := w.read(s, r.GetRevision()); err != nil {
		return nil, err
	}
	v, err := w.volunteer(c.GetVolunteer())
	if err != nil {
		return nil, err
	}
	hash, err := w.termsHash(s, c)
	if err != nil {
		return nil, err
	}
	from, to := w.promised(s, c), s.shift.GetEndTime().AsTime()
	err = w.apply(c, change{
		action: acceptAmendment, to: c.GetState(),
		check: func(s *shiftStep) error {
			return w.qualify(s, bid{volunteer: v, from: from, to: to, except: c.GetName()})
		},
		edit: func(c *nuov1.Contract) { w.binds(s, c, hash, from) },
		tell: signature(c),
	})
	if err != nil {
		return nil, err
	}
	if err := w.crossOffers(s, c, from, to); err != nil {
		return nil, err
	}
	return w.done(c)
}
