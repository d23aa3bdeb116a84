package matcher

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"
)

// StableOptions change what Stable answers. The zero value closes nothing.
type StableOptions struct {
	// CloseShort closes the shifts that stay below their minimum headcount, one at a time, until all that are open reach
	// it; whoever was on a closed shift goes on to what they want next. Of the shifts that are short the one with the
	// lowest priority is closed first, then the one with the least part of its minimum filled, then the one with the
	// highest number.
	CloseShort bool
}

// StablePlan is what Stable proposes.
type StablePlan struct {
	// Assignments by volunteer, one each at most.
	Assignments []Assignment
	// Score is how good they are by the measure of the other solvers, which Stable does not look at.
	Score Score
	// Short are the shifts below their minimum headcount, rising. Without ties they are short in every stable plan.
	Short []int
	// Closed are the shifts that CloseShort closed, rising.
	Closed []int
}

// Stable gives every volunteer at most one shift, so that no volunteer and shift would both rather have each other: there
// is no blocking pair, which Verify defines. It heeds both sides' wishes, the volunteers' ranks and the shifts' standings,
// and no weight: priorities, loads and minimum headcounts move nobody, except as told here.
//
// Of all stable plans it is the best for every volunteer at once, once ties are broken. A volunteer's equal ranks are
// broken by the lower number of the shift; a shift's equal standings by the volunteer's lower Load, then lower number.
// Who has no standing comes after all who have one. The plan is stable for the wishes with their ties, too (weakly: both
// have to gain). Another breaking of ties may fill more slots; to find the one that fills most is NP-hard (Manlove, Irving,
// Iwama, Miyazaki, Morita 2002).
//
// A minimum headcount cannot be mended by another stable plan: once ties are broken, a shift that is not full has the same
// people in each of them (Roth 1986, "On the allocation of residents to rural hospitals"). Short names such shifts. With
// StableOptions.CloseShort they are closed and the plan is stable among the shifts that stay open. Closing is greedy: the
// shifts that stay open need not be the most, and enough volunteers to open a closed one might want it. Whether there is a
// choice without such a group is NP-complete (Biró, Fleiner, Irving, Manlove 2010, "The College Admissions problem with
// lower and common quotas").
//
// The algorithm is deferred acceptance, the volunteers proposing (Gale and Shapley 1962), one after another (McVitie and
// Wilson 1971). A shift's worst holder once it is full only ever gets better, so a volunteer finds the next shift that
// accepts by a look along the pairs, and nothing is sorted beforehand. Its cost is O(m log m) for m pairs, near linear
// when volunteers have few pairs or are seldom replaced; its memory 12 bytes a volunteer, 20 a shift, 8 a slot. Closing goes
// on from where it is and costs no more than that in all.
//
// Errors: ErrCrew, and the context's when it ends before the plan is there.
func Stable(ctx context.Context, p *Problem, o StableOptions) (*StablePlan, error) {
	if slices.ContainsFunc(p.shifts, func(s Shift) bool { return s.Crew > 1 }) {
		return nil, ErrCrew
	}
	a := newAcceptance(ctx, p)
	a.run()
	plan := &StablePlan{}
	if o.CloseShort {
		plan.Closed = a.closeShort()
	}
	if a.ended != nil {
		return nil, a.ended
	}
	a.write(plan)
	return plan, nil
}

const (
	acceptsAll = math.MaxUint64
	nobody     = -1
	// longRow is from how many pairs on a volunteer who keeps coming back gets their pairs sorted, and manyLooks after
	// how many looks along all of them.
	longRow   = 64
	manyLooks = 4
)

// acceptance is a run of deferred acceptance.
type acceptance struct {
	p *Problem
	// order has the volunteers as ties put them, place the inverse.
	order, place []int32
	// held is the pair that a volunteer holds, or nobody.
	held []int32
	// A key is a standing (32 bits, none being the highest) above a place: lower goes first. worst is the lowest key that
	// a shift refuses, acceptsAll while a slot is free.
	worst []uint64
	// heap has the keys that a shift holds, the highest first: heap[slot[s]:slot[s]+taken[s]], and room up to slot[s+1].
	heap  []uint64
	slot  []int
	taken []int32
	// sorted has the pairs of volunteers with many who came back often, most wanted first.
	sorted map[int32]*sortedRow
	// alone tells what a volunteer may take.
	alone alone
	// pulse counts the pairs that are looked at, ended is what the context said.
	pulse pulse
	ended error
}

// sortedRow is what is left of one volunteer's pairs: those that may accept still.
type sortedRow struct {
	looks int
	pairs []int32
}

