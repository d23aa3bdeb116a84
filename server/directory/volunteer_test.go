package directory_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

func person() *nuov1.Person { return &nuov1.Person{DisplayName: canaryName, Phone: canaryPhone} }

func TestOKCreateIsByUnitCommunityOrDistrict(t *testing.T) {
	h := open(t)
	here := func(community string) []*nuov1.Registration {
		return []*nuov1.Registration{{Community: community, Primary: true}}
	}
	for _, c := range []struct {
		name, as string
		v        *nuov1.Volunteer
		want     nuov1.ErrorReason
	}{
		{"own unit", ofCourt, &nuov1.Volunteer{Unit: court, Branch: branch1}, none},
		{"own unit, anywhere", ofCourt, &nuov1.Volunteer{Unit: court, Registrations: here(xingzhou)}, none},
		{"own unit vouches", ofCourt, &nuov1.Volunteer{Unit: court, Vouched: true}, none},
		{"another unit", ofCourt, &nuov1.Volunteer{Unit: bureau}, isDenied},
		{"no unit", ofCourt, &nuov1.Volunteer{Registrations: here(mingzhu)}, isDenied},
		{"a unit of another district", ofCourt, &nuov1.Volunteer{Unit: "units/far"}, notFound},
		{"a unit that is not", ofCourt, &nuov1.Volunteer{Unit: "units/none"}, notFound},
		{"own resident", atMingzhu, &nuov1.Volunteer{Registrations: here(mingzhu)}, none},
		{"another's resident", atMingzhu, &nuov1.Volunteer{Registrations: here(xingzhou)}, isDenied},
		{
			"own and another's resident", atMingzhu,
			&nuov1.Volunteer{Registrations: append(here(mingzhu), &nuov1.Registration{Community: xingzhou})}, isDenied,
		},
		{"a unit's member by a community", atMingzhu, &nuov1.Volunteer{Unit: court, Registrations: here(mingzhu)}, isDenied},
		{"vouched by a community", atMingzhu, &nuov1.Volunteer{Vouched: true, Registrations: here(mingzhu)}, isDenied},
		{"nowhere by a community", atMingzhu, &nuov1.Volunteer{}, invalidField},
		{"nowhere by the district", admin, &nuov1.Volunteer{}, none},
		{"in a unit by the district", admin, &nuov1.Volunteer{Unit: bureau, Branch: bureau1}, none},
		{"vouched by the district", admin, &nuov1.Volunteer{Unit: bureau, Vouched: true}, isDenied},
		{"by another district", otherAdmin, &nuov1.Volunteer{Unit: bureau}, notFound},
		{"by a branch", ofBranch1, &nuov1.Volunteer{Unit: court, Branch: branch1}, isDenied},
		{"by an auditor", auditor, &nuov1.Volunteer{Unit: court}, isDenied},
		{"branch of another unit", ofCourt, &nuov1.Volunteer{Unit: court, Branch: bureau1}, invalidField},
		{"branch without unit", admin, &nuov1.Volunteer{Branch: branch1}, invalidField},
		{"branch that is not", ofCourt, &nuov1.Volunteer{Unit: court, Branch: court + "/branches/none"}, notFound},
		{"teams", ofCourt, &nuov1.Volunteer{Unit: court, Teams: []string{tianping, hongma}}, none},
		{"a team that is not", ofCourt, &nuov1.Volunteer{Unit: court, Teams: []string{"teams/none"}}, notFound},
		{"a team of another district", ofCourt, &nuov1.Volunteer{Unit: court, Teams: []string{"teams/far"}}, notFound},
		{"a team that is a name", ofCourt, &nuov1.Volunteer{Unit: court, Teams: []string{canaryName}}, invalidField},
		{"a unit that is a name", ofCourt, &nuov1.Volunteer{Unit: canaryPhone}, invalidField},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := h.on(t)
			c.v.Person = person()
			_, err := h.newVolunteer(c.as, c.v)
			h.answered(err, c.want)
		})
	}
}

