package matching

import (
	"context"
	"strconv"
	"sync"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// maxWaiting is how many explanations are computed or wait for it at a time, over all callers.
const maxWaiting = 16

// turns lets one explanation be computed at a time, for each holds a whole problem in memory. A caller has one under way
// or waiting, so that nobody stands before everybody else many times.
type turns struct {
	free chan struct{}

	mu      sync.Mutex
	waiting map[string]bool // callers
}

func newTurns() *turns { return &turns{free: make(chan struct{}, 1), waiting: map[string]bool{}} }

// take waits for the caller's turn and answers how to end it. LIMIT_REACHED where the caller has one already or too many
// wait; ctx's error where it ends first.
func (t *turns) take(ctx context.Context, caller string) (end func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.waiting[caller]:
		return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED, "limit", "1")
	case len(t.waiting) >= maxWaiting:
		return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED, "limit", strconv.Itoa(maxWaiting))
	}
	t.waiting[caller] = true
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.waiting, caller)
	}
	t.mu.Unlock()
	defer t.mu.Lock()
	select {
	case t.free <- struct{}{}:
		return func() { <-t.free; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
