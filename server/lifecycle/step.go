package lifecycle

import (
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// step is one serialised step: what it touches is read once, changed in memory, and written once by finish.
type step struct {
	tx    *store.Tx
	actor Actor
	now   time.Time

	shifts     map[string]*shiftStep
	shiftOrder []*shiftStep
	own        *shiftStep // the one that the step is about, if any
	people     map[string]*personStep
	order      []*personStep
	contracts  map[string]*contractStep
	touched    []*contractStep
	volunteers map[string]*nuov1.Volunteer
	lists      map[string]*nuov1.TaskList
	policies   map[string]place.Policy
	calendars  map[string]*span
	ahead      time.Duration // how much more of a calendar is read than asked for
	entries    int           // calendar entries read: an engine bounds what one step touches
}

// shiftStep is a shift in a step, with what its rules need.
type shiftStep struct {
	shift  *nuov1.Shift
	list   *nuov1.TaskList
	slots  *storev1.ShiftSlots
	policy place.Policy
	due    time.Time // of its entry in the due-queue, as stored
	dirty  bool
	freed  bool // a slot was freed since those who wait were asked
	asked  bool // those who wait were asked in this step

	wasLive int32 // contracts that had not ended before the step
	unled   bool  // its leader left it in this step
	swept   bool  // a visit of all holders has ended in this step
}

// personStep is a person in a step.
type personStep struct {
	claims *storev1.PersonClaims
	dirty  bool
	freed  bool // some of the person's time was freed in this step
}

// contractStep is a contract in a step, with its calendar entry as stored before.
type contractStep struct {
	c     *nuov1.Contract
	entry *storev1.CalendarEntry // as stored; nil for a new contract
	wait  int64                  // wait sequence as stored
	dirty bool
}

func begin(tx *store.Tx, a Actor) *step {
	return &step{
		tx: tx, actor: a, now: tx.Now(),
		shifts: map[string]*shiftStep{}, people: map[string]*personStep{},
		contracts: map[string]*contractStep{}, volunteers: map[string]*nuov1.Volunteer{},
		lists: map[string]*nuov1.TaskList{}, policies: map[string]place.Policy{},
		calendars: map[string]*span{},
	}
}

// shift loads a shift with its list, counts and policy.
func (w *step) shift(name string) (*shiftStep, error) {
	if s, ok := w.shifts[name]; ok {
		return s, nil
	}
	shift, err := store.Shifts.Get(w.tx, name)
	if err != nil {
		return nil, err
	}
	return w.use(shift)
}

// use is shift for a record that the caller has, perhaps newer than the stored one.
func (w *step) use(shift *nuov1.Shift) (*shiftStep, error) {
	s := &shiftStep{shift: shift}
	var err error
	if s.list, err = w.listOf(shift); err != nil {
		return nil, err
	}
	if s.policy, err = w.policyOf(shift); err != nil {
		return nil, err
	}
	slots, ok, err := store.Slots.Find(w.tx, shift.GetName())
	if err != nil {
		return nil, err
	}
	if !ok {
		slots = &storev1.ShiftSlots{Shift: shift.GetName()}
	}
	s.slots, s.wasLive = slots, slots.GetLive()
	if slots.GetDueTime() != nil {
		s.due = slots.GetDueTime().AsTime()
	}
	w.shifts[shift.GetName()] = s
	w.shiftOrder = append(w.shiftOrder, s)
	return s, nil
}

func (w *step) listOf(shift *nuov1.Shift) (*nuov1.TaskList, error) {
	if l, ok := w.lists[shift.GetTaskList()]; ok {
		return l, nil
	}
	l, err := store.TaskLists.Get(w.tx, shift.GetTaskList())
	if err == nil {
		w.lists[shift.GetTaskList()] = l
	}
	return l, err
}

func (w *step) policyOf(shift *nuov1.Shift) (place.Policy, error) {
	if p, ok := w.policies[shift.GetDistrict()]; ok {
		return p, nil
	}
	p, err := place.PolicyOf(w.tx, shift.GetDistrict())
	if err == nil {
		w.policies[shift.GetDistrict()] = p
	}
	return p, err
}

// person loads a person's counts.
func (w *step) person(name string) (*personStep, error) {
	if p, ok := w.people[name]; ok {
		return p, nil
	}
	claims, ok, err := store.Claims.Find(w.tx, name)
	if err != nil {
		return nil, err
	}
	if !ok {
		claims = &storev1.PersonClaims{Volunteer: name}
	}
	p := &personStep{claims: claims}
	w.people[name] = p
	w.order = append(w.order, p)
	return p, nil
}

// volunteer loads a volunteer.
func (w *step) volunteer(name string) (*nuov1.Volunteer, error) {
	if v, ok := w.volunteers[name]; ok {
		return v, nil
	}
	v, err := store.Volunteers.Get(w.tx, name)
	if err == nil {
		w.volunteers[name] = v
	}
	return v, err
}

// contract loads a contract and its shift.
func (w *step) contract(name string) (*nuov1.Contract, *shiftStep, error) {
	cs, ok := w.contracts[name]
	if !ok {
		c, err := store.Contracts.Get(w.tx, name)
		if err != nil {
			return nil, nil, err
		}
		cs = &contractStep{c: c, wait: c.GetWaitSequence()}
	}
	s, err := w.shift(cs.c.GetShift())
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		cs.entry = s.entry(cs.c)
		w.contracts[name] = cs
	}
	return cs.c, s, nil
}

