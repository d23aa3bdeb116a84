package directory

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// Volunteers serves VolunteerService.
type Volunteers struct {
	nuov1.UnimplementedVolunteerServiceServer
	store     *store.Store
	contracts Contracts
}

// NewVolunteers makes the service on an open store.
func NewVolunteers(s *store.Store, contracts Contracts) *Volunteers {
	return &Volunteers{store: s, contracts: contracts}
}

// CreateVolunteer stores a person who serves. A unit creates its members; a community who has no unit and registers
// with it; a district's administrator anybody, and is not shown the person afterwards.
func (s *Volunteers) CreateVolunteer(ctx context.Context, req *nuov1.CreateVolunteerRequest) (*nuov1.Volunteer, error) {
	return call.Mutate(ctx, s.store, req, func(c *call.Call) (*nuov1.Volunteer, error) {
		v, person := newVolunteer(req.GetVolunteer())
		if err := admitNew(c, v); err != nil {
			return nil, err
		}
		date, err := today(c, v.GetDistrict())
		if err != nil {
			return nil, err
		}
		if err := checkPerson(v, person, date); err != nil {
			return nil, err
		}
		if err := checkStanding(c, v); err != nil {
			return nil, err
		}
		if err := enterRegistrations(c, v, date); err != nil {
			return nil, err
		}
		v.Name = "volunteers/" + c.RandomID()
		v.CreateTime = timestamppb.New(c.Now())
		v.UpdateTime = v.GetCreateTime()
		if err := store.Volunteers.Insert(c.Tx, v); err != nil {
			return nil, err
		}
		if err := keepPerson(c, v.GetName(), person); err != nil {
			return nil, err
		}
		if err := noteJoined(c, &nuov1.Volunteer{}, v); err != nil {
			return nil, err
		}
		within, err := s.within(c, v, date)
		if err != nil {
			return nil, err
		}
		return v, s.present(c, v, within)
	})
}

// newVolunteer takes from a request what a client may say, the person apart; output-only fields are ignored.
func newVolunteer(wished *nuov1.Volunteer) (*nuov1.Volunteer, *nuov1.Person) {
	v, _ := proto.Clone(wished).(*nuov1.Volunteer)
	person := v.GetPerson()
	if person == nil {
		person = &nuov1.Person{}
	}
	return &nuov1.Volunteer{
		Unit: v.GetUnit(), Branch: v.GetBranch(), Teams: distinct(v.GetTeams()), Skills: distinct(v.GetSkills()),
		PoliticalStatus: v.GetPoliticalStatus(), ServiceStatus: v.GetServiceStatus(),
		Minor: v.GetMinor(), GuardianConsent: v.GetGuardianConsent(), Vouched: v.GetVouched(),
		Registrations: v.GetRegistrations(), State: active,
	}, person
}

