package matcher_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"nuo.internal/nuo/matcher"
)

// sketch is a problem as it is told to a Builder. The judge works on it alone: it shares no code with the solvers, the
// Builder or the rules.
type sketch struct {
	rules       matcher.Rules
	volunteers  []matcher.Volunteer
	shifts      []matcher.Shift
	pairs       []matcher.Pair
	commitments []matcher.Commitment
}

// build is the problem of a sketch.
func (k sketch) build() (*matcher.Problem, error) {
	b := matcher.NewBuilder(k.rules)
	for _, v := range k.volunteers {
		b.Volunteer(v)
	}
	for _, s := range k.shifts {
		b.Shift(s)
	}
	for _, p := range k.pairs {
		b.Pair(p)
	}
	for _, c := range k.commitments {
		b.Commit(c)
	}
	return b.Build()
}

func (k sketch) problem(t testing.TB) *matcher.Problem {
	t.Helper()
	p, err := k.build()
	if err != nil {
		t.Fatalf("%v\n%+v", err, k)
	}
	return p
}

// judge knows a sketch's pairs.
type judge struct {
	sketch
	rank, standing map[matcher.Assignment]int
}

func newJudge(k sketch) *judge {
	j := &judge{k, map[matcher.Assignment]int{}, map[matcher.Assignment]int{}}
	for _, p := range k.pairs {
		a := matcher.Assignment{Volunteer: p.Volunteer, Shift: p.Shift}
		if rank, twice := j.rank[a]; !twice || p.Rank < rank {
			j.rank[a] = p.Rank
		}
		if p.Standing > 0 && (j.standing[a] == 0 || p.Standing < j.standing[a]) {
			j.standing[a] = p.Standing
		}
	}
	return j
}

// busy is some time of a person.
type busy struct {
	from, to, place, rest int
	planned               bool // and not promised before
}

// may tells whether one person may have all these shifts, by every rule that is about a person.
func (j *judge) may(v int, shifts []int) bool {
	person := j.volunteers[v]
	if len(shifts) > max(person.Shifts, 1) {
		return false
	}
	var all []busy
	worked := 0
	for i, s := range shifts {
		if _, eligible := j.rank[matcher.Assignment{Volunteer: v, Shift: s}]; !eligible || slices.Contains(shifts[:i], s) {
			return false
		}
		if shift := j.shifts[s]; shift.Start < shift.End {
			all = append(all, busy{shift.Start, shift.End, shift.Place, shift.Rest, true})
			worked += shift.End - shift.Start
		}
	}
	if person.Time > 0 && worked > person.Time {
		return false
	}
	for _, c := range j.commitments {
		if c.Volunteer == v && c.Start < c.End {
			all = append(all, busy{c.Start, c.End, c.Place, c.Rest, false})
		}
	}
	slices.SortFunc(all, func(x, y busy) int { return cmp.Compare(x.from, y.from) })
	for i, later := range all {
		for _, earlier := range all[:i] {
			needed := max(person.Rest, earlier.rest, j.way(earlier.place, later.place))
			if (earlier.planned || later.planned) && later.from < earlier.to+needed {
				return false
			}
		}
	}
	return j.rules.Day == 0 || j.mayByDay(person, all)
}

func (j *judge) way(from, to int) int {
	switch {
	case from == to:
		return 0
	case j.rules.Distances == nil:
		return j.rules.Travel
	}
	return j.rules.Distances[from*j.rules.Places+to]
}

// mayByDay looks at the limits of days and weeks; all is by start.
func (j *judge) mayByDay(person matcher.Volunteer, all []busy) bool {
	// tooMuch tells whether those that begin from a time until another are together, with a planned one, too long. One
	// alone never is.
	tooMuch := func(from, until, limit int) bool {
		n, sum, planned := 0, 0, false
		for _, b := range all {
			if from <= b.from && b.from < until {
				n, sum, planned = n+1, sum+b.to-b.from, planned || b.planned
			}
		}
		return limit > 0 && planned && n > 1 && sum > limit
	}
	day := j.rules.Day
	mornings := map[int]bool{} // of days on which something begins: whether something planned does
	for _, b := range all {
		morning := b.from - ((b.from%day)+day)%day
		if tooMuch(morning, morning+day, person.TimeDay) || tooMuch(b.from, b.from+7*day, person.TimeWeek) {
			return false
		}
		mornings[morning] = mornings[morning] || b.planned
	}
	for first := range mornings {
		if _, goesOn := mornings[first-day]; goesOn || person.DaysInRow == 0 {
			continue
		}
		n, planned := 0, false
		for p, busy := mornings[first]; busy; p, busy = mornings[first+n*day] {
			n, planned = n+1, planned || p
		}
		if planned && n > person.DaysInRow {
			return false
		}
	}
	return true
}

// check tells what is wrong with a plan: every rule, in words of its own.
func (j *judge) check(plan []matcher.Assignment) error {
	held := make([][]int, len(j.volunteers))
	taken := make([]int, len(j.shifts))
	for _, a := range plan {
		held[a.Volunteer] = append(held[a.Volunteer], a.Shift)
		taken[a.Shift]++
	}
	for v, shifts := range held {
		if !j.may(v, shifts) {
			return fmt.Errorf("volunteer %d may not have %v", v, shifts)
		}
	}
	for s, n := range taken {
		if n > j.shifts[s].Capacity || n%max(j.shifts[s].Crew, 1) != 0 {
			return fmt.Errorf("shift %d may not have %d", s, n)
		}
	}
	return nil
}

