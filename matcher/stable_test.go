package matcher

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// twoSided is a small problem as a test sees it, by itself: rank and standing of every pair, rank -1 for no pair that
// can be.
type twoSided struct {
	problem                     *Problem
	rank, standing              [][]int
	load                        []int
	capacity, minimum, priority []int
}

// randomTwoSided makes a problem of at most so many volunteers and shifts, with ties, missing standings, commitments and
// shifts of no slots.
func randomTwoSided(t *testing.T, r *rand.Rand, volunteers, shifts int) twoSided {
	t.Helper()
	volunteers, shifts = r.IntN(volunteers+1), r.IntN(shifts+1)
	ties := 1 + r.IntN(5)
	var small twoSided
	b := NewBuilder(Rules{})
	for range volunteers {
		small.load = append(small.load, r.IntN(2))
		b.Volunteer(Volunteer{Load: small.load[len(small.load)-1]})
	}
	for s := range shifts {
		capacity := r.IntN(4)
		small.capacity = append(small.capacity, capacity)
		small.minimum = append(small.minimum, r.IntN(capacity+1))
		small.priority = append(small.priority, 1+r.IntN(2))
		b.Shift(Shift{Start: 10 * s, End: 10*s + 10, Capacity: capacity, Minimum: small.minimum[s], Priority: small.priority[s]})
	}
	pairs := []Pair{}
	for v := range volunteers {
		busy := -1
		if shifts > 0 && r.IntN(4) == 0 {
			busy = r.IntN(shifts)
			b.Commit(Commitment{Volunteer: v, Start: 10*busy + 9, End: 10*busy + 10})
		}
		ranks, standings := make([]int, shifts), make([]int, shifts)
		for s := range shifts {
			ranks[s] = -1
			if r.IntN(4) == 0 {
				continue
			}
			rank := r.IntN(ties)
			standings[s] = r.IntN(ties + 1)
			pairs = append(pairs, Pair{v, s, rank, standings[s]})
			if s != busy {
				ranks[s] = rank
			}
		}
		small.rank, small.standing = append(small.rank, ranks), append(small.standing, standings)
	}
	r.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	for _, pair := range pairs {
		b.Pair(pair)
	}
	small.problem = built(t, b)
	return small
}

