package matcher

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// fillJudge tries every assignment of one shift each and answers the best score: it shares nothing with the solver.
func fillJudge(p *Problem) Score {
	var held []Assignment
	best := p.ScoreOf(nil)
	taken := make([]int, p.Shifts())
	var place func(v int)
	place = func(v int) {
		if v == p.Volunteers() {
			if score := p.ScoreOf(held); score.Compare(best) < 0 {
				best = score
			}
			return
		}
		place(v + 1)
		shifts, _ := p.PairsOf(v)
		for _, s := range shifts {
			if taken[s] == p.Shift(int(s)).Capacity || p.Forbids(v, nil, int(s)) != None {
				continue
			}
			taken[s]++
			held = append(held, Assignment{v, int(s)})
			place(v + 1)
			held = held[:len(held)-1]
			taken[s]--
		}
	}
	place(0)
	return best
}

// randomFill makes a small problem: few ranks, so that there are many ties, or ranks as high as they go.
func randomFill(r *rand.Rand) *Problem {
	b := NewBuilder(Rules{Travel: 1})
	volunteers, shifts := r.IntN(7), r.IntN(6)
	for range volunteers {
		b.Volunteer(Volunteer{Load: r.IntN(4)})
	}
	for range shifts {
		start, capacity := r.IntN(20), r.IntN(4)
		b.Shift(Shift{
			Start: start, End: start + r.IntN(4), Place: r.IntN(2), Capacity: capacity, Minimum: r.IntN(capacity + 1),
			Priority: r.IntN(3),
		})
	}
	highest := []int{0, 1, 3, 20, MaxRank}[r.IntN(5)]
	density := r.Float64()
	for v := range volunteers {
		for s := range shifts {
			if r.Float64() < density {
				b.Pair(Pair{Volunteer: v, Shift: s, Rank: r.IntN(highest + 1)})
			}
		}
		if r.IntN(6) == 0 {
			start := r.IntN(20)
			b.Commit(Commitment{Volunteer: v, Start: start, End: start + 3})
		}
	}
	p, err := b.Build()
	if err != nil {
		panic(err)
	}
	return p
}

func checkFill(t *testing.T, p *Problem) *Plan {
	t.Helper()
	plan, err := Fill(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(plan.Assignments); err != nil {
		t.Fatal(err)
	}
	if got := p.ScoreOf(plan.Assignments); got != plan.Score || plan.Bound != plan.Score || !plan.Optimal {
		t.Fatalf("score %+v, bound %+v, optimal %v, but the assignments score %+v", plan.Score, plan.Bound, plan.Optimal, got)
	}
	if !slices.IsSortedFunc(plan.Assignments, compareAssignments) {
		t.Fatalf("not in order: %v", plan.Assignments)
	}
	return plan
}

func TestOKFillIsBest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		p := randomFill(r)
		got, want := checkFill(t, p).Score, fillJudge(p)
		if got != want {
			t.Fatalf("score %+v, best is %+v\n%+v", got, want, p)
		}
	}
}

func TestErrCrewOfFill(t *testing.T) {
	b := NewBuilder(Rules{})
	b.Shift(Shift{Capacity: 2, Crew: 2})
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Fill(t.Context(), p); !errors.Is(err, ErrCrew) {
		t.Fatalf("got %v", err)
	}
}
