package demo

import (
	"context"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// gate is a shift of 9 February at the gate of a compound.
func gate(compound, half string) string { return "shifts/mingzhu-0209-gate-" + compound + "-" + half }

// theGate is where most of what can happen does.
var theGate = gate("yiqu", "am")

// The third act: the list of 9 February, compound by compound, four people each. Who claims what was chosen.
var theTomorrow = act{actTomorrow, []step{
	{on(8, 12, 30), stepList9, (*play).publishTomorrow},
	{on(8, 12, 35), stepClaims, (*play).claimMornings},
	{on(8, 12, 40), stepWait, (*play).wait},
	{on(8, 13, 0), stepWithdraw, (*play).withdraw},
	{on(8, 13, 5), stepSign, (*play).signPromotion},
	{on(8, 13, 10), stepOffer, (*play).offer},
	{on(8, 13, 15), stepDecline, (*play).decline},
	{on(8, 13, 20), stepAfternoons, (*play).claimAfternoons},
}}

func (p *play) publishTomorrow(ctx context.Context) error {
	if err := p.importFiles(p.as(ctx, committee), "list-0209.yaml"); err != nil {
		return err
	}
	return p.readTitles(ctx)
}

// crew are the numbers of those who claim a shift.
type crew struct {
	shift string
	court []int
}

// onDuty is the one who serves in working time: the contract counts in the other ledger.
const onDuty = 20

var mornings = []crew{
	{theGate, []int{1, 2, 3, 4}},
	{gate("erqu", "am"), []int{11, 12, 13}},
	{gate("sanqu", "am"), []int{7, 14, 15, 16}},
	{gate("siqu", "am"), []int{17, 18, 19, onDuty}},
}

var afternoons = []crew{
	{gate("yiqu", "pm"), []int{21, 22, 23, 24}},
	{gate("erqu", "pm"), []int{4, 25, 26}},
	{gate("sanqu", "pm"), []int{27, 28}},
	{gate("siqu", "pm"), []int{6, 29, 30, 31}},
}

func (p *play) claimMornings(ctx context.Context) error { return p.claimAll(ctx, mornings) }

func (p *play) claimAfternoons(ctx context.Context) error { return p.claimAll(ctx, afternoons) }

func (p *play) claimAll(ctx context.Context, crews []crew) error {
	for _, c := range crews {
		for _, n := range c.court {
			ledger := leisure
			if n == onDuty {
				ledger = duty
			}
			if err := p.claimIn(ctx, p.court[n], c.shift, ledger, displayed); err != nil {
				return err
			}
		}
	}
	return nil
}

// wait: the gate is full, so 5 waits.
func (p *play) wait(ctx context.Context) error {
	if err := p.claimRefused(ctx, p.court[5], theGate, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL); err != nil {
		return err
	}
	return p.claim(ctx, p.court[5], theGate, waitlisted)
}

// withdraw: 4 cannot come in the morning, and the slot is offered to 5 in the same step.
func (p *play) withdraw(ctx context.Context) error {
	c, err := p.contracts.WithdrawContract(by(ctx, p.court[4]), &nuov1.WithdrawContractRequest{
		RequestId: id(), Name: p.contract(p.court[4], theGate), Reason: nuov1.ReasonCode_REASON_CODE_WORK,
	})
	if err := p.became(p.court[4], theGate, c, err, nuov1.ContractState_CONTRACT_STATE_WITHDRAWN); err != nil {
		return err
	}
	c, err = p.present(ctx, p.court[5], theGate)
	return p.became(p.court[5], theGate, c, err, offered)
}

func (p *play) signPromotion(ctx context.Context) error {
	c, err := p.present(ctx, p.court[5], theGate)
	if err != nil {
		return err
	}
	c, err = p.contracts.SignContract(by(ctx, p.court[5]), &nuov1.SignContractRequest{
		RequestId: id(), Name: c.GetName(), Revision: c.GetRevision(), Ledger: leisure,
	})
	return p.became(p.court[5], theGate, c, err, displayed)
}

func (p *play) offer(ctx context.Context) error {
	who, shift := p.court[6], gate("erqu", "am")
	c, err := p.contracts.OfferContract(p.as(ctx, committee), &nuov1.OfferContractRequest{
		RequestId: id(), Shift: shift, Volunteer: who.name,
	})
	return p.became(who, shift, c, err, offered)
}

// decline costs nothing: 6 claims an afternoon afterwards.
func (p *play) decline(ctx context.Context) error {
	who, shift := p.court[6], gate("erqu", "am")
	c, err := p.contracts.DeclineContract(by(ctx, who), &nuov1.DeclineContractRequest{
		RequestId: id(), Name: p.contract(who, shift),
	})
	return p.became(who, shift, c, err, nuov1.ContractState_CONTRACT_STATE_DECLINED)
}
