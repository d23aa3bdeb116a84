package matcher

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// repairFound is what is added to the fixed places.
type repairFound struct {
	added   []Assignment
	bound   Score
	optimal bool
	// exact tells that the bound is the score itself, the unfairness in it.
	exact bool
}

// solve looks for the best that can be added to the fixed places. When the context ends it is at least what completes
// their crews and what can be kept.
func (r *repair) solve(ctx context.Context, o RepairOptions, completing, kept []Assignment) (repairFound, error) {
	start := repairFound{added: slices.Concat(completing, kept), bound: r.most()}
	open := r.open(ctx, false)
	if open == nil { // the context has ended
		return start, nil
	}
	var found repairFound
	var err error
	if open.several {
		begin := start.added
		if open.narrowed && open.p.check(ctx, open.parts(begin)) != nil { // it may lack some of what is kept
			begin = completing
		}
		found, err = open.roster(ctx, begin, o)
	} else {
		found, err = open.fill(ctx, start)
	}
	if err != nil {
		return found, err
	}
	if slices.Max(append(r.over(found.added), 0)) > 0 ||
		open.narrowed && r.score(r.roster(start.added)).Compare(r.score(r.roster(found.added))) < 0 {
		start.bound = found.bound
		return start, nil
	}
	return found, nil
}

// most is a bound for every roster: all slots filled.
func (r *repair) most() Score {
	var most Score
	for s := range r.p.shifts {
		shift := &r.p.shifts[s]
		most.Value += int64(shift.Capacity)*int64(shift.Priority) + int64(shift.Minimum)*MaxPriority
		most.Filled += shift.Capacity
	}
	return most
}

// openProblem is the problem of what is left beside the fixed places: a fixed shift is a commitment of its volunteer and a
// slot fewer, and a slot of the minimum headcount where it was one, so that the weights of the slots that are left are
// those they have beside the fixed ones. Loads are higher by the fixed shifts. So scores differ by constants.
type openProblem struct {
	r *repair
	p *Problem
	// signed tells of each pair whether it is a signed place. There are places of them.
	signed []bool
	places int
	// several tells that somebody can get two shifts or more, or that crews are left to fill.
	several bool
	// rests are the shifts that complete crews begun by fixed people: shift len(r.p.shifts)+i is for shift rests[i].
	rests []int
	// restOf is the number of that shift, 0 for none.
	restOf []int
	// later are the pairs of one volunteer with such shifts.
	later []openPair
	// unit is above every sum of ranks: by the people, and by the slots.
	unit int64
	// narrowed tells that some rosters were left out, so that bounds of the open problem are none of the whole.
	narrowed bool
	// completed is the value of all slots that complete crews.
	completed int64
}

// openPair is a pair that is still to be added.
type openPair struct {
	shift, rank int32
	signed      bool
}

// open makes the open problem, nil where the context ends. Of crews alone there are no slots but those that complete
// begun crews.
func (r *repair) open(ctx context.Context, crewsAlone bool) *openProblem {
	if ctx.Err() != nil {
		return nil
	}
	o := &openProblem{r: r, p: &Problem{rules: r.p.rules}, unit: 1, narrowed: crewsAlone}
	o.addShifts(crewsAlone)
	p := o.p
	p.volunteers = slices.Clone(r.p.volunteers)
	p.first = make([]int, 1, len(p.volunteers)+1)
	p.firstCommitment = make([]int, 1, len(p.volunteers)+1)
	signed := r.loose()
	alone, beat := newAlone(r.p), pulse{ctx, 0}
	for v := range p.volunteers {
		if beat.beat(1+(r.p.first[v+1]-r.p.first[v])*alone.work(v)) != nil {
			return nil
		}
		o.addCommitments(v)
		var own []Assignment
		own, signed = ownOf(signed, v)
		o.addPairs(v, own, !alone.free(v) || len(r.held[v]) > 0)
		p.first = append(p.first, len(p.shift))
	}
	o.unit = min(o.unit, o.unitOfSlots())
	if !o.several { // addPairs has asked all rules
		p.commitments, p.firstCommitment = nil, make([]int, len(p.volunteers)+1)
	}
	o.weighRests()
	return o
}

