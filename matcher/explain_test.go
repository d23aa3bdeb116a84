package matcher_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nuo.internal/nuo/matcher"
)

// worth is what costs and gains are compared by.
type worth struct{ value, rank int64 }

func (a worth) less(b worth) bool {
	return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.rank, b.rank)) < 0
}

var hopeless = worth{value: -1 << 60}

// reasonJudge is the judge of reasons, beside that of plans.
type reasonJudge struct{ *judge }

func newReasonJudge(k sketch) reasonJudge { return reasonJudge{newJudge(k)} }

// oneEach tries every plan of one shift each. It answers the best, and the best in which v has s.
func (j reasonJudge) oneEach() (best worth, with map[matcher.Assignment]worth) {
	best, with, _ = j.oneEachFilled()
	return best, with
}

// oneEachFilled tells, too, how many slots the best plans with v on s fill, as bits.
func (j reasonJudge) oneEachFilled() (best worth, with map[matcher.Assignment]worth, filled map[matcher.Assignment]uint) {
	best, with, filled = hopeless, map[matcher.Assignment]worth{}, map[matcher.Assignment]uint{}
	taken, at := make([]int, len(j.shifts)), make([]int, len(j.volunteers))
	var try func(v int, now worth)
	try = func(v int, now worth) {
		if v == len(j.volunteers) {
			if now.less(best) {
				best = now
			}
			for v, s := range at {
				a := matcher.Assignment{Volunteer: v, Shift: s}
				old, ok := with[a]
				if s >= 0 && (!ok || now.less(old)) {
					with[a], filled[a] = now, 0
				}
				if s >= 0 && with[a] == now {
					filled[a] |= 1 << slotsOf(at)
				}
			}
			return
		}
		at[v] = -1
		try(v+1, now)
		for s := range j.shifts {
			rank, ok := j.rank[matcher.Assignment{Volunteer: v, Shift: s}]
			if !ok || taken[s] == j.shifts[s].Capacity || !j.may(v, []int{s}) {
				continue
			}
			value := j.value(s, taken[s]+1) - j.value(s, taken[s])
			taken[s]++
			at[v] = s
			try(v+1, worth{now.value + value, now.rank + int64(rank)})
			taken[s]--
		}
		at[v] = -1
	}
	try(0, worth{})
	return best, with, filled
}

// slotsOf counts those who have a shift.
func slotsOf(at []int) (n int) {
	for _, s := range at {
		if s >= 0 {
			n++
		}
	}
	return n
}

// randomOneEach is a small problem in which something is short.
func randomOneEach(r *rand.Rand) sketch {
	var k sketch
	volunteers, shifts := r.IntN(6), r.IntN(5)
	for range volunteers {
		k.volunteers = append(k.volunteers, matcher.Volunteer{})
	}
	for s := range shifts {
		shift := matcher.Shift{Start: 10 * s, End: 10*s + 15, Capacity: r.IntN(4), Priority: 1 + r.IntN(3)}
		if r.IntN(3) == 0 {
			shift.Minimum = r.IntN(shift.Capacity + 1)
		}
		k.shifts = append(k.shifts, shift)
	}
	dense, scale := 1+r.IntN(4), []int{1, matcher.MaxRank / 4}[r.IntN(2)]
	for v := range volunteers {
		for s := range shifts {
			if r.IntN(4) < dense {
				k.pairs = append(k.pairs, matcher.Pair{Volunteer: v, Shift: s, Rank: scale * r.IntN(5)})
			}
		}
		if r.IntN(8) == 0 {
			k.commitments = append(k.commitments, matcher.Commitment{Volunteer: v, Start: 12, End: 13})
		}
	}
	return k
}

// somePlan is a plan of one shift each: the best, or what chance takes.
func somePlan(t *testing.T, r *rand.Rand, k sketch) []matcher.Assignment {
	t.Helper()
	if r.IntN(2) == 0 {
		plan, err := matcher.Fill(t.Context(), k.problem(t))
		if err != nil {
			t.Fatal(err)
		}
		return plan.Assignments
	}
	j := newReasonJudge(k)
	taken := make([]int, len(k.shifts))
	var plan []matcher.Assignment
	for _, i := range r.Perm(len(k.pairs)) {
		a := matcher.Assignment{Volunteer: k.pairs[i].Volunteer, Shift: k.pairs[i].Shift}
		has := slices.ContainsFunc(plan, func(b matcher.Assignment) bool { return a.Volunteer == b.Volunteer })
		if !has && taken[a.Shift] < k.shifts[a.Shift].Capacity && r.IntN(4) > 0 && j.may(a.Volunteer, []int{a.Shift}) {
			taken[a.Shift]++
			plan = append(plan, a)
		}
	}
	return plan
}

