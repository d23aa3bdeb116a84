package matcher_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"nuo.internal/nuo/matcher"
)

// Slots that nobody can fill cost nothing: memory is bounded by the pairs.
func TestOKHugeCapacities(t *testing.T) {
	k := sketch{volunteers: make(volunteers, 100), shifts: make(shifts, 2000)}
	for v := range k.volunteers {
		k.volunteers[v].Shifts = matcher.MaxCapacity
		for s := range 20 {
			k.pairs = append(k.pairs, matcher.Pair{Volunteer: v, Shift: (v*37 + s*11) % len(k.shifts), Rank: 1})
		}
	}
	for s := range k.shifts {
		k.shifts[s].Capacity, k.shifts[s].Minimum = matcher.MaxCapacity, matcher.MaxCapacity
	}
	p := k.problem(t)
	for name, solve := range map[string]func() ([]matcher.Assignment, error){
		"Stable": func() ([]matcher.Assignment, error) {
			plan, err := matcher.Stable(t.Context(), p, matcher.StableOptions{})
			return plan.Assignments, err
		},
		"Roster": func() ([]matcher.Assignment, error) {
			plan, err := matcher.Roster(t.Context(), p, matcher.RosterOptions{Steps: 20})
			return plan.Assignments, err
		},
		"Repair": func() ([]matcher.Assignment, error) {
			plan, err := matcher.Repair(t.Context(), p, nil, matcher.RepairOptions{Steps: 20})
			return plan.Assignments, err
		},
		"Fill": func() ([]matcher.Assignment, error) {
			plan, err := matcher.Fill(t.Context(), p)
			return plan.Assignments, err
		},
	} {
		before := allocated()
		plan, err := solve()
		want := len(k.pairs) // everybody everything, where several shifts are given
		if name == "Stable" || name == "Fill" {
			want = len(k.volunteers)
		}
		if err != nil || len(plan) != want {
			t.Errorf("%s: %d assignments, %v", name, len(plan), err)
		}
		if bytes := allocated() - before; bytes > 32<<20 {
			t.Errorf("%s allocates %d bytes", name, bytes)
		}
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// An ended context ends the exact solvers with its error, and the searches with a plan.
func TestErrEnded(t *testing.T) {
	ended, end := context.WithCancelCause(t.Context())
	end(context.Canceled)
	p, j := shared(t, "roster-4")
	if _, err := matcher.Fill(ended, p); !errors.Is(err, context.Canceled) {
		t.Error("Fill", err)
	}
	if _, err := matcher.Stable(ended, p, matcher.StableOptions{}); !errors.Is(err, context.Canceled) {
		t.Error("Stable", err)
	}
	if _, err := matcher.Explain(ended, p, nil); !errors.Is(err, context.Canceled) {
		t.Error("Explain", err)
	}
	plan, err := matcher.Repair(ended, p, nil, matcher.RepairOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := (given{j, p, nil}).lawful(&plan.Plan, nil); err != nil {
		t.Error(err)
	}
}
