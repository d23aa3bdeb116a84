package matcher_test

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"testing"
	"unsafe"

	"nuo.internal/nuo/matcher"
)

// A thing that makes no sense is named, with its number and its field.
func TestErrBuild(t *testing.T) {
	day := matcher.Rules{Day: 10}
	one := sketch{rules: day, volunteers: make(volunteers, 1), shifts: make(shifts, 1)}
	volunteer := func(v matcher.Volunteer) sketch { k := one; k.volunteers = volunteers{{}, v}; return k }
	shift := func(s matcher.Shift) sketch { k := one; k.shifts = shifts{{}, s}; return k }
	pair := func(p matcher.Pair) sketch { k := one; k.pairs = []matcher.Pair{{}, p}; return k }
	promise := func(c matcher.Commitment) sketch { k := one; k.commitments = promises{{}, c}; return k }
	rules := func(r matcher.Rules) sketch { return sketch{rules: r} }
	placed := shift(matcher.Shift{Place: 2})
	placed.rules = matcher.Rules{Places: 2, Distances: make([]int, 4)}
	dayless := volunteer(matcher.Volunteer{DaysInRow: 1})
	dayless.rules = matcher.Rules{}
	for _, c := range []struct {
		k    sketch
		want string
	}{
		{rules(matcher.Rules{Day: -1}), "rules: Day is -1, below 0"},
		{rules(matcher.Rules{Travel: matcher.MaxTime + 1}), "rules: Travel is 1073741825, above 1073741824"},
		{rules(matcher.Rules{Places: 2, Distances: []int{1}}), "rules: Distances has 1 numbers, Places × Places are 4"},
		{rules(matcher.Rules{Places: 1, Distances: []int{-1}}), "rules: Distances[0] is -1, below 0"},
		{rules(matcher.Rules{Places: math.MaxInt, Distances: []int{1}}), "rules: Places is 9223372036854775807, above 32768"},
		{volunteer(matcher.Volunteer{Shifts: -1}), "volunteer 1: Shifts is -1, below 0"},
		{volunteer(matcher.Volunteer{Time: -1}), "volunteer 1: Time is -1, below 0"},
		{volunteer(matcher.Volunteer{TimeDay: -1}), "volunteer 1: TimeDay is -1, below 0"},
		{volunteer(matcher.Volunteer{TimeWeek: -1}), "volunteer 1: TimeWeek is -1, below 0"},
		{volunteer(matcher.Volunteer{DaysInRow: -1}), "volunteer 1: DaysInRow is -1, below 0"},
		{volunteer(matcher.Volunteer{Rest: -1}), "volunteer 1: Rest is -1, below 0"},
		{volunteer(matcher.Volunteer{Load: -1}), "volunteer 1: Load is -1, below 0"},
		{volunteer(matcher.Volunteer{Load: math.MaxInt}), "volunteer 1: Load is 9223372036854775807, above 1048576"},
		{dayless, "volunteer 1: TimeDay, TimeWeek, DaysInRow need Rules.Day, the length of a day"},
		{shift(matcher.Shift{Capacity: -1}), "shift 1: Capacity is -1, below 0"},
		{shift(matcher.Shift{Capacity: matcher.MaxCapacity + 1}), "shift 1: Capacity is 1048577, above 1048576"},
		{shift(matcher.Shift{Start: 2, End: 1}), "shift 1: End is 1, before Start 2"},
		{shift(matcher.Shift{Start: math.MinInt, End: math.MaxInt}), "shift 1: Start is -9223372036854775808, below -1073741824"},
		{shift(matcher.Shift{End: math.MaxInt}), "shift 1: End is 9223372036854775807, above 1073741824"},
		{shift(matcher.Shift{Minimum: -1}), "shift 1: Minimum is -1, below 0"},
		{shift(matcher.Shift{Capacity: 2, Minimum: 3}), "shift 1: Minimum is 3, above 2"},
		{shift(matcher.Shift{Priority: -1}), "shift 1: Priority is -1, below 0"},
		{shift(matcher.Shift{Priority: 1001}), "shift 1: Priority is 1001, above 1000"},
		{shift(matcher.Shift{Place: -1}), "shift 1: Place is -1, below 0"},
		{placed, "shift 1: Place is 2, above 1"},
		{shift(matcher.Shift{Rest: -1}), "shift 1: Rest is -1, below 0"},
		{shift(matcher.Shift{Crew: -1}), "shift 1: Crew is -1, below 0"},
		{shift(matcher.Shift{Capacity: 3, Crew: 2}), "shift 1: Crew is 2 and does not divide Capacity 3"},
		{pair(matcher.Pair{Volunteer: 1}), "pair 1: Volunteer 1 names nobody: there are 1 so far"},
		{pair(matcher.Pair{Volunteer: -1}), "pair 1: Volunteer -1 names nobody: there are 1 so far"},
		{pair(matcher.Pair{Shift: 1 << 40}), "pair 1: Shift 1099511627776 names nobody: there are 1 so far"},
		{pair(matcher.Pair{Rank: -1}), "pair 1: Rank is -1, below 0"},
		{pair(matcher.Pair{Rank: matcher.MaxRank + 1}), "pair 1: Rank is 2147483648, above 2147483647"},
		{pair(matcher.Pair{Standing: -1}), "pair 1: Standing is -1, below 0"},
		{promise(matcher.Commitment{Volunteer: 1}), "commitment 1: Volunteer 1 names nobody: there are 1 so far"},
		{promise(matcher.Commitment{Start: 1}), "commitment 1: End is 0, before Start 1"},
		{promise(matcher.Commitment{Place: -1}), "commitment 1: Place is -1, below 0"},
		{promise(matcher.Commitment{Rest: -1}), "commitment 1: Rest is -1, below 0"},
	} {
		_, err := c.k.build()
		var element *matcher.ElementError
		if !errors.As(err, &element) || err.Error() != "matcher: "+c.want {
			t.Errorf("%v\nwant %s", err, c.want)
		}
	}
}