// score of a plan, beside what was signed.
func (j *judge) score(plan, signed []matcher.Assignment) (score matcher.Score) {
	taken := make([]int, len(j.shifts))
	squares := func(n int) int64 { return int64(n) * int64(n) }
	for v, person := range j.volunteers {
		load := person.Load
		for _, a := range plan {
			if a.Volunteer == v {
				load++
				taken[a.Shift]++
				score.Rank += int64(j.rank[a])
			}
		}
		score.Unfairness += squares(load) - squares(person.Load)
	}
	for s, n := range taken {
		score.Value += j.value(s, n)
	}
	for _, a := range signed {
		if !slices.Contains(plan, a) {
			score.Moved++
		}
	}
	score.Filled = len(plan)
	return score
}

// value of the first n slots of a shift.
func (j *judge) value(s, n int) int64 {
	shift := j.shifts[s]
	return int64(n*max(shift.Priority, 1) + min(n, shift.Minimum)*1000)
}

// cost is what is best when it is least, after the Value.
type cost struct {
	moved            int
	rank, unfairness int64
}

func (c cost) compare(d cost) int {
	return cmp.Or(cmp.Compare(c.moved, d.moved), cmp.Compare(c.rank, d.rank), cmp.Compare(c.unfairness, d.unfairness))
}

// verdict is what the judge finds: for every Value that some plan has the least cost of such plans, and the most Value.
type verdict struct {
	least map[int64]cost
	most  int64
}

// best is the best score there is; Filled is left 0.
func (w verdict) best() matcher.Score {
	c := w.least[w.most]
	return matcher.Score{Value: w.most, Moved: c.moved, Rank: c.rank, Unfairness: c.unfairness}
}

// judge goes through every plan of at most so many shifts each. Plans of the first volunteers that take the same slots
// are pruned to the best of them: all that comes later is the same for them. How many slots of each shift are taken is
// one number, with a digit for each shift.
func (j *judge) judge(each int, signed []matcher.Assignment) verdict {
	return j.judgeKeeping(each, signed, nil)
}

// judgeKeeping is judge for the plans that hold all that is kept.
func (j *judge) judgeKeeping(each int, signed, kept []matcher.Assignment) verdict {
	digit, most := []int{1}, make([]int, len(j.shifts))
	for s, shift := range j.shifts {
		most[s] = min(shift.Capacity, len(j.volunteers))
		digit = append(digit, digit[s]*(most[s]+1))
	}
	plans, next := make([]cost, digit[len(j.shifts)]), make([]cost, digit[len(j.shifts)])
	for i := range plans[1:] {
		plans[1+i].moved = never
	}
	for v := range j.volunteers {
		for i := range next {
			next[i].moved = never
		}
		for _, shifts := range j.choices(v, each) {
			if !keeps(v, shifts, kept) {
				continue
			}
			own := j.costOf(v, shifts, signed)
		add:
			for taken, before := range plans {
				if before.moved == never {
					continue
				}
				after := taken
				for _, s := range shifts {
					if taken/digit[s]%(most[s]+1) == most[s] {
						continue add
					}
					after += digit[s]
				}
				sum := cost{before.moved + own.moved, before.rank + own.rank, before.unfairness + own.unfairness}
				if best := &next[after]; best.moved == never || sum.compare(*best) < 0 {
					*best = sum
				}
			}
		}
		plans, next = next, plans
	}
	w := verdict{least: map[int64]cost{}}
count:
	for taken, c := range plans {
		value := int64(0)
		for s, shift := range j.shifts {
			n := taken / digit[s] % (most[s] + 1)
			if n%max(shift.Crew, 1) != 0 {
				continue count
			}
			value += j.value(s, n)
		}
		if c.moved == never {
			continue
		}
		if best, known := w.least[value]; !known || c.compare(best) < 0 {
			w.least[value] = c
		}
		w.most = max(w.most, value)
	}
	return w
}

// never is the cost, in moved, of what no plan takes.
const never = -1

// costOf is what a person's shifts add to the cost of a plan.
func (j *judge) costOf(v int, shifts []int, signed []matcher.Assignment) cost {
	load := j.volunteers[v].Load
	c := cost{unfairness: int64((load+len(shifts))*(load+len(shifts)) - load*load)}
	for _, s := range shifts {
		c.rank += int64(j.rank[matcher.Assignment{Volunteer: v, Shift: s}])
	}
	for _, a := range signed {
		if a.Volunteer == v && !slices.Contains(shifts, a.Shift) {
			c.moved++
		}
	}
	return c
}

func keeps(v int, shifts []int, kept []matcher.Assignment) bool {
	return !slices.ContainsFunc(kept, func(a matcher.Assignment) bool {
		return a.Volunteer == v && !slices.Contains(shifts, a.Shift)
	})
}

// choices are all sets of shifts that one person may have.
func (j *judge) choices(v, each int) [][]int {
	var sets [][]int
	for bits := range 1 << len(j.shifts) {
		var shifts []int
		for s := range j.shifts {
			if bits>>s&1 == 1 {
				shifts = append(shifts, s)
			}
		}
		if len(shifts) <= each && j.may(v, shifts) {
			sets = append(sets, shifts)
		}
	}
	return sets
}

// several is a number of shifts that limits nothing.
const several = 6
