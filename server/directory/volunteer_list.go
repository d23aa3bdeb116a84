package directory

import (
	"context"
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// ListVolunteers answers the people of an organisation, in the order of their ids: each that the caller may see, and
// who it is where the caller may see that. A community's are those registered there today.
func (s *Volunteers) ListVolunteers(
	ctx context.Context, req *nuov1.ListVolunteersRequest,
) (*nuov1.ListVolunteersResponse, error) {
	after, err := rpc.DecodePage(req)
	if err != nil {
		return nil, err
	}
	return call.Read(ctx, s.store, func(c *call.Call) (*nuov1.ListVolunteersResponse, error) {
		date, err := admitList(c, req)
		if err != nil {
			return nil, err
		}
		q := store.Query[*nuov1.Volunteer]{After: after, Size: int(req.GetPageSize()), Look: look}
		if index := memberIndex(kindOf(req.GetParent())); index != nil {
			q.Index, q.Prefix = index, []any{req.GetParent()}
		}
		q.Keep = func(v *nuov1.Volunteer) (bool, error) { return s.listed(c, req, v, date) }
		page, next, err := store.Volunteers.Select(c.Tx, q)
		if err != nil {
			return nil, err
		}
		for _, v := range page {
			if err := s.present(c, v, place.VolunteerWithin(v, date)); err != nil {
				return nil, err
			}
		}
		return &nuov1.ListVolunteersResponse{Volunteers: page, NextPageToken: rpc.EncodePage(req, next)}, nil
	})
}

// admitList asks the policy about the organisation whose people are listed, and answers its district's date of today. A
// team is a label without a committee of its own: units, branches and communities of its district list those of its
// people that are their own.
func admitList(c *call.Call, req *nuov1.ListVolunteersRequest) (date string, err error) {
	name := req.GetParent()
	if err := checkName("parent", name, unit, branch, team, community, district); err != nil {
		return "", err
	}
	o, err := store.Organisations.Get(c.Tx, name)
	if err != nil {
		return "", err
	}
	within := place.AncestorsOf(o)
	if o.GetKind() == team && c.Caller != nil {
		for _, g := range c.Caller.Grants {
			if g.District == o.GetDistrict() {
				within = append(within, g.Scope)
			}
		}
	}
	if err := admit(c, within, name, getOrganisation); err != nil {
		return "", err
	}
	if req.GetNameContains() != "" && !mayFilterNames(c) {
		return "", denied(c, "name_contains", "is for those who may see names; leave it out", "您无权查看姓名，请勿按姓名查询")
	}
	return today(c, o.GetDistrict())
}

// listed tells whether a volunteer belongs to the list and into the caller's sight.
func (s *Volunteers) listed(
	c *call.Call, req *nuov1.ListVolunteersRequest, v *nuov1.Volunteer, date string,
) (bool, error) {
	if v.GetState() != active && !req.GetShowDeactivated() {
		return false, nil
	}
	within := place.VolunteerWithin(v, date)
	if !slices.Contains(within, req.GetParent()) || !c.May(getVolunteer, policy.Facts{Within: within}) {
		return false, nil
	}
	return nameContains(c, v, within, req.GetNameContains())
}