// Several mistakes are told at once, and a million of them in few words.
func TestErrBuildTellsTen(t *testing.T) {
	b := matcher.NewBuilder(matcher.Rules{})
	for range 1_000_000 {
		b.Pair(matcher.Pair{})
	}
	_, err := b.Build()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 11 {
		t.Fatal(err)
	}
	if got := joined.Unwrap()[10].Error(); got != "matcher: and 1999990 more" {
		t.Error(got)
	}
	if got := joined.Unwrap()[9].Error(); got != "matcher: pair 4: Shift 0 names nobody: there are 0 so far" {
		t.Error(got)
	}
}

// What was built is what was told, in whatever order the pairs came.
func TestOKBuildRandom(t *testing.T) {
	forRandom(t, 2000, 8, 6, func(k sketch, c chance) error {
		j := newJudge(k)
		shuffled := k
		shuffled.pairs, shuffled.commitments = slices.Clone(k.pairs), slices.Clone(k.commitments)
		for i := range shuffled.pairs {
			other := c(i + 1)
			shuffled.pairs[i], shuffled.pairs[other] = shuffled.pairs[other], shuffled.pairs[i]
		}
		slices.Reverse(shuffled.commitments)
		for _, k := range []sketch{k, shuffled} {
			p, err := k.build()
			if err != nil {
				return err
			}
			if p.Volunteers() != len(k.volunteers) || p.Shifts() != len(k.shifts) || p.Pairs() != len(j.rank) {
				return fmt.Errorf("%d volunteers, %d shifts, %d pairs", p.Volunteers(), p.Shifts(), p.Pairs())
			}
			promised := 0
			for v := range k.volunteers {
				shifts, ranks := p.PairsOf(v)
				standings := p.StandingsOf(v)
				for i, s := range shifts {
					a := matcher.Assignment{Volunteer: v, Shift: int(s)}
					standing := 0
					if standings != nil {
						standing = int(standings[i])
					}
					if rank, eligible := j.rank[a]; !eligible || int(ranks[i]) != rank || standing != j.standing[a] {
						return fmt.Errorf("%v: rank %d, standing %d", a, ranks[i], standing)
					}
				}
				if !slices.IsSorted(shifts) {
					return fmt.Errorf("volunteer %d has %v", v, shifts)
				}
				for _, c := range p.CommitmentsOf(v) {
					if promised++; !slices.Contains(k.commitments, c) || c.Volunteer != v {
						return fmt.Errorf("promised %+v", c)
					}
				}
			}
			if promised != len(k.commitments) {
				return fmt.Errorf("%d promised", promised)
			}
		}
		return nil
	})
}

