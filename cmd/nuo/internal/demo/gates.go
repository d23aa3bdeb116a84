package demo

import (
	"context"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// The fifth act: 9 February at the gates. Who is late, who stays away and who happens to stand there was chosen, and so
// were the people that each shift reached.
var theGates = act{actGates, []step{
	{on(9, 6, 30), stepLeave, (*play).askLeave},
	{on(9, 6, 40), stepUphold, (*play).upholdLeave},
	{on(9, 7, 50), stepLeader9, (*play).leaderTomorrow},
	{on(9, 7, 55), stepIn9, (*play).arriveByCode},
	{on(9, 8, 0), stepInCrews, (*play).arriveMorning},
	{on(9, 8, 10), stepAbsent, (*play).markAbsent},
	{on(9, 8, 11), stepOnSite, (*play).onSite},
	{on(9, 12, 0), stepOut9, (*play).leaveMorning},
	{on(9, 13, 0), stepInAfternoon, (*play).arriveAfternoon},
	{on(9, 17, 0), stepOutAfternoon, (*play).leaveAfternoon},
	{on(9, 17, 30), stepConfirm9, (*play).confirmTomorrow},
	{on(9, 17, 40), stepExcuse, (*play).excuse},
	{on(9, 18, 0), stepEvaluate9, (*play).evaluateTomorrow},
}}

// askLeave: twelve hours before the start and later nobody withdraws by themselves any more, but a leave can be asked,
// and the slot is free at once.
func (p *play) askLeave(ctx context.Context) error {
	who, shift := p.court[7], gate("sanqu", "am")
	_, err := p.contracts.WithdrawContract(by(ctx, who), &nuov1.WithdrawContractRequest{
		RequestId: id(), Name: p.contract(who, shift), Reason: nuov1.ReasonCode_REASON_CODE_FAMILY,
	})
	if err := p.refused(err, nuov1.ErrorReason_ERROR_REASON_WRONG_TIME); err != nil {
		return err
	}
	c, err := p.contracts.AskLeave(by(ctx, who), &nuov1.AskLeaveRequest{
		RequestId: id(), Name: p.contract(who, shift), Reason: nuov1.ReasonCode_REASON_CODE_FAMILY,
	})
	if err := p.became(who, shift, c, err, nuov1.ContractState_CONTRACT_STATE_EXCUSED); err != nil {
		return err
	}
	return wants("the leave waits for a word", c.GetLeavePending(), true)
}

func (p *play) upholdLeave(ctx context.Context) error {
	who, shift := p.court[7], gate("sanqu", "am")
	c, err := p.contracts.DecideLeave(p.as(ctx, committee), &nuov1.DecideLeaveRequest{
		RequestId: id(), Name: p.contract(who, shift), Uphold: true, Reason: nuov1.ReasonCode_REASON_CODE_FAMILY,
	})
	return p.became(who, shift, c, err, nuov1.ContractState_CONTRACT_STATE_EXCUSED)
}

func (p *play) leaderTomorrow(ctx context.Context) error { return p.lead(ctx, p.court[1], theGate) }

func (p *play) arriveByCode(ctx context.Context) error {
	for _, n := range []int{1, 2} {
		if err := p.checkIn(ctx, p.court[n], theGate); err != nil {
			return err
		}
	}
	return nil
}

// arriveMorning: 5 has no phone along and is checked in by the leader; at the other gates the committee does it.
func (p *play) arriveMorning(ctx context.Context) error {
	if err := p.crewIn(by(ctx, p.court[1]), theGate, 1, p.contract(p.court[5], theGate)); err != nil {
		return err
	}
	for _, c := range mornings[1:] {
		if err := p.crewIn(p.as(ctx, committee), c.shift, attending(c)); err != nil {
			return err
		}
	}
	return nil
}

// attending is how many of a crew are there: all, but 7 who has leave.
func attending(c crew) int {
	n := len(c.court)
	if c.shift == gate("sanqu", "am") {
		n--
	}
	return n
}

// markAbsent is the leader's word; it frees the slot.
func (p *play) markAbsent(ctx context.Context) error {
	c, err := p.contracts.MarkAbsent(by(ctx, p.court[1]), &nuov1.MarkAbsentRequest{
		RequestId: id(), Name: p.contract(p.court[3], theGate),
	})
	return p.became(p.court[3], theGate, c, err, nuov1.ContractState_CONTRACT_STATE_ABSENT)
}

// onSite: 8 comes by, reads the code, and claims, signs and checks in at once. Yesterday's code would not do.
func (p *play) onSite(ctx context.Context) error {
	who := p.court[8]
	s, err := p.shifts.GetShift(by(ctx, who), &nuov1.GetShiftRequest{Name: theGate})
	if err != nil {
		return err
	}
	code, err := p.siteCode(ctx, theGate)
	if err != nil {
		return err
	}
	wrong := []byte(code)
	wrong[0] = '0' + (wrong[0]-'0'+1)%10
	req := &nuov1.CheckInOnSiteRequest{
		RequestId: id(), Shift: theGate, SiteCode: string(wrong), Revision: s.GetRevision(), Ledger: leisure,
	}
	_, err = p.contracts.CheckInOnSite(by(ctx, who), req)
	if err := p.refused(err, nuov1.ErrorReason_ERROR_REASON_WRONG_SITE_CODE); err != nil {
		return err
	}
	req.RequestId, req.SiteCode = id(), code
	c, err := p.contracts.CheckInOnSite(by(ctx, who), req)
	return p.became(who, theGate, c, err, inFulfilment)
}

// leaveMorning: the leader checks out the crew with one tap, the committee the others.
func (p *play) leaveMorning(ctx context.Context) error {
	if err := p.crewOut(by(ctx, p.court[1]), theGate, 4); err != nil {
		return err
	}
	for _, c := range mornings[1:] {
		if err := p.crewOut(p.as(ctx, committee), c.shift, attending(c)); err != nil {
			return err
		}
	}
	return nil
}

// arriveAfternoon: at 明珠一区 the compound's own people check in, as they may at their gate.
func (p *play) arriveAfternoon(ctx context.Context) error {
	for i, c := range afternoons {
		role := committee
		if i == 0 {
			role = nuov1.Role_ROLE_COMPOUND
		}
		if err := p.crewIn(p.as(ctx, role), c.shift, len(c.court)); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) leaveAfternoon(ctx context.Context) error {
	for _, c := range afternoons {
		if err := p.crewOut(p.as(ctx, committee), c.shift, len(c.court)); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) confirmTomorrow(ctx context.Context) error {
	if err := p.confirm(ctx, theGate, 120, 4); err != nil {
		return err
	}
	for _, c := range append(mornings[1:len(mornings):len(mornings)], afternoons...) {
		if err := p.confirm(ctx, c.shift, 100, attending(c)); err != nil {
			return err
		}
	}
	return nil
}

// excuse: an absence is decided by a person, never by the system.
func (p *play) excuse(ctx context.Context) error {
	c, err := p.contracts.DecideAbsence(p.as(ctx, committee), &nuov1.DecideAbsenceRequest{
		RequestId: id(), Name: p.contract(p.court[3], theGate),
		State: nuov1.ContractState_CONTRACT_STATE_EXCUSED, Reason: nuov1.ReasonCode_REASON_CODE_ILLNESS,
	})
	return p.became(p.court[3], theGate, c, err, nuov1.ContractState_CONTRACT_STATE_EXCUSED)
}

func (p *play) evaluateTomorrow(ctx context.Context) error {
	for _, n := range []int{1, 2, 5, 8} {
		if err := p.evaluate(ctx, p.court[n], theGate, 5); err != nil {
			return err
		}
	}
	return nil
}
