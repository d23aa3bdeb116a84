package matching

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// lane works off plans, one after another, the oldest first. There are three, side by side, so that nobody's offers and
// no plan that is made at once wait for a search of minutes:
//
//	offers    makes the offers of plans
//	quick     solves what needs no search: FILL, STABLE, and ROSTER with one shift each
//	searches  solves the rest, one search at a time: each is one goroutine's work, whatever the plan says of seconds
//
// Whether ROSTER with one shift each needs a search, because people come in crews, is known when it has been read: the
// quick lane then hands it over.
type lane struct {
	state nuov1.MatchState
	takes func(*nuov1.Match) bool
	// searches is false where a plan that needs a search is handed over.
	searches bool
	// forgets what is old, beside.
	forgets bool
	// woken tells of a plan that was handed over, beside what is written.
	woken <-chan struct{}

	sweep time.Time
	// aside are plans that could not be worked off, by name, with when they are tried again.
	aside map[string]time.Time
	// told are the damaged records that the log has.
	told map[string]bool
}

func (r *Room) lanes() []*lane {
	quick := func(m *nuov1.Match) bool {
		return m.GetMethod() != roster || m.GetShiftsEach() == 1 && !r.live.handed(m)
	}
	all := []*lane{
		{state: applying, takes: func(*nuov1.Match) bool { return true }, searches: true},
		{state: solving, takes: quick, forgets: true},
		{state: solving, takes: func(m *nuov1.Match) bool { return !quick(m) }, searches: true, woken: r.searches},
	}
	for _, l := range all {
		l.aside, l.told, l.sweep = map[string]time.Time{}, map[string]bool{}, r.clock.Now()
	}
	return all
}

// contain makes an error of a defect: what one plan meets must not end the work of all others.
func contain(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = rpc.Panic(v, debug.Stack())
		}
	}()
	return f()
}

// workOn works off the plans of a lane.
func (r *Room) workOn(ctx context.Context, l *lane) error {
	changes := r.changes(ctx, 0, "")
	for ctx.Err() == nil {
		var worked bool
		err := contain(func() (err error) {
			worked, err = r.turn(ctx, l)
			return err
		})
		switch {
		case ctx.Err() != nil: // told to stop: the loop ends
		case lost(err):
			return err
		case err != nil:
			r.log.WarnContext(ctx, "plans wait", slog.Any("error", err))
			again := r.clock.Now().Add(retryAfter)
			if !passing(err) {
				again = r.clock.Now().Add(retryLater)
			}
			r.wait(ctx, changes, l.woken, again)
		case !worked:
			r.wait(ctx, changes, l.woken, l.wakes())
		}
	}
	return nil
}

// lost tells that nobody knows what the store holds, or that it is closed.
func lost(err error) bool { return errors.Is(err, kv.ErrUnknown) || errors.Is(err, kv.ErrClosed) }

// wakes is when there is something to do though nothing was written.
func (l *lane) wakes() time.Time {
	at := l.sweep
	for _, again := range l.aside {
		if again.Before(at) {
			at = again
		}
	}
	return at
}

// turn brings one plan of the lane on; false where there is none. A plan that could not be worked off stands aside for a
// while, and the others go on.
func (r *Room) turn(ctx context.Context, l *lane) (worked bool, err error) {
	now := r.clock.Now()
	if !now.Before(l.sweep) {
		l.sweep = now.Add(sweepEvery)
		if l.forgets {
			if err := r.forget(ctx); err != nil {
				return false, err
			}
		}
	}
	m, err := r.next(ctx, l)
	if m == nil || err != nil {
		return false, err
	}
	err = contain(func() error { return r.workIn(ctx, m, l.searches) })
	switch {
	case errors.Is(err, errSearch):
		r.handOver(m)
		err = nil
	case err != nil && ctx.Err() == nil && !lost(err) && !passing(err):
		r.log.ErrorContext(ctx, "a plan stands aside", slog.String("match", m.GetName()), slog.Any("error", err))
		l.aside[m.GetName()] = now.Add(retryLater)
		err = nil
	}
	return true, err
}

// handOver gives a plan to the lane that searches.
func (r *Room) handOver(m *nuov1.Match) {
	r.live.handOver(m.GetName())
	select {
	case r.searches <- struct{}{}:
	default:
	}
}

// next is the oldest plan of a lane, nil for none. One that cannot be read is told and left out.
func (r *Room) next(ctx context.Context, l *lane) (next *nuov1.Match, err error) {
	now := r.clock.Now()
	for name, again := range l.aside {
		if !now.Before(again) {
			delete(l.aside, name)
		}
	}
	var damaged []error
	err = r.store.View(ctx, func(tx *store.Tx) error {
		next, damaged = nil, nil
		page, _, err := store.Matches.Select(tx, store.Query[*nuov1.Match]{
			Index: store.MatchesByState, Prefix: []any{uint64(l.state)}, Size: 1,
			Aside: func(err error) { damaged = append(damaged, err) },
			Keep: func(m *nuov1.Match) (bool, error) {
				_, aside := l.aside[m.GetName()]
				return !aside && l.takes(m), nil
			},
		})
		if len(page) > 0 {
			next = page[0]
		}
		return err
	})
	for _, broken := range damaged {
		if !l.told[broken.Error()] {
			l.told[broken.Error()] = true
			r.log.ErrorContext(ctx, "a plan cannot be read and lies", slog.Any("error", broken))
		}
	}
	return next, err
}

func (r *Room) wait(ctx context.Context, changes, woken <-chan struct{}, until time.Time) {
	select {
	case <-ctx.Done():
	case <-changes:
	case <-woken:
	case <-r.clock.Until(until):
	}
}
