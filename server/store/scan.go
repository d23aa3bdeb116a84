package store

import (
	"iter"
	"slices"

	"nuo.internal/nuo/server/kv"
)

// Range is a part of a table in the order of its keys: those that begin with Prefix and, where they are set, lie at
// or after Prefix with From behind it and before Prefix with Until behind it.
type Range struct {
	Prefix, From, Until []any
	// Reverse yields the last first.
	Reverse bool
}

// keys is the range of engine keys behind a prefix byte.
func (r Range) keys(prefix byte) kv.Range {
	p := appendKey([]byte{prefix}, r.Prefix)
	k := kv.Prefix(p)
	if r.From != nil {
		k.Start = appendKey(slices.Clip(p), r.From)
	}
	if r.Until != nil {
		k.End = appendKey(slices.Clip(p), r.Until)
	}
	k.Reverse = r.Reverse
	return k
}

// Scan yields the records whose keys begin with prefix, in the order of their keys; all without one. It ends after
// the first error. In an Update the caller names its conflict key: an optimistic engine does not see that a record
// appears in a range.
func (t *Table[M]) Scan(tx *Tx, prefix ...any) iter.Seq2[M, error] {
	return t.Range(tx, Range{Prefix: prefix})
}

// ScanReverse is Scan, the last first.
func (t *Table[M]) ScanReverse(tx *Tx, prefix ...any) iter.Seq2[M, error] {
	return t.Range(tx, Range{Prefix: prefix, Reverse: true})
}

// Range yields the records of a range, as Scan does.
func (t *Table[M]) Range(tx *Tx, r Range) iter.Seq2[M, error] {
	return func(yield func(M, error) bool) {
		for c, err := range t.records(tx, r.keys(t.c.Prefix)) {
			if !yield(c.m, err) || err != nil {
				return
			}
		}
	}
}

// Keys yields the parts of the keys of a range without decoding the records (their checksums are verified): for
// tables whose keys say all that is asked.
func (t *Table[M]) Keys(tx *Tx, r Range) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for pair, err := range tx.kv.Scan(r.keys(t.c.Prefix)) {
			if err != nil {
				yield(nil, err)
				return
			}
			_, err := openRecord(pair.Key, pair.Value)
			var parts []any
			if err == nil {
				parts, err = decodeParts(pair.Key[1:])
			}
			if err != nil {
				yield(nil, damaged(t.c.Name, pair.Key[1:], err))
				return
			}
			if !yield(parts, nil) {
				return
			}
		}
	}
}

// ByIndex yields the records that an index has under parts, or under keys that begin with them, in the index's
// order. A record with several such entries comes several times. See Scan for errors and conflict keys.
func (t *Table[M]) ByIndex(tx *Tx, x *Index[M], parts ...any) iter.Seq2[M, error] {
	return t.RangeByIndex(tx, x, Range{Prefix: parts})
}

// RangeByIndex yields the records of a range of an index, as ByIndex does.
func (t *Table[M]) RangeByIndex(tx *Tx, x *Index[M], r Range) iter.Seq2[M, error] {
	return func(yield func(M, error) bool) {
		for c, err := range t.indexed(tx, x, r.keys(x.Prefix)) {
			if !yield(c.m, err) || err != nil {
				return
			}
		}
	}
}

// FindByIndex returns the record that a unique index has under parts, and whether there is one.
func (t *Table[M]) FindByIndex(tx *Tx, x *Index[M], parts ...any) (m M, ok bool, err error) {
	if err := t.own(x); err != nil {
		return m, false, err
	}
	key := appendKey([]byte{x.Prefix}, parts)
	value, err := tx.kv.Get(key)
	if err != nil || value == nil {
		return m, false, err
	}
	m, err = t.follow(tx, x, key, value)
	return m, err == nil, err
}

// cursor is a record with the engine's key at which it was found.
type cursor[M any] struct {
	m   M
	key []byte
}

// records yields a record that cannot be read as its error, and goes on where the consumer does.
func (t *Table[M]) records(tx *Tx, r kv.Range) iter.Seq2[cursor[M], error] {
	return func(yield func(cursor[M], error) bool) {
		for pair, broken := range tx.kv.Scan(r) {
			c, err := cursor[M]{key: pair.Key}, broken
			if err == nil {
				c.m, err = t.decode(pair.Key, pair.Value)
			}
			if !yield(c, err) || broken != nil {
				return
			}
		}
	}
}

// indexed is records in the order of an index.
func (t *Table[M]) indexed(tx *Tx, x *Index[M], r kv.Range) iter.Seq2[cursor[M], error] {
	return func(yield func(cursor[M], error) bool) {
		if err := t.own(x); err != nil {
			yield(cursor[M]{}, err)
			return
		}
		for pair, broken := range tx.kv.Scan(r) {
			c, err := cursor[M]{key: pair.Key}, broken
			if err == nil {
				c.m, err = t.follow(tx, x, pair.Key, pair.Value)
			}
			if !yield(c, err) || broken != nil {
				return
			}
		}
	}
}

// follow returns the record that a stored index entry points at. An entry without its record is DAMAGED.
func (t *Table[M]) follow(tx *Tx, x *Index[M], key, value []byte) (m M, err error) {
	pk, err := x.primary(t.c.Name, key, value)
	if err != nil {
		return m, err
	}
	record := append([]byte{t.c.Prefix}, pk...)
	stored, err := tx.kv.Get(record)
	if err != nil {
		return m, err
	}
	if stored == nil {
		return m, damaged(t.c.Name+" by "+x.Name, key[1:], errNoRecord)
	}
	return t.decode(record, stored)
}
