package matcher_test

import (
	"fmt"
	"slices"
	"testing"

	"nuo.internal/nuo/matcher"
)

func TestOKExplainProblems(t *testing.T) {
	for _, c := range problems {
		if err := proveExplain(t, c.k, enough); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestOKExplainRandom(t *testing.T) {
	forRandom(t, 20_000, 8, 6, func(k sketch, _ chance) error { return proveExplain(t, k, 1) })
}

// proveExplain tells in what an explanation of a roster is not so: every gap has its reason, a chain makes a plan better
// that is not the best and keeps every rule, and a set is short of what it says.
func proveExplain(t *testing.T, k sketch, steps int) error {
	g, err := give(k, nil)
	if err != nil {
		return err
	}
	plan, err := matcher.Roster(t.Context(), g.p, matcher.RosterOptions{Seed: 1, Steps: steps})
	if err != nil {
		return err
	}
	x, err := matcher.Explain(t.Context(), g.p, plan.Assignments)
	if err != nil {
		return err
	}
	if x.Score.Value != plan.Score.Value || x.Score.Rank != plan.Score.Rank {
		return fmt.Errorf("explains %+v, not %+v", x.Score, plan.Score)
	}
	best := g.j.judge(several, nil).best()
	if x.OneEach && (x.Best.Value != best.Value || x.Best.Rank != best.Rank || x.Optimal != (plan.Score.Value == best.Value && plan.Score.Rank == best.Rank)) {
		return fmt.Errorf("says that %+v is the best, %+v is", x.Best, best)
	}
	return g.gapsOf(plan, x, best)
}

// gapsOf tells in what the gaps are not those of the plan.
func (g given) gapsOf(plan *matcher.Plan, x *matcher.Explanation, best matcher.Score) error {
	taken := make([]int, len(g.j.shifts))
	for _, a := range plan.Assignments {
		taken[a.Shift]++
	}
	told := 0
	for s, shift := range g.j.shifts {
		if taken[s] == shift.Capacity {
			continue
		}
		if told == len(x.Gaps) || x.Gaps[told].Shift != s {
			return fmt.Errorf("no word on shift %d: %+v", s, x.Gaps)
		}
		gap := x.Gaps[told]
		told++
		if gap.Free != shift.Capacity-taken[s] || gap.Missing != max(shift.Minimum-taken[s], 0) {
			return fmt.Errorf("%+v has %d", gap, taken[s])
		}
		if len(gap.Chain) > 0 {
			if after := g.j.score(moved(plan.Assignments, gap.Chain), nil); g.j.check(moved(plan.Assignments, gap.Chain)) != nil || after.Value <= plan.Score.Value || after.Value > best.Value {
				return fmt.Errorf("%+v leads to %+v", gap, after)
			}
		}
		if gap.Set != nil && gap.Set.Short() <= 0 || x.OneEach && (gap.Set != nil) == (len(gap.Chain) > 0) {
			return fmt.Errorf("%+v of %+v proves nothing", gap.Set, gap)
		}
	}
	if told != len(x.Gaps) {
		return fmt.Errorf("gaps %+v", x.Gaps)
	}
	return nil
}

// moved is a plan after some steps.
func moved(plan []matcher.Assignment, steps []matcher.Step) []matcher.Assignment {
	plan = slices.Clone(plan)
	for _, s := range steps {
		if s.From >= 0 {
			plan = slices.DeleteFunc(plan, func(a matcher.Assignment) bool { return a == matcher.Assignment{Volunteer: s.Volunteer, Shift: s.From} })
		}
		if s.To >= 0 {
			plan = append(plan, matcher.Assignment{Volunteer: s.Volunteer, Shift: s.To})
		}
	}
	return plan
}
