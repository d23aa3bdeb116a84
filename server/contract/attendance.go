package contract

import (
	"context"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// CheckIn is 签到: by the site code as the volunteer, or by leader or committee. After five
// wrong codes the person waits (guess.go).
func (r *Room) CheckIn(ctx context.Context, req *nuov1.CheckInRequest) (*nuov1.Contract, error) {
	guess := r.guesses.begin()
	k, err := act(ctx, r, req, gate,
		func(tx *store.Tx, a lifecycle.Actor, req *nuov1.CheckInRequest) (*nuov1.Contract, error) {
			k, err := store.Contracts.Get(tx, req.GetName())
			if err != nil {
				return nil, err
			}
			if err := guess.at(tx, a.Name, k.GetShift(), req.GetSiteCode()); err != nil {
				return nil, err
			}
			return lifecycle.CheckIn(tx, a, req)
		})
	guess.end(err)
	return k, err
}

// UndoCheckIn takes a check-in back.
func (r *Room) UndoCheckIn(ctx context.Context, req *nuov1.UndoCheckInRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, gate, lifecycle.UndoCheckIn)
}

// CheckOut is 签退.
func (r *Room) CheckOut(ctx context.Context, req *nuov1.CheckOutRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, gate, lifecycle.CheckOut)
}

// CheckInCrew checks in the crew of a shift, marked 代签到.
func (r *Room) CheckInCrew(ctx context.Context, req *nuov1.CheckInCrewRequest) (*nuov1.CheckInCrewResponse, error) {
	return actOnShift(ctx, r, req, gate,
		func(c *call.Call, a lifecycle.Actor, _ *nuov1.Shift) (*nuov1.CheckInCrewResponse, error) {
			res, err := lifecycle.CheckInCrew(c.Tx, a, req)
			if err != nil {
				return nil, err
			}
			return res, answers(c, res.GetContracts())
		})
}

// CheckOutCrew checks out everybody present on a shift with one tap.
func (r *Room) CheckOutCrew(ctx context.Context, req *nuov1.CheckOutCrewRequest) (*nuov1.CheckOutCrewResponse, error) {
	return actOnShift(ctx, r, req, gate,
		func(c *call.Call, a lifecycle.Actor, _ *nuov1.Shift) (*nuov1.CheckOutCrewResponse, error) {
			res, err := lifecycle.CheckOutCrew(c.Tx, a, req)
			if err != nil {
				return nil, err
			}
			return res, answers(c, res.GetContracts())
		})
}

// EnterCheckOut enters a forgotten check-out; a second person approves it.
func (r *Room) EnterCheckOut(ctx context.Context, req *nuov1.EnterCheckOutRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.EnterCheckOut)
}

// MarkAbsent is 未到岗.
func (r *Room) MarkAbsent(ctx context.Context, req *nuov1.MarkAbsentRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.MarkAbsent)
}

// ExtendContract is 延时.
func (r *Room) ExtendContract(ctx context.Context, req *nuov1.ExtendContractRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.Extend)
}

// StopForHealth is 因健康中止.
func (r *Room) StopForHealth(ctx context.Context, req *nuov1.StopForHealthRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.StopForHealth)
}