// A builder makes one problem: what is added later is told of, not lost.
func TestErrBuildTwice(t *testing.T) {
	b := matcher.NewBuilder(matcher.Rules{Places: 1, Distances: []int{0}})
	b.Volunteer(matcher.Volunteer{})
	b.Shift(matcher.Shift{})
	if p, err := b.Build(); err != nil || p.Volunteers() != 1 {
		t.Fatal(p, err)
	}
	if p, err := b.Build(); p != nil || !errors.Is(err, matcher.ErrBuilt) {
		t.Error("once more:", p, err)
	}
	b.Grow(10)
	b.Volunteer(matcher.Volunteer{})
	b.Shift(matcher.Shift{Place: 7})
	b.Pair(matcher.Pair{Volunteer: 7})
	b.Commit(matcher.Commitment{Place: 7})
	if p, err := b.Build(); p != nil || !errors.Is(err, matcher.ErrBuilt) {
		t.Error("added to:", p, err)
	}
}

// A builder that refused is not used up: it refuses again, in the same words.
func TestErrBuildRefusesAgain(t *testing.T) {
	b := matcher.NewBuilder(matcher.Rules{Day: -1})
	_, first := b.Build()
	if _, again := b.Build(); first == nil || again == nil || again.Error() != first.Error() {
		t.Error(first, again)
	}
}

// What the caller does with the distances later does not change a checked problem.
func TestOKBuildKeepsItsDistances(t *testing.T) {
	distances := []int{0, 3, 4, 0}
	b := matcher.NewBuilder(matcher.Rules{Places: 2, Distances: distances})
	distances[1] = -1
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	distances[2] = -1
	if p.Gap(0, 1) != 3 || p.Gap(1, 0) != 4 {
		t.Error(p.Rules().Distances)
	}
}

func TestOKBuildFillsDefaultsIn(t *testing.T) {
	p := sketch{volunteers: make(volunteers, 1), shifts: make(shifts, 1)}.problem(t)
	if p.Volunteer(0).Shifts != 1 || p.Shift(0).Priority != 1 || p.Shift(0).Crew != 1 {
		t.Error(p.Volunteer(0), p.Shift(0))
	}
}

// Standings that begin at a late pair are none for those before, and the other way round.
func TestOKBuildSomeStandings(t *testing.T) {
	for _, at := range []int{0, 1, 2} {
		k := sketch{volunteers: make(volunteers, 3), shifts: make(shifts, 1), pairs: everybody(3, 1)}
		k.pairs[at].Standing = 7
		p := k.problem(t)
		for v := range 3 {
			want := int32(0)
			if v == at {
				want = 7
			}
			if got := p.StandingsOf(v); len(got) != 1 || got[0] != want {
				t.Error(at, v, got)
			}
		}
	}
}

