package matcher

import (
	"cmp"
	"math"
	"slices"
)

const (
	// labelsMost and labelsLeast are how many labels are kept beside each other, labelWork the comparisons of a search
	// that are aimed at.
	labelsMost, labelsLeast = 64, 8
	labelWork               = 1 << 21
	// noDay is before every day, and negated after every day.
	noDay = math.MinInt / 4
)

// labeler finds the best shifts of one volunteer where branch and bound takes too long, as it does where somebody may
// take many shifts: the resource constrained shortest path through the shifts in the order of their starts, by labels
// with dominance (Desrochers and Soumis 1988). A label is a row of shifts; its resources are the shifts and the time
// taken, those of the day and of the week, and the days in a row. Three things make a bound of it, which no choice is
// above, rather than the best choice: shifts are compared with the one before alone, weeks begin every seven days from
// the first start, and where too many labels are left two make one that is as good as both. A search is bounded by about
// labelWork comparisons; people who work from Monday to Friday take a hundredth of it.
type labeler struct {
	m      *rosterModel
	watch  *watch
	v      int
	items  []labelItem
	all    []label // of every row that was begun; the first is the row of no shifts
	fresh  []label // of the item at hand
	places []int
	pools  []labelPool // by place
	widest int         // how many labels are kept beside each other where there are few items
	width  int         // and here
	// Which resources there are.
	counted, timed, daily, weekly, rows bool
	shifts                              int
	time                                int64
	// Shifts that take no time, those with the most profit first.
	idle []labelItem
}

// labelItem is a pair of the volunteer.
type labelItem struct {
	k          int32 // in the order of the pairs given
	place      int   // in places
	start, end int
	rest       int // after it
	profit     int64
	length     int64
	day, week  int
	// What the volunteer is committed to: on its day, in its week, and how many days in a row before and after it.
	today, thisWeek int64
	before, after   int
}

// label is a row of shifts that ends with item.
type label struct {
	profit, time, week, today int64 // of its last week and its last day
	count                     int32
	item                      int32 // the last, -1 for none
	at, parent                int32 // of all
	inWeek, day, since        int   // the last week and day, and the first day of those in a row
}

// labelPool are the labels after which a shift at one place may begin.
type labelPool struct {
	labels  []label
	waiting []int // items whose labels do not yet
	seen    int   // items that were looked at
	day     int   // of the last item
}

// solve answers what no choice of the pairs has more profit than, and a row of them, by their places in pairs, that has
// about as much but may break a rule that was left out. It answers false where the context ended.
func (l *labeler) solve(v int, pairs []int32, profit []int64, row []int32) (int64, []int32, bool) {
	l.prepare(v, pairs, profit)
	l.measure()
	root := label{item: -1, parent: -1, inWeek: noDay, day: noDay, since: -noDay}
	l.all = append(l.all[:0], root)
	for len(l.pools) < len(l.places) {
		l.pools = append(l.pools, labelPool{})
	}
	for k := range l.places {
		pool := &l.pools[k]
		pool.labels, pool.waiting, pool.seen, pool.day = append(pool.labels[:0], root), pool.waiting[:0], 0, noDay
	}
	ends := make([]int, 0, len(l.items)) // of the labels of each item in all
	for k := range l.items {
		if l.watch.over() {
			return 0, row, false
		}
		l.extend(k, ends)
		for _, n := range l.fresh {
			n.at = int32(len(l.all))
			l.all = append(l.all, n)
		}
		ends = append(ends, len(l.all))
	}
	best, last := int64(-1), int32(0)
	for at, n := range l.all {
		if sum := n.profit + l.idly(int(n.count)); sum > best {
			best, last = sum, int32(at)
		}
	}
	left := l.shifts
	for at := last; at > 0; at = l.all[at].parent {
		row = append(row, l.items[l.all[at].item].k)
		left--
	}
	for k := 0; k < min(left, len(l.idle)); k++ {
		row = append(row, l.idle[k].k)
	}
	return best, row, true
}

// idly is the most profit of shifts without time beside so many others.
func (l *labeler) idly(count int) (sum int64) {
	for k := 0; k < len(l.idle) && count+k < l.shifts; k++ {
		sum += l.idle[k].profit
	}
	return sum
}

