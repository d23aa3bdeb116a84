package overlay

import (
	"bytes"
	"iter"
	"slices"

	"nuo.internal/nuo/server/kv"
)

// Scan implements kv.Tx.
func (t *Tx) Scan(r kv.Range) iter.Seq2[kv.Pair, error] {
	return func(yield func(kv.Pair, error) bool) {
		if t.done {
			yield(kv.Pair{}, kv.ErrDone)
			return
		}
		if r.End != nil && bytes.Compare(r.Start, r.End) >= 0 {
			return
		}
		m := merge{base: t.base.Scan(r), staged: t.stagedIn(r), reverse: r.Reverse, onRead: t.config.OnRead}
		m.advance()
		for {
			key, value := m.next()
			if key == nil {
				return
			}
			if err := t.touch(key); err != nil {
				yield(kv.Pair{}, err)
				return
			}
			if !yield(kv.Pair{Key: t.hand(key), Value: t.hand(value)}, nil) {
				return
			}
		}
	}
}

// stagedIn returns a copy, in the order of the scan, of the writes in r: the closure may write while it scans.
func (t *Tx) stagedIn(r kv.Range) []Write {
	if !t.config.Writable || len(t.buf.writes) == 0 {
		return nil
	}
	from, to := 0, len(t.buf.writes)
	if r.Start != nil {
		from, _ = t.find(r.Start)
	}
	if r.End != nil {
		to, _ = t.find(r.End)
	}
	if from >= to {
		return nil
	}
	w := slices.Clone(t.buf.writes[from:to])
	if r.Reverse {
		slices.Reverse(w)
	}
	return w
}

// merge joins the base's pairs with the staged ones, which win and may hide.
type merge struct {
	base       func() (key, value []byte)
	key, value []byte // the base's pair that is next
	staged     []Write
	reverse    bool
	onRead     func(key []byte)
}

func (m *merge) advance() { m.key, m.value = m.base() }

// read reports the base's pair as read and goes on to the next. A pair that is only looked ahead at is not read.
func (m *merge) read() {
	if m.onRead != nil {
		m.onRead(m.key)
	}
	m.advance()
}

// next returns the next pair of the merged order, a nil key after the last.
func (m *merge) next() (key, value []byte) {
	for {
		order := m.order()
		if order > 0 || (order == 0 && m.key == nil) {
			key, value = m.key, m.value
			if key != nil {
				m.read()
			}
			return key, value
		}
		w := m.staged[0]
		m.staged = m.staged[1:]
		if order == 0 {
			m.read()
		}
		if w.Value != nil {
			return w.Key, w.Value
		}
	}
}

// order is negative when the staged pair comes first, positive when the base's does, and 0 when both have the same
// key or both are at their end.
func (m *merge) order() int {
	switch {
	case len(m.staged) == 0 && m.key == nil:
		return 0
	case len(m.staged) == 0:
		return 1
	case m.key == nil:
		return -1
	case m.reverse:
		return bytes.Compare(m.key, m.staged[0].Key)
	default:
		return bytes.Compare(m.staged[0].Key, m.key)
	}
}
