package lifecycle

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// OpenShift gives a new shift its counts and, in a published list, its terms and what falls due. The caller has
// stored the shift with revision 1.
func OpenShift(tx *store.Tx, s *nuov1.Shift, t *nuov1.Task, l *nuov1.TaskList) error {
	if err := store.Slots.Insert(tx, &storev1.ShiftSlots{Shift: s.GetName(), CodeSecret: tx.Random(secretSize)}); err != nil {
		return err
	}
	if err := store.Tasks.Touch(tx, t.GetName()); err != nil { // conflict key of whether the task's shifts are over
		return err
	}
	if l.GetState() == nuov1.TaskListState_TASK_LIST_STATE_DRAFT {
		return nil
	}
	return stand(tx, s, t)
}

// PublishList freezes the terms of the list's shifts and plans what falls due. The caller has stored the list as
// published.
func PublishList(tx *store.Tx, l *nuov1.TaskList, shifts []*nuov1.Shift) error {
	for _, s := range shifts {
		t, err := store.Tasks.Get(tx, s.GetTask())
		if err != nil {
			return err
		}
		if err := stand(tx, s, t); err != nil {
			return err
		}
	}
	return planClose(tx, l)
}

// stand freezes the terms of a shift that can be claimed from now on, and plans its stages.
func stand(tx *store.Tx, shift *nuov1.Shift, t *nuov1.Task) error {
	if err := store.Terms.Put(tx, TermsOf(shift, t)); err != nil {
		return err
	}
	w := begin(tx, System)
	s, err := w.shift(shift.GetName())
	if err != nil {
		return err
	}
	for _, stage := range s.stages() {
		s.schedule(stage)
	}
	return w.finish()
}

// TermsOf is what a shift promises as it stands.
func TermsOf(s *nuov1.Shift, t *nuov1.Task) *nuov1.Terms {
	r := s.GetRequirements()
	conditions := append(slices.Clone(r.GetSkills()), r.GetOrganisations()...)
	if r.GetAdultsOnly() || t.GetHazardClass() == nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS {
		conditions = append(conditions, "adult")
	}
	if r.GetMembersOnly() {
		conditions = append(conditions, "party-member")
	}
	return &nuov1.Terms{
		Shift: s.GetName(), Revision: s.GetRevision(), Title: t.GetTitle(), Description: t.GetDescription(),
		StartTime: s.GetStartTime(), EndTime: s.GetEndTime(), Place: s.GetPlace(), MeetingPoint: s.GetMeetingPoint(),
		Conditions: conditions, SafetyTerms: t.GetSafetyTerms(), RiskNotes: s.GetRiskNotes(),
		InsuranceReference: t.GetInsuranceReference(), Community: s.GetCommunity(), TaskList: s.GetTaskList(),
	}
}

// AmendShift checks and prepares the change of a published shift from before to after, which the caller then stores:
// capacity below what is held is CAPACITY_BELOW_HELD with the holders, changed terms make a new revision that those
// who signed must answer, free slots go to those who wait.
func AmendShift(tx *store.Tx, a Actor, before, after *nuov1.Shift) error {
	t, err := store.Tasks.Get(tx, after.GetTask())
	if err != nil {
		return err
	}
	return amend(tx, a, before, after, t, t)
}

// AmendTask makes a new revision of every shift of a published task whose words changed.
func AmendTask(tx *store.Tx, a Actor, before, after *nuov1.Task) error {
	var shifts []*nuov1.Shift
	for s, err := range store.Shifts.ByIndex(tx, store.ShiftsByTask, before.GetName()) {
		if err != nil {
			return err
		}
		shifts = append(shifts, s)
	}
	for _, s := range shifts {
		if s.GetState() != nuov1.ShiftState_SHIFT_STATE_OPEN || !tx.Now().Before(s.GetEndTime().AsTime()) {
			continue // what has ended keeps the words it was served under
		}
		changed := proto.CloneOf(s)
		changed.Title, changed.HazardClass = after.GetTitle(), after.GetHazardClass()
		changed.Kind, changed.Compound = after.GetKind(), after.GetCompound()
		if err := amend(tx, a, s, changed, before, after); err != nil {
			return err
		}
		if err := store.Shifts.Put(tx, changed); err != nil {
			return err
		}
	}
	return nil
}

