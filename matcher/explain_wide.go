package matcher

import "math"

// wideGaps is how many gaps that hang together have a set each. More share one: that all these shifts lack volunteers
// says more than which part of them would do to prove it for one.
const wideGaps = 4

// whyWide finds the sets of wide gaps: all shifts that alternating ways from them reach, which together are closed, in
// parts that hang together (Tarjan's union of disjoint sets, 1975). Each shift is looked at once: O(pairs) for all gaps.
type whyWide struct {
	e       *Explainer
	plan    *whyPlan
	minimum bool
	// part of each shift, −1 where none reaches it; of parts that met the lower stands for both.
	part []int
	same []int
}

// shareWide gives wide gaps (their places in gaps) their sets.
func (e *Explainer) shareWide(beat *pulse, gaps []GapReason, wide []int, plan *whyPlan, minimum bool) error {
	w := &whyWide{e: e, plan: plan, minimum: minimum, part: make([]int, len(e.p.shifts))}
	for s := range w.part {
		w.part[s] = -1
	}
	for _, i := range wide {
		if err := w.reach(beat, gaps[i].Shift); err != nil {
			return err
		}
	}
	shifts, members := make([][]int, len(wide)), make([][]int, len(wide))
	for s, part := range w.part {
		if part >= 0 {
			shifts[w.find(part)] = append(shifts[w.find(part)], s)
		}
	}
	for n, i := range wide {
		members[w.find(n)] = append(members[w.find(n)], i)
	}
	for part := range shifts {
		if err := w.explain(beat, gaps, members[part], shifts[part]); err != nil {
			return err
		}
	}
	return nil
}

func (w *whyWide) find(part int) int {
	for w.same[part] != part {
		w.same[part] = w.same[w.same[part]]
		part = w.same[part]
	}
	return part
}

func (w *whyWide) join(a, b int) {
	a, b = w.find(a), w.find(b)
	w.same[max(a, b)] = min(a, b)
}

// reach begins a part at a gap.
func (w *whyWide) reach(beat *pulse, s int) error {
	part := len(w.same)
	w.same = append(w.same, part)
	if w.part[s] >= 0 {
		w.join(part, w.part[s])
		return nil
	}
	w.part[s] = part
	queue := []int{s}
	for i := 0; i < len(queue); i++ {
		t := queue[i]
		steps := 1
		for _, v := range w.e.pairs.eligible(t) {
			held := w.plan.shiftsOf(int(v))
			steps += 2 + len(held)
			for _, other := range held {
				if w.part[other] < 0 {
					w.part[other] = part
					queue = append(queue, int(other))
				} else {
					w.join(part, w.part[other])
				}
			}
		}
		if err := beat.beat(4 * steps); err != nil {
			return err
		}
	}
	return nil
}

// explain gives the gaps of one part their sets.
func (w *whyWide) explain(beat *pulse, gaps []GapReason, members, shifts []int) error {
	e := w.e
	if len(members) <= wideGaps {
		for _, i := range members {
			short := e.need(gaps[i].Shift, w.minimum) - w.plan.taken(gaps[i].Shift)
			set, err := e.deficient(beat, w.plan, gaps[i].Shift, w.minimum, short, math.MaxInt)
			if err != nil {
				return err
			}
			gaps[i].Set = set
		}
		return nil
	}
	defer func() {
		for _, t := range shifts {
			if e.scratch.inside[t] {
				e.scratch.remove(e.pairs, t, e.need(t, w.minimum))
			}
		}
	}()
	for _, t := range shifts {
		e.scratch.add(e.pairs, t, e.need(t, w.minimum))
		if err := beat.beat(4 * (1 + len(e.pairs.eligible(t)))); err != nil {
			return err
		}
	}
	set, err := e.setOf(beat, shifts, w.minimum)
	if err != nil {
		return err
	}
	for _, i := range members {
		gaps[i].Set = set
	}
	return nil
}
