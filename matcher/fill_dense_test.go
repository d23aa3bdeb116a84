package matcher

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// denseFill makes a problem large enough to be solved by a part of its pairs.
func denseFill(t *testing.T, volunteers, shifts, capacity int, density float64, cost func(v, s int) int) *Problem {
	t.Helper()
	r := rand.New(rand.NewPCG(7, uint64(volunteers)))
	b := NewBuilder(Rules{})
	for v := range volunteers {
		b.Volunteer(Volunteer{Load: v % 5})
	}
	for s := range shifts {
		b.Shift(Shift{Capacity: capacity, Minimum: s % (capacity + 1), Priority: 1 + s%3})
	}
	for v := range volunteers {
		for s := range shifts {
			if r.Float64() < density {
				b.Pair(Pair{Volunteer: v, Shift: s, Rank: cost(v, s)})
			}
		}
	}
	p, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOKFillOfDenseProblemsIsThatOfAllPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	costs := map[string]func(v, s int) int{
		"even":     func(int, int) int { return 5 },
		"few":      func(int, int) int { return 1 + r.IntN(3) },
		"many":     func(int, int) int { return r.IntN(1000) },
		"wide":     func(int, int) int { return r.IntN(MaxRank) },
		"by shift": func(_, s int) int { return s },
		"by both":  func(v, s int) int { return v / 4 * (s / 4) },
		"distance": func(v, s int) int { return max(v-s, s-v) },
	}
	for name, cost := range costs {
		for _, size := range []struct {
			volunteers, shifts, capacity int
			density                      float64
		}{{260, 260, 1, 1}, {400, 200, 1, 1}, {200, 400, 1, 1}, {700, 100, 7, 1}, {450, 210, 2, 0.8}} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				checkDense(t, denseFill(t, size.volunteers, size.shifts, size.capacity, size.density, cost))
			})
		}
	}
}

func checkDense(t *testing.T, p *Problem) {
	t.Helper()
	beat := &pulse{t.Context(), pulseSteps}
	n, err := newFillNet(beat, p, fillPairs[int64]{p.first, p.shift, (&fillAllowed{first: p.first, shift: p.shift}).costs64(p, nil)})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.solve(beat); err != nil {
		t.Fatal(err)
	}
	if err := n.even(beat); err != nil {
		t.Fatal(err)
	}
	want, got := n.flow().plan(p).Score, checkFill(t, p).Score
	if got != want {
		t.Fatalf("score %+v, with all pairs %+v", got, want)
	}
}
