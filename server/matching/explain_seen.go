package matching

import (
	"slices"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
)

const (
	exempt = nuov1.ErrorReason_ERROR_REASON_EXEMPT
	// fewPeople is below how many a personal reason is not told apart from others, so that a small pool betrays nobody.
	fewPeople = 3
)

// personalReasons are those that say something of the person rather than of what a shift asks for.
var personalReasons = []nuov1.ErrorReason{
	exempt, nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING, nuov1.ErrorReason_ERROR_REASON_DEACTIVATED,
}

// seen is what of the reasons of a named volunteer a caller is shown.
//
//	record     the caller may read the volunteer's record: why a claim would be refused, and earlier promises
//	wishes     the caller may read the volunteer's preference: ranks' reasons, stated hours, the limit a week
//	exemption  oneself and the unit's committee: that somebody is exempt
//
// Everything else is NOT_ELIGIBLE, without a reason. Who may read the record finds the dates of an exemption there; a
// plan does not add to that.
type seen struct{ record, wishes, exemption bool }

func seenBy(caller *policy.Caller, v *nuov1.Volunteer, today string) seen {
	facts := policy.Facts{Within: place.VolunteerWithin(v, today)}
	may := func(method string) bool {
		rule, ok := policy.RuleOf(method)
		if ok {
			_, ok = policy.Decide(rule, caller, facts)
		}
		return ok
	}
	return seen{
		record: may(readVolunteer), wishes: may(readPreference),
		exemption: caller != nil && (caller.Person == v.GetName() || slices.ContainsFunc(caller.Grants, func(g policy.Grant) bool {
			return g.Role == nuov1.Role_ROLE_VOLUNTEER && g.Scope == v.GetName() ||
				g.Role == nuov1.Role_ROLE_UNIT && g.Scope != "" && g.Scope == v.GetUnit()
		})),
	}
}

func (x *explained) seen(v *nuov1.Volunteer) seen { return seenBy(x.caller, v, x.today) }

func (x *explained) seenOf(volunteer int) seen { return x.seen(x.people[volunteer].Volunteer) }

// mask is a refusal of before the matcher as the caller is told it.
func (s seen) mask(why refusal) refusal {
	shown := s.record
	switch {
	case why.rule == 0 || why.rule == nuov1.MatchRule_MATCH_RULE_TWICE || aboutShift(why.reason),
		why.rule == nuov1.MatchRule_MATCH_RULE_BROKEN_CREW: // the same for everybody
		return why
	case why.reason == exempt:
		shown = s.exemption
	case why.rule == notAvailable || why.rule == nuov1.MatchRule_MATCH_RULE_LIMIT_SHIFTS:
		shown = s.wishes
	}
	if !shown {
		return refusal{rule: notEligible}
	}
	return why
}

// aboutShift tells whether a reason is the same for everybody.
func aboutShift(reason nuov1.ErrorReason) bool {
	return slices.Contains([]nuov1.ErrorReason{
		nuov1.ErrorReason_ERROR_REASON_WRONG_TIME, nuov1.ErrorReason_ERROR_REASON_SHIFT_CANCELLED,
		nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN,
	}, reason)
}

// together are the refusals of a shift as they are told in numbers: what is personal and keeps few away is one number
// with other such.
func together(refused map[refusal]int32) map[refusal]int32 {
	told := map[refusal]int32{}
	for why, n := range refused {
		if n < fewPeople && (why.rule == notAvailable || slices.Contains(personalReasons, why.reason)) {
			why = refusal{rule: notEligible}
		}
		told[why] += n
	}
	return told
}

// placement is a stored placement as the caller may see it: to whom the wishes are not shown, the rank alone.
func (s seen) placement(p *storev1.StoredPlacement) *nuov1.Placement {
	shown := placementOf(p)
	if !s.wishes {
		shown.RankReasons, shown.KindPosition, shown.PlacePosition = nil, 0, 0
	}
	return shown
}
