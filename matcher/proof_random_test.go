package matcher_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/matcher/instance"
)

// chance answers a number from 0 up to, not with, n; it may be a random source or the bytes of a fuzzer.
type chance func(n int) int

func (c chance) oneIn(n int) bool { return c(n) == 0 }

// often is 0 most of the time, else a number from 1 to n.
func (c chance) sometimes(n int) int {
	if c.oneIn(3) {
		return 1 + c(n)
	}
	return 0
}

// draw makes a small problem with something of everything: crossing intervals, places, rest, limits, loads, crews,
// minimums, priorities, promises, ties and pairs told twice. What a whole problem has is drawn first, so that many have
// few kinds of things.
func draw(c chance, mostVolunteers, mostShifts int) sketch {
	var k sketch
	timed, daily, valued, ranks := !c.oneIn(3), c.oneIn(3), c.oneIn(2), []int{1, 3, 9, 100, matcher.MaxRank}[c(5)]
	limited, crews, standings, slots := c.oneIn(2), c.oneIn(6), c.oneIn(2), 1+c(3)
	if timed {
		k.rules = drawRules(c, daily)
	}
	volunteers, shifts, density := c(mostVolunteers+1), c(mostShifts+1), 1+c(4)
	if c.oneIn(4) {
		volunteers, shifts, density = mostVolunteers, mostShifts, 3
	}
	for range volunteers {
		v := matcher.Volunteer{Shifts: c(5), Load: c.sometimes(3)}
		if timed && limited {
			v.Time, v.Rest = c.sometimes(12), c.sometimes(3)
		}
		if timed && daily {
			v.TimeDay, v.TimeWeek, v.DaysInRow = c.sometimes(8), c.sometimes(12), c.sometimes(3)
		}
		k.volunteers = append(k.volunteers, v)
	}
	for range shifts {
		s := matcher.Shift{Capacity: c(slots + 1)}
		if timed {
			s.Start, s.Place, s.Rest = c(30)-5, c(3), c.sometimes(6)
			s.End = s.Start + c(7)
		}
		if daily { // short ones on days that follow each other, some a week later
			s.Start, s.Rest = c(20)-4+28*(c(3)/2), 0
			s.End = s.Start + c(4)
		}
		if valued {
			s.Priority, s.Minimum = c(4), c(s.Capacity+1)
		}
		if crews {
			s.Crew = 2
			s.Capacity = min(2*s.Capacity, 4)
		}
		k.shifts = append(k.shifts, s)
	}
	drawPairs(c, &k, density, ranks, standings)
	for range c.sometimes(4) {
		if timed && len(k.volunteers) > 0 {
			start := c(30) - 5 + 25*(c(3)/2)
			k.commitments = append(k.commitments, matcher.Commitment{
				Volunteer: c(len(k.volunteers)), Start: start, End: start + c(5), Place: c(3), Rest: c.sometimes(4),
			})
		}
	}
	if c.oneIn(8) {
		k = stretch(k)
	}
	return k
}

// stretch takes times, loads and priorities near their limits.
func stretch(k sketch) sketch {
	k = lengthen(k, matcher.MaxTime>>7)
	for v := range k.volunteers {
		k.volunteers[v].Load += matcher.MaxLoad - 3
	}
	for s := range k.shifts {
		k.shifts[s].Priority *= matcher.MaxPriority / 3
	}
	return k
}

// lengthen multiplies all times, which changes nothing.
func lengthen(k sketch, times int) sketch {
	k = k.clone()
	k.rules.Day, k.rules.Travel = k.rules.Day*times, k.rules.Travel*times
	for i := range k.rules.Distances {
		k.rules.Distances[i] *= times
	}
	for i := range k.volunteers {
		v := &k.volunteers[i]
		v.Time, v.TimeDay, v.TimeWeek, v.Rest = v.Time*times, v.TimeDay*times, v.TimeWeek*times, v.Rest*times
	}
	for i := range k.shifts {
		s := &k.shifts[i]
		s.Start, s.End, s.Rest = s.Start*times, s.End*times, s.Rest*times
	}
	for i := range k.commitments {
		p := &k.commitments[i]
		p.Start, p.End, p.Rest = p.Start*times, p.End*times, p.Rest*times
	}
	return k
}

// clone is a sketch with slices of its own.
func (k sketch) clone() sketch {
	k.rules.Distances = slices.Clone(k.rules.Distances)
	k.volunteers, k.shifts = slices.Clone(k.volunteers), slices.Clone(k.shifts)
	k.pairs, k.commitments = slices.Clone(k.pairs), slices.Clone(k.commitments)
	return k
}

func drawRules(c chance, daily bool) matcher.Rules {
	rules := matcher.Rules{Travel: c(3)}
	if daily {
		rules.Travel = c(2)
		rules.Day = 4
	}
	if c.oneIn(4) {
		rules.Places = 3
		for range 9 {
			rules.Distances = append(rules.Distances, c(5))
		}
	}
	return rules
}

func drawPairs(c chance, k *sketch, density, ranks int, standings bool) {
	for v := range k.volunteers {
		for s := range k.shifts {
			if c(4) >= density {
				continue
			}
			for told := 1 + c(8)/7; told > 0; told-- {
				p := matcher.Pair{Volunteer: v, Shift: s, Rank: c(ranks + 1)}
				if standings {
					p.Standing = c(4)
				}
				k.pairs = append(k.pairs, p)
			}
		}
	}
}

