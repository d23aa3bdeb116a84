package matcher_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"nuo.internal/nuo/matcher"
)

// heldBy are the shifts of a volunteer.
func heldBy(plan []matcher.Assignment, v int) (shifts []int) {
	for _, a := range plan {
		if a.Volunteer == v {
			shifts = append(shifts, a.Shift)
		}
	}
	return shifts
}

// chanceRoster is what chance takes, in whole crews.
func chanceRoster(r *rand.Rand, k sketch) (plan []matcher.Assignment) {
	j := newJudge(k)
	taken := make([]int, len(k.shifts))
	for _, i := range r.Perm(len(k.pairs)) {
		a := matcher.Assignment{Volunteer: k.pairs[i].Volunteer, Shift: k.pairs[i].Shift}
		if r.IntN(4) > 0 && taken[a.Shift] < k.shifts[a.Shift].Capacity && j.may(a.Volunteer, append(heldBy(plan, a.Volunteer), a.Shift)) {
			taken[a.Shift]++
			plan = append(plan, a)
		}
	}
	return slices.DeleteFunc(plan, func(a matcher.Assignment) bool {
		if taken[a.Shift]%max(1, k.shifts[a.Shift].Crew) == 0 {
			return false
		}
		taken[a.Shift]--
		return true
	})
}

// eachRoster runs a check on random problems in which somebody may take several shifts, or crews come.
func eachRoster(t *testing.T, n int, check func(t *testing.T, k sketch, plan []matcher.Assignment, r *rand.Rand)) {
	t.Helper()
	each(t, n, func(t *testing.T, r *rand.Rand) {
		k := draw(r.IntN, 5, 4)
		for s := range k.shifts {
			if r.IntN(2) == 0 {
				k.shifts[s].Crew = 0 // beside others that ask for crews
			}
		}
		if k.crews() || slices.ContainsFunc(k.volunteers, func(v matcher.Volunteer) bool { return v.Shifts > 1 }) {
			check(t, k, chanceRoster(r, k), r)
		}
	})
}

// crewMisses tells whether a shift has slots for a crew, and too few are free to make one up.
func (j reasonJudge) crewMisses(plan []matcher.Assignment, s int) bool {
	crew, taken, free := j.shifts[s].Crew, 0, 0
	for _, a := range plan {
		if a.Shift == s {
			taken++
		}
	}
	for a := range j.rank {
		held := heldBy(plan, a.Volunteer)
		if a.Shift == s && !slices.Contains(held, s) && j.may(a.Volunteer, append(held, s)) {
			free++
		}
	}
	return crew > 1 && taken+crew <= j.shifts[s].Capacity && free < crew
}

func TestOKGapsOfARosterCountWhatStopsTheEligible(t *testing.T) {
	eachRoster(t, 2000, func(t *testing.T, k sketch, plan []matcher.Assignment, _ *rand.Rand) {
		_, x := explained(t, k, plan)
		j := newReasonJudge(k)
		for _, g := range x.Gaps {
			var told, outside, free, serve, broken, all int
			for _, c := range g.Stopped {
				told += c.Count
				outside += c.Outside
				switch c.Rule {
				case matcher.None:
					free = c.Count
				case matcher.Twice:
					serve = c.Count
				case matcher.BrokenCrew:
					broken = c.Count
				default:
				}
			}
			var mayNow, mayNever, has int
			for a := range j.rank {
				if a.Shift != g.Shift {
					continue
				}
				all++
				switch held := heldBy(plan, a.Volunteer); {
				case slices.Contains(held, a.Shift):
					has++
				case j.may(a.Volunteer, append(held, a.Shift)):
					mayNow++
				case !j.may(a.Volunteer, []int{a.Shift}):
					mayNever++
				}
			}
			if j.crewMisses(plan, g.Shift) {
				free, broken = broken, free // nobody is free to come alone
			}
			if broken > 0 || told != all || g.Eligible != all || free != mayNow || outside != mayNever || serve != has {
				t.Errorf("gap %+v: %d eligible, %d may, %d never, %d have it", g, all, mayNow, mayNever, has)
			}
		}
	})
}

