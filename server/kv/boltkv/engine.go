package boltkv

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"

	"nuo.internal/nuo/server/kv"
)

const (
	defaultQueue = 1000
	maxBatch     = 256
	// arenaSize is one piece of the memory for staged bytes: a few dozen ordinary transactions.
	arenaSize = 64 << 10
	// maxRead is how many records of the feed one read transaction takes.
	maxRead = 256
	// maxTrim is how many records of the feed one write transaction removes.
	maxTrim = 1000
)

var (
	dataBucket = []byte("data")
	feedBucket = []byte("feed")
)

// Config is what an engine may be told. Its zero value is an engine without a feed.
type Config struct {
	// FeedPrefixes say which keys Watch reports: those that begin with any of them.
	FeedPrefixes [][]byte
	// QueueLength is how many Updates may wait before kv.ErrBusy; 0 means 1000.
	QueueLength int
	// MaxSize bounds the file in bytes; a commit that would grow it further is refused with kv.ErrFull. 0: no bound.
	MaxSize int
	// ReadOnly opens an existing store and changes no byte of it, nor of its directory. Several read-only engines
	// may hold one store, none while a writing one does.
	ReadOnly bool
	// Poison hands out copies and overwrites them when the closure returns, so that a kept slice shows. For tests.
	Poison bool
	// OnSync is called after each commit is written and before it counts as durable. It may sleep, as a slow disk
	// does, and its error is taken for the sync's. For tests.
	OnSync func() error
	// Logger is told of failures; nil means none is.
	Logger *slog.Logger
}

// Engine implements kv.Engine on one file. See the package's documentation for its guarantees.
type Engine struct {
	path   string
	config Config
	db     *bolt.DB
	lock   *lockFile
	log    *slog.Logger

	queue   queue
	writer  writer
	stopped chan struct{} // closed when the writer has ended

	durable  atomic.Int64  // id of the last bbolt transaction that is synced
	position atomic.Uint64 // its position
	commits  broadcast     // after each of them
	stats    struct{ commits, updates atomic.Uint64 }

	failOnce  sync.Once
	failed    chan struct{}
	closeOnce sync.Once
	closed    chan struct{}
	closeErr  error
}

var _ kv.Engine = (*Engine)(nil)

// Stats are figures for monitoring, each correct by itself and not of one moment.
type Stats struct {
	Queued   int    // Updates that wait
	Commits  uint64 // synced since Open
	Updates  uint64 // committed by them
	Position kv.Position
	Bytes    int64 // size of the file
}

// Open opens the store at path, and creates it when there is no such file and c does not say ReadOnly. The directory
// must exist and be local. It waits up to a second for another process to let go.
//
// Errors: kv.ErrLocked naming the holder; fs.ErrNotExist; any other error means that the file is damaged or none of
// ours. After an error on a damaged file the process should end, for the broken mapping may linger.
func Open(path string, c Config) (*Engine, error) {
	if c.QueueLength <= 0 {
		c.QueueLength = defaultQueue
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	e := &Engine{
		path: path, config: c, log: c.Logger,
		stopped: make(chan struct{}), failed: make(chan struct{}), closed: make(chan struct{}),
	}
	var err error
	if !c.ReadOnly {
		if e.lock, err = acquire(path); err != nil {
			return nil, err
		}
		if err = createIfMissing(path, c); err != nil {
			e.lock.release()
			return nil, err
		}
	}
	if err = e.openFile(); err != nil {
		e.lock.release()
		return nil, err
	}
	e.queue.init(c.QueueLength)
	if c.ReadOnly {
		close(e.stopped)
	} else {
		e.writer.e, e.writer.buf.Piece = e, arenaSize
		go e.writer.loop()
	}
	return e, nil
}

// Failed implements kv.Engine.
func (e *Engine) Failed() <-chan struct{} { return e.failed }

// Stats returns figures for monitoring.
func (e *Engine) Stats() Stats {
	s := Stats{
		Queued: e.queue.len(), Commits: e.stats.commits.Load(), Updates: e.stats.updates.Load(),
		Position: kv.Position(e.position.Load()),
	}
	if i, err := os.Stat(e.path); err == nil {
		s.Bytes = i.Size()
	}
	return s
}

// Close implements kv.Engine: what is queued is still done.
func (e *Engine) Close() error {
	e.closeOnce.Do(func() {
		close(e.closed)
		e.queue.close(kv.ErrClosed)
		<-e.stopped
		e.closeErr = e.db.Close()
		e.lock.release()
	})
	return e.closeErr
}

// fail stops the engine for good: err says what a commit met.
func (e *Engine) fail(err error) {
	e.failOnce.Do(func() {
		e.log.Error("store: a commit failed, its outcome is unknown; the process must end", "path", e.path, "error", err)
		close(e.failed)
	})
}

// usable returns the error of an engine that failed or is closed, or of a context that ended.
func (e *Engine) usable(ctx context.Context) error {
	select {
	case <-e.failed:
		return kv.ErrUnknown
	case <-e.closed:
		return kv.ErrClosed
	default:
		return ctx.Err()
	}
}

// CheckPages verifies the file's own structure: every page reachable once, or free, and every key in order. It
// knows nothing of what the values mean. A damaged file may crash the checker: run it in a process of its own.
func (e *Engine) CheckPages(ctx context.Context) error {
	tx, err := e.begin(ctx)
	if err != nil {
		return err
	}
	defer end(tx)
	var first error
	n := 0
	for err := range tx.Check() {
		if n++; first == nil {
			first = err
		}
	}
	if first != nil {
		return fmt.Errorf("%s: %d faults, the first: %w", e.path, n, first)
	}
	return nil
}
