package matcher

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// checkInOrder is Check by its definition: each assignment beside those before it.
func checkInOrder(p *Problem, plan []Assignment) error {
	sorted := slices.Clone(plan)
	slices.SortFunc(sorted, compareAssignments)
	taken := make([]int, len(p.shifts))
	var held []int32
	for i, a := range sorted {
		if a.Volunteer < 0 || a.Volunteer >= len(p.volunteers) || a.Shift < 0 || a.Shift >= len(p.shifts) {
			return &Violation{a, NotEligible}
		}
		if i == 0 || sorted[i-1].Volunteer != a.Volunteer {
			held = held[:0]
		}
		if rule := p.Forbids(a.Volunteer, held, a.Shift); rule != None {
			return &Violation{a, rule}
		}
		held = append(held, int32(a.Shift))
		if taken[a.Shift]++; taken[a.Shift] > p.shifts[a.Shift].Capacity {
			return &Violation{a, Full}
		}
	}
	for _, a := range sorted {
		if taken[a.Shift]%p.shifts[a.Shift].Crew != 0 {
			return &Violation{a, BrokenCrew}
		}
	}
	return nil
}

func TestOKCheckIsForbidsOfOneAfterTheOther(t *testing.T) {
	random := rand.New(rand.NewPCG(31, 32))
	kept := 0
	seen := make(map[Rule]int)
	for k := range 12_000 {
		p := tinyRoster(t, random)
		if k%4 == 0 {
			p = mediumRoster(t, random, 4, 12, 10)
		}
		var plan []Assignment
		for v := range p.volunteers {
			shifts, _ := p.PairsOf(v)
			var held []int32
			for _, s := range shifts {
				// Mostly what is allowed, or plans of several shifts would be rare.
				if random.IntN(40) == 0 || random.IntN(2) == 0 && p.Forbids(v, held, int(s)) == None {
					plan, held = append(plan, Assignment{v, int(s)}), append(held, s)
				}
			}
		}
		if random.IntN(20) == 0 {
			plan = append(plan, Assignment{random.IntN(9) - 1, random.IntN(9) - 1})
		}
		random.Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
		got, want := p.Check(plan), checkInOrder(p, plan)
		broken, found := errors.AsType[*Violation](got)
		violation, violates := errors.AsType[*Violation](want)
		if found != violates || found && *broken != *violation {
			t.Fatalf("problem %d: %v, in order %v: %v", k, got, want, plan)
		}
		if violates {
			seen[violation.Rule]++
		} else {
			kept++
		}
	}
	for rule := NotEligible; rule <= BrokenCrew; rule++ {
		if seen[rule] < 5 {
			t.Errorf("%s: broken first in %d plans only", rule, seen[rule])
		}
	}
	if kept < 500 {
		t.Errorf("%d plans keep the rules", kept)
	}
}

func TestErrCheckEndsWithItsContext(t *testing.T) {
	b := NewBuilder(Rules{})
	v, s := b.Volunteer(Volunteer{Shifts: 2}), b.Shift(Shift{Capacity: 1})
	b.Pair(Pair{Volunteer: v, Shift: s})
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	plan := []Assignment{{v, s}}
	if err := p.check(ctx, plan); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if answer, err := Roster(ctx, p, RosterOptions{Start: plan}); err != nil || !slices.Equal(answer.Assignments, plan) {
		t.Error(answer, err)
	}
	if _, err := Roster(ctx, p, RosterOptions{Start: []Assignment{{v, s + 1}}}); !errors.As(err, new(*Violation)) {
		t.Errorf("a pair that is not there: %v", err)
	}
}
