package matcher

// chains finds the cheapest way to fill a slot: somebody takes it who is free, or who leaves another slot for it, which
// somebody else takes, and so on (an ejection chain, Glover 1996; a cyclic exchange of Thompson and Psaraftis 1993 where
// the first one has just left the slot). It is Dijkstra's search over the shifts with the prices of the relaxation as
// potentials, so that near the best prices it looks at few shifts; an arc below its price corrects the labels behind it.
// One shift costs its eligible volunteers, cheapest first, until they are too dear.
type chains struct {
	s       *rosterState
	scale   int64        // of costs
	price   []int64      // of shifts, scaled
	heavy   int64        // of one unit of value, scaled: more than a chain costs, where numbers have room for it
	label   []chainLabel // by shift
	round   uint32
	heap    []chainMark
	reached []int32
	start   int32
	end     chainEnd
	stuck   []uint32 // by shift: the era in which no chain led out of it
	era     uint32
	width   int    // the most shifts looked at in one search
	salt    uint64 // of whims, 0 for none
	whims   int64
	fair    bool // the growth of the unfairness breaks ties
}

// chainLabel is the cheapest chain known that leaves a slot of its shift open.
type chainLabel struct {
	reach int64 // what it costs, scaled
	take  int32 // the pair that comes, on shift from
	leave int32 // the pair that goes, of the label's shift
	from  int32
	depth int32
	round uint32
}

// chainMark is a label in the queue: reach with the potential of its shift.
type chainMark struct {
	reach int64
	shift int32
}

// chainEnd is how the best complete chain ends: pair take fills shift at, or a slot of it stays open (take < 0).
type chainEnd struct {
	reach int64
	at    int32
	take  int32
}

const (
	chainDepth = 40  // people in a chain
	chainWidth = 300 // shifts looked at in one search for a whole plan
	chainNear  = 40  // and for a neighbourhood
	noPair     = -1
)

func newChains(s *rosterState, scale, heavy int64) *chains {
	shifts := len(s.count)
	return &chains{
		s: s, scale: scale, heavy: heavy, price: make([]int64, shifts), label: make([]chainLabel, shifts),
		stuck: make([]uint32, shifts), era: 1, width: chainWidth, whims: scale>>6 - 1,
	}
}

// find looks for a chain below limit, in scaled costs, that fills an open slot of a shift. A slot of another shift that
// it leaves open counts with its value. The chain waits in c for apply.
func (c *chains) find(shift int32, limit int64) (cost int64, ok bool) {
	c.round++
	c.heap, c.reached = c.heap[:0], append(c.reached[:0], shift)
	c.start = shift
	c.end = chainEnd{reach: limit, at: noPair}
	c.label[shift] = chainLabel{take: noPair, leave: noPair, from: noPair, round: c.round}
	c.push(chainMark{c.price[shift], shift})
	for looked := 0; len(c.heap) > 0 && looked < c.width; looked++ {
		if c.s.watch.over() {
			return limit, false
		}
		next := c.pop()
		if next.reach >= c.end.reach {
			break
		}
		if next.reach == c.label[next.shift].reach+c.price[next.shift] {
			c.expand(next.shift)
		}
	}
	return c.end.reach, c.end.at >= 0 && c.sound()
}

// seal remembers the shifts that the last search reached in vain: nobody there can be had from elsewhere until somebody
// moves, and nearly nobody after.
func (c *chains) seal() {
	for _, x := range c.reached {
		c.stuck[x] = c.era
	}
}

// sound tells whether every volunteer moves once on the chain that was found: a label that was corrected late may bring
// one in twice.
func (c *chains) sound() bool {
	m := c.s.m
	if c.end.take >= 0 && c.uses(c.end.at, m.owner[c.end.take]) {
		return false
	}
	for x := c.end.at; x != c.start; x = c.label[x].from {
		if c.uses(c.label[x].from, m.owner[c.label[x].take]) {
			return false
		}
	}
	return true
}

