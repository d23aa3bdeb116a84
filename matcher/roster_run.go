package matcher

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

func newRosterSearch(ctx context.Context, m *rosterModel, o RosterOptions) *rosterSearch {
	w := &watch{ctx: ctx}
	r := &rosterSearch{
		watch: w, m: m, o: o, state: newRosterState(m, w), dual: newRelaxation(m, w, false), random: rand.New(rand.NewPCG(o.Seed, 0)),
		maxValue: m.most, minCost: m.least, value: math.MinInt64,
	}
	busiest, worthiest := int32(1), int64(1)
	for v := range m.volunteer {
		busiest = max(busiest, m.volunteer[v].shifts)
	}
	for x := range m.slots {
		worthiest = max(worthiest, m.worth(int32(x), int32(m.p.shifts[x].Crew-1)))
	}
	heavy := min(m.size()*r.dual.scale*(2*chainDepth), 1<<60/worthiest/int64(busiest+2))
	r.chains = newChains(r.state, r.dual.scale, heavy)
	return r
}

// going tells whether the search goes on: until the context ends, the steps are used up, or the plan is proved best.
func (r *rosterSearch) going() bool {
	return !r.proved() && (r.o.Steps == 0 || r.steps < r.o.Steps) && !r.watch.ask()
}

// run searches in rounds: some steps of the relaxations, some plans from their prices, and some work on
// neighbourhoods of the best plan. When the prices are as good as they get, more and more rounds work on those alone.
func (r *rosterSearch) run() {
	r.begin()
	effort, pause, pauses, top := 0, 0, 1, int64(unbounded)
	high := r.dual.scale * max(r.m.size()/8, 1)
	bonuses := []int64{high, 2 * r.dual.scale, high}
	for burst := 20; r.going(); burst += 10 {
		before, value := r.watch.effort, r.value
		if pause--; pause < 0 {
			r.boundValue(burst)
			r.boundCost(burst)
			effort = r.watch.effort - before
			if d := r.dual; d.tired() {
				if d.top-top < (r.cost*d.scale-d.top)/16 {
					pause = pauses
					pauses *= 2
				}
				top = d.top
			}
		}
		r.attempt(0, 2*r.dual.scale)
		for k := 0; k < len(bonuses) && r.going() && r.watch.effort-before < 2*effort; k++ {
			r.steps++
			r.attempt(r.dual.scale>>(2*k), bonuses[k])
		}
		if pause < 0 {
			r.neighbourhoods(effort / 8)
		} else {
			r.neighbourhoods(effort)
		}
		if r.value > value {
			pause, pauses = 0, 1
		}
	}
	r.even()
}

// even improves the unfairness of the best plan, as far as exchanges of equal cost do.
func (r *rosterSearch) even() {
	if r.watch.ask() {
		return
	}
	r.load(r.best)
	r.chains.fair, r.chains.salt = true, 0
	r.improve()
	r.keep()
}

// begin makes the first plan: the one to start with, or a greedy one.
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

// boundValue makes some steps towards a proof that there is no more value.
func (r *rosterSearch) boundValue(steps int) {
	if r.value >= r.maxValue || r.steps < 20 {
		return // nothing to prove, or nothing tried yet
	}
	if r.worth == nil {
		r.worth = newRelaxation(r.m, r.watch, true)
	}
	d := r.worth
	if d.tired() {
		d.rest()
	}
	for k := 0; k < steps && r.value < r.maxValue && !d.tired() && r.going(); k++ {
		r.steps++
		bound, ok := d.evaluate()
		if !ok {
			return
		}
		d.climb(bound, -r.value*d.scale)
		r.lower(-d.floor())
	}
	d.snap()
	r.lower(-d.floor())
	if r.value >= r.maxValue {
		r.dual.begin(d)
	}
}

// lower notes that no plan has more value than this.
func (r *rosterSearch) lower(value int64) {
	if value < r.maxValue {
		r.maxValue = value
		r.tell()
	}
}

// boundCost makes some steps towards a proof that there is no lower cost with the best value.
func (r *rosterSearch) boundCost(steps int) {
	d := r.dual
	if r.value != d.at && r.steps > 0 {
		d.aim(r.value)
	}
	if d.tired() {
		d.rest()
	}
	for k := 0; k < steps && !d.tired() && r.going(); k++ {
		r.steps++
		bound, ok := d.evaluate()
		if !ok {
			return
		}
		d.climb(bound, r.target(bound))
		if r.value == d.at {
			if floor := d.floor(); floor > r.minCost {
				r.minCost = floor
				r.tell()
			}
		}
	}
}

// target is where the bound on the cost shall climb to.
func (r *rosterSearch) target(bound int64) int64 {
	d := r.dual
	top := max(d.top, bound)
	part := max(top, -top)
	target := r.cost*d.scale + d.theta*(d.at-r.value)
	target += min(max(target, -target)>>13, 2*max(target-top, 0)+d.scale) // a little too far: to the point itself it creeps
	if d.steps > 0 && d.steps < 40 {
		target = min(target, top+part/10+d.scale) // the first plans are far above the best
	}
	if target <= top {
		target = top + part>>4 + d.scale
	}
	return target
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
