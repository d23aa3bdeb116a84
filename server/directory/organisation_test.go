package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func (h *house) createAs(as string, o *nuov1.Organisation) (*nuov1.Organisation, error) {
	return h.organisations.CreateOrganisation(h.as(as), &nuov1.CreateOrganisationRequest{
		RequestId: uuid.NewString(), Organisation: o,
	})
}

func (h *house) organisation(as, name string) (*nuov1.Organisation, error) {
	return h.organisations.GetOrganisation(h.as(as), &nuov1.GetOrganisationRequest{Name: name})
}

func (h *house) update(as string, o *nuov1.Organisation, paths ...string) (*nuov1.Organisation, error) {
	return h.organisations.UpdateOrganisation(h.as(as), &nuov1.UpdateOrganisationRequest{
		RequestId: uuid.NewString(), Organisation: o, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths},
	})
}

func (h *house) deactivate(as, name string) (*nuov1.Organisation, error) {
	return h.organisations.DeactivateOrganisation(h.as(as), &nuov1.DeactivateOrganisationRequest{
		RequestId: uuid.NewString(), Name: name,
	})
}

func TestOKNameSaysKindAndPlace(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		name           string
		kind           nuov1.OrganisationKind
		parent, street string
	}{
		{jiaojiang, nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT, "", ""},
		{jiazhi, nuov1.OrganisationKind_ORGANISATION_KIND_STREET, jiaojiang, ""},
		{mingzhu, nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY, jiazhi, jiazhi},
		{dong, nuov1.OrganisationKind_ORGANISATION_KIND_COMPOUND, mingzhu, jiazhi},
		{dong3, nuov1.OrganisationKind_ORGANISATION_KIND_BUILDING, dong, jiazhi},
		{court, nuov1.OrganisationKind_ORGANISATION_KIND_UNIT, jiaojiang, ""},
		{branch1, nuov1.OrganisationKind_ORGANISATION_KIND_BRANCH, court, ""},
		{tianping, nuov1.OrganisationKind_ORGANISATION_KIND_TEAM, court, ""},
	} {
		o, err := h.organisation(auditor, c.name)
		h.ok(err)
		if o.GetKind() != c.kind || o.GetParent() != c.parent || o.GetStreet() != c.street || o.GetDistrict() != jiaojiang ||
			o.GetState() != nuov1.ActiveState_ACTIVE_STATE_ACTIVE || o.GetEtag() == "" || o.GetCreateTime() == nil {
			t.Errorf("%s: %v", c.name, o)
		}
	}
}

func TestErrInvalidFieldNameAndParent(t *testing.T) {
	h := open(t)
	for _, c := range []struct{ name, parent, field string }{
		{"", jiazhi, "organisation.name"},
		{"communities/", jiazhi, "organisation.name"},
		{"communities/明珠", jiazhi, "organisation.name"},
		{"communities/Ming", jiazhi, "organisation.name"},
		{"communities/-a", jiazhi, "organisation.name"},
		{"communities/" + strings.Repeat("a", 64), jiazhi, "organisation.name"},
		{"communities/a/buildings/b", "communities/a", "organisation.name"},
		{"volunteers/a", jiaojiang, "organisation.name"},
		{canaryName, jiaojiang, "organisation.name"},
		{"communities/new", "", "organisation.parent"},
		{"communities/new", jiaojiang, "organisation.parent"},
		{"streets/new", jiazhi, "organisation.parent"},
		{"units/new", jiazhi, "organisation.parent"},
		{"districts/new", jiaojiang, "organisation.parent"},
		{mingzhu + "/compounds/new", xingzhou, "organisation.parent"},
		{dong + "/buildings/new", xi, "organisation.parent"},
		{court + "/branches/new", bureau, "organisation.parent"},
		{"teams/new", jiazhi, "organisation.parent"},
		{"teams/new", canaryName, "organisation.parent"},
	} {
		_, err := h.createAs(admin, &nuov1.Organisation{Name: c.name, Parent: c.parent, DisplayName: "新"})
		h.named(h.refused(err, invalidField), c.field)
	}
	for field, o := range map[string]*nuov1.Organisation{
		"organisation.display_name": {DisplayName: " "},
		"organisation.company":      {DisplayName: "新", Company: true},
		"organisation.policy":       {DisplayName: "新", Policy: &nuov1.DistrictPolicy{}},
		"organisation.kind":         {DisplayName: "新", Kind: nuov1.OrganisationKind_ORGANISATION_KIND_UNIT},
	} {
		o.Name, o.Parent = "communities/new", jiazhi
		_, err := h.createAs(admin, o)
		h.named(h.refused(err, invalidField), field)
	}
}