func built(t testing.TB, b *Builder) *Problem {
	t.Helper()
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// wants tells whether the volunteer would rather have s than what they hold, by their wishes once ties are broken or,
// weakly, by rank alone. -1 is nothing.
func (w twoSided) wants(v, s, holds int, weakly bool) bool {
	switch {
	case w.rank[v][s] < 0:
		return false
	case holds < 0:
		return true
	case weakly:
		return w.rank[v][s] < w.rank[v][holds]
	}
	return cmp.Or(cmp.Compare(w.rank[v][s], w.rank[v][holds]), cmp.Compare(s, holds)) < 0
}

// prefers tells whether the shift would rather have v than u, once ties are broken or, weakly, by standing alone.
func (w twoSided) prefers(s, v, u int, weakly bool) bool {
	standing := func(v int) int {
		if w.standing[v][s] == 0 {
			return math.MaxInt
		}
		return w.standing[v][s]
	}
	by := cmp.Compare(standing(v), standing(u))
	if !weakly {
		by = cmp.Or(by, cmp.Compare(w.load[v], w.load[u]), cmp.Compare(v, u))
	}
	return by < 0
}

// blocking looks for a blocking pair from the definition: holds is everybody's shift, or -1.
func (w twoSided) blocking(holds []int, closed []int, weakly bool) (Assignment, bool) {
	for v := range w.rank {
		for s := range w.capacity {
			if slices.Contains(closed, s) || !w.wants(v, s, holds[v], weakly) {
				continue
			}
			taken, gains := 0, false
			for u, held := range holds {
				if held == s {
					taken++
					gains = gains || w.prefers(s, v, u, weakly)
				}
			}
			if gains || taken < w.capacity[s] {
				return Assignment{v, s}, true
			}
		}
	}
	return Assignment{}, false
}

// each calls f with every way to give the volunteers at most one shift each that capacities allow.
func (w twoSided) each(f func(holds []int)) {
	holds, taken := make([]int, len(w.rank)), make([]int, len(w.capacity))
	var give func(v int)
	give = func(v int) {
		if v == len(holds) {
			f(holds)
			return
		}
		holds[v] = -1
		give(v + 1)
		for s := range w.capacity {
			if w.rank[v][s] >= 0 && taken[s] < w.capacity[s] {
				taken[s]++
				holds[v] = s
				give(v + 1)
				taken[s]--
			}
		}
	}
	give(0)
}

// held is a proposal as everybody's shift, or -1.
func held(volunteers int, assignments []Assignment) []int {
	holds := slices.Repeat([]int{-1}, volunteers)
	for _, a := range assignments {
		holds[a.Volunteer] = a.Shift
	}
	return holds
}

func assigned(holds []int) (assignments []Assignment) {
	for v, s := range holds {
		if s >= 0 {
			assignments = append(assignments, Assignment{v, s})
		}
	}
	return assignments
}

// textbook is deferred acceptance in rounds, as Gale and Shapley wrote it, without the closed shifts.
func (w twoSided) textbook(closed []int) []int {
	holds := slices.Repeat([]int{-1}, len(w.rank))
	refused := map[Assignment]bool{}
	for again := true; again; {
		again = false
		for v := range holds {
			if holds[v] >= 0 {
				continue
			}
			for s := range w.capacity {
				if !refused[Assignment{v, s}] && !slices.Contains(closed, s) && w.wants(v, s, holds[v], false) {
					holds[v], again = s, true
				}
			}
		}
		for s, capacity := range w.capacity {
			people := []int{}
			for v := range holds {
				if holds[v] == s {
					people = append(people, v)
				}
			}
			slices.SortFunc(people, func(v, u int) int {
				if w.prefers(s, v, u, false) {
					return -1
				}
				return 1
			})
			for _, v := range people[min(capacity, len(people)):] {
				refused[Assignment{v, s}], holds[v] = true, -1
			}
		}
	}
	return holds
}

func TestOKStableIsBestForEveryVolunteerOfAllStablePlans(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 1500 {
		small := randomTwoSided(t, r, 6, 4)
		plan, err := Stable(t.Context(), small.problem, StableOptions{})
		if err != nil {
			t.Fatal(err)
		}
		holds, found := held(len(small.rank), plan.Assignments), false
		if pair, ok := small.blocking(holds, nil, true); ok {
			t.Fatalf("%+v of %v: %v blocks", plan, small, pair)
		}
		small.each(func(other []int) {
			if _, ok := small.blocking(other, nil, false); ok {
				return
			}
			found = found || slices.Equal(holds, other)
			for v, s := range other {
				if s >= 0 && small.wants(v, s, holds[v], false) {
					t.Fatalf("%+v of %+v: volunteer %d has %d in the stable %v", plan, small, v, s, other)
				}
			}
			if short := small.short(other); !slices.Equal(short, plan.Short) {
				t.Fatalf("%+v of %+v: short, but %v in the stable %v", plan, small, short, other)
			}
		})
		if !found {
			t.Fatalf("%+v is not among the stable plans of %+v", plan, small)
		}
		if want := small.problem.ScoreOf(plan.Assignments); plan.Score != want {
			t.Fatalf("score %+v, want %+v", plan.Score, want)
		}
	}
}

// short are the shifts below their minimum.
func (w twoSided) short(holds []int) (short []int) {
	for s, minimum := range w.minimum {
		n := 0
		for _, h := range holds {
			if h == s {
				n++
			}
		}
		if n < minimum {
			short = append(short, s)
		}
	}
	return short
}

func TestOKVerifyFindsWhatTheDefinitionFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	stable, blocked := 0, 0
	for range 1000 {
		small := randomTwoSided(t, r, 6, 4)
		small.each(func(holds []int) {
			if r.IntN(10) != 0 {
				return
			}
			_, want := small.blocking(holds, nil, true)
			pair, err := Verify(small.problem, assigned(holds))
			if err != nil || (pair != nil) != want {
				t.Fatalf("Verify of %v in %+v: %+v, %v, blocking pair: %t", holds, small, pair, err, want)
			}
			if pair == nil {
				stable++
				return
			}
			blocked++
			small.checkBlocking(t, holds, pair)
		})
	}
	if stable < 100 || blocked < 1000 {
		t.Errorf("%d stable and %d blocked plans are too few", stable, blocked)
	}
}

