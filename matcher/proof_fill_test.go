package matcher_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/matcher/instance"
)

func TestOKFillProblems(t *testing.T) {
	for _, c := range problems {
		if err := proveFill(t, c.k, chanceOf(1)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestOKFillRandom(t *testing.T) {
	forRandom(t, 20_000, 8, 6, func(k sketch, c chance) error { return proveFill(t, k, c) })
}

// proveFill tells in what Fill's answer is not the best there is.
func proveFill(t *testing.T, k sketch, c chance) error {
	g, err := give(k, c)
	if err != nil {
		return err
	}
	plan, err := matcher.Fill(t.Context(), g.p)
	if k.crews() {
		if !errors.Is(err, matcher.ErrCrew) {
			return fmt.Errorf("%w for a problem with crews", err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	if err := g.lawful(plan, nil); err != nil {
		return err
	}
	for i, a := range plan.Assignments {
		if i > 0 && plan.Assignments[i-1].Volunteer == a.Volunteer {
			return fmt.Errorf("volunteer %d has two", a.Volunteer)
		}
	}
	best := g.j.judge(1, nil).best()
	if plan.Score.Compare(best) != 0 || plan.Bound != plan.Score || !plan.Optimal {
		return fmt.Errorf("%+v, the best is %+v", plan, best)
	}
	// No weight costs a filled slot.
	plain := k
	plain.shifts = slices.Clone(k.shifts)
	for s := range plain.shifts {
		plain.shifts[s].Priority, plain.shifts[s].Minimum = 1, 0
	}
	if most := newJudge(plain).judge(1, nil).most; int64(plan.Score.Filled) != most {
		return fmt.Errorf("%d filled, %d can be", plan.Score.Filled, most)
	}
	return nil
}

func TestOKFillShared(t *testing.T) {
	dense, err := instance.GenerateDense(2000 / raceDivisor)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		filled int
		rank   int64
	}{"small": {799, 1169}, "town": {9995, 20_130}, "dense": {2000, 2729}} {
		if name == "dense" && (raceDivisor > 1 || testing.Short()) {
			continue
		}
		p := dense
		if name != "dense" {
			var err error
			if p, err = readShared(name); err != nil {
				t.Fatal(err)
			}
		}
		plan, err := matcher.Fill(t.Context(), p)
		if err != nil {
			t.Fatal(name, err)
		}
		if plan.Score.Filled != want.filled || plan.Score.Rank != want.rank {
			t.Errorf("%s: filled %d rank %d, the optimum is %v", name, plan.Score.Filled, plan.Score.Rank, want)
		}
		checkSeats(t, p, plan)
	}
}

// checkSeats looks at a plan of one shift each of a problem that is too large for the judge, and has slots alone.
func checkSeats(t *testing.T, p *matcher.Problem, plan *matcher.Plan) {
	t.Helper()
	taken, rank, last := make([]int, p.Shifts()), int64(0), none
	for _, a := range plan.Assignments {
		shifts, ranks := p.PairsOf(a.Volunteer)
		i := slices.Index(shifts, int32(a.Shift))
		if i < 0 || a.Volunteer <= last {
			t.Fatalf("%v after volunteer %d, who may have %v", a, last, shifts)
		}
		if taken[a.Shift]++; taken[a.Shift] > p.Shift(a.Shift).Capacity {
			t.Fatalf("%v is one too many", a)
		}
		rank, last = rank+int64(ranks[i]), a.Volunteer
	}
	if rank != plan.Score.Rank || len(plan.Assignments) != plan.Score.Filled {
		t.Errorf("%d filled at rank %d, said %+v", len(plan.Assignments), rank, plan.Score)
	}
}
