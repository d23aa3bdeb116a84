package matcher

import (
	"context"
	"slices"
)

// whyPairs are the pairs that a volunteer with no shift of the plan could take, in both directions: 8 bytes a pair, and 8
// more where commitments or limits leave some out.
type whyPairs struct {
	p *Problem
	// Of volunteer v the pairs first[v]:first[v+1]; the Problem's own where none is left out.
	first    []int
	to, rank []int32
	// Of shift s those at back[s]:back[s+1], by volunteer.
	back         []int
	who, whoRank []int32
}

func newWhyPairs(ctx context.Context, p *Problem) (*whyPairs, error) {
	g := &whyPairs{p: p, first: p.first, to: p.shift, rank: p.rank}
	beat := pulse{ctx, 0}
	if err := g.leaveOut(&beat); err != nil {
		return nil, err
	}
	g.back = make([]int, len(p.shifts)+1)
	for v := range p.volunteers {
		for _, s := range g.to[g.first[v]:g.first[v+1]] {
			g.back[s+1]++
		}
		if err := beat.beat(g.first[v+1] - g.first[v] + 1); err != nil {
			return nil, err
		}
	}
	for s := range p.shifts {
		g.back[s+1] += g.back[s]
	}
	next := slices.Clone(g.back)
	g.who, g.whoRank = make([]int32, len(g.to)), make([]int32, len(g.to))
	for v := range p.volunteers {
		for i := g.first[v]; i < g.first[v+1]; i++ {
			at := next[g.to[i]]
			g.who[at], g.whoRank[at] = int32(v), g.rank[i]
			next[g.to[i]]++
		}
		if err := beat.beat(4*(g.first[v+1]-g.first[v]) + 1); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// leaveOut copies the pairs without those that a rule forbids by itself, if there are any.
func (g *whyPairs) leaveOut(beat *pulse) error {
	p, alone := g.p, newAlone(g.p)
	if alone.everything() {
		return nil
	}
	g.first = make([]int, len(p.volunteers)+1)
	g.to, g.rank = make([]int32, 0, len(p.shift)), make([]int32, 0, len(p.shift))
	for v := range p.volunteers {
		shifts, ranks := p.PairsOf(v)
		for i, s := range shifts {
			if err := beat.beat(4 * alone.work(v)); err != nil {
				return err
			}
			if alone.may(v, int(s)) {
				g.to, g.rank = append(g.to, s), append(g.rank, ranks[i])
			}
		}
		g.first[v+1] = len(g.to)
	}
	return nil
}

// eligible are the volunteers who may take a shift.
func (g *whyPairs) eligible(s int) []int32 { return g.who[g.back[s]:g.back[s+1]] }

// whyPlan is a plan in both directions.
type whyPlan struct {
	score Score
	// Volunteer v holds shift[held[v]:held[v+1]], in rising order.
	held  []int
	shift []int32
	// Shift s is held by who[by[s]:by[s+1]], in rising order, with their ranks.
	by        []int
	who, rank []int32
}

func (m *whyPlan) shiftsOf(v int) []int32 { return m.shift[m.held[v]:m.held[v+1]] }
func (m *whyPlan) holders(s int) []int32  { return m.who[m.by[s]:m.by[s+1]] }
func (m *whyPlan) taken(s int) int        { return m.by[s+1] - m.by[s] }
func (m *whyPlan) assignments() (all []Assignment) {
	for v := range len(m.held) - 1 {
		for _, s := range m.shiftsOf(v) {
			all = append(all, Assignment{v, int(s)})
		}
	}
	return all
}

// only is the one shift of a volunteer, −1 for none.
func (m *whyPlan) only(v int) int {
	if m.held[v] == m.held[v+1] {
		return -1
	}
	return int(m.shift[m.held[v]])
}

// newWhyPlan checks and sorts a plan, which keeps the rules of Problem.Check or is refused with a *Violation. With
// oneEach a second shift is refused, whatever Volunteer.Shifts allows.
func newWhyPlan(ctx context.Context, p *Problem, assignments []Assignment, oneEach bool) (*whyPlan, error) {
	beat := pulse{ctx, 0}
	m := &whyPlan{held: make([]int, len(p.volunteers)+1), by: make([]int, len(p.shifts)+1), shift: make([]int32, len(assignments))}
	for _, a := range assignments {
		if a.Volunteer < 0 || a.Volunteer >= len(p.volunteers) || a.Shift < 0 || a.Shift >= len(p.shifts) {
			return nil, &Violation{a, NotEligible}
		}
		m.held[a.Volunteer+1]++
		m.by[a.Shift+1]++
		if err := beat.beat(1); err != nil {
			return nil, err
		}
	}
	sums(m.held)
	sums(m.by)
	next := slices.Clone(m.held)
	for _, a := range assignments {
		m.shift[next[a.Volunteer]] = int32(a.Shift)
		next[a.Volunteer]++
		if err := beat.beat(1); err != nil {
			return nil, err
		}
	}
	if err := m.check(p, &beat, oneEach); err != nil {
		return nil, err
	}
	if err := m.hand(p, &beat); err != nil {
		return nil, err
	}
	return m, nil
}

// sums turns counts at i+1 into borders.
func sums(counts []int) {
	for i := 1; i < len(counts); i++ {
		counts[i] += counts[i-1]
	}
}

func (m *whyPlan) check(p *Problem, beat *pulse, oneEach bool) error {
	for v := range p.volunteers {
		held := m.shiftsOf(v)
		slices.Sort(held)
		for i, s := range held {
			rule := p.Forbids(v, held[:i], int(s))
			if rule == None && oneEach && i > 0 {
				rule = LimitShifts
			}
			if rule != None {
				return &Violation{Assignment{v, int(s)}, rule}
			}
		}
		if err := beat.beat(1 + 64*len(held)*len(held)); err != nil {
			return err
		}
	}
	for s := range p.shifts {
		var rule Rule
		if taken := m.taken(s); taken > p.shifts[s].Capacity {
			rule = Full
		} else if taken%p.shifts[s].Crew != 0 {
			rule = BrokenCrew
		}
		if rule != None {
			for v := range p.volunteers {
				if slices.Contains(m.shiftsOf(v), int32(s)) {
					return &Violation{Assignment{v, s}, rule}
				}
			}
		}
	}
	return nil
}

// hand fills in who holds each shift, and the score.
func (m *whyPlan) hand(p *Problem, beat *pulse) error {
	m.who, m.rank = make([]int32, len(m.shift)), make([]int32, len(m.shift))
	next := slices.Clone(m.by)
	for v := range p.volunteers {
		load := int64(p.volunteers[v].Load)
		for i, s := range m.shiftsOf(v) {
			rank, _ := p.rankOf(v, int(s))
			m.score.Value += p.slotWeight(int(s), next[s]-m.by[s])
			m.score.Rank += int64(rank)
			m.score.Unfairness += 2*(load+int64(i)) + 1
			m.who[next[s]], m.rank[next[s]] = int32(v), rank
			next[s]++
		}
		if err := beat.beat(1 + 16*(m.held[v+1]-m.held[v])); err != nil {
			return err
		}
	}
	m.score.Filled = len(m.shift)
	return nil
}

// nextWeight is what one more slot of a shift adds to the Value, 0 where it is full. lastWeight is what its last filled
// slot adds; there is one.
func (m *whyPlan) nextWeight(p *Problem, s int) int64 {
	if taken := m.taken(s); taken < p.shifts[s].Capacity {
		return p.slotWeight(s, taken)
	}
	return 0
}

func (m *whyPlan) lastWeight(p *Problem, s int) int64 { return p.slotWeight(s, m.taken(s)-1) }

// Explainer answers questions about one plan, one at a time: it is used by one goroutine. It keeps the pairs in a second
// order, 8 bytes each, and what it has found out; what is asked first is slower than what is asked next.
type Explainer struct {
	p       *Problem
	score   Score
	oneEach bool
	// forFill tells that it is so whatever Volunteer.Shifts allows.
	forFill bool
	pairs   *whyPairs
	plan    *whyPlan
	// With one shift each: the best plan, which may be the plan, and the ways to change it; nil until asked for.
	best  *whyPlan
	paths *whyPaths
	// With several shifts each.
	local *whyLocal
	// asked counts the eligible pairs of each shift; barred are the rules that forbid some of them by themselves, by
	// shift, nil until asked for.
	asked  []int
	barred map[int][]Rule
	// holding are the holders of each shift, nil until asked for.
	holding [][]int
	// scratch of gap searches.
	scratch *whyScratch
}

// NewExplainer prepares to answer for a plan, from whichever solver or hand. Where nobody may take more than one shift
// and no shift asks for a crew, its answers are exact, as NewFillExplainer's; otherwise they are proofs where the
// eligible are too few and observations of the plan's neighbourhood elsewhere, and say so. Its cost is linear in pairs.
//
// A plan that breaks a rule is refused with a *Violation; a context that ends, with its error.
func NewExplainer(ctx context.Context, p *Problem, assignments []Assignment) (*Explainer, error) {
	oneEach := !slices.ContainsFunc(p.volunteers, func(v Volunteer) bool { return v.Shifts > 1 }) &&
		!slices.ContainsFunc(p.shifts, func(s Shift) bool { return s.Crew > 1 })
	return newExplainer(ctx, p, assignments, oneEach)
}

// NewFillExplainer prepares to answer for a plan in which nobody is to take more than one shift, whatever
// Volunteer.Shifts allows, as Fill and Stable see the problem. So an Extra of Gain gives one shift to each, too. It refuses
// crews with ErrCrew.
func NewFillExplainer(ctx context.Context, p *Problem, assignments []Assignment) (*Explainer, error) {
	if slices.ContainsFunc(p.shifts, func(s Shift) bool { return s.Crew > 1 }) {
		return nil, ErrCrew
	}
	e, err := newExplainer(ctx, p, assignments, true)
	if err != nil {
		return nil, err
	}
	e.forFill = true
	return e, nil
}

func newExplainer(ctx context.Context, p *Problem, assignments []Assignment, oneEach bool) (*Explainer, error) {
	plan, err := newWhyPlan(ctx, p, assignments, oneEach)
	if err != nil {
		return nil, err
	}
	pairs, err := newWhyPairs(ctx, p)
	if err != nil {
		return nil, err
	}
	e := &Explainer{p: p, score: plan.score, oneEach: oneEach, pairs: pairs, plan: plan, scratch: newWhyScratch(p)}
	if e.asked, err = countEligible(&pulse{ctx, 0}, p); err != nil {
		return nil, err
	}
	return e, nil
}
