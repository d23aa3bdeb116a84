package server

import (
	"sync"
	"time"
)

// Clock tells the time to the store and to what waits for an instant.
type Clock interface {
	// Now is the present instant.
	Now() time.Time
	// Until returns a channel that is closed when Now is t or later.
	Until(t time.Time) <-chan struct{}
}

// realClock is the machine's. Whoever waits for the same instant shares one timer, so that a waiter that goes away
// early leaves at most that one behind.
type realClock struct {
	mu     sync.Mutex
	alarms map[int64]chan struct{}
}

// NewClock is the clock of the machine.
func NewClock() Clock { return &realClock{alarms: make(map[int64]chan struct{})} }

func (*realClock) Now() time.Time { return time.Now() }

func (c *realClock) Until(t time.Time) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := t.UnixNano()
	if alarm, ok := c.alarms[at]; ok {
		return alarm
	}
	alarm := make(chan struct{})
	left := time.Until(t)
	if left <= 0 {
		close(alarm)
		return alarm
	}
	c.alarms[at] = alarm
	time.AfterFunc(left, func() { c.ring(at, t) })
	return alarm
}

// ring closes the alarm, or waits on where the wall clock was set back meanwhile.
func (c *realClock) ring(at int64, t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if left := time.Until(t.Round(0)); left > 0 {
		time.AfterFunc(left, func() { c.ring(at, t) })
		return
	}
	close(c.alarms[at])
	delete(c.alarms, at)
}

// ManualClock stands still until it is moved: for tests and for the demo. It is safe for concurrent use.
type ManualClock struct {
	mu     sync.Mutex
	now    time.Time
	alarms map[int64]alarm
}

type alarm struct {
	at   time.Time
	done chan struct{}
}

// NewManualClock is a clock that stands at start.
func NewManualClock(start time.Time) *ManualClock {
	return &ManualClock{now: start, alarms: make(map[int64]alarm)}
}

// Now is where the clock stands.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Until returns a channel that is closed when the clock was moved to t or later.
func (c *ManualClock) Until(t time.Time) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a, ok := c.alarms[t.UnixNano()]; ok {
		return a.done
	}
	a := alarm{at: t, done: make(chan struct{})}
	if t.After(c.now) {
		c.alarms[t.UnixNano()] = a
	} else {
		close(a.done)
	}
	return a.done
}

// Set moves the clock to t. A clock may be set back, as real ones are; what was waited for stays rung.
func (c *ManualClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
	for at, a := range c.alarms {
		if !a.at.After(t) {
			close(a.done)
			delete(c.alarms, at)
		}
	}
}

// Advance moves the clock forward by d.
func (c *ManualClock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }
