package matcher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// repairJudge tries every roster that keeps what stays, and answers the best score: it shares with Repair Check
// and ScoreOf, which have their own tests; proof_repair_test.go judges without them.
func repairJudge(p *Problem, signed, stays []Assignment) (best Score, found bool) {
	var roster []Assignment
	var decide func(v, i int)
	decide = func(v, i int) {
		if v == p.Volunteers() {
			for _, a := range stays {
				if !slices.Contains(roster, a) {
					return
				}
			}
			if p.Check(roster) != nil {
				return
			}
			score := p.ScoreOf(roster)
			for _, a := range signed {
				if !slices.Contains(roster, a) {
					score.Moved++
				}
			}
			if !found || score.Compare(best) < 0 {
				best, found = score, true
			}
			return
		}
		shifts, _ := p.PairsOf(v)
		if i == len(shifts) {
			decide(v+1, 0)
			return
		}
		decide(v, i+1)
		n := 0
		for _, a := range roster {
			if a.Volunteer == v {
				n++
			}
		}
		if n < p.Volunteer(v).Shifts {
			roster = append(roster, Assignment{v, int(shifts[i])})
			decide(v, i+1)
			roster = roster[:len(roster)-1]
		}
	}
	decide(0, 0)
	return best, found
}

// mended is a random problem with a signed roster that was possible once.
type mended struct {
	p      *Problem
	signed []Assignment
	// movable has the places that were offered for change.
	movable map[Assignment]bool
}

// randomMended makes one of at most 6 volunteers and 4 shifts. With several, people take up to two shifts, with overlaps,
// travel and rest; with crews, some shifts ask for twos.
func randomMended(t *testing.T, r *rand.Rand, volunteers int, several, crews bool) mended {
	t.Helper()
	m := mended{movable: map[Assignment]bool{}}
	b := NewBuilder(Rules{Travel: r.IntN(2), Day: 10})
	shifts := 1 + r.IntN(4)
	for range shifts {
		start, capacity := r.IntN(12), r.IntN(4)
		shift := Shift{
			Start: start, End: start + 1 + r.IntN(4), Place: r.IntN(2), Capacity: capacity, Minimum: r.IntN(capacity + 1),
			Priority: 1 + r.IntN(3), Rest: r.IntN(2),
		}
		if crews && capacity == 2 {
			shift.Crew = 2
		}
		b.Shift(shift)
	}
	highest := 1 + r.IntN(6)
	for v := range volunteers {
		person := Volunteer{Load: r.IntN(3), Time: r.IntN(3) * 4}
		if several {
			person.Shifts, person.TimeDay, person.Rest = 1+r.IntN(2), r.IntN(3)*4, r.IntN(2)
		}
		b.Volunteer(person)
		for s := range shifts {
			if r.IntN(3) > 0 {
				b.Pair(Pair{Volunteer: v, Shift: s, Rank: r.IntN(highest)})
			}
			if r.IntN(5) == 0 {
				a := Assignment{v, s}
				m.signed = append(m.signed, a)
				if r.IntN(2) == 0 {
					m.movable[a] = true
				}
			}
		}
		if r.IntN(6) == 0 {
			b.Commit(Commitment{Volunteer: v, Start: r.IntN(12), End: 12})
		}
	}
	r.Shuffle(len(m.signed), func(i, j int) { m.signed[i], m.signed[j] = m.signed[j], m.signed[i] })
	m.p = built(t, b)
	return m
}

func (m mended) repair(t *testing.T, o RepairOptions) *RepairPlan {
	t.Helper()
	o.Movable = func(a Assignment) bool { return m.movable[a] }
	plan, err := Repair(t.Context(), m.p, m.signed, o)
	if err != nil {
		t.Fatalf("%+v: %v", m, err)
	}
	m.check(t, plan)
	return plan
}

