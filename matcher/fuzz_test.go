package matcher_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"nuo.internal/nuo/matcher"
)

// change makes another problem of one, with a known relation of what is best in both.
type change struct {
	name  string
	apply func(k sketch, c chance) (changed sketch, ranks int64)
	// better tells that the other problem's Value may be higher; else it is the same, and the rank ranks times as high.
	better bool
	// renames tells that the volunteers or shifts have other numbers.
	renames bool
	// rounds tells that a search, which puts a price on time, may come to another of the equally good plans.
	rounds bool
}

var changes = []change{
	{name: "another order", apply: reorder, renames: true},
	{name: "every pair told twice", apply: tellTwice},
	{name: "ranks times a number", apply: scaleRanks},
	{name: "times times a number", apply: scaleTimes, rounds: true},
	{name: "a volunteer more", apply: doubleVolunteer, better: true},
	{name: "a slot more", apply: raiseCapacity, better: true},
	{name: "a pair more", apply: addPair, better: true},
}

func reorder(k sketch, c chance) (sketch, int64) {
	volunteer, shift, pair := permutation(c, len(k.volunteers)), permutation(c, len(k.shifts)), permutation(c, len(k.pairs))
	other := k.clone()
	for old, now := range volunteer {
		other.volunteers[now] = k.volunteers[old]
	}
	for old, now := range shift {
		other.shifts[now] = k.shifts[old]
	}
	for old, now := range pair {
		p := k.pairs[old]
		p.Volunteer, p.Shift = volunteer[p.Volunteer], shift[p.Shift]
		other.pairs[now] = p
	}
	for i := range other.commitments {
		other.commitments[i].Volunteer = volunteer[other.commitments[i].Volunteer]
	}
	return other, 1
}

func permutation(c chance, n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		j := c(i + 1)
		numbers[i], numbers[j] = numbers[j], i
	}
	return numbers
}

func tellTwice(k sketch, _ chance) (sketch, int64) {
	k.pairs = slices.Concat(k.pairs, k.pairs)
	return k, 1
}

func scaleRanks(k sketch, c chance) (sketch, int64) {
	times := 2 + c(9)
	k = k.clone()
	for i := range k.pairs {
		if k.pairs[i].Rank > matcher.MaxRank/times {
			return k.clone(), 1 // scaled, it would be above the highest rank
		}
	}
	for i := range k.pairs {
		k.pairs[i].Rank *= times
	}
	return k, int64(times)
}

func scaleTimes(k sketch, c chance) (sketch, int64) {
	times := 2 + c(9)
	for _, s := range k.shifts {
		if max(s.End, -s.Start, s.Rest) > matcher.MaxTime/times {
			return k, 1 // scaled, it would be above the latest time
		}
	}
	for _, p := range k.commitments {
		if max(p.End, -p.Start, p.Rest) > matcher.MaxTime/times {
			return k, 1
		}
	}
	for _, v := range k.volunteers {
		if max(v.Time, v.TimeDay, v.TimeWeek, v.Rest) > matcher.MaxTime/times {
			return k, 1
		}
	}
	return lengthen(k, times), 1
}

func doubleVolunteer(k sketch, c chance) (sketch, int64) {
	if len(k.volunteers) == 0 {
		return k, 1
	}
	k = k.clone()
	who, twin := c(len(k.volunteers)), len(k.volunteers)
	k.volunteers = append(k.volunteers, k.volunteers[who])
	for _, p := range k.pairs {
		if p.Volunteer == who {
			p.Volunteer = twin
			k.pairs = append(k.pairs, p)
		}
	}
	for _, p := range k.commitments {
		if p.Volunteer == who {
			p.Volunteer = twin
			k.commitments = append(k.commitments, p)
		}
	}
	return k, 1
}

func raiseCapacity(k sketch, c chance) (sketch, int64) {
	if len(k.shifts) == 0 {
		return k, 1
	}
	k = k.clone()
	s := &k.shifts[c(len(k.shifts))]
	s.Capacity += max(s.Crew, 1)
	return k, 1
}

func addPair(k sketch, c chance) (sketch, int64) {
	if len(k.volunteers) == 0 || len(k.shifts) == 0 {
		return k, 1
	}
	k = k.clone()
	k.pairs = append(k.pairs, matcher.Pair{Volunteer: c(len(k.volunteers)), Shift: c(len(k.shifts)), Rank: matcher.MaxRank})
	return k, 1
}

// compare tells where the best plans of a problem and of a changed one do not relate as they should. Both scores may be
// only near the best: then what the bounds rule out is all there is to find.
func (h change) compare(before, after *matcher.Plan, ranks int64) error {
	was, is := before.Score, after.Score
	wrong := fmt.Errorf("%s (× %d): %+v was the best of %+v, is of %+v", h.name, ranks, before, was, is)
	if after.Bound.Value < was.Value || !h.better && before.Bound.Value < is.Value {
		return wrong
	}
	if h.better || was.Value != is.Value {
		if before.Optimal && after.Optimal && is.Value < was.Value {
			return wrong
		}
		return nil
	}
	if is.Rank < ranks*before.Bound.Rank || after.Bound.Rank > ranks*was.Rank {
		return wrong
	}
	return nil
}

