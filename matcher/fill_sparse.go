package matcher

import "slices"

// fillForest is a forest of shortest alternating paths from the free slots of a class. An edge leads from shift s to
// shift t if a volunteer who holds t could take s instead.
type fillForest[C fillCost] struct {
	dist  []C        // by shift, far where it was not reached; also for the sink, far, and for sink+1, -1
	trees []fillTree // by shift
	// turned holds, by root, the number of the last round in which its tree met somebody.
	turned []int32
	round  int32
	// touched are the shifts that were reached, met the free volunteers that are, with the shift that takes them.
	touched  []int32
	met, may []fillMeeting
	queue    fillQueue[C]
}

// fillTree is a shift's place in the forest: its root, the shift that it was reached from and the volunteer who would
// move there.
type fillTree struct{ root, from, mover int32 }

// fillMeeting is a free volunteer whom a shift of the forest could take.
type fillMeeting struct{ shift, volunteer int32 }

func newFillForest[C fillCost](shifts int, far C) fillForest[C] {
	f := fillForest[C]{dist: make([]C, shifts+2), trees: make([]fillTree, shifts), turned: make([]int32, shifts)}
	for s := range f.dist {
		f.dist[s] = far
	}
	f.dist[shifts+1] = -1
	return f
}

// fillClass is a number of slots of a shift that weigh the same.
type fillClass struct {
	weight       int64
	shift, slots int32
}

// classes are the slots that can be filled, the heaviest first.
func (n *fillNet[C]) classes() []fillClass {
	var classes []fillClass
	add := func(s, from, to int) {
		if from < to {
			classes = append(classes, fillClass{n.p.slotWeight(s, from), int32(s), int32(to - from)})
		}
	}
	for s := range n.p.shifts {
		most := int(n.most(s))
		least := min(n.p.shifts[s].Minimum, most)
		add(s, 0, least)
		add(s, least, most)
	}
	const heaviest = 3 * MaxPriority // slots that Repair puts first
	keys, order := make([]int32, len(classes)), make([]int32, len(classes))
	for i := range classes {
		keys[i], order[i] = int32(heaviest-classes[i].weight), int32(i)
	}
	sorted := make([]fillClass, len(classes))
	for i, from := range countingSort(order, keys, heaviest) {
		sorted[i] = classes[from]
	}
	return sorted
}

// solve fills the slots class by class. What a class has filled stays filled, and a slot that cannot be filled beside
// it has no path to a free volunteer, now or later.
func (n *fillNet[C]) solve(beat *pulse) error {
	classes := n.classes()
	for len(classes) > 0 && n.free > 0 {
		same := 1
		for same < len(classes) && classes[same].weight == classes[0].weight {
			same++
		}
		n.class++
		n.enter(classes[:same])
		if err := n.fillClass(beat); err != nil {
			return err
		}
		for _, class := range classes[:same] {
			n.open[class.shift], n.missing[class.shift] = 0, 0
		}
		classes = classes[same:]
	}
	return nil
}

// enter opens the slots of a class that are not known to be closed off.
func (n *fillNet[C]) enter(class []fillClass) {
	n.sources = n.sources[:0]
	for _, c := range class {
		if n.closed[c.shift] > 0 {
			continue
		}
		n.open[c.shift], n.missing[c.shift] = c.slots, c.slots
		n.sources = append(n.sources, c.shift)
	}
}

// forestRounds are the rounds after which it is looked at what forests yield, and forestYield is the part of all that
// could be filled which is enough for going on with them.
const forestRounds, forestYield = 16, 16

// fillClass fills the slots that are open, by forests, or one by one where those yield little.
func (n *fillNet[C]) fillClass(beat *pulse) error {
	if err := n.begin(beat); err != nil {
		return err
	}
	if n.oneByOne {
		return n.single(beat)
	}
	could, free := 0, 0
	for round := 0; len(n.sources) > 0 && n.free > 0; round++ {
		if round%forestRounds == 0 {
			if round > 0 && free-n.free < could/forestYield {
				return n.single(beat)
			}
			could, free = min(n.lacking(), n.free), n.free
		}
		reach, err := n.grow(beat)
		if err != nil {
			return err
		}
		if reach == n.far {
			n.close()
			return nil
		}
		n.raise(reach)
		n.augment()
	}
	return nil
}

// close closes off the shifts that the last forest has reached: no path leads out of them, and nobody free is among
// them, so that no later class can gain there either. From here on their duals are low by what distance sets apart.
func (n *fillNet[C]) close() {
	if int64(n.ceiling) >= 1<<48 {
		return // what is added to their duals would overflow
	}
	for _, s := range n.touched {
		n.closed[s], n.dist[s] = n.class, -1
	}
	n.touched = n.touched[:0]
}

// lacking are the slots that are still free.
func (n *fillNet[C]) lacking() int {
	lacking := 0
	for _, s := range n.sources {
		lacking += int(n.missing[s])
	}
	return lacking
}

