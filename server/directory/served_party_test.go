package directory_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

const household = nuov1.ServedPartyKind_SERVED_PARTY_KIND_HOUSEHOLD

func contact() *nuov1.ServedPartyContact {
	return &nuov1.ServedPartyContact{DisplayName: canaryName, Phone: canaryPhone, Door: canaryDoor}
}

func (h *house) newParty(as string, p *nuov1.ServedParty) (*nuov1.ServedParty, error) {
	return h.parties.CreateServedParty(h.as(as), &nuov1.CreateServedPartyRequest{RequestId: uuid.NewString(), ServedParty: p})
}

// door is a household at a place of 明珠.
func (h *house) door(compound string) *nuov1.ServedParty {
	h.Helper()
	p, err := h.newParty(atMingzhu, &nuov1.ServedParty{
		Kind: household, Community: mingzhu, Compound: compound, Contact: contact(),
	})
	h.ok(err)
	return p
}

func (h *house) getParty(as, name string) (*nuov1.ServedParty, error) {
	return h.parties.GetServedParty(h.as(as), &nuov1.GetServedPartyRequest{RequestId: uuid.NewString(), Name: name})
}

func (h *house) updateParty(as string, p *nuov1.ServedParty, paths ...string) (*nuov1.ServedParty, error) {
	return h.parties.UpdateServedParty(h.as(as), &nuov1.UpdateServedPartyRequest{
		RequestId: uuid.NewString(), ServedParty: p, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths},
	})
}

// views are those of a served party.
func (h *house) views(p *nuov1.ServedParty) (all []*storev1.ViewEvent) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx *store.Tx) error {
		for e, err := range store.ViewEvents.Scan(tx) {
			if err != nil {
				return err
			}
			if e.GetDoor() == p.GetName() {
				all = append(all, e)
			}
		}
		return nil
	}))
	return all
}

// Rule 7: the committee, and compound roles their own doors.
func TestOKWhoSeesADoor(t *testing.T) {
	h := open(t)
	doors := map[string]*nuov1.ServedParty{"": h.door(""), dong: h.door(dong), dong3: h.door(dong3), xi: h.door(xi)}
	for _, c := range []struct {
		as   string
		sees []string
	}{
		{atMingzhu, []string{"", dong, dong3, xi}},
		{atDong, []string{dong, dong3}},
		{atDong3, []string{dong3}},
		{atXi, []string{xi}},
		{atXingzhou, nil},
		{"COMPOUND " + xingzhou + "/compounds/dong", nil},
	} {
		for at, p := range doors {
			want := notFound
			for _, seen := range c.sees {
				if seen == at {
					want = none
				}
			}
			got, err := h.getParty(c.as, p.GetName())
			h.answered(err, want)
			if want == none && got.GetContact().GetDoor() != canaryDoor {
				t.Errorf("%s sees no door at %q", c.as, at)
			}
		}
	}
	for _, as := range []string{admin, auditor, ofCourt, organisation, "STREET " + jiazhi} {
		_, err := h.getParty(as, doors[dong].GetName())
		h.refused(err, isDenied) // whatever the name: the role is not among those of the method
		_, err = h.getParty(as, "servedParties/none")
		h.refused(err, isDenied)
	}
}

func TestOKEveryAnswerWithADoorIsAView(t *testing.T) {
	h := open(t)
	p := h.door(dong)
	if all := h.views(p); len(all) != 1 || all[0].GetMethod() != "CreateServedParty" {
		t.Errorf("views %v", all)
	}
	req := &nuov1.GetServedPartyRequest{RequestId: uuid.NewString(), Name: p.GetName()}
	for range 2 { // a repeat is one view
		_, err := h.parties.GetServedParty(h.as(atDong), req)
		h.ok(err)
	}
	_, err := h.updateParty(atDong, &nuov1.ServedParty{
		Name: p.GetName(), Etag: p.GetEtag(), Kind: nuov1.ServedPartyKind_SERVED_PARTY_KIND_PERSON,
	}, "kind")
	h.ok(err)
	viewers := map[string]int{}
	for _, e := range h.views(p) {
		viewers[e.GetViewer()]++
		if e.GetTime().AsTime() != h.clock.Now() || e.GetContract() != "" {
			t.Errorf("view %v", e)
		}
	}
	// Get and Update in the same instant are one view.
	if viewers["tokens/community"] != 1 || viewers["tokens/compound"] != 1 {
		t.Errorf("viewers %v", viewers)
	}
	_, err = h.getParty(atXi, p.GetName())
	h.refused(err, notFound)
	if len(h.views(p)) != 2 {
		t.Error("a refused read is no view")
	}
}

