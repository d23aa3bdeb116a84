package store_test

import (
	"bytes"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	"nuo.internal/nuo/server/store"
)

func TestOKRequestIsFoundForADayAndPurgedAfterwards(t *testing.T) {
	h := newHouse(t)
	caller, id := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{0}, 32)
	found := func() (ok bool) {
		h.view(func(tx *store.Tx) (err error) { _, ok, err = store.FindRequest(tx, caller, id); return err })
		return ok
	}
	purge := func() (n int) {
		h.update(func(tx *store.Tx) (err error) { n, err = store.PurgeRequests(tx, 10); return err })
		return n
	}
	if found() {
		t.Fatal("found before it was made")
	}
	h.update(func(tx *store.Tx) error {
		return store.Requests.Insert(tx, &storev1.Request{
			Day: store.RequestDay(tx.Now()), Caller: caller, Id: id, CreateTime: timestamppb.New(tx.Now()),
		})
	})
	for _, step := range []struct {
		move   time.Duration
		found  bool
		purged int
	}{
		{0, true, 0},
		{store.RequestLife - 1, true, 0},          // still found over the day's end
		{1, false, 0},                             // 24 h later it counts no more
		{19*time.Hour + 59*time.Minute, false, 0}, // and is kept until its day is over for all
		{time.Minute, false, 1},                   // the second midnight after it
		{time.Hour, false, 0},
	} {
		h.clock.move(step.move)
		if got, n := found(), purge(); got != step.found || n != step.purged {
			t.Errorf("at %v: found %v, purged %d, want %v, %d", h.clock.Now(), got, n, step.found, step.purged)
		}
	}
	if p := h.dump(0x0a); len(p) != 0 {
		t.Errorf("%d left", len(p))
	}
}

func TestOKPurgeStopsAtItsLimitAndGoesOn(t *testing.T) {
	h := newHouse(t)
	for i := range 25 {
		h.update(func(tx *store.Tx) error {
			return store.Requests.Insert(tx, &storev1.Request{Caller: []byte{1}, Id: []byte{byte(i)}})
		})
	}
	for _, want := range []int{10, 10, 5, 0} {
		var n int
		h.update(func(tx *store.Tx) (err error) { n, err = store.PurgeRequests(tx, 10); return err })
		if n != want {
			t.Errorf("purged %d, want %d", n, want)
		}
	}
}

func TestOKFileNamesHideTheNameInTheKey(t *testing.T) {
	h := newHouse(t)
	h.update(func(tx *store.Tx) error {
		return store.FileNames.Insert(tx, &storev1.FileName{Namespace: "districts/jiaojiang", Name: "张三", Resource: someone})
	})
	h.view(func(tx *store.Tx) error {
		f, ok, err := store.FileNames.Find(tx, store.FileNameKey("districts/jiaojiang", "张三")...)
		if !ok || f.GetResource() != someone {
			t.Errorf("%v, %v, %v", f, ok, err)
		}
		return err
	})
	for _, p := range h.dump(0x0c) {
		if bytes.Contains(p.Key, []byte("张三")) {
			t.Error("a name stands in a key")
		}
	}
}
