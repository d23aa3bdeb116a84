package matcher

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// tinyRoster is a random problem of at most 6 × 5 that uses every rule now and then.
func tinyRoster(t testing.TB, random *rand.Rand) *Problem {
	t.Helper()
	some := func(n int) int { // 0 half of the time
		return random.IntN(2) * random.IntN(n)
	}
	rules := Rules{Travel: some(3)}
	if random.IntN(2) == 0 {
		rules.Day = 4 + random.IntN(8)
	}
	if random.IntN(3) == 0 {
		rules.Places = 3
		for range 9 {
			rules.Distances = append(rules.Distances, random.IntN(4))
		}
	}
	b := NewBuilder(rules)
	volunteers, shifts := random.IntN(7), random.IntN(6)
	for range volunteers {
		v := Volunteer{Shifts: random.IntN(5), Time: some(14), Rest: some(4), Load: some(5)}
		if rules.Day > 0 {
			v.TimeDay, v.TimeWeek, v.DaysInRow = some(8), some(14), some(4)
		}
		b.Volunteer(v)
	}
	for range shifts {
		start := random.IntN(40) - 10
		s := Shift{Start: start, End: start + random.IntN(7), Capacity: random.IntN(4), Priority: random.IntN(3), Place: random.IntN(3), Rest: some(4)}
		if s.Capacity > 0 {
			s.Minimum = some(s.Capacity + 1)
			if random.IntN(4) == 0 {
				s.Crew = 1 + random.IntN(s.Capacity)
				s.Capacity -= s.Capacity % s.Crew
				s.Minimum = min(s.Minimum, s.Capacity)
			}
		}
		b.Shift(s)
	}
	dense := 1 + random.IntN(4)
	for v := range volunteers {
		for s := range shifts {
			if random.IntN(4) < dense {
				b.Pair(Pair{Volunteer: v, Shift: s, Rank: random.IntN(8)})
			}
		}
		for range some(3) {
			start := random.IntN(40) - 10
			b.Commit(Commitment{Volunteer: v, Start: start, End: start + random.IntN(6), Place: random.IntN(3), Rest: some(3)})
		}
	}
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// bestRoster is the best value and its least cost, by trying every choice of every volunteer.
func bestRoster(p *Problem, cost []int64) (value, least int64) {
	type counts [5]int
	plans := map[counts]int64{{}: 0}
	for v := range p.Volunteers() {
		next := make(map[counts]int64)
		shifts, _ := p.PairsOf(v)
		for set := range 1 << len(shifts) {
			var held []int32
			sum, allowed := int64(0), true
			for k, s := range shifts {
				if set>>k&1 == 1 {
					allowed = allowed && p.Forbids(v, held, int(s)) == None
					held, sum = append(held, s), sum+cost[p.first[v]+k]
				}
			}
			if !allowed {
				continue
			}
			for taken, before := range plans {
				for _, s := range held {
					taken[s]++
				}
				if c, seen := next[taken]; !seen || before+sum < c {
					next[taken] = before + sum
				}
			}
		}
		plans = next
	}
	value = -1
	for taken, c := range plans {
		sum, whole := int64(0), true
		for s := range p.Shifts() {
			whole = whole && taken[s] <= p.shifts[s].Capacity && taken[s]%p.shifts[s].Crew == 0
			for n := range taken[s] {
				sum += p.slotWeight(s, n)
			}
		}
		if whole && (sum > value || sum == value && c < least) {
			value, least = sum, c
		}
	}
	return value, least
}

func ranksOf(p *Problem) []int64 {
	cost := make([]int64, p.Pairs())
	for i, rank := range p.rank {
		cost[i] = int64(rank)
	}
	return cost
}

func TestOKRosterIsNeverAboveItsBoundAndSeldomBelowTheBest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	problems, best, proved := 3000, 0, 0
	for k := range problems {
		p := tinyRoster(t, random)
		value, least := bestRoster(p, ranksOf(p))
		plan, err := Roster(t.Context(), p, RosterOptions{Seed: uint64(k), Steps: 300})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Check(plan.Assignments); err != nil {
			t.Fatalf("problem %d: %v", k, err)
		}
		if plan.Score != p.ScoreOf(plan.Assignments) {
			t.Fatalf("problem %d: score %v, counted %v", k, plan.Score, p.ScoreOf(plan.Assignments))
		}
		if plan.Score.Value > value || plan.Bound.Value < value {
			t.Fatalf("problem %d: value %d, bound %d, best %d", k, plan.Score.Value, plan.Bound.Value, value)
		}
		if plan.Score.Value == value && (plan.Score.Rank < least || plan.Bound.Rank > least) {
			t.Fatalf("problem %d: rank %d, bound %d, least %d", k, plan.Score.Rank, plan.Bound.Rank, least)
		}
		if plan.Score.Value == value && plan.Score.Rank == least {
			best++
		} else if plan.Optimal {
			t.Fatalf("problem %d: %v with bound %v calls itself optimal; best are %d, %d", k, plan.Score, plan.Bound, value, least)
		}
		if plan.Optimal {
			proved++
		}
	}
	t.Logf("best %d, proved %d of %d", best, proved, problems)
	if best < problems*99/100 || proved < problems*95/100 {
		t.Errorf("best in %d, proved in %d of %d", best, proved, problems)
	}
}