// stays are the places that have to stay: not movable, and not broken.
func (m mended) stays(plan *RepairPlan) (stays []Assignment) {
	for _, a := range m.signed {
		if !m.movable[a] && !slices.ContainsFunc(plan.Broken, func(b Violation) bool { return b.Assignment == a }) {
			stays = append(stays, a)
		}
	}
	return stays
}

// check holds every field of the plan to the problem.
func (m mended) check(t *testing.T, plan *RepairPlan) {
	t.Helper()
	if err := m.p.Check(plan.Assignments); err != nil {
		t.Fatalf("%+v of %+v: %v", plan, m, err)
	}
	score := m.p.ScoreOf(plan.Assignments)
	var added []Assignment
	for _, a := range plan.Assignments {
		if !slices.Contains(m.signed, a) {
			added = append(added, a)
		}
	}
	lost := map[Assignment]bool{}
	for _, a := range m.signed {
		if !slices.Contains(plan.Assignments, a) {
			lost[a] = true
			score.Moved++
		}
	}
	if plan.Score != score || !slices.Equal(plan.Added, added) {
		t.Fatalf("%+v of %+v: score %+v, added %v", plan, m, score, added)
	}
	if plan.Score.Value > plan.Bound.Value || plan.Score.Value == plan.Bound.Value && plan.Score.Compare(Score{
		Value: plan.Bound.Value, Moved: plan.Bound.Moved, Rank: plan.Bound.Rank,
	}) < 0 {
		t.Fatalf("%+v of %+v is better than its bound", plan, m)
	}
	slots := 0
	for s := range m.p.Shifts() {
		slots += m.p.Shift(s).Capacity*m.p.Shift(s).Priority + m.p.Shift(s).Minimum*MaxPriority
	}
	if plan.Bound.Value > int64(slots) {
		t.Fatalf("%+v of %+v: all slots are worth %d", plan, m, slots)
	}
	for _, change := range plan.Changes {
		for _, s := range change.From {
			if !lost[Assignment{change.Volunteer, s}] {
				t.Fatalf("%+v of %+v: %+v is no change", plan, m, change)
			}
			delete(lost, Assignment{change.Volunteer, s})
		}
		for _, a := range added {
			if a.Volunteer == change.Volunteer != slices.Contains(change.To, a.Shift) && a.Volunteer == change.Volunteer {
				t.Fatalf("%+v of %+v: %+v lacks %d", plan, m, change, a.Shift)
			}
		}
	}
	if len(lost) > 0 {
		t.Fatalf("%+v of %+v: no change names %v", plan, m, lost)
	}
	for _, a := range m.stays(plan) {
		if !slices.Contains(plan.Assignments, a) {
			t.Fatalf("%+v of %+v: %v is not movable and moves", plan, m, a)
		}
	}
	m.checkBroken(t, plan)
}

// checkBroken holds what is broken to its reason: it cannot be put back beside what stays.
func (m mended) checkBroken(t *testing.T, plan *RepairPlan) {
	t.Helper()
	stays := m.stays(plan)
	for _, b := range plan.Broken {
		if b.Rule == BrokenCrew {
			continue
		}
		with := []Assignment{b.Assignment}
		if !m.movable[b.Assignment] {
			with = append(with, stays...)
		}
		var violation *Violation
		if !errors.As(m.p.Check(with), &violation) || violation.Rule == BrokenCrew {
			t.Fatalf("%+v of %+v: %v can be kept", plan, m, b)
		}
	}
}

func TestOKRepairIsBestOfAllThatKeepWhatStays(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 7))
	moved, broken := 0, 0
	for range 1500 {
		m := randomMended(t, r, r.IntN(7), false, false)
		plan := m.repair(t, RepairOptions{})
		want, _ := repairJudge(m.p, m.signed, m.stays(plan))
		if plan.Score != want || !plan.Optimal || plan.Bound != want {
			t.Fatalf("%+v of %+v, want %+v", plan, m, want)
		}
		moved += plan.Score.Moved - len(plan.Broken)
		broken += len(plan.Broken)
	}
	if moved < 100 || broken < 100 {
		t.Errorf("%d moved and %d broken are too few", moved, broken)
	}
}

