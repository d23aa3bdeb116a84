package directory_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func (h *house) updateVolunteer(as string, v *nuov1.Volunteer, paths ...string) (*nuov1.Volunteer, error) {
	return h.volunteers.UpdateVolunteer(h.as(as), &nuov1.UpdateVolunteerRequest{
		RequestId: uuid.NewString(), Volunteer: v, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths},
	})
}

// resident is a member of the court who is registered with 明珠.
func (h *house) resident() *nuov1.Volunteer {
	h.Helper()
	return h.member(func(v *nuov1.Volunteer) {
		v.Registrations = []*nuov1.Registration{{Community: mingzhu, Primary: true, FromDate: "2020-02-01"}}
	})
}

// Whose each field is.
func TestOKWhoChangesWhichField(t *testing.T) {
	h := open(t)
	volunteer := "VOLUNTEER"
	everybody := []string{volunteer, ofCourt, atMingzhu, admin}
	for field, may := range map[string][]string{
		"person": {volunteer, ofCourt, atMingzhu}, "person.phone": {volunteer, ofCourt, atMingzhu},
		"skills": everybody, "teams": everybody,
		"political_status": {ofCourt, atMingzhu, admin}, "service_status": {ofCourt, atMingzhu, admin},
		"minor": {ofCourt, atMingzhu, admin}, "guardian_consent": {ofCourt, atMingzhu, admin},
		"branch": {ofCourt, admin}, "vouched": {ofCourt}, "unit": {ofCourt, admin},
	} {
		for _, as := range everybody {
			t.Run(as+" changes "+field, func(t *testing.T) {
				h := h.on(t)
				v := h.resident()
				want := isDenied
				for _, allowed := range may {
					if allowed == as {
						want = none
					}
				}
				token := as
				if as == volunteer {
					token = self(v)
				}
				changed := &nuov1.Volunteer{
					Name: v.GetName(), Etag: v.GetEtag(), Branch: branch2, Teams: []string{hongma}, Skills: []string{"lawyer"},
					PoliticalStatus: nuov1.PoliticalStatus_POLITICAL_STATUS_OTHER, Vouched: field == "vouched",
					Person: &nuov1.Person{DisplayName: canaryName, Phone: "13800000000"},
				}
				_, err := h.updateVolunteer(token, changed, field)
				h.answered(err, want)
			})
		}
	}
}

func TestErrNotFoundOthersChangeNothing(t *testing.T) {
	h := open(t)
	v := h.resident()
	for _, as := range []string{ofBureau, atXingzhou, otherAdmin, "VOLUNTEER volunteers/another"} {
		_, err := h.updateVolunteer(as, v, "skills")
		h.refused(err, notFound)
	}
	_, err := h.updateVolunteer(ofBranch1, v, "skills")
	h.refused(err, isDenied) // the guard: no role of the method
}

func TestOKUnitLetsGoAndTakesIn(t *testing.T) {
	h := open(t)
	v := h.member(func(v *nuov1.Volunteer) { v.Vouched = true })
	to := func(unit string) *nuov1.Volunteer {
		return &nuov1.Volunteer{Name: v.GetName(), Etag: h.read(v).GetEtag(), Unit: unit}
	}
	_, err := h.updateVolunteer(ofCourt, to(bureau), "unit")
	h.refused(err, isDenied) // sets its own unit only
	_, err = h.updateVolunteer(ofBureau, to(bureau), "unit")
	h.refused(err, notFound) // does not take what is another's
	_, err = h.updateVolunteer(self(v), to(""), "unit")
	h.refused(err, isDenied)

	free, err := h.updateVolunteer(ofCourt, to(""), "unit")
	h.ok(err)
	if free.GetUnit()+free.GetBranch() != "" || free.GetVouched() || free.GetPerson() != nil ||
		free.GetServiceStatus() != nuov1.ServiceStatus_SERVICE_STATUS_UNSPECIFIED {
		t.Errorf("let go, but %v", free)
	}
	_, err = h.get(ofCourt, v)
	h.refused(err, notFound)

	// A unit that cannot read the volunteer yet has no etag to send.
	taken, err := h.updateVolunteer(ofBureau, &nuov1.Volunteer{
		Name: v.GetName(), Unit: bureau, Branch: bureau1, Vouched: true,
	}, "unit", "branch", "vouched")
	h.ok(err)
	if taken.GetUnit() != bureau || taken.GetBranch() != bureau1 || !taken.GetVouched() || taken.GetPerson() == nil {
		t.Errorf("taken in, but %v", taken)
	}
	if e := h.lastEvent(v.GetName()); detail(e, "unit.to") != bureau || detail(e, "unit.from") != "" {
		t.Errorf("event %v", e)
	}
	_, err = h.updateVolunteer("UNIT units/far", to("units/far"), "unit")
	h.refused(err, notFound)

	moved, err := h.updateVolunteer(admin, to(court), "unit")
	h.ok(err)
	if moved.GetUnit() != court || moved.GetBranch() != "" || moved.GetVouched() {
		t.Errorf("moved by the district, but %v", moved)
	}
}

