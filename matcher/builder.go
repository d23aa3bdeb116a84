package matcher

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// ErrCrew is what Fill and Stable answer to a problem with crews: they decide each slot by itself. Roster heeds crews.
var ErrCrew = errors.New("matcher: a shift asks for a crew, which only Roster and Repair arrange")

// ErrBuilt is what Build answers once it has answered a problem: a builder makes one.
var ErrBuilt = errors.New("matcher: the builder has built its problem and is used up")

// ElementError names an element of a problem that makes no sense.
type ElementError struct {
	// Element is "rules", "volunteer", "shift", "pair" or "commitment" of a problem, a "signed place" of Repair's, or a
	// "closed shift" of Verify's.
	Element string
	// Index is its number in the order of adding, from 0.
	Index int
	// Field is what is wrong with it, and Why how.
	Field, Why string
}

func (e *ElementError) Error() string {
	if e.Element == "rules" {
		return fmt.Sprintf("matcher: rules: %s %s", e.Field, e.Why)
	}
	return fmt.Sprintf("matcher: %s %d: %s %s", e.Element, e.Index, e.Field, e.Why)
}

// maxErrors is how many elements an error of Build names.
const maxErrors = 10

// Builder takes a problem piece by piece. What makes no sense is kept as an error that Build returns; adding goes on,
// so that one Build names several. It is used by one goroutine.
type Builder struct {
	rules       Rules
	volunteers  []Volunteer
	shifts      []Shift
	pairOf      []int32
	pairTo      []int32
	rank        []int32
	standing    []int32
	commitments []Commitment
	sorted      bool // pairs came in the order in which a Problem keeps them
	pairs       int  // also those that were refused
	built       bool
	errs        []error
	faults      int
}

// NewBuilder begins a problem under these rules, of which it keeps a copy.
func NewBuilder(rules Rules) *Builder {
	rules.Distances = slices.Clone(rules.Distances)
	b := &Builder{rules: rules, sorted: true}
	check := checker{b, "rules", 0}
	check.within("Day", rules.Day, 0, MaxTime)
	check.within("Travel", rules.Travel, 0, MaxTime)
	if rules.Distances != nil {
		check.within("Places", rules.Places, 1, 1<<15)
		if len(rules.Distances) != rules.Places*rules.Places {
			check.fail("Distances", fmt.Sprintf("has %d numbers, Places × Places are %d", len(rules.Distances), rules.Places*rules.Places))
		}
		for i, d := range rules.Distances {
			if d < 0 || d > MaxTime {
				check.within(fmt.Sprintf("Distances[%d]", i), d, 0, MaxTime)
			}
		}
	}
	return b
}

// Grow makes room for so many pairs at once; adding works without it.
func (b *Builder) Grow(pairs int) {
	if pairs < 0 || pairs > MaxPairs {
		return // adding tells
	}
	b.pairOf, b.pairTo, b.rank = slices.Grow(b.pairOf, pairs), slices.Grow(b.pairTo, pairs), slices.Grow(b.rank, pairs)
}

// Volunteer adds a volunteer and answers the number.
func (b *Builder) Volunteer(v Volunteer) int {
	n := len(b.volunteers)
	check := checker{b, "volunteer", n}
	check.within("number", n, 0, MaxElements-1)
	check.within("Shifts", v.Shifts, 0, MaxCapacity)
	check.within("Time", v.Time, 0, MaxTime)
	check.within("TimeDay", v.TimeDay, 0, MaxTime)
	check.within("TimeWeek", v.TimeWeek, 0, MaxTime)
	check.within("DaysInRow", v.DaysInRow, 0, MaxTime)
	check.within("Rest", v.Rest, 0, MaxTime)
	check.within("Load", v.Load, 0, MaxLoad)
	if b.rules.Day == 0 && (v.TimeDay != 0 || v.TimeWeek != 0 || v.DaysInRow != 0) {
		check.fail("TimeDay, TimeWeek, DaysInRow", "need Rules.Day, the length of a day")
	}
	v.Shifts = cmp.Or(v.Shifts, 1)
	b.volunteers = append(b.volunteers, v)
	return n
}

// Shift adds a shift and answers the number.
func (b *Builder) Shift(s Shift) int {
	n := len(b.shifts)
	check := checker{b, "shift", n}
	check.within("number", n, 0, MaxElements-1)
	check.interval(s.Start, s.End)
	check.within("Capacity", s.Capacity, 0, MaxCapacity)
	check.within("Minimum", s.Minimum, 0, max(s.Capacity, 0))
	check.within("Priority", s.Priority, 0, MaxPriority)
	check.within("Rest", s.Rest, 0, MaxTime)
	check.place(s.Place, b.rules)
	check.within("Crew", s.Crew, 0, MaxCapacity)
	if s.Crew > 1 && s.Capacity%s.Crew != 0 {
		check.fail("Crew", fmt.Sprintf("is %d and does not divide Capacity %d", s.Crew, s.Capacity))
	}
	s.Priority, s.Crew = cmp.Or(s.Priority, 1), cmp.Or(s.Crew, 1)
	b.shifts = append(b.shifts, s)
	return n
}

