package matcher

import (
	"math"
)

// fillCost is what Fill counts in: 32 bits where that is enough, for speed lies in memory.
type fillCost interface{ int32 | int64 }

// fillFar is above every cost and every distance.
func fillFar[C fillCost]() (far C) {
	switch far := any(&far).(type) {
	case *int32:
		*far = math.MaxInt32
	case *int64:
		*far = math.MaxInt64
	}
	return far
}

// fillPairs are pairs by volunteer: of volunteer v those in first[v]:first[v+1].
type fillPairs[C fillCost] struct {
	first []int
	shift []int32
	cost  []C
}

// fillAllowed are the pairs of a problem that no commitment and no limit of time forbids.
type fillAllowed struct {
	first []int
	shift []int32
	// pair is each one's number in the problem, nil where all are allowed.
	pair []int32
}

// newAllowed answers the problem's own pairs, or a copy without those that are forbidden.
func newAllowed(beat *pulse, p *Problem) (fillAllowed, error) {
	alone := newAlone(p)
	if alone.everything() {
		return fillAllowed{first: p.first, shift: p.shift}, nil
	}
	a := fillAllowed{first: make([]int, 1, len(p.first))}
	for v := range p.volunteers {
		shifts, _ := p.PairsOf(v)
		for i, s := range shifts {
			if err := beat.beat(alone.work(v)); err != nil {
				return a, err
			}
			if alone.may(v, int(s)) {
				a.shift = append(a.shift, s)
				a.pair = append(a.pair, int32(p.first[v]+i))
			}
		}
		a.first = append(a.first, len(a.shift))
	}
	return a, nil
}

func (a *fillAllowed) costs32(p *Problem) []int32 {
	if a.pair == nil {
		return p.rank[:len(a.shift)]
	}
	return permuted(p.rank, a.pair)
}

// costs64 are the costs, or the ranks where there are none.
func (a *fillAllowed) costs64(p *Problem, cost []int64) []int64 {
	if a.pair == nil && cost != nil {
		return cost
	}
	costs := make([]int64, len(a.shift))
	for i := range costs {
		from := i
		if a.pair != nil {
			from = int(a.pair[i])
		}
		if cost != nil {
			costs[i] = cost[from]
		} else {
			costs[i] = int64(p.rank[from])
		}
	}
	return costs
}

// fillNet is the state of the search: the pairs by shift, who holds what, and the duals.
type fillNet[C fillCost] struct {
	p     *Problem
	pairs fillPairs[C]
	far   C // above every distance
	// ceiling is above the cost of every path, and of every slot that is filled.
	ceiling C
	// oneByOne keeps from growing forests.
	oneByOne bool

	// The pairs by shift: of shift s those in first[s]:first[s+1].
	first []int32
	bids  []fillBid[C]
	seats []fillSeat[C] // by volunteer
	worth []C           // by shift
	free  int           // volunteers without a shift

	// Who holds shift s: hold[slot[s]:slot[s]+held[s]]; place is where a volunteer stands there.
	slot, held, hold, place []int32

	// Of each shift the slots of the present class, and those of them that are free; sources are the shifts that have
	// free ones.
	open, missing, sources []int32
	// class counts the classes; a shift may be closed off since one of them, 0 for never.
	class  int32
	closed []int32
	fillForest[C]
}

// fillBid is a volunteer who could take the shift.
type fillBid[C fillCost] struct {
	cost      C
	volunteer int32
}

// fillSeat is what a volunteer holds, and what taking them away from it costs. Who is free sits at the sink.
type fillSeat[C fillCost] struct {
	price C
	shift int32
}

// sink is the number, beyond all shifts, of what free volunteers hold; sink+1 is what they hold who are met.
func (n *fillNet[C]) sink() int32 { return int32(len(n.p.shifts)) }

