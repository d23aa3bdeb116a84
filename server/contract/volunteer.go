package contract

import (
	"context"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// ClaimShift is 我要报名, for the caller's own person. A token that stands for nobody cannot claim: INVALID_FIELD.
func (r *Room) ClaimShift(ctx context.Context, req *nuov1.ClaimShiftRequest) (*nuov1.Contract, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Contract, error) {
		a, volunteer, err := oneself(c, req.GetVolunteer(), req.GetShift())
		if err != nil {
			return nil, err
		}
		filled, _ := proto.Clone(req).(*nuov1.ClaimShiftRequest)
		filled.Volunteer = volunteer
		k, err := lifecycle.Claim(c.Tx, a, filled)
		if err != nil {
			return nil, err
		}
		return answer(c, k)
	})
}

// CheckInOnSite claims, signs and checks in at once, for the caller's own person, by the code shown on site.
func (r *Room) CheckInOnSite(ctx context.Context, req *nuov1.CheckInOnSiteRequest) (*nuov1.Contract, error) {
	guess := r.guesses.begin()
	k, err := call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Contract, error) {
		a, volunteer, err := oneself(c, "", req.GetShift())
		if err != nil {
			return nil, err
		}
		if err := guess.at(c.Tx, a.Name, req.GetShift(), req.GetSiteCode()); err != nil {
			return nil, err
		}
		k, err := lifecycle.CheckInOnSite(c.Tx, a, volunteer, req)
		if err != nil {
			return nil, err
		}
		return answer(c, k)
	})
	guess.end(err)
	return k, err
}

// oneself is who takes a slot: the caller's person, and nobody for another. The policy is asked about that person; a
// shift of a district that the caller does not belong to is not there for them.
func oneself(c *call.Call, volunteer, shift string) (lifecycle.Actor, string, error) {
	if volunteer == "" {
		volunteer = c.Caller.Person
	}
	if volunteer == "" {
		return lifecycle.Actor{}, "", fault.Field("volunteer",
			"this token stands for no person, and nobody claims for another; call with the volunteer's own token",
			"该令牌不代表任何人，不能代人报名，请使用志愿者本人的令牌")
	}
	if err := c.Allow(policy.Facts{Within: []string{volunteer}}); err != nil {
		return lifecycle.Actor{}, "", err
	}
	a, err := actor(c, volunteer)
	if err != nil {
		return a, "", err
	}
	s, err := store.Shifts.Get(c.Tx, shift)
	if err == nil && !c.May(getShift, lifecycle.ShiftFacts(s)) {
		err = fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", shift)
	}
	return a, volunteer, err
}

// SignContract is 签诺, the volunteer's own.
func (r *Room) SignContract(ctx context.Context, req *nuov1.SignContractRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.Sign)
}

// DeclineContract is 婉拒, without penalty.
func (r *Room) DeclineContract(ctx context.Context, req *nuov1.DeclineContractRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.Decline)
}

// WithdrawContract is 我来不了, until the deadline.
func (r *Room) WithdrawContract(ctx context.Context, req *nuov1.WithdrawContractRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.Withdraw)
}

// AskLeave is 请假, after the deadline.
func (r *Room) AskLeave(ctx context.Context, req *nuov1.AskLeaveRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.AskLeave)
}

// RateShift is the volunteer's word about the shift.
func (r *Room) RateShift(ctx context.Context, req *nuov1.RateShiftRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.Rate)
}

// AnswerAmendment accepts the shift's present terms or declines them.
func (r *Room) AnswerAmendment(ctx context.Context, req *nuov1.AnswerAmendmentRequest) (*nuov1.Contract, error) {
	return act(ctx, r, req, owner, lifecycle.AnswerAmendment)
}
