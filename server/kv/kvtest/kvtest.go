// Package kvtest holds every engine to the contract of package kv: one suite, run on each.
package kvtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nuo.internal/nuo/server/kv"
)

// Fed is the prefix of the keys that an engine under test must feed to Watch, and no others.
const Fed = "fed/"

// Open opens an empty engine, or one with the content of the named backup. It need not close it.
type Open func(t testing.TB, backup string) kv.Engine

// Run runs the suite on engines that open returns, a new one for every test.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		f    func(*testing.T, Open)
	}{
		{"GetPutDelete", testGetPutDelete},
		{"ReadYourWrites", testReadYourWrites},
		{"ScanMerged", testScanMerged},
		{"ScanWhileWriting", testScanWhileWriting},
		{"Isolation", testIsolation},
		{"Position", testPosition},
		{"ErrReadOnly", testErrReadOnly},
		{"ErrInvalid", testErrInvalid},
		{"ErrDone", testErrDone},
		{"ErrTooLarge", testErrTooLarge},
		{"ErrContext", testErrContext},
		{"Refused", testRefused},
		{"RefusedNeighbours", testRefusedNeighbours},
		{"Panic", testPanic},
		{"Goexit", testGoexit},
		{"Counters", testCounters},
		{"Transfers", testTransfers},
		{"ConflictKey", testConflictKey},
		{"Watch", testWatch},
		{"WatchResumes", testWatchResumes},
		{"WatchErrTooOld", testWatchErrTooOld},
		{"WatchEnds", testWatchEnds},
		{"Backup", testBackup},
		{"BackupUnderLoad", testBackupUnderLoad},
		{"Close", testClose},
		{"Model", testModel},
	} {
		t.Run(c.name, func(t *testing.T) { c.f(t, open) })
	}
}

// scaled is n, or a tenth of it under the race detector.
func scaled(n int) int {
	if race {
		return max(1, n/10)
	}
	return n
}

// start opens an engine that is closed when the test ends, and a context that bounds the test.
func start(t *testing.T, open Open) (context.Context, kv.Engine) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	e := open(t, "")
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return ctx, e
}

// must fails the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantErr fails the test unless err is want.
func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

// write runs an Update of "key=value" and "-key" instructions.
func write(ctx context.Context, e kv.Engine, what ...string) (kv.Position, error) {
	return e.Update(ctx, func(tx kv.Tx) error { return stage(tx, what...) })
}

func stage(tx kv.Tx, what ...string) error {
	for _, w := range what {
		var err error
		if key, ok := strings.CutPrefix(w, "-"); ok {
			err = tx.Delete([]byte(key))
		} else {
			key, value, _ := strings.Cut(w, "=")
			err = tx.Put([]byte(key), []byte(value))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list gives the pairs of r as "key=value" words.
func list(tx kv.Tx, r kv.Range) (string, error) {
	var words []string
	for p, err := range tx.Scan(r) {
		if err != nil {
			return "", err
		}
		words = append(words, fmt.Sprintf("%s=%s", p.Key, p.Value))
	}
	return strings.Join(words, " "), nil
}

// content is everything in e.
func content(ctx context.Context, t testing.TB, e kv.Engine) (all string) {
	t.Helper()
	must(t, e.View(ctx, func(tx kv.Tx) (err error) {
		all, err = list(tx, kv.Range{})
		return err
	}))
	return all
}

// wantContent fails the test unless e holds exactly want.
func wantContent(ctx context.Context, t testing.TB, e kv.Engine, want string) {
	t.Helper()
	if got := content(ctx, t, e); got != want {
		t.Fatalf("content %q, want %q", got, want)
	}
}

// each runs f(0) to f(n-1) at the same time and waits for all.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// ranged is the range from start to end, "" being no bound.
func ranged(start, end string, reverse bool) kv.Range {
	r := kv.Range{Reverse: reverse}
	if start != "" {
		r.Start = []byte(start)
	}
	if end != "" {
		r.End = []byte(end)
	}
	return r
}

// words joins keys for comparison.
func words(keys [][]byte) string {
	var w []string
	for _, k := range keys {
		w = append(w, string(k))
	}
	slices.Sort(w)
	return strings.Join(w, " ")
}
