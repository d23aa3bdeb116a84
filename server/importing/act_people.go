package importing

import (
	"cmp"
	"context"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// pageSize is that of the lists that are looked through.
const pageSize = 1000

// volunteer makes or changes a volunteer, then adds what has verbs of its own: registrations and exemptions that are
// not there yet, and the ends of those that are.
func (r *run) volunteer(ctx context.Context, it *item, want *nuov1.Volunteer) error {
	live, err := r.liveVolunteer(ctx, it, want)
	if err != nil {
		return err
	}
	if live == nil {
		req := &nuov1.CreateVolunteerRequest{Volunteer: want}
		req.RequestId = r.requestID(it, "create", req)
		if live, err = r.volunteers.CreateVolunteer(ctx, req); err != nil {
			return err
		}
		it.name = live.GetName()
		if it.record != nil { // perhaps the answer of then, kept for an earlier run
			if live, err = r.volunteers.GetVolunteer(ctx, &nuov1.GetVolunteerRequest{Name: it.name}); err != nil {
				return err
			}
		}
	} else if err := r.update(ctx, it, live); err != nil {
		return err
	}
	for _, registration := range want.GetRegistrations() {
		if err := r.registration(ctx, it, live, registration); err != nil {
			return err
		}
	}
	for _, exemption := range it.exemptions {
		if err := r.exemption(ctx, it, live, exemption); err != nil {
			return err
		}
	}
	return nil
}

// liveVolunteer is the volunteer whom the item stands for, nil for nobody yet. Where an earlier run wrote the name
// down and was interrupted, that is who has the same name and phone in the same organisation.
func (r *run) liveVolunteer(ctx context.Context, it *item, want *nuov1.Volunteer) (*nuov1.Volunteer, error) {
	if it.name != "" {
		return r.volunteers.GetVolunteer(ctx, &nuov1.GetVolunteerRequest{Name: it.name})
	}
	if it.record == nil {
		return nil, nil //nolint:nilnil // nobody yet is an answer
	}
	req := &nuov1.ListVolunteersRequest{
		Parent: it.namespace, NameContains: want.GetPerson().GetDisplayName(), PageSize: pageSize,
	}
	for {
		page, err := r.volunteers.ListVolunteers(ctx, req)
		if err != nil {
			return nil, err
		}
		for _, v := range page.GetVolunteers() {
			same := v.GetPerson().GetDisplayName() == want.GetPerson().GetDisplayName() &&
				v.GetPerson().GetPhone() == want.GetPerson().GetPhone()
			if same && r.take(v.GetName()) {
				it.name = v.GetName()
				return v, nil
			}
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return nil, nil //nolint:nilnil // nobody yet is an answer
		}
	}
}

// take notes that a name of the files stands for the resource; false when another does.
func (r *run) take(resource string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.taken[resource] {
		return false
	}
	r.taken[resource] = true
	return true
}

func (r *run) registration(ctx context.Context, it *item, live *nuov1.Volunteer, want *nuov1.Registration) error {
	var there *nuov1.Registration
	for _, reg := range live.GetRegistrations() {
		if reg.GetCommunity() == want.GetCommunity() && reg.GetFromDate() == want.GetFromDate() {
			there = reg
		}
	}
	if there == nil {
		req := &nuov1.RegisterVolunteerRequest{Name: it.name, Registration: want}
		req.RequestId = r.requestID(it, "register", req)
		_, err := r.volunteers.RegisterVolunteer(ctx, req)
		return err
	}
	if want.GetToDate() == "" || there.GetToDate() != "" {
		return nil
	}
	req := &nuov1.EndRegistrationRequest{Name: it.name, Community: want.GetCommunity(), ToDate: want.GetToDate()}
	req.RequestId = r.requestID(it, "end registration", req)
	_, err := r.volunteers.EndRegistration(ctx, req)
	return err
}

func (r *run) exemption(ctx context.Context, it *item, live *nuov1.Volunteer, want *nuov1.Exemption) error {
	var there *nuov1.Exemption
	for _, e := range live.GetExemptions() {
		if e.GetCategory() == want.GetCategory() && e.GetFromDate() == want.GetFromDate() {
			there = e
		}
	}
	if there == nil {
		req := &nuov1.AddExemptionRequest{Name: it.name, Exemption: want}
		req.RequestId = r.requestID(it, "exempt", req)
		_, err := r.volunteers.AddExemption(ctx, req)
		return err
	}
	if want.GetToDate() == "" || there.GetToDate() == want.GetToDate() {
		return nil
	}
	req := &nuov1.EndExemptionRequest{Name: it.name, ExemptionId: there.GetId(), ToDate: want.GetToDate()}
	req.RequestId = r.requestID(it, "end exemption", req)
	_, err := r.volunteers.EndExemption(ctx, req)
	return err
}

// servedParty makes or changes a served party. What is there is found in the list, which shows no contact: only where
// an earlier run was interrupted is a contact looked at, which leaves a view event.
func (r *run) servedParty(ctx context.Context, it *item, want *nuov1.ServedParty) error {
	live, err := r.liveParty(ctx, it, want)
	if err != nil {
		return err
	}
	if live != nil {
		it.name = live.GetName()
		if err := r.update(ctx, it, live); err != nil {
			return err
		}
	} else {
		req := &nuov1.CreateServedPartyRequest{ServedParty: want}
		req.RequestId = r.requestID(it, "create", req)
		made, err := r.parties.CreateServedParty(ctx, req)
		if err != nil {
			return err
		}
		it.name = made.GetName()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.made[it.namespace+" "+it.key] = it.name
	return nil
}

func (r *run) liveParty(ctx context.Context, it *item, want *nuov1.ServedParty) (*nuov1.ServedParty, error) {
	if it.name == "" && it.record == nil {
		return nil, nil //nolint:nilnil // nobody yet is an answer
	}
	req := &nuov1.ListServedPartiesRequest{Parent: want.GetCommunity(), PageSize: pageSize}
	for {
		page, err := r.parties.ListServedParties(ctx, req)
		if err != nil {
			return nil, err
		}
		for _, s := range page.GetServedParties() {
			same := s.GetName() == it.name
			if it.name == "" {
				if same, err = r.sameParty(ctx, it, want, s); err != nil {
					return nil, err
				}
			}
			if same {
				return s, nil
			}
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return nil, nil //nolint:nilnil // nobody yet is an answer
		}
	}
}

func (r *run) sameParty(ctx context.Context, it *item, want, there *nuov1.ServedParty) (bool, error) {
	r.mu.Lock()
	taken := r.taken[there.GetName()]
	r.mu.Unlock()
	if taken || there.GetKind() != want.GetKind() || there.GetCompound() != want.GetCompound() {
		return false, nil
	}
	req := &nuov1.GetServedPartyRequest{Name: there.GetName()}
	req.RequestId = r.requestID(it, "look", req)
	shown, err := r.parties.GetServedParty(ctx, req)
	if err != nil {
		return false, err
	}
	return proto.Equal(shown.GetContact(), want.GetContact()) && r.take(there.GetName()), nil
}

// door puts a household on its task. A door is never changed by a file.
func (r *run) door(ctx context.Context, it *item, want *nuov1.AddDoorRequest) error {
	if it.name != "" {
		return nil
	}
	req, _ := proto.Clone(want).(*nuov1.AddDoorRequest)
	req.RequestId = ""
	if it.party != nil {
		community, err := r.communityOf(ctx, r.plan, it.namespace)
		if err != nil {
			return err
		}
		r.mu.Lock()
		req.ServedParty = r.partyResource(it, community, r.made)
		r.mu.Unlock()
	}
	if it.record != nil {
		found, err := r.liveDoor(ctx, it, req)
		if err != nil || found {
			return err
		}
	}
	req.RequestId = r.requestID(it, "add", req)
	made, err := r.doors.AddDoor(ctx, req)
	it.name = cmp.Or(made.GetName(), it.name)
	return err
}

// liveDoor looks for the door of an interrupted run among those of the task.
func (r *run) liveDoor(ctx context.Context, it *item, want *nuov1.AddDoorRequest) (bool, error) {
	req := &nuov1.ShowDoorsRequest{Task: want.GetTask(), PageSize: 50}
	for {
		req.RequestId = ""
		req.RequestId = r.requestID(it, "look", req)
		page, err := r.doors.ShowDoors(ctx, req)
		if err != nil {
			return false, err
		}
		for _, d := range page.GetDoors() {
			same := d.GetServedParty() == want.GetServedParty()
			if it.party == nil {
				same = proto.Equal(d.GetContact(), want.GetContact())
			}
			if same && r.take(d.GetName()) {
				it.name = d.GetName()
				return true, nil
			}
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return false, nil
		}
	}
}
