package matching

import (
	"context"
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
)

// Why a volunteer may not have a shift, before the matcher is asked: a rule of the plan, with NotEligible the reason for
// which a claim would be refused; byOffer where nothing but an offer that is not answered stands against it.
type refusal struct {
	rule    nuov1.MatchRule
	reason  nuov1.ErrorReason
	byOffer bool
}

const (
	notEligible  = nuov1.MatchRule_MATCH_RULE_NOT_ELIGIBLE
	notAvailable = nuov1.MatchRule_MATCH_RULE_NOT_AVAILABLE
)

// restRules are the rest rules of a district, as REST_RULE names them, as rules of a plan.
var restRules = map[string]nuov1.MatchRule{
	"max_daily":        nuov1.MatchRule_MATCH_RULE_LIMIT_DAY,
	"max_weekly":       nuov1.MatchRule_MATCH_RULE_LIMIT_WEEK,
	"max_days_in_row":  nuov1.MatchRule_MATCH_RULE_LIMIT_DAYS_IN_ROW,
	"rest_between":     nuov1.MatchRule_MATCH_RULE_REST,
	"rest_after_night": nuov1.MatchRule_MATCH_RULE_REST,
}

// posed is what was gathered as the matcher sees it: its volunteers and shifts have the numbers of people and openings.
type posed struct {
	*gathering

	problem *matcher.Problem
	times   timeline
	spans   []span // of the shifts
	starts  []int  // the days on which any begin, rising
	slots   int
	over    int // free slots that are left out, for two or nobody are sent
	oneEach bool
}

// posing builds a problem.
type posing struct {
	*posed

	builder *matcher.Builder
	classes []int // of the shifts: personal refusals are the same within one
	kinds   int   // of classes
	// capacities are how many slots of the shifts the plan gives.
	capacities []int
	pairs      int64
	// refused, where it is set, is told of every pair that is left out.
	refused func(volunteer, shift int, why refusal)
}

// pose makes the matcher's problem of what was gathered. refused may be nil.
func (g *gathering) pose(ctx context.Context, refused func(volunteer, shift int, why refusal)) (*posed, error) {
	p := &posing{posed: &posed{gathering: g, oneEach: true}, refused: refused}
	p.builder = matcher.NewBuilder(matcher.Rules{Day: minutesOfDay})
	if len(g.openings) > 0 {
		from, _ := g.reach()
		p.times = timeline{zone: g.policy.Zone}
		p.times.first = p.times.at(from) / minutesOfDay
	}
	p.addShifts()
	for v, c := range g.people {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p.addVolunteer(v, c)
		if p.pairs > maxPairs {
			return nil, tooMany("pairs", "8000000")
		}
	}
	var err error
	p.problem, err = p.builder.Build()
	return p.posed, err
}

func (p *posing) addShifts() {
	class := map[string]int{}
	for _, o := range p.openings {
		from, to := bids(o)
		start, end := p.times.interval(from, to)
		p.spans = append(p.spans, span{start, end})
		slots, crew := p.gives(o)
		s := matcher.Shift{
			Start: start, End: end, Capacity: slots,
			Minimum: min(max(int(o.Shift.GetMinimumHeadcount())-o.Held, 0), slots),
			Crew:    crew,
		}
		if o.DueBy() {
			s.End = start
		}
		if o.Night() {
			s.Rest = minutes(p.policy.RestAfterNight)
		}
		p.builder.Shift(s)
		p.capacities = append(p.capacities, slots)
		p.slots += slots
		p.over += o.Free - slots
		key := o.Class()
		if _, ok := class[key]; !ok {
			class[key] = len(class)
		}
		p.classes = append(p.classes, class[key])
	}
	p.kinds = len(class)
	for _, s := range p.spans {
		p.starts = append(p.starts, dayOf(s.from))
	}
	slices.Sort(p.starts)
	p.starts = slices.Compact(p.starts)
}

// gives is how many free slots of a shift the plan gives, and by how many people at once. To a 二对一 two or nobody are
// sent: in crews of two by ROSTER, where a last slot may be over; FILL and STABLE, which know of no crews, give none.
// Where one stands there alone already, one more completes the pair, by any method, and the next plan sees to the rest.
func (p *posing) gives(o *lifecycle.Opening) (slots, crew int) {
	switch {
	case o.Shift.GetKind() != nuov1.TaskKind_TASK_KIND_TWO_ON_ONE_WATCH:
		return o.Free, 1
	case o.Held%2 == 1:
		return min(o.Free, 1), 1
	case p.match.GetMethod() == roster && o.Free > 1:
		return o.Free - o.Free%2, 2
	}
	return 0, 1
}

// lookBack is how many days before the plan the rules look at: seven days and what a rest may reach.
const lookBack = 15

func (p *posing) addVolunteer(v int, c *candidate) {
	week := p.weekOf(c)
	most, load := p.limits(c, week)
	volunteer := matcher.Volunteer{
		Shifts: most, Load: load, Rest: minutes(p.policy.RestBetween),
		TimeDay: minutes(p.policy.MaxDaily), TimeWeek: minutes(p.policy.MaxWeekly), DaysInRow: p.policy.MaxDaysInRow,
	}
	p.builder.Volunteer(volunteer)
	if most > 1 {
		p.oneEach = false
	}
	for _, e := range c.Promised() {
		from, to := e.GetStartTime().AsTime(), e.GetEndTime().AsTime()
		if !from.Before(to) {
			continue
		}
		start, end := p.times.interval(from, to)
		if end < -lookBack*minutesOfDay {
			continue // counts for the load alone
		}
		commitment := matcher.Commitment{Volunteer: v, Start: start, End: end}
		if lifecycle.TouchesNight(from, to, p.policy.Zone) {
			commitment.Rest = minutes(p.policy.RestAfterNight)
		}
		p.builder.Commit(commitment)
	}
	p.addPairs(v, c, most, week)
}

