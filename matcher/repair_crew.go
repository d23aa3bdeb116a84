package matcher

import (
	"context"
	"slices"
)

// crewSteps is the most work spent on the question whether begun crews can be completed.
const crewSteps = 500

// settleCrews sees to the crews that fixed people have begun: whoever cannot be given company is fixed no longer. It
// answers assignments that complete all crews begun by those who are.
func (r *repair) settleCrews(ctx context.Context, beat *pulse, o RepairOptions) ([]Assignment, error) {
	for slices.Max(append(r.over(nil), 0)) > 0 {
		completing, proved, err := r.company(beat)
		if err != nil {
			return nil, err
		}
		if !proved && ctx.Err() == nil {
			if completing, err = r.completing(ctx, completing, o); err != nil {
				return nil, err
			}
		}
		over, crews := r.over(completing), 0
		for _, n := range over {
			crews += min(n, 1)
		}
		switch {
		case crews == 0:
			return completing, nil
		case ctx.Err() == nil:
			crews = (crews + 1) / 2 // whom this sets free may complete the others
		}
		r.breakCrews(over, crews)
		if err := r.fix(beat); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// over counts for each shift who is left over in crews beside what is added.
func (r *repair) over(added []Assignment) []int {
	over := slices.Clone(r.taken)
	for _, a := range added {
		over[a.Shift]++
	}
	for s := range over {
		over[s] %= r.p.shifts[s].Crew
	}
	return over
}

// completing searches for assignments that complete more begun crews than those that it starts with, by the search of
// Roster among the pairs that complete crews alone.
func (r *repair) completing(ctx context.Context, start []Assignment, o RepairOptions) ([]Assignment, error) {
	open := r.open(ctx, true)
	if open == nil {
		return start, nil // the context has ended
	}
	steps := crewSteps
	if o.Steps > 0 {
		steps = min(steps, o.Steps)
	}
	found, err := open.roster(ctx, start, RepairOptions{Seed: o.Seed, Steps: steps})
	return found.added, err
}

// breakCrews makes movable who is left over in so many crews, the crews of who signed last first.
func (r *repair) breakCrews(over []int, crews int) {
	chosen := make([]bool, len(over))
	for i, a := range slices.Backward(r.signed) {
		if !r.fixed[i] || over[a.Shift] == 0 {
			continue
		}
		if !chosen[a.Shift] {
			if crews == 0 {
				continue
			}
			crews--
			chosen[a.Shift] = true
		}
		over[a.Shift]--
		r.fixed[i], r.rule[i] = false, BrokenCrew
		r.taken[a.Shift]--
		r.held[a.Volunteer] = slices.DeleteFunc(r.held[a.Volunteer], func(s int32) bool { return int(s) == a.Shift })
	}
}
