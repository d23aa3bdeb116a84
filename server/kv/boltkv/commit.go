package boltkv

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"nuo.internal/nuo/server/kv"
)

// commit makes the batch durable and publishes it. It returns kv.ErrFull when nothing was written, kv.ErrUnknown
// when nobody can tell.
func (w *writer) commit() (err error) {
	e := w.e
	defer func() {
		if p := recover(); p != nil {
			e.fail(fmt.Errorf("panic: %v\n\n%s", p, debug.Stack()))
			err = kv.ErrUnknown
			w.release()
		}
	}()
	id, position := int64(w.tx.ID()), e.position.Load()
	if w.err == nil && w.updates > 0 {
		position++
		w.err = w.record(position)
	}
	if w.err != nil || (w.updates == 0 && !w.trimmed) {
		return w.rollback(w.err)
	}
	err = w.tx.Commit()
	if err == nil && e.config.OnSync != nil {
		err = e.config.OnSync()
	}
	if err != nil {
		return e.commitFailed(err)
	}
	e.position.Store(position)
	e.durable.Store(id)
	e.stats.commits.Add(1)
	e.stats.updates.Add(uint64(w.updates))
	e.commits.send()
	return nil
}

// record adds what the commit itself writes: its position and its part of the feed.
func (w *writer) record(position uint64) error {
	if err := w.data.SetSequence(position); err != nil {
		return err
	}
	if len(w.fed) == 0 {
		return nil
	}
	return putFeed(w.tx.Bucket(feedBucket), kv.Position(position), w.fed)
}

// rollback gives up a transaction that was not committed. A cause other than nil is no fault of a closure: bbolt
// could not take what the overlay had let through.
func (w *writer) rollback(cause error) error {
	if err := errors.Join(cause, w.tx.Rollback()); err != nil {
		w.e.fail(err)
		return kv.ErrUnknown
	}
	return nil
}

// release lets go of bbolt's write lock after a panic in a commit, or Close would wait for ever.
func (w *writer) release() {
	defer func() { _ = recover() }()
	end(w.tx)
}

// commitFailed tells a full disk, after which the old state is in force, from everything else.
func (e *Engine) commitFailed(err error) error {
	if isFull(err) && e.isAtDurable() {
		e.log.Warn("store: no space, a commit was refused", "path", e.path, "error", err)
		return fmt.Errorf("%w: %w", kv.ErrFull, err)
	}
	e.fail(err)
	return kv.ErrUnknown
}

// isFull says whether err is one of a write that found no room. A sync's error is none, whatever its number: bbolt
// returns the bare errno there, and nobody knows what has reached the disk.
func isFull(err error) bool {
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return true
	}
	var p *fs.PathError
	return errors.As(err, &p) && p.Op == "write" && (errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT))
}

// isAtDurable says whether bbolt still shows the last durable transaction.
func (e *Engine) isAtDurable() bool {
	tx, err := e.db.Begin(false)
	if err != nil {
		return false
	}
	defer end(tx)
	return int64(tx.ID()) == e.durable.Load()
}
