package boltkv

import (
	"bytes"
	"context"
	"errors"
	"sync"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/internal/overlay"
)

// View implements kv.Engine. It waits for at most one sync, and only when it begins during it.
func (e *Engine) View(ctx context.Context, f func(kv.Tx) error) error {
	tx, err := e.begin(ctx)
	if err != nil {
		return err
	}
	defer end(tx)
	data := tx.Bucket(dataBucket)
	t := overlay.New(&base{bucket: data}, nil, overlay.Config{
		Poison: e.config.Poison, Position: kv.Position(data.Sequence()),
	})
	defer t.End()
	return f(t)
}

// begin begins a read transaction on durable state: it looks at what bbolt shows and waits until that is published.
func (e *Engine) begin(ctx context.Context) (*bolt.Tx, error) {
	if err := e.usable(ctx); err != nil {
		return nil, err
	}
	tx, err := e.db.Begin(false)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return nil, kv.ErrClosed
	}
	if err != nil {
		return nil, err
	}
	for int64(tx.ID()) > e.durable.Load() {
		next := e.commits.next()
		if int64(tx.ID()) <= e.durable.Load() {
			break
		}
		select {
		case <-next:
		case <-e.failed:
			end(tx)
			return nil, kv.ErrUnknown
		case <-ctx.Done():
			end(tx)
			return nil, ctx.Err()
		}
	}
	return tx, nil
}

// end ends a read transaction, which errs only if it has ended already.
func end(tx *bolt.Tx) { _ = tx.Rollback() }

// broadcast tells any number of waiters that something has happened.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{} // nil while nobody waits
}

// next returns a channel that is closed when send is called next.
func (b *broadcast) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *broadcast) send() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}

// base is a bucket beneath an overlay. Its slices lie in the file's mapping, or in the batch's memory.
type base struct {
	bucket *bolt.Bucket
	cursor *bolt.Cursor // for Get; every Scan has its own
}

func (b *base) Get(key []byte) []byte {
	if b.cursor == nil {
		b.cursor = b.bucket.Cursor()
	}
	if k, v := b.cursor.Seek(key); bytes.Equal(k, key) {
		return v
	}
	return nil
}

func (b *base) Scan(r kv.Range) func() (key, value []byte) {
	c, begun := b.bucket.Cursor(), false
	return func() (k, v []byte) {
		switch {
		case begun && r.Reverse:
			k, v = c.Prev()
		case begun:
			k, v = c.Next()
		case r.Reverse:
			k, v = last(c, r.End)
		default:
			k, v = c.Seek(r.Start)
		}
		begun = true
		if k == nil || (r.Reverse && bytes.Compare(k, r.Start) < 0) ||
			(!r.Reverse && r.End != nil && bytes.Compare(k, r.End) >= 0) {
			return nil, nil
		}
		return k, v
	}
}

// last moves c to the greatest key below end, or the greatest of all when end is nil.
func last(c *bolt.Cursor, end []byte) (key, value []byte) {
	if end == nil {
		return c.Last()
	}
	if k, _ := c.Seek(end); k == nil {
		return c.Last()
	}
	return c.Prev()
}
