package server

import (
	"context"
	"time"

	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// janitorSteps is how many steps of what is due are done before the janitor looks around.
const janitorSteps = 100

// janitor does what falls due where no verb comes by: it works the due-queue off, sleeps until the next entry's time,
// and wakes when one is entered. After a stop it catches up; doing a step twice does no harm.
type janitor struct{ *house }

func (w *janitor) Work(ctx context.Context) error {
	entered := make(chan struct{}, 1)
	go w.listen(ctx, entered)
	for ctx.Err() == nil {
		worked, next, err := lifecycle.RunDue(ctx, w.store, janitorSteps)
		switch {
		case ctx.Err() != nil:
			continue // told to stop: the loop ends
		case err != nil && !passing(err):
			return err
		case err != nil:
			next = w.clock.Now().Add(time.Second)
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
