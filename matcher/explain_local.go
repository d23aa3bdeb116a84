package matcher

import "slices"

// whyLocal is a plan with several shifts each and what can be seen from it: moves of one or two people. The best
// re-arrangement is NP-hard to find (it holds interval scheduling with eligibility, Arkin and Silverberg 1987), so what
// this finds is a plan that does it, and what it does not find is not proved impossible.
type whyLocal struct {
	e    *Explainer
	held [][]int32 // by volunteer, sorted
	by   [][]int32 // by shift, sorted
	// takers are some who could take a shift at once if it had a slot, nil where not asked for.
	takers [][]int32
	// gone is what is best when somebody leaves a shift to another, without moves where not asked for.
	gone []whyChange
	// flows are the relaxed plans for capacities and for minimum headcounts, nil until asked for.
	flows [2]*whyPlan
	// steps are not told to the context yet, spent are all that were.
	steps, spent int
}

// takersKept is how many takers of a shift are remembered: one more than a crew, or than the people of one move.
const takersKept = 4

// neighbourhood is the plan's, made once: 24 bytes a volunteer and shift.
func (e *Explainer) neighbourhood(beat *pulse) (*whyLocal, error) {
	if e.local != nil {
		return e.local, nil
	}
	local := newWhyLocal(e)
	hands, err := e.hands(beat)
	if err != nil {
		return nil, err
	}
	e.local, e.scratch.hands = local, hands
	return local, nil
}

func newWhyLocal(e *Explainer) *whyLocal {
	p := e.p
	l := &whyLocal{e: e, held: make([][]int32, len(p.volunteers)), by: make([][]int32, len(p.shifts))}
	l.takers, l.gone = make([][]int32, len(p.shifts)), make([]whyChange, len(p.shifts))
	for v := range l.held {
		l.held[v] = slices.Clip(e.plan.shiftsOf(v))
	}
	for s := range l.by {
		l.by[s] = slices.Clip(e.plan.holders(s))
	}
	return l
}

// may tells what forbids v shift s beside the shifts held, without one of them; −1 leaves out none.
func (l *whyLocal) may(v int32, without, s int) bool {
	held := l.held[v]
	l.steps += 2 + 4*len(held)
	if _, ok := slices.BinarySearch(l.e.pairs.to[l.e.pairs.first[v]:l.e.pairs.first[v+1]], int32(s)); !ok {
		return false
	}
	if len(held) == 0 {
		return true
	}
	if without >= 0 {
		var few [16]int32
		rest := few[:0]
		for _, t := range held {
			if int(t) != without {
				rest = append(rest, t)
			}
		}
		held = rest
	}
	return l.e.p.Forbids(int(v), held, s) == None
}

// rank is that of a pair that is there.
func (l *whyLocal) rank(v int32, s int) int64 {
	rank, _ := l.e.p.rankOf(int(v), s)
	return int64(rank)
}

func (l *whyLocal) free(s int) int { return l.e.p.shifts[s].Capacity - len(l.by[s]) }

// slots weighs n more slots of a shift; a negative n its last ones.
func (l *whyLocal) slots(s, n int) (value int64) {
	for i := range n {
		value += l.e.p.slotWeight(s, len(l.by[s])+i)
	}
	for i := range -n {
		value -= l.e.p.slotWeight(s, len(l.by[s])-1-i)
	}
	return value
}

// takersOf are up to takersKept volunteers who could take a shift as it is, those who want it most first; a crew's
// number if that is more.
func (l *whyLocal) takersOf(s int) []int32 {
	if l.takers[s] != nil {
		return l.takers[s]
	}
	pairs, keep := l.e.pairs, max(takersKept, l.e.p.shifts[s].Crew)
	type taker struct{ v, rank int32 }
	all := []taker{}
	for i := pairs.back[s]; i < pairs.back[s+1]; i++ {
		if l.may(pairs.who[i], -1, s) {
			all = append(all, taker{pairs.who[i], pairs.whoRank[i]})
		}
	}
	slices.SortStableFunc(all, func(a, b taker) int { return int(a.rank) - int(b.rank) })
	takers := make([]int32, 0, keep)
	for _, t := range all[:min(keep, len(all))] {
		takers = append(takers, t.v)
	}
	l.takers[s] = takers
	return takers
}

// takerBut is a taker other than two volunteers, −1 for none.
func (l *whyLocal) takerBut(s int, v, u int32) int32 {
	for _, w := range l.takersOf(s) {
		if w != v && w != u {
			return w
		}
	}
	return -1
}

// change is some moves and what they do.
type whyChange struct {
	Delta
	moves []Step
}