// each runs a check on so many random problems.
func each(t *testing.T, n int, check func(t *testing.T, r *rand.Rand)) {
	t.Helper()
	for seed := range uint64(max(1, n/raceDivisor)) {
		check(t, rand.New(rand.NewPCG(seed, 3)))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func explained(t *testing.T, k sketch, plan []matcher.Assignment) (*matcher.Problem, *matcher.Explanation) {
	t.Helper()
	p := k.problem(t)
	x, err := matcher.Explain(t.Context(), p, plan)
	if err != nil {
		t.Fatalf("%v\n%+v\n%v", err, k, plan)
	}
	return p, x
}

// after makes steps: those that leave first, so that nobody is in the way.
func after(plan []matcher.Assignment, steps []matcher.Step) []matcher.Assignment {
	next := slices.Clone(plan)
	for _, s := range steps {
		if s.From >= 0 {
			at := slices.Index(next, matcher.Assignment{Volunteer: s.Volunteer, Shift: s.From})
			next = slices.Delete(next, at, at+1)
		}
	}
	for _, s := range steps {
		if s.To >= 0 {
			next = append(next, matcher.Assignment{Volunteer: s.Volunteer, Shift: s.To})
		}
	}
	return next
}

// checkSteps holds what steps are said to change to what they change.
func checkSteps(t *testing.T, p *matcher.Problem, plan []matcher.Assignment, steps []matcher.Step, told matcher.Delta) {
	t.Helper()
	next := after(plan, steps)
	if err := p.Check(next); err != nil {
		t.Errorf("steps %v: %v", steps, err)
		return
	}
	before, now := p.ScoreOf(plan), p.ScoreOf(next)
	does := matcher.Delta{Value: now.Value - before.Value, Filled: now.Filled - before.Filled, Rank: now.Rank - before.Rank}
	if does != told {
		t.Errorf("steps %v of %v do %+v, told %+v", steps, plan, does, told)
	}
}

// may are those of shift s, by the judge alone.
func (j reasonJudge) eligible(s int) (volunteers []int) {
	for v := range j.volunteers {
		if _, ok := j.rank[matcher.Assignment{Volunteer: v, Shift: s}]; ok && j.may(v, []int{s}) {
			volunteers = append(volunteers, v)
		}
	}
	return volunteers
}

// short is how many slots of some shifts stay free at least, each volunteer taking one; and whether the shifts hang
// together by volunteers.
func (j reasonJudge) short(shifts []int, minimum bool) (short int, together bool, volunteers []int) {
	group := shifts[:1:1]
	for range shifts {
		for _, s := range shifts {
			near := slices.ContainsFunc(group, func(t int) bool {
				return slices.ContainsFunc(j.eligible(s), func(v int) bool { return slices.Contains(j.eligible(t), v) })
			})
			if near && !slices.Contains(group, s) {
				group = append(group, s)
			}
		}
	}
	for _, s := range shifts {
		if minimum {
			short += j.shifts[s].Minimum
		} else {
			short += j.shifts[s].Capacity
		}
		volunteers = append(volunteers, j.eligible(s)...)
	}
	slices.Sort(volunteers)
	volunteers = slices.Compact(volunteers)
	return short - len(volunteers), len(group) == len(shifts), volunteers
}

func TestOKEveryGapHasAChainOrASmallestDeficientSet(t *testing.T) {
	var chains, sets, several int
	each(t, 3000, func(t *testing.T, r *rand.Rand) {
		k := randomOneEach(r)
		plan := somePlan(t, r, k)
		p, x := explained(t, k, plan)
		j := newReasonJudge(k)
		best, _ := j.oneEach()
		chained := false
		for s := range k.shifts {
			free := k.shifts[s].Capacity
			for _, a := range plan {
				if a.Shift == s {
					free--
				}
			}
			at := slices.IndexFunc(x.Gaps, func(g matcher.GapReason) bool { return g.Shift == s })
			if (at >= 0) != (free > 0) {
				t.Fatalf("shift %d has %d free slots, gaps %+v", s, free, x.Gaps)
			}
			if free == 0 {
				continue
			}
			g := x.Gaps[at]
			if missing := max(0, free-k.shifts[s].Capacity+k.shifts[s].Minimum); g.Free != free || g.Missing != missing {
				t.Errorf("gap %+v: free %d, missing %d", g, free, missing)
			}
			if (len(g.Chain) > 0) == (g.Set != nil) {
				t.Errorf("gap %+v has not exactly one reason", g)
				continue
			}
			if g.Set == nil {
				chains++
				chained = true
				if g.Gain.Value <= 0 || g.Chain[len(g.Chain)-1].To != s {
					t.Errorf("chain %v gains %+v", g.Chain, g.Gain)
				}
				checkSteps(t, p, plan, g.Chain, g.Gain)
				continue
			}
			sets++
			if len(g.Set.Shifts) > 1 {
				several++
			}
			j.checkSet(t, g)
		}
		if chained != (p.ScoreOf(plan).Value < best.value) {
			t.Errorf("chained %v, Value %d, best %d", chained, p.ScoreOf(plan).Value, best.value)
		}
	})
	if min(chains, sets, several) < 100/raceDivisor {
		t.Errorf("%d chains, %d sets, %d of several shifts: the problems show too little", chains, sets, several)
	}
}

// checkSet holds a deficient set to its definition, and to all its parts.
func (j reasonJudge) checkSet(t *testing.T, g matcher.GapReason) {
	t.Helper()
	wanted := cmp.Or(g.Missing, g.Free)
	short, together, volunteers := j.short(g.Set.Shifts, g.Missing > 0)
	if short != g.Set.Short() || short < wanted || !together || !slices.Equal(volunteers, g.Set.Volunteers) ||
		g.Set.Supply != len(volunteers) || !slices.Contains(g.Set.Shifts, g.Shift) || !slices.IsSorted(g.Set.Shifts) || g.Set.OfMinimum != (g.Missing > 0) {
		t.Errorf("set %+v of gap %+v: short %d together %v volunteers %v", g.Set, g, short, together, volunteers)
	}
	if !g.Set.Minimal {
		t.Errorf("set %+v is not minimal", g.Set)
	}
	rest := slices.DeleteFunc(slices.Clone(g.Set.Shifts), func(s int) bool { return s == g.Shift })
	for part := range uint(1)<<len(rest) - 1 {
		some := []int{g.Shift}
		for i, s := range rest {
			if part&(1<<i) != 0 {
				some = append(some, s)
			}
		}
		if short, together, _ := j.short(some, g.Missing > 0); together && short >= wanted {
			t.Errorf("set %v of gap %+v: %v (%d bits) is enough", g.Set.Shifts, g, some, bits.OnesCount(part))
		}
	}
}

func TestOKManyShiftsThatLackVolunteersAreToldTogether(t *testing.T) {
	wide := 0
	each(t, 30, func(t *testing.T, r *rand.Rand) {
		k := sketch{volunteers: make([]matcher.Volunteer, 200+r.IntN(300))}
		for range 100 + r.IntN(100) {
			shift := matcher.Shift{Capacity: 1 + r.IntN(5)}
			shift.Minimum = r.IntN(shift.Capacity + 1)
			k.shifts = append(k.shifts, shift)
		}
		for v := range k.volunteers {
			for _, s := range r.Perm(len(k.shifts))[:1+r.IntN(8)] {
				k.pairs = append(k.pairs, matcher.Pair{Volunteer: v, Shift: s, Rank: r.IntN(9)})
			}
		}
		plan, err := matcher.Fill(t.Context(), k.problem(t))
		if err != nil {
			t.Fatal(err)
		}
		_, x := explained(t, k, plan.Assignments)
		sets, before := map[*matcher.DeficientSet]bool{}, wide
		defer func() {
			if wide-before > 20 && len(sets) > (wide-before)/2 {
				t.Errorf("%d gaps have %d wide sets", wide-before, len(sets))
			}
		}()
		for _, g := range x.Gaps {
			if g.Set == nil {
				t.Errorf("gap %+v has no set", g)
				continue
			}
			if len(g.Set.Shifts) > 32 {
				sets[g.Set] = true
				wide++
			}
			slots, may := 0, map[int]bool{}
			for _, s := range g.Set.Shifts {
				if slots += k.shifts[s].Capacity; g.Missing > 0 {
					slots += k.shifts[s].Minimum - k.shifts[s].Capacity
				}
			}
			for _, pair := range k.pairs {
				if slices.Contains(g.Set.Shifts, pair.Shift) {
					may[pair.Volunteer] = true
				}
			}
			if g.Set.Need != slots || g.Set.Supply != len(may) || len(g.Set.Volunteers) != len(may) ||
				slots-len(may) < cmp.Or(g.Missing, g.Free) || !slices.Contains(g.Set.Shifts, g.Shift) {
				t.Errorf("gap %d: %+v needs %d of %d", g.Shift, g.Set, slots, len(may))
			}
		}
	})
	if wide < 100/raceDivisor {
		t.Errorf("%d gaps have wide sets: the problems show too little", wide)
	}
}

func TestOKAnExplainerAnswersAfterAContextEnded(t *testing.T) {
	each(t, 4, func(t *testing.T, r *rand.Rand) {
		k := sketch{volunteers: make([]matcher.Volunteer, 1500)}
		for range 300 {
			k.shifts = append(k.shifts, matcher.Shift{Start: r.IntN(50), End: 60, Capacity: 6, Minimum: r.IntN(3)})
		}
		several := r.IntN(2)
		for v := range k.volunteers {
			k.volunteers[v].Shifts = 1 + several*v%3
			for _, s := range r.Perm(300)[:12] {
				k.pairs = append(k.pairs, matcher.Pair{Volunteer: v, Shift: s, Rank: r.IntN(20)})
			}
		}
		p, want := explained(t, k, nil)
		e, err := matcher.NewExplainer(t.Context(), p, nil)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; ; n += 1 + n/3 {
			got, err := e.All(&matcher.Ending{Context: t.Context(), Left: n})
			if errors.Is(err, context.Canceled) {
				continue
			}
			if err != nil || !reflect.DeepEqual(got, want) || n < 10 {
				t.Errorf("after %d looks: %v, or another answer", n, err)
			}
			return
		}
	})
}

func TestOKWishesCostWhatTheBestRearrangementCosts(t *testing.T) {
	wishes, granted := 0, 0
	each(t, 1500, func(t *testing.T, r *rand.Rand) {
		k := randomOneEach(r)
		plan := somePlan(t, r, k)
		p, x := explained(t, k, plan)
		j := newReasonJudge(k)
		best, with, filled := j.oneEachFilled()
		if x.Best.Value != best.value || x.Best.Rank != best.rank {
			t.Errorf("best %+v, is %+v", x.Best, best)
		}
		if score := p.ScoreOf(plan); x.Optimal != (score.Value == best.value && score.Rank == best.rank) || x.Score != score {
			t.Errorf("optimal %v, score %+v, best %+v", x.Optimal, score, best)
		}
		e, err := matcher.NewExplainer(t.Context(), p, plan)
		if err != nil {
			t.Fatal(err)
		}
		reasons := x.Volunteers
		for _, v := range r.Perm(len(k.volunteers))[:min(1, len(k.volunteers))] { // and of somebody every shift, wished for or not
			for s := range k.shifts {
				reason, err := e.WhyNotShift(t.Context(), v, s)
				_, eligible := j.rank[matcher.Assignment{Volunteer: v, Shift: s}]
				if want := eligible && !slices.Contains(heldBy(plan, v), s); err != nil || (len(reason.Wishes) == 1) != want {
					t.Errorf("volunteer %d, shift %d: %+v %v", v, s, reason, err)
				}
				reasons = append(reasons, reason)
			}
		}
		for _, reason := range reasons {
			for _, w := range reason.Wishes {
				want, possible := with[matcher.Assignment{Volunteer: reason.Volunteer, Shift: w.Shift}]
				if possible != (w.Certainty == matcher.Exact) {
					t.Errorf("volunteer %d, wish %+v: possible %v", reason.Volunteer, w, possible)
				}
				if !possible {
					continue
				}
				wishes++
				if w.Cost.Value != want.value-best.value || w.Cost.Rank != want.rank-best.rank {
					t.Errorf("volunteer %d, wish %+v costs %+v less %+v", reason.Volunteer, w, want, best)
				}
				as := matcher.Assignment{Volunteer: reason.Volunteer, Shift: w.Shift}
				if filled[as]&(1<<(x.Best.Filled+w.Cost.Filled)) == 0 {
					t.Errorf("wish %+v: no such plan fills %d and %d slots", w, x.Best.Filled, w.Cost.Filled)
				}
				larger := newReasonJudge(k)
				larger.shifts = slices.Clone(k.shifts)
				larger.shifts[w.Shift].Capacity++
				bestThen, withThen := larger.oneEach()
				then := withThen[matcher.Assignment{Volunteer: reason.Volunteer, Shift: w.Shift}]
				// Where a plan as good grants the wish anyhow, the new slot may serve somebody else.
				if as := then == bestThen; w.OneMoreSlot && !as || as && !w.OneMoreSlot && want != best {
					t.Errorf("volunteer %d, wish %+v: with a slot more %+v, best %+v", reason.Volunteer, w, then, bestThen)
				}
				if w.OneMoreSlot {
					granted++
				}
			}
		}
	})
	if min(wishes, granted) < 300/raceDivisor {
		t.Errorf("%d wishes, %d by one slot more: the problems show too little", wishes, granted)
	}
}

// best is the least rank of what a volunteer may have.
func (j reasonJudge) best(v int) int {
	best := math.MaxInt
	for a, rank := range j.rank {
		if a.Volunteer == v {
			best = min(best, rank)
		}
	}
	return best
}

// A wish is a shift of a lower rank than the one held; who is left out wishes for those of the lowest rank.
func TestOKEveryUnmetWishIsTold(t *testing.T) {
	each(t, 1000, func(t *testing.T, r *rand.Rand) {
		k := randomOneEach(r)
		plan := somePlan(t, r, k)
		_, x := explained(t, k, plan)
		j := newReasonJudge(k)
		want := map[matcher.Assignment][]int{}
		for a, rank := range j.rank {
			at := slices.IndexFunc(plan, func(b matcher.Assignment) bool { return b.Volunteer == a.Volunteer })
			if at < 0 && rank == j.best(a.Volunteer) || at >= 0 && rank < j.rank[plan[at]] {
				holders := []int{}
				for _, b := range plan {
					if b.Shift == a.Shift {
						holders = append(holders, b.Volunteer)
					}
				}
				slices.Sort(holders)
				want[a] = holders
			}
		}
		got := map[matcher.Assignment][]int{}
		for _, reason := range x.Volunteers {
			for _, w := range reason.Wishes {
				got[matcher.Assignment{Volunteer: reason.Volunteer, Shift: w.Shift}] = w.Holders
				fits := j.may(reason.Volunteer, []int{w.Shift})
				rule := matcher.None
				if !fits {
					rule = matcher.Overlap
				} else if len(reason.Held) > 0 {
					rule = matcher.LimitShifts
				}
				if w.Rule != rule || w.Outside == fits || w.Taken != len(w.Holders) {
					t.Errorf("wish %+v: rule %v", w, rule)
				}
			}
		}
		if !reflect.DeepEqual(want, got) {
			t.Errorf("wishes and holders %v, told %v", want, got)
		}
	})
}

func TestOKMarginalIsWhatOneMoreVolunteerAdds(t *testing.T) {
	var adds, swaps int
	each(t, 1500, func(t *testing.T, r *rand.Rand) {
		k := randomOneEach(r)
		_, x := explained(t, k, somePlan(t, r, k))
		best, _ := newReasonJudge(k).oneEach()
		if len(x.Marginal) != len(k.shifts) {
			t.Fatalf("%d of %d shifts", len(x.Marginal), len(k.shifts))
		}
		for s, m := range x.Marginal {
			more := k
			more.volunteers = append(slices.Clone(k.volunteers), matcher.Volunteer{})
			more.pairs = append(slices.Clone(k.pairs), matcher.Pair{Volunteer: len(k.volunteers), Shift: s, Rank: 1})
			then, _ := newReasonJudge(more).oneEach()
			if m.Shift != s || m.Gain.Value != then.value-best.value || m.Gain.Rank != then.rank-best.rank {
				t.Errorf("%+v: %+v after %+v", m, then, best)
			}
			if (m.Gain.Value > 0) != (m.Gain.Filled == 1) || m.Certainty != matcher.Exact {
				t.Errorf("%+v", m)
			}
			if m.Gain.Value > 0 {
				adds++
			} else if m.Gain.Rank < 0 {
				swaps++
			}
		}
	})
	if min(adds, swaps) < 200/raceDivisor {
		t.Errorf("%d fill a slot, %d better the ranks: the problems show too little", adds, swaps)
	}
}

func TestOKGainIsWhatExtraPairsAdd(t *testing.T) {
	each(t, 1000, func(t *testing.T, r *rand.Rand) {
		k := randomOneEach(r)
		if len(k.shifts) == 0 {
			return
		}
		plan := somePlan(t, r, k)
		var extra matcher.Extra
		for range r.IntN(3) {
			extra.Volunteers = append(extra.Volunteers, matcher.Volunteer{})
		}
		more := k
		more.volunteers = append(slices.Clone(k.volunteers), extra.Volunteers...)
		for range r.IntN(5) {
			if len(more.volunteers) > 0 {
				extra.Pairs = append(extra.Pairs, matcher.Pair{
					Volunteer: r.IntN(len(more.volunteers)), Shift: r.IntN(len(k.shifts)), Rank: r.IntN(5),
				})
			}
		}
		more.pairs = append(slices.Clone(k.pairs), extra.Pairs...)
		g, err := matcher.Gain(t.Context(), k.problem(t), plan, extra)
		if err != nil {
			t.Fatal(err)
		}
		before, _ := newReasonJudge(k).oneEach()
		then, _ := newReasonJudge(more).oneEach()
		if g.Before.Value != before.value || g.Before.Rank != before.rank || g.After.Value != then.value || g.After.Rank != then.rank {
			t.Errorf("%+v: %+v, %+v", g, before, then)
		}
		if g.Certainty != matcher.Exact || g.Most != g.After.Filled || more.problem(t).ScoreOf(g.Assignments) != g.After {
			t.Errorf("%+v", g)
		}
	})
}

func TestErrGainNamesWhatMakesNoSense(t *testing.T) {
	k := sketch{volunteers: make([]matcher.Volunteer, 2), shifts: []matcher.Shift{{Capacity: 1}}}
	for extra, want := range map[*matcher.Extra]string{
		{Pairs: []matcher.Pair{{}, {Volunteer: 2}}}:                                                 "matcher: pair 1: Volunteer 2 names nobody: there are 2 so far",
		{Volunteers: []matcher.Volunteer{{}, {Load: -1}}}:                                           "matcher: volunteer 3: Load is -1, below 0",
		{Volunteers: make([]matcher.Volunteer, 1), Pairs: []matcher.Pair{{Volunteer: 2, Shift: 1}}}: "matcher: pair 0: Shift 1 names nobody: there are 1 so far",
	} {
		_, err := matcher.Gain(t.Context(), k.problem(t), nil, *extra)
		var element *matcher.ElementError
		if !errors.As(err, &element) || err.Error() != want {
			t.Errorf("%+v: %v, want %s", extra, err, want)
		}
	}
}

// hidden finds types that hold a volunteer's number, by the names of fields.
func hidden(typ reflect.Type, path string) (found []string) {
	switch typ.Kind() {
	case reflect.Slice, reflect.Array, reflect.Pointer:
		return hidden(typ.Elem(), path+"[]")
	case reflect.Struct:
		for field := range typ.Fields() {
			for _, word := range []string{"Volunteer", "Holder", "Step", "Chain", "Set", "Held"} {
				if strings.Contains(field.Name, word) || strings.Contains(field.Type.String(), word) {
					found = append(found, path+"."+field.Name)
				}
			}
			found = append(found, hidden(field.Type, path+"."+field.Name)...)
		}
	case reflect.Map, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		found = append(found, path+" can hold anything")
	default:
	}
	return found
}

func TestOKAVolunteerSeesNoOthersNumber(t *testing.T) {
	if found := hidden(reflect.TypeFor[matcher.VolunteerView](), "View"); len(found) > 0 {
		t.Errorf("a volunteer's view holds %v", found)
	}
	if found := hidden(reflect.TypeFor[matcher.GapView](), "View"); len(found) > 0 {
		t.Errorf("a volunteer's view of a gap holds %v", found)
	}
	if found := hidden(reflect.TypeFor[matcher.VolunteerReason](), "Reason"); len(found) == 0 {
		t.Error("what planners see holds no volunteer: this test finds nothing")
	}
	// Numbers of volunteers from 500,000 on, and everything else below 1,000: no number of the first kind shows.
	const first = 500_000
	k := sketch{volunteers: make([]matcher.Volunteer, first+40)}
	r := rand.New(rand.NewPCG(5, 5))
	for s := range 12 {
		k.shifts = append(k.shifts, matcher.Shift{Capacity: 2 + 28*(s/11), Minimum: 1})
	}
	for v := first; v < first+40; v++ {
		for _, s := range r.Perm(12)[:5] {
			k.pairs = append(k.pairs, matcher.Pair{Volunteer: v, Shift: s, Rank: 1 + r.IntN(9)})
		}
	}
	p := k.problem(t)
	plan, err := matcher.Fill(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	_, x := explained(t, k, plan.Assignments)
	if shown := fmt.Sprint(x.Volunteers); !strings.Contains(shown, "5000") {
		t.Error("planners see no number of a volunteer: this test finds nothing")
	}
	seen := 0
	for i := range x.Gaps {
		g := &x.Gaps[i]
		want := matcher.GapView{Shift: g.Shift, Free: g.Free, Missing: g.Missing, Eligible: g.Eligible, Fillable: g.Set == nil}
		if g.Set != nil {
			want.Together, want.Need, want.Supply = len(g.Set.Shifts), g.Set.Need, len(g.Set.Volunteers)
		}
		if g.View() != want {
			t.Errorf("%+v is seen as %+v", g, g.View())
		}
	}
	for v := range p.Volunteers() {
		view := x.For(v)
		seen += len(view.Wishes)
		text, err := json.Marshal(view)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "5000") {
			t.Fatalf("volunteer %d sees %s", v, text)
		}
	}
	if seen < 20 || len(x.Gaps) == 0 {
		t.Errorf("only %d wishes and %d gaps are seen", seen, len(x.Gaps))
	}
}

func TestOKAVolunteerSeesCountsAndReasons(t *testing.T) {
	// Volunteer 0 would rather have shift 0, which alone volunteer 1 can take; 2 is as good for it as 1, 3 has promised.
	k := sketch{
		volunteers: make([]matcher.Volunteer, 4),
		shifts:     []matcher.Shift{{Start: 0, End: 10, Capacity: 1}, {Start: 20, End: 30, Capacity: 1}},
		pairs: []matcher.Pair{
			{Rank: 1},
			{Shift: 1, Rank: 5},
			{Volunteer: 1, Rank: 2},
			{Volunteer: 2, Rank: 2},
			{Volunteer: 3, Rank: 1},
		},
		commitments: []matcher.Commitment{{Volunteer: 3, Start: 5, End: 6}},
	}
	_, x := explained(t, k, []matcher.Assignment{{Shift: 1}, {Volunteer: 1}})
	wish := matcher.WishView{Rank: 1, Slots: 1, Taken: 1, Eligible: 4, Rule: matcher.LimitShifts, Known: true, EmptySlots: 1, WorsensOthers: true}
	second := matcher.WishView{Rank: 2, Slots: 1, Taken: 1, Eligible: 4, Known: true, OneMoreSlot: true}
	barred := matcher.WishView{Rank: 1, Slots: 1, Taken: 1, Eligible: 4, Rule: matcher.Overlap, Outside: true}
	for v, want := range []matcher.VolunteerView{{[]matcher.WishView{wish}}, {}, {[]matcher.WishView{second}}, {[]matcher.WishView{barred}}} {
		if got := x.For(v); !reflect.DeepEqual(got, want) {
			t.Errorf("volunteer %d sees %+v, want %+v", v, got, want)
		}
	}
	// Now volunteer 2 could take shift 1 instead: no slot would be empty, but ranks would be worse.
	k.pairs[0].Rank = 4
	k.pairs = append(k.pairs, matcher.Pair{Volunteer: 2, Shift: 1, Rank: 9})
	_, x = explained(t, k, []matcher.Assignment{{Shift: 1}, {Volunteer: 1}})
	wish.Rank, wish.EmptySlots = 4, 0
	if got := x.For(0); !reflect.DeepEqual(got.Wishes, []matcher.WishView{wish}) {
		t.Errorf("volunteer 0 sees %+v, want %+v", got, wish)
	}
}

func TestOKAFillExplainerSeesOneShiftEach(t *testing.T) {
	each(t, 300, func(t *testing.T, r *rand.Rand) {
		k := randomOneEach(r)
		plan := somePlan(t, r, k)
		_, want := explained(t, k, plan)
		k.volunteers = slices.Clone(k.volunteers)
		for v := range k.volunteers {
			k.volunteers[v].Shifts = 3
		}
		e, err := matcher.NewFillExplainer(t.Context(), k.problem(t), plan)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, with one shift each %+v", got, want)
		}
		for _, reason := range want.Volunteers {
			alone, err := e.WhyNot(t.Context(), reason.Volunteer)
			if err != nil || !reflect.DeepEqual(alone, reason) {
				t.Errorf("WhyNot: %+v, %v, Explain: %+v", alone, err, reason)
			}
			if !reflect.DeepEqual(want.For(reason.Volunteer), alone.View()) {
				t.Errorf("For and View of volunteer %d differ", reason.Volunteer)
			}
		}
	})
}

func TestErrAFillExplainerKnowsNoCrewsAndNoSecondShift(t *testing.T) {
	k := sketch{volunteers: []matcher.Volunteer{{Shifts: 2}}, shifts: []matcher.Shift{{Capacity: 1}, {Capacity: 1}}, pairs: []matcher.Pair{{}, {Shift: 1}}}
	var violation *matcher.Violation
	if _, err := matcher.NewFillExplainer(t.Context(), k.problem(t), []matcher.Assignment{{}, {Shift: 1}}); !errors.As(err, &violation) {
		t.Errorf("a second shift: %v", err)
	}
	k.shifts[0] = matcher.Shift{Capacity: 2, Crew: 2}
	if _, err := matcher.NewFillExplainer(t.Context(), k.problem(t), nil); !errors.Is(err, matcher.ErrCrew) {
		t.Errorf("a crew: %v", err)
	}
}

func TestErrWhyNotOfNoShift(t *testing.T) {
	e, err := matcher.NewExplainer(t.Context(), sketch{volunteers: make([]matcher.Volunteer, 1)}.problem(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]int{{0, 0}, {0, -1}, {1, 0}} {
		var wrong *matcher.ElementError
		if _, err := e.WhyNotShift(t.Context(), pair[0], pair[1]); !errors.As(err, &wrong) {
			t.Errorf("%v: %v", pair, err)
		}
	}
}

func TestErrWhyNotOfNobody(t *testing.T) {
	e, err := matcher.NewExplainer(t.Context(), sketch{volunteers: make([]matcher.Volunteer, 2)}.problem(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []int{-1, 2} {
		var element *matcher.ElementError
		if _, err := e.WhyNot(t.Context(), v); !errors.As(err, &element) {
			t.Errorf("volunteer %d: %v", v, err)
		}
	}
}

func TestOKExplainNothing(t *testing.T) {
	for name, k := range map[string]sketch{
		"nobody and nothing": {},
		"nobody":             {shifts: []matcher.Shift{{Capacity: 2, Minimum: 1}, {}}},
		"nothing":            {volunteers: []matcher.Volunteer{{}, {Shifts: 3}}},
		"no pairs":           {volunteers: []matcher.Volunteer{{}, {Shifts: 3}}, shifts: []matcher.Shift{{Capacity: 2}}},
	} {
		_, x := explained(t, k, nil)
		if len(x.Volunteers) > 0 || len(x.Marginal) != len(k.shifts) || len(x.For(0).Wishes) > 0 {
			t.Errorf("%s: %+v", name, x)
		}
		for _, g := range x.Gaps {
			if g.Set == nil || g.Set.Supply != 0 || len(g.Set.Volunteers) > 0 || g.Set.Short() != cmp.Or(g.Missing, g.Free) {
				t.Errorf("%s: %+v", name, g)
			}
		}
	}
}

func TestErrExplainRefusesAPlanThatBreaksARule(t *testing.T) {
	k := sketch{
		volunteers: make([]matcher.Volunteer, 3), shifts: []matcher.Shift{{Capacity: 1}, {Capacity: 1}},
		pairs: []matcher.Pair{{}, {Shift: 1}, {Volunteer: 1}},
	}
	p := k.problem(t)
	for rule, plan := range map[matcher.Rule][]matcher.Assignment{
		matcher.NotEligible: {{Volunteer: 2}},
		matcher.Twice:       {{}, {}},
		matcher.LimitShifts: {{}, {Shift: 1}},
		matcher.Full:        {{}, {Volunteer: 1}},
	} {
		_, err := matcher.Explain(t.Context(), p, plan)
		var violation *matcher.Violation
		if !errors.As(err, &violation) || violation.Rule != rule {
			t.Errorf("%v: %v", rule, err)
		}
	}
	for _, a := range []matcher.Assignment{{Volunteer: -1}, {Volunteer: 3}, {Shift: -1}, {Shift: 2}} {
		if _, err := matcher.Explain(t.Context(), p, []matcher.Assignment{a}); err == nil {
			t.Errorf("%+v is taken", a)
		}
	}
}

func TestErrExplainEndsWhereverTheContextDoes(t *testing.T) {
	each(t, 6, func(t *testing.T, r *rand.Rand) {
		k := sketch{volunteers: make([]matcher.Volunteer, 3000)}
		for range 400 {
			k.shifts = append(k.shifts, matcher.Shift{Start: r.IntN(50), End: 60, Capacity: 8})
		}
		for v := range k.volunteers {
			k.volunteers[v].Shifts = 1 + r.IntN(2)*v%3
			for _, s := range r.Perm(400)[:15] {
				k.pairs = append(k.pairs, matcher.Pair{Volunteer: v, Shift: s, Rank: r.IntN(20)})
			}
		}
		p := k.problem(t)
		asked := &matcher.Ending{Context: t.Context(), Left: 1 << 30}
		if _, err := matcher.Explain(asked, p, nil); err != nil {
			t.Fatal(err)
		}
		times := 1<<30 - asked.Left
		if times < 20 {
			t.Errorf("the context was looked at %d times", times)
		}
		for n := 0; n < times; n += 1 + times/25 {
			x, err := matcher.Explain(&matcher.Ending{Context: t.Context(), Left: n}, p, nil)
			if x != nil || !errors.Is(err, context.Canceled) {
				t.Errorf("ended after %d of %d looks: %v", n, times, err)
			}
		}
	})
}
