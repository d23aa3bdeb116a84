package matching

import (
	"context"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// forget removes the plans whose time has come, each with its placements, in short steps. Doing it twice is harmless.
func (r *Room) forget(ctx context.Context) error {
	for _, state := range []nuov1.MatchState{proposed, applied, cancelled, failed} {
		for after, more := "", true; more; more = after != "" {
			var old []string
			err := r.store.View(ctx, func(tx *store.Tx) error {
				old = nil
				page, next, err := store.Matches.PageByIndex(tx, store.MatchesByState, after, lookAt, uint64(state))
				for _, m := range page {
					if expired(m, tx) {
						old = append(old, m.GetName())
					}
				}
				after = next
				return err
			})
			if err != nil {
				return err
			}
			for _, name := range old {
				if err := r.forgetMatch(ctx, name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// expired tells whether a plan in which nothing is under way has been kept for long enough.
func expired(m *nuov1.Match, tx *store.Tx) bool {
	return m.GetState() != solving && m.GetState() != applying && m.GetExpireTime() != nil &&
		!tx.Now().Before(m.GetExpireTime().AsTime())
}

// forgetMatch removes one plan, its record last. That it was applied meanwhile keeps it.
func (r *Room) forgetMatch(ctx context.Context, name string) error {
	for more := true; more; {
		err := r.store.Update(ctx, func(tx *store.Tx) error {
			more = false
			m, ok, err := store.Matches.Find(tx, name)
			if err != nil || !ok || !expired(m, tx) {
				return err
			}
			n, err := purge(tx, name, 1)
			if err != nil {
				return err
			}
			if more = n == keepStep; more {
				return nil
			}
			if err := store.MatchWorks.Delete(tx, name); err != nil {
				return err
			}
			return store.Matches.Delete(tx, name)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
