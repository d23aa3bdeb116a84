package directory_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/prototext"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

const sick = nuov1.ExemptionCategory_EXEMPTION_CATEGORY_SICK_LEAVE

func (h *house) addExemption(as string, v *nuov1.Volunteer, e *nuov1.Exemption) (*nuov1.Volunteer, error) {
	return h.volunteers.AddExemption(h.as(as), &nuov1.AddExemptionRequest{
		RequestId: uuid.NewString(), Name: v.GetName(), Exemption: e,
	})
}

func (h *house) exempt(as string, v *nuov1.Volunteer, from, to string) *nuov1.Exemption {
	h.Helper()
	got, err := h.addExemption(as, v, &nuov1.Exemption{Id: "mine", Category: sick, FromDate: from, ToDate: to})
	h.ok(err)
	all := got.GetExemptions()
	return all[len(all)-1]
}

func (h *house) endExemption(as string, v *nuov1.Volunteer, id, to string) (*nuov1.Volunteer, error) {
	return h.volunteers.EndExemption(h.as(as), &nuov1.EndExemptionRequest{
		RequestId: uuid.NewString(), Name: v.GetName(), ExemptionId: id, ToDate: to,
	})
}

func TestOKExemptionReleasesItsLocalDays(t *testing.T) {
	h := open(t)
	v := h.member()
	e := h.exempt(ofCourt, v, "2020-02-08", "2020-02-22")
	if e.GetId() == "mine" || e.GetId() == "" || e.GetCategory() != sick {
		t.Errorf("exemption %v", e)
	}
	want := released{
		v.GetName(), time.Date(2020, 2, 7, 16, 0, 0, 0, time.UTC), time.Date(2020, 2, 21, 16, 0, 0, 0, time.UTC),
	}
	if got := h.released[v.GetName()]; got != want {
		t.Errorf("released %v, want %v", got, want)
	}
	h.exempt(ofCourt, v, "2020-03-01", "")
	if got := h.released[v.GetName()]; got.to.Year() < 2100 {
		t.Errorf("without end, but released until %v", got.to)
	}
}

// The category is the unit's and the volunteer's: the organisation office that records it sees it no more, and no
// event holds it.
func TestOKCategoryIsNowhereElse(t *testing.T) {
	h := open(t)
	v := h.member()
	if e := h.exempt(organisation, v, "2020-02-08", ""); e.GetCategory() != 0 {
		t.Errorf("answered %v", e)
	}
	if h.read(v).GetExemptions()[0].GetCategory() != sick {
		t.Error("the category was lost")
	}
	for _, e := range h.events(v.GetName()) {
		if text := prototext.Format(e); strings.Contains(text, "SICK") {
			t.Errorf("an event tells the category: %s", text)
		}
	}
}

func TestErrExemptionRules(t *testing.T) {
	h := open(t)
	v := h.resident()
	for _, c := range []struct {
		name, as string
		e        *nuov1.Exemption
		want     nuov1.ErrorReason
	}{
		{"no category", ofCourt, &nuov1.Exemption{FromDate: "2020-02-08"}, invalidField},
		{"no date", ofCourt, &nuov1.Exemption{Category: sick}, invalidField},
		{"no such day", ofCourt, &nuov1.Exemption{Category: sick, FromDate: "2020-02-31"}, invalidField},
		{"ends before", ofCourt, &nuov1.Exemption{Category: sick, FromDate: "2020-02-08", ToDate: "2020-02-01"}, invalidField},
		{"ends as it begins", ofCourt, &nuov1.Exemption{Category: sick, FromDate: "2020-02-08", ToDate: "2020-02-08"}, invalidField},
		{"another unit", ofBureau, &nuov1.Exemption{Category: sick, FromDate: "2020-02-08"}, notFound},
		{"the community", atMingzhu, &nuov1.Exemption{Category: sick, FromDate: "2020-02-08"}, isDenied},
		{"oneself", self(v), &nuov1.Exemption{Category: sick, FromDate: "2020-02-08"}, isDenied},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := h.on(t)
			_, err := h.addExemption(c.as, v, c.e)
			h.refused(err, c.want)
		})
	}
	if len(h.released) != 0 || len(h.read(v).GetExemptions()) != 0 {
		t.Error("a refusal left something")
	}
}

func TestOKEndExemption(t *testing.T) {
	h := open(t)
	v := h.member()
	defer func() {
		if h.lookedAt[v.GetName()] < 2*3 { // begun and ended, each time
			t.Errorf("what they wait for was looked at %d times", h.lookedAt[v.GetName()])
		}
	}()
	for _, c := range []struct {
		name, from, to, end string
		want                string // the date until which it then lasts
	}{
		{"today", "2020-02-01", "", "", "2020-02-08"},
		{"on a date", "2020-02-01", "2020-03-01", "2020-02-20", "2020-02-20"},
		{"before it began", "2020-02-20", "2020-03-01", "", "2020-02-20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := h.on(t)
			e := h.exempt(ofCourt, v, c.from, c.to)
			got, err := h.endExemption(ofCourt, v, e.GetId(), c.end)
			h.ok(err)
			all := got.GetExemptions()
			if last := all[len(all)-1]; last.GetToDate() != c.want {
				t.Errorf("lasts until %s, want %s", last.GetToDate(), c.want)
			}
			_, err = h.endExemption(ofCourt, v, e.GetId(), c.end)
			h.refused(err, precondition)
		})
	}
	e := h.exempt(ofCourt, v, "2020-02-10", "2020-02-20")
	for end, want := range map[string]nuov1.ErrorReason{
		"2020-02-09": invalidField, "2020-02-30": invalidField, "2020-02-20": precondition, "2020-02-21": precondition,
	} {
		_, err := h.endExemption(ofCourt, v, e.GetId(), end)
		h.refused(err, want)
	}
	_, err := h.endExemption(ofCourt, v, canaryName, "")
	h.refused(err, notFound)
	_, err = h.endExemption(ofBureau, v, e.GetId(), "")
	h.refused(err, notFound)
}