// twoMoves tells whether one move to a shift, or two, better the Value: somebody comes, or leaves another shift for it,
// and somebody comes for that.
func (j reasonJudge) twoMoves(plan []matcher.Assignment, s int) bool {
	value := func(plan []matcher.Assignment) int64 { return j.score(plan, nil).Value }
	now := value(plan)
	for v := range j.volunteers {
		for _, from := range append(heldBy(plan, v), -1) {
			to := matcher.Assignment{Volunteer: v, Shift: s}
			next := append(slices.DeleteFunc(slices.Clone(plan), func(a matcher.Assignment) bool {
				return a == matcher.Assignment{Volunteer: v, Shift: from}
			}), to)
			if slices.Contains(plan, to) || !j.may(v, heldBy(next, v)) {
				continue
			}
			if j.check(next) == nil && value(next) > now {
				return true
			}
			for w := range j.volunteers {
				if w == v || from < 0 || slices.Contains(heldBy(plan, w), from) {
					continue
				}
				both := append(slices.Clone(next), matcher.Assignment{Volunteer: w, Shift: from})
				if j.check(both) == nil && value(both) > now {
					return true
				}
			}
		}
	}
	return false
}

func TestOKGapsOfARosterThatMovesFillAreFound(t *testing.T) {
	found := 0
	eachRoster(t, 4000, func(t *testing.T, k sketch, plan []matcher.Assignment, _ *rand.Rand) {
		p, x := explained(t, k, plan)
		j := newReasonJudge(k)
		for _, g := range x.Gaps {
			if len(g.Chain) > 0 {
				found++
				checkSteps(t, p, plan, g.Chain, g.Gain)
				if g.Gain.Value <= 0 {
					t.Errorf("gap %+v gains nothing", g)
				}
			} else if j.twoMoves(plan, g.Shift) {
				t.Errorf("plan %v: one or two moves fill gap %+v", plan, g)
			}
		}
	})
	if found < 500/raceDivisor {
		t.Errorf("%d chains: the problems show too little", found)
	}
}

// mostOf is the most slots that any plan fills of some shifts; only those of minimum headcounts count, where asked.
func mostOf(k sketch, shifts []int, minimum bool) int {
	only := k
	only.shifts = slices.Clone(k.shifts)
	for s := range only.shifts {
		shift := &only.shifts[s]
		if minimum {
			shift.Capacity = shift.Minimum
		}
		if shift.Minimum, shift.Priority, shift.Crew = 0, 1, 1; !slices.Contains(shifts, s) {
			shift.Capacity = 0
		}
	}
	return int(newJudge(only).judge(4, nil).most)
}

func TestOKGapsOfARosterAreProvedWhereTheEligibleAreTooFew(t *testing.T) {
	proofs, several := 0, 0
	eachRoster(t, 2000, func(t *testing.T, k sketch, plan []matcher.Assignment, _ *rand.Rand) {
		_, x := explained(t, k, plan)
		j := newReasonJudge(k)
		for _, g := range x.Gaps {
			need := k.shifts[g.Shift].Capacity
			if g.Missing > 0 {
				need = k.shifts[g.Shift].Minimum
			}
			if g.Set == nil {
				if len(j.eligible(g.Shift)) < need && len(g.Chain) == 0 {
					t.Errorf("gap %+v has no proof", g)
				}
				continue
			}
			if proofs++; len(g.Set.Shifts) > 1 {
				several++
			}
			most := mostOf(k, g.Set.Shifts, g.Set.OfMinimum)
			if most > g.Set.Supply || g.Set.Short() < 1 || !slices.Contains(g.Set.Shifts, g.Shift) || g.Set.OfMinimum != (g.Missing > 0) {
				t.Errorf("set %+v of gap %+v: %d can be filled", g.Set, g, most)
			}
		}
	})
	if proofs < 300/raceDivisor || several < 20/raceDivisor {
		t.Errorf("%d proofs, %d of several shifts: the problems show too little", proofs, several)
	}
}

