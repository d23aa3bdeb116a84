package matcher

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// rosterSearch looks for a roster: the relaxation says what a slot is worth and what cannot be reached, chains fill
// slots and improve, and large neighbourhood search (Shaw 1998) takes a few volunteers out and fills again.
type rosterSearch struct {
	watch  *watch
	m      *rosterModel
	o      RosterOptions
	state  *rosterState
	chains *chains
	dual   *relaxation
	worth  *relaxation // of the value alone, where slots stay open
	random *rand.Rand
	slack  []int32 // volunteers whose shifts are not their best choice
	steps  int
	// The best plan so far: its pairs, volunteers in order, and its score.
	best                []int32
	value, cost, unfair int64
	filled              int
	// What no plan can better: a higher value, and a lower cost with this value.
	maxValue, minCost int64
}

// proved tells whether nothing can be better.
func (r *rosterSearch) proved() bool { return r.value >= r.maxValue && r.cost <= r.minCost }

// keep remembers the state if it is the best so far, once those who are left of broken crews have gone elsewhere.
func (r *rosterSearch) keep() bool {
	s := r.state
	if r.m.crews {
		s.log, s.logging = s.log[:0], true
		r.mendCrews()
		s.logging = false
	}
	if r.best != nil && !r.better(r.value*grain, r.cost, r.unfair) {
		if r.m.crews {
			s.undo(0)
		}
		return false
	}
	r.value, r.cost, r.unfair, r.filled = s.value/grain, s.cost, s.unfair, s.filled
	if r.best == nil {
		r.best = make([]int32, 0, s.filled)
	}
	r.best = r.best[:0]
	for v := range s.n {
		r.best = append(r.best, s.of(int32(v))...)
	}
	r.tell()
	return true
}

// better tells whether the state is better than this.
func (r *rosterSearch) better(value, cost, unfair int64) bool {
	s := r.state
	return cmp.Or(cmp.Compare(value, s.value), cmp.Compare(s.cost, cost), cmp.Compare(s.unfair, unfair)) < 0
}

// tell reports the best plan and the bound.
func (r *rosterSearch) tell() {
	if r.o.Progress != nil {
		r.o.Progress(Progress{
			Score: Score{Value: r.value, Filled: r.filled, Rank: r.cost, Unfairness: r.unfair},
			Bound: Score{Value: r.maxValue, Filled: r.filled, Rank: r.minCost}, Steps: r.steps,
		})
	}
}

// mendCrews takes the dearest people out of shifts that have no whole number of crews; they may have what is open of
// shifts without crews.
func (r *rosterSearch) mendCrews() {
	s, m := r.state, r.m
	for x, n := range s.count {
		left := int(n) % m.p.shifts[x].Crew
		for k := m.holder[x+1] - 1; left > 0; k-- {
			if i := m.byShift[k]; s.on[i] {
				s.drop(i)
				left--
			}
			s.watch.effort++
		}
	}
	for _, left := range slices.Clone(s.log) {
		v := m.owner[^left]
		for i := m.first[v]; i < m.first[v+1]; i++ {
			if x := m.shift[i]; !s.on[i] && m.p.shifts[x].Crew == 1 && s.count[x] < m.slots[x] && s.fits(i, noPair) {
				s.put(i)
			}
		}
	}
}

// load makes pairs the state.
func (r *rosterSearch) load(pairs []int32) {
	r.clear()
	for _, i := range pairs {
		r.state.put(i)
	}
}

func (r *rosterSearch) clear() {
	s := r.state
	for v := range s.n {
		for s.n[v] > 0 {
			s.drop(s.held[s.first[v]+s.n[v]-1])
		}
	}
}

// greedy fills the scarcest shifts first, each with the cheapest people who fit.
func (r *rosterSearch) greedy(order []int32) {
	s, m := r.state, r.m
	for _, x := range order {
		for _, i := range m.byShift[m.holder[x]:m.holder[x+1]] {
			if s.count[x] == m.slots[x] {
				break
			}
			if !s.on[i] && s.fits(i, noPair) {
				s.put(i)
			}
		}
		if r.watch.over() {
			return
		}
	}
}

// fill fills open slots by chains, shift by shift.
func (r *rosterSearch) fill() {
	r.chains.era++
	for x := range r.state.count {
		r.fillShift(int32(x))
	}
}

func (r *rosterSearch) fillShift(x int32) {
	s, c := r.state, r.chains
	for s.count[x] < r.m.slots[x] && c.stuck[x] != c.era && !r.watch.over() {
		_, ok := c.find(x, c.heavy*r.m.worth(x, s.count[x]))
		if ok {
			c.apply()
		}
		if !ok || c.end.take < 0 {
			c.seal() // nobody was free, at best a dearer or lighter slot was left for it
		}
	}
}

// choose gives a volunteer the best choice of the slots that are open or theirs already, by value first.
func (r *rosterSearch) choose(v int32) (better bool) {
	s, m, c := r.state, r.m, r.dual.pricer
	var before, after int64
	c.order, c.profit = c.order[:0], c.profit[:0]
	for i := m.first[v]; i < m.first[v+1]; i++ {
		x, n := m.shift[i], s.count[m.shift[i]]
		if s.on[i] {
			n--
		}
		if n >= m.slots[x] {
			continue
		}
		profit := r.chains.heavy*m.worth(x, n) - r.chains.scale*m.cost[i]
		if s.on[i] {
			before += profit
		}
		if profit > 0 {
			c.add(i, profit)
		}
	}
	if len(c.order) <= int(s.n[v]) {
		return false
	}
	c.search(int(v))
	if after = c.best; after <= before {
		return false
	}
	for s.n[v] > 0 {
		s.drop(s.of(v)[0])
	}
	for _, i := range c.chosen {
		s.put(i)
	}
	return true
}

// improve takes every held pair away and fills its slot more cheaply, until that helps nobody.
func (r *rosterSearch) improve() {
	s := r.state
	for again := true; again; {
		again = false
		for v := range s.n {
			if r.watch.over() {
				return
			}
			again = r.choose(int32(v)) || again
			again = r.improveOne(int32(v)) || again
		}
	}
}

func (r *rosterSearch) improveOne(v int32) (better bool) {
	s, c := r.state, r.chains
	for k := s.n[v] - 1; k >= 0 && !r.watch.over(); k-- {
		if k >= s.n[v] {
			continue
		}
		i := s.of(v)[0]
		s.drop(i)
		if _, ok := c.find(r.m.shift[i], c.scale*r.m.cost[i]+c.burden(v)); ok {
			c.apply()
			better = true
		} else {
			s.put(i)
			s.forget(2)
		}
	}
	return better
}
