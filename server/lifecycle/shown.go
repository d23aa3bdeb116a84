package lifecycle

import (
	"slices"
	"time"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
)

// Shown is a shift as everybody sees it at one instant: all of its presentation that is no caller's own. Nobody
// changes it once it is made, so transactions may share it, as long as the store stands where it was made from and
// Until has not come.
type Shown struct {
	// Shift is the stored one with its fill and the state of its list, without what the caller may do.
	Shift *nuov1.Shift
	// Until is when time alone changes it, zero for never.
	Until time.Time

	step      *shiftStep
	remaining int32
	reasons   []nuov1.ErrorReason // for which nobody can claim
}

// PresentShift fills in what is never stored: the fill, the list's state, what the caller may do and why not.
func (r *Reader) PresentShift(caller *policy.Caller, shift *nuov1.Shift) error {
	shown, err := r.Show(shift)
	if err != nil {
		return err
	}
	return r.ShowTo(caller, shown, shift)
}

// Show fills in the fill and the list's state of a stored shift, which is then the Shown's.
func (r *Reader) Show(shift *nuov1.Shift) (*Shown, error) {
	s, err := r.w.use(shift)
	if err != nil {
		return nil, err
	}
	shown := &Shown{Shift: shift, Until: s.changes(r.w.now), step: s, remaining: s.free()}
	if s.slots.GetWaiting() > 0 && !s.lastHour(r.w.now) {
		shown.remaining = 0 // those who wait come first
	}
	for _, check := range []func(*step, *shiftStep, *nuov1.Contract) error{checkListOpen, checkWindow} {
		if f, ok := fault.As(check(r.w, s, nil)); ok {
			shown.remaining = 0
			shown.reasons = append(shown.reasons, f.Reason)
		}
	}
	shift.Fill = &nuov1.ShiftFill{
		Held: s.slots.GetHeld(), Remaining: max(shown.remaining, 0), Waiting: s.slots.GetWaiting(),
		Offered: s.slots.GetOffered(), Present: s.slots.GetPresent(),
	}
	shift.ListState = s.list.GetState()
	return shown, nil
}

// changes is the next instant at which time alone changes what everybody sees of the shift, zero for none.
func (s *shiftStep) changes(now time.Time) (next time.Time) {
	opens, closes := s.window()
	at := []time.Time{opens, closes, s.start().Add(-lastHour), s.start(), s.end()}
	if t := s.list.GetCloseTime(); t != nil {
		at = append(at, t.AsTime())
	}
	if t := s.slots.GetDueTime(); t != nil {
		at = append(at, t.AsTime())
	}
	for _, t := range at {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next
}

// ShowTo says in a copy of a shown shift what the caller may do with it, or why not.
func (r *Reader) ShowTo(caller *policy.Caller, shown *Shown, shift *nuov1.Shift) error {
	if caller == nil || caller.Person == "" {
		return nil
	}
	s := shown.step
	v, err := r.w.volunteer(caller.Person)
	if err != nil {
		return err
	}
	add := func(reason nuov1.ErrorReason) {
		if !slices.Contains(shift.IneligibleReasons, reason) {
			shift.IneligibleReasons = append(shift.IneligibleReasons, reason)
		}
	}
	for _, reason := range shown.reasons {
		add(reason)
	}
	from := s.start()
	if r.w.now.After(from) {
		from = r.w.now
	}
	calendar, err := r.w.calendar(caller.Person, from, s.end())
	if err != nil {
		return err
	}
	if slices.ContainsFunc(calendar, func(e *storev1.CalendarEntry) bool {
		return e.GetShift() == shift.GetName() && Live(e.GetState())
	}) {
		add(nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED)
	}
	faults, err := r.w.hindrances(s, bid{volunteer: v, from: from, to: s.end()})
	if err != nil {
		return err
	}
	for _, f := range faults {
		add(f.Reason)
	}
	switch {
	case len(shift.GetIneligibleReasons()) > 0:
	case shown.remaining > 0:
		shift.AllowedActions = append(shift.AllowedActions, claim)
	case r.w.now.Before(s.start()) && s.slots.GetWaiting() < maxWaiting:
		shift.AllowedActions = append(shift.AllowedActions, joinWaitlist)
		add(nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
	default:
		add(nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
	}
	return nil
}
