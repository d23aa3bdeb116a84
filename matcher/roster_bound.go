package matcher

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	// deflection is how much of the direction a step keeps.
	deflection = 0.75
	// memory is how much of the average of the choices a step keeps.
	memory = 0.95
	// unbounded is the bound before the first.
	unbounded = math.MinInt64 / 4
)

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
	// The value that the bound is for, the scaled worth of a unit of value, and the prices; neither is above its limit, so
	// that sums fit.
	at               int64
	theta            int64
	price            []int64
	dearest, highest int64
	// The best bound so far, scaled, and where it was found.
	top       int64
	bestTheta int64
	best      []int64
	// Of the prices: the subgradient, which is what is offered less what is chosen, the direction, which is its average,
	// and how freely each moves: less where many are eligible, whose choices it turns. The same of theta.
	slope, way, ease                []float64
	slopeTheta, wayTheta, easeTheta float64
	// The length of a step in parts of Polyak's, and after how many steps without much gain it is cut.
	length          float64
	stale, patience int
	steps           int
	// By pair, the weights of the evaluations that chose it; the latest has this weight.
	often  []float64
	weight float64
}

// newRelaxation begins with prices of nothing. With valueOnly all costs are nothing, and −bound is what no value is above.
func newRelaxation(m *rosterModel, w *watch, valueOnly bool) *relaxation {
	shifts := len(m.p.shifts)
	r := &relaxation{
		m: m, pricer: newPricer(m, w), scale: 1 << 14, length: 1, weight: 1, patience: 12, top: unbounded,
		price: make([]int64, shifts), best: make([]int64, shifts), slope: make([]float64, shifts), way: make([]float64, shifts),
		ease: make([]float64, shifts),
	}
	heaviest := m.heaviest()
	r.highest = 1 << 60 / (m.slotsInAll() + int64(len(m.shift)) + 1)
	for r.scale > 1 && float64(m.size())*float64(r.scale)*64*float64(heaviest) > float64(r.highest) {
		r.scale >>= 1
	}
	r.dearest = max(r.highest/heaviest, 1)
	var ease float64
	for s := range r.ease {
		r.ease[s] = 1 / math.Sqrt(float64(1+m.holder[s+1]-m.holder[s]))
		ease += r.ease[s]
	}
	if valueOnly {
		r.theta = r.scale
		return r
	}
	r.often = make([]float64, len(m.shift))
	r.costs, r.at, r.theta = r.scale, m.most, min(4*r.scale*m.size(), r.dearest)
	if m.most > 0 {
		mean := float64(m.most) / float64(m.slotsInAll())
		r.easeTheta = ease / float64(shifts) / float64(shifts) / (mean * mean)
	}
	return r
}

// aim turns the bound to plans of another value.
func (r *relaxation) aim(value int64) {
	if r.top != unbounded {
		r.top += r.bestTheta * (value - r.at)
	}
	r.at = value
	r.length, r.stale = 1, 0
}

// snap tries the best prices, each moved to the nearest weight of a slot of its shift or to nothing: where only one shift
// each is at stake those are the corners among which the best prices are.
func (r *relaxation) snap() {
	before := slices.Clone(r.price)
	for s := range r.price {
		weight := int64(r.m.p.shifts[s].Priority)
		price, nearest := r.best[s], int64(0)
		for _, corner := range []int64{weight * r.theta, (weight + MaxPriority) * r.theta, MaxPriority * r.theta} {
			if max(price-corner, corner-price) < max(price-nearest, nearest-price) {
				nearest = corner
			}
		}
		r.price[s] = nearest
	}
	if bound, ok := r.evaluate(); ok && bound > r.top {
		r.top = bound
		copy(r.best, r.price)
	}
	copy(r.price, before)
}

// begin turns to the prices that proved the value, in costs: whatever is best for the value is the best for it.
func (r *relaxation) begin(worth *relaxation) {
	for s := range r.price {
		r.price[s] = min(max(whole(float64(worth.best[s])*float64(r.theta)/float64(worth.scale)), -r.highest), r.highest)
	}
	clear(r.way)
	r.wayTheta, r.length, r.stale = 0, 1, 0
}