func TestOKRepairOfSeveralShiftsEachAndCrews(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 7))
	best, optimal := 0, 0
	const problems = 600
	for i := range problems {
		m := randomMended(t, r, r.IntN(5), true, i%2 == 0)
		plan := m.repair(t, RepairOptions{Steps: 2000, Seed: uint64(i)})
		want, _ := repairJudge(m.p, m.signed, m.stays(plan))
		want.Unfairness = plan.Score.Unfairness // is improved, not proved
		switch {
		case plan.Score.Compare(want) == 0:
			best++
		case plan.Optimal:
			t.Fatalf("%+v of %+v is not optimal: %+v", plan, m, want)
		}
		if plan.Optimal {
			optimal++
		}
	}
	if best < problems*99/100 || optimal < problems*9/10 {
		t.Errorf("only %d of %d are best and %d proved", best, problems, optimal)
	}
}

// begunCrews makes a problem of watches by twos and threes of which some people have withdrawn.
func begunCrews(t *testing.T, r *rand.Rand) mended {
	t.Helper()
	m := mended{movable: map[Assignment]bool{}}
	b := NewBuilder(Rules{})
	shifts, timeless := 1+r.IntN(3), r.IntN(4) == 0
	for s := range shifts {
		shift := Shift{Start: 2 * s, End: 2*s + 2 + r.IntN(3), Priority: 1 + r.IntN(2)*(MaxPriority-1)}
		if timeless {
			shift.End = shift.Start
		}
		shift.Crew = 1 + r.IntN(3)
		shift.Capacity = shift.Crew * (1 + r.IntN(2))
		shift.Minimum = r.IntN(shift.Capacity + 1)
		b.Shift(shift)
	}
	for v := range 4 {
		b.Volunteer(Volunteer{Shifts: 1 + r.IntN(2)})
		for s := range shifts {
			if r.IntN(3) == 0 {
				continue
			}
			b.Pair(Pair{Volunteer: v, Shift: s, Rank: r.IntN(4)})
			if r.IntN(3) == 0 {
				a := Assignment{v, s}
				m.signed = append(m.signed, a)
				m.movable[a] = r.IntN(4) == 0
			}
		}
	}
	m.p = built(t, b)
	return m
}

func TestOKRepairGivesCompanyToWhoIsLeftOfACrew(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 7))
	begun, broken, best, optimal := 0, 0, 0, 0
	const problems = 1000
	for i := range problems {
		m := begunCrews(t, r)
		plan := m.repair(t, RepairOptions{Steps: 300, Seed: uint64(i)})
		stays := m.stays(plan)
		if m.p.Check(stays) != nil {
			begun++
		}
		for _, b := range plan.Broken {
			if b.Rule != BrokenCrew {
				continue
			}
			broken++
			if _, possible := repairJudge(m.p, m.signed, append(slices.Clone(stays), b.Assignment)); possible {
				t.Fatalf("%+v of %+v: %v can be given company", plan, m, b)
			}
		}
		want, _ := repairJudge(m.p, m.signed, stays)
		want.Unfairness = plan.Score.Unfairness
		if plan.Score.Compare(want) == 0 {
			best++
		} else if plan.Optimal {
			t.Fatalf("%+v of %+v is not optimal: %+v", plan, m, want)
		}
		if plan.Optimal {
			optimal++
		}
	}
	if begun < 100 || broken < 100 || best < problems*99/100 || optimal < problems*8/10 {
		t.Errorf("%d begun, %d broken, %d best, %d optimal of %d", begun, broken, best, optimal, problems)
	}
}

