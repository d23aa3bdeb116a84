package matcher_test

import (
	"slices"
	"testing"

	"nuo.internal/nuo/matcher"
)

// wants are pairs from rows of volunteer, shift and rank.
func wants(rows ...[3]int) (pairs []matcher.Pair) {
	for _, row := range rows {
		pairs = append(pairs, matcher.Pair{Volunteer: row[0], Shift: row[1], Rank: row[2]})
	}
	return pairs
}

// everybody wants every shift alike.
func everybody(volunteers, shifts int) (pairs []matcher.Pair) {
	for v := range volunteers {
		for s := range shifts {
			pairs = append(pairs, matcher.Pair{Volunteer: v, Shift: s, Rank: 1})
		}
	}
	return pairs
}

// problem is one whose best plans were found by hand: Value, Rank and Unfairness of the best plan of one shift each, and
// of several.
type problem struct {
	name         string
	k            sketch
	fill, roster [3]int64
}

type (
	volunteers = []matcher.Volunteer
	shifts     = []matcher.Shift
	promises   = []matcher.Commitment
)

var problems = slices.Concat(plainProblems, calendarProblems, limitProblems, crewProblems, extremeProblems)

// plainProblems look at no time.
var plainProblems = []problem{
	{name: "nothing"},
	{name: "volunteers and no shifts", k: sketch{volunteers: make(volunteers, 3)}},
	{name: "shifts and no volunteers", k: sketch{shifts: shifts{{Capacity: 2}}}},
	{name: "nobody is eligible", k: sketch{volunteers: make(volunteers, 2), shifts: shifts{{Capacity: 2}, {Capacity: 1, Minimum: 1}}}},
	{
		name: "no slots",
		k:    sketch{volunteers: make(volunteers, 1), shifts: shifts{{}, {Capacity: 1}}, pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 9})},
		fill: [3]int64{1, 9, 1}, roster: [3]int64{1, 9, 1},
	},
	{
		name: "who has a choice gives way",
		k: sketch{
			volunteers: make(volunteers, 2), shifts: shifts{{Capacity: 1}, {Capacity: 1}},
			pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 2}, [3]int{1, 0, 1}),
		},
		fill: [3]int64{2, 3, 2}, roster: [3]int64{2, 3, 2},
	},
	{
		name: "a filled slot before any rank",
		k: sketch{
			volunteers: make(volunteers, 2), shifts: shifts{{Capacity: 1}, {Capacity: 1}},
			pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, matcher.MaxRank}, [3]int{1, 0, matcher.MaxRank}),
		},
		fill: [3]int64{2, 2 * matcher.MaxRank, 2}, roster: [3]int64{2, 2 * matcher.MaxRank, 2},
	},
	{
		name: "everybody's second wish, not one's last",
		k: sketch{
			volunteers: make(volunteers, 3), shifts: shifts{{Capacity: 1}, {Capacity: 1}, {Capacity: 1}},
			pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 2}, [3]int{1, 1, 1}, [3]int{1, 2, 2}, [3]int{2, 0, 1}, [3]int{2, 2, 9}),
		},
		fill: [3]int64{3, 5, 3}, roster: [3]int64{3, 5, 3},
	},
	{
		name: "more people than slots",
		k:    sketch{volunteers: make(volunteers, 3), shifts: shifts{{Capacity: 1}}, pairs: wants([3]int{0, 0, 5}, [3]int{1, 0, 4}, [3]int{2, 0, 6})},
		fill: [3]int64{1, 4, 1}, roster: [3]int64{1, 4, 1},
	},
	{
		name: "a rank of 0",
		k:    sketch{volunteers: make(volunteers, 2), shifts: shifts{{Capacity: 1}}, pairs: wants([3]int{0, 0, 1}, [3]int{1, 0, 0})},
		fill: [3]int64{1, 0, 1}, roster: [3]int64{1, 0, 1},
	},
	{
		name: "a pair that is told twice has its lower rank, and is one",
		k:    sketch{volunteers: volunteers{{Shifts: 2}}, shifts: shifts{{Capacity: 2}}, pairs: wants([3]int{0, 0, 5}, [3]int{0, 0, 2}, [3]int{0, 0, 7})},
		fill: [3]int64{1, 2, 1}, roster: [3]int64{1, 2, 1},
	},
	{
		name: "priority before rank",
		k: sketch{
			volunteers: make(volunteers, 1), shifts: shifts{{Capacity: 1}, {Capacity: 1, Priority: 2}},
			pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 9}),
		},
		fill: [3]int64{2, 9, 1}, roster: [3]int64{2, 9, 1},
	},
	{
		name: "a priority costs no filled slot",
		k: sketch{
			volunteers: make(volunteers, 2), shifts: shifts{{Capacity: 1, Priority: 5}, {Capacity: 1}},
			pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 1}, [3]int{1, 0, 9}),
		},
		fill: [3]int64{6, 10, 2}, roster: [3]int64{6, 10, 2},
	},
	{
		name: "a minimum before the highest priority",
		k: sketch{
			volunteers: make(volunteers, 1), shifts: shifts{{Capacity: 1, Minimum: 1}, {Capacity: 1, Priority: matcher.MaxPriority}},
			pairs: wants([3]int{0, 0, 9}, [3]int{0, 1, 1}),
		},
		fill: [3]int64{1001, 9, 1}, roster: [3]int64{1001, 9, 1},
	},
	{
		name: "two minimums before one full shift",
		k: sketch{
			volunteers: make(volunteers, 2), shifts: shifts{{Capacity: 2, Minimum: 1}, {Capacity: 2, Minimum: 1}},
			pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 5}, [3]int{1, 0, 1}, [3]int{1, 1, 6}),
		},
		fill: [3]int64{2002, 6, 2}, roster: [3]int64{2002, 6, 2},
	},
	{
		name: "where ranks are equal, who has done less",
		k:    sketch{volunteers: volunteers{{Load: 5}, {Load: 2}, {Load: 3}}, shifts: shifts{{Capacity: 1}}, pairs: everybody(3, 1)},
		fill: [3]int64{1, 1, 5}, roster: [3]int64{1, 1, 5},
	},
	{
		name: "rank before load",
		k:    sketch{volunteers: volunteers{{Load: 5}, {}}, shifts: shifts{{Capacity: 1}}, pairs: wants([3]int{0, 0, 1}, [3]int{1, 0, 2})},
		fill: [3]int64{1, 1, 11}, roster: [3]int64{1, 1, 11},
	},
	{
		name: "two people share the work",
		k:    sketch{volunteers: volunteers{{Shifts: 2}, {Shifts: 2}}, shifts: shifts{{Capacity: 1}, {Capacity: 1}}, pairs: everybody(2, 2)},
		fill: [3]int64{2, 2, 2}, roster: [3]int64{2, 2, 2},
	},
	{
		name: "one does both, if only one can",
		k: sketch{
			volunteers: volunteers{{Shifts: 2}, {Shifts: 2}}, shifts: shifts{{Capacity: 1}, {Capacity: 1}},
			pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 2}),
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{2, 3, 4},
	},
	{
		name: "up to the limit of shifts",
		k:    sketch{volunteers: volunteers{{Shifts: 3}}, shifts: shifts{{Capacity: 1}, {Capacity: 1}, {Capacity: 1}, {Capacity: 1}}, pairs: everybody(1, 4)},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{3, 3, 9},
	},
}