// Pair adds an eligible pair of a volunteer and a shift that were added before. A pair added twice counts once, with
// its lower rank and its better standing.
func (b *Builder) Pair(p Pair) {
	check := checker{b, "pair", b.pairs}
	b.pairs++
	ok := check.known("Volunteer", p.Volunteer, len(b.volunteers))
	ok = check.known("Shift", p.Shift, len(b.shifts)) && ok
	ok = check.within("Rank", p.Rank, 0, MaxRank) && ok
	ok = check.within("Standing", p.Standing, 0, MaxRank) && ok
	ok = check.within("number", b.pairs-1, 0, MaxPairs-1) && ok
	if !ok {
		return
	}
	if n := len(b.pairOf); n > 0 {
		last := int(b.pairOf[n-1])
		b.sorted = b.sorted && (last < p.Volunteer || last == p.Volunteer && int(b.pairTo[n-1]) < p.Shift)
	}
	b.pairOf, b.pairTo, b.rank = append(b.pairOf, int32(p.Volunteer)), append(b.pairTo, int32(p.Shift)), append(b.rank, int32(p.Rank))
	if p.Standing != 0 && b.standing == nil {
		b.standing = make([]int32, len(b.pairOf)-1, cap(b.pairOf))
	}
	if b.standing != nil {
		b.standing = append(b.standing, int32(p.Standing))
	}
}

// Commit adds time that a volunteer has promised already.
func (b *Builder) Commit(c Commitment) {
	check := checker{b, "commitment", len(b.commitments)}
	check.known("Volunteer", c.Volunteer, len(b.volunteers))
	check.interval(c.Start, c.End)
	check.place(c.Place, b.rules)
	check.within("Rest", c.Rest, 0, MaxTime)
	b.commitments = append(b.commitments, c)
}

// Build answers the problem, or which elements make no sense (ElementError, the first ten joined). Where it succeeds, the
// builder is used up: what is added from then on goes nowhere, and Build answers ErrBuilt.
//
// Its cost is linear in volunteers, shifts and pairs that came by volunteer and, within a volunteer, by shift; otherwise
// O(d log d) for each volunteer's d pairs, and O(c log c) for c commitments. The pairs are sorted where they lie: beside
// what the builder holds, which is 12 bytes a pair (16 with standings) and the room that adding left, Build asks for 16
// bytes a volunteer, and where a column has more than an eighth of room, for the memory of one column at a time, to give
// that room back.
func (b *Builder) Build() (*Problem, error) {
	if b.built {
		return nil, ErrBuilt
	}
	if b.faults > 0 {
		errs := b.errs
		if more := b.faults - len(errs); more > 0 {
			errs = append(errs, fmt.Errorf("matcher: and %d more", more))
		}
		return nil, errors.Join(errs...)
	}
	p := &Problem{rules: b.rules, volunteers: fitted(b.volunteers), shifts: fitted(b.shifts)}
	if b.sorted {
		p.first = starts(len(b.volunteers), len(b.pairOf), func(i int) int { return int(b.pairOf[i]) })
		b.pairOf = nil
	} else {
		p.first = b.sort()
	}
	b.volunteers, b.shifts = nil, nil
	p.shift, b.pairTo = fitted(b.pairTo), nil
	p.rank, b.rank = fitted(b.rank), nil
	p.standing, b.standing = fitted(b.standing), nil
	slices.SortFunc(b.commitments, func(x, y Commitment) int {
		return cmp.Or(cmp.Compare(x.Volunteer, y.Volunteer), cmp.Compare(x.Start, y.Start), cmp.Compare(x.End, y.End),
			cmp.Compare(x.Place, y.Place), cmp.Compare(x.Rest, y.Rest))
	})
	p.commitments, b.commitments = fitted(b.commitments), nil
	p.firstCommitment = starts(len(p.volunteers), len(p.commitments), func(i int) int { return p.commitments[i].Volunteer })
	*b = Builder{built: true}
	return p, nil
}

// checker says what is wrong with one element.
type checker struct {
	b       *Builder
	element string
	index   int
}

func (c checker) fail(field, why string) bool {
	c.b.faults++
	if len(c.b.errs) < maxErrors {
		c.b.errs = append(c.b.errs, &ElementError{c.element, c.index, field, why})
	}
	return false
}

func (c checker) within(field string, value, low, high int) bool {
	switch {
	case value < low:
		return c.fail(field, fmt.Sprintf("is %d, below %d", value, low))
	case value > high:
		return c.fail(field, fmt.Sprintf("is %d, above %d", value, high))
	}
	return true
}

func (c checker) known(field string, index, n int) bool {
	if index < 0 || index >= n {
		return c.fail(field, fmt.Sprintf("%d names nobody: there are %d so far", index, n))
	}
	return true
}

func (c checker) interval(start, end int) {
	if c.within("Start", start, -MaxTime, MaxTime) && c.within("End", end, -MaxTime, MaxTime) && end < start {
		c.fail("End", fmt.Sprintf("is %d, before Start %d", end, start))
	}
}

func (c checker) place(place int, rules Rules) {
	most := MaxElements
	if rules.Distances != nil {
		most = rules.Places - 1
	}
	c.within("Place", place, 0, most)
}