func TestErrParentThatTakesNoChildren(t *testing.T) {
	h := open(t)
	_, err := h.createAs(admin, &nuov1.Organisation{Name: "communities/new", Parent: "streets/none", DisplayName: "新"})
	h.refused(err, notFound)
	_, err = h.deactivate(admin, xi)
	h.ok(err)
	_, err = h.createAs(admin, &nuov1.Organisation{Name: xi + "/buildings/1", Parent: xi, DisplayName: "新"})
	h.refused(err, isDeactivated)
}

func TestErrAlreadyExistsNameStaysTaken(t *testing.T) {
	h := open(t)
	again := &nuov1.Organisation{Name: xi, Parent: mingzhu, DisplayName: "新"}
	_, err := h.createAs(admin, again)
	h.refused(err, alreadyExists)
	_, err = h.deactivate(admin, xi)
	h.ok(err)
	_, err = h.createAs(admin, again)
	h.refused(err, alreadyExists)
}

func TestOKWhoCreatesWhat(t *testing.T) {
	h := open(t)
	for i, c := range []struct {
		as, name, parent string
		want             nuov1.ErrorReason
	}{
		{atMingzhu, mingzhu + "/compounds/%d", mingzhu, none},
		{atMingzhu, dong + "/buildings/%d", dong, none},
		{atMingzhu, "teams/t%d", mingzhu, none},
		{atMingzhu, xingzhou + "/compounds/%d", xingzhou, isDenied},
		{atMingzhu, "communities/c%d", jiazhi, isDenied},
		{atMingzhu, "teams/t%d", jiaojiang, isDenied},
		{atMingzhu, "units/u%d", jiaojiang, isDenied},
		{ofCourt, court + "/branches/b%d", court, none},
		{ofCourt, "teams/t%d", court, none},
		{ofCourt, bureau + "/branches/b%d", bureau, isDenied},
		{ofCourt, "teams/t%d", bureau, isDenied},
		{ofCourt, "units/u%d", jiaojiang, isDenied},
		{admin, "streets/s%d", jiaojiang, none},
		{admin, "communities/c%d", jiazhi, none},
		{admin, "teams/t%d", jiaojiang, none},
		{admin, "districts/d%d", "", isDenied},
		{auditor, "streets/s%d", jiaojiang, isDenied},
		{atDong, dong + "/buildings/%d", dong, isDenied},
		{otherAdmin, "streets/s%d", jiaojiang, notFound}, // of another district: not there
		{otherAdmin, "streets/s%d", "districts/none", notFound},
	} {
		name := strings.ReplaceAll(c.name, "%d", fmt.Sprint(i))
		t.Run(c.as+" creates "+name, func(t *testing.T) {
			h := h.on(t)
			_, err := h.createAs(c.as, &nuov1.Organisation{Name: name, Parent: c.parent, DisplayName: "新"})
			h.answered(err, c.want)
		})
	}
}

func TestOKCreationIsAnEventOfChildAndParent(t *testing.T) {
	h := open(t)
	if e := h.lastEvent(branch1); e.GetAction() != "CreateOrganisation" || e.GetActor() == "" ||
		e.GetRole() != nuov1.Role_ROLE_DISTRICT_ADMIN || detail(e, "parent") != court {
		t.Errorf("event %v", e)
	}
	h.create(ofCourt, &nuov1.Organisation{Name: court + "/branches/9", Parent: court, DisplayName: "九支部"})
	if e := h.lastEvent(court); detail(e, "child") != court+"/branches/9" || e.GetRole() != nuov1.Role_ROLE_UNIT {
		t.Errorf("event %v", e)
	}
}

