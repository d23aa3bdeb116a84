package lifecycle

import (
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// Short names for the table.
const (
	none         = nuov1.ContractState_CONTRACT_STATE_UNSPECIFIED
	waitlisted   = nuov1.ContractState_CONTRACT_STATE_WAITLISTED
	offered      = nuov1.ContractState_CONTRACT_STATE_OFFERED
	signed       = nuov1.ContractState_CONTRACT_STATE_SIGNED
	displayed    = nuov1.ContractState_CONTRACT_STATE_DISPLAYED
	inFulfilment = nuov1.ContractState_CONTRACT_STATE_IN_FULFILMENT
	fulfilled    = nuov1.ContractState_CONTRACT_STATE_FULFILLED
	evaluated    = nuov1.ContractState_CONTRACT_STATE_EVALUATED
	absent       = nuov1.ContractState_CONTRACT_STATE_ABSENT
	excused      = nuov1.ContractState_CONTRACT_STATE_EXCUSED
	breached     = nuov1.ContractState_CONTRACT_STATE_BREACHED
	withdrawn    = nuov1.ContractState_CONTRACT_STATE_WITHDRAWN
	declined     = nuov1.ContractState_CONTRACT_STATE_DECLINED
	expired      = nuov1.ContractState_CONTRACT_STATE_EXPIRED
	cancelled    = nuov1.ContractState_CONTRACT_STATE_CANCELLED

	claim             = nuov1.ContractAction_CONTRACT_ACTION_CLAIM
	joinWaitlist      = nuov1.ContractAction_CONTRACT_ACTION_JOIN_WAITLIST
	offer             = nuov1.ContractAction_CONTRACT_ACTION_OFFER
	recordSpokenYes   = nuov1.ContractAction_CONTRACT_ACTION_RECORD_SPOKEN_YES
	promote           = nuov1.ContractAction_CONTRACT_ACTION_PROMOTE
	sign              = nuov1.ContractAction_CONTRACT_ACTION_SIGN
	decline           = nuov1.ContractAction_CONTRACT_ACTION_DECLINE
	expire            = nuov1.ContractAction_CONTRACT_ACTION_EXPIRE
	cross             = nuov1.ContractAction_CONTRACT_ACTION_CROSS
	accept            = nuov1.ContractAction_CONTRACT_ACTION_ACCEPT
	refuse            = nuov1.ContractAction_CONTRACT_ACTION_REFUSE
	withdraw          = nuov1.ContractAction_CONTRACT_ACTION_WITHDRAW
	askLeave          = nuov1.ContractAction_CONTRACT_ACTION_ASK_LEAVE
	upholdLeave       = nuov1.ContractAction_CONTRACT_ACTION_UPHOLD_LEAVE
	rejectLeave       = nuov1.ContractAction_CONTRACT_ACTION_REJECT_LEAVE
	checkIn           = nuov1.ContractAction_CONTRACT_ACTION_CHECK_IN
	undoCheckIn       = nuov1.ContractAction_CONTRACT_ACTION_UNDO_CHECK_IN
	checkOut          = nuov1.ContractAction_CONTRACT_ACTION_CHECK_OUT
	enterCheckOut     = nuov1.ContractAction_CONTRACT_ACTION_ENTER_CHECK_OUT
	extend            = nuov1.ContractAction_CONTRACT_ACTION_EXTEND
	stopForHealth     = nuov1.ContractAction_CONTRACT_ACTION_STOP_FOR_HEALTH
	markAbsent        = nuov1.ContractAction_CONTRACT_ACTION_MARK_ABSENT
	excuse            = nuov1.ContractAction_CONTRACT_ACTION_EXCUSE
	breach            = nuov1.ContractAction_CONTRACT_ACTION_BREACH
	confirm           = nuov1.ContractAction_CONTRACT_ACTION_CONFIRM
	evaluate          = nuov1.ContractAction_CONTRACT_ACTION_EVALUATE
	rateShift         = nuov1.ContractAction_CONTRACT_ACTION_RATE_SHIFT
	requestCorrection = nuov1.ContractAction_CONTRACT_ACTION_REQUEST_CORRECTION
	approve           = nuov1.ContractAction_CONTRACT_ACTION_APPROVE
	disapprove        = nuov1.ContractAction_CONTRACT_ACTION_DISAPPROVE
	recordLate        = nuov1.ContractAction_CONTRACT_ACTION_RECORD_LATE
	acceptAmendment   = nuov1.ContractAction_CONTRACT_ACTION_ACCEPT_AMENDMENT
	declineAmendment  = nuov1.ContractAction_CONTRACT_ACTION_DECLINE_AMENDMENT
	cancel            = nuov1.ContractAction_CONTRACT_ACTION_CANCEL
	exempt            = nuov1.ContractAction_CONTRACT_ACTION_EXEMPT

	system    = nuov1.Role_ROLE_SYSTEM
	committee = nuov1.Role_ROLE_COMMUNITY
	compound  = nuov1.Role_ROLE_COMPOUND
	leader    = nuov1.Role_ROLE_SHIFT_LEADER
	volunteer = nuov1.Role_ROLE_VOLUNTEER
	unit      = nuov1.Role_ROLE_UNIT
	street    = nuov1.Role_ROLE_STREET
	organiser = nuov1.Role_ROLE_DISTRICT_ORGANISATION
	command   = nuov1.Role_ROLE_DISTRICT_COMMAND
	admin     = nuov1.Role_ROLE_DISTRICT_ADMIN
)

// Row is one transition: from a state, by an action of one of these roles, if everything holds, to a state. A row
// whose To is its From leaves the state and changes something else.
type Row struct {
	// From is the state before; unspecified for what brings a contract into being.
	From nuov1.ContractState
	// Action is what is done.
	Action nuov1.ContractAction
	// By are the roles that may.
	By []nuov1.Role
	// Holds is what must hold, besides what the request itself must say.
	Holds []Guard
	// To is the state after, or one of several where the request or what is pending says which.
	To []nuov1.ContractState
	// Follows is what else happens in the same step, for the reader.
	Follows string
}

func by(r ...nuov1.Role) []nuov1.Role                   { return r }
func to(s ...nuov1.ContractState) []nuov1.ContractState { return s }
func when(g ...Guard) []Guard                           { return g }

const (
	slotGoesOn = "the slot goes to the first of the waitlist who qualifies"
	crosses    = "offers that it crosses expire"
)

// Table states every transition. Nothing else changes a state.
var Table = []Row{
	{none, claim, by(volunteer, committee, leader), when(listOpen, windowOpen), to(signed), crosses},
	{none, joinWaitlist, by(volunteer), when(listOpen, windowOpen, beforeStart), to(waitlisted), ""},
	// Street and district offer by a plan (OfferPlan) and no other way: the policy of every other RPC says so.
	{none, offer, by(committee, unit, street, admin, command, system), when(listOpen, beforeStart), to(offered), "expires after the offer's life"},
	{none, recordSpokenYes, by(committee), when(listOpen, beforeStart), to(offered), "held until start + grace"},
	{none, recordLate, by(committee), when(notOwn, afterEnd, withinLateDays), to(absent), "waits for a second person"},

	{waitlisted, promote, by(system), when(beforeStart), to(offered), "expires after the offer's life"},
	{waitlisted, sign, by(volunteer), when(listOpen, inLastHour), to(signed), crosses},
	{waitlisted, withdraw, by(volunteer), nil, to(withdrawn), ""},
	{waitlisted, expire, by(system), nil, to(expired), ""},
	{waitlisted, cancel, by(system), nil, to(cancelled), ""},
	{waitlisted, exempt, by(system), nil, to(expired), ""},

	{offered, sign, by(volunteer), when(listStands, offerAlive), to(signed), crosses},
	{offered, decline, by(volunteer), nil, to(declined), slotGoesOn},
	{offered, expire, by(system), nil, to(expired), slotGoesOn},
	{offered, cross, by(system), nil, to(expired), slotGoesOn},
	{offered, checkIn, by(committee, leader), when(notOwn, spokenYes, listStands, checkInWindow), to(inFulfilment), "the gate sheet is signed by hand; " + crosses},
	{offered, refuse, by(committee), when(notOwn, beforeStart), to(cancelled), slotGoesOn},
	{offered, cancel, by(system, committee, leader), nil, to(cancelled), ""},
	{offered, exempt, by(system), nil, to(expired), slotGoesOn},

	{signed, accept, by(committee, system), when(notOwn, listStands), to(displayed), ""},
	{signed, refuse, by(committee), when(notOwn, beforeStart), to(cancelled), slotGoesOn},
	{signed, withdraw, by(volunteer), when(untilDeadline), to(withdrawn), slotGoesOn},
	{signed, askLeave, by(volunteer), when(afterDeadline, beforeEnd), to(excused), slotGoesOn},
	{signed, checkIn, by(volunteer, committee, compound, leader), when(othersOnly, listStands, checkInWindow), to(inFulfilment), "accepts contract and amendment"},
	{signed, markAbsent, by(committee, leader), when(notOwn, fromStart), to(absent), slotGoesOn},
	{signed, acceptAmendment, by(volunteer), when(amended), to(signed), "rules 2 and 4 are checked again"},
	{signed, declineAmendment, by(volunteer, system), when(amended), to(cancelled), slotGoesOn},
	{signed, cancel, by(system, committee, leader), nil, to(cancelled), slotGoesOn},
	{signed, exempt, by(system), nil, to(excused), slotGoesOn},

	{displayed, refuse, by(committee), when(notOwn, beforeStart), to(cancelled), slotGoesOn},
	{displayed, withdraw, by(volunteer), when(untilDeadline), to(withdrawn), slotGoesOn},
	{displayed, askLeave, by(volunteer), when(afterDeadline, beforeEnd), to(excused), slotGoesOn},
	{displayed, checkIn, by(volunteer, committee, compound, leader), when(othersOnly, listStands, checkInWindow), to(inFulfilment), "accepts an amendment"},
	{displayed, markAbsent, by(committee, leader, system), when(notOwn, fromStart), to(absent), slotGoesOn},
	{displayed, acceptAmendment, by(volunteer), when(amended), to(displayed), "rules 2 and 4 are checked again"},
	{displayed, declineAmendment, by(volunteer, system), when(amended), to(cancelled), slotGoesOn},
	{displayed, cancel, by(system, committee, leader), nil, to(cancelled), slotGoesOn},
	{displayed, exempt, by(system), nil, to(excused), slotGoesOn},
	{displayed, recordLate, by(committee), when(notOwn, afterEnd, withinLateDays), to(absent), "waits for a second person"},

	{inFulfilment, undoCheckIn, by(volunteer, committee, compound, leader), when(present, withinUndo), to(displayed), ""},
	{inFulfilment, checkOut, by(volunteer, committee, leader, system), when(present, hasBegun, checkOutOpen), to(inFulfilment), "the actual interval is known"},
	{inFulfilment, enterCheckOut, by(volunteer, committee), when(present, checkOutClosed, nothingPending), to(inFulfilment), "waits for a second person"},
	{inFulfilment, extend, by(volunteer, committee, leader), when(present, listStands, checkOutOpen), to(inFulfilment), "a crossing with the next contract is flagged"},
	{inFulfilment, stopForHealth, by(volunteer, committee, leader), when(present, checkOutOpen), to(inFulfilment), "exemption and release of what lies in it"},
	{inFulfilment, approve, by(committee, street), when(secondPerson), to(inFulfilment), "the time entered becomes the check-out"},
	{inFulfilment, disapprove, by(committee, street), when(secondPerson), to(inFulfilment), ""},
	{inFulfilment, confirm, by(committee), when(notOwn, hasBegun, checkedOut, nothingPending, mayRecord), to(fulfilled), ""},

	{fulfilled, evaluate, by(committee), when(notOwn), to(evaluated, fulfilled), "stays when the rating is the served party's"},
	{fulfilled, rateShift, by(volunteer), nil, to(fulfilled), ""},
	{fulfilled, requestCorrection, by(volunteer, committee), when(othersOnly, afterEnd, nothingPending), to(fulfilled), "waits for the other side"},
	{fulfilled, approve, by(volunteer, committee), when(otherSide), to(fulfilled, excused, breached), "marked"},
	{fulfilled, disapprove, by(volunteer, committee), when(otherSide), to(fulfilled), ""},

	{evaluated, evaluate, by(committee), when(notOwn), to(evaluated), "the served party's rating alone"},
	{evaluated, rateShift, by(volunteer), nil, to(evaluated), ""},
	{evaluated, requestCorrection, by(volunteer, committee), when(othersOnly, afterEnd, nothingPending), to(evaluated), "waits for the other side"},
	{evaluated, approve, by(volunteer, committee), when(otherSide), to(evaluated, excused, breached), "marked"},
	{evaluated, disapprove, by(volunteer, committee), when(otherSide), to(evaluated), ""},

	{absent, excuse, by(committee), when(notOwn, nothingPending), to(excused), ""},
	{absent, breach, by(committee), when(notOwn, nothingPending), to(breached), ""},
	{absent, exempt, by(system), when(nothingPending), to(excused), ""},
	{absent, recordLate, by(committee), when(notOwn, afterEnd, withinLateDays, nothingPending), to(absent), "waits for a second person"},
	{absent, approve, by(committee, street), when(secondPerson), to(fulfilled), "marked 补录"},
	{absent, disapprove, by(committee, street), when(secondPerson), to(absent, cancelled), "cancelled when the entry alone had made it"},

	{excused, upholdLeave, by(committee), when(notOwn, leavePending), to(excused), ""},
	{excused, rejectLeave, by(committee), when(notOwn, leavePending), to(breached), ""},
	{excused, requestCorrection, by(volunteer, committee), when(othersOnly, afterEnd, nothingPending), to(excused), "waits for the other side"},
	{excused, approve, by(volunteer, committee), when(otherSide), to(fulfilled, excused, breached), "marked"},
	{excused, disapprove, by(volunteer, committee), when(otherSide), to(excused), ""},

	{breached, exempt, by(system), when(nothingPending), to(excused), ""},
	{breached, requestCorrection, by(volunteer, committee), when(othersOnly, afterEnd, nothingPending), to(breached), "waits for the other side; contesting is this"},
	{breached, approve, by(volunteer, committee), when(otherSide), to(fulfilled, excused, breached), "marked"},
	{breached, disapprove, by(volunteer, committee), when(otherSide), to(breached), ""},
}

// find returns the row of an action in a state, nil when there is none.
func find(from nuov1.ContractState, action nuov1.ContractAction) *Row {
	for i := range Table {
		if Table[i].From == from && Table[i].Action == action {
			return &Table[i]
		}
	}
	return nil
}

// HoldsSlot tells whether a contract in this state holds its slot.
func HoldsSlot(s nuov1.ContractState) bool {
	return slices.Contains([]nuov1.ContractState{offered, signed, displayed, inFulfilment, fulfilled, evaluated}, s)
}

// HoldsTime tells whether a contract in this state holds its person's time: planned until check-in, actual after it.
func HoldsTime(s nuov1.ContractState) bool {
	return slices.Contains([]nuov1.ContractState{signed, displayed, inFulfilment, fulfilled, evaluated}, s)
}

// Live tells whether the contract has not ended: the person is bound by it, waits for it or is asked.
func Live(s nuov1.ContractState) bool {
	return slices.Contains([]nuov1.ContractState{waitlisted, offered, signed, displayed, inFulfilment}, s)
}

// Stands tells whether the board shows the promise.
func Stands(s nuov1.ContractState) bool {
	return slices.Contains([]nuov1.ContractState{displayed, inFulfilment, fulfilled, evaluated}, s)
}
