package matcher

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// fillProblem is a problem of these volunteers, shifts and pairs.
func fillProblem(t *testing.T, volunteers []Volunteer, shifts []Shift, pairs []Pair) *Problem {
	t.Helper()
	b := NewBuilder(Rules{})
	for _, v := range volunteers {
		b.Volunteer(v)
	}
	for _, s := range shifts {
		b.Shift(s)
	}
	for _, pair := range pairs {
		b.Pair(pair)
	}
	return built(t, b)
}

// fillJudge tries every assignment of one shift each and answers the best score. It shares with the
// solver what Forbids and ScoreOf say, which have their own tests; proof_fill_test.go judges without them.
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
	for range 5000 {
		p := randomFill(r)
		got, want := checkFill(t, p).Score, fillJudge(p)
		if got != want {
			t.Fatalf("score %+v, best is %+v\n%+v", got, want, p)
		}
	}
}

func TestOKFillByHand(t *testing.T) {
	one, two := make([]Volunteer, 1), make([]Volunteer, 2)
	for name, c := range map[string]struct {
		volunteers []Volunteer
		shifts     []Shift
		pairs      []Pair
		want       []Assignment
	}{
		"nothing":           {},
		"nobody":            {shifts: []Shift{{Capacity: 2}}},
		"no shift":          {volunteers: two},
		"no pair":           {volunteers: two, shifts: []Shift{{Capacity: 2}}},
		"no slot":           {volunteers: one, shifts: []Shift{{}}, pairs: []Pair{{}}},
		"the lower rank":    {one, []Shift{{Capacity: 1}, {Capacity: 1}}, []Pair{{Rank: 2}, {Shift: 1, Rank: 1}}, []Assignment{{0, 1}}},
		"the priority":      {one, []Shift{{Capacity: 1, Priority: 2}, {Capacity: 1}}, []Pair{{Rank: 9}, {Shift: 1, Rank: 1}}, []Assignment{{0, 0}}},
		"the minimum first": {one, []Shift{{Capacity: 1, Priority: MaxPriority}, {Capacity: 1, Minimum: 1}}, []Pair{{}, {Shift: 1, Rank: 5}}, []Assignment{{0, 1}}},
		"a slot before its priority": {
			two,
			[]Shift{{Capacity: 1, Priority: 9}, {Capacity: 1}},
			[]Pair{{Volunteer: 0, Shift: 0, Rank: 1}, {Volunteer: 0, Shift: 1, Rank: 90}, {Volunteer: 1, Shift: 0, Rank: 90}},
			[]Assignment{{0, 1}, {1, 0}},
		},
		"the least load": {
			[]Volunteer{{Load: 3}, {Load: 1}, {Load: 2}},
			[]Shift{{Capacity: 1}},
			[]Pair{{Volunteer: 0, Rank: 1}, {Volunteer: 1, Rank: 1}, {Volunteer: 2, Rank: 1}},
			[]Assignment{{1, 0}},
		},
		"the rank before the load": {
			[]Volunteer{{Load: 3}, {Load: 1}},
			[]Shift{{Capacity: 1}},
			[]Pair{{Volunteer: 0, Rank: 1}, {Volunteer: 1, Rank: 2}},
			[]Assignment{{0, 0}},
		},
		"the least load by a chain": {
			[]Volunteer{{Load: 5}, {Load: 2}, {Load: 0}},
			[]Shift{{Capacity: 1}, {Capacity: 1}},
			[]Pair{
				{Volunteer: 0, Shift: 0, Rank: 1},
				{Volunteer: 1, Shift: 0, Rank: 1},
				{Volunteer: 1, Shift: 1, Rank: 1},
				{Volunteer: 2, Shift: 1, Rank: 1},
			},
			[]Assignment{{1, 0}, {2, 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan := checkFill(t, fillProblem(t, c.volunteers, c.shifts, c.pairs))
			if !slices.Equal(plan.Assignments, c.want) {
				t.Fatalf("got %v, want %v", plan.Assignments, c.want)
			}
		})
	}
}

func TestOKFillLeavesOutWhatACommitmentForbids(t *testing.T) {
	b := NewBuilder(Rules{})
	v := b.Volunteer(Volunteer{Rest: 2})
	early, late := b.Shift(Shift{Start: 0, End: 3, Capacity: 1}), b.Shift(Shift{Start: 5, End: 8, Capacity: 1})
	b.Pair(Pair{Volunteer: v, Shift: early, Rank: 9})
	b.Pair(Pair{Volunteer: v, Shift: late, Rank: 1})
	b.Commit(Commitment{Volunteer: v, Start: 9, End: 10})
	p := built(t, b)
	if plan := checkFill(t, p); !slices.Equal(plan.Assignments, []Assignment{{v, early}}) {
		t.Fatalf("got %v", plan.Assignments)
	}
}

// Sums pass 32 bits long before ranks do.
func TestOKFillOfHighestRanks(t *testing.T) {
	const n = 40
	b := NewBuilder(Rules{})
	for range n {
		b.Volunteer(Volunteer{})
		b.Shift(Shift{Capacity: 1})
	}
	for v := range n {
		for s := range n {
			b.Pair(Pair{Volunteer: v, Shift: s, Rank: MaxRank - (v+1)*(s+1)})
		}
	}
	p := built(t, b)
	squares := int64(n * (n + 1) * (2*n + 1) / 6) // the best is everybody on the shift of the same number
	if got := checkFill(t, p).Score.Rank; got != n*MaxRank-squares {
		t.Fatalf("rank %d, want %d", got, n*MaxRank-squares)
	}
}

// middlingFill is too large for the judge: slots of several weights, more or fewer than volunteers.
func middlingFill(r *rand.Rand, order []int) (*Problem, []Pair) {
	volunteers, shifts := 100+r.IntN(100), 20+r.IntN(60)
	b := NewBuilder(Rules{})
	for range volunteers {
		b.Volunteer(Volunteer{Load: r.IntN(5)})
	}
	for range shifts {
		capacity := r.IntN(7)
		b.Shift(Shift{Capacity: capacity, Minimum: r.IntN(capacity + 1), Priority: r.IntN(3)})
	}
	highest := []int{1, 5, 1000, MaxRank}[r.IntN(4)]
	var pairs []Pair
	for v := range volunteers {
		for range r.IntN(8) {
			pairs = append(pairs, Pair{Volunteer: v, Shift: r.IntN(1 + r.IntN(shifts)), Rank: r.IntN(highest) + 1})
		}
	}
	for i := range pairs {
		if order != nil {
			i = order[i%len(order)] % len(pairs)
		}
		b.Pair(pairs[i])
	}
	p, err := b.Build()
	if err != nil {
		panic(err)
	}
	return p, pairs
}

// checkDuals proves a flow: duals that fit, and are tight where it counts.
func checkDuals(t *testing.T, p *Problem, f *flow) {
	t.Helper()
	for v := range p.Volunteers() {
		shifts, ranks := p.PairsOf(v)
		if f.price[v] < 0 || f.shiftOf[v] < 0 && f.price[v] != 0 {
			t.Fatalf("volunteer %d on %d has the price %d", v, f.shiftOf[v], f.price[v])
		}
		for i, s := range shifts {
			slack := int64(ranks[i]) + f.price[v] - f.worth[s]
			if slack < 0 || slack > 0 && f.shiftOf[v] == s {
				t.Fatalf("volunteer %d, shift %d: slack %d, held %v", v, s, slack, f.shiftOf[v] == s)
			}
		}
	}
}

// Forests and slot by slot find plans of the same score.
func TestOKFillOneByOneIsFillByForests(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		p, _ := middlingFill(r, nil)
		f, err := fill(t.Context(), p, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkDuals(t, p, f)
		beat := &pulse{t.Context(), pulseSteps}
		n, err := newFillNet(beat, p, fillPairs[int64]{p.first, p.shift, (&fillAllowed{first: p.first, shift: p.shift}).costs64(p, nil)})
		if err != nil {
			t.Fatal(err)
		}
		n.oneByOne = true
		if err := errors.Join(n.solve(beat), n.even(beat)); err != nil {
			t.Fatal(err)
		}
		checkDuals(t, p, n.flow())
		if got, want := n.flow().plan(p).Score, f.plan(p).Score; got != want {
			t.Fatalf("one by one %+v, by forests %+v", got, want)
		}
	}
}

func TestOKFillDoesNotLookAtTheOrderOfPairs(t *testing.T) {
	for seed := range uint64(100) {
		p, pairs := middlingFill(rand.New(rand.NewPCG(seed, 7)), nil)
		order := rand.New(rand.NewPCG(seed, 8)).Perm(max(len(pairs), 1))
		q, _ := middlingFill(rand.New(rand.NewPCG(seed, 7)), order)
		if got, want := checkFill(t, q), checkFill(t, p); !slices.Equal(got.Assignments, want.Assignments) {
			t.Fatalf("seed %d: %v, in another order %v", seed, want.Assignments, got.Assignments)
		}
	}
}

// Wherever Fill is, it asks again before it has looked at many more pairs.
func TestErrFillEnds(t *testing.T) {
	sparse := NewBuilder(Rules{})
	for range 20000 {
		sparse.Volunteer(Volunteer{})
	}
	for range 4000 {
		sparse.Shift(Shift{Capacity: 4})
	}
	r := rand.New(rand.NewPCG(9, 9))
	for v := range 20000 {
		for k := range 10 {
			sparse.Pair(Pair{Volunteer: v, Shift: r.IntN(1 + r.IntN(4000)), Rank: k})
		}
	}
	p := built(t, sparse)
	for name, p := range map[string]*Problem{
		"sparse": p, "dense": denseFill(t, 500, 500, 1, 1, func(v, s int) int { return v * s % 1009 }),
	} {
		count := &Ending{t.Context(), 1 << 30}
		if _, err := Fill(count, p); err != nil {
			t.Fatal(err)
		}
		asked := 1<<30 - count.Left
		if least := p.Pairs() / pulseSteps; asked <= least {
			t.Errorf("%s: asked %d times, not even once for %d pairs", name, asked, pulseSteps)
		}
		for left := 0; left < asked; left += 1 + asked/50 {
			if plan, err := Fill(&Ending{t.Context(), left}, p); !errors.Is(err, context.Canceled) || plan != nil {
				t.Fatalf("%s: ended after %d of %d: %v, %v", name, left, asked, plan, err)
			}
		}
	}
}

func TestErrCrewOfFill(t *testing.T) {
	b := NewBuilder(Rules{})
	b.Shift(Shift{Capacity: 2, Crew: 2})
	p := built(t, b)
	if _, err := Fill(t.Context(), p); !errors.Is(err, ErrCrew) {
		t.Fatalf("got %v", err)
	}
}
