package directory

import (
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// What a caller may read decides whether a refusal may admit that the object is there.
const (
	getOrganisation = nuov1.OrganisationService_GetOrganisation_FullMethodName
	getVolunteer    = nuov1.VolunteerService_GetVolunteer_FullMethodName
)

// admit asks the policy about an object that lies within these names. Who may read the object otherwise (by the method
// get) is told PERMISSION_DENIED; to everybody else it is NOT_FOUND, like one that is not there.
func admit(c *call.Call, within []string, name, get string) error {
	facts := policy.Facts{Within: within}
	if c.May(get, facts) {
		return c.Allow(facts)
	}
	return c.AllowOrHide(facts, name)
}

// denied is PERMISSION_DENIED for one field that the caller's roles do not reach.
func denied(c *call.Call, field, description, descriptionZH string) error {
	return rpc.Denied(c.Method).WithViolation(fault.Violation{
		Field: field, Description: description, DescriptionZH: descriptionZH,
	})
}

// holds tells whether the caller has the role over one of these names.
func holds(c *call.Call, role nuov1.Role, names ...string) bool {
	return c.Caller != nil && slices.ContainsFunc(c.Caller.Grants, func(g policy.Grant) bool {
		return g.Role == role && g.Scope != "" && slices.Contains(names, g.Scope)
	})
}

// standing loads an organisation that something new is to belong to: of one of the kinds, in the district (any where it
// is empty) and active. The field is the request's. INVALID_FIELD, NOT_FOUND, DEACTIVATED.
func standing(
	c *call.Call, field, name, in string, wanted ...nuov1.OrganisationKind,
) (*nuov1.Organisation, error) {
	if err := checkName(field, name, wanted...); err != nil {
		return nil, err
	}
	o, err := store.Organisations.Get(c.Tx, name)
	if err != nil {
		return nil, err
	}
	if in != "" && o.GetDistrict() != in {
		return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", name)
	}
	return o, refuseDeactivated(o)
}

// refuseDeactivated is DEACTIVATED for what takes nothing new.
func refuseDeactivated(m interface {
	GetName() string
	GetState() nuov1.ActiveState
},
) error {
	if m.GetState() == deactivated {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_DEACTIVATED, "name", m.GetName())
	}
	return nil
}

// edited is the update time of an edit: now, and always after the edit before it, so that the etag, a hash of the stored
// record, moves on even where the clock stands or only what lies apart (a person, a contact) was changed.
func edited(c *call.Call, before *timestamppb.Timestamp) *timestamppb.Timestamp {
	now := c.Now()
	if before != nil && !now.After(before.AsTime()) {
		now = before.AsTime().Add(time.Nanosecond)
	}
	return timestamppb.New(now)
}

// today is the present local date of a district.
func today(c *call.Call, district string) (string, error) {
	p, err := place.PolicyOf(c.Tx, district)
	if err != nil {
		return "", err
	}
	return place.LocalDate(c.Now(), p.Zone), nil
}
