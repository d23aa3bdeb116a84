package contract_test

import (
	"slices"
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// byHand makes the list accept by hand.
func (h *house) byHand() {
	h.t.Helper()
	h.update(func(tx *store.Tx) error {
		l, err := store.TaskLists.Get(tx, list)
		if err != nil {
			return err
		}
		l.AcceptByHand = true
		return store.TaskLists.Put(tx, l)
	})
}

// change edits a volunteer's record.
func (h *house) change(person string, edit func(*nuov1.Volunteer)) {
	h.t.Helper()
	h.update(func(tx *store.Tx) error {
		v, err := store.Volunteers.Get(tx, person)
		if err != nil {
			return err
		}
		edit(v)
		return store.Volunteers.Put(tx, v)
	})
}

func (h *house) consents(person string, c *nuov1.Consent) {
	h.t.Helper()
	h.change(person, func(v *nuov1.Volunteer) { v.Consents = append(v.Consents, c) })
}

// Rule 7: who sees the name and phone of ouyang, who stands the gate with wang leading.
func TestOKNames(t *testing.T) {
	end := noon.Add(6 * time.Hour)
	for _, test := range []struct {
		kind             string
		who              *policy.Caller
		now, day, beyond bool // while it stands; a minute before 24 h after the end; then
	}{
		{"self", caller(ouyang), true, true, true},
		{"community", mingzhuOffice, true, true, false},
		{"cohost", office(nuov1.Role_ROLE_COMMUNITY, xingzhou), false, false, false},
		{"leader", caller(wang), true, true, false},
		{"unit", courtOffice, true, true, true},
		{"branch", branchOffice, true, true, true},
		{"street", streetOffice, false, false, false},
		{"records", office(nuov1.Role_ROLE_DISTRICT_RECORDS, district), false, false, false},
		{"auditor", auditor, false, false, false},
	} {
		h := open(t)
		k := h.stood(ouyang)
		for _, at := range []struct {
			time time.Time
			want bool
		}{{end, test.now}, {end.Add(24*time.Hour - time.Minute), test.day}, {end.Add(24 * time.Hour), test.beyond}} {
			h.clock.at = at.time
			got := must(h, h.get, test.who, k.GetName())
			name, phone := "", ""
			if at.want {
				name, phone = nameOf(ouyang), phoneOf(ouyang)
			}
			if got.GetDisplayName() != name || got.GetPhone() != phone {
				t.Errorf("%s at %v: %q %q, want %q", test.kind, at.time, got.GetDisplayName(), got.GetPhone(), name)
			}
		}
	}
}

func TestOKNamesEndWithTheContract(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, morning)
	if got := must(h, h.get, mingzhuOffice, k.GetName()); got.GetDisplayName() == "" {
		t.Error("the community sees who signed")
	}
	if _, err := as(h, caller(ouyang), h.WithdrawContract, nuov1.ContractService_WithdrawContract_FullMethodName,
		&nuov1.WithdrawContractRequest{RequestId: id(), Name: k.GetName(), Reason: weather}); err != nil {
		t.Fatal(err)
	}
	if got := must(h, h.get, mingzhuOffice, k.GetName()); got.GetDisplayName() != "" || got.GetPhone() != "" {
		t.Error("the community sees the name of who withdrew")
	}
	if got := must(h, h.get, courtOffice, k.GetName()); got.GetDisplayName() == "" {
		t.Error("the unit does not see its own")
	}
	h.change(ouyang, func(v *nuov1.Volunteer) { v.Unit, v.Branch = bureau, "" })
	for _, who := range []*policy.Caller{courtOffice, branchOffice} {
		if got := must(h, h.get, who, k.GetName()); got.GetDisplayName() != "" {
			t.Error("a unit sees the name of who has left it")
		}
	}
	_, err := h.get(office(nuov1.Role_ROLE_UNIT, bureau), k.GetName())
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "the new unit and what was signed in the old one")
}

