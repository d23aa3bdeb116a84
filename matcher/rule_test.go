package matcher_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"nuo.internal/nuo/matcher"
)

// What Check and Forbids say is what the judge says, whatever the plan.
func TestOKRulesRandom(t *testing.T) {
	forRandom(t, 20_000, 8, 6, func(k sketch, c chance) error {
		g, err := give(k, c)
		if err != nil {
			return err
		}
		var plan []matcher.Assignment
		for v := range k.volunteers {
			var held []int32
			var have []int
			for s := range k.shifts {
				if c.oneIn(2) {
					continue
				}
				rule, may := g.p.Forbids(v, held, s), g.j.may(v, append(slices.Clone(have), s))
				if (rule == matcher.None) != may {
					return fmt.Errorf("volunteer %d with %v and shift %d: %v, but may is %v", v, held, s, rule, may)
				}
				if rule == matcher.None {
					held, have = append(held, int32(s)), append(have, s)
				}
				if rule == matcher.None || c.oneIn(20) {
					plan = append(plan, matcher.Assignment{Volunteer: v, Shift: s})
				}
			}
		}
		if ours, theirs := g.p.Check(plan), g.j.check(plan); (ours == nil) != (theirs == nil) {
			return fmt.Errorf("%v: Check says %w, the judge %w", plan, ours, theirs)
		}
		if ours, theirs := g.p.ScoreOf(plan), g.j.score(plan, nil); g.j.check(plan) == nil && ours != theirs {
			return fmt.Errorf("%v: ScoreOf says %+v, the judge %+v", plan, ours, theirs)
		}
		return nil
	})
}

// Each rule has a case that it alone forbids.
func TestErrRules(t *testing.T) {
	day := matcher.Rules{Day: 10, Travel: 2}
	one := matcher.Assignment{}
	two := matcher.Assignment{Shift: 1}
	second := matcher.Assignment{Volunteer: 1}
	for _, c := range []struct {
		rule      matcher.Rule
		volunteer matcher.Volunteer
		shifts    shifts
		plan      []matcher.Assignment
	}{
		{matcher.NotEligible, matcher.Volunteer{}, shifts{{Capacity: 1}, {}}, []matcher.Assignment{{Volunteer: 2}}},
		{matcher.NotEligible, matcher.Volunteer{}, shifts{{Capacity: 1}, {}}, []matcher.Assignment{{Volunteer: -1}}},
		{matcher.NotEligible, matcher.Volunteer{}, shifts{{Capacity: 1}, {}}, []matcher.Assignment{{Shift: 2}}},
		{matcher.NotEligible, matcher.Volunteer{}, shifts{{Capacity: 1}, {}}, []matcher.Assignment{{Shift: -1}}},
		{matcher.NotEligible, matcher.Volunteer{}, shifts{{Capacity: 1}, {Capacity: 1}}, []matcher.Assignment{{Volunteer: 1, Shift: 1}}},
		{matcher.Twice, matcher.Volunteer{Shifts: 2}, shifts{{Capacity: 2}, {}}, []matcher.Assignment{one, one}},
		{matcher.LimitShifts, matcher.Volunteer{}, shifts{{Capacity: 1}, {Capacity: 1}}, []matcher.Assignment{one, two}},
		{matcher.Overlap, matcher.Volunteer{Shifts: 2}, shifts{{End: 2, Capacity: 1}, {Start: 1, End: 3, Capacity: 1}}, []matcher.Assignment{one, two}},
		{matcher.Rest, matcher.Volunteer{Shifts: 2, Rest: 2}, shifts{{End: 2, Capacity: 1}, {Start: 3, End: 4, Capacity: 1}}, []matcher.Assignment{one, two}},
		{matcher.Rest, matcher.Volunteer{Shifts: 2}, shifts{{Start: 3, End: 4, Capacity: 1}, {End: 2, Capacity: 1, Rest: 2}}, []matcher.Assignment{one, two}},
		{matcher.Travel, matcher.Volunteer{Shifts: 2}, shifts{{End: 2, Capacity: 1}, {Start: 3, End: 4, Capacity: 1, Place: 1}}, []matcher.Assignment{one, two}},
		{matcher.LimitTime, matcher.Volunteer{Time: 2}, shifts{{End: 3, Capacity: 1}, {}}, []matcher.Assignment{one}},
		{matcher.LimitDay, matcher.Volunteer{Shifts: 2, TimeDay: 3}, shifts{{End: 2, Capacity: 1}, {Start: 9, End: 11, Capacity: 1}}, []matcher.Assignment{one, two}},
		{matcher.LimitWeek, matcher.Volunteer{Shifts: 2, TimeWeek: 3}, shifts{{End: 2, Capacity: 1}, {Start: 69, End: 71, Capacity: 1}}, []matcher.Assignment{one, two}},
		{matcher.LimitDaysInRow, matcher.Volunteer{Shifts: 2, DaysInRow: 1}, shifts{{End: 2, Capacity: 1}, {Start: -1, End: 0, Capacity: 1}}, []matcher.Assignment{one, two}},
		{matcher.Full, matcher.Volunteer{}, shifts{{Capacity: 1}, {}}, []matcher.Assignment{one, second}},
		{matcher.BrokenCrew, matcher.Volunteer{}, shifts{{Capacity: 2, Crew: 2}, {}}, []matcher.Assignment{one}},
	} {
		k := sketch{rules: day, volunteers: volunteers{c.volunteer, {}}, shifts: c.shifts, pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 1}, [3]int{1, 0, 1})}
		var violation *matcher.Violation
		if err := k.problem(t).Check(c.plan); !errors.As(err, &violation) || violation.Rule != c.rule {
			t.Errorf("%v: %v", c.rule, err)
		} else if violation.Assignment != c.plan[len(c.plan)-1] {
			t.Errorf("%v names %v", c.rule, violation.Assignment)
		}
	}
}

func TestOKRuleNames(t *testing.T) {
	for rule, want := range map[matcher.Rule]string{matcher.None: "none", matcher.BrokenCrew: "broken crew", 99: "Rule(99)"} {
		if rule.String() != want {
			t.Error(rule)
		}
	}
	v := &matcher.Violation{Assignment: matcher.Assignment{Volunteer: 3, Shift: 4}, Rule: matcher.Overlap}
	if got := v.Error(); got != "matcher: volunteer 3 on shift 4: overlap" {
		t.Error(got)
	}
}