// open begins a verb on a contract: loads it and settles what time has decided about its shift first.
func open(tx *store.Tx, a Actor, name string) (*step, *nuov1.Contract, *shiftStep, error) {
	w := begin(tx, a)
	c, s, err := w.contract(name)
	if err != nil {
		return nil, nil, nil, err
	}
	w.own = s
	if err := w.settle(s); err != nil {
		return nil, nil, nil, err
	}
	_, _, err = w.current(name) // settle may have left it to a later step
	return w, c, s, err
}

// openShift begins a verb on a shift.
func openShift(tx *store.Tx, a Actor, name string) (*step, *shiftStep, error) {
	w := begin(tx, a)
	s, err := w.shift(name)
	if err != nil {
		return nil, nil, err
	}
	w.own = s
	return w, s, w.settle(s)
}

// schedule brings the shift's next due step forward to t.
func (s *shiftStep) schedule(t time.Time) {
	if d := s.slots.GetDueTime(); d == nil || t.Before(d.AsTime()) {
		s.slots.DueTime = timestamppb.New(t)
		s.dirty = true
	}
}

// touch marks a contract to be written.
func (w *step) touch(cs *contractStep) {
	if !cs.dirty {
		cs.dirty = true
		w.touched = append(w.touched, cs)
	}
}

func (s *shiftStep) start() time.Time { return s.shift.GetStartTime().AsTime() }

// latest is by when who promised is to be there: the start or, for what is due by an hour, that hour. Grace, absence,
// waits and offers are measured from it.
func (s *shiftStep) latest() time.Time {
	if dueBy(s.shift) {
		return s.shift.GetEndTime().AsTime()
	}
	return s.start()
}

// late is latest by the terms that the contract's volunteer accepted.
func (s *shiftStep) late(c *nuov1.Contract) time.Time {
	if dueBy(s.shift) {
		return c.GetEndTime().AsTime()
	}
	return c.GetStartTime().AsTime()
}

// end is the shift's end, or when it was cut short.
func (s *shiftStep) end() time.Time {
	end := s.shift.GetEndTime().AsTime()
	if cut := s.shift.GetCutTime(); cut != nil && cut.AsTime().Before(end) {
		return cut.AsTime()
	}
	return end
}

// window is when claims are taken.
func (s *shiftStep) window() (opens, closes time.Time) {
	if t := s.list.GetPublishTime(); t != nil {
		opens = t.AsTime()
	}
	if t := s.shift.GetClaimOpenTime(); t != nil && t.AsTime().After(opens) {
		opens = t.AsTime()
	}
	closes = s.end()
	if t := s.shift.GetClaimCloseTime(); t != nil && t.AsTime().Before(closes) {
		closes = t.AsTime()
	}
	return opens, closes
}

