package identity

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// issuable says which roles a role may issue within its scope. A district's administrator may issue them all.
var issuable = map[nuov1.Role][]nuov1.Role{
	nuov1.Role_ROLE_COMMUNITY: {nuov1.Role_ROLE_COMMUNITY, nuov1.Role_ROLE_COMPOUND, nuov1.Role_ROLE_VOLUNTEER},
	nuov1.Role_ROLE_UNIT:      {nuov1.Role_ROLE_UNIT, nuov1.Role_ROLE_BRANCH, nuov1.Role_ROLE_VOLUNTEER},
}

func mayIssue(by, role nuov1.Role) bool {
	return by == nuov1.Role_ROLE_DISTRICT_ADMIN || slices.Contains(issuable[by], role)
}

// kinds says what the scope of a role is, by the collections of its name.
var kinds = map[nuov1.Role][]string{
	nuov1.Role_ROLE_DISTRICT_ADMIN:        {"districts"},
	nuov1.Role_ROLE_DISTRICT_COMMAND:      {"districts"},
	nuov1.Role_ROLE_DISTRICT_ORGANISATION: {"districts"},
	nuov1.Role_ROLE_DISTRICT_RECORDS:      {"districts"},
	nuov1.Role_ROLE_STREET:                {"streets"},
	nuov1.Role_ROLE_COMMUNITY:             {"communities"},
	nuov1.Role_ROLE_COMPOUND:              {"communities/compounds", "communities/compounds/buildings"},
	nuov1.Role_ROLE_UNIT:                  {"units"},
	nuov1.Role_ROLE_BRANCH:                {"units/branches"},
	nuov1.Role_ROLE_VOLUNTEER:             {"volunteers"},
	nuov1.Role_ROLE_AUDITOR:               {"districts"},
	nuov1.Role_ROLE_OPERATOR:              {"districts"},
}

// collections are those of a resource name: communities/compounds of communities/mingzhu/compounds/1.
func collections(name string) string {
	segments := strings.Split(name, "/")
	var kept []string
	for i := 0; i < len(segments); i += 2 {
		kept = append(kept, segments[i])
	}
	return strings.Join(kept, "/")
}

// location of a scope or person: what it lies in, its district, and whether it is in use.
type location struct {
	within   []string
	district string
	active   bool
}

// locate finds an organisation or a volunteer; NOT_FOUND for what is neither.
func locate(tx *store.Tx, name string) (location, error) {
	if strings.HasPrefix(name, "volunteers/") {
		v, err := store.Volunteers.Get(tx, name)
		if err != nil {
			return location{}, err
		}
		rules, err := place.PolicyOf(tx, v.GetDistrict())
		if err != nil {
			return location{}, err
		}
		within := place.VolunteerWithin(v, place.LocalDate(tx.Now(), rules.Zone))
		return location{within, v.GetDistrict(), v.GetState() != nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED}, nil
	}
	o, err := store.Organisations.Get(tx, name)
	if err != nil {
		return location{}, err
	}
	return location{place.AncestorsOf(o), o.GetDistrict(), o.GetState() != nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED}, nil
}

// namesOf are the scopes of a token and its person.
func namesOf(t *nuov1.Token) []string {
	names := make([]string, 0, len(t.GetGrants())+1)
	for _, g := range t.GetGrants() {
		names = append(names, g.GetScope())
	}
	if t.GetPerson() != "" {
		names = append(names, t.GetPerson())
	}
	return names
}

// common is what all of a token's scopes, and its person, lie in: who may decide about the token holds one of these.
func common(tx *store.Tx, t *nuov1.Token) ([]string, error) {
	var within []string
	for i, name := range namesOf(t) {
		l, err := locate(tx, name)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			within = l.within
			continue
		}
		within = slices.DeleteFunc(within, func(n string) bool { return !slices.Contains(l.within, n) })
	}
	return within, nil
}

// settle fills in the districts of a new token's grants and refuses what is in use no longer.
func settle(tx *store.Tx, t *nuov1.Token) error {
	if t.GetPerson() != "" {
		if err := inUse(tx, t.GetPerson(), nil); err != nil {
			return err
		}
	}
	for _, g := range t.GetGrants() {
		if err := inUse(tx, g.GetScope(), g); err != nil {
			return err
		}
	}
	return nil
}

func inUse(tx *store.Tx, name string, g *nuov1.Grant) error {
	l, err := locate(tx, name)
	if err != nil {
		return err
	}
	if !l.active {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_DEACTIVATED, "name", name)
	}
	if g != nil {
		g.District = l.district
	}
	return nil
}

// eventTime is never before the event before it.
func eventTime(tx *store.Tx, last store.Link[*storev1.AdminEvent]) *timestamppb.Timestamp {
	now := timestamppb.New(tx.Now())
	if before := last.Event.GetTime(); before != nil && before.AsTime().After(tx.Now()) {
		return before
	}
	return now
}