// chanceFrom draws from the bytes of a fuzzer, and zeros when they are used up.
func chanceFrom(data []byte) chance {
	return func(n int) int {
		value := 0
		for bytes := 1; len(data) > 0; bytes++ {
			value = value<<8 | int(data[0])
			data = data[1:]
			if bytes == 4 || 1<<(8*bytes) >= n {
				break
			}
		}
		return value % n
	}
}

// seeds are problems for a fuzzer to begin with, which are also run as tests.
func seeds(f *testing.F) {
	f.Helper()
	f.Add([]byte{})
	for seed := range 300 / raceDivisor {
		c := chanceOf(uint64(seed))
		data := make([]byte, 50+c(500))
		for i := range data {
			data[i] = byte(c(256))
		}
		f.Add(data)
	}
}

// eachChange solves a problem and all that the changes make of it.
func eachChange(t *testing.T, data []byte, solve func(p *matcher.Problem) (*matcher.Plan, error), compare func(h change, k, other sketch, before, after *matcher.Plan, ranks int64) error) {
	c := chanceFrom(data)
	k := draw(c, 12, 8)
	before, err := solve(k.problem(t))
	if errors.Is(err, matcher.ErrCrew) && k.crews() {
		return
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, k)
	}
	for _, h := range changes {
		other, ranks := h.apply(k, c)
		p, err := other.build()
		if err != nil {
			t.Fatalf("%s: %v\n%s", h.name, err, k)
		}
		after, err := solve(p)
		if err == nil {
			err = compare(h, k, other, before, after, ranks)
		}
		if err != nil {
			t.Fatalf("%s: %v\nof\n%s\nand\n%s", h.name, err, k, other)
		}
	}
}

func FuzzFill(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		solve := func(p *matcher.Problem) (*matcher.Plan, error) {
			plan, err := matcher.Fill(t.Context(), p)
			if err == nil {
				err = (given{newJudge(sketchOf(p)), p, nil}).lawful(plan, nil)
			}
			return plan, err
		}
		eachChange(t, data, solve, func(h change, _, _ sketch, before, after *matcher.Plan, ranks int64) error {
			was, is := before.Score, after.Score
			if !h.better && (was.Unfairness != is.Unfairness || was.Filled != is.Filled) || is.Filled < was.Filled {
				return fmt.Errorf("%+v became %+v", was, is)
			}
			if !h.better && !h.renames && ranks == 1 && !slices.Equal(before.Assignments, after.Assignments) {
				return fmt.Errorf("%v became %v", before.Assignments, after.Assignments)
			}
			return h.compare(before, after, ranks)
		})
	})
}

func FuzzRoster(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		solve := func(p *matcher.Problem) (*matcher.Plan, error) {
			plan, err := matcher.Roster(t.Context(), p, matcher.RosterOptions{Seed: 3, Steps: 100})
			if err == nil {
				err = (given{newJudge(sketchOf(p)), p, nil}).lawful(plan, nil)
			}
			return plan, err
		}
		eachChange(t, data, solve, func(h change, _, _ sketch, before, after *matcher.Plan, ranks int64) error {
			if err := h.compare(before, after, ranks); err != nil {
				return err
			}
			if !h.better && !h.renames && !h.rounds && ranks == 1 && !slices.Equal(before.Assignments, after.Assignments) {
				return fmt.Errorf("%v became %v", before.Assignments, after.Assignments)
			}
			return nil
		})
	})
}

// FuzzStable holds Stable to the same, as far as stability knows it: nothing that leaves the wishes as they are changes
// the plan, and what is renamed gives a plan as stable for the problem that it was.
func FuzzStable(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		solve := func(p *matcher.Problem) (*matcher.Plan, error) {
			plan, err := matcher.Stable(t.Context(), p, matcher.StableOptions{})
			if err != nil {
				return nil, err
			}
			pair, err := matcher.Verify(p, plan.Assignments)
			if pair != nil {
				return nil, fmt.Errorf("%v is blocked by %+v", plan.Assignments, pair)
			}
			answer := &matcher.Plan{Assignments: plan.Assignments, Score: plan.Score}
			if err == nil {
				err = (given{newJudge(sketchOf(p)), p, nil}).lawful(answer, nil)
			}
			return answer, err
		}
		eachChange(t, data, solve, func(h change, _, _ sketch, before, after *matcher.Plan, _ int64) error {
			if !h.better && !h.renames && !slices.Equal(before.Assignments, after.Assignments) {
				return fmt.Errorf("%v became %v", before.Assignments, after.Assignments)
			}
			return nil
		})
	})
}

// FuzzRepair holds Repair to the judge.
func FuzzRepair(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		c := chanceFrom(data)
		k := draw(c, 7, 5)
		if _, err := proveRepair(t, k, c, 20); err != nil {
			t.Fatalf("%v\n%s", err, k)
		}
	})
}

// FuzzExplain holds what Explain says of a roster to the judge.
func FuzzExplain(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		k := draw(chanceFrom(data), 8, 6)
		if err := proveExplain(t, k, 1); err != nil {
			t.Fatalf("%v\n%s", err, k)
		}
	})
}
