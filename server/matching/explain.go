package matching

import (
	"bytes"
	"context"
	"errors"
	"slices"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// explained is a plan as it is explained: what it was made of, read anew and looking past its own offers, and what it
// gives. Where something has changed since, what no longer holds is left out, and stale says so.
type explained struct {
	*posed

	req         *nuov1.ExplainMatchRequest
	self        bool // a volunteer asks about oneself
	stale       bool
	assignments []matcher.Assignment
	explainer   *matcher.Explainer
	stored      []*storev1.StoredPlacement // of the volunteer who is asked about
	volunteer   int                        // asked about, −1 for none
	shift       int                        // asked about, −1 for none
	refused     []map[refusal]int32        // by shift, how many are kept from it before the matcher is asked
	own         map[int]refusal            // by shift, what keeps the volunteer who is asked about from it
	tellPairs   int                        // the most pairs with which everybody's wishes are told
}

// ExplainMatch says why a plan is as it is. It reads in short transactions and computes in none; several at once take
// turns.
func (r *Room) ExplainMatch(
	ctx context.Context, req *nuov1.ExplainMatchRequest,
) (*nuov1.ExplainMatchResponse, error) {
	x := &explained{req: req, volunteer: -1, shift: -1, own: map[int]refusal{}, tellPairs: r.tellPairs}
	m, err := call.Read(ctx, r.store, x.admit)
	if err != nil {
		return nil, err
	}
	select {
	case r.explaining <- struct{}{}:
		defer func() { <-r.explaining }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := r.restore(ctx, x, m); err != nil {
		return nil, err
	}
	return x.answer(ctx)
}

// admit asks whether the caller may ask this about the plan: planners everything, a volunteer about oneself once offers
// are being made. A plan that was not solved has nothing to explain: WRONG_STATE.
func (x *explained) admit(c *call.Call) (*nuov1.Match, error) {
	m, err := store.Matches.Get(c.Tx, x.req.GetName())
	if err != nil {
		return nil, err
	}
	if c.Allow(factsOf(m)) == nil {
		return m, refuseState(m, "EXPLAIN", proposed, applying, applied, cancelled)
	}
	x.self = true
	hidden := fault.New(notFound, "name", m.GetName())
	if x.req.GetVolunteer() == "" || c.Allow(policy.Facts{Within: []string{x.req.GetVolunteer()}}) != nil {
		return nil, hidden
	}
	v, err := store.Volunteers.Get(c.Tx, x.req.GetVolunteer())
	switch {
	case err != nil:
		return nil, err
	case m.GetState() != applying && m.GetState() != applied || v.GetDistrict() != m.GetDistrict():
		return nil, hidden
	case x.req.GetSkill() != "":
		return nil, rpc.Denied(c.Method)
	}
	return m, nil
}

// restore reads what the plan was made of, and what it gives.
func (r *Room) restore(ctx context.Context, x *explained, m *nuov1.Match) error {
	own, err := r.ownOffers(ctx, m.GetName())
	if err != nil {
		return err
	}
	g, err := r.gather(ctx, m, &ownOffers{without: own.without})
	if err != nil {
		return err
	}
	x.volunteer = slices.IndexFunc(g.people, func(c *candidate) bool { return c.Volunteer.GetName() == x.req.GetVolunteer() })
	x.shift = slices.IndexFunc(g.openings, func(o *lifecycle.Opening) bool { return o.Shift.GetName() == x.req.GetShift() })
	switch {
	case x.self && x.volunteer < 0: // not one of those who were asked
		return fault.New(notFound, "name", m.GetName())
	case x.req.GetVolunteer() != "" && x.volunteer < 0:
		return fault.New(notFound, "name", x.req.GetVolunteer())
	case x.req.GetShift() != "" && x.shift < 0:
		return fault.New(notFound, "name", x.req.GetShift())
	}
	x.refused = make([]map[refusal]int32, len(g.openings))
	x.posed, err = g.pose(ctx, func(v, s int, why refusal) {
		if x.refused[s] == nil {
			x.refused[s] = map[refusal]int32{}
		}
		x.refused[s][why]++
		if v == x.volunteer {
			x.own[s] = why
		}
	})
	if err != nil {
		return err
	}
	if err := r.assign(ctx, x); err != nil {
		return err
	}
	x.explainer, err = matcher.NewExplainer(ctx, x.problem, x.assignments)
	return err
}

// assign reads the plan's placements as assignments.
func (r *Room) assign(ctx context.Context, x *explained) error {
	volunteers, shifts := map[string]int{}, map[string]int{}
	for v, c := range x.people {
		volunteers[c.Volunteer.GetName()] = v
	}
	for s, o := range x.openings {
		shifts[o.Shift.GetName()] = s
	}
	var made []byte
	err := r.eachPlacement(ctx, x.match.GetName(), func(p *storev1.StoredPlacement) {
		if p.GetVolunteer() == x.req.GetVolunteer() {
			x.stored = append(x.stored, p)
		}
		v, known := volunteers[p.GetVolunteer()]
		s, open := shifts[p.GetShift()]
		if !known || !open || p.GetState() == changed {
			x.stale = true
			return
		}
		x.assignments = append(x.assignments, matcher.Assignment{Volunteer: v, Shift: s})
	})
	if err != nil {
		return err
	}
	err = r.store.View(ctx, func(tx *store.Tx) error {
		w, err := workOf(tx, x.match.GetName())
		made = w.GetFingerprint()
		return err
	})
	if err != nil {
		return err
	}
	x.stale = x.stale || !bytes.Equal(made, x.fingerprint())
	return x.dropBroken()
}

// dropBroken leaves out what a rule forbids now, such as a place on a shift whose capacity was lowered.
func (x *explained) dropBroken() error {
	for {
		err := x.problem.Check(x.assignments)
		var broken *matcher.Violation
		if !errors.As(err, &broken) {
			return err
		}
		x.stale = true
		i := slices.IndexFunc(x.assignments, func(a matcher.Assignment) bool {
			return a == broken.Assignment || broken.Rule == matcher.BrokenCrew && a.Shift == broken.Shift
		})
		if i < 0 {
			return err
		}
		x.assignments = slices.Delete(x.assignments, i, i+1)
	}
}

// eachPlacement reads what a plan's record counts, in short transactions.
func (r *Room) eachPlacement(ctx context.Context, match string, f func(*storev1.StoredPlacement)) error {
	for from, more := uint64(1), true; more; {
		var page []*storev1.StoredPlacement
		err := r.store.View(ctx, func(tx *store.Tx) error {
			page = nil
			m, err := store.Matches.Get(tx, match)
			if err != nil {
				return err
			}
			for p, err := range store.Placements.Range(tx, store.Range{
				Prefix: []any{match}, From: []any{from}, Until: []any{uint64(m.GetPlacements()) + 1},
			}) {
				if err != nil {
					return err
				}
				if page = append(page, p); len(page) == lookAt {
					break
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, p := range page {
			from = p.GetNumber() + 1
			f(p)
		}
		more = len(page) == lookAt
	}
	return nil
}
