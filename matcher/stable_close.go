package matcher

import (
	"cmp"
	"container/heap"
	"slices"
)

// closeShort closes shifts below their minimum until none is left, and answers them, rising. A shift that is closed only
// sends people on to others, so what the others hold never shrinks: nothing has to be done again from the start, and the
// people are those that deferred acceptance without the closed shifts would find, since the order of proposals does not
// change its outcome.
func (a *acceptance) closeShort() []int {
	queue := &shortQueue{p: a.p}
	for s := range a.p.shifts {
		if int(a.taken[s]) < a.p.shifts[s].Minimum {
			queue.shifts = append(queue.shifts, shortShift{s, a.taken[s]})
		}
	}
	heap.Init(queue)
	var closed []int
	for queue.Len() > 0 && a.ended == nil {
		worst := &queue.shifts[0]
		taken := a.taken[worst.shift]
		switch {
		case int(taken) >= a.p.shifts[worst.shift].Minimum:
			heap.Pop(queue)
		case taken != worst.taken: // it has got people since and may go after others now
			worst.taken = taken
			heap.Fix(queue, 0)
		default:
			closed = append(closed, worst.shift)
			a.close(worst.shift)
			heap.Pop(queue)
		}
	}
	slices.Sort(closed)
	return closed
}

// close sends everybody on a shift on to what they want next. It accepts nobody from now on.
func (a *acceptance) close(s int) {
	released := a.heap[a.slot[s] : a.slot[s]+int(a.taken[s])]
	a.worst[s], a.taken[s] = 0, 0
	for _, key := range released {
		a.propose(a.order[uint32(key)])
	}
}

// shortShift is a shift that was short when it held taken people.
type shortShift struct {
	shift int
	taken int32
}

// shortQueue has the shift that is closed next in front.
type shortQueue struct {
	p      *Problem
	shifts []shortShift
}

func (q *shortQueue) Len() int      { return len(q.shifts) }
func (q *shortQueue) Swap(i, j int) { q.shifts[i], q.shifts[j] = q.shifts[j], q.shifts[i] }
func (q *shortQueue) Push(x any)    { q.shifts = append(q.shifts, x.(shortShift)) }

func (q *shortQueue) Pop() any {
	last := q.shifts[len(q.shifts)-1]
	q.shifts = q.shifts[:len(q.shifts)-1]
	return last
}

func (q *shortQueue) Less(i, j int) bool {
	x, y := q.shifts[i], q.shifts[j]
	a, b := &q.p.shifts[x.shift], &q.p.shifts[y.shift]
	return cmp.Or(cmp.Compare(a.Priority, b.Priority),
		cmp.Compare(int64(x.taken)*int64(b.Minimum), int64(y.taken)*int64(a.Minimum)), cmp.Compare(y.shift, x.shift)) < 0
}
