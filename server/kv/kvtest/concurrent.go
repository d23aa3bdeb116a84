package kvtest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"nuo.internal/nuo/server/kv"
)

var errRefused = errors.New("refused")

// number reads a counter.
func number(tx kv.Tx, key string) (uint64, error) {
	v, err := tx.Get([]byte(key))
	if err != nil || v == nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(v), nil
}

func setNumber(tx kv.Tx, key string, n uint64) error {
	return tx.Put([]byte(key), binary.BigEndian.AppendUint64(nil, n))
}

func add(tx kv.Tx, key string, n uint64) error {
	old, err := number(tx, key)
	if err != nil {
		return err
	}
	return setNumber(tx, key, old+n)
}

func testRefused(t *testing.T, open Open) {
	ctx, e := start(t, open)
	_, err := write(ctx, e, "a=1")
	must(t, err)
	_, err = e.Update(ctx, func(tx kv.Tx) error {
		if err := stage(tx, "a=2", "b=2"); err != nil {
			return err
		}
		return fmt.Errorf("because: %w", errRefused)
	})
	wantErr(t, err, errRefused)
	wantContent(ctx, t, e, "a=1")
}

// testRefusedNeighbours lets many closures fail among many that succeed; only the latter's effects may remain.
func testRefusedNeighbours(t *testing.T, open Open) {
	ctx, e := start(t, open)
	n := scaled(200)
	each(16, func(i int) {
		for j := range n {
			refuse := (i+j)%3 == 0
			_, err := e.Update(ctx, func(tx kv.Tx) error {
				if err := add(tx, "sum", 1); err != nil {
					return err
				}
				if refuse {
					return errRefused
				}
				return add(tx, fmt.Sprintf("own/%d", i), 1)
			})
			if refuse != errors.Is(err, errRefused) || (!refuse && err != nil) {
				t.Errorf("refuse %v: %v", refuse, err)
			}
		}
	})
	must(t, e.View(ctx, func(tx kv.Tx) error {
		sum, err := number(tx, "sum")
		if err != nil {
			return err
		}
		for i := range 16 {
			own, err := number(tx, fmt.Sprintf("own/%d", i))
			if err != nil {
				return err
			}
			sum -= own
		}
		if sum != 0 {
			t.Errorf("the sum is %d more than its parts", int64(sum))
		}
		return nil
	}))
}

func testPanic(t *testing.T, open Open) {
	ctx, e := start(t, open)
	panics := func(i int) (value any) {
		defer func() { value = recover() }()
		_, _ = e.Update(ctx, func(tx kv.Tx) error {
			if err := stage(tx, fmt.Sprintf("bad/%d=1", i)); err != nil {
				return err
			}
			panic("oh no")
		})
		return nil
	}
	each(8, func(i int) {
		for range scaled(30) {
			if i%2 == 0 {
				if v := panics(i); !strings.Contains(fmt.Sprint(v), "oh no") {
					t.Errorf("panic arrived as %v", v)
				}
			} else if _, err := write(ctx, e, fmt.Sprintf("good/%d=1", i)); err != nil {
				t.Errorf("a panic's neighbour: %v", err)
			}
		}
	})
	wantContent(ctx, t, e, "good/1=1 good/3=1 good/5=1 good/7=1")
}

// testGoexit ends the closure as a test's FailNow does: the caller's goroutine ends, the engine goes on.
func testGoexit(t *testing.T, open Open) {
	ctx, e := start(t, open)
	var returned atomic.Bool
	each(4, func(int) {
		_, _ = e.Update(ctx, func(tx kv.Tx) error {
			_ = stage(tx, "a=1")
			runtime.Goexit()
			return nil
		})
		returned.Store(true)
	})
	if returned.Load() {
		t.Error("the caller went on")
	}
	_, err := write(ctx, e, "b=1")
	must(t, err)
	wantContent(ctx, t, e, "b=1")
}

func testCounters(t *testing.T, open Open) {
	ctx, e := start(t, open)
	n := scaled(200)
	each(16, func(i int) {
		for range n {
			_, err := e.Update(ctx, func(tx kv.Tx) error {
				return errors.Join(add(tx, "all", 1), add(tx, fmt.Sprintf("of/%d", i%4), 1))
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
	must(t, e.View(ctx, func(tx kv.Tx) error {
		for key, want := range map[string]int{"all": 16 * n, "of/0": 4 * n, "of/3": 4 * n} {
			if got, err := number(tx, key); err != nil || got != uint64(want) {
				t.Errorf("%s = %d, %v, want %d", key, got, err, want)
			}
		}
		return nil
	}))
}

// testTransfers moves money between accounts, refusing what is not covered, while readers add everything up.
func testTransfers(t *testing.T, open Open) {
	const accounts, total = 10, 1000
	ctx, e := start(t, open)
	name := func(i int) string { return fmt.Sprintf("account/%d", i) }
	_, err := e.Update(ctx, func(tx kv.Tx) error {
		for i := range accounts {
			if err := setNumber(tx, name(i), total/accounts); err != nil {
				return err
			}
		}
		return nil
	})
	must(t, err)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() { addUp(ctx, t, e, stop, total) })
	}
	n := scaled(150)
	each(8, func(i int) {
		r := rand.New(rand.NewPCG(uint64(i), 7)) //nolint:gosec // repeatable, and no secret
		for range n {
			from, to, sum := name(r.IntN(accounts)), name(r.IntN(accounts)), uint64(r.IntN(80))
			if err := transfer(ctx, e, from, to, sum); err != nil && !errors.Is(err, errRefused) {
				t.Error(err)
			}
		}
	})
	close(stop)
	readers.Wait()
}

func transfer(ctx context.Context, e kv.Engine, from, to string, sum uint64) error {
	_, err := e.Update(ctx, func(tx kv.Tx) error {
		have, err := number(tx, from)
		if err != nil {
			return err
		}
		if err := setNumber(tx, from, have-sum); err != nil {
			return err
		}
		if have < sum {
			return errRefused
		}
		return add(tx, to, sum)
	})
	return err
}

func addUp(ctx context.Context, t *testing.T, e kv.Engine, stop <-chan struct{}, want uint64) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		err := e.View(ctx, func(tx kv.Tx) error {
			sum := uint64(0)
			for p, err := range tx.Scan(kv.Prefix([]byte("account/"))) {
				if err != nil {
					return err
				}
				sum += binary.BigEndian.Uint64(p.Value)
			}
			if sum != want {
				t.Errorf("a view adds up to %d, want %d", sum, want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
			return
		}
	}
}

// testConflictKey fills a list of three places, found by scanning it, under a conflict key: the rule by which callers
// stay correct on an engine that does not see phantoms.
func testConflictKey(t *testing.T, open Open) {
	ctx, e := start(t, open)
	for round := range scaled(20) {
		prefix := fmt.Sprintf("list/%d/", round)
		var won atomic.Int32
		each(12, func(i int) {
			_, err := e.Update(ctx, func(tx kv.Tx) error {
				if err := add(tx, "conflict", 1); err != nil {
					return err
				}
				taken := 0
				for _, err := range tx.Scan(kv.Prefix([]byte(prefix))) {
					if taken++; err != nil {
						return err
					}
				}
				if taken >= 3 {
					return errRefused
				}
				return stage(tx, fmt.Sprintf("%s%d=1", prefix, i))
			})
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, errRefused) {
				t.Error(err)
			}
		})
		if won.Load() != 3 {
			t.Fatalf("round %d: %d of 3 places were given", round, won.Load())
		}
	}
}