func TestOKWishesOfARosterAreGrantedByTheirSteps(t *testing.T) {
	granted := 0
	eachRoster(t, 2000, func(t *testing.T, k sketch, plan []matcher.Assignment, _ *rand.Rand) {
		p, x := explained(t, k, plan)
		j := newReasonJudge(k)
		for _, reason := range x.Volunteers {
			v := reason.Volunteer
			for _, w := range reason.Wishes {
				alone, beside := j.may(v, []int{w.Shift}), j.may(v, append(heldBy(plan, v), w.Shift))
				want := beside && !j.crewMisses(plan, w.Shift)
				if w.Outside == alone || (w.Rule == matcher.None) != want || (w.Rule == matcher.BrokenCrew) != (beside && !want) {
					t.Errorf("volunteer %d, wish %+v: alone %v, beside %v", v, w, alone, beside)
				}
				switch w.Certainty {
				case matcher.AtLeast:
					granted++
					checkSteps(t, p, plan, w.Steps, w.Cost)
					if !slices.Contains(after(plan, w.Steps), matcher.Assignment{Volunteer: v, Shift: w.Shift}) {
						t.Errorf("volunteer %d, wish %+v is not granted", v, w)
					}
				case matcher.Exact:
					t.Errorf("volunteer %d, wish %+v: nothing is exact here", v, w)
				case matcher.Unknown:
					if beside && w.Taken > 0 {
						t.Errorf("volunteer %d, wish %+v: a holder could leave", v, w)
					}
				}
				more := slices.Clone(k.shifts)
				more[w.Shift].Capacity++
				larger := newReasonJudge(sketch{k.rules, k.volunteers, more, k.pairs, k.commitments})
				fits := larger.check(append(slices.Clone(plan), matcher.Assignment{Volunteer: v, Shift: w.Shift})) == nil
				if want := fits && w.Taken == w.Slots && w.Slots > 0; w.OneMoreSlot != want {
					t.Errorf("volunteer %d, wish %+v: one more slot would do: %v", v, w, want)
				}
			}
		}
	})
	if granted < 1000/raceDivisor {
		t.Errorf("%d wishes can be granted: the problems show too little", granted)
	}
}

func TestOKMarginalOfARosterIsReached(t *testing.T) {
	eachRoster(t, 700, func(t *testing.T, k sketch, plan []matcher.Assignment, _ *rand.Rand) {
		p, x := explained(t, k, plan)
		now := p.ScoreOf(plan)
		for s, m := range x.Marginal {
			more := k
			more.volunteers = append(slices.Clone(k.volunteers), matcher.Volunteer{})
			more.pairs = append(slices.Clone(k.pairs), matcher.Pair{Volunteer: len(k.volunteers), Shift: s, Rank: 1})
			least := newJudge(more).judge(4, nil).least
			got, possible := least[now.Value+m.Gain.Value]
			if !possible || got.rank > now.Rank+m.Gain.Rank || m.Certainty != matcher.AtLeast {
				t.Errorf("%+v: no such plan", m)
			}
			free := k.shifts[s].Capacity
			for _, a := range plan {
				if a.Shift == s {
					free--
				}
			}
			if k.shifts[s].Crew <= 1 && free > 0 && m.Gain.Filled != 1 {
				t.Errorf("%+v: there is a free slot", m)
			}
		}
	})
}