func newAcceptance(ctx context.Context, p *Problem) *acceptance {
	a := &acceptance{
		p: p, alone: newAlone(p), pulse: pulse{ctx, 0}, held: make([]int32, len(p.volunteers)), worst: make([]uint64, len(p.shifts)),
		taken: make([]int32, len(p.shifts)), ended: ctx.Err(),
	}
	a.order = tieOrder(p)
	a.place = make([]int32, len(a.order))
	for i, v := range a.order {
		a.place[v] = int32(i)
		a.held[v] = nobody
	}
	a.slot = slots(p)
	a.heap = make([]uint64, a.slot[len(p.shifts)])
	for s := range p.shifts {
		if a.slot[s] < a.slot[s+1] {
			a.worst[s] = acceptsAll
		}
	}
	return a
}

// tieOrder has the volunteers by load, then number: counting sorts of eleven bits each.
func tieOrder(p *Problem) []int32 {
	order, most := make([]int32, len(p.volunteers)), 0
	for v := range order {
		order[v] = int32(v)
		most = max(most, p.volunteers[v].Load)
	}
	const width = 11
	for shift := 0; most>>shift > 0; shift += width {
		digit := make([]int32, len(order))
		for v := range digit {
			digit[v] = int32(p.volunteers[v].Load >> shift & (1<<width - 1))
		}
		order = countingSort(order, digit, 1<<width)
	}
	return order
}

// slots are the borders of the shifts' slots in one row. Where the capacities are far more than there are pairs, each is
// cut to the number of the shift's pairs, so that memory is bounded by the pairs.
func slots(p *Problem) []int {
	slot := make([]int, len(p.shifts)+1)
	for s := range p.shifts {
		slot[s+1] = slot[s] + min(p.shifts[s].Capacity, len(p.volunteers))
	}
	if slot[len(p.shifts)] <= len(p.shift)+1<<16 {
		return slot
	}
	eligible := make([]int32, len(p.shifts))
	for _, s := range p.shift {
		eligible[s]++
	}
	for s := range p.shifts {
		slot[s+1] = slot[s] + min(p.shifts[s].Capacity, int(eligible[s]))
	}
	return slot
}

// key is how shift p.shift[pair] sees the volunteer: lower goes first.
func (a *acceptance) key(v, pair int32) uint64 {
	if a.p.standing == nil {
		return uint64(a.place[v])
	}
	return uint64(uint32(a.p.standing[pair]-1))<<32 | uint64(a.place[v]) // 0, for none, becomes the highest
}

// run lets everybody propose. The order does not change the outcome: without standings it is the one in which nobody is
// ever replaced, otherwise sweeps over the volunteers, which memory likes better than to follow each who is replaced.
func (a *acceptance) run() {
	if a.p.standing == nil {
		for _, v := range a.order {
			a.propose(v)
		}
		return
	}
	waiting := make([]uint64, (len(a.order)+63)/64)
	for v := range a.order {
		waiting[v/64] |= 1 << (v % 64)
	}
	for late := math.MaxInt; late > len(waiting) && a.ended == nil; {
		late = 0
		for w := range waiting {
			for waiting[w] != 0 {
				v := int32(w*64 + bits.TrailingZeros64(waiting[w]))
				waiting[w] &= waiting[w] - 1
				replaced := a.step(v)
				if replaced == nobody {
					continue
				}
				waiting[replaced/64] |= 1 << (replaced % 64)
				if replaced < v {
					late++
				}
			}
		}
	}
	for w, few := range waiting {
		for ; few != 0; few &= few - 1 {
			a.propose(int32(w*64 + bits.TrailingZeros64(few)))
		}
	}
}

// propose lets a volunteer go on, and whoever is replaced, until all have a shift that accepts or none is left.
func (a *acceptance) propose(v int32) {
	for v != nobody {
		v = a.step(v)
	}
}

// step lets a volunteer go on to the next shift that accepts, and answers whom that replaces, or nobody. It does nothing
// after the context's end.
func (a *acceptance) step(v int32) int32 {
	if a.ended != nil {
		return nobody
	}
	pair := a.next(v)
	a.held[v] = pair
	if pair == nobody {
		return nobody
	}
	return a.accept(a.p.shift[pair], a.key(v, pair))
}

// next is the most wanted pair of a volunteer whose shift accepts, or nobody.
func (a *acceptance) next(v int32) int32 {
	first, last := a.p.first[v], a.p.first[v+1]
	a.spend(last - first + 1)
	switch limited := !a.alone.free(int(v)); {
	case last-first > longRow:
		return a.nextSorted(v, limited)
	case limited:
		return a.nextAllowed(v, limited)
	}
	// No branch here depends on what is read: most of it no processor could foresee.
	shifts, ranks, place := a.p.shift[first:last], a.p.rank[first:last], uint64(a.place[v])
	best := uint64(math.MaxUint64)
	if a.p.standing == nil {
		for i, rank := range ranks {
			candidate := uint64(rank)<<32 | uint64(i)
			if place >= a.worst[shifts[i]] {
				candidate = math.MaxUint64
			}
			best = min(best, candidate)
		}
	} else {
		standings := a.p.standing[first:last]
		for i, rank := range ranks {
			candidate := uint64(rank)<<32 | uint64(i)
			if uint64(uint32(standings[i]-1))<<32|place >= a.worst[shifts[i]] {
				candidate = math.MaxUint64
			}
			best = min(best, candidate)
		}
	}
	if best == math.MaxUint64 {
		return nobody
	}
	return int32(first) + int32(uint32(best))
}

