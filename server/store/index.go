package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// Index finds records of a table by something other than their key. It belongs to one table, which declares it.
//
// An entry's key is the index's prefix, the indexed parts and, unless the index is unique, the record's key. Its
// value has a header like a record's; the payload is the record's key where the index is unique, and otherwise the
// length of the indexed parts, behind which the record's key begins.
type Index[M proto.Message] struct {
	// Name is how errors and nuo check call it: what the table is found by.
	Name string
	// Prefix is the first byte of every entry's key; no other table, index or chain has it.
	Prefix byte
	// Parts names the indexed parts, separated by spaces, as the drawing has them.
	Parts string
	// Unique allows one record for the same parts.
	Unique bool
	// Keys gives the parts of each entry of a record: none, one or several. The same parts twice count once.
	Keys func(M) [][]any
}

// entry is one index entry that a record demands.
type entry struct{ key, value []byte }

// entries computes what the record m under the key pk (without the table's prefix) demands of all indexes.
func (t *Table[M]) entries(m M, pk []byte) []entry {
	var all []entry
	for _, x := range t.c.Indexes {
		first := len(all)
		for _, parts := range x.Keys(m) {
			e := x.entry(parts, pk)
			if !slices.ContainsFunc(all[first:], func(o entry) bool { return bytes.Equal(o.key, e.key) }) {
				all = append(all, e)
			}
		}
	}
	return all
}

func (x *Index[M]) entry(parts []any, pk []byte) entry {
	key := appendKey(append(make([]byte, 0, 64), x.Prefix), parts)
	value := beginRecord(make([]byte, 0, headerSize+2))
	if x.Unique {
		value = append(value, pk...)
	} else {
		value = binary.AppendUvarint(value, uint64(len(key)-1))
		key = append(key, pk...)
	}
	return entry{key, endRecord(key, value)}
}

// primary verifies a stored entry and returns the key of its record, without the table's prefix.
func (x *Index[M]) primary(table string, key, value []byte) ([]byte, error) {
	payload, err := openRecord(key, value)
	if err != nil {
		return nil, damaged(table+" by "+x.Name, key[1:], err)
	}
	if x.Unique {
		return payload, nil
	}
	n, size := binary.Uvarint(payload)
	if size != len(payload) || n >= uint64(len(key)) {
		return nil, damaged(table+" by "+x.Name, key[1:], errKey)
	}
	return key[1+n:], nil
}

// moveEntries takes the entries of a record from before to after.
func (t *Table[M]) moveEntries(tx *Tx, pk []byte, before, after []entry) error {
	has := func(all []entry, e entry) bool {
		return slices.ContainsFunc(all, func(o entry) bool { return bytes.Equal(o.key, e.key) })
	}
	for _, e := range before {
		if !has(after, e) {
			if err := tx.kv.Delete(e.key); err != nil {
				return err
			}
		}
	}
	for _, e := range after {
		if has(before, e) {
			continue
		}
		if err := t.refuseTaken(tx, e, pk); err != nil {
			return err
		}
		if err := tx.kv.Put(e.key, e.value); err != nil {
			return err
		}
	}
	return nil
}

// refuseTaken answers ALREADY_EXISTS when e is an entry of a unique index that another record holds.
func (t *Table[M]) refuseTaken(tx *Tx, e entry, pk []byte) error {
	x := t.indexOf(e.key[0])
	if !x.Unique {
		return nil
	}
	held, err := tx.kv.Get(e.key)
	if err != nil || held == nil {
		return err
	}
	holder, err := x.primary(t.c.Name, e.key, held)
	if err != nil || bytes.Equal(holder, pk) {
		return err
	}
	return fault.New(nuov1.ErrorReason_ERROR_REASON_ALREADY_EXISTS, "name", keyText(e.key[1:]))
}

func (t *Table[M]) indexOf(prefix byte) *Index[M] {
	for _, x := range t.c.Indexes {
		if x.Prefix == prefix {
			return x
		}
	}
	return nil
}

// own stops an index of another table, which would yield that one's keys.
func (t *Table[M]) own(x *Index[M]) error {
	if t.indexOf(x.Prefix) != x {
		return fmt.Errorf("store: table %s has no index %q", t.c.Name, x.Name)
	}
	return nil
}
