package matcher_test

import (
	"math"
	"testing"

	"nuo.internal/nuo/matcher"
)

// The bound's rank is for plans that move as few: of one that moves more it says nothing.
func TestOKGap(t *testing.T) {
	for name, c := range map[string]struct {
		score, bound matcher.Score
		want         float64
	}{
		"proved":           {matcher.Score{Value: 3, Rank: 5}, matcher.Score{Value: 3, Rank: 5}, 0},
		"above":            {matcher.Score{Value: 3, Rank: 5}, matcher.Score{Value: 3, Rank: 4}, 0.25},
		"no rank at all":   {matcher.Score{Value: 3, Rank: 2}, matcher.Score{Value: 3}, 2},
		"less value":       {matcher.Score{Value: 2, Rank: 5}, matcher.Score{Value: 3, Rank: 4}, 0.25},
		"as many moved":    {matcher.Score{Moved: 2, Rank: 5}, matcher.Score{Moved: 2, Rank: 4}, 0.25},
		"more moved":       {matcher.Score{Moved: 2, Rank: 5}, matcher.Score{Moved: 1, Rank: 400}, math.Inf(1)},
		"more moved, less": {matcher.Score{Moved: 2, Rank: 500}, matcher.Score{Moved: 1, Rank: 400}, math.Inf(1)},
	} {
		if got := (&matcher.Plan{Score: c.score, Bound: c.bound}).Gap(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestOKCertaintyNames(t *testing.T) {
	for certainty, want := range map[matcher.Certainty]string{
		matcher.Unknown: "unknown", matcher.Exact: "exact", matcher.AtLeast: "at least", 9: "Certainty(9)",
	} {
		if certainty.String() != want {
			t.Error(certainty)
		}
	}
}