func TestErrStandingThatDoesNotFit(t *testing.T) {
	h := open(t)
	v := h.resident()
	for _, c := range []struct {
		path   string
		change func(*nuov1.Volunteer)
		want   nuov1.ErrorReason
	}{
		{"branch", func(v *nuov1.Volunteer) { v.Branch = bureau1 }, invalidField},
		{"branch", func(v *nuov1.Volunteer) { v.Branch = canaryName }, invalidField},
		{"branch", func(v *nuov1.Volunteer) { v.Branch = court + "/branches/none" }, notFound},
		{"teams", func(v *nuov1.Volunteer) { v.Teams = []string{"teams/far"} }, notFound},
		{"teams", func(v *nuov1.Volunteer) { v.Teams = []string{court} }, invalidField},
		{"person", func(v *nuov1.Volunteer) { v.Person = nil }, invalidField},
		{"person.birth_date", func(v *nuov1.Volunteer) { v.Person.BirthDate = "2010-01-01" }, invalidField},
	} {
		changed, _ := proto.Clone(v).(*nuov1.Volunteer)
		c.change(changed)
		_, err := h.updateVolunteer(ofCourt, changed, c.path)
		h.refused(err, c.want)
	}
	if !same(h.read(v), v) {
		t.Error("a refusal left something")
	}
}

func TestErrInvalidFieldMaskOfAVolunteer(t *testing.T) {
	h := open(t)
	v := h.resident()
	for _, p := range []string{
		"name", "registrations", "exemptions", "consents", "state", "etag", "district", "create_time", "person.nothing", "x",
	} {
		_, err := h.updateVolunteer(ofCourt, v, p)
		e := h.refused(err, invalidField)
		h.named(e, "update_mask.paths[0]")
		if !strings.Contains(e.text, p) {
			t.Errorf("%s is not named: %v", p, e)
		}
	}
	_, err := h.updateVolunteer(ofCourt, v, canaryName)
	h.refused(err, invalidField)
	_, err = h.updateVolunteer(ofCourt, &nuov1.Volunteer{Name: canaryName}, "skills")
	h.named(h.refused(err, invalidField), "volunteer.name")
}

func TestErrEtagMismatchAfterThePersonChanged(t *testing.T) {
	h := open(t)
	v := h.resident()
	v.Person.Phone = "13800000000"
	changed, err := h.updateVolunteer(self(v), v, "person.phone")
	h.ok(err)
	if changed.GetPerson().GetDisplayName() != canaryName || changed.GetPerson().GetPhone() != "13800000000" {
		t.Errorf("person %v", changed.GetPerson())
	}
	if e := h.lastEvent(v.GetName()); detail(e, "fields") != "person" {
		t.Errorf("event %v", e)
	}
	_, err = h.updateVolunteer(ofCourt, v, "skills") // with the etag from before
	h.refused(err, etagMismatch)
	v.Etag = ""
	_, err = h.updateVolunteer(ofCourt, v, "skills")
	h.refused(err, etagMismatch)
}

func TestErrSecondPersonNobodyVouchesForThemselves(t *testing.T) {
	h := open(t)
	v := h.member()
	v.Vouched = true
	_, err := h.updateVolunteer(self(v)+" + "+ofCourt, v, "vouched")
	h.refused(err, secondPerson)
	got, err := h.updateVolunteer(ofCourt, v, "vouched")
	h.ok(err)
	if !got.GetVouched() {
		t.Error("not vouched")
	}
}

const (
	record   = nuov1.ConsentKind_CONSENT_KIND_RECORD
	board    = nuov1.ConsentKind_CONSENT_KIND_BOARD
	identity = nuov1.ConsentKind_CONSENT_KIND_IDENTITY_NUMBER
	surname  = nuov1.BoardDegree_BOARD_DEGREE_SURNAME
)