// checkBlocking holds every field of a blocking pair to the problem.
func (w twoSided) checkBlocking(t *testing.T, holds []int, pair *BlockingPair) {
	t.Helper()
	v, s := pair.Volunteer, pair.Shift
	taken := 0
	for _, h := range holds {
		if h == s {
			taken++
		}
	}
	ok := w.wants(v, s, holds[v], true) && pair.Holds == holds[v] && pair.Rank == w.rank[v][s] && pair.Standing == w.standing[v][s]
	if pair.Holds >= 0 {
		ok = ok && pair.HoldsRank == w.rank[v][pair.Holds]
	}
	if taken < w.capacity[s] {
		ok = ok && pair.Replaces == -1 && pair.ReplacesStanding == 0
	} else {
		ok = ok && pair.Replaces >= 0 && holds[pair.Replaces] == s && w.prefers(s, v, pair.Replaces, true) &&
			pair.ReplacesStanding == w.standing[pair.Replaces][s]
	}
	if !ok {
		t.Fatalf("%v in %+v: %+v is no blocking pair", holds, w, pair)
	}
}

func TestOKCloseShortEqualsStartingAgainWithoutTheClosed(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	several := 0
	for i := range 4000 {
		small := randomTwoSided(t, r, 6, 4)
		if i%2 == 0 {
			small = randomTwoSided(t, r, 25, 12)
		}
		var closed []int
		holds := small.textbook(nil)
		for {
			worst, share := -1, func(s int) float64 {
				n := 0
				for _, h := range holds {
					if h == s {
						n++
					}
				}
				return float64(n) / float64(small.minimum[s])
			}
			for _, s := range small.short(holds) {
				if !slices.Contains(closed, s) && (worst < 0 || cmp.Or(cmp.Compare(small.priority[s], small.priority[worst]),
					cmp.Compare(share(s), share(worst)), -1) < 0) {
					worst = s
				}
			}
			if worst < 0 {
				break
			}
			closed = append(closed, worst)
			holds = small.textbook(closed)
		}
		slices.Sort(closed)
		if len(closed) > 1 {
			several++
		}
		plan, err := Stable(t.Context(), small.problem, StableOptions{CloseShort: true})
		if err != nil || !slices.Equal(plan.Closed, closed) || !slices.Equal(held(len(holds), plan.Assignments), holds) {
			t.Fatalf("%+v, %v; want %v and closed %v of %+v", plan, err, holds, closed, small)
		}
		if pair, err := Verify(small.problem, plan.Assignments, plan.Closed...); pair != nil || err != nil || len(plan.Short) > 0 {
			t.Fatalf("%+v: %+v, %v", plan, pair, err)
		}
	}
	if several < 100 {
		t.Errorf("only %d problems closed several shifts", several)
	}
}

func TestOKStableOfManyPairsEach(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, restricted := range []bool{false, true} {
		var wide twoSided
		b := NewBuilder(Rules{})
		const volunteers, shifts = 150, 150
		for s := range shifts {
			b.Shift(Shift{Start: s, End: s + 1 + s%2, Capacity: 1})
			wide.capacity, wide.minimum = append(wide.capacity, 1), append(wide.minimum, 0)
		}
		for v := range volunteers {
			person := Volunteer{}
			if restricted {
				person.Time = 1
			}
			b.Volunteer(person)
			wide.load = append(wide.load, 0)
			ranks, standings := make([]int, shifts), make([]int, shifts)
			for s := range shifts {
				// All want the same and the shifts like who comes last best: everybody is replaced again and again.
				ranks[s], standings[s] = s/3+r.IntN(3), volunteers-v+r.IntN(20)
				b.Pair(Pair{v, s, ranks[s], standings[s]})
				if restricted && s%2 == 1 {
					ranks[s] = -1
				}
			}
			wide.rank, wide.standing = append(wide.rank, ranks), append(wide.standing, standings)
		}
		plan, err := Stable(t.Context(), built(t, b), StableOptions{})
		if want := assigned(wide.textbook(nil)); err != nil || !slices.Equal(plan.Assignments, want) {
			t.Errorf("restricted %t: %v, %v, want %v", restricted, plan, err, want)
		}
	}
}