func TestOKRosterOfACancelledContextIsAPlan(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		p := tinyRoster(t, random)
		plan, err := Roster(ctx, p, RosterOptions{})
		if err != nil || p.Check(plan.Assignments) != nil {
			t.Fatal(plan, err)
		}
		if value, least := bestRoster(p, ranksOf(p)); plan.Bound.Value < value || plan.Score.Value == value && plan.Bound.Rank > least {
			t.Fatalf("bound %v, best %d %d", plan.Bound, value, least)
		}
	}
}

func TestOKRosterThatNeverBeganIsBoundedByAllSlots(t *testing.T) {
	b := NewBuilder(Rules{})
	for range 30_000 { // counting them one by one would take a minute
		b.Shift(Shift{Capacity: MaxCapacity, Minimum: 3, Priority: 2})
	}
	for range 10_000 {
		b.Volunteer(Volunteer{})
	}
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	plan, err := Roster(ctx, p, RosterOptions{})
	if err != nil || len(plan.Assignments) > 0 {
		t.Fatal(plan, err)
	}
	if want := int64(30_000) * (2*MaxCapacity + 3*MaxPriority); plan.Bound.Value != want {
		t.Errorf("bound %d, all slots are worth %d", plan.Bound.Value, want)
	}
}

func TestOKRosterThatEndsAnywhereIsAPlanNoBetterThanItsBound(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for k := range 400 {
		p := tinyRoster(t, random)
		value, least := bestRoster(p, ranksOf(p))
		for left := range 8 {
			plan, err := Roster(&Ending{t.Context(), left * left}, p, RosterOptions{Steps: 50})
			if err != nil || p.Check(plan.Assignments) != nil {
				t.Fatal(k, left, plan, err)
			}
			if plan.Score.Value > value || plan.Bound.Value < value || plan.Score.Value == value && plan.Bound.Rank > least {
				t.Fatalf("problem %d after %d: %v with bound %v, best %d %d", k, left, plan.Score, plan.Bound, value, least)
			}
		}
	}
}

func TestOKRosterThatEndsWithinAStepIsAPlan(t *testing.T) {
	p := mediumRoster(t, rand.New(rand.NewPCG(17, 18)), 5000, 3000, 15)
	m := newRosterModel(t.Context(), p, ranksOf(p))
	for left := range 8 {
		r := newRosterSearch(t.Context(), m, RosterOptions{})
		r.begin()
		r.boundCost(20)
		r.watch.ctx = &Ending{t.Context(), left}
		r.attempt(0, 0)
		for x, n := range r.state.count {
			if n > m.slots[x] {
				t.Fatalf("after %d looks at the context: %d on shift %d of %d slots", left, n, x, m.slots[x])
			}
		}
	}
}

func TestOKRosterIsTheSameForTheSameSeedAndSteps(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for k := range 200 {
		p := mediumRoster(t, random, 30, 15, 10)
		var first *Plan
		for range 2 {
			plan, err := Roster(t.Context(), p, RosterOptions{Seed: uint64(k), Steps: 20 + k})
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = plan
			} else if !reflect.DeepEqual(first, plan) {
				t.Fatalf("problem %d: %v, then %v", k, first, plan)
			}
		}
	}
}

func TestOKRosterIsNeverWorseThanItsStart(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for k := range 200 {
		p := mediumRoster(t, random, 30, 15, 10)
		start, err := Roster(t.Context(), p, RosterOptions{Seed: 1, Steps: 1 + random.IntN(60)})
		if err != nil {
			t.Fatal(err)
		}
		for _, steps := range []int{1, 40} {
			plan, err := Roster(t.Context(), p, RosterOptions{Seed: 2, Steps: steps, Start: start.Assignments})
			if err != nil || p.Check(plan.Assignments) != nil {
				t.Fatal(plan, err)
			}
			if plan.Score.Compare(start.Score) > 0 {
				t.Fatalf("problem %d: %v after a start of %v", k, plan.Score, start.Score)
			}
		}
	}
}

func TestErrRosterStartsWithAPlanThatBreaksARule(t *testing.T) {
	b := NewBuilder(Rules{})
	v, s := b.Volunteer(Volunteer{}), b.Shift(Shift{Capacity: 1})
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	_, err = Roster(t.Context(), p, RosterOptions{Start: []Assignment{{v, s}}})
	var violation *Violation
	if !errors.As(err, &violation) || violation.Rule != NotEligible {
		t.Fatal(err)
	}
}