// The crew sees whom to call: the leader, and of the leader's contract nothing else.
func TestOKCrewSeesTheLeader(t *testing.T) {
	h := open(t)
	leader, mine := h.holds(wang, gate), h.holds(ouyang, gate)
	got := must(h, h.get, caller(ouyang), leader.GetName())
	if got.GetDisplayName() != nameOf(wang) || got.GetPhone() != phoneOf(wang) {
		t.Errorf("leader is %q", got.GetDisplayName())
	}
	if got.GetUnit() != "" || got.GetLedger() != 0 || got.GetTerms() != nil || got.GetSignTime() != nil {
		t.Errorf("more than a name and a phone: %v", got)
	}
	page, err := h.list(caller(ouyang), &nuov1.ListContractsRequest{Shift: gate})
	if err != nil || len(page.GetContracts()) != 2 {
		t.Errorf("the crew lists its own and the leader's: %v %v", page, err)
	}
	_, err = h.get(caller(li), leader.GetName())
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "who does not stand the shift")
	_, err = h.get(caller(li), mine.GetName())
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "who does not stand the shift")
	h.holds(li, gate)
	_, err = h.get(caller(li), mine.GetName())
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "another of the crew")

	h.clock.at = noon.Add(30 * time.Hour)
	_, err = h.get(caller(ouyang), leader.GetName())
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "24 h after the end")
}

// A reason of health is seen by oneself, the committee and the leader, in the contract and in its history.
func TestOKHealthIsHidden(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, gate)
	h.clock.at = noon.Add(2 * time.Hour)
	must(h, h.checkIn, mingzhuOffice, k.GetName())
	h.clock.at = noon.Add(3 * time.Hour)
	if _, err := as(h, caller(ouyang), h.StopForHealth, nuov1.ContractService_StopForHealth_FullMethodName,
		&nuov1.StopForHealthRequest{RequestId: id(), Name: k.GetName()}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		who   *policy.Caller
		shown bool
	}{
		{caller(ouyang), true},
		{mingzhuOffice, true},
		{caller(wang), true},
		{courtOffice, false},
		{branchOffice, false},
		{streetOffice, false},
		{office(nuov1.Role_ROLE_DISTRICT_RECORDS, district), false},
		{auditor, false},
		{office(nuov1.Role_ROLE_COMMUNITY, xingzhou), false},
	} {
		got := must(h, h.get, test.who, k.GetName())
		if shown := got.GetReason() == nuov1.ReasonCode_REASON_CODE_HEALTH; shown != test.shown {
			t.Errorf("%v: reason %v", test.who.Grants, got.GetReason())
		}
		if test.who.Person == wang {
			continue
		}
		events, err := h.events(test.who, k.GetName())
		if err != nil {
			t.Fatal(err)
		}
		told := false
		for _, e := range events {
			told = told || e.GetReason() == nuov1.ReasonCode_REASON_CODE_HEALTH ||
				e.GetAction() == nuov1.ContractAction_CONTRACT_ACTION_STOP_FOR_HEALTH
		}
		if told != test.shown {
			t.Errorf("%v: the history tells: %v", test.who.Grants, told)
		}
	}
}

// 身体不适 is a reason of health too, given as one's own reason for leave.
func TestOKIllnessIsHidden(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, gate)
	h.clock.at = noon.Add(90 * time.Minute)
	illness := nuov1.ReasonCode_REASON_CODE_ILLNESS
	if _, err := as(h, caller(ouyang), h.AskLeave, nuov1.ContractService_AskLeave_FullMethodName,
		&nuov1.AskLeaveRequest{RequestId: id(), Name: k.GetName(), Reason: illness}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		who   *policy.Caller
		shown bool
	}{
		{caller(ouyang), true},
		{mingzhuOffice, true},
		{courtOffice, false},
		{branchOffice, false},
		{streetOffice, false},
		{office(nuov1.Role_ROLE_DISTRICT_RECORDS, district), false},
		{auditor, false},
		{office(nuov1.Role_ROLE_COMMUNITY, xingzhou), false},
	} {
		got := must(h, h.get, test.who, k.GetName())
		events, err := h.events(test.who, k.GetName())
		if err != nil {
			t.Fatal(err)
		}
		told := slices.ContainsFunc(events, func(e *nuov1.ContractEvent) bool { return e.GetReason() == illness })
		if shown := got.GetReason() == illness; shown != test.shown || told != test.shown {
			t.Errorf("%v: the contract tells %v, the history %v", test.who.Grants, shown, told)
		}
	}
}

