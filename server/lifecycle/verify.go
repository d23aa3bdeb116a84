package lifecycle

import (
	"bytes"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// Problem is something that is stored and must not be. It names resources and numbers, never personal data.
type Problem struct {
	// Object is the resource name.
	Object string
	// Text says what is wrong.
	Text string
}

type report func(Problem)

func (r report) say(object, format string, a ...any) { r(Problem{object, fmt.Sprintf(format, a...)}) }

// VerifyContract compares a stored contract with the fold of its events, its chain, its terms and its entries.
func VerifyContract(tx *store.Tx, c *nuov1.Contract, found func(Problem)) error {
	say := report(found)
	var events []*nuov1.ContractEvent
	var head []byte
	for link, err := range store.ContractEvents.Scan(tx, c.GetName()) {
		if err != nil {
			say.say(c.GetName(), "chain of events: %v", err)
			return nil
		}
		events, head = append(events, link.Event), link.Hash
		if prev := link.Event.GetPreviousHash(); len(events) > 1 && len(prev) == 0 {
			say.say(c.GetName(), "event %d does not name the one before it", link.Sequence)
		}
	}
	if int64(len(events)) != c.GetEventCount() || !bytes.Equal(head, c.GetEventHead()) {
		say.say(c.GetName(), "%d events where %d are counted, or another last one", len(events), c.GetEventCount())
	}
	folded, err := Fold(events)
	if err != nil {
		say.say(c.GetName(), "%v", err)
		return nil
	}
	for _, field := range differs(folded, c) {
		say.say(c.GetName(), "%s is not what its events say", field)
	}
	return verifyAround(tx, c, say)
}

// Fold plays events over the table: the contract as its history says.
func Fold(events []*nuov1.ContractEvent) (*nuov1.Contract, error) {
	c := &nuov1.Contract{}
	for i, e := range events {
		row := find(e.GetFromState(), e.GetAction())
		switch {
		case e.GetSequence() != int64(i+1):
			return nil, fmt.Errorf("event %d stands at place %d", e.GetSequence(), i+1)
		case e.GetFromState() != c.GetState():
			return nil, fmt.Errorf("event %d begins in %s, the history is in %s", i+1, stateName(e.GetFromState()), stateName(c.GetState()))
		case row == nil || !slices.Contains(row.To, e.GetToState()) || !slices.Contains(row.By, e.GetRole()):
			return nil, fmt.Errorf("event %d is no transition of the table", i+1)
		case e.GetTime().AsTime().Before(c.GetEventTime().AsTime()) && i > 0:
			return nil, fmt.Errorf("event %d is earlier than the one before it", i+1)
		}
		foldEvent(c, e)
	}
	if len(events) == 0 {
		return nil, fmt.Errorf("no events")
	}
	return c, nil
}

func foldEvent(c *nuov1.Contract, e *nuov1.ContractEvent) {
	if o := e.GetOpening(); o != nil {
		c.Name, c.Volunteer, c.Shift, c.Ledger, c.Origin = o.GetContract(), o.GetVolunteer(), o.GetShift(), o.GetLedger(), o.GetOrigin()
	}
	c.State, c.EventTime, c.Revision = e.GetToState(), e.GetTime(), e.GetRevision()
	if e.GetLedger() != 0 {
		c.Ledger = e.GetLedger()
	}
	if h := e.GetTermsHash(); len(h) > 0 {
		c.TermsHash = h
	}
	for _, m := range e.GetMarks() {
		if !marked(c, m) {
			c.Marks = append(c.Marks, m)
		}
	}
	kind := c.GetPending().GetKind()
	switch {
	case e.GetPending() != nil:
		c.Pending = e.GetPending()
	case e.GetAction() == approve || e.GetAction() == disapprove:
		c.Pending = nil
	}
	foldTimes(c, e, kind)
}

// foldTimes plays what an event says of times and hours; kind is what it decided about, if anything.
func foldTimes(c *nuov1.Contract, e *nuov1.ContractEvent, kind nuov1.ContractAction) {
	switch e.GetAction() {
	case checkIn:
		c.CheckIn = e.GetAttendance()
	case undoCheckIn:
		c.CheckIn = nil
	case checkOut, stopForHealth:
		c.CheckOut = e.GetAttendance()
	case confirm:
		c.HoursHundredths = e.GetHoursHundredths()
	case approve:
		if kind == enterCheckOut {
			c.CheckOut = e.GetAttendance()
		} else if e.GetStartTime() != nil {
			c.CheckIn, c.CheckOut = &nuov1.Attendance{Time: e.GetStartTime()}, &nuov1.Attendance{Time: e.GetEndTime()}
			c.HoursHundredths = e.GetHoursHundredths()
		}
		return
	}
	if e.GetStartTime() != nil {
		c.StartTime = e.GetStartTime()
	}
	if e.GetEndTime() != nil {
		c.EndTime = e.GetEndTime()
	}
}

// differs names the fields in which a contract is not what its history says.
func differs(folded, c *nuov1.Contract) (fields []string) {
	for _, f := range []struct {
		name string
		same bool
	}{
		{"name", folded.GetName() == c.GetName()},
		{"volunteer", folded.GetVolunteer() == c.GetVolunteer()},
		{"shift", folded.GetShift() == c.GetShift()},
		{"ledger", folded.GetLedger() == c.GetLedger() || c.GetPending().GetKind() == recordLate || marked(c, nuov1.ContractMark_CONTRACT_MARK_LATE_ENTRY)},
		{"origin", folded.GetOrigin() == c.GetOrigin()},
		{"state", folded.GetState() == c.GetState()},
		{"revision", folded.GetRevision() == c.GetRevision()},
		{"terms_hash", bytes.Equal(folded.GetTermsHash(), c.GetTermsHash())},
		{"start_time", proto.Equal(folded.GetStartTime(), c.GetStartTime())},
		{"end_time", proto.Equal(folded.GetEndTime(), c.GetEndTime())},
		{"check_in", proto.Equal(folded.GetCheckIn().GetTime(), c.GetCheckIn().GetTime())},
		{"check_out", proto.Equal(folded.GetCheckOut().GetTime(), c.GetCheckOut().GetTime())},
		{"hours_hundredths", folded.GetHoursHundredths() == c.GetHoursHundredths()},
		{"marks", slices.Equal(folded.GetMarks(), c.GetMarks())},
		{"pending", proto.Equal(folded.GetPending(), c.GetPending())},
	} {
		if !f.same {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// verifyAround compares a contract with its terms and with its places under person and shift.
func verifyAround(tx *store.Tx, c *nuov1.Contract, say report) error {
	w := begin(tx, System)
	s, err := w.shift(c.GetShift())
	if err != nil {
		say.say(c.GetName(), "its shift: %v", err)
		return nil
	}
	if len(c.GetTermsHash()) > 0 {
		terms, ok, err := store.Terms.Find(tx, c.GetShift(), c.GetRevision())
		if err != nil {
			return err
		}
		if hash, err := TermsHash(terms, c); !ok || err != nil || !bytes.Equal(hash, c.GetTermsHash()) {
			say.say(c.GetName(), "its terms are not those that were signed")
		}
	}
	want := s.entry(c)
	entry, ok, err := CalendarOf(c.GetState()).Find(tx, want.GetVolunteer(), want.GetStartTime(), want.GetContract())
	if err != nil {
		return err
	}
	if !ok || !proto.Equal(entry, want) {
		say.say(c.GetName(), "its calendar entry is missing or another")
	}
	holder, ok, err := store.Holders.Find(tx, c.GetShift(), c.GetVolunteer(), c.GetName())
	if err != nil {
		return err
	}
	if !ok || holder.GetState() != c.GetState() || holder.GetOut() != (c.GetCheckOut() != nil) {
		say.say(c.GetName(), "its entry under the shift is missing or another")
	}
	if n := c.GetWaitSequence(); (n != 0) != (c.GetState() == waitlisted) {
		say.say(c.GetName(), "its place in the waitlist does not fit its state")
	}
	return nil
}

// VerifyShift counts a shift's contracts and compares: every count, rule 1, one live contract a person.
func VerifyShift(tx *store.Tx, shift *nuov1.Shift, found func(Problem)) error {
	say := report(found)
	slots, ok, err := store.Slots.Find(tx, shift.GetName())
	if err != nil {
		return err
	}
	if !ok {
		say.say(shift.GetName(), "it has no counts")
		return nil
	}
	var sum counts
	seated := int32(0)
	live := map[string]string{}
	for h, err := range store.Holders.Scan(tx, shift.GetName()) {
		if err != nil {
			return err
		}
		c, err := store.Contracts.Get(tx, h.GetContract())
		if err != nil {
			say.say(shift.GetName(), "holder %s: %v", h.GetContract(), err)
			continue
		}
		sum.add(countOf(c))
		if HoldsSlot(c.GetState()) && !seatless(c) {
			seated++
		}
		if Live(c.GetState()) {
			if other := live[c.GetVolunteer()]; other != "" {
				say.say(shift.GetName(), "%s and %s are live contracts of one person", other, c.GetName())
			}
			live[c.GetVolunteer()] = c.GetName()
		}
	}
	if seated > shift.GetCapacity() {
		say.say(shift.GetName(), "%d slots are held of %d (rule 1)", seated, shift.GetCapacity())
	}
	if got := countsOf(slots); got != sum.ofShift() {
		say.say(shift.GetName(), "counts are %+v, contracts add up to %+v", got, sum.ofShift())
	}
	return verifyDue(tx, shift, slots, say)
}

// verifyDue compares the shift's due time with its entry in the due-queue.
func verifyDue(tx *store.Tx, shift *nuov1.Shift, slots *storev1.ShiftSlots, say report) error {
	if slots.GetDueTime() == nil {
		return nil
	}
	ok, err := store.DueEntries.Has(tx, slots.GetDueTime(), uint64(storev1.DueKind_DUE_KIND_SHIFT), shift.GetName())
	if err == nil && !ok {
		say.say(shift.GetName(), "its due time is not in the due-queue")
	}
	return err
}

func (a *counts) add(b counts) {
	a.held += b.held
	a.waiting += b.waiting
	a.offered += b.offered
	a.present += b.present
	a.checkedIn += b.checkedIn
	a.live += b.live
	a.standing += b.standing
	a.fulfilled += b.fulfilled
	a.personLive += b.personLive
	a.personWaiting += b.personWaiting
}

func (a counts) ofShift() counts {
	a.personLive, a.personWaiting = 0, 0
	return a
}

func countsOf(n *storev1.ShiftSlots) counts {
	return counts{
		held: n.GetHeld(), waiting: n.GetWaiting(), offered: n.GetOffered(), present: n.GetPresent(),
		checkedIn: n.GetCheckedIn(), live: n.GetLive(), standing: n.GetStanding(), fulfilled: n.GetFulfilled(),
	}
}

// VerifyPerson counts a person's contracts and compares: counts, rule 2 over everything that holds time.
func VerifyPerson(tx *store.Tx, claims *storev1.PersonClaims, found func(Problem)) error {
	say := report(found)
	var held []*storev1.CalendarEntry
	offers, live, waiting, here := int32(0), int32(0), int32(0), ""
	overtaken := func(c *nuov1.Contract) bool { return forgotten(c, tx.Now()) && claims.GetPresent() != c.GetName() }
	for e, err := range store.Calendar.Scan(tx, claims.GetVolunteer()) {
		if err != nil {
			return err
		}
		offers += one(e.GetState() == offered)
		live += one(Live(e.GetState()))
		waiting += one(e.GetState() == waitlisted)
		if e.GetState() == inFulfilment {
			if c, err := store.Contracts.Get(tx, e.GetContract()); err == nil && c.GetCheckOut() == nil && !overtaken(c) {
				here = c.GetName()
			}
		}
		if !e.GetHolds() {
			continue
		}
		for _, other := range held {
			if clash(e, other) {
				say.say(claims.GetVolunteer(), "%s and %s overlap (rule 2)", other.GetContract(), e.GetContract())
			}
		}
		held = append(slices.DeleteFunc(held, func(o *storev1.CalendarEntry) bool {
			return o.GetEndTime().AsTime().Add(calendarReach).Before(e.GetStartTime().AsTime())
		}), e)
	}
	if offers != claims.GetOffers() || live != claims.GetLive() || waiting != claims.GetWaiting() || here != claims.GetPresent() {
		say.say(claims.GetVolunteer(), "counts are %d offers, %d live, %d waiting, present at %q; contracts add up to %d, %d, %d, %q",
			claims.GetOffers(), claims.GetLive(), claims.GetWaiting(), claims.GetPresent(), offers, live, waiting, here)
	}
	return nil
}

// clash is rule 2 for two stored entries. What was served may cross what was promised, where that was flagged; what was
// served never crosses what was served, and promises never cross.
func clash(a, b *storev1.CalendarEntry) bool {
	if !overlaps(a.GetStartTime().AsTime(), a.GetEndTime().AsTime(), b.GetStartTime().AsTime(), b.GetEndTime().AsTime()) {
		return false
	}
	return served(a) == served(b) || !a.GetCrossed() && !b.GetCrossed()
}

// served tells whether an entry is of an attendance, not of a promise.
func served(e *storev1.CalendarEntry) bool {
	return e.GetState() == inFulfilment || e.GetState() == fulfilled || e.GetState() == evaluated
}