// weighRests puts the slots that complete crews before all else. Where everybody gets one shift the order of the weights
// is enough (see doc.go); otherwise one weighs more than all that people could get beside them. Beyond any use, where that
// is no number to reckon with, solve sees to it that crews are completed.
func (o *openProblem) weighRests() {
	n := len(o.r.p.shifts)
	weight := 2 * MaxPriority
	if o.several {
		slots, people := 0, 0
		for s := range o.p.shifts[:n] {
			shift := &o.p.shifts[s]
			slots += shift.Capacity*shift.Priority + shift.Minimum*MaxPriority
		}
		for v := range o.p.volunteers {
			people += min(o.p.volunteers[v].Shifts, o.p.first[v+1]-o.p.first[v]) * 2 * MaxPriority
		}
		weight = min(max(weight, min(slots, people)), 1<<34)
	}
	for s := n; s < len(o.p.shifts); s++ {
		o.p.shifts[s].Priority = weight
		o.completed += int64(o.p.shifts[s].Capacity) * (int64(weight) + MaxPriority)
	}
}

// unitOfSlots is the number of slots by the highest rank, and one.
func (o *openProblem) unitOfSlots() int64 {
	slots, highest := int64(0), int32(0)
	for s := range o.p.shifts {
		slots += int64(o.p.shifts[s].Capacity)
	}
	for _, rank := range o.p.rank {
		highest = max(highest, rank)
	}
	return min(slots, math.MaxInt32)*int64(highest) + 1
}

// loose are the signed places that are not fixed, sorted.
func (r *repair) loose() (places []Assignment) {
	for _, i := range r.sorted {
		if !r.fixed[i] {
			places = append(places, r.signed[i])
		}
	}
	return places
}

// ownOf cuts a volunteer's places off the front of the sorted ones.
func ownOf(places []Assignment, v int) (own, others []Assignment) {
	n := 0
	for n < len(places) && places[n].Volunteer == v {
		n++
	}
	return places[:n], places[n:]
}

// addShifts makes the shifts with what is left of them. A crew that fixed people have begun gets a shift of its own for
// the places that complete it, of a weight that is set later.
func (o *openProblem) addShifts(crewsAlone bool) {
	r, p := o.r, o.p
	p.shifts = slices.Clone(r.p.shifts)
	o.restOf = make([]int, len(p.shifts))
	for s := range r.p.shifts {
		shift, taken := &p.shifts[s], r.taken[s]
		shift.Capacity, shift.Minimum = shift.Capacity-taken, max(0, shift.Minimum-taken)
		if over := taken % shift.Crew; over != 0 {
			rest, missing := *shift, shift.Crew-over
			rest.Capacity, rest.Crew, rest.Minimum = missing, missing, missing
			shift.Capacity, shift.Minimum = shift.Capacity-missing, max(0, shift.Minimum-missing)
			o.restOf[s] = len(r.p.shifts) + len(o.rests)
			o.rests = append(o.rests, s)
			p.shifts = append(p.shifts, rest)
		}
	}
	for s := range p.shifts {
		shift := &p.shifts[s]
		if crewsAlone && s < len(r.p.shifts) {
			shift.Capacity, shift.Minimum = 0, 0
		}
		if shift.Capacity == 0 {
			shift.Crew = 1
		}
		o.several = o.several || shift.Crew > 1
	}
}