// prepare lists the pairs in the order of their starts; of shifts that are alike in all but profit, the best.
func (l *labeler) prepare(v int, pairs []int32, profit []int64) {
	p := l.m.p
	l.v, l.items, l.idle, l.places = v, l.items[:0], l.idle[:0], l.places[:0]
	for k, i := range pairs {
		shift := &p.shifts[l.m.shift[i]]
		it := labelItem{k: int32(k), start: shift.Start, end: shift.End, rest: max(shift.Rest, p.volunteers[v].Rest), profit: profit[k], length: int64(shift.End - shift.Start)}
		if it.start == it.end {
			l.idle = append(l.idle, it)
			continue
		}
		if p.rules.Travel > 0 || p.rules.Distances != nil {
			it.place = shift.Place
		}
		l.items = append(l.items, it)
	}
	slices.SortFunc(l.idle, func(a, b labelItem) int {
		return cmp.Or(cmp.Compare(b.profit, a.profit), cmp.Compare(a.k, b.k))
	})
	slices.SortFunc(l.items, func(a, b labelItem) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.place, b.place), cmp.Compare(a.rest, b.rest),
			cmp.Compare(b.profit, a.profit), cmp.Compare(a.k, b.k))
	})
	l.items = slices.CompactFunc(l.items, func(a, b labelItem) bool {
		return a.start == b.start && a.end == b.end && a.place == b.place && a.rest == b.rest
	})
	for k := range l.items {
		place := slices.Index(l.places, l.items[k].place)
		if place < 0 {
			place = len(l.places)
			l.places = append(l.places, l.items[k].place)
		}
		l.items[k].place = place
	}
}

// measure finds out which resources can run out, and how much of them is promised.
func (l *labeler) measure() {
	p, who := l.m.p, &l.m.volunteer[l.v]
	v := &p.volunteers[l.v]
	day := p.rules.Day
	l.shifts, l.time = int(who.shifts), who.time
	l.daily, l.weekly, l.rows = day > 0 && v.TimeDay > 0, day > 0 && v.TimeWeek > 0, day > 0 && v.DaysInRow > 0
	if day > 0 {
		for k := range l.items {
			l.promise(&l.items[k], day)
		}
	}
	most, longest := l.most(v.TimeDay)
	l.counted = most+len(l.idle) > l.shifts
	l.timed = l.time < math.MaxInt64 && float64(most)*float64(longest) > float64(l.time)
	l.width = l.widest
	for l.width > labelsLeast && len(l.items)*(len(l.places)+1)*l.width*l.width > labelWork {
		l.width /= 2
	}
}

// promise fills in the days of an item, and what the volunteer is committed to around it.
func (l *labeler) promise(it *labelItem, day int) {
	it.day = floorDiv(it.start, day)
	it.week = floorDiv(it.start-l.items[0].start, 7*day)
	busy := l.m.p.CommitmentsOf(l.v)
	l.watch.effort += len(busy) / 2
	for _, c := range busy {
		if c.Start == c.End {
			continue
		}
		if floorDiv(c.Start, day) == it.day {
			it.today += int64(c.End - c.Start)
		}
		if floorDiv(c.Start-l.items[0].start, 7*day) == it.week {
			it.thisWeek += int64(c.End - c.Start)
		}
	}
	if l.rows && len(busy) > 0 {
		on := func(d int) bool {
			l.watch.effort += len(busy) / 2
			return slices.ContainsFunc(busy, func(c Commitment) bool { return c.Start < c.End && floorDiv(c.Start, day) == d })
		}
		for on(it.day - it.before - 1) {
			it.before++
		}
		for on(it.day + it.after + 1) {
			it.after++
		}
	}
}

// most is how many items may be in a row at most, as far as their days tell, and the longest of them.
func (l *labeler) most(timeDay int) (most int, longest int64) {
	day := l.m.p.rules.Day
	for from := 0; from < len(l.items); {
		to := from
		shortest := l.items[from].length
		count, free := 0, math.MinInt
		for ; to < len(l.items) && (day == 0 || l.items[to].day == l.items[from].day); to++ {
			it := &l.items[to]
			shortest, longest = min(shortest, it.length), max(longest, it.length)
			if it.start >= free { // the greedy choice of intervals: an earlier end takes the place of the last
				count++
				free = it.end
			} else {
				free = min(free, it.end)
			}
		}
		if l.daily {
			count = min(count, max(1, int(int64(timeDay)/shortest)))
		}
		most += count
		from = to
	}
	return most, longest
}

