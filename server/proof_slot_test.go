package server_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

const (
	isFull    = nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL
	isClaimed = nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED
	isOverlap = nuov1.ErrorReason_ERROR_REASON_OVERLAP
)

// racers are how many race for a slot, twice how many of them ask again at the same time with another request id.
const racers, twice = 200, 16

// attempt is how one claim of a race ended.
type attempt struct {
	person   int
	contract string // "" where refused
	err      error
}

// race makes all claims at once, from all connections, and waits for them.
func (c *crowd) race(ctx context.Context, n int, claim func(i int) (person int, shift string)) []attempt {
	all := make([]attempt, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			person, shift := claim(i)
			<-start
			k, err := c.contracts[i%len(c.contracts)].ClaimShift(callAs(ctx, person), claimOf(shift))
			all[i] = attempt{person, k.GetName(), err}
		})
	}
	close(start)
	wg.Wait()
	return all
}

// playRounds runs a number of rounds, a few at once: durable commits are shared by all that wait for one.
func playRounds(n, atOnce int, round func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range atOnce {
		wg.Go(func() {
			for i := range next {
				round(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// 200 volunteers race for the last slots of a shift, from 20 connections: exactly as many hold one as there are, the
// rest are told why not, and nobody holds two.
func TestOKLastSlot(t *testing.T) {
	t.Parallel()
	n := proofCount(1000)
	g := ground{now: noon, people: racers}
	for i := range n {
		g.shifts = append(g.shifts, plot{
			fmt.Sprintf("shifts/slot-%d", i), noon.AddDate(0, 0, i+2).Add(-2 * time.Hour), 2 * time.Hour, int32(i%5 + 1),
		})
	}
	data := t.TempDir()
	g.lay(t, data)
	r := start(t, data)
	c, ctx := gather(t, r.conn.Target(), 20), guarded(t)
	begun := time.Now()
	playRounds(n, 4, func(i int) {
		all := c.race(ctx, racers+twice, func(j int) (int, string) { return (i + j) % racers, g.shifts[i].name })
		c.judgeSlots(ctx, t, g.shifts[i], i, all)
	})
	t.Logf("%d rounds of %d claims in %v", n, racers+twice, time.Since(begun).Round(time.Millisecond))
	r.stop(t)
	checkClean(t, data, noon)
}

// judgeSlots compares what the racers were told with the capacity, and with what the server shows afterwards.
func (c *crowd) judgeSlots(ctx context.Context, t *testing.T, p plot, i int, all []attempt) {
	var winners, contracts []string
	for _, a := range all {
		switch why := whyOf(a.err); {
		case a.err == nil:
			winners, contracts = append(winners, proofPerson(a.person)), append(contracts, a.contract)
		case why != isFull && why != isClaimed:
			t.Errorf("%s: refused with %v", p.name, a.err)
		}
	}
	for _, a := range all {
		if whyOf(a.err) == isClaimed && !slices.Contains(winners, proofPerson(a.person)) {
			t.Errorf("%s: told to have claimed who did not", p.name)
		}
	}
	slices.Sort(winners)
	if len(winners) != int(p.capacity) || len(slices.Compact(slices.Clone(winners))) != len(winners) {
		t.Errorf("%s: %v hold %d slots", p.name, winners, p.capacity)
	}
	s, err := c.shifts[i%len(c.shifts)].GetShift(callAs(ctx, 0), &nuov1.GetShiftRequest{Name: p.name})
	if err != nil || s.GetFill().GetHeld() != p.capacity || s.GetFill().GetRemaining() != 0 {
		t.Errorf("%s: %v %v", p.name, s.GetFill(), err)
	}
	list, err := c.contracts[i%len(c.contracts)].ListContracts(callAs(ctx, proofStaff), &nuov1.ListContractsRequest{Shift: p.name})
	var shown []string
	for _, k := range list.GetContracts() {
		shown = append(shown, k.GetName())
	}
	slices.Sort(shown)
	slices.Sort(contracts)
	if err != nil || !slices.Equal(shown, contracts) {
		t.Errorf("%s: shown %v, told %v (%v)", p.name, shown, contracts, err)
	}
}

// One volunteer claims shifts that all overlap, and some of them twice, from 16 connections at once: one is held.
func TestOKOverlapFromSixteenConnections(t *testing.T) {
	t.Parallel()
	const devices, perDay = 16, 12
	n := proofCount(1000)
	g := ground{now: noon, people: racers}
	for day := range (n + racers - 1) / racers {
		for j := range perDay {
			g.shifts = append(g.shifts, plot{
				fmt.Sprintf("shifts/day-%d-%d", day, j), noon.AddDate(0, 0, day+2).Add(time.Duration(j) * 10 * time.Minute),
				2 * time.Hour, 1000,
			})
		}
	}
	data := t.TempDir()
	g.lay(t, data)
	r := start(t, data)
	c, ctx := gather(t, r.conn.Target(), devices), guarded(t)
	begun := time.Now()
	playRounds(n, 50, func(i int) {
		person, day := i%racers, i/racers
		all := c.race(ctx, devices, func(j int) (int, string) { return person, g.shifts[day*perDay+j%perDay].name })
		held := 0
		for _, a := range all {
			if why := whyOf(a.err); a.err == nil {
				held++
			} else if why != isOverlap && why != isClaimed {
				t.Errorf("round %d: refused with %v", i, a.err)
			}
		}
		if held != 1 {
			t.Errorf("round %d: %d of %d that overlap are held", i, held, devices)
		}
		from := noon.AddDate(0, 0, day+2)
		list, err := c.contracts[i%devices].ListContracts(callAs(ctx, person), &nuov1.ListContractsRequest{
			Volunteer: proofPerson(person), States: liveStates(),
			FromDate: from.Format(time.DateOnly), ToDate: from.AddDate(0, 0, 1).Format(time.DateOnly),
		})
		if err != nil || len(list.GetContracts()) != 1 {
			t.Errorf("round %d: %d shown, %v", i, len(list.GetContracts()), err)
		}
	})
	t.Logf("%d rounds of %d claims in %v", n, devices, time.Since(begun).Round(time.Millisecond))
	r.stop(t)
	checkClean(t, data, noon)
}
