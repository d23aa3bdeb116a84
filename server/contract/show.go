package contract

import (
	"slices"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// namesAfter is how long after its end a contract shows the two parties and the crew each other's names (rule 7).
const namesAfter = 24 * time.Hour

// sight is as what a caller looks at one contract. Several may hold: who wears two hats sees with both.
type sight struct {
	// self is the contract's volunteer.
	self bool
	// community is the committee that the contract is with; co-hosts are not a party to it.
	community bool
	// leader leads the shift.
	leader bool
	// crew stands the same shift and looks at the leader's contract.
	crew bool
	// unit is the committee or branch secretary of the unit or branch that it was signed in.
	unit bool
	// open is whoever may read it not only through unit or crew: the parties, street, district, auditor.
	open bool
}

// look tells as what the caller looks at a contract with these facts.
func look(c *call.Call, k *nuov1.Contract, facts policy.Facts) (sight, error) {
	person := c.Caller.Person
	s := sight{
		self: person != "" && person == k.GetVolunteer() ||
			c.Caller.Holds(nuov1.Role_ROLE_VOLUNTEER, k.GetVolunteer()),
		community: c.Caller.Holds(nuov1.Role_ROLE_COMMUNITY, k.GetCommunity()),
		leader:    person != "" && person == facts.Leader,
		unit: k.GetUnit() != "" && c.Caller.Holds(nuov1.Role_ROLE_UNIT, k.GetUnit()) ||
			k.GetBranch() != "" && c.Caller.Holds(nuov1.Role_ROLE_BRANCH, k.GetBranch()),
	}
	others := policy.Facts{Leader: facts.Leader, Within: slices.DeleteFunc(slices.Clone(facts.Within), func(n string) bool {
		return n == k.GetUnit() || n == k.GetBranch()
	})}
	s.open = s.self || c.May(getContract, others)
	var err error
	s.crew, err = crewOf(c, k, facts)
	return s, err
}

// crewOf tells whether the contract is the leader's and the caller one of the leader's crew, both engaged, until 24 h
// after the end: the crew may call their leader.
func crewOf(c *call.Call, k *nuov1.Contract, facts policy.Facts) (bool, error) {
	if facts.Leader == "" || k.GetVolunteer() != facts.Leader || c.Caller.Person == facts.Leader || !reachable(c, k) {
		return false, nil
	}
	return stands(c, k.GetShift())
}

// stands tells whether the caller is one of the people who hold the shift.
func stands(c *call.Call, shift string) (bool, error) {
	if c.Caller.Person == "" {
		return false, nil
	}
	for h, err := range store.Holders.Scan(c.Tx, shift, c.Caller.Person) {
		if err != nil || lifecycle.HoldsTime(h.GetState()) {
			return err == nil, err
		}
	}
	return false, nil
}

// reachable tells whether the parties to a contract and its crew see each other's names now: from the signature until
// 24 h after the end, while it stands or something about it waits for a word.
func reachable(c *call.Call, k *nuov1.Contract) bool {
	asked := k.GetState() == nuov1.ContractState_CONTRACT_STATE_ABSENT || k.GetLeavePending()
	return (lifecycle.HoldsTime(k.GetState()) || asked) && c.Now().Before(k.GetEndTime().AsTime().Add(namesAfter))
}

// show makes a contract what the caller may see of it: fills in the name and phone and what the caller may do, and
// takes out what is not theirs. k is the caller's own copy, with due states settled.
func show(c *call.Call, r *lifecycle.Reader, k *nuov1.Contract, facts policy.Facts) error {
	s, err := look(c, k, facts)
	if err != nil {
		return err
	}
	actions, err := actionsOf(c, r, k)
	if err != nil {
		return err
	}
	v, err := memberOf(c, k, s)
	if err != nil {
		return err
	}
	if s.names(c, k, v) {
		p, _, err := store.Persons.Find(c.Tx, k.GetVolunteer())
		if err != nil {
			return err
		}
		k.DisplayName, k.Phone = p.GetPerson().GetDisplayName(), p.GetPerson().GetPhone()
	}
	k.AllowedActions = inPerson(c.Caller, actions)
	if !s.health() {
		hideHealth(k)
	}
	if !s.hours(k, v) {
		hideHours(k)
	}
	if !s.open && !s.unit {
		keepBrief(k)
	}
	return nil
}

// atGate is what a co-host may do with another community's contract.
var atGate = []nuov1.ContractAction{
	nuov1.ContractAction_CONTRACT_ACTION_CHECK_IN, nuov1.ContractAction_CONTRACT_ACTION_UNDO_CHECK_IN,
	nuov1.ContractAction_CONTRACT_ACTION_CHECK_OUT,
}

// actionsOf is what the caller may do with the contract now. A committee's grant counts whole for the owner alone: as a
// co-host's it opens what is done at the gate.
func actionsOf(c *call.Call, r *lifecycle.Reader, k *nuov1.Contract) ([]nuov1.ContractAction, error) {
	own := *c.Caller
	own.Grants = slices.DeleteFunc(slices.Clone(own.Grants), func(g policy.Grant) bool {
		return g.Role == nuov1.Role_ROLE_COMMUNITY && g.Scope != k.GetCommunity()
	})
	actions, err := r.AllowedActions(&own, k)
	if err != nil || len(own.Grants) == len(c.Caller.Grants) {
		return actions, err
	}
	all, err := r.AllowedActions(c.Caller, k)
	for _, a := range all {
		if slices.Contains(atGate, a) && !slices.Contains(actions, a) {
			actions = append(actions, a)
		}
	}
	slices.Sort(actions)
	return actions, err
}

// memberOf is the contract's volunteer as the unit's committee needs it to know what they may see; nil for others.
func memberOf(c *call.Call, k *nuov1.Contract, s sight) (*nuov1.Volunteer, error) {
	if !s.unit {
		return nil, nil
	}
	v, _, err := store.Volunteers.Find(c.Tx, k.GetVolunteer())
	return v, err
}

// names tells whether the volunteer's name and phone are shown (rule 7). v is memberOf's: a unit sees the names of the
// people who are its own now, not of those who have left it.
func (s sight) names(c *call.Call, k *nuov1.Contract, v *nuov1.Volunteer) bool {
	unit := v.GetUnit() != "" && v.GetUnit() == k.GetUnit() && c.Caller.Holds(nuov1.Role_ROLE_UNIT, v.GetUnit())
	branch := v.GetBranch() != "" && v.GetBranch() == k.GetBranch() &&
		c.Caller.Holds(nuov1.Role_ROLE_BRANCH, v.GetBranch())
	party := s.community || s.leader || s.crew
	return s.self || unit || branch || party && reachable(c, k)
}

// health tells whether a reason of health is shown: not to unit, branch, street, district or auditor.
func (s sight) health() bool { return s.self || s.community || s.leader }

// hours tells whether times and hours are shown. What is volunteered in one's own time is fed back to the unit by
// consent ③ alone; duty is the unit's own business.
func (s sight) hours(k *nuov1.Contract, v *nuov1.Volunteer) bool {
	return s.open || k.GetLedger() == nuov1.Ledger_LEDGER_DUTY ||
		consent(v, nuov1.ConsentKind_CONSENT_KIND_UNIT_FEEDBACK).GetGiven()
}

// consent is the person's consent of a kind as it stands now: the last one counts. Nil when there was none, which is
// one that was not given.
func consent(v *nuov1.Volunteer, kind nuov1.ConsentKind) *nuov1.Consent {
	for _, given := range slices.Backward(v.GetConsents()) {
		if given.GetKind() == kind {
			return given
		}
	}
	return nil
}

func veiled(reason nuov1.ReasonCode) nuov1.ReasonCode {
	if lifecycle.OfHealth(reason) {
		return nuov1.ReasonCode_REASON_CODE_UNSPECIFIED
	}
	return reason
}

func hideHealth(k *nuov1.Contract) {
	k.Reason = veiled(k.GetReason())
	if k.GetPending() != nil {
		k.Pending.Reason = veiled(k.GetPending().GetReason())
	}
}

func hideHours(k *nuov1.Contract) {
	k.HoursHundredths, k.CheckIn, k.CheckOut = 0, nil, nil
	if p := k.GetPending(); p != nil {
		p.HoursHundredths, p.CheckInTime, p.CheckOutTime = 0, nil, nil
	}
}

// keepBrief leaves what one needs to find and call somebody: for the crew of a leader, and for whoever acts at the gate
// without being a party.
func keepBrief(k *nuov1.Contract) {
	brief := &nuov1.Contract{
		Name: k.GetName(), Volunteer: k.GetVolunteer(), Shift: k.GetShift(), Task: k.GetTask(), TaskList: k.GetTaskList(),
		Community: k.GetCommunity(), District: k.GetDistrict(), State: k.GetState(),
		StartTime: k.GetStartTime(), EndTime: k.GetEndTime(),
		DisplayName: k.GetDisplayName(), Phone: k.GetPhone(), AllowedActions: k.GetAllowedActions(),
	}
	fields := k.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		if !brief.ProtoReflect().Has(fields.Get(i)) {
			k.ProtoReflect().Clear(fields.Get(i))
		}
	}
}

// veil is an event as the caller may see it. The chain is verified over what is stored, so what is hidden here does not
// break it; the link is shown as it is.
func (s sight) veil(e *nuov1.ContractEvent, hours bool) *nuov1.ContractEvent {
	if !s.health() {
		if e.GetAction() == nuov1.ContractAction_CONTRACT_ACTION_STOP_FOR_HEALTH {
			e.Action = nuov1.ContractAction_CONTRACT_ACTION_CHECK_OUT
		}
		e.Reason = veiled(e.GetReason())
		if e.GetPending() != nil {
			e.Pending.Reason = veiled(e.GetPending().GetReason())
		}
	}
	if !hours {
		e.Attendance, e.HoursHundredths, e.StartTime, e.EndTime = nil, 0, nil, nil
		if p := e.GetPending(); p != nil {
			p.HoursHundredths, p.CheckInTime, p.CheckOutTime = 0, nil, nil
		}
	}
	return e
}
