package matcher

import "math/bits"

// fillQueue is a radix heap (Ahuja, Mehlhorn, Orlin and Tarjan 1990): what is taken out never falls. Items of equal
// distance leave it first in, first out, for trees that grow side by side meet more people than one that runs ahead.
// Adding and taking cost O(1) but for moving an item down, at most 63 times.
type fillQueue[C fillCost] struct {
	last C
	mask uint64 // which buckets hold something
	// Bucket 0 holds what is at the distance last, bucket b what first differs from it in bit b-1.
	buckets [64][]fillItem[C]
	gone    int // what has left bucket 0
}

// fillItem is a shift at a distance, or, negated with ^, the number of a meeting.
type fillItem[C fillCost] struct {
	dist C
	what int32
}

func (q *fillQueue[C]) reset() {
	for m := q.mask; m != 0; m &= m - 1 {
		b := bits.TrailingZeros64(m)
		q.buckets[b] = q.buckets[b][:0]
	}
	q.mask, q.last, q.gone = 0, 0, 0
}

func (q *fillQueue[C]) push(dist C, what int32) {
	b := bits.Len64(uint64(dist^q.last)) & 63
	q.buckets[b] = append(q.buckets[b], fillItem[C]{dist, what})
	q.mask |= 1 << b
}

// pop takes out an item of the least distance; a shift whose distance in dist has become less is dropped.
func (q *fillQueue[C]) pop(dist []C) (fillItem[C], bool) {
	for q.mask != 0 {
		if q.mask&1 == 0 {
			q.refill(dist)
			continue
		}
		list := q.buckets[0]
		item := list[q.gone]
		if q.gone++; q.gone == len(list) {
			q.buckets[0], q.gone = list[:0], 0
			q.mask &^= 1
		}
		if item.what < 0 || dist[item.what] == item.dist {
			return item, true
		}
	}
	return fillItem[C]{}, false
}

// refill moves the items of the lowest bucket down.
func (q *fillQueue[C]) refill(dist []C) {
	b := bits.TrailingZeros64(q.mask)
	list := q.buckets[b]
	least := list[0].dist
	for _, item := range list {
		least = min(least, item.dist)
	}
	q.last = least
	q.mask &^= 1 << b
	q.buckets[b] = list[:0]
	for _, item := range list {
		if item.what < 0 || dist[item.what] == item.dist {
			q.push(item.dist, item.what)
		}
	}
}
