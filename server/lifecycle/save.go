package lifecycle

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// finish does what follows from the step and writes it.
func (w *step) finish() error {
	for _, s := range w.shiftOrder { // promotions load no further shift
		if err := w.passOn(s); err != nil {
			return err
		}
		if err := w.leftovers(s); err != nil {
			return err
		}
	}
	for _, cs := range w.touched {
		if err := w.save(cs); err != nil {
			return err
		}
	}
	for _, s := range w.shiftOrder {
		if err := w.saveSlots(s); err != nil {
			return err
		}
	}
	for _, p := range w.order {
		if !p.dirty {
			continue
		}
		if err := w.relook(p); err != nil {
			return err
		}
		p.claims.Version++
		if err := store.Claims.Put(w.tx, p.claims); err != nil {
			return err
		}
	}
	return nil
}

// save writes a contract with its entries.
func (w *step) save(cs *contractStep) error {
	c := cs.c
	s := w.shifts[c.GetShift()]
	cs.dirty = false
	if err := store.Contracts.Put(w.tx, c); err != nil {
		return err
	}
	entry := s.entry(c)
	if err := w.saveEntry(cs.entry, entry); err != nil {
		return err
	}
	if p := w.people[c.GetVolunteer()]; p != nil && frees(cs.entry, entry) {
		p.freed = true
	}
	h := s.holder(c)
	if err := store.Holders.Put(w.tx, h); err != nil {
		return err
	}
	if t := h.GetDueTime(); t != nil {
		s.schedule(t.AsTime())
	}
	return w.saveWait(cs)
}

// CalendarOf is the table of calendar entries in a state. What has ended, holds no time and cannot be excused any more
// is put aside: the rules do not read it.
func CalendarOf(state nuov1.ContractState) *store.Table[*storev1.CalendarEntry] {
	if HoldsTime(state) || find(state, exempt) != nil {
		return store.Calendar
	}
	return store.EndedCalendar
}

// saveEntry writes a calendar entry and takes away the one before, where it stood elsewhere.
func (w *step) saveEntry(old, entry *storev1.CalendarEntry) error {
	home := CalendarOf(entry.GetState())
	if old != nil {
		was := CalendarOf(old.GetState())
		if was != home || !old.GetStartTime().AsTime().Equal(entry.GetStartTime().AsTime()) {
			if err := was.Delete(w.tx, old.GetVolunteer(), old.GetStartTime(), old.GetContract()); err != nil {
				return err
			}
		}
	}
	return home.Put(w.tx, entry)
}

// frees tells whether a calendar entry gave some of the person's time back.
func frees(before, after *storev1.CalendarEntry) bool {
	return before.GetHolds() && (!after.GetHolds() ||
		after.GetStartTime().AsTime().After(before.GetStartTime().AsTime()) ||
		after.GetEndTime().AsTime().Before(before.GetEndTime().AsTime()))
}

func (w *step) saveWait(cs *contractStep) error {
	now := cs.c.GetWaitSequence()
	if cs.wait == now {
		return nil
	}
	if cs.wait != 0 {
		if err := store.Waits.Delete(w.tx, cs.c.GetShift(), cs.wait); err != nil {
			return err
		}
	}
	if now == 0 {
		return nil
	}
	return store.Waits.Put(w.tx, &storev1.Wait{
		Shift: cs.c.GetShift(), Sequence: now, Contract: cs.c.GetName(), Volunteer: cs.c.GetVolunteer(),
	})
}

// saveSlots writes a shift's counts and moves its entry in the due-queue.
func (w *step) saveSlots(s *shiftStep) error {
	if !s.dirty {
		return nil
	}
	if s.unled {
		if err := store.Shifts.Put(w.tx, s.shift); err != nil {
			return err
		}
	}
	var after time.Time
	if s.slots.GetDueTime() != nil {
		after = s.slots.GetDueTime().AsTime()
	}
	if !s.due.Equal(after) {
		if err := w.moveDue(s.shift.GetName(), s.due, after); err != nil {
			return err
		}
	}
	s.slots.Version++
	return store.Slots.Put(w.tx, s.slots)
}

func (w *step) moveDue(shift string, before, after time.Time) error {
	if !before.IsZero() {
		if err := store.DueEntries.Delete(w.tx, before, uint64(storev1.DueKind_DUE_KIND_SHIFT), shift); err != nil {
			return err
		}
	}
	if after.IsZero() {
		return nil
	}
	return store.DueEntries.Put(w.tx, &storev1.DueEntry{
		Time: timestamppb.New(after), Kind: storev1.DueKind_DUE_KIND_SHIFT, Object: shift,
	})
}
