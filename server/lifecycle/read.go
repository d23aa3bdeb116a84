package lifecycle

import (
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// Reader answers what rooms show: contracts and shifts as they are at one instant, due states shown as due. It reads
// each shift, list and policy once and belongs to one transaction.
type Reader struct{ w *step }

// NewReader begins to read on a transaction.
func NewReader(tx *store.Tx) *Reader {
	w := begin(tx, System)
	w.ahead = readAhead
	return &Reader{w}
}

// GetContract returns a contract with its terms, due states shown as due.
func GetContract(tx *store.Tx, name string) (*nuov1.Contract, error) {
	c, err := store.Contracts.Get(tx, name)
	if err != nil {
		return nil, err
	}
	revision := c.GetRevision()
	if s := c.GetState(); s == waitlisted || s == offered { // nothing is accepted yet: what would be signed now
		shift, err := store.Shifts.Get(tx, c.GetShift())
		if err != nil {
			return nil, err
		}
		revision = shift.GetRevision()
	}
	if terms, ok, err := store.Terms.Find(tx, c.GetShift(), revision); err != nil {
		return nil, err
	} else if ok {
		c.Terms = terms
	}
	return c, NewReader(tx).Present(c)
}

// Present shows a stored contract as it is now: what time has decided and no step has written yet, whether newer
// terms wait for an answer, how many wait before it.
func (r *Reader) Present(c *nuov1.Contract) error {
	s, err := r.w.shift(c.GetShift())
	if err != nil {
		return err
	}
	ch, due, err := r.w.falls(s, c)
	if err != nil {
		return err
	}
	if due {
		if ch.edit != nil {
			ch.edit(c)
		}
		c.State, c.Reason = find(c.GetState(), ch.action).To[0], ch.reason
	}
	if c.GetState() == offered {
		c.OfferExpireTime = timestamppb.New(s.offerEnds(c))
	}
	promised := c.GetState() == signed || c.GetState() == displayed
	if c.AmendmentPending = promised && c.GetRevision() < s.shift.GetRevision(); c.GetAmendmentPending() {
		c.AmendmentDueTime = s.shift.GetAmendmentDueTime()
	}
	if c.GetState() != waitlisted {
		return nil
	}
	for w, err := range store.Waits.Scan(r.w.tx, c.GetShift()) {
		if err != nil {
			return err
		}
		if w.GetSequence() < c.GetWaitSequence() {
			c.WaitingBefore++
		}
	}
	return nil
}

// ShiftFacts is where a shift lies, for the policy.
func ShiftFacts(s *nuov1.Shift) policy.Facts {
	within := []string{s.GetCommunity(), s.GetStreet(), s.GetDistrict()}
	within = append(within, s.GetCohosts()...)
	for c := s.GetCompound(); c != "" && c != s.GetCommunity(); c = place.Enclosing(c) {
		within = append(within, c)
	}
	return policy.Facts{Within: within, Leader: s.GetLeader()}
}

// ContractFacts is where a contract lies: with its volunteer, the unit and branch it was signed in, and its shift.
func (r *Reader) ContractFacts(c *nuov1.Contract) (policy.Facts, error) {
	s, err := r.w.shift(c.GetShift())
	if err != nil {
		return policy.Facts{}, err
	}
	f := ShiftFacts(s.shift)
	for _, n := range []string{c.GetVolunteer(), c.GetUnit(), c.GetBranch()} {
		if n != "" {
			f.Within = append(f.Within, n)
		}
	}
	return f, nil
}

// AllowedActions is what the caller may do with a contract at this instant, in the order of the actions' numbers. It
// is the state table that says so, not a copy of it: what a request must say besides (a code, a reason) is not asked.
func (r *Reader) AllowedActions(caller *policy.Caller, c *nuov1.Contract) ([]nuov1.ContractAction, error) {
	facts, err := r.ContractFacts(c)
	if err != nil {
		return nil, err
	}
	s, err := r.w.shift(c.GetShift())
	if err != nil {
		return nil, err
	}
	var actions []nuov1.ContractAction
	for i := range Table {
		row := &Table[i]
		if row.From != c.GetState() || row.From == none || slices.Contains(actions, row.Action) {
			continue
		}
		if r.mayAct(row, s, caller, facts, c) {
			actions = append(actions, row.Action)
		}
	}
	slices.Sort(actions)
	return actions, nil
}

func (r *Reader) mayAct(row *Row, s *shiftStep, caller *policy.Caller, facts policy.Facts, c *nuov1.Contract) bool {
	for _, role := range row.By {
		if role == system || !holdsRole(caller, role, facts) {
			continue
		}
		r.w.actor = Actor{Name: caller.Subject(), Person: caller.Person, Role: role}
		if role == leader && r.w.owns(c) && row.Action != checkIn && row.Action != checkOut {
			continue
		}
		if _, err := r.w.permits(s, c, row.Action); err == nil {
			return true
		}
	}
	return false
}

// holdsRole tells whether the caller has the role over what the facts tell of.
func holdsRole(c *policy.Caller, role nuov1.Role, f policy.Facts) bool {
	rule := &nuov1.MethodPolicy{Allow: []*nuov1.Allow{{Role: role, Relation: nuov1.Relation_RELATION_WITHIN}}}
	_, ok := policy.Decide(rule, c, f)
	return ok
}

// NeedsAttention tells whether a contract asks for somebody of the community: not accepted yet, not checked in after the
// grace period, a forgotten check-out, an undecided absence or leave, something that waits for a second person, unconfirmed hours.
func (r *Reader) NeedsAttention(c *nuov1.Contract) (bool, error) {
	s, err := r.w.shift(c.GetShift())
	if err != nil {
		return false, err
	}
	now := r.w.now
	switch c.GetState() {
	case signed:
		return true, nil // waits for the community's acceptance
	case displayed:
		return !now.Before(s.late(c).Add(s.policy.Grace)), nil
	case inFulfilment:
		forgotten := !now.Before(c.GetEndTime().AsTime().Add(checkOutWindow))
		return c.GetCheckOut() != nil || forgotten, nil
	case absent:
		return true, nil
	case excused:
		return c.GetLeavePending() || c.GetPending() != nil, nil
	}
	return c.GetPending() != nil, nil
}

// MayShowDoors is rule 7 in time: nil when the volunteer of this contract may see the doors of its task at this
// instant, DISPLAYED to EVALUATED, from 12 h before the start until 24 h after the end (the district may narrow that).
func MayShowDoors(tx *store.Tx, c *nuov1.Contract) error {
	r := NewReader(tx)
	s, err := r.w.shift(c.GetShift())
	if err != nil {
		return err
	}
	shown := proto.CloneOf(c)
	if err := r.Present(shown); err != nil {
		return err
	}
	if !Stands(shown.GetState()) {
		return stateFault(shown)
	}
	from := c.GetStartTime().AsTime().Add(-s.policy.DoorBefore)
	until := c.GetEndTime().AsTime().Add(s.policy.DoorAfter)
	if now := tx.Now(); now.Before(from) {
		return at("from", from)
	} else if !now.Before(until) {
		return at("until", until)
	}
	return nil
}

// UnderWay tells whether a volunteer with this contract may tick doors: checked in, or out for less than a day.
func UnderWay(tx *store.Tx, c *nuov1.Contract) error {
	if c.GetCheckIn() == nil || !Stands(c.GetState()) {
		return stateFault(c)
	}
	if out := c.GetCheckOut(); out != nil && !tx.Now().Before(out.GetTime().AsTime().Add(24*time.Hour)) {
		return at("until", out.GetTime().AsTime().Add(24*time.Hour))
	}
	return nil
}