func (s *shiftStep) free() int32 { return s.shift.GetCapacity() - s.slots.GetHeld() }

func (s *shiftStep) lastHour(now time.Time) bool { return !now.Before(s.latest().Add(-firstWins)) }

// shut tells whether list or shift was cancelled or cut short, and when.
func (s *shiftStep) shut() (reason nuov1.ReasonCode, t time.Time, ok bool) {
	switch {
	case s.list.GetState() == nuov1.TaskListState_TASK_LIST_STATE_CANCELLED:
		return nuov1.ReasonCode_REASON_CODE_CANCELLED, s.list.GetCancelTime().AsTime(), true
	case s.shift.GetState() == nuov1.ShiftState_SHIFT_STATE_CANCELLED:
		return nuov1.ReasonCode_REASON_CODE_CANCELLED, s.shift.GetCutTime().AsTime(), true
	case s.shift.GetState() == nuov1.ShiftState_SHIFT_STATE_CUT_SHORT:
		return nuov1.ReasonCode_REASON_CODE_CUT_SHORT, s.shift.GetCutTime().AsTime(), true
	}
	return 0, time.Time{}, false
}

// entry is the contract's place in its person's calendar.
func (s *shiftStep) entry(c *nuov1.Contract) *storev1.CalendarEntry {
	e := &storev1.CalendarEntry{
		Volunteer: c.GetVolunteer(), Contract: c.GetName(), Shift: c.GetShift(),
		StartTime: c.GetStartTime(), EndTime: c.GetEndTime(),
		State: c.GetState(), Holds: HoldsTime(c.GetState()), Crossed: marked(c, crossedMark),
		DueBy: s.shift.GetTiming() == nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY,
	}
	switch {
	case !e.Holds:
	case c.GetCheckOut() != nil:
		e.StartTime, e.EndTime = c.GetCheckIn().GetTime(), c.GetCheckOut().GetTime()
	case c.GetCheckIn() != nil && e.DueBy:
		e.StartTime, e.EndTime = c.GetCheckIn().GetTime(), c.GetCheckIn().GetTime()
	case c.GetCheckIn() != nil:
		e.StartTime = c.GetCheckIn().GetTime()
	case e.DueBy:
		e.Holds = false
	}
	return e
}

// holder is the contract's place under its shift, with when something falls due for it.
func (s *shiftStep) holder(c *nuov1.Contract) *storev1.Holder {
	h := &storev1.Holder{
		Shift: c.GetShift(), Volunteer: c.GetVolunteer(), Contract: c.GetName(), State: c.GetState(),
		Out: c.GetCheckOut() != nil,
	}
	switch c.GetState() {
	case offered:
		h.DueTime = timestamppb.New(s.offerEnds(c))
	case waitlisted:
		h.DueTime = timestamppb.New(s.latest())
	case signed:
		h.DueTime = timestamppb.New(s.late(c).Add(s.policy.Grace))
	}
	return h
}

// clone keeps an answer apart from what later steps of the same transaction change.
func clone(c *nuov1.Contract) *nuov1.Contract { return proto.CloneOf(c) }

// done finishes the step and answers the contract.
func (w *step) done(c *nuov1.Contract) (*nuov1.Contract, error) {
	if err := w.finish(); err != nil {
		return nil, err
	}
	return clone(c), nil
}

func stateName(s nuov1.ContractState) string {
	return s.String()[len("CONTRACT_STATE_"):]
}

// withAction names the action in faults that speak of it.
func withAction(err error, a nuov1.ContractAction) error {
	if f, ok := fault.As(err); ok && (f.Reason == wrongState || f.Reason == wrongTime) {
		if f.Vars == nil {
			f.Vars = map[string]string{}
		}
		f.Vars["action"] = a.String()[len("CONTRACT_ACTION_"):]
	}
	return err
}
