package store

import (
	"bytes"
	"iter"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
)

// DefaultPageSize is the size of a page for which none was asked.
const DefaultPageSize = 50

// Query says which records make a page.
type Query[M proto.Message] struct {
	// Index to go by; nil means the table's own order.
	Index *Index[M]
	// Prefix of the keys, or of the index's parts; none means all.
	Prefix []any
	// Reverse goes from the last to the first.
	Reverse bool
	// After is what the page before gave as its next; empty for the first. It is a raw key: package rpc wraps it
	// for the wire.
	After string
	// Size is the most records of the page; less than one means DefaultPageSize.
	Size int
	// Keep, where set, tells which records belong to the page.
	Keep func(M) (bool, error)
	// Aside, where set, is told of every record that is DAMAGED, of which the error says table and key; the page goes on
	// without it. Unset, the first one is the page's error.
	Aside func(error)
	// Look is the most records that are looked at, kept or not; less than one means no bound. A page that ends at
	// the bound may be short or empty and has a next.
	Look int
}

// Page returns the records after a cursor whose keys begin with prefix, at most size of them, and the cursor of the
// next page, empty at the end. A cursor that is not of this prefix is INVALID_PAGE_TOKEN.
func (t *Table[M]) Page(tx *Tx, after string, size int, prefix ...any) ([]M, string, error) {
	return t.Select(tx, Query[M]{Prefix: prefix, After: after, Size: size})
}

// PageByIndex is Page in the order of an index.
func (t *Table[M]) PageByIndex(tx *Tx, x *Index[M], after string, size int, parts ...any) ([]M, string, error) {
	return t.Select(tx, Query[M]{Index: x, Prefix: parts, After: after, Size: size})
}

// Select returns one page of a query and the cursor of the next one, empty at the end. A cursor that is not of this
// query is INVALID_PAGE_TOKEN. Keep's first error ends it.
func (t *Table[M]) Select(tx *Tx, q Query[M]) (page []M, next string, err error) {
	r, err := q.keys(t.c.Prefix)
	if err != nil {
		return nil, "", err
	}
	if q.Size < 1 {
		q.Size = DefaultPageSize
	}
	last, looked := "", 0
	for c, err := range t.candidates(tx, q.Index, r) {
		aside := err != nil && q.Aside != nil && fault.Is(err, nuov1.ErrorReason_ERROR_REASON_DAMAGED)
		if err != nil && !aside {
			return nil, "", err
		}
		if q.Look > 0 && looked == q.Look {
			return page, last, nil
		}
		looked++
		if aside {
			q.Aside(err)
			last = string(c.key[1:])
			continue
		}
		keep := true
		if q.Keep != nil {
			if keep, err = q.Keep(c.m); err != nil {
				return nil, "", err
			}
		}
		if keep && len(page) == q.Size {
			return page, last, nil
		}
		if keep {
			page = append(page, c.m)
		}
		last = string(c.key[1:])
	}
	return page, "", nil
}

func (t *Table[M]) candidates(tx *Tx, x *Index[M], r kv.Range) iter.Seq2[cursor[M], error] {
	if x == nil {
		return t.records(tx, r)
	}
	return t.indexed(tx, x, r)
}

// keys is the range of engine keys that is left after the cursor.
func (q Query[M]) keys(prefix byte) (kv.Range, error) {
	if q.Index != nil {
		prefix = q.Index.Prefix
	}
	p := appendKey([]byte{prefix}, q.Prefix)
	r := kv.Prefix(p)
	r.Reverse = q.Reverse
	if q.After == "" {
		return r, nil
	}
	after := append([]byte{prefix}, q.After...)
	if !bytes.HasPrefix(after, p) || len(after) > kv.MaxKeySize {
		return kv.Range{}, fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN)
	}
	if q.Reverse {
		r.End = after
	} else {
		after = append(after, 0) // the first key behind it
		r.Start = after
	}
	return r, nil
}
