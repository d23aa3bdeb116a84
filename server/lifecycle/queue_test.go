package lifecycle

import (
	"context"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// runAside works the due-queue off and names what was put off.
func (w *world) runAside() (aside []string, again time.Time) {
	w.t.Helper()
	_, _, err := RunDue(context.Background(), w.store, 100, func(object string, err error, t time.Time) {
		if err == nil {
			w.t.Errorf("%s is put off for nothing", object)
		}
		aside, again = append(aside, object), t
	})
	must0(w.t, err)
	return aside, again
}

func TestOKWhatCannotBeWorkedOffIsPutOffAndTheOthersGoOn(t *testing.T) {
	w := newWorld(t)
	var shifts []string
	var waits []*nuov1.Contract
	for i, name := range []string{"a", "b", "c"} { // a wait ends at each one's start
		s := w.shift(name, "2020-02-10 08:0"+string(rune('0'+i)), "2020-02-10 12:00", 1)
		w.claims(w.volunteer("holds-"+name), s)
		shifts, waits = append(shifts, s), append(waits, w.claims(w.volunteer("waits-"+name), s))
	}
	lost := waits[1]
	w.do(func(tx *store.Tx) error { return store.Contracts.Delete(tx, lost.GetName()) })
	w.clock.now = instant("2020-02-10 08:05")
	aside, again := w.runAside()
	if !slices.Equal(aside, shifts[1:2]) || !again.Equal(w.clock.now.Add(time.Minute)) {
		t.Fatalf("put off: %v until %v", aside, again)
	}
	w.is(waits[0].GetName(), expired, nuov1.ReasonCode_REASON_CODE_STILL_WAITING)
	w.is(waits[2].GetName(), expired, nuov1.ReasonCode_REASON_CODE_STILL_WAITING)
	w.do(func(tx *store.Tx) error { // the queue and the shift say the same
		slots, err := store.Slots.Get(tx, shifts[1])
		if err != nil || !slots.GetDueTime().AsTime().Equal(again) {
			t.Errorf("the shift is due %v, %v", slots.GetDueTime().AsTime(), err)
		}
		e, err := store.DueEntries.Get(tx, again, uint64(storev1.DueKind_DUE_KIND_SHIFT), shifts[1])
		if e.GetFailures() != 1 {
			t.Errorf("entry %v", e)
		}
		return err
	})
	w.clock.now = again
	if aside, again = w.runAside(); len(aside) != 1 || !again.Equal(w.clock.now.Add(2*time.Minute)) {
		t.Fatalf("the second time: %v until %v", aside, again)
	}
	w.do(func(tx *store.Tx) error { return store.Contracts.Put(tx, lost) })
	w.clock.now = again
	if aside, _ = w.runAside(); len(aside) != 0 {
		t.Fatalf("mended, and put off: %v", aside)
	}
	w.is(lost.GetName(), expired, nuov1.ReasonCode_REASON_CODE_STILL_WAITING)
	w.clean()
}

func TestErrDefectOfOneEntryIsContained(t *testing.T) {
	if err := contain(func() error { panic("13800000000") }); err == nil {
		t.Fatal("a panic went on")
	}
}

// What is never mended is tried at most once an hour, and a verb that plans the shift anew begins again.
func TestOKPuttingOffEndsAtAnHour(t *testing.T) {
	w := newWorld(t)
	ghost := id("ghost")
	w.do(func(tx *store.Tx) error {
		return store.DueEntries.Put(tx, &storev1.DueEntry{
			Time: timestamppb.New(tx.Now()), Kind: storev1.DueKind_DUE_KIND_VOLUNTEER, Object: ghost,
		})
	})
	var waits []time.Duration
	for range 8 {
		aside, again := w.runAside()
		if !slices.Equal(aside, []string{ghost}) {
			t.Fatalf("put off: %v", aside)
		}
		waits = append(waits, again.Sub(w.clock.now))
		w.clock.now = again
	}
	m := time.Minute
	if want := []time.Duration{m, 2 * m, 4 * m, 8 * m, 16 * m, 32 * m, time.Hour, time.Hour}; !slices.Equal(waits, want) {
		t.Fatalf("waits %v, want %v", waits, want)
	}
}