// spend counts looks at pairs.
func (a *acceptance) spend(looks int) {
	if err := a.pulse.beat(looks); err != nil {
		a.ended = err
	}
}

// accepts tells whether the shift of a pair would have the volunteer, and may. After the context's end none does.
func (a *acceptance) accepts(v, pair int32, limited bool) bool {
	s := a.p.shift[pair]
	if a.key(v, pair) >= a.worst[s] || !limited {
		return a.key(v, pair) < a.worst[s]
	}
	a.spend(a.alone.work(int(v)))
	return a.ended == nil && a.alone.may(int(v), int(s))
}

// nextAllowed is next for volunteers who may be forbidden a shift.
func (a *acceptance) nextAllowed(v int32, limited bool) int32 {
	best := int32(nobody)
	for pair := int32(a.p.first[v]); pair < int32(a.p.first[v+1]); pair++ {
		if (best == nobody || a.p.rank[pair] < a.p.rank[best]) && a.accepts(v, pair, limited) {
			best = pair
		}
	}
	return best
}

// nextSorted is next for volunteers with many pairs: a few times it looks along all, then it sorts what is left.
func (a *acceptance) nextSorted(v int32, limited bool) int32 {
	row := a.sorted[v]
	if row == nil {
		if a.sorted == nil {
			a.sorted = map[int32]*sortedRow{}
		}
		row = &sortedRow{}
		a.sorted[v] = row
	}
	if row.looks++; row.looks <= manyLooks {
		return a.nextAllowed(v, limited)
	}
	if row.looks == manyLooks+1 {
		for pair := int32(a.p.first[v]); pair < int32(a.p.first[v+1]); pair++ {
			if a.accepts(v, pair, limited) {
				row.pairs = append(row.pairs, pair)
			}
		}
		slices.SortFunc(row.pairs, func(x, y int32) int {
			return cmp.Or(cmp.Compare(a.p.rank[x], a.p.rank[y]), cmp.Compare(x, y))
		})
	}
	for i, pair := range row.pairs {
		if a.accepts(v, pair, limited) {
			row.pairs = row.pairs[i+1:]
			return pair
		}
	}
	row.pairs = nil
	return nobody
}

// accept gives a slot to the key's volunteer and answers who loses it, or nobody.
func (a *acceptance) accept(s int32, key uint64) int32 {
	heap := a.heap[a.slot[s]:a.slot[s+1]]
	n := int(a.taken[s])
	if n < len(heap) {
		i := n
		for ; i > 0 && heap[(i-1)/2] < key; i = (i - 1) / 2 {
			heap[i] = heap[(i-1)/2]
		}
		heap[i] = key
		a.taken[s]++
		if n+1 == len(heap) {
			a.worst[s] = heap[0]
		}
		return nobody
	}
	replaced := a.order[uint32(heap[0])]
	i := 0
	for child := 1; child < n; child = 2*i + 1 {
		if child+1 < n && heap[child+1] > heap[child] {
			child++
		}
		if heap[child] < key {
			break
		}
		heap[i] = heap[child]
		i = child
	}
	heap[i] = key
	a.worst[s] = heap[0]
	return replaced
}

// write puts down what everybody holds.
func (a *acceptance) write(plan *StablePlan) {
	p := a.p
	n := 0
	for _, taken := range a.taken {
		n += int(taken)
	}
	plan.Assignments = make([]Assignment, 0, n)
	plan.Score.Filled = n
	for v, pair := range a.held {
		if pair != nobody {
			plan.Assignments = append(plan.Assignments, Assignment{v, int(p.shift[pair])})
			plan.Score.Rank += int64(p.rank[pair])
			plan.Score.Unfairness += 2*int64(p.volunteers[v].Load) + 1
		}
	}
	for s := range p.shifts {
		shift, taken := &p.shifts[s], int(a.taken[s])
		plan.Score.Value += int64(taken)*int64(shift.Priority) + int64(min(taken, shift.Minimum))*MaxPriority
		if _, closed := slices.BinarySearch(plan.Closed, s); taken < shift.Minimum && !closed {
			plan.Short = append(plan.Short, s)
		}
	}
}
