package matcher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// RepairOptions say what Repair may change and how it searches. The zero value moves nobody.
type RepairOptions struct {
	// Movable tells which signed places were offered for change. They may be moved or released where that raises the
	// Value, and not otherwise. It is asked once for each. Where it is nil no place is.
	Movable func(Assignment) bool
	// Seed, Steps and Progress are those of RosterOptions. They say nothing where Repair is exact.
	Seed     uint64
	Steps    int
	Progress func(Progress)
}

// Change is for somebody who does not keep all that they signed.
type Change struct {
	Volunteer int
	// From are the signed shifts that are not kept, To those they get that they had not signed; both rising.
	From, To []int
}

// RepairPlan is what Repair proposes.
type RepairPlan struct {
	// Plan is the whole new roster, the kept places in it. Its Bound and Optimal are for rosters that keep what is not
	// movable.
	Plan
	// Changes has everybody who does not keep a signed place, by volunteer: Score.Moved counts their From.
	Changes []Change
	// Added are the assignments that nobody has signed yet, by volunteer, then shift. Every To of a change is among them.
	Added []Assignment
	// Broken are the signed places that are not kept because they cannot be, each with the rule, by volunteer, then shift.
	// The Changes name them, too.
	Broken []Violation
}

// ErrRanks is for ranks beyond any use.
var ErrRanks = errors.New("matcher: the ranks are too high to weigh moved people against them")

// Repair mends a signed roster after the problem has changed, by withdrawals (leave them out of signed, and their pairs out
// of the problem), new shifts, new people or other times: of the rosters that keep every signed place which is not movable
// it looks for the one of the best Score, the most Value first, then the fewest signed places not kept, then the least
// Rank. A place signed twice counts once.
//
// What is signed may be possible no longer. Signed places that are not movable are then kept in the order in which they
// are given, each beside those before it, so that who signed first stays; the others are Broken. None of these could be put
// back beside the rest. A movable place is Broken where it would be impossible in an empty roster. Where nobody is found
// to complete a crew, its last signed people are Broken, with BrokenCrew. Who loses a place so is free for another.
//
// Where nobody can get more than one shift beside those kept, and nothing is left to do in crews, Repair is exact, by the
// flow of Fill with costs that put a moved place above all ranks: its cost is Fill's. Otherwise it is anytime, by the
// search and the bounds of Roster on what is left. When the context ends it answers the best roster so far, which keeps
// what can be kept, and the same Seed and Steps give the same roster.
//
// Rosters of equal score are told apart as Fill or Roster does it, by the numbers of volunteers and shifts and by the seed;
// of signed places that exclude each other, and of begun crews, by the order of signed alone.
//
// Its memory beside the solver's is that of another Problem with the pairs that are open, and 8 bytes for each of them.
//
// Errors: an *ElementError for a signed place that names nobody; ErrRanks where the ranks of all slots add up to more than
// can be weighed against moved places, above 5e17 divided by the number of people; and the context's, where it ends before
// it is known which of the signed places can stay.
func Repair(ctx context.Context, p *Problem, signed []Assignment, o RepairOptions) (*RepairPlan, error) {
	beat := &pulse{ctx, pulseSteps}
	r, err := newRepair(beat, p, signed, o.Movable)
	if err != nil {
		return nil, err
	}
	completing, err := r.settleCrews(ctx, beat, o)
	if err != nil {
		return nil, err
	}
	kept, err := r.kept(beat, completing)
	if err != nil {
		return nil, err
	}
	found, err := r.solve(ctx, o, completing, kept)
	if err != nil {
		return nil, err
	}
	return r.report(found), nil
}

// repair is a signed roster, sorted into what stays and what may go.
type repair struct {
	p *Problem
	// signed places in the order given, each once; sorted has their indices by volunteer and shift.
	signed []Assignment
	sorted []int32
	// movable are those that were offered for change, fixed those that stay; rule tells what forbids those that are
	// neither, and those movable places that are impossible by themselves.
	movable, fixed []bool
	rule           []Rule
	// held are the fixed shifts of each volunteer, taken the fixed places of each shift.
	held  [][]int32
	taken []int
}