// gate is a problem of shifts that do not overlap, one slot each where capacities are not given, and pairs of rank 1
// unless given.
func gate(t *testing.T, volunteers int, shifts []Shift, pairs ...Pair) *Problem {
	t.Helper()
	b := NewBuilder(Rules{})
	for range volunteers {
		b.Volunteer(Volunteer{Shifts: 2})
	}
	for _, shift := range shifts {
		b.Shift(shift)
	}
	for _, pair := range pairs {
		b.Pair(pair)
	}
	return built(t, b)
}

func TestOKRepairAsAPlannerExpects(t *testing.T) {
	early, late := Shift{Start: 0, End: 4, Capacity: 1}, Shift{Start: 4, End: 8, Capacity: 1}
	three := Shift{Start: 0, End: 4, Capacity: 3}
	overlapping := Shift{Start: 2, End: 6, Capacity: 1}
	all := func(Assignment) bool { return true }
	for _, c := range []struct {
		name            string
		p               *Problem
		signed          []Assignment
		movable         func(Assignment) bool
		want            []Assignment
		changes, broken string
	}{
		{
			name:   "nothing happened",
			p:      gate(t, 2, []Shift{early}, Pair{0, 0, 9, 0}, Pair{1, 0, 1, 0}),
			signed: []Assignment{{0, 0}}, movable: all, want: []Assignment{{0, 0}},
		},
		{
			name:   "a withdrawal is filled by who is free, not by who has signed elsewhere",
			p:      gate(t, 3, []Shift{early, overlapping}, Pair{1, 0, 1, 0}, Pair{1, 1, 1, 0}, Pair{2, 0, 9, 0}),
			signed: []Assignment{{1, 1}}, movable: all, want: []Assignment{{1, 1}, {2, 0}},
		},
		{
			name:   "a new shift takes nobody away who is not movable",
			p:      gate(t, 1, []Shift{early, {Start: 2, End: 6, Capacity: 1, Priority: 9}}, Pair{0, 0, 1, 0}, Pair{0, 1, 1, 0}),
			signed: []Assignment{{0, 0}}, want: []Assignment{{0, 0}},
		},
		{
			name:   "a new shift of more value takes who is movable",
			p:      gate(t, 1, []Shift{early, {Start: 2, End: 6, Capacity: 1, Priority: 9}}, Pair{0, 0, 1, 0}, Pair{0, 1, 1, 0}),
			signed: []Assignment{{0, 0}}, movable: all, want: []Assignment{{0, 1}}, changes: "[{0 [0] [1]}]",
		},
		{
			name:   "one who has signed takes another shift beside it",
			p:      gate(t, 1, []Shift{early, late}, Pair{0, 0, 1, 0}, Pair{0, 1, 1, 0}),
			signed: []Assignment{{0, 0}}, want: []Assignment{{0, 0}, {0, 1}},
		},
		{
			name:   "a moved shift now overlaps: what was signed first stays",
			p:      gate(t, 1, []Shift{early, overlapping}, Pair{0, 0, 1, 0}, Pair{0, 1, 1, 0}),
			signed: []Assignment{{0, 1}, {0, 0}}, want: []Assignment{{0, 1}},
			changes: "[{0 [0] []}]", broken: "[{{0 0} overlap}]",
		},
		{
			name:   "fewer slots: who signed last goes, and is offered another",
			p:      gate(t, 2, []Shift{early, overlapping}, Pair{0, 0, 1, 0}, Pair{1, 0, 1, 0}, Pair{0, 1, 1, 0}),
			signed: []Assignment{{1, 0}, {0, 0}}, want: []Assignment{{0, 1}, {1, 0}},
			changes: "[{0 [0] [1]}]", broken: "[{{0 0} full}]",
		},
		{
			name:   "eligible no longer, movable or not, and signed twice",
			p:      gate(t, 2, []Shift{three}),
			signed: []Assignment{{1, 0}, {0, 0}, {1, 0}}, movable: func(a Assignment) bool { return a.Volunteer == 0 },
			changes: "[{0 [0] []} {1 [0] []}]", broken: "[{{0 0} not eligible} {{1 0} not eligible}]",
		},
	} {
		plan, err := Repair(t.Context(), c.p, c.signed, RepairOptions{Movable: c.movable, Steps: 100})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		none := func(s string) string { return cmp.Or(s, "[]") }
		if !slices.Equal(plan.Assignments, c.want) || fmt.Sprint(plan.Changes) != none(c.changes) ||
			fmt.Sprint(broken(plan)) != none(c.broken) || !plan.Optimal {
			t.Errorf("%s: %+v, want %v, changes %s, broken %s", c.name, plan, c.want, none(c.changes), none(c.broken))
		}
	}
}

