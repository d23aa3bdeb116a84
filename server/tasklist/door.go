package tasklist

import (
	"context"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

const onDuty = nuov1.ContractState_CONTRACT_STATE_IN_FULFILMENT

// AddDoor puts a household on a task: a served party of the community, or a new one. With a contract it was found on
// site by a volunteer on duty there, who can bring new ones only. The answer holds no contact.
func (r *Room) AddDoor(ctx context.Context, req *nuov1.AddDoorRequest) (*nuov1.Door, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Door, error) {
		t, l, err := taskOf(c, req.GetTask())
		if err != nil {
			return nil, err
		}
		d := &nuov1.Door{Name: "doors/" + c.NewID(), Task: t.GetName(), FoundOnSite: req.GetContract() != ""}
		party, err := partyOf(c, req, t)
		if err != nil {
			return nil, err
		}
		d.ServedParty = party.GetName()
		if d.Compound = party.GetCompound(); d.Compound == "" {
			d.Compound = t.GetCompound()
		}
		if err := allowAdd(c, req, t, l, d); err != nil {
			return nil, err
		}
		if l.GetState() == cancelled {
			return nil, refuseListState(l, cancelled)
		}
		if err := checkAdd(c, req, t); err != nil {
			return nil, err
		}
		if party.GetName() == "" {
			if d.ServedParty, err = addParty(c, party, req.GetContact()); err != nil {
				return nil, err
			}
		}
		if err := refuseSecond(c, d); err != nil {
			return nil, err
		}
		if err := store.Doors.Insert(c.Tx, d); err != nil {
			return nil, err
		}
		if err := markDoors(c, t); err != nil {
			return nil, err
		}
		return d, note(c, t.GetName(), "door", d.GetName(), "on_site", strconv.FormatBool(d.GetFoundOnSite()))
	})
}

// partyOf is the served party that is asked for, or the new one, without a name, that is to be.
func partyOf(c *call.Call, req *nuov1.AddDoorRequest, t *nuov1.Task) (*nuov1.ServedParty, error) {
	if req.GetServedParty() == "" {
		p := &nuov1.ServedParty{
			Kind:      nuov1.ServedPartyKind_SERVED_PARTY_KIND_HOUSEHOLD,
			Community: t.GetCommunity(), Compound: req.GetCompound(),
		}
		if p.GetCompound() == "" {
			p.Compound = t.GetCompound()
		}
		return p, nil
	}
	p, err := store.ServedParties.Get(c.Tx, req.GetServedParty())
	if err == nil && p.GetCommunity() != t.GetCommunity() {
		err = hidden(req.GetServedParty())
	}
	return p, err
}

// allowAdd asks whether the caller may put that door on the task: the committee any, a compound role its own, a
// volunteer one found on duty there.
func allowAdd(c *call.Call, req *nuov1.AddDoorRequest, t *nuov1.Task, l *nuov1.TaskList, d *nuov1.Door) error {
	if req.GetContract() == "" {
		return allowAs(c, l, doorFacts(t.GetCommunity(), d.GetCompound()), t.GetName())
	}
	contract, err := allowHolder(c, req.GetContract(), t.GetName())
	if err != nil {
		return err
	}
	if contract.GetState() != onDuty {
		return refuseContractState(c, contract)
	}
	return nil
}

// doorFacts are the facts about a door: the community, and the compound and building where it lies.
func doorFacts(community, compound string) policy.Facts {
	return policy.Facts{Within: append([]string{community}, ancestorsOf(compound)...)}
}

// allowHolder asks whether the caller is the volunteer of a contract on the task, and answers the contract as it
// stands now. A no is NOT_FOUND of the contract.
func allowHolder(c *call.Call, name, task string) (*nuov1.Contract, error) {
	contract, err := lifecycle.GetContract(c.Tx, name)
	if err != nil {
		return nil, err
	}
	if contract.GetTask() != task || c.Caller == nil || c.Caller.Person != contract.GetVolunteer() {
		return nil, hidden(name)
	}
	return contract, c.AllowOrHide(policy.Facts{Within: []string{contract.GetVolunteer()}}, name)
}

func refuseContractState(c *call.Call, contract *nuov1.Contract) error {
	return fault.New(wrongState, "action", action(c), "state", contract.GetState().String()[len("CONTRACT_STATE_"):])
}

// checkAdd holds the request to naming a household one way and to places of the community.
func checkAdd(c *call.Call, req *nuov1.AddDoorRequest, t *nuov1.Task) error {
	contact := req.GetContact()
	if (req.GetServedParty() == "") == (contact == nil) {
		return fault.Field("contact", "give either served_party or contact", "请填写服务对象或其联系方式之一")
	}
	if contact == nil {
		switch {
		case req.GetContract() != "":
			return fault.Field("served_party", "found on site is a new household; give its contact", "漏登的住户请填写联系方式")
		case req.GetCompound() != "":
			return fault.Field("compound", "is the served party's own; leave it empty", "由服务对象决定，请留空")
		}
		return nil
	}
	if strings.TrimSpace(contact.GetDisplayName()) == "" && strings.TrimSpace(contact.GetDoor()) == "" {
		return fault.Field("contact", "needs a name or a door", "须填写姓名或门牌")
	}
	return checkCompound(c.Tx, req.GetCompound(), t.GetCommunity(), "compound")
}

