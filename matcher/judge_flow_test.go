package matcher_test

import (
	"cmp"

	"nuo.internal/nuo/matcher"
)

// dear is a cost of a place: the value it takes away, its rank, its unfairness; the first decides.
type dear [3]int64

func (a dear) add(b dear, times int64) dear {
	return dear{a[0] + times*b[0], a[1] + times*b[1], a[2] + times*b[2]}
}

func (a dear) compare(b dear) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]), cmp.Compare(a[2], b[2]))
}

// flowBest is the best score of a problem in which nothing but slots and limits of shifts is in the way: no times, no
// crews. It fills slot after slot along the cheapest path that Bellman and Ford find, in costs of three parts: slow,
// and nothing like the solvers. Weights of slots fall and unfairness rises with each place, so that it is exact.
func (j *judge) flowBest(each func(v int) int) matcher.Score {
	held := map[matcher.Assignment]bool{}
	given, taken := make([]int, len(j.volunteers)), make([]int, len(j.shifts))
	for {
		volunteers, shifts := j.cheapest(held, given, each)
		end, least := none, dear{}
		for s, shift := range j.shifts {
			if taken[s] == shift.Capacity || !shifts[s].known {
				continue
			}
			cost := shifts[s].cost.add(dear{j.value(s, taken[s]+1) - j.value(s, taken[s])}, -1)
			if cost.compare(least) < 0 {
				end, least = s, cost
			}
		}
		if end == none {
			break
		}
		taken[end]++
		for s := end; ; {
			v := shifts[s].from
			held[matcher.Assignment{Volunteer: v, Shift: s}] = true
			if s = volunteers[v].from; s == none {
				given[v]++
				break
			}
			delete(held, matcher.Assignment{Volunteer: v, Shift: s})
		}
	}
	var plan []matcher.Assignment
	for a := range held {
		plan = append(plan, a)
	}
	return j.score(plan, nil)
}

// label is the cheapest way to a volunteer or a shift, and where it comes from.
type label struct {
	known bool
	cost  dear
	from  int
}

func (l *label) relax(cost dear, from int) bool {
	if l.known && l.cost.compare(cost) <= 0 {
		return false
	}
	*l = label{true, cost, from}
	return true
}

// cheapest are the ways from who may take another shift, along pairs not held, back along those held.
func (j *judge) cheapest(held map[matcher.Assignment]bool, given []int, each func(v int) int) (volunteers, shifts []label) {
	volunteers, shifts = make([]label, len(j.volunteers)), make([]label, len(j.shifts))
	for v, person := range j.volunteers {
		if given[v] < each(v) {
			volunteers[v].relax(dear{0, 0, int64(2*(person.Load+given[v]) + 1)}, none)
		}
	}
	for changed := true; changed; {
		changed = false
		for a, rank := range j.rank {
			from, to := &volunteers[a.Volunteer], &shifts[a.Shift]
			if held[a] {
				if to.known && from.relax(to.cost.add(dear{0, int64(rank)}, -1), a.Shift) {
					changed = true
				}
				continue
			}
			if from.known && to.relax(from.cost.add(dear{0, int64(rank)}, 1), a.Volunteer) {
				changed = true
			}
		}
	}
	return volunteers, shifts
}
