package directory_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func (h *house) register(as string, v *nuov1.Volunteer, r *nuov1.Registration) (*nuov1.Volunteer, error) {
	return h.volunteers.RegisterVolunteer(h.as(as), &nuov1.RegisterVolunteerRequest{
		RequestId: uuid.NewString(), Name: v.GetName(), Registration: r,
	})
}

func (h *house) endRegistration(as string, v *nuov1.Volunteer, community, to string) (*nuov1.Volunteer, error) {
	return h.volunteers.EndRegistration(h.as(as), &nuov1.EndRegistrationRequest{
		RequestId: uuid.NewString(), Name: v.GetName(), Community: community, ToDate: to,
	})
}

// history is a volunteer's registrations as "community from–to", primary ones with a star.
func history(v *nuov1.Volunteer) (all []string) {
	for _, r := range v.GetRegistrations() {
		star := ""
		if r.GetPrimary() {
			star = "*"
		}
		all = append(all, strings.TrimPrefix(r.GetCommunity(), "communities/")+star+" "+r.GetFromDate()+"–"+r.GetToDate())
	}
	return all
}

func (h *house) history(v *nuov1.Volunteer, want ...string) {
	h.Helper()
	if got := strings.Join(history(h.read(v)), "; "); got != strings.Join(want, "; ") {
		h.Errorf("history %s; want %s", got, strings.Join(want, "; "))
	}
}

func TestOKNewPrimaryRegistrationEndsTheOld(t *testing.T) {
	h := open(t)
	v := h.member()
	for _, r := range []*nuov1.Registration{
		{Community: mingzhu, Primary: true, FromDate: "2020-01-30", Slip: "30"},
		{Community: xingzhou, FromDate: "2020-02-01"}, // beside it
		{Outside: true, Primary: true, Receipt: "8"},  // moved away today
	} {
		_, err := h.register(ofCourt, v, r)
		h.ok(err)
	}
	h.history(v, "mingzhu* 2020-01-30–2020-02-08", "xingzhou 2020-02-01–", "* 2020-02-08–")
	if e := h.lastEvent(v.GetName()); e.GetAction() != "RegisterVolunteer" || detail(e, "outside") != "true" ||
		detail(e, "from") != "2020-02-08" {
		t.Errorf("event %v", e)
	}
}

// The local date counts, not the date in UTC: at 17:00 UTC it is tomorrow in Jiaojiang.
func TestOKRegistrationBeginsOnTheLocalDate(t *testing.T) {
	h := open(t)
	h.clock.set(time.Date(2020, 2, 8, 17, 0, 0, 0, time.UTC))
	v := h.member()
	_, err := h.register(self(v), v, &nuov1.Registration{Community: mingzhu, Primary: true})
	h.ok(err)
	h.history(v, "mingzhu* 2020-02-09–")
}

func TestOKPrimaryTakesOverFromSecondary(t *testing.T) {
	h := open(t)
	v := h.member()
	_, err := h.register(atMingzhu, v, &nuov1.Registration{Community: mingzhu, FromDate: "2020-02-01"})
	h.ok(err)
	_, err = h.register(atMingzhu, v, &nuov1.Registration{Community: mingzhu, FromDate: "2020-02-05", Primary: true})
	h.ok(err)
	h.history(v, "mingzhu 2020-02-01–2020-02-05", "mingzhu* 2020-02-05–")
	_, err = h.register(atMingzhu, v, &nuov1.Registration{Community: mingzhu, Primary: true})
	h.refused(err, alreadyExists)
}

func TestOKPastRegistrationStandsBesideThePresentOne(t *testing.T) {
	h := open(t)
	v := h.resident()
	_, err := h.register(ofCourt, v, &nuov1.Registration{
		Community: xingzhou, Primary: true, FromDate: "2019-01-01", ToDate: "2020-02-01",
	})
	h.ok(err)
	h.history(v, "mingzhu* 2020-02-01–", "xingzhou* 2019-01-01–2020-02-01")
}

