// Package kv is the contract between Nuo's store and the engine that keeps its bytes: ordered keys and
// transactions written as closures. An engine is narrow on purpose (one embedded file today, a cluster later),
// and its limits are the stricter engine's, held by all: what passes kvtest on one passes on every other.
//
// The package knows neither messages nor tables; package store gives the keys their meaning.
package kv

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// Limits of one Update, the stricter engine's. Larger work is done in resumable steps of several Updates.
const (
	MaxKeys  = 1024    // distinct keys read or written
	MaxBytes = 1 << 20 // bytes of keys and values written
)

// MaxKeySize is the length in bytes of the longest key.
const MaxKeySize = 32 << 10

// Errors of an engine. Everything else that an engine returns is fatal to the process (see ErrUnknown).
var (
	// ErrTooLarge: the closure read or wrote more than MaxKeys or MaxBytes allow; nothing was written.
	ErrTooLarge = errors.New("kv: transaction over its limits")
	// ErrReadOnly: Put or Delete inside a View, or any write to an engine that was opened to be read only.
	ErrReadOnly = errors.New("kv: write in a read-only transaction")
	// ErrInvalid: Put or Delete of an empty or overlong key, or Put of an empty value: an error of the program.
	ErrInvalid = errors.New("kv: empty or overlong key, or empty value")
	// ErrDone: the transaction was used after its closure had returned: an error of the program.
	ErrDone = errors.New("kv: transaction used after its closure returned")
	// ErrFull: the disk is full; nothing was written, reads go on, later writes may succeed.
	ErrFull = errors.New("kv: no space left on device")
	// ErrBusy: the write queue is full; nothing was tried.
	ErrBusy = errors.New("kv: write queue is full")
	// ErrClosed: the engine is closed.
	ErrClosed = errors.New("kv: engine is closed")
	// ErrUnknown: a commit erred and may or may not have happened. The engine refuses everything afterwards and
	// the process must end: going on would show state that a power cut takes back.
	ErrUnknown = errors.New("kv: outcome of the commit is unknown")
	// ErrLocked: another process holds the store.
	ErrLocked = errors.New("kv: store is held by another process")
	// ErrTooOld: Watch was asked to resume before the oldest kept position, or after the newest one, which is a
	// position of another store (one that was restored from a backup has forgotten what came after it). Either way
	// the watcher reads everything anew.
	ErrTooOld = errors.New("kv: position is no longer kept")
)

// Position orders commits: a later commit has a greater position. 0 is before the first.
type Position uint64

// Pair is a key with its value. Both slices are the engine's: valid until the closure returns, never to be
// modified or kept.
type Pair struct{ Key, Value []byte }

// Range is the half-open interval of keys from Start to End, in ascending order, or descending when Reverse is
// set. A nil End means the end of the key space.
type Range struct {
	Start, End []byte
	Reverse    bool
}

// Prefix is the range of all keys that begin with p.
func Prefix(p []byte) Range {
	end := append([]byte(nil), p...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] != 0xff {
			end[i]++
			return Range{Start: p, End: end[:i+1]}
		}
	}
	return Range{Start: p}
}

// Tx is one consistent view of the store. It is used by the goroutine of its closure alone and is dead when the
// closure returns.
type Tx interface {
	// Get returns the value of key, nil when there is none. A stored value is never empty.
	Get(key []byte) ([]byte, error)
	// Scan yields the pairs of r in order, the transaction's own writes included. The closure may write while it
	// scans; a scan sees what was written before it began. It ends after the first error.
	Scan(r Range) iter.Seq2[Pair, error]
	// Put stages a write; value must not be empty. Key and value are copied.
	Put(key, value []byte) error
	// Delete stages a removal; a key that is not there is no error.
	Delete(key []byte) error
	// Position is that of the last commit that a View sees. In an Update it is a lower bound.
	Position() Position
}

// Change tells which keys a commit wrote or removed, among those that the engine was opened to feed.
type Change struct {
	Position Position
	Keys     [][]byte
}

// Engine keeps ordered keys durably.
type Engine interface {
	// View runs f on the newest state that is durable. f must be short (under a second): it waits for no peer.
	View(ctx context.Context, f func(Tx) error) error

	// Update runs f and makes what it staged durable, all or nothing, before it returns nil. Transactions are
	// serialisable: some order of all of them explains every answer. When f returns an error nothing is written
	// and that very error is returned, but only after every state that f read is durable too.
	//
	// f MAY RUN MORE THAN ONCE and must have no effect outside its Tx: it assigns outer variables only by
	// overwriting them whole. A context that ends before f has run returns its error and nothing is written; one
	// that ends later returns its error and the outcome is unknown to the caller (request ids settle it). f never
	// runs after Update has returned.
	//
	// An error of the transaction (ErrTooLarge, ErrInvalid) refuses the whole of it, also when f returns nil. A
	// panic of f writes nothing and rises again in the caller's goroutine, as a *Panic where f ran in another one.
	Update(ctx context.Context, f func(Tx) error) (Position, error)

	// Watch yields, in order and without gaps, the changes after position `after` to fed keys that begin with
	// prefix, and goes on until ctx ends (its error is then the last element) or the consumer stops. It sees only
	// durable commits. Several commits may arrive as one Change at the last one's position.
	Watch(ctx context.Context, after Position, prefix []byte) iter.Seq2[Change, error]

	// Trim forgets fed changes up to and including position p.
	Trim(ctx context.Context, p Position) error

	// Backup writes a consistent copy of the engine's file to the named new file (never over an old one).
	Backup(ctx context.Context, file string) error

	// Failed is closed when the engine has met ErrUnknown.
	Failed() <-chan struct{}

	// Close waits for the transactions under way, ends every Watch with ErrClosed and releases the store. A second
	// Close does nothing. Calls after it answer ErrClosed.
	Close() error
}

// Panic carries a closure's panic from the engine's goroutine to the caller's, with the stack that the caller's
// goroutine cannot show.
type Panic struct {
	Value any
	Stack []byte
}

// Error gives the value and the stack: it is meant for the log, never for a peer.
func (p *Panic) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Unwrap returns the value when it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Twin tells whether tx is the second run of a closure that the engine runs twice on the same state, to compare
// what both staged. The caller's sources of time and randomness must then be rewound to where the first run found
// them; in any other repeat they stay fresh.
func Twin(tx Tx) bool {
	t, ok := tx.(interface{ Twin() bool })
	return ok && t.Twin()
}
