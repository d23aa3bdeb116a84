package place

import (
	"slices"
	"strings"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// Ancestors names everything that the organisation lies in, itself first and its district last:
// communities/mingzhu/compounds/k, communities/mingzhu, streets/jiazhi, districts/jiaojiang. It is what
// policy.Facts.Within asks for. One read, whatever the depth: an organisation's record keeps its street and its
// district, which never change. An organisation that does not exist is NOT_FOUND; a deactivated one has ancestors like
// any other.
func Ancestors(tx *store.Tx, name string) ([]string, error) {
	o, err := store.Organisations.Get(tx, name)
	if err != nil {
		return nil, err
	}
	return AncestorsOf(o), nil
}

// AncestorsOf is Ancestors of an organisation that was read already.
func AncestorsOf(o *nuov1.Organisation) []string {
	within := make([]string, 0, 6)
	for name := o.GetName(); name != ""; name = Enclosing(name) {
		within = append(within, name)
	}
	// A parent that is no prefix of the name: a street of its community, a unit of its team.
	for _, name := range []string{o.GetParent(), o.GetStreet(), o.GetDistrict()} {
		if name != "" && !slices.Contains(within, name) {
			within = append(within, name)
		}
	}
	return within
}

// Enclosing is the organisation that a nested name lies in by its spelling: of a compound its community, of a building
// its compound, of a branch its unit. Empty for every other name.
func Enclosing(name string) string {
	for range 2 {
		i := strings.LastIndexByte(name, '/')
		if i < 0 {
			return ""
		}
		name = name[:i]
	}
	return name
}

// VolunteerWithin names everything that the volunteer is or lies in on a local date (YYYY-MM-DD, in the district's
// zone): the volunteer, the unit, the branch, the teams, the communities where a registration lasts on that day, and the
// district. A registration that ended, or begins later, gives its community nothing.
func VolunteerWithin(v *nuov1.Volunteer, date string) []string {
	within := make([]string, 0, 8)
	add := func(name string) {
		if name != "" && !slices.Contains(within, name) {
			within = append(within, name)
		}
	}
	add(v.GetName())
	add(v.GetUnit())
	add(v.GetBranch())
	for _, team := range v.GetTeams() {
		add(team)
	}
	for _, r := range v.GetRegistrations() {
		if Lasts(r, date) {
			add(r.GetCommunity())
		}
	}
	add(v.GetDistrict())
	return within
}

// Period is a span of local dates, YYYY-MM-DD: from the first one on and before the second, which is empty while the
// span lasts. Registrations and exemptions are such spans.
type Period interface {
	GetFromDate() string
	GetToDate() string
}

// Lasts tells whether the local date lies in the period.
func Lasts(p Period, date string) bool {
	return p.GetFromDate() <= date && (p.GetToDate() == "" || date < p.GetToDate())
}

// forever is how many years a period without end is taken to last.
const forever = 100

// Instants is a period of local dates as instants, half-open; one without end lasts a hundred years.
func Instants(p Period, zone *time.Location) (from, to time.Time, err error) {
	if from, _, err = DayBounds(p.GetFromDate(), zone); err != nil {
		return from, to, err
	}
	if p.GetToDate() == "" {
		return from, from.AddDate(forever, 0, 0), nil
	}
	to, _, err = DayBounds(p.GetToDate(), zone)
	return from, to, err
}
