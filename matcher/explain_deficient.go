package matcher

import (
	"math/bits"
	"slices"
)

// whyScratch is a set of shifts that grows and shrinks, with how much its volunteers can give: 4 bytes a volunteer, 1 a
// shift.
type whyScratch struct {
	degree []int32 // by volunteer: how many shifts of the set they may take
	inside []bool  // by shift
	// hands are how many shifts each can take, nil for one each.
	hands []int32
	need  int
	// supply is Σ min(hands, degree): the most that the volunteers can give to the set.
	supply int
	seen   []bool // by shift: in the queue of a search
}

func newWhyScratch(p *Problem) *whyScratch {
	return &whyScratch{
		degree: make([]int32, len(p.volunteers)), inside: make([]bool, len(p.shifts)), seen: make([]bool, len(p.shifts)),
	}
}

func (x *whyScratch) handsOf(v int32) int32 {
	if x.hands == nil {
		return 1
	}
	return x.hands[v]
}

func (x *whyScratch) add(g *whyPairs, s, need int) {
	x.inside[s] = true
	x.need += need
	for _, v := range g.eligible(s) {
		if x.degree[v] < x.handsOf(v) {
			x.supply++
		}
		x.degree[v]++
	}
}

func (x *whyScratch) remove(g *whyPairs, s, need int) {
	x.inside[s] = false
	x.need -= need
	for _, v := range g.eligible(s) {
		x.degree[v]--
		if x.degree[v] < x.handsOf(v) {
			x.supply--
		}
	}
}

// deficient finds shifts, s among them, that need at least short slots more than their volunteers can give; a search for
// a way to fill s found none. It follows alternating ways from s, nearest first, and stops when it has seen enough.
func (e *Explainer) deficient(beat *pulse, plan *whyPlan, s int, minimum bool, short int) (*DeficientSet, error) {
	x := e.scratch
	queue, parent := []int{s}, []int{-1}
	x.seen[s] = true
	defer func() {
		for _, t := range queue {
			if x.seen[t] = false; x.inside[t] {
				x.remove(e.pairs, t, e.need(t, minimum))
			}
		}
	}()
	size := 0
	for ; size < len(queue) && x.need-x.supply < short; size++ {
		t := queue[size]
		x.add(e.pairs, t, e.need(t, minimum))
		steps := 1
		for _, v := range e.pairs.eligible(t) {
			held := plan.shiftsOf(int(v))
			steps += 2 + len(held)
			if slices.Contains(held, int32(t)) {
				continue
			}
			for _, other := range held {
				if !x.seen[other] {
					x.seen[other] = true
					queue, parent = append(queue, int(other)), append(parent, size)
				}
			}
		}
		if err := beat.beat(4 * steps); err != nil {
			return nil, err
		}
	}
	if x.need-x.supply < short {
		return nil, nil //nolint:nilnil // nothing is proved
	}
	set, err := e.prune(beat, queue[:size], parent[:size], minimum, short)
	if err != nil {
		return nil, err
	}
	return e.smallest(beat, set, minimum, short)
}

// prune leaves out shifts, farthest first, as long as the rest proves as much and hangs together: leaves of the tree in
// which the search found them, each looked at once. The scratch follows.
func (e *Explainer) prune(beat *pulse, shifts, parent []int, minimum bool, short int) ([]int, error) {
	x := e.scratch
	children := make([]int, len(shifts))
	for _, up := range parent[1:] {
		children[up]++
	}
	kept := []int{}
	for i := len(shifts) - 1; i > 0; i-- {
		t := shifts[i]
		if children[i] == 0 {
			x.remove(e.pairs, t, e.need(t, minimum))
			if x.need-x.supply >= short {
				children[parent[i]]--
				continue
			}
			x.add(e.pairs, t, e.need(t, minimum))
		}
		kept = append(kept, t)
		if err := beat.beat(8 * (1 + len(e.pairs.eligible(t)))); err != nil {
			return nil, err
		}
	}
	kept = append(kept, shifts[0])
	slices.Reverse(kept)
	return kept, nil
}

// smallestShifts is how many shifts of a set are tried in every combination.
const smallestShifts = 12

// smallest finds the least number of the shifts, the first among them, that prove as much and hang together (share
// eligible volunteers, directly or through others of them): all combinations are tried, one change after the other in
// Gray's order. A larger set is left as it is.
func (e *Explainer) smallest(beat *pulse, shifts []int, minimum bool, short int) (*DeficientSet, error) {
	x := e.scratch
	minimal := len(shifts) <= smallestShifts
	if minimal && len(shifts) > 1 {
		beside := e.beside(shifts)
		inside := uint32(1)<<len(shifts) - 1
		best := inside
		for code := uint32(1); code < 1<<(len(shifts)-1); code++ {
			i := bits.TrailingZeros32(code) + 1
			t := shifts[i]
			if inside ^= 1 << i; inside&(1<<i) == 0 {
				x.remove(e.pairs, t, e.need(t, minimum))
			} else {
				x.add(e.pairs, t, e.need(t, minimum))
			}
			size, least := bits.OnesCount32(inside), bits.OnesCount32(best)
			if x.need-x.supply >= short && (size < least || size == least && inside < best) && connected(beside, inside) {
				best = inside
			}
			if err := beat.beat(2 * (1 + len(e.pairs.eligible(t)))); err != nil {
				return nil, err
			}
		}
		kept := []int{}
		for i, t := range shifts {
			switch in := inside&(1<<i) != 0; {
			case best&(1<<i) == 0:
				if in {
					x.remove(e.pairs, t, e.need(t, minimum))
				}
				continue
			case !in:
				x.add(e.pairs, t, e.need(t, minimum))
			}
			kept = append(kept, t)
		}
		shifts = kept
	}
	set := &DeficientSet{
		Shifts: shifts, Need: x.need, Supply: x.supply, OfMinimum: minimum, Minimal: minimal, Volunteers: []int{},
	}
	slices.Sort(set.Shifts[1:])
	for _, t := range shifts {
		for _, v := range e.pairs.eligible(t) {
			set.Volunteers = append(set.Volunteers, int(v))
		}
	}
	slices.Sort(set.Volunteers)
	set.Volunteers = slices.Compact(set.Volunteers)
	return set, beat.beat(4 * len(set.Volunteers))
}

// beside tells which of a few shifts share an eligible volunteer, as bits.
func (e *Explainer) beside(shifts []int) []uint32 {
	beside := make([]uint32, len(shifts))
	may := make(map[int32]uint32)
	for i, t := range shifts {
		for _, v := range e.pairs.eligible(t) {
			may[v] |= 1 << i
		}
	}
	for _, set := range may {
		for rest := set; rest != 0; rest &= rest - 1 {
			beside[bits.TrailingZeros32(rest)] |= set
		}
	}
	return beside
}

// connected tells whether a set of bits, the lowest among them, hangs together.
func connected(beside []uint32, set uint32) bool {
	reached := uint32(1)
	for fresh := reached; fresh != 0; {
		var next uint32
		for ; fresh != 0; fresh &= fresh - 1 {
			next |= beside[bits.TrailingZeros32(fresh)]
		}
		fresh = next & set &^ reached
		reached |= fresh
	}
	return reached == set
}
