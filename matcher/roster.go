package matcher

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// RosterOptions say how Roster searches. The zero value searches until the context ends or the plan is proved best.
type RosterOptions struct {
	// Seed begins the random choices.
	Seed uint64
	// Steps ends the search after so many units of work, whatever the clock says: the same Seed and Steps give the same
	// plan where the context does not end before. 0 sets no end but the context's and the proof. A unit is one evaluation
	// of all prices, one plan made from them, or one neighbourhood of the best plan.
	Steps int
	// Start is a plan to begin with, which has to keep every rule; the answer is never worse. Where the context ended
	// before that could be checked, the answer is the Start as it is.
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

// Roster gives volunteers several shifts each: the most Value, then the least Rank, under all the rules of Check. That is
// NP-hard, so the search is anytime: when the context ends, Roster answers the best plan so far, with the bounds that it
// has proved, and no error. It ends by itself once the plan is proved best. The problem's own structure makes that
// likelier than one would think: where slots can be filled, the bound is mostly the optimum.
//
// Bounds and guidance come from prices of slots: the Lagrangian relaxation of the capacities (Geoffrion 1974, Fisher
// 1981; see relaxation), whose subproblem is one volunteer's best choice, solved exactly (see pricer). Its bound is at
// least the linear relaxation's, and whole, since ranks are. A plan is made from the prices and the average of the
// choices (Barahona and Anbil 2000): those who crowd a shift leave it, and open slots are filled by chains of people who
// move up (see chains), which are shortest augmenting paths with the prices as potentials, as in the successive shortest
// paths for min-cost flow (Edmonds and Karp 1972). Then cycles of exchanges improve it, and large neighbourhood search
// (Shaw 1998) turns some volunteers, first those whose shifts fall short of their best choice, and repairs around them.
// Among plans of equal Value and Rank the Unfairness is improved, at last by exchanges alone; what is left of ties falls
// to the seed and to the order of volunteers and shifts, never to that in which pairs were added. Crews are begun like
// other slots, at a lower worth; who is left of a broken crew goes elsewhere before a plan counts.
//
// An evaluation of all prices costs one branch and bound a volunteer, some ten to thirty pairs looked at where few pairs
// are worth their price; where many are, as for people who may take many shifts, a bounded number and then a bounded
// search by labels, which mostly is exact too (see labeler). A chain costs
// the pairs of the shifts that it looks at. The memory is about 60 bytes a pair beside the Problem, about 60 a volunteer
// and 100 a shift. A context that ends is seen within some milliseconds.
//
// Its error is a *Violation within, for a Start that breaks a rule.
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

// rosterWith is Roster with another cost for each pair: cost holds one for each pair of the problem in its order, of
// either sign, and the sum of all their sizes is below 1<<59. The most Value goes first, then the least sum of costs,
// which Progress is told as the rank.
func rosterWith(ctx context.Context, p *Problem, cost []int64, o RosterOptions) (rosterResult, error) {
	if err := p.check(ctx, o.Start); errors.As(err, new(*Violation)) {
		return rosterResult{}, fmt.Errorf("matcher: the plan to start with: %w", err)
	} else if err != nil {
		return unsearched(p, cost, o.Start), nil //nolint:nilerr // an ended context is answered with the start
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
		shift := &p.shifts[s]
		r.maxValue += int64(shift.Capacity)*int64(shift.Priority) + int64(shift.Minimum)*MaxPriority
	}
	for _, a := range start {
		pair, _ := p.pairAt(a.Volunteer, a.Shift)
		r.cost += cost[pair]
	}
	for _, c := range cost {
		r.minCost += min(c, 0)
	}
	return r
}
