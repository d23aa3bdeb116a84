package boltkv

import (
	"context"
	"runtime"

	"nuo.internal/nuo/server/kv"
)

// Update implements kv.Engine. f runs in the writer's goroutine.
func (e *Engine) Update(ctx context.Context, f func(kv.Tx) error) (kv.Position, error) {
	c := &call{ctx: ctx, f: f, done: make(chan struct{})}
	if err := e.do(c); err != nil {
		return 0, err
	}
	return c.position, nil
}

// Trim implements kv.Engine, in transactions of at most maxTrim records.
func (e *Engine) Trim(ctx context.Context, p kv.Position) error {
	for {
		c := &call{ctx: ctx, trim: p, done: make(chan struct{})}
		if err := e.do(c); err != nil || !c.more {
			return err
		}
	}
}

// do queues c and waits for its answer or the end of its context. When it returns, c does not run and never will.
func (e *Engine) do(c *call) error {
	if err := e.usable(c.ctx); err != nil {
		return err
	}
	if e.config.ReadOnly {
		return kv.ErrReadOnly
	}
	if err := e.queue.add(c); err != nil {
		return err
	}
	select {
	case <-c.done:
		return c.answer()
	case <-c.ctx.Done():
	}
	if c.state.CompareAndSwap(waiting, abandoned) {
		e.queue.remove(c)
		return c.ctx.Err()
	}
	<-c.ran
	select {
	case <-c.done:
		return c.answer()
	default:
		return c.ctx.Err()
	}
}

// answer gives the caller what its closure came to, in the caller's own goroutine.
func (c *call) answer() error {
	if c.panicked != nil {
		panic(c.panicked)
	}
	if c.exited {
		runtime.Goexit()
	}
	return c.err
}
