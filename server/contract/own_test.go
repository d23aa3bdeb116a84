package contract_test

import (
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/policy"
)

const ownContract = nuov1.ErrorReason_ERROR_REASON_OWN_CONTRACT

// chenOffice is a volunteer who sits on the committee.
var chenOffice = caller(chen, policy.Grant{Role: nuov1.Role_ROLE_COMMUNITY, Scope: mingzhu})

// Rule 10: nobody accepts, confirms or evaluates their own contract, whatever other roles they hold.
func TestErrOwnContract(t *testing.T) {
	h := open(t)
	k, err := h.claim(chenOffice, gate)
	if err != nil {
		t.Fatal(err)
	}
	name := k.GetName()
	h.clock.at = noon.Add(150 * time.Minute)
	_, err = h.checkIn(chenOffice, name)
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_SITE_CODE, "checks in as a volunteer, by the code")
	_, err = as(h, chenOffice, h.MarkAbsent, nuov1.ContractService_MarkAbsent_FullMethodName,
		&nuov1.MarkAbsentRequest{RequestId: id(), Name: name})
	wantReason(t, err, ownContract, "mark absent")

	must(h, h.checkIn, mingzhuOffice, name)
	h.clock.at = noon.Add(6 * time.Hour)
	k, err = as(h, chenOffice, h.CheckOut, nuov1.ContractService_CheckOut_FullMethodName,
		&nuov1.CheckOutRequest{RequestId: id(), Name: name})
	if err != nil || k.GetCheckOut().GetMethod() != nuov1.AttendanceMethod_ATTENDANCE_METHOD_SELF {
		t.Fatalf("check-out as a volunteer: %v %v", k.GetCheckOut(), err)
	}
	res, err := h.confirm(chenOffice, gate)
	if err != nil || len(res.GetContracts()) != 0 || len(res.GetRefused()) != 1 || res.GetRefused()[0].GetReason() != ownContract {
		t.Errorf("confirm leaves one's own out: %v %v", res, err)
	}
	if res, err = h.confirm(mingzhuOffice, gate); err != nil || len(res.GetContracts()) != 1 {
		t.Fatalf("another confirms: %v %v", res, err)
	}
	_, err = as(h, chenOffice, h.EvaluateContract, nuov1.ContractService_EvaluateContract_FullMethodName,
		&nuov1.EvaluateContractRequest{RequestId: id(), Name: name, Rating: 5})
	wantReason(t, err, ownContract, "evaluate")
}

func TestErrOwnContractAcceptedByHand(t *testing.T) {
	h := open(t)
	h.byHand()
	k, err := h.claim(chenOffice, gate)
	if err != nil {
		t.Fatal(err)
	}
	accept := func(who *policy.Caller) error {
		_, err := as(h, who, h.AcceptContract, nuov1.ContractService_AcceptContract_FullMethodName,
			&nuov1.AcceptContractRequest{RequestId: id(), Name: k.GetName()})
		return err
	}
	wantReason(t, accept(chenOffice), ownContract, "accept")
	if err := accept(mingzhuOffice); err != nil {
		t.Errorf("another accepts: %v", err)
	}
}

// Who leads the shift acts upon another's contract as its leader, and upon the own one as a volunteer.
func TestOKLeaderIsAlsoAVolunteer(t *testing.T) {
	h := open(t)
	own, others := h.holds(wang, gate), h.holds(ouyang, gate)
	h.clock.at = noon.Add(2 * time.Hour)
	_, err := h.checkIn(caller(wang), own.GetName())
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_SITE_CODE, "the own one")
	k := must(h, h.checkIn, caller(wang), others.GetName())
	if k.GetCheckIn().GetMethod() != nuov1.AttendanceMethod_ATTENDANCE_METHOD_LEADER {
		t.Errorf("another's: %v", k.GetCheckIn())
	}
	events, err := h.events(mingzhuOffice, others.GetName())
	if err != nil {
		t.Fatal(err)
	}
	if last := events[len(events)-1]; last.GetRole() != nuov1.Role_ROLE_SHIFT_LEADER || last.GetActor() != wang {
		t.Errorf("event by %s as %v", last.GetActor(), last.GetRole())
	}
}

func TestOKCrewAtOnce(t *testing.T) {
	h := open(t)
	for _, p := range []string{wang, ouyang, li} {
		h.holds(p, gate)
	}
	h.clock.at = noon.Add(2 * time.Hour)
	in, err := as(h, mingzhuOffice, h.CheckInCrew, nuov1.ContractService_CheckInCrew_FullMethodName,
		&nuov1.CheckInCrewRequest{RequestId: id(), Shift: gate})
	if err != nil || len(in.GetContracts()) != 3 {
		t.Fatalf("%v %v", in, err)
	}
	for _, k := range in.GetContracts() {
		if k.GetDisplayName() != nameOf(k.GetVolunteer()) || k.GetState() != nuov1.ContractState_CONTRACT_STATE_IN_FULFILMENT {
			t.Errorf("answered %v", k)
		}
	}
	h.clock.at = noon.Add(6 * time.Hour)
	out, err := as(h, caller(wang), h.CheckOutCrew, nuov1.ContractService_CheckOutCrew_FullMethodName,
		&nuov1.CheckOutCrewRequest{RequestId: id(), Shift: gate})
	if err != nil || len(out.GetContracts())+len(out.GetRefused()) != 3 || len(out.GetContracts()) < 2 {
		t.Fatalf("%v %v", out, err)
	}
}
