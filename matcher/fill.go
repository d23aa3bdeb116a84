package matcher

import "context"

// Fill gives every volunteer at most one shift: the plan of the most Value, among those of the least Rank, among those
// of the least Unfairness. It is exact. Times, rests and limits of volunteers are not looked at, but a pair that a
// commitment forbids is left out.
//
// Its errors are ErrCrew and the context's.
func Fill(ctx context.Context, p *Problem) (*Plan, error) {
	f, err := fill(ctx, p, nil)
	if err != nil {
		return nil, err
	}
	return f.plan(p), nil
}

// fill is Fill with another cost for each pair: cost holds one for each pair of the problem in its order (first, shift),
// or is nil for the ranks. Costs are 0 or more, and the highest times the number of volunteers is below 1<<60.
func fill(ctx context.Context, p *Problem, cost []int64) (*flow, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for s := range p.shifts {
		if p.shifts[s].Crew > 1 {
			return nil, ErrCrew
		}
	}
	n := newFillNet(p, cost)
	if err := n.solve(ctx); err != nil {
		return nil, err
	}
	return &n.flow, nil
}

// flow is an optimal assignment of one shift each and the duals that prove it: for every pair that nothing forbids
// cost + price[v] - worth[s] is 0 or more, and 0 where it is held.
type flow struct {
	// shiftOf is each volunteer's shift, -1 for none.
	shiftOf []int32
	// price of a volunteer: 0 or more, 0 for who is free.
	price []int64
	// worth of a slot of each shift.
	worth []int64
}

// plan is the flow's assignments and their score.
func (f *flow) plan(p *Problem) *Plan {
	plan := &Plan{Optimal: true}
	for v, s := range f.shiftOf {
		if s >= 0 {
			plan.Assignments = append(plan.Assignments, Assignment{v, int(s)})
		}
	}
	plan.Score = p.ScoreOf(plan.Assignments)
	plan.Bound = plan.Score
	return plan
}
