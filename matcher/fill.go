package matcher

import (
	"context"
	"math"
	"slices"
)

// Fill gives every volunteer at most one shift: the plan of the most Value, among those of the least Rank, among those
// of the least Unfairness. It is exact: Bound is the Score, Optimal is true. Two shifts of one volunteer never meet; a
// pair that commitments or the limit of time forbid by itself is left out.
//
// Slots are filled in classes of falling weight, for the sets of slots that can be filled together are a matroid. In a
// class it is the primal-dual method for the assignment problem (Kuhn 1955), by rounds as in Hopcroft and Karp (1973):
// from all free slots at once grows a forest of shortest alternating paths (Dijkstra 1959, on the radix heap of Ahuja,
// Mehlhorn, Orlin and Tarjan 1990) until the nearest free volunteers are met, and every tree that met one is turned. A
// round costs O(pairs + volunteers + shifts) at most. There are as many as paths have different lengths, times the few
// that one length takes: about the rank that the last slot has to pay where ranks are small, and never more than slots.
// Where rounds yield little, because costs are many, the slots that are left are decided one by one (Jonker and
// Volgenant 1987), each in O(pairs) at most. Where nearly everybody may take everything, a part of the pairs is solved,
// and its duals tell which others matter. What is fairest is found on the tight pairs, where it is a matroid again.
//
// It needs 8 bytes a pair beside the Problem (24 where the highest rank times volunteers or shifts, whichever are fewer,
// passes 2²⁹), and about 60 a volunteer and 60 a shift. Plans of equal score are told apart by the numbers of volunteers
// and shifts alone: shifts begin in rising order, and each looks at volunteers in rising order and keeps the first of
// those who are equally near.
//
// Its errors are ErrCrew, where a shift wants crews, and the context's.
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
	beat := &pulse{ctx, pulseSteps}
	allowed, err := newAllowed(beat, p)
	if err != nil {
		return nil, err
	}
	small, err := narrow(beat, p)
	if err != nil {
		return nil, err
	}
	if cost == nil && small {
		return solveFill(beat, p, fillPairs[int32]{allowed.first, allowed.shift, allowed.costs32(p)})
	}
	return solveFill(beat, p, fillPairs[int64]{allowed.first, allowed.shift, allowed.costs64(p, cost)})
}

// narrow tells whether no path's cost, nor what is added to it, passes 32 bits.
func narrow(beat *pulse, p *Problem) (bool, error) {
	var highest int32
	for ranks := range slices.Chunk(p.rank, pulseSteps) {
		for _, rank := range ranks {
			highest = max(highest, rank)
		}
		if err := beat.beat(len(ranks)); err != nil {
			return false, err
		}
	}
	longest := int64(min(len(p.volunteers), len(p.shifts))) + 1
	return longest*int64(highest) < math.MaxInt32/4, nil
}

// solveFill solves the problem with these pairs.
func solveFill[C fillCost](beat *pulse, p *Problem, pairs fillPairs[C]) (*flow, error) {
	n, err := solveKernel(beat, p, pairs)
	if err != nil {
		return nil, err
	}
	if n == nil {
		if n, err = newFillNet(beat, p, pairs); err != nil {
			return nil, err
		}
		if err := n.solve(beat); err != nil {
			return nil, err
		}
	}
	if err := n.even(beat); err != nil {
		return nil, err
	}
	return n.flow(), nil
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

// plan is the flow's assignments and their score, where the costs are the ranks.
func (f *flow) plan(p *Problem) *Plan {
	plan := &Plan{Optimal: true}
	score := &plan.Score
	for _, s := range f.shiftOf {
		if s >= 0 {
			score.Filled++
		}
	}
	plan.Assignments = make([]Assignment, 0, score.Filled)
	taken := make([]int32, len(p.shifts))
	for v, s := range f.shiftOf {
		if s < 0 {
			continue
		}
		plan.Assignments = append(plan.Assignments, Assignment{v, int(s)})
		score.Value += p.slotWeight(int(s), int(taken[s]))
		taken[s]++
		score.Rank += f.worth[s] - f.price[v]
		score.Unfairness += 2*int64(p.volunteers[v].Load) + 1
	}
	plan.Bound = plan.Score
	return plan
}
