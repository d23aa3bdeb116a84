package memkv

import (
	"bytes"
	"fmt"

	"nuo.internal/nuo/server/kv/internal/overlay"
)

// Difference is what told two runs of one closure on the same state apart.
type Difference struct {
	// Key is the first key that one of them staged differently, nil when only the answers differ.
	Key []byte
	// First and Second are the staged values; nil is a removal or no write at all.
	First, Second []byte
	// FirstErr and SecondErr are the answers.
	FirstErr, SecondErr error
}

// String gives the difference in one line.
func (d Difference) String() string {
	if d.Key == nil {
		return fmt.Sprintf("memkv: a closure answered %v, and %v when run again on the same state", d.FirstErr, d.SecondErr)
	}
	return fmt.Sprintf("memkv: a closure staged %q = %q, and %q when run again on the same state", d.Key, d.First, d.Second)
}

// compare reports the first difference between two runs.
func (e *Engine) compare(a, b run) {
	d, ok := difference(a, b)
	switch {
	case !ok:
	case e.config.OnTwins != nil:
		e.config.OnTwins(d)
	default:
		panic(d.String())
	}
}

func difference(a, b run) (Difference, bool) {
	d := Difference{FirstErr: a.err, SecondErr: b.err}
	if fmt.Sprint(a.err) != fmt.Sprint(b.err) {
		return d, true
	}
	for i := range max(len(a.writes), len(b.writes)) {
		x, y := at(a.writes, i), at(b.writes, i)
		if bytes.Equal(x.Key, y.Key) && bytes.Equal(x.Value, y.Value) {
			continue
		}
		c := bytes.Compare(x.Key, y.Key)
		if y.Key == nil || (x.Key != nil && c <= 0) {
			d.Key, d.First = x.Key, x.Value
		}
		if x.Key == nil || (y.Key != nil && c >= 0) {
			d.Key, d.Second = y.Key, y.Value
		}
		return d, true
	}
	return d, false
}

func at(writes []overlay.Write, i int) overlay.Write {
	if i < len(writes) {
		return writes[i]
	}
	return overlay.Write{}
}