func TestOKNewVolunteerHasWhatTheServerGives(t *testing.T) {
	h := open(t)
	v := h.member(func(v *nuov1.Volunteer) {
		// Output-only fields of a request are ignored.
		v.Name, v.District, v.Etag, v.State = "volunteers/mine", elsewhere, "x", nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED
		v.Exemptions = []*nuov1.Exemption{{Id: "x", FromDate: "2020-01-01"}}
		v.Consents = []*nuov1.Consent{{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true}}
		v.Teams, v.Skills = []string{tianping, tianping}, []string{"driver", "driver"}
	})
	id, err := uuid.Parse(strings.TrimPrefix(v.GetName(), "volunteers/"))
	if err != nil || id.Version() != 4 {
		t.Errorf("%s is not random", v.GetName())
	}
	if v.GetDistrict() != jiaojiang || v.GetState() != nuov1.ActiveState_ACTIVE_STATE_ACTIVE || v.GetEtag() == "x" ||
		len(v.GetExemptions())+len(v.GetConsents()) != 0 || len(v.GetTeams()) != 1 || len(v.GetSkills()) != 1 {
		t.Errorf("volunteer %v", v)
	}
	if e := h.lastEvent(v.GetName()); e.GetAction() != "CreateVolunteer" || detail(e, "unit.to") != court {
		t.Errorf("event %v", e)
	}
	for _, joined := range []string{court, branch1, tianping} {
		if e := h.lastEvent(joined); detail(e, "member") != v.GetName() {
			t.Errorf("%s was not told: %v", joined, e)
		}
	}
}

func TestErrInvalidFieldPerson(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		name, field string
		v           *nuov1.Volunteer
	}{
		{"none", "volunteer.person.display_name", &nuov1.Volunteer{}},
		{"blank", "volunteer.person.display_name", &nuov1.Volunteer{Person: &nuov1.Person{DisplayName: "　 "}}},
		{"one character", "volunteer.person.display_name", &nuov1.Volunteer{Person: &nuov1.Person{DisplayName: "甲"}}},
		{
			"no such day", "volunteer.person.birth_date",
			&nuov1.Volunteer{Person: &nuov1.Person{DisplayName: canaryName, BirthDate: "1990-02-30"}},
		},
		{
			"not born yet", "volunteer.person.birth_date",
			&nuov1.Volunteer{Person: &nuov1.Person{DisplayName: canaryName, BirthDate: "2020-02-09"}},
		},
		{
			"a day under 18", "volunteer.minor",
			&nuov1.Volunteer{Person: &nuov1.Person{DisplayName: canaryName, BirthDate: "2002-02-09"}},
		},
		{
			"phone in words", "volunteer.person.phone",
			&nuov1.Volunteer{Person: &nuov1.Person{DisplayName: canaryName, Phone: canaryName}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := h.on(t)
			c.v.Unit = court
			_, err := h.newVolunteer(ofCourt, c.v)
			h.named(h.refused(err, invalidField), c.field)
		})
	}
	for _, v := range []*nuov1.Volunteer{
		{Person: &nuov1.Person{DisplayName: "阿卜杜拉·买买提", BirthDate: "2002-02-08"}},
		{Person: &nuov1.Person{DisplayName: "㐀𠀀", BirthDate: "2008-01-01"}, Minor: true},
	} {
		v.Unit = court
		_, err := h.newVolunteer(ofCourt, v)
		h.ok(err)
	}
}

// Rule 7: who is shown a volunteer, who it is, and why one is exempt.
func TestOKWhoSeesWhom(t *testing.T) {
	h := open(t)
	v := h.member(func(v *nuov1.Volunteer) {
		v.Registrations = []*nuov1.Registration{
			{Community: xingzhou, FromDate: "2019-01-01", ToDate: "2020-02-08"}, // until yesterday
			{Community: mingzhu, Primary: true, FromDate: "2020-02-08"},
		}
	})
	h.exempt(ofCourt, v, "2020-02-08", "2020-02-22")
	for _, c := range []struct {
		as               string
		there            bool
		person, category bool
	}{
		{self(v), true, true, true},
		{ofCourt, true, true, true},
		{ofBranch1, true, true, false},
		{atMingzhu, true, true, false},
		{admin, true, false, false},
		{organisation, true, false, false},
		{auditor, true, false, false},
		{ofBureau, false, false, false},
		{ofBranch2, false, false, false},
		{atXingzhou, false, false, false},
		{otherAdmin, false, false, false},
		{nobodysUnit, false, false, false},
		{"VOLUNTEER volunteers/another", false, false, false},
	} {
		t.Run(c.as, func(t *testing.T) {
			h := h.on(t)
			got, err := h.get(c.as, v)
			if !c.there {
				h.refused(err, notFound)
				return
			}
			h.ok(err)
			if (got.GetPerson() != nil) != c.person || c.person && got.GetPerson().GetPhone() != canaryPhone {
				t.Errorf("person shown: %v, want %v", got.GetPerson() != nil, c.person)
			}
			shown := got.GetExemptions()[0].GetCategory() != nuov1.ExemptionCategory_EXEMPTION_CATEGORY_UNSPECIFIED
			if shown != c.category || got.GetExemptions()[0].GetFromDate() != "2020-02-08" {
				t.Errorf("category shown: %v, want %v", shown, c.category)
			}
		})
	}
}

