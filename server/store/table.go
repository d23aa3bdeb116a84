package store

import (
	"bytes"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// TableConfig declares a table. Name, Prefix, Parts and Key are required.
type TableConfig[M proto.Message] struct {
	// Name is how errors and nuo check call it, in the singular.
	Name string
	// Prefix is the first byte of every key; no other table, index or chain has it.
	Prefix byte
	// Parts names the parts of the key, separated by spaces, as the drawing has them.
	Parts string
	// Key gives the parts of a record's key. The message always holds enough to compute it.
	Key func(M) []any
	// Indexes are maintained by Put, Insert and Delete.
	Indexes []*Index[M]
	// Feed makes changes of the table visible to Watch.
	Feed bool
	// Refuse, where set, says why a message must not be stored as it is ("" when it may): personal data inside a
	// record that others read is stopped here, as a defect.
	Refuse func(M) string
}

// Table is a declared kind of record. It holds no data and no state: the same value serves every store.
type Table[M proto.Message] struct {
	c    TableConfig[M]
	kind protoreflect.MessageType
}

// NewTable makes a table of its declaration.
func NewTable[M proto.Message](c TableConfig[M]) *Table[M] {
	var none M
	return &Table[M]{c: c, kind: none.ProtoReflect().Type()}
}

// Get returns a fresh copy of the record with this key, NOT_FOUND when there is none.
func (t *Table[M]) Get(tx *Tx, key ...any) (M, error) {
	m, ok, err := t.Find(tx, key...)
	if err == nil && !ok {
		err = fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", partsText(key))
	}
	return m, err
}

// Find returns a fresh copy of the record with this key, and whether there is one.
func (t *Table[M]) Find(tx *Tx, key ...any) (m M, ok bool, err error) {
	tx.key = appendKey(append(tx.key[:0], t.c.Prefix), key)
	value, err := tx.kv.Get(tx.key)
	if err != nil || value == nil {
		return m, false, err
	}
	m, err = t.decode(tx.key, value)
	return m, err == nil, err
}

// Has tells whether there is a record with this key, without reading it.
func (t *Table[M]) Has(tx *Tx, key ...any) (bool, error) {
	tx.key = appendKey(append(tx.key[:0], t.c.Prefix), key)
	value, err := tx.kv.Get(tx.key)
	return value != nil, err
}

// Put stores m in place of the record with its key, if there is one, and brings the indexes up to date. What would
// not change is not written. A unique index that another record holds is ALREADY_EXISTS.
func (t *Table[M]) Put(tx *Tx, m M) error {
	key := t.keyOf(m)
	old, err := tx.kv.Get(key)
	if err != nil {
		return err
	}
	return t.write(tx, key, old, m)
}

// Insert stores a record that must be new; otherwise it is ALREADY_EXISTS.
func (t *Table[M]) Insert(tx *Tx, m M) error {
	key := t.keyOf(m)
	old, err := tx.kv.Get(key)
	if err != nil {
		return err
	}
	if old != nil {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_ALREADY_EXISTS, "name", partsText(t.c.Key(m)))
	}
	return t.write(tx, key, nil, m)
}

// Delete removes the record with this key and its index entries. That there is none is no error.
func (t *Table[M]) Delete(tx *Tx, key ...any) error {
	k := appendKey([]byte{t.c.Prefix}, key)
	old, err := tx.kv.Get(k)
	if err != nil || old == nil {
		return err
	}
	if len(t.c.Indexes) > 0 {
		m, err := t.decode(k, old)
		if err != nil {
			return err
		}
		if err := t.moveEntries(tx, k[1:], t.entries(m, k[1:]), nil); err != nil {
			return err
		}
	}
	return tx.kv.Delete(k)
}

func (t *Table[M]) keyOf(m M) []byte {
	return appendKey(append(make([]byte, 0, 64), t.c.Prefix), t.c.Key(m))
}

// Touch writes a record back as it is, which Put would not: its key is the conflict key of something around it. That
// there is none is no error.
func (t *Table[M]) Touch(tx *Tx, key ...any) error {
	k := appendKey([]byte{t.c.Prefix}, key)
	old, err := tx.kv.Get(k)
	if err != nil || old == nil {
		return err
	}
	return tx.kv.Put(k, old)
}

// write stores m under key where old is what stands there now, nil for nothing.
func (t *Table[M]) write(tx *Tx, key, old []byte, m M) (err error) {
	if t.c.Refuse != nil {
		if why := t.c.Refuse(m); why != "" {
			return &refusedError{table: t.c.Name, why: why}
		}
	}
	tx.value, err = deterministic.MarshalAppend(beginRecord(tx.value), m)
	if err != nil {
		return err
	}
	value := endRecord(key, tx.value)
	if bytes.Equal(old, value) {
		return nil
	}
	if len(t.c.Indexes) > 0 {
		var before []entry
		if old != nil {
			was, err := t.decode(key, old)
			if err != nil {
				return err
			}
			before = t.entries(was, key[1:])
		}
		if err := t.moveEntries(tx, key[1:], before, t.entries(m, key[1:])); err != nil {
			return err
		}
	}
	return tx.kv.Put(key, value)
}

// decode verifies a stored value and returns its message.
func (t *Table[M]) decode(key, value []byte) (m M, err error) {
	payload, err := openRecord(key, value)
	if err != nil {
		return m, damaged(t.c.Name, key[1:], err)
	}
	m = t.kind.New().Interface().(M)
	if err := proto.Unmarshal(payload, m); err != nil {
		return m, damaged(t.c.Name, key[1:], err)
	}
	return m, nil
}

// KeyOf returns the parts of m's key.
func (t *Table[M]) KeyOf(m M) []any { return slices.Clone(t.c.Key(m)) }

// refusedError is a defect: a room tried to store what must not be in that table.
type refusedError struct{ table, why string }

func (e *refusedError) Error() string { return "store: " + e.table + " refused: " + e.why }