// chanceOf is a random source of numbers.
func chanceOf(seed uint64) chance { return rand.New(rand.NewPCG(seed, 0)).IntN }

// forRandom hands small random problems to a proof, many at once, and shows the one that fails.
func forRandom(t *testing.T, problems, mostVolunteers, mostShifts int, prove func(k sketch, c chance) error) {
	t.Helper()
	if testing.Short() {
		problems /= 10
	}
	problems /= raceDivisor
	const parts = 4
	for part := range parts {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for seed := part; seed < problems; seed += parts {
				again := func(k sketch) error { return prove(k, chanceOf(uint64(seed))) }
				k := draw(chanceOf(uint64(seed)), mostVolunteers, mostShifts)
				if again(k) != nil {
					k = shrink(k, func(k sketch) bool { return again(k) != nil })
					t.Fatalf("problem %d: %v\n%s", seed, again(k), k)
				}
			}
		})
	}
}

// shrink leaves out what the failure does not need.
func shrink(k sketch, fails func(sketch) bool) sketch {
	try := func(change func(*sketch)) {
		smaller := k.clone()
		change(&smaller)
		if _, err := smaller.build(); err == nil && fails(smaller) {
			k = smaller
		}
	}
	for i := range slices.Backward(k.pairs) {
		try(func(k *sketch) { k.pairs = slices.Delete(k.pairs, i, i+1) })
	}
	for i := range slices.Backward(k.commitments) {
		try(func(k *sketch) { k.commitments = slices.Delete(k.commitments, i, i+1) })
	}
	for i := range slices.Backward(k.volunteers) {
		try(func(k *sketch) { k.volunteers = k.volunteers[:i] })
	}
	for i := range slices.Backward(k.shifts) {
		try(func(k *sketch) { k.shifts = k.shifts[:i] })
	}
	for i := range k.volunteers {
		try(func(k *sketch) { k.volunteers[i] = matcher.Volunteer{Shifts: k.volunteers[i].Shifts} })
	}
	for i := range k.shifts {
		try(func(k *sketch) { k.shifts[i] = matcher.Shift{Capacity: k.shifts[i].Capacity} })
	}
	try(func(k *sketch) { k.rules = matcher.Rules{} })
	return k
}

// String is a sketch as a test would write it.
func (k sketch) String() string {
	lines := []string{fmt.Sprintf("rules %+v", k.rules)}
	for i, v := range k.volunteers {
		lines = append(lines, fmt.Sprintf("volunteer %d %+v", i, v))
	}
	for i, s := range k.shifts {
		lines = append(lines, fmt.Sprintf("shift %d %+v", i, s))
	}
	for _, p := range k.pairs {
		lines = append(lines, fmt.Sprintf("pair %+v", p))
	}
	for _, c := range k.commitments {
		lines = append(lines, fmt.Sprintf("commitment %+v", c))
	}
	return strings.Join(lines, "\n")
}

// given is what a proof of one solver needs.
type given struct {
	j *judge
	p *matcher.Problem
	c chance
}

func give(k sketch, c chance) (given, error) {
	p, err := k.build()
	return given{newJudge(k), p, c}, err
}

// crews tells that the problem has some.
func (k sketch) crews() bool {
	return slices.ContainsFunc(k.shifts, func(s matcher.Shift) bool { return s.Crew > 1 })
}

// lawful tells which rule a plan breaks, or in what its score is not its own.
func (g given) lawful(plan *matcher.Plan, signed []matcher.Assignment) error {
	for i := range plan.Assignments[:max(len(plan.Assignments)-1, 0)] {
		if a, b := plan.Assignments[i], plan.Assignments[i+1]; a.Volunteer > b.Volunteer || a.Volunteer == b.Volunteer && a.Shift >= b.Shift {
			return fmt.Errorf("%v stands before %v", a, b)
		}
	}
	if err := g.j.check(plan.Assignments); err != nil {
		return err
	}
	if err := g.p.Check(plan.Assignments); err != nil {
		return err
	}
	if score := g.j.score(plan.Assignments, signed); score != plan.Score {
		return fmt.Errorf("said %+v, is %+v", plan.Score, score)
	}
	return nil
}

// shared is one of the problems in testdata.
func shared(t testing.TB, name string) (*matcher.Problem, *judge) {
	t.Helper()
	p, err := readShared(name)
	if err != nil {
		t.Fatal(err)
	}
	return p, newJudge(sketchOf(p))
}

func readShared(name string) (*matcher.Problem, error) {
	file, err := os.Open("testdata/" + name + ".txt.gz")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	p, _, err := instance.Read(file)
	return p, err
}

// sketchOf is what a problem was built from.
func sketchOf(p *matcher.Problem) sketch {
	k := sketch{rules: p.Rules()}
	for s := range p.Shifts() {
		k.shifts = append(k.shifts, p.Shift(s))
	}
	for v := range p.Volunteers() {
		k.volunteers = append(k.volunteers, p.Volunteer(v))
		k.commitments = append(k.commitments, p.CommitmentsOf(v)...)
		shifts, ranks := p.PairsOf(v)
		standings := p.StandingsOf(v)
		for i, s := range shifts {
			pair := matcher.Pair{Volunteer: v, Shift: int(s), Rank: int(ranks[i])}
			if standings != nil {
				pair.Standing = int(standings[i])
			}
			k.pairs = append(k.pairs, pair)
		}
	}
	return k
}
