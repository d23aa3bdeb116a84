package matching

import (
	"context"
	"log/slog"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// forget removes the plans whose time has come, each with its placements, in short steps. Doing it twice is harmless.
// What cannot be read or removed is told and left, and the others go.
func (r *Room) forget(ctx context.Context) error {
	for _, state := range []nuov1.MatchState{proposed, applied, cancelled, failed} {
		for after, more := "", true; more; more = after != "" {
			old, next, err := r.expired(ctx, state, after)
			if err != nil {
				return err
			}
			for _, name := range old {
				err := r.forgetMatch(ctx, name)
				switch {
				case err == nil:
				case ctx.Err() != nil || lost(err) || passing(err):
					return err
				default:
					r.log.ErrorContext(ctx, "a plan cannot be forgotten", slog.String("match", name), slog.Any("error", err))
				}
			}
			after = next
		}
	}
	return nil
}

// expired are names of plans in a state whose time has come, and where the next ones begin.
func (r *Room) expired(ctx context.Context, state nuov1.MatchState, after string) (old []string, next string, err error) {
	err = r.store.View(ctx, func(tx *store.Tx) error {
		old = nil
		page, last, err := store.Matches.Select(tx, store.Query[*nuov1.Match]{
			Index: store.MatchesByState, Prefix: []any{uint64(state)}, After: after, Size: lookAt, Look: lookAt,
			Aside: func(error) {}, // the lanes and nuo check tell of it
		})
		for _, m := range page {
			if expired(m, tx) {
				old = append(old, m.GetName())
			}
		}
		next = last
		return err
	})
	return old, next, err
}

// expired tells whether a plan in which nothing is under way has been kept for long enough.
func expired(m *nuov1.Match, tx *store.Tx) bool {
	return m.GetState() != solving && m.GetState() != applying && m.GetExpireTime() != nil &&
		!tx.Now().Before(m.GetExpireTime().AsTime())
}

// forgetMatch removes one plan, its record last. That it was applied meanwhile keeps it; what is more than one step can
// remove is given up with the first, so that nobody applies what is left.
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
				if m.GetState() == proposed {
					m.State = cancelled
				}
				if err := store.Matches.Touch(tx, name); err != nil { // the conflict key of what belongs to the plan
					return err
				}
				return store.Matches.Put(tx, m)
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