func TestOKGainOfARosterIsReachedAndBounded(t *testing.T) {
	raised := 0
	eachRoster(t, 1000, func(t *testing.T, k sketch, plan []matcher.Assignment, r *rand.Rand) {
		if len(k.shifts) == 0 {
			return
		}
		extra := matcher.Extra{Volunteers: []matcher.Volunteer{{Shifts: 2}}}
		for range 3 {
			extra.Pairs = append(extra.Pairs, matcher.Pair{Volunteer: r.IntN(len(k.volunteers) + 1), Shift: r.IntN(len(k.shifts)), Rank: 2})
		}
		more := k
		more.volunteers = append(slices.Clone(k.volunteers), extra.Volunteers...)
		more.pairs = append(slices.Clone(k.pairs), extra.Pairs...)
		p := k.problem(t)
		g, err := matcher.Gain(t.Context(), p, plan, extra)
		if err != nil {
			t.Fatal(err)
		}
		larger := more.problem(t)
		if err := larger.Check(g.Assignments); err != nil {
			t.Error(err)
		}
		all := make([]int, len(k.shifts))
		for s := range all {
			all[s] = s
		}
		if larger.ScoreOf(g.Assignments) != g.After || g.Certainty != matcher.AtLeast || g.Before.Value < p.ScoreOf(plan).Value ||
			mostOf(more, all, false) > g.Most {
			t.Errorf("%+v", g)
		}
		if g.After.Value > g.Before.Value {
			raised++
		}
	})
	if raised < 40/raceDivisor {
		t.Errorf("%d gain: the problems show too little", raised)
	}
}

func TestOKGainOfSomebodyWhoMayTakeSeveral(t *testing.T) {
	k := sketch{
		volunteers: make([]matcher.Volunteer, 1), pairs: []matcher.Pair{{Rank: 1}},
		shifts: []matcher.Shift{{End: 4, Capacity: 1}, {Start: 4, End: 8, Capacity: 1}, {Start: 8, End: 12, Capacity: 1}},
	}
	plan := []matcher.Assignment{{}}
	extra := matcher.Extra{
		Volunteers: []matcher.Volunteer{{Shifts: 2}},
		Pairs:      []matcher.Pair{{Volunteer: 1, Shift: 1, Rank: 1}, {Volunteer: 1, Shift: 2, Rank: 1}},
	}
	g, err := matcher.Gain(t.Context(), k.problem(t), plan, extra)
	if err != nil || g.Certainty != matcher.AtLeast || g.Before.Filled != 1 || g.After.Filled != 3 || g.Most != 3 {
		t.Errorf("%+v, %v", g, err)
	}
	e, err := matcher.NewFillExplainer(t.Context(), k.problem(t), plan)
	if err != nil {
		t.Fatal(err)
	}
	if g, err := e.Gain(t.Context(), extra); err != nil || g.Certainty != matcher.Exact || g.After.Filled != 2 || g.Most != 2 {
		t.Errorf("one each: %+v, %v", g, err)
	}
}