// tired tells whether the steps have become too short to climb further.
func (r *relaxation) tired() bool { return r.length < 1e-3 }

// rest begins again from the best prices, with more patience.
func (r *relaxation) rest() {
	copy(r.price, r.best)
	r.theta = r.bestTheta
	clear(r.way)
	r.wayTheta, r.length, r.stale = 0, 0.5, 0
	r.patience += r.patience / 2
}

// evaluate answers the bound for value r.at at the present prices, scaled, and leaves what the prices lack in slope. It
// answers false where the context has ended.
func (r *relaxation) evaluate() (int64, bool) {
	m := r.m
	var bound int64
	r.slopeTheta = float64(r.at)
	for s := range r.price {
		n, cost := r.supply(s)
		r.slopeTheta -= float64(m.value(s, n))
		bound += cost
		r.slope[s] = float64(n)
	}
	bound += r.theta * r.at
	r.age()
	for v := range m.volunteer {
		if r.pricer.watch.over() {
			return 0, false
		}
		bound -= r.pricer.solve(v, r.price, r.costs)
		for _, i := range r.pricer.lead() {
			r.slope[m.shift[i]]--
			if r.often != nil {
				r.often[i] += r.weight
			}
		}
	}
	return bound, true
}

// age lets the choices of earlier evaluations weigh less, by letting later ones weigh more.
func (r *relaxation) age() {
	if r.weight /= memory; r.weight > 1e30 {
		for i := range r.often {
			r.often[i] /= r.weight
		}
		r.weight = 1
	}
}

// share is how often pair i was chosen lately, from 0 to 1: the choices' average tends to a solution of the linear
// relaxation (Barahona and Anbil 2000).
func (r *relaxation) share(i int32) float64 { return r.often[i] / r.weight * (1 - memory) }

// solveUsual is the pricer's solveNear with a bonus for pairs, as they were chosen lately.
func (r *relaxation) solveUsual(v int, price []int64, spread, bonus int64, random *rand.Rand) {
	m, c := r.m, r.pricer
	c.order, c.profit = c.order[:0], c.profit[:0]
	for i := m.first[v]; i < m.first[v+1]; i++ {
		profit := price[m.shift[i]] - r.costs*m.cost[i] + random.Int64N(2*spread+1) - spread + int64(float64(bonus)*r.share(i))
		if profit > 0 {
			c.add(i, profit)
		}
	}
	c.search(v)
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
	enough := bound-r.top > (target-r.top)/32
	if bound > r.top {
		r.top, r.bestTheta = bound, r.theta
		copy(r.best, r.price)
	}
	if enough {
		r.stale = 0
	} else if r.stale++; r.stale > r.patience {
		r.length *= 0.7
		r.stale = 0
	}
	r.steps++
	var norm float64
	for s, g := range r.slope {
		r.way[s] = float64(g*r.ease[s]) + float64(deflection*r.way[s]) // rounded alike on every kind of processor
		norm += r.way[s] * r.way[s] / r.ease[s]
	}
	r.wayTheta = float64(r.slopeTheta*r.easeTheta) + float64(deflection*r.wayTheta)
	if r.easeTheta > 0 {
		norm += r.wayTheta * r.wayTheta / r.easeTheta
	}
	if norm == 0 {
		return
	}
	step := r.length * float64(target-bound) / norm
	for s, d := range r.way {
		r.price[s] = min(max(r.price[s]+whole(step*d), -r.highest), r.highest)
	}
	r.theta = min(max(r.theta+whole(step*r.wayTheta), 0), r.dearest)
}

// whole is a step in whole numbers, small enough to be added.
func whole(step float64) int64 { return int64(min(max(step, -1<<60), 1<<60)) }

// floor is the least whole cost that the best bound leaves.
func (r *relaxation) floor() int64 {
	if r.top == unbounded {
		return unbounded
	}
	q := r.top / r.scale
	if r.top > q*r.scale {
		q++
	}
	return q
}
