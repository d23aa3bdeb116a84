package directory

import (
	"regexp"
	"slices"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
)

// Short names for what is said often here.
const (
	district  = nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT
	street    = nuov1.OrganisationKind_ORGANISATION_KIND_STREET
	community = nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY
	compound  = nuov1.OrganisationKind_ORGANISATION_KIND_COMPOUND
	building  = nuov1.OrganisationKind_ORGANISATION_KIND_BUILDING
	unit      = nuov1.OrganisationKind_ORGANISATION_KIND_UNIT
	branch    = nuov1.OrganisationKind_ORGANISATION_KIND_BRANCH
	team      = nuov1.OrganisationKind_ORGANISATION_KIND_TEAM
	noKind    = nuov1.OrganisationKind_ORGANISATION_KIND_UNSPECIFIED

	active      = nuov1.ActiveState_ACTIVE_STATE_ACTIVE
	deactivated = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED
)

// kinds says what a name is by its collections, the ids left out.
var kinds = map[string]nuov1.OrganisationKind{
	"districts":                       district,
	"streets":                         street,
	"communities":                     community,
	"communities/compounds":           compound,
	"communities/compounds/buildings": building,
	"units":                           unit,
	"units/branches":                  branch,
	"teams":                           team,
}

// parents says below what each kind may stand; a district stands below nothing.
var parents = map[nuov1.OrganisationKind][]nuov1.OrganisationKind{
	street:    {district},
	community: {street},
	compound:  {community},
	building:  {compound},
	unit:      {district},
	branch:    {unit},
	team:      {district, unit, community},
}

var (
	id            = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	volunteerName = regexp.MustCompile(`^volunteers/[a-z0-9-]{1,63}$`)
	partyName     = regexp.MustCompile(`^servedParties/[a-z0-9-]{1,63}$`)
)

// kindOf is the kind of organisation that a name says, noKind for what is no such name.
func kindOf(name string) nuov1.OrganisationKind {
	segments := strings.Split(name, "/")
	if len(segments)%2 != 0 {
		return noKind
	}
	var collections []string
	for pair := range slices.Chunk(segments, 2) {
		if !id.MatchString(pair[1]) {
			return noKind
		}
		collections = append(collections, pair[0])
	}
	return kinds[strings.Join(collections, "/")]
}

// nested tells whether names of the kind begin with their parent's.
func nested(kind nuov1.OrganisationKind) bool {
	return kind == compound || kind == building || kind == branch
}

// checkParent holds a parent to the kind and the name of what is to stand below it: INVALID_FIELD.
func checkParent(name, parent string) error {
	kind := kindOf(name)
	fits := slices.Contains(parents[kind], kindOf(parent))
	if kind == district {
		fits = parent == ""
	}
	if fits && nested(kind) {
		fits = parent == place.Enclosing(name)
	}
	if fits {
		return nil
	}
	return fault.Field("organisation.parent",
		"is not what this kind stands below: a street and a unit below a district, a community below a street, a compound, "+
			"a building and a branch below what their name begins with, a team below a district, unit or community",
		"上级不正确：街道和单位属于区，社区属于街道，小区、楼道、党支部属于其名称所在的上级，服务队属于区、单位或社区")
}

// checkName refuses what is no name of the wanted kinds, for it may be anything: INVALID_FIELD of the field.
func checkName(field, name string, wanted ...nuov1.OrganisationKind) error {
	kind := kindOf(name)
	if kind == noKind || len(wanted) > 0 && !slices.Contains(wanted, kind) {
		return fault.Field(field, "is no name of that kind, such as communities/mingzhu (ids: a-z, 0-9, -, at most 63)",
			"名称格式不正确，例如 communities/mingzhu（编号只含 a-z、0-9、-，最多 63 个字符）")
	}
	return nil
}
