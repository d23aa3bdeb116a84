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
	search                 whySearch
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

// whySearch is one run of Dijkstra's (1959) with a binary heap, O(arcs · log shifts) where all is reached. Its memory is
// used again; only what a run touched is cleared.
type whySearch struct {
	distance []whyCost // reduced; never where not reached
	next     []int32   // towards the target (or the source)
	settled  []bool
	touched  []int32
	heap     []whyItem
}

type whyItem struct {
	distance whyCost
	node     int32
}

func newWhySearch(nodes int) whySearch {
	s := whySearch{distance: make([]whyCost, nodes), next: make([]int32, nodes), settled: make([]bool, nodes)}
	for x := range s.distance {
		s.distance[x], s.next[x] = never, -1
	}
	return s
}

func (s *whySearch) reach(x int, distance whyCost, from int32) {
	if !distance.less(s.distance[x]) {
		return
	}
	if s.distance[x] == never {
		s.touched = append(s.touched, int32(x))
	}
	s.distance[x], s.next[x] = distance, from
	s.heap = append(s.heap, whyItem{distance, int32(x)})
	for i := len(s.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if !s.heap[i].distance.less(s.heap[up].distance) {
			break
		}
		s.heap[i], s.heap[up] = s.heap[up], s.heap[i]
		i = up
	}
}

// settle takes the nearest node that is not settled, −1 for none.
func (s *whySearch) settle() int {
	for len(s.heap) > 0 {
		x := int(s.heap[0].node)
		last := len(s.heap) - 1
		s.heap[0] = s.heap[last]
		s.heap = s.heap[:last]
		s.sink()
		if !s.settled[x] {
			s.settled[x] = true
			return x
		}
	}
	return -1
}

func (s *whySearch) sink() {
	for i := 0; ; {
		least := 2*i + 1
		if least >= len(s.heap) {
			return
		}
		if least+1 < len(s.heap) && s.heap[least+1].distance.less(s.heap[least].distance) {
			least++
		}
		if !s.heap[least].distance.less(s.heap[i].distance) {
			return
		}
		s.heap[i], s.heap[least] = s.heap[least], s.heap[i]
		i = least
	}
}

func (s *whySearch) clear() {
	for _, x := range s.touched {
		s.distance[x], s.next[x], s.settled[x] = never, -1, false
	}
	s.touched, s.heap = s.touched[:0], s.heap[:0]
}

// towards runs backwards from a target until every node that wanted counts is settled (wanted is called once for each
// settled node and answers true when that is enough). It answers the steps taken; distances are read by distanceTo.
func (w *whyPaths) towards(beat *pulse, target int, enough func(x int) bool) (steps int, err error) {
	s := &w.search
	s.clear()
	s.reach(target, whyCost{}, -1)
	for y := s.settle(); y >= 0; y = s.settle() {
		if enough(y) {
			break
		}
		here := s.distance[y]
		n := w.in(y, func(x int, cost whyCost) {
			if !s.settled[x] {
				s.reach(x, here.plus(cost).plus(w.potential[x]).minus(w.potential[y]), int32(y))
			}
		})
		steps += n
		if err := beat.beat(2 * n); err != nil {
			return steps, err
		}
	}
	return steps, nil
}

// distanceTo is the cost of the cheapest way from x to the target of the last search, never where it was not settled.
func (w *whyPaths) distanceTo(target, x int) whyCost {
	if !w.search.settled[x] {
		return never
	}
	return w.search.distance[x].minus(w.potential[x]).plus(w.potential[target])
}

func everything(int) bool { return false }

// borders computes the distances to and from outside, once.
func (w *whyPaths) borders(beat *pulse) error {
	if w.toOutside != nil {
		return nil
	}
	outside := w.outside()
	if _, err := w.towards(beat, outside, everything); err != nil {
		return err
	}
	to := make([]whyCost, outside+1)
	for x := range to {
		to[x] = w.distanceTo(outside, x)
	}
	from := make([]whyCost, outside+1)
	s := &w.search
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
	w.toOutside, w.fromOutside = to, from
	return nil
}
