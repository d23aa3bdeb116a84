package matcher

import (
	"context"
	"fmt"
	"slices"
)

// RosterOptions say how Roster searches. The zero value searches until the context ends or the plan is proved best.
type RosterOptions struct {
	// Seed begins the random choices.
	Seed uint64
	// Steps ends the search after so many units of work, whatever the clock says: the same Seed and Steps give the same
	// plan. 0 sets no end but the context's and the proof.
	Steps int
	// Start is a plan to begin with, which has to keep every rule; the answer is never worse.
	Start []Assignment
	// Progress, where given, is told of every better plan or bound, by the goroutine that called Roster.
	Progress func(Progress)
}

// Progress is how far a search has come.
type Progress struct {
	// Score is of the best plan so far, Bound what no plan can better (see Plan.Bound).
	Score, Bound Score
	// Steps is the work done, in the units of RosterOptions.Steps.
	Steps int
}

// For the owner of Repair: the unexported entry.
//
//	func rosterWith(ctx context.Context, p *Problem, cost []int64, o RosterOptions) (rosterResult, error)
//
// cost has one number for each pair in the Problem's order (of volunteer v those in p.first[v]:p.first[v+1]), of either
// sign; the search maximises Value first, then minimises the sum of the costs. The sum of |cost| over any plan must stay
// below 1<<52. For Repair, cost = rank − B·signed with B above any sum of ranks: the sum is B·(moved − signed) + Rank.
// o.Progress is told Score.Rank = that sum.

// rosterResult is what rosterWith finds.
type rosterResult struct {
	assignments []Assignment // by volunteer, then shift
	value, cost int64        // of the assignments
	maxValue    int64        // no plan has a higher Value
	minCost     int64        // no plan of this value has a lower cost
	steps       int
}

// optimal tells that value and cost are proved best.
func (r *rosterResult) optimal() bool { return r.value == r.maxValue && r.cost == r.minCost }

// Roster gives volunteers several shifts each.
func Roster(ctx context.Context, p *Problem, o RosterOptions) (*Plan, error) {
	cost := make([]int64, p.Pairs())
	for i, rank := range p.rank {
		cost[i] = int64(rank)
	}
	r, err := rosterWith(ctx, p, cost, o)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Assignments: r.assignments, Score: p.ScoreOf(r.assignments), Optimal: r.optimal()}
	plan.Bound = Score{Value: r.maxValue, Filled: plan.Score.Filled, Rank: max(r.minCost, 0)}
	return plan, nil
}

func rosterWith(ctx context.Context, p *Problem, cost []int64, o RosterOptions) (rosterResult, error) {
	if err := p.Check(o.Start); err != nil {
		return rosterResult{}, fmt.Errorf("matcher: the plan to start with: %w", err)
	}
	m := newRosterModel(ctx, p, cost)
	if m == nil {
		return unsearched(p, cost, o.Start), nil
	}
	r := newRosterSearch(ctx, m, o)
	r.run()
	return r.result(), nil
}

// unsearched is the answer where the context ended before anything could be done: the plan to start with.
func unsearched(p *Problem, cost []int64, start []Assignment) rosterResult {
	r := rosterResult{assignments: slices.Clone(start), value: p.ScoreOf(start).Value}
	slices.SortFunc(r.assignments, compareAssignments)
	for s := range p.shifts {
		for n := range p.shifts[s].Capacity {
			r.maxValue += p.slotWeight(s, n)
		}
	}
	for _, a := range start {
		r.cost += cost[rosterPair(p, a.Volunteer, a.Shift)]
	}
	for _, c := range cost {
		r.minCost += min(c, 0)
	}
	return r
}

// rosterPair is the index of a pair that there is.
func rosterPair(p *Problem, v, s int) int {
	shifts, _ := p.PairsOf(v)
	i, _ := slices.BinarySearch(shifts, int32(s))
	return p.first[v] + i
}
