package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/store"
)

var errChangedMind = errors.New("changed my mind")

// model is what a table should hold: every operation is done to both.
type model map[string]*nuov1.Volunteer

// drawVolunteer draws a record with few names, units and teams, so that operations meet.
func drawVolunteer(t *rapid.T) *nuov1.Volunteer {
	n := rapid.IntRange(0, 9).Draw(t, "n")
	v := &nuov1.Volunteer{Name: fmt.Sprintf("volunteers/%08d-0000-4000-8000-000000000000", n)}
	v.Unit = rapid.SampledFrom([]string{"", "units/a", "units/b"}).Draw(t, "unit")
	v.Teams = rapid.SliceOfN(rapid.SampledFrom([]string{"teams/x", "teams/y", "teams/z"}), 0, 3).Draw(t, "teams")
	return v
}

// apply does one drawn operation to the transaction and to the model.
func (m model) apply(t *rapid.T, tx *store.Tx, operation string, v *nuov1.Volunteer) {
	var err error
	switch operation {
	case "put":
		err = store.Volunteers.Put(tx, v)
		m[v.GetName()] = v
	case "insert":
		err = store.Volunteers.Insert(tx, v)
		if m[v.GetName()] != nil {
			if !fault.Is(err, exists) {
				t.Fatalf("insert of what is there: %v", err)
			}
			return
		}
		m[v.GetName()] = v
	case "delete":
		err = store.Volunteers.Delete(tx, v.GetName())
		delete(m, v.GetName())
	}
	if err != nil {
		t.Fatal(err)
	}
	m.compare(t, tx)
}

// compare reads everything on every path.
func (m model) compare(t *rapid.T, tx *store.Tx) {
	all := slices.Sorted(maps.Keys(m))
	m.same(t, "scan", store.Volunteers.Scan(tx), all)
	for _, unit := range []string{"units/a", "units/b"} {
		m.same(t, unit, store.Volunteers.ByIndex(tx, store.VolunteersByUnit, unit), m.where(all,
			func(v *nuov1.Volunteer) bool { return v.GetUnit() == unit }))
	}
	for _, team := range []string{"teams/x", "teams/y", "teams/z"} {
		m.same(t, team, store.Volunteers.ByIndex(tx, store.VolunteersByTeam, team), m.where(all,
			func(v *nuov1.Volunteer) bool { return slices.Contains(v.GetTeams(), team) }))
	}
}

func (m model) where(all []string, f func(*nuov1.Volunteer) bool) []string {
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !f(m[name]) })
}

func (m model) same(t *rapid.T, path string, got func(func(*nuov1.Volunteer, error) bool), want []string) {
	i := 0
	for v, err := range got {
		if err != nil || i == len(want) || !proto.Equal(v, m[want[i]]) {
			t.Fatalf("%s: record %d is %v, %v; want of %v", path, i, v, err, want)
		}
		i++
	}
	if i != len(want) {
		t.Fatalf("%s: %d records, want %v", path, i, want)
	}
}

// Transactions of several operations, some of which change their mind, leave what a map of messages holds, on an
// engine that runs each closure twice, throws runs away as if they had met conflicts, and overwrites what was kept.
func TestOKTableIsAMapWithIndexes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHouseOn(t, memkv.Config{Twins: true, Poison: true, ConflictRate: 0.2})
		m := model{}
		for range rapid.IntRange(1, 8).Draw(t, "transactions") {
			var operations []string
			var volunteers []*nuov1.Volunteer
			for range rapid.IntRange(1, 5).Draw(t, "operations") {
				operations = append(operations, rapid.SampledFrom([]string{"put", "put", "insert", "delete"}).Draw(t, "operation"))
				volunteers = append(volunteers, drawVolunteer(t))
			}
			var refused error
			if rapid.IntRange(0, 4).Draw(t, "changes mind") == 0 {
				refused = errChangedMind
			}
			var after model
			err := h.Update(context.Background(), func(tx *store.Tx) error {
				after = maps.Clone(m)
				for i, o := range operations {
					after.apply(t, tx, o, volunteers[i])
				}
				return refused
			})
			if !errors.Is(err, refused) {
				t.Fatal(err)
			}
			if refused == nil {
				m = after
			}
			h.view(func(tx *store.Tx) error { m.compare(t, tx); return nil })
		}
		if p := h.problems(); len(p) != 0 {
			t.Fatalf("problems %v", p)
		}
	})
}

// Two writers of one record never lose an update: on an optimistic engine the record itself is the conflict key.
func TestOKConcurrentWritersLoseNothing(t *testing.T) {
	h := newHouse(t)
	town(h)
	const writers, rounds = 8, 20
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range rounds {
				err := h.Update(context.Background(), func(tx *store.Tx) error {
					o, err := store.Organisations.Get(tx, "communities/a")
					if err != nil {
						return err
					}
					o.Address += "x"
					return errors.Join(store.Organisations.Put(tx, o), act(tx, "communities/a", "UpdateOrganisation"))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	h.view(func(tx *store.Tx) error {
		o, err := store.Organisations.Get(tx, "communities/a")
		if len(o.GetAddress()) != writers*rounds {
			t.Errorf("%d of %d writes are there", len(o.GetAddress()), writers*rounds)
		}
		return err
	})
	if links, err := chained(h, "communities/a"); err != nil || len(links) != writers*rounds {
		t.Errorf("%d events, %v", len(links), err)
	}
	if p := h.problems(); len(p) != 0 {
		t.Errorf("problems %v", p)
	}
}
