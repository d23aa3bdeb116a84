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
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// Organisations serves OrganisationService.
type Organisations struct {
	nuov1.UnimplementedOrganisationServiceServer
	store *store.Store
}

// NewOrganisations makes the service on an open store.
func NewOrganisations(s *store.Store) *Organisations { return &Organisations{store: s} }

// look is the most records that one page looks at: a page behind a filter that few pass may be short and has a next.
const look = 1000

// CreateOrganisation stores an organisation below its parent. A committee creates below its own, for that is where the
// parent lies in its scope: a community compounds, buildings and teams, a unit branches and teams; a district's
// administrator everything, the district itself too.
func (s *Organisations) CreateOrganisation(
	ctx context.Context, req *nuov1.CreateOrganisationRequest,
) (*nuov1.Organisation, error) {
	return call.Mutate(ctx, s.store, req, func(c *call.Call) (*nuov1.Organisation, error) {
		o, err := newOrganisation(req.GetOrganisation())
		if err != nil {
			return nil, err
		}
		if o.GetKind() == district {
			o.District = o.GetName()
			err = c.Allow(policy.Facts{Within: []string{o.GetName()}})
		} else {
			err = settle(c, o)
		}
		if err != nil {
			return nil, err
		}
		o.State = active
		o.CreateTime = timestamppb.New(c.Now())
		o.UpdateTime = o.GetCreateTime()
		if err := store.Organisations.Insert(c.Tx, o); err != nil {
			return nil, err
		}
		if o.GetParent() != "" {
			if err := c.Note(o.GetParent(), "child", o.GetName()); err != nil {
				return nil, err
			}
		}
		return shown(o), c.Note(o.GetName(), "parent", o.GetParent())
	})
}

// newOrganisation takes from a request what a client may say, checked.
func newOrganisation(wished *nuov1.Organisation) (*nuov1.Organisation, error) {
	if err := checkName("organisation.name", wished.GetName()); err != nil {
		return nil, err
	}
	kind := kindOf(wished.GetName())
	if k := wished.GetKind(); k != noKind && k != kind {
		return nil, fault.Field("organisation.kind", "does not fit the name; leave it out", "与名称不符，请留空")
	}
	if err := checkParent(wished.GetName(), wished.GetParent()); err != nil {
		return nil, err
	}
	o := &nuov1.Organisation{
		Name: wished.GetName(), Kind: kind, Parent: wished.GetParent(), DisplayName: wished.GetDisplayName(),
		Village: wished.GetVillage(), Company: wished.GetCompany(), Address: wished.GetAddress(),
	}
	if p := wished.GetPolicy(); p != nil {
		o.Policy, _ = proto.Clone(p).(*nuov1.DistrictPolicy)
	}
	return o, checkOrganisation(o)
}

// settle asks the policy about the parent, checks that it takes children, and copies from it where the child lies.
func settle(c *call.Call, o *nuov1.Organisation) error {
	parent, err := store.Organisations.Get(c.Tx, o.GetParent())
	if err != nil {
		return err
	}
	if err := admit(c, place.AncestorsOf(parent), parent.GetName(), getOrganisation); err != nil {
		return err
	}
	o.District, o.Street = parent.GetDistrict(), parent.GetStreet()
	if parent.GetKind() == street {
		o.Street = parent.GetName()
	}
	return refuseDeactivated(parent)
}