func TestErrRegistrationRules(t *testing.T) {
	h := open(t)
	v := h.resident() // primary at 明珠 from 2020-02-01
	_, err := h.deactivate(admin, xingzhou)
	h.ok(err)
	for _, c := range []struct {
		name  string
		r     *nuov1.Registration
		field string
		want  nuov1.ErrorReason
	}{
		{"no community", &nuov1.Registration{}, "registration.community", invalidField},
		{"a name", &nuov1.Registration{Community: canaryName}, "registration.community", invalidField},
		{"a unit", &nuov1.Registration{Community: court}, "registration.community", invalidField},
		{"not there", &nuov1.Registration{Community: "communities/none"}, "", notFound},
		{"another district's", &nuov1.Registration{Community: "communities/far"}, "", notFound},
		{"deactivated", &nuov1.Registration{Community: xingzhou}, "", isDeactivated},
		{"outside without receipt", &nuov1.Registration{Outside: true}, "registration.receipt", invalidField},
		{
			"outside in a community", &nuov1.Registration{Outside: true, Receipt: "1", Community: mingzhu},
			"registration.community", invalidField,
		},
		{"no such day", &nuov1.Registration{Community: mingzhu, FromDate: "2020-02-30"}, "registration.from_date", invalidField},
		{
			"ends as it begins", &nuov1.Registration{Community: mingzhu, FromDate: "2020-02-08", ToDate: "2020-02-08"},
			"registration.to_date", invalidField,
		},
		{
			"ends before", &nuov1.Registration{Community: mingzhu, FromDate: "2020-02-08", ToDate: "2020-02-07"},
			"registration.to_date", invalidField,
		},
		{
			"before the present primary one", &nuov1.Registration{Outside: true, Receipt: "1", Primary: true, FromDate: "2020-01-01"},
			"registration.from_date", invalidField,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := h.on(t)
			_, err := h.register(ofCourt, v, c.r)
			e := h.refused(err, c.want)
			if c.field != "" {
				h.named(e, c.field)
			}
		})
	}
	h.history(v, "mingzhu* 2020-02-01–")
}

func TestErrTwoPrimaryRegistrationsAtCreation(t *testing.T) {
	h := open(t)
	v := &nuov1.Volunteer{Unit: court, Person: person(), Registrations: []*nuov1.Registration{
		{Community: mingzhu, Primary: true, FromDate: "2020-01-01"}, {Community: xingzhou, Primary: true, FromDate: "2020-02-01"},
	}}
	_, err := h.newVolunteer(ofCourt, v)
	h.named(h.refused(err, invalidField), "volunteer.registrations[1].primary")
	v.Registrations[0].ToDate = "2020-02-01"
	_, err = h.newVolunteer(ofCourt, v)
	h.ok(err)
}

func TestOKWhoRegisters(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		as, community string
		want          nuov1.ErrorReason
	}{
		{"VOLUNTEER", xingzhou, none},
		{ofCourt, xingzhou, none},
		{atXingzhou, xingzhou, none},
		{atMingzhu, xingzhou, isDenied}, // registered there, but not to register elsewhere
		{ofBureau, xingzhou, notFound},
		{admin, xingzhou, isDenied},
		{"COMMUNITY communities/far", "communities/far", notFound},
	} {
		v := h.resident()
		as := c.as
		if as == "VOLUNTEER" {
			as = self(v)
		}
		_, err := h.register(as, v, &nuov1.Registration{Community: c.community, Primary: true})
		h.answered(err, c.want)
	}
}

func TestOKEndRegistrationStaysInTheHistory(t *testing.T) {
	h := open(t)
	v := h.resident()
	_, err := h.endRegistration(atXingzhou, v, mingzhu, "")
	h.refused(err, notFound)
	_, err = h.endRegistration(ofCourt, v, xingzhou, "")
	h.refused(err, precondition)
	_, err = h.endRegistration(ofCourt, v, mingzhu, "2020-01-31")
	h.named(h.refused(err, invalidField), "to_date")
	_, err = h.endRegistration(ofCourt, v, canaryName, "")
	h.refused(err, invalidField)
	got, err := h.endRegistration(atMingzhu, v, mingzhu, "")
	h.ok(err)
	if got.GetPerson() != nil {
		t.Error("the community still sees who is no longer registered")
	}
	h.history(v, "mingzhu* 2020-02-01–2020-02-08")
	_, err = h.get(atMingzhu, v)
	h.refused(err, notFound)
	_, err = h.endRegistration(ofCourt, v, mingzhu, "")
	h.refused(err, precondition)
}

func TestOKEndRegistrationOutside(t *testing.T) {
	h := open(t)
	v := h.resident()
	_, err := h.register(ofCourt, v, &nuov1.Registration{Outside: true, Receipt: "1", FromDate: "2020-02-02"})
	h.ok(err)
	_, err = h.endRegistration(self(v), v, "", "2020-02-20")
	h.ok(err)
	h.history(v, "mingzhu* 2020-02-01–", " 2020-02-02–2020-02-20")
}
