package demo

import (
	"context"
	"fmt"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// The fourth act: the afternoon of 8 February. That 28 doors are done, nobody is in at two and one is not reached was
// chosen, and so were the hours at which the work was done and the people that it reached.
var theDoors = act{actDoors, []step{
	{on(8, 13, 50), stepShowDoors, (*play).showDoors},
	{on(8, 13, 55), stepHideDoors, (*play).hideDoors},
	{on(8, 13, 58), stepResidents, (*play).residentsConsent},
	{on(8, 14, 0), stepIn8, (*play).arriveToday},
	{on(8, 16, 0), stepTick, (*play).tickDoors},
	{on(8, 16, 30), stepCordonOut, (*play).cordonOut},
	{on(8, 17, 0), stepNoticesOut, (*play).noticesOut},
	{name: stepLeftover, run: (*play).leftover},
	{on(8, 17, 30), stepConfirm8, (*play).confirmToday},
	{on(8, 18, 0), stepEvaluate8, (*play).evaluateToday},
}}

// showDoors shows the households to who will go there. Each that is shown is written down before the answer.
func (p *play) showDoors(ctx context.Context) error {
	req := &nuov1.ShowDoorsRequest{
		RequestId: id(), Task: noticesTask, Contract: p.contract(p.court[1], notices), PageSize: 50,
	}
	res, err := p.doors.ShowDoors(by(ctx, p.court[1]), req)
	if err != nil {
		return err
	}
	p.shown = res.GetDoors()
	for _, d := range p.shown {
		if d.GetContact().GetDoor() == "" {
			return fmt.Errorf("%s is shown without its door", d.GetName())
		}
	}
	p.tell(sayShown, len(p.shown))
	return wants("the doors shown", len(p.shown), 31)
}

// hideDoors: who stands at the cordon has no business at the doors.
func (p *play) hideDoors(ctx context.Context) error {
	_, err := p.doors.ShowDoors(by(ctx, p.court[3]), &nuov1.ShowDoorsRequest{
		RequestId: id(), Task: noticesTask, Contract: p.contract(p.court[3], cordon),
	})
	return p.refused(err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
}

// arriveToday: the members of the court read the code at the meeting point, the neighbours sign the sheet by hand and
// their leader checks them in.
func (p *play) arriveToday(ctx context.Context) error {
	for n, shift := range []string{1: notices, 2: notices, 3: cordon} {
		if shift == "" {
			continue
		}
		if err := p.checkIn(ctx, p.court[n], shift); err != nil {
			return err
		}
	}
	var sheets [2][]string
	for i, who := range p.residents {
		if i < 4 {
			sheets[0] = append(sheets[0], p.contract(who, notices))
		} else {
			sheets[1] = append(sheets[1], p.contract(who, cordon))
		}
	}
	if err := p.crewIn(by(ctx, p.court[1]), notices, 4, sheets[0]...); err != nil {
		return err
	}
	return p.crewIn(by(ctx, p.court[3]), cordon, 3, sheets[1]...)
}

// tickDoors: 1 and 2 go from door to door by turns.
func (p *play) tickDoors(ctx context.Context) error {
	for i, d := range p.shown[:30] {
		who, outcome := p.court[1+i%2], nuov1.DoorOutcome_DOOR_OUTCOME_DONE
		if i >= 28 {
			outcome = nuov1.DoorOutcome_DOOR_OUTCOME_NOBODY_IN
		}
		_, err := p.doors.RecordDoor(by(ctx, who), &nuov1.RecordDoorRequest{
			RequestId: id(), Name: d.GetName(), Outcome: outcome, Contract: p.contract(who, notices),
		})
		if err != nil {
			return err
		}
	}
	n, err := p.doors.CountDoors(by(ctx, p.court[1]), &nuov1.CountDoorsRequest{Task: noticesTask})
	p.tell(sayDoors, n.GetTotal(), n.GetDone(), n.GetNobodyIn(), n.GetOpen())
	return err
}

func (p *play) cordonOut(ctx context.Context) error { return p.crewOut(by(ctx, p.court[3]), cordon, 4) }

func (p *play) noticesOut(ctx context.Context) error {
	return p.crewOut(by(ctx, p.court[1]), notices, 6)
}

// leftover: with the last of the crew gone, what is left over is work again.
func (p *play) leftover(ctx context.Context) error {
	again, list, err := p.leftoverTask(ctx)
	if err != nil {
		return err
	}
	n, err := p.doors.CountDoors(p.as(ctx, committee), &nuov1.CountDoorsRequest{Task: again.GetName()})
	if err != nil {
		return err
	}
	p.tell(sayLeftover, again.GetTitle(), list.GetDate(), p.word(list.GetState()), n.GetTotal())
	return wants("the origin of the left-over task", again.GetOriginTask(), noticesTask)
}

// leftoverTask is the task that took up the doors, and its list.
func (p *play) leftoverTask(ctx context.Context) (*nuov1.Task, *nuov1.TaskList, error) {
	ctx = p.as(ctx, committee)
	name, err := p.leftoverName(ctx)
	if err != nil {
		return nil, nil, err
	}
	again, err := p.lists.GetTask(ctx, &nuov1.GetTaskRequest{Name: name})
	if err != nil {
		return nil, nil, err
	}
	list, err := p.lists.GetTaskList(ctx, &nuov1.GetTaskListRequest{Name: again.GetTaskList()})
	return again, list, err
}

// leftoverName waits until the server has made work of what was left over, which follows the check-out in steps.
func (p *play) leftoverName(ctx context.Context) (string, error) {
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for range 1000 {
		task, err := p.lists.GetTask(ctx, &nuov1.GetTaskRequest{Name: noticesTask})
		if err != nil {
			return "", err
		}
		if name := task.GetLeftoverTask(); name != "" {
			n, err := p.doors.CountDoors(ctx, &nuov1.CountDoorsRequest{Task: name})
			if err != nil || n.GetTotal() > 0 {
				return name, err
			}
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return "", wants("a task of what was left over", "none", "one")
}

// residentsConsent: nobody serves and is recorded without having consented, each for oneself; what was said on the phone
// is no consent.
func (p *play) residentsConsent(ctx context.Context) error {
	for _, who := range p.residents {
		if err := p.issueTo(p.as(ctx, committee), who); err != nil {
			return err
		}
		err := p.consent(ctx, who, &nuov1.Consent{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *play) confirmToday(ctx context.Context) error {
	if err := p.confirm(ctx, notices, 28, 6); err != nil {
		return err
	}
	return p.confirm(ctx, cordon, 0, 4)
}

// evaluateToday: the community rates the volunteers, and one of them the shift.
func (p *play) evaluateToday(ctx context.Context) error {
	for n, shift := range []string{1: notices, 2: notices, 3: cordon} {
		if shift == "" {
			continue
		}
		if err := p.evaluate(ctx, p.court[n], shift, 5); err != nil {
			return err
		}
	}
	c, err := p.contracts.RateShift(by(ctx, p.court[2]), &nuov1.RateShiftRequest{
		RequestId: id(), Name: p.contract(p.court[2], notices), Rating: 4,
	})
	if err != nil {
		return err
	}
	return wants("the volunteer's rating", c.GetShiftRating(), 4)
}
