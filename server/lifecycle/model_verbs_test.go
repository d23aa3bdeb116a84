package lifecycle

// The verbs of the model. Each tells whether it is possible; one that is not may leave the model half changed, and the
// caller goes back to a copy.

func (m *model) claim(name string, person, s int, wait bool) bool {
	at := m.of(person, s)
	if at >= 0 && (m.all[at].state != waitlisted || !m.lastHour(s) || m.free(s) <= 0) {
		return false
	}
	if !m.stands(s) || m.now >= m.end(s) {
		return false
	}
	if at < 0 {
		m.promote(s)
		m.all = append(m.all, mContract{
			name: name, person: person, shift: s, rev: m.shifts[s].rev,
			from: m.shifts[s].from, to: m.shifts[s].to, in: unset, out: unset,
		})
		at = len(m.all) - 1
		if m.free(s) <= 0 {
			return wait && m.waits(at)
		}
	}
	return m.signs(at)
}

func (m *model) waits(i int) bool {
	s := &m.shifts[m.all[i].shift]
	s.waits++
	m.all[i].state, m.all[i].wait = waitlisted, s.waits
	return m.now < m.latest(m.all[i].shift)
}

func (m *model) signs(i int) bool {
	c := &m.all[i]
	s := m.shifts[c.shift]
	from := max(m.now, s.from)
	if c.state != offered && m.free(c.shift) <= 0 || !m.stands(c.shift) || !m.qualifies(c.person, c.shift, from, s.to, i) {
		return false
	}
	c.state, c.from, c.to, c.rev, c.signed = signed, from, s.to, s.rev, m.now
	if !m.byHand {
		c.state = displayed
	}
	m.crossOffers(i, from, s.to)
	return true
}

// crossOffers expires the person's other offers within an interval.
func (m *model) crossOffers(i, from, to int) {
	if m.shifts[m.all[i].shift].dueBy {
		return
	}
	for k := range m.all {
		o := &m.all[k]
		if k == i || o.person != m.all[i].person || o.state != offered || m.shifts[o.shift].dueBy {
			continue
		}
		if m.falls(k); o.state == offered && meets(from, to, m.shifts[o.shift].from, m.end(o.shift)) {
			o.state = expired
		}
	}
}

func (m *model) offer(name string, person, s int, spoken bool) bool {
	if m.of(person, s) >= 0 || !m.stands(s) || m.now >= m.latest(s) {
		return false
	}
	m.promote(s)
	if m.free(s) <= 0 {
		return false
	}
	m.all = append(m.all, mContract{name: name, person: person, shift: s, in: unset, out: unset, spoken: spoken})
	m.offers(len(m.all) - 1)
	return true
}

func (m *model) sign(i int) bool {
	c := m.all[i]
	return (c.state == offered || c.state == waitlisted && m.lastHour(c.shift)) && m.signs(i)
}

func (m *model) decline(i int) bool {
	was := m.all[i].state
	m.all[i].state = declined
	return was == offered
}

func (m *model) deadline(c mContract) int {
	late := m.late(c)
	return min(max(late-12*hour, c.signed+15*minute), late)
}

func (m *model) withdraw(i int) bool {
	c := &m.all[i]
	ok := c.state == waitlisted || (c.state == signed || c.state == displayed) && m.now < m.deadline(*c)
	c.state = withdrawn
	return ok
}

func (m *model) askLeave(i int) bool {
	c := &m.all[i]
	ok := (c.state == signed || c.state == displayed) && m.now >= m.deadline(*c) && m.now < c.to
	c.state = excused
	return ok
}

func (m *model) refuse(i int) bool {
	c := &m.all[i]
	ok := (c.state == offered || c.state == signed || c.state == displayed) && m.now < m.latest(c.shift)
	c.state = cancelled
	return ok
}

func (m *model) accept(i int) bool {
	was := m.all[i].state
	m.all[i].state = displayed
	return was == signed && m.stands(m.all[i].shift)
}