// addCommitments makes a volunteer's fixed shifts commitments.
func (o *openProblem) addCommitments(v int) {
	p, volunteer := o.p, &o.p.volunteers[v]
	from := len(p.commitments)
	p.commitments = append(p.commitments, o.r.p.CommitmentsOf(v)...)
	for _, s := range o.r.held[v] {
		shift := &o.r.p.shifts[s]
		p.commitments = append(p.commitments, Commitment{v, shift.Start, shift.End, shift.Place, shift.Rest})
		if volunteer.Time > 0 {
			// At 0 no shift that takes time passes Forbids, and none is left for which a limit counts.
			volunteer.Time -= shift.End - shift.Start
		}
	}
	slices.SortStableFunc(p.commitments[from:], func(x, y Commitment) int {
		return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.End, y.End))
	})
	p.firstCommitment = append(p.firstCommitment, len(p.commitments))
	volunteer.Load += len(o.r.held[v])
	volunteer.Shifts = max(1, volunteer.Shifts-len(o.r.held[v]))
}

// addPairs adds the pairs that a volunteer can have beside the fixed shifts; own are their movable places, by shift. Only
// where a limit is to be heeded the rules are asked.
func (o *openProblem) addPairs(v int, own []Assignment, limited bool) {
	r, p := o.r, o.p
	from := len(p.shift)
	var most int32
	add := func(s int32, rank int32, signed bool) {
		p.shift, p.rank, o.signed = append(p.shift, s), append(p.rank, rank), append(o.signed, signed)
		most = max(most, rank)
	}
	o.later = o.later[:0]
	shifts, ranks := r.p.PairsOf(v)
	for i, s := range shifts {
		shift, rest := &p.shifts[s], o.restOf[s]
		if shift.Capacity == 0 && rest == 0 || limited && r.p.Forbids(v, r.held[v], int(s)) != None {
			continue
		}
		for len(own) > 0 && own[0].Shift < int(s) {
			own = own[1:]
		}
		signed := len(own) > 0 && own[0].Shift == int(s)
		if signed {
			o.places++
		}
		switch {
		case shift.Capacity == 0:
		case rest > 0 && shift.Start == shift.End && p.volunteers[v].Shifts > 1:
			o.narrowed = true // no rule about time would keep them from both parts of the shift
		default:
			add(s, ranks[i], signed)
		}
		if rest > 0 {
			o.later = append(o.later, openPair{int32(rest), ranks[i], signed})
		}
	}
	for _, pair := range o.later {
		add(pair.shift, pair.rank, pair.signed)
	}
	n := min(p.volunteers[v].Shifts, len(p.shift)-from)
	if n > 1 && !o.several {
		o.several = o.together(v, p.shift[from:])
	}
	if !o.several {
		n = 1
	}
	o.unit = min(o.unit+int64(n)*int64(most), math.MaxInt64/2)
}

// together tells whether a volunteer can have two of these shifts, true also where that would take long to find out.
func (o *openProblem) together(v int, shifts []int32) bool {
	const many = 64
	if len(shifts) > many {
		return true
	}
	for i, s := range shifts {
		held := append(slices.Clone(o.r.held[v]), int32(o.whole(int(s))))
		for _, t := range shifts[:i] {
			if o.r.p.Forbids(v, held, o.whole(int(t))) == None {
				return true
			}
		}
	}
	return false
}

// fill is exact: where the Value is best the number of filled slots is given, so the fewest moved places are the most
// signed pairs, and the most signed pairs are the fewest others.
func (o *openProblem) fill(ctx context.Context, start repairFound) (repairFound, error) {
	var cost []int64 // the ranks
	if o.places > 0 {
		if o.unit >= (1<<60)/int64(2*len(o.p.volunteers)+2) {
			return repairFound{}, ErrRanks
		}
		cost = make([]int64, len(o.p.shift))
		for pair, rank := range o.p.rank {
			if pair%(1<<16) == 0 && ctx.Err() != nil {
				return start, nil //nolint:nilerr // an ended context is answered with what was found
			}
			cost[pair] = int64(rank)
			if !o.signed[pair] {
				cost[pair] += o.unit
			}
		}
	}
	flow, err := fill(ctx, o.p, cost)
	if err != nil && ctx.Err() == nil {
		return repairFound{}, err
	}
	if flow == nil {
		return start, nil
	}
	found := repairFound{bound: start.bound, exact: !o.narrowed}
	for v, s := range flow.shiftOf {
		if s >= 0 {
			found.added = append(found.added, Assignment{v, o.whole(int(s))})
		}
	}
	return found, nil
}

