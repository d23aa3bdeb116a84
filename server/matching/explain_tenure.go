package matching

import (
	"context"
	"slices"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// tenure is what a plan's placements are worth now: what came of their offers is read from the contracts.
type tenure struct {
	match *nuov1.Match
	// placements are all that the plan's record counts.
	placements []*storev1.StoredPlacement
	// states of the contracts, by name, as they are now.
	states map[string]nuov1.ContractState
	// all contracts of the plan, and those that no longer hold a slot, which is not written yet.
	all, lapsed lifecycle.Without
	// pinned are live offers that rules forbid by now: they stand, and nothing moves them.
	pinned map[string]bool
	// made is the fingerprint of what the plan was last made of.
	made []byte
}

// hold is how a placement holds its slot.
type hold int

const (
	gone    hold = iota // not at all: declined, left, expired, cancelled, not offered
	movable             // planned, or offered and not answered
	fixed               // signed, or pinned
)

// of tells how a placement holds its slot now. What a plan that is over did not come to offer holds nothing, unless it
// is a dry run that was given up.
func (t *tenure) of(p *storev1.StoredPlacement) hold {
	state := t.states[p.GetContract()]
	switch {
	case p.GetState() == planned:
		over := t.match.GetState() == cancelled || t.match.GetState() == failed || t.match.GetState() == applied
		if over && t.match.GetOffered()+t.match.GetChanged() > 0 {
			return gone
		}
		return movable
	case p.GetState() == changed || !lifecycle.HoldsSlot(state):
		return gone
	case state == nuov1.ContractState_CONTRACT_STATE_OFFERED && !t.pinned[p.GetContract()]:
		return movable
	}
	return fixed
}

// own is how what was gathered looks past the plan: its offers that may be moved; what was signed is promised.
func (t *tenure) own() *ownOffers {
	own := &ownOffers{without: lifecycle.Without{}, given: map[string]int{}}
	for _, p := range t.placements {
		switch {
		case p.GetContract() == "":
		case t.lapsed[p.GetContract()] || t.of(p) == movable:
			own.without[p.GetContract()] = true
		case t.of(p) == fixed:
			own.given[p.GetVolunteer()]++
		}
	}
	return own
}

// lost tells whether the plan no longer gives what it gave: an offer lapsed, or one of the last round was not made, for
// which nobody else was found.
func (t *tenure) lost() bool {
	return slices.ContainsFunc(t.placements, func(p *storev1.StoredPlacement) bool {
		return t.of(p) == gone && (p.GetState() != changed || p.GetRound() == t.match.GetRounds())
	})
}

// tenure reads a plan's placements and their contracts, in short transactions.
func (r *Room) tenure(ctx context.Context, m *nuov1.Match) (*tenure, error) {
	t := &tenure{
		match: m, states: map[string]nuov1.ContractState{}, all: lifecycle.Without{}, lapsed: lifecycle.Without{},
		pinned: map[string]bool{},
	}
	for from, more := uint64(1), true; more; {
		var page []*storev1.StoredPlacement
		err := r.store.View(ctx, func(tx *store.Tx) (err error) {
			page, err = t.page(tx, from)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			from = p.GetNumber() + 1
		}
		t.placements = append(t.placements, page...)
		more = len(page) == lookAt
	}
	err := r.store.View(ctx, func(tx *store.Tx) error {
		w, err := workOf(tx, m.GetName())
		t.made = w.GetFingerprint()
		return err
	})
	return t, err
}

// page reads some placements from a number on, with their contracts.
func (t *tenure) page(tx *store.Tx, from uint64) (page []*storev1.StoredPlacement, err error) {
	reader := lifecycle.NewReader(tx)
	for p, err := range store.Placements.Range(tx, store.Range{
		Prefix: []any{t.match.GetName()}, From: []any{from}, Until: []any{uint64(t.match.GetPlacements()) + 1},
	}) {
		if err != nil {
			return nil, err
		}
		if page = append(page, p); p.GetContract() != "" {
			c, err := store.Contracts.Get(tx, p.GetContract())
			if err != nil {
				return nil, err
			}
			before := c.GetState()
			if err := reader.Present(c); err != nil {
				return nil, err
			}
			t.states[c.GetName()], t.all[c.GetName()] = c.GetState(), true
			t.lapsed[c.GetName()] = lifecycle.HoldsSlot(before) && !lifecycle.HoldsSlot(c.GetState())
		}
		if len(page) == lookAt {
			break
		}
	}
	return page, nil
}
