package lifecycle

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// promoteWaiting offers free slots to those who wait, in order: the first who would pass a claim now gets one, others
// keep their place. It answers whether waiting people who were not asked yet keep the rest reserved. Where one step
// cannot ask all, the next goes on behind the last who was asked; a slot that is freed begins anew.
func (w *step) promoteWaiting(s *shiftStep) (reserved bool, err error) {
	if s.freed {
		s.slots.AskedWait = 0
	}
	s.freed, s.asked = false, true
	if !s.freeForWaiting() || s.lastHour(w.now) || checkListOpen(w, s, nil) != nil {
		return false, nil
	}
	promoted, last := 0, s.slots.GetAskedWait()
	waits := store.Range{Prefix: []any{s.shift.GetName()}, From: []any{last + 1}}
	for wait, err := range store.Waits.Range(w.tx, waits) {
		if err != nil {
			return false, err
		}
		if s.free() <= 0 {
			return false, nil
		}
		c, _, err := w.contract(wait.GetContract())
		if err != nil {
			return false, err
		}
		if c.GetState() != waitlisted {
			continue
		}
		if promoted == maxPromotions || w.entries > stepEntries { // the rest stays reserved until the shift's next step
			w.askedTo(s, last)
			s.schedule(w.now)
			return true, nil
		}
		ok, err := w.promotes(s, c)
		if err != nil {
			return false, err
		}
		if last = wait.GetSequence(); ok {
			promoted++
		}
	}
	if s.slots.GetAskedWait() > 0 { // it took several steps: who was asked is not asked again before something is freed
		w.askedTo(s, last)
	}
	return false, nil
}

// askedTo remembers the last place on the waitlist that was asked.
func (w *step) askedTo(s *shiftStep, last int64) {
	if s.slots.GetAskedWait() != last {
		s.slots.AskedWait, s.dirty = last, true
	}
}

// promotes offers a freed slot to one who waits, if they would pass a claim now.
func (w *step) promotes(s *shiftStep, c *nuov1.Contract) (bool, error) {
	v, err := w.volunteer(c.GetVolunteer())
	if err != nil {
		return false, err
	}
	faults, err := w.hindrances(s, bid{volunteer: v, from: s.start(), to: s.end(), except: c.GetName()})
	if err != nil || len(faults) > 0 {
		return false, err
	}
	if err := w.mayOffer(s, c); err != nil {
		_, refused := fault.As(err)
		if refused {
			err = nil
		}
		return false, err
	}
	return true, w.offers(s, c, change{action: promote, by: &System})
}

// passOn gives free slots to those who wait: at once on the step's own shift, with the next step on any other where
// one was freed, which stays reserved until then.
func (w *step) passOn(s *shiftStep) error {
	switch {
	case !s.freeForWaiting():
		return nil
	case s == w.own && (s.freed || !s.asked):
		_, err := w.promoteWaiting(s)
		return err
	case s.freed:
		s.freed, s.slots.AskedWait = false, 0
		s.schedule(w.now)
	}
	return nil
}

// relook has the due-queue look at what a person waits for, when some of their time was freed: whom a free slot
// skipped for it may have it now.
func (w *step) relook(p *personStep) error {
	if !p.freed || p.claims.GetWaiting() == 0 {
		return nil
	}
	return w.later(p.claims.GetVolunteer())
}

// later has the due-queue look after a person: the rest of an exemption's releases, what they wait for.
func (w *step) later(person string) error {
	// What an exemption still releases is looked at with it.
	if ok, err := store.DueEntries.Has(w.tx, w.now, uint64(storev1.DueKind_DUE_KIND_VOLUNTEER), person); err != nil || ok {
		return err
	}
	return store.DueEntries.Put(w.tx, &storev1.DueEntry{
		Time: timestamppb.New(w.now), Kind: storev1.DueKind_DUE_KIND_VOLUNTEER, Object: person,
	})
}
