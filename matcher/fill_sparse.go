package matcher

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
)

// fillNet is the network of Fill: the allowed pairs by shift.
type fillNet struct {
	flow
	p     *Problem
	first []int
	of    []int32
	cost  []int64

	missing []int32 // free slots of the present class
	dist    []int64
	from    []int32 // by volunteer: the shift that would take them
	via     []int32 // by shift: the volunteer who would leave it, -1 for a source
	queue   distQueue
}

func newFillNet(p *Problem, cost []int64) *fillNet {
	volunteers, shifts := len(p.volunteers), len(p.shifts)
	n := &fillNet{p: p, first: make([]int, shifts+1), of: make([]int32, len(p.shift)), cost: make([]int64, len(p.shift))}
	n.shiftOf, n.price, n.worth = make([]int32, volunteers), make([]int64, volunteers), make([]int64, shifts)
	n.missing, n.dist, n.from, n.via = make([]int32, shifts), make([]int64, shifts), make([]int32, volunteers), make([]int32, shifts)
	allowed := func(v, i int) bool {
		return len(p.CommitmentsOf(v)) == 0 || p.Forbids(v, nil, int(p.shift[i])) == None
	}
	for v := range volunteers {
		n.shiftOf[v] = -1
		for i := p.first[v]; i < p.first[v+1]; i++ {
			if allowed(v, i) {
				n.first[p.shift[i]+1]++
			}
		}
	}
	for s := range shifts {
		n.first[s+1] += n.first[s]
	}
	next := slices.Clone(n.first)
	for v := range volunteers {
		for i := p.first[v]; i < p.first[v+1]; i++ {
			if !allowed(v, i) {
				continue
			}
			at := next[p.shift[i]]
			next[p.shift[i]]++
			n.of[at], n.cost[at] = int32(v), int64(p.rank[i])
			if cost != nil {
				n.cost[at] = cost[i]
			}
		}
	}
	return n
}

// solve fills the slots class by class, the heaviest first.
func (n *fillNet) solve(ctx context.Context) error {
	type class struct {
		weight int64
		shift  int32
		slots  int32
	}
	var classes []class
	for s := range n.p.shifts {
		shift := &n.p.shifts[s]
		if shift.Minimum > 0 {
			classes = append(classes, class{n.p.slotWeight(s, 0), int32(s), int32(shift.Minimum)})
		}
		if shift.Minimum < shift.Capacity {
			classes = append(classes, class{n.p.slotWeight(s, shift.Minimum), int32(s), int32(shift.Capacity - shift.Minimum)})
		}
		if n.first[s] < n.first[s+1] {
			n.worth[s] = slices.Min(n.cost[n.first[s]:n.first[s+1]])
		}
	}
	slices.SortStableFunc(classes, func(a, b class) int { return cmp.Compare(b.weight, a.weight) })
	for i := 0; i < len(classes); {
		clear(n.missing)
		j := i
		for ; j < len(classes) && classes[j].weight == classes[i].weight; j++ {
			n.missing[classes[j].shift] = classes[j].slots
		}
		i = j
		for {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !n.augment() {
				break
			}
		}
	}
	return nil
}

// augment fills one more slot of the class along a shortest path, false where there is none.
func (n *fillNet) augment() bool {
	const far = 1<<63 - 1
	for s := range n.dist {
		n.dist[s], n.via[s] = far, -1
	}
	level := int64(far)
	for s, missing := range n.missing {
		if missing > 0 {
			level = min(level, n.worth[s])
		}
	}
	n.queue = n.queue[:0]
	for s, missing := range n.missing {
		if missing > 0 {
			n.dist[s] = n.worth[s] - level
			heap.Push(&n.queue, distItem{n.dist[s], int32(s)})
		}
	}
	end, reach := int32(-1), int64(far)
	for len(n.queue) > 0 {
		item := heap.Pop(&n.queue).(distItem)
		s := item.shift
		if item.dist > n.dist[s] {
			continue
		}
		if item.dist >= reach {
			break
		}
		for i := n.first[s]; i < n.first[s+1]; i++ {
			v := n.of[i]
			d := item.dist + n.cost[i] + n.price[v] - n.worth[s]
			if d >= reach {
				continue
			}
			t := n.shiftOf[v]
			switch {
			case t < 0:
				reach, end, n.from[v] = d, v, s
			case d < n.dist[t]:
				n.dist[t], n.via[t], n.from[v] = d, v, s
				heap.Push(&n.queue, distItem{d, t})
			}
		}
	}
	if end < 0 {
		return false
	}
	n.raise(reach)
	for v := end; ; {
		s := n.from[v]
		next := n.via[s]
		n.shiftOf[v] = s
		if next < 0 {
			n.missing[s]--
			return true
		}
		v = next
	}
}

// raise moves the duals so that shortest paths of this length become tight.
func (n *fillNet) raise(reach int64) {
	for v, s := range n.shiftOf {
		if s >= 0 && n.dist[s] < reach {
			n.price[v] += reach - n.dist[s]
		}
	}
	for s, d := range n.dist {
		if d < reach {
			n.worth[s] += reach - d
		}
	}
}

type distItem struct {
	dist  int64
	shift int32
}

type distQueue []distItem

func (q distQueue) Len() int           { return len(q) }
func (q distQueue) Less(i, j int) bool { return q[i].dist < q[j].dist }
func (q distQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *distQueue) Push(x any)        { *q = append(*q, x.(distItem)) }
func (q *distQueue) Pop() any {
	x := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return x
}
