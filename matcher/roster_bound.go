package matcher

import "math"

// relaxation is the Lagrangian dual of a roster (Geoffrion 1974, Fisher 1981): the slots of each shift get a price, and
// every volunteer chooses for themselves. For any prices λ and any worth θ ≥ 0 of a unit of value, no plan of value V
// costs less than
//
//	θ·V + Σ over shifts min over n of (λ·n − θ·value(n)) − Σ over volunteers max over choices of Σ (λ − cost)
//
// because the plan's own n and choices are among those compared. As the choices are made by exact search, the bound is
// at least that of the linear relaxation. Everything is in whole numbers, scaled by a power of two, so that no rounding
// can make it too high. The prices climb by a deflected subgradient with Polyak's step (Polyak 1969; Held, Wolfe and
// Crowder 1974; Camerini, Fratta and Maffioli 1975). One step costs one branch and bound a volunteer.
type relaxation struct {
	m      *rosterModel
	pricer *pricer
	scale  int64 // of prices and bounds
	costs  int64 // of costs: scale, or 0 where value alone is to be bounded
	theta  int64 // scaled cost of a unit of value
	price  []int64
	slope  []float64 // what the prices lack: filled less wanted, the subgradient
	way    []float64 // the direction, deflected
	chosen []int32   // everybody's choice at the last prices
	top    int64     // the best bound so far, scaled, for value at
	at     int64     // the value that the bound is for
	best   []int64   // its prices
	length float64   // of the step, in parts of Polyak's
	stale  int
	steps  int
}

// newRelaxation begins with prices of nothing.
func newRelaxation(m *rosterModel) *relaxation {
	shifts := len(m.p.shifts)
	size := max(m.high, -m.low, m.high-m.low, 1)
	r := &relaxation{m: m, pricer: newPricer(m), scale: 1 << 14, at: m.most, length: 1, top: math.MinInt64}
	for r.scale > 1 && float64(size)*float64(r.scale)*16*float64(max(m.most, 1)) > 1<<60 {
		r.scale >>= 1
	}
	r.theta, r.costs = 1<<60/max(m.most, 1), r.scale
	r.price, r.best = make([]int64, shifts), make([]int64, shifts)
	r.slope, r.way = make([]float64, shifts), make([]float64, shifts)
	return r
}

// evaluate answers the bound for value r.at at the present prices, scaled, and leaves everybody's choice in chosen and
// what the prices lack in slope. It answers false when stop says so.
func (r *relaxation) evaluate(stop func() bool) (int64, bool) {
	m := r.m
	var bound int64
	for s := range r.price {
		n, cost := r.supply(s)
		bound += cost
		r.slope[s] = float64(n)
	}
	bound += r.theta * r.at
	r.chosen = r.chosen[:0]
	for v := range m.volunteer {
		if v&255 == 0 && stop() {
			return 0, false
		}
		bound -= r.pricer.solve(v, r.price, r.costs)
		for _, i := range r.pricer.chosen {
			r.slope[m.shift[i]]--
		}
		r.chosen = append(r.chosen, r.pricer.chosen...)
	}
	return bound, true
}

// supply is the best number of filled slots of a shift at its price, and its scaled cost.
func (r *relaxation) supply(s int) (n int, cost int64) {
	shift := &r.m.p.shifts[s]
	slots := int(r.m.slots[s])
	try := func(k int) {
		if k = min(k, slots); k > 0 {
			if c := r.price[s]*int64(k) - r.theta*r.m.value(s, k); c < cost || c == cost && k > n {
				n, cost = k, c
			}
		}
	}
	whole := shift.Minimum - shift.Minimum%shift.Crew
	try(whole)
	try(whole + shift.Crew)
	try(slots)
	return n, cost
}

// climb makes one step from the last evaluation, which had this bound, towards a target above it, both scaled.
func (r *relaxation) climb(bound, target int64) {
	if bound > r.top {
		r.top = bound
		copy(r.best, r.price)
		r.stale = 0
	} else if r.stale++; r.stale > 8 {
		r.length *= 0.7
		r.stale = 0
	}
	r.steps++
	var norm float64
	for s, g := range r.slope {
		r.way[s] = g + 0.6*r.way[s]
		norm += r.way[s] * r.way[s]
	}
	if norm == 0 {
		return
	}
	step := r.length * float64(target-bound) / norm
	for s, d := range r.way {
		r.price[s] += int64(step * d)
	}
}

// floor is the least whole cost that the best bound leaves.
func (r *relaxation) floor() int64 {
	if r.top == math.MinInt64 {
		return math.MinInt64
	}
	q := r.top / r.scale
	if r.top > q*r.scale {
		q++
	}
	return q
}