func TestOKRepeatCreatesOnce(t *testing.T) {
	h := open(t)
	req := &nuov1.CreateOrganisationRequest{
		RequestId: uuid.NewString(), Organisation: &nuov1.Organisation{Name: "units/new", Parent: jiaojiang, DisplayName: "新"},
	}
	first, err := h.organisations.CreateOrganisation(h.as(admin), req)
	h.ok(err)
	second, err := h.organisations.CreateOrganisation(h.as(admin), req)
	h.ok(err)
	if !same(first, second) || len(h.events("units/new")) != 1 {
		t.Error("a repeat had an effect of its own")
	}
	req.Organisation.DisplayName = "另"
	_, err = h.organisations.CreateOrganisation(h.as(admin), req)
	h.refused(err, requestIDReused)
}

func TestOKOrganisationsAreTheDistricts(t *testing.T) {
	h := open(t)
	for _, as := range []string{admin, auditor, atMingzhu, ofBureau, atDong, commandOffice} {
		_, err := h.organisation(as, court)
		h.ok(err)
	}
	_, err := h.organisation(otherAdmin, court)
	h.refused(err, notFound)
	_, err = h.organisation(admin, "units/none")
	h.refused(err, notFound)
	_, err = h.organisation(admin, canaryName)
	h.refused(err, invalidField)
}

func (h *house) list(as string, req *nuov1.ListOrganisationsRequest) (names []string) {
	h.Helper()
	for {
		res, err := h.organisations.ListOrganisations(h.as(as), req)
		h.ok(err)
		for _, o := range res.GetOrganisations() {
			names = append(names, o.GetName())
		}
		if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
			return names
		}
	}
}

func TestOKListInTheOrderOfNames(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		as   string
		req  *nuov1.ListOrganisationsRequest
		want []string
	}{
		{auditor, &nuov1.ListOrganisationsRequest{Parent: court}, []string{branch1, branch2, tianping}},
		{auditor, &nuov1.ListOrganisationsRequest{Parent: court, PageSize: 1}, []string{branch1, branch2, tianping}},
		{
			auditor, &nuov1.ListOrganisationsRequest{Parent: court, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_TEAM},
			[]string{tianping},
		},
		{
			atDong, &nuov1.ListOrganisationsRequest{Kind: nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY, PageSize: 1},
			[]string{mingzhu, xingzhou},
		},
		{atDong, &nuov1.ListOrganisationsRequest{Kind: nuov1.OrganisationKind_ORGANISATION_KIND_BUILDING}, []string{dong3}},
		{
			otherAdmin, &nuov1.ListOrganisationsRequest{Kind: nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY},
			[]string{"communities/far"},
		},
	} {
		got := h.list(c.as, c.req)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s, %v: %v, want %v", c.as, c.req, got, c.want)
		}
	}
	if all := h.list(admin, &nuov1.ListOrganisationsRequest{PageSize: 4}); len(all) != 14 {
		t.Errorf("the district has %v", all)
	}
}

func TestOKListLeavesOutTheDeactivated(t *testing.T) {
	h := open(t)
	_, err := h.deactivate(admin, branch2)
	h.ok(err)
	if got := h.list(admin, &nuov1.ListOrganisationsRequest{Parent: court}); !slices.Equal(got, []string{branch1, tianping}) {
		t.Errorf("%v", got)
	}
	if got := h.list(admin, &nuov1.ListOrganisationsRequest{Parent: court, ShowDeactivated: true}); len(got) != 3 {
		t.Errorf("%v", got)
	}
}

func TestErrListOfWhatIsNotThereOrNotTheCallers(t *testing.T) {
	h := open(t)
	for parent, want := range map[string]nuov1.ErrorReason{"units/none": notFound, "units/far": notFound, canaryName: invalidField} {
		_, err := h.organisations.ListOrganisations(h.as(admin), &nuov1.ListOrganisationsRequest{Parent: parent})
		h.refused(err, want)
	}
	_, err := h.organisations.ListOrganisations(h.as(admin), &nuov1.ListOrganisationsRequest{PageToken: "x"})
	h.refused(err, badPageToken)
}

