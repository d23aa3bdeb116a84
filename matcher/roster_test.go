package matcher

import (
	"context"
	"math/rand/v2"
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
	if best < problems*95/100 {
		t.Errorf("best in %d of %d", best, problems)
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