// checkOrganisation holds the fields that people edit to their rules.
func checkOrganisation(o *nuov1.Organisation) error {
	e := fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
	if strings.TrimSpace(o.GetDisplayName()) == "" {
		e = e.WithViolation(fault.Violation{
			Field: "organisation.display_name", Description: "is needed", DescriptionZH: "必填",
		})
	}
	for _, only := range []struct {
		set  bool
		kind nuov1.OrganisationKind
		name string
	}{
		{o.GetVillage(), community, "village"}, {o.GetCompany(), unit, "company"}, {o.GetPolicy() != nil, district, "policy"},
	} {
		if only.set && o.GetKind() != only.kind {
			e = e.WithViolation(fault.Violation{
				Field: "organisation." + only.name, Description: "does not apply to this kind", DescriptionZH: "不适用于此类组织",
			})
		}
	}
	e = e.WithViolation(policyViolations(o.GetPolicy())...)
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// GetOrganisation answers an organisation to everybody of its district.
func (s *Organisations) GetOrganisation(
	ctx context.Context, req *nuov1.GetOrganisationRequest,
) (*nuov1.Organisation, error) {
	return call.Read(ctx, s.store, func(c *call.Call) (*nuov1.Organisation, error) {
		o, err := s.open(c, "name", req.GetName())
		if err != nil {
			return nil, err
		}
		return shown(o), nil
	})
}

// open loads an organisation for a caller whom the policy lets.
func (s *Organisations) open(c *call.Call, field, name string) (*nuov1.Organisation, error) {
	if err := checkName(field, name); err != nil {
		return nil, err
	}
	o, err := store.Organisations.Get(c.Tx, name)
	if err != nil {
		return nil, err
	}
	return o, admit(c, place.AncestorsOf(o), name, getOrganisation)
}

// shown is a stored organisation as an answer.
func shown(o *nuov1.Organisation) *nuov1.Organisation {
	o.Etag = store.Etag(o)
	return o
}

// ListOrganisations answers those of the caller's districts, of a kind, below a parent, in the order of their names.
func (s *Organisations) ListOrganisations(
	ctx context.Context, req *nuov1.ListOrganisationsRequest,
) (*nuov1.ListOrganisationsResponse, error) {
	after, err := rpc.DecodePage(req)
	if err != nil {
		return nil, err
	}
	return call.Read(ctx, s.store, func(c *call.Call) (*nuov1.ListOrganisationsResponse, error) {
		q := store.Query[*nuov1.Organisation]{After: after, Size: int(req.GetPageSize()), Look: look}
		if req.GetParent() == "" {
			if err := c.Allow(policy.Facts{}); err != nil {
				return nil, err
			}
			q.Prefix = collectionOf(req.GetKind())
		} else {
			if _, err := s.open(c, "parent", req.GetParent()); err != nil {
				return nil, err
			}
			q.Index, q.Prefix = store.OrganisationsByParent, []any{req.GetParent()}
		}
		q.Keep = func(o *nuov1.Organisation) (bool, error) {
			return (req.GetKind() == noKind || req.GetKind() == o.GetKind()) &&
				(req.GetShowDeactivated() || o.GetState() == active) &&
				c.May(getOrganisation, policy.Facts{Within: []string{o.GetDistrict()}}), nil
		}
		page, next, err := store.Organisations.Select(c.Tx, q)
		if err != nil {
			return nil, err
		}
		for _, o := range page {
			shown(o)
		}
		return &nuov1.ListOrganisationsResponse{Organisations: page, NextPageToken: rpc.EncodePage(req, next)}, nil
	})
}

// collectionOf is the prefix of the names of a kind: all names for none.
func collectionOf(kind nuov1.OrganisationKind) []any {
	for collections, k := range kinds {
		if k == kind {
			top, _, _ := strings.Cut(collections, "/")
			return []any{store.Under(top + "/")}
		}
	}
	return nil
}

// UpdateOrganisation changes what people call an organisation and where it is; the policy of a district only its
// administrator.
func (s *Organisations) UpdateOrganisation(
	ctx context.Context, req *nuov1.UpdateOrganisationRequest,
) (*nuov1.Organisation, error) {
	wished := req.GetOrganisation()
	return call.Mutate(ctx, s.store, req, func(c *call.Call) (*nuov1.Organisation, error) {
		o, err := s.open(c, "organisation.name", wished.GetName())
		if err != nil {
			return nil, err
		}
		if err := call.RefuseStale(o, wished.GetEtag()); err != nil {
			return nil, err
		}
		fields, err := call.ApplyMask(o, wished, req.GetUpdateMask(), "display_name", "village", "company", "policy", "address")
		if err != nil {
			return nil, err
		}
		if slices.Contains(fields, "policy") && o.GetKind() == district &&
			!holds(c, nuov1.Role_ROLE_DISTRICT_ADMIN, o.GetName()) {
			return nil, denied(c, "organisation.policy", "is changed by the district alone", "只能由区管理员修改")
		}
		if err := checkOrganisation(o); err != nil {
			return nil, err
		}
		o.UpdateTime = edited(c, o.GetUpdateTime())
		if err := store.Organisations.Put(c.Tx, o); err != nil {
			return nil, err
		}
		return shown(o), c.Note(o.GetName(), "fields", strings.Join(fields, ","))
	})
}
