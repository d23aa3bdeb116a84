package lifecycle

import (
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// ConfirmShift confirms the hours of who checked out, at most 50 a call, and the shift's people reached, once however
// many stood it. Hours may be lowered, never raised (HOURS_EXCEED_ATTENDANCE); who cannot be confirmed, one's own
// among them, is answered with the reason.
func ConfirmShift(tx *store.Tx, a Actor, r *nuov1.ConfirmShiftRequest) (*nuov1.ConfirmShiftResponse, error) {
	w, s, err := openShift(tx, a, r.GetShift())
	if err != nil {
		return nil, err
	}
	if w.now.Before(s.start()) {
		return nil, withAction(at("from", s.start()), confirm)
	}
	if err := w.sameReached(s, r.GetPeopleReached()); err != nil {
		return nil, err
	}
	lowered := map[string]int32{}
	for _, h := range r.GetHours() {
		lowered[h.GetContract()] = h.GetHoursHundredths()
	}
	pass := func(h *storev1.Holder) bool { return h.GetState() == inFulfilment && h.GetOut() }
	done, refused, more, err := w.crew(s, confirm, nil, pass, func(c *nuov1.Contract) error {
		hours, lower := lowered[c.GetName()]
		delete(lowered, c.GetName())
		if !lower {
			hours = attendedHours(c)
		}
		return w.confirms(c, hours)
	})
	if err != nil {
		return nil, err
	}
	for name := range lowered { // not of this call
		if err := w.checkedOut(s, name); err != nil {
			return nil, err
		}
	}
	s.shift.PeopleReached, s.shift.PeopleReachedConfirmed = r.GetPeopleReached(), true
	if err := store.Shifts.Put(tx, s.shift); err != nil {
		return nil, err
	}
	if err := w.finish(); err != nil {
		return nil, err
	}
	return &nuov1.ConfirmShiftResponse{Contracts: clones(done), Refused: refused, More: more}, nil
}

// checkedOut refuses hours of who has not checked out of the shift.
func (w *step) checkedOut(s *shiftStep, name string) error {
	c, ok, err := store.Contracts.Find(w.tx, name)
	if err == nil && (!ok || c.GetShift() != s.shift.GetName() || c.GetCheckOut() == nil) {
		err = fault.Field("hours", name+" has not checked out of this shift", name+" 不在本班次已签退人员中")
	}
	return err
}

// sameReached refuses another number of people reached once hours were confirmed with one: a report of an ended period
// gives the same numbers for ever.
func (w *step) sameReached(s *shiftStep, reached int32) error {
	if !s.shift.GetPeopleReachedConfirmed() || s.slots.GetFulfilled() == 0 || s.shift.GetPeopleReached() == reached {
		return nil
	}
	n := strconv.Itoa(int(s.shift.GetPeopleReached()))
	return fault.New(nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION, "name", s.shift.GetName(), "state", "PEOPLE_REACHED_CONFIRMED").
		WithViolation(fault.Violation{
			Field: "people_reached", Description: "was confirmed as " + n + "; give the same number for whoever is confirmed later",
			DescriptionZH: "已确认为 " + n + "，后续确认请填同一数字",
		})
}

func (w *step) confirms(c *nuov1.Contract, hours int32) error {
	return w.apply(c, change{
		action: confirm,
		check:  func(*shiftStep) error { return withinAttendance(hours, attendedHours(c)) },
		edit: func(c *nuov1.Contract) {
			c.HoursHundredths, c.ConfirmTime = hours, timestamppb.New(w.now)
		},
		tell: func(e *nuov1.ContractEvent) { e.HoursHundredths = hours },
	})
}

func withinAttendance(hours, attended int32) error {
	if hours > attended {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_HOURS_EXCEED_ATTENDANCE, "attended", hundredthsText(attended))
	}
	return nil
}

// attendedHours is check-out − check-in in hundredths of an hour, rounded once, here.
func attendedHours(c *nuov1.Contract) int32 {
	return hundredths(c.GetCheckIn().GetTime().AsTime(), c.GetCheckOut().GetTime().AsTime())
}

func hundredths(from, to time.Time) int32 {
	if !from.Before(to) {
		return 0
	}
	return int32((to.Sub(from) + hundredth/2) / hundredth)
}

func hundredthsText(h int32) string {
	return time.Duration(int64(h) * int64(hundredth)).String()
}

// Evaluate is the community's rating (FULFILLED → EVALUATED), or the served party's that the committee enters, which
// changes no state.
func Evaluate(tx *store.Tx, a Actor, r *nuov1.EvaluateContractRequest) (*nuov1.Contract, error) {
	w, c, _, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	target := evaluated
	if r.GetByServedParty() {
		target = c.GetState()
	} else if c.GetState() == evaluated {
		return nil, withAction(stateFault(c), evaluate)
	}
	err = w.apply(c, change{
		action: evaluate, to: target, note: r.GetNote(),
		edit: func(c *nuov1.Contract) {
			if r.GetByServedParty() {
				c.ServedPartyRating = r.GetRating()
			} else {
				c.Rating = r.GetRating()
			}
		},
		tell: func(e *nuov1.ContractEvent) { e.Rating = r.GetRating() },
	})
	if err != nil {
		return nil, err
	}
	return w.done(c)
}

// Rate is the volunteer's rating of the shift.
func Rate(tx *store.Tx, a Actor, r *nuov1.RateShiftRequest) (*nuov1.Contract, error) {
	w, c, _, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	err = w.apply(c, change{
		action: rateShift, to: c.GetState(), note: r.GetNote(),
		edit: func(c *nuov1.Contract) { c.ShiftRating = r.GetRating() },
		tell: func(e *nuov1.ContractEvent) { e.Rating = r.GetRating() },
	})
	if err != nil {
		return nil, err
	}
	return w.done(c)
}
