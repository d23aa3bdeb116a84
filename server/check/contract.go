package check

import (
	"bytes"
	"slices"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// contract verifies a contract with its history, its terms and its entries.
func (v *visit) contract(c *nuov1.Contract) error {
	if err := need(v, store.Volunteers, c.GetVolunteer()); err != nil {
		return err
	}
	if c.GetWaitSequence() != 0 {
		w, ok, err := store.Waits.Find(v.Tx, c.GetShift(), c.GetWaitSequence())
		if err != nil {
			return err
		}
		if !ok || w.GetContract() != c.GetName() {
			v.say("its entry in the waitlist is missing or another's")
		}
	}
	if ok, err := store.Claims.Has(v.Tx, c.GetVolunteer()); err != nil || !ok {
		v.say("its volunteer has no counts")
	}
	return lifecycle.VerifyContract(v.Tx, c, v.lifecycle)
}

// event verifies an event of a contract against the one before it; that all of them give the contract is verified with
// the contract.
func (v *visit) event(e *nuov1.ContractEvent) error {
	if uint64(e.GetSequence()) != v.record.Sequence {
		v.say("event %d stands at place %d", e.GetSequence(), v.record.Sequence)
	}
	if !bytes.Equal(e.GetPreviousHash(), v.record.Previous) {
		v.say("event %d does not follow the one before it: one of the two was changed", v.record.Sequence)
	}
	if v.record.Sequence > 1 {
		return nil
	}
	return need(v, store.Contracts, v.record.Owner)
}

// calendar verifies that an entry is one that its contract asks for; that none is missing is verified with the
// contract.
func (v *visit) calendar(e *storev1.CalendarEntry) error {
	c, err := store.Contracts.Get(v.Tx, e.GetContract())
	if err != nil {
		return err
	}
	times := []string{timeText(c.GetStartTime()), timeText(c.GetCheckIn().GetTime())}
	if e.GetVolunteer() != c.GetVolunteer() || e.GetShift() != c.GetShift() || e.GetState() != c.GetState() ||
		!slices.Contains(times, timeText(e.GetStartTime())) ||
		v.record.Table != lifecycle.CalendarOf(c.GetState()).Info().Name {
		v.say("entry that its contract does not ask for")
		return nil
	}
	if other := slices.IndexFunc(times, func(t string) bool { return t != timeText(e.GetStartTime()) }); other >= 0 && times[other] != "" {
		start := c.GetStartTime()
		if other == 1 {
			start = c.GetCheckIn().GetTime()
		}
		twice, err := lifecycle.CalendarOf(c.GetState()).Has(v.Tx, e.GetVolunteer(), start, e.GetContract())
		if err != nil {
			return err
		}
		if twice {
			v.say("its contract has two entries")
		}
	}
	return nil
}

// holder verifies that an entry under a shift is one that its contract asks for.
func (v *visit) holder(h *storev1.Holder) error {
	c, err := store.Contracts.Get(v.Tx, h.GetContract())
	if err != nil {
		return err
	}
	if c.GetShift() != h.GetShift() || c.GetVolunteer() != h.GetVolunteer() {
		v.say("entry under %s that its contract does not ask for", h.GetShift())
	}
	return nil
}

// wait verifies that an entry in a waitlist is one that its contract asks for, behind which the next one will come.
func (v *visit) wait(w *storev1.Wait) error {
	c, err := store.Contracts.Get(v.Tx, w.GetContract())
	if err != nil {
		return err
	}
	if c.GetShift() != w.GetShift() || c.GetVolunteer() != w.GetVolunteer() || c.GetWaitSequence() != w.GetSequence() {
		v.say("entry %d of %s that its contract does not ask for", w.GetSequence(), w.GetShift())
	}
	slots, err := store.Slots.Get(v.Tx, w.GetShift())
	if err != nil {
		return err
	}
	if next := slots.GetNextWait(); w.GetSequence() > next {
		v.say("entry %d of %s, whose last given place is %d", w.GetSequence(), w.GetShift(), next)
	}
	return nil
}

// claims verifies a person's counts and that nothing overlaps.
func (v *visit) claims(p *storev1.PersonClaims) error {
	if err := need(v, store.Volunteers, p.GetVolunteer()); err != nil {
		return err
	}
	return lifecycle.VerifyPerson(v.Tx, p, v.lifecycle)
}
