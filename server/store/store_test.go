package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/store"
)

func TestOKTimeAndChanceAreRewoundForATwinRunOnly(t *testing.T) {
	var differences []memkv.Difference
	h := newHouseOn(t, memkv.Config{Twins: true, ConflictRate: 0.5, Seed: 7, OnTwins: func(d memkv.Difference) {
		differences = append(differences, d)
	}})
	h.clock.step = time.Millisecond
	seen := map[string]int{}
	runs := 0
	for range 20 {
		h.update(func(tx *store.Tx) error {
			runs++
			id := tx.NewID()
			seen[fmt.Sprint(tx.Now(), id)]++
			return store.Organisations.Insert(tx, organisation("communities/"+tx.RandomID(), fmt.Sprintf("streets/%x", tx.Random(3))))
		})
	}
	if len(differences) != 0 {
		t.Errorf("twin runs differ: %v", differences)
	}
	if h.engine.Conflicts() == 0 || len(seen) != runs/2 {
		t.Errorf("%d runs with %d conflicts saw %d environments; each real run needs one of its own", runs, h.engine.Conflicts(), len(seen))
	}
}

func TestOKNowIsOneInstantInUTC(t *testing.T) {
	h := newHouse(t)
	h.clock.step = time.Second
	h.clock.now = noon.In(time.FixedZone("CST", 8*3600))
	var one, two time.Time
	h.view(func(tx *store.Tx) error { one, two = tx.Now(), tx.Now(); return nil })
	if !one.Equal(two) || !one.Equal(noon) || one.Location() != time.UTC {
		t.Errorf("%v, %v", one, two)
	}
	if h.Clock() != store.Clock(h.clock) {
		t.Error("the store has another clock")
	}
}

func TestOKIdsAreOfTheirVersionAndNeverTwice(t *testing.T) {
	h := newHouse(t)
	h.clock.step = 300 * time.Nanosecond
	seen := map[string]bool{}
	var ordered []string
	for range 50 {
		var fresh, random []string
		h.view(func(tx *store.Tx) error {
			fresh, random = []string{tx.NewID(), tx.NewID()}, []string{tx.RandomID(), tx.RandomID()}
			return nil
		})
		for i, id := range slices.Concat(fresh, random) {
			u, err := uuid.Parse(id)
			want := []uuid.Version{7, 7, 4, 4}[i]
			if err != nil || u.Version() != want || u.Variant() != uuid.RFC4122 || u.String() != id || seen[id] {
				t.Fatalf("%s: %v, version %d, want %d and new", id, err, u.Version(), want)
			}
			seen[id] = true
		}
		if fresh[0] >= fresh[1] {
			t.Errorf("ids of one call do not ascend: %v", fresh)
		}
		ordered = append(ordered, fresh[0])
		h.clock.move(time.Millisecond)
	}
	if !slices.IsSorted(ordered) {
		t.Error("ids of later calls do not come later")
	}
	seconds, nanos := uuid.MustParse(ordered[0]).Time().UnixTime()
	if got := time.Unix(seconds, nanos).Truncate(time.Millisecond); !got.Equal(noon) {
		t.Errorf("the id says %v, it was %v", got, noon)
	}
}

func TestErrEntropyFails(t *testing.T) {
	s, err := store.Open(memkv.New(memkv.Config{}), store.Config{Clock: &clock{now: noon}, Entropy: strings.NewReader("short")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	id := func(tx *store.Tx) error { _ = tx.RandomID(); return nil }
	if err := s.Update(context.Background(), id); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("update: %v", err)
	}
	if err := s.View(context.Background(), id); !errors.Is(err, io.EOF) {
		t.Errorf("view: %v", err)
	}
}

func TestErrOpenWithoutAClock(t *testing.T) {
	if _, err := store.Open(memkv.New(memkv.Config{}), store.Config{}); err == nil {
		t.Error("opened")
	}
}

func TestErrOfTheClosureIsReturnedAsItIsAndWritesNothing(t *testing.T) {
	h := newHouse(t)
	before := h.position()
	err := h.Update(context.Background(), func(tx *store.Tx) error {
		return errors.Join(store.Organisations.Put(tx, organisation("communities/a", "")), errChangedMind)
	})
	if !errors.Is(err, errChangedMind) || h.position() != before {
		t.Errorf("got %v", err)
	}
}

// engine answers every call with one error.
type engine struct {
	kv.Engine
	err error
}

func (e engine) View(context.Context, func(kv.Tx) error) error { return e.err }
func (e engine) Update(context.Context, func(kv.Tx) error) (kv.Position, error) {
	return 0, e.err
}

func TestErrOfTheEngineHasItsReason(t *testing.T) {
	for err, reason := range map[error]nuov1.ErrorReason{
		kv.ErrFull:     nuov1.ErrorReason_ERROR_REASON_STORE_FULL,
		kv.ErrBusy:     nuov1.ErrorReason_ERROR_REASON_BUSY,
		kv.ErrUnknown:  nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN,
		kv.ErrTooLarge: nuov1.ErrorReason_ERROR_REASON_TOO_LARGE,
		kv.ErrTooOld:   nuov1.ErrorReason_ERROR_REASON_RESUME_TOO_OLD,
	} {
		_, got := store.Open(engine{err: fmt.Errorf("disk: %w", err)}, store.Config{Clock: &clock{}})
		if !fault.Is(got, reason) || !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
	}
	_, got := store.Open(engine{err: kv.ErrClosed}, store.Config{Clock: &clock{}})
	if _, ok := fault.As(got); ok || !errors.Is(got, kv.ErrClosed) {
		t.Errorf("ErrClosed became %v", got)
	}
}

func TestErrTooLargeIsRefusedWhole(t *testing.T) {
	h := newHouse(t)
	err := h.Update(context.Background(), func(tx *store.Tx) error {
		for i := range kv.MaxKeys {
			if err := store.Organisations.Insert(tx, organisation(fmt.Sprintf("communities/%d", i), "")); err != nil {
				return err
			}
		}
		return nil
	})
	if !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_TOO_LARGE) {
		t.Errorf("got %v", err)
	}
}
