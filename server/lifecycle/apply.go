package lifecycle

import (
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

const crossedMark = nuov1.ContractMark_CONTRACT_MARK_CROSSED

// change is one transition as a verb asks for it.
type change struct {
	action nuov1.ContractAction
	to     nuov1.ContractState // unset: the row's first
	reason nuov1.ReasonCode
	note   string
	by     *Actor                       // unset: the step's actor
	edit   func(c *nuov1.Contract)      // what else changes in the contract
	tell   func(e *nuov1.ContractEvent) // what else the event says
	marks  []nuov1.ContractMark         // put on the contract for ever
	cause  string                       // another contract that caused it
	check  func(s *shiftStep) error     // further conditions, after the table's
}

// apply makes one transition: it finds the row, checks role and guards, changes the contract, its shift's and its
// person's counts, and appends the event. Nothing is written to tables but the event; finish writes the rest.
func (w *step) apply(c *nuov1.Contract, ch change) error {
	actor := w.actor
	if ch.by != nil {
		w.actor = *ch.by
		defer func() { w.actor = actor }()
	}
	s, err := w.shift(c.GetShift())
	if err != nil {
		return err
	}
	row, err := w.permits(s, c, ch.action)
	if err != nil {
		return err
	}
	if ch.check != nil {
		if err := ch.check(s); err != nil {
			return err
		}
	}
	if ch.to == none {
		ch.to = row.To[0]
	}
	if !slices.Contains(row.To, ch.to) {
		return withAction(stateFault(c), ch.action)
	}
	return w.perform(s, c, ch)
}

// permits finds the row for an action on a contract and checks who acts and what must hold.
func (w *step) permits(s *shiftStep, c *nuov1.Contract, action nuov1.ContractAction) (*Row, error) {
	row := find(c.GetState(), action)
	if row == nil {
		return nil, withAction(stateFault(c), action)
	}
	if !slices.Contains(row.By, w.actor.Role) {
		return nil, denied(action)
	}
	if w.actor.Role == volunteer && !w.owns(c) { // no one signs for another, whatever a room lets through
		return nil, denied(action)
	}
	for _, g := range row.Holds {
		if err := g.check(w, s, c); err != nil {
			return nil, withAction(err, action)
		}
	}
	return row, nil
}

func denied(a nuov1.ContractAction) error {
	return fault.New(nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, "method", a.String()[len("CONTRACT_ACTION_"):])
}

// perform carries a permitted transition out.
func (w *step) perform(s *shiftStep, c *nuov1.Contract, ch change) error {
	p, err := w.person(c.GetVolunteer())
	if err != nil {
		return err
	}
	cs := w.contracts[c.GetName()]
	if cs == nil { // a new contract
		cs = &contractStep{c: c}
		w.contracts[c.GetName()] = cs
	}
	from := c.GetState()
	before := countOf(c)
	if ch.edit != nil {
		ch.edit(c)
	}
	c.State = ch.to
	if ch.to != from || ch.reason != 0 {
		c.Reason = ch.reason
	}
	for _, m := range ch.marks {
		if !marked(c, m) {
			c.Marks = append(c.Marks, m)
		}
	}
	if c.GetState() != waitlisted {
		c.WaitSequence = 0
	}
	if HoldsTime(from) && !HoldsTime(ch.to) && s.shift.GetLeader() == c.GetVolunteer() { // the role is the shift's holder's
		s.shift.Leader, s.unled = "", true
	}
	w.count(s, p, c, before, countOf(c))
	w.touch(cs)
	return w.record(c, from, ch)
}

// record appends the event of a transition.
func (w *step) record(c *nuov1.Contract, from nuov1.ContractState, ch change) error {
	e := &nuov1.ContractEvent{
		Sequence: c.GetEventCount() + 1, Time: timestamppb.New(w.eventTime(c)),
		Actor: w.actor.Name, Role: w.actor.Role, Action: ch.action, FromState: from, ToState: c.GetState(),
		Reason: ch.reason, Revision: c.GetRevision(), Cause: ch.cause, Marks: ch.marks, PreviousHash: c.GetEventHead(),
	}
	if e.Sequence == 1 {
		e.Opening = &nuov1.ContractOpening{
			Contract: c.GetName(), Volunteer: c.GetVolunteer(), Shift: c.GetShift(),
			Ledger: c.GetLedger(), Origin: c.GetOrigin(),
		}
		e.StartTime, e.EndTime = c.GetStartTime(), c.GetEndTime()
	}
	if ch.tell != nil {
		ch.tell(e)
	}
	commitment, err := store.PutNote(w.tx, c.GetName(), uint64(e.GetSequence()), ch.note)
	if err != nil {
		return err
	}
	e.NoteCommitment = commitment
	head, err := store.ContractEvents.Append(w.tx, c.GetName(), uint64(e.GetSequence()), c.GetEventHead(), e)
	if err != nil {
		return err
	}
	c.EventCount, c.EventHead, c.EventTime = e.GetSequence(), head, e.GetTime()
	return nil
}

// eventTime is now, but never before the contract's last event: order is the sequence's, never the clock's.
func (w *step) eventTime(c *nuov1.Contract) time.Time {
	if last := c.GetEventTime(); last != nil && last.AsTime().After(w.now) {
		return last.AsTime()
	}
	return w.now
}

// counts is what one contract adds to its shift's and its person's counts.
type counts struct {
	held, waiting, offered, present, checkedIn, live, standing, fulfilled int32
	personLive, personWaiting                                             int32
}

func one(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

func countOf(c *nuov1.Contract) counts {
	s := c.GetState()
	out := c.GetCheckOut() != nil
	return counts{
		held: one(HoldsSlot(s) && !seatless(c)), waiting: one(s == waitlisted), offered: one(s == offered),
		present: one(s == inFulfilment && !out), checkedIn: one(c.GetCheckIn() != nil),
		live:     one(Live(s) && s != waitlisted && !out),
		standing: one(Stands(s)), fulfilled: one(s == fulfilled || s == evaluated),
		personLive: one(Live(s)), personWaiting: one(s == waitlisted),
	}
}

// seatless tells whether the contract needs no seat: it came to be fulfilled after the end, by a correction or from
// paper, and had no slot before.
func seatless(c *nuov1.Contract) bool { return marked(c, nuov1.ContractMark_CONTRACT_MARK_SEATLESS) }

func marked(c *nuov1.Contract, m nuov1.ContractMark) bool { return slices.Contains(c.GetMarks(), m) }

func (w *step) count(s *shiftStep, p *personStep, c *nuov1.Contract, before, after counts) {
	n := s.slots
	n.Held += after.held - before.held
	n.Waiting += after.waiting - before.waiting
	n.Offered += after.offered - before.offered
	n.Present += after.present - before.present
	n.CheckedIn += after.checkedIn - before.checkedIn
	n.Live += after.live - before.live
	n.Standing += after.standing - before.standing
	n.Fulfilled += after.fulfilled - before.fulfilled
	s.dirty = true
	s.freed = s.freed || after.held < before.held
	p.claims.Offers += after.offered - before.offered
	p.claims.Live += after.personLive - before.personLive
	p.claims.Waiting += after.personWaiting - before.personWaiting
	if after.present > before.present {
		p.claims.Present = c.GetName()
	} else if after.present < before.present && p.claims.GetPresent() == c.GetName() { // else forgotten, and overtaken
		p.claims.Present = ""
	}
	p.dirty = true
}
