package demo

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// The tasks and shifts of 8 February.
const (
	noticesTask = "tasks/mingzhu-0208-notices"
	notices     = "shifts/mingzhu-0208-notices-pm"
	cordon      = "shifts/mingzhu-0208-cordon-pm"
)

// The second act: the list comes at noon, and within minutes three members of the court pick posts. Who takes which
// post was chosen, and so were the seven neighbours who make them ten.
var theNoon = act{actNoon, []step{
	{on(8, 12, 0), stepList8, (*play).publishToday},
	{on(8, 12, 2), stepVouch, (*play).vouch},
	{on(8, 12, 3), stepFirstClaim, (*play).firstClaim},
	{on(8, 12, 4), stepSecondClaim, (*play).secondClaim},
	{on(8, 12, 5), stepAccept, (*play).acceptSecond},
	{on(8, 12, 6), stepThirdClaim, (*play).thirdClaim},
	{on(8, 12, 8), stepOverlap, (*play).overlap},
	{on(8, 12, 9), stepExempt, (*play).exempt},
	{on(8, 12, 15), stepSpoken, (*play).spokenYes},
	{on(8, 12, 20), stepFull, (*play).full},
	{on(8, 12, 25), stepLeaders, (*play).leadersToday},
}}

func (p *play) publishToday(ctx context.Context) error {
	if err := p.importFiles(p.as(ctx, committee), "households.csv", "list-0208.yaml"); err != nil {
		return err
	}
	return p.readTitles(ctx)
}

// readTitles finds out what the published shifts are called.
func (p *play) readTitles(ctx context.Context) error {
	shifts, err := p.shiftsOf(ctx, "2020-02-08", "2020-02-10")
	for _, s := range shifts {
		p.titles[s.GetName()] = s.GetStartTime().AsTime().In(taizhou).Format("01-02 15:04 ") + s.GetTitle()
	}
	return err
}

// vouch is the unit's word for a member who will stand at doors: a task with doors then accepts by itself.
func (p *play) vouch(ctx context.Context) error {
	who := p.court[1]
	v, err := p.volunteers.GetVolunteer(p.as(ctx, unit), &nuov1.GetVolunteerRequest{Name: who.name})
	if err != nil {
		return err
	}
	v.Vouched = true
	v, err = p.volunteers.UpdateVolunteer(p.as(ctx, unit), &nuov1.UpdateVolunteerRequest{
		RequestId: id(), Volunteer: v, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"vouched"}},
	})
	if err != nil {
		return err
	}
	return wants("vouched", v.GetVouched(), true)
}

// firstClaim is made twice with one request id, as a phone does that heard no answer.
func (p *play) firstClaim(ctx context.Context) error {
	who := p.court[1]
	req, err := p.claimOf(ctx, who, notices)
	if err != nil {
		return err
	}
	first, err := p.contracts.ClaimShift(by(ctx, who), req)
	if err := p.became(who, notices, first, err, displayed); err != nil {
		return err
	}
	again, err := p.contracts.ClaimShift(by(ctx, who), req)
	if err != nil {
		return err
	}
	p.tell(sayRepeated)
	return wants("the contract of the repeat", again.GetName(), first.GetName())
}

// secondClaim is by a member for whom nobody vouched: at doors the community accepts each by hand.
func (p *play) secondClaim(ctx context.Context) error {
	return p.claim(ctx, p.court[2], notices, signed)
}

func (p *play) acceptSecond(ctx context.Context) error {
	c, err := p.contracts.AcceptContract(p.as(ctx, committee), &nuov1.AcceptContractRequest{
		RequestId: id(), Name: p.contract(p.court[2], notices),
	})
	return p.became(p.court[2], notices, c, err, displayed)
}

func (p *play) thirdClaim(ctx context.Context) error {
	return p.claim(ctx, p.court[3], cordon, displayed)
}

// overlap: nobody stands in two places.
func (p *play) overlap(ctx context.Context) error {
	return p.claimRefused(ctx, p.court[1], cordon, nuov1.ErrorReason_ERROR_REASON_OVERLAP)
}

// exempt: 77 is in home quarantine.
func (p *play) exempt(ctx context.Context) error {
	return p.claimRefused(ctx, p.court[77], cordon, nuov1.ErrorReason_ERROR_REASON_EXEMPT)
}

func (p *play) full(ctx context.Context) error {
	return p.claimRefused(ctx, p.court[9], cordon, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
}

func (p *play) claimRefused(ctx context.Context, who *person, shift string, want nuov1.ErrorReason) error {
	req, err := p.claimOf(ctx, who, shift)
	if err != nil {
		return err
	}
	_, err = p.contracts.ClaimShift(by(ctx, who), req)
	return p.refused(err, want)
}

// spokenYes: seven party members who live there say yes on the phone. What they said holds their slots; the signature
// stays their own, at the gate.
func (p *play) spokenYes(ctx context.Context) error {
	for i, shift := range []string{notices, notices, notices, notices, cordon, cordon, cordon} {
		who := &person{called: "测试居民" + string([]rune("甲乙丙丁戊己庚")[i])}
		v, err := p.volunteers.CreateVolunteer(p.as(ctx, committee), &nuov1.CreateVolunteerRequest{
			RequestId: id(), Volunteer: &nuov1.Volunteer{
				PoliticalStatus: nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER,
				Person:          &nuov1.Person{DisplayName: who.called, Phone: fmt.Sprintf("1000000200%d", i+1)},
				Registrations: []*nuov1.Registration{
					{Community: "communities/mingzhu", Primary: true, FromDate: "2020-01-30"},
				},
			},
		})
		if err != nil {
			return fmt.Errorf("%s: %w", who.called, err)
		}
		who.name = v.GetName()
		p.residents = append(p.residents, who)
		c, err := p.contracts.RecordSpokenYes(p.as(ctx, committee), &nuov1.RecordSpokenYesRequest{
			RequestId: id(), Shift: shift, Volunteer: who.name, Ledger: leisure,
		})
		if err := p.became(who, shift, c, err, offered); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) leadersToday(ctx context.Context) error {
	if err := p.lead(ctx, p.court[1], notices); err != nil {
		return err
	}
	return p.lead(ctx, p.court[3], cordon)
}