func TestOKRosterTellsOfBetterPlansAndBoundsOnly(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for k := range 100 {
		p := mediumRoster(t, random, 30, 15, 10)
		var last Progress
		told := 0
		plan, err := Roster(t.Context(), p, RosterOptions{Steps: 100, Progress: func(now Progress) {
			if told++; told > 1 && (now.Score.Compare(last.Score) > 0 || now.Bound.Value > last.Bound.Value || now.Steps < last.Steps) {
				t.Fatalf("problem %d: %v after %v", k, now, last)
			}
			last = now
		}})
		if err != nil {
			t.Fatal(err)
		}
		if told == 0 || last.Score != plan.Score || last.Bound != plan.Bound {
			t.Fatalf("problem %d: told %v at last, answered %v with bound %v", k, last, plan.Score, plan.Bound)
		}
	}
}

// mediumRoster is a random problem with all the rules.
func mediumRoster(t testing.TB, random *rand.Rand, volunteers, shifts, pairs int) *Problem {
	t.Helper()
	rules := Rules{Day: 24, Travel: 1}
	b := NewBuilder(rules)
	for range volunteers {
		b.Volunteer(Volunteer{
			Shifts: 1 + random.IntN(6), Time: random.IntN(2) * (6 + random.IntN(20)), TimeDay: random.IntN(2) * (4 + random.IntN(8)),
			TimeWeek: random.IntN(2) * (4 + random.IntN(20)), DaysInRow: random.IntN(3), Rest: random.IntN(3) * random.IntN(6), Load: random.IntN(4),
		})
	}
	for range shifts {
		start := random.IntN(24 * 9)
		s := Shift{Start: start, End: start + random.IntN(8), Capacity: random.IntN(8), Priority: 1 + random.IntN(2)*random.IntN(5), Place: random.IntN(3), Rest: random.IntN(2) * random.IntN(8)}
		s.Minimum = random.IntN(s.Capacity + 1)
		if random.IntN(5) == 0 {
			s.Crew = 2
			s.Capacity -= s.Capacity % 2
			s.Minimum = min(s.Minimum, s.Capacity)
		}
		b.Shift(s)
	}
	for v := range volunteers {
		for k := range pairs {
			b.Pair(Pair{Volunteer: v, Shift: random.IntN(shifts), Rank: 1 + k})
		}
		if random.IntN(3) == 0 {
			start := random.IntN(24 * 9)
			b.Commit(Commitment{Volunteer: v, Start: start, End: start + random.IntN(9), Place: random.IntN(3), Rest: random.IntN(4)})
		}
	}
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOKRosterStateAgreesWithTheRules(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	for k := range 120 {
		shifts, pairs := 20, 15
		if k%4 == 0 {
			shifts, pairs = 150, 200 // more pairs than bits
		}
		p := mediumRoster(t, random, 4, shifts, pairs)
		m := newRosterModel(t.Context(), p, ranksOf(p))
		s := newRosterState(m, &watch{ctx: t.Context()})
		for range 400 {
			i := int32(random.IntN(len(m.shift)))
			v := m.owner[i]
			if s.on[i] {
				if random.IntN(3) == 0 {
					s.drop(i)
				}
				continue
			}
			without := int32(noPair)
			if s.n[v] > 0 && random.IntN(2) == 0 {
				without = s.of(v)[random.IntN(int(s.n[v]))]
			}
			var held []int32
			for _, h := range s.of(v) {
				if h != without {
					held = append(held, m.shift[h])
				}
			}
			want := p.Forbids(int(v), held, int(m.shift[i])) == None
			if got := s.fits(i, without); got != want {
				t.Fatalf("problem %d: fits %v, rules %v: volunteer %+v holds %v and wants %d", k, got, want, p.Volunteer(int(v)), held, m.shift[i])
			}
			if without == noPair && want {
				s.put(i)
			}
		}
		for v := range p.Volunteers() { // what the model leaves out is forbidden, or its shift can never be filled
			all, _ := p.PairsOf(v)
			kept := m.shift[m.first[v]:m.first[v+1]]
			for _, x := range all {
				if _, ok := slices.BinarySearch(kept, x); !ok && p.Forbids(v, nil, int(x)) == None && p.shifts[x].Capacity >= p.shifts[x].Crew {
					t.Fatalf("problem %d: volunteer %d could take shift %d", k, v, x)
				}
			}
		}
	}
}

func TestOKPricerFindsTheBestChoice(t *testing.T) {
	if exact := pricedExactly(t, 0, func(*pricer) {}); exact < 1 {
		t.Errorf("exact in %.3f", exact)
	}
}

func TestOKPricerByLabelsIsNeverBelowTheBestChoiceAndSeldomAbove(t *testing.T) {
	if exact := pricedExactly(t, 1, func(c *pricer) { c.limit = 0 }); exact < 0.97 {
		t.Errorf("exact in %.3f", exact)
	}
	few := func(c *pricer) { c.limit, c.labels.widest = 0, 2 }
	if exact := pricedExactly(t, 2, few); exact < 0.8 {
		t.Errorf("exact in %.3f with two labels beside each other", exact)
	}
}

// pricedExactly is how many of random choices are the best, as parts of 1. It compares all of them with every choice.
func pricedExactly(t *testing.T, seed uint64, change func(*pricer)) float64 {
	t.Helper()
	random := rand.New(rand.NewPCG(15+seed, 16))
	exact, all := 0, 0
	for k := range 300 {
		p := mediumRoster(t, random, 3, 12, 10)
		unit := int64(1)
		if k%3 == 0 { // times and prices near their limits
			unit = 1 << 50
			for s := range p.shifts {
				p.shifts[s].Start, p.shifts[s].End = p.shifts[s].Start<<22, p.shifts[s].End<<22
			}
			for v := range p.volunteers {
				p.volunteers[v].Time <<= 22
			}
		}
		m := newRosterModel(t.Context(), p, ranksOf(p))
		c := newPricer(m, &watch{ctx: t.Context()})
		change(c)
		price := make([]int64, p.Shifts())
		for s := range price {
			price[s] = unit * (random.Int64N(40) - 5)
		}
		for v := range p.Volunteers() {
			bound, best := c.solve(v, price, 2*unit), bestChoice(p, v, price, 2*unit)
			chosen, held := int64(0), []int32(nil)
			for _, i := range c.chosen {
				if rule := p.Forbids(v, held, int(m.shift[i])); rule != None {
					t.Fatalf("problem %d volunteer %d: chosen is forbidden: %s", k, v, rule)
				}
				held = append(held, m.shift[i])
				chosen += price[m.shift[i]] - 2*unit*m.cost[i]
			}
			if bound < best || chosen > best || c.missed <= c.best && (bound != best || chosen != best) {
				t.Fatalf("problem %d volunteer %d: bound %d, chosen %d, best %d", k, v, bound, chosen, best)
			}
			if all++; bound == best && chosen == best {
				exact++
			}
		}
	}
	t.Logf("exact %d of %d", exact, all)
	return float64(exact) / float64(all)
}

// bestChoice is the most profit of what volunteer v may take at these prices.
func bestChoice(p *Problem, v int, price []int64, costs int64) (best int64) {
	shifts, ranks := p.PairsOf(v)
	for set := range 1 << len(shifts) {
		var held []int32
		sum, allowed := int64(0), true
		for j, s := range shifts {
			if allowed && set>>j&1 == 1 {
				allowed = p.Forbids(v, held, int(s)) == None && p.shifts[s].Capacity >= p.shifts[s].Crew
				held, sum = append(held, s), sum+price[s]-costs*int64(ranks[j])
			}
		}
		if allowed {
			best = max(best, sum)
		}
	}
	return best
}

func TestOKRosterOfOneShiftEachIsFill(t *testing.T) {
	random := rand.New(rand.NewPCG(19, 20))
	proved := 0
	for k := range 60 {
		volunteers, shifts := 1+random.IntN(60), 1+random.IntN(90)
		b := NewBuilder(Rules{})
		for range shifts {
			s := Shift{Start: random.IntN(50), Capacity: random.IntN(4), Priority: 1 + random.IntN(3)}
			s.End, s.Minimum = s.Start+random.IntN(9), random.IntN(s.Capacity+1)
			b.Shift(s)
		}
		for range volunteers {
			v := b.Volunteer(Volunteer{})
			for s := range shifts { // some volunteers have more pairs than bits
				if random.IntN(1+k%5) == 0 {
					b.Pair(Pair{Volunteer: v, Shift: s, Rank: 1 + random.IntN(20)})
				}
			}
		}
		p, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		want, err := Fill(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := Roster(t.Context(), p, RosterOptions{Steps: 2000})
		if err != nil || p.Check(plan.Assignments) != nil {
			t.Fatal(p.Check(plan.Assignments), err)
		}
		if plan.Score.Value != want.Score.Value || plan.Score.Rank != want.Score.Rank || plan.Bound.Value < want.Score.Value || plan.Bound.Rank > want.Score.Rank {
			t.Errorf("problem %d: %+v with bound %+v, Fill has %+v", k, plan.Score, plan.Bound, want.Score)
		}
		if plan.Optimal {
			proved++
		}
	}
	if proved < 48 {
		t.Errorf("proved %d of 60", proved)
	}
}
