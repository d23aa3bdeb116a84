package server

import (
	"context"
	"log/slog"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

const (
	// sweepEvery is how often what is old is forgotten.
	sweepEvery = time.Hour
	// feedKept is how long the feed is kept, from which streams resume.
	feedKept = 7 * 24 * time.Hour
	// servingEvery is how exactly it is known until when the server served.
	servingEvery = time.Minute
)

// every runs f now and then each time that much has passed on the clock, until ctx ends. The period counts from before
// f: what passes while f runs, as when a clock is moved, is not waited for once more.
func every(ctx context.Context, clock Clock, period time.Duration, f func(context.Context) error) error {
	for {
		next := clock.Now().Add(period)
		err := f(ctx)
		if ctx.Err() == nil && err != nil && !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-clock.Until(next):
		}
	}
}

// passing tells whether an error may be gone at the next try: a full disk, a full queue.
func passing(err error) bool {
	return fault.Is(err, nuov1.ErrorReason_ERROR_REASON_STORE_FULL) || fault.Is(err, nuov1.ErrorReason_ERROR_REASON_BUSY)
}

// housekeeping forgets what nobody may ask for any more: kept answers after their day, the feed after a week. Where the
// feed stood a week ago it knows from having looked each hour; after a start it waits a week before it trims.
type housekeeping struct{ *house }

type mark struct {
	time     time.Time
	position store.Position
}

func (w *housekeeping) Work(ctx context.Context) error {
	var marks []mark
	return every(ctx, w.clock, sweepEvery, func(ctx context.Context) error {
		purged, err := call.Purge(ctx, w.store)
		if err != nil {
			return err
		}
		if purged > 0 {
			w.log.InfoContext(ctx, "kept answers forgotten", slog.Int("requests", purged))
		}
		now := mark{time: w.clock.Now()}
		if err := w.store.View(ctx, func(tx *store.Tx) error { now.position = tx.Position(); return nil }); err != nil {
			return err
		}
		marks = append(marks, now)
		var old *mark
		for len(marks) > 0 && now.time.Sub(marks[0].time) >= feedKept {
			old, marks = &marks[0], marks[1:]
		}
		if old == nil {
			return nil
		}
		return w.store.Trim(ctx, old.position)
	})
}

// serving notes in the store from when to when the server served: nobody is marked absent by the system for hours in
// which nobody could check in.
type serving struct {
	*house

	since time.Time
}

// begin notes the beginning, which is done before anybody is answered.
func (w *serving) begin(ctx context.Context) error {
	w.since = w.clock.Now()
	return w.note(ctx)
}

func (w *serving) Work(ctx context.Context) error {
	begun := false
	err := every(ctx, w.clock, servingEvery, func(ctx context.Context) error {
		if !begun { // noted by begin
			begun = true
			return nil
		}
		return w.note(ctx)
	})
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	// That the last instant cannot be noted is no failure of the stop: a minute is lost.
	if failed := w.note(last); failed != nil {
		w.log.WarnContext(ctx, "the end of serving was not noted", slog.Any("error", failed))
	}
	return err
}

func (w *serving) note(ctx context.Context) error {
	return w.store.Update(ctx, func(tx *store.Tx) error {
		return store.ServingIntervals.Put(tx, &storev1.ServingInterval{Start: timestamppb.New(w.since), End: timestamppb.New(tx.Now())})
	})
}
