package lifecycle

import (
	"encoding/hex"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// falls tells what time, a cancellation or an amendment has decided about a contract, and whether anything.
func (w *step) falls(s *shiftStep, c *nuov1.Contract) (ch change, due bool, err error) {
	reason, t, shut := s.shut()
	if !shut {
		return w.fallsBy(s, c, w.now)
	}
	if t.After(w.now) {
		t = w.now
	}
	if ch, due, err := w.fallsBy(s, c, t); err != nil || due { // what time had decided before
		return ch, due, err
	}
	return w.fallsShut(c, reason, t)
}

// fallsBy is what time has decided about a contract by an instant.
func (w *step) fallsBy(s *shiftStep, c *nuov1.Contract, now time.Time) (ch change, due bool, err error) {
	ch.by = &System
	state := c.GetState()
	promised := state == signed || state == displayed
	switch {
	case state == waitlisted && !now.Before(s.latest()):
		ch.action, ch.reason = expire, nuov1.ReasonCode_REASON_CODE_STILL_WAITING
	case state == offered && !now.Before(s.offerEnds(c)):
		ch.action, ch.reason = expire, nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME
	case promised && s.lapsed(c, now):
		ch.action, ch.reason = declineAmendment, nuov1.ReasonCode_REASON_CODE_AMENDMENT_LAPSED
	case state == signed && !now.Before(s.late(c).Add(s.policy.Grace)):
		ch.action, ch.reason = cancel, nuov1.ReasonCode_REASON_CODE_NEVER_ACCEPTED
	case promised && !now.Before(s.settleTime()) && s.slots.GetCheckedIn() > 0:
		from := s.start()
		if dueBy(s.shift) { // who comes at the last moment comes before the hour
			from = s.latest().Add(-s.policy.Grace)
		}
		served, err := w.served(from, from.Add(s.policy.Grace))
		if err != nil || !served {
			return ch, false, err
		}
		ch.action, ch.reason = markAbsent, nuov1.ReasonCode_REASON_CODE_UNDECIDED
	default:
		return ch, false, nil
	}
	return ch, true, nil
}

// fallsShut is what a cancelled or cut shift means for a contract: who has not begun is released, who is on duty is
// checked out at that instant and stays confirmable.
func (w *step) fallsShut(c *nuov1.Contract, reason nuov1.ReasonCode, t time.Time) (ch change, due bool, err error) {
	ch.by = &System
	switch {
	case !Live(c.GetState()):
		return ch, false, nil
	case c.GetState() != inFulfilment:
		ch.action, ch.reason = cancel, reason
		return ch, true, nil
	case c.GetCheckOut() != nil || !t.Before(c.GetEndTime().AsTime()):
		return ch, false, nil // out, or nobody knows when they left: that is entered and approved
	}
	if in := c.GetCheckIn().GetTime().AsTime(); t.Before(in) {
		t = in
	}
	ch, err = w.attended(c, &nuov1.Attendance{
		Time: timestamppb.New(t), By: System.Name, Method: nuov1.AttendanceMethod_ATTENDANCE_METHOD_CUT,
	})
	ch.action, ch.reason, ch.by = checkOut, reason, &System
	return ch, err == nil, err
}

// lapsed tells whether the contract's older terms were left standing until the answer was due.
func (s *shiftStep) lapsed(c *nuov1.Contract, now time.Time) bool {
	t := s.shift.GetAmendmentDueTime()
	return c.GetRevision() < s.shift.GetRevision() && t != nil && !now.Before(t.AsTime())
}

func (s *shiftStep) settleTime() time.Time { return s.shift.GetEndTime().AsTime().Add(settleAfter) }

// served tells whether the server was serving from..to without a break: nobody is absent because we were. The last
// interval is that of the server that asks, which is serving still.
func (w *step) served(from, to time.Time) (bool, error) {
	last := true
	for i, err := range store.ServingIntervals.ScanReverse(w.tx) {
		if err != nil {
			return false, err
		}
		if !i.GetStart().AsTime().After(from) {
			return last || !to.After(i.GetEnd().AsTime()), nil
		}
		last = false
	}
	return false, nil
}

// settle does what has fallen due for a shift, at most one step's worth: first the contracts with a time of their
// own, then a visit of all holders where a stage of the shift has passed. What is left stays due.
func (w *step) settle(s *shiftStep) error {
	due := s.slots.GetDueTime()
	if due == nil || w.now.Before(due.AsTime()) {
		return nil
	}
	names, more, err := w.overdue(s)
	if err != nil {
		return err
	}
	for _, name := range names {
		if more = more || w.entries > stepEntries; w.entries > stepEntries {
			break
		}
		if err := w.review(s, name); err != nil {
			return err
		}
	}
	if stage := s.stage(w.now); stage != nil {
		s.slots.Sweeping, s.slots.SweepAfter, s.slots.ReviewedTime = true, "", stage
	}
	if !more && s.slots.GetSweeping() {
		if err := w.sweep(s); err != nil {
			return err
		}
		more = s.slots.GetSweeping()
	}
	return w.reschedule(s, more)
}

// overdue names the contracts of a shift for which something is due by their own time.
func (w *step) overdue(s *shiftStep) (names []string, more bool, err error) {
	until := store.Range{Prefix: []any{s.shift.GetName()}, Until: []any{w.now.Add(1)}}
	for h, err := range store.Holders.RangeByIndex(w.tx, store.HoldersByDue, until) {
		if err != nil {
			return nil, false, err
		}
		if len(names) == stepContracts {
			return names, true, nil
		}
		names = append(names, h.GetContract())
	}
	return names, false, nil
}

// current loads a contract as it is now: what is due for it is done first.
func (w *step) current(name string) (*nuov1.Contract, *shiftStep, error) {
	c, s, err := w.contract(name)
	if err != nil {
		return nil, nil, err
	}
	ch, due, err := w.falls(s, c)
	if err == nil && due {
		err = w.apply(c, ch)
	}
	return c, s, err
}

// review does to one contract what is due, and brings the time of what is due next up to date.
func (w *step) review(s *shiftStep, name string) error {
	c, _, err := w.current(name)
	if err != nil || !Live(c.GetState()) {
		return err
	}
	w.touch(w.contracts[name])
	s.dirty = true
	return nil
}

// offerEnds is when an offer expires, also after its shift was moved: no later than an answer to the new terms is due;
// a spoken yes at start + grace.
func (s *shiftStep) offerEnds(c *nuov1.Contract) time.Time {
	if c.GetOrigin() == nuov1.ContractOrigin_CONTRACT_ORIGIN_SPOKEN_YES {
		return s.latest().Add(s.policy.Grace)
	}
	ends := c.GetOfferExpireTime().AsTime()
	if t := s.shift.GetAmendmentDueTime(); t != nil && c.GetRevision() < s.shift.GetRevision() && t.AsTime().Before(ends) {
		return t.AsTime()
	}
	return ends
}

// stage is the latest stage of the shift that has passed without a visit of all holders, nil when there is none: it
// was shut, an amendment's answers were due, a day has gone by since the end.
func (s *shiftStep) stage(now time.Time) (passed *timestamppb.Timestamp) {
	for _, t := range s.stages() {
		if !now.Before(t) && (passed == nil || t.After(passed.AsTime())) {
			passed = timestamppb.New(t)
		}
	}
	if r := s.slots.GetReviewedTime(); passed != nil && r != nil && !passed.AsTime().After(r.AsTime()) {
		return nil
	}
	return passed
}

func (s *shiftStep) stages() (all []time.Time) {
	if s.list.GetState() == nuov1.TaskListState_TASK_LIST_STATE_DRAFT {
		return nil
	}
	if t := s.shift.GetAmendmentDueTime(); t != nil {
		all = append(all, t.AsTime())
	}
	if _, t, ok := s.shut(); ok {
		all = append(all, t)
	}
	return append(all, s.settleTime())
}

// sweep visits the shift's holders from where it stopped, at most one step's worth.
func (w *step) sweep(s *shiftStep) error {
	after, err := hex.DecodeString(s.slots.GetSweepAfter()) // a raw key, which a string field does not hold
	if err != nil {
		return err
	}
	page, next, err := store.Holders.Select(w.tx, store.Query[*storev1.Holder]{
		Prefix: []any{s.shift.GetName()}, After: string(after), Size: stepSweep, Look: 4 * stepContracts,
		Keep: func(h *storev1.Holder) (bool, error) { return Live(h.GetState()), nil },
	})
	if err != nil {
		return err
	}
	for _, h := range page {
		if err := w.review(s, h.GetContract()); err != nil {
			return err
		}
	}
	s.slots.SweepAfter, s.slots.Sweeping = hex.EncodeToString([]byte(next)), next != ""
	s.dirty, s.swept = true, next == ""
	return nil
}

// reschedule sets when the shift is looked at next: now, when something is left; else at the earliest time that a
// holder or a stage has.
func (w *step) reschedule(s *shiftStep, more bool) error {
	s.dirty = true
	s.slots.DueTime = nil
	if more {
		s.schedule(w.now)
		return nil
	}
	for h, err := range store.Holders.RangeByIndex(w.tx, store.HoldersByDue, store.Range{Prefix: []any{s.shift.GetName()}}) {
		if err != nil {
			return err
		}
		if cs := w.contracts[h.GetContract()]; cs != nil && cs.dirty {
			continue // changed in this step: save enters its time
		}
		s.schedule(h.GetDueTime().AsTime())
		break
	}
	reviewed := s.slots.GetReviewedTime()
	for _, t := range s.stages() {
		if reviewed == nil || t.After(reviewed.AsTime()) {
			s.schedule(t)
		}
	}
	return nil
}

func runEntry(tx *store.Tx, e *storev1.DueEntry) error {
	switch e.GetKind() {
	case storev1.DueKind_DUE_KIND_LIST:
		return runList(tx, e)
	case storev1.DueKind_DUE_KIND_VOLUNTEER:
		return runVolunteer(tx, e)
	case storev1.DueKind_DUE_KIND_LEFTOVERS:
		return runLeftovers(tx, e)
	case storev1.DueKind_DUE_KIND_LEFTOVER_DOORS:
		return runLeftoverDoors(tx, e)
	}
	w, s, err := openShift(tx, System, e.GetObject())
	if err != nil {
		return err
	}
	if err := w.finish(); err != nil {
		return err
	}
	if s.slots.GetDueTime() == nil || !s.slots.GetDueTime().AsTime().Equal(e.GetTime().AsTime()) {
		return deleteDue(tx, e) // harmless where the step has moved it
	}
	return nil
}

func (s *shiftStep) freeForWaiting() bool { return s.free() > 0 && s.slots.GetWaiting() > 0 }

func deleteDue(tx *store.Tx, e *storev1.DueEntry) error {
	return store.DueEntries.Delete(tx, e.GetTime(), uint64(e.GetKind()), e.GetObject())
}

// runVolunteer goes on releasing what a volunteer's exemptions cover from where a release began, or from now on, and has the shifts looked at that
// the volunteer waits for and that have a free slot.
func runVolunteer(tx *store.Tx, e *storev1.DueEntry) error {
	if err := deleteDue(tx, e); err != nil {
		return err
	}
	v, err := store.Volunteers.Get(tx, e.GetObject())
	if err != nil {
		return err
	}
	policy, err := place.PolicyOf(tx, v.GetDistrict())
	if err != nil {
		return err
	}
	w := begin(tx, System)
	since := w.now
	if e.GetAfter() != "" {
		if since, err = time.Parse(time.RFC3339Nano, e.GetAfter()); err != nil {
			return err
		}
	}
	if err := w.lookAtWaits(v.GetName()); err != nil {
		return err
	}
	for _, x := range v.GetExemptions() {
		from, to, err := place.Instants(x, policy.Zone)
		if err != nil {
			return err
		}
		if from.Before(since) {
			from = since
		}
		if from.Before(to) {
			if err := w.release(v.GetName(), from, to); err != nil {
				return err
			}
		}
	}
	return w.finish()
}

func (w *step) lookAtWaits(person string) error {
	p, err := w.person(person)
	if err != nil || p.claims.GetWaiting() == 0 {
		return err
	}
	for e, err := range store.Calendar.Range(w.tx, store.Range{Prefix: []any{person}, From: []any{w.now.Add(-readAhead)}}) {
		if err != nil {
			return err
		}
		if e.GetState() != waitlisted {
			continue
		}
		s, err := w.shift(e.GetShift())
		if err != nil {
			return err
		}
		if s.freeForWaiting() {
			s.slots.AskedWait = 0
			s.schedule(w.now)
			s.dirty = true
		}
	}
	return nil
}
