package matcher

import (
	"cmp"
	"context"
	"slices"
)

// Gaps tells for every shift with free slots, by number, why they are free.
//
// With one shift each. One search from everybody who is left out, and then from every shift in the order of what its last
// slot weighs, finds for every shift the cheapest place from which somebody could come along a chain of moves: O(pairs)
// for all gaps. A gap that no chain betters has a deficient set (Hall 1935): the shifts and volunteers that alternating
// ways from the gap reach, the horizontal part of Dulmage and Mendelsohn's decomposition (1958), and all those
// volunteers serve on those shifts. The search stops as soon as what it has seen proves as much as the gap needs; then
// the set is made smaller, see DeficientSet.Minimal. A gap costs the
// pairs of a few shifts; what is not near is searched once for all gaps, see whyWide.
//
// With several shifts each: GapReason.Stopped, moves of one or two people, and a deficient set where eligibility,
// commitments and how many shifts each can take leave too few; a set proves Short slots, which may be fewer than are free.
func (e *Explainer) Gaps(ctx context.Context) ([]GapReason, error) {
	beat := &pulse{ctx, 0}
	chains, err := e.chains(beat)
	if err != nil {
		return nil, err
	}
	gaps := []GapReason{}
	var wide [2][]int // of capacities, and of minimum headcounts
	for s := range e.p.shifts {
		if e.plan.taken(s) >= e.p.shifts[s].Capacity {
			continue
		}
		gap, proved, err := e.gap(beat, s, chains)
		if err != nil {
			return nil, err
		}
		if kind := min(1, gap.Missing); proved && gap.Set == nil {
			wide[kind] = append(wide[kind], len(gaps))
		}
		gaps = append(gaps, gap)
	}
	for kind := range wide {
		if len(wide[kind]) == 0 {
			continue
		}
		plan, err := e.fullest(beat, kind == 1)
		if err == nil {
			err = e.shareWide(beat, gaps, wide[kind], plan, kind == 1)
		}
		if err != nil {
			return nil, err
		}
	}
	return gaps, nil
}

// fullest is the plan from which a gap is proved: with several shifts each, that of the flow.
func (e *Explainer) fullest(beat *pulse, minimum bool) (*whyPlan, error) {
	if e.oneEach {
		return e.plan, nil
	}
	local, err := e.neighbourhood(beat)
	if err != nil {
		return nil, err
	}
	return local.relaxed(beat, minimum)
}

// gap is the reason of one; proved where there is a set, which is left to shareWide where none is near.
func (e *Explainer) gap(beat *pulse, s int, chains *whyChains) (gap GapReason, proved bool, err error) {
	shift := &e.p.shifts[s]
	gap = GapReason{
		Shift: s, Free: shift.Capacity - e.plan.taken(s), Missing: max(0, shift.Minimum-e.plan.taken(s)), Eligible: e.asked[s],
	}
	if gap.Stopped, err = e.stopped(beat, s); err != nil {
		return gap, false, err
	}
	if e.oneEach {
		gap.Chain, gap.Gain = e.chain(chains, s)
	} else {
		local, err := e.neighbourhood(beat)
		if err != nil {
			return gap, false, err
		}
		if gap.Chain, gap.Gain, err = local.fill(beat, s); err != nil {
			return gap, false, err
		}
	}
	if len(gap.Chain) > 0 {
		return gap, false, nil
	}
	plan, err := e.fullest(beat, gap.Missing > 0)
	if err != nil {
		return gap, false, err
	}
	short := e.need(s, gap.Missing > 0) - plan.taken(s)
	if short <= 0 {
		return gap, false, nil
	}
	gap.Set, err = e.deficient(beat, plan, s, gap.Missing > 0, short, nearShifts)
	return gap, true, err
}

// countEligible counts the eligible pairs of every shift.
func countEligible(beat *pulse, p *Problem) ([]int, error) {
	asked := make([]int, len(p.shifts))
	for some := range slices.Chunk(p.shift, pulseSteps) {
		for _, s := range some {
			asked[s]++
		}
		if err := beat.beat(len(some)); err != nil {
			return nil, err
		}
	}
	return asked, nil
}

// stopped counts the eligible volunteers of a gap by what keeps them from it.
func (e *Explainer) stopped(beat *pulse, s int) ([]RuleCount, error) {
	var counts [BrokenCrew + 1]RuleCount
	outside := e.asked[s] - len(e.pairs.eligible(s))
	if !e.oneEach {
		if _, err := e.neighbourhood(beat); err != nil {
			return nil, err
		}
	}
	for _, v := range e.pairs.eligible(s) {
		held := e.plan.shiftsOf(int(v))
		var rule Rule
		if slices.Contains(held, int32(s)) {
			rule = Twice
		} else {
			rule = e.against(int(v), held, s)
		}
		counts[rule].Count++
		if err := beat.beat(2 + 32*len(held)); err != nil {
			return nil, err
		}
	}
	if outside > 0 {
		if err := e.stoppedOutside(beat, s, &counts); err != nil {
			return nil, err
		}
	}
	var result []RuleCount
	for rule := range counts {
		if counts[rule].Count > 0 {
			counts[rule].Rule = Rule(rule)
			result = append(result, counts[rule])
		}
	}
	return result, nil
}