func TestOKContactLiesApartAndInNoList(t *testing.T) {
	h := open(t)
	p := h.door(dong3)
	h.ok(h.store.View(h.Context(), func(tx *store.Tx) error {
		stored, err := store.ServedParties.Get(tx, p.GetName())
		if stored.GetContact() != nil {
			t.Error("the contact is in the record")
		}
		return err
	}))
	before := len(h.views(p))
	for _, parent := range []string{mingzhu, dong, dong3} {
		res, err := h.parties.ListServedParties(h.as(atMingzhu), &nuov1.ListServedPartiesRequest{Parent: parent})
		h.ok(err)
		if all := res.GetServedParties(); len(all) != 1 || all[0].GetContact() != nil || all[0].GetEtag() != p.GetEtag() {
			t.Errorf("%s lists %v", parent, all)
		}
	}
	if len(h.views(p)) != before {
		t.Error("a list without contact is no view")
	}
	h.events(p.GetName()) // holds no canary
	h.events(mingzhu)
}

func TestOKListIsOfOnesOwn(t *testing.T) {
	h := open(t)
	for _, at := range []string{"", dong, dong3, dong3, xi} {
		h.door(at)
	}
	for _, c := range []struct {
		as, parent string
		n          int
		want       nuov1.ErrorReason
	}{
		{atMingzhu, mingzhu, 5, none},
		{atMingzhu, dong, 3, none},
		{atMingzhu, dong3, 2, none},
		{atDong, dong, 3, none},
		{atDong, dong3, 2, none},
		{atDong3, dong3, 2, none},
		{atXi, xi, 1, none},
		{atDong, mingzhu, 0, isDenied},
		{atDong3, dong, 0, isDenied},
		{atDong, xi, 0, isDenied},
		{atXingzhou, mingzhu, 0, isDenied},
		{"COMMUNITY communities/far", mingzhu, 0, isDenied},
		{admin, mingzhu, 0, isDenied},
		{atMingzhu, mingzhu + "/compounds/none", 0, notFound},
		{atMingzhu, court, 0, invalidField},
		{atMingzhu, canaryDoor, 0, invalidField},
	} {
		n := 0
		req := &nuov1.ListServedPartiesRequest{Parent: c.parent, PageSize: 2}
		for {
			res, err := h.parties.ListServedParties(h.as(c.as), req)
			h.answered(err, c.want)
			n += len(res.GetServedParties())
			if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
				break
			}
		}
		if n != c.n {
			t.Errorf("%s lists %d at %s, want %d", c.as, n, c.parent, c.n)
		}
	}
}

