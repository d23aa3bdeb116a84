package matcher

import (
	"math"
	"math/rand/v2"
	"slices"
)

// pricer finds the best shifts for one volunteer when each shift has a price: the subproblem of the relaxation. It is a
// depth-first branch and bound over the pairs in the order of their profit, cut by the sum of the next best profits;
// few pairs are worth their price, so that it looks at some ten nodes a volunteer. Where the best pairs together take
// more time than the volunteer has, an hour gets a toll, which is the multiplier of the time limit: profits less tolls
// and the toll of all the time left are never less than profits. Where it would look at more than limit nodes, as it does
// for somebody who may take many shifts, labels take over (see labeler), whose bound says what may be missed.
type pricer struct {
	m        *rosterModel
	calendar calendar
	order    []int32 // pairs with a profit, those with the highest net first
	profit   []int64 // of order
	net      []int64 // of order: profit less toll
	sum      []int64 // of the first nets that are positive
	held     []int32 // the branch
	chosen   []int32 // the best found, pairs
	toll     int64
	best     int64 // profit of chosen
	missed   int64 // no branch that was not looked at has more than this
	limit    int   // of budget, for one search
	watch    *watch
	budget   int
	v        int
	labels   labeler
	row      []int32 // what the labels chose, pairs
}

// newPricer shares out the looks at pairs that a second has room for.
func newPricer(m *rosterModel, w *watch) *pricer {
	return &pricer{
		m: m, watch: w, calendar: calendar{m: m}, limit: max(1<<9, min(1<<11, 1<<24/(len(m.volunteer)+1))),
		labels: labeler{m: m, watch: w, widest: labelsMost},
	}
}

// solve finds the shifts of volunteer v with the most Σ price − costs·cost: they are in chosen, their profit in best.
// The answer is what no choice has more of: best itself but for volunteers who would take too long.
func (c *pricer) solve(v int, price []int64, costs int64) (bound int64) {
	m := c.m
	c.order, c.profit = c.order[:0], c.profit[:0]
	for i := m.first[v]; i < m.first[v+1]; i++ {
		if profit := price[m.shift[i]] - costs*m.cost[i]; profit > 0 {
			c.add(i, profit)
		}
	}
	return c.search(v)
}

// solveNear is solve with profits that chance has changed by at most spread.
func (c *pricer) solveNear(v int, price []int64, costs, spread int64, random *rand.Rand) {
	m := c.m
	c.order, c.profit = c.order[:0], c.profit[:0]
	for i := m.first[v]; i < m.first[v+1]; i++ {
		if profit := price[m.shift[i]] - costs*m.cost[i] + random.Int64N(2*spread+1) - spread; profit > 0 {
			c.add(i, profit)
		}
	}
	c.search(v)
}

// add puts a pair in its place by profit.
func (c *pricer) add(i int32, profit int64) {
	n := len(c.order)
	c.order, c.profit = append(c.order, i), append(c.profit, profit)
	for n > 0 && c.profit[n-1] < profit {
		c.order[n], c.profit[n] = c.order[n-1], c.profit[n-1]
		n--
	}
	c.order[n], c.profit[n] = i, profit
}

// search is the branch and bound over what order and profit hold.
func (c *pricer) search(v int) int64 {
	c.chosen, c.held = c.chosen[:0], c.held[:0]
	who := &c.m.volunteer[v]
	c.best, c.missed, c.v, c.row = 0, 0, v, c.row[:0]
	c.budget = c.limit
	if who.crowded {
		c.budget += 16 * len(c.order)
	}
	c.watch.effort += len(c.order) + 1
	if len(c.order) == 0 {
		return 0
	}
	c.watch.effort += c.budget
	c.toll, c.net = 0, append(c.net[:0], c.profit...)
	if who.time < math.MaxInt64 {
		c.setToll(int(who.shifts), who.time)
	}
	c.sum = append(c.sum[:0], 0)
	for i, net := range c.net {
		c.sum = append(c.sum, c.sum[i]+max(net, 0))
	}
	c.dig(0, 0, int(who.shifts), who.time, 0)
	c.watch.effort -= max(c.budget, 0)
	if c.missed > c.best {
		c.relax()
	}
	return max(c.best, c.missed)
}

