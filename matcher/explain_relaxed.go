package matcher

import "slices"

// hands is the most shifts that each volunteer can take, whatever the others do: Volunteer.Shifts; as many of the
// shortest eligible shifts as Volunteer.Time holds; and as many eligible shifts as can follow one another, those that end
// first being taken first. O(pairs · log pairs of one).
func (e *Explainer) hands(beat *pulse) ([]int32, error) {
	p := e.p
	hands := make([]int32, len(p.volunteers))
	var mine []int32
	for v := range hands {
		mine = append(mine[:0], e.pairs.to[e.pairs.first[v]:e.pairs.first[v+1]]...)
		most := min(p.volunteers[v].Shifts, len(mine))
		if limit := p.volunteers[v].Time; limit > 0 && most > 1 {
			length := func(s int32) int { return p.shifts[s].End - p.shifts[s].Start }
			slices.SortFunc(mine, func(a, b int32) int { return length(a) - length(b) })
			n, sum := 0, 0
			for ; n < most && sum+length(mine[n]) <= limit; n++ {
				sum += length(mine[n])
			}
			most = n
		}
		if most > 1 {
			slices.SortFunc(mine, func(a, b int32) int { return p.shifts[a].End - p.shifts[b].End })
			n, end := 0, -MaxTime-1
			for _, s := range mine {
				switch shift := &p.shifts[s]; {
				case shift.Start == shift.End:
					n++
				case shift.Start >= end:
					n, end = n+1, shift.End
				}
			}
			most = min(most, n)
		}
		hands[v] = int32(most)
		if err := beat.beat(4 + 32*len(mine)); err != nil {
			return nil, err
		}
	}
	return hands, nil
}

// relaxed fills as many slots (or, with minimum, places of minimum headcounts) as eligibility, commitments and hands
// allow, beginning with the plan: a maximum flow by augmenting paths (Ford and Fulkerson 1956), breadth first. A search
// that fails closes what it has seen, so that all failed ones together cost O(pairs); one that succeeds costs O(pairs)
// at worst.
func (l *whyLocal) relaxed(beat *pulse, minimum bool) (*whyPlan, error) {
	kind := 0
	if minimum {
		kind = 1
	}
	if l.flows[kind] != nil {
		return l.flows[kind], nil
	}
	e := l.e
	r := &whyRelaxed{
		e: e, gives: make([][]int32, len(l.held)), taken: make([]int, len(l.by)), closed: make([]bool, len(l.by)),
		asked: make([]int32, len(l.held)), came: make([]whyStep, len(l.by)), round: make([]int32, len(l.by)),
	}
	for v := range l.held {
		for _, s := range e.plan.shiftsOf(v) {
			if r.taken[s] < e.need(int(s), minimum) {
				r.taken[s]++
				r.gives[v] = append(r.gives[v], s)
			}
		}
	}
	for s := range l.by {
		for !r.closed[s] && r.taken[s] < e.need(s, minimum) {
			filled, err := r.augment(beat, int32(s))
			if err != nil {
				return nil, err
			}
			if filled {
				r.taken[s]++
			}
		}
	}
	m := &whyPlan{held: make([]int, len(l.held)+1), by: make([]int, len(l.by)+1)}
	for v, gives := range r.gives {
		slices.Sort(gives)
		m.shift = append(m.shift, gives...)
		m.held[v+1] = len(m.shift)
	}
	copy(m.by[1:], r.taken)
	sums(m.by)
	l.flows[kind] = m
	return m, nil
}

// whyStep is how a search came to a shift: volunteer, who gives to it, would give to shift to instead.
type whyStep struct{ to, volunteer int32 }

// whyRelaxed is a flow of volunteers, each with a number of hands, to slots.
type whyRelaxed struct {
	e      *Explainer
	gives  [][]int32
	taken  []int
	closed []bool // nobody can come from here
	// of the search: when a volunteer was asked, and when and how a shift was reached.
	search int32
	asked  []int32
	round  []int32
	came   []whyStep
}

// augment sends one more volunteer to a shift, or closes all that it has seen.
func (r *whyRelaxed) augment(beat *pulse, start int32) (bool, error) {
	r.search++
	r.round[start], r.came[start] = r.search, whyStep{-1, -1}
	queue := []int32{start}
	for i := 0; i < len(queue); i++ {
		t := queue[i]
		for _, v := range r.e.pairs.eligible(int(t)) {
			if r.asked[v] == r.search || slices.Contains(r.gives[v], t) {
				continue
			}
			if len(r.gives[v]) < int(r.e.scratch.hands[v]) {
				r.send(v, t)
				return true, nil
			}
			r.asked[v] = r.search
			for _, other := range r.gives[v] {
				if r.round[other] != r.search && !r.closed[other] {
					r.round[other], r.came[other] = r.search, whyStep{t, v}
					queue = append(queue, other)
				}
			}
		}
		if err := beat.beat(4 * (1 + len(r.e.pairs.eligible(int(t))))); err != nil {
			return false, err
		}
	}
	for _, t := range queue {
		r.closed[t] = true
	}
	return false, nil
}

// send lets v give to t, who gave to t give to the shift it was reached from, and so on.
func (r *whyRelaxed) send(v, t int32) {
	for {
		r.gives[v] = append(r.gives[v], t)
		step := r.came[t]
		if step.volunteer < 0 {
			return
		}
		at := slices.Index(r.gives[step.volunteer], t)
		r.gives[step.volunteer] = slices.Delete(r.gives[step.volunteer], at, at+1)
		v, t = step.volunteer, step.to
	}
}