// expand looks at everybody who could take a slot of shift x.
func (c *chains) expand(x int32) {
	s, m, here := c.s, c.s.m, c.label[x]
	if x != c.start {
		if left := here.reach + c.heavy*m.worth(x, s.count[x]-1); left < c.end.reach {
			c.end = chainEnd{left, x, noPair}
		}
	}
	if here.depth >= chainDepth {
		return
	}
	for _, i := range m.byShift[m.holder[x]:m.holder[x+1]] {
		reach := here.reach + c.scale*m.cost[i] + c.whim(i)
		if reach >= c.end.reach {
			return
		}
		s.watch.effort++
		if s.on[i] {
			continue
		}
		blocker, one := s.blocker(i)
		switch {
		case !one:
		case blocker >= 0:
			if s.fits(i, blocker) {
				c.relax(x, i, blocker, reach)
			}
		case s.fits(i, noPair):
			if reach += c.burden(m.owner[i]); reach < c.end.reach && !c.uses(x, m.owner[i]) {
				c.end = chainEnd{reach, x, i}
			}
		default:
			for _, h := range s.of(m.owner[i]) {
				if s.fits(i, h) {
					c.relax(x, i, h, reach)
				}
			}
		}
	}
}

// whim breaks ties by chance: for a whole chain it is less than one unit of any cost.
func (c *chains) whim(i int32) int64 {
	if c.salt == 0 || c.whims <= 0 {
		return 0
	}
	return int64((uint64(i)*0x9e3779b97f4a7c15^c.salt)*0xbf58476d1ce4e5b9>>32) & c.whims
}

// burden is what one more shift of a volunteer adds to a chain's cost: less than one unit of any cost in all, as a chain
// has two ends.
func (c *chains) burden(v int32) int64 {
	if !c.fair {
		return 0
	}
	return min(c.s.growth(v), c.scale/4)
}

// relax offers the label of the shift that pair leave fills, when pair take comes to shift x.
func (c *chains) relax(x, take, leave int32, reach int64) {
	m := c.s.m
	y := m.shift[leave]
	reach -= c.scale * m.cost[leave]
	l := &c.label[y]
	known := y == c.start || c.stuck[y] == c.era || l.round == c.round && l.reach <= reach
	if known || reach+c.price[y] >= c.end.reach || c.uses(x, m.owner[take]) || c.passes(x, y) {
		return
	}
	if l.round != c.round {
		c.reached = append(c.reached, y)
	}
	*l = chainLabel{reach, take, leave, x, c.label[x].depth + 1, c.round}
	c.push(chainMark{reach + c.price[y], y})
}

// uses tells whether a volunteer moves already on the chain to shift x.
func (c *chains) uses(x, v int32) bool {
	for x != c.start {
		l := &c.label[x]
		if c.s.m.owner[l.take] == v {
			return true
		}
		x = l.from
	}
	return false
}

// passes tells whether shift y lies on the chain to shift x.
func (c *chains) passes(x, y int32) bool {
	for x != c.start {
		if x == y {
			return true
		}
		x = c.label[x].from
	}
	return false
}

// apply makes the chain that find found, from its end to its start.
func (c *chains) apply() {
	x := c.end.at
	take := c.end.take
	for {
		if x == c.start {
			if take >= 0 {
				c.s.put(take)
			}
			return
		}
		l := c.label[x]
		c.s.drop(l.leave)
		if take >= 0 {
			c.s.put(take)
		}
		take, x = l.take, l.from
	}
}

func (a chainMark) before(b chainMark) bool {
	return a.reach < b.reach || a.reach == b.reach && a.shift < b.shift
}

func (c *chains) push(e chainMark) {
	c.heap = append(c.heap, e)
	h := c.heap
	i := len(h) - 1
	for i > 0 && e.before(h[(i-1)/2]) {
		h[i] = h[(i-1)/2]
		i = (i - 1) / 2
	}
	h[i] = e
}

func (c *chains) pop() chainMark {
	h := c.heap
	top, e := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	i := 0
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].before(h[child]) {
			child++
		}
		if !h[child].before(e) {
			break
		}
		h[i] = h[child]
		i = child
	}
	if len(h) > 0 {
		h[i] = e
	}
	c.heap = h
	return top
}