// broken is what is broken without its pointers' Error.
func broken(plan *RepairPlan) (places []struct {
	Assignment
	Rule string
},
) {
	for _, b := range plan.Broken {
		places = append(places, struct {
			Assignment
			Rule string
		}{b.Assignment, b.Rule.String()})
	}
	return places
}

func TestOKRepairIsTheSameForTheSameSeedAndSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 7))
	for range 50 {
		m := randomMended(t, r, 6, true, true)
		first := m.repair(t, RepairOptions{Steps: 50, Seed: 1})
		if again := m.repair(t, RepairOptions{Steps: 50, Seed: 1}); !reflect.DeepEqual(first, again) {
			t.Fatalf("%+v, then %+v", first, again)
		}
	}
}

func TestOKRepairWhenTheContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := rand.New(rand.NewPCG(5, 7))
	for i := range 400 {
		m := randomMended(t, r, 5, i%2 == 0, i%4 == 0)
		if i%5 == 0 {
			m = begunCrews(t, r)
		}
		plan, err := Repair(ctx, m.p, m.signed, RepairOptions{Movable: func(a Assignment) bool { return m.movable[a] }})
		if err != nil {
			t.Fatal(err)
		}
		m.check(t, plan)
	}
}

func TestOKRepairCountsTheTimeOfWhatStays(t *testing.T) {
	b := NewBuilder(Rules{})
	b.Volunteer(Volunteer{Shifts: 4, Time: 12})
	b.Volunteer(Volunteer{Shifts: 4})
	for s := range 6 {
		b.Shift(Shift{Start: 4 * s, End: 4*s + 4, Capacity: 1})
		b.Pair(Pair{Volunteer: s / 4, Shift: s, Rank: s})
	}
	plan, err := Repair(t.Context(), built(t, b), []Assignment{{0, 3}, {0, 2}}, RepairOptions{Steps: 100})
	if want := []Assignment{{0, 0}, {0, 2}, {0, 3}, {1, 4}, {1, 5}}; err != nil || !slices.Equal(plan.Assignments, want) {
		t.Errorf("%+v, %v, want %v", plan, err, want)
	}
}

func TestOKRepairCountsTheLoadOfWhatStays(t *testing.T) {
	p := gate(t, 2, []Shift{{End: 4, Capacity: 1}, {Start: 4, End: 8, Capacity: 1}}, Pair{}, Pair{0, 1, 1, 0}, Pair{1, 1, 1, 0})
	plan, err := Repair(t.Context(), p, []Assignment{{0, 0}}, RepairOptions{})
	if want := []Assignment{{0, 0}, {1, 1}}; err != nil || !slices.Equal(plan.Assignments, want) {
		t.Errorf("%+v, %v, want %v: who has nothing yet", plan, err, want)
	}
}

func TestOKRepairBeginsWithWholeCrews(t *testing.T) {
	p := gate(t, 3, []Shift{{End: 4, Capacity: 4, Crew: 2}}, Pair{}, Pair{Volunteer: 1}, Pair{Volunteer: 2})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	plan, err := Repair(ctx, p, []Assignment{{2, 0}, {0, 0}, {1, 0}}, RepairOptions{Movable: func(Assignment) bool { return true }})
	if want := []Assignment{{0, 0}, {2, 0}}; err != nil || !slices.Equal(plan.Assignments, want) {
		t.Errorf("%+v, %v, want %v", plan, err, want)
	}
}

