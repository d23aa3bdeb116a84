package store_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// These bytes are on disks: they never change.
func TestOKRecordBytesAreGolden(t *testing.T) {
	h := newHouse(t)
	h.update(func(tx *store.Tx) error {
		return store.ServingIntervals.Put(tx, &storev1.ServingInterval{Start: timestamppb.New(noon)})
	})
	got := h.dump(0x02)
	if len(got) != 1 {
		t.Fatalf("%d records", len(got))
	}
	const key, value = "02f71daba05280", "01" + "8a7e08d0" + "0a0608c0e4f8f105"
	if k, v := hex.EncodeToString(got[0].Key), hex.EncodeToString(got[0].Value); k != key || v != value {
		t.Errorf("stored %s = %s, want %s = %s", k, v, key, value)
	}
}

// furnish stores one of each kind: a table without index, with several, with a unique one, both kinds of chain rows.
func furnish(h *house) {
	h.update(func(tx *store.Tx) error {
		v := &nuov1.Volunteer{
			Name: someone, Unit: "units/court", Branch: "units/court/branches/1", Teams: []string{"teams/tianping"},
			Registrations: []*nuov1.Registration{{Community: "communities/mingzhu", Primary: true}},
		}
		token := &storev1.StoredToken{Hash: []byte{1, 0, 2}, Token: &nuov1.Token{
			Name: "tokens/1", Person: someone, Grants: []*nuov1.Grant{{Role: nuov1.Role_ROLE_UNIT, Scope: "units/court"}},
		}}
		err := errors.Join(
			store.Volunteers.Insert(tx, v),
			store.Persons.Insert(tx, &storev1.StoredPerson{Name: someone, Person: &nuov1.Person{DisplayName: "张三"}}),
			store.Tokens.Insert(tx, token),
		)
		for range 2 {
			err = errors.Join(err, store.AdminEvents.AppendNext(tx, someone,
				func(n uint64, _ store.Link[*storev1.AdminEvent]) *storev1.AdminEvent {
					return &storev1.AdminEvent{Object: someone, Sequence: n, Action: "RegisterVolunteer"}
				}))
		}
		return err
	})
}

// Any flipped bit of any stored value is found by the check, and by the read that meets it, before it is believed.
func TestErrDamagedByAnyFlippedBit(t *testing.T) {
	h := newHouse(t)
	furnish(h)
	if p := h.problems(); len(p) != 0 {
		t.Fatalf("problems before any damage: %v", p)
	}
	for _, p := range h.dump() {
		for bit := range len(p.Value) * 8 {
			p.Value[bit/8] ^= 1 << (bit % 8)
			h.raw(p.Key, p.Value)
			if len(h.problems()) == 0 {
				t.Fatalf("bit %d of the value of %x flipped and not found", bit, p.Key)
			}
			p.Value[bit/8] ^= 1 << (bit % 8)
		}
		h.raw(p.Key, p.Value)
	}
	if p := h.problems(); len(p) != 0 {
		t.Fatalf("problems after all was mended: %v", p)
	}
}

func TestErrDamagedByAnyFlippedBitOfAKey(t *testing.T) {
	h := newHouse(t)
	furnish(h)
	for _, p := range h.dump() {
		h.raw(p.Key, nil)
		for bit := range len(p.Key) * 8 {
			p.Key[bit/8] ^= 1 << (bit % 8)
			h.raw(p.Key, p.Value)
			if len(h.problems()) == 0 {
				t.Fatalf("bit %d of a key flipped to %x and not found", bit, p.Key)
			}
			h.raw(p.Key, nil)
			p.Key[bit/8] ^= 1 << (bit % 8)
		}
		h.raw(p.Key, p.Value)
	}
}

func TestErrDamagedNamesTableAndKeyOnEveryPath(t *testing.T) {
	h := newHouse(t)
	furnish(h)
	for _, p := range h.dump() {
		p.Value[len(p.Value)-1] ^= 1
		h.raw(p.Key, p.Value)
	}
	for name, read := range map[string]func(tx *store.Tx) error{
		"get":    func(tx *store.Tx) error { _, err := store.Volunteers.Get(tx, someone); return err },
		"put":    func(tx *store.Tx) error { return store.Volunteers.Put(tx, &nuov1.Volunteer{Name: someone}) },
		"delete": func(tx *store.Tx) error { return store.Volunteers.Delete(tx, someone) },
		"scan":   func(tx *store.Tx) error { return lastError(store.Volunteers.Scan(tx)) },
		"keys":   func(tx *store.Tx) error { return lastError(store.Volunteers.Keys(tx, store.Range{})) },
		"page":   func(tx *store.Tx) error { _, _, err := store.Volunteers.Page(tx, "", 0); return err },
		"index": func(tx *store.Tx) error {
			return lastError(store.Volunteers.ByIndex(tx, store.VolunteersByUnit, "units/court"))
		},
		"unique index": func(tx *store.Tx) error {
			_, _, err := store.Tokens.FindByIndex(tx, store.TokensByName, "tokens/1")
			return err
		},
		"chain": func(tx *store.Tx) error { return lastError(store.AdminEvents.Scan(tx, someone)) },
		"last":  func(tx *store.Tx) error { _, _, err := store.AdminEvents.Last(tx, someone); return err },
	} {
		err := h.Update(context.Background(), read)
		e, ok := fault.As(err)
		if !ok || e.Reason != nuov1.ErrorReason_ERROR_REASON_DAMAGED || e.Vars["table"] == "" || e.Vars["key"] == "" {
			t.Errorf("%s: %v, want DAMAGED with table and key", name, err)
		}
	}
}

// A page that is told what to do with damage goes on behind it, by records and by an index.
func TestOKPageGoesOnBehindDamage(t *testing.T) {
	h := newHouse(t)
	const unit = "units/court"
	h.update(func(tx *store.Tx) error {
		for i := range 6 {
			v := &nuov1.Volunteer{Name: fmt.Sprintf("volunteers/00000000-0000-4000-8000-00000000000%d", i), Unit: unit}
			if err := store.Volunteers.Insert(tx, v); err != nil {
				return err
			}
		}
		return nil
	})
	n := 0
	for _, p := range h.dump() {
		if p.Key[0] != store.Volunteers.Info().Prefix {
			continue
		}
		if n++; n == 1 || n == 4 || n == 6 { // the first, one between, the last
			p.Value[len(p.Value)-1] ^= 1
			h.raw(p.Key, p.Value)
		}
	}
	for _, q := range []store.Query[*nuov1.Volunteer]{
		{Size: 1}, {Size: 9}, {Index: store.VolunteersByUnit, Prefix: []any{unit}, Size: 1}, {Size: 9, Look: 1},
	} {
		var names, aside []string
		q.Aside = func(err error) {
			e, _ := fault.As(err)
			aside = append(aside, e.Vars["key"])
		}
		for more := true; more; more = q.After != "" {
			h.view(func(tx *store.Tx) error {
				page, next, err := store.Volunteers.Select(tx, q)
				for _, v := range page {
					names = append(names, v.GetName()[len(v.GetName())-1:])
				}
				q.After = next
				return err
			})
		}
		slices.Sort(aside)
		if got := strings.Join(names, ""); got != "124" || len(slices.Compact(aside)) != 3 {
			t.Errorf("%+v: %s, and aside %v", q, got, aside)
		}
	}
}

func lastError[M any](all func(yield func(M, error) bool)) (last error) {
	for _, err := range all {
		last = err
	}
	return last
}
