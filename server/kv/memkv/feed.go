package memkv

import (
	"bytes"
	"context"
	"iter"
	"slices"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/internal/overlay"
)

// publish records what a commit changed and wakes the watchers. The caller holds mu.
func (e *Engine) publish(p kv.Position, writes []overlay.Write) {
	var keys [][]byte
	for _, w := range writes {
		if slices.ContainsFunc(e.config.FeedPrefixes, func(p []byte) bool { return bytes.HasPrefix(w.Key, p) }) {
			keys = append(keys, w.Key)
		}
	}
	if len(keys) > 0 {
		e.feed = append(e.feed, kv.Change{Position: p, Keys: keys})
	}
	close(e.changed)
	e.changed = make(chan struct{})
}

// Watch implements kv.Engine.
func (e *Engine) Watch(ctx context.Context, after kv.Position, prefix []byte) iter.Seq2[kv.Change, error] {
	prefix = bytes.Clone(prefix)
	return func(yield func(kv.Change, error) bool) {
		at := after
		for {
			changes, last, changed, err := e.since(ctx, at)
			if err != nil {
				yield(kv.Change{}, err)
				return
			}
			for _, c := range changes {
				if c, ok := narrow(c, prefix); ok && !yield(c, nil) {
					return
				}
			}
			at = last
			select {
			case <-changed:
			case <-ctx.Done():
			case <-e.closed:
			}
		}
	}
}

// since returns the changes after at, the newest position and what to wait on for more.
func (e *Engine) since(ctx context.Context, at kv.Position) ([]kv.Change, kv.Position, <-chan struct{}, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.isClosed {
		return nil, 0, nil, kv.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, 0, nil, err
	}
	if at < e.floor || at > e.now.position {
		return nil, 0, nil, kv.ErrTooOld
	}
	return e.feed[e.after(at):], e.now.position, e.changed, nil
}

// after returns the index of the first change after p. The caller holds mu.
func (e *Engine) after(p kv.Position) int {
	i, _ := slices.BinarySearchFunc(e.feed, p+1, func(c kv.Change, p kv.Position) int {
		return int(int64(c.Position) - int64(p))
	})
	return i
}

// narrow returns copies of the keys that begin with prefix.
func narrow(c kv.Change, prefix []byte) (kv.Change, bool) {
	n := kv.Change{Position: c.Position}
	for _, k := range c.Keys {
		if bytes.HasPrefix(k, prefix) {
			n.Keys = append(n.Keys, bytes.Clone(k))
		}
	}
	return n, len(n.Keys) > 0
}

// Trim implements kv.Engine.
func (e *Engine) Trim(ctx context.Context, p kv.Position) error {
	if _, err := e.enter(ctx); err != nil {
		return err
	}
	defer e.active.Done()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.floor = max(e.floor, min(p, e.now.position))
	e.feed = slices.Clone(e.feed[e.after(e.floor):])
	return nil
}
