package contract_test

import (
	"slices"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// A token that stands for nobody decides about nobody's contract, whatever it was granted; it is told why.
func TestErrDecidingNeedsAPerson(t *testing.T) {
	desk := office(nuov1.Role_ROLE_COMMUNITY, mingzhu)
	decides := []string{
		nuov1.ContractService_AcceptContract_FullMethodName, nuov1.ContractService_RefuseContract_FullMethodName,
		nuov1.ContractService_DecideLeave_FullMethodName, nuov1.ContractService_DecideAbsence_FullMethodName,
		nuov1.ContractService_EvaluateContract_FullMethodName, nuov1.ContractService_EnterCheckOut_FullMethodName,
		nuov1.ContractService_RequestCorrection_FullMethodName, nuov1.ContractService_DecideCorrection_FullMethodName,
	}
	for _, v := range verbs() {
		if !slices.Contains(v.kinds, "community") {
			continue
		}
		h := open(t)
		k := h.holds(ouyang, gate)
		err := v.call(h, k.GetName(), desk)
		e, ok := fault.As(err)
		told := ok && e.Reason == nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED && len(e.Fields) == 1
		if told != slices.Contains(decides, v.method) {
			t.Errorf("%s: %v", v.method, err)
		}
	}
	h := open(t)
	h.stood(ouyang)
	_, err := h.confirm(desk, gate)
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, "confirm")
}

// Two tokens of one person are one person: the second of them approves nothing that the first asked for.
func TestErrSecondPersonWithAnotherToken(t *testing.T) {
	h := open(t)
	k := h.stood(ouyang)
	if _, err := h.confirm(mingzhuOffice, gate); err != nil {
		t.Fatal(err)
	}
	const hours = 100
	_, err := as(h, mingzhuOffice, h.RequestCorrection, nuov1.ContractService_RequestCorrection_FullMethodName,
		&nuov1.RequestCorrectionRequest{
			RequestId: id(), Name: k.GetName(), HoursHundredths: hours, Reason: nuov1.ReasonCode_REASON_CODE_WRONG_ENTRY,
		})
	if err != nil {
		t.Fatal(err)
	}
	another := staff(clerk, nuov1.Role_ROLE_STREET, street)
	another.Token = "tokens/another"
	_, err = as(h, another, h.DecideCorrection, nuov1.ContractService_DecideCorrection_FullMethodName,
		&nuov1.DecideCorrectionRequest{RequestId: id(), Name: k.GetName(), Approve: true})
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, "the same person")
}

// What a token may not do for want of a person is not offered to it.
func TestOKActionsOfADesk(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, morning)
	got := must(h, h.get, office(nuov1.Role_ROLE_COMMUNITY, mingzhu), k.GetName()).GetAllowedActions()
	bound := must(h, h.get, mingzhuOffice, k.GetName()).GetAllowedActions()
	refuse := nuov1.ContractAction_CONTRACT_ACTION_REFUSE
	if slices.Contains(got, refuse) || !slices.Contains(bound, refuse) {
		t.Errorf("%v for a desk, %v for a person", got, bound)
	}
}