// distinct keeps the first of each.
func distinct(values []string) []string {
	var kept []string
	for _, v := range values {
		if !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// admitNew asks the policy where the volunteer is to belong, and settles the district: the unit's; without a unit that
// of the communities; without either that of the administrator who calls.
func admitNew(c *call.Call, v *nuov1.Volunteer) error {
	within, name, err := home(c, v)
	if err != nil {
		return err
	}
	if err := admit(c, within, name, getOrganisation); err != nil {
		return err
	}
	v.District = within[len(within)-1]
	if v.GetVouched() && !holds(c, nuov1.Role_ROLE_UNIT, v.GetUnit()) {
		return denied(c, "volunteer.vouched", "is the unit's to say", "只能由所在单位填写")
	}
	if c.Role != nuov1.Role_ROLE_COMMUNITY {
		return nil
	}
	for _, r := range v.GetRegistrations() {
		if !r.GetOutside() && !holds(c, nuov1.Role_ROLE_COMMUNITY, r.GetCommunity()) {
			return denied(c, "volunteer.registrations", "a community registers with itself only", "社区只能办理本社区的报到")
		}
	}
	return nil
}

// home names what a new volunteer is to lie in, the district last, and the organisation that the answer is about.
func home(c *call.Call, v *nuov1.Volunteer) (within []string, name string, err error) {
	if v.GetUnit() != "" {
		if err := checkName("volunteer.unit", v.GetUnit(), unit); err != nil {
			return nil, "", err
		}
		within, err = place.Ancestors(c.Tx, v.GetUnit())
		return within, v.GetUnit(), err
	}
	for i, r := range v.GetRegistrations() {
		if r.GetCommunity() == "" {
			continue
		}
		if err := checkName(registrationField(i, "community"), r.GetCommunity(), community); err != nil {
			return nil, "", err
		}
		names, err := place.Ancestors(c.Tx, r.GetCommunity())
		if err != nil {
			return nil, "", err
		}
		within, name = append(within, names...), r.GetCommunity()
	}
	if len(within) > 0 {
		return within, name, nil
	}
	for _, g := range c.Caller.Grants {
		if g.Role == nuov1.Role_ROLE_DISTRICT_ADMIN {
			return []string{g.Scope}, g.Scope, nil
		}
	}
	return nil, "", fault.Field("volunteer.unit", "name the unit, or a registration with the community", "请填写单位或报到的社区")
}

// checkStanding holds what a volunteer belongs to to the rules: the unit in the district, the branch in the unit, teams
// that exist.
func checkStanding(c *call.Call, v *nuov1.Volunteer) error {
	if v.GetUnit() != "" {
		if _, err := standing(c, "volunteer.unit", v.GetUnit(), v.GetDistrict(), unit); err != nil {
			return err
		}
	}
	if b := v.GetBranch(); b != "" {
		if kindOf(b) != branch || place.Enclosing(b) != v.GetUnit() {
			return fault.Field("volunteer.branch", "is no branch of the volunteer's unit", "不是所在单位的党支部")
		}
		if _, err := standing(c, "volunteer.branch", b, v.GetDistrict(), branch); err != nil {
			return err
		}
	}
	for _, t := range v.GetTeams() {
		if _, err := standing(c, "volunteer.teams", t, v.GetDistrict(), team); err != nil {
			return err
		}
	}
	return nil
}

// noteJoined appends the event of a change of the volunteer, with what the standing was before (the reports of a period
// that is over take it back), and one to each organisation that was joined by it.
func noteJoined(c *call.Call, before, after *nuov1.Volunteer, details ...string) error {
	had := memberships(before)
	for _, m := range memberships(after) {
		if slices.Contains(had, m) {
			continue
		}
		if err := c.Note(m.organisation, "member", after.GetName()); err != nil {
			return err
		}
	}
	for _, change := range []struct{ key, from, to string }{
		{"unit", before.GetUnit(), after.GetUnit()},
		{"branch", before.GetBranch(), after.GetBranch()},
		{"teams", strings.Join(before.GetTeams(), ","), strings.Join(after.GetTeams(), ",")},
		{"service_status", before.GetServiceStatus().String(), after.GetServiceStatus().String()},
		{"political_status", before.GetPoliticalStatus().String(), after.GetPoliticalStatus().String()},
	} {
		if change.from != change.to {
			details = append(details, change.key+".from", change.from, change.key+".to", change.to)
		}
	}
	return c.Note(after.GetName(), details...)
}

// membership is one way in which an organisation counts a volunteer: by a field, or by a registration from a date on.
type membership struct{ organisation, from string }

// memberships are all of a volunteer, once each.
func memberships(v *nuov1.Volunteer) []membership {
	var all []membership
	add := func(m membership) {
		if m.organisation != "" && !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	for _, name := range append([]string{v.GetUnit(), v.GetBranch()}, v.GetTeams()...) {
		add(membership{organisation: name})
	}
	for _, r := range v.GetRegistrations() {
		add(membership{r.GetCommunity(), r.GetFromDate()})
	}
	return all
}

// GetVolunteer answers one volunteer, with the person to whom rule 7 names. To everybody else in whose reach the
// volunteer does not lie, there is none.
func (s *Volunteers) GetVolunteer(ctx context.Context, req *nuov1.GetVolunteerRequest) (*nuov1.Volunteer, error) {
	return call.Read(ctx, s.store, func(c *call.Call) (*nuov1.Volunteer, error) {
		v, err := store.Volunteers.Get(c.Tx, req.GetName())
		if err != nil {
			return nil, err
		}
		date, err := today(c, v.GetDistrict())
		if err != nil {
			return nil, err
		}
		within, err := s.within(c, v, date)
		if err != nil {
			return nil, err
		}
		if err := c.AllowOrHide(policy.Facts{Within: within}, v.GetName()); err != nil {
			return nil, err
		}
		return v, s.present(c, v, within)
	})
}
