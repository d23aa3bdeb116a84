package matcher

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// crowdAbove is the most pairs of a volunteer whose clashes are kept as bits.
const crowdAbove = 64

// rosterModel is a problem as the searches of Roster read it: the pairs that can be taken at all, by volunteer and
// within a volunteer by shift, with what each rule needs beside them. It takes 32 bytes a pair and does not change.
type rosterModel struct {
	p         *Problem
	volunteer []rosterVolunteer
	// Of pair i: shift, cost, the length of the shift, and which pairs of the same volunteer clash with it (as bits,
	// counted from the volunteer's first pair; unused where there are more than 64 pairs).
	first  []int32
	shift  []int32
	cost   []int64
	length []int32
	clash  []uint64
	// Of shift s: the slots that can be filled at all, a whole number of crews, and by whom.
	slots   []int32
	holder  []int32 // the pairs of shift s are byShift[holder[s]:holder[s+1]], cheapest first
	byShift []int32
	owner   []int32 // of a pair
	// most is Σ value of all slots: no plan has more Value.
	most int64
	// The lowest and the highest cost, and the sum of those below 0, which no plan's is below.
	low, high, least int64
	// crews tells whether any shift asks for them.
	crews bool
}

// rosterVolunteer is what the rules of one volunteer come down to.
type rosterVolunteer struct {
	shifts  int32
	time    int64 // math.MaxInt64 for no limit
	daily   bool  // rules by day or week are to be looked at
	crowded bool  // more pairs than clash has bits for
	// promised is how many commitments the rules by day and week look at too.
	promised int32
}

// newRosterModel keeps the pairs that their volunteer could take alone. Its cost is O(Σ d²) for d pairs of a volunteer
// up to 64 and O(d) for others. It answers nil when the context ends.
func newRosterModel(ctx context.Context, p *Problem, cost []int64) *rosterModel {
	m := &rosterModel{p: p, first: make([]int32, 1, len(p.volunteers)+1), volunteer: make([]rosterVolunteer, len(p.volunteers))}
	m.shift = make([]int32, 0, len(p.shift))
	m.cost = make([]int64, 0, len(p.shift))
	m.length = make([]int32, 0, len(p.shift))
	m.clash = make([]uint64, 0, len(p.shift))
	w, alone := &watch{ctx: ctx}, newAlone(p)
	for v := range p.volunteers {
		pairs := p.first[v+1] - p.first[v]
		if w.effort += 4 + pairs*(alone.work(v)+min(pairs, crowdAbove)/2); w.over() {
			return nil
		}
		m.addVolunteer(v, cost, &alone)
		m.first = append(m.first, int32(len(m.shift)))
	}
	if !m.addShifts(w) {
		return nil
	}
	return m
}

func (m *rosterModel) addVolunteer(v int, cost []int64, alone *alone) {
	p, from := m.p, len(m.shift)
	who := &p.volunteers[v]
	rules := rosterVolunteer{shifts: int32(who.Shifts), time: math.MaxInt64}
	if who.Time > 0 {
		rules.time = int64(who.Time)
	}
	if rules.daily = p.rules.Day > 0 && (who.TimeDay > 0 || who.TimeWeek > 0 || who.DaysInRow > 0); rules.daily {
		rules.promised = int32(len(p.CommitmentsOf(v)))
	}
	for i := p.first[v]; i < p.first[v+1]; i++ {
		shift := &p.shifts[p.shift[i]]
		length := shift.End - shift.Start
		if shift.Capacity < shift.Crew || !alone.may(v, int(p.shift[i])) {
			continue
		}
		m.shift, m.length = append(m.shift, p.shift[i]), append(m.length, int32(min(length, math.MaxInt32)))
		m.cost, m.clash = append(m.cost, cost[i]), append(m.clash, 0)
	}
	n := len(m.shift) - from
	rules.shifts = min(rules.shifts, int32(n))
	rules.crowded = n > crowdAbove
	m.volunteer[v] = rules
	if rules.crowded {
		return
	}
	for i := range n {
		for j := range i {
			if m.crosses(v, m.shift[from+i], m.shift[from+j]) {
				m.clash[from+i] |= 1 << j
				m.clash[from+j] |= 1 << i
			}
		}
	}
}

