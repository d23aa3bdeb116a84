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
	at := []time.Time{opens, closes, s.latest().Add(-firstWins), s.latest(), s.start(), s.end()}
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

// Answer is what one caller is told of a shown shift: what they may do with it, or why not. Callers who are told the
// same have equal ones.
type Answer struct {
	action  nuov1.ContractAction // unset: none
	reasons [maxReasons]nuov1.ErrorReason
	n       int
}

// maxReasons is more than there are kinds of reasons.
const maxReasons = 16

// Tell puts the answer into a shift that is the caller's alone.
func (a Answer) Tell(shift *nuov1.Shift) {
	if a.action != 0 {
		shift.AllowedActions = []nuov1.ContractAction{a.action}
	}
	if a.n > 0 {
		shift.IneligibleReasons = slices.Clone(a.reasons[:a.n])
	}
}

func (a *Answer) add(reason nuov1.ErrorReason) {
	if a.n < maxReasons && !slices.Contains(a.reasons[:a.n], reason) {
		a.reasons[a.n] = reason
		a.n++
	}
}

// Answer says what the caller may do with a shown shift, or why not. Who stands for nobody is told neither.
func (r *Reader) Answer(caller *policy.Caller, shown *Shown) (a Answer, err error) {
	if caller == nil || caller.Person == "" {
		return a, nil
	}
	s := shown.step
	v, err := r.w.volunteer(caller.Person)
	if err != nil {
		return a, err
	}
	for _, reason := range shown.reasons {
		a.add(reason)
	}
	from := s.start()
	if r.w.now.After(from) {
		from = r.w.now
	}
	b := bid{volunteer: v, from: from, to: s.end()}
	calendar, err := r.w.calendar(caller.Person, b.from, b.to.Add(looksAhead(s.policy)))
	if err != nil {
		return a, err
	}
	if slices.ContainsFunc(calendar, func(e *storev1.CalendarEntry) bool {
		return e.GetShift() == s.shift.GetName() && Live(e.GetState())
	}) {
		a.add(nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED)
	}
	for _, f := range personal(s, b) {
		a.add(f.Reason)
	}
	if !dueBy(s.shift) {
		for _, f := range timely(s, calendar, b) {
			a.add(f.Reason)
		}
	}
	switch {
	case a.n > 0:
	case shown.remaining > 0:
		a.action = claim
	case r.w.now.Before(s.latest()) && s.slots.GetWaiting() < maxWaiting:
		a.action = joinWaitlist
		a.add(nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
	default:
		a.add(nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
	}
	return a, nil
}

// MayClaim tells whether the answer is that the caller may claim now.
func (a Answer) MayClaim() bool { return a.action == claim }
