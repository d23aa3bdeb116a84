package lifecycle

import (
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// method is how an actor takes an attendance.
func method(a Actor) nuov1.AttendanceMethod {
	switch a.Role {
	case volunteer:
		return nuov1.AttendanceMethod_ATTENDANCE_METHOD_SELF
	case leader:
		return nuov1.AttendanceMethod_ATTENDANCE_METHOD_LEADER
	case system:
		return nuov1.AttendanceMethod_ATTENDANCE_METHOD_CUT
	}
	return nuov1.AttendanceMethod_ATTENDANCE_METHOD_COMMITTEE
}

// CheckIn begins the attendance: by the code shown on site for oneself, else by leader, committee or compound role
// (代签到). It accepts contract and amendment in the same step; a spoken yes is signed by it, by hand. Faults:
// WRONG_TIME, WRONG_SITE_CODE, CHECKED_IN_ELSEWHERE, OVERLAP.
func CheckIn(tx *store.Tx, a Actor, r *nuov1.CheckInRequest) (*nuov1.Contract, error) {
	w, c, s, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	if _, err := w.permits(s, c, checkIn); err != nil {
		return nil, err
	}
	how := method(a)
	if a.Role == volunteer {
		if err := w.siteCode(s, r.GetSiteCode()); err != nil {
			return nil, err
		}
		how = nuov1.AttendanceMethod_ATTENDANCE_METHOD_SITE_CODE
	}
	if err := w.checksIn(s, c, how); err != nil {
		return nil, err
	}
	return w.done(c)
}

// checksIn checks a contract in. The person's time is held from now on, so what comes before the promised start must
// be free.
func (w *step) checksIn(s *shiftStep, c *nuov1.Contract, how nuov1.AttendanceMethod) error {
	v, err := w.volunteer(c.GetVolunteer())
	if err != nil {
		return err
	}
	hash := c.GetTermsHash()
	renew := c.GetState() == offered || c.GetRevision() < s.shift.GetRevision()
	if renew {
		if hash, err = w.termsHash(s, c); err != nil {
			return err
		}
	}
	marks := proxyMarks(how)
	if c.GetState() == offered {
		marks = append(marks, nuov1.ContractMark_CONTRACT_MARK_PAPER_SIGNATURE)
	}
	if err := w.mayAcceptItself(s, c, v, how); err != nil {
		return err
	}
	was := c.GetState()
	err = w.apply(c, change{
		action: checkIn, marks: marks,
		check: func(s *shiftStep) error { return w.mayEnter(s, c, v, renew) },
		edit: func(c *nuov1.Contract) {
			if renew {
				w.binds(s, c, hash, w.promised(s, c))
			}
			if was == offered {
				hold(c, v)
				c.SignTime, c.OfferExpireTime = timestamppb.New(w.now), nil
			}
			if c.GetAcceptTime() == nil {
				w.accepts(c)
			}
			c.CheckIn = &nuov1.Attendance{Time: timestamppb.New(w.now), By: w.actor.Name, Method: how}
		},
		tell: func(e *nuov1.ContractEvent) {
			signature(c)(e)
			e.Attendance = c.GetCheckIn()
		},
	})
	if err != nil || was != offered {
		return err
	}
	return w.crossOffers(s, c, w.now, s.end())
}

// mayAcceptItself guards the doors (rule 7): there a site code, which anybody reads, accepts only whom the list would
// accept by itself. The leader or the committee accepts whoever else stands there.
func (w *step) mayAcceptItself(s *shiftStep, c *nuov1.Contract, v *nuov1.Volunteer, how nuov1.AttendanceMethod) error {
	if how != nuov1.AttendanceMethod_ATTENDANCE_METHOD_SITE_CODE || c.GetAcceptTime() != nil || !s.shift.GetHasDoors() || v.GetVouched() {
		return nil
	}
	known, err := store.Acceptances.Has(w.tx, c.GetCommunity(), c.GetVolunteer())
	if err == nil && !known {
		err = fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED, "requirement", "acceptance")
	}
	return err
}

func proxyMarks(how nuov1.AttendanceMethod) []nuov1.ContractMark {
	if how == nuov1.AttendanceMethod_ATTENDANCE_METHOD_SITE_CODE {
		return nil
	}
	return []nuov1.ContractMark{nuov1.ContractMark_CONTRACT_MARK_PROXY_CHECK_IN}
}

// mayEnter is what a check-in asks of the person: nowhere else checked in, free from now to the end; with new terms
// rules 2 and 4 anew.
func (w *step) mayEnter(s *shiftStep, c *nuov1.Contract, v *nuov1.Volunteer, renew bool) error {
	p, err := w.person(c.GetVolunteer())
	if err != nil {
		return err
	}
	if at := p.claims.GetPresent(); at != "" && at != c.GetName() {
		other, err := store.Contracts.Get(w.tx, at)
		if err != nil {
			return err
		}
		if !forgotten(other, w.now) {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_CHECKED_IN_ELSEWHERE, "contract", at)
		}
	}
	b := bid{volunteer: v, from: w.now, to: s.end(), except: c.GetName()}
	// A spoken yes is signed by hand on the gate sheet: registration and consent are asked for as of whoever comes on
	// the spot, before hours are confirmed.
	b.onSite = c.GetState() == offered && s.shift.GetHazardClass() != nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS
	if renew {
		if err := w.qualify(s, b); err != nil {
			return err
		}
	}
	if s.shift.GetTiming() == nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY {
		b.to = w.now.Add(time.Second) // only the present moment: when it ends is not known
	}
	calendar, err := w.calendar(c.GetVolunteer(), b.from, b.to)
	if err != nil {
		return err
	}
	if f := overlap(calendar, b); f != nil {
		return f
	}
	return nil
}

