package matcher

import (
	"context"
	"errors"
	"math"
)

// whyCost is a change of the score, less is better: first the Value lost, then the rank.
type whyCost struct{ value, rank int64 }

func (a whyCost) plus(b whyCost) whyCost  { return whyCost{a.value + b.value, a.rank + b.rank} }
func (a whyCost) minus(b whyCost) whyCost { return whyCost{a.value - b.value, a.rank - b.rank} }
func (a whyCost) less(b whyCost) bool {
	return a.value < b.value || a.value == b.value && a.rank < b.rank
}

// never is no way at all.
var never = whyCost{value: math.MaxInt64 / 4}

// whyPaths are the ways to change a plan of one shift each: its residual graph. A node is a shift that has one volunteer
// too many, who pushes one on; one more node, outside, stands for being left out and for empty slots.
//
//	s → t        a holder of s goes to t
//	s → outside  a holder of s is left out, or a free slot takes the one too many
//	outside → t  somebody left out comes to t, or a slot of t is given up: a holder goes on without being replaced
//
// A plan is best where no cycle improves it, which potentials prove (Bellman 1958 with Tarjan's test for a cycle in the
// parents; Ahuja, Magnanti and Orlin 1993, chapter 9). From then on a shortest path is Dijkstra's, with reduced costs.
// It needs about 80 bytes a shift and reads whyPairs.
type whyPaths struct {
	p     *Problem
	pairs *whyPairs
	plan  *whyPlan
	// shift and rank of each volunteer, shift −1 for none.
	at, rank []int32
	// enter is the cost of outside → t, leave of s → outside; never where there is no way.
	enter, leave []whyCost
	potential    []whyCost
	// fromOutside and toOutside are the distances from and to outside, nil until asked for.
	fromOutside, toOutside []whyCost
	// dropped tells whether the way to outside leaves somebody out (or takes a free slot), fetched whether the way from
	// there brings somebody (or gives up a slot).
	dropped, fetched []bool
	search           whySearch
	// arcs are sorted arcs to shifts, nil where not asked for.
	arcs [][]whyArc
}

// errBetter tells that a plan can be bettered.
var errBetter = errors.New("matcher: there is a better plan")

func (w *whyPaths) outside() int { return len(w.enter) }

// newWhyPaths builds the graph of a plan and its potentials, or tells errBetter. Its cost is O(pairs) for each round of
// Bellman and Ford's, of which there are as many as the longest shortest path has steps: few in practice.
func newWhyPaths(ctx context.Context, pairs *whyPairs, plan *whyPlan) (*whyPaths, error) {
	p := pairs.p
	w := &whyPaths{p: p, pairs: pairs, plan: plan}
	w.at, w.rank = make([]int32, len(p.volunteers)), make([]int32, len(p.volunteers))
	w.enter, w.leave = make([]whyCost, len(p.shifts)), make([]whyCost, len(p.shifts))
	for v := range w.at {
		w.at[v] = -1
	}
	for s := range p.shifts {
		w.enter[s], w.leave[s] = never, never
		for i := plan.by[s]; i < plan.by[s+1]; i++ {
			w.at[plan.who[i]], w.rank[plan.who[i]] = int32(s), plan.rank[i]
			if cost := (whyCost{0, -int64(plan.rank[i])}); cost.less(w.leave[s]) {
				w.leave[s] = cost
			}
		}
		if plan.taken(s) > 0 {
			w.enter[s] = whyCost{plan.lastWeight(p, s), 0}
		}
		if plan.taken(s) < p.shifts[s].Capacity {
			w.leave[s] = whyCost{-plan.nextWeight(p, s), 0}
		}
	}
	beat := pulse{ctx, 0}
	for v, s := range w.at {
		if s >= 0 {
			continue
		}
		for i := pairs.first[v]; i < pairs.first[v+1]; i++ {
			if cost := (whyCost{0, int64(pairs.rank[i])}); cost.less(w.enter[pairs.to[i]]) {
				w.enter[pairs.to[i]] = cost
			}
		}
		if err := beat.beat(1 + pairs.first[v+1] - pairs.first[v]); err != nil {
			return nil, err
		}
	}
	w.search = newWhySearch(len(p.shifts) + 1)
	return w, w.potentials(&beat)
}

