// Package overlay is the transaction that all engines share: a sorted list of staged writes laid over a base that
// does not change while the closure runs. It holds the limits of package kv, so that every engine counts alike.
package overlay

import (
	"bytes"
	"hash/maphash"
	"slices"

	"nuo.internal/nuo/server/kv"
)

// Base is the state beneath a transaction. What it returns stays valid and unchanged until the transaction ends.
type Base interface {
	// Get returns the value of key, nil when there is none.
	Get(key []byte) []byte
	// Scan returns a function that gives the pairs of r one by one, and a nil key after the last.
	Scan(r kv.Range) func() (key, value []byte)
}

// Write is one staged change. A nil Value is a removal.
type Write struct{ Key, Value []byte }

// Config says which rules a transaction keeps. The zero value is a View.
type Config struct {
	// Writable allows Put and Delete and enforces kv.MaxKeys and kv.MaxBytes, which bind an Update alone.
	Writable bool
	// Twin is what kv.Twin reports.
	Twin bool
	// Poison hands out copies and overwrites them when the transaction ends, so that a slice that was kept shows.
	Poison bool
	// Position is what Tx.Position reports.
	Position kv.Position
	// OnRead, when set, is called for every key that the base was asked for or gave. The key must be copied.
	OnRead func(key []byte)
}

// Buffers are the memory of one transaction after another. One transaction uses them at a time.
type Buffers struct {
	// Piece is the size in bytes of one piece of memory for staged keys and values. 0 gives each its own, so that
	// one that is kept keeps no others alive.
	Piece   int
	writes  []Write
	touched []uint64
	arena   []byte
}

// Reset forgets the staged bytes of all earlier transactions: none of their writes may be in use any more.
func (b *Buffers) Reset() { b.arena = b.arena[:0] }

// Clone copies p into the buffers' memory, where it stays until Reset.
func (b *Buffers) Clone(p []byte) []byte {
	if cap(b.arena)-len(b.arena) < len(p) {
		b.arena = make([]byte, 0, max(b.Piece, len(p)))
	}
	from := len(b.arena)
	b.arena = append(b.arena, p...)
	return b.arena[from:len(b.arena):len(b.arena)]
}

// Tx implements kv.Tx.
type Tx struct {
	base   Base
	config Config
	buf    *Buffers
	bytes  int                 // of all staged keys and values
	many   map[uint64]struct{} // the touched keys, once there are more than MaxKeys reads and writes
	handed [][]byte            // copies to be poisoned
	err    error               // the first error of the transaction; it refuses all
	done   bool
}

var _ kv.Tx = (*Tx)(nil)

var seed = maphash.MakeSeed()

// New begins a transaction on base. buf may be nil for one that is not writable.
func New(base Base, buf *Buffers, c Config) *Tx {
	if buf != nil {
		buf.writes, buf.touched = buf.writes[:0], buf.touched[:0]
	}
	return &Tx{base: base, buf: buf, config: c}
}

// Twin is read through kv.Twin.
func (t *Tx) Twin() bool { return t.config.Twin }

// Position implements kv.Tx.
func (t *Tx) Position() kv.Position { return t.config.Position }

// Err returns the error that refuses the transaction even if its closure returned nil.
func (t *Tx) Err() error { return t.err }

// Writes returns what was staged, sorted by key. It is valid until the buffers are used again.
func (t *Tx) Writes() []Write {
	if t.buf == nil {
		return nil
	}
	return t.buf.writes
}

// End makes the transaction unusable and poisons what it handed out, if it was asked to.
func (t *Tx) End() {
	t.done = true
	for _, p := range t.handed {
		for i := range p {
			p[i] = 0xdb
		}
	}
	t.handed = nil
}

// Get implements kv.Tx.
func (t *Tx) Get(key []byte) ([]byte, error) {
	if err := t.touch(key); err != nil {
		return nil, err
	}
	if t.config.Writable {
		if i, ok := t.find(key); ok {
			return t.hand(t.buf.writes[i].Value), nil
		}
	}
	if t.config.OnRead != nil {
		t.config.OnRead(key)
	}
	return t.hand(t.base.Get(key)), nil
}

// Put implements kv.Tx.
func (t *Tx) Put(key, value []byte) error {
	if len(value) == 0 && t.config.Writable {
		return t.refuse(kv.ErrInvalid)
	}
	return t.stage(key, value)
}

// Delete implements kv.Tx.
func (t *Tx) Delete(key []byte) error { return t.stage(key, nil) }

func (t *Tx) stage(key, value []byte) error {
	switch {
	case t.done:
		return kv.ErrDone
	case !t.config.Writable:
		return kv.ErrReadOnly
	case len(key) == 0 || len(key) > kv.MaxKeySize:
		return t.refuse(kv.ErrInvalid)
	}
	if err := t.touch(key); err != nil {
		return err
	}
	i, ok := t.find(key)
	grow := len(value)
	if ok {
		grow -= len(t.buf.writes[i].Value)
	} else {
		grow += len(key)
	}
	if t.bytes+grow > kv.MaxBytes {
		return t.refuse(kv.ErrTooLarge)
	}
	t.bytes += grow
	if value != nil {
		value = t.buf.Clone(value)
	}
	if ok {
		t.buf.writes[i].Value = value
		return nil
	}
	t.buf.writes = slices.Insert(t.buf.writes, i, Write{t.buf.Clone(key), value})
	return nil
}

// find returns where key stands, or would stand, among the staged writes.
func (t *Tx) find(key []byte) (int, bool) {
	return slices.BinarySearchFunc(t.buf.writes, key, func(w Write, k []byte) int { return bytes.Compare(w.Key, k) })
}

// touch counts key among those that the transaction read or wrote. Distinct keys are told apart by their hashes, and
// only once there are more reads and writes than keys allowed: an ordinary transaction pays for one append.
func (t *Tx) touch(key []byte) error {
	if t.done {
		return kv.ErrDone
	}
	if !t.config.Writable {
		return nil
	}
	if t.err != nil {
		return t.err
	}
	h := maphash.Bytes(seed, key)
	if t.many == nil {
		if t.buf.touched = append(t.buf.touched, h); len(t.buf.touched) <= kv.MaxKeys {
			return nil
		}
		t.many = make(map[uint64]struct{}, kv.MaxKeys)
		for _, h := range t.buf.touched {
			t.many[h] = struct{}{}
		}
	}
	if t.many[h] = struct{}{}; len(t.many) > kv.MaxKeys {
		return t.refuse(kv.ErrTooLarge)
	}
	return nil
}

// refuse makes err the error of the whole transaction.
func (t *Tx) refuse(err error) error {
	if t.done {
		return kv.ErrDone
	}
	if t.err == nil {
		t.err = err
	}
	return t.err
}

// hand returns p, or under Poison a copy that End overwrites.
func (t *Tx) hand(p []byte) []byte {
	if !t.config.Poison || p == nil {
		return p
	}
	p = append(make([]byte, 0, len(p)), p...)
	t.handed = append(t.handed, p)
	return p
}