// oneShift is a problem of one shift and volunteers who want it, with these standings.
func oneShift(t *testing.T, shift Shift, loads []int, standings ...int) *Problem {
	t.Helper()
	b := NewBuilder(Rules{})
	b.Shift(shift)
	for v, standing := range standings {
		b.Volunteer(Volunteer{Load: loads[v]})
		b.Pair(Pair{Volunteer: v, Standing: standing})
	}
	return built(t, b)
}

func TestOKStableBreaksTiesAsWritten(t *testing.T) {
	for _, c := range []struct {
		name             string
		loads, standings []int
		want             int
	}{
		{"the better standing", []int{0, 5}, []int{2, 1}, 1},
		{"any standing before none", []int{0, 5}, []int{0, MaxRank}, 1},
		{"less load", []int{5, 0}, []int{1, 1}, 1},
		{"less load where nobody has a standing", []int{5, 0}, []int{0, 0}, 1},
		{"the lower number", []int{3, 3}, []int{7, 7}, 0},
	} {
		p := oneShift(t, Shift{Capacity: 1}, c.loads, c.standings...)
		plan, err := Stable(t.Context(), p, StableOptions{})
		if err != nil || !slices.Equal(plan.Assignments, []Assignment{{c.want, 0}}) {
			t.Errorf("%s: %+v, %v, want volunteer %d", c.name, plan, err, c.want)
		}
		// The other one differs in ties alone, or blocks.
		pair, err := Verify(p, []Assignment{{1 - c.want, 0}})
		if tie := c.standings[0] == c.standings[1]; err != nil || (pair == nil) != tie {
			t.Errorf("%s: %+v, %v, a tie: %t", c.name, pair, err, tie)
		}
	}
}

func TestOKStableBreaksEqualRanksByShift(t *testing.T) {
	b := NewBuilder(Rules{})
	b.Volunteer(Volunteer{})
	for range 3 {
		b.Shift(Shift{Capacity: 1})
	}
	for _, s := range []int{2, 1, 0} {
		b.Pair(Pair{Shift: s, Rank: min(s, 1)})
	}
	b.Volunteer(Volunteer{})
	b.Pair(Pair{Volunteer: 1, Shift: 2, Rank: 4})
	b.Pair(Pair{Volunteer: 1, Shift: 1, Rank: 4})
	plan, err := Stable(t.Context(), built(t, b), StableOptions{})
	if want := []Assignment{{0, 0}, {1, 1}}; err != nil || !slices.Equal(plan.Assignments, want) {
		t.Errorf("%+v, %v, want %v", plan, err, want)
	}
}

func TestOKStableOfNothing(t *testing.T) {
	for name, fill := range map[string]func(*Builder){
		"nothing":       func(*Builder) {},
		"no shifts":     func(b *Builder) { b.Volunteer(Volunteer{}) },
		"no volunteers": func(b *Builder) { b.Shift(Shift{Capacity: 1}) },
		"no pairs":      func(b *Builder) { b.Shift(Shift{Capacity: 1}); b.Volunteer(Volunteer{}) },
		"no slots":      func(b *Builder) { b.Shift(Shift{}); b.Volunteer(Volunteer{}); b.Pair(Pair{}) },
	} {
		b := NewBuilder(Rules{})
		fill(b)
		p := built(t, b)
		plan, err := Stable(t.Context(), p, StableOptions{CloseShort: true})
		if err != nil || len(plan.Assignments)+len(plan.Short)+len(plan.Closed) > 0 || plan.Score != (Score{}) {
			t.Errorf("%s: %+v, %v", name, plan, err)
		}
		if pair, err := Verify(p, nil); pair != nil || err != nil {
			t.Errorf("%s: %+v, %v", name, pair, err)
		}
	}
}

