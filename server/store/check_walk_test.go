package store_test

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// parts checks in transactions of so many keys.
func (h *house) parts(limit int) (problems []store.Problem, records int, keys int64) {
	var at store.CheckCursor
	for !at.Done() {
		var next store.CheckCursor
		h.view(func(tx *store.Tx) (err error) {
			next, err = store.CheckPart(tx, at, limit, store.CheckVisitor{
				Problem: func(p store.Problem) { problems = append(problems, p) },
				Record:  func(store.Record) error { records++; return nil },
			})
			return err
		})
		at = next
	}
	return problems, records, at.Keys()
}

func TestOKPartsOfACheckFindWhatTheWholeDoes(t *testing.T) {
	h := newHouse(t)
	furnish(h)
	h.update(func(tx *store.Tx) error {
		for range 5 {
			if err := act(tx, "units/court", "Do"); err != nil {
				return err
			}
		}
		return nil
	})
	if p, records, keys := h.parts(1); len(p) != 0 || records == 0 || keys != int64(len(h.dump())) {
		t.Fatalf("%v, %d records, %d keys of %d", p, records, keys, len(h.dump()))
	}
	h.raw(h.dump(0x0e)[2].Key, nil)
	h.raw(h.dump(0x21)[0].Key, nil)
	h.raw(h.dump(0x05)[0].Key, []byte("harm"))
	whole := h.problems()
	if len(whole) < 3 {
		t.Fatalf("found %v", whole)
	}
	for _, limit := range []int{1, 2, 3, 1000} {
		if got, _, _ := h.parts(limit); !slices.Equal(got, whole) {
			t.Errorf("with %d keys a part: %v, want %v", limit, got, whole)
		}
	}
}

func TestOKCheckTellsTheEventBefore(t *testing.T) {
	h := newHouse(t)
	var hash []byte
	h.update(func(tx *store.Tx) error {
		first, err := store.ContractEvents.Append(tx, "contracts/a", 1, nil, &nuov1.ContractEvent{Sequence: 1})
		if err != nil {
			return err
		}
		hash = first
		_, err = store.ContractEvents.Append(tx, "contracts/a", 2, first, &nuov1.ContractEvent{Sequence: 2})
		return err
	})
	var seen []store.Record
	h.view(func(tx *store.Tx) error {
		_, err := store.CheckPart(tx, store.CheckCursor{}, 1000, store.CheckVisitor{
			Problem: func(p store.Problem) { t.Error(p) },
			Record: func(r store.Record) error {
				if r.Owner == "contracts/a" {
					seen = append(seen, r)
				}
				return nil
			},
		})
		return err
	})
	if len(seen) != 2 || seen[0].Previous != nil || !slices.Equal(seen[1].Previous, hash) || seen[1].Sequence != 2 ||
		!proto.Equal(seen[1].Message, &nuov1.ContractEvent{Sequence: 2}) {
		t.Errorf("%+v", seen)
	}
}
