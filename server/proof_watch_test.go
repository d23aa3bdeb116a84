package server_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

const resumeTooOld = nuov1.ErrorReason_ERROR_REASON_RESUME_TOO_OLD

// page is a client that shows how full shifts are, from a stream that is cut and resumed by its token.
type page struct {
	chance *rand.Rand
	shown  map[string]int32
	token  string
	cuts   int
	told   int // updates
}

// follow shows what one stream tells until the page shows what is wanted, or the stream is cut. Nobody withdraws, so a
// number that falls is an update out of order.
func (p *page) follow(ctx context.Context, t *testing.T, shifts nuov1.ShiftServiceClient, want map[string]int32) bool {
	ctx, cut := context.WithCancel(ctx)
	defer cut()
	stream, err := shifts.WatchShifts(callAs(ctx, 0), &nuov1.WatchShiftsRequest{TaskList: proofList, ResumeToken: p.token})
	if err != nil {
		t.Error(err)
		return true
	}
	for left := 3 + p.chance.IntN(15); left > 0; left-- {
		if maps.Equal(p.shown, want) {
			return true
		}
		res, err := stream.Recv()
		if err != nil {
			t.Error(err)
			return true
		}
		p.token = res.GetResumeToken()
		for _, s := range res.GetShifts() {
			now := s.GetFill().GetHeld()
			if now < p.shown[s.GetName()] || now > s.GetCapacity() {
				t.Errorf("%s: %d held after %d", s.GetName(), now, p.shown[s.GetName()])
			}
			p.shown[s.GetName()] = now
			p.told++
		}
	}
	p.cuts++
	return maps.Equal(p.shown, want)
}

// Streams that begin before, during and after claims from 16 connections, and are cut and resumed all the time, all come
// to show what is stored: had one update been missed, a page would wait for it for ever.
func TestOKWatchMissesNothing(t *testing.T) {
	const watchers, shifts, people = 8, 60, 40
	claims := proofCount(2000)
	g := ground{now: noon, people: people}
	for i := range shifts {
		g.shifts = append(g.shifts, everyDay(fmt.Sprintf("shifts/watched-%d", i), i, people-i%7))
	}
	want := map[string]int32{}
	for _, p := range g.shifts {
		want[p.name] = 0
	}
	for i := range claims { // each person claims each shift in turn
		want[g.shifts[i%shifts].name] = min(want[g.shifts[i%shifts].name]+1, g.shifts[i%shifts].capacity)
	}
	data := t.TempDir()
	g.lay(t, data)
	r := start(t, data)
	c, ctx := gather(t, r.conn.Target(), 16), guarded(t)
	pages := make([]*page, watchers)
	var watching sync.WaitGroup
	watch := func(i int) {
		pages[i] = &page{chance: rand.New(rand.NewPCG(3, uint64(i))), shown: map[string]int32{}}
		watching.Go(func() {
			for done := false; !done; {
				done = pages[i].follow(ctx, t, c.shifts[i%len(c.shifts)], want)
			}
		})
	}
	begun := time.Now()
	for i := range watchers / 2 {
		watch(i)
	}
	playRounds(claims, 32, func(i int) {
		if i == claims/2 {
			for i := watchers / 2; i < watchers-1; i++ {
				watch(i)
			}
		}
		_, err := c.contracts[i%len(c.contracts)].ClaimShift(callAs(ctx, i/shifts), claimOf(g.shifts[i%shifts].name))
		if err != nil && whyOf(err) != isFull {
			t.Error(err)
		}
	})
	watch(watchers - 1)
	watching.Wait()
	cuts, told := 0, 0
	for _, p := range pages {
		cuts, told = cuts+p.cuts, told+p.told
	}
	t.Logf("%d claims, %d updates told to %d pages, %d cuts in %v", claims, told, watchers, cuts, time.Since(begun).Round(time.Millisecond))
	if cuts == 0 {
		t.Error("void: no stream was resumed")
	}
}

// A page that was away for longer than the feed is kept is told to start again, and not left without what it missed.
func TestErrResumeTooOldAfterAWeek(t *testing.T) {
	g := ground{now: noon, people: 2, shifts: []plot{everyDay("shifts/old", 60, 2)}}
	data := t.TempDir()
	g.lay(t, data)
	r := start(t, data)
	c, ctx := gather(t, r.conn.Target(), 1), guarded(t)
	p := &page{chance: rand.New(rand.NewPCG(1, 1)), shown: map[string]int32{}}
	if !p.follow(ctx, t, c.shifts[0], map[string]int32{"shifts/old": 0}) || p.token == "" {
		t.Fatal("no present state")
	}
	if _, err := c.contracts[0].ClaimShift(callAs(ctx, 1), claimOf("shifts/old")); err != nil {
		t.Fatal(err)
	}
	resumed := func() (*nuov1.WatchShiftsResponse, error) {
		short, cancel := context.WithCancel(ctx)
		defer cancel()
		req := &nuov1.WatchShiftsRequest{TaskList: proofList, ResumeToken: p.token}
		stream, err := c.shifts[0].WatchShifts(callAs(short, 0), req)
		if err != nil {
			t.Fatal(err)
		}
		return stream.Recv()
	}
	res, err := resumed()
	if err != nil || res.GetShifts()[0].GetFill().GetHeld() != 1 {
		t.Fatalf("at once: %v %v", res, err)
	}
	// The housekeeping looks each hour where the feed stands, and forgets what is a week old when it looks the next time.
	for days := 0; ; days++ {
		if _, err := resumed(); whyOf(err) == resumeTooOld {
			if days < 7 {
				t.Errorf("forgotten after %d days", days)
			}
			return
		} else if err != nil {
			t.Fatal(err)
		}
		r.clock.Advance(24 * time.Hour)
	}
}
