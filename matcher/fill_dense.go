package matcher

import (
	"cmp"
	"math/bits"
	"slices"
)

const (
	// kernelPairs is how many pairs there must be for a part of them to be worth looking for, and a quarter of all
	// pairs that could be must be there.
	kernelPairs = 1 << 16
	// kernelWidth is how many of the cheapest pairs of each volunteer, and of each shift beside its slots, are tried first.
	kernelWidth = 8
)

// fillKernel solves a dense problem by a part of its pairs, and adds pairs that its duals show to be missing until none
// is (column generation: Gilmore and Gomory 1961; for assignments Volgenant 1996). A round costs O(pairs) and a solution
// of the part, which is small. It gives up where the part grows to half of the pairs, or leaves slots free that might be
// filled: then the whole is solved as it is.
type fillKernel[C fillCost] struct {
	p      *Problem
	beat   *pulse
	pairs  fillPairs[C]
	chosen []uint64 // a bit for each pair
	// Of each shift the cheapest pairs so far: best[slot[s]:slot[s+1]], a heap with the dearest in front, held[s] of
	// them, and the cost that another must be below.
	slot, held []int32
	best       []fillOffer[C]
	below      []C
}

// fillOffer is a pair by its cost.
type fillOffer[C fillCost] struct {
	cost C
	pair int32
}

// solveKernel answers the solved net, or nil where the whole must be solved.
func solveKernel[C fillCost](beat *pulse, p *Problem, pairs fillPairs[C]) (*fillNet[C], error) {
	all, possible := len(pairs.shift), len(p.volunteers)*len(p.shifts)
	if all < kernelPairs || all < possible/4 {
		return nil, nil //nolint:nilnil // nothing to be had this way
	}
	k := &fillKernel[C]{p: p, beat: beat, pairs: pairs, chosen: make([]uint64, (all+63)/64)}
	if !k.room() {
		return nil, nil //nolint:nilnil // as above
	}
	if err := k.choose(); err != nil {
		return nil, err
	}
	for {
		part := k.part()
		if len(part.shift) > all/2 {
			return nil, nil //nolint:nilnil // as above
		}
		n, err := newFillNet(beat, p, part)
		if err != nil {
			return nil, err
		}
		if err := n.solve(beat); err != nil {
			return nil, err
		}
		if !n.fillsTheBest() {
			return nil, nil //nolint:nilnil // as above
		}
		missing, err := k.price(n)
		if err != nil {
			return nil, err
		}
		if missing == 0 {
			n.pairs = pairs
			return n, nil
		}
	}
}

// room makes room for the cheapest pairs of each shift, false where that is much of all pairs.
func (k *fillKernel[C]) room() bool {
	shifts := len(k.p.shifts)
	k.slot, k.held, k.below = make([]int32, shifts+1), make([]int32, shifts), make([]C, shifts)
	size, crowd := 0, 2*len(k.p.volunteers)/shifts+1
	for s := range shifts {
		size += kernelWidth + min(k.p.shifts[s].Capacity, crowd)
		if size > len(k.pairs.shift)/4 {
			return false
		}
		k.slot[s+1] = int32(size)
	}
	k.best = make([]fillOffer[C], size)
	return true
}

// choose marks the cheapest pairs of each volunteer and of each shift. Each volunteer's are looked at from another place
// on, so that equal costs do not lead everybody to the same shifts.
func (k *fillKernel[C]) choose() error {
	for s := range k.below {
		k.below[s] = fillFar[C]()
	}
	var own []fillOffer[C]
	for v := range k.p.volunteers {
		from, to := k.pairs.first[v], k.pairs.first[v+1]
		if from == to {
			continue
		}
		if err := k.beat.beat(to - from); err != nil {
			return err
		}
		middle := from + int(uint64(v)*0x9e3779b97f4a7c15>>33)%(to-from)
		own = k.look(middle, to, own[:0])
		own = k.look(from, middle, own)
		for _, offer := range own {
			k.mark(offer.pair)
		}
	}
	for s := range k.held {
		for _, offer := range k.best[k.slot[s] : k.slot[s]+k.held[s]] {
			k.mark(offer.pair)
		}
	}
	return nil
}

