package store

import (
	"bytes"
	"errors"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
)

// AnyTable is a Table or a Chain of whatever messages; nothing else implements it.
type AnyTable interface {
	// Info tells how it is declared.
	Info() Info
	// checks are how pairs under each of its prefixes are verified.
	checks() []prefixCheck
}

// Info is the declaration of a table, a chain or an index.
type Info struct {
	// Name is what errors call it.
	Name string
	// Prefix is the first byte of its keys.
	Prefix byte
	// Parts names the parts of its key, separated by spaces.
	Parts string
	// Message is the full name of the stored message; of an index, an arrow and its table's name.
	Message string
	// Feed tells whether Watch sees its changes.
	Feed bool
	// Indexes are the table's.
	Indexes []Info
}

// Problem is one thing that is wrong with what is stored.
type Problem struct {
	// Table or index in which it is.
	Table string
	// Key of the record or entry, without personal data.
	Key string
	// Text says in English what is wrong.
	Text string
}

// wrong is what a check says about a record or entry that is intact by itself.
type wrong string

func (w wrong) Error() string { return string(w) }

const (
	errNoRecord    wrong = "index entry without its record"
	errNoEntry     wrong = "record without its index entry, or with another one"
	errNotDemanded wrong = "index entry that its record does not ask for"
	errOtherKey    wrong = "record stands under a key that is not its own"
	errNoTable     wrong = "key of no table"
)

// problem words what is wrong with a key of a table; an error that is none of that passes as it is.
func problem(table string, key []byte, err error) (Problem, error) {
	p := Problem{Table: table, Key: keyText(key), Text: err.Error()}
	if e, ok := fault.As(err); ok && e.Reason == nuov1.ErrorReason_ERROR_REASON_DAMAGED {
		p.Table, p.Key, p.Text = e.Vars["table"], e.Vars["key"], errors.Unwrap(e).Error()
		return p, nil
	}
	if _, ok := errors.AsType[wrong](err); ok {
		return p, nil
	}
	return Problem{}, err
}

// Info implements AnyTable.
func (t *Table[M]) Info() Info {
	i := Info{
		Name: t.c.Name, Prefix: t.c.Prefix, Parts: t.c.Parts, Feed: t.c.Feed,
		Message: string(t.kind.Descriptor().FullName()),
	}
	for _, x := range t.c.Indexes {
		to := "→ " + t.c.Name
		if x.Unique {
			to = "⇒ " + t.c.Name
		}
		i.Indexes = append(i.Indexes, Info{Name: t.c.Name + " by " + x.Name, Prefix: x.Prefix, Parts: x.Parts, Message: to})
	}
	return i
}

func (t *Table[M]) checks() []prefixCheck {
	all := []prefixCheck{{t.c.Prefix, t.c.Name, func(tx *Tx, p kv.Pair, _ *CheckCursor) (Record, string, error) {
		m, table, err := t.checkRecord(tx, p)
		return Record{Table: t.c.Name, Message: m}, table, err
	}}}
	for _, x := range t.c.Indexes {
		name := t.c.Name + " by " + x.Name
		all = append(all, prefixCheck{x.Prefix, name, func(tx *Tx, p kv.Pair, _ *CheckCursor) (Record, string, error) {
			return Record{}, name, t.checkEntry(tx, x, p)
		}})
	}
	return all
}

// checkRecord verifies a record, its key and its entries; it names the index whose entry is wrong.
func (t *Table[M]) checkRecord(tx *Tx, p kv.Pair) (m M, table string, err error) {
	m, err = t.decode(p.Key, p.Value)
	if err != nil {
		return m, t.c.Name, err
	}
	if !bytes.Equal(t.keyOf(m), p.Key) {
		return m, t.c.Name, errOtherKey
	}
	for _, e := range t.entries(m, p.Key[1:]) {
		stored, err := tx.kv.Get(e.key)
		if err != nil {
			return m, "", err
		}
		if !bytes.Equal(stored, e.value) {
			return m, t.c.Name + " by " + t.indexOf(e.key[0]).Name, errNoEntry
		}
	}
	return m, t.c.Name, nil
}

// checkEntry verifies that an index entry is one that a record demands.
func (t *Table[M]) checkEntry(tx *Tx, x *Index[M], p kv.Pair) error {
	pk, err := x.primary(t.c.Name, p.Key, p.Value)
	if err != nil {
		return err
	}
	m, err := t.follow(tx, x, p.Key, p.Value)
	if err != nil {
		return err
	}
	for _, e := range t.entries(m, pk) {
		if bytes.Equal(e.key, p.Key) && bytes.Equal(e.value, p.Value) {
			return nil
		}
	}
	return errNotDemanded
}

// Info implements AnyTable.
func (c *Chain[E]) Info() Info {
	return Info{
		Name: c.c.Name, Prefix: c.c.Prefix, Parts: chainParts, Feed: c.c.Feed,
		Message: string(c.kind.Descriptor().FullName()),
	}
}

const chainParts = "owner sequence"

func (c *Chain[E]) checks() []prefixCheck {
	return []prefixCheck{{c.c.Prefix, c.c.Name, c.checkLink}}
}

// checkLink verifies one event behind the one that the cursor keeps, which it then becomes.
func (c *Chain[E]) checkLink(_ *Tx, p kv.Pair, at *CheckCursor) (Record, string, error) {
	n := ownerLength(p.Key)
	if n == 0 || !bytes.Equal(at.owner, p.Key[:n]) {
		at.owner, at.sequence, at.hash = bytes.Clone(p.Key[:n]), 0, nil
	}
	last := Link[E]{Sequence: at.sequence, Hash: at.hash}
	link, err := c.follow(p.Key, p.Value, last)
	if at.sequence, at.hash = link.Sequence, link.Hash; err != nil {
		return Record{}, c.c.Name, err
	}
	parts, err := decodeParts(p.Key[1:])
	if err != nil {
		return Record{}, c.c.Name, damaged(c.c.Name, p.Key[1:], errKey)
	}
	owner, _ := parts[0].(string)
	return Record{
		Table: c.c.Name, Message: link.Event, Owner: owner, Sequence: link.Sequence, Previous: last.Hash,
	}, c.c.Name, nil
}

// ownerLength is the length of a chain's key up to the sequence, 0 for a key that has none.
func ownerLength(key []byte) int {
	_, n, err := decodePart(key[1:])
	if err != nil {
		return 0
	}
	return n + 1
}
