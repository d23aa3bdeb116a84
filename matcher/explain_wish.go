package matcher

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// WhyNot tells why volunteer v did not get what they wanted most; there are no wishes where they did. With one shift each
// a wish costs what the rank changes and a shortest alternating way from the wished shift to the one given up, or to
// outside (see whyPaths): one run of Dijkstra's algorithm, O(pairs · log shifts) at worst, for all wishes of v. With
// several shifts each the plan's neighbourhood is searched, see whyLocal.
func (e *Explainer) WhyNot(ctx context.Context, v int) (VolunteerReason, error) {
	if v < 0 || v >= len(e.p.volunteers) {
		return VolunteerReason{}, &ElementError{"volunteer", v, "number", "names nobody"}
	}
	beat := &pulse{ctx, 0}
	if err := e.prepare(beat); err != nil {
		return VolunteerReason{}, err
	}
	r, err := e.reason(beat, v)
	if err != nil || len(r.Wishes) == 0 {
		return r, err
	}
	return r, e.cost(beat, &r)
}

// WhyNotShift is WhyNot for one shift, wished for or not: there is a single wish, and none where v has the shift or is not
// eligible for it.
func (e *Explainer) WhyNotShift(ctx context.Context, v, s int) (VolunteerReason, error) {
	switch {
	case v < 0 || v >= len(e.p.volunteers):
		return VolunteerReason{}, &ElementError{"volunteer", v, "number", "names nobody"}
	case s < 0 || s >= len(e.p.shifts):
		return VolunteerReason{}, &ElementError{"shift", s, "number", "names no shift"}
	}
	beat := &pulse{ctx, 0}
	if err := e.prepare(beat); err != nil {
		return VolunteerReason{}, err
	}
	r := VolunteerReason{Volunteer: v, Held: []int{}}
	held := e.plan.shiftsOf(v)
	for _, h := range held {
		r.Held = append(r.Held, int(h))
	}
	rank, ok := e.p.rankOf(v, s)
	if !ok || slices.Contains(r.Held, s) {
		return r, nil
	}
	r.Wishes = []Wish{e.wish(v, held, s, int(rank))}
	return r, e.cost(beat, &r)
}

// cost fills in the answers for one volunteer's wishes.
func (e *Explainer) cost(beat *pulse, r *VolunteerReason) error {
	if !e.oneEach {
		return e.local.costs(beat, r)
	}
	_, err := e.costs(beat, e.best.only(r.Volunteer), []*VolunteerReason{r})
	return err
}

// prepare finds the best plan and the ways to change it, or the neighbourhood of the plan.
func (e *Explainer) prepare(beat *pulse) error {
	if !e.oneEach {
		_, err := e.neighbourhood(beat)
		return err
	}
	if e.paths == nil {
		best := e.plan
		paths, err := newWhyPaths(beat.ctx, e.pairs, best)
		if errors.Is(err, errBetter) {
			var plan *Plan
			if plan, err = Fill(beat.ctx, e.p); err != nil {
				return err
			}
			if best, err = newWhyPlan(beat.ctx, e.p, plan.Assignments, true); err != nil {
				return err
			}
			paths, err = newWhyPaths(beat.ctx, e.pairs, best)
		}
		if err != nil {
			return err
		}
		e.best, e.paths = best, paths
	}
	return e.paths.borders(beat)
}

// reason is a VolunteerReason without costs.
func (e *Explainer) reason(beat *pulse, v int) (VolunteerReason, error) {
	r := VolunteerReason{Volunteer: v, Held: []int{}}
	held := e.plan.shiftsOf(v)
	for _, s := range held {
		r.Held = append(r.Held, int(s))
	}
	before := e.wantsBefore(v, held)
	shifts, ranks := e.p.PairsOf(v)
	wanted := func(i int) bool { return ranks[i] < before && !slices.Contains(held, shifts[i]) }
	n := 0
	for i := range shifts {
		if wanted(i) {
			n++
		}
	}
	if n > 0 {
		r.Wishes = make([]Wish, 0, n)
	}
	for i, s := range shifts {
		if !wanted(i) {
			continue
		}
		w := e.wish(v, held, int(s), int(ranks[i]))
		r.Wishes = append(r.Wishes, w)
		if err := beat.beat(8 + 64*len(held) + w.Taken); err != nil {
			return r, err
		}
	}
	slices.SortFunc(r.Wishes, byRank)
	return r, nil
}