// addParty stores a new household, and tells so to the chains of where it is.
func addParty(c *call.Call, p *nuov1.ServedParty, contact *nuov1.ServedPartyContact) (string, error) {
	p, err := place.AddServedParty(c.Tx, p.GetKind(), p.GetCommunity(), p.GetCompound(), contact)
	if err != nil {
		return "", err
	}
	for _, at := range []string{p.GetCommunity(), p.GetCompound()} {
		if at == "" {
			continue
		}
		if err := note(c, at, "party", p.GetName()); err != nil {
			return "", err
		}
	}
	return p.GetName(), note(c, p.GetName(), "kind", p.GetKind().String())
}

// refuseSecond is DEACTIVATED for a party that left, ALREADY_EXISTS for one that is on the task, and LIMIT_REACHED
// where the task has as many doors as it may.
func refuseSecond(c *call.Call, d *nuov1.Door) error {
	party, err := store.ServedParties.Get(c.Tx, d.GetServedParty())
	if err != nil {
		return err
	}
	if party.GetState() == nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_DEACTIVATED, "name", party.GetName())
	}
	n := 0
	for other, err := range store.Doors.ByIndex(c.Tx, store.DoorsByTask, d.GetTask()) {
		if err != nil {
			return err
		}
		if other.GetServedParty() == d.GetServedParty() {
			return fault.New(alreadyExists, "name", other.GetName())
		}
		if n++; n >= maxDoors {
			return fault.New(limitReached, "limit", strconv.Itoa(maxDoors))
		}
	}
	return nil
}

// markDoors says at the task and its shifts that there are doors. The task is written for each: its record is the
// conflict key of the step that counts what was left over.
func markDoors(c *call.Call, t *nuov1.Task) error {
	if t.GetHasDoors() {
		return store.Tasks.Touch(c.Tx, t.GetName())
	}
	t.HasDoors = true
	if err := store.Tasks.Put(c.Tx, t); err != nil {
		return err
	}
	return eachShift(c.Tx, t.GetName(), func(s *nuov1.Shift) { s.HasDoors = true })
}

// RecordDoor ticks a door: by a volunteer on duty on its task or until 24 h after, the committee, or the compound role
// in whose place it lies. It can be ticked anew; the last word counts. The answer holds no contact.
func (r *Room) RecordDoor(ctx context.Context, req *nuov1.RecordDoorRequest) (*nuov1.Door, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Door, error) {
		d, err := store.Doors.Get(c.Tx, req.GetName())
		if err != nil {
			return nil, err
		}
		if err := allowTick(c, req, d); err != nil {
			return nil, err
		}
		d.Outcome, d.Contract, d.OutcomeTime = req.GetOutcome(), req.GetContract(), timestamppb.New(c.Now())
		if err := store.Doors.Put(c.Tx, d); err != nil {
			return nil, err
		}
		if err := note(c, d.GetTask(), "door", d.GetName(), "outcome", d.GetOutcome().String()); err != nil {
			return nil, err
		}
		return d, lifecycle.DoorsDone(c.Tx, d.GetTask())
	})
}

func allowTick(c *call.Call, req *nuov1.RecordDoorRequest, d *nuov1.Door) error {
	if req.GetContract() == "" {
		t, err := store.Tasks.Get(c.Tx, d.GetTask())
		if err != nil {
			return err
		}
		return c.AllowOrHide(doorFacts(t.GetCommunity(), d.GetCompound()), d.GetName())
	}
	contract, err := allowHolder(c, req.GetContract(), d.GetTask())
	if err != nil {
		return err
	}
	return withAction(c, lifecycle.UnderWay(c.Tx, contract))
}

// withAction says in a refusal of package lifecycle what was refused.
func withAction(c *call.Call, err error) error {
	if f, ok := fault.As(err); ok && f.Vars["action"] == "" {
		f.Vars["action"] = action(c)
	}
	return err
}

// CountDoors counts the doors of a task by outcome; it shows none.
func (r *Room) CountDoors(ctx context.Context, req *nuov1.CountDoorsRequest) (*nuov1.DoorCounts, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.DoorCounts, error) {
		t, l, err := taskOf(c, req.GetTask())
		if err != nil {
			return nil, err
		}
		if err := allowRead(c, l, t.GetName()); err != nil {
			return nil, err
		}
		n := &nuov1.DoorCounts{Task: t.GetName()}
		for d, err := range store.Doors.ByIndex(c.Tx, store.DoorsByTask, t.GetName()) {
			if err != nil {
				return nil, err
			}
			count(n, d)
		}
		return n, nil
	})
}

func count(n *nuov1.DoorCounts, d *nuov1.Door) {
	n.Total++
	if d.GetFoundOnSite() {
		n.Found++
	}
	switch d.GetOutcome() {
	case nuov1.DoorOutcome_DOOR_OUTCOME_DONE:
		n.Done++
	case nuov1.DoorOutcome_DOOR_OUTCOME_NOBODY_IN:
		n.NobodyIn++
	case nuov1.DoorOutcome_DOOR_OUTCOME_REFUSED:
		n.Refused++
	case nuov1.DoorOutcome_DOOR_OUTCOME_WRONG_ADDRESS:
		n.WrongAddress++
	case nuov1.DoorOutcome_DOOR_OUTCOME_RELEASED:
		n.Released++
	default:
		n.Open++
	}
}