// better tells whether a is better than b, which may have no moves.
func (a whyChange) better(b whyChange) bool {
	if len(b.moves) == 0 || len(a.moves) == 0 {
		return len(a.moves) > 0
	}
	return a.Value > b.Value || a.Value == b.Value && a.Rank < b.Rank
}

// fill looks for one move, or two, that fill a slot of s and better the Value; for a crew, for people who are free.
func (l *whyLocal) fill(beat *pulse, s int) ([]Step, Delta, error) {
	best := l.fillCrew(s, l.e.p.shifts[s].Crew)
	if len(best.moves) == 0 && l.e.p.shifts[s].Crew == 1 {
		for _, v := range l.e.pairs.eligible(s) {
			for _, h := range l.held[v] {
				if int(h) == s || !l.may(v, int(h), s) {
					continue
				}
				if found := l.exchange(v, int(h), s); found.Value > 0 && found.better(best) {
					best = found
				}
			}
			if err := l.beat(beat); err != nil {
				return nil, Delta{}, err
			}
		}
	}
	return best.moves, best.Delta, l.beat(beat)
}

// beat passes the steps on.
func (l *whyLocal) beat(beat *pulse) error {
	steps := 8 * l.steps
	l.steps, l.spent = 0, l.spent+steps
	return beat.beat(steps)
}

// fillCrew lets n who are free take a shift, if there are as many slots and people.
func (l *whyLocal) fillCrew(s, n int) (c whyChange) {
	takers := l.takersOf(s)
	if l.free(s) < n || len(takers) < n {
		return c
	}
	c.Value, c.Filled = l.slots(s, n), n
	for _, v := range takers[:n] {
		c.Rank += l.rank(v, s)
		c.moves = append(c.moves, Step{int(v), -1, s})
	}
	return c
}

// exchange lets v leave h for a free slot of s, and somebody take h at once where there is such a person.
func (l *whyLocal) exchange(v int32, h, s int) (c whyChange) {
	leave := Step{int(v), h, s}
	c.Value, c.Rank = l.slots(s, 1), l.rank(v, s)-l.rank(v, h)
	if w := l.takerBut(h, v, v); w >= 0 {
		c.Filled, c.Rank = 1, c.Rank+l.rank(w, h)
		c.moves = []Step{leave, {int(w), -1, h}}
		return c
	}
	if l.e.p.shifts[h].Crew > 1 {
		return whyChange{}
	}
	c.Value += l.slots(h, -1)
	c.moves = []Step{leave}
	return c
}

// newcomer is the gain by one more volunteer who may take s alone, at rank 1.
func (l *whyLocal) newcomer(beat *pulse, s int) (Delta, error) {
	crew := l.e.p.shifts[s].Crew
	if l.free(s) >= crew {
		if takers := l.takersOf(s); len(takers) >= crew-1 {
			gain := Delta{Value: l.slots(s, crew), Filled: crew, Rank: 1}
			for _, v := range takers[:crew-1] {
				gain.Rank += l.rank(v, s)
			}
			return gain, l.beat(beat)
		}
	}
	gone := l.makeRoom(s)
	if gone.Rank++; len(gone.moves) == 0 || gone.Value == 0 && gone.Rank >= 0 {
		return Delta{}, l.beat(beat)
	}
	return gone.Delta, l.beat(beat)
}

// makeRoom is the best of what happens when one holder of s leaves it to a newcomer.
func (l *whyLocal) makeRoom(s int) whyChange {
	if len(l.gone[s].moves) == 0 {
		for _, u := range l.by[s] {
			if c := l.moveOn(u, s); c.better(l.gone[s]) {
				l.gone[s] = c
			}
		}
	}
	return l.gone[s]
}

// moveOn lets u leave s to a newcomer, for the best free slot of another shift, or for none.
func (l *whyLocal) moveOn(u int32, s int) whyChange {
	best := whyChange{Delta{Rank: -l.rank(u, s)}, []Step{{int(u), s, -1}}}
	pairs := l.e.pairs
	for i := pairs.first[u]; i < pairs.first[u+1]; i++ {
		t := int(pairs.to[i])
		if t == s || l.e.p.shifts[t].Crew > 1 || l.free(t) < 1 || !l.may(u, s, t) {
			continue
		}
		c := whyChange{Delta{l.slots(t, 1), 1, int64(pairs.rank[i]) - l.rank(u, s)}, []Step{{int(u), s, t}}}
		if c.better(best) {
			best = c
		}
	}
	return best
}

// costs fills in the answers for the wishes of one volunteer.
func (l *whyLocal) costs(beat *pulse, r *VolunteerReason) error {
	for i := range r.Wishes {
		w := &r.Wishes[i]
		if w.Outside || w.Slots == 0 {
			continue
		}
		w.OneMoreSlot = w.Rule == None && w.Taken == w.Slots && l.e.p.shifts[w.Shift].Crew == 1
		if best := l.grant(int32(r.Volunteer), w.Shift, w.Rule); len(best.moves) > 0 {
			w.Cost, w.Steps, w.Certainty = best.Delta, best.moves, AtLeast
		}
		if err := l.beat(beat); err != nil {
			return err
		}
	}
	return nil
}

