package server_test

import (
	"testing"
	"time"

	"nuo.internal/nuo/server"
)

func rung(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestOKManualClockRingsWhenItIsMovedThere(t *testing.T) {
	noon := time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC)
	c := server.NewManualClock(noon)
	now, two, later := c.Until(noon), c.Until(noon.Add(2*time.Hour)), c.Until(noon.Add(3*time.Hour))
	if !rung(now) || rung(two) || rung(later) {
		t.Error("at noon: only what is due")
	}
	c.Advance(2 * time.Hour)
	if !rung(two) || rung(later) || !c.Now().Equal(noon.Add(2*time.Hour)) {
		t.Error("at two: only what is due")
	}
	c.Set(noon)
	if rung(c.Until(noon.Add(time.Minute))) || !rung(two) {
		t.Error("set back: what rang stays rung, what is ahead waits")
	}
	c.Advance(4 * time.Hour)
	if !rung(later) {
		t.Error("passed over and not rung")
	}
}

func TestOKRealClockRings(t *testing.T) {
	c := server.NewClock()
	if !rung(c.Until(c.Now())) || rung(c.Until(c.Now().Add(time.Hour))) {
		t.Error("what is due rings at once, what is not waits")
	}
	at := c.Now().Add(10 * time.Millisecond)
	first, second := c.Until(at), c.Until(at)
	for _, alarm := range []<-chan struct{}{first, second} {
		select {
		case <-alarm:
		case <-time.After(hang):
			t.Fatal("it never rang")
		}
	}
	if c.Now().Before(at) {
		t.Error("it rang early")
	}
}