func amend(tx *store.Tx, a Actor, before, after *nuov1.Shift, was, is *nuov1.Task) error {
	w := begin(tx, a)
	s, err := w.shift(before.GetName())
	if err != nil {
		return err
	}
	w.own = s
	if err := w.settle(s); err != nil {
		return err
	}
	if dueBy(before) != dueBy(after) && s.slots.GetHeld()+s.slots.GetWaiting() > 0 {
		return fault.Field("timing", "cannot change while people hold or wait for the shift: it decides whose time is held",
			"已有人员持有或候补本班次，不能更改时间方式")
	}
	if held := s.slots.GetHeld(); after.GetCapacity() < held && w.now.Before(s.end()) {
		return w.belowHeld(s)
	}
	if s.shift = after; s.unled {
		after.Leader = ""
	}
	if terms := TermsOf(after, is); !proto.Equal(TermsOf(before, was), terms) {
		after.Revision++
		terms.Revision = after.GetRevision()
		if err := store.Terms.Insert(tx, terms); err != nil {
			return err
		}
		after.AmendmentDueTime = timestamppb.New(answerDue(w.now, before, after))
		s.sweepNow(w.now) // holders' times follow the new terms
	}
	for _, stage := range s.stages() {
		s.schedule(stage)
	}
	s.dirty, s.freed = true, true
	return w.finish()
}

func dueBy(s *nuov1.Shift) bool { return s.GetTiming() == nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY }

// answerDue is until when those who signed must answer new terms: 24 h, at most half the time left to the earlier
// start, or to the end once it has started.
func answerDue(now time.Time, before, after *nuov1.Shift) time.Time {
	start := before.GetStartTime().AsTime()
	if t := after.GetStartTime().AsTime(); t.Before(start) {
		start = t
	}
	left := start.Sub(now) / 2
	if left <= 0 {
		left = max(after.GetEndTime().AsTime().Sub(now)/2, 0)
	}
	return now.Add(min(24*time.Hour, left))
}

// belowHeld names those who hold slots.
func (w *step) belowHeld(s *shiftStep) error {
	held, _, err := w.holders(s, "", stepContracts, maxReduce, func(h *storev1.Holder) bool { return HoldsSlot(h.GetState()) })
	if err != nil {
		return err
	}
	names := make([]string, 0, len(held))
	for _, h := range held {
		names = append(names, h.GetContract())
	}
	return fault.New(nuov1.ErrorReason_ERROR_REASON_CAPACITY_BELOW_HELD, "held", strings.Join(names, ", "))
}

// CancelShift cancels one shift: its contracts follow in steps, and none of its verbs goes any more from this write
// on. The caller records why.
func CancelShift(tx *store.Tx, a Actor, shift *nuov1.Shift) error {
	return shut(tx, a, shift, nuov1.ShiftState_SHIFT_STATE_CANCELLED)
}

// CancelLater is CancelShift for one of many in a step: its contracts follow by the due-queue alone.
func CancelLater(tx *store.Tx, a Actor, shift *nuov1.Shift) error {
	w, s, err := shuts(tx, a, shift, nuov1.ShiftState_SHIFT_STATE_CANCELLED)
	if err != nil {
		return err
	}
	s.sweepNow(w.now)
	return w.finish()
}

// CutShort ends a running shift at this instant: who is present is checked out and stays confirmable, who has not
// begun is released. Before the start it is WRONG_TIME: cancel instead.
func CutShort(tx *store.Tx, a Actor, shift *nuov1.Shift) error {
	if start := shift.GetStartTime().AsTime(); tx.Now().Before(start) {
		return withAction(at("from", start), cancel)
	}
	return shut(tx, a, shift, nuov1.ShiftState_SHIFT_STATE_CUT_SHORT)
}

