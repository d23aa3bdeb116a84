package matcher

import (
	"cmp"
	"math"
)

// Assignment is one volunteer on one shift.
type Assignment struct {
	Volunteer, Shift int
}

// Score is how good a plan is; doc.go says what counts first.
type Score struct {
	// Value is the sum of the weights of the filled slots: more is better.
	Value int64
	// Filled is the number of filled slots; it follows from the plan and is not compared.
	Filled int
	// Moved is the number of signed places that are not kept, 0 but for Repair: fewer is better.
	Moved int
	// Rank is the sum of the ranks: less is better.
	Rank int64
	// Unfairness is Σ (Load+k)² − Load² over the volunteers, k being how many shifts each has: less is better.
	Unfairness int64
}

// Compare is below 0 where a is better than b, above 0 where it is worse.
func (a Score) Compare(b Score) int {
	return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Moved, b.Moved), cmp.Compare(a.Rank, b.Rank),
		cmp.Compare(a.Unfairness, b.Unfairness))
}

// Plan is a proposal: who takes what.
type Plan struct {
	// Assignments by volunteer, and within a volunteer by shift.
	Assignments []Assignment
	// Score is how good it is.
	Score Score
	// Bound is what no plan can better: Bound.Value is at least the best Value there is, and no plan of Score.Value has
	// fewer Moved than Bound.Moved, or as few and a Rank below Bound.Rank. Where a solver is exact it is the Score itself.
	Bound Score
	// Optimal tells that Value, Moved and Rank are proved best. The Unfairness of Roster is improved, not proved.
	Optimal bool
}

// Gap is how far the plan's Rank may be above the least among plans of its Value and Moved, in parts of the bound: 0.01 is
// one per cent. Whether its Value is best is another question, which Score.Value < Bound.Value leaves open. Where Moved is
// not proved, as only Repair may leave it, the bound's Rank is for plans that move fewer, and Gap is +Inf.
func (p *Plan) Gap() float64 {
	switch {
	case p.Score.Moved > p.Bound.Moved:
		return math.Inf(1)
	case p.Score.Rank <= p.Bound.Rank:
		return 0
	}
	return float64(p.Score.Rank-p.Bound.Rank) / float64(max(p.Bound.Rank, 1))
}

// ScoreOf computes the score of assignments from the problem alone; pairs that are not eligible are the caller's fault.
// Moved is left 0.
func (p *Problem) ScoreOf(assignments []Assignment) Score {
	var score Score
	taken := make([]int, len(p.shifts))
	given := make([]int, len(p.volunteers))
	for _, a := range assignments {
		score.Value += p.slotWeight(a.Shift, taken[a.Shift])
		taken[a.Shift]++
		load := int64(p.volunteers[a.Volunteer].Load + given[a.Volunteer])
		given[a.Volunteer]++
		score.Unfairness += 2*load + 1
		rank, _ := p.rankOf(a.Volunteer, a.Shift)
		score.Rank += int64(rank)
	}
	score.Filled = len(assignments)
	return score
}

func compareAssignments(a, b Assignment) int {
	return cmp.Or(cmp.Compare(a.Volunteer, b.Volunteer), cmp.Compare(a.Shift, b.Shift))
}
