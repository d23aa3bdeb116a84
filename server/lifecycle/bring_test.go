package lifecycle

import (
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// bring brings a contract of a person into a state, by real verbs alone. The clock is left where the last of them was.
func bring(w *world, person string, state nuov1.ContractState) *nuov1.Contract {
	w.t.Helper()
	switch state {
	case waitlisted:
		shift := w.gate(1)
		w.claims(w.volunteer("holder"), shift)
		return w.claims(person, shift)
	case offered:
		return w.offer(person, w.gate(4))
	case signed:
		w.handList()
		return w.claims(person, w.gate(4))
	case displayed:
		return w.claims(person, w.gate(4))
	}
	c := bring(w, person, displayed)
	switch state {
	case inFulfilment, fulfilled, evaluated, absent, excused, breached:
		begun(w, c, state)
	case withdrawn:
		w.withdraws(c)
	case cancelled:
		must(w, deputy, Refuse, &nuov1.RefuseContractRequest{Name: c.GetName(), Reason: family})
	case declined:
		c = w.offer(person, w.shift("other", "2020-02-11 08:00", "2020-02-11 12:00", 1))
		must(w, as(person), Decline, &nuov1.DeclineContractRequest{Name: c.GetName()})
	case expired:
		c = w.offer(person, w.shift("other", "2020-02-11 08:00", "2020-02-11 12:00", 1))
		w.at("2020-02-09 22:00")
	}
	return w.contract(c.GetName())
}

// begun brings a displayed contract on from its start.
func begun(w *world, c *nuov1.Contract, state nuov1.ContractState) {
	w.t.Helper()
	decide := func(s nuov1.ContractState) {
		must(w, deputy, DecideAbsence, &nuov1.DecideAbsenceRequest{Name: c.GetName(), State: s, Reason: illness})
	}
	w.at("2020-02-10 08:00")
	switch state {
	case inFulfilment:
		must(w, deputy, CheckIn, &nuov1.CheckInRequest{Name: c.GetName()})
	case absent, excused, breached:
		must(w, deputy, MarkAbsent, &nuov1.MarkAbsentRequest{Name: c.GetName()})
		if state != absent {
			decide(state)
		}
	case fulfilled, evaluated:
		must(w, deputy, CheckIn, &nuov1.CheckInRequest{Name: c.GetName()})
		w.at("2020-02-10 12:00")
		must(w, deputy, CheckOut, &nuov1.CheckOutRequest{Name: c.GetName()})
		must(w, deputy, confirmBy, c)
		if state == evaluated {
			must(w, deputy, Evaluate, &nuov1.EvaluateContractRequest{Name: c.GetName(), Rating: 5})
		}
	}
}

func TestOKEveryStateIsReached(t *testing.T) {
	for _, state := range states() {
		w := newWorld(t)
		if c := bring(w, w.volunteer("one"), state); c.GetState() != state {
			t.Errorf("brought to %v, want %v", c.GetState(), state)
		}
		w.clean()
	}
}

// states are all but the one before the first.
func states() (all []nuov1.ContractState) {
	for n := range len(nuov1.ContractState_name) {
		if s := nuov1.ContractState(n); s != none {
			all = append(all, s)
		}
	}
	return all
}

func actions() (all []nuov1.ContractAction) {
	for n := range len(nuov1.ContractAction_name) {
		all = append(all, nuov1.ContractAction(n))
	}
	return all[1:]
}

func roles() (all []nuov1.Role) {
	for n := range len(nuov1.Role_name) {
		all = append(all, nuov1.Role(n))
	}
	return all
}

// actorOf is somebody with the role: the volunteer of a contract where the role is a volunteer's.
func actorOf(role nuov1.Role, person string) Actor {
	switch role {
	case volunteer:
		return as(person)
	case committee:
		return staff
	case leader:
		return leaderRole
	case system:
		return System
	}
	return Actor{Name: "tokens/" + role.String(), Role: role}
}

// callVerb runs the verb behind an action on a contract. The system's own actions have none and are applied.
func callVerb(tx *store.Tx, a Actor, action nuov1.ContractAction, c *nuov1.Contract) error {
	name := c.GetName()
	var err error
	switch action {
	case sign:
		_, err = Sign(tx, a, &nuov1.SignContractRequest{Name: name, Revision: 1, Ledger: ledger1})
	case decline:
		_, err = Decline(tx, a, &nuov1.DeclineContractRequest{Name: name})
	case accept:
		_, err = Accept(tx, a, &nuov1.AcceptContractRequest{Name: name})
	case refuse:
		_, err = Refuse(tx, a, &nuov1.RefuseContractRequest{Name: name, Reason: family})
	case withdraw:
		_, err = Withdraw(tx, a, &nuov1.WithdrawContractRequest{Name: name, Reason: family})
	case askLeave:
		_, err = AskLeave(tx, a, &nuov1.AskLeaveRequest{Name: name, Reason: family})
	case upholdLeave, rejectLeave:
		_, err = DecideLeave(tx, a, &nuov1.DecideLeaveRequest{Name: name, Uphold: action == upholdLeave, Reason: family})
	case markAbsent:
		_, err = MarkAbsent(tx, a, &nuov1.MarkAbsentRequest{Name: name})
	case excuse, breach:
		_, err = DecideAbsence(tx, a, &nuov1.DecideAbsenceRequest{
			Name: name, Reason: family,
			State: map[bool]nuov1.ContractState{true: excused, false: breached}[action == excuse],
		})
	case acceptAmendment, declineAmendment:
		_, err = AnswerAmendment(tx, a, &nuov1.AnswerAmendmentRequest{Name: name, Revision: 1, Accept: action == acceptAmendment})
	default:
		err = callAttendance(tx, a, action, c)
	}
	return err
}

func callAttendance(tx *store.Tx, a Actor, action nuov1.ContractAction, c *nuov1.Contract) error {
	name := c.GetName()
	later := timestamppb.New(c.GetEndTime().AsTime().Add(3600e9))
	var err error
	switch action {
	case checkIn:
		_, err = CheckIn(tx, a, &nuov1.CheckInRequest{Name: name})
	case undoCheckIn:
		_, err = UndoCheckIn(tx, a, &nuov1.UndoCheckInRequest{Name: name})
	case checkOut:
		_, err = CheckOut(tx, a, &nuov1.CheckOutRequest{Name: name})
	case enterCheckOut:
		_, err = EnterCheckOut(tx, a, &nuov1.EnterCheckOutRequest{Name: name, CheckOutTime: later})
	case extend:
		_, err = Extend(tx, a, &nuov1.ExtendContractRequest{Name: name, EndTime: later, Reason: reliefIs})
	case stopForHealth:
		_, err = StopForHealth(tx, a, &nuov1.StopForHealthRequest{Name: name})
	case evaluate:
		_, err = Evaluate(tx, a, &nuov1.EvaluateContractRequest{Name: name, Rating: 5, ByServedParty: true})
	case rateShift:
		_, err = Rate(tx, a, &nuov1.RateShiftRequest{Name: name, Rating: 5})
	case requestCorrection:
		_, err = RequestCorrection(tx, a, &nuov1.RequestCorrectionRequest{Name: name, State: excused, Reason: wrong})
	case approve, disapprove:
		_, err = DecideCorrection(tx, a, &nuov1.DecideCorrectionRequest{Name: name, Approve: action == approve})
	default:
		w, k, _, openErr := open(tx, a, name)
		if openErr != nil {
			return openErr
		}
		if err = w.apply(k, change{action: action}); err == nil {
			_, err = w.done(k)
		}
	}
	return err
}