func TestOKStableIsTheSameForEveryOrderOfPairsAndForPairsTwice(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	pairs := []Pair{}
	for v := range 40 {
		for range 8 {
			pairs = append(pairs, Pair{v, r.IntN(15), r.IntN(5), r.IntN(6)})
		}
	}
	var first *StablePlan
	for range 20 {
		b := NewBuilder(Rules{})
		for v := range 40 {
			b.Volunteer(Volunteer{Load: v % 3})
		}
		for range 15 {
			b.Shift(Shift{Capacity: 2, Minimum: 1})
		}
		r.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
		for i, pair := range pairs {
			b.Pair(pair)
			if i%7 == 0 {
				b.Pair(pair)
			}
		}
		plan, err := Stable(t.Context(), built(t, b), StableOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = plan
		}
		if !slices.Equal(plan.Assignments, first.Assignments) {
			t.Fatalf("%v, before %v", plan, first)
		}
	}
}

func TestOKStableHoldsHugeCapacitiesInLittleMemory(t *testing.T) {
	b := NewBuilder(Rules{})
	for range 2000 {
		b.Shift(Shift{Capacity: MaxCapacity, Minimum: 1, Priority: 1})
		b.Volunteer(Volunteer{})
	}
	for v := range 2000 {
		b.Pair(Pair{Volunteer: v, Shift: v / 100})
	}
	p := built(t, b)
	if n := slots(p)[len(p.shifts)]; n > p.Pairs() {
		t.Errorf("%d slots for %d pairs", n, p.Pairs())
	}
	plan, err := Stable(t.Context(), p, StableOptions{CloseShort: true})
	if err != nil || len(plan.Assignments) != 2000 || len(plan.Closed) != 1980 {
		t.Errorf("%d placed, %d closed, %v", len(plan.Assignments), len(plan.Closed), err)
	}
}

func TestErrStableCrew(t *testing.T) {
	p := oneShift(t, Shift{Capacity: 2, Crew: 2}, []int{0}, 1)
	if _, err := Stable(t.Context(), p, StableOptions{}); !errors.Is(err, ErrCrew) {
		t.Errorf("Stable: %v", err)
	}
	if _, err := Verify(p, nil); !errors.Is(err, ErrCrew) {
		t.Errorf("Verify: %v", err)
	}
}

func TestErrStableEnded(t *testing.T) {
	p := crowd(t, 20_000, 5_000, 20)
	for n := range 3 {
		plan, err := Stable(&Ending{t.Context(), n}, p, StableOptions{})
		if plan != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("after %d: %v, %v", n, plan, err)
		}
	}
}

func TestErrStableEndedAmongCommitments(t *testing.T) {
	// The shifts that somebody wants more come later, so that all are asked about, beside all that is promised.
	const people, many = 40, 200
	b := NewBuilder(Rules{})
	for s := range many {
		b.Shift(Shift{Start: 2 * s, End: 2*s + 1, Capacity: 1})
	}
	for v := range people {
		b.Volunteer(Volunteer{})
		for s := range many {
			b.Pair(Pair{Volunteer: v, Shift: s, Rank: many - s})
			b.Commit(Commitment{Volunteer: v, Start: 2*s + 1, End: 2*s + 2})
		}
	}
	p := built(t, b)
	count := &Ending{t.Context(), 1 << 30}
	if _, err := Stable(count, p, StableOptions{}); err != nil {
		t.Fatal(err)
	}
	asked := 1<<30 - count.Left
	if least := people * many * many * 8 / (2 * pulseSteps); asked < least {
		t.Errorf("asked %d times, not %d", asked, least)
	}
	for left := 0; left < asked; left += 1 + asked/20 {
		if plan, err := Stable(&Ending{t.Context(), left}, p, StableOptions{}); plan != nil || !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d of %d: %v, %v", left, asked, plan, err)
		}
	}
}

