package store

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"time"

	"nuo.internal/nuo/server/kv"
)

// Clock tells the time. The real one stands in package server; tests and the demo move theirs by hand.
type Clock interface {
	// Now is the present instant.
	Now() time.Time
	// Until returns a channel that is closed when Now is t or later.
	Until(t time.Time) <-chan struct{}
}

// Position orders commits; 0 is before the first. Streams resume from one.
type Position = kv.Position

// Config is what a store needs from outside.
type Config struct {
	// Clock is required.
	Clock Clock
	// Entropy seeds each call's randomness; nil means the operating system's.
	Entropy io.Reader
	// ReadOnly promises to write nothing: an older file is refused instead of being migrated, a file of a newer
	// additive version is read.
	ReadOnly bool
}

// Store is an open store.
type Store struct {
	engine kv.Engine
	config Config
}

var errNoClock = errors.New("store: Config.Clock is required")

// Open reads the versions of what the engine keeps before anything else: a new store is given the present ones, an
// older one is migrated, a newer one is refused (ErrNewer), as is what is no store of Nuo (ErrForeign). The engine is
// the store's from then on; when Open fails it stays the caller's.
func Open(engine kv.Engine, c Config) (*Store, error) {
	if c.Clock == nil {
		return nil, errNoClock
	}
	if c.Entropy == nil {
		c.Entropy = rand.Reader
	}
	s := &Store{engine: engine, config: c}
	if err := s.openVersions(context.Background(), current, migrations); err != nil {
		return nil, err
	}
	return s, nil
}

// Clock is the clock that transactions take their instant from.
func (s *Store) Clock() Clock { return s.config.Clock }

// View runs f on the newest durable state. f must be short: it waits for no peer.
func (s *Store) View(ctx context.Context, f func(*Tx) error) error {
	return engineError(s.engine.View(ctx, func(t kv.Tx) error {
		return run(newTx(t, s.newEnv()), f)
	}))
}

// Update runs f and makes what it wrote durable, all or nothing, before it returns nil. f may run more than once and
// has no effect outside its Tx; an error of f writes nothing and is returned as it is.
func (s *Store) Update(ctx context.Context, f func(*Tx) error) error {
	var e *env
	_, err := s.engine.Update(ctx, func(t kv.Tx) error {
		if e == nil || !kv.Twin(t) {
			e = s.newEnv()
		}
		return run(newTx(t, e), f)
	})
	return engineError(err)
}

func (s *Store) newEnv() *env {
	return &env{now: s.config.Clock.Now().Round(0).UTC(), entropy: s.config.Entropy}
}

// run is one run of a closure. Without entropy nothing that it made may be kept or told.
func run(tx *Tx, f func(*Tx) error) error {
	err := f(tx)
	if tx.failure != nil {
		return tx.failure
	}
	return err
}

// Backup writes a consistent copy of the store to the named new file, never over an old one.
func (s *Store) Backup(ctx context.Context, file string) error {
	return engineError(s.engine.Backup(ctx, file))
}

// Trim forgets the feed up to and including p; a Watch that resumes before it answers RESUME_TOO_OLD.
func (s *Store) Trim(ctx context.Context, p Position) error {
	return engineError(s.engine.Trim(ctx, p))
}

// Failed is closed when a commit may or may not have happened: the process must end.
func (s *Store) Failed() <-chan struct{} { return s.engine.Failed() }

// Close waits for transactions under way, ends every Watch, and closes the engine.
func (s *Store) Close() error { return s.engine.Close() }