func newFillNet[C fillCost](beat *pulse, p *Problem, pairs fillPairs[C]) (*fillNet[C], error) {
	shifts, volunteers := len(p.shifts), len(p.volunteers)
	n := &fillNet[C]{p: p, pairs: pairs, free: volunteers}
	n.far = fillFar[C]()
	n.worth, n.open, n.missing, n.closed = make([]C, shifts), make([]int32, shifts), make([]int32, shifts), make([]int32, shifts)
	n.seats, n.place = make([]fillSeat[C], volunteers), make([]int32, volunteers)
	for v := range n.seats {
		n.seats[v].shift = n.sink()
	}
	highest, err := n.turn(beat)
	if err != nil {
		return nil, err
	}
	n.ceiling = C(min(shifts, volunteers)+1)*highest + 1
	n.slot, n.held = make([]int32, shifts+1), make([]int32, shifts)
	for s := range shifts {
		n.slot[s+1] = n.slot[s] + n.most(s)
	}
	n.hold = make([]int32, n.slot[shifts])
	n.fillForest = newFillForest(shifts, n.far)
	return n, nil
}

// most is how many slots of a shift can be filled.
func (n *fillNet[C]) most(s int) int32 {
	return min(int32(n.p.shifts[s].Capacity), n.first[s+1]-n.first[s])
}

// turn sorts the pairs by shift, volunteers rising, and finds the least cost of each shift. It answers the highest cost.
func (n *fillNet[C]) turn(beat *pulse) (highest C, err error) {
	shifts := len(n.p.shifts)
	first := make([]int32, shifts+2)
	for at := 0; at < len(n.pairs.shift); at += pulseSteps {
		for _, s := range n.pairs.shift[at:min(at+pulseSteps, len(n.pairs.shift))] {
			first[s+2]++
		}
		if err := beat.beat(pulseSteps); err != nil {
			return 0, err
		}
	}
	for s := range shifts {
		first[s+2] += first[s+1]
	}
	next, bids, worth := first[1:], make([]fillBid[C], len(n.pairs.shift)), n.worth
	for s := range worth {
		worth[s] = n.far
	}
	for v := range n.seats {
		from, to := n.pairs.first[v], n.pairs.first[v+1]
		if err := beat.beat(1 + to - from); err != nil {
			return 0, err
		}
		cost := n.pairs.cost[from:to]
		for i, s := range n.pairs.shift[from:to] {
			at := next[s]
			next[s] = at + 1
			bids[at] = fillBid[C]{cost[i], int32(v)}
			worth[s] = min(worth[s], cost[i])
			highest = max(highest, cost[i])
		}
	}
	n.first, n.bids = first[:shifts+1], bids
	return highest, nil
}

// take gives a volunteer a place of a shift.
func (n *fillNet[C]) take(s, v, place int32) {
	n.hold[place], n.place[v], n.seats[v].shift = v, place, s
}

// join gives a free volunteer a free slot of a shift.
func (n *fillNet[C]) join(s, v int32) {
	n.take(s, v, n.slot[s]+n.held[s])
	n.held[s]++
	n.free--
}

// holders are the volunteers who have a shift.
func (n *fillNet[C]) holders(s int32) []int32 {
	return n.hold[n.slot[s] : n.slot[s]+n.held[s]]
}

// flow is the answer. What was closed off early is dear: no price of what came later reaches it.
func (n *fillNet[C]) flow() *flow {
	f := &flow{make([]int32, len(n.seats)), make([]int64, len(n.seats)), make([]int64, len(n.worth))}
	above := func(s int32) int64 {
		if n.closed[s] == 0 {
			return 0
		}
		return 2 * int64(n.ceiling) * int64(n.class-n.closed[s]+1)
	}
	for v, seat := range n.seats {
		f.shiftOf[v], f.price[v] = seat.shift, int64(seat.price)
		if seat.shift >= n.sink() {
			f.shiftOf[v] = -1
		} else {
			f.price[v] += above(seat.shift)
		}
	}
	for s, worth := range n.worth {
		if worth != n.far { // else nobody may take it
			f.worth[s] = int64(worth) + above(int32(s))
		}
	}
	return f
}
