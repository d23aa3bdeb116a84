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
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// explained is a plan as it is explained: what it was made of, read anew and looking past its own offers, and what holds
// of it. What was signed is promised: nothing moves it. Where something has changed since, what no longer holds is left
// out, and stale says so.
type explained struct {
	*posed

	req         *nuov1.ExplainMatchRequest
	caller      *policy.Caller
	self        bool             // a volunteer asks about oneself
	person      *nuov1.Volunteer // asked about
	today       string
	tenure      *tenure
	stale       bool
	assignments []matcher.Assignment
	explainer   *matcher.Explainer
	stored      []*storev1.StoredPlacement // of the volunteer who is asked about
	volunteer   int                        // asked about, −1 for none, or one of whom the plan asks nothing more
	shift       int                        // asked about, −1 for none
	fixed       [][]string                 // by shift, who holds it beside the assignments
	holds       map[string]bool            // who holds anything
	refused     []map[refusal]int32        // by shift, how many are kept from it before the matcher is asked
	own         map[int]refusal            // by shift, what keeps the volunteer who is asked about from it
	tellPairs   int                        // the most pairs with which everybody's wishes are told
}

// ExplainMatch says why a plan is as it is. It reads in short transactions and computes in none; several at once take
// turns, each caller with one. LIMIT_REACHED where the caller has one under way or too many wait.
func (r *Room) ExplainMatch(
	ctx context.Context, req *nuov1.ExplainMatchRequest,
) (*nuov1.ExplainMatchResponse, error) {
	x := &explained{req: req, tellPairs: r.tellPairs}
	m, err := call.Read(ctx, r.store, x.admit)
	if err != nil {
		return nil, err
	}
	end, err := r.explaining.take(ctx, x.caller.Subject())
	if err != nil {
		return nil, err
	}
	defer end()
	if err := r.restore(ctx, x, m); err != nil {
		return nil, err
	}
	return x.answer(ctx)
}

// admit asks whether the caller may ask this about the plan: planners everything, a volunteer about oneself once offers
// are being made, and of a plan that ended midway where there is one for the volunteer. A plan that was never solved has
// nothing to explain: WRONG_STATE.
func (x *explained) admit(c *call.Call) (*nuov1.Match, error) {
	m, err := store.Matches.Get(c.Tx, x.req.GetName())
	if err != nil {
		return nil, err
	}
	p, err := place.PolicyOf(c.Tx, m.GetDistrict())
	if err != nil {
		return nil, err
	}
	x.caller, x.today = c.Caller, place.LocalDate(c.Now(), p.Zone)
	if c.Allow(factsOf(m)) == nil {
		if m.GetSolveTime() == nil {
			return nil, refuseState(m, "EXPLAIN")
		}
		if x.req.GetVolunteer() != "" {
			x.person, err = store.Volunteers.Get(c.Tx, x.req.GetVolunteer())
		}
		return m, err
	}
	x.self = true
	hidden := fault.New(notFound, "name", m.GetName())
	if x.req.GetVolunteer() == "" || c.Allow(policy.Facts{Within: []string{x.req.GetVolunteer()}}) != nil {
		return nil, hidden
	}
	if x.person, err = store.Volunteers.Get(c.Tx, x.req.GetVolunteer()); err != nil {
		return nil, err
	}
	told, err := x.isOffered(c, m)
	switch {
	case err != nil:
		return nil, err
	case !told && m.GetState() != applying && m.GetState() != applied, x.person.GetDistrict() != m.GetDistrict():
		return nil, hidden
	case x.req.GetSkill() != "":
		return nil, rpc.Denied(c.Method)
	}
	return m, nil
}

// isOffered tells whether the plan made the volunteer an offer.
func (x *explained) isOffered(c *call.Call, m *nuov1.Match) (bool, error) {
	for p, err := range store.Placements.ByIndex(c.Tx, store.PlacementsByVolunteer, x.person.GetName(), m.GetName()) {
		if err != nil || p.GetState() == offered {
			return err == nil, err
		}
	}
	return false, nil
}

// restore reads what the plan was made of, and what holds of it. An offer that stands though rules forbid it by now is
// pinned, and all is read again with it as a promise.
func (r *Room) restore(ctx context.Context, x *explained, m *nuov1.Match) (err error) {
	if x.tenure, err = r.tenure(ctx, m); err != nil {
		return err
	}
	for again := true; again; {
		if err := r.reread(ctx, x, m); err != nil {
			return err
		}
		if again, err = x.assign(ctx); err != nil {
			return err
		}
	}
	if err := r.compare(ctx, x); err != nil {
		return err
	}
	x.explainer, err = matcher.NewExplainer(ctx, x.problem, x.assignments)
	return err
}

