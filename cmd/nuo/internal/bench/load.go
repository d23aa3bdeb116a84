package bench

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// measure is what one row of load found.
type measure struct {
	calls    int
	rate     float64 // calls a second
	p50, p99 time.Duration
	err      error // the first that a call returned
}

// drive makes calls from that many callers for a while. do is given the number of the call, which no other has; it
// answers false when there is nothing left to do.
func drive(ctx context.Context, callers int, lasts time.Duration, do func(ctx context.Context, caller, n int) (bool, error)) measure {
	ctx, cancel := context.WithTimeout(ctx, lasts+20*time.Second)
	defer cancel()
	var next atomic.Int64
	var failed atomic.Pointer[error]
	took := make([][]time.Duration, callers)
	start := time.Now()
	var wg sync.WaitGroup
	for caller := range callers {
		wg.Go(func() {
			for time.Since(start) < lasts && failed.Load() == nil {
				began := time.Now()
				more, err := do(ctx, caller, int(next.Add(1)-1))
				if err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				if !more {
					return
				}
				took[caller] = append(took[caller], time.Since(began))
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(start)
	all := slices.Concat(took...)
	m := measure{calls: len(all), rate: float64(len(all)) / elapsed.Seconds()}
	if e := failed.Load(); e != nil {
		m.err = *e
	}
	if len(all) > 0 {
		slices.Sort(all)
		m.p50, m.p99 = all[len(all)/2], all[len(all)*99/100]
	}
	return m
}
