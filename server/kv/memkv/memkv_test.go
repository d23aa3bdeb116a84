package memkv_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/kvtest"
	"nuo.internal/nuo/server/kv/memkv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opener gives the suite engines of one configuration.
func opener(c memkv.Config) kvtest.Open {
	return func(t testing.TB, backup string) kv.Engine {
		c := c
		c.FeedPrefixes = [][]byte{[]byte(kvtest.Fed)}
		c.OnTwins = func(d memkv.Difference) { t.Error(d) }
		if backup == "" {
			return memkv.New(c)
		}
		e, err := memkv.Load(backup, c)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
}

func TestSuite(t *testing.T) {
	for name, c := range map[string]memkv.Config{
		"plain":     {},
		"conflicts": {ConflictRate: 0.3, Seed: 1, Poison: true},
		"twins":     {Twins: true},
	} {
		t.Run(name, func(t *testing.T) { kvtest.Run(t, opener(c)) })
	}
}

func put(tx kv.Tx, key, value string) error { return tx.Put([]byte(key), []byte(value)) }

func TestConflictRate(t *testing.T) {
	e := memkv.New(memkv.Config{ConflictRate: 0.5, Seed: 7})
	defer e.Close()
	runs := 0
	for range 1000 {
		if _, err := e.Update(t.Context(), func(tx kv.Tx) error { runs++; return put(tx, "a", "1") }); err != nil {
			t.Fatal(err)
		}
	}
	if runs < 1800 || runs > 2200 || e.Conflicts() != uint64(runs-1000) {
		t.Errorf("%d runs, %d conflicts", runs, e.Conflicts())
	}
}

// TestPhantom shows the hazard that the package keeps: two closures that scan an empty range and write no common key
// both succeed.
func TestPhantom(t *testing.T) {
	e := memkv.New(memkv.Config{})
	defer e.Close()
	runs := 0
	outer := func(tx kv.Tx) error {
		runs++
		for p, err := range tx.Scan(kv.Prefix([]byte("list/"))) {
			t.Errorf("found %q, %v", p.Key, err)
		}
		if runs == 1 {
			if _, err := e.Update(t.Context(), func(tx kv.Tx) error { return put(tx, "list/x", "1") }); err != nil {
				return err
			}
		}
		return put(tx, "list/y", "1")
	}
	if _, err := e.Update(t.Context(), outer); err != nil || runs != 1 {
		t.Errorf("%d runs, %v: a phantom was seen", runs, err)
	}
}

// TestConflict changes a key between another closure's read and its commit.
func TestConflict(t *testing.T) {
	for name, read := range map[string]func(kv.Tx){
		"get":  func(tx kv.Tx) { _, _ = tx.Get([]byte("a")) },
		"scan": func(tx kv.Tx) { _ = firstOf(tx) },
	} {
		t.Run(name, func(t *testing.T) {
			e := memkv.New(memkv.Config{})
			defer e.Close()
			mustPut(t, e, "a", "0")
			mustPut(t, e, "b", "0")
			runs := 0
			_, err := e.Update(t.Context(), func(tx kv.Tx) error {
				read(tx)
				if runs++; runs == 1 {
					mustPut(t, e, "a", "1")
				}
				if runs == 2 {
					mustPut(t, e, "b", "1") // read by neither: no conflict
				}
				return put(tx, "c", "1")
			})
			if err != nil || runs != 2 {
				t.Errorf("%d runs, %v", runs, err)
			}
		})
	}
}

func firstOf(tx kv.Tx) error {
	for _, err := range tx.Scan(kv.Range{}) {
		return err
	}
	return nil
}

func mustPut(t *testing.T, e kv.Engine, key, value string) {
	t.Helper()
	if _, err := e.Update(context.Background(), func(tx kv.Tx) error { return put(tx, key, value) }); err != nil {
		t.Fatal(err)
	}
}

// TestTwins shows that a closure which differs from run to run is told of.
func TestTwins(t *testing.T) {
	var got []memkv.Difference
	e := memkv.New(memkv.Config{Twins: true, OnTwins: func(d memkv.Difference) { got = append(got, d) }})
	defer e.Close()
	n, twins := 0, 0
	for _, key := range []string{"same", "value", "key", "error"} {
		_, _ = e.Update(t.Context(), func(tx kv.Tx) error {
			n++
			if kv.Twin(tx) {
				twins++
			}
			odd := string(rune('0' + n%2))
			switch key {
			case "value":
				return put(tx, "value", odd)
			case "key":
				return put(tx, "key"+odd, "1")
			case "error":
				if n%2 == 0 {
					return kv.ErrBusy
				}
			}
			return put(tx, "same", "1")
		})
	}
	if len(got) != 3 || string(got[0].Key) != "value" || string(got[1].Key) != "key0" || got[2].Key != nil {
		t.Errorf("told of %v", got)
	}
	if twins != 4 {
		t.Errorf("%d of 4 second runs were marked", twins)
	}
}