func TestOKUpdateByMaskAndEtag(t *testing.T) {
	h := open(t)
	before, err := h.organisation(admin, mingzhu)
	h.ok(err)
	after, err := h.update(atMingzhu, &nuov1.Organisation{
		Name: mingzhu, Etag: before.GetEtag(), DisplayName: "明珠社区", Village: true, Address: "葭沚街道1号",
	}, "display_name", "village")
	h.ok(err)
	if after.GetDisplayName() != "明珠社区" || !after.GetVillage() || after.GetAddress() != "" || after.GetEtag() == before.GetEtag() {
		t.Errorf("after: %v", after)
	}
	if e := h.lastEvent(mingzhu); detail(e, "fields") != "display_name,village" {
		t.Errorf("event %v", e)
	}
	for _, old := range []string{before.GetEtag(), "", "x"} {
		_, err = h.update(atMingzhu, &nuov1.Organisation{Name: mingzhu, Etag: old, DisplayName: "改"}, "display_name")
		h.refused(err, etagMismatch)
	}
}

// The clock of the house stands still: an edit that changes back what the one before it changed has an etag of its own.
func TestOKEveryEditHasItsOwnEtag(t *testing.T) {
	h := open(t)
	seen := map[string]bool{}
	o, err := h.organisation(admin, court)
	h.ok(err)
	for i := range 4 {
		if seen[o.GetEtag()] {
			t.Fatal("an etag came back")
		}
		seen[o.GetEtag()] = true
		o, err = h.update(ofCourt, &nuov1.Organisation{Name: court, Etag: o.GetEtag(), Company: i%2 == 0}, "company")
		h.ok(err)
	}
}

func TestErrInvalidFieldMaskNamesThePath(t *testing.T) {
	h := open(t)
	o, err := h.organisation(admin, jiaojiang)
	h.ok(err)
	for _, p := range []string{
		"name", "kind", "parent", "state", "etag", "create_time", "update_time", "district", "street", "nothing",
		"policy.nothing", "policy.grace.seconds", "display_name.x", "*",
	} {
		_, err := h.update(admin, &nuov1.Organisation{Name: jiaojiang, Etag: o.GetEtag(), DisplayName: "改"}, "display_name", p)
		e := h.refused(err, invalidField)
		h.named(e, "update_mask.paths[1]")
		if !strings.Contains(p, "*") && strings.Count(p, ".") < 2 && !strings.Contains(e.text, p+" is no field") {
			t.Errorf("the refusal does not name %s: %v", p, e)
		}
	}
	_, err = h.update(admin, &nuov1.Organisation{Name: jiaojiang, Etag: o.GetEtag()}, canaryName)
	h.refused(err, invalidField)
	_, err = h.update(admin, &nuov1.Organisation{Name: jiaojiang, Etag: o.GetEtag()})
	h.named(h.refused(err, invalidField), "update_mask")
	_, err = h.update(admin, &nuov1.Organisation{Name: mingzhu}, "display_name")
	h.refused(err, etagMismatch)
}

func TestOKWhoUpdates(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		as, name string
		want     nuov1.ErrorReason
	}{
		{atMingzhu, mingzhu, none},
		{atMingzhu, dong3, none},
		{atMingzhu, xingzhou, isDenied},
		{atMingzhu, jiazhi, isDenied},
		{ofCourt, court, none},
		{ofCourt, branch1, none},
		{ofCourt, bureau, isDenied},
		{ofCourt, jiaojiang, isDenied},
		{atDong, dong, isDenied},
		{auditor, court, isDenied},
		{admin, xingzhou, none},
		{admin, jiaojiang, none},
		{otherAdmin, court, notFound},
	} {
		o, err := h.organisation(admin, c.name)
		h.ok(err)
		_, err = h.update(c.as, &nuov1.Organisation{Name: c.name, Etag: o.GetEtag(), DisplayName: "改"}, "display_name")
		h.answered(err, c.want)
	}
}