func TestOKContractShowsThePersonToItsCommunity(t *testing.T) {
	h := open(t)
	v := h.member()
	_, err := h.get(atXingzhou, v)
	h.refused(err, notFound)
	h.holding[v.GetName()] = xingzhou
	got, err := h.get(atXingzhou, v)
	h.ok(err)
	if got.GetPerson().GetDisplayName() != canaryName {
		t.Error("the community that holds a contract does not see who comes")
	}
	_, err = h.get(atMingzhu, v)
	h.refused(err, notFound)
}

func TestOKDeniedLooksLikeNotThere(t *testing.T) {
	h := open(t)
	v := h.member()
	nobody := &nuov1.Volunteer{Name: "volunteers/" + uuid.NewString()}
	for _, as := range []string{ofBureau, atXingzhou, otherAdmin} {
		_, there := h.get(as, v)
		_, not := h.get(as, nobody)
		a := strings.ReplaceAll(h.refused(there, notFound).text, v.GetName(), "X")
		b := strings.ReplaceAll(h.refused(not, notFound).text, nobody.GetName(), "X")
		if a != b {
			t.Errorf("%q tells apart from %q", a, b)
		}
	}
}

func TestOKPersonLiesApart(t *testing.T) {
	h := open(t)
	v := h.member()
	h.ok(h.store.View(h.Context(), func(tx *store.Tx) error {
		stored, err := store.Volunteers.Get(tx, v.GetName())
		if stored.GetPerson() != nil || stored.GetEtag() != "" {
			t.Errorf("stored %v", stored)
		}
		return err
	}))
}

func TestOKDeactivateWithoutLiveContracts(t *testing.T) {
	h := open(t)
	v := h.member()
	end := func(as string) (*nuov1.Volunteer, error) {
		return h.volunteers.DeactivateVolunteer(h.as(as), &nuov1.DeactivateVolunteerRequest{
			RequestId: uuid.NewString(), Name: v.GetName(),
		})
	}
	h.live[v.GetName()] = []string{"contracts/1", "contracts/2"}
	_, err := end(ofCourt)
	if e := h.refused(err, liveContracts); !strings.Contains(e.text, "contracts/1, contracts/2") {
		t.Errorf("the refusal does not list them: %v", e)
	}
	delete(h.live, v.GetName())
	_, err = end(ofBureau)
	h.refused(err, notFound)
	_, err = end(ofBranch1)
	h.refused(err, isDenied)
	for range 2 {
		got, err := end(ofCourt)
		h.ok(err)
		if got.GetState() != nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED {
			t.Error("still active")
		}
	}
	if n := len(h.events(v.GetName())); n != 2 {
		t.Errorf("%d events, want creation and one end", n)
	}
	_, err = h.register(self(v), v, &nuov1.Registration{Community: mingzhu})
	h.refused(err, isDeactivated)
	_, err = h.updateVolunteer(ofCourt, h.read(v), "vouched")
	h.refused(err, isDeactivated)
	_, err = h.addExemption(ofCourt, v, &nuov1.Exemption{Category: sick, FromDate: "2020-02-08"})
	h.refused(err, isDeactivated)
}

func (h *house) listVolunteers(as string, req *nuov1.ListVolunteersRequest) (all []*nuov1.Volunteer) {
	h.Helper()
	for {
		res, err := h.volunteers.ListVolunteers(h.as(as), req)
		h.ok(err)
		all = append(all, res.GetVolunteers()...)
		if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
			return all
		}
	}
}