// level is the least worth of a shift with free slots.
func (n *fillNet[C]) level() C {
	level := n.far
	for _, s := range n.sources {
		level = min(level, n.worth[s])
	}
	return level
}

// begin fills slots by the shortest of paths: those of one pair, at the lowest level.
func (n *fillNet[C]) begin(beat *pulse) error {
	level := n.level()
	for _, s := range n.sources {
		if n.worth[s] != level {
			continue
		}
		bids := n.bids[n.first[s]:n.first[s+1]]
		if err := beat.beat(1 + len(bids)); err != nil {
			return err
		}
		for _, bid := range bids {
			if bid.cost == level && n.seats[bid.volunteer].shift == n.sink() {
				n.join(s, bid.volunteer)
				if n.missing[s]--; n.missing[s] == 0 {
					break
				}
			}
		}
	}
	n.dropFilled()
	return nil
}

// dropFilled takes the shifts out of the sources that have no free slot left.
func (n *fillNet[C]) dropFilled() {
	n.sources = slices.DeleteFunc(n.sources, func(s int32) bool { return n.missing[s] == 0 })
}

// grow grows a forest from all free slots of the class until the distance of the nearest free volunteers, which it
// answers, far where there are none. One volunteer is met by each tree, several by a root.
func (n *fillNet[C]) grow(beat *pulse) (C, error) {
	n.plant()
	reach := n.far // of no use is what is farther
	for {
		item, ok := n.queue.pop(n.dist)
		if !ok || item.dist > reach {
			return reach, nil
		}
		s := item.what
		if s < 0 {
			n.meet(n.may[^s])
			continue
		}
		if n.turned[n.trees[s].root] == n.round {
			continue
		}
		if err := beat.beat(int(1 + n.first[s+1] - n.first[s])); err != nil {
			return reach, err
		}
		reach = n.scan(s, item.dist, reach)
	}
}

// clear forgets all distances.
func (n *fillNet[C]) clear() {
	for _, s := range n.touched {
		n.dist[s] = n.far
	}
	n.touched = n.touched[:0]
	n.queue.reset()
}

// plant clears the forest and begins it with the shifts that have free slots.
func (n *fillNet[C]) plant() {
	n.clear()
	n.met, n.may = n.met[:0], n.may[:0]
	n.round++
	level := n.level()
	for _, s := range n.sources {
		n.dist[s], n.trees[s].root = n.worth[s]-level, s
		n.queue.push(n.dist[s], s)
	}
	n.touched = append(n.touched, n.sources...)
}

// scan looks at everybody who could take shift s, which is at this distance, and answers the new reach.
func (n *fillNet[C]) scan(s int32, dist, reach C) C {
	dists, seats, sink := n.dist, n.seats, n.sink()
	root, base := n.trees[s].root, dist-n.worth[s]
	for _, bid := range n.bids[n.first[s]:n.first[s+1]] {
		seat := seats[bid.volunteer]
		d := base + bid.cost + seat.price
		if d > reach {
			continue
		}
		t := seat.shift
		if d >= dists[t] {
			continue
		}
		if t == sink {
			meeting := fillMeeting{s, bid.volunteer}
			if reach = d; d > dist {
				n.may = append(n.may, meeting)
				n.queue.push(d, ^int32(len(n.may)-1))
			} else if n.meet(meeting); n.turned[root] == n.round {
				return reach
			}
			continue
		}
		if dists[t] == n.far {
			n.touched = append(n.touched, t)
		}
		dists[t], n.trees[t] = d, fillTree{root, s, bid.volunteer}
		n.queue.push(d, t)
	}
	return reach
}

// meet notes a meeting, if the volunteer is still to be met and the tree's root has a slot left. A root meets as many
// as it has slots, for they take the slots at once; any other shift's meeting turns the whole tree.
func (n *fillNet[C]) meet(m fillMeeting) {
	root := n.trees[m.shift].root
	if n.turned[root] == n.round || n.seats[m.volunteer].shift != n.sink() {
		return
	}
	n.seats[m.volunteer].shift = n.sink() + 1
	n.met = append(n.met, m)
	if n.missing[root]--; m.shift != root || n.missing[root] == 0 {
		n.turned[root] = n.round
	}
}

// raise moves the duals so that paths as long as the reach become tight.
func (n *fillNet[C]) raise(reach C) {
	for _, s := range n.touched {
		if d := n.dist[s]; d < reach {
			up := reach - d
			n.worth[s] += up
			for _, v := range n.holders(s) {
				n.seats[v].price += up
			}
		}
	}
}

// augment turns the paths to those who were met.
func (n *fillNet[C]) augment() {
	for _, m := range n.met {
		s, v := m.shift, m.volunteer
		for tree := n.trees[s]; tree.root != s; tree = n.trees[s] {
			place := n.place[tree.mover]
			n.take(s, v, place)
			s, v = tree.from, tree.mover
		}
		n.join(s, v)
	}
	n.dropFilled()
}
