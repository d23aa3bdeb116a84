package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// janitorSteps is how many steps of what is due are done before the janitor looks around.
const janitorSteps = 100

// janitorPause is how long the janitor waits where the queue itself cannot be read.
const janitorPause = time.Minute

// janitor does what falls due where no verb comes by: it works the due-queue off, sleeps until the next entry's time,
// and wakes when one is entered. After a stop it catches up; doing a step twice does no harm. An entry that cannot be
// worked off is logged and put off: neither the others nor the server wait for it. Only a store of which nobody knows
// what it holds ends the work, and with it the server.
type janitor struct{ *house }

func (w *janitor) Work(ctx context.Context) error {
	entered := make(chan struct{}, 1)
	go w.listen(ctx, entered)
	for ctx.Err() == nil {
		worked, next, err := lifecycle.RunDue(ctx, w.store, janitorSteps, w.putOff)
		switch {
		case ctx.Err() != nil:
			continue // told to stop: the loop ends
		case errors.Is(err, kv.ErrUnknown) || errors.Is(err, kv.ErrClosed):
			return err
		case err != nil:
			next = w.clock.Now().Add(time.Second)
			if !passing(err) {
				next = w.clock.Now().Add(janitorPause)
				w.log.ErrorContext(ctx, "the due-queue cannot be worked off", slog.Any("error", err))
			}
		case worked == janitorSteps:
			continue
		}
		select {
		case <-ctx.Done():
		case <-entered:
		case <-w.until(next):
		}
	}
	return nil
}

// putOff logs an entry that could not be worked off.
func (w *janitor) putOff(object string, err error, again time.Time) {
	w.log.Error("what is due could not be done and was put off",
		slog.String("object", object), slog.Time("until", again), slog.Any("error", err))
}

// until is when to come back; never, where nothing is planned.
func (w *janitor) until(next time.Time) <-chan struct{} {
	if next.IsZero() {
		return nil
	}
	return w.clock.Until(next)
}

// listen tells of entries that are made in the due-queue, several at once as one. It ends with ctx or the store.
func (w *janitor) listen(ctx context.Context, entered chan<- struct{}) {
	var after store.Position
	if err := w.store.View(ctx, func(tx *store.Tx) error { after = tx.Position(); return nil }); err != nil {
		return
	}
	for _, err := range w.store.Watch(ctx, after, store.DueEntries) {
		if err != nil {
			return
		}
		select {
		case entered <- struct{}{}:
		default:
		}
	}
}