func TestOKEveryRuleIsCounted(t *testing.T) {
	// Shift 0 is the gap; the volunteer holds shift 1 or has a promise, and one rule is in the way.
	gap := matcher.Shift{Start: 100, End: 110, Capacity: 1}
	other := matcher.Shift{Start: 112, End: 122, Capacity: 1, Place: 1}
	for _, row := range []struct {
		rule    matcher.Rule
		person  matcher.Volunteer
		rules   matcher.Rules
		other   matcher.Shift
		promise bool
	}{
		{matcher.LimitShifts, matcher.Volunteer{Shifts: 1}, matcher.Rules{}, other, false},
		{matcher.Overlap, matcher.Volunteer{Shifts: 2}, matcher.Rules{}, matcher.Shift{Start: 109, End: 120, Capacity: 1}, false},
		{matcher.Overlap, matcher.Volunteer{Shifts: 2}, matcher.Rules{}, other, true},
		{matcher.Rest, matcher.Volunteer{Shifts: 2, Rest: 3}, matcher.Rules{}, other, false},
		{matcher.Travel, matcher.Volunteer{Shifts: 2}, matcher.Rules{Travel: 3}, other, false},
		{matcher.LimitTime, matcher.Volunteer{Shifts: 2, Time: 19}, matcher.Rules{}, other, false},
		{matcher.LimitTime, matcher.Volunteer{Shifts: 2, Time: 9}, matcher.Rules{}, matcher.Shift{}, false},
		{matcher.LimitDay, matcher.Volunteer{Shifts: 2, TimeDay: 19}, matcher.Rules{Day: 50}, other, false},
		{matcher.LimitWeek, matcher.Volunteer{Shifts: 2, TimeWeek: 19}, matcher.Rules{Day: 10}, other, false},
		{matcher.LimitDaysInRow, matcher.Volunteer{Shifts: 2, DaysInRow: 1}, matcher.Rules{Day: 10}, other, false},
	} {
		k := sketch{
			rules: row.rules, volunteers: []matcher.Volunteer{row.person, {Shifts: 2}}, shifts: []matcher.Shift{gap, row.other},
			pairs: []matcher.Pair{{}, {Shift: 1}},
		}
		plan := []matcher.Assignment{{Shift: 1}}
		count := matcher.RuleCount{Rule: row.rule, Count: 1}
		if row.promise {
			k.commitments = []matcher.Commitment{{Start: 105, End: 106}}
		}
		if row.promise || row.other.Capacity == 0 {
			plan, count.Outside = nil, 1
		}
		_, x := explained(t, k, plan)
		if len(x.Gaps) == 0 || !slices.Equal(x.Gaps[0].Stopped, []matcher.RuleCount{count}) {
			t.Errorf("%v: %+v", row.rule, x.Gaps)
		}
	}
}

// Two must come together: one candidate alone is told that the other is missing; two are not.
func TestOKALoneCandidateOfACrewIsToldThatOneIsMissing(t *testing.T) {
	k := sketch{
		volunteers: []matcher.Volunteer{{Shifts: 2}, {Shifts: 2}}, shifts: []matcher.Shift{{Capacity: 2, Crew: 2}},
		pairs: []matcher.Pair{{Rank: 1}},
	}
	for n, want := range []matcher.Rule{matcher.BrokenCrew, matcher.None} {
		_, x := explained(t, k, nil)
		if got := x.Gaps[0].Stopped; !slices.Equal(got, []matcher.RuleCount{{Rule: want, Count: n + 1}}) {
			t.Errorf("%d candidates: %+v", n+1, got)
		}
		if got := x.Volunteers[0].Wishes; len(got) != 1 || got[0].Rule != want || got[0].Outside {
			t.Errorf("%d candidates: %+v", n+1, got)
		}
		k.pairs = append(k.pairs, matcher.Pair{Volunteer: 1, Rank: 1})
	}
}

// Who has something wishes for nothing of the same rank, and is counted where they could take it.
func TestOKEqualRanksAreNoWish(t *testing.T) {
	k := sketch{
		volunteers: []matcher.Volunteer{{Shifts: 2}, {Shifts: 1}, {Shifts: 2}, {Shifts: 3}},
		shifts:     []matcher.Shift{{Start: 0, End: 1, Capacity: 4}, {Start: 2, End: 3, Capacity: 1}, {Start: 2, End: 4, Capacity: 1}},
	}
	for v := range k.volunteers {
		for s := range k.shifts {
			if v < 2 || s < 2 {
				k.pairs = append(k.pairs, matcher.Pair{Volunteer: v, Shift: s, Rank: 5})
			}
		}
	}
	// 0 could take 1 or 2, 3 could take 1; 1 takes one alone, 2 has all there is.
	plan := []matcher.Assignment{{}, {Volunteer: 1}, {Volunteer: 2}, {Volunteer: 2, Shift: 1}, {Volunteer: 3}}
	_, x := explained(t, k, plan)
	if len(x.Volunteers) != 0 || x.CouldTakeMore != 2 {
		t.Errorf("%d could take more, wishes %+v", x.CouldTakeMore, x.Volunteers)
	}
}
