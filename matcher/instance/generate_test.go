package instance_test

import (
	"slices"
	"strings"
	"testing"

	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/matcher/instance"
)

func TestOKGenerateFill(t *testing.T) {
	p, err := instance.GenerateFill(10_000, 2500, 20, 4, 1)
	if err != nil || p.Volunteers() != 10_000 || p.Shifts() != 2500 || p.Pairs() != 200_000 {
		t.Fatal(p, err)
	}
	asked := make([]int, p.Shifts())
	for v := range p.Volunteers() {
		shifts, ranks := p.PairsOf(v)
		for _, s := range shifts {
			asked[s]++
		}
		if ranks = slices.Sorted(slices.Values(ranks)); ranks[0] != 1 || ranks[19] != 20 || len(slices.Compact(ranks)) != 20 {
			t.Fatal("ranks of", v, ranks)
		}
	}
	slices.Sort(asked)
	// As in the town: the middle shift is asked for by 59 of 10,000, the most popular one by many times more.
	if middle, most := asked[1250], asked[2499]; middle < 52 || middle > 66 || most < 6*middle {
		t.Error("middle and most:", middle, most)
	}
}

func TestOKGenerateRoster(t *testing.T) {
	p, err := instance.GenerateRoster(200, 60, 3, 15, 1)
	if err != nil || p.Volunteers() != 200 || p.Shifts() != 60 {
		t.Fatal(p, err)
	}
	if p.Pairs() < 2500 || p.Pairs() > 3000 {
		t.Error("pairs:", p.Pairs())
	}
	for i := range p.Shifts() {
		s := p.Shift(i)
		if day := s.Start / 48; day != i/20 || s.Start%48 < 16 || s.End > day*48+44 || s.End-s.Start < 4 || s.End-s.Start > 10 {
			t.Error(i, s)
		}
	}
	for v := range p.Volunteers() {
		if shifts, _ := p.PairsOf(v); len(shifts) == 0 || len(shifts) > 15 {
			t.Error(v, shifts)
		}
	}
}

func TestOKGenerateDense(t *testing.T) {
	p, err := instance.GenerateDense(3)
	if err != nil {
		t.Fatal(err)
	}
	// The first numbers of the sequence: 1103527590, 377401575, 662824084, …
	want := "p 3 3 9\ns 0 1\ns 1 1\ns 2 1\ne 0 0 655\ne 0 1 225\ne 0 2 157\n"
	if got := written(t, p, instance.Fill); !strings.HasPrefix(got, want) {
		t.Error(got)
	}
}

// One seed, one problem; another seed, another.
func TestOKGenerateRepeats(t *testing.T) {
	for name, generate := range map[string]func(seed uint64) (*matcher.Problem, instance.Kind){
		"fill": func(seed uint64) (*matcher.Problem, instance.Kind) {
			p, _ := instance.GenerateFill(20, 10, 5, 1, seed)
			return p, instance.Fill
		},
		"roster": func(seed uint64) (*matcher.Problem, instance.Kind) {
			p, _ := instance.GenerateRoster(20, 10, 2, 5, seed)
			return p, instance.Roster
		},
	} {
		text := func(seed uint64) string {
			p, kind := generate(seed)
			return written(t, p, kind)
		}
		if once, again := text(1), text(1); once != again || once == text(2) {
			t.Error(name)
		}
	}
}

func TestOKGenerateNothing(t *testing.T) {
	for name, generate := range map[string]func() (*matcher.Problem, error){
		"fill without shifts":   func() (*matcher.Problem, error) { return instance.GenerateFill(3, 0, 5, 1, 1) },
		"fill without wishes":   func() (*matcher.Problem, error) { return instance.GenerateFill(3, 2, -1, 1, 1) },
		"roster without shifts": func() (*matcher.Problem, error) { return instance.GenerateRoster(3, 0, 0, 5, 1) },
		"roster without people": func() (*matcher.Problem, error) { return instance.GenerateRoster(0, 3, 0, 5, 1) },
		"dense of nothing":      func() (*matcher.Problem, error) { return instance.GenerateDense(0) },
	} {
		if p, err := generate(); err != nil || p.Pairs() != 0 {
			t.Error(name, err)
		}
	}
}

func TestErrGenerate(t *testing.T) {
	if _, err := instance.GenerateFill(1, 1, 1, -1, 1); err == nil {
		t.Error("a negative capacity")
	}
}
