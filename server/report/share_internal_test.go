package report

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func TestOKLargestRemainder(t *testing.T) {
	for _, c := range []struct {
		n       int64
		weights []int64
		want    []int64
	}{
		{10, []int64{2, 1}, []int64{7, 3}},
		{7, []int64{1, 1}, []int64{4, 3}}, // the first of equal remainders
		{10, []int64{1, 3}, []int64{3, 7}},
		{2, []int64{1, 1, 1}, []int64{1, 1, 0}},
		{0, []int64{4, 1}, []int64{0, 0}},
		{5, nil, []int64{}},
	} {
		if got := largestRemainder(c.n*int64(min(1, len(c.weights))), c.weights); !slices.Equal(got, c.want) {
			t.Errorf("%d by %v: %v, want %v", c.n, c.weights, got, c.want)
		}
	}
}

// Parts add up, and none is a whole one away from its portion.
func TestOKSharesAddUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Int64Range(0, 1_000_000).Draw(rt, "n")
		weights := rapid.SliceOfN(rapid.Int64Range(1, 1000), 1, 20).Draw(rt, "weights")
		var all, sum int64
		for _, w := range weights {
			all += w
		}
		for i, share := range largestRemainder(n, weights) {
			sum += share
			if off := share*all - n*weights[i]; off <= -all || off >= all {
				rt.Fatalf("%d by %v gives %d to %d", n, weights, share, weights[i])
			}
		}
		if sum != n {
			rt.Fatalf("%d by %v adds up to %d", n, weights, sum)
		}
	})
}

// Every figure that the API names is defined, once and in the order of the keys, with its words in both languages.
func TestOKEveryFigureIsDefined(t *testing.T) {
	if len(figures) != len(nuov1.FigureKey_name)-1 || len(words) != len(figures) {
		t.Errorf("%d figures and words for %d, the API names %d", len(figures), len(words), len(nuov1.FigureKey_name)-1)
	}
	for i, f := range figures {
		w := words[f.key]
		if int(f.key) != i+1 || f.measure == 0 || f.kinds == 0 || w.titleZH == "" || w.titleEN == "" || w.definitionZH == "" || w.definitionEN == "" {
			t.Errorf("%v: %+v %+v", f.key, f, w)
		}
		if f.person == nil && f.number == nil && f.ratio == 0 && f.in == nil {
			t.Errorf("%v picks nothing", f.key)
		}
	}
}
