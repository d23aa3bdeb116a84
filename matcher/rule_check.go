package matcher

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sort"
)

// Check tells whether a plan keeps every rule: nil, or the first *Violation found, volunteers in order, and of each the
// shifts. Numbers out of range are NotEligible. Its cost is O(n log n) for n assignments and the commitments of those who
// have one, where a stint's next neighbours alone can be too near; to name a violation takes a logarithm more.
func (p *Problem) Check(assignments []Assignment) error {
	return p.check(context.Background(), assignments)
}

// check is Check that answers the context's error once that ends, but not before it has seen that all pairs are there.
func (p *Problem) check(ctx context.Context, assignments []Assignment) error {
	sorted := assignments
	if !slices.IsSortedFunc(sorted, compareAssignments) {
		sorted = slices.Clone(assignments)
		slices.SortFunc(sorted, compareAssignments)
	}
	// What comes after a pair that is not there is not looked at, but a rule may be broken before it.
	var absent error
	for i, a := range sorted {
		eligible := a.Volunteer >= 0 && a.Volunteer < len(p.volunteers) && a.Shift >= 0 && a.Shift < len(p.shifts)
		if eligible {
			_, eligible = p.rankOf(a.Volunteer, a.Shift)
		}
		if !eligible {
			sorted, absent = sorted[:i], &Violation{a, NotEligible}
			break
		}
	}
	beat := pulse{ctx, 0}
	taken := make([]int, len(p.shifts))
	c := personCheck{p: p, gap: p.longestGap()}
	for i := 0; i < len(sorted); {
		n := 1
		for i+n < len(sorted) && sorted[i+n].Volunteer == sorted[i].Volunteer {
			n++
		}
		if err := beat.beat(16 * (n + len(p.CommitmentsOf(sorted[i].Volunteer)))); err != nil {
			return cmp.Or(absent, err)
		}
		if err := c.first(sorted[i:i+n], taken); err != nil {
			return err
		}
		i += n
	}
	if absent != nil {
		return absent
	}
	for _, a := range sorted {
		if crew := p.shifts[a.Shift].Crew; taken[a.Shift]%crew != 0 {
			return &Violation{a, BrokenCrew}
		}
	}
	return nil
}

// longestGap is no less than any Gap.
func (p *Problem) longestGap() int {
	if len(p.rules.Distances) > 0 {
		return slices.Max(p.rules.Distances)
	}
	return p.rules.Travel
}

// personCheck checks what one volunteer has.
type personCheck struct {
	p      *Problem
	gap    int
	stints []personStint
}

type personStint struct {
	stint
	promised bool // a commitment
}

// first is the first violation of a volunteer's eligible assignments, which come by shift; it counts slots in taken.
func (c *personCheck) first(plan []Assignment, taken []int) error {
	allowed := len(plan)
	if !c.allowed(plan) { // what breaks a rule breaks it with more beside it too
		allowed = sort.Search(len(plan), func(n int) bool { return !c.allowed(plan[:n+1]) })
	}
	for _, a := range plan[:allowed] {
		if taken[a.Shift]++; taken[a.Shift] > c.p.shifts[a.Shift].Capacity {
			return &Violation{a, Full}
		}
	}
	if allowed == len(plan) {
		return nil
	}
	held := make([]int32, allowed)
	for k, a := range plan[:allowed] {
		held[k] = int32(a.Shift)
	}
	a := plan[allowed]
	return &Violation{a, c.p.Forbids(a.Volunteer, held, a.Shift)}
}

// allowed tells whether one volunteer may have all of some shifts.
func (c *personCheck) allowed(plan []Assignment) bool {
	p, v := c.p, plan[0].Volunteer
	who := &p.volunteers[v]
	c.stints = c.stints[:0]
	time := 0
	for k, a := range plan {
		if k > 0 && plan[k-1] == a {
			return false
		}
		if s := &p.shifts[a.Shift]; s.Start < s.End {
			c.stints = append(c.stints, personStint{stint{s.Start, s.End, s.Place, s.Rest}, false})
			time += s.End - s.Start
		}
	}
	if len(plan) > who.Shifts || who.Time > 0 && time > who.Time {
		return false
	}
	for _, t := range p.CommitmentsOf(v) {
		if t.Start < t.End {
			c.stints = append(c.stints, personStint{stint{t.Start, t.End, t.Place, t.Rest}, true})
		}
	}
	slices.SortFunc(c.stints, func(a, b personStint) int { return cmp.Compare(a.start, b.start) })
	return c.apart(who.Rest) && c.within(who)
}

// apart tells whether no two stints are too near each other, but for two that are promised.
func (c *personCheck) apart(rest int) bool {
	for k, a := range c.stints {
		reach := a.end + max(rest, a.rest, c.gap)
		for _, b := range c.stints[k+1:] {
			if b.start >= reach {
				break
			}
			if (!a.promised || !b.promised) && c.p.between(rest, a.stint, b.stint) != None {
				return false
			}
		}
	}
	return true
}

// within tells whether the limits by day and week are kept wherever something is not promised.
func (c *personCheck) within(who *Volunteer) bool {
	day := c.p.rules.Day
	if day == 0 {
		return true
	}
	if who.TimeWeek > 0 && !c.windows(who.TimeWeek, func(first, at personStint) bool { return at.start-first.start < 7*day }) {
		return false
	}
	if who.TimeDay > 0 && !c.windows(who.TimeDay, func(first, at personStint) bool {
		return floorDiv(at.start, day) == floorDiv(first.start, day)
	}) {
		return false
	}
	if who.DaysInRow == 0 {
		return true
	}
	since, last, own := 0, math.MinInt/2, false
	for _, t := range c.stints {
		d := floorDiv(t.start, day)
		if d > last+1 {
			since, own = d, false
		}
		last, own = d, own || !t.promised
		if own && d-since+1 > who.DaysInRow && d > since {
			return false
		}
	}
	return true
}

// windows tells whether in no window of two or more stints the time is above a limit; a window begins with a stint, and
// those that come with it follow. A window in which all is promised does not count.
func (c *personCheck) windows(limit int, with func(first, at personStint) bool) bool {
	sum, own, to := 0, 0, 0
	for from, first := range c.stints {
		for ; to < len(c.stints) && with(first, c.stints[to]); to++ {
			sum += c.stints[to].end - c.stints[to].start
			if !c.stints[to].promised {
				own++
			}
		}
		if own > 0 && to-from > 1 && sum > limit {
			return false
		}
		sum -= first.end - first.start
		if !first.promised {
			own--
		}
	}
	return true
}