// Ten million pairs are held in 8 bytes each, Build asks for next to nothing in whatever order they came, and Stable and
// Fill take little more for them.
func TestOKTenMillionPairs(t *testing.T) {
	volunteers, each := 500_000, 20
	if testing.Short() || raceDivisor > 1 {
		volunteers /= 10
	}
	before := live()
	b := matcher.NewBuilder(matcher.Rules{})
	b.Grow(volunteers * each)
	for range each {
		b.Shift(matcher.Shift{Capacity: 1})
	}
	for range volunteers {
		b.Volunteer(matcher.Volunteer{})
	}
	for i := range volunteers * each { // shift by shift, and neither in order
		b.Pair(matcher.Pair{Volunteer: i * 7919 % volunteers, Shift: (i/volunteers + 7) % each, Rank: i / volunteers})
	}
	building, asked := live()-before, allocated()
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	asked = allocated() - asked
	pairs := uint64(volunteers * each)
	elements := uint64(volunteers * (72 + 8)) // an append may have left a quarter of room
	if most := 12*pairs + elements*5/4 + 1<<20; building > most {
		t.Errorf("the builder holds %d bytes, more than %d", building, most)
	}
	if most := pairs*2 + elements; asked > most {
		t.Errorf("Build asks for %d bytes, more than %d", asked, most)
	}
	if held, most := live()-before, 8*pairs+elements*5/4+1<<20; held > most {
		t.Errorf("the problem holds %d bytes, more than %d", held, most)
	}
	runtime.KeepAlive(p)
	before = allocated()
	if plan, err := matcher.Stable(t.Context(), p, matcher.StableOptions{}); err != nil || plan.Score.Filled != each {
		t.Error("Stable:", plan, err)
	}
	if bytes := allocated() - before; bytes > 4*pairs {
		t.Errorf("Stable allocates %d bytes for %d pairs", bytes, pairs)
	}
	before = allocated()
	if plan, err := matcher.Fill(t.Context(), p); err != nil || plan.Score.Filled != each {
		t.Error("Fill:", plan, err)
	}
	if bytes := allocated() - before; bytes > 24*pairs {
		t.Errorf("Fill allocates %d bytes for %d pairs", bytes, pairs)
	}
}

// What was told twice, and the room that was asked for and not needed, is given back.
func TestOKBuildGivesBack(t *testing.T) {
	const n = 100_000
	for _, grow := range []int{0, 3 * n} {
		before := live()
		b := matcher.NewBuilder(matcher.Rules{})
		b.Grow(grow)
		b.Volunteer(matcher.Volunteer{})
		for range n {
			b.Shift(matcher.Shift{})
		}
		for i := range 3 * n {
			b.Pair(matcher.Pair{Shift: i % n, Rank: 3*n - i, Standing: i})
		}
		p, err := b.Build()
		if err != nil || p.Pairs() != n {
			t.Fatal(p.Pairs(), err)
		}
		if held, most := live()-before, uint64(n*(64*5/4+12*9/8)+1<<16); held > most {
			t.Errorf("the problem holds %d bytes, more than %d", held, most)
		}
		if shifts, ranks := p.PairsOf(0); shifts[n-1] != n-1 || ranks[n-1] != 1 || ranks[0] != n {
			t.Error(shifts[n-1], ranks[n-1], ranks[0])
		}
		if standings := p.StandingsOf(0); standings[0] != n || standings[n-1] != n-1 {
			t.Error(standings[0], standings[n-1])
		}
	}
}

// What the manual says that the elements take, beside two borders of 8 bytes for a volunteer.
func TestOKElementSizes(t *testing.T) {
	if bits.UintSize != 64 {
		t.Skip("told for 64 bits")
	}
	for name, size := range map[string][2]uintptr{
		"volunteer":  {unsafe.Sizeof(matcher.Volunteer{}), 72 - 2*8},
		"shift":      {unsafe.Sizeof(matcher.Shift{}), 64},
		"commitment": {unsafe.Sizeof(matcher.Commitment{}), 40},
	} {
		if size[0] != size[1] {
			t.Errorf("%s: %d bytes, told %d", name, size[0], size[1])
		}
	}
}

func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
