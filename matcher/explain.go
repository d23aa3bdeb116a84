package matcher

import (
	"context"
	"fmt"
	"slices"
)

// Certainty tells how much an answer is worth.
type Certainty uint8

const (
	// Unknown is an answer not computed, because the work allowed was used up or the rules leave no way.
	Unknown Certainty = iota
	// Exact is an answer proved, all others being re-arranged in the best way.
	Exact
	// AtLeast is an answer that a plan gives: a plan that does it is known; a better one may exist.
	AtLeast
)

var certaintyNames = [...]string{"unknown", "exact", "at least"}

func (c Certainty) String() string {
	if int(c) < len(certaintyNames) {
		return certaintyNames[c]
	}
	return fmt.Sprintf("Certainty(%d)", uint8(c))
}

// Delta is a difference of two scores: what is after, less what was before. Unfairness is left out.
type Delta struct {
	Value  int64
	Filled int
	Rank   int64
}

// Step takes a volunteer from one shift to another; From or To is −1 for none.
type Step struct {
	Volunteer, From, To int
}

// DeficientSet is a proof that slots stay free: shifts that need more than all who may take them can give. It is for
// planners, who see numbers of volunteers.
type DeficientSet struct {
	// Shifts, the gap's among them, and Volunteers: everybody who may take one of them. Both rise.
	Shifts, Volunteers []int
	// Need is how many slots the shifts have, or with OfMinimum how many their minimum headcounts ask for.
	Need      int
	OfMinimum bool
	// Supply is the most of these slots that the volunteers can fill, were there no rule but eligibility, commitments
	// and how many shifts each can take. With one shift each it is their number.
	Supply int
	// Minimal tells that no fewer of these shifts prove as much about the gap: none but the gap's can be left out, alone
	// or with others, so that the rest is short of as much and still hangs together by shared volunteers. A set of more
	// than a dozen shifts is made smaller as far as is cheap, and Minimal is false. Where the nearest shifts do not prove
	// it, all that lack volunteers together are one set, which their gaps share.
	Minimal bool
}

// Short is how many slots stay free at least.
func (d *DeficientSet) Short() int { return d.Need - d.Supply }

// RuleCount is how many of a gap's eligible volunteers a rule stops as the plan stands.
type RuleCount struct {
	Rule  Rule
	Count int
	// Outside is how many of them it would stop without any shift of this plan: by a commitment or a limit.
	Outside int
}

// GapReason is why a shift has free slots, for planners.
type GapReason struct {
	Shift int
	// Free is the number of free slots, Missing how many of them the minimum headcount lacks: 0 where it is reached.
	Free, Missing int
	// Eligible is how many may take the shift, and Stopped what keeps each of them from it now, by rule; those with None
	// are free to. Where people come in crews and too few are free to make one up, those have BrokenCrew.
	Eligible int
	Stopped  []RuleCount
	// Chain, where it is not empty, makes the plan better by Gain: these moves together fill one slot of the gap. The
	// plan is then not the best there is. For plans with several shifts each only chains of one or two moves are looked
	// for.
	Chain []Step
	Gain  Delta
	// Set proves that slots stay free, nil where there is a Chain or nothing is proved. With one shift each there always
	// is one of the two, and Set.Short() covers the Free slots, or the Missing ones where there are any.
	Set *DeficientSet
}

// Wish is a shift that a volunteer would rather have than what the plan gives, for planners.
type Wish struct {
	Shift, Rank int
	// Slots and Taken are the shift's, Eligible how many may take it, Holders who has it.
	Slots, Taken, Eligible int
	// Holders is shared by all wishes for a shift.
	Holders []int
	// Rule forbids it beside what the volunteer holds, None where only slots are in the way; a shift that was wanted in
	// place of the one held has LimitShifts, and one with slots for a crew that too few are free to make up, BrokenCrew.
	// Outside tells that the rule forbids it without any shift of this plan.
	Rule    Rule
	Outside bool
	// Cost is how the score changes when the volunteer is given the shift and, where Certainty is Exact, all others are
	// re-arranged in the best way; compared with the best plan, which is this one where Explanation.Optimal. With AtLeast
	// the Steps do it, compared with this plan.
	Cost      Delta
	Certainty Certainty
	Steps     []Step
	// OneMoreSlot: one more slot on the shift would go to this volunteer in a best plan (with several shifts each: could
	// be given without another change).
	OneMoreSlot bool
}

// VolunteerReason is why a volunteer did not get what they wanted most, for planners.
type VolunteerReason struct {
	Volunteer int
	// Held are the shifts that the plan gives, none where the volunteer is left out.
	Held []int
	// Wishes are the shifts the volunteer would rather have, most wanted first: of a lower rank than the worst held, and
	// for a volunteer left out, those of the lowest rank of all. Who has one of a rank does not wish for another of it;
	// how many could take more shifts without wishing for them is CouldTakeMore.
	Wishes []Wish
}

// Marginal is what one more volunteer would add who may take this shift alone, and wants it most (rank 1).
type Marginal struct {
	Shift int
	Gain  Delta
	// Certainty is Exact with one shift each, when Gain compares two best plans. Otherwise AtLeast: the shift's own free
	// slot, or a holder who could go to another one's.
	Certainty Certainty
}

