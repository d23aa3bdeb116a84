package matching

import (
	"context"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/server/lifecycle"
)

// aboutSkill tells what one more volunteer would add who has a skill and no other, and meets whatever is asked besides
// skills: on a shift that asks for the skill, or on one that asks for none, whose people are free for others then.
func (x *explained) aboutSkill(ctx context.Context, res *nuov1.ExplainMatchResponse) error {
	extra := matcher.Extra{Volunteers: []matcher.Volunteer{x.newcomer()}}
	for s, o := range x.openings {
		if x.mayTake(o) && (x.shift < 0 || x.shift == s) {
			extra.Pairs = append(extra.Pairs, matcher.Pair{Volunteer: len(x.people), Shift: s, Rank: 1})
		}
	}
	addition := &nuov1.MatchAddition{Skill: x.req.GetSkill()}
	res.Additions = append(res.Additions, addition)
	if len(extra.Pairs) == 0 {
		addition.Certainty = nuov1.MatchCertainty_MATCH_CERTAINTY_EXACT
		return nil
	}
	gained, err := x.explainer.Gain(ctx, extra)
	if err != nil {
		return err
	}
	addition.Filled = int32(gained.After.Filled - gained.Before.Filled)
	addition.Value, addition.Rank = gained.After.Value-gained.Before.Value, gained.After.Rank-gained.Before.Rank
	addition.Certainty = certainties[gained.Certainty]
	if addition.GetValue() > 0 {
		addition.Shift = x.shiftName(x.filledBy(gained.Assignments))
	}
	return nil
}

// filledBy is the shift that has more people in a plan with a newcomer than in this one: the newcomer's own, where it is
// such a one, or the first; −1 for none.
func (x *explained) filledBy(with []matcher.Assignment) int {
	before, after := x.taken(x.assignments), x.taken(with)
	more := func(s int) bool { return after[s] > before[s] }
	for _, a := range with {
		if a.Volunteer == len(x.people) && more(a.Shift) {
			return a.Shift
		}
	}
	for s := range after {
		if more(s) {
			return s
		}
	}
	return -1
}

// mayTake asks the rules of a claim about somebody who meets all that is asked for but skills, and has the one.
func (x *explained) mayTake(o *lifecycle.Opening) bool {
	if closedBy(o) != 0 {
		return false
	}
	someone := &nuov1.Volunteer{
		District: o.Shift.GetDistrict(), State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE, Skills: []string{x.req.GetSkill()},
		PoliticalStatus: nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER, Teams: o.Shift.GetRequirements().GetOrganisations(),
		Registrations: []*nuov1.Registration{{Community: o.Shift.GetCommunity(), Primary: true, FromDate: o.Shift.GetDate()}},
		Consents:      []*nuov1.Consent{{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true}},
	}
	return len(o.PersonalRefusals(&lifecycle.Candidate{Volunteer: someone})) == 0
}

// newcomer is a volunteer who has promised nothing and wishes nothing, as the plan's rules bind anybody.
func (x *explained) newcomer() matcher.Volunteer {
	most := int(x.match.GetShiftsEach())
	if most == 0 {
		most = x.policy.MaxLiveOffers
	}
	return matcher.Volunteer{
		Shifts: max(most, 1), Rest: minutes(x.policy.RestBetween), TimeDay: minutes(x.policy.MaxDaily),
		TimeWeek: minutes(x.policy.MaxWeekly), DaysInRow: x.policy.MaxDaysInRow,
	}
}