// wish is a Wish of v without costs.
func (e *Explainer) wish(v int, held []int32, s, rank int) Wish {
	w := Wish{
		Shift: s, Rank: rank, Slots: e.p.shifts[s].Capacity, Taken: e.plan.taken(s), Eligible: e.asked[s], Holders: e.holders(s),
	}
	if w.Rule = e.alone(v, int32(s)); w.Rule != None {
		w.Outside = true
	} else {
		w.Rule = e.against(v, held, s)
	}
	return w
}

// wantsBefore is the rank below which a shift is wished for: the worst held, and for who is left out the one behind the
// best of all.
func (e *Explainer) wantsBefore(v int, held []int32) int32 {
	if len(held) == 0 {
		if _, ranks := e.p.PairsOf(v); len(ranks) > 0 {
			return slices.Min(ranks) + 1
		}
	}
	worst := int32(-1)
	for _, s := range held {
		rank, _ := e.p.rankOf(v, int(s))
		worst = max(worst, rank)
	}
	return worst
}

// against is the rule that forbids v a shift s, which is allowed by itself, beside what the plan gives: BrokenCrew where
// there are slots for a crew, and too few who are free to come.
func (e *Explainer) against(v int, held []int32, s int) Rule {
	rule := None
	switch {
	case e.oneEach && len(held) > 0:
		return LimitShifts
	case len(held) > 0:
		rule = e.p.Forbids(v, held, s)
	}
	if crew := e.p.shifts[s].Crew; rule == None && !e.oneEach && crew > 1 &&
		e.local.free(s) >= crew && len(e.local.takersOf(s)) < crew {
		return BrokenCrew
	}
	return rule
}

// couldTakeMore tells whether nothing but taken slots keeps v, who has something, from one more shift.
func (e *Explainer) couldTakeMore(v int) bool {
	held := e.plan.shiftsOf(v)
	if len(held) == 0 || len(held) >= e.p.volunteers[v].Shifts {
		return false
	}
	return slices.ContainsFunc(e.pairs.to[e.pairs.first[v]:e.pairs.first[v+1]], func(s int32) bool {
		return !slices.Contains(held, s) && e.p.Forbids(v, held, int(s)) == None
	})
}

// CouldTakeMore counts the volunteers who hold something and to whom rules and limits allow one more shift, wished for
// or not, were a slot free: O(pairs · shifts held). With one shift each there are none.
func (e *Explainer) CouldTakeMore(ctx context.Context) (n int, err error) {
	if e.oneEach {
		return 0, nil
	}
	beat := &pulse{ctx, 0}
	for v := range e.p.volunteers {
		if e.couldTakeMore(v) {
			n++
		}
		if err := beat.beat(1 + 64*(e.pairs.first[v+1]-e.pairs.first[v])); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// holders are those of a shift, one slice for all who wish for it.
func (e *Explainer) holders(s int) []int {
	if e.holding == nil {
		e.holding = make([][]int, len(e.p.shifts))
	}
	if e.holding[s] == nil {
		e.holding[s] = make([]int, 0, e.plan.taken(s))
		for _, u := range e.plan.holders(s) {
			e.holding[s] = append(e.holding[s], int(u))
		}
	}
	return e.holding[s]
}

// byRank orders wishes.
func byRank(a, b Wish) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Shift, b.Shift)) }

// alone is the rule that forbids v an eligible shift s by itself.
func (e *Explainer) alone(v int, s int32) Rule {
	if _, ok := slices.BinarySearch(e.pairs.to[e.pairs.first[v]:e.pairs.first[v+1]], s); ok {
		return None
	}
	return e.p.Forbids(v, nil, int(s))
}

