package matcher

import (
	"math/rand/v2"
	"testing"
)

// committee is a problem as a committee has it: everybody may take many shifts, and time is what holds them back. A day
// has three shifts of four hours at each of some places, or three of eight with a rest of eight hours after the night.
type committee struct {
	people, days, places, capacity int
	volunteer                      Volunteer
	nights                         bool
	dense                          int // how many of 4 shifts a person may take
	ranks                          int // ranks are 1 to this
	minimum                        int
}

func (c committee) problem(t testing.TB, random *rand.Rand) *Problem {
	t.Helper()
	b := NewBuilder(Rules{Day: 1440})
	shifts := 0
	for day := range c.days {
		for range c.places {
			for k := range 3 {
				s := Shift{Start: day*1440 + 480 + k*240, Capacity: c.capacity, Minimum: c.minimum}
				s.End = s.Start + 240
				if c.nights {
					s.Start = day*1440 + k*480
					s.End = s.Start + 480
					if k == 2 {
						s.Rest = 480
					}
				}
				b.Shift(s)
				shifts++
			}
		}
	}
	for range c.people {
		v := b.Volunteer(c.volunteer)
		for s := range shifts {
			if random.IntN(4) < c.dense {
				b.Pair(Pair{Volunteer: v, Shift: s, Rank: 1 + random.IntN(c.ranks)})
			}
		}
	}
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOKRosterProvesWhatACommitteeAsks(t *testing.T) {
	many := Volunteer{Shifts: 20}
	daily := Volunteer{Shifts: 20, TimeDay: 480}
	weekly := Volunteer{Shifts: 20, TimeDay: 480, TimeWeek: 1200}
	rested := Volunteer{Shifts: 20, TimeDay: 480, Rest: 480}
	inRow := Volunteer{Shifts: 20, TimeDay: 960, DaysInRow: 3}
	for name, c := range map[string]committee{
		"one without limits":       {people: 1, days: 2, places: 4, capacity: 12, volunteer: many, dense: 4, ranks: 1},
		"seven, a day's limit":     {people: 7, days: 2, places: 4, capacity: 12, volunteer: daily, dense: 4, ranks: 1},
		"seven, many slots":        {people: 7, days: 6, places: 4, capacity: 18, volunteer: daily, dense: 4, ranks: 1, minimum: 2},
		"seven with ranks":         {people: 7, days: 6, places: 4, capacity: 18, volunteer: daily, dense: 3, ranks: 5},
		"seven, a week's limit":    {people: 7, days: 6, places: 4, capacity: 2, volunteer: weekly, dense: 4, ranks: 3},
		"twenty, few slots":        {people: 20, days: 5, places: 2, capacity: 2, volunteer: daily, dense: 2, ranks: 10},
		"twenty with nights":       {people: 20, days: 7, places: 2, capacity: 2, volunteer: many, nights: true, dense: 3, ranks: 10},
		"twenty with rest":         {people: 20, days: 3, places: 3, capacity: 9, volunteer: rested, dense: 4, ranks: 1, minimum: 1},
		"twenty, days in a row":    {people: 20, days: 7, places: 2, capacity: 20, volunteer: inRow, nights: true, dense: 4, ranks: 2},
		"fifty for more than all":  {people: 50, days: 7, places: 5, capacity: 20, volunteer: weekly, dense: 4, ranks: 5},
		"fifty for about as many":  {people: 50, days: 4, places: 4, capacity: 8, volunteer: daily, dense: 2, ranks: 5},
		"fifty, more than can be":  {people: 50, days: 5, places: 3, capacity: 3, volunteer: daily, dense: 3, ranks: 20},
		"forty, nights, all alike": {people: 40, days: 7, places: 3, capacity: 9, volunteer: many, nights: true, dense: 4, ranks: 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.problem(t, rand.New(rand.NewPCG(21, 22)))
			plan, err := Roster(t.Context(), p, RosterOptions{Steps: 600})
			if err != nil || p.Check(plan.Assignments) != nil {
				t.Fatal(p.Check(plan.Assignments), err)
			}
			if !plan.Optimal {
				t.Errorf("%+v with bound %+v", plan.Score, plan.Bound)
			}
		})
	}
}

func TestOKRosterTellsOfALowerBoundOnTheValue(t *testing.T) {
	c := committee{people: 7, days: 6, places: 4, capacity: 2, volunteer: Volunteer{Shifts: 20, TimeDay: 480, TimeWeek: 1200}, dense: 4, ranks: 3}
	p := c.problem(t, rand.New(rand.NewPCG(23, 24)))
	for steps := 15; steps < 60; steps++ {
		var last Progress
		plan, err := Roster(t.Context(), p, RosterOptions{Steps: steps, Progress: func(now Progress) { last = now }})
		if err != nil || last.Bound != plan.Bound {
			t.Errorf("after %d steps: told the bound %+v, answered %+v: %v", steps, last.Bound, plan.Bound, err)
		}
	}
}
