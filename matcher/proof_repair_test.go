package matcher_test

import (
	"fmt"
	"slices"
	"testing"

	"nuo.internal/nuo/matcher"
)

func TestOKRepairProblems(t *testing.T) {
	for _, c := range problems {
		for seed := range uint64(20) {
			if best, err := proveRepair(t, c.k, chanceOf(seed), enough); err != nil || !best {
				t.Errorf("%s: best %v, %v", c.name, best, err)
			}
		}
	}
}

func TestOKRepairRandom(t *testing.T) {
	forRandom(t, 20_000, 7, 5, func(k sketch, c chance) error {
		_, err := proveRepair(t, k, c, 20)
		return err
	})
}

// mended is a signed roster, some of it perhaps impossible by now, as the judge sees it.
type mended struct {
	signed, movable []matcher.Assignment
	// kept are the places that have to stay, whoever signed first before who signed later.
	kept []matcher.Assignment
}

// sign draws a signed roster: mostly such as keeps the rules.
func (g given) sign() (m mended) {
	m.kept = []matcher.Assignment{}
	taken, held := make([]int, len(g.j.shifts)), make([][]int, len(g.j.volunteers))
	for _, p := range g.j.pairs {
		a := matcher.Assignment{Volunteer: p.Volunteer, Shift: p.Shift}
		with := append(slices.Clone(held[a.Volunteer]), a.Shift)
		lawful := taken[a.Shift] < g.j.shifts[a.Shift].Capacity && g.j.may(a.Volunteer, with)
		if g.c.oneIn(3) || slices.Contains(m.signed, a) || !lawful && !g.c.oneIn(4) {
			continue
		}
		m.signed = append(m.signed, a)
		if g.c.oneIn(2) {
			m.movable = append(m.movable, a)
		} else if lawful {
			m.kept = append(m.kept, a)
			held[a.Volunteer] = with
			taken[a.Shift]++
		}
	}
	return m
}

// proveRepair tells in what Repair's answer breaks a rule, moves somebody without need or is out of its bound, and
// whether it is the best there is.
func proveRepair(t *testing.T, k sketch, c chance, steps int) (isBest bool, err error) {
	g, err := give(k, c)
	if err != nil {
		return false, err
	}
	m := g.sign()
	plan, err := matcher.Repair(t.Context(), g.p, m.signed, matcher.RepairOptions{
		Movable: func(a matcher.Assignment) bool { return slices.Contains(m.movable, a) }, Seed: 1, Steps: steps,
	})
	if err != nil {
		return false, err
	}
	if err := g.lawful(&plan.Plan, m.signed); err != nil {
		return false, err
	}
	if err := m.told(plan); err != nil {
		return false, fmt.Errorf("signed %v, movable %v: %+v: %w", m.signed, m.movable, plan, err)
	}
	if k.crews() { // what stays of a broken crew is the solver's choice
		m.kept = slices.DeleteFunc(slices.Clone(m.signed), func(a matcher.Assignment) bool {
			return slices.Contains(m.movable, a) ||
				slices.ContainsFunc(plan.Broken, func(v matcher.Violation) bool { return v.Assignment == a })
		})
	}
	for _, a := range m.kept {
		if !slices.Contains(plan.Assignments, a) {
			return false, fmt.Errorf("signed %v, movable %v: %v is not kept: %v", m.signed, m.movable, a, plan.Assignments)
		}
	}
	isBest, err = g.bounded(&plan.Plan, g.j.judgeKeeping(several, m.signed, m.kept))
	if err != nil {
		err = fmt.Errorf("signed %v, movable %v: %w", m.signed, m.movable, err)
	}
	return isBest, err
}

// told tells what of the changes is not so.
func (m mended) told(plan *matcher.RepairPlan) error {
	var added, lost, changed []matcher.Assignment
	for _, a := range plan.Assignments {
		if !slices.Contains(m.signed, a) {
			added = append(added, a)
		}
	}
	if !slices.Equal(plan.Added, added) {
		return fmt.Errorf("added %v", added)
	}
	for _, a := range m.signed {
		if !slices.Contains(plan.Assignments, a) {
			lost = append(lost, a)
		}
	}
	for _, c := range plan.Changes {
		for _, s := range c.From {
			changed = append(changed, matcher.Assignment{Volunteer: c.Volunteer, Shift: s})
		}
		for _, s := range c.To {
			if !slices.Contains(added, matcher.Assignment{Volunteer: c.Volunteer, Shift: s}) {
				return fmt.Errorf("volunteer %d is not added to %d", c.Volunteer, s)
			}
		}
	}
	if len(changed) != len(lost) {
		return fmt.Errorf("lost %v", lost)
	}
	for _, a := range lost {
		broken := slices.ContainsFunc(plan.Broken, func(v matcher.Violation) bool { return v.Assignment == a && v.Rule != matcher.None })
		if !slices.Contains(changed, a) || !broken && !slices.Contains(m.movable, a) {
			return fmt.Errorf("%v is lost without a reason", a)
		}
	}
	if len(plan.Broken) > len(lost) {
		return fmt.Errorf("broken %v", plan.Broken)
	}
	return nil
}
