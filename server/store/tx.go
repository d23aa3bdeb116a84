package store

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"nuo.internal/nuo/server/kv"
)

// Tx is one transaction: a consistent view of the store, and where it is an Update's, what it stages. It belongs to
// the goroutine of its closure and is dead when the closure returns. Its time and randomness are one call's: Now does
// not move, and the n-th random value is the same in a twin run.
type Tx struct {
	kv      kv.Tx
	env     *env
	random  *rand.ChaCha8 // made at the first need
	ids     uint64        // made by NewID so far
	failure error         // of the source of entropy; refuses the transaction
	key     []byte        // scratch, used between two calls of the engine
	value   []byte        // scratch
}

// env is what one run of a closure gets from outside. A twin run gets the first run's.
type env struct {
	now     time.Time
	entropy io.Reader
	seed    [32]byte
	seeded  bool
	err     error
}

func newTx(t kv.Tx, e *env) *Tx { return &Tx{kv: t, env: e} }

// Now is the instant of the call, UTC. It is the same for the whole transaction.
func (tx *Tx) Now() time.Time { return tx.env.now }

// Position is that of the last commit that a View sees, and in an Update a lower bound of it: where to begin to Watch
// without missing anything.
func (tx *Tx) Position() kv.Position { return tx.kv.Position() }

// Random returns n bytes that nobody can guess.
func (tx *Tx) Random(n int) []byte {
	b := make([]byte, n)
	tx.fill(b)
	return b
}

func (tx *Tx) fill(b []byte) {
	if tx.random == nil {
		if !tx.env.seeded {
			_, tx.env.err = io.ReadFull(tx.env.entropy, tx.env.seed[:])
			tx.env.seeded = true
		}
		tx.failure = tx.env.err
		tx.random = rand.NewChaCha8(tx.env.seed)
	}
	_, _ = tx.random.Read(b) // never fails
}

// RandomID returns a new random uuid (v4) as text: it tells nothing, not even when it was made.
func (tx *Tx) RandomID() string {
	var id uuid.UUID
	tx.fill(id[:])
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id.String()
}

// NewID returns a new uuid (v7) as text. Its first 48 bits are the milliseconds of Now and the next 12 their fraction
// (RFC 9562, 6.2, method 3), moved on with each id of the call: ids of one call ascend, and ids of calls at
// different times order by time.
func (tx *Tx) NewID() string {
	var id uuid.UUID
	tx.fill(id[8:])
	now := tx.env.now
	ticks := uint64(now.UnixMilli())<<12 | uint64(now.Nanosecond()%1e6)<<12/1e6
	ticks += tx.ids
	tx.ids++
	binary.BigEndian.PutUint64(id[:8], ticks>>12<<16|0x7000|ticks&0xfff)
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}