// relax lets labels find what branch and bound may have missed, and chooses what they found as far as the rules allow.
func (c *pricer) relax() {
	bound, row, ok := c.labels.solve(c.v, c.order, c.profit, c.row[:0])
	c.row = row
	if !ok {
		return
	}
	c.missed = min(c.missed, bound)
	slices.Sort(c.row) // most net profit first
	c.held = c.held[:0]
	who := &c.m.volunteer[c.v]
	left, profit := who.time, int64(0)
	for at, k := range c.row {
		i := c.order[k]
		c.row[at] = i
		if len(c.held) == int(who.shifts) || left < int64(c.m.length[i]) || c.clashes(i) || who.daily && !c.calendar.allows(c.v, c.held, i) {
			continue
		}
		c.held = append(c.held, i)
		left -= int64(c.m.length[i])
		profit += c.profit[k]
	}
	if profit > c.best {
		c.best = profit
		c.chosen = append(c.chosen[:0], c.held...)
	}
}

// lead is the choice whose profit the bound is: where the best is not known it may break a rule.
func (c *pricer) lead() []int32 {
	if c.missed > c.best && len(c.row) > 0 {
		return c.row
	}
	return c.chosen
}

// setToll finds a toll at which the best pairs together take about the time there is, and puts the pairs in the order of
// what it leaves.
func (c *pricer) setToll(left int, time int64) {
	n := min(left, len(c.order))
	if c.span(n) <= time {
		return
	}
	low, high := int64(0), int64(0)
	for k, i := range c.order {
		if length := int64(c.m.length[i]); length > 0 {
			high = max(high, c.profit[k]/length+1)
		}
	}
	high = min(high, 1<<60/time) // so that the toll of all the time is a number
	for round := 0; round < 7 && low < high; round++ {
		c.toll = low + (high-low)/2
		c.reorder()
		if c.span(n) > time {
			low = c.toll + 1
		} else {
			high = c.toll
		}
	}
}

// span is the time that the first n pairs with a net profit take.
func (c *pricer) span(n int) (time int64) {
	for k, i := range c.order[:n] {
		if c.net[k] > 0 {
			time += int64(c.m.length[i])
		}
	}
	return time
}

func (c *pricer) reorder() {
	for k, i := range c.order {
		profit := c.profit[k]
		net := profit - c.toll*int64(c.m.length[i])
		j := k
		for ; j > 0 && c.net[j-1] < net; j-- {
			c.order[j], c.profit[j], c.net[j] = c.order[j-1], c.profit[j-1], c.net[j-1]
		}
		c.order[j], c.profit[j], c.net[j] = i, profit, net
	}
}

func (c *pricer) dig(from int, blocked uint64, left int, time, profit int64) {
	if profit > c.best {
		c.best = profit
		c.chosen = append(c.chosen[:0], c.held...)
	}
	if left == 0 {
		return
	}
	m, n := c.m, len(c.order)
	base, crowded, daily := m.first[c.v], m.volunteer[c.v].crowded, m.volunteer[c.v].daily
	most, look := profit, 1
	if c.toll > 0 {
		most += c.toll * time
	}
	if crowded {
		look += len(c.held) / 2
	}
	if daily {
		look += 4 + 2*len(c.held) + 2*int(m.volunteer[c.v].promised)
	}
	for k := from; k < n; k++ {
		reach := most + c.sum[min(n, k+left)] - c.sum[k]
		if reach <= c.best {
			return
		}
		i := c.order[k]
		if !crowded && blocked>>uint32(i-base)&1 != 0 || int64(m.length[i]) > time {
			c.budget--
			continue
		}
		if c.budget -= look; c.budget < 0 {
			c.missed = max(c.missed, reach)
			return
		}
		if crowded && c.clashes(i) || daily && !c.calendar.allows(c.v, c.held, i) {
			continue
		}
		c.held = append(c.held, i)
		c.dig(k+1, blocked|m.clash[i], left-1, time-int64(m.length[i]), profit+c.profit[k])
		c.held = c.held[:len(c.held)-1]
	}
}

// clashes tells whether a pair crosses the branch's.
func (c *pricer) clashes(i int32) bool {
	for _, h := range c.held {
		if c.m.crosses(c.v, c.m.shift[h], c.m.shift[i]) {
			return true
		}
	}
	return false
}
