package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

const (
	notFound  = nuov1.ErrorReason_ERROR_REASON_NOT_FOUND
	exists    = nuov1.ErrorReason_ERROR_REASON_ALREADY_EXISTS
	badCursor = nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN
)

func organisation(name, parent string) *nuov1.Organisation {
	return &nuov1.Organisation{Name: name, Parent: parent, DisplayName: "明珠"}
}

// town stores a street, its communities and a compound.
func town(h *house) {
	h.update(func(tx *store.Tx) error {
		return errors.Join(
			store.Organisations.Insert(tx, organisation("streets/jiazhi", "districts/jiaojiang")),
			store.Organisations.Insert(tx, organisation("communities/c", "streets/jiazhi")),
			store.Organisations.Insert(tx, organisation("communities/a", "streets/jiazhi")),
			store.Organisations.Insert(tx, organisation("communities/b", "streets/other")),
			store.Organisations.Insert(tx, organisation("communities/a/compounds/1", "communities/a")),
		)
	})
}

// names collects what an iterator yields.
func names[M interface{ GetName() string }](h *house, f func(tx *store.Tx) func(func(M, error) bool)) (all []string) {
	h.t.Helper()
	h.view(func(tx *store.Tx) error {
		all = []string{}
		for m, err := range f(tx) {
			if err != nil {
				return err
			}
			all = append(all, m.GetName())
		}
		return nil
	})
	return all
}

func TestOKTableGivesBackWhatWasPutAndNeverTheSameMessage(t *testing.T) {
	h := newHouse(t)
	town(h)
	want := organisation("communities/a", "streets/jiazhi")
	h.view(func(tx *store.Tx) error {
		one, err := store.Organisations.Get(tx, "communities/a")
		if err != nil || !proto.Equal(one, want) {
			t.Errorf("got %v, %v, want %v", one, err, want)
		}
		one.DisplayName = "changed"
		two, ok, err := store.Organisations.Find(tx, "communities/a")
		if err != nil || !ok || !proto.Equal(two, want) {
			t.Errorf("a change of one answer shows in the next: %v, %v, %v", two, ok, err)
		}
		return nil
	})
}

func TestErrNotFoundNamesTheKey(t *testing.T) {
	h := newHouse(t)
	h.view(func(tx *store.Tx) error {
		_, err := store.Organisations.Get(tx, "communities/nowhere")
		if e, ok := fault.As(err); !ok || e.Reason != notFound || e.Vars["name"] != "communities/nowhere" {
			t.Errorf("got %v", err)
		}
		_, ok, err := store.Organisations.Find(tx, "communities/nowhere")
		has, err2 := store.Organisations.Has(tx, "communities/nowhere")
		if ok || has || err != nil || err2 != nil {
			t.Errorf("found %v, has %v, %v, %v", ok, has, err, err2)
		}
		return nil
	})
}

func TestErrAlreadyExistsOnInsertAndOnUniqueIndex(t *testing.T) {
	h := newHouse(t)
	town(h)
	token := func(hash byte, name string) *storev1.StoredToken {
		return &storev1.StoredToken{Hash: []byte{hash}, Token: &nuov1.Token{Name: name}}
	}
	h.update(func(tx *store.Tx) error { return store.Tokens.Insert(tx, token(1, "tokens/1")) })
	for name, f := range map[string]func(tx *store.Tx) error{
		"insert": func(tx *store.Tx) error {
			return store.Organisations.Insert(tx, organisation("communities/a", "streets/other"))
		},
		"insert beside a unique entry": func(tx *store.Tx) error { return store.Tokens.Insert(tx, token(2, "tokens/1")) },
		"put beside a unique entry":    func(tx *store.Tx) error { return store.Tokens.Put(tx, token(2, "tokens/1")) },
	} {
		before := h.position()
		if err := h.Update(context.Background(), f); !fault.Is(err, exists) {
			t.Errorf("%s: %v", name, err)
		}
		if h.position() != before {
			t.Errorf("%s: wrote", name)
		}
	}
	h.update(func(tx *store.Tx) error {
		same := token(1, "tokens/1")
		same.Token.Issuer = someone
		return store.Tokens.Put(tx, same)
	})
}

