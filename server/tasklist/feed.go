package tasklist

import (
	"context"
	"sync"

	"nuo.internal/nuo/server/store"
)

// feed collects which shifts and lists change, a shift by its record or its slots, until somebody asks: a slow reader
// finds each once, however often it changed.
type feed struct {
	cancel context.CancelFunc
	done   chan struct{}
	ready  chan struct{} // holds a token while there is something to take

	mu       sync.Mutex
	names    []string
	pending  map[string]bool
	position store.Position
	err      error
}

// startFeed collects what changes after a position until stop, or until ctx ends.
func (r *Room) startFeed(ctx context.Context, after store.Position) *feed {
	ctx, cancel := context.WithCancel(ctx)
	f := &feed{
		cancel: cancel, done: make(chan struct{}), ready: make(chan struct{}, 1), pending: map[string]bool{}, position: after,
	}
	go func() {
		defer close(f.done)
		for change, err := range r.store.WatchTables(ctx, after, store.TaskLists, store.Shifts, store.Slots) {
			f.add(change, err)
		}
	}()
	return f
}

// stop ends the feed and waits for it.
func (f *feed) stop() {
	f.cancel()
	<-f.done
}

func (f *feed) add(change store.Change, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
	if err == nil {
		f.position = change.Position
	}
	for _, key := range change.Keys {
		if name, ok := key[0].(string); ok && !f.pending[name] {
			f.pending[name] = true
			f.names = append(f.names, name)
		}
	}
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

// next waits for changes and takes them: shifts and lists in the order of their first change, and the position up to which
// that is all. An error is the feed's end.
func (f *feed) next(ctx context.Context) ([]string, store.Position, error) {
	for {
		select {
		case <-f.ready:
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
		f.mu.Lock()
		names, position, err := f.names, f.position, f.err
		f.names, f.pending = nil, map[string]bool{}
		f.mu.Unlock()
		if len(names) > 0 || err != nil {
			return names, position, err
		}
	}
}
