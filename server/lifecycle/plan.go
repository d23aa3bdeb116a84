package lifecycle

import (
	"time"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// Placing is one place of a plan: a slot of a shift for a volunteer, by the terms that the plan was made with.
type Placing struct {
	Shift     string
	Volunteer string
	Revision  int64
}

// Placed is what became of a Placing.
type Placed struct {
	// Contract is the offer; nil where none was made.
	Contract *nuov1.Contract
	// Refused is why none was made.
	Refused nuov1.ErrorReason
}

// OfferPlan makes offers of a plan's places, in their order and in one step, of crews: people who come to a shift
// together or not at all. A refusal is an outcome, leaves nothing of its crew, and the others go on; calling Offer for
// each would not do, for what a refused step had settled by then would stay behind half written. It answers the
// outcomes of as many crews, from the first on, as one step can bear; the rest is the next step's.
//
// A plan offers nothing that the volunteer could not sign at this instant: besides what Offer asks, the terms are the
// planned ones (REVISION_MISMATCH), the consent stands, and the time crosses nothing that is signed, or offered by
// anybody, this plan's own offers among them (OVERLAP, REST_RULE). Nobody is asked again for a shift that they gave up
// (WRONG_STATE), and no crew is split (FAILED_PRECONDITION for who could have come alone).
func OfferPlan(tx *store.Tx, a Actor, crews [][]Placing) ([][]Placed, error) {
	p := &planning{step: begin(tx, a), made: map[string][]*storev1.CalendarEntry{}}
	var placed [][]Placed
	for i, crew := range crews {
		if i > 0 && !p.bears(len(crew)) {
			break
		}
		outcome, err := p.crew(crew)
		if err != nil {
			return nil, err
		}
		placed = append(placed, outcome)
	}
	return placed, p.finish()
}

// planning is a step that makes offers of a plan.
type planning struct {
	*step

	made map[string][]*storev1.CalendarEntry // by volunteer: what the step offered, as if it were signed
}

// offerKeys is how many keys of the engine an offer touches on a shift of its own, without its person's calendar, and
// planKeys how many a step may: about half of what the engine takes, for what the last crew brings along is not known
// before.
const (
	offerKeys = 12
	planKeys  = 600
)

// bears tells whether the step can bear so many offers more.
func (p *planning) bears(offers int) bool {
	contracts := len(p.touched) + offers
	return contracts <= stepContracts && offerKeys*contracts+p.entries <= planKeys
}

// crew makes the offers of one crew, or none.
func (p *planning) crew(crew []Placing) ([]Placed, error) {
	outcome := make([]Placed, len(crew))
	drafts := make([]*nuov1.Contract, len(crew))
	split := false
	for i, want := range crew {
		var err error
		if drafts[i], err = p.draftOf(want, len(crew)); err != nil {
			f, ok := fault.As(err)
			if !ok || f.Reason == nuov1.ErrorReason_ERROR_REASON_DAMAGED || f.Reason == nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED {
				return nil, err // says nothing about the place
			}
			outcome[i].Refused, split = f.Reason, true
		}
	}
	for i, c := range drafts {
		switch {
		case outcome[i].Refused != 0:
		case split:
			outcome[i].Refused = nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION
		default:
			s := p.shifts[c.GetShift()]
			if err := p.offers(s, c, change{action: offer}); err != nil {
				return nil, err // nothing that could be refused is left to ask
			}
			entry := asSigned(s.entry(c))
			p.made[c.GetVolunteer()] = append(p.made[c.GetVolunteer()], entry)
			outcome[i].Contract = clone(c)
		}
	}
	return outcome, nil
}

// draftOf is the contract that would be offered, or the fault for which it is not; slots for so many must be free.
func (p *planning) draftOf(want Placing, slots int) (*nuov1.Contract, error) {
	_, known := p.shifts[want.Shift]
	s, err := p.shift(want.Shift)
	if err != nil {
		return nil, err
	}
	if !known { // what time has decided about it is settled first, once
		if err := p.settle(s); err != nil {
			return nil, err
		}
	}
	c := p.draft(s, entrant{person: want.Volunteer, origin: nuov1.ContractOrigin_CONTRACT_ORIGIN_MATCHER})
	if _, err := p.permits(s, c, offer); err != nil {
		return nil, err
	}
	if err := p.read(s, want.Revision); err != nil {
		return nil, err
	}
	if err := p.unasked(s, want.Volunteer); err != nil {
		return nil, err
	}
	free, err := p.freeForClaim(s)
	if err != nil {
		return nil, err
	}
	if !free || int(s.free()-s.slots.GetWaiting()) < slots { // who waits goes first, in the last hour too
		return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL, "shift", want.Shift)
	}
	if err := p.mayOffer(s, c); err != nil {
		return nil, err
	}
	return c, p.signable(s, want.Volunteer)
}

// unasked is ALREADY_CLAIMED for who has a live contract on the shift, WRONG_STATE for who gave one up.
func (p *planning) unasked(s *shiftStep, person string) error {
	for _, e := range p.made[person] {
		if e.GetShift() == s.shift.GetName() {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED, "contract", e.GetContract())
		}
	}
	waiting, err := p.standing(s, person)
	if err != nil {
		return err
	}
	if waiting != nil {
		return alreadyClaimed(waiting)
	}
	for h, err := range store.Holders.Scan(p.tx, s.shift.GetName(), person) {
		if err != nil {
			return err
		}
		if gaveUp(h.GetState()) {
			return fault.New(wrongState, "state", stateName(h.GetState()), "action", "OFFER")
		}
	}
	return nil
}

// gaveUp tells whether the volunteer ended a contract by their own will: a plan does not ask again.
func gaveUp(s nuov1.ContractState) bool { return s == declined || s == withdrawn || s == excused }

// signable is the first reason for which the volunteer could not sign at this instant, were everything signed that
// they were offered.
func (p *planning) signable(s *shiftStep, person string) error {
	v, err := p.volunteer(person)
	if err != nil {
		return err
	}
	b := bid{volunteer: v, from: later(s.start(), p.now), to: s.end()}
	faults := personal(s, b)
	if !dueBy(s.shift) {
		calendar, err := p.calendar(person, b.from, b.to.Add(looksAhead(s.policy)))
		if err != nil {
			return err
		}
		asked := make([]*storev1.CalendarEntry, 0, len(calendar)+len(p.made[person]))
		for _, e := range calendar {
			asked = append(asked, asSigned(e))
		}
		faults = append(faults, timely(s, append(asked, p.made[person]...), b)...)
	}
	if len(faults) > 0 {
		return faults[0]
	}
	return nil
}

// asSigned is a calendar entry as it would be after the offer was signed; of anything but an offer, itself.
func asSigned(e *storev1.CalendarEntry) *storev1.CalendarEntry {
	if e.GetState() != offered || e.GetDueBy() {
		return e
	}
	return &storev1.CalendarEntry{
		Volunteer: e.GetVolunteer(), Contract: e.GetContract(), Shift: e.GetShift(),
		StartTime: e.GetStartTime(), EndTime: e.GetEndTime(), State: e.GetState(), Holds: true,
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