// extremeProblems have everything at its limit, so that nothing overflows.
var extremeProblems = []problem{
	{
		name: "everything at its limit",
		k: sketch{
			rules: matcher.Rules{Day: matcher.MaxTime, Travel: matcher.MaxTime}, pairs: extremePairs(matcher.MaxRank),
			volunteers: volunteers{extremeVolunteer, extremeVolunteer},
			shifts: shifts{
				{Start: -matcher.MaxTime, End: matcher.MaxTime, Capacity: matcher.MaxCapacity, Minimum: matcher.MaxCapacity, Priority: matcher.MaxPriority, Place: matcher.MaxElements, Rest: matcher.MaxTime},
				{Start: matcher.MaxTime, End: matcher.MaxTime, Capacity: matcher.MaxCapacity, Minimum: matcher.MaxCapacity, Priority: matcher.MaxPriority},
			},
			commitments: promises{{Start: -matcher.MaxTime, End: -matcher.MaxTime, Rest: matcher.MaxTime}},
		},
		fill: [3]int64{4000, 2 * matcher.MaxRank, 2 * (2*matcher.MaxLoad + 1)}, roster: [3]int64{8000, 4 * matcher.MaxRank, 8*matcher.MaxLoad + 8},
	},
	{
		name: "as far apart as can be, and not far enough",
		k: sketch{
			rules: matcher.Rules{Day: 1}, pairs: extremePairs(0), volunteers: volunteers{extremeVolunteer, extremeVolunteer},
			shifts: shifts{
				{Start: -matcher.MaxTime, End: 1 - matcher.MaxTime, Capacity: 2}, {Start: matcher.MaxTime - 1, End: matcher.MaxTime, Capacity: 2},
			},
			commitments: promises{{Volunteer: 1, Start: -2, End: 2, Rest: matcher.MaxTime}},
		},
		fill: [3]int64{1, 0, 2*matcher.MaxLoad + 1}, roster: [3]int64{2, 0, 4*matcher.MaxLoad + 4},
	},
}

