package instance_test

import (
	"errors"
	"strings"
	"testing"

	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/matcher/instance"
)

func written(t *testing.T, p *matcher.Problem, kind instance.Kind) string {
	t.Helper()
	var b strings.Builder
	if err := instance.Write(&b, p, kind); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestOKWriteWhatWasRead(t *testing.T) {
	for _, text := range []string{fill, "p 2 0 0\n", "s 0 -1 -3 0 4 2\ns 1 1 64 70 7 0\ne 0 0 2\ne 0 1 1\ne 1 1 1\n"} {
		p, kind, err := instance.Read(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := written(t, p, kind); got != text {
			t.Errorf("%s\nbecame\n%s", text, got)
		}
	}
}

// A format says no to what it would lose.
func TestErrWriteWhatHasNoPlace(t *testing.T) {
	one := func(v matcher.Volunteer, s matcher.Shift) *matcher.Builder {
		b := matcher.NewBuilder(matcher.Rules{Travel: 1, Day: 48})
		b.Shift(s)
		b.Volunteer(v)
		b.Pair(matcher.Pair{Rank: 1})
		return b
	}
	standing := one(matcher.Volunteer{}, matcher.Shift{Capacity: 1})
	standing.Pair(matcher.Pair{Rank: 1, Standing: 1})
	committed := one(matcher.Volunteer{Shifts: 4, Time: 24}, matcher.Shift{Capacity: 1})
	committed.Commit(matcher.Commitment{End: 1})
	lonely := one(matcher.Volunteer{Shifts: 4, Time: 24}, matcher.Shift{Capacity: 1})
	lonely.Volunteer(matcher.Volunteer{Shifts: 4, Time: 24})
	for name, c := range map[string]struct {
		kind instance.Kind
		b    *matcher.Builder
	}{
		"unknown format": {0, matcher.NewBuilder(matcher.Rules{})},
		"other rules":    {instance.Roster, matcher.NewBuilder(matcher.Rules{Travel: 2, Day: 48})},
		"two shifts":     {instance.Fill, one(matcher.Volunteer{Shifts: 2}, matcher.Shift{})},
		"an interval":    {instance.Fill, one(matcher.Volunteer{}, matcher.Shift{End: 1})},
		"a minimum":      {instance.Fill, one(matcher.Volunteer{}, matcher.Shift{Capacity: 1, Minimum: 1})},
		"a standing":     {instance.Fill, standing},
		"other limits":   {instance.Roster, one(matcher.Volunteer{Shifts: 4, Time: 23}, matcher.Shift{})},
		"a priority":     {instance.Roster, one(matcher.Volunteer{Shifts: 4, Time: 24}, matcher.Shift{Priority: 2})},
		"a commitment":   {instance.Roster, committed},
		"without a pair": {instance.Roster, lonely},
	} {
		p, err := c.b.Build()
		if err != nil {
			t.Fatal(err)
		}
		if err := instance.Write(&strings.Builder{}, p, c.kind); err == nil {
			t.Error(name, "was written")
		}
	}
}

func TestErrWriteFull(t *testing.T) {
	full := errors.New("full")
	p, err := instance.GenerateFill(2000, 20, 10, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := instance.Write(fullDisk{full}, p, instance.Fill); !errors.Is(err, full) {
		t.Error(err)
	}
}

type fullDisk struct{ err error }

func (f fullDisk) Write([]byte) (int, error) { return 0, f.err }