func TestOKPutMovesIndexEntriesAndDeleteRemovesThem(t *testing.T) {
	h := newHouse(t)
	town(h)
	below := func(parent string) []string {
		return names(h, func(tx *store.Tx) func(func(*nuov1.Organisation, error) bool) {
			return store.Organisations.ByIndex(tx, store.OrganisationsByParent, parent)
		})
	}
	if got := below("streets/jiazhi"); !slices.Equal(got, []string{"communities/a", "communities/c"}) {
		t.Errorf("below jiazhi: %v", got)
	}
	h.update(func(tx *store.Tx) error {
		return errors.Join(
			store.Organisations.Put(tx, organisation("communities/a", "streets/other")),
			store.Organisations.Delete(tx, "communities/c"),
			store.Organisations.Delete(tx, "communities/never"),
		)
	})
	if got := below("streets/jiazhi"); len(got) != 0 {
		t.Errorf("below jiazhi after the move: %v", got)
	}
	if got := below("streets/other"); !slices.Equal(got, []string{"communities/a", "communities/b"}) {
		t.Errorf("below other after the move: %v", got)
	}
	if p := h.problems(); len(p) != 0 {
		t.Errorf("problems %v", p)
	}
}

func TestOKPutOfAnUnchangedRecordWritesNothing(t *testing.T) {
	h := newHouse(t)
	furnish(h)
	before := h.position()
	h.update(func(tx *store.Tx) error {
		v, err := store.Volunteers.Get(tx, someone)
		return errors.Join(err, store.Volunteers.Put(tx, v))
	})
	if h.position() != before {
		t.Error("an unchanged record was written")
	}
}

func TestOKIndexCountsTheSamePartsOnce(t *testing.T) {
	h := newHouse(t)
	twice := []*nuov1.Registration{{Community: "communities/a"}, {Community: "communities/a"}, {Outside: true}}
	h.update(func(tx *store.Tx) error {
		return store.Volunteers.Put(tx, &nuov1.Volunteer{Name: someone, Registrations: twice})
	})
	got := names(h, func(tx *store.Tx) func(func(*nuov1.Volunteer, error) bool) {
		return store.Volunteers.ByIndex(tx, store.VolunteersByCommunity)
	})
	if !slices.Equal(got, []string{someone}) {
		t.Errorf("by community: %v", got)
	}
}

