package matcher

// pricer finds the best shifts for one volunteer when each shift has a price: the subproblem of the relaxation. It is a
// depth-first branch and bound over the pairs in the order of their profit, cut by the sum of the next best profits;
// few pairs are worth their price, so that it looks at some ten nodes a volunteer. Where it would look at more than
// digLimit, it stops and says what it may have missed.
type pricer struct {
	m        *rosterModel
	calendar calendar
	order    []int32 // pairs with a profit, best first
	profit   []int64 // of order
	sum      []int64 // of the first profits
	held     []int32 // the branch
	chosen   []int32 // the best found, pairs
	best     int64   // its profit
	missed   int64   // no branch that was not looked at has more than this
	budget   int
	v        int
}

// digLimit is the most nodes for one volunteer.
const digLimit = 1 << 12

func newPricer(m *rosterModel) *pricer { return &pricer{m: m, calendar: calendar{m: m}} }

// solve finds the shifts of volunteer v with the most Σ price − scale·cost: they are in chosen, their profit in best.
// The answer is what no choice has more of: best itself but for volunteers who would take too long.
func (c *pricer) solve(v int, price []int64, scale int64) (bound int64) {
	m := c.m
	c.order, c.profit = c.order[:0], c.profit[:0]
	from, to := m.first[v], m.first[v+1]
	for i := from; i < to; i++ {
		profit := price[m.shift[i]] - scale*m.cost[i]
		if profit <= 0 {
			continue
		}
		n := len(c.order)
		c.order, c.profit = append(c.order, i), append(c.profit, profit)
		for n > 0 && c.profit[n-1] < profit {
			c.order[n], c.profit[n] = c.order[n-1], c.profit[n-1]
			n--
		}
		c.order[n], c.profit[n] = i, profit
	}
	return c.search(v)
}

// search is the branch and bound over what order and profit hold.
func (c *pricer) search(v int) int64 {
	c.chosen, c.held = c.chosen[:0], c.held[:0]
	c.best, c.missed, c.budget, c.v = 0, 0, digLimit, v
	if len(c.order) == 0 {
		return 0
	}
	c.sum = append(c.sum[:0], 0)
	for i, profit := range c.profit {
		c.sum = append(c.sum, c.sum[i]+profit)
	}
	who := &c.m.volunteer[v]
	c.dig(0, 0, int(who.shifts), who.time, 0)
	return max(c.best, c.missed)
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
	for k := from; k < n; k++ {
		reach := profit + c.sum[min(n, k+left)] - c.sum[k]
		if reach <= c.best {
			return
		}
		i := c.order[k]
		if blocked>>(uint32(i-base)&63)&1 != 0 && !crowded || int64(m.length[i]) > time || crowded && c.clashes(i) ||
			daily && !c.calendar.allows(c.v, c.held, i) {
			continue
		}
		if c.budget--; c.budget < 0 {
			c.missed = max(c.missed, reach)
			return
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
