package contract

import (
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/policy"
)

// deciding are the verbs that decide about somebody's contract, with the actions that they stand for. Rule 10 lets nobody
// decide about their own and asks a second person for what changes hours: only who is somebody can be held to that, so a
// token that stands for nobody decides nothing. Two tokens of one person are one person.
var deciding = map[string][]nuov1.ContractAction{
	nuov1.ContractService_AcceptContract_FullMethodName: {nuov1.ContractAction_CONTRACT_ACTION_ACCEPT},
	nuov1.ContractService_RefuseContract_FullMethodName: {nuov1.ContractAction_CONTRACT_ACTION_REFUSE},
	nuov1.ContractService_DecideLeave_FullMethodName: {
		nuov1.ContractAction_CONTRACT_ACTION_UPHOLD_LEAVE, nuov1.ContractAction_CONTRACT_ACTION_REJECT_LEAVE,
	},
	nuov1.ContractService_DecideAbsence_FullMethodName: {
		nuov1.ContractAction_CONTRACT_ACTION_EXCUSE, nuov1.ContractAction_CONTRACT_ACTION_BREACH,
	},
	nuov1.ContractService_ConfirmShift_FullMethodName:      {nuov1.ContractAction_CONTRACT_ACTION_CONFIRM},
	nuov1.ContractService_EvaluateContract_FullMethodName:  {nuov1.ContractAction_CONTRACT_ACTION_EVALUATE},
	nuov1.ContractService_EnterCheckOut_FullMethodName:     {nuov1.ContractAction_CONTRACT_ACTION_ENTER_CHECK_OUT},
	nuov1.ContractService_RecordLateEntry_FullMethodName:   {nuov1.ContractAction_CONTRACT_ACTION_RECORD_LATE},
	nuov1.ContractService_RequestCorrection_FullMethodName: {nuov1.ContractAction_CONTRACT_ACTION_REQUEST_CORRECTION},
	nuov1.ContractService_DecideCorrection_FullMethodName: {
		nuov1.ContractAction_CONTRACT_ACTION_APPROVE, nuov1.ContractAction_CONTRACT_ACTION_DISAPPROVE,
	},
}

// needPerson is PERMISSION_DENIED for a verb that decides, by a token that stands for nobody.
func needPerson(c *call.Call) error {
	if _, decides := deciding[c.Method]; !decides {
		return nil
	}
	return c.NeedPerson()
}

// inPerson takes out the actions that need a person where the caller is none.
func inPerson(caller *policy.Caller, actions []nuov1.ContractAction) []nuov1.ContractAction {
	if caller.Person != "" {
		return actions
	}
	return slices.DeleteFunc(actions, func(a nuov1.ContractAction) bool {
		for _, of := range deciding {
			if slices.Contains(of, a) {
				return true
			}
		}
		return false
	})
}
