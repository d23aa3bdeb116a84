package matcher

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

func newRosterSearch(ctx context.Context, m *rosterModel, o RosterOptions) *rosterSearch {
	r := &rosterSearch{
		ctx: ctx, m: m, o: o, state: newRosterState(m), dual: newRelaxation(m), random: rand.New(rand.NewPCG(o.Seed, 0)),
		maxValue: m.most, minCost: math.MinInt64, value: math.MinInt64,
	}
	size := max(m.high, -m.low, m.high-m.low, 1)
	r.chains = newChains(r.state, r.dual.scale, 0)
	r.chains.heavy = min(size*r.dual.scale*(2*chainDepth), 1<<60/(2*MaxPriority)/4)
	return r
}

// run searches until the context ends, the steps are used up, or the plan is proved best.
func (r *rosterSearch) run() {
	r.begin()
	next := 20
	for !r.over() && !r.proved() && (r.o.Steps == 0 || r.steps < r.o.Steps) {
		r.steps++
		d := r.dual
		if d.length > 1e-3 {
			r.ascend()
			if d.steps == next {
				next = next + 60
				r.attempt()
			}
			continue
		}
		r.neighbourhood()
	}
}

// begin makes the first plan.
func (r *rosterSearch) begin() {
	s, m := r.state, r.m
	for _, a := range r.o.Start {
		pairs := m.shift[m.first[a.Volunteer]:m.first[a.Volunteer+1]]
		k, _ := slices.BinarySearch(pairs, int32(a.Shift))
		s.put(m.first[a.Volunteer] + int32(k))
	}
	r.keep()
	order := make([]int32, len(s.count))
	for x := range order {
		order[x] = int32(x)
	}
	scarce := func(x int32) float64 { return float64(m.slots[x]) / float64(m.holder[x+1]-m.holder[x]+1) }
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(-cmp.Compare(scarce(a), scarce(b)), cmp.Compare(a, b)) })
	r.greedy(order)
	r.keep()
}

// ascend makes one step of the relaxation.
func (r *rosterSearch) ascend() {
	d := r.dual
	bound, ok := d.evaluate(r.over)
	if !ok {
		return
	}
	target := d.top + (max(d.top, -d.top) >> 4) + d.scale
	if r.value == d.at && r.cost*d.scale > d.top {
		target = r.cost * d.scale
	}
	if d.top == math.MinInt64 {
		target = max(r.cost*d.scale, bound+d.scale)
	}
	d.climb(bound, target)
	if r.value == d.at {
		r.minCost = max(r.minCost, d.floor())
	}
}

// attempt makes a plan from everybody's choice at the last prices.
func (r *rosterSearch) attempt() {
	copy(r.chains.price, r.dual.best)
	r.follow()
	r.fill()
	r.improve()
	r.keep()
}

// neighbourhood takes some volunteers' shifts away, fills again, and goes back where that is worse.
func (r *rosterSearch) neighbourhood() {
	r.load(r.best)
	s := r.state
	for range 4 {
		v := int32(r.random.IntN(len(s.n)))
		for s.n[v] > 0 {
			s.drop(s.of(v)[0])
		}
	}
	r.fill()
	r.improve()
	r.keep()
}

// result is the best plan.
func (r *rosterSearch) result() rosterResult {
	r.keep()
	m := r.m
	result := rosterResult{value: r.value, cost: r.cost, maxValue: r.maxValue, minCost: r.minCost, steps: r.steps}
	for _, i := range r.best {
		result.assignments = append(result.assignments, Assignment{int(m.owner[i]), int(m.shift[i])})
	}
	slices.SortFunc(result.assignments, compareAssignments)
	return result
}
