package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/store"
)

const (
	firstPutOff = time.Minute // of an entry that could not be worked off; twice as long each time
	maxPutOff   = time.Hour
)

// Aside is told of an entry of the due-queue that could not be worked off: what it is due for, why, and when it is
// tried again.
type Aside func(object string, err error, again time.Time)

// RunDue works off what is due now, in the order of time, at most limit steps of at most 50 contracts each, one
// transaction a step. It answers how many it did and when to come back (zero: nothing is planned). An entry that
// cannot be worked off is put off, for longer each time, aside is told, and the others go on; without aside its error
// is answered. What is the store's and no entry's fault is answered always: full, busy, closed, unknown.
func RunDue(ctx context.Context, s *store.Store, limit int, aside Aside) (worked int, next time.Time, err error) {
	for ; worked < limit; worked++ {
		var entry *storev1.DueEntry
		err := s.Update(ctx, func(tx *store.Tx) error {
			var err error
			if entry, next, err = nextDue(tx); err != nil || entry == nil {
				return err
			}
			return contain(func() error { return runEntry(tx, entry) })
		})
		if entry != nil && err != nil && aside != nil && ofEntry(ctx, err) {
			var again time.Time
			failed := s.Update(ctx, func(tx *store.Tx) (err error) {
				again, err = putOff(tx, entry)
				return err
			})
			if failed == nil {
				aside(entry.GetObject(), err, again)
			}
			err = failed
		}
		if err != nil || entry == nil {
			return worked, next, err
		}
	}
	return worked, next, nil
}

// ofEntry tells whether the entry is at fault, not the store nor a caller who stops.
func ofEntry(ctx context.Context, err error) bool {
	for _, r := range []nuov1.ErrorReason{
		nuov1.ErrorReason_ERROR_REASON_STORE_FULL, nuov1.ErrorReason_ERROR_REASON_BUSY, nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN,
	} {
		if fault.Is(err, r) {
			return false
		}
	}
	return ctx.Err() == nil && !errors.Is(err, kv.ErrClosed) && !errors.Is(err, kv.ErrUnknown)
}

// contain makes an error of a defect: what one entry meets must not end the work of all others.
func contain(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("lifecycle: panic: %T\n%s", v, debug.Stack()) // its text may hold anything
		}
	}()
	return f()
}

// nextDue is the first entry that is due, or nil and when the first will be.
func nextDue(tx *store.Tx) (*storev1.DueEntry, time.Time, error) {
	for e, err := range store.DueEntries.Scan(tx) {
		if err != nil {
			return nil, time.Time{}, err
		}
		t := e.GetTime().AsTime()
		if tx.Now().Before(t) {
			return nil, t, nil
		}
		return e, t, nil
	}
	return nil, time.Time{}, nil
}

// putOff moves an entry that could not be worked off to a later time, and with it what its shift says of it. One that
// a verb has moved meanwhile is left alone.
func putOff(tx *store.Tx, e *storev1.DueEntry) (again time.Time, err error) {
	wait := maxPutOff
	if n := e.GetFailures(); n < 6 {
		wait = min(firstPutOff<<n, maxPutOff)
	}
	again = tx.Now().Add(wait)
	ok, err := store.DueEntries.Has(tx, e.GetTime(), uint64(e.GetKind()), e.GetObject())
	if err != nil || !ok {
		return again, err
	}
	if err := deleteDue(tx, e); err != nil {
		return again, err
	}
	if e.GetKind() == storev1.DueKind_DUE_KIND_SHIFT {
		ok, err := putOffShift(tx, e, again)
		if err != nil || !ok {
			return again, err
		}
	}
	return again, store.DueEntries.Put(tx, &storev1.DueEntry{
		Time: timestamppb.New(again), Kind: e.GetKind(), Object: e.GetObject(), After: e.GetAfter(), Failures: e.GetFailures() + 1,
	})
}

// putOffShift has the shift's counts say when it is looked at again; not where they ask for another time. Counts that
// cannot be read say nothing.
func putOffShift(tx *store.Tx, e *storev1.DueEntry, again time.Time) (bool, error) {
	slots, ok, err := store.Slots.Find(tx, e.GetObject())
	switch {
	case fault.Is(err, nuov1.ErrorReason_ERROR_REASON_DAMAGED):
		return true, nil
	case err != nil || !ok:
		return false, err
	case slots.GetDueTime() == nil || !slots.GetDueTime().AsTime().Equal(e.GetTime().AsTime()):
		return false, nil
	}
	slots.DueTime = timestamppb.New(again)
	slots.Version++
	return true, store.Slots.Put(tx, slots)
}
