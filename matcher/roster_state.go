package matcher

import "math/bits"

// rosterState is a plan that is being changed: at every moment it keeps the rules of volunteers and slots. Crews may be
// broken; rosterSearch.keep takes those people out before a plan counts.
type rosterState struct {
	m        *rosterModel
	watch    *watch
	calendar calendar
	on       []bool   // by pair
	first    []int32  // held pairs of volunteer v are held[first[v]:first[v]+n[v]]
	held     []int32  // in the order of their coming
	n        []int32  // by volunteer
	mask     []uint64 // held pairs as bits, of volunteers who are not crowded
	left     []int64  // time, by volunteer
	count    []int32  // by shift
	value    int64
	cost     int64
	unfair   int64
	filled   int
	beside   []int32
	// What was put (i) and dropped (^i), while logging.
	logging bool
	log     []int32
}

func newRosterState(m *rosterModel, w *watch) *rosterState {
	people := len(m.volunteer)
	s := &rosterState{
		m: m, watch: w, calendar: calendar{m: m}, on: make([]bool, len(m.shift)), first: make([]int32, people+1), n: make([]int32, people),
		mask: make([]uint64, people), left: make([]int64, people), count: make([]int32, len(m.p.shifts)),
	}
	for v := range m.volunteer {
		s.left[v] = m.volunteer[v].time
		s.first[v+1] = s.first[v] + m.volunteer[v].shifts
	}
	s.held = make([]int32, s.first[len(m.volunteer)])
	return s
}

// of are the pairs that a volunteer holds; they change with the next put or drop.
func (s *rosterState) of(v int32) []int32 { return s.held[s.first[v] : s.first[v]+s.n[v]] }

// put adds a pair that fits.
func (s *rosterState) put(i int32) {
	m, v := s.m, s.m.owner[i]
	if s.logging {
		s.log = append(s.log, i)
	}
	s.on[i] = true
	s.held[s.first[v]+s.n[v]] = i
	s.unfair += s.growth(v)
	s.n[v]++
	s.filled++
	s.mask[v] |= 1 << (uint32(i-m.first[v]) & 63)
	s.left[v] -= int64(m.length[i])
	shift := m.shift[i]
	s.value += m.worth(shift, s.count[shift])
	s.count[shift]++
	s.cost += m.cost[i]
}

// growth is what one more shift of a volunteer adds to the unfairness.
func (s *rosterState) growth(v int32) int64 { return 2*int64(s.m.p.volunteers[v].Load+int(s.n[v])) + 1 }

// drop takes a held pair away.
func (s *rosterState) drop(i int32) {
	m, v := s.m, s.m.owner[i]
	if s.logging {
		s.log = append(s.log, ^i)
	}
	s.on[i] = false
	held := s.of(v)
	for k, h := range held {
		if h == i {
			copy(held[k:], held[k+1:])
			break
		}
	}
	s.n[v]--
	s.filled--
	s.unfair -= s.growth(v)
	s.mask[v] &^= 1 << (uint32(i-m.first[v]) & 63)
	s.left[v] += int64(m.length[i])
	shift := m.shift[i]
	s.count[shift]--
	s.value -= m.worth(shift, s.count[shift])
	s.cost -= m.cost[i]
}

// undo takes back what the log says from an earlier length on.
func (s *rosterState) undo(length int) {
	logging := s.logging
	s.logging = false
	for k := len(s.log) - 1; k >= length; k-- {
		if i := s.log[k]; i >= 0 {
			s.drop(i)
		} else {
			s.put(^i)
		}
	}
	s.log, s.logging = s.log[:length], logging
}

// forget strikes the last entries of the log, which undo each other.
func (s *rosterState) forget(n int) {
	if s.logging {
		s.log = s.log[:len(s.log)-n]
	}
}

// fits tells whether the volunteer of pair i could hold it, without another pair of theirs (-1 for none). Slots are not
// looked at.
func (s *rosterState) fits(i, without int32) bool {
	m, v := s.m, s.m.owner[i]
	who, n, left := &m.volunteer[v], s.n[v], s.left[v]
	s.watch.effort++
	if without >= 0 {
		n, left = n-1, left+int64(m.length[without])
	}
	if n >= who.shifts || left < int64(m.length[i]) {
		return false
	}
	if !who.crowded {
		mask := s.mask[v]
		if without >= 0 {
			mask &^= 1 << uint32(without-m.first[v])
		}
		if m.clash[i]&mask != 0 {
			return false
		}
	} else {
		s.watch.effort += int(n) / 2
		for _, h := range s.of(v) {
			if h != without && m.crosses(int(v), m.shift[h], m.shift[i]) {
				return false
			}
		}
	}
	return !who.daily || s.allows(v, i, without)
}

func (s *rosterState) allows(v, i, without int32) bool {
	s.watch.effort += 4 + 2*int(s.n[v]+s.m.volunteer[v].promised)
	s.beside = s.beside[:0]
	for _, h := range s.of(v) {
		if h != without {
			s.beside = append(s.beside, h)
		}
	}
	return s.calendar.allows(int(v), s.beside, i)
}

// blocker is the only held pair that crosses pair i, -1 where none does; false where several do.
func (s *rosterState) blocker(i int32) (int32, bool) {
	m, v := s.m, s.m.owner[i]
	if !m.volunteer[v].crowded {
		crossing := m.clash[i] & s.mask[v]
		if crossing == 0 {
			return -1, true
		}
		return m.first[v] + int32(bits.TrailingZeros64(crossing)), crossing&(crossing-1) == 0
	}
	s.watch.effort += int(s.n[v]) / 2
	only := int32(-1)
	for _, h := range s.of(v) {
		if m.crosses(int(v), m.shift[h], m.shift[i]) {
			if only >= 0 {
				return only, false
			}
			only = h
		}
	}
	return only, true
}

// grain is how many parts a unit of value has in a rosterState, so that a crew's worth can be shared out.
const grain = 16

// worth is what the n-th slot of a shift (from 0) adds to the value, in grains. Of a crew's worth the last place has the
// most, so that people leave broken crews to complete others, and the others have a little, so that crews begin.
func (m *rosterModel) worth(shift, n int32) int64 {
	crew := m.p.shifts[shift].Crew
	if crew <= 1 {
		return grain * m.p.slotWeight(int(shift), int(n))
	}
	place := int(n) % crew
	whole := int(n) - place
	all := grain * (m.value(int(shift), whole+crew) - m.value(int(shift), whole))
	begun := max(all/int64(4*crew), 1)
	if place == crew-1 {
		return all - begun*int64(crew-1)
	}
	return begun
}