// crosses tells whether two shifts can never both be a volunteer's, for the rules between two stints.
func (m *rosterModel) crosses(v int, s, t int32) bool {
	a, b := &m.p.shifts[s], &m.p.shifts[t]
	if a.Start == a.End || b.Start == b.End {
		return false
	}
	if a.Start > b.Start {
		a, b = b, a
	}
	free := b.Start - a.End
	// Rule between tells which rule it is; equal starts overlap, so the order of the two makes no difference here.
	return free < 0 || free < a.Rest || free < m.p.volunteers[v].Rest || free < m.p.Gap(a.Place, b.Place)
}

// addShifts lists the pairs by shift and counts the slots that can be filled; false where the context has ended.
func (m *rosterModel) addShifts(w *watch) bool {
	p := m.p
	m.owner = make([]int32, len(m.shift))
	for v := range p.volunteers {
		for i := m.first[v]; i < m.first[v+1]; i++ {
			m.owner[i] = int32(v)
		}
	}
	m.holder = make([]int32, len(p.shifts)+1)
	for _, s := range m.shift {
		m.holder[s+1]++
	}
	m.slots = make([]int32, len(p.shifts))
	for s := range p.shifts {
		shift := &p.shifts[s]
		n := min(int(m.holder[s+1]), shift.Capacity)
		n -= n % shift.Crew
		m.crews = m.crews || shift.Crew > 1 && n > 0
		m.slots[s] = int32(n)
		m.most += m.value(s, n)
		m.holder[s+1] += m.holder[s]
	}
	next := append([]int32(nil), m.holder...)
	m.byShift = make([]int32, len(m.shift))
	for i, s := range m.shift {
		m.byShift[next[s]] = int32(i)
		next[s]++
	}
	for s := range p.shifts {
		if w.effort += 16 * int(m.holder[s+1]-m.holder[s]); w.over() {
			return false
		}
		slices.SortFunc(m.byShift[m.holder[s]:m.holder[s+1]], func(i, j int32) int {
			return cmp.Or(cmp.Compare(m.cost[i], m.cost[j]), cmp.Compare(i, j))
		})
	}
	for i, c := range m.cost {
		if i == 0 {
			m.low, m.high = c, c
		}
		m.low, m.high = min(m.low, c), max(m.high, c)
		m.least += min(c, 0)
	}
	return true
}

// value is what n filled slots of a shift are worth.
func (m *rosterModel) value(s, n int) int64 {
	shift := &m.p.shifts[s]
	return int64(n)*int64(shift.Priority) + MaxPriority*int64(min(n, shift.Minimum))
}

// calendar checks the rules by day and week, for one volunteer at a time.
type calendar struct {
	m      *rosterModel
	stints []stint
}

// allows tells whether pair i fits beside others of its volunteer, of which none clashes with it, by day and week.
func (c *calendar) allows(v int, held []int32, i int32) bool {
	p := c.m.p
	shift := &p.shifts[c.m.shift[i]]
	if shift.Start == shift.End {
		return true
	}
	c.stints = c.stints[:0]
	for _, h := range held {
		if s := &p.shifts[c.m.shift[h]]; s.Start < s.End {
			c.stints = append(c.stints, stint{s.Start, s.End, s.Place, s.Rest})
		}
	}
	for _, t := range p.CommitmentsOf(v) {
		if t.Start < t.End {
			c.stints = append(c.stints, stint{t.Start, t.End, t.Place, t.Rest})
		}
	}
	return p.limits(&p.volunteers[v], c.stints, stint{shift.Start, shift.End, shift.Place, shift.Rest}) == None
}

// size is how large a cost can be, or a difference of two, at least 1.
func (m *rosterModel) size() int64 { return max(m.high, -m.low, m.high-m.low, 1) }

func (m *rosterModel) slotsInAll() (n int64) {
	for _, slots := range m.slots {
		n += int64(slots)
	}
	return n
}

// heaviest is the most that one slot weighs, at least 1.
func (m *rosterModel) heaviest() int64 {
	most := int64(1)
	for s := range m.slots {
		most = max(most, m.p.slotWeight(s, 0))
	}
	return most
}
