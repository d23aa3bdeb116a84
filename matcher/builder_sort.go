package matcher

import (
	"math/bits"
	"sort"
)

// sort puts the pairs in the order of a Problem and merges those that came twice; it answers the borders of the
// volunteers' rows. It works in the builder's own columns: an American flag sort (McIlroy, Bostic and McIlroy 1993) by
// volunteer, linear in the pairs, and then each volunteer's row by shift, O(d log d) for d pairs. The column of volunteers
// is used up.
func (b *Builder) sort() (first []int) {
	first = starts(len(b.volunteers), len(b.pairOf), func(i int) int { return int(b.pairOf[i]) })
	r := row{b.pairTo, b.rank, b.standing}
	// Volunteers by the hundreds first, so that the pairs of the second pass lie near each other.
	width := max(0, bits.Len(uint(len(b.volunteers)))-8)
	f := flagSort{owner: b.pairOf, pairs: r, first: first, next: make([]int, max(1<<8, 1<<width))}
	f.sort(0, len(b.volunteers), width)
	for v := 0; v < len(b.volunteers); v += 1 << width {
		f.sort(v, min(v+1<<width, len(b.volunteers)), 0)
	}
	b.pairOf = nil
	n, part := 0, new(row)
	for v := range b.volunteers {
		from, to := first[v], first[v+1]
		*part = r.part(from, to)
		sort.Sort(part)
		first[v] = n
		n = r.merge(from, to, n)
	}
	first[len(b.volunteers)] = n
	r = r.part(0, n)
	b.pairTo, b.rank, b.standing = r.shift, r.rank, r.standing
	return first
}

// flagSort sorts pairs by owner, in place, where the borders of the owners are known.
type flagSort struct {
	owner       []int32
	pairs       row
	first, next []int
}

// sort puts the pairs of the owners from:to, which lie together, in order of owner>>width. From is a multiple of that.
func (f *flagSort) sort(from, to, width int) {
	bins := (to - from + 1<<width - 1) >> width
	if bins < 2 {
		return
	}
	for k := range bins {
		f.next[k] = f.first[from+k<<width]
	}
	for k := range bins {
		for end := f.first[min(from+(k+1)<<width, to)]; f.next[k] < end; {
			at := f.next[k]
			bin := (int(f.owner[at]) - from) >> width
			place := f.next[bin]
			if f.next[bin]++; bin != k {
				f.owner[at], f.owner[place] = f.owner[place], f.owner[at]
				f.pairs.Swap(at, place)
			}
		}
	}
}

// row is a run of pairs, in columns; standing may be nil.
type row struct{ shift, rank, standing []int32 }

func (r row) Len() int           { return len(r.shift) }
func (r row) Less(i, j int) bool { return r.shift[i] < r.shift[j] }
func (r row) Swap(i, j int) {
	r.shift[i], r.shift[j] = r.shift[j], r.shift[i]
	r.rank[i], r.rank[j] = r.rank[j], r.rank[i]
	if r.standing != nil {
		r.standing[i], r.standing[j] = r.standing[j], r.standing[i]
	}
}

func (r row) part(from, to int) row {
	part := row{shift: r.shift[from:to], rank: r.rank[from:to]}
	if r.standing != nil {
		part.standing = r.standing[from:to]
	}
	return part
}

// merge moves the sorted pairs from:to down to n, each shift once, and answers where they end.
func (r row) merge(from, to, n int) int {
	for i, begin := from, n; i < to; i++ {
		if n > begin && r.shift[i] == r.shift[n-1] {
			r.rank[n-1] = min(r.rank[n-1], r.rank[i])
			if r.standing != nil {
				r.standing[n-1] = betterStanding(r.standing[n-1], r.standing[i])
			}
			continue
		}
		r.shift[n], r.rank[n] = r.shift[i], r.rank[i]
		if r.standing != nil {
			r.standing[n] = r.standing[i]
		}
		n++
	}
	return n
}

// betterStanding is the lower of two, 0 being none.
func betterStanding(a, b int32) int32 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// starts are the n+1 borders of things that are sorted by owner.
func starts(n, things int, owner func(int) int) []int {
	first := make([]int, n+1)
	for i := range things {
		first[owner(i)+1]++
	}
	for v := range n {
		first[v+1] += first[v]
	}
	return first
}

// fitted is a slice that holds on to no more than an eighth of room that it does not need.
func fitted[E any](s []E) []E {
	if cap(s)-len(s) > len(s)/8 {
		return append(make([]E, 0, len(s)), s...)
	}
	return s
}

// countingSort answers order sorted by key, which is below keys, and stably; its cost is linear in both.
func countingSort(order, key []int32, keys int) []int32 {
	next := starts(keys, len(order), func(i int) int { return int(key[i]) })
	sorted := make([]int32, len(order))
	for _, i := range order {
		sorted[next[key[i]]] = i
		next[key[i]]++
	}
	return sorted
}

func permuted(values, order []int32) []int32 {
	result := make([]int32, len(order))
	for i, from := range order {
		result[i] = values[from]
	}
	return result
}
