package matching

import (
	"cmp"
	"context"
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/matcher"
)

const (
	// tellMost is how many gaps and wishes an answer holds at most, tellFew how many additions, and names in a gap or
	// wish; tellEach how many wishes of one volunteer an answer about all holds, tellLeft of one who got nothing and
	// stated no wish.
	tellMost, tellFew, tellEach, tellLeft = 1000, 100, 3, 1
	// tellPairs is how many pairs a plan has at most of which everybody's wishes are told.
	tellPairs = 1_000_000
)

// rules are the matcher's as the API says them.
var rules = map[matcher.Rule]nuov1.MatchRule{
	matcher.None:           nuov1.MatchRule_MATCH_RULE_UNSPECIFIED,
	matcher.NotEligible:    notEligible,
	matcher.Twice:          nuov1.MatchRule_MATCH_RULE_TWICE,
	matcher.LimitShifts:    nuov1.MatchRule_MATCH_RULE_LIMIT_SHIFTS,
	matcher.Overlap:        nuov1.MatchRule_MATCH_RULE_OVERLAP,
	matcher.Rest:           nuov1.MatchRule_MATCH_RULE_REST,
	matcher.Travel:         nuov1.MatchRule_MATCH_RULE_TRAVEL,
	matcher.LimitTime:      nuov1.MatchRule_MATCH_RULE_LIMIT_TIME,
	matcher.LimitDay:       nuov1.MatchRule_MATCH_RULE_LIMIT_DAY,
	matcher.LimitWeek:      nuov1.MatchRule_MATCH_RULE_LIMIT_WEEK,
	matcher.LimitDaysInRow: nuov1.MatchRule_MATCH_RULE_LIMIT_DAYS_IN_ROW,
	matcher.Full:           nuov1.MatchRule_MATCH_RULE_FULL,
	matcher.BrokenCrew:     nuov1.MatchRule_MATCH_RULE_BROKEN_CREW,
}

var certainties = map[matcher.Certainty]nuov1.MatchCertainty{
	matcher.Exact:   nuov1.MatchCertainty_MATCH_CERTAINTY_EXACT,
	matcher.AtLeast: nuov1.MatchCertainty_MATCH_CERTAINTY_AT_LEAST,
}

// answer is what was asked: about one volunteer, what a skill would add, or the plan, of which a shift may be asked for.
func (x *explained) answer(ctx context.Context) (res *nuov1.ExplainMatchResponse, err error) {
	res = &nuov1.ExplainMatchResponse{Name: x.match.GetName(), Stale: x.stale, OneEach: x.oneEach && !x.crews()}
	if x.shift >= 0 {
		res.Closed = closedBy(x.openings[x.shift])
	}
	switch {
	case x.person != nil:
		err = x.aboutVolunteer(ctx, res)
	case x.req.GetSkill() != "":
		err = x.aboutSkill(ctx, res)
	default:
		err = x.aboutPlan(ctx, res)
	}
	return res, err
}

// aboutPlan tells all of the plan, or what of it is about one shift.
func (x *explained) aboutPlan(ctx context.Context, res *nuov1.ExplainMatchResponse) error {
	e, err := x.all(ctx)
	if err != nil {
		return err
	}
	res.Optimal = e.Optimal || x.match.GetOptimal() && !x.stale
	asked := func(shift int) bool { return x.shift < 0 || x.shift == shift }
	for i := range e.Gaps {
		if asked(e.Gaps[i].Shift) && len(res.GetGaps()) < tellMost {
			res.Gaps = append(res.Gaps, x.gap(&e.Gaps[i]))
		}
	}
	res.LeftOut, res.CouldTakeMore = int32(len(x.leftOut())), int32(e.CouldTakeMore)
	for _, v := range e.Volunteers {
		told := 0
		for i := range v.Wishes {
			w, most := &v.Wishes[i], tellLeft
			if x.stated(v.Volunteer, w.Shift) {
				most = tellEach
			}
			if told < most && asked(w.Shift) && x.wanted(v.Volunteer, w.Shift) && len(res.GetWishes()) < tellMost {
				res.Wishes = append(res.Wishes, x.wish(v.Volunteer, w))
				told++
			}
		}
	}
	for _, m := range e.Marginal {
		if asked(m.Shift) && (m.Gain.Value > 0 || m.Gain.Filled > 0) {
			res.Additions = append(res.Additions, x.addition(m))
		}
	}
	slices.SortStableFunc(res.GetAdditions(), func(a, b *nuov1.MatchAddition) int {
		return cmp.Or(cmp.Compare(b.GetValue(), a.GetValue()), cmp.Compare(a.GetRank(), b.GetRank()))
	})
	res.Additions = res.Additions[:min(len(res.GetAdditions()), tellFew)]
	return nil
}

