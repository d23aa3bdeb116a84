package store_test

import (
	"slices"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

func TestErrCheckNamesWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		harm  func(h *house)
		table string
		text  string
	}{
		"entry is missing": {
			func(h *house) { h.raw(h.dump(0x21)[0].Key, nil) },
			"volunteer by unit", "record without its index entry, or with another one",
		},
		"record is missing": {
			func(h *house) { h.raw(h.dump(0x03)[0].Key, nil) },
			"organisation by parent", "index entry without its record",
		},
		"entry is an older record's": {
			func(h *house) {
				entry := h.dump(0x21)[0]
				h.update(func(tx *store.Tx) error {
					return store.Volunteers.Put(tx, &nuov1.Volunteer{Name: someone, Unit: "units/other"})
				})
				h.raw(entry.Key, entry.Value)
			},
			"volunteer by unit", "index entry that its record does not ask for",
		},
		"record stands under another's key": {
			func(h *house) { h.raw(append(h.dump(0x05)[0].Key, 'x'), h.dump(0x05)[0].Value) },
			"person", "",
		},
		"key of no table": {func(h *house) { h.raw([]byte{0xff, 'x'}, []byte("y")) }, "no table", "key of no table"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			furnish(h)
			h.update(func(tx *store.Tx) error { return store.Organisations.Insert(tx, organisation("units/court", "")) })
			if p := h.problems(); len(p) != 0 {
				t.Fatalf("before the harm: %v", p)
			}
			c.harm(h)
			if !slices.ContainsFunc(h.problems(), func(p store.Problem) bool {
				return p.Table == c.table && (c.text == "" || p.Text == c.text)
			}) {
				t.Errorf("found %+v, want %s: %s", h.problems(), c.table, c.text)
			}
		})
	}
}

func TestOKCheckStopsWhereItsReaderStops(t *testing.T) {
	h := newHouse(t)
	furnish(h)
	for _, p := range h.dump() {
		if p.Key[0] != 0x01 {
			h.raw(p.Key, []byte("harm"))
		}
	}
	h.view(func(tx *store.Tx) error {
		n := 0
		for _, err := range store.CheckTables(tx) {
			if n++; n == 2 || err != nil {
				break
			}
		}
		if n != 2 {
			t.Errorf("%d problems", n)
		}
		return nil
	})
}
