package memkv

import (
	"context"
	"math/rand/v2"
	"sync"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/internal/overlay"
)

// Config is what an engine may be told. Its zero value is an engine without a feed that provokes nothing.
type Config struct {
	// FeedPrefixes say which keys Watch reports: those that begin with any of them.
	FeedPrefixes [][]byte
	// ConflictRate is the share of otherwise good commits, from 0 up to but not 1, whose outcome is thrown away as
	// if a key had changed meanwhile; Seed makes the choice repeatable for calls made one after another.
	ConflictRate float64
	Seed         uint64
	// Twins runs every closure of an Update twice on the same snapshot and compares what both staged and answered.
	// kv.Twin tells the second run, which is the one that is thrown away.
	Twins bool
	// OnTwins is told of each difference; nil means panic. It may be called from several goroutines.
	OnTwins func(Difference)
	// Poison hands out copies and overwrites them when the closure returns, so that a kept slice shows.
	Poison bool
}

// Engine implements kv.Engine in memory. Its Failed is never closed.
type Engine struct {
	config Config
	failed chan struct{}
	closed chan struct{}

	mu        sync.Mutex
	now       state
	feed      []kv.Change   // ascending
	floor     kv.Position   // up to which the feed was trimmed
	changed   chan struct{} // closed at the next commit
	rand      *rand.Rand
	isClosed  bool
	active    sync.WaitGroup
	conflicts uint64
}

var _ kv.Engine = (*Engine)(nil)

// state is one snapshot.
type state struct {
	root     *node
	position kv.Position
}

// New returns an empty engine.
func New(c Config) *Engine {
	return &Engine{
		config: c, failed: make(chan struct{}), closed: make(chan struct{}), changed: make(chan struct{}),
		rand: rand.New(rand.NewPCG(c.Seed, 0)), //nolint:gosec // repeatable, and no secret
	}
}

// Failed implements kv.Engine.
func (e *Engine) Failed() <-chan struct{} { return e.failed }

// Conflicts returns how many runs were thrown away, provoked ones included.
func (e *Engine) Conflicts() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.conflicts
}

// Close implements kv.Engine.
func (e *Engine) Close() error {
	e.mu.Lock()
	if !e.isClosed {
		e.isClosed = true
		close(e.closed)
	}
	e.mu.Unlock()
	e.active.Wait()
	return nil
}

// enter counts a transaction that Close waits for, and returns the newest state.
func (e *Engine) enter(ctx context.Context) (state, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.isClosed {
		return state{}, kv.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return state{}, err
	}
	e.active.Add(1)
	return e.now, nil
}

// View implements kv.Engine.
func (e *Engine) View(ctx context.Context, f func(kv.Tx) error) error {
	now, err := e.enter(ctx)
	if err != nil {
		return err
	}
	defer e.active.Done()
	t := overlay.New(base{now.root}, nil, overlay.Config{Poison: e.config.Poison, Position: now.position})
	defer t.End()
	return f(t)
}

// Update implements kv.Engine. f runs in the caller's goroutine until a run of it meets no conflict.
func (e *Engine) Update(ctx context.Context, f func(kv.Tx) error) (kv.Position, error) {
	now, err := e.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer e.active.Done()
	for {
		r := e.attempt(now, f, false)
		if e.config.Twins {
			e.compare(r, e.attempt(now, f, true))
		}
		ok, p := e.commit(r)
		if ok {
			return p, r.err
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		e.mu.Lock()
		now = e.now
		e.mu.Unlock()
	}
}

// run is what one run of a closure came to.
type run struct {
	reads  map[string]kv.Position // version of each key read, 0 when there was none
	writes []overlay.Write
	err    error
}

// attempt runs f once on a snapshot.
func (e *Engine) attempt(now state, f func(kv.Tx) error, twin bool) run {
	r := run{reads: map[string]kv.Position{}}
	t := overlay.New(base{now.root}, &overlay.Buffers{}, overlay.Config{
		Writable: true, Twin: twin, Poison: e.config.Poison, Position: now.position,
		OnRead: func(key []byte) { r.reads[string(key)] = now.root.find(key).versionOf() },
	})
	defer t.End()
	if r.err = f(t); r.err == nil {
		r.err = t.Err()
	}
	r.writes = t.Writes()
	return r
}

// commit applies r if nothing that it read has changed. A refusal is held to the same test: it may rest on a state
// that no order of the transactions explains.
func (e *Engine) commit(r run) (bool, kv.Position) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.hasConflict(r) {
		e.conflicts++
		return false, 0
	}
	if r.err != nil {
		return true, 0
	}
	if len(r.writes) == 0 {
		return true, e.now.position
	}
	p := e.now.position + 1
	root := e.now.root
	for _, w := range r.writes {
		if w.Value == nil {
			root = root.delete(w.Key)
		} else {
			root = root.put(w.Key, w.Value, p)
		}
	}
	e.now = state{root, p}
	e.publish(p, r.writes)
	return true, p
}

func (e *Engine) hasConflict(r run) bool {
	if e.config.ConflictRate > 0 && e.rand.Float64() < e.config.ConflictRate {
		return true
	}
	for k, v := range r.reads {
		if e.now.root.find([]byte(k)).versionOf() != v {
			return true
		}
	}
	return false
}

// versionOf is 0 for a key that is not there.
func (n *node) versionOf() kv.Position {
	if n == nil {
		return 0
	}
	return n.version
}

// base is a snapshot beneath an overlay.
type base struct{ root *node }

func (b base) Get(key []byte) []byte {
	if n := b.root.find(key); n != nil {
		return n.value
	}
	return nil
}

func (b base) Scan(r kv.Range) func() (key, value []byte) {
	next := b.root.scan(r)
	return func() ([]byte, []byte) {
		if n := next(); n != nil {
			return n.key, n.value
		}
		return nil, nil
	}
}