// extend makes the labels of item k, in fresh. The labels of item j end at ends[j] of all.
func (l *labeler) extend(k int, ends []int) {
	it := &l.items[k]
	pool := &l.pools[it.place]
	if pool.day != it.day {
		pool.day = it.day
		old := slices.Clone(pool.labels)
		pool.labels = pool.labels[:0]
		for _, n := range old {
			pool.labels = l.insert(pool.labels, l.renew(n, it))
		}
	}
	for ; pool.seen < k; pool.seen++ {
		pool.waiting = append(pool.waiting, pool.seen)
	}
	still := pool.waiting[:0]
	for _, j := range pool.waiting {
		other := &l.items[j]
		if it.start-other.end < max(other.rest, l.m.p.Gap(l.places[other.place], l.places[it.place])) {
			still = append(still, j)
			continue
		}
		from := 1
		if j > 0 {
			from = ends[j-1]
		}
		for _, n := range l.all[from:ends[j]] {
			pool.labels = l.insert(pool.labels, l.renew(n, it))
		}
	}
	pool.waiting = still
	l.fresh = l.fresh[:0]
	for _, n := range pool.labels {
		if n, ok := l.add(n, it); ok {
			n.item = int32(k)
			l.fresh = l.insert(l.fresh, n)
		}
	}
}

// renew forgets what a label holds of days and weeks before an item's.
func (l *labeler) renew(n label, it *labelItem) label {
	if n.day < it.day {
		n.today = 0
		if l.rows && it.day-n.day-1 > it.before {
			n.day, n.since = noDay, -noDay
		}
	}
	if n.inWeek < it.week {
		n.week = 0
	}
	return n
}

// add puts an item behind a label, false where a rule forbids that.
func (l *labeler) add(n label, it *labelItem) (label, bool) {
	n = l.renew(n, it)
	n.parent = n.at
	n.profit += it.profit
	if int(n.count) >= l.shifts && l.counted {
		return n, false
	}
	if l.counted {
		n.count++
	}
	if l.timed {
		if n.time += it.length; n.time > l.time {
			return n, false
		}
	}
	v := &l.m.p.volunteers[l.v]
	if l.daily {
		alone := n.today+it.today == 0
		n.today += it.length
		if !alone && n.today+it.today > int64(v.TimeDay) {
			return n, false
		}
	}
	if l.weekly {
		alone := n.week+it.thisWeek == 0
		n.week += it.length
		if !alone && n.week+it.thisWeek > int64(v.TimeWeek) {
			return n, false
		}
	}
	if l.rows {
		n.since = min(n.since, it.day-it.before)
		if it.day+it.after-n.since+1 > v.DaysInRow {
			return n, false
		}
	}
	n.day, n.inWeek = it.day, it.week
	return n, true
}

// asGood tells whether whatever can follow b can follow a, with as much profit.
func (l *labeler) asGood(a, b *label) bool {
	return a.profit >= b.profit && a.count <= b.count && a.time <= b.time && a.week <= b.week && a.today <= b.today &&
		(!l.rows || a.day <= b.day && a.since >= b.since)
}

// insert adds a label to others of which none is as good as another.
func (l *labeler) insert(labels []label, n label) []label {
	l.watch.effort += len(labels)/4 + 1
	for k := range labels {
		if l.asGood(&labels[k], &n) {
			return labels
		}
	}
	keep := labels[:0]
	for _, other := range labels {
		if !l.asGood(&n, &other) {
			keep = append(keep, other)
		}
	}
	if keep = append(keep, n); len(keep) > l.width {
		keep = l.squeeze(keep)
	}
	return keep
}

// squeeze makes one of every two labels that are next in profit.
func (l *labeler) squeeze(labels []label) []label {
	slices.SortFunc(labels, func(a, b label) int {
		return cmp.Or(cmp.Compare(b.profit, a.profit), cmp.Compare(a.at, b.at), cmp.Compare(a.parent, b.parent))
	})
	keep := labels[:0]
	for k := 0; k < len(labels); k += 2 {
		n := labels[k]
		if k+1 < len(labels) {
			other := &labels[k+1]
			n.count, n.time, n.week, n.today = min(n.count, other.count), min(n.time, other.time), min(n.week, other.week), min(n.today, other.today)
			n.day, n.since = min(n.day, other.day), max(n.since, other.since)
			n.inWeek = max(n.inWeek, other.inWeek)
		}
		keep = append(keep, n)
	}
	return keep
}
