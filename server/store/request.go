package store

import (
	"time"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
)

// RequestLife is how long a successful call is kept for its repeats.
const RequestLife = 24 * time.Hour

// RequestDay is the day under which a request of that instant is stored: whole days (UTC) since 1970-01-01.
func RequestDay(t time.Time) uint64 { return uint64(max(0, t.Unix()) / 86400) }

// FindRequest returns what is kept of an earlier call with these hashes of caller and request id, if it is not older
// than RequestLife. A call that is to be kept is stored by Requests.Insert with RequestDay(tx.Now()).
func FindRequest(tx *Tx, caller, id []byte) (*storev1.Request, bool, error) {
	today := RequestDay(tx.Now())
	for _, day := range []uint64{today, max(today, 1) - 1} {
		r, ok, err := Requests.Find(tx, day, caller, id)
		if err != nil {
			return nil, false, err
		}
		if ok && tx.Now().Sub(r.GetCreateTime().AsTime()) < RequestLife {
			return r, true, nil
		}
	}
	return nil, false, nil
}

// PurgeRequests removes up to limit requests of days that no repeat asks for, the oldest first, and tells how many.
func PurgeRequests(tx *Tx, limit int) (purged int, err error) {
	today := RequestDay(tx.Now())
	for key, err := range Requests.Keys(tx, Range{Until: []any{max(today, 1) - 1}}) {
		if err != nil || purged == limit {
			return purged, err
		}
		if err := Requests.Delete(tx, key...); err != nil {
			return purged, err
		}
		purged++
	}
	return purged, nil
}
