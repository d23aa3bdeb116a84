package matcher

import (
	"context"
	"slices"
)

// crewSteps is the most work spent on the question whether begun crews can be completed.
const crewSteps = 2000

// settleCrews sees to the crews that fixed people have begun: whoever cannot be given company is fixed no longer. It
// answers assignments that complete all crews begun by those who are.
func (r *repair) settleCrews(ctx context.Context, o RepairOptions) ([]Assignment, error) {
	for slices.Max(append(r.over(nil), 0)) > 0 {
		completing, err := r.completing(ctx, o)
		if err != nil {
			return nil, err
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
		r.fix()
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

// completing are assignments that complete as many begun crews as are found.
func (r *repair) completing(ctx context.Context, o RepairOptions) ([]Assignment, error) {
	missing := make([]int, len(r.taken))
	for s, over := range r.over(nil) {
		if over > 0 {
			missing[s] = r.p.shifts[s].Crew - over
		}
	}
	var start []Assignment
	for _, a := range r.kept() { // in whole crews
		if missing[a.Shift] > 0 {
			missing[a.Shift]--
			start = append(start, a)
		}
	}
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

// pin makes what completes the begun crews fixed, after a search that added something else.
func (r *repair) pin(completing, added []Assignment) {
	r.pins, r.before = completing, added
	for _, a := range completing {
		r.hold(a)
	}
}
