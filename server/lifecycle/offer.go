package lifecycle

import (
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// Offer proposes a slot to a volunteer: OFFERED holds the slot, not the person's time, until it expires. Faults:
// SHIFT_FULL, ALREADY_CLAIMED, LIMIT_REACHED (live offers of the person), rule 4's.
func Offer(tx *store.Tx, a Actor, r *nuov1.OfferContractRequest, origin nuov1.ContractOrigin) (*nuov1.Contract, error) {
	return propose(tx, a, r.GetShift(), entrant{person: r.GetVolunteer(), origin: origin}, offer, nil)
}

// SpokenYes records a yes that the committee took by phone: an offer that is held until start + grace, where the
// leader's check-in records the signature by hand. Faults as Offer.
func SpokenYes(tx *store.Tx, a Actor, r *nuov1.RecordSpokenYesRequest) (*nuov1.Contract, error) {
	if t := r.GetSpokenTime(); t != nil && t.AsTime().After(tx.Now()) {
		return nil, fault.Field("spoken_time", "must not lie in the future", "不能晚于现在")
	}
	e := entrant{person: r.GetVolunteer(), ledger: r.GetLedger(), origin: nuov1.ContractOrigin_CONTRACT_ORIGIN_SPOKEN_YES}
	if e.ledger == nuov1.Ledger_LEDGER_UNSPECIFIED {
		e.ledger = nuov1.Ledger_LEDGER_VOLUNTEERING
	}
	spoken := timestamppb.New(tx.Now())
	if r.GetSpokenTime() != nil {
		spoken = r.GetSpokenTime()
	}
	return propose(tx, a, r.GetShift(), e, recordSpokenYes, func(e *nuov1.ContractEvent) { e.SpokenTime = spoken })
}

func propose(
	tx *store.Tx, a Actor, shift string, e entrant, action nuov1.ContractAction, tell func(*nuov1.ContractEvent),
) (*nuov1.Contract, error) {
	w, s, err := openShift(tx, a, shift)
	if err != nil {
		return nil, err
	}
	waiting, err := w.standing(s, e.person)
	if err != nil {
		return nil, err
	}
	if waiting != nil {
		return nil, alreadyClaimed(waiting)
	}
	free, err := w.freeForClaim(s)
	if err != nil {
		return nil, err
	}
	c := w.draft(s, e)
	if err := w.offers(s, c, change{action: action, tell: tell, check: func(s *shiftStep) error {
		if !free {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL, "shift", s.shift.GetName())
		}
		return w.mayOffer(s, c)
	}}); err != nil {
		return nil, err
	}
	return w.done(c)
}

// mayOffer is rule 4 and the bound of live offers; overlap is checked by the signature.
func (w *step) mayOffer(s *shiftStep, c *nuov1.Contract) error {
	v, err := w.volunteer(c.GetVolunteer())
	if err != nil {
		return err
	}
	p, err := w.person(c.GetVolunteer())
	if err != nil {
		return err
	}
	if int(p.claims.GetOffers()) >= s.policy.MaxLiveOffers {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED, "limit", strconv.Itoa(s.policy.MaxLiveOffers))
	}
	err = w.qualify(s, bid{volunteer: v, from: s.start(), to: s.end(), timeless: true, calledUp: true})
	return err
}

// offers makes an OFFERED contract of a draft or of one that waits.
func (w *step) offers(s *shiftStep, c *nuov1.Contract, ch change) error {
	v, err := w.volunteer(c.GetVolunteer())
	if err != nil {
		return err
	}
	ch.edit = func(c *nuov1.Contract) {
		hold(c, v)
		w.binds(s, c, nil, s.start())
		c.OfferExpireTime = timestamppb.New(w.offerExpiry(s, c))
	}
	tell := ch.tell
	ch.tell = func(e *nuov1.ContractEvent) {
		e.StartTime, e.EndTime = c.GetStartTime(), c.GetEndTime()
		if tell != nil {
			tell(e)
		}
	}
	return w.apply(c, ch)
}

// offerExpiry is when an offer made now expires: after the offer's life, at most half the time left to the start; a
// spoken yes is held until start + grace.
func (w *step) offerExpiry(s *shiftStep, c *nuov1.Contract) time.Time {
	if c.GetOrigin() == nuov1.ContractOrigin_CONTRACT_ORIGIN_SPOKEN_YES {
		return s.latest().Add(s.policy.Grace)
	}
	life := s.policy.OfferLife
	if half := s.latest().Sub(w.now) / 2; half < life {
		life = half
	}
	return w.now.Add(life)
}

// Sign signs an offer, or in the last hour a place on the waitlist, if a slot is free: the first signature wins.
// Faults: WRONG_TIME when it expired, REVISION_MISMATCH, SHIFT_FULL, rules 2 and 4.
func Sign(tx *store.Tx, a Actor, r *nuov1.SignContractRequest) (*nuov1.Contract, error) {
	w, c, s, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	if _, err := w.permits(s, c, sign); err != nil {
		return nil, err
	}
	if err := w.read(s, r.GetRevision()); err != nil {
		return nil, err
	}
	if err := w.signs(s, c, sign, entrant{person: c.GetVolunteer(), ledger: r.GetLedger()}); err != nil {
		return nil, err
	}
	return w.done(c)
}

// Decline refuses an offer, without penalty.
func Decline(tx *store.Tx, a Actor, r *nuov1.DeclineContractRequest) (*nuov1.Contract, error) {
	return simple(tx, a, r.GetName(), change{action: decline, note: r.GetNote()})
}

// simple is a verb that is one transition.
func simple(tx *store.Tx, a Actor, name string, ch change) (*nuov1.Contract, error) {
	w, c, _, err := open(tx, a, name)
	if err != nil {
		return nil, err
	}
	if err := w.apply(c, ch); err != nil {
		return nil, err
	}
	return w.done(c)
}

// Accept is the community's half of two-way claiming. Whom it accepted once, its lists accept at doors.
func Accept(tx *store.Tx, a Actor, r *nuov1.AcceptContractRequest) (*nuov1.Contract, error) {
	w, c, _, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	if err := w.apply(c, change{action: accept, edit: w.accepts}); err != nil {
		return nil, err
	}
	if err := w.remember(c); err != nil {
		return nil, err
	}
	return w.done(c)
}

// Refuse takes a contract back before the start; it is kept as 已应诺.
func Refuse(tx *store.Tx, a Actor, r *nuov1.RefuseContractRequest) (*nuov1.Contract, error) {
	if err := words(r.GetReason(), r.GetNote()); err != nil {
		return nil, err
	}
	return simple(tx, a, r.GetName(), change{action: refuse, reason: r.GetReason(), note: r.GetNote()})
}
