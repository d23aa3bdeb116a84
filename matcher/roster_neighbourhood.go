package matcher

// attempt makes a plan from everybody's choice at the last prices.
func (r *rosterSearch) attempt() {
	if r.dual.steps == 0 {
		return
	}
	copy(r.chains.price, r.dual.best)
	r.chains.width = chainWidth
	r.follow()
	r.fill()
	r.improve()
	r.keep()
	r.load(r.best)
}

// neighbourhood gives some volunteers other shifts that are nearly as good for them at the prices, sends home whom they
// crowd out, fills what they left and improves around it, and goes back where the plan is worse for it.
func (r *rosterSearch) neighbourhood() {
	r.steps++
	s := r.state
	if len(s.n) == 0 {
		return
	}
	value, cost, unfair := s.value, s.cost, s.unfair
	s.log, s.logging = s.log[:0], true
	r.chains.width = chainNear
	spread := r.dual.scale * max(1, r.m.size()>>(1+r.random.IntN(6)))
	for range 1 + r.random.IntN(4) {
		r.turn(int32(r.random.IntN(len(s.n))), spread)
	}
	r.refill()
	r.settle()
	s.logging = false
	switch {
	case r.better(value, cost, unfair):
		r.keep()
	case s.value < value || s.value == value && s.cost > cost:
		s.undo(0)
	}
}

// turn gives a volunteer the choice that is best at prices with some noise.
func (r *rosterSearch) turn(v int32, spread int64) {
	s, m, c := r.state, r.m, r.dual.pricer
	for s.n[v] > 0 {
		s.drop(s.of(v)[0])
	}
	c.solveNear(int(v), r.chains.price, r.dual.costs, spread, r.random)
	for _, i := range c.chosen {
		x := m.shift[i]
		if m.slots[x] == 0 {
			continue
		}
		s.put(i)
		pairs := m.byShift[m.holder[x]:m.holder[x+1]]
		for k := len(pairs) - 1; s.count[x] > m.slots[x]; k-- {
			if s.on[pairs[k]] && pairs[k] != i {
				s.drop(pairs[k])
			}
		}
	}
}

// refill fills the slots that were left since the log began.
func (r *rosterSearch) refill() {
	r.chains.era++
	for k := 0; k < len(r.state.log); k++ {
		if i := r.state.log[k]; i < 0 {
			r.fillShift(r.m.shift[^i])
		}
	}
}

// settle improves everybody who moved since the log began.
func (r *rosterSearch) settle() {
	s := r.state
	for k := 0; k < len(s.log) && !r.tick(); k++ {
		i := s.log[k]
		if i < 0 {
			i = ^i
		}
		r.improveOne(r.m.owner[i])
	}
}
