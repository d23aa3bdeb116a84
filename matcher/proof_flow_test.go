package matcher_test

import (
	"fmt"
	"testing"

	"nuo.internal/nuo/matcher"
)

// drawFlow makes a problem of some dozens of volunteers and shifts without times and crews, from sparse to complete.
func drawFlow(c chance) sketch {
	var k sketch
	ranks := []int{0, 1, 5, 1000, matcher.MaxRank}[c(5)]
	loads, weights, slots, density := 1+c(5), 1+c(3), 1+c(4), 1+c(20)
	for range 1 + c(40) {
		k.volunteers = append(k.volunteers, matcher.Volunteer{Shifts: 1 + c(3), Load: c(loads)})
	}
	for range 1 + c(30) {
		s := matcher.Shift{Capacity: c(slots + 1), Priority: 1 + c(weights)}
		if weights > 1 {
			s.Minimum = c(s.Capacity + 1)
		}
		k.shifts = append(k.shifts, s)
	}
	for v := range k.volunteers {
		for s := range k.shifts {
			if c(20) < density {
				k.pairs = append(k.pairs, matcher.Pair{Volunteer: v, Shift: s, Rank: c(ranks + 1)})
			}
		}
	}
	return k
}

// forFlow hands random problems to a proof.
func forFlow(t *testing.T, problems int, prove func(k sketch) error) {
	t.Helper()
	if testing.Short() {
		problems /= 10
	}
	for seed := range problems / raceDivisor {
		k := drawFlow(chanceOf(uint64(seed)))
		if err := prove(k); err != nil {
			k = shrink(k, func(k sketch) bool { return prove(k) != nil })
			t.Fatalf("problem %d: %v\n%s", seed, prove(k), k)
		}
	}
}

// Problems too large to try every plan are solved by a flow, as far as Fill's, Repair's and Roster's are flows.
func TestOKFillFlow(t *testing.T) {
	forFlow(t, 1000, func(k sketch) error {
		g, err := give(k, nil)
		if err != nil {
			return err
		}
		best := g.j.flowBest(func(int) int { return 1 })
		plan, err := matcher.Fill(t.Context(), g.p)
		if err != nil {
			return err
		}
		if err := g.lawful(plan, nil); err != nil {
			return err
		}
		if plan.Score != best {
			return fmt.Errorf("%+v, the best is %+v", plan.Score, best)
		}
		single := k.clone()
		for v := range single.volunteers {
			single.volunteers[v].Shifts = 1
		}
		alone, err := single.build()
		if err != nil {
			return err
		}
		mended, err := matcher.Repair(t.Context(), alone, nil, matcher.RepairOptions{})
		if err != nil {
			return err
		}
		if !mended.Optimal || mended.Score.Value != best.Value || mended.Score.Rank != best.Rank {
			return fmt.Errorf("Repair of nothing is %+v, the best is %+v", mended.Plan, best)
		}
		return nil
	})
}

func TestOKRosterFlow(t *testing.T) {
	forFlow(t, 500, func(k sketch) error {
		g, err := give(k, nil)
		if err != nil {
			return err
		}
		best := g.j.flowBest(func(v int) int { return k.volunteers[v].Shifts })
		plan, err := matcher.Roster(t.Context(), g.p, matcher.RosterOptions{Seed: 1, Steps: 100})
		if err != nil {
			return err
		}
		if err := g.lawful(plan, nil); err != nil {
			return err
		}
		if plan.Score.Compare(best) < 0 || plan.Bound.Value < best.Value ||
			plan.Score.Value == best.Value && plan.Bound.Rank > best.Rank ||
			plan.Optimal && (plan.Score.Value != best.Value || plan.Score.Rank != best.Rank) {
			return fmt.Errorf("%+v, the best is %+v", plan, best)
		}
		return nil
	})
}