func TestOKRepairCompletesACrewBeforeAllElse(t *testing.T) {
	// One of a watch is left. Either of two others completes it, and each could fill a gate that weighs as much.
	b := NewBuilder(Rules{})
	b.Shift(Shift{End: 4, Capacity: 1, Minimum: 1, Priority: MaxPriority})
	b.Shift(Shift{End: 4, Capacity: 1, Minimum: 1, Priority: MaxPriority})
	b.Shift(Shift{End: 4, Capacity: 2, Crew: 2})
	for range 3 {
		b.Volunteer(Volunteer{})
	}
	for _, pair := range []Pair{{0, 0, 0, 0}, {0, 2, 20, 0}, {1, 1, 9, 0}, {1, 2, 21, 0}, {2, 2, 0, 0}} {
		b.Pair(pair)
	}
	plan, err := Repair(t.Context(), built(t, b), []Assignment{{2, 2}}, RepairOptions{})
	if want := []Assignment{{0, 0}, {1, 2}, {2, 2}}; err != nil || !slices.Equal(plan.Assignments, want) || !plan.Optimal {
		t.Errorf("%+v, %v, want %v", plan, err, want)
	}
}

func TestOKRepairWeighsASlotBesideThoseTaken(t *testing.T) {
	// One of a watch of two is left. Its minimum is reached with the crew, so a second crew weighs less than one gate.
	b := NewBuilder(Rules{})
	b.Shift(Shift{Start: 0, End: 4, Capacity: 4, Minimum: 2, Crew: 2})
	b.Shift(Shift{Start: 0, End: 4, Capacity: 1, Priority: 9})
	for v := range 4 {
		b.Volunteer(Volunteer{})
		b.Pair(Pair{Volunteer: v, Shift: 0})
		b.Pair(Pair{Volunteer: v, Shift: 1, Rank: 5})
	}
	plan, err := Repair(t.Context(), built(t, b), []Assignment{{0, 0}}, RepairOptions{Steps: 100})
	if want := (Score{Value: 2*(1+MaxPriority) + 9, Filled: 3, Rank: 5, Unfairness: 3}); err != nil || plan.Score != want {
		t.Errorf("%+v, %v, want %+v", plan, err, want)
	}
}

func TestOKRepairBreaksOneCrewToCompleteAnother(t *testing.T) {
	// Two watches at once have lost one each. Whoever signed last joins the other, though a gate would gain from both.
	b := NewBuilder(Rules{})
	for _, shift := range []Shift{{Crew: 2, Capacity: 2}, {Crew: 2, Capacity: 2}, {Capacity: 2, Priority: 9}} {
		shift.End = 4
		b.Shift(shift)
	}
	for v := range 2 {
		b.Volunteer(Volunteer{})
		for s := range 3 {
			b.Pair(Pair{Volunteer: v, Shift: s})
		}
	}
	plan, err := Repair(t.Context(), built(t, b), []Assignment{{1, 1}, {0, 0}}, RepairOptions{Steps: 100})
	if want := []Assignment{{0, 1}, {1, 1}}; err != nil || !slices.Equal(plan.Assignments, want) ||
		fmt.Sprint(broken(plan)) != "[{{0 0} broken crew}]" {
		t.Errorf("%+v, %v, want %v", plan, err, want)
	}
}