func TestOKListShowsWhatTheCallerMaySee(t *testing.T) {
	h := open(t)
	h.member(func(v *nuov1.Volunteer) { v.Teams = []string{tianping, hongma} })
	h.member(func(v *nuov1.Volunteer) {
		v.Branch, v.Teams = branch2, []string{hongma}
		v.Registrations = []*nuov1.Registration{{Community: mingzhu, Primary: true, FromDate: "2020-02-01"}}
	})
	_, err := h.newVolunteer(ofBureau, &nuov1.Volunteer{
		Unit: bureau, Teams: []string{hongma}, Person: &nuov1.Person{DisplayName: "乙测试"},
		Registrations: []*nuov1.Registration{
			{Community: mingzhu, FromDate: "2019-01-01", ToDate: "2020-01-01"}, // is no more
			{Community: xingzhou, FromDate: "2020-03-01"},                      // not yet
		},
	})
	h.ok(err)
	for _, c := range []struct {
		as, parent      string
		people, persons int
	}{
		{ofCourt, court, 2, 2},
		{ofCourt, branch1, 1, 1},
		{ofCourt, hongma, 2, 2},
		{ofCourt, tianping, 1, 1},
		{ofBranch1, branch1, 1, 1},
		{ofBranch2, hongma, 1, 1},
		{ofBureau, hongma, 1, 1},
		{atMingzhu, mingzhu, 1, 1},
		{atMingzhu, hongma, 1, 1},
		{atXingzhou, xingzhou, 0, 0},
		{admin, jiaojiang, 3, 0},
		{admin, court, 2, 0},
		{admin, hongma, 3, 0},
		{admin, mingzhu, 1, 0},
		{auditor, jiaojiang, 3, 0},
		{organisation, bureau, 1, 0},
	} {
		t.Run(c.as+" lists "+c.parent, func(t *testing.T) {
			h := h.on(t)
			all := h.listVolunteers(c.as, &nuov1.ListVolunteersRequest{Parent: c.parent, PageSize: 1})
			persons := 0
			for _, v := range all {
				if v.GetPerson() != nil {
					persons++
				}
			}
			if len(all) != c.people || persons != c.persons {
				t.Errorf("%d people, %d with name; want %d, %d", len(all), persons, c.people, c.persons)
			}
		})
	}
	for _, c := range []struct {
		as, parent string
		want       nuov1.ErrorReason
	}{
		{ofBureau, court, isDenied},
		{ofBranch1, court, isDenied},
		{ofBranch1, branch2, isDenied},
		{ofCourt, jiaojiang, isDenied},
		{atMingzhu, xingzhou, isDenied},
		{otherAdmin, court, notFound},
		{admin, "units/none", notFound},
		{admin, jiazhi, invalidField},
		{admin, canaryName, invalidField},
	} {
		_, err := h.volunteers.ListVolunteers(h.as(c.as), &nuov1.ListVolunteersRequest{Parent: c.parent})
		h.refused(err, c.want)
	}
}

func TestOKNameFilterIsForThoseWhoSeeNames(t *testing.T) {
	h := open(t)
	h.member()
	h.member(func(v *nuov1.Volunteer) { v.Person.DisplayName = "乙测试" })
	for filter, want := range map[string]int{"甲": 1, "测试": 2, "丙": 0} {
		if got := h.listVolunteers(ofCourt, &nuov1.ListVolunteersRequest{Parent: court, NameContains: filter}); len(got) != want {
			t.Errorf("%s finds %d, want %d", filter, len(got), want)
		}
	}
	for _, as := range []string{auditor, admin, organisation} {
		_, err := h.volunteers.ListVolunteers(h.as(as), &nuov1.ListVolunteersRequest{Parent: court, NameContains: canaryName})
		h.named(h.refused(err, isDenied), "name_contains")
	}
}

func TestOKListLeavesOutDeactivatedVolunteers(t *testing.T) {
	h := open(t)
	v := h.member()
	_, err := h.volunteers.DeactivateVolunteer(h.as(self(v)), &nuov1.DeactivateVolunteerRequest{
		RequestId: uuid.NewString(), Name: v.GetName(),
	})
	h.ok(err)
	if got := h.listVolunteers(ofCourt, &nuov1.ListVolunteersRequest{Parent: court}); len(got) != 0 {
		t.Error("the deactivated is listed")
	}
	if got := h.listVolunteers(ofCourt, &nuov1.ListVolunteersRequest{Parent: court, ShowDeactivated: true}); len(got) != 1 {
		t.Error("the deactivated is not to be found")
	}
	h.clock.set(h.clock.Now().Add(time.Hour))
	_, err = h.deactivate(admin, branch1)
	h.ok(err)
}
