//go:build linux

package boltkv_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/boltkv"
)

// TestErrFull fills a bounded file: the refusal is clean, reads go on, and writes do once there is room.
func TestErrFull(t *testing.T) {
	e, _ := fresh(t, boltkv.Config{MaxSize: 24 << 20, FeedPrefixes: [][]byte{{}}})
	n := fill(t, e)
	wantExactly(t, e, n)
	empty(t, e, n)
	must(t, put(e, "after", "1"))
}

// fill writes values of 64 KiB until one is refused, and returns how many were not.
func fill(t *testing.T, e *boltkv.Engine) int {
	value := strings.Repeat("v", 64<<10)
	for n := 0; ; n++ {
		err := put(e, fmt.Sprintf("k%04d", n), value)
		if errors.Is(err, kv.ErrFull) {
			return n
		}
		if err != nil || n > 1000 {
			t.Fatalf("after %d: %v", n, err)
		}
	}
}

// wantExactly checks that the first n keys are there and the refused one is not, and that refusals repeat cleanly.
func wantExactly(t *testing.T, e *boltkv.Engine, n int) {
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := put(e, "big", strings.Repeat("v", 1000<<10)); !errors.Is(err, kv.ErrFull) {
				t.Errorf("a full store: %v", err)
			}
		})
	}
	wg.Wait()
	got := 0
	must(t, e.View(t.Context(), func(tx kv.Tx) error {
		for p, err := range tx.Scan(kv.Range{}) {
			if err != nil {
				return err
			}
			if string(p.Key) != fmt.Sprintf("k%04d", got) {
				return fmt.Errorf("key %d is %q", got, p.Key)
			}
			got++
		}
		return nil
	}))
	if got != n || n == 0 {
		t.Errorf("%d keys, answered were %d", got, n)
	}
}

// empty removes some keys; on a full disk a removal itself needs a few free pages, which earlier commits left.
func empty(t *testing.T, e *boltkv.Engine, n int) {
	for i := range n / 2 {
		_, err := e.Update(t.Context(), func(tx kv.Tx) error { return tx.Delete(fmt.Appendf(nil, "k%04d", i)) })
		must(t, err)
	}
}

// TestErrFullDisk does the same on a small file system that really is full.
func TestErrFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("no right to mount a small file system (TestErrFull bounds the file instead): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(dir, "store")
	e := open(t, path, boltkv.Config{})
	ballast := filepath.Join(dir, "ballast")
	must(t, os.WriteFile(ballast, make([]byte, 1<<20), 0o600))
	n := fill(t, e)
	wantExactly(t, e, n)
	must(t, os.Remove(ballast))
	must(t, put(e, "after", "1"))
	empty(t, e, n)
	must(t, e.Close())
	checkFile(t, path)
}