func TestOKRepairTellsProgressOfWholeRosters(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 7))
	told := 0
	for i := range 400 {
		m := randomMended(t, r, 5, true, false)
		if i%2 == 0 {
			m = begunCrews(t, r)
		}
		var all []Progress
		plan := m.repair(t, RepairOptions{Steps: 100, Progress: func(p Progress) { all = append(all, p) }})
		told += len(all)
		for k, at := range all {
			if at.Score.Value < 0 || at.Bound.Value < at.Score.Value {
				t.Fatalf("told %+v: no roster", at)
			}
			if k == 0 {
				continue
			}
			before := all[k-1]
			before.Score.Unfairness, at.Score.Unfairness = 0, 0
			if at.Score.Compare(before.Score) > 0 || at.Bound.Value > before.Bound.Value ||
				at.Score.Value == before.Score.Value && at.Bound.Moved < before.Bound.Moved {
				t.Fatalf("told %+v, then %+v", before, at)
			}
		}
		if len(all) == 0 {
			continue
		}
		got, want := all[len(all)-1].Score, plan.Score
		got.Unfairness, want.Unfairness = 0, 0
		if got != want {
			t.Fatalf("told %+v of %+v", got, plan)
		}
	}
	if told < 100 {
		t.Errorf("told %d times", told)
	}
}

func TestOKRepairCompletesACrewByWhomElseItCostsLeast(t *testing.T) {
	// One of a watch is left, and either of two others completes it: one then gives up a gate, the other two.
	b := NewBuilder(Rules{})
	b.Shift(Shift{End: 8, Capacity: 2, Crew: 2})
	for _, shift := range []Shift{{Start: 0, End: 4}, {Start: 4, End: 8}, {Start: 0, End: 8}} {
		shift.Capacity, shift.Minimum, shift.Priority = 1, 1, 1000
		b.Shift(shift)
	}
	for range 3 {
		b.Volunteer(Volunteer{Shifts: 2})
	}
	for _, pair := range []Pair{{0, 0, 1, 0}, {1, 0, 1, 0}, {1, 1, 1, 0}, {1, 2, 1, 0}, {2, 0, 50, 0}, {2, 3, 1, 0}} {
		b.Pair(pair)
	}
	plan, err := Repair(t.Context(), built(t, b), []Assignment{{0, 0}}, RepairOptions{Steps: 1000})
	if want := []Assignment{{0, 0}, {1, 1}, {1, 2}, {2, 0}}; err != nil || !slices.Equal(plan.Assignments, want) ||
		!plan.Optimal || plan.Bound.Value != 4002 {
		t.Errorf("%+v, %v, want %v", plan, err, want)
	}
}

// watches is a problem of watches by twos, each with one who has signed; crews people more can complete any of the next
// choices, each one.
func watches(t *testing.T, crews, choices int) (p *Problem, signed []Assignment) {
	t.Helper()
	b := NewBuilder(Rules{})
	for range 2 * crews {
		b.Volunteer(Volunteer{})
	}
	for range crews {
		b.Shift(Shift{End: 4, Capacity: 2, Crew: 2})
	}
	for s := range crews {
		b.Pair(Pair{Volunteer: s, Shift: s})
		signed = append(signed, Assignment{s, s})
		for c := range choices {
			b.Pair(Pair{Volunteer: crews + s, Shift: (s + c) % crews, Rank: 1 + c})
		}
	}
	return built(t, b), signed
}

func TestOKRepairKeepsBegunCrewsWhenTheContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p, signed := watches(t, 100, 3)
	plan, err := Repair(ctx, p, signed, RepairOptions{})
	if err != nil || len(plan.Broken) > 0 || plan.Score.Filled != 200 {
		t.Errorf("%+v, %v", plan, err)
	}
	p, signed = watches(t, 30_000, 3)
	if plan, err := Repair(ctx, p, signed, RepairOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%d broken, %v: nobody had time to look for company", len(plan.Broken), err)
	}
}

func TestOKRepairLetsPeopleGoOverToCompleteAllCrews(t *testing.T) {
	// Everybody is the only company of one crew but the first, who can join each: all have to be in their place.
	const crews = 50
	b := NewBuilder(Rules{})
	for range 2 * crews {
		b.Volunteer(Volunteer{})
	}
	var signed []Assignment
	for s := range crews {
		b.Shift(Shift{End: 4, Capacity: 2, Crew: 2})
		b.Pair(Pair{Volunteer: s, Shift: s})
		b.Pair(Pair{Volunteer: crews + s, Shift: s})
		b.Pair(Pair{Volunteer: crews + s, Shift: max(s-1, 0)})
		signed = append(signed, Assignment{s, s})
	}
	plan, err := Repair(t.Context(), built(t, b), signed, RepairOptions{})
	if err != nil || len(plan.Broken) > 0 || plan.Score.Filled != 2*crews || !plan.Optimal {
		t.Errorf("%+v, %v", plan, err)
	}
}