// checkIn is the committee's, or by the site code the volunteer's own.
func (m *model) checkIn(i int, own bool) bool {
	c := &m.all[i]
	s := m.shifts[c.shift]
	ok := c.state == signed || c.state == displayed || c.state == offered && c.spoken && !own
	if !ok || !m.stands(c.shift) || m.now < s.from-30*minute || m.now >= m.end(c.shift) || m.present(c.person) >= 0 {
		return false
	}
	until := m.end(c.shift)
	if s.dueBy {
		until = m.now + 1
	}
	anew := c.state == offered || c.rev < s.rev
	if m.busy(c.person, i, m.now, until, false) || anew && !m.qualifies(c.person, c.shift, m.now, m.end(c.shift), i) {
		return false
	}
	if anew {
		c.from, c.to, c.rev = max(s.from, min(m.now, c.from)), s.to, s.rev
	}
	was := c.state
	c.state, c.in = inFulfilment, m.now
	if was == offered {
		c.signed = m.now
		m.crossOffers(i, m.now, m.end(c.shift))
	}
	return true
}

// onSite is claiming, or signing what is offered or waits, and checking in at once.
func (m *model) onSite(name string, person, s int) bool {
	at := m.of(person, s)
	if m.now < m.shifts[s].from-30*minute || m.now >= m.end(s) || !m.stands(s) {
		return false
	}
	if at >= 0 && m.all[at].state != offered && m.all[at].state != waitlisted {
		return false
	}
	if at >= 0 {
		return m.signs(at) && m.checkIn(at, true)
	}
	if !m.claim(name, person, s, false) {
		return false
	}
	return m.checkIn(len(m.all)-1, true)
}

func (m *model) undo(i int) bool {
	c := &m.all[i]
	if c.state != inFulfilment || c.out != unset || m.now >= max(c.in+10*minute, m.shifts[c.shift].from) {
		return false
	}
	if !m.shifts[c.shift].dueBy && m.busy(c.person, i, c.from, c.to, true) {
		return false
	}
	c.state, c.in = displayed, unset
	return true
}

func (m *model) checkOut(i int) bool {
	c := &m.all[i]
	if c.state != inFulfilment || c.out != unset || m.now >= c.to+2*hour || m.now < m.shifts[c.shift].from {
		return false
	}
	m.leaves(c, max(m.now, c.in))
	return true
}

func (m *model) extend(i int) bool {
	c := &m.all[i]
	if c.state != inFulfilment || c.out != unset || m.now >= c.to+2*hour || !m.stands(c.shift) {
		return false
	}
	c.crossed = c.crossed || m.busy(c.person, i, c.to, c.to+hour, false)
	c.to += hour
	return true
}

func (m *model) markAbsent(i int) bool {
	c := &m.all[i]
	ok := (c.state == signed || c.state == displayed) && m.now >= m.late(*c)
	c.state = absent
	return ok
}

func (m *model) decideAbsence(i int, excuses bool) bool {
	was := m.all[i].state
	m.all[i].state = breached
	if excuses {
		m.all[i].state = excused
	}
	return was == absent
}

func (m *model) confirm(s int) bool {
	for i := range m.all {
		if c := &m.all[i]; c.shift == s && c.state == inFulfilment && c.out != unset {
			c.state = fulfilled
		}
	}
	return m.now >= m.shifts[s].from
}

func (m *model) evaluate(i int) bool {
	was := m.all[i].state
	m.all[i].state = evaluated
	return was == fulfilled
}

// amend moves a shift or changes how many it takes.
func (m *model) amend(i, move, capacity int) bool {
	s := &m.shifts[i]
	if m.now < m.end(i) && capacity < m.held(i) {
		return false
	}
	s.cap = capacity
	if move == 0 {
		return true
	}
	left := (min(s.from, s.from+move) - m.now) / 2
	s.from, s.to = s.from+move, s.to+move
	if left <= 0 {
		left = max((s.to-m.now)/2, 0)
	}
	s.rev++
	s.amendDue = m.now + min(day, left)
	return true
}

func (m *model) answer(i int, yes bool) bool {
	c := &m.all[i]
	s := m.shifts[c.shift]
	if c.state != signed && c.state != displayed || c.rev >= s.rev {
		return false
	}
	if !yes {
		c.state = cancelled
		return true
	}
	from := max(s.from, min(m.now, c.from))
	if !m.qualifies(c.person, c.shift, from, s.to, i) {
		return false
	}
	c.from, c.to, c.rev = from, s.to, s.rev
	m.crossOffers(i, from, s.to)
	return true
}

// shut cancels a shift, or cuts it short once it has begun.
func (m *model) shut(i int, short bool) bool {
	s := &m.shifts[i]
	if !m.stands(i) || m.now >= m.end(i) || short && m.now < s.from {
		return false
	}
	s.open, s.cut = false, m.now
	m.settle(i)
	return true
}
