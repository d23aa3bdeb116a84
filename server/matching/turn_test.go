package matching

import (
	"context"
	"errors"
	"fmt"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

func TestErrExplanationsOfOneCallerDoNotPileUp(t *testing.T) {
	turns := newTurns()
	end, err := turns.take(t.Context(), "volunteers/a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := turns.take(t.Context(), "volunteers/a"); !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED) {
		t.Errorf("a second one of the same caller: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := turns.take(ended, "volunteers/b"); !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up waiting is told %v", err)
	}
	next := make(chan error)
	go func() {
		end, err := turns.take(t.Context(), "volunteers/b")
		if err == nil {
			end()
		}
		next <- err
	}()
	end()
	if err := <-next; err != nil {
		t.Errorf("who waits is served when it is free: %v", err)
	}
	if end, err = turns.take(t.Context(), "volunteers/a"); err != nil {
		t.Fatalf("and who was served may ask again: %v", err)
	}
	end()
}

func TestErrExplanationsWaitInABoundedLine(t *testing.T) {
	turns := newTurns()
	end, err := turns.take(t.Context(), "tokens/first")
	if err != nil {
		t.Fatal(err)
	}
	waiting, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	for i := range maxWaiting - 1 {
		go func() {
			_, err := turns.take(waiting, fmt.Sprintf("tokens/%d", i))
			left <- err
		}()
	}
	for full := false; !full; {
		turns.mu.Lock()
		full = len(turns.waiting) == maxWaiting
		turns.mu.Unlock()
	}
	if _, err := turns.take(t.Context(), "tokens/last"); !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED) {
		t.Errorf("one too many is told %v", err)
	}
	cancel()
	for range maxWaiting - 1 {
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up waiting is told %v", err)
		}
	}
	end()
	if len(turns.waiting) != 0 {
		t.Errorf("%v still wait", turns.waiting)
	}
}