// stoppedOutside counts those whom a rule forbids the shift without any other: they are not among the pairs.
func (e *Explainer) stoppedOutside(beat *pulse, s int, counts *[BrokenCrew + 1]RuleCount) error {
	if e.barred == nil {
		e.barred = make(map[int][]Rule)
		for v := range e.p.volunteers {
			allowed := e.pairs.to[e.pairs.first[v]:e.pairs.first[v+1]]
			shifts, _ := e.p.PairsOf(v)
			if len(allowed) == len(shifts) {
				continue
			}
			for _, t := range shifts {
				if _, ok := slices.BinarySearch(allowed, t); !ok {
					e.barred[int(t)] = append(e.barred[int(t)], e.p.Forbids(v, nil, int(t)))
				}
			}
			if err := beat.beat(64 * len(shifts)); err != nil {
				e.barred = nil
				return err
			}
		}
	}
	for _, rule := range e.barred[s] {
		counts[rule].Count++
		counts[rule].Outside++
	}
	return nil
}

// whyChains holds for each shift the cheapest place from which somebody can come to it along a chain.
type whyChains struct {
	// weight of the slot that is given up for it, 0 for nobody's: who is left out comes. notReached where there is none.
	weight []int64
	// volunteer who makes the last move, and from which shift; −1 and −1 where the shift itself gives up the slot.
	volunteer, from []int32
}

const notReached = int64(1) << 60

// chains searches forward from all places; nil with several shifts each.
func (e *Explainer) chains(beat *pulse) (*whyChains, error) {
	if !e.oneEach {
		return nil, nil //nolint:nilnil // there are none with several shifts each, and nobody asks for them
	}
	n := len(e.p.shifts)
	c := &whyChains{make([]int64, n), make([]int32, n), make([]int32, n)}
	var queue, givers []int32
	for s := range n {
		c.weight[s] = notReached
		if e.plan.taken(s) > 0 {
			givers = append(givers, int32(s))
		}
	}
	come := func(v, from int, weight int64) {
		for _, t := range e.pairs.to[e.pairs.first[v]:e.pairs.first[v+1]] {
			if c.weight[t] == notReached {
				c.weight[t], c.volunteer[t], c.from[t] = weight, int32(v), int32(from)
				queue = append(queue, t)
			}
		}
	}
	spread := func() error {
		for i := 0; i < len(queue); i++ {
			s := queue[i]
			steps := 1
			for _, u := range e.plan.holders(int(s)) {
				come(int(u), int(s), c.weight[s])
				steps += e.pairs.first[u+1] - e.pairs.first[u]
			}
			if err := beat.beat(steps); err != nil {
				return err
			}
		}
		queue = queue[:0]
		return nil
	}
	for v := range e.p.volunteers {
		if e.plan.only(v) < 0 {
			come(v, -1, 0)
		}
	}
	if err := spread(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(givers, func(a, b int32) int {
		return cmp.Compare(e.plan.lastWeight(e.p, int(a)), e.plan.lastWeight(e.p, int(b)))
	})
	for _, s := range givers {
		if c.weight[s] == notReached {
			c.weight[s], c.volunteer[s], c.from[s] = e.plan.lastWeight(e.p, int(s)), -1, -1
			queue = append(queue, s)
			if err := spread(); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// chain is the way to better the plan at a gap, nil where there is none.
func (e *Explainer) chain(c *whyChains, s int) ([]Step, Delta) {
	gain := Delta{Value: e.plan.nextWeight(e.p, s) - c.weight[s]}
	if gain.Value <= 0 {
		return nil, Delta{}
	}
	if c.weight[s] == 0 {
		gain.Filled = 1
	}
	var moves []Step
	for t := s; t >= 0 && c.volunteer[t] >= 0; t = int(c.from[t]) {
		move := Step{int(c.volunteer[t]), int(c.from[t]), t}
		to, _ := e.p.rankOf(move.Volunteer, t)
		gain.Rank += int64(to)
		if move.From >= 0 {
			from, _ := e.p.rankOf(move.Volunteer, move.From)
			gain.Rank -= int64(from)
		}
		moves = append(moves, move)
	}
	slices.Reverse(moves)
	return moves, gain
}

// need is how many slots of a shift count: all, or those of its minimum headcount.
func (e *Explainer) need(s int, minimum bool) int {
	if minimum {
		return e.p.shifts[s].Minimum
	}
	return e.p.shifts[s].Capacity
}