func TestErrPersonalDataIsRefusedWhereOthersRead(t *testing.T) {
	h := newHouse(t)
	for name, f := range map[string]func(tx *store.Tx) error{
		"person": func(tx *store.Tx) error {
			return store.Volunteers.Put(tx, &nuov1.Volunteer{Name: someone, Person: &nuov1.Person{DisplayName: "张三"}})
		},
		"contact": func(tx *store.Tx) error {
			c := &nuov1.ServedPartyContact{Door: "3幢2单元501"}
			return store.ServedParties.Insert(tx, &nuov1.ServedParty{Name: "servedParties/1", Contact: c})
		},
	} {
		err := h.Update(context.Background(), f)
		if err == nil || strings.Contains(err.Error(), "张三") || strings.Contains(err.Error(), "501") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOKScanGoesByKeyInBothDirectionsAndWithinARange(t *testing.T) {
	h := newHouse(t)
	town(h)
	all := []string{
		"communities/a", "communities/a/compounds/1", "communities/b", "communities/c", "streets/jiazhi",
	}
	type scan = func(tx *store.Tx) func(func(*nuov1.Organisation, error) bool)
	reversed := slices.Clone(all)
	slices.Reverse(reversed)
	for name, c := range map[string]struct {
		scan scan
		want []string
	}{
		"all": {func(tx *store.Tx) func(func(*nuov1.Organisation, error) bool) { return store.Organisations.Scan(tx) }, all},
		"reverse": {func(tx *store.Tx) func(func(*nuov1.Organisation, error) bool) {
			return store.Organisations.ScanReverse(tx)
		}, reversed},
		"one": {func(tx *store.Tx) func(func(*nuov1.Organisation, error) bool) {
			return store.Organisations.Scan(tx, "communities/a")
		}, all[:1]},
		"under": {func(tx *store.Tx) func(func(*nuov1.Organisation, error) bool) {
			return store.Organisations.Scan(tx, store.Under("communities/"))
		}, all[:4]},
		"range": {func(tx *store.Tx) func(func(*nuov1.Organisation, error) bool) {
			return store.Organisations.Range(tx, store.Range{From: []any{"communities/b"}, Until: []any{"streets/jiazhi"}})
		}, all[2:4]},
	} {
		if got := names(h, c.scan); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestOKDueEntriesComeInTheOrderOfTime(t *testing.T) {
	h := newHouse(t)
	entry := func(minutes int, kind storev1.DueKind, object string) *storev1.DueEntry {
		return &storev1.DueEntry{Time: at(minutes), Kind: kind, Object: object}
	}
	h.update(func(tx *store.Tx) error {
		return errors.Join(
			store.DueEntries.Insert(tx, entry(60, 7, "shifts/1")),
			store.DueEntries.Insert(tx, entry(0, 1, promise)),
			store.DueEntries.Insert(tx, entry(-60, 6, "shifts/2")),
		)
	})
	h.view(func(tx *store.Tx) error {
		var got []string
		for e, err := range store.DueEntries.Range(tx, store.Range{Until: []any{tx.Now().Add(1)}}) {
			if err != nil {
				return err
			}
			got = append(got, e.GetObject())
		}
		if !slices.Equal(got, []string{"shifts/2", promise}) {
			t.Errorf("due now: %v", got)
		}
		return nil
	})
}

func TestOKPagesJoinToTheScanInBothDirections(t *testing.T) {
	h := newHouse(t)
	var want []string
	h.update(func(tx *store.Tx) error {
		want = nil
		for i := range 10 {
			name := fmt.Sprintf("communities/c%d", i)
			want = append(want, name)
			if err := store.Organisations.Insert(tx, organisation(name, "streets/s")); err != nil {
				return err
			}
		}
		return store.Organisations.Insert(tx, organisation("communities/d", "streets/t"))
	})
	index := store.OrganisationsByParent
	even := func(o *nuov1.Organisation) (bool, error) { return (o.GetName()[len(o.GetName())-1]-'0')%2 == 0, nil }
	evens := []string{want[0], want[2], want[4], want[6], want[8]}
	backwards := slices.Clone(want)
	slices.Reverse(backwards)
	for name, c := range map[string]struct {
		q    store.Query[*nuov1.Organisation]
		want []string
	}{
		"table":    {store.Query[*nuov1.Organisation]{Prefix: []any{store.Under("communities/")}}, append(slices.Clone(want), "communities/d")},
		"index":    {store.Query[*nuov1.Organisation]{Index: index, Prefix: []any{"streets/s"}}, want},
		"reverse":  {store.Query[*nuov1.Organisation]{Index: index, Prefix: []any{"streets/s"}, Reverse: true}, backwards},
		"filtered": {store.Query[*nuov1.Organisation]{Index: index, Prefix: []any{"streets/s"}, Keep: even}, evens},
		"bounded":  {store.Query[*nuov1.Organisation]{Index: index, Prefix: []any{"streets/s"}, Keep: even, Look: 3}, evens},
	} {
		for size := 1; size <= 12; size++ {
			if got := pages(h, c.q, size); !slices.Equal(got, c.want) {
				t.Errorf("%s by %d: %v, want %v", name, size, got, c.want)
			}
		}
	}
}

// pages joins all pages of a query and sees that only the last one has no next.
func pages(h *house, q store.Query[*nuov1.Organisation], size int) (all []string) {
	q.Size = size
	for {
		var page []*nuov1.Organisation
		var next string
		h.view(func(tx *store.Tx) (err error) { page, next, err = store.Organisations.Select(tx, q); return err })
		for _, o := range page {
			all = append(all, o.GetName())
		}
		if len(page) > size || (q.Look == 0 && next != "" && len(page) < size) {
			h.t.Fatalf("page of %d with next %q, asked for %d", len(page), next, size)
		}
		if q.After = next; next == "" {
			return all
		}
	}
}

func TestErrPageTokenOfAnotherQuery(t *testing.T) {
	h := newHouse(t)
	town(h)
	h.view(func(tx *store.Tx) error {
		_, next, err := store.Organisations.Page(tx, "", 1, store.Under("communities/"))
		if err != nil || next == "" {
			t.Fatalf("next %q, %v", next, err)
		}
		if _, _, err := store.Organisations.Page(tx, next, 1, store.Under("streets/")); !fault.Is(err, badCursor) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestErrIndexOfAnotherTable(t *testing.T) {
	h := newHouse(t)
	stranger := &store.Index[*nuov1.Organisation]{Name: "stranger", Prefix: 0xfe}
	h.view(func(tx *store.Tx) error {
		if lastError(store.Organisations.ByIndex(tx, stranger)) == nil {
			t.Error("an index that the table does not declare was read")
		}
		return nil
	})
}
