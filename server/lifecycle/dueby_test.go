package lifecycle

import (
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// What is due by an hour is late from that hour on, not from when it opens.

func (w *world) flyers(capacity int32) string {
	return w.shift("flyers", "2020-02-09 08:00", "2020-02-09 20:00", capacity, func(s *nuov1.Shift) {
		s.Timing = nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY
	})
}

func TestOKDueByIsAcceptedUntilItsHour(t *testing.T) {
	w := newWorld(t)
	w.handList()
	p := w.people(2)
	due := w.flyers(4)
	early := w.claims(p[0], due)
	w.at("2020-02-09 10:00")
	w.is(early.GetName(), signed, 0)
	late := w.claims(p[1], due)
	w.at("2020-02-09 10:30")
	w.is(late.GetName(), signed, 0)
	must(w, staff, Accept, &nuov1.AcceptContractRequest{Name: early.GetName()})
	w.at("2020-02-09 20:14")
	w.is(late.GetName(), signed, 0)
	w.at("2020-02-09 20:15")
	w.is(late.GetName(), cancelled, nuov1.ReasonCode_REASON_CODE_NEVER_ACCEPTED)
	w.clean()
}

func TestErrDueByAbsentBeforeItsHour(t *testing.T) {
	w := newWorld(t)
	c := w.claims(w.volunteer("one"), w.flyers(1))
	w.at("2020-02-09 19:59")
	refuses(w, staff, MarkAbsent, &nuov1.MarkAbsentRequest{Name: c.GetName()}, wrongTime)
	w.at("2020-02-09 20:00")
	must(w, staff, MarkAbsent, &nuov1.MarkAbsentRequest{Name: c.GetName()})
	w.clean()
}

func TestOKDueByWaitsUntilItsHour(t *testing.T) {
	w := newWorld(t)
	p := w.people(3)
	due := w.flyers(1)
	held, first := w.claims(p[0], due), w.claims(p[1], due)
	w.at("2020-02-09 09:00")
	second := w.claims(p[2], due)
	must(w, as(p[0]), AskLeave, &nuov1.AskLeaveRequest{Name: held.GetName(), Reason: nuov1.ReasonCode_REASON_CODE_WORK})
	w.is(first.GetName(), offered, 0)
	w.at("2020-02-09 20:00")
	w.is(second.GetName(), expired, nuov1.ReasonCode_REASON_CODE_STILL_WAITING)
	w.clean()
}

func TestOKDueByCheckInIsUndone(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	c := w.claims(p, w.flyers(1))
	w.claims(p, w.shift("gate", "2020-02-09 14:00", "2020-02-09 18:00", 1))
	w.at("2020-02-09 10:00")
	w.checksIn(c)
	must(w, staff, UndoCheckIn, &nuov1.UndoCheckInRequest{Name: c.GetName()})
	w.clean()
}