func TestErrServedPartyRules(t *testing.T) {
	h := open(t)
	_, err := h.deactivate(admin, xi)
	h.ok(err)
	for _, c := range []struct {
		name, as string
		p        *nuov1.ServedParty
		want     nuov1.ErrorReason
	}{
		{"no kind", atMingzhu, &nuov1.ServedParty{Community: mingzhu, Contact: contact()}, invalidField},
		{"no community", atMingzhu, &nuov1.ServedParty{Kind: household, Contact: contact()}, invalidField},
		{"community is a door", atMingzhu, &nuov1.ServedParty{Kind: household, Community: canaryDoor, Contact: contact()}, invalidField},
		{"nobody", atMingzhu, &nuov1.ServedParty{Kind: household, Community: mingzhu}, invalidField},
		{
			"a phone alone", atMingzhu,
			&nuov1.ServedParty{Kind: household, Community: mingzhu, Contact: &nuov1.ServedPartyContact{Phone: canaryPhone}}, invalidField,
		},
		{
			"phone in words", atMingzhu,
			&nuov1.ServedParty{Kind: household, Community: mingzhu, Contact: &nuov1.ServedPartyContact{Door: canaryDoor, Phone: canaryDoor}},
			invalidField,
		},
		{
			"compound elsewhere", atMingzhu,
			&nuov1.ServedParty{Kind: household, Community: xingzhou, Compound: dong, Contact: contact()}, invalidField,
		},
		{
			"compound that is not", atMingzhu,
			&nuov1.ServedParty{Kind: household, Community: mingzhu, Compound: mingzhu + "/compounds/none", Contact: contact()}, notFound,
		},
		{
			"compound that was deactivated", atMingzhu,
			&nuov1.ServedParty{Kind: household, Community: mingzhu, Compound: xi, Contact: contact()}, isDeactivated,
		},
		{"another community", atXingzhou, &nuov1.ServedParty{Kind: household, Community: mingzhu, Contact: contact()}, isDenied},
		{"a compound role, no compound", atDong, &nuov1.ServedParty{Kind: household, Community: mingzhu, Contact: contact()}, isDenied},
		{
			"a building role, its compound", atDong3,
			&nuov1.ServedParty{Kind: household, Community: mingzhu, Compound: dong, Contact: contact()}, isDenied,
		},
		{
			"a compound role, own building", atDong,
			&nuov1.ServedParty{Kind: household, Community: mingzhu, Compound: dong3, Contact: contact()}, none,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := h.on(t)
			_, err := h.newParty(c.as, c.p)
			h.answered(err, c.want)
		})
	}
}

func TestOKUpdateServedParty(t *testing.T) {
	h := open(t)
	p := h.door(dong)
	p.Contact.Phone = "13800000000"
	after, err := h.updateParty(atMingzhu, p, "contact.phone")
	h.ok(err)
	if after.GetContact().GetDoor() != canaryDoor || after.GetContact().GetPhone() != "13800000000" {
		t.Errorf("contact %v", after.GetContact())
	}
	_, err = h.updateParty(atMingzhu, p, "contact.phone") // the etag from before: the contact counts too
	h.refused(err, etagMismatch)
	for _, path := range []string{"community", "name", "state", "contact.nothing"} {
		_, err = h.updateParty(atMingzhu, after, path)
		e := h.refused(err, invalidField)
		if !strings.Contains(e.text, path) {
			t.Errorf("%s is not named: %v", path, e)
		}
	}
	after.Compound = xi
	_, err = h.updateParty(atDong, after, "compound")
	h.named(h.refused(err, isDenied), "served_party.compound")
	after.Compound = dong3
	after, err = h.updateParty(atDong, after, "compound")
	h.ok(err)
	_, err = h.getParty(atDong3, p.GetName())
	h.ok(err)
	after.Compound = xingzhou + "/compounds/dong"
	_, err = h.updateParty(atMingzhu, after, "compound")
	h.refused(err, invalidField)
	_, err = h.updateParty(atMingzhu, &nuov1.ServedParty{Name: canaryName}, "kind")
	h.refused(err, invalidField)
}

func TestOKDeactivateServedParty(t *testing.T) {
	h := open(t)
	p := h.door(xi)
	end := func(as string) (*nuov1.ServedParty, error) {
		return h.parties.DeactivateServedParty(h.as(as), &nuov1.DeactivateServedPartyRequest{
			RequestId: uuid.NewString(), Name: p.GetName(),
		})
	}
	_, err := h.deactivate(admin, xi)
	if e := h.refused(err, precondition); strings.Contains(e.text, p.GetName()) {
		t.Error("a served party is named to the district")
	}
	_, err = end(atXingzhou)
	h.refused(err, notFound)
	_, err = end(atXi)
	h.refused(err, isDenied)
	for range 2 {
		got, err := end(atMingzhu)
		h.ok(err)
		if got.GetState() != nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED || got.GetContact() != nil {
			t.Errorf("answered %v", got)
		}
	}
	_, err = h.updateParty(atMingzhu, &nuov1.ServedParty{Name: p.GetName()}, "kind")
	h.refused(err, isDeactivated)
	_, err = h.deactivate(admin, xi)
	h.ok(err)
}
