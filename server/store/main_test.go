package store_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is when tests begin: 8 February 2020, noon in Taizhou.
var noon = time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC)

// clock is moved by hand, and by step each time it is read.
type clock struct {
	mu   sync.Mutex
	now  time.Time
	step time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() { c.now = c.now.Add(c.step) }()
	return c.now
}

func (c *clock) Until(time.Time) <-chan struct{} { return nil }

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// counter is a source of entropy that never repeats a byte block and is the same in every run.
type counter struct {
	mu sync.Mutex
	n  uint64
}

func (c *counter) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range p {
		if i%8 == 0 {
			c.n++
		}
		p[i] = binary.BigEndian.AppendUint64(nil, c.n)[i%8]
	}
	return len(p), nil
}

// tester is what a house asks of a test; rapid's is one too.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Cleanup(f func())
}

// house is a store on an engine that runs every closure twice and overwrites what is kept of its bytes.
type house struct {
	t tester
	*store.Store
	engine *memkv.Engine
	clock  *clock
}

func newHouse(t tester) *house { return newHouseOn(t, memkv.Config{Twins: true, Poison: true}) }

func newHouseOn(t tester, c memkv.Config) *house {
	t.Helper()
	c.FeedPrefixes = store.FeedPrefixes()
	h := &house{t: t, engine: memkv.New(c), clock: &clock{now: noon}}
	s, err := store.Open(h.engine, store.Config{Clock: h.clock, Entropy: &counter{}})
	if err != nil {
		t.Fatal(err)
	}
	h.Store = s
	t.Cleanup(func() { _ = s.Close() })
	return h
}

// update and view run a closure that must succeed.
func (h *house) update(f func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.Update(context.Background(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) view(f func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.View(context.Background(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) position() (p store.Position) {
	h.view(func(tx *store.Tx) error { p = tx.Position(); return nil })
	return p
}

// problems is what CheckTables finds.
func (h *house) problems() (all []store.Problem) {
	h.view(func(tx *store.Tx) error {
		all = nil
		for p, err := range store.CheckTables(tx) {
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	return all
}

// raw puts a value beneath the store; nil removes.
func (h *house) raw(key, value []byte) {
	h.t.Helper()
	_, err := h.engine.Update(context.Background(), func(tx kv.Tx) error {
		if value == nil {
			return tx.Delete(key)
		}
		return tx.Put(key, value)
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// dump copies all that is stored under a prefix.
func (h *house) dump(prefix ...byte) (all []kv.Pair) {
	h.t.Helper()
	err := h.engine.View(context.Background(), func(tx kv.Tx) error {
		for p, err := range tx.Scan(kv.Prefix(prefix)) {
			if err != nil {
				return err
			}
			all = append(all, kv.Pair{Key: bytes.Clone(p.Key), Value: bytes.Clone(p.Value)})
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}