// all explains the plan, those who got nothing first. Of a plan of very many pairs, whose wishes with all their holders
// would fill the memory, it explains those of some who got nothing; others are asked about by name.
func (x *explained) all(ctx context.Context) (e *matcher.Explanation, err error) {
	if x.problem.Pairs() <= x.tellPairs {
		if e, err = x.explainer.All(ctx); err != nil {
			return nil, err
		}
		nothing := func(r matcher.VolunteerReason) int {
			if x.holds[x.nameOf(r.Volunteer)] {
				return 1
			}
			return 0
		}
		slices.SortStableFunc(e.Volunteers, func(a, b matcher.VolunteerReason) int { return nothing(a) - nothing(b) })
		return e, nil
	}
	e = &matcher.Explanation{}
	if e.CouldTakeMore, err = x.explainer.CouldTakeMore(ctx); err != nil {
		return nil, err
	}
	if e.Gaps, err = x.explainer.Gaps(ctx); err != nil {
		return nil, err
	}
	if e.Marginal, err = x.explainer.Marginal(ctx); err != nil {
		return nil, err
	}
	left := x.leftOut()
	for _, v := range left[:min(len(left), tellFew)] {
		reason, err := x.explainer.WhyNot(ctx, v)
		if err != nil {
			return nil, err
		}
		e.Volunteers = append(e.Volunteers, reason)
	}
	return e, nil
}

// leftOut are the volunteers who hold nothing of the plan.
func (x *explained) leftOut() (left []int) {
	for v := range x.people {
		if !x.holds[x.nameOf(v)] {
			left = append(left, v)
		}
	}
	return left
}

// wanted tells whether a shift that ranks better than what a volunteer holds was wished for: by a kind or place stated,
// or because they hold nothing at all.
func (x *explained) wanted(volunteer, shift int) bool {
	return x.stated(volunteer, shift) || !x.holds[x.nameOf(volunteer)]
}

// stated tells whether a shift is of a kind or at a place that a volunteer stated a wish for.
func (x *explained) stated(volunteer, shift int) bool {
	w := wishFor(x.people[volunteer].wishes, x.openings[shift].Shift)
	return w.kind > 0 || w.place > 0
}

func (x *explained) nameOf(volunteer int) string { return x.people[volunteer].Volunteer.GetName() }

func (x *explained) addition(m matcher.Marginal) *nuov1.MatchAddition {
	return &nuov1.MatchAddition{
		Shift: x.shiftName(m.Shift), Filled: int32(m.Gain.Filled), Value: m.Gain.Value, Rank: m.Gain.Rank,
		Certainty: certainties[m.Certainty],
	}
}