// potentials finds for each node the cheapest way to it from anywhere, or errBetter.
func (w *whyPaths) potentials(beat *pulse) error {
	n := w.outside() + 1
	w.potential = make([]whyCost, n)
	parent, queued, queue := make([]int32, n), make([]bool, n), make([]int32, 0, n)
	for x := range n {
		parent[x], queued[x] = -1, true
		queue = append(queue, int32(x))
	}
	var changes int
	for len(queue) > 0 {
		next := queue[:0:0]
		for _, node := range queue {
			x := int(node)
			queued[x] = false
			steps := w.out(x, func(y int, cost whyCost) {
				if to := w.potential[x].plus(cost); to.less(w.potential[y]) {
					w.potential[y], parent[y] = to, int32(x)
					changes++
					if !queued[y] {
						queued[y] = true
						next = append(next, int32(y))
					}
				}
			})
			if err := beat.beat(steps); err != nil {
				return err
			}
			if changes >= n {
				if changes = 0; cyclic(parent) {
					return errBetter
				}
			}
		}
		queue = next
	}
	return nil
}

// cyclic tells whether the parents hold a cycle, in linear time.
func cyclic(parent []int32) bool {
	seen := make([]int32, len(parent))
	for x := range parent {
		round := int32(x + 1)
		y := int32(x)
		for y >= 0 && seen[y] == 0 {
			seen[y] = round
			y = parent[y]
		}
		if y >= 0 && seen[y] == round {
			return true
		}
	}
	return false
}

// out calls arc for each arc from a node and answers how many steps that took. Of parallel arcs that leave or come from
// outside only the cheapest is told.
func (w *whyPaths) out(x int, arc func(y int, cost whyCost)) (steps int) {
	outside := w.outside()
	if x == outside {
		for t, cost := range w.enter {
			if cost != never {
				arc(t, cost)
			}
		}
		return len(w.enter) + 1
	}
	if w.leave[x] != never {
		arc(outside, w.leave[x])
	}
	pairs := w.pairs
	for i := w.plan.by[x]; i < w.plan.by[x+1]; i++ {
		u, rank := w.plan.who[i], w.plan.rank[i]
		for j := pairs.first[u]; j < pairs.first[u+1]; j++ {
			if t := int(pairs.to[j]); t != x {
				arc(t, whyCost{0, int64(pairs.rank[j] - rank)})
			}
		}
		steps += pairs.first[u+1] - pairs.first[u]
	}
	return steps + 1
}

// in calls arc for each arc to a node and answers how many steps that took.
func (w *whyPaths) in(y int, arc func(x int, cost whyCost)) (steps int) {
	outside := w.outside()
	if y == outside {
		for s, cost := range w.leave {
			if cost != never {
				arc(s, cost)
			}
		}
		return len(w.leave) + 1
	}
	if w.enter[y] != never {
		arc(outside, w.enter[y])
	}
	pairs := w.pairs
	for i := pairs.back[y]; i < pairs.back[y+1]; i++ {
		if u := pairs.who[i]; w.at[u] >= 0 && int(w.at[u]) != y {
			arc(int(w.at[u]), whyCost{0, int64(pairs.whoRank[i] - w.rank[u])})
		}
	}
	return pairs.back[y+1] - pairs.back[y] + 1
}

