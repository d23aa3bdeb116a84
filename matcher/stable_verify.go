package matcher

import (
	"fmt"
	"math"
)

// BlockingPair is a volunteer and a shift that would both rather have each other than what a plan gives them.
type BlockingPair struct {
	Assignment
	// Rank is the volunteer's for the shift. Holds is the shift that they have instead, at HoldsRank, or -1 for none.
	Rank, Holds, HoldsRank int
	// Standing is the volunteer's with the shift, 0 for none. Replaces is who has a place there with the worst standing,
	// ReplacesStanding, or -1 where a slot is free.
	Standing, Replaces, ReplacesStanding int
}

// Verify looks for a blocking pair in a plan that gives every volunteer at most one shift, wherever it comes from: nil
// where the plan is stable. A pair blocks where the volunteer has nothing or a shift of a higher rank, and the shift a
// free slot or somebody of a worse standing; none given is worse than any. Equal ranks and equal standings block nothing.
// A pair that the volunteer's commitments or limits forbid never blocks, and neither do the closed shifts. Among several
// it answers the first by volunteer, then by rank, then by shift.
//
// Its cost is O(m + n log n) for m pairs and n assignments.
//
// Errors: a *Violation where the plan breaks a rule, LimitShifts for a volunteer's second shift, Full for somebody on a
// closed one; an *ElementError for a closed shift that is none; ErrCrew.
func Verify(p *Problem, assignments []Assignment, closed ...int) (*BlockingPair, error) {
	view, err := newVerifier(p, assignments, closed)
	if err != nil {
		return nil, err
	}
	for v := range p.volunteers {
		best := view.blocking(v)
		if best < 0 {
			continue
		}
		s := int(p.shift[best])
		pair := &BlockingPair{
			Assignment: Assignment{v, s}, Rank: int(p.rank[best]), Holds: int(view.holds[v]), Replaces: int(view.last[s]),
			Standing: p.standingAt(best),
		}
		if pair.Holds >= 0 {
			rank, _ := p.rankOf(v, pair.Holds)
			pair.HoldsRank = int(rank)
		}
		if view.free[s] {
			pair.Replaces = -1
		} else {
			pair.ReplacesStanding = int(view.standing[s] + 1) // the highest, for none, becomes 0
		}
		return pair, nil
	}
	return nil, nil //nolint:nilnil // documented: no pair and no error is what a stable plan gets
}

// verifier is a plan seen from both sides.
type verifier struct {
	p *Problem
	// holds is the shift that a volunteer has, or -1.
	holds []int32
	// free tells that a shift has a free slot; standing is the worst that it holds, minus one, so that none is the
	// highest, and last is who has it. A closed shift, and one of no slots, is not free and holds standing 0.
	free     []bool
	standing []uint32
	last     []int32
}

func newVerifier(p *Problem, assignments []Assignment, closed []int) (*verifier, error) {
	view := &verifier{
		p: p, holds: make([]int32, len(p.volunteers)), free: make([]bool, len(p.shifts)),
		standing: make([]uint32, len(p.shifts)), last: make([]int32, len(p.shifts)),
	}
	taken := make([]int, len(p.shifts))
	for s := range p.shifts {
		if p.shifts[s].Crew > 1 {
			return nil, ErrCrew
		}
		view.last[s] = -1
	}
	shut := make([]bool, len(p.shifts))
	for i, s := range closed {
		if s < 0 || s >= len(p.shifts) {
			return nil, &ElementError{"closed shift", i, "number", fmt.Sprintf("%d is no shift", s)}
		}
		shut[s] = true
	}
	if err := p.Check(assignments); err != nil {
		return nil, err
	}
	for v := range view.holds {
		view.holds[v] = -1
	}
	for _, a := range assignments {
		switch {
		case view.holds[a.Volunteer] >= 0:
			return nil, &Violation{a, LimitShifts}
		case shut[a.Shift]:
			return nil, &Violation{a, Full}
		}
		view.holds[a.Volunteer] = int32(a.Shift)
		taken[a.Shift]++
		view.hold(a)
	}
	for s := range p.shifts {
		view.free[s] = taken[s] < p.shifts[s].Capacity && !shut[s]
	}
	return view, nil
}

// hold notes somebody's standing with the shift they have.
func (w *verifier) hold(a Assignment) {
	pair, _ := w.p.pairAt(a.Volunteer, a.Shift)
	standing := uint32(w.p.standingAt(pair) - 1)
	s, v := a.Shift, int32(a.Volunteer)
	if w.last[s] < 0 || standing > w.standing[s] || standing == w.standing[s] && v > w.last[s] {
		w.standing[s], w.last[s] = standing, v
	}
}

// blocking is the volunteer's most wanted pair that blocks, or -1.
func (w *verifier) blocking(v int) int {
	best, bestRank := -1, int64(math.MaxInt64)
	if s := w.holds[v]; s >= 0 {
		rank, _ := w.p.rankOf(v, int(s))
		bestRank = int64(rank)
	}
	for pair := w.p.first[v]; pair < w.p.first[v+1]; pair++ {
		s, rank := w.p.shift[pair], int64(w.p.rank[pair])
		if rank < bestRank && (w.free[s] || uint32(w.p.standingAt(pair)-1) < w.standing[s]) &&
			w.p.Forbids(v, nil, int(s)) == None {
			best, bestRank = pair, rank
		}
	}
	return best
}

// standingAt is the standing of a pair, 0 for none.
func (p *Problem) standingAt(pair int) int {
	if p.standing == nil {
		return 0
	}
	return int(p.standing[pair])
}