// weekOf is how the volunteer's wish for so many shifts a week binds, with what is promised around the plan.
func (p *posing) weekOf(c *candidate) *week {
	wished := int(c.wishes.GetMaxShiftsWeekly())
	if wished == 0 {
		return nil
	}
	var begins []int
	for _, e := range c.Promised() {
		begins = append(begins, dayOf(p.times.at(e.GetStartTime().AsTime())))
	}
	return weekOf(wished, p.days(), begins)
}

// dayOf is the day of the plan that holds a minute, negative before its first.
func dayOf(minute int) int {
	if minute < 0 {
		return (minute+1)/minutesOfDay - 1
	}
	return minute / minutesOfDay
}

// limits are the most shifts that the plan gives the volunteer, and the shifts held in the ninety days before it and in
// what lies ahead.
func (p *posing) limits(c *candidate, w *week) (most, load int) {
	load = len(c.Promised())
	given := p.given[c.Volunteer.GetName()]
	most = c.Offers
	if each := int(p.match.GetShiftsEach()); each > 0 {
		most = min(most, each-given)
	}
	if w != nil {
		most = min(most, w.most(p.starts))
	}
	return max(most, 0), min(load, matcher.MaxLoad)
}

// days is over how many days the plan goes, at least one.
func (p *posed) days() int {
	last := 0
	for _, s := range p.spans {
		last = max(last, s.from/minutesOfDay)
	}
	return last + 1
}

// addPairs adds the shifts that the volunteer may have, with their ranks.
func (p *posing) addPairs(v int, c *candidate, most int, w *week) {
	personal := make([]*refusal, p.kinds) // by class; nil: not asked yet
	free := hoursOf(c.wishes, p.times, 0, p.days())
	for s, o := range p.openings {
		if o.Closed != nil {
			if p.refused != nil {
				p.refused(v, s, refusal{rule: notEligible, reason: closedBy(o)})
			}
			continue
		}
		why := personal[p.classes[s]]
		if why == nil {
			why = first(o.PersonalRefusals(c.Candidate))
			personal[p.classes[s]] = why
		}
		if why.rule == 0 {
			why = p.refusal(c, o, s, free)
		}
		if why.rule == 0 {
			why = p.bound(s, most, w)
		}
		if why.rule != 0 {
			if p.refused != nil {
				p.refused(v, s, *why)
			}
			continue
		}
		pair := matcher.Pair{Volunteer: v, Shift: s, Rank: wishFor(c.wishes, o.Shift).rank(c.wishes)}
		if p.match.GetMethod() == stable {
			pair.Standing = standing(o.Shift, c.Volunteer, c.accepted[o.Shift.GetCommunity()])
		}
		p.builder.Pair(pair)
		p.pairs++
	}
}

var none = &refusal{}

// first is the gravest of a claim's refusals.
func first(faults []*fault.Error) *refusal {
	if len(faults) == 0 {
		return none
	}
	return &refusal{rule: notEligible, reason: faults[0].Reason}
}

// closedBy is why nobody can be offered a slot of the shift now, 0 where somebody can.
func closedBy(o *lifecycle.Opening) nuov1.ErrorReason {
	if o.Closed == nil && o.Free > 0 {
		return 0
	}
	if e, ok := fault.As(o.Closed); ok {
		return e.Reason
	}
	return nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL
}

// refusal is why a volunteer may not have a shift who may have others of its class.
func (p *posing) refusal(c *candidate, o *lifecycle.Opening, s int, free *hours) *refusal {
	if !c.Unbound() || o.Stands(c.Volunteer.GetName()) {
		if why := first(o.Refusals(c.Candidate)); why.rule != 0 {
			return why
		}
		if faults := o.Crosses(c.Candidate); len(faults) > 0 {
			return &refusal{rule: ruleOf(faults[0]), reason: faults[0].Reason, byOffer: true}
		}
	}
	switch {
	case o.GaveUp(c.Volunteer.GetName()):
		return &refusal{rule: nuov1.MatchRule_MATCH_RULE_GAVE_UP}
	case !free.allow(p.spans[s], o.DueBy()):
		return &refusal{rule: notAvailable}
	}
	return none
}

// bound is why the plan gives nobody the shift, or this volunteer nothing on its day.
func (p *posing) bound(s, most int, w *week) *refusal {
	switch {
	case p.openings[s].Free > 0 && p.capacities[s] == 0:
		return &refusal{rule: nuov1.MatchRule_MATCH_RULE_BROKEN_CREW}
	case most == 0 || w.full(dayOf(p.spans[s].from)):
		return &refusal{rule: nuov1.MatchRule_MATCH_RULE_LIMIT_SHIFTS}
	}
	return none
}

// ruleOf is the plan's rule for what stands against a volunteer's time.
func ruleOf(f *fault.Error) nuov1.MatchRule {
	if rule, ok := restRules[f.Vars["rule"]]; ok {
		return rule
	}
	return nuov1.MatchRule_MATCH_RULE_OVERLAP
}
