package matcher

// attempt makes a plan from everybody's choice at the best prices, with some noise and a bonus for their choices lately,
// both scaled.
func (r *rosterSearch) attempt(noise, bonus int64) {
	d := r.dual
	if d.steps == 0 || r.watch.ask() {
		return
	}
	copy(r.chains.price, d.best)
	r.chains.width, r.chains.salt = chainWidth, r.random.Uint64()
	r.clear()
	if !r.follow(noise, bonus) {
		r.load(r.best)
		return
	}
	r.fill()
	r.improve()
	r.keep()
}

// follow makes everybody's choice at the best prices the state, sends home those who gain least by it where too many
// came, and lets everybody choose again among the slots that are open. It answers false where the context ended before
// the state was a plan.
func (r *rosterSearch) follow(noise, bonus int64) bool {
	s, m, c := r.state, r.m, r.dual.pricer
	for v := range s.n {
		if r.watch.over() {
			return false
		}
		r.dual.solveUsual(v, r.chains.price, noise, bonus, r.random)
		for _, i := range c.chosen {
			s.put(i)
		}
	}
	for x := range s.count {
		pairs := m.byShift[m.holder[x]:m.holder[x+1]]
		for k := len(pairs) - 1; s.count[x] > m.slots[x]; k-- {
			if s.on[pairs[k]] {
				s.drop(pairs[k])
			}
		}
	}
	for v := range s.n {
		if r.watch.over() {
			break
		}
		r.choose(int32(v))
	}
	return true
}

// neighbourhoods changes the best plan here and there, with about so much effort. The more a volunteer's shifts fall
// short of the best choice at the prices, the likelier it is that something is to be had there.
func (r *rosterSearch) neighbourhoods(effort int) {
	if len(r.state.n) == 0 || !r.going() {
		return
	}
	r.load(r.best)
	r.findSlack()
	r.chains.width = chainNear
	for end := r.watch.effort + effort; r.watch.effort < end && r.going(); {
		r.neighbourhood()
	}
}

// findSlack lists the volunteers whose shifts are not their best choice at the prices.
func (r *rosterSearch) findSlack() {
	s, m, d := r.state, r.m, r.dual
	r.slack = r.slack[:0]
	for v := range s.n {
		if r.watch.over() {
			return
		}
		profit := d.pricer.solve(v, r.chains.price, d.costs)
		for _, i := range s.of(int32(v)) {
			profit -= r.chains.price[m.shift[i]] - d.costs*m.cost[i]
		}
		if profit > d.scale>>4 {
			r.slack = append(r.slack, int32(v))
		}
	}
}

// neighbourhood gives some volunteers other shifts that are nearly as good for them at the prices, sends home whom they
// crowd out, fills what they left and improves around it, and goes back where the plan is worse for it.
func (r *rosterSearch) neighbourhood() {
	r.steps++
	s := r.state
	value, cost, unfair := s.value, s.cost, s.unfair
	s.log, s.logging = s.log[:0], true
	r.chains.salt = r.random.Uint64()
	most := r.dual.scale * r.m.size() / 2
	spread := max(most>>r.random.IntN(12), 1)
	for range 1 + r.random.IntN(4) {
		r.turn(r.someone(), spread)
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

// someone is a volunteer with slack, one who was crowded out, or anybody.
func (r *rosterSearch) someone() int32 {
	s := r.state
	switch dice := r.random.IntN(4); {
	case dice < 2 && len(r.slack) > 0:
		return r.slack[r.random.IntN(len(r.slack))]
	case dice == 2 && len(s.log) > 0:
		if i := s.log[r.random.IntN(len(s.log))]; i < 0 {
			return r.m.owner[^i]
		}
	}
	return int32(r.random.IntN(len(s.n)))
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
	for k := 0; k < len(s.log) && !r.watch.over(); k++ {
		i := s.log[k]
		if i < 0 {
			i = ^i
		}
		r.choose(r.m.owner[i])
		r.improveOne(r.m.owner[i])
	}
}