// Explanation is why a plan is as it is, for planners. For shows a volunteer what a volunteer may see.
type Explanation struct {
	// Score is the plan's. Best is the best plan's and Optimal tells that the Value and the Rank of both are the same,
	// where each takes one shift; with several neither is known here, and they are zero and false.
	Score, Best Score
	Optimal     bool
	// OneEach tells that each volunteer takes one shift at most: answers are exact.
	OneEach bool
	// Gaps are the shifts with free slots, by number.
	Gaps []GapReason
	// Volunteers are those left out or given less than they wanted most, by number.
	Volunteers []VolunteerReason
	// CouldTakeMore counts those who hold something and could take more, see Explainer.CouldTakeMore.
	CouldTakeMore int
	// Marginal holds every shift, by number.
	Marginal []Marginal
}

// Explain spends so many steps on the costs of wishes: explainSteps and, for each pair, explainStepsPair with one shift
// each and explainStepsLocal with several. A step of the first kind is an arc of a search, of the second less.
const (
	explainSteps      = 1 << 26
	explainStepsPair  = 8
	explainStepsLocal = 64
)

// Explain answers everything that an Explainer can tell without being asked for more. Costs of wishes are computed for
// all who are left out, and for the others as far as a fixed amount of work allows, those furthest from their best
// first: all of a town's (10,000 volunteers), a part of a city's (100,000), for whom Wish.Certainty is Unknown and
// Explainer.WhyNot tells. Memory: that of the Explainer and the answer, about 130 bytes a wish.
//
// A plan that breaks a rule is refused with a *Violation; a context that ends, with its error.
func Explain(ctx context.Context, p *Problem, assignments []Assignment) (*Explanation, error) {
	e, err := NewExplainer(ctx, p, assignments)
	if err != nil {
		return nil, err
	}
	return e.All(ctx)
}

// All is Explain for this plan.
func (e *Explainer) All(ctx context.Context) (*Explanation, error) {
	x := &Explanation{Score: e.score, OneEach: e.oneEach}
	var err error
	if x.Gaps, err = e.Gaps(ctx); err != nil {
		return nil, err
	}
	if x.Marginal, err = e.Marginal(ctx); err != nil {
		return nil, err
	}
	if e.oneEach {
		x.Best = e.best.score
		x.Optimal = x.Best.Value == x.Score.Value && x.Best.Rank == x.Score.Rank
	}
	if x.Volunteers, err = e.reasons(ctx); err != nil {
		return nil, err
	}
	if x.CouldTakeMore, err = e.CouldTakeMore(ctx); err != nil {
		return nil, err
	}
	return x, nil
}

// For is what volunteer v may see: counts and reasons, nobody else's number. It is empty where the volunteer got what
// they wanted most.
func (x *Explanation) For(v int) VolunteerView {
	at, ok := slices.BinarySearchFunc(x.Volunteers, v, func(r VolunteerReason, v int) int { return r.Volunteer - v })
	if !ok {
		return VolunteerView{}
	}
	return x.Volunteers[at].View()
}

// VolunteerView is what a volunteer may see of a VolunteerReason. It holds no number of a volunteer, and no type that
// does; how much worse others' wishes would be served is told as yes or no, since a sum over one person is that person's.
type VolunteerView struct {
	Wishes []WishView
}

// GapView is what a volunteer may see of a GapReason: counts.
type GapView struct {
	// Shift has Free slots, and its minimum headcount lacks Missing of them; Eligible may take it.
	Shift, Free, Missing, Eligible int
	// Fillable tells that moving people would fill a slot.
	Fillable bool
	// Together so many shifts, this among them, need Need slots, of which those who may take them can fill Supply; all 0
	// where nothing is proved.
	Together, Need, Supply int
}

// View is what a volunteer may see.
func (g *GapReason) View() GapView {
	view := GapView{Shift: g.Shift, Free: g.Free, Missing: g.Missing, Eligible: g.Eligible, Fillable: len(g.Chain) > 0}
	if g.Set != nil {
		view.Together, view.Need, view.Supply = len(g.Set.Shifts), g.Set.Need, g.Set.Supply
	}
	return view
}

// WishView is a Wish as the volunteer who has it may see it.
type WishView struct {
	// Shift and Rank are the volunteer's own.
	Shift, Rank int
	// Slots, Taken and Eligible are counts.
	Slots, Taken, Eligible int
	// Rule and Outside are why it cannot be had beside what is held.
	Rule    Rule
	Outside bool
	// Known tells that the answers below are computed. EmptySlots is how many slots more would be empty were the wish
	// granted, WorsensOthers whether the plan would be worse (or more important slots empty) otherwise.
	Known         bool
	EmptySlots    int
	WorsensOthers bool
	OneMoreSlot   bool
}

// View is what the volunteer may see.
func (r *VolunteerReason) View() VolunteerView {
	view := VolunteerView{Wishes: make([]WishView, len(r.Wishes))}
	for i, w := range r.Wishes {
		view.Wishes[i] = WishView{
			Shift: w.Shift, Rank: w.Rank, Slots: w.Slots, Taken: w.Taken, Eligible: w.Eligible,
			Rule: w.Rule, Outside: w.Outside, OneMoreSlot: w.OneMoreSlot, Known: w.Certainty != Unknown,
			EmptySlots:    max(0, -w.Cost.Filled),
			WorsensOthers: w.Cost.Value < 0 || w.Cost.Value == 0 && w.Cost.Rank > 0,
		}
	}
	return view
}
