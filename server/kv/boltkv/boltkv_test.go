package boltkv_test

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/boltkv"
	"nuo.internal/nuo/server/kv/kvtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestSuite runs the contract's suite; after each test the file itself is verified.
func TestSuite(t *testing.T) {
	for name, c := range map[string]boltkv.Config{"plain": {}, "poison": {Poison: true}} {
		t.Run(name, func(t *testing.T) {
			kvtest.Run(t, func(t testing.TB, backup string) kv.Engine {
				path := backup
				if path == "" {
					path = filepath.Join(t.TempDir(), "store")
				}
				c := c
				c.FeedPrefixes = [][]byte{[]byte(kvtest.Fed)}
				e := open(t, path, c)
				t.Cleanup(func() { checkFile(t, path) })
				return e
			})
		})
	}
}

func open(t testing.TB, path string, c boltkv.Config) *boltkv.Engine {
	t.Helper()
	e, err := boltkv.Open(path, c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// checkFile verifies the pages of a store that nobody has open.
func checkFile(t testing.TB, path string) {
	t.Helper()
	e, err := boltkv.Open(path, boltkv.Config{ReadOnly: true})
	if err != nil {
		t.Error(err)
		return
	}
	defer e.Close()
	if err := e.CheckPages(context.Background()); err != nil {
		t.Error(err)
	}
}

// fresh opens a new store that is closed, and its file verified, when the test ends.
func fresh(t testing.TB, c boltkv.Config) (*boltkv.Engine, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store")
	e := open(t, path, c)
	t.Cleanup(func() {
		must(t, e.Close())
		checkFile(t, path)
	})
	return e, path
}

func put(e kv.Engine, key, value string) error {
	_, err := e.Update(context.Background(), func(tx kv.Tx) error { return tx.Put([]byte(key), []byte(value)) })
	return err
}

func get(t testing.TB, e kv.Engine, key string) (value string) {
	t.Helper()
	err := e.View(context.Background(), func(tx kv.Tx) error {
		v, err := tx.Get([]byte(key))
		value = string(v)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return value
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits until cond holds.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// slowSync gives a Config.OnSync that reports each sync on begun and ends it when told to on end, or when the test
// is over.
func slowSync(t *testing.T) (onSync func() error, begun chan struct{}, end chan error) {
	begun, end = make(chan struct{}), make(chan error)
	return func() error {
		select {
		case begun <- struct{}{}:
		case <-t.Context().Done():
			return nil
		}
		select {
		case err := <-end:
			return err
		case <-t.Context().Done():
			return nil
		}
	}, begun, end
}

// TestReopen: what was answered is there, and positions go on, in a new process.
func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	var last kv.Position
	for i := range 5 {
		e := open(t, path, boltkv.Config{FeedPrefixes: [][]byte{{'k'}}})
		p, err := e.Update(t.Context(), func(tx kv.Tx) error {
			if tx.Position() != last {
				t.Errorf("reopened at %d, want %d", tx.Position(), last)
			}
			return tx.Put([]byte("k"+strconv.Itoa(i)), []byte("v"))
		})
		must(t, err)
		last = p
		if i == 2 {
			must(t, e.Trim(t.Context(), 0))
		}
		must(t, e.Close())
	}
	e := open(t, path, boltkv.Config{})
	defer e.Close()
	n := 0
	for c, err := range e.Watch(t.Context(), 0, nil) {
		must(t, err)
		if n++; c.Position == last {
			break
		}
	}
	if n != 5 {
		t.Errorf("%d changes after reopening", n)
	}
}

// TestLongFeed: a feed longer than one read or one trim takes.
func TestLongFeed(t *testing.T) {
	const n = 1100
	e, _ := fresh(t, boltkv.Config{FeedPrefixes: [][]byte{{'k'}}})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for i := range n {
		must(t, put(e, "k", strconv.Itoa(i)))
	}
	count := func(after kv.Position) (changes int) {
		for c, err := range e.Watch(ctx, after, nil) {
			must(t, err)
			if changes++; c.Position == n {
				break
			}
		}
		return changes
	}
	if got := count(0); got != n {
		t.Errorf("%d changes, want %d", got, n)
	}
	must(t, e.Trim(t.Context(), n-10))
	if got := count(n - 10); got != 10 {
		t.Errorf("%d changes after trimming, want 10", got)
	}
	if got := e.Stats(); got.Position != n || got.Updates != n || got.Bytes == 0 {
		t.Errorf("trimming changed the position, or the figures are wrong: %+v", got)
	}
}

// TestPoison: a slice that is kept after its closure shows.
func TestPoison(t *testing.T) {
	e, _ := fresh(t, boltkv.Config{Poison: true})
	must(t, put(e, "a", "good"))
	var kept [][]byte
	keep := func(tx kv.Tx) error {
		v, err := tx.Get([]byte("a"))
		kept = append(kept, v)
		for p, err := range tx.Scan(kv.Range{}) {
			must(t, err)
			kept = append(kept, p.Key, p.Value)
		}
		return err
	}
	must(t, e.View(t.Context(), keep))
	_, err := e.Update(t.Context(), keep)
	must(t, err)
	for _, k := range kept {
		if len(k) == 0 || k[0] != 0xdb {
			t.Errorf("a kept slice still reads %q", k)
		}
	}
}
