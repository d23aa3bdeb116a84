package matcher

// single decides the free slots of the class one by one: each takes the nearest free volunteer along a shortest
// alternating path, or, where none can be reached, the place of the slot of the class that is best left free instead,
// which may be itself. This is how Jonker and Volgenant (1987) end. Where costs are many, and paths seldom equally
// long, it is faster than forests: a search sees the shifts that are nearer than its own end.
//
// A slot that stays free is worth ceiling, and no filled slot of its class is worth more.
func (n *fillNet[C]) single(beat *pulse) error {
	for _, source := range n.sources {
		for n.missing[source] > 0 {
			end, err := n.seek(beat, source)
			if err != nil {
				return err
			}
			n.raise(end.dist)
			if end.volunteer < 0 && end.shift == source {
				break // and so would the others
			}
			n.settle(source, end)
		}
	}
	return nil
}

// fillEnd is the end of a path: a free volunteer whom the shift takes, or none where the shift gives up a slot.
type fillEnd[C fillCost] struct {
	dist             C
	shift, volunteer int32
}

// seek grows a tree of shortest paths from one source.
func (n *fillNet[C]) seek(beat *pulse, source int32) (fillEnd[C], error) {
	n.clear()
	n.dist[source] = 0
	n.touched = append(n.touched, source)
	n.queue.push(0, source)
	end := fillEnd[C]{n.ceiling - n.worth[source], source, -1}
	for {
		item, ok := n.queue.pop(n.dist)
		if !ok || item.dist >= end.dist {
			return end, nil
		}
		s := item.what
		if d := item.dist + n.ceiling - n.worth[s]; d < end.dist && n.open[s] > n.missing[s] {
			end = fillEnd[C]{d, s, -1}
		}
		if err := beat.beat(int(1 + n.first[s+1] - n.first[s])); err != nil {
			return end, err
		}
		n.look(s, item.dist, &end)
	}
}

// look looks at everybody who could take shift s, which is at this distance.
func (n *fillNet[C]) look(s int32, dist C, end *fillEnd[C]) {
	dists, seats, sink := n.dist, n.seats, n.sink()
	base, reach := dist-n.worth[s], end.dist
	for _, bid := range n.bids[n.first[s]:n.first[s+1]] {
		seat := seats[bid.volunteer]
		d := base + bid.cost + seat.price
		if d >= reach {
			continue
		}
		t := seat.shift
		if d >= dists[t] {
			continue
		}
		if t == sink {
			reach = d
			*end = fillEnd[C]{d, s, bid.volunteer}
			continue
		}
		if dists[t] == n.far {
			n.touched = append(n.touched, t)
		}
		dists[t], n.trees[t] = d, fillTree{from: s, mover: bid.volunteer}
		n.queue.push(d, t)
	}
}

// settle turns the path from a source to its end.
func (n *fillNet[C]) settle(source int32, end fillEnd[C]) {
	s, v := end.shift, end.volunteer
	if v < 0 {
		tree := n.trees[s]
		n.leave(s, tree.mover)
		s, v = tree.from, tree.mover
	}
	for s != source {
		tree := n.trees[s]
		n.take(s, v, n.place[tree.mover])
		s, v = tree.from, tree.mover
	}
	n.join(s, v)
	n.missing[s]--
}

// leave takes a volunteer off a shift, whose last holder takes the place.
func (n *fillNet[C]) leave(s, v int32) {
	n.held[s]--
	n.missing[s]++
	n.free++
	n.take(s, n.hold[n.slot[s]+n.held[s]], n.place[v])
}