// forgotten tells whether a check-out was forgotten: from end + 2 h on nobody takes the person to be there still.
func forgotten(c *nuov1.Contract, now time.Time) bool {
	return c.GetCheckIn() != nil && c.GetCheckOut() == nil && !now.Before(c.GetEndTime().AsTime().Add(checkOutWindow))
}

// UndoCheckIn takes a check-in back within 10 minutes; the promised time is held again.
func UndoCheckIn(tx *store.Tx, a Actor, r *nuov1.UndoCheckInRequest) (*nuov1.Contract, error) {
	w, c, _, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	err = w.apply(c, change{
		action: undoCheckIn,
		check: func(s *shiftStep) error {
			if dueBy(s.shift) {
				return nil // what is promised holds no time
			}
			calendar, err := w.calendar(c.GetVolunteer(), c.GetStartTime().AsTime(), c.GetEndTime().AsTime())
			if err != nil {
				return err
			}
			b := bid{from: c.GetStartTime().AsTime(), to: c.GetEndTime().AsTime(), except: c.GetName()}
			calendar = slices.DeleteFunc(slices.Clone(calendar), (*storev1.CalendarEntry).GetCrossed) // stands by rule
			if f := overlap(calendar, b); f != nil {
				return f
			}
			return nil
		},
		edit: func(c *nuov1.Contract) { c.CheckIn = nil },
	})
	if err != nil {
		return nil, err
	}
	return w.done(c)
}

// CheckOut ends the attendance now. From end + 2 h on it is WRONG_TIME: a time is entered instead.
func CheckOut(tx *store.Tx, a Actor, r *nuov1.CheckOutRequest) (*nuov1.Contract, error) {
	if err := early(r.GetReason()); err != nil {
		return nil, err
	}
	w, c, s, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	if err := w.checksOut(s, c, w.now, r.GetReason(), checkOut, nil); err != nil {
		return nil, err
	}
	return w.done(c)
}

// early refuses a reason that is not a person's to give, or another verb's: health is hidden by StopForHealth. A
// check-out takes no note, so OTHER stands alone.
func early(reason nuov1.ReasonCode) error {
	if reason == nuov1.ReasonCode_REASON_CODE_HEALTH {
		return fault.Field("reason", "is StopForHealth's, which keeps it from others", "因健康原因请使用“因健康中止”")
	}
	if reason == nuov1.ReasonCode_REASON_CODE_OTHER {
		return nil
	}
	return words(reason, "")
}

// checksOut ends an attendance at t. Where it runs into another contract of the person, both stand and this one is
// flagged.
func (w *step) checksOut(s *shiftStep, c *nuov1.Contract, t time.Time, reason nuov1.ReasonCode, action nuov1.ContractAction, by *Actor) error {
	actor := w.actor
	if by != nil {
		actor = *by
	}
	if in := c.GetCheckIn(); in != nil && t.Before(in.GetTime().AsTime()) {
		t = in.GetTime().AsTime()
	}
	out := &nuov1.Attendance{Time: timestamppb.New(t), By: actor.Name, Method: method(actor)}
	ch, err := w.attended(c, out)
	if err != nil {
		return err
	}
	ch.action, ch.reason, ch.by = action, reason, by
	return w.apply(c, ch)
}

// attended is the change that a check-out makes.
func (w *step) attended(c *nuov1.Contract, out *nuov1.Attendance) (change, error) {
	ch := change{
		edit: func(c *nuov1.Contract) { c.CheckOut = out },
		tell: func(e *nuov1.ContractEvent) { e.Attendance = out },
	}
	if c.GetCheckIn() == nil {
		return ch, nil // apply says why not
	}
	crossed, err := w.crossed(c, c.GetCheckIn().GetTime().AsTime(), out.GetTime().AsTime())
	if err == nil && crossed != "" {
		ch.marks, ch.cause = append(ch.marks, crossedMark), crossed
	}
	return ch, err
}

// crossed names a contract of the person whose held time the interval runs into, "" when there is none.
func (w *step) crossed(c *nuov1.Contract, from, to time.Time) (string, error) {
	calendar, err := w.calendar(c.GetVolunteer(), from, to)
	if err != nil {
		return "", err
	}
	return overlapping(calendar, bid{from: from, to: to, except: c.GetName()}), nil
}

// Extend lets the holder stay on (延时): time counts to check-out. A crossing with the next contract is flagged.
func Extend(tx *store.Tx, a Actor, r *nuov1.ExtendContractRequest) (*nuov1.Contract, error) {
	if err := words(r.GetReason(), r.GetNote()); err != nil {
		return nil, err
	}
	w, c, _, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	end := r.GetEndTime().AsTime()
	if now := c.GetEndTime().AsTime(); !end.After(now) || end.Sub(now) > maxExtension {
		return nil, fault.Field("end_time", "must lie after the present end, at most 8 hours", "须晚于当前结束时间，且不超过 8 小时")
	}
	marks := []nuov1.ContractMark{nuov1.ContractMark_CONTRACT_MARK_EXTENDED}
	crossed, err := w.crossed(c, c.GetEndTime().AsTime(), end)
	if err != nil {
		return nil, err
	}
	if crossed != "" {
		marks = append(marks, crossedMark)
	}
	err = w.apply(c, change{
		action: extend, reason: r.GetReason(), note: r.GetNote(), marks: marks, cause: crossed,
		edit: func(c *nuov1.Contract) { c.EndTime = timestamppb.New(end) },
		tell: func(e *nuov1.ContractEvent) { e.EndTime = c.GetEndTime() },
	})
	if err != nil {
		return nil, err
	}
	return w.done(c)
}