// shut shuts a shift and does the first step of what follows.
func shut(tx *store.Tx, a Actor, shift *nuov1.Shift, state nuov1.ShiftState) error {
	w, s, err := shuts(tx, a, shift, state)
	if err != nil {
		return err
	}
	s.sweepNow(w.now)
	if err := w.settle(s); err != nil {
		return err
	}
	return w.finish()
}

// shuts stores a shift as shut at this instant.
func shuts(tx *store.Tx, a Actor, shift *nuov1.Shift, state nuov1.ShiftState) (*step, *shiftStep, error) {
	w := begin(tx, a)
	s, err := w.use(shift)
	if err != nil {
		return nil, nil, err
	}
	if shift.GetState() != nuov1.ShiftState_SHIFT_STATE_OPEN || !w.now.Before(s.end()) {
		return nil, nil, fault.New(nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION,
			"name", shift.GetName(), "state", shift.GetState().String()[len("SHIFT_STATE_"):])
	}
	w.own = s
	shift.State, shift.CutTime = state, timestamppb.New(w.now)
	return w, s, store.Shifts.Put(tx, shift)
}

// sweepNow begins a visit of all holders.
func (s *shiftStep) sweepNow(now time.Time) {
	s.slots.Sweeping, s.slots.SweepAfter = true, ""
	s.schedule(now)
}

// CancelList plans what follows the cancellation of a list, which the caller has stored: every shift's contracts, in
// steps.
func CancelList(tx *store.Tx, l *nuov1.TaskList) error {
	return store.DueEntries.Put(tx, &storev1.DueEntry{
		Time: timestamppb.New(tx.Now()), Kind: storev1.DueKind_DUE_KIND_LIST, Object: l.GetName(),
	})
}

// planClose enters when a list closes by itself.
func planClose(tx *store.Tx, l *nuov1.TaskList) error {
	if l.GetCloseTime() == nil {
		return nil
	}
	return store.DueEntries.Put(tx, &storev1.DueEntry{
		Time: l.GetCloseTime(), Kind: storev1.DueKind_DUE_KIND_LIST, Object: l.GetName(),
	})
}

// PlanClose enters when a published list closes by itself, after its close time was changed.
func PlanClose(tx *store.Tx, l *nuov1.TaskList) error { return planClose(tx, l) }

// runList closes a list whose time has come, or begins the visit of a cancelled list's shifts: each becomes due.
func runList(tx *store.Tx, e *storev1.DueEntry) error {
	if err := deleteDue(tx, e); err != nil {
		return err
	}
	l, err := store.TaskLists.Get(tx, e.GetObject())
	if err != nil {
		return err
	}
	closes := l.GetCloseTime() != nil && !tx.Now().Before(l.GetCloseTime().AsTime())
	switch {
	case l.GetState() == nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED && closes:
		l.State = nuov1.TaskListState_TASK_LIST_STATE_CLOSED
		if err := begin(tx, System).note(l.GetName(), "CloseTaskList"); err != nil {
			return err
		}
		return store.TaskLists.Put(tx, l)
	case l.GetState() == nuov1.TaskListState_TASK_LIST_STATE_CANCELLED:
		return shutShifts(tx, l)
	}
	return nil
}

// shutShifts makes the shifts of a cancelled list due. A list has at most 100, so one step begins with all.
func shutShifts(tx *store.Tx, l *nuov1.TaskList) error {
	w := begin(tx, System)
	for shift, err := range store.Shifts.ByIndex(tx, store.ShiftsByList, l.GetName()) {
		if err != nil {
			return err
		}
		s, err := w.use(shift)
		if err != nil {
			return err
		}
		if s.slots.GetLive()+s.slots.GetWaiting() > 0 {
			s.sweepNow(w.now)
		}
	}
	return w.finish()
}

