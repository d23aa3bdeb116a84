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

var (
	// errSettled: the plan is no longer in the state that the work was begun for, and the work is dropped.
	errSettled = errors.New("matching: the plan was given up")
	// errSearch: the plan needs a search, and is for the lane that searches.
	errSearch = errors.New("matching: the plan needs a search")
)

// Work solves plans and makes the offers of plans, in lanes of their own, and forgets what is old. It goes on until ctx
// ends. What it did not finish it begins anew after a stop. A plan that cannot be worked off fails, a defect of this
// program included; what keeps it from being written is tried again. Only a store of which nobody knows what it holds
// ends the work.
func (r *Room) Work(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lanes := r.lanes()
	ended := make(chan error, len(lanes))
	for _, l := range lanes {
		go func() {
			ended <- r.workOn(ctx, l)
			cancel()
		}()
	}
	var err error
	for range lanes {
		err = errors.Join(err, <-ended)
	}
	return err
}

// passing tells whether an error may be gone at the next try.
func passing(err error) bool {
	return fault.Is(err, nuov1.ErrorReason_ERROR_REASON_STORE_FULL) || fault.Is(err, nuov1.ErrorReason_ERROR_REASON_BUSY)
}

// workOff brings one plan as far as it goes, with a search where it needs one.
func (r *Room) workOff(ctx context.Context, m *nuov1.Match) error { return r.workIn(ctx, m, true) }

// workIn brings one plan as far as it goes; errSearch where it needs a search and may not. What is the plan's own fault,
// or a defect that it meets, ends the plan; an error is the machine's.
func (r *Room) workIn(ctx context.Context, m *nuov1.Match, searches bool) error {
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	r.live.begin(m.GetName(), r.clock.Now(), cancel)
	defer r.live.end(m.GetName())
	err := contain(func() error {
		// From here on giving the plan up ends the work; that it was given up before is seen now.
		if err := r.refuseSettled(working, m); err != nil {
			return err
		}
		if m.GetState() == applying {
			return r.applyMatch(working, m)
		}
		return r.solveMatch(working, m, searches)
	})
	switch {
	case err == nil || ctx.Err() != nil || working.Err() != nil || errors.Is(err, errSettled):
		return nil
	case errors.Is(err, errSearch) || lost(err) || passing(err):
		return err
	}
	reason := nuov1.ErrorReason_ERROR_REASON_INTERNAL
	if e, ok := fault.As(err); ok {
		reason = e.Reason
	}
	r.log.ErrorContext(ctx, "a plan failed", slog.String("match", m.GetName()), slog.Any("error", err))
	err = r.breakOff(ctx, m.GetName(), m.GetState(), reason)
	if errors.Is(err, errSettled) {
		return nil
	}
	return err
}

// fail ends a plan that cannot be worked off. One of which offers were made is APPLIED, for they stand; failure says why
// there are no more.
func fail(m *nuov1.Match, reason nuov1.ErrorReason, now time.Time) {
	m.Failure = reason
	if m.GetState() == applying && m.GetOffered() > 0 {
		m.ApplyTime = timestamppb.New(now)
		settle(m, applied, now)
		return
	}
	settle(m, failed, now)
}

// refuseSettled is errSettled where the plan is no longer in the state that it was found in.
func (r *Room) refuseSettled(ctx context.Context, m *nuov1.Match) error {
	return r.store.View(ctx, func(tx *store.Tx) error {
		now, ok, err := store.Matches.Find(tx, m.GetName())
		if err == nil && (!ok || now.GetState() != m.GetState()) {
			err = errSettled
		}
		return err
	})
}

// solveMatch makes a plan and writes it down.
func (r *Room) solveMatch(ctx context.Context, m *nuov1.Match, searches bool) error {
	p, err := r.read(ctx, m, &ownOffers{})
	if err != nil {
		return err
	}
	if p.searched() && !searches {
		return errSearch
	}
	s, err := r.find(ctx, p)
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
