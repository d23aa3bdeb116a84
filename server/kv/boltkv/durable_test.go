package boltkv_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/boltkv"
)

// TestNoUnsyncedRead holds a commit between bbolt showing it and its sync's return: no reader, no watcher and no
// answer, a refusal's included, may tell of it.
func TestNoUnsyncedRead(t *testing.T) {
	onSync, begun, end := slowSync(t)
	e, _ := fresh(t, boltkv.Config{OnSync: onSync, FeedPrefixes: [][]byte{{'k'}}})
	var synced atomic.Bool
	var wg sync.WaitGroup
	early := func(what string) {
		if !synced.Load() {
			t.Errorf("%s before the sync returned", what)
		}
	}
	wg.Go(func() {
		if err := put(e, "k", "v"); err != nil {
			t.Error(err)
		}
		early("an Update was answered")
	})
	<-begun
	for range 4 {
		wg.Go(func() {
			if v := get(t, e, "k"); v == "v" {
				early("a View saw the commit")
			}
		})
	}
	wg.Go(func() {
		for _, err := range e.Watch(t.Context(), 0, nil) {
			if err != nil {
				t.Error(err)
			}
			early("a Watch told of the commit")
			return
		}
	})
	wg.Go(func() {
		refused := errors.New("refused")
		_, err := e.Update(t.Context(), func(tx kv.Tx) error {
			if v, _ := tx.Get([]byte("k")); v == nil {
				t.Error("an Update does not see the commit before it")
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Error(err)
		}
		early("a refusal that read the commit was answered")
	})
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := e.View(short, func(kv.Tx) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a View that cannot wait: %v", err)
	}
	time.Sleep(20 * time.Millisecond)
	synced.Store(true)
	end <- nil
	wg.Wait()
}

// TestRefusedWithBatch: a refusal that rests on a neighbour's write waits for, and shares, the neighbour's fate.
func TestRefusedWithBatch(t *testing.T) {
	onSync, begun, end := slowSync(t)
	e, _ := fresh(t, boltkv.Config{OnSync: onSync})
	var wg sync.WaitGroup
	wg.Go(func() { _ = put(e, "a", "1") })
	<-begun // the next two form one batch
	wg.Go(func() {
		if err := put(e, "k", "v"); !errors.Is(err, kv.ErrUnknown) {
			t.Errorf("the neighbour: %v", err)
		}
	})
	eventually(t, "queued", func() bool { return e.Stats().Queued == 1 })
	wg.Go(func() {
		_, err := e.Update(context.Background(), func(tx kv.Tx) error {
			v, err := tx.Get([]byte("k"))
			return errors.Join(err, fmt.Errorf("is taken: %s", v))
		})
		if !errors.Is(err, kv.ErrUnknown) {
			t.Errorf("a refusal for what may never be: %v", err)
		}
	})
	eventually(t, "queued", func() bool { return e.Stats().Queued == 2 })
	end <- nil
	<-begun
	end <- syscall.EIO
	wg.Wait()
}

// TestErrUnknown: a commit whose sync failed stops the engine for good, and nobody sees its state.
func TestErrUnknown(t *testing.T) {
	for _, cause := range []error{syscall.EIO, syscall.ENOSPC, errors.New("anything")} {
		t.Run(cause.Error(), func(t *testing.T) {
			var fault error
			e, path := fresh(t, boltkv.Config{OnSync: func() error { return fault }})
			must(t, put(e, "a", "1"))
			fault = cause
			if err := put(e, "a", "2"); !errors.Is(err, kv.ErrUnknown) {
				t.Fatalf("the failed commit: %v", err)
			}
			<-e.Failed()
			if err := put(e, "a", "3"); !errors.Is(err, kv.ErrUnknown) {
				t.Errorf("Update: %v", err)
			}
			noop := func(kv.Tx) error { t.Error("ran"); return nil }
			if err := e.View(t.Context(), noop); !errors.Is(err, kv.ErrUnknown) {
				t.Errorf("View: %v", err)
			}
			for _, err := range e.Watch(t.Context(), 0, nil) {
				if !errors.Is(err, kv.ErrUnknown) {
					t.Errorf("Watch: %v", err)
				}
			}
			if err := e.Backup(t.Context(), path+".copy"); !errors.Is(err, kv.ErrUnknown) {
				t.Errorf("Backup: %v", err)
			}
			must(t, e.Close())
		})
	}
}

// TestErrUnknownPanic: a panic in the commit, bbolt's answer to damaged pages, ends the same way and Close works.
func TestErrUnknownPanic(t *testing.T) {
	e, _ := fresh(t, boltkv.Config{OnSync: func() error { panic("damaged") }})
	if err := put(e, "a", "1"); !errors.Is(err, kv.ErrUnknown) {
		t.Error(err)
	}
	<-e.Failed()
	must(t, e.Close())
}

// TestErrUnknownQueued: a failure answers also those that wait, and wakes readers and watchers.
func TestErrUnknownQueued(t *testing.T) {
	onSync, begun, end := slowSync(t)
	e, _ := fresh(t, boltkv.Config{OnSync: onSync})
	var wg sync.WaitGroup
	expect := func(what string, f func() error) {
		wg.Go(func() {
			if err := f(); !errors.Is(err, kv.ErrUnknown) {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
	expect("committing", func() error { return put(e, "a", "1") })
	<-begun
	for range 5 {
		expect("queued", func() error { return put(e, "b", "1") })
	}
	expect("reading", func() error { return e.View(t.Context(), func(kv.Tx) error { return nil }) })
	expect("watching", func() (last error) {
		for _, err := range e.Watch(t.Context(), 0, nil) {
			last = err
		}
		return last
	})
	eventually(t, "queued", func() bool { return e.Stats().Queued == 5 })
	end <- syscall.EIO
	wg.Wait()
}

// TestErrContextQueued: a context that ends while its call waits takes it out of the queue, unrun.
func TestErrContextQueued(t *testing.T) {
	onSync, begun, end := slowSync(t)
	e, _ := fresh(t, boltkv.Config{OnSync: onSync, QueueLength: 2})
	var wg sync.WaitGroup
	write := func(key string) {
		wg.Go(func() {
			if err := put(e, key, "1"); err != nil {
				t.Error(err)
			}
		})
	}
	write("a")
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	for range 2 {
		wg.Go(func() {
			_, err := e.Update(ctx, func(kv.Tx) error { t.Error("ran"); return nil })
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	eventually(t, "queue full", func() bool { return e.Stats().Queued == 2 })
	if err := put(e, "b", "1"); !errors.Is(err, kv.ErrBusy) {
		t.Errorf("a full queue: %v", err)
	}
	cancel()
	eventually(t, "places free again", func() bool { return e.Stats().Queued == 0 })
	write("c")
	end <- nil
	<-begun
	end <- nil
	wg.Wait()
	if v := get(t, e, "c"); v != "1" {
		t.Errorf("the one that took a freed place: %q", v)
	}
}

// TestErrContextCommitting: a context that ends during the commit is answered at once; the write happens.
func TestErrContextCommitting(t *testing.T) {
	onSync, begun, end := slowSync(t)
	e, _ := fresh(t, boltkv.Config{OnSync: onSync})
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan error)
	go func() {
		_, err := e.Update(ctx, func(tx kv.Tx) error { return tx.Put([]byte("a"), []byte("1")) })
		answered <- err
	}()
	<-begun
	cancel()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	end <- nil
	eventually(t, "written all the same", func() bool { return get(t, e, "a") == "1" })
}
