package directory

import (
	"context"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// maxNamed is how many names a refusal lists.
const maxNamed = 20

// DeactivateOrganisation ends an organisation that nothing active belongs to. One that is deactivated already is
// answered as it is.
func (s *Organisations) DeactivateOrganisation(
	ctx context.Context, req *nuov1.DeactivateOrganisationRequest,
) (*nuov1.Organisation, error) {
	return call.Mutate(ctx, s.store, req, func(c *call.Call) (*nuov1.Organisation, error) {
		o, err := s.open(c, "name", req.GetName())
		if err != nil {
			return nil, err
		}
		if o.GetState() == deactivated {
			return shown(o), nil
		}
		left, err := belonging(c, o)
		if err != nil {
			return nil, err
		}
		if len(left) > 0 {
			return nil, stillHeld(o.GetName(), left)
		}
		o.State = deactivated
		o.UpdateTime = edited(c, o.GetUpdateTime())
		if err := store.Organisations.Put(c.Tx, o); err != nil {
			return nil, err
		}
		if o.GetParent() != "" {
			if err := c.Note(o.GetParent(), "child", o.GetName()); err != nil {
				return nil, err
			}
		}
		return shown(o), c.Note(o.GetName())
	})
}

// stillHeld is the refusal to deactivate, with the names of what belongs there.
func stillHeld(name string, left []string) *fault.Error {
	all := strings.Join(left, ", ")
	return fault.New(nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION, "name", name, "state", "ACTIVE").
		WithViolation(fault.Violation{
			Field:         "name",
			Description:   "still has active children or members; move or deactivate them first: " + all,
			DescriptionZH: "仍有未停用的下级或成员，请先处理：" + all,
		})
}

// belonging names active children, then active members, at most maxNamed. Served parties are not named, only their
// collection: whoever deactivates may not see them. The organisation's own events are the conflict key (see doc.go).
func belonging(c *call.Call, o *nuov1.Organisation) (left []string, err error) {
	for child, err := range store.Organisations.ByIndex(c.Tx, store.OrganisationsByParent, o.GetName()) {
		if err != nil {
			return nil, err
		}
		if child.GetState() == active {
			left = append(left, child.GetName())
		}
		if len(left) == maxNamed {
			return left, nil
		}
	}
	if left, err = addMembers(c, o, left); err != nil || len(left) == maxNamed {
		return left, err
	}
	return addParties(c, o, left)
}

// addMembers adds who is of the unit, branch or team today, or is or will be registered with the community.
func addMembers(c *call.Call, o *nuov1.Organisation, left []string) ([]string, error) {
	index := memberIndex(o.GetKind())
	if index == nil {
		return left, nil
	}
	date, err := today(c, o.GetDistrict())
	if err != nil {
		return nil, err
	}
	for v, err := range store.Volunteers.ByIndex(c.Tx, index, o.GetName()) {
		if err != nil {
			return nil, err
		}
		if v.GetState() != active || o.GetKind() == community && !willBeRegistered(v, o.GetName(), date) {
			continue
		}
		if left = append(left, v.GetName()); len(left) == maxNamed {
			break
		}
	}
	return left, nil
}

// memberIndex finds the people of an organisation; nil for a kind that has none.
func memberIndex(kind nuov1.OrganisationKind) *store.Index[*nuov1.Volunteer] {
	switch kind {
	case unit:
		return store.VolunteersByUnit
	case branch:
		return store.VolunteersByBranch
	case team:
		return store.VolunteersByTeam
	case community:
		return store.VolunteersByCommunity
	default:
		return nil
	}
}

// willBeRegistered tells whether a registration with the community lasts on the date or begins later.
func willBeRegistered(v *nuov1.Volunteer, name, date string) bool {
	for _, r := range v.GetRegistrations() {
		if r.GetCommunity() == name && (place.Lasts(r, date) || r.GetFromDate() > date) {
			return true
		}
	}
	return false
}

// addParties adds that there are active served parties.
func addParties(c *call.Call, o *nuov1.Organisation, left []string) ([]string, error) {
	var index *store.Index[*nuov1.ServedParty]
	switch o.GetKind() {
	case community:
		index = store.ServedPartiesByCommunity
	case compound, building:
		index = store.ServedPartiesByCompound
	default:
		return left, nil
	}
	for p, err := range store.ServedParties.ByIndex(c.Tx, index, o.GetName()) {
		if err != nil {
			return nil, err
		}
		if p.GetState() == active {
			return append(left, "servedParties/-"), nil
		}
	}
	return left, nil
}