// between searches the ways to a shift from all that some wish for. A way through outside is known from borders, so a
// search ends when no wished shift can be nearer than that.
func (w *whyPaths) between(beat *pulse, held int, reasons []*VolunteerReason) (int, error) {
	wanted := make(map[int]whyCost)
	var farthest whyCost
	for _, r := range reasons {
		for _, wish := range r.Wishes {
			if s := wish.Shift; !wish.Outside && wish.Slots > 0 {
				wanted[s] = w.toOutside[s].plus(w.fromOutside[held]).plus(w.potential[s]).minus(w.potential[held])
				if farthest.less(wanted[s]) {
					farthest = wanted[s]
				}
			}
		}
	}
	return w.searchTo(beat, held, wanted, farthest)
}

// way is the cost of the cheapest way from s to the shift of the last search, which is given up, and how it changes the
// number of filled slots; with held −1 the way ends outside. Somebody who goes outside leaves one slot fewer, who comes
// from there fills one more.
func (w *whyPaths) way(s, held int) (cost whyCost, filled int) {
	if held < 0 {
		return w.toOutside[s], 0 // who comes and who goes; with a free slot taken instead the plan would not be best
	}
	cost = w.toOutside[s].plus(w.fromOutside[held])
	if w.dropped[s] {
		filled--
	}
	if w.fetched[held] {
		filled++
	}
	if direct := w.distanceTo(held, s); direct.less(cost) {
		return direct, 0 // it does not lead through outside, which would be as near
	}
	return cost, filled
}

// towards runs backwards from a target to every node; distances are read by distanceTo.
func (w *whyPaths) towards(beat *pulse, target int) error {
	s := &w.search
	s.clear()
	s.reach(target, whyCost{}, -1)
	for y := s.settle(); y >= 0; y = s.settle() {
		here := s.distance[y]
		n := w.in(y, func(x int, cost whyCost) {
			if !s.settled[x] {
				s.reach(x, here.plus(cost).plus(w.potential[x]).minus(w.potential[y]), int32(y))
			}
		})
		if err := beat.beat(2 * n); err != nil {
			return err
		}
	}
	return nil
}

// distanceTo is the cost of the cheapest way from x to the target of the last search, never where it was not settled.
func (w *whyPaths) distanceTo(target, x int) whyCost {
	if !w.search.settled[x] {
		return never
	}
	return w.search.distance[x].minus(w.potential[x]).plus(w.potential[target])
}

// borders computes the distances to and from outside, once.
func (w *whyPaths) borders(beat *pulse) error {
	if w.toOutside != nil {
		return nil
	}
	outside := w.outside()
	if err := w.towards(beat, outside); err != nil {
		return err
	}
	s := &w.search
	to, dropped := make([]whyCost, outside+1), make([]bool, outside+1)
	for x := range to {
		to[x] = w.distanceTo(outside, x)
	}
	for _, x := range s.order[1:] { // whom outside was reached from first
		if y := s.next[x]; int(y) == outside {
			dropped[x] = w.leave[x].value == 0
		} else {
			dropped[x] = dropped[y]
		}
	}
	from, fetched := make([]whyCost, outside+1), make([]bool, outside+1)
	s.clear()
	s.reach(outside, whyCost{}, -1)
	for x := s.settle(); x >= 0; x = s.settle() {
		here := s.distance[x]
		n := w.out(x, func(y int, cost whyCost) {
			if !s.settled[y] {
				s.reach(y, here.plus(cost).plus(w.potential[x]).minus(w.potential[y]), int32(x))
			}
		})
		if err := beat.beat(2 * n); err != nil {
			return err
		}
	}
	for x := range from {
		if from[x] = never; s.settled[x] {
			from[x] = s.distance[x].plus(w.potential[x]).minus(w.potential[outside])
		}
	}
	for _, y := range s.order[1:] {
		if x := s.next[y]; int(x) == outside {
			fetched[y] = w.enter[y].value == 0
		} else {
			fetched[y] = fetched[x]
		}
	}
	w.toOutside, w.fromOutside, w.dropped, w.fetched = to, from, dropped, fetched
	return nil
}
