package lifecycle

import (
	"context"
	"iter"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/store"
)

// meter is an engine that tells what its last Update read and wrote.
type meter struct {
	kv.Engine
	last *metered
}

// Update implements kv.Engine.
func (m *meter) Update(ctx context.Context, f func(kv.Tx) error) (kv.Position, error) {
	return m.Engine.Update(ctx, func(tx kv.Tx) error {
		t := &metered{Tx: tx, keys: map[string]bool{}, reads: map[string]int{}}
		if !kv.Twin(tx) {
			m.last = t
		}
		return f(t)
	})
}

// metered is one transaction of a meter.
type metered struct {
	kv.Tx
	keys  map[string]bool // written or removed
	reads map[string]int  // how often each was asked for or scanned
}

// Twin is read through kv.Twin.
func (t *metered) Twin() bool { return kv.Twin(t.Tx) }

func (t *metered) Get(key []byte) ([]byte, error) {
	t.reads[string(key)]++
	return t.Tx.Get(key)
}

func (t *metered) Scan(r kv.Range) iter.Seq2[kv.Pair, error] {
	return func(yield func(kv.Pair, error) bool) {
		for p, err := range t.Tx.Scan(r) {
			t.reads[string(p.Key)]++
			if !yield(p, err) {
				return
			}
		}
	}
}

func (t *metered) Put(key, value []byte) error {
	t.keys[string(key)] = true
	return t.Tx.Put(key, value)
}

func (t *metered) Delete(key []byte) error {
	t.keys[string(key)] = true
	return t.Tx.Delete(key)
}

// wrote tells whether the record of this name was written in the table with this prefix.
func (t *metered) wrote(prefix byte, name string) bool {
	return t.keys[string(append([]byte{prefix}, store.Key(name)...))]
}