// gap is why a shift has free slots.
func (x *explained) gap(g *matcher.GapReason) *nuov1.MatchGap {
	gap := &nuov1.MatchGap{
		Shift: x.shiftName(g.Shift), Free: int32(g.Free), Missing: int32(g.Missing), Eligible: int32(g.Eligible),
		Chain: x.moves(g.Chain),
	}
	for _, n := range g.Stopped {
		gap.Stopped = append(gap.Stopped, &nuov1.MatchReasonCount{
			Rule: rules[n.Rule], Volunteers: int32(n.Count), Outside: int32(n.Outside),
		})
	}
	gap.Stopped = append(gap.Stopped, counts(together(x.refused[g.Shift]))...)
	if d := g.Set; d != nil {
		gap.Set = &nuov1.MatchDeficientSet{
			Shifts: x.shiftNames(d.Shifts), Volunteers: x.volunteerNames(d.Volunteers), Eligible: int32(len(d.Volunteers)),
			Need: int32(d.Need), OfMinimum: d.OfMinimum, Supply: int32(d.Supply), Minimal: d.Minimal,
		}
	}
	return gap
}

// counts are refusals with how many they keep away, the most first.
func counts(refused map[refusal]int32) (all []*nuov1.MatchReasonCount) {
	for why, n := range refused {
		all = append(all, &nuov1.MatchReasonCount{Rule: why.rule, Reason: why.reason, Volunteers: n, Outside: n, ByOffer: why.byOffer})
	}
	slices.SortFunc(all, func(a, b *nuov1.MatchReasonCount) int {
		return cmp.Or(cmp.Compare(b.GetVolunteers(), a.GetVolunteers()), cmp.Compare(a.GetRule(), b.GetRule()),
			cmp.Compare(a.GetReason(), b.GetReason()))
	})
	return all
}

// wish is a shift that somebody would rather have, as planners see it.
func (x *explained) wish(volunteer int, w *matcher.Wish) *nuov1.MatchWish {
	fixed := x.fixed[w.Shift]
	holders := append(x.volunteerNames(w.Holders), fixed...)
	wish := &nuov1.MatchWish{
		Volunteer: x.nameOf(volunteer), Shift: x.shiftName(w.Shift), Rank: int32(w.Rank),
		Slots: int32(w.Slots + len(fixed)), Taken: int32(w.Taken + len(fixed)), Eligible: int32(w.Eligible + len(fixed)),
		Holders: holders[:min(len(holders), tellFew)],
		Rule:    rules[w.Rule], Outside: w.Outside, Certainty: certainties[w.Certainty],
		EmptySlots:    int32(max(0, -w.Cost.Filled)),
		WorsensOthers: w.Cost.Value < 0 || w.Cost.Value == 0 && w.Cost.Rank > 0,
		RankCost:      w.Cost.Rank, Moves: x.moves(w.Steps), OneMoreSlot: w.OneMoreSlot,
	}
	if w.Outside {
		wish.Rule = x.seenOf(volunteer).mask(refusal{rule: wish.GetRule()}).rule
	}
	return wish
}

// ownWish is a wish as the volunteer who has it may see it: no number in it is of anybody else.
func (x *explained) ownWish(volunteer int, w *matcher.WishView) *nuov1.MatchWish {
	fixed := len(x.fixed[w.Shift])
	wish := &nuov1.MatchWish{
		Volunteer: x.nameOf(volunteer), Shift: x.shiftName(w.Shift), Rank: int32(w.Rank),
		Slots: int32(w.Slots + fixed), Taken: int32(w.Taken + fixed), Eligible: int32(w.Eligible + fixed),
		Rule: rules[w.Rule], Outside: w.Outside,
		EmptySlots: int32(w.EmptySlots), WorsensOthers: w.WorsensOthers, OneMoreSlot: w.OneMoreSlot,
	}
	if w.Known {
		wish.Certainty = nuov1.MatchCertainty_MATCH_CERTAINTY_AT_LEAST
		if x.oneEach && !x.crews() {
			wish.Certainty = nuov1.MatchCertainty_MATCH_CERTAINTY_EXACT
		}
	}
	return wish
}

