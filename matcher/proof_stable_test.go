package matcher_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"nuo.internal/nuo/matcher"
)

func TestOKStableProblems(t *testing.T) {
	for _, c := range problems {
		if err := proveStable(t, c.k, chanceOf(1)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestOKStableRandom(t *testing.T) {
	forRandom(t, 20_000, 6, 4, func(k sketch, c chance) error { return proveStable(t, k, c) })
}

// proveStable tells in what Stable's answer is not the stable plan that is best for every volunteer, and in what Verify
// and the judge differ about some other plan.
func proveStable(t *testing.T, k sketch, c chance) error {
	g, err := give(k, c)
	if err != nil {
		return err
	}
	plan, err := matcher.Stable(t.Context(), g.p, matcher.StableOptions{})
	if k.crews() {
		if _, verified := matcher.Verify(g.p, nil); !errors.Is(err, matcher.ErrCrew) || !errors.Is(verified, matcher.ErrCrew) {
			return fmt.Errorf("%w and %w for a problem with crews", err, verified)
		}
		return nil
	}
	if err != nil {
		return err
	}
	best := g.j.bestStable(nil)
	if err := g.sameSeats(plan, best, nil); err != nil {
		return err
	}
	plan, err = matcher.Stable(t.Context(), g.p, matcher.StableOptions{CloseShort: true})
	if err != nil {
		return err
	}
	best, closed := g.j.closeShort()
	if err := g.sameSeats(plan, best, closed); err != nil {
		return fmt.Errorf("closing: %w", err)
	}
	return g.verifySome()
}

// sameSeats tells in what a plan differs from the judge's.
func (g given) sameSeats(plan *matcher.StablePlan, seats, closed []int) error {
	var want []matcher.Assignment
	for v, s := range seats {
		if s != none {
			want = append(want, matcher.Assignment{Volunteer: v, Shift: s})
		}
	}
	if !slices.Equal(plan.Assignments, want) || !slices.Equal(plan.Closed, closed) {
		return fmt.Errorf("%v closed %v, the best for everybody is %v closed %v", plan.Assignments, plan.Closed, want, closed)
	}
	if short := g.j.short(seats, closed); !slices.Equal(plan.Short, short) {
		return fmt.Errorf("short %v, are %v", plan.Short, short)
	}
	if score := g.j.score(plan.Assignments, nil); plan.Score != score {
		return fmt.Errorf("said %+v, is %+v", plan.Score, score)
	}
	if _, blocked := g.j.blocking(seats, closed, false); blocked {
		return errors.New("the judge's own plan is blocked")
	}
	pair, err := matcher.Verify(g.p, plan.Assignments, closed...)
	if pair != nil {
		return fmt.Errorf("blocked by %+v", pair)
	}
	return err
}

// verifySome hands Verify plans by chance.
func (g given) verifySome() error {
	for range 3 {
		seats := make([]int, len(g.j.volunteers))
		taken := make([]int, len(g.j.shifts))
		var plan []matcher.Assignment
		var closed []int
		if len(taken) > 0 && g.c.oneIn(4) {
			closed = append(closed, g.c(len(taken)))
		}
		for v := range seats {
			seats[v] = none
			for _, s := range g.j.wishesOf(v, closed) {
				if taken[s] < g.j.shifts[s].Capacity && !g.c.oneIn(3) {
					seats[v] = s
					taken[s]++
					plan = append(plan, matcher.Assignment{Volunteer: v, Shift: s})
					break
				}
			}
		}
		want, blocked := g.j.blocking(seats, closed, false)
		pair, err := matcher.Verify(g.p, plan, closed...)
		if err != nil {
			return fmt.Errorf("Verify of %v closed %v: %w", plan, closed, err)
		}
		if (pair != nil) != blocked || blocked && pair.Assignment != want {
			return fmt.Errorf("%v closed %v: Verify says %+v, the judge %v %+v", plan, closed, pair, blocked, want)
		}
		if !blocked {
			continue
		}
		if err := g.sensible(pair, seats); err != nil {
			return fmt.Errorf("%v closed %v: %+v: %w", plan, closed, pair, err)
		}
	}
	return nil
}

// sensible tells what a blocking pair says that is not so.
func (g given) sensible(pair *matcher.BlockingPair, seats []int) error {
	v, s := pair.Volunteer, pair.Shift
	if pair.Holds != seats[v] || pair.Rank != g.j.rank[pair.Assignment] || pair.Standing != g.j.standing[pair.Assignment] {
		return errors.New("not what the volunteer has")
	}
	if seats[v] != none && pair.HoldsRank != g.j.rank[matcher.Assignment{Volunteer: v, Shift: seats[v]}] {
		return errors.New("not the rank of what the volunteer has")
	}
	if free := count(seats, s) < g.j.shifts[s].Capacity; free != (pair.Replaces == none) {
		return errors.New("a free slot is one that replaces nobody")
	}
	if pair.Replaces == none {
		return nil
	}
	replaced := matcher.Assignment{Volunteer: pair.Replaces, Shift: s}
	if seats[pair.Replaces] != s || pair.ReplacesStanding != g.j.standing[replaced] {
		return errors.New("replaces somebody who is not there")
	}
	for w, seat := range seats {
		if seat == s && g.j.standingOf(w, s) > g.j.standingOf(pair.Replaces, s) {
			return errors.New("not the worst is replaced")
		}
	}
	return nil
}
