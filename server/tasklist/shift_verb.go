package tasklist

import (
	"context"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// CancelShift cancels one shift; its contracts follow in steps.
func (r *Room) CancelShift(ctx context.Context, req *nuov1.CancelShiftRequest) (*nuov1.Shift, error) {
	return r.moveShift(ctx, req, req.GetReason(), func(c *call.Call, s *nuov1.Shift, _ *nuov1.TaskList) error {
		if err := refuseShiftState(s); err != nil {
			return err
		}
		return lifecycle.CancelShift(c.Tx, actor(c), s)
	})
}

// CutShortShift ends a running shift now. That the later shifts of the list are cancelled with it is the committee's
// word, not the leader's.
func (r *Room) CutShortShift(ctx context.Context, req *nuov1.CutShortShiftRequest) (*nuov1.Shift, error) {
	return r.moveShift(ctx, req, req.GetReason(), func(c *call.Call, s *nuov1.Shift, l *nuov1.TaskList) error {
		if req.GetLaterShifts() && c.Role == nuov1.Role_ROLE_SHIFT_LEADER {
			return rpc.Denied(c.Method)
		}
		if err := refuseShiftState(s); err != nil {
			return err
		}
		if err := lifecycle.CutShort(c.Tx, actor(c), s); err != nil || !req.GetLaterShifts() {
			return err
		}
		return cancelLater(c, s, l)
	})
}

// cancelLater cancels the shifts of the list that have not begun.
func cancelLater(c *call.Call, cut *nuov1.Shift, l *nuov1.TaskList) error {
	for s, err := range store.Shifts.ByIndex(c.Tx, store.ShiftsByList, l.GetName()) {
		if err != nil {
			return err
		}
		if s.GetName() == cut.GetName() || s.GetState() != open || !c.Now().Before(s.GetStartTime().AsTime()) {
			continue
		}
		if err := lifecycle.CancelLater(c.Tx, actor(c), s); err != nil {
			return err
		}
		if err := note(c, s.GetName(), "state", s.GetState().String(), "cause", cut.GetName()); err != nil {
			return err
		}
	}
	return nil
}

// ReduceShift lowers the capacity to what is still needed.
func (r *Room) ReduceShift(ctx context.Context, req *nuov1.ReduceShiftRequest) (*nuov1.Shift, error) {
	return r.moveShift(ctx, req, req.GetReason(), func(c *call.Call, s *nuov1.Shift, _ *nuov1.TaskList) error {
		if err := refuseShiftState(s); err != nil {
			return err
		}
		return lifecycle.Reduce(c.Tx, actor(c), s, req)
	})
}

// SetShiftLeader names one of the shift's people its leader, or takes the leader away.
func (r *Room) SetShiftLeader(ctx context.Context, req *nuov1.SetShiftLeaderRequest) (*nuov1.Shift, error) {
	return r.moveShift(ctx, req, "", func(c *call.Call, s *nuov1.Shift, _ *nuov1.TaskList) error {
		if err := refuseShiftState(s); err != nil {
			return err
		}
		return lifecycle.SetLeader(c.Tx, s, req.GetLeader())
	})
}

// moveShift runs a verb on a shift, whose record it stores as the verb leaves it. Co-hosts' committees are no owners:
// they see and check in.
func (r *Room) moveShift(ctx context.Context, req interface {
	call.Request
	GetName() string
}, reason string, move func(*call.Call, *nuov1.Shift, *nuov1.TaskList) error,
) (*nuov1.Shift, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Shift, error) {
		s, l, err := shiftOf(c, req.GetName())
		if err != nil {
			return nil, err
		}
		facts := policy.Facts{Within: makers(l).Within, Leader: s.GetLeader()}
		if err := allowAs(c, l, facts, s.GetName()); err != nil {
			return nil, err
		}
		if err := refusePhones("reason", reason); err != nil {
			return nil, err
		}
		if err := move(c, s, l); err != nil {
			return nil, err
		}
		if err := store.Shifts.Put(c.Tx, s); err != nil {
			return nil, err
		}
		if err := noteWords(c, s.GetName(), reason, "state", s.GetState().String(), "leader", s.GetLeader()); err != nil {
			return nil, err
		}
		return presentShift(c, s, l)
	})
}

// GetSiteCode shows the code of this minute to whoever may check in: the committee and its co-hosts', compound roles,
// the leader.
func (r *Room) GetSiteCode(ctx context.Context, req *nuov1.GetSiteCodeRequest) (*nuov1.SiteCode, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.SiteCode, error) {
		s, l, err := shiftOf(c, req.GetName())
		if err != nil {
			return nil, err
		}
		if err := allowAs(c, l, lifecycle.ShiftFacts(s), s.GetName()); err != nil {
			return nil, err
		}
		return lifecycle.SiteCode(c.Tx, s)
	})
}
