package place_test

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

type stopped struct{ at time.Time }

func (c stopped) Now() time.Time                  { return c.at }
func (c stopped) Until(time.Time) <-chan struct{} { return nil }

// open is a store with one district, its street and a community in it.
func open(t *testing.T, policy *nuov1.DistrictPolicy) *store.Store {
	t.Helper()
	engine := memkv.New(memkv.Config{})
	s, err := store.Open(engine, store.Config{Clock: stopped{time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	const district, street = "districts/jiaojiang", "streets/jiazhi"
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		for _, o := range []*nuov1.Organisation{
			{Name: district, District: district, Policy: policy},
			{Name: street, Parent: district, District: district},
			{Name: "communities/mingzhu", Parent: street, Street: street, District: district},
		} {
			if err := store.Organisations.Insert(tx, o); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOKAncestorsAndPolicyOfWhatIsStored(t *testing.T) {
	s := open(t, &nuov1.DistrictPolicy{Grace: durationpb.New(20 * time.Minute)})
	err := s.View(t.Context(), func(tx *store.Tx) error {
		within, err := place.Ancestors(tx, "communities/mingzhu")
		if want := []string{"communities/mingzhu", "streets/jiazhi", "districts/jiaojiang"}; !slices.Equal(within, want) {
			t.Errorf("within %v (%v), want %v", within, err, want)
		}
		p, err := place.PolicyOf(tx, within[len(within)-1])
		if p.Grace != 20*time.Minute || p.OfferLife != 24*time.Hour {
			t.Errorf("policy %+v", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestErrNotFoundUnknownOrganisation(t *testing.T) {
	err := open(t, nil).View(t.Context(), func(tx *store.Tx) error {
		if _, err := place.PolicyOf(tx, "districts/other"); !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND) {
			t.Errorf("policy: %v, want NOT_FOUND", err)
		}
		_, err := place.Ancestors(tx, "communities/other")
		return err
	})
	if !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND) {
		t.Errorf("%v, want NOT_FOUND", err)
	}
}

func BenchmarkEffective(b *testing.B) {
	stated := &nuov1.DistrictPolicy{TimeZone: "Asia/Urumqi"}
	for b.Loop() {
		if _, err := place.Effective(stated); err != nil {
			b.Fatal(err)
		}
	}
}
