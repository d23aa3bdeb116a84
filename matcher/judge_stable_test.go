package matcher_test

import (
	"cmp"
	"math"
	"slices"

	"nuo.internal/nuo/matcher"
)

// seat is what a volunteer has in a plan of one shift each, or none.
const none = -1

// worst is the standing of who has none: after all who have one.
func (j *judge) standingOf(v, s int) int {
	if standing := j.standing[matcher.Assignment{Volunteer: v, Shift: s}]; standing > 0 {
		return standing
	}
	return math.MaxInt
}

// wishesOf are the shifts that a volunteer may have, the most wanted first, of equal ones the lower number. The closed
// ones are left out.
func (j *judge) wishesOf(v int, closed []int) (wishes []int) {
	for s := range j.shifts {
		if j.may(v, []int{s}) && !slices.Contains(closed, s) {
			wishes = append(wishes, s)
		}
	}
	slices.SortStableFunc(wishes, func(x, y int) int {
		return cmp.Compare(j.rank[matcher.Assignment{Volunteer: v, Shift: x}], j.rank[matcher.Assignment{Volunteer: v, Shift: y}])
	})
	return wishes
}

// ahead tells whether a shift goes for volunteer v before w, once ties are broken.
func (j *judge) ahead(s, v, w int) bool {
	return cmp.Or(cmp.Compare(j.standingOf(v, s), j.standingOf(w, s)), cmp.Compare(j.volunteers[v].Load, j.volunteers[w].Load), cmp.Compare(v, w)) < 0
}

// blocking is the first pair, by volunteer, rank and shift, of which both sides would gain: seats has everybody's shift.
// With strict, broken ties are wishes.
func (j *judge) blocking(seats, closed []int, strict bool) (matcher.Assignment, bool) {
	for v, seat := range seats {
		for _, s := range j.wishesOf(v, closed) {
			if s == seat || !strict && seat != none &&
				j.rank[matcher.Assignment{Volunteer: v, Shift: s}] == j.rank[matcher.Assignment{Volunteer: v, Shift: seat}] {
				break
			}
			taken, gives := 0, false
			for w, other := range seats {
				if other != s {
					continue
				}
				taken++
				gives = gives || strict && j.ahead(s, v, w) || !strict && j.standingOf(v, s) < j.standingOf(w, s)
			}
			if taken < j.shifts[s].Capacity || gives {
				return matcher.Assignment{Volunteer: v, Shift: s}, true
			}
		}
	}
	return matcher.Assignment{}, false
}

// bestStable goes through every plan of one shift each and answers the stable one that is best for every volunteer, once
// ties are broken; there always is one (Gale and Shapley 1962).
func (j *judge) bestStable(closed []int) []int {
	wishes := make([][]int, len(j.volunteers))
	for v := range wishes {
		wishes[v] = append(j.wishesOf(v, closed), none)
	}
	taken := make([]int, len(j.shifts))
	seats := make([]int, len(j.volunteers))
	var best []int
	var next func(v int)
	next = func(v int) {
		if v == len(seats) {
			if _, blocked := j.blocking(seats, closed, true); blocked {
				return
			}
			better := best == nil
			for v := range best {
				better = better || slices.Index(wishes[v], seats[v]) < slices.Index(wishes[v], best[v])
			}
			if better {
				best = slices.Clone(seats)
			}
			return
		}
		for _, s := range wishes[v] {
			if s != none && taken[s] == j.shifts[s].Capacity {
				continue
			}
			if seats[v] = s; s == none {
				next(v + 1)
				continue
			}
			taken[s]++
			next(v + 1)
			taken[s]--
		}
	}
	next(0)
	return best
}

// short are the open shifts below their minimum.
func (j *judge) short(seats, closed []int) (short []int) {
	for s := range j.shifts {
		if count(seats, s) < j.shifts[s].Minimum && !slices.Contains(closed, s) {
			short = append(short, s)
		}
	}
	return short
}

func count(seats []int, s int) (n int) {
	for _, seat := range seats {
		if seat == s {
			n++
		}
	}
	return n
}

// closeShort closes one short shift after another: of the lowest priority, then with the least part of its minimum, then
// of the highest number.
func (j *judge) closeShort() (seats, closed []int) {
	for {
		seats = j.bestStable(closed)
		short := j.short(seats, closed)
		if len(short) == 0 {
			slices.Sort(closed)
			return seats, closed
		}
		closed = append(closed, slices.MinFunc(short, func(x, y int) int {
			return cmp.Or(
				cmp.Compare(max(j.shifts[x].Priority, 1), max(j.shifts[y].Priority, 1)),
				cmp.Compare(count(seats, x)*j.shifts[y].Minimum, count(seats, y)*j.shifts[x].Minimum),
				cmp.Compare(y, x),
			)
		}))
	}
}