func TestOKRepairProvesNoUnfairnessWhereItSearches(t *testing.T) {
	p := gate(t, 2, []Shift{{End: 4, Capacity: 1}, {Start: 4, End: 8, Capacity: 1}}, Pair{0, 0, 1, 0}, Pair{0, 1, 1, 0}, Pair{1, 1, 1, 0})
	plan, err := Repair(t.Context(), p, nil, RepairOptions{Steps: 1000})
	want := plan.Score
	want.Unfairness = 0
	if err != nil || !plan.Optimal || plan.Score.Unfairness == 0 || plan.Bound != want {
		t.Errorf("%+v, %v", plan, err)
	}
}

func TestOKRepairOfNothing(t *testing.T) {
	p := built(t, NewBuilder(Rules{}))
	plan, err := Repair(t.Context(), p, nil, RepairOptions{})
	if err != nil || len(plan.Assignments)+len(plan.Changes)+len(plan.Broken) > 0 || plan.Score != (Score{}) || !plan.Optimal {
		t.Errorf("%+v, %v", plan, err)
	}
}

func TestErrRepairRanksTooHigh(t *testing.T) {
	b := NewBuilder(Rules{})
	const people = 1 << 15
	b.Shift(Shift{Capacity: people})
	for v := range people {
		b.Volunteer(Volunteer{})
		b.Pair(Pair{Volunteer: v, Rank: MaxRank})
	}
	p := built(t, b)
	movable := RepairOptions{Movable: func(Assignment) bool { return true }}
	if _, err := Repair(t.Context(), p, []Assignment{{0, 0}}, movable); !errors.Is(err, ErrRanks) {
		t.Errorf("movable: %v", err)
	}
	plan, err := Repair(t.Context(), p, []Assignment{{0, 0}}, RepairOptions{})
	if err != nil || plan.Score.Rank != people*MaxRank {
		t.Errorf("not movable: %v", err)
	}
}

func TestErrRepairSignedByNobody(t *testing.T) {
	p := gate(t, 1, []Shift{{Capacity: 1}}, Pair{})
	for _, a := range []Assignment{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
		var element *ElementError
		if _, err := Repair(t.Context(), p, []Assignment{{0, 0}, a}, RepairOptions{}); !errors.As(err, &element) || element.Index != 1 {
			t.Errorf("%v: %v", a, err)
		}
	}
}

func BenchmarkRepair(b *testing.B) {
	for _, volunteers := range []int{1_000, 10_000, 100_000} {
		p := crowd(b, volunteers, volunteers/4, 20)
		stable, err := Stable(b.Context(), p, StableOptions{})
		if err != nil {
			b.Fatal(err)
		}
		// One in a hundred withdraws.
		signed := slices.DeleteFunc(stable.Assignments, func(a Assignment) bool { return a.Volunteer%100 == 0 })
		for _, movable := range []int{0, 10, 100} {
			b.Run(fmt.Sprintf("%d/movable%d%%", volunteers, movable), func(b *testing.B) {
				ask := func(a Assignment) bool { return a.Volunteer%101*100 < movable*101 }
				moved := 0
				b.ReportAllocs()
				for b.Loop() {
					plan, err := Repair(b.Context(), p, signed, RepairOptions{Movable: ask})
					if err != nil || !plan.Optimal {
						b.Fatal(plan, err)
					}
					moved = plan.Score.Moved
				}
				b.ReportMetric(float64(moved), "moved")
				b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms")
			})
		}
	}
}