// costsOf fills in the answers for all as far as the steps allow.
func (l *whyLocal) costsOf(beat *pulse, all []VolunteerReason, allowed int) error {
	allowed += l.spent
	for i := range all {
		if l.spent > allowed {
			return nil
		}
		if err := l.costs(beat, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

// grant gives v shift s, where a rule other than full slots and crews forbids it in place of one of the shifts held.
func (l *whyLocal) grant(v int32, s int, rule Rule) (best whyChange) {
	consider := func(c whyChange) {
		if c.better(best) {
			best = c
		}
	}
	if rule == None || rule == BrokenCrew {
		come := Step{int(v), -1, s}
		if l.e.p.shifts[s].Crew == 1 && l.free(s) > 0 {
			return whyChange{Delta{l.slots(s, 1), 1, l.rank(v, s)}, []Step{come}}
		}
		if best = l.makeRoom(s); len(best.moves) > 0 {
			best.Rank += l.rank(v, s)
			best.moves = []Step{best.moves[0], come}
		}
		return best
	}
	for _, held := range l.held[v] {
		h := int(held)
		if !l.may(v, h, s) {
			continue
		}
		if l.e.p.shifts[s].Crew == 1 && l.free(s) > 0 {
			consider(l.exchange(v, h, s))
			continue
		}
		for _, u := range l.by[s] {
			consider(l.swap(v, h, u, s))
		}
	}
	return best
}

// swap gives v shift s for h, and h to the holder u of s; or to somebody else, or nobody, and u goes.
func (l *whyLocal) swap(v int32, h int, u int32, s int) (c whyChange) {
	c.Rank = l.rank(v, s) - l.rank(v, h) - l.rank(u, s)
	c.moves = []Step{{int(v), h, s}}
	if l.may(u, s, h) {
		c.Rank += l.rank(u, h)
		c.moves = append(c.moves, Step{int(u), s, h})
		return c
	}
	c.moves = append(c.moves, Step{int(u), s, -1})
	if w := l.takerBut(h, v, u); w >= 0 {
		c.Rank += l.rank(w, h)
		c.moves = append(c.moves, Step{int(w), -1, h})
		return c
	}
	if l.e.p.shifts[h].Crew > 1 {
		return whyChange{}
	}
	c.Value, c.Filled = l.slots(h, -1), -1
	return c
}

// improved is the plan after all moves of one or two people that better its Value, the weightiest gap first; each raises
// the Value, so there is an end. The Explainer's own plan stays.
func (e *Explainer) improved(beat *pulse) ([]Assignment, error) {
	if _, err := e.neighbourhood(beat); err != nil {
		return nil, err
	}
	l := newWhyLocal(e)
	for again := true; again; {
		again = false
		var gaps []int
		for s := range l.by {
			if l.free(s) > 0 {
				gaps = append(gaps, s)
			}
		}
		slices.SortStableFunc(gaps, func(a, b int) int { return int(l.slots(b, 1) - l.slots(a, 1)) })
		for _, s := range gaps {
			for l.free(s) > 0 {
				moves, _, err := l.fill(beat, s)
				if err != nil {
					return nil, err
				}
				if len(moves) == 0 {
					break
				}
				l.apply(moves)
				again = true
			}
		}
	}
	var all []Assignment
	for v, held := range l.held {
		for _, s := range held {
			all = append(all, Assignment{v, int(s)})
		}
	}
	return all, nil
}

// apply makes moves; what was remembered about those who move is forgotten.
func (l *whyLocal) apply(moves []Step) {
	for _, m := range moves {
		v := int32(m.Volunteer)
		if m.From >= 0 {
			l.held[v], l.by[m.From] = without(l.held[v], int32(m.From)), without(l.by[m.From], v)
		}
		if m.To >= 0 {
			l.held[v], l.by[m.To] = with(l.held[v], int32(m.To)), with(l.by[m.To], v)
		}
		for _, t := range l.e.pairs.to[l.e.pairs.first[v]:l.e.pairs.first[v+1]] {
			l.takers[t] = nil
		}
	}
}

// with and without are copies of a sorted slice.
func with(sorted []int32, x int32) []int32 {
	at, _ := slices.BinarySearch(sorted, x)
	return slices.Insert(slices.Clone(sorted), at, x)
}

func without(sorted []int32, x int32) []int32 {
	at, _ := slices.BinarySearch(sorted, x)
	return slices.Delete(slices.Clone(sorted), at, at+1)
}