// Consent ③ alone feeds hours of volunteering back to the unit; duty is the unit's.
func TestOKHoursByConsent(t *testing.T) {
	h := open(t)
	k := h.stood(ouyang)
	if _, err := h.confirm(mingzhuOffice, gate); err != nil {
		t.Fatal(err)
	}
	feedback := func(given bool) *nuov1.Consent {
		return &nuov1.Consent{Kind: nuov1.ConsentKind_CONSENT_KIND_UNIT_FEEDBACK, Given: given}
	}
	look := func(who *policy.Caller) bool {
		got := must(h, h.get, who, k.GetName())
		events, err := h.events(who, k.GetName())
		if err != nil {
			t.Fatal(err)
		}
		inEvents := false
		for _, e := range events {
			inEvents = inEvents || e.GetHoursHundredths() > 0 || e.GetAttendance() != nil
		}
		inContract := got.GetHoursHundredths() > 0 || got.GetCheckIn() != nil || got.GetCheckOut() != nil
		if inContract != inEvents {
			t.Errorf("contract %v, history %v", inContract, inEvents)
		}
		return inContract
	}
	if look(courtOffice) || look(branchOffice) {
		t.Error("the unit sees hours without consent")
	}
	if !look(caller(ouyang)) || !look(mingzhuOffice) || !look(auditor) {
		t.Error("hours are hidden from those whose they are")
	}
	h.consents(ouyang, feedback(true))
	if !look(courtOffice) || !look(branchOffice) {
		t.Error("consent ③ shows them")
	}
	h.consents(ouyang, feedback(false))
	if look(courtOffice) {
		t.Error("withdrawn, it hides them again")
	}
	h.update(func(tx *store.Tx) error {
		stored, err := store.Contracts.Get(tx, k.GetName())
		if err != nil {
			return err
		}
		stored.Ledger = nuov1.Ledger_LEDGER_DUTY
		return store.Contracts.Put(tx, stored)
	})
	if !look(courtOffice) {
		t.Error("duty is the unit's own business")
	}
}

func TestOKActionsAreTheCallers(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, morning)
	for _, who := range []*policy.Caller{caller(ouyang), mingzhuOffice, courtOffice, auditor} {
		got := must(h, h.get, who, k.GetName())
		var want []nuov1.ContractAction
		h.update(func(tx *store.Tx) error {
			stored, err := lifecycle.GetContract(tx, k.GetName())
			if err != nil {
				return err
			}
			want, err = lifecycle.NewReader(tx).AllowedActions(who, stored)
			return err
		})
		if len(got.GetAllowedActions()) != len(want) {
			t.Errorf("%v: %v, want %v", who.Grants, got.GetAllowedActions(), want)
		}
	}
}

// A co-host sees and checks in; what else a committee may do is the owner's.
func TestOKActionsOfACohost(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, gate)
	h.clock.at = noon.Add(2 * time.Hour)
	owner := must(h, h.get, mingzhuOffice, k.GetName()).GetAllowedActions()
	got := must(h, h.get, office(nuov1.Role_ROLE_COMMUNITY, xingzhou), k.GetName()).GetAllowedActions()
	if want := []nuov1.ContractAction{nuov1.ContractAction_CONTRACT_ACTION_CHECK_IN}; !slices.Equal(got, want) || len(owner) < 2 {
		t.Errorf("%v, want %v; the owner's %v", got, want, owner)
	}
}
