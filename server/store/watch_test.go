package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

func TestOKWatchTellsKeysOfAFedTableFromAPositionOn(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var from store.Position
	h.view(func(tx *store.Tx) error { from = tx.Position(); return nil })
	for _, shift := range []string{"shifts/1", "shifts/2", "shifts/1"} {
		h.update(func(tx *store.Tx) error {
			return errors.Join(
				store.Organisations.Put(tx, organisation("communities/a", shift)),
				store.Shifts.Put(tx, &nuov1.Shift{Name: shift, Etag: tx.RandomID()}),
			)
		})
	}
	var got []string
	var last error
	for c, err := range h.Watch(ctx, from, store.Shifts) {
		if last = err; err != nil {
			break
		}
		for _, key := range c.Keys {
			got = append(got, key[0].(string))
		}
		if from = c.Position; len(got) == 3 {
			cancel()
		}
	}
	if !slices.Equal(got, []string{"shifts/1", "shifts/2", "shifts/1"}) || !errors.Is(last, context.Canceled) {
		t.Errorf("watched %v, ended by %v", got, last)
	}
	if err := h.Trim(context.Background(), from); err != nil {
		t.Fatal(err)
	}
	for _, err := range h.Watch(context.Background(), 1, store.Shifts) {
		if !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_RESUME_TOO_OLD) {
			t.Errorf("from before the trim: %v", err)
		}
		break
	}
}

func TestErrWatchOfATableThatIsNotFed(t *testing.T) {
	h := newHouse(t)
	if lastError(h.Watch(context.Background(), 0, store.Organisations)) == nil {
		t.Error("watched")
	}
}
