package matching

import (
	"context"
	"errors"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

const applyMethod = nuov1.MatchService_ApplyMatch_FullMethodName

// refuseFormer is PERMISSION_DENIED where who applied the plan does not hold the role over it any more: offers are made in
// somebody's name, also when much time has passed since they asked for them, as after a stop.
func refuseFormer(tx *store.Tx, m *nuov1.Match, w *storev1.MatchWork) error {
	may, err := call.StillMay(tx, w.GetPerson(), w.GetRole(), applyMethod, factsOf(m))
	if err == nil && !may || damaged(err) { // who that is cannot be read, and says nothing about a place
		err = rpc.Denied(applyMethod)
	}
	return err
}

// breakOff ends the work on a plan before its time, with the reason. Of a plan that is being applied the places that are
// left are CHANGED with it, and what was offered stands (see fail).
func (r *Room) breakOff(ctx context.Context, name string, state nuov1.MatchState, reason nuov1.ErrorReason) error {
	for more := state == applying; more; {
		err := r.update(ctx, name, state, func(tx *store.Tx, m *nuov1.Match) (err error) {
			more, err = giveUpSome(tx, m, keepStep, reason)
			return err
		})
		switch {
		case err == nil:
		case errors.Is(err, errSettled) || ctx.Err() != nil || lost(err) || passing(err):
			return err
		default: // the places cannot be read: they stay as they are
			more = false
		}
	}
	return r.update(ctx, name, state, func(tx *store.Tx, m *nuov1.Match) error {
		fail(m, reason, tx.Now())
		return nil
	})
}

// giveUpSome writes of the next placements that they are not offered, and why, and tells whether there may be more.
func giveUpSome(tx *store.Tx, m *nuov1.Match, most int, reason nuov1.ErrorReason) (more bool, err error) {
	w, err := workOf(tx, m.GetName())
	if err != nil {
		return false, err
	}
	crews, err := nextCrews(tx, m, w.GetApplyNumber(), most)
	if err != nil || len(crews) == 0 {
		return false, err
	}
	for _, crew := range crews {
		for _, p := range crew {
			if err := note(tx, m, w, p, lifecycle.Placed{Refused: reason}); err != nil {
				return false, err
			}
		}
	}
	return true, store.MatchWorks.Put(tx, w)
}
