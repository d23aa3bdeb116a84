package matching

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/store"
)

const (
	// sweepEvery is how often what is old is forgotten.
	sweepEvery = time.Hour
	// retryAfter is how long a plan waits that a full disk or a full queue kept from being written, retryLater where
	// the plans themselves cannot be read.
	retryAfter, retryLater = time.Second, time.Minute
	// keepStep is how many placements one transaction writes: two keys each.
	keepStep = 300
)

// errSettled: the plan is no longer in the state that the work was begun for, and the work is dropped.
var errSettled = errors.New("matching: the plan was given up")

// Work solves plans, one after another, and beside that makes the offers of plans, one after another, so that nobody's
// offers wait for a long search; and it forgets what is old. It goes on until ctx ends. What it did not finish it begins
// anew after a stop. A plan that cannot be worked off fails, and what keeps it from being written is tried again; only a
// store of which nobody knows what it holds ends the work.
func (r *Room) Work(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	solved := make(chan error, 1)
	go func() {
		solved <- r.workOn(ctx, solving)
		cancel()
	}()
	err := r.workOn(ctx, applying)
	cancel()
	return errors.Join(err, <-solved)
}

// workOn works off the plans in a state.
func (r *Room) workOn(ctx context.Context, state nuov1.MatchState) error {
	changes := r.changes(ctx, 0, "")
	sweep := r.clock.Now()
	for ctx.Err() == nil {
		worked, err := r.turn(ctx, state, &sweep)
		switch {
		case ctx.Err() != nil: // told to stop: the loop ends
		case errors.Is(err, kv.ErrUnknown) || errors.Is(err, kv.ErrClosed):
			return err
		case err != nil:
			r.log.WarnContext(ctx, "plans wait", slog.Any("error", err))
			again := r.clock.Now().Add(retryAfter)
			if !passing(err) {
				again = r.clock.Now().Add(retryLater)
			}
			r.wait(ctx, changes, again)
		case !worked:
			r.wait(ctx, changes, sweep)
		}
	}
	return nil
}

// turn brings one plan in the state on; false where there is none. Who solves forgets what is old, when it is time to.
func (r *Room) turn(ctx context.Context, state nuov1.MatchState, sweep *time.Time) (worked bool, err error) {
	if now := r.clock.Now(); !now.Before(*sweep) {
		*sweep = now.Add(sweepEvery)
		if state == solving {
			err = r.forget(ctx)
		}
		if err != nil {
			return false, err
		}
	}
	m, err := r.next(ctx, state)
	if m == nil || err != nil {
		return false, err
	}
	return true, r.workOff(ctx, m)
}

// passing tells whether an error may be gone at the next try.
func passing(err error) bool {
	return fault.Is(err, nuov1.ErrorReason_ERROR_REASON_STORE_FULL) || fault.Is(err, nuov1.ErrorReason_ERROR_REASON_BUSY)
}

func (r *Room) wait(ctx context.Context, changes <-chan struct{}, until time.Time) {
	select {
	case <-ctx.Done():
	case <-changes:
	case <-r.clock.Until(until):
	}
}

// next is the oldest plan in a state, nil for none.
func (r *Room) next(ctx context.Context, state nuov1.MatchState) (next *nuov1.Match, err error) {
	err = r.store.View(ctx, func(tx *store.Tx) error {
		next = nil
		for m, err := range store.Matches.ByIndex(tx, store.MatchesByState, uint64(state)) {
			next = m
			return err
		}
		return nil
	})
	return next, err
}