func TestErrVerifyInfeasible(t *testing.T) {
	b := NewBuilder(Rules{})
	b.Volunteer(Volunteer{Shifts: 3})
	b.Volunteer(Volunteer{})
	for s := range 3 {
		b.Shift(Shift{Start: 10 * s, End: 10*s + 10, Capacity: 1})
	}
	for _, a := range []Assignment{{0, 0}, {0, 1}, {1, 0}, {1, 2}} {
		b.Pair(Pair{Volunteer: a.Volunteer, Shift: a.Shift})
	}
	b.Commit(Commitment{Volunteer: 1, Start: 25, End: 30})
	p := built(t, b)
	for name, c := range map[string]struct {
		assignments []Assignment
		closed      []int
		want        Violation
	}{
		"nobody":        {[]Assignment{{2, 0}}, nil, Violation{Assignment{2, 0}, NotEligible}},
		"no pair":       {[]Assignment{{0, 2}}, nil, Violation{Assignment{0, 2}, NotEligible}},
		"committed":     {[]Assignment{{1, 2}}, nil, Violation{Assignment{1, 2}, Overlap}},
		"too many":      {[]Assignment{{0, 0}, {1, 0}}, nil, Violation{Assignment{1, 0}, Full}},
		"two for one":   {[]Assignment{{0, 0}, {0, 1}}, nil, Violation{Assignment{0, 1}, LimitShifts}},
		"on the closed": {[]Assignment{{0, 0}}, []int{0}, Violation{Assignment{0, 0}, Full}},
	} {
		var violation *Violation
		if pair, err := Verify(p, c.assignments, c.closed...); pair != nil || !errors.As(err, &violation) || *violation != c.want {
			t.Errorf("%s: %v, %v, want %v", name, pair, err, c.want)
		}
	}
	var element *ElementError
	if _, err := Verify(p, nil, 0, 3); !errors.As(err, &element) || element.Index != 1 {
		t.Errorf("closing shift 3 of 0–2: %v", err)
	}
}

// crowd is a problem of the shared kind: shifts of lognormal popularity and four slots, volunteers who rank each of their
// pairs from 1 to 20, communities that know two in three of them.
func crowd(tb testing.TB, volunteers, shifts, pairs int) *Problem {
	tb.Helper()
	r := rand.New(rand.NewPCG(6, 6))
	b := NewBuilder(Rules{})
	popularity, total := make([]float64, shifts), 0.0
	for s := range shifts {
		b.Shift(Shift{Capacity: 4})
		total += math.Exp(r.NormFloat64())
		popularity[s] = total
	}
	b.Grow(volunteers * pairs)
	chosen := make([]int, pairs)
	for v := range volunteers {
		b.Volunteer(Volunteer{Load: r.IntN(5)})
		for i := range chosen {
			chosen[i] = min(shifts-1, searchFloat(popularity, r.Float64()*total))
		}
		slices.Sort(chosen)
		for _, s := range slices.Compact(chosen) {
			b.Pair(Pair{v, s, 1 + r.IntN(20), r.IntN(3) * (1 + r.IntN(10))})
		}
	}
	return built(tb, b)
}

func searchFloat(sorted []float64, x float64) int {
	i, _ := slices.BinarySearch(sorted, x)
	return i
}

func BenchmarkStable(b *testing.B) {
	for _, volunteers := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(volunteers), func(b *testing.B) {
			p := crowd(b, volunteers, volunteers/4, 20)
			var filled int
			b.ReportAllocs()
			for b.Loop() {
				plan, err := Stable(b.Context(), p, StableOptions{})
				if err != nil {
					b.Fatal(err)
				}
				filled = plan.Score.Filled
			}
			b.ReportMetric(float64(filled), "filled")
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms")
		})
	}
}

func BenchmarkStableFile(b *testing.B) {
	file, err := os.Open(os.Getenv("NUO_MATCH_FILE"))
	if err != nil {
		b.Skip("NUO_MATCH_FILE names no problem")
	}
	defer file.Close()
	builder := NewBuilder(Rules{})
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var kind string
		var x, y, z int
		_, _ = fmt.Sscan(lines.Text(), &kind, &x, &y, &z)
		switch kind {
		case "p":
			for range x {
				builder.Volunteer(Volunteer{})
			}
		case "s":
			builder.Shift(Shift{Capacity: y})
		case "e":
			builder.Pair(Pair{Volunteer: x, Shift: y, Rank: z})
		}
	}
	p := built(b, builder)
	for b.Loop() {
		plan, err := Stable(b.Context(), p, StableOptions{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(plan.Score.Filled), "filled")
	}
}