// whole is the shift of the whole problem that a shift of the open one belongs to.
func (o *openProblem) whole(s int) int {
	if n := len(o.r.p.shifts); s >= n {
		return o.rests[s-n]
	}
	return s
}

// roster searches: a signed pair costs less than others by the unit.
func (o *openProblem) roster(ctx context.Context, start []Assignment, options RepairOptions) (repairFound, error) {
	if o.unit >= (1<<52)/int64(o.places+2) {
		return repairFound{}, ErrRanks
	}
	cost := make([]int64, len(o.p.shift))
	for pair, rank := range o.p.rank {
		cost[pair] = int64(rank)
		if o.signed[pair] {
			cost[pair] -= o.unit
		}
	}
	base := o.base()
	search := RosterOptions{Seed: options.Seed, Steps: options.Steps, Start: o.parts(start)}
	if options.Progress != nil {
		search.Progress = func(at Progress) {
			if at.Score.Value < o.completed {
				return // no roster yet, for a crew is not complete
			}
			at.Score, at.Bound = o.score(base, at.Score), o.score(base, at.Bound)
			if o.narrowed {
				at.Bound = o.r.most()
			}
			options.Progress(at)
		}
	}
	result, err := rosterWith(ctx, o.p, cost, search)
	if err != nil {
		return repairFound{}, err
	}
	found := repairFound{optimal: result.optimal() && !o.narrowed, bound: o.r.most()}
	if !o.narrowed {
		found.bound = o.score(base, Score{Value: result.maxValue, Rank: result.minCost})
	}
	for _, a := range result.assignments {
		found.added = append(found.added, Assignment{a.Volunteer, o.whole(a.Shift)})
	}
	return found, nil
}

// base is the score of the fixed places, Moved being what is lost whatever is added. What completes a crew weighs more
// here than it does in the whole problem: Value takes that back.
func (o *openProblem) base() Score {
	var fixed []Assignment
	for i, a := range o.r.signed {
		if o.r.fixed[i] {
			fixed = append(fixed, a)
		}
	}
	base := o.r.p.ScoreOf(fixed)
	base.Moved = len(o.r.signed) - len(fixed) - o.places
	base.Value -= o.completed
	for i, s := range o.rests {
		for n := range o.p.shifts[len(o.r.p.shifts)+i].Capacity {
			base.Value += o.r.p.slotWeight(s, o.r.taken[s]+n)
		}
	}
	return base
}

// score is the whole plan's where the open one has this score, its rank being the cost.
func (o *openProblem) score(base, open Score) Score {
	cost := open.Rank + int64(o.places)*o.unit // now moved × unit + ranks
	moved := max(0, cost/o.unit)
	return Score{
		Value: base.Value + open.Value, Filled: base.Filled + open.Filled, Moved: base.Moved + int(moved),
		Rank: base.Rank + max(0, cost-moved*o.unit),
	}
}

// parts are assignments of the whole problem in the open one: begun crews are completed first.
func (o *openProblem) parts(whole []Assignment) []Assignment {
	parts := slices.Clone(whole)
	completed := make([]int, len(o.rests))
	for i, a := range parts {
		rest := o.restOf[a.Shift] - len(o.r.p.shifts)
		if rest >= 0 && completed[rest] < o.p.shifts[o.restOf[a.Shift]].Capacity {
			completed[rest]++
			parts[i].Shift = o.restOf[a.Shift]
		}
	}
	return parts
}