func newRepair(beat *pulse, p *Problem, signed []Assignment, movable func(Assignment) bool) (*repair, error) {
	for i, a := range signed {
		switch {
		case a.Volunteer < 0 || a.Volunteer >= len(p.volunteers):
			return nil, &ElementError{"signed place", i, "Volunteer", fmt.Sprintf("%d names nobody: there are %d", a.Volunteer, len(p.volunteers))}
		case a.Shift < 0 || a.Shift >= len(p.shifts):
			return nil, &ElementError{"signed place", i, "Shift", fmt.Sprintf("%d names no shift: there are %d", a.Shift, len(p.shifts))}
		}
	}
	r := &repair{p: p, held: make([][]int32, len(p.volunteers)), taken: make([]int, len(p.shifts))}
	r.signed = once(signed, r.byPlace(signed))
	r.sorted = r.byPlace(r.signed)
	r.movable, r.fixed, r.rule = make([]bool, len(r.signed)), make([]bool, len(r.signed)), make([]Rule, len(r.signed))
	for i, a := range r.signed {
		if r.movable[i] = movable != nil && movable(a); r.movable[i] {
			r.rule[i] = r.forbids(nil, 0, a)
		}
		if err := beat.beat(r.effort(a)); err != nil {
			return nil, err
		}
	}
	return r, r.fix(beat)
}

// effort is about what forbids costs, in looks at pairs.
func (r *repair) effort(a Assignment) int {
	held := len(r.held[a.Volunteer])
	return 8 + 8*(held+len(r.p.CommitmentsOf(a.Volunteer))) + held*held
}

// byPlace are the indices of places by volunteer, then shift, then index.
func (r *repair) byPlace(places []Assignment) []int32 {
	order, shift, volunteer := make([]int32, len(places)), make([]int32, len(places)), make([]int32, len(places))
	for i, a := range places {
		order[i], shift[i], volunteer[i] = int32(i), int32(a.Shift), int32(a.Volunteer)
	}
	return countingSort(countingSort(order, shift, len(r.p.shifts)), volunteer, len(r.p.volunteers))
}

// once are the places in their order, each where it comes first.
func once(places []Assignment, sorted []int32) []Assignment {
	again := make([]bool, len(places))
	for n, i := range sorted {
		again[i] = n > 0 && places[i] == places[sorted[n-1]]
	}
	result := make([]Assignment, 0, len(places))
	for i, a := range places {
		if !again[i] {
			result = append(result, a)
		}
	}
	return result
}

// fix makes every signed place fixed that can be, beside those before it and those that are fixed already.
func (r *repair) fix(beat *pulse) error {
	for i, a := range r.signed {
		if err := beat.beat(r.effort(a)); err != nil {
			return err
		}
		if r.movable[i] || r.fixed[i] || r.rule[i] == BrokenCrew {
			continue
		}
		if r.rule[i] = r.forbids(r.held[a.Volunteer], r.taken[a.Shift], a); r.rule[i] == None {
			r.fixed[i] = true
			r.held[a.Volunteer] = append(r.held[a.Volunteer], int32(a.Shift))
			r.taken[a.Shift]++
		}
	}
	return nil
}

// forbids is the rule that forbids a place beside those held by the volunteer and taken of the shift.
func (r *repair) forbids(held []int32, taken int, a Assignment) Rule {
	if rule := r.p.Forbids(a.Volunteer, held, a.Shift); rule != None {
		return rule
	}
	if taken >= r.p.shifts[a.Shift].Capacity {
		return Full
	}
	return None
}

