package matcher

import (
	"context"
	"slices"
)

// Marginal tells for every shift, by number, what one more volunteer for it would add. With one shift each one search
// from outside answers for all shifts at once (see whyPaths), O(pairs · log shifts): the newcomer pushes somebody on,
// who pushes somebody on, up to a free slot or to somebody who is left out for a better sum of ranks.
func (e *Explainer) Marginal(ctx context.Context) ([]Marginal, error) {
	beat := &pulse{ctx, 0}
	if err := e.prepare(beat); err != nil {
		return nil, err
	}
	marginal := make([]Marginal, len(e.p.shifts))
	for s := range marginal {
		m := &marginal[s]
		m.Shift = s
		if !e.oneEach {
			m.Certainty = AtLeast
			var err error
			if m.Gain, err = e.local.newcomer(beat, s); err != nil {
				return nil, err
			}
			continue
		}
		m.Certainty = Exact
		cost := e.paths.toOutside[s].plus(whyCost{0, 1})
		if !cost.less(whyCost{}) {
			continue // the newcomer stays out
		}
		m.Gain = Delta{Value: -cost.value, Rank: cost.rank}
		if cost.value < 0 {
			m.Gain.Filled = 1
		}
	}
	return marginal, nil
}

// Extra is what Gain adds to a problem.
type Extra struct {
	// Volunteers are numbered on from the problem's.
	Volunteers []Volunteer
	// Pairs may name volunteers of the problem and of this; a pair that is there already counts with the lower rank.
	Pairs []Pair
}

// Gained is what an Extra adds.
type Gained struct {
	// Before is the score without the Extra, After with it.
	Before, After Score
	// Certainty is Exact with one shift each: both are the best there is. Otherwise, also where only the Extra brings
	// somebody who may take several, AtLeast: After is reached from Before, and Before from the plan where it is not the
	// best, by moves of one or two people, as long as there are any, and a solver may do better. Most bounds it.
	Certainty Certainty
	// Most is how many slots can be filled at most with the Extra: eligibility, commitments and how many shifts each can
	// take allow no more.
	Most int
	// Assignments reach After.
	Assignments []Assignment
}

// Gain tells what more eligible pairs would add, such as all that one skill opens, and more volunteers with theirs. With
// one shift each it solves the larger problem by Fill, and costs that. An Extra that makes no sense is refused with
// ElementErrors that count its own volunteers from the problem's on and its own pairs from 0.
func Gain(ctx context.Context, p *Problem, assignments []Assignment, extra Extra) (*Gained, error) {
	e, err := NewExplainer(ctx, p, assignments)
	if err != nil {
		return nil, err
	}
	return e.Gain(ctx, extra)
}

// Gain is the function Gain for this plan.
func (e *Explainer) Gain(ctx context.Context, extra Extra) (*Gained, error) {
	beat := &pulse{ctx, 0}
	more, err := e.p.with(beat, extra)
	if err != nil {
		return nil, err
	}
	before, err := e.bestKnown(beat)
	if err != nil {
		return nil, err
	}
	several := func(v Volunteer) bool { return v.Shifts > 1 }
	if e.oneEach && (e.forFill || !slices.ContainsFunc(extra.Volunteers, several)) {
		plan, err := Fill(ctx, more)
		if err != nil {
			return nil, err
		}
		return &Gained{e.best.score, plan.Score, Exact, plan.Score.Filled, plan.Assignments}, nil
	}
	with, err := newExplainer(ctx, more, before, false) // a plan of the smaller problem is one of this
	if err != nil {
		return nil, err
	}
	after, err := with.improved(beat)
	if err != nil {
		return nil, err
	}
	relaxed, err := with.local.relaxed(beat, false)
	if err != nil {
		return nil, err
	}
	return &Gained{e.p.ScoreOf(before), more.ScoreOf(after), AtLeast, len(relaxed.shift), after}, nil
}

// bestKnown is the best plan with one shift each, otherwise the best that is reached from the plan.
func (e *Explainer) bestKnown(beat *pulse) ([]Assignment, error) {
	if !e.oneEach {
		return e.improved(beat)
	}
	if err := e.prepare(beat); err != nil {
		return nil, err
	}
	return e.best.assignments(), nil
}

// with is the problem with an Extra, O(pairs + extra · log extra); it shares nothing that changes.
func (p *Problem) with(beat *pulse, extra Extra) (*Problem, error) {
	b := &Builder{rules: p.rules, volunteers: append([]Volunteer(nil), p.volunteers...), shifts: p.shifts, sorted: true}
	for _, v := range extra.Volunteers {
		b.Volunteer(v)
	}
	for _, pair := range extra.Pairs {
		b.Pair(pair)
	}
	few, err := b.Build()
	if err != nil {
		return nil, err
	}
	n := len(few.volunteers)
	q := &Problem{rules: p.rules, volunteers: few.volunteers, shifts: p.shifts, commitments: p.commitments}
	q.first, q.firstCommitment = make([]int, n+1), make([]int, n+1)
	copy(q.firstCommitment, p.firstCommitment)
	q.shift = make([]int32, 0, len(p.shift)+len(few.shift))
	q.rank = make([]int32, 0, len(p.shift)+len(few.shift))
	for v := range n {
		var i, end int
		if v < len(p.volunteers) {
			i, end = p.first[v], p.first[v+1]
		} else {
			q.firstCommitment[v+1] = len(p.commitments)
		}
		for j := few.first[v]; j < few.first[v+1]; j++ {
			for ; i < end && p.shift[i] < few.shift[j]; i++ {
				q.shift, q.rank = append(q.shift, p.shift[i]), append(q.rank, p.rank[i])
			}
			rank := few.rank[j]
			if i < end && p.shift[i] == few.shift[j] {
				rank = min(rank, p.rank[i])
				i++
			}
			q.shift, q.rank = append(q.shift, few.shift[j]), append(q.rank, rank)
		}
		if i < end {
			q.shift, q.rank = append(q.shift, p.shift[i:end]...), append(q.rank, p.rank[i:end]...)
		}
		q.first[v+1] = len(q.shift)
		if err := beat.beat(2 + q.first[v+1] - q.first[v]); err != nil {
			return nil, err
		}
	}
	return q, nil
}
