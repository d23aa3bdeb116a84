package lifecycle

import (
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// The model: contracts, shifts and people as domain.md tells of them, in plain Go, with times in seconds from noon of
// 8 February. It knows nothing of tables, steps or queues, and shares nothing with the code but the names of states.
const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
	unset  = -1 << 40
)

type mShift struct {
	from, to, cap, rev int
	amendDue, cut      int
	open, dueBy        bool
	waits              int
}

type mContract struct {
	name                string
	person, shift       int
	state               nuov1.ContractState
	from, to, rev, wait int
	expire, signed      int
	in, out             int
	spoken, crossed     bool
}

type model struct {
	now       int
	byHand    bool
	cancelled int // when the list was
	shifts    []mShift
	all       []mContract
}

func (m *model) clone() *model {
	n := *m
	n.shifts, n.all = slices.Clone(m.shifts), slices.Clone(m.all)
	return &n
}

func (m *model) end(s int) int {
	if m.shifts[s].cut != unset {
		return min(m.shifts[s].cut, m.shifts[s].to)
	}
	return m.shifts[s].to
}

func (m *model) stands(s int) bool { return m.cancelled == unset && m.shifts[s].open }

// latest is by when who promised is to be there.
func (m *model) latest(s int) int {
	if m.shifts[s].dueBy {
		return m.shifts[s].to
	}
	return m.shifts[s].from
}

func (m *model) late(c mContract) int {
	if m.shifts[c.shift].dueBy {
		return c.to
	}
	return c.from
}

func (m *model) lastHour(s int) bool { return m.now >= m.latest(s)-hour }

func (m *model) held(s int) (n int) {
	for _, c := range m.all {
		switch c.state {
		case offered, signed, displayed, inFulfilment, fulfilled, evaluated:
			if c.shift == s {
				n++
			}
		}
	}
	return n
}

func (m *model) free(s int) int { return m.shifts[s].cap - m.held(s) }

// waiters are the contracts that wait for a shift, in order.
func (m *model) waiters(s int) (order []int) {
	for i, c := range m.all {
		if c.shift == s && c.state == waitlisted {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return m.all[a].wait - m.all[b].wait })
	return order
}

func live(s nuov1.ContractState) bool {
	return slices.Contains([]nuov1.ContractState{waitlisted, offered, signed, displayed, inFulfilment}, s)
}

// of is the person's live contract on a shift, -1 when there is none.
func (m *model) of(person, shift int) int {
	return slices.IndexFunc(m.all, func(c mContract) bool { return c.person == person && c.shift == shift && live(c.state) })
}

// present is where the person is, -1 for nowhere; whoever forgot to check out is gone two hours after the end.
func (m *model) present(person int) int {
	return slices.IndexFunc(m.all, func(c mContract) bool {
		return c.person == person && c.state == inFulfilment && c.out == unset && m.now < c.to+2*hour
	})
}

// time is what a contract holds of its person's time.
func (m *model) time(c mContract) (from, to int) {
	due := m.shifts[c.shift].dueBy
	switch c.state {
	case signed, displayed:
		if !due {
			return c.from, c.to
		}
	case inFulfilment, fulfilled, evaluated:
		switch {
		case c.out != unset:
			return c.in, c.out
		case !due:
			return c.in, c.to
		}
	}
	return 0, 0
}

func meets(a, b, c, d int) bool { return a < d && c < b && a < b && c < d }

// busy tells whether the person's time is held by another contract within an interval.
func (m *model) busy(person, except, from, to int, tolerate bool) bool {
	for i, c := range m.all {
		if i == except || c.person != person || tolerate && c.crossed {
			continue
		}
		if f, t := m.time(c); meets(from, to, f, t) {
			return true
		}
	}
	return false
}

func date(t int) int { return (t + day*100 + 12*hour) / day }

func night(from, to int) bool {
	for d := -3 * day; d < 10*day; d += day {
		if meets(from, to, d+10*hour, d+18*hour) { // 22:00 to 6:00
			return true
		}
	}
	return false
}

