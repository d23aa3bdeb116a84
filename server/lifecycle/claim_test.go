package lifecycle

import (
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

func TestOKClaimSignsAndListAccepts(t *testing.T) {
	w := newWorld(t)
	shift := w.shift("gate", "2020-02-09 08:00", "2020-02-09 12:00", 4)
	c := w.claims(w.volunteer("one"), shift)
	if c.GetState() != displayed || c.GetEventCount() != 2 || len(c.GetTermsHash()) != 32 || c.GetUnit() != court {
		t.Fatalf("claimed contract is %v", c)
	}
	w.clean()
}

func TestErrShiftFullThenWaitlistIsPromotedInOrder(t *testing.T) {
	w := newWorld(t)
	shift := w.shift("gate", "2020-02-10 08:00", "2020-02-10 12:00", 2)
	p := w.people(5)
	first := w.claims(p[0], shift)
	w.claims(p[1], shift)
	_, err := w.claim(p[2], shift, false)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
	third, fourth := w.claims(p[2], shift), w.claims(p[3], shift)
	if third.GetState() != waitlisted || fourth.GetWaitSequence() != 2 {
		t.Fatalf("waiting contracts are %v and %v", third, fourth)
	}
	_, err = verb(w, func(tx *store.Tx) (*nuov1.Contract, error) {
		return Withdraw(tx, as(p[0]), &nuov1.WithdrawContractRequest{Name: first.GetName(), Reason: nuov1.ReasonCode_REASON_CODE_FAMILY})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.is(first.GetName(), withdrawn, nuov1.ReasonCode_REASON_CODE_FAMILY)
	w.is(third.GetName(), offered, 0)
	w.is(fourth.GetName(), waitlisted, 0)
	w.clean()
	_, err = verb(w, func(tx *store.Tx) (*nuov1.Contract, error) {
		return Sign(tx, as(p[2]), &nuov1.SignContractRequest{Name: third.GetName(), Revision: 1, Ledger: ledger1})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.is(third.GetName(), displayed, nuov1.ReasonCode_REASON_CODE_LIST_ACCEPTS)
	w.clean()
}

func TestOKOfferThatExpiresGoesToTheNext(t *testing.T) {
	w := newWorld(t)
	shift := w.shift("gate", "2020-02-10 12:00", "2020-02-10 14:00", 1)
	p := w.people(3)
	held := w.claims(p[0], shift)
	second, third := w.claims(p[1], shift), w.claims(p[2], shift)
	_, err := verb(w, func(tx *store.Tx) (*nuov1.Contract, error) {
		return Withdraw(tx, as(p[0]), &nuov1.WithdrawContractRequest{Name: held.GetName(), Reason: nuov1.ReasonCode_REASON_CODE_WORK})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.is(second.GetName(), offered, 0)
	w.at("2020-02-09 12:00") // 24 h later: half of the two days that were left
	w.is(second.GetName(), expired, nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME)
	w.is(third.GetName(), offered, 0)
	w.at("2020-02-10 12:00")
	w.is(third.GetName(), expired, nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME)
	w.clean()
}

func TestErrRulesOfTimeAndPerson(t *testing.T) {
	for _, tc := range []struct {
		name  string
		edit  func(*nuov1.Volunteer)
		shift func(*nuov1.Shift)
		want  nuov1.ErrorReason
	}{
		{"not registered", func(v *nuov1.Volunteer) { v.Registrations = nil }, nil, nuov1.ErrorReason_ERROR_REASON_NOT_REGISTERED},
		{"registration ended", func(v *nuov1.Volunteer) { v.Registrations[0].ToDate = "2020-02-09" }, nil, nuov1.ErrorReason_ERROR_REASON_NOT_REGISTERED},
		{"exempt", func(v *nuov1.Volunteer) {
			v.Exemptions = []*nuov1.Exemption{{FromDate: "2020-02-01", ToDate: "2020-02-14"}}
		}, nil, nuov1.ErrorReason_ERROR_REASON_EXEMPT},
		{"no consent", func(v *nuov1.Volunteer) { v.Consents = nil }, nil, nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING},
		{"consent withdrawn", func(v *nuov1.Volunteer) {
			v.Consents = append(v.Consents, &nuov1.Consent{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD})
		}, nil, nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING},
		{"deactivated", func(v *nuov1.Volunteer) { v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED }, nil, nuov1.ErrorReason_ERROR_REASON_DEACTIVATED},
		{"skill", nil, func(s *nuov1.Shift) { s.Requirements = &nuov1.Requirements{Skills: []string{"driver"}} }, nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED},
		{"minor at a hazard", func(v *nuov1.Volunteer) { v.Minor, v.GuardianConsent = true, true }, func(s *nuov1.Shift) {
			s.HazardClass = nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS
		}, nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED},
		{"minor without guardian", func(v *nuov1.Volunteer) { v.Minor = true }, nil, nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED},
		{"not a member", func(v *nuov1.Volunteer) { v.PoliticalStatus = nuov1.PoliticalStatus_POLITICAL_STATUS_OTHER }, func(s *nuov1.Shift) {
			s.Requirements = &nuov1.Requirements{MembersOnly: true}
		}, nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED},
		{"other district", func(v *nuov1.Volunteer) { v.District = "districts/other" }, nil, nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			var edits []func(*nuov1.Volunteer)
			if tc.edit != nil {
				edits = append(edits, tc.edit)
			}
			var shifts []func(*nuov1.Shift)
			if tc.shift != nil {
				shifts = append(shifts, tc.shift)
			}
			shift := w.shift("gate", "2020-02-09 08:00", "2020-02-09 12:00", 4, shifts...)
			_, err := w.claim(w.volunteer("one", edits...), shift, false)
			refused(t, err, tc.want)
			w.clean()
		})
	}
}

func TestErrOverlapIsHalfOpen(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	w.claims(p, w.shift("morning", "2020-02-09 08:00", "2020-02-09 10:00", 4))
	_, err := w.claim(p, w.shift("crossing", "2020-02-09 09:00", "2020-02-09 11:00", 4), false)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_OVERLAP)
	w.claims(p, w.shift("after", "2020-02-09 10:00", "2020-02-09 12:00", 4))
	w.clean()
}

func TestErrRestRules(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	w.claims(p, w.shift("morning", "2020-02-09 06:00", "2020-02-09 12:00", 4))
	_, err := w.claim(p, w.shift("long", "2020-02-09 13:00", "2020-02-09 16:00", 4), false)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_REST_RULE)
	w.claims(p, w.shift("two", "2020-02-09 13:00", "2020-02-09 15:00", 4))
	w.claims(p, w.shift("night", "2020-02-10 20:00", "2020-02-11 06:00", 4))
	_, err = w.claim(p, w.shift("early", "2020-02-11 12:00", "2020-02-11 13:00", 4), false)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_REST_RULE)
	w.claims(p, w.shift("rested", "2020-02-11 14:00", "2020-02-11 15:00", 4))
	w.clean()
}

func TestOKSigningCrossesOtherOffers(t *testing.T) {
	w := newWorld(t)
	p := w.volunteer("one")
	waiting := w.volunteer("two")
	a := w.shift("a", "2020-02-10 08:00", "2020-02-10 12:00", 1)
	b := w.shift("b", "2020-02-10 09:00", "2020-02-10 11:00", 1)
	offers := map[string]string{}
	for _, s := range []string{a, b} {
		c, err := verb(w, func(tx *store.Tx) (*nuov1.Contract, error) {
			return Offer(tx, staff, &nuov1.OfferContractRequest{Shift: s, Volunteer: p}, nuov1.ContractOrigin_CONTRACT_ORIGIN_NOMINATION)
		})
		if err != nil {
			t.Fatal(err)
		}
		offers[s] = c.GetName()
	}
	wait := w.claims(waiting, b)
	if wait.GetState() != waitlisted {
		t.Fatalf("the offer does not hold its slot: %v", wait.GetState())
	}
	if _, err := verb(w, func(tx *store.Tx) (*nuov1.Contract, error) {
		return Sign(tx, as(p), &nuov1.SignContractRequest{Name: offers[a], Revision: 1, Ledger: ledger1})
	}); err != nil {
		t.Fatal(err)
	}
	w.is(offers[b], expired, nuov1.ReasonCode_REASON_CODE_CROSSED)
	w.is(wait.GetName(), waitlisted, 0)
	_, err := w.claim(w.volunteer("three"), b, false) // the freed slot is reserved for who waits
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
	w.runDue()
	w.is(wait.GetName(), offered, 0)
	w.clean()
}
