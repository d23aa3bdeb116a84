package matching

import (
	"slices"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// What a caller may read decides whether a refusal may admit that the object is there.
const (
	readOrganisation = nuov1.OrganisationService_GetOrganisation_FullMethodName
	readList         = nuov1.TaskListService_GetTaskList_FullMethodName
	editList         = nuov1.TaskListService_UpdateTaskList_FullMethodName
	readVolunteer    = nuov1.VolunteerService_GetVolunteer_FullMethodName
	readPreference   = nuov1.PreferenceService_GetPreference_FullMethodName
	listPlacements   = nuov1.MatchService_ListPlacements_FullMethodName // whoever plans may
)

// Short names for what is said often here.
const (
	solving   = nuov1.MatchState_MATCH_STATE_SOLVING
	proposed  = nuov1.MatchState_MATCH_STATE_PROPOSED
	applying  = nuov1.MatchState_MATCH_STATE_APPLYING
	applied   = nuov1.MatchState_MATCH_STATE_APPLIED
	cancelled = nuov1.MatchState_MATCH_STATE_CANCELLED
	failed    = nuov1.MatchState_MATCH_STATE_FAILED

	fill   = nuov1.MatchMethod_MATCH_METHOD_FILL
	roster = nuov1.MatchMethod_MATCH_METHOD_ROSTER
	stable = nuov1.MatchMethod_MATCH_METHOD_STABLE

	notFound     = nuov1.ErrorReason_ERROR_REASON_NOT_FOUND
	wrongState   = nuov1.ErrorReason_ERROR_REASON_WRONG_STATE
	limitReached = nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED
	tooLarge     = nuov1.ErrorReason_ERROR_REASON_TOO_LARGE
)

// ground is what is planned: a list, or the shifts of a community, street or district, and where it lies.
type ground struct {
	scope, community, street, district string
	list                               *nuov1.TaskList // where the scope is one
}

// groundOf reads a scope and asks whether the caller may do this there. Who may read the scope is told PERMISSION_DENIED;
// to everybody else it is NOT_FOUND, a draft of others too.
func groundOf(c *call.Call, scope string) (*ground, error) {
	if strings.HasPrefix(scope, "taskLists/") {
		return groundOfList(c, scope)
	}
	o, err := store.Organisations.Get(c.Tx, scope)
	if err != nil {
		return nil, err
	}
	g := &ground{scope: scope, street: o.GetStreet(), district: o.GetDistrict()}
	switch o.GetKind() {
	case nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY:
		g.community = scope
	case nuov1.OrganisationKind_ORGANISATION_KIND_STREET:
		g.street = scope
	default:
	}
	return g, admit(c, policy.Facts{Within: place.AncestorsOf(o)}, scope, readOrganisation)
}

func groundOfList(c *call.Call, scope string) (*ground, error) {
	l, err := store.TaskLists.Get(c.Tx, scope)
	if err != nil {
		return nil, err
	}
	drafted := policy.Facts{Within: []string{l.GetCommunity(), l.GetMaker()}}
	if l.GetPublishTime() == nil && !c.May(editList, drafted) {
		return nil, fault.New(notFound, "name", scope)
	}
	g := &ground{
		scope: scope, community: l.GetCommunity(), street: l.GetStreet(), district: l.GetDistrict(), list: l,
	}
	return g, admit(c, g.facts(), scope, readList)
}

// facts are where the ground lies. Co-hosts are left out: a community plans its own shifts alone.
func (g *ground) facts() policy.Facts { return within(g.community, g.street, g.district) }

// factsOf are where a plan lies.
func factsOf(m *nuov1.Match) policy.Facts {
	return within(m.GetCommunity(), m.GetStreet(), m.GetDistrict())
}

func within(names ...string) policy.Facts {
	return policy.Facts{Within: slices.DeleteFunc(names, func(n string) bool { return n == "" })}
}

// admit asks the policy about an object that lies there. Who may read it otherwise (by the method read) is told
// PERMISSION_DENIED; to everybody else it is NOT_FOUND, like one that is not there.
func admit(c *call.Call, f policy.Facts, name, read string) error {
	if c.May(read, f) {
		return c.Allow(f)
	}
	return c.AllowOrHide(f, name)
}

// matchOf reads a plan that the caller may ask this of; others are NOT_FOUND.
func matchOf(c *call.Call, name string) (*nuov1.Match, error) {
	m, err := store.Matches.Get(c.Tx, name)
	if err != nil {
		return nil, err
	}
	return m, c.AllowOrHide(factsOf(m), name)
}

// refuseState is WRONG_STATE unless the plan is in one of the states.
func refuseState(m *nuov1.Match, action string, allowed ...nuov1.MatchState) error {
	if slices.Contains(allowed, m.GetState()) {
		return nil
	}
	state := strings.TrimPrefix(m.GetState().String(), "MATCH_STATE_")
	return fault.New(wrongState, "state", state, "action", action)
}