// reread gathers what the plan was made of, and poses it.
func (r *Room) reread(ctx context.Context, x *explained, m *nuov1.Match) error {
	own, mine := x.tenure.own(), map[string]bool{}
	for _, p := range x.tenure.placements {
		mine[p.GetShift()] = true
	}
	g := &gathering{room: r, match: m, without: own.without, given: own.given}
	g.keeps = func(o *lifecycle.Opening) bool {
		hidden := x.self && fault.Is(o.Closed, nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN)
		return mine[o.Shift.GetName()] || o.Shift.GetName() == x.req.GetShift() && !hidden
	}
	if err := g.read(ctx); err != nil {
		return err
	}
	x.volunteer = slices.IndexFunc(g.people, func(c *candidate) bool { return c.Volunteer.GetName() == x.req.GetVolunteer() })
	x.shift = slices.IndexFunc(g.openings, func(o *lifecycle.Opening) bool { return o.Shift.GetName() == x.req.GetShift() })
	if err := x.known(ctx, g); err != nil {
		return err
	}
	x.refused, x.own = make([]map[refusal]int32, len(g.openings)), map[int]refusal{}
	var err error
	x.posed, err = g.pose(ctx, x.note)
	return err
}

// note counts what keeps a volunteer from a shift before the matcher is asked.
func (x *explained) note(v, s int, why refusal) {
	if why.reason == nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED {
		why = refusal{rule: nuov1.MatchRule_MATCH_RULE_TWICE}
	}
	if x.refused[s] == nil {
		x.refused[s] = map[refusal]int32{}
	}
	x.refused[s][why]++
	if v == x.volunteer {
		x.own[s] = why
	}
}

// known is NOT_FOUND where the plan never was about the volunteer or the shift that is asked about.
func (x *explained) known(ctx context.Context, g *gathering) error {
	if x.req.GetShift() != "" && x.shift < 0 {
		return fault.New(notFound, "name", x.req.GetShift())
	}
	named := func(p *storev1.StoredPlacement) bool { return p.GetVolunteer() == x.req.GetVolunteer() }
	if x.person == nil || x.volunteer >= 0 || slices.ContainsFunc(x.tenure.placements, named) {
		return nil
	}
	if len(g.openings) == 0 { // nobody was read
		pool, all, err := g.pool(ctx)
		within := place.VolunteerWithin(x.person, x.today)
		if err != nil || all || slices.ContainsFunc(pool, func(o string) bool { return slices.Contains(within, o) }) {
			return err
		}
	}
	name := x.req.GetVolunteer()
	if x.self {
		name = x.req.GetName()
	}
	return fault.New(notFound, "name", name)
}

// assign reads what holds of the plan as assignments, and tells whether an offer had to be pinned.
func (x *explained) assign(ctx context.Context) (again bool, err error) {
	volunteers, shifts := map[string]int{}, map[string]int{}
	for v, c := range x.people {
		volunteers[c.Volunteer.GetName()] = v
	}
	for s, o := range x.openings {
		shifts[o.Shift.GetName()] = s
	}
	x.assignments, x.stored, x.holds, x.fixed = nil, nil, map[string]bool{}, make([][]string, len(x.openings))
	var from []*storev1.StoredPlacement // of the assignments
	for _, p := range x.tenure.placements {
		if p.GetVolunteer() == x.req.GetVolunteer() {
			x.stored = append(x.stored, p)
		}
		v, known := volunteers[p.GetVolunteer()]
		s, open := shifts[p.GetShift()]
		switch x.tenure.of(p) {
		case gone:
		case fixed:
			if x.holds[p.GetVolunteer()] = true; open {
				x.fixed[s] = append(x.fixed[s], p.GetVolunteer())
			}
		case movable:
			if !known || !open {
				again = x.pin(p) || again
				continue
			}
			x.holds[p.GetVolunteer()] = true
			x.assignments, from = append(x.assignments, matcher.Assignment{Volunteer: v, Shift: s}), append(from, p)
		}
	}
	broken, err := x.dropBroken(ctx, from)
	return again || broken, err
}

// pin makes an offer that cannot be one of a plan of now a promise; what was only planned is left out.
func (x *explained) pin(p *storev1.StoredPlacement) bool {
	x.stale = true
	if p.GetContract() != "" {
		x.tenure.pinned[p.GetContract()] = true
	}
	return p.GetContract() != ""
}

// compare tells whether the plan would be made of anything else now.
func (r *Room) compare(ctx context.Context, x *explained) error {
	x.stale = x.stale || x.tenure.lost() || x.shift >= 0 && x.openings[x.shift].Closed != nil
	now := x.fingerprint
	if x.kept || len(x.tenure.states) > 0 { // it was made of other shifts, or the offers of it that are signed were free
		all, err := r.fingerprint(ctx, x.match, &ownOffers{without: x.tenure.all})
		if err != nil {
			return err
		}
		now = func() []byte { return all }
	}
	x.stale = x.stale || !bytes.Equal(x.tenure.made, now())
	return nil
}

// dropBroken leaves out what a rule forbids now, such as a place on a shift whose capacity was lowered, and tells whether
// an offer was among it. from are the placements of the assignments.
func (x *explained) dropBroken(ctx context.Context, from []*storev1.StoredPlacement) (again bool, err error) {
	for ctx.Err() == nil {
		err := x.problem.Check(x.assignments)
		var broken *matcher.Violation
		if !errors.As(err, &broken) {
			return again, err
		}
		i := slices.IndexFunc(x.assignments, func(a matcher.Assignment) bool {
			return a == broken.Assignment || broken.Rule == matcher.BrokenCrew && a.Shift == broken.Shift
		})
		if i < 0 {
			return again, err
		}
		again = x.pin(from[i]) || again
		x.assignments, from = slices.Delete(x.assignments, i, i+1), slices.Delete(from, i, i+1)
	}
	return again, ctx.Err()
}
