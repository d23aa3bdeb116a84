package store

import (
	"bytes"
	"errors"
	"iter"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
)

// AnyTable is a Table or a Chain of whatever messages; nothing else implements it.
type AnyTable interface {
	// Info tells how it is declared.
	Info() Info
	// check yields what is wrong with its records and index entries until yield returns false, which it then returns.
	check(tx *Tx, yield func(Problem, error) bool) bool
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

// CheckTables reads everything and yields what is wrong: a record or entry whose checksum does not fit or that does
// not decode, a record that stands under another key than its own, a record without one of its index entries, an
// entry without its record, a chain with a gap or a wrong hash, a key of no table. An error of the engine ends it. It
// writes nothing and holds one record at a time.
func CheckTables(tx *Tx) iter.Seq2[Problem, error] {
	return func(yield func(Problem, error) bool) {
		known := map[byte]bool{}
		for _, t := range Tables() {
			i := t.Info()
			known[i.Prefix] = true
			for _, x := range i.Indexes {
				known[x.Prefix] = true
			}
			if !t.check(tx, yield) {
				return
			}
		}
		for b := range 256 {
			if !known[byte(b)] && !checkStrays(tx, byte(b), yield) {
				return
			}
		}
	}
}

// checkStrays yields the keys under a prefix that belongs to no table.
func checkStrays(tx *Tx, prefix byte, yield func(Problem, error) bool) bool {
	return each(tx, prefix, yield, func(p kv.Pair) (string, error) {
		return "", errNoTable
	}, "no table")
}

// each calls f for every pair under a prefix. What f finds wrong becomes a problem of the table that f names, or of
// name; any other error is the engine's and ends the check.
func each(tx *Tx, prefix byte, yield func(Problem, error) bool, f func(kv.Pair) (string, error), name string) bool {
	for pair, err := range tx.kv.Scan(kv.Prefix([]byte{prefix})) {
		if err != nil {
			yield(Problem{}, err)
			return false
		}
		table, err := f(pair)
		if err == nil {
			continue
		}
		if table == "" {
			table = name
		}
		if !yield(problem(table, pair.Key[1:], err)) {
			return false
		}
	}
	return true
}

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

func (t *Table[M]) check(tx *Tx, yield func(Problem, error) bool) bool {
	if !each(tx, t.c.Prefix, yield, func(p kv.Pair) (string, error) { return t.checkRecord(tx, p) }, t.c.Name) {
		return false
	}
	for _, x := range t.c.Indexes {
		f := func(p kv.Pair) (string, error) { return "", t.checkEntry(tx, x, p) }
		if !each(tx, x.Prefix, yield, f, t.c.Name+" by "+x.Name) {
			return false
		}
	}
	return true
}

// checkRecord verifies a record, its key and its entries; it names the index whose entry is wrong.
func (t *Table[M]) checkRecord(tx *Tx, p kv.Pair) (string, error) {
	m, err := t.decode(p.Key, p.Value)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(t.keyOf(m), p.Key) {
		return "", errOtherKey
	}
	for _, e := range t.entries(m, p.Key[1:]) {
		stored, err := tx.kv.Get(e.key)
		if err != nil {
			return "", err
		}
		if !bytes.Equal(stored, e.value) {
			return t.c.Name + " by " + t.indexOf(e.key[0]).Name, errNoEntry
		}
	}
	return "", nil
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

func (c *Chain[E]) check(tx *Tx, yield func(Problem, error) bool) bool {
	var last Link[E]
	var owner []byte
	return each(tx, c.c.Prefix, yield, func(p kv.Pair) (string, error) {
		n := ownerLength(p.Key)
		if n == 0 || !bytes.Equal(owner, p.Key[:n]) {
			last, owner = Link[E]{}, bytes.Clone(p.Key[:n])
		}
		link, err := c.follow(p.Key, p.Value, last)
		last = link
		return "", err
	}, c.c.Name)
}

// ownerLength is the length of a chain's key up to the sequence, 0 for a key that has none.
func ownerLength(key []byte) int {
	_, n, err := decodePart(key[1:])
	if err != nil {
		return 0
	}
	return n + 1
}