// qualifies is rules 2 and 4 for people who are registered and consent: overlap, eight hours a day, eight after a
// night.
func (m *model) qualifies(person, shift, from, to, except int) bool {
	if m.shifts[shift].dueBy {
		return true
	}
	if m.busy(person, except, from, to, false) {
		return false
	}
	sum := 0
	for i, c := range m.all {
		f, t := m.time(c)
		if i == except || c.person != person || f >= t {
			continue
		}
		if date(f) == date(from) {
			sum += t - f
		}
		earlierFrom, earlierTo, gap := f, t, from-t
		if f > from {
			earlierFrom, earlierTo, gap = from, to, f-to
		}
		if gap >= 0 && gap < 8*hour && night(earlierFrom, earlierTo) {
			return false
		}
	}
	return sum == 0 || sum+to-from <= 8*hour
}

// falls does to a contract what time or a cancellation has decided, and tells whether anything was.
func (m *model) falls(i int) bool {
	c := &m.all[i]
	if m.stands(c.shift) {
		return m.fallsBy(i, m.now)
	}
	at := m.shifts[c.shift].cut
	if m.cancelled != unset {
		at = m.cancelled
	}
	return m.fallsBy(i, at) || m.released(c, at)
}

// fallsBy is what time has decided by an instant.
func (m *model) fallsBy(i, now int) bool {
	c, s := &m.all[i], &m.shifts[m.all[i].shift]
	promised := c.state == signed || c.state == displayed
	switch {
	case c.state == waitlisted && now >= m.latest(c.shift):
		c.state = expired
	case c.state == offered && now >= m.offerEnds(*c):
		c.state = expired
	case promised && c.rev < s.rev && now >= s.amendDue:
		c.state = cancelled
	case c.state == signed && now >= m.late(*c)+15*minute:
		c.state = cancelled
	case promised && now >= s.to+day && m.served(c.shift):
		c.state = absent
	default:
		return false
	}
	return true
}

// offerEnds is when an offer expires: a moved shift gives it no longer than an answer has.
func (m *model) offerEnds(c mContract) int {
	s := m.shifts[c.shift]
	switch {
	case c.spoken:
		return m.latest(c.shift) + 15*minute
	case c.rev < s.rev:
		return min(c.expire, s.amendDue)
	}
	return c.expire
}

func (m *model) released(c *mContract, at int) bool {
	switch {
	case live(c.state) && c.state != inFulfilment:
		c.state = cancelled
	case c.state == inFulfilment && c.out == unset && at < c.to:
		m.leaves(c, max(at, c.in))
	default:
		return false
	}
	return true
}

// leaves ends an attendance; a promise that it runs into is flagged.
func (m *model) leaves(c *mContract, at int) {
	i := slices.IndexFunc(m.all, func(k mContract) bool { return k.name == c.name })
	c.crossed = c.crossed || m.busy(c.person, i, c.in, at, false)
	c.out = at
}

func (m *model) served(s int) bool {
	return slices.ContainsFunc(m.all, func(c mContract) bool { return c.shift == s && c.in != unset })
}

// settle does what is due on a shift.
func (m *model) settle(s int) (changed bool) {
	for i := range m.all {
		if m.all[i].shift == s && m.falls(i) {
			changed = true
		}
	}
	return changed
}

// promote offers free slots to who waits and would pass a claim now.
func (m *model) promote(s int) (changed bool) {
	if m.lastHour(s) || !m.stands(s) {
		return false
	}
	for _, i := range m.waiters(s) {
		if m.free(s) <= 0 {
			break
		}
		if m.qualifies(m.all[i].person, s, m.shifts[s].from, m.end(s), i) {
			m.offers(i)
			changed = true
		}
	}
	return changed
}

func (m *model) offers(i int) {
	c, s := &m.all[i], m.shifts[m.all[i].shift]
	c.state, c.from, c.to, c.rev = offered, s.from, s.to, s.rev
	c.expire = m.now + min(day, (m.latest(c.shift)-m.now)/2)
}