// Reduce lowers the capacity to what is still needed: offers go first, then who volunteers to go, then the last
// signed; who is checked in is checked out at this instant and stays confirmable. One call releases at most 25: where
// more are to go the capacity stays at what is held then, and the same call again goes on. A shift that more than 250
// ever held is TOO_LARGE. The caller then stores the shift.
func Reduce(tx *store.Tx, a Actor, shift *nuov1.Shift, r *nuov1.ReduceShiftRequest) error {
	w := begin(tx, a)
	s, err := w.use(shift)
	if err != nil {
		return err
	}
	w.own = s
	if err := w.settle(s); err != nil {
		return err
	}
	if err := checkListStands(w, s, nil); err != nil {
		return err
	}
	if !w.now.Before(s.end()) {
		return at("until", s.end())
	}
	if r.GetCapacity() >= shift.GetCapacity() {
		return fault.Field("capacity", "must be below the present capacity", "须小于当前名额")
	}
	leaving, err := w.leaving(s, r)
	if err != nil {
		return err
	}
	for i, was := range leaving {
		if i > 0 && w.entries > stepEntries/2 { // the capacity says how far it went
			break
		}
		c, _, err := w.contract(was.GetName())
		if err != nil {
			return err
		}
		if err := w.lets(s, c); err != nil {
			return err
		}
	}
	// Who served keeps the slot that was served: the capacity is never below what is held.
	shift.Capacity = max(r.GetCapacity(), s.slots.GetHeld())
	shift.MinimumHeadcount = min(shift.GetMinimumHeadcount(), r.GetCapacity())
	s.freed = false
	return w.finish()
}

// leaving are the contracts that a reduction releases.
func (w *step) leaving(s *shiftStep, r *nuov1.ReduceShiftRequest) ([]*nuov1.Contract, error) {
	held, next, err := w.holders(s, "", maxReduce, maxReduce, func(h *storev1.Holder) bool {
		return h.GetState() == offered || h.GetState() == signed || h.GetState() == displayed || h.GetState() == inFulfilment && !h.GetOut()
	})
	if err != nil {
		return nil, err
	}
	if next != "" {
		return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_TOO_LARGE, "limit", strconv.Itoa(maxReduce))
	}
	all := make([]*nuov1.Contract, 0, len(held))
	for _, h := range held {
		c, err := store.Contracts.Get(w.tx, h.GetContract())
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	for _, name := range r.GetVolunteersToGo() {
		if !slices.ContainsFunc(all, func(c *nuov1.Contract) bool { return c.GetName() == name }) {
			return nil, fault.Field("volunteers_to_go", name+" does not hold this shift", name+" 不在本班次")
		}
	}
	slices.SortStableFunc(all, func(x, y *nuov1.Contract) int { return leavesFirst(x, y, r.GetVolunteersToGo()) })
	return all[:min(max(len(all)-int(r.GetCapacity()), 0), stepReduce)], nil
}

// leavesFirst orders who leaves a shift that needs fewer: offers, those who volunteer to go, the last signed.
func leavesFirst(x, y *nuov1.Contract, going []string) int {
	rank := func(c *nuov1.Contract) int {
		switch {
		case c.GetState() == offered:
			return 0
		case slices.Contains(going, c.GetName()):
			return 1
		case c.GetCheckIn() == nil:
			return 2
		}
		return 3
	}
	if d := rank(x) - rank(y); d != 0 {
		return d
	}
	return y.GetSignTime().AsTime().Compare(x.GetSignTime().AsTime())
}

// lets releases one contract of a shift that needs fewer people. Who is on duty is checked out and confirmable.
func (w *step) lets(s *shiftStep, c *nuov1.Contract) error {
	if c.GetState() == inFulfilment {
		return w.checksOut(s, c, w.now, nuov1.ReasonCode_REASON_CODE_REDUCED, checkOut, nil)
	}
	return w.apply(c, change{action: cancel, reason: nuov1.ReasonCode_REASON_CODE_REDUCED})
}

// SetLeader names the shift leader, one who holds the shift (NOT_FOUND otherwise); empty takes the leader away. The
// caller then stores the shift.
func SetLeader(tx *store.Tx, shift *nuov1.Shift, person string) error {
	if person == "" {
		shift.Leader = ""
		return nil
	}
	for h, err := range store.Holders.Scan(tx, shift.GetName(), person) {
		if err != nil {
			return err
		}
		if HoldsTime(h.GetState()) {
			shift.Leader = person
			return nil
		}
	}
	return fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", person)
}