// costs fills in the costs of the wishes of volunteers who all hold the same shift in the best plan, −1 for none, and
// answers the steps it took. The search from that shift ends when all wished shifts are reached.
func (e *Explainer) costs(beat *pulse, held int, reasons []*VolunteerReason) (int, error) {
	w := e.paths
	steps := 0
	if held >= 0 {
		var err error
		if steps, err = w.between(beat, held, reasons); err != nil {
			return steps, err
		}
	}
	for _, r := range reasons {
		rank := int64(0)
		back := whyCost{} // what it costs to fill the place that v leaves
		if held >= 0 {
			old, _ := e.p.rankOf(r.Volunteer, held)
			rank, back = int64(old), w.fromOutside[held]
		}
		for i := range r.Wishes {
			wish := &r.Wishes[i]
			if wish.Outside || wish.Slots == 0 {
				continue
			}
			wish.Certainty = Exact
			step := whyCost{0, int64(wish.Rank) - rank}
			if wish.Shift != held {
				way, filled := w.way(wish.Shift, held)
				cost := step.plus(way)
				wish.Cost = Delta{Value: -cost.value, Rank: cost.rank, Filled: filled}
			}
			wish.OneMoreSlot = e.oneMore(wish.Shift, step.plus(back), held)
		}
	}
	return steps, nil
}

// oneMore tells whether one more slot on s would go to a volunteer whose step onto it costs so much, the place they leave
// being filled again: whether no other use of the slot is better, nor leaving it empty.
func (e *Explainer) oneMore(s int, cost whyCost, held int) bool {
	if s == held {
		return true
	}
	shift := &e.p.shifts[s]
	weight := int64(shift.Priority)
	if taken := e.best.taken(s); taken < shift.Capacity {
		weight = e.best.nextWeight(e.p, s)
	}
	use := whyCost{-weight, 0}
	with, best := use.plus(cost), use.plus(e.paths.fromOutside[s])
	return !best.less(with) && !whyCost{}.less(with)
}

// reasons are those of all volunteers.
func (e *Explainer) reasons(ctx context.Context) ([]VolunteerReason, error) {
	beat := &pulse{ctx, 0}
	if err := e.prepare(beat); err != nil {
		return nil, err
	}
	all := []VolunteerReason{}
	for v := range e.p.volunteers {
		r, err := e.reason(beat, v)
		if err != nil {
			return nil, err
		}
		if len(r.Wishes) > 0 {
			all = append(all, r)
		}
		if err := beat.beat(1 + e.p.first[v+1] - e.p.first[v]); err != nil {
			return nil, err
		}
	}
	if !e.oneEach {
		return all, e.local.costsOf(beat, all, explainSteps+explainStepsLocal*len(e.p.shift))
	}
	return all, e.costsOf(beat, all, explainSteps+explainStepsPair*len(e.p.shift))
}

// costsOf fills in the answers for all, as far as the steps allow: together for those who hold the same shift, those
// left out first, and then where somebody is furthest from their best.
func (e *Explainer) costsOf(beat *pulse, all []VolunteerReason, allowed int) error {
	groups, loss := make([][]*VolunteerReason, len(e.p.shifts)), make([]int, len(e.p.shifts))
	var out []*VolunteerReason
	for i := range all {
		r := &all[i]
		held := e.best.only(r.Volunteer)
		if held < 0 {
			out = append(out, r)
			continue
		}
		rank, _ := e.p.rankOf(r.Volunteer, held)
		groups[held], loss[held] = append(groups[held], r), max(loss[held], int(rank)-r.Wishes[0].Rank)
	}
	if _, err := e.costs(beat, -1, out); err != nil {
		return err
	}
	order := make([]int, 0, len(groups))
	for held, group := range groups {
		if len(group) > 0 {
			order = append(order, held)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(loss[b], loss[a]) })
	for _, held := range order {
		if allowed < 0 {
			return nil
		}
		steps, err := e.costs(beat, held, groups[held])
		if err != nil {
			return err
		}
		allowed -= steps
	}
	return nil
}
