package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// Short names for what the acts say often.
const (
	committee = nuov1.Role_ROLE_COMMUNITY
	unit      = nuov1.Role_ROLE_UNIT

	offered      = nuov1.ContractState_CONTRACT_STATE_OFFERED
	signed       = nuov1.ContractState_CONTRACT_STATE_SIGNED
	displayed    = nuov1.ContractState_CONTRACT_STATE_DISPLAYED
	inFulfilment = nuov1.ContractState_CONTRACT_STATE_IN_FULFILMENT
	waitlisted   = nuov1.ContractState_CONTRACT_STATE_WAITLISTED

	leisure = nuov1.Ledger_LEDGER_VOLUNTEERING
	duty    = nuov1.Ledger_LEDGER_DUTY
)

// claim reads the terms of a shift and claims it, as somebody on a phone does; state is what must come of it.
func (p *play) claim(ctx context.Context, who *person, shift string, state nuov1.ContractState) error {
	return p.claimIn(ctx, who, shift, leisure, state)
}

func (p *play) claimIn(
	ctx context.Context, who *person, shift string, ledger nuov1.Ledger, state nuov1.ContractState,
) error {
	req, err := p.claimOf(ctx, who, shift)
	if err != nil {
		return err
	}
	req.Ledger, req.Waitlist = ledger, state == waitlisted
	c, err := p.contracts.ClaimShift(by(ctx, who), req)
	return p.became(who, shift, c, err, state)
}

// claimOf is a claim of the terms as they stand.
func (p *play) claimOf(ctx context.Context, who *person, shift string) (*nuov1.ClaimShiftRequest, error) {
	s, err := p.shifts.GetShift(by(ctx, who), &nuov1.GetShiftRequest{Name: shift})
	if err != nil {
		return nil, err
	}
	return &nuov1.ClaimShiftRequest{RequestId: id(), Shift: shift, Revision: s.GetRevision(), Ledger: leisure}, nil
}

// became writes a contract down and holds it to the state that the story says.
func (p *play) became(who *person, shift string, c *nuov1.Contract, err error, state nuov1.ContractState) error {
	if err != nil {
		return fmt.Errorf("%s, %s: %w", who.called, shift, err)
	}
	p.promises[promise{who, shift}] = c.GetName()
	p.tell(sayBecame, who.called, p.titles[shift], p.word(c.GetState()))
	return wants("the contract of "+who.called, c.GetState(), state)
}

// contract names the contract of somebody on a shift.
func (p *play) contract(who *person, shift string) string { return p.promises[promise{who, shift}] }

// present is a contract as its holder reads it now.
func (p *play) present(ctx context.Context, who *person, shift string) (*nuov1.Contract, error) {
	return p.contracts.GetContract(by(ctx, who), &nuov1.GetContractRequest{Name: p.contract(who, shift)})
}

// siteCode is what stands at the gate now; the committee shows it.
func (p *play) siteCode(ctx context.Context, shift string) (string, error) {
	code, err := p.shifts.GetSiteCode(p.as(ctx, committee), &nuov1.GetSiteCodeRequest{Name: shift})
	return code.GetCode(), err
}

// checkIn checks somebody in by the code that they read at the gate.
func (p *play) checkIn(ctx context.Context, who *person, shift string) error {
	code, err := p.siteCode(ctx, shift)
	if err != nil {
		return err
	}
	c, err := p.contracts.CheckIn(by(ctx, who), &nuov1.CheckInRequest{
		RequestId: id(), Name: p.contract(who, shift), SiteCode: code,
	})
	return p.became(who, shift, c, err, inFulfilment)
}

// lead names a shift leader.
func (p *play) lead(ctx context.Context, who *person, shift string) error {
	s, err := p.shifts.SetShiftLeader(p.as(ctx, committee), &nuov1.SetShiftLeaderRequest{
		RequestId: id(), Name: shift, Leader: who.name,
	})
	if err != nil {
		return err
	}
	p.tell(sayLeads, who.called, p.titles[shift])
	return wants("the leader", s.GetLeader(), who.name)
}

// crewIn checks in a crew, those named or all; ctx says who does.
func (p *play) crewIn(ctx context.Context, shift string, want int, named ...string) error {
	res, err := p.contracts.CheckInCrew(ctx, &nuov1.CheckInCrewRequest{RequestId: id(), Shift: shift, Contracts: named})
	if err != nil {
		return err
	}
	p.tell(sayCrewIn, p.titles[shift], len(res.GetContracts()))
	return errors.Join(left(res.GetRefused()), wants("the crew checked in", len(res.GetContracts()), want))
}

// crewOut checks out everybody present; ctx says who does.
func (p *play) crewOut(ctx context.Context, shift string, want int) error {
	res, err := p.contracts.CheckOutCrew(ctx, &nuov1.CheckOutCrewRequest{RequestId: id(), Shift: shift})
	if err != nil {
		return err
	}
	p.tell(sayCrewOut, p.titles[shift], len(res.GetContracts()))
	return errors.Join(left(res.GetRefused()), wants("the crew checked out", len(res.GetContracts()), want))
}

// confirm confirms the hours of a crew and the people that the shift reached.
func (p *play) confirm(ctx context.Context, shift string, reached int32, want int) error {
	res, err := p.contracts.ConfirmShift(p.as(ctx, committee), &nuov1.ConfirmShiftRequest{
		RequestId: id(), Shift: shift, PeopleReached: reached,
	})
	if err != nil {
		return err
	}
	p.tell(sayConfirmed, p.titles[shift], len(res.GetContracts()), reached)
	return errors.Join(left(res.GetRefused()), wants("the contracts confirmed", len(res.GetContracts()), want))
}

// left is an error that names who was left out of a crew.
func left(refused []*nuov1.CrewRefusal) error {
	if len(refused) == 0 {
		return nil
	}
	reasons := make([]string, 0, len(refused))
	for _, r := range refused {
		reasons = append(reasons, r.GetContract()+" "+r.GetReason().String())
	}
	return errors.New("left out: " + strings.Join(reasons, ", "))
}

// evaluate enters the community's rating of a contract.
func (p *play) evaluate(ctx context.Context, who *person, shift string, rating int32) error {
	c, err := p.contracts.EvaluateContract(p.as(ctx, committee), &nuov1.EvaluateContractRequest{
		RequestId: id(), Name: p.contract(who, shift), Rating: rating,
	})
	return p.became(who, shift, c, err, nuov1.ContractState_CONTRACT_STATE_EVALUATED)
}
