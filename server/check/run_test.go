package check_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/check"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/boltkv"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

func onDisk(t testing.TB) kv.Engine {
	t.Helper()
	engine, err := boltkv.Open(filepath.Join(t.TempDir(), "store"), boltkv.Config{FeedPrefixes: store.FeedPrefixes()})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

// crowd enrols n people beside those of the day and opens shifts for them, far apart.
func (w *world) crowd(n, shifts int) (people, opened []string) {
	w.t.Helper()
	for from := 0; from < n; from += 50 {
		w.do(func(tx *store.Tx) error {
			for i := from; i < min(from+50, n); i++ {
				if err := enrol(tx, person(1000+i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for i := range n {
		people = append(people, person(1000+i))
	}
	for i := range shifts {
		opened = append(opened, fmt.Sprintf("shifts/crowd-%d", i))
		w.do(func(tx *store.Tx) error { return openLike(tx, gate, opened[i], 24*(i+2), int32(n)) })
	}
	return people, opened
}

// claimAll has each of these people claim each of these shifts, in large steps.
func (w *world) claimAll(people, shifts []string) {
	w.t.Helper()
	const step = 20
	for _, shift := range shifts {
		for from := 0; from < len(people); from += step {
			w.do(func(tx *store.Tx) error {
				for _, p := range people[from:min(from+step, len(people))] {
					if _, err := claimOf(tx, p, shift); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
}

func claimOf(tx *store.Tx, volunteer, shift string) (*nuov1.Contract, error) {
	return lifecycle.Claim(tx, as(volunteer), &nuov1.ClaimShiftRequest{
		Shift: shift, Volunteer: volunteer, Revision: 1, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING,
	})
}

// TestOKRunBesideWriters: a run that takes many transactions finds nothing wrong with a store that is written to
// meanwhile, and tells how far it is.
func TestOKRunBesideWriters(t *testing.T) {
	w := newWorld(t, onDisk(t)).play()
	people, shifts := w.crowd(200, 4)
	w.claimAll(people, shifts[:2])
	ctx, stop := context.WithCancel(context.Background())
	var writers sync.WaitGroup
	writers.Go(func() {
		for i := 0; i < len(people) && ctx.Err() == nil; i++ {
			for _, shift := range shifts[2:] {
				w.do(func(tx *store.Tx) error { _, err := claimOf(tx, people[i], shift); return err })
			}
		}
	})
	for range 3 {
		var last check.Progress
		parts := 0
		err := check.Run(t.Context(), w.Store, func(p check.Problem) { t.Error(p) }, func(p check.Progress) {
			if parts++; p.Keys < last.Keys || p.Records < last.Records || p.Table == "" {
				t.Errorf("%+v after %+v", p, last)
			}
			last = p
		})
		if err != nil || parts < 5 || last.Records < 2000 || last.Keys <= last.Records {
			t.Errorf("%v, %d parts, %+v", err, parts, last)
		}
	}
	stop()
	writers.Wait()
	w.clean()
}

// TestErrCanceled: a run ends with its context.
func TestErrCanceled(t *testing.T) {
	w := newWorld(t, onDisk(t)).play()
	w.crowd(600, 0)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	parts := 0
	err := check.Run(ctx, w.Store, func(check.Problem) {}, func(check.Progress) {
		parts++
		cancel()
	})
	if !errors.Is(err, context.Canceled) || parts != 1 {
		t.Errorf("%v after %d parts", err, parts)
	}
}

// BenchmarkRun checks contracts on disk: 200 people on each shift, 50 shifts a person.
func BenchmarkRun(b *testing.B) {
	w := newWorld(b, onDisk(b)).play()
	people, shifts := w.crowd(200, 50)
	w.claimAll(people, shifts)
	records := int64(0)
	for b.Loop() {
		err := check.Run(b.Context(), w.Store, func(p check.Problem) { b.Fatal(p) }, func(p check.Progress) { records = p.Records })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(len(people)*len(shifts))*float64(b.N)/b.Elapsed().Seconds(), "contracts/s")
}