func (k *fillKernel[C]) mark(pair int32) { k.chosen[pair>>6] |= 1 << (pair & 63) }

// look goes through pairs of a volunteer and keeps the cheapest of them in own, and of their shifts.
func (k *fillKernel[C]) look(from, to int, own []fillOffer[C]) []fillOffer[C] {
	costs, below := k.pairs.cost[from:to], k.below
	for i, s := range k.pairs.shift[from:to] {
		cost := costs[i]
		if cost < below[s] {
			k.keep(s, fillOffer[C]{cost, int32(from + i)})
		}
		if len(own) < kernelWidth {
			own = append(own, fillOffer[C]{cost, int32(from + i)})
			siftUp(own)
		} else if cost < own[0].cost {
			own[0] = fillOffer[C]{cost, int32(from + i)}
			siftDown(own)
		}
	}
	return own
}

// keep puts a pair among the cheapest of its shift.
func (k *fillKernel[C]) keep(s int32, offer fillOffer[C]) {
	heap := k.best[k.slot[s]:k.slot[s+1]]
	if held := k.held[s]; int(held) < len(heap) {
		k.held[s]++
		heap[held] = offer
		siftUp(heap[:held+1])
	} else {
		heap[0] = offer
		siftDown(heap)
	}
	if int(k.held[s]) == len(heap) {
		k.below[s] = heap[0].cost
	}
}

func siftUp[C fillCost](heap []fillOffer[C]) {
	for i := len(heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if heap[parent].cost >= heap[i].cost {
			return
		}
		heap[parent], heap[i] = heap[i], heap[parent]
		i = parent
	}
}

func siftDown[C fillCost](heap []fillOffer[C]) {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && heap[child+1].cost > heap[child].cost {
			child++
		}
		if heap[i].cost >= heap[child].cost {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}

// part copies the pairs that are chosen.
func (k *fillKernel[C]) part() fillPairs[C] {
	size := 0
	for _, word := range k.chosen {
		size += bits.OnesCount64(word)
	}
	part := fillPairs[C]{make([]int, len(k.pairs.first)), make([]int32, 0, size), make([]C, 0, size)}
	v := 0
	for i, word := range k.chosen {
		for ; word != 0; word &= word - 1 {
			pair := i<<6 + bits.TrailingZeros64(word)
			for k.pairs.first[v+1] <= pair {
				v++
				part.first[v] = len(part.shift)
			}
			part.shift = append(part.shift, k.pairs.shift[pair])
			part.cost = append(part.cost, k.pairs.cost[pair])
		}
	}
	for v++; v < len(part.first); v++ {
		part.first[v] = len(part.shift)
	}
	return part
}

// price marks the pairs that the duals would gain by, and counts them.
func (k *fillKernel[C]) price(n *fillNet[C]) (missing int, err error) {
	worth := n.worth
	for v, seat := range n.seats {
		from, to := k.pairs.first[v], k.pairs.first[v+1]
		if err := k.beat.beat(1 + to - from); err != nil {
			return 0, err
		}
		costs := k.pairs.cost[from:to]
		for i, s := range k.pairs.shift[from:to] {
			if costs[i]+seat.price < worth[s] {
				k.mark(int32(from + i))
				missing++
			}
		}
	}
	return missing, nil
}

// fillsTheBest tells whether no plan at all can have more Value: as many slots are filled as there are slots or
// volunteers, and they are the heaviest.
func (n *fillNet[C]) fillsTheBest() bool {
	type slots struct{ weight, number int64 }
	var all []slots
	var value int64
	for s := range n.p.shifts {
		shift, held := &n.p.shifts[s], int(n.held[s])
		least := n.p.slotWeight(s, 0)
		more := n.p.slotWeight(s, shift.Minimum)
		all = append(all, slots{least, int64(shift.Minimum)}, slots{more, int64(shift.Capacity - shift.Minimum)})
		value += least*int64(min(held, shift.Minimum)) + more*int64(max(held-shift.Minimum, 0))
	}
	slices.SortFunc(all, func(a, b slots) int { return cmp.Compare(b.weight, a.weight) })
	left := int64(len(n.seats))
	for _, s := range all {
		number := min(left, s.number)
		value -= number * s.weight
		left -= number
	}
	return value == 0
}
