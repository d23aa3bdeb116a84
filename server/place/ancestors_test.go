package place_test

import (
	"slices"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/place"
)

func TestOKAncestorsReachTheDistrict(t *testing.T) {
	const district, street = "districts/jiaojiang", "streets/jiazhi"
	for _, c := range []struct {
		name, parent, street, district string
		want                           []string
	}{
		{district, "", "", district, []string{district}},
		{street, district, "", district, []string{street, district}},
		{"communities/mingzhu", street, street, district, []string{"communities/mingzhu", street, district}},
		{
			"communities/mingzhu/compounds/dong", "communities/mingzhu", street, district,
			[]string{"communities/mingzhu/compounds/dong", "communities/mingzhu", street, district},
		},
		{
			"communities/mingzhu/compounds/dong/buildings/3", "communities/mingzhu/compounds/dong", street, district,
			[]string{
				"communities/mingzhu/compounds/dong/buildings/3", "communities/mingzhu/compounds/dong",
				"communities/mingzhu", street, district,
			},
		},
		{"units/court", district, "", district, []string{"units/court", district}},
		{"units/court/branches/1", "units/court", "", district, []string{"units/court/branches/1", "units/court", district}},
		{"teams/tianping", "units/court", "", district, []string{"teams/tianping", "units/court", district}},
		{"teams/mz", "communities/mingzhu", street, district, []string{"teams/mz", "communities/mingzhu", street, district}},
	} {
		o := &nuov1.Organisation{Name: c.name, Parent: c.parent, Street: c.street, District: c.district}
		if got := place.AncestorsOf(o); !slices.Equal(got, c.want) {
			t.Errorf("%s lies in %v, want %v", c.name, got, c.want)
		}
	}
}

func TestOKVolunteerLiesInCurrentRegistrationsOnly(t *testing.T) {
	v := &nuov1.Volunteer{
		Name: "volunteers/1", Unit: "units/court", Branch: "units/court/branches/1", Teams: []string{"teams/tianping"},
		District: "districts/jiaojiang",
		Registrations: []*nuov1.Registration{
			{Community: "communities/old", FromDate: "2019-01-01", ToDate: "2020-02-01"},
			{Community: "communities/home", Primary: true, FromDate: "2020-02-01"},
			{Community: "communities/home", FromDate: "2020-02-01"},
			{Community: "communities/later", FromDate: "2020-03-01"},
			{Outside: true, FromDate: "2020-01-01"},
		},
	}
	standing := []string{"volunteers/1", "units/court", "units/court/branches/1", "teams/tianping"}
	for date, registered := range map[string][]string{
		"2019-06-01": {"communities/old"},
		"2020-01-31": {"communities/old"},
		"2020-02-01": {"communities/home"},
		"2020-03-01": {"communities/home", "communities/later"},
	} {
		want := slices.Concat(standing, registered, []string{"districts/jiaojiang"})
		if got := place.VolunteerWithin(v, date); !slices.Equal(got, want) {
			t.Errorf("on %s within %v, want %v", date, got, want)
		}
	}
}
