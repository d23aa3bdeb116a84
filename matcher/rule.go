package matcher

import (
	"cmp"
	"fmt"
	"slices"
)

// Rule is one of the rules that forbid a volunteer a shift, or a shift a volunteer.
type Rule uint8

// The rules, in the order in which they are looked at.
const (
	// None: nothing forbids it.
	None Rule = iota
	// NotEligible: there is no such pair.
	NotEligible
	// Twice: the volunteer has this shift already.
	Twice
	// LimitShifts: Volunteer.Shifts are given.
	LimitShifts
	// Overlap: it crosses another shift, or a commitment.
	Overlap
	// Rest: the free time before or after is shorter than Volunteer.Rest or a Rest after.
	Rest
	// Travel: the free time is shorter than the way.
	Travel
	// LimitTime, LimitDay, LimitWeek: Volunteer.Time, TimeDay, TimeWeek would be exceeded.
	LimitTime
	LimitDay
	LimitWeek
	// LimitDaysInRow: Volunteer.DaysInRow would be exceeded.
	LimitDaysInRow
	// Full: the shift's slots are taken.
	Full
	// BrokenCrew: the shift's people are no whole number of crews.
	BrokenCrew
)

var ruleNames = [...]string{
	"none", "not eligible", "twice", "limit of shifts", "overlap", "rest", "travel", "limit of time", "limit of a day",
	"limit of a week", "limit of days in a row", "full", "broken crew",
}

func (r Rule) String() string {
	if int(r) < len(ruleNames) {
		return ruleNames[r]
	}
	return fmt.Sprintf("Rule(%d)", uint8(r))
}

// Violation is what Check finds: an assignment that a rule forbids.
type Violation struct {
	Assignment
	Rule Rule
}

func (e *Violation) Error() string {
	return fmt.Sprintf("matcher: volunteer %d on shift %d: %s", e.Volunteer, e.Shift, e.Rule)
}

// Forbids is the first rule about the volunteer that forbids shift s beside those held, None where it may be added.
// Slots and crews are not looked at. Its cost is O(n) for n held shifts and commitments, with Volunteer.TimeWeek
// O(n log n).
func (p *Problem) Forbids(v int, held []int32, s int) Rule {
	if _, eligible := p.rankOf(v, s); !eligible {
		return NotEligible
	}
	if slices.Contains(held, int32(s)) {
		return Twice
	}
	volunteer := &p.volunteers[v]
	if len(held) >= volunteer.Shifts {
		return LimitShifts
	}
	shift := &p.shifts[s]
	if shift.Start == shift.End {
		return None
	}
	time := shift.End - shift.Start
	var few [12]stint // enough for most, and no memory to ask for
	calendar := few[:0]
	for _, h := range held {
		if other := &p.shifts[h]; other.Start < other.End {
			calendar = append(calendar, stint{other.Start, other.End, other.Place, other.Rest})
			time += other.End - other.Start
		}
	}
	for _, c := range p.CommitmentsOf(v) {
		if c.Start < c.End {
			calendar = append(calendar, stint{c.Start, c.End, c.Place, c.Rest})
		}
	}
	wanted := stint{shift.Start, shift.End, shift.Place, shift.Rest}
	worst := None
	for _, other := range calendar {
		if rule := p.between(volunteer.Rest, wanted, other); rule != None && (worst == None || rule < worst) {
			worst = rule
		}
	}
	switch {
	case worst != None:
		return worst
	case volunteer.Time > 0 && time > volunteer.Time:
		return LimitTime
	}
	return p.limits(volunteer, calendar, wanted)
}

// stint is time that somebody spends somewhere, never empty, and the rest needed after it.
type stint struct{ start, end, place, rest int }

// between is the rule that forbids one person both stints: any two of a person's, not only neighbours.
func (p *Problem) between(rest int, a, b stint) Rule {
	if a.start > b.start {
		a, b = b, a
	}
	free := b.start - a.end
	switch {
	case free < 0:
		return Overlap
	case free < rest || free < a.rest:
		return Rest
	case free < p.Gap(a.place, b.place):
		return Travel
	}
	return None
}

// limits are the rules by day and week, for a stint that is wanted beside a calendar.
func (p *Problem) limits(v *Volunteer, calendar []stint, wanted stint) Rule {
	day := p.rules.Day
	if day == 0 || len(calendar) == 0 {
		return None // a single one is never too long
	}
	if v.TimeDay > 0 {
		sum, others := wanted.end-wanted.start, 0
		for _, c := range calendar {
			if floorDiv(c.start, day) == floorDiv(wanted.start, day) {
				sum += c.end - c.start
				others++
			}
		}
		if others > 0 && sum > v.TimeDay {
			return LimitDay
		}
	}
	calendar = append(calendar, wanted)
	if v.TimeWeek > 0 && busiest(calendar, wanted, 7*day) > v.TimeWeek {
		return LimitWeek
	}
	if v.DaysInRow > 0 && inRow(calendar, wanted, day) > v.DaysInRow {
		return LimitDaysInRow
	}
	return None
}

// busiest is the longest time of two or more stints that start within any week that begins with a stint and holds the
// wanted one, which is in the calendar.
func busiest(calendar []stint, wanted stint, week int) (most int) {
	near := calendar[:0:0]
	var few [16]stint
	if len(calendar) <= len(few) {
		near = few[:0]
	}
	for _, c := range calendar {
		if d := c.start - wanted.start; d > -week && d < week {
			near = append(near, c)
		}
	}
	slices.SortFunc(near, func(a, b stint) int { return cmp.Compare(a.start, b.start) })
	sum, to := 0, 0
	for from, first := range near {
		if first.start > wanted.start {
			break
		}
		for ; to < len(near) && near[to].start-first.start < week; to++ {
			sum += near[to].end - near[to].start
		}
		if to-from > 1 {
			most = max(most, sum)
		}
		sum -= first.end - first.start
	}
	return most
}

// inRow counts the days without a gap around the wanted one's.
func inRow(calendar []stint, wanted stint, day int) int {
	days := make(map[int]bool, len(calendar))
	for _, c := range calendar {
		days[floorDiv(c.start, day)] = true
	}
	n := 1
	for _, direction := range []int{-1, 1} {
		for d := floorDiv(wanted.start, day) + direction; days[d]; d += direction {
			n++
		}
	}
	return n
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
