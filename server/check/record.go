package check

import (
	"bytes"
	"crypto/sha256"
	"time"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	"nuo.internal/nuo/server/store"
)

const (
	// purgeLate is how much longer than it must be an answer may be kept. Servers forget each hour; one that was ended
	// right after a long stop had no time to.
	purgeLate = 7 * 24 * time.Hour
	// purgeRuns is how long a server serves before it must have forgotten once.
	purgeRuns = 2 * time.Hour
)

// horizon is since when kept answers must have been forgotten; zero where that is not known.
type horizon struct{ requests time.Time }

// horizonOf takes it from when the store was served last. The present time says nothing: nobody forgets anything while
// no server runs.
func horizonOf(tx *store.Tx) (horizon, error) {
	for i, err := range store.ServingIntervals.ScanReverse(tx) {
		if err != nil {
			return horizon{}, ignoreDamage(err)
		}
		if i.GetEnd().AsTime().Sub(i.GetStart().AsTime()) < purgeRuns {
			continue
		}
		return horizon{requests: i.GetEnd().AsTime().Add(-store.RequestLife - purgeLate)}, nil
	}
	return horizon{}, nil
}

// request verifies a kept answer by its outside: what it holds is sealed.
func (v *visit) request(r *storev1.Request) {
	made := r.GetCreateTime().AsTime()
	v.key = made.Format(time.RFC3339Nano)
	switch {
	case r.GetDay() != store.RequestDay(made):
		v.say("kept answer under another day than its own")
	case len(r.GetCaller()) != sha256.Size || len(r.GetId()) != sha256.Size || len(r.GetFingerprint()) != sha256.Size:
		v.say("kept answer whose hashes have another length")
	case len(r.GetSealed()) == 0 || r.GetMethod() == "":
		v.say("kept answer without its answer or its method")
	case made.Before(v.past.requests):
		v.say("kept answer that was to be forgotten")
	}
}

// adminEvent verifies that an event says the same as its key.
func (v *visit) adminEvent(e *storev1.AdminEvent) {
	if e.GetObject() != v.record.Owner || e.GetSequence() != v.record.Sequence {
		v.say("event %d stands at place %d of %s", e.GetSequence(), v.record.Sequence, v.record.Owner)
	}
}

// note verifies free words against the commitment in their event. Words that are gone were erased, which is no fault.
func (v *visit) note(n *storev1.Note) error {
	commitment := store.Commit(n.GetSalt(), n.GetText())
	committed := false
	for link, err := range store.ContractEvents.Scan(v.Tx, n.GetOwner()) {
		if err != nil {
			return err
		}
		if link.Sequence == n.GetSequence() {
			committed = bytes.Equal(link.Event.GetNoteCommitment(), commitment)
			break
		}
	}
	for link, err := range store.AdminEvents.Scan(v.Tx, n.GetOwner()) {
		if err != nil || committed {
			return err
		}
		if link.Sequence == n.GetSequence() {
			committed = bytes.Equal(link.Event.GetNote(), commitment)
			break
		}
	}
	if !committed {
		v.say("the words are not those of event %d", n.GetSequence())
	}
	return nil
}
