package contract

import (
	"context"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// OfferContract offers a slot: a committee to whom it knows, a unit to its own people.
func (r *Room) OfferContract(ctx context.Context, req *nuov1.OfferContractRequest) (*nuov1.Contract, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Contract, error) {
		a, err := askForAnother(c, req.GetShift(), req.GetVolunteer())
		if err != nil {
			return nil, err
		}
		k, err := lifecycle.Offer(c.Tx, a, req, nuov1.ContractOrigin_CONTRACT_ORIGIN_NOMINATION)
		if err != nil {
			return nil, err
		}
		return answer(c, k)
	})
}

// RecordSpokenYes records a yes taken by phone; the signature stays the volunteer's own.
func (r *Room) RecordSpokenYes(ctx context.Context, req *nuov1.RecordSpokenYesRequest) (*nuov1.Contract, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Contract, error) {
		a, err := askForAnother(c, req.GetShift(), req.GetVolunteer())
		if err != nil {
			return nil, err
		}
		k, err := lifecycle.SpokenYes(c.Tx, a, req)
		if err != nil {
			return nil, err
		}
		return answer(c, k)
	})
}

// RecordLateEntry is 补录; a second person approves it.
func (r *Room) RecordLateEntry(ctx context.Context, req *nuov1.RecordLateEntryRequest) (*nuov1.Contract, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Contract, error) {
		a, err := askForAnother(c, req.GetShift(), req.GetVolunteer())
		if err != nil {
			return nil, err
		}
		k, err := lifecycle.RecordLateEntry(c.Tx, a, req)
		if err != nil {
			return nil, err
		}
		return answer(c, k)
	})
}

// askForAnother asks the policy about a shift that a volunteer is to stand: of the shift's own community, or of the
// volunteer's unit where the method is for units. Only afterwards does it tell whether the volunteer is there: one of
// another district is not.
func askForAnother(c *call.Call, shift, volunteer string) (lifecycle.Actor, error) {
	s, err := store.Shifts.Get(c.Tx, shift)
	if err != nil {
		return lifecycle.Actor{}, err
	}
	v, found, err := store.Volunteers.Find(c.Tx, volunteer)
	if err != nil {
		return lifecycle.Actor{}, err
	}
	found = found && v.GetDistrict() == s.GetDistrict()
	unit := ""
	if found {
		unit = v.GetUnit()
	}
	if err := askAboutShift(c, s, owner, unit); err != nil {
		return lifecycle.Actor{}, err
	}
	if !found {
		return lifecycle.Actor{}, fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", volunteer)
	}
	return actor(c, volunteer)
}

// AcceptContract is 亮诺, the community's half of the promise.
func (r *Room) AcceptContract(ctx context.Context, req *nuov1.AcceptContractRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.Accept)
}

// RefuseContract ends a contract before the start, kept as 已应诺.
func (r *Room) RefuseContract(ctx context.Context, req *nuov1.RefuseContractRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.Refuse)
}

// DecideLeave upholds a leave or does not.
func (r *Room) DecideLeave(ctx context.Context, req *nuov1.DecideLeaveRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.DecideLeave)
}

// DecideAbsence is a person's decision: excused or a breach.
func (r *Room) DecideAbsence(ctx context.Context, req *nuov1.DecideAbsenceRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.DecideAbsence)
}

// ConfirmShift is 一键确认: hours of everybody who checked out, but one's own.
func (r *Room) ConfirmShift(ctx context.Context, req *nuov1.ConfirmShiftRequest) (*nuov1.ConfirmShiftResponse, error) {
	return actOnShift(ctx, r, req, owner,
		func(c *call.Call, a lifecycle.Actor, _ *nuov1.Shift) (*nuov1.ConfirmShiftResponse, error) {
			res, err := lifecycle.ConfirmShift(c.Tx, a, req)
			if err != nil {
				return nil, err
			}
			return res, answers(c, res.GetContracts())
		})
}

// EvaluateContract is 评诺.
func (r *Room) EvaluateContract(ctx context.Context, req *nuov1.EvaluateContractRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.Evaluate)
}

// RequestCorrection asks for a correction from one side.
func (r *Room) RequestCorrection(ctx context.Context, req *nuov1.RequestCorrectionRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.RequestCorrection)
}

// DecideCorrection approves or refuses what waits for a second person.
func (r *Room) DecideCorrection(ctx context.Context, req *nuov1.DecideCorrectionRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.DecideCorrection)
}
