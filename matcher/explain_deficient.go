package matcher

import (
	"math/bits"
	"slices"
)

// whyScratch is a set of shifts that grows and shrinks, with how much its volunteers can give: 5 bytes a volunteer, 2 a
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
	listed []bool // by volunteer
	// queue and parent are memory for searches.
	queue, parent []int
}

func newWhyScratch(p *Problem) *whyScratch {
	return &whyScratch{
		degree: make([]int32, len(p.volunteers)), inside: make([]bool, len(p.shifts)), seen: make([]bool, len(p.shifts)),
		listed: make([]bool, len(p.volunteers)),
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

// nearShifts is how many shifts a search looks at before a gap counts as wide: many shifts lack volunteers together.
const nearShifts = 16

// deficient finds shifts, s among them, that need at least short slots more than their volunteers can give; a search for
// a way to fill s found none. It follows alternating ways from s, nearest first, and stops when it has seen enough, or
// most shifts: then it answers nil.
func (e *Explainer) deficient(beat *pulse, plan *whyPlan, s int, minimum bool, short, most int) (*DeficientSet, error) {
	x := e.scratch
	search := &whyTree{e: e, plan: plan, minimum: minimum, queue: append(x.queue[:0], s), parent: append(x.parent[:0], -1)}
	x.seen[s] = true
	defer search.clear()
	if err := search.grow(beat, short, most); err != nil {
		return nil, err
	}
	if x.need-x.supply < short {
		return nil, nil //nolint:nilnil // nothing is proved so far
	}
	return search.set(beat, short)
}

// whyTree is a search for a deficient set: the shifts it found, and from which of them it found each.
type whyTree struct {
	e             *Explainer
	plan          *whyPlan
	minimum       bool
	queue, parent []int
	// size is how many of the queue are in the scratch.
	size int
}

// grow adds shifts until they are short enough, or so many, or all.
func (w *whyTree) grow(beat *pulse, short, most int) error {
	e, x := w.e, w.e.scratch
	for ; w.size < min(len(w.queue), most) && x.need-x.supply < short; w.size++ {
		t := w.queue[w.size]
		x.add(e.pairs, t, e.need(t, w.minimum))
		steps := 1
		for _, v := range e.pairs.eligible(t) {
			held := w.plan.shiftsOf(int(v))
			steps += 2 + len(held)
			if slices.Contains(held, int32(t)) {
				continue
			}
			for _, other := range held {
				if !x.seen[other] {
					x.seen[other] = true
					w.queue, w.parent = append(w.queue, int(other)), append(w.parent, w.size)
				}
			}
		}
		if err := beat.beat(4 * steps); err != nil {
			return err
		}
	}
	return nil
}

// clear makes the scratch as it was.
func (w *whyTree) clear() {
	x := w.e.scratch
	for _, t := range w.queue {
		if x.seen[t] = false; x.inside[t] {
			x.remove(w.e.pairs, t, w.e.need(t, w.minimum))
		}
	}
	x.queue, x.parent = w.queue, w.parent
}

// set is what is left of the shifts when it is made smaller.
func (w *whyTree) set(beat *pulse, short int) (*DeficientSet, error) {
	shifts, err := w.e.prune(beat, w.queue[:w.size], w.parent[:w.size], w.minimum, short)
	if err != nil {
		return nil, err
	}
	minimal := len(shifts) <= smallestShifts
	if minimal {
		if shifts, err = w.e.smallest(beat, shifts, w.minimum, short); err != nil {
			return nil, err
		}
	}
	set, err := w.e.setOf(beat, shifts, w.minimum)
	if err != nil {
		return nil, err
	}
	set.Minimal = minimal
	return set, nil
}

// setOf is the set of the shifts that the scratch holds.
func (e *Explainer) setOf(beat *pulse, shifts []int, minimum bool) (*DeficientSet, error) {
	x := e.scratch
	set := &DeficientSet{Shifts: shifts, Need: x.need, Supply: x.supply, OfMinimum: minimum, Volunteers: []int{}}
	slices.Sort(shifts)
	for _, t := range shifts {
		for _, v := range e.pairs.eligible(t) {
			if !x.listed[v] {
				x.listed[v] = true
				set.Volunteers = append(set.Volunteers, int(v))
			}
		}
		if err := beat.beat(1 + len(e.pairs.eligible(t))); err != nil {
			x.listed = make([]bool, len(x.listed))
			return nil, err
		}
	}
	slices.Sort(set.Volunteers)
	for _, v := range set.Volunteers {
		x.listed[v] = false
	}
	return set, beat.beat(4 * len(set.Volunteers))
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

// smallest finds the least number of a few shifts, the first among them, that prove as much and hang together (share
// eligible volunteers, directly or through others of them): all combinations are tried, one change after the other in
// Gray's order. The scratch follows.
func (e *Explainer) smallest(beat *pulse, shifts []int, minimum bool, short int) ([]int, error) {
	x := e.scratch
	beside := e.beside(shifts)
	put := func(inside bool, t int) {
		if inside && !x.inside[t] {
			x.add(e.pairs, t, e.need(t, minimum))
		} else if !inside && x.inside[t] {
			x.remove(e.pairs, t, e.need(t, minimum))
		}
	}
	inside := uint32(1)<<len(shifts) - 1
	best := inside
	for code := uint32(1); code < 1<<(len(shifts)-1); code++ {
		i := bits.TrailingZeros32(code) + 1
		inside ^= 1 << i
		put(inside&(1<<i) != 0, shifts[i])
		size, least := bits.OnesCount32(inside), bits.OnesCount32(best)
		if x.need-x.supply >= short && (size < least || size == least && inside < best) && connected(beside, inside) {
			best = inside
		}
		if err := beat.beat(2 * (1 + len(e.pairs.eligible(shifts[i])))); err != nil {
			return nil, err
		}
	}
	kept := []int{}
	for i, t := range shifts {
		put(best&(1<<i) != 0, t)
		if best&(1<<i) != 0 {
			kept = append(kept, t)
		}
	}
	return kept, nil
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
