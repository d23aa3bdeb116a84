package kvtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"nuo.internal/nuo/server/kv"
)

func testBackup(t *testing.T, open Open) {
	ctx, e := start(t, open)
	_, err := write(ctx, e, "a=1", Fed+"b=2")
	must(t, err)
	at, err := write(ctx, e, Fed+"c=3")
	must(t, err)
	file := filepath.Join(t.TempDir(), "backup")
	must(t, e.Backup(ctx, file))
	_, err = write(ctx, e, "a=9")
	must(t, err)
	wantErr(t, e.Backup(ctx, file), fs.ErrExist)

	b := open(t, file)
	defer func() { must(t, b.Close()) }()
	wantContent(ctx, t, b, "a=1 fed/b=2 fed/c=3")
	if got, last := collect(ctx, t, b, 0, "", 2); len(got) != 2 || last != at {
		t.Errorf("the copy's feed tells %v up to %d, want %d", got, last, at)
	}
	p, err := write(ctx, b, "d=4")
	must(t, err)
	if p <= at {
		t.Errorf("the copy goes on at %d, not after %d", p, at)
	}
}

// testBackupUnderLoad takes copies while two counters are raised together: each copy holds what was answered before
// it began and nothing torn.
func testBackupUnderLoad(t *testing.T, open Open) {
	ctx, e := start(t, open)
	var acked atomic.Uint64
	load, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for load.Err() == nil {
				_, err := e.Update(ctx, func(tx kv.Tx) error {
					return errors.Join(add(tx, "left", 1), add(tx, "right", 1), add(tx, fmt.Sprintf("pad/%d", i), 1))
				})
				if err != nil {
					t.Error(err)
				}
				acked.Add(1)
			}
		})
	}
	defer wg.Wait()
	defer stop()
	dir := t.TempDir()
	for i := range 3 {
		before := acked.Load()
		file := filepath.Join(dir, fmt.Sprint(i))
		must(t, e.Backup(ctx, file))
		after := acked.Load() + 4 // those under way
		b := open(t, file)
		must(t, b.View(ctx, func(tx kv.Tx) error {
			left, err1 := number(tx, "left")
			right, err2 := number(tx, "right")
			if left != right || left < before || left > after {
				t.Errorf("copy holds %d and %d, answered were %d to %d", left, right, before, after)
			}
			return errors.Join(err1, err2)
		}))
		must(t, b.Close())
	}
}

func testClose(t *testing.T, open Open) {
	ctx, e := start(t, open)
	begun, closed := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var ended atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := e.Update(ctx, func(tx kv.Tx) error {
			once.Do(func() { close(begun) })
			return stage(tx, "a=1")
		})
		if err != nil {
			t.Error(err)
		}
	})
	wg.Go(func() {
		<-begun
		err := e.View(ctx, func(kv.Tx) error {
			go func() {
				defer close(closed)
				if err := e.Close(); err != nil {
					t.Error(err)
				}
				if !ended.Load() {
					t.Error("Close did not wait for a View")
				}
			}()
			for e.View(ctx, func(kv.Tx) error { return nil }) == nil {
				runtime.Gosched() // until Close has begun
			}
			ended.Store(true)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	<-closed
	must(t, e.Close())
	_, err := write(ctx, e, "b=1")
	wantErr(t, err, kv.ErrClosed)
	wantErr(t, e.View(ctx, func(kv.Tx) error { return nil }), kv.ErrClosed)
	wantErr(t, e.Backup(ctx, filepath.Join(t.TempDir(), "b")), kv.ErrClosed)
	wantErr(t, e.Trim(ctx, 1), kv.ErrClosed)
	for _, err := range e.Watch(ctx, 0, nil) {
		wantErr(t, err, kv.ErrClosed)
	}
}
