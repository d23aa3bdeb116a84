package matcher

import (
	"cmp"
	"slices"
)

// whySearch is one run of Dijkstra's (1959) with a binary heap, O(arcs · log shifts) where all is reached. Its memory is
// used again; only what a run touched is cleared.
type whySearch struct {
	distance []whyCost // reduced; never where not reached
	next     []int32   // towards the target (or the source)
	settled  []bool
	touched  []int32
	order    []int32 // those settled, nearest first
	heap     []whyItem
}

// whyItem is a node at a distance; of a search along sorted arcs, the arc of that number to the node.
type whyItem struct {
	distance  whyCost
	node, arc int32
}

func newWhySearch(nodes int) whySearch {
	s := whySearch{distance: make([]whyCost, nodes), next: make([]int32, nodes), settled: make([]bool, nodes)}
	for x := range s.distance {
		s.distance[x], s.next[x] = never, -1
	}
	return s
}

func (s *whySearch) reach(x int, distance whyCost, from int32) {
	if !distance.less(s.distance[x]) {
		return
	}
	if s.distance[x] == never {
		s.touched = append(s.touched, int32(x))
	}
	s.distance[x], s.next[x] = distance, from
	s.push(whyItem{distance, int32(x), 0})
}

func (s *whySearch) push(item whyItem) {
	s.heap = append(s.heap, item)
	for i := len(s.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if !s.heap[i].distance.less(s.heap[up].distance) {
			break
		}
		s.heap[i], s.heap[up] = s.heap[up], s.heap[i]
		i = up
	}
}

// settle takes the nearest node that is not settled, −1 for none.
func (s *whySearch) settle() int {
	for len(s.heap) > 0 {
		if x := int(s.pop().node); !s.settled[x] {
			s.settled[x] = true
			s.order = append(s.order, int32(x))
			return x
		}
	}
	return -1
}

// pop takes the nearest from the heap, which is not empty.
func (s *whySearch) pop() whyItem {
	nearest, last := s.heap[0], len(s.heap)-1
	s.heap[0] = s.heap[last]
	s.heap = s.heap[:last]
	for i := 0; ; {
		least := 2*i + 1
		if least >= len(s.heap) {
			return nearest
		}
		if least+1 < len(s.heap) && s.heap[least+1].distance.less(s.heap[least].distance) {
			least++
		}
		if !s.heap[least].distance.less(s.heap[i].distance) {
			return nearest
		}
		s.heap[i], s.heap[least] = s.heap[least], s.heap[i]
		i = least
	}
}

func (s *whySearch) clear() {
	for _, x := range s.touched {
		s.distance[x], s.next[x], s.settled[x] = never, -1, false
	}
	s.touched, s.order, s.heap = s.touched[:0], s.order[:0], s.heap[:0]
}

// searchTo is Dijkstra's along arcs in the order of their reduced costs: of each settled shift only the next arc waits in
// the heap, so that a search that ends early looks at few. It does not go through outside.
func (w *whyPaths) searchTo(beat *pulse, target int, wanted map[int]whyCost, farthest whyCost) (steps int, err error) {
	s := &w.search
	s.clear()
	settle := func(x int, distance whyCost) {
		s.touched, s.settled[x], s.distance[x] = append(s.touched, int32(x)), true, distance
		if _, ok := wanted[x]; ok {
			delete(wanted, x)
			farthest = whyCost{}
			for _, far := range wanted {
				if farthest.less(far) {
					farthest = far
				}
			}
		}
		arcs := w.arcsTo(x)
		steps += 8
		if len(arcs) > 0 {
			s.push(whyItem{distance.plus(arcs[0].cost), int32(x), 0})
		}
	}
	settle(target, whyCost{})
	for told := 0; len(s.heap) > 0; steps += 8 {
		item := s.pop()
		if !item.distance.less(farthest) {
			break
		}
		arcs := w.arcs[item.node]
		if next := item.arc + 1; int(next) < len(arcs) {
			s.push(whyItem{s.distance[item.node].plus(arcs[next].cost), item.node, next})
		}
		if x := int(arcs[item.arc].node); !s.settled[x] {
			settle(x, item.distance)
		}
		if steps-told >= 1<<10 {
			if err := beat.beat(4 * (steps - told)); err != nil {
				return steps, err
			}
			told = steps
		}
	}
	return steps, nil
}

// whyArc is an arc from another shift, with its reduced cost.
type whyArc struct {
	cost whyCost
	node int32
}

// arcsTo are the arcs to a shift from others, the cheapest first; sorted once, 24 bytes each.
func (w *whyPaths) arcsTo(y int) []whyArc {
	if w.arcs == nil {
		w.arcs = make([][]whyArc, w.outside())
	}
	if w.arcs[y] == nil {
		arcs := make([]whyArc, 0, len(w.pairs.eligible(y)))
		w.in(y, func(x int, cost whyCost) {
			if x != w.outside() {
				arcs = append(arcs, whyArc{cost.plus(w.potential[x]).minus(w.potential[y]), int32(x)})
			}
		})
		slices.SortFunc(arcs, func(a, b whyArc) int {
			return cmp.Or(cmp.Compare(a.cost.value, b.cost.value), cmp.Compare(a.cost.rank, b.cost.rank), cmp.Compare(a.node, b.node))
		})
		w.arcs[y] = arcs
	}
	return w.arcs[y]
}