// workOff brings one plan as far as it goes. What is the plan's own fault ends it as FAILED; an error is the machine's.
func (r *Room) workOff(ctx context.Context, m *nuov1.Match) error {
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	r.live.begin(m.GetName(), r.clock.Now(), cancel)
	defer r.live.end(m.GetName())
	work := r.solveMatch
	if m.GetState() == applying {
		work = r.applyMatch
	}
	err := work(working, m)
	switch {
	case err == nil || ctx.Err() != nil || working.Err() != nil || errors.Is(err, errSettled):
		return nil
	case errors.Is(err, kv.ErrUnknown) || errors.Is(err, kv.ErrClosed) || passing(err):
		return err
	}
	reason := failureOf(err)
	if e, ok := fault.As(err); ok {
		reason = e.Reason
	}
	if reason == 0 {
		reason = nuov1.ErrorReason_ERROR_REASON_INTERNAL
	}
	r.log.ErrorContext(ctx, "a plan failed", slog.String("match", m.GetName()), slog.Any("error", err))
	return r.update(ctx, m.GetName(), m.GetState(), func(tx *store.Tx, m *nuov1.Match) error {
		m.Failure = reason
		settle(m, failed, tx.Now())
		return nil
	})
}

// solveMatch makes a plan and writes it down.
func (r *Room) solveMatch(ctx context.Context, m *nuov1.Match) error {
	s, err := r.solve(ctx, m, &ownOffers{})
	if err != nil {
		return err
	}
	made := s.fingerprint()
	return r.keep(ctx, m, s.placements(1, 1), func(tx *store.Tx, m *nuov1.Match) error {
		s.tell(m)
		m.Rounds = 1
		m.SolveTime = timestamppb.New(tx.Now())
		settle(m, proposed, tx.Now())
		w, err := workOf(tx, m.GetName())
		if err != nil {
			return err
		}
		w.Fingerprint = made
		return store.MatchWorks.Put(tx, w)
	})
}

// keep writes placements down, in steps, and then changes the plan's record with done. They are numbered behind those
// that the record counts; what an earlier, interrupted try left behind those goes first, so that a restart leaves no
// stranger. Who reads sees them from done on.
func (r *Room) keep(
	ctx context.Context, m *nuov1.Match, placements []*storev1.StoredPlacement, done func(*store.Tx, *nuov1.Match) error,
) error {
	r.live.note(m.GetName(), func(p *nuov1.Match) { p.Phase = nuov1.MatchPhase_MATCH_PHASE_STORING })
	before := uint64(m.GetPlacements())
	for n := keepStep; n == keepStep; {
		err := r.update(ctx, m.GetName(), m.GetState(), func(tx *store.Tx, m *nuov1.Match) (err error) {
			n, err = purge(tx, m.GetName(), before+1)
			return err
		})
		if err != nil {
			return err
		}
	}
	for i := 0; i < len(placements); i += keepStep {
		part := placements[i:min(i+keepStep, len(placements))]
		err := r.update(ctx, m.GetName(), m.GetState(), func(tx *store.Tx, _ *nuov1.Match) error {
			for _, p := range part {
				if err := store.Placements.Put(tx, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return r.update(ctx, m.GetName(), m.GetState(), func(tx *store.Tx, m *nuov1.Match) error {
		m.Placements = int32(before) + int32(len(placements))
		return done(tx, m)
	})
}

// purge removes placements of a plan from a number on, as many as one step may, and tells how many.
func purge(tx *store.Tx, match string, from uint64) (n int, err error) {
	var numbers []uint64
	for p, err := range store.Placements.Range(tx, store.Range{Prefix: []any{match}, From: []any{from}}) {
		if err != nil {
			return 0, err
		}
		if numbers = append(numbers, p.GetNumber()); len(numbers) == keepStep {
			break
		}
	}
	for _, number := range numbers {
		if err := store.Placements.Delete(tx, match, number); err != nil {
			return 0, err
		}
	}
	return len(numbers), nil
}

// update is one step of the work: it changes the plan's record and what belongs to it in a transaction, as long as the
// plan is in this state. The record that f is handed is the stored one, of now.
func (r *Room) update(
	ctx context.Context, name string, state nuov1.MatchState, f func(*store.Tx, *nuov1.Match) error,
) error {
	return r.store.Update(ctx, func(tx *store.Tx) error {
		m, err := store.Matches.Get(tx, name)
		if err != nil {
			return err
		}
		if m.GetState() != state {
			return errSettled
		}
		if err := f(tx, m); err != nil {
			return err
		}
		if err := store.Matches.Touch(tx, name); err != nil { // the conflict key of what belongs to the plan
			return err
		}
		return store.Matches.Put(tx, m)
	})
}