// kept are the movable places that can stay together beside the fixed ones and those that complete crews, who signed first
// first, in whole crews: what a search begins with.
func (r *repair) kept(beat *pulse, completing []Assignment) ([]Assignment, error) {
	held, taken := slices.Clone(r.held), slices.Clone(r.taken)
	hold := func(a Assignment) {
		held[a.Volunteer] = append(slices.Clip(held[a.Volunteer]), int32(a.Shift))
		taken[a.Shift]++
	}
	for _, a := range completing {
		hold(a)
	}
	var kept []Assignment
	for i, a := range r.signed {
		if err := beat.beat(r.effort(a)); err != nil {
			return nil, err
		}
		if !r.fixed[i] && r.forbids(held[a.Volunteer], taken[a.Shift], a) == None {
			hold(a)
			kept = append(kept, a)
		}
	}
	drop := make([]bool, len(kept))
	for i, a := range slices.Backward(kept) {
		if drop[i] = taken[a.Shift]%r.p.shifts[a.Shift].Crew != 0; drop[i] {
			taken[a.Shift]--
		}
	}
	whole := kept[:0]
	for i, a := range kept {
		if !drop[i] {
			whole = append(whole, a)
		}
	}
	return whole, nil
}

// roster is the whole roster where this is added, by volunteer and shift.
func (r *repair) roster(added []Assignment) []Assignment {
	if !slices.IsSortedFunc(added, compareAssignments) {
		added = slices.Clone(added)
		slices.SortFunc(added, compareAssignments)
	}
	roster := make([]Assignment, 0, len(added)+len(r.signed))
	for _, i := range r.sorted {
		if !r.fixed[i] {
			continue
		}
		n := 0
		for n < len(added) && compareAssignments(added[n], r.signed[i]) < 0 {
			n++
		}
		roster = append(append(roster, added[:n]...), r.signed[i])
		added = added[n:]
	}
	return append(roster, added...)
}

// lost are the indices of the signed places that a roster does not keep, by volunteer and shift.
func (r *repair) lost(roster []Assignment) (lost []int32) {
	for _, i := range r.sorted {
		a := r.signed[i]
		for len(roster) > 0 && compareAssignments(roster[0], a) < 0 {
			roster = roster[1:]
		}
		if len(roster) == 0 || roster[0] != a {
			lost = append(lost, i)
		}
	}
	return lost
}

// score is what a roster is worth.
func (r *repair) score(roster []Assignment) Score {
	score := r.p.ScoreOf(roster)
	score.Moved = len(r.lost(roster))
	return score
}

// report writes down the new roster and what it changes.
func (r *repair) report(found repairFound) *RepairPlan {
	plan := &RepairPlan{}
	plan.Assignments = r.roster(found.added)
	plan.Score = r.score(plan.Assignments)
	plan.Bound, plan.Optimal = found.bound, found.optimal
	lost := r.lost(plan.Assignments)
	for _, i := range lost {
		if r.rule[i] != None {
			plan.Broken = append(plan.Broken, Violation{r.signed[i], r.rule[i]})
		}
	}
	next := 0
	for _, a := range plan.Assignments {
		for next < len(r.sorted) && compareAssignments(r.signed[r.sorted[next]], a) < 0 {
			next++
		}
		if next == len(r.sorted) || r.signed[r.sorted[next]] != a {
			plan.Added = append(plan.Added, a)
		}
	}
	plan.Changes = r.changes(lost, plan.Added)
	if plan.Bound.Filled = plan.Score.Filled; found.exact {
		plan.Bound, plan.Optimal = plan.Score, true
	}
	return plan
}

// changes are the lost places by volunteer, and what is added for those people.
func (r *repair) changes(lost []int32, added []Assignment) (changes []Change) {
	for _, i := range lost {
		a := r.signed[i]
		if n := len(changes); n == 0 || changes[n-1].Volunteer != a.Volunteer {
			change := Change{Volunteer: a.Volunteer}
			i, _ := slices.BinarySearchFunc(added, a.Volunteer, func(a Assignment, v int) int { return cmp.Compare(a.Volunteer, v) })
			for ; i < len(added) && added[i].Volunteer == a.Volunteer; i++ {
				change.To = append(change.To, added[i].Shift)
			}
			changes = append(changes, change)
		}
		last := &changes[len(changes)-1]
		last.From = append(last.From, a.Shift)
	}
	return changes
}