var extremeVolunteer = matcher.Volunteer{
	Shifts: matcher.MaxCapacity, TimeDay: matcher.MaxTime, TimeWeek: matcher.MaxTime, DaysInRow: matcher.MaxTime, Rest: matcher.MaxTime, Load: matcher.MaxLoad,
}

func extremePairs(rank int) []matcher.Pair {
	return wants([3]int{0, 0, rank}, [3]int{0, 1, rank}, [3]int{1, 0, rank}, [3]int{1, 1, rank})
}

// calendarProblems are about overlaps, rest and travel.
var calendarProblems = []problem{
	{
		name: "one ends when the other begins",
		k: sketch{
			volunteers: volunteers{{Shifts: 2}}, shifts: shifts{{Start: 0, End: 5, Capacity: 1}, {Start: 5, End: 9, Capacity: 1}},
			pairs: wants([3]int{0, 0, 2}, [3]int{0, 1, 1}),
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{2, 3, 4},
	},
	{
		name: "an overlap",
		k: sketch{
			volunteers: volunteers{{Shifts: 2}}, shifts: shifts{{Start: 0, End: 5, Capacity: 1}, {Start: 4, End: 9, Capacity: 1}},
			pairs: wants([3]int{0, 0, 2}, [3]int{0, 1, 1}),
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{1, 1, 1},
	},
	{
		name: "one within the other, and one of no time",
		k: sketch{
			volunteers: volunteers{{Shifts: 3, Time: 9}},
			shifts:     shifts{{Start: 0, End: 9, Capacity: 1}, {Start: 4, End: 5, Capacity: 1}, {Start: 4, End: 4, Capacity: 1, Place: 3, Rest: 7}},
			pairs:      wants([3]int{0, 0, 2}, [3]int{0, 1, 3}, [3]int{0, 2, 4}),
		},
		fill: [3]int64{1, 2, 1}, roster: [3]int64{2, 6, 4},
	},
	{
		name: "no time to travel",
		k: sketch{
			rules: matcher.Rules{Travel: 2}, volunteers: volunteers{{Shifts: 2}}, pairs: everybody(1, 2),
			shifts: shifts{{Start: 0, End: 5, Capacity: 1}, {Start: 6, End: 9, Capacity: 1, Place: 1}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{1, 1, 1},
	},
	{
		name: "just time to travel",
		k: sketch{
			rules: matcher.Rules{Travel: 2}, volunteers: volunteers{{Shifts: 2}}, pairs: everybody(1, 2),
			shifts: shifts{{Start: 0, End: 5, Capacity: 1}, {Start: 7, End: 9, Capacity: 1, Place: 1}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{2, 2, 4},
	},
	{
		name: "uphill takes longer than downhill",
		k: sketch{
			rules: matcher.Rules{Places: 2, Distances: []int{0, 3, 1, 0}}, volunteers: volunteers{{Shifts: 2}, {Shifts: 2}},
			shifts: shifts{
				{Start: 0, End: 2, Capacity: 1},
				{Start: 4, End: 5, Capacity: 1, Place: 1},
				{Start: 10, End: 12, Capacity: 1, Place: 1},
				{Start: 14, End: 15, Capacity: 1},
			},
			pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 2}, [3]int{1, 2, 1}, [3]int{1, 3, 1}),
		},
		fill: [3]int64{2, 2, 2}, roster: [3]int64{3, 3, 5},
	},
	{
		name: "the way from the first to the third, not by the second",
		k: sketch{
			rules:      matcher.Rules{Places: 3, Distances: []int{0, 1, 5, 1, 0, 1, 5, 1, 0}},
			volunteers: volunteers{{Shifts: 3}}, pairs: everybody(1, 3),
			shifts: shifts{{Start: 0, End: 1, Capacity: 1}, {Start: 2, End: 3, Capacity: 1, Place: 1}, {Start: 4, End: 5, Capacity: 1, Place: 2}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{2, 2, 4},
	},
	{
		name: "rest after a night",
		k: sketch{
			volunteers: volunteers{{Shifts: 3}}, pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 3}, [3]int{0, 2, 2}),
			shifts: shifts{{Start: 0, End: 8, Capacity: 1, Rest: 8}, {Start: 15, End: 16, Capacity: 1}, {Start: 16, End: 17, Capacity: 1}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{2, 3, 4},
	},
	{
		name: "one's own rest",
		k: sketch{
			volunteers: volunteers{{Shifts: 2, Rest: 3}, {Shifts: 2, Rest: 2}}, pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 1}, [3]int{1, 0, 2}, [3]int{1, 1, 2}),
			shifts: shifts{{Start: 0, End: 4, Capacity: 2}, {Start: 6, End: 9, Capacity: 2}},
		},
		fill: [3]int64{2, 3, 2}, roster: [3]int64{3, 5, 5},
	},
	{
		name: "a promise overlaps",
		k: sketch{
			volunteers: make(volunteers, 1), pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 2}),
			shifts:      shifts{{Start: 5, End: 6, Capacity: 1}, {Start: 10, End: 11, Capacity: 1}},
			commitments: promises{{Start: 0, End: 10}},
		},
		fill: [3]int64{1, 2, 1}, roster: [3]int64{1, 2, 1},
	},
	{
		name: "a promise asks for rest, and for travel",
		k: sketch{
			rules: matcher.Rules{Travel: 1}, volunteers: make(volunteers, 1), pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 2}, [3]int{0, 2, 3}),
			shifts:      shifts{{Start: 14, End: 15, Capacity: 1}, {Start: -3, End: 0, Capacity: 1, Place: 2}, {Start: -4, End: -1, Capacity: 1, Place: 2}},
			commitments: promises{{Start: 0, End: 10, Rest: 5, Place: 1}},
		},
		fill: [3]int64{1, 3, 1}, roster: [3]int64{1, 3, 1},
	},
	{
		name: "two promises cross, and nobody minds",
		k: sketch{
			volunteers: make(volunteers, 1), pairs: everybody(1, 1), shifts: shifts{{Start: 20, End: 21, Capacity: 1}},
			commitments: promises{{Start: 0, End: 10}, {Start: 5, End: 15}, {Start: 20, End: 20}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{1, 1, 1},
	},
}

// limitProblems are about hours, days and weeks.
var limitProblems = []problem{
	{
		name: "a limit of time",
		k: sketch{
			volunteers: volunteers{{Shifts: 3, Time: 5}}, pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 1}, [3]int{0, 2, 9}),
			shifts: shifts{{Start: 0, End: 3, Capacity: 1}, {Start: 10, End: 13, Capacity: 1}, {Start: 20, End: 22, Capacity: 1}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{2, 10, 4},
	},
	{
		name: "a shift longer than one's time",
		k: sketch{
			volunteers: volunteers{{Shifts: 3, Time: 5}}, pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 9}),
			shifts: shifts{{Start: 0, End: 6, Capacity: 1}, {Start: 10, End: 15, Capacity: 1}},
		},
		fill: [3]int64{1, 9, 1}, roster: [3]int64{1, 9, 1},
	},
	{
		name: "a limit of a day, which midnight ends",
		k: sketch{
			rules: matcher.Rules{Day: 10}, volunteers: volunteers{{Shifts: 3, TimeDay: 5}}, pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 2}, [3]int{0, 2, 3}),
			shifts: shifts{{Start: 0, End: 3, Capacity: 1}, {Start: 6, End: 9, Capacity: 1}, {Start: 10, End: 13, Capacity: 1}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{2, 4, 4},
	},
	{
		name: "a single shift is never too long for a day or a week",
		k: sketch{
			rules: matcher.Rules{Day: 10}, volunteers: volunteers{{Shifts: 3, TimeDay: 5, TimeWeek: 5}}, pairs: everybody(1, 2),
			shifts: shifts{{Start: 0, End: 9, Capacity: 1}, {Start: 70, End: 79, Capacity: 1}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{2, 2, 4},
	},
	{
		name: "before the origin there are days, too",
		k: sketch{
			rules: matcher.Rules{Day: 10}, volunteers: volunteers{{Shifts: 3, TimeDay: 5}}, pairs: everybody(1, 3),
			shifts: shifts{{Start: -4, End: -1, Capacity: 1}, {Start: 4, End: 7, Capacity: 1}, {Start: -10, End: -8, Capacity: 1}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{3, 3, 9},
	},
	{
		name: "a week begins with any shift",
		k: sketch{
			rules: matcher.Rules{Day: 10}, volunteers: volunteers{{Shifts: 3, TimeWeek: 5}}, pairs: everybody(1, 3),
			shifts: shifts{{Start: 5, End: 8, Capacity: 1}, {Start: 74, End: 77, Capacity: 1}, {Start: 144, End: 147, Capacity: 1}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{2, 2, 4},
	},
	{
		name: "promises count for the day and the week, not for the plan",
		k: sketch{
			rules: matcher.Rules{Day: 10}, volunteers: volunteers{{Shifts: 3, TimeDay: 5, TimeWeek: 9, Time: 3}}, pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 2}, [3]int{0, 2, 3}),
			shifts:      shifts{{Start: 6, End: 9, Capacity: 1}, {Start: 63, End: 65, Capacity: 1}, {Start: 70, End: 73, Capacity: 1}},
			commitments: promises{{Start: 0, End: 3}, {Start: 10, End: 15}},
		},
		fill: [3]int64{1, 3, 1}, roster: [3]int64{1, 3, 1},
	},
	{
		name: "days in a row",
		k: sketch{
			rules: matcher.Rules{Day: 10}, volunteers: volunteers{{Shifts: 4, DaysInRow: 2}}, pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 1}, [3]int{0, 2, 2}, [3]int{0, 3, 1}),
			shifts: shifts{{Start: 0, End: 1, Capacity: 1}, {Start: 10, End: 11, Capacity: 1}, {Start: 20, End: 21, Capacity: 1}, {Start: 39, End: 41, Capacity: 1}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{3, 3, 9},
	},
	{
		name: "a promise joins two days to a row",
		k: sketch{
			rules: matcher.Rules{Day: 10}, volunteers: volunteers{{Shifts: 4, DaysInRow: 2}}, pairs: everybody(1, 2),
			shifts:      shifts{{Start: 0, End: 1, Capacity: 1}, {Start: 20, End: 21, Capacity: 1}},
			commitments: promises{{Start: 12, End: 13}},
		},
		fill: [3]int64{1, 1, 1}, roster: [3]int64{1, 1, 1},
	},
}

// crewProblems ask for so many people or none.
var crewProblems = []problem{
	{
		name: "one is no crew",
		k:    sketch{volunteers: make(volunteers, 1), shifts: shifts{{Capacity: 2, Crew: 2}}, pairs: everybody(1, 1)},
	},
	{
		name:   "three are one crew and no half",
		k:      sketch{volunteers: make(volunteers, 3), shifts: shifts{{Capacity: 4, Crew: 2}}, pairs: wants([3]int{0, 0, 4}, [3]int{1, 0, 5}, [3]int{2, 0, 6})},
		roster: [3]int64{2, 9, 2},
	},
	{
		name: "a crew before single wishes",
		k: sketch{
			volunteers: make(volunteers, 2), shifts: shifts{{Capacity: 2, Crew: 2}, {Capacity: 1}},
			pairs: wants([3]int{0, 0, 5}, [3]int{0, 1, 1}, [3]int{1, 0, 5}),
		},
		roster: [3]int64{2, 10, 2},
	},
	{
		name: "a crew, and one elsewhere",
		k: sketch{
			volunteers: make(volunteers, 3), shifts: shifts{{Capacity: 2, Crew: 2, Priority: 3}, {Capacity: 1}},
			pairs: wants([3]int{0, 0, 1}, [3]int{0, 1, 1}, [3]int{1, 0, 9}, [3]int{2, 0, 9}, [3]int{2, 1, 9}),
		},
		roster: [3]int64{7, 19, 3},
	},
	{
		name: "two crews of two people who cannot be in both",
		k: sketch{
			volunteers: volunteers{{Shifts: 2}, {Shifts: 2}, {}}, pairs: everybody(3, 2),
			shifts: shifts{{Start: 0, End: 2, Capacity: 2, Crew: 2}, {Start: 1, End: 3, Capacity: 2, Crew: 2}},
		},
		roster: [3]int64{2, 2, 2},
	},
}

// The judge finds what was found by hand. Where it differs, one of the two misreads the rules.
func TestOKProblemsByHand(t *testing.T) {
	for _, c := range problems {
		j := newJudge(c.k)
		check := func(what string, each int, want [3]int64) {
			got := j.judge(each, nil).best()
			if got.Value != want[0] || got.Rank != want[1] || got.Unfairness != want[2] {
				t.Errorf("%s: %s is %+v, want %v", c.name, what, got, want)
			}
		}
		if !c.k.crews() {
			check("one shift each", 1, c.fill)
		}
		check("several shifts each", several, c.roster)
	}
}
