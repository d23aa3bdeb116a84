package matching

import (
	"context"
	"strconv"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// ApplyMatch records that offers are to be made of a plan, and by whom; Work makes them. It needs a person, for a person
// answers for what is offered. WRONG_STATE for what is not PROPOSED, NOT_FOUND for a plan that was kept for as long as
// plans are, ETAG_MISMATCH for one that was not read.
func (r *Room) ApplyMatch(ctx context.Context, req *nuov1.ApplyMatchRequest) (*nuov1.Match, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Match, error) {
		m, err := matchOf(c, req.GetName())
		if err != nil {
			return nil, err
		}
		if err := c.NeedPerson(); err != nil {
			return nil, err
		}
		if err := refuseState(m, "APPLY", proposed); err != nil {
			return nil, err
		}
		if expired(m, c.Tx) { // the next sweep forgets it
			return nil, fault.New(notFound, "name", m.GetName())
		}
		if err := call.RefuseStale(m, req.GetEtag()); err != nil {
			return nil, err
		}
		w, err := workOf(c.Tx, m.GetName())
		if err != nil {
			return nil, err
		}
		w.Person, w.Actor, w.Role, w.ApplyNumber, w.Changed = c.Caller.Person, c.Actor(), c.Role, 1, false
		if err := store.MatchWorks.Put(c.Tx, w); err != nil {
			return nil, err
		}
		m.State, m.ExpireTime = applying, nil
		if err := store.Matches.Put(c.Tx, m); err != nil {
			return nil, err
		}
		return r.present(c, m), c.Note(m.GetName(), "placements", strconv.Itoa(int(m.GetPlacements())))
	})
}

// workOf is how far the work on a plan has come.
func workOf(tx *store.Tx, match string) (*storev1.MatchWork, error) {
	w, ok, err := store.MatchWorks.Find(tx, match)
	if err == nil && !ok {
		w = &storev1.MatchWork{Match: match}
	}
	return w, err
}
