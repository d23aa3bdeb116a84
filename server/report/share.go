package report

import (
	"cmp"
	"maps"
	"slices"
)

// shareReached gives each fulfilled contract its share of the people whom its shift reached. A shift's number counts
// once, however many stood it: it is split by ledger, within a ledger by branch, within a branch by contract, each time
// by the largest remainder, so that the parts of every table add up and each is as near its portion as it can be.
func shareReached(entries []*entry) {
	shifts := map[string][]*entry{}
	for _, e := range entries {
		if e.fulfilled() && e.shift.GetPeopleReachedConfirmed() {
			shifts[e.shift.GetName()] = append(shifts[e.shift.GetName()], e)
		}
	}
	for _, stood := range shifts {
		slices.SortFunc(stood, func(a, b *entry) int { return cmp.Compare(a.contract.GetName(), b.contract.GetName()) })
		reached := int64(stood[0].shift.GetPeopleReached())
		split(reached, stood, ledgerOf, func(n int64, part []*entry) {
			split(n, part, branchOf, func(n int64, part []*entry) {
				split(n, part, nameOf, func(n int64, part []*entry) { part[0].reached = n })
			})
		})
	}
}

func ledgerOf(e *entry) string {
	if e.duty() {
		return "duty"
	}
	return "" // volunteering first
}

func branchOf(e *entry) string { return e.contract.GetBranch() }
func nameOf(e *entry) string   { return e.contract.GetName() }

// split groups entries by a key and gives each group its share of n, in the order of the keys.
func split(n int64, entries []*entry, key func(*entry) string, give func(int64, []*entry)) {
	groups := map[string][]*entry{}
	for _, e := range entries {
		groups[key(e)] = append(groups[key(e)], e)
	}
	keys := slices.Sorted(maps.Keys(groups))
	weights := make([]int64, len(keys))
	for i, k := range keys {
		weights[i] = int64(len(groups[k]))
	}
	for i, share := range largestRemainder(n, weights) {
		give(share, groups[keys[i]])
	}
}

// largestRemainder splits n in proportion to weights into whole parts that add up to n (Hamilton's method): each gets
// its portion rounded down, and what is left goes one by one to the largest remainders, the first of equal ones. n must
// not be negative; the weights must be positive. O(k log k).
func largestRemainder(n int64, weights []int64) []int64 {
	var sum int64
	for _, w := range weights {
		sum += w
	}
	shares, order := make([]int64, len(weights)), make([]int, len(weights))
	left := n
	for i, w := range weights {
		shares[i], order[i] = n*w/sum, i
		left -= shares[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(n*weights[b]%sum, n*weights[a]%sum) })
	for _, i := range order[:left] {
		shares[i]++
	}
	return shares
}
