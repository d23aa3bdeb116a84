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
		e.Close()
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

// slowSync gives a Config.OnSync that reports each sync on begun and ends it when told to on end.
func slowSync() (onSync func() error, begun chan struct{}, end chan error) {
	begun, end = make(chan struct{}), make(chan error)
	return func() error {
		begun <- struct{}{}
		return <-end
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