func (h *house) consent(as string, v *nuov1.Volunteer, c *nuov1.Consent) (*nuov1.Volunteer, error) {
	return h.volunteers.SetConsent(h.as(as), &nuov1.SetConsentRequest{
		RequestId: uuid.NewString(), Name: v.GetName(), Consent: c,
	})
}

func TestOKConsentsAreAppended(t *testing.T) {
	h := open(t)
	v := h.member()
	for _, c := range []*nuov1.Consent{
		{Kind: record, Given: true, WordingVersion: "2020-01"},
		{Kind: board, Given: true, BoardDegree: surname},
		{Kind: board},
	} {
		_, err := h.consent(self(v), v, c)
		h.ok(err)
	}
	got := h.read(v).GetConsents()
	if len(got) != 3 || got[0].GetTime().AsTime() != h.clock.Now() || got[0].GetWordingVersion() != "2020-01" ||
		got[2].GetGiven() || got[2].GetKind() != board {
		t.Errorf("consents %v", got)
	}
	if e := h.lastEvent(v.GetName()); detail(e, "kind") != "CONSENT_KIND_BOARD" || detail(e, "given") != "false" {
		t.Errorf("event %v", e)
	}
}

func TestErrConsentIsTheVolunteersOwn(t *testing.T) {
	h := open(t)
	v := h.resident()
	for _, as := range []string{ofCourt, atMingzhu, admin} {
		_, err := h.consent(as, v, &nuov1.Consent{Kind: record, Given: true})
		h.refused(err, isDenied)
	}
	_, err := h.consent("VOLUNTEER volunteers/another", v, &nuov1.Consent{Kind: record, Given: true})
	h.refused(err, notFound)
}

func TestErrConsentDegree(t *testing.T) {
	h := open(t)
	v := h.member()
	for _, c := range []*nuov1.Consent{
		{Kind: board, Given: true}, {Kind: board, BoardDegree: surname}, {Kind: record, Given: true, BoardDegree: surname}, {Given: true},
	} {
		_, err := h.consent(self(v), v, c)
		h.refused(err, invalidField)
	}
}

func TestOKMinorsConsentIsTheGuardiansAndNeverTheBoard(t *testing.T) {
	h := open(t)
	v := h.member()
	_, err := h.consent(self(v), v, &nuov1.Consent{Kind: board, Given: true, BoardDegree: surname})
	h.ok(err)
	v = h.read(v)
	v.Minor = true
	v, err = h.updateVolunteer(ofCourt, v, "minor")
	h.ok(err)
	if all := v.GetConsents(); len(all) != 2 || all[1].GetKind() != board || all[1].GetGiven() {
		t.Errorf("the board still shows a minor: %v", all)
	}
	_, err = h.consent(self(v), v, &nuov1.Consent{Kind: record, Given: true})
	h.refused(err, consentMissing)
	v.GuardianConsent = true
	_, err = h.updateVolunteer(ofCourt, v, "guardian_consent")
	h.ok(err)
	_, err = h.consent(self(v), v, &nuov1.Consent{Kind: record, Given: true})
	h.ok(err)
	_, err = h.consent(self(v), v, &nuov1.Consent{Kind: identity, Given: true})
	h.ok(err)
	_, err = h.consent(self(v), v, &nuov1.Consent{Kind: board, Given: true, BoardDegree: surname})
	h.refused(err, notQualified)
	_, err = h.consent(self(v), v, &nuov1.Consent{Kind: record})
	h.ok(err) // withdrawing is always possible
}

// What somebody was before is in the event: the report of a period that is over takes the change back by it.
func TestOKStandingBeforeIsInTheEvent(t *testing.T) {
	h := open(t)
	v := h.resident()
	_, err := h.updateVolunteer(ofCourt, &nuov1.Volunteer{
		Name: v.GetName(), Etag: v.GetEtag(),
		ServiceStatus:   nuov1.ServiceStatus_SERVICE_STATUS_RETIRED,
		PoliticalStatus: nuov1.PoliticalStatus_POLITICAL_STATUS_OTHER,
	}, "service_status", "political_status")
	if err != nil {
		t.Fatal(err)
	}
	e := h.lastEvent(v.GetName())
	if detail(e, "service_status.from") != v.GetServiceStatus().String() || detail(e, "service_status.to") != "SERVICE_STATUS_RETIRED" ||
		detail(e, "political_status.from") != v.GetPoliticalStatus().String() {
		t.Errorf("%v, was %v %v", e, v.GetServiceStatus(), v.GetPoliticalStatus())
	}
}
