package boltkv

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/internal/overlay"
)

// writer runs the queue's calls, a batch at a time. Its fields are one batch's progress: a closure that ends its
// goroutine (runtime.Goexit) is survived by going on in another.
type writer struct {
	e     *Engine
	buf   overlay.Buffers
	batch []*call
	next  int           // of the batch, to run
	ran   chan struct{} // closed when all have run

	tx      *bolt.Tx
	data    *bolt.Bucket
	base    *base
	updates int // that staged anything
	trimmed bool
	fed     [][]byte
	err     error // why the batch cannot be committed
}

// loop works until the queue is closed and empty, or the engine has failed.
func (w *writer) loop() {
	ended := false
	defer func() {
		if ended {
			close(w.e.stopped)
		} else {
			go w.loop()
		}
	}()
	for {
		if w.tx == nil && !w.start() {
			ended = true
			return
		}
		for w.next < len(w.batch) {
			c := w.batch[w.next]
			w.next++
			w.run(c)
		}
		w.finish()
		runtime.Gosched() // lets those just answered queue again: fuller batches at no delay
	}
}

// start takes a batch and begins its transaction. It returns false when there will be none.
func (w *writer) start() bool {
	clear(w.batch)
	w.batch, w.next = w.e.queue.take(w.batch[:0], maxBatch), 0
	w.updates, w.trimmed, w.fed, w.err = 0, false, w.fed[:0], nil
	if len(w.batch) == 0 {
		return false
	}
	w.ran = make(chan struct{})
	w.buf.Reset()
	tx, err := w.begin()
	if err != nil {
		w.e.fail(err)
		close(w.ran)
		w.refuseAll()
		return false
	}
	w.tx, w.data = tx, tx.Bucket(dataBucket)
	w.base = &base{bucket: w.data}
	return true
}

// begin begins bbolt's transaction, never on an engine that has failed: bbolt itself would allow it.
func (w *writer) begin() (*bolt.Tx, error) {
	select {
	case <-w.e.failed:
		return nil, kv.ErrUnknown
	default:
		return w.e.db.Begin(true)
	}
}

// refuseAll answers the batch and all that wait when the engine has failed.
func (w *writer) refuseAll() {
	w.e.queue.close(kv.ErrUnknown)
	for len(w.batch) > 0 {
		w.answer(kv.ErrUnknown)
		w.batch = w.e.queue.take(w.batch[:0], maxBatch)
	}
}

// run runs one call, unless its caller has left, and flushes what it staged if it succeeded.
func (w *writer) run(c *call) {
	c.ran = w.ran
	if !c.state.CompareAndSwap(waiting, running) {
		return
	}
	if c.err = c.ctx.Err(); c.err != nil || w.err != nil {
		return
	}
	if c.f == nil {
		w.trim(c)
		return
	}
	t := overlay.New(w.base, &w.buf, overlay.Config{
		Writable: true, Poison: w.e.config.Poison, Position: kv.Position(w.e.position.Load()),
	})
	w.call(c, t)
	if c.err == nil && c.panicked == nil && !c.exited {
		w.flush(t.Writes())
	}
}

// call runs the closure and catches whatever it does.
func (w *writer) call(c *call, t *overlay.Tx) {
	c.exited = true
	defer func() {
		if p := recover(); p != nil {
			c.exited, c.panicked = false, &kv.Panic{Value: p, Stack: debug.Stack()}
		}
		t.End()
	}()
	err := c.f(t)
	if err == nil {
		err = t.Err()
	}
	c.exited, c.err = false, err
}

// flush puts staged writes, which are sorted, into bbolt's transaction.
func (w *writer) flush(writes []overlay.Write) {
	for _, o := range writes {
		var err error
		if o.Value == nil {
			err = w.data.Delete(o.Key)
		} else {
			err = w.data.Put(o.Key, o.Value)
		}
		if err != nil {
			w.err = fmt.Errorf("flush: %w", err)
			return
		}
		if w.isFed(o.Key) {
			w.fed = append(w.fed, o.Key)
		}
	}
	if len(writes) > 0 {
		w.updates++
	}
}

func (w *writer) isFed(key []byte) bool {
	for _, p := range w.e.config.FeedPrefixes {
		if bytes.HasPrefix(key, p) {
			return true
		}
	}
	return false
}

// finish ends the transaction and answers the batch.
func (w *writer) finish() {
	close(w.ran)
	err := w.commit()
	w.tx, w.data, w.base = nil, nil, nil
	w.answer(err)
}

// answer answers every call of the batch that nobody took back. An err of the whole batch goes to all, the refused
// too: what they were refused for may never have come to be.
func (w *writer) answer(err error) {
	position := kv.Position(w.e.position.Load())
	for _, c := range w.batch {
		if c.ran == nil {
			c.ran = w.ran
			if !c.state.CompareAndSwap(waiting, running) {
				continue
			}
		}
		if err != nil && c.panicked == nil && !c.exited {
			c.err = err
		}
		if c.err == nil {
			c.position = position
		}
		close(c.done)
	}
}
