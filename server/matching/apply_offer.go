package matching

import (
	"context"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// offerStep is how many placements one transaction offers, and one more of a crew that it would part.
const offerStep = 50

// offerPass makes the offers of what the plan's record counts, from where the work stopped. Each step writes what became
// of its placements, and where the next step begins, in the transaction of their contracts: killed anywhere it goes on
// with nothing offered twice and nothing left out. Between two steps the plan may be given up, which ends the pass with
// errSettled.
func (r *Room) offerPass(ctx context.Context, name string) error {
	r.live.note(name, func(p *nuov1.Match) { p.Phase = nuov1.MatchPhase_MATCH_PHASE_OFFERING })
	for most := offerStep; ; {
		var more bool
		err := r.update(ctx, name, applying, func(tx *store.Tx, m *nuov1.Match) (err error) {
			more, err = offerSome(tx, m, most)
			return err
		})
		switch {
		case fault.Is(err, tooLarge) && most > 1: // much was due on the same shifts
			most /= 2
		case damaged(err) && most > 1:
			most = 1 // one by one, so that the others do not wait for it
		case damaged(err):
			if err := r.setAside(ctx, name); err != nil {
				return err
			}
			most = offerStep
		case err != nil || !more:
			return err
		}
	}
}

func damaged(err error) bool {
	return fault.Is(err, nuov1.ErrorReason_ERROR_REASON_DAMAGED)
}

// offerSome offers the next placements, at most so many but for people who come together, and tells whether there may be
// more. PERMISSION_DENIED where who applied the plan may do so no longer.
func offerSome(tx *store.Tx, m *nuov1.Match, most int) (more bool, err error) {
	w, err := workOf(tx, m.GetName())
	if err != nil {
		return false, err
	}
	crews, err := nextCrews(tx, m, w.GetApplyNumber(), most)
	if err != nil || len(crews) == 0 {
		return false, err
	}
	if err := refuseFormer(tx, m, w); err != nil {
		return false, err
	}
	wanted := make([][]lifecycle.Placing, len(crews))
	for i, crew := range crews {
		for _, p := range crew {
			wanted[i] = append(wanted[i], lifecycle.Placing{
				Shift: p.GetShift(), Volunteer: p.GetVolunteer(), Revision: p.GetRevision(),
			})
		}
	}
	actor := lifecycle.Actor{Name: w.GetActor(), Person: w.GetPerson(), Role: w.GetRole()}
	outcomes, err := lifecycle.OfferPlan(tx, actor, wanted)
	if err != nil {
		return false, err
	}
	for i, outcome := range outcomes {
		for j, o := range outcome {
			if err := note(tx, m, w, crews[i][j], o); err != nil {
				return false, err
			}
		}
	}
	return true, store.MatchWorks.Put(tx, w)
}

// note writes down what became of a placement.
func note(tx *store.Tx, m *nuov1.Match, w *storev1.MatchWork, p *storev1.StoredPlacement, o lifecycle.Placed) error {
	if o.Contract != nil {
		p.State, p.Contract = offered, o.Contract.GetName()
		m.Offered++
	} else {
		p.State, p.Reason, w.Changed = changed, o.Refused, true
		m.Changed++
	}
	w.ApplyNumber = p.GetNumber() + 1
	return store.Placements.Put(tx, p)
}

// setAside says of the next placements, which cannot be read with what belongs to them, that they are damaged.
func (r *Room) setAside(ctx context.Context, name string) error {
	return r.update(ctx, name, applying, func(tx *store.Tx, m *nuov1.Match) error {
		_, err := giveUpSome(tx, m, 1, nuov1.ErrorReason_ERROR_REASON_DAMAGED)
		return err
	})
}

// nextCrews are the placements from a number on that the plan's record counts, by who comes together; at most so many,
// but for the last crew.
func nextCrews(tx *store.Tx, m *nuov1.Match, from uint64, most int) (crews [][]*storev1.StoredPlacement, err error) {
	last := uint64(0) // the crew that was begun
	n := 0
	for p, err := range store.Placements.Range(tx, store.Range{
		Prefix: []any{m.GetName()}, From: []any{from}, Until: []any{uint64(m.GetPlacements()) + 1}, // behind is half a round
	}) {
		if err != nil {
			return nil, err
		}
		joins := p.GetCrew() > 0 && p.GetCrew() == last
		switch {
		case joins:
			crews[len(crews)-1] = append(crews[len(crews)-1], p)
		case n >= most:
			return crews, nil
		default:
			crews = append(crews, []*storev1.StoredPlacement{p})
		}
		last = p.GetCrew()
		n++
	}
	return crews, nil
}
