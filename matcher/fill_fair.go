package matcher

import "slices"

// even makes the plan the fairest of those with the same Value and Rank. Such plans hold only tight pairs, and everybody
// with a price; so a free volunteer can come in for a covered one without a price along tight pairs, each mover taking
// the next one's place. The sets of volunteers that can be covered so are the bases of a matroid (Edmonds and Fulkerson
// 1965), where greed is right: load by load, from the least, as many as can be come in for people of more. Each load
// costs a few depth-first sweeps over tight pairs; what a vain sweep has seen is never looked at again.
func (n *fillNet[C]) even(beat *pulse) error {
	least, most := MaxLoad+1, -1
	for v, seat := range n.seats {
		if load := n.p.volunteers[v].Load; seat.shift == n.sink() {
			least = min(least, load)
		} else if seat.price == 0 {
			most = max(most, load)
		}
	}
	if least >= most {
		return nil
	}
	loads, byLoad := make([]int32, len(n.seats)), make([]int32, len(n.seats))
	highest := 0
	for v := range byLoad {
		highest = max(highest, n.p.volunteers[v].Load)
		loads[v], byLoad[v] = int32(n.p.volunteers[v].Load), int32(v)
	}
	byLoad = countingSort(byLoad, loads, highest+1)
	load := func(v int32) int { return int(loads[v]) }
	e := &fillEvener[C]{fillNet: n, beat: beat, seen: make([]bool, len(n.worth))}
	for len(byLoad) > 0 && load(byLoad[0]) < most {
		e.load = load(byLoad[0])
		same := 1
		for same < len(byLoad) && load(byLoad[same]) == e.load {
			same++
		}
		if err := e.level(byLoad[:same]); err != nil {
			return err
		}
		byLoad = byLoad[same:]
	}
	return nil
}

// fillEvener lets volunteers of one load in for others of more.
type fillEvener[C fillCost] struct {
	*fillNet[C]
	beat  *pulse
	load  int
	seen  []bool  // by shift: in this sweep, or in a vain one
	swept []int32 // the shifts seen in this sweep
	path  []fillStep
}

// fillStep is a volunteer on a path and the shift that they would take: the pair, and how many of the shift's holders
// were tried.
type fillStep struct {
	volunteer, shift int32
	pair             int
	tried            int32
}

// level sweeps until no volunteer of the load comes in any more.
func (e *fillEvener[C]) level(volunteers []int32) error {
	for {
		in := 0
		for _, v := range volunteers {
			if e.seats[v].shift != e.sink() {
				continue
			}
			ok, err := e.letIn(v)
			if err != nil {
				return err
			}
			if ok {
				in++
			}
		}
		if in > 0 {
			for _, s := range e.swept {
				e.seen[s] = false
			}
		}
		e.swept = e.swept[:0]
		if in == 0 {
			return nil
		}
	}
}

// letIn looks for a path from a free volunteer to somebody with more load, and turns it.
func (e *fillEvener[C]) letIn(v int32) (bool, error) {
	e.path = append(e.path[:0], fillStep{volunteer: v, shift: -1, pair: e.pairs.first[v]})
	for len(e.path) > 0 {
		top := &e.path[len(e.path)-1]
		if top.shift >= 0 && top.tried < e.held[top.shift] {
			w := e.holders(top.shift)[top.tried]
			top.tried++
			e.path = append(e.path, fillStep{volunteer: w, shift: -1, pair: e.pairs.first[w]})
			continue
		}
		if err := e.beat.beat(1 + e.pairs.first[top.volunteer+1] - top.pair); err != nil {
			return false, err
		}
		if !e.next(top) {
			e.path = e.path[:len(e.path)-1]
			continue
		}
		for _, w := range e.holders(top.shift) {
			if e.seats[w].price == 0 && e.p.volunteers[w].Load > e.load {
				e.turnPath(w)
				return true, nil
			}
		}
	}
	return false, nil
}

// next moves a step on to the next tight pair with a shift that was not seen.
func (e *fillEvener[C]) next(step *fillStep) bool {
	price := e.seats[step.volunteer].price
	for ; step.pair < e.pairs.first[step.volunteer+1]; step.pair++ {
		s := e.pairs.shift[step.pair]
		if e.seen[s] || e.pairs.cost[step.pair]+price != e.worth[s] {
			continue
		}
		e.seen[s] = true
		e.swept = append(e.swept, s)
		step.shift, step.tried = s, 0
		return true
	}
	return false
}

// turnPath lets the first of the path in: each takes the place of the next, the last that of who goes out.
func (e *fillEvener[C]) turnPath(out int32) {
	place := e.place[out]
	e.seats[out].shift = e.sink()
	for _, step := range slices.Backward(e.path) {
		left := e.place[step.volunteer]
		e.take(step.shift, step.volunteer, place)
		place = left
	}
}