// aboutVolunteer tells what the plan gives one volunteer, and why not what was wanted more, or the shift asked about.
func (x *explained) aboutVolunteer(ctx context.Context, res *nuov1.ExplainMatchResponse) error {
	seen := x.seen(x.person)
	for _, p := range x.stored {
		if !x.self || p.GetState() == offered {
			shown := seen.placement(p)
			shown.ContractState = x.tenure.states[p.GetContract()]
			res.Placements = append(res.Placements, shown)
		}
	}
	if x.volunteer < 0 {
		return nil
	}
	tally := map[refusal]int32{}
	for _, why := range x.own {
		if why.rule != nuov1.MatchRule_MATCH_RULE_TWICE {
			tally[seen.mask(why)]++
		}
	}
	res.Stopped = counts(tally)
	reason, err := x.why(ctx, res)
	if err != nil {
		return err
	}
	view := reason.View()
	for i := range reason.Wishes {
		switch w := &reason.Wishes[i]; {
		case x.shift < 0 && !x.wanted(x.volunteer, w.Shift) || len(res.GetWishes()) == tellMost:
		case x.self:
			res.Wishes = append(res.Wishes, x.ownWish(x.volunteer, &view.Wishes[i]))
		default:
			res.Wishes = append(res.Wishes, x.wish(x.volunteer, w))
		}
	}
	return nil
}

// why asks the matcher about the shift that is asked about, or all wishes; what keeps the volunteer from a shift before
// that is told at once.
func (x *explained) why(ctx context.Context, res *nuov1.ExplainMatchResponse) (matcher.VolunteerReason, error) {
	if x.shift < 0 {
		return x.explainer.WhyNot(ctx, x.volunteer)
	}
	if why, ok := x.own[x.shift]; ok {
		res.Wishes = append(res.Wishes, x.denied(why))
		return matcher.VolunteerReason{}, nil
	}
	return x.explainer.WhyNotShift(ctx, x.volunteer, x.shift)
}

// denied is the shift that is asked about where the volunteer may not have it in any plan of now.
func (x *explained) denied(why refusal) *nuov1.MatchWish {
	c, o, seen, fixed := x.people[x.volunteer], x.openings[x.shift], x.seen(x.person), len(x.fixed[x.shift])
	shift := x.problem.Shift(x.shift)
	told := seen.mask(why)
	w := &nuov1.MatchWish{
		Volunteer: c.Volunteer.GetName(), Shift: o.Shift.GetName(), Rank: int32(wishFor(c.wishes, o.Shift).rank(c.wishes)),
		Slots: int32(shift.Capacity + fixed), Taken: int32(x.taken(x.assignments)[x.shift] + fixed), Outside: true,
		Rule: told.rule, ByOffer: told.byOffer,
	}
	if why.rule != notEligible {
		return w
	}
	if o.Closed != nil {
		w.IneligibleReasons = append(w.IneligibleReasons, why.reason)
		return w
	}
	for _, f := range o.Refusals(c.Candidate) {
		if told := seen.mask(refusal{rule: notEligible, reason: f.Reason}); told.reason != 0 {
			w.IneligibleReasons = append(w.IneligibleReasons, told.reason)
		}
	}
	return w
}

func (x *explained) moves(moves []matcher.Step) (all []*nuov1.MatchMove) {
	for _, m := range moves {
		all = append(all, &nuov1.MatchMove{
			Volunteer: x.people[m.Volunteer].Volunteer.GetName(), FromShift: x.shiftName(m.From), ToShift: x.shiftName(m.To),
		})
	}
	return all
}

// shiftName is the name of a shift by number, "" for none.
func (x *explained) shiftName(s int) string {
	if s < 0 {
		return ""
	}
	return x.openings[s].Shift.GetName()
}

func (x *explained) shiftNames(numbers []int) (names []string) {
	for _, s := range numbers[:min(len(numbers), tellFew)] {
		names = append(names, x.shiftName(s))
	}
	return names
}

func (x *explained) volunteerNames(numbers []int) (names []string) {
	for _, v := range numbers[:min(len(numbers), tellFew)] {
		names = append(names, x.people[v].Volunteer.GetName())
	}
	return names
}
