package contract_test

import (
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

func (h *house) register(who *policy.Caller, shift string, p *nuov1.Person) (*nuov1.Contract, error) {
	h.t.Helper()
	return as(h, who, h.RegisterOnSite, nuov1.ContractService_RegisterOnSite_FullMethodName, &nuov1.RegisterOnSiteRequest{
		RequestId: id(), Shift: shift, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING, Person: p,
	})
}

func passer() *nuov1.Person {
	return &nuov1.Person{DisplayName: " 路过" + canary + " ", Phone: phones + "9999"}
}

func people(h *house) (n int) {
	h.t.Helper()
	if err := h.store.View(h.t.Context(), func(tx *store.Tx) error {
		for _, err := range store.Volunteers.Scan(tx) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// The leader enters who stands there: person, contract and check-in in one step.
func TestOKRegisterOnSite(t *testing.T) {
	h := open(t)
	h.holds(wang, gate)
	h.clock.at = noon.Add(2 * time.Hour)
	k, err := h.register(caller(wang), gate, passer())
	if err != nil {
		t.Fatal(err)
	}
	if k.GetState() != nuov1.ContractState_CONTRACT_STATE_IN_FULFILMENT || k.GetCheckIn() == nil || k.GetDisplayName() != "路过"+canary {
		t.Errorf("%v", k)
	}
	if err := h.store.View(t.Context(), func(tx *store.Tx) error {
		v, err := store.Volunteers.Get(tx, k.GetVolunteer())
		if err != nil {
			return err
		}
		if len(v.GetRegistrations()) != 0 || len(v.GetConsents()) != 0 || v.GetDistrict() != district {
			t.Errorf("entered as %v", v)
		}
		last, ok, err := store.AdminEvents.Last(tx, v.GetName())
		if err == nil && (!ok || last.Event.GetActor() != wang || last.Event.GetRole() != nuov1.Role_ROLE_SHIFT_LEADER) {
			t.Errorf("event %v", last.Event)
		}
		h.clean(last.Event.String())
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestErrRegisterOnSite(t *testing.T) {
	h := open(t)
	h.holds(wang, gate)
	for field, p := range map[string]*nuov1.Person{
		"person.display_name": {DisplayName: " 路 ", Phone: "13900000009"},
		"person.phone":        {DisplayName: "路过人"},
		"person.gender":       {DisplayName: "路过人", Phone: "13900000009", Gender: "男"},
		"person.birth_date":   {DisplayName: "路过人", Phone: "13900000009", BirthDate: "1990-01-01"},
		"person.residence":    {DisplayName: "路过人", Phone: "13900000009", Residence: "东区"},
	} {
		_, err := h.register(caller(wang), gate, p)
		if e, _ := fault.As(err); e == nil || e.Reason != nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD || e.Fields[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	before := people(h)
	_, err := h.register(caller(wang), gate, passer()) // two hours before the start
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_TIME, "too early")
	if after := people(h); after != before {
		t.Errorf("what was refused left %d people behind", after-before)
	}
}

// Nobody is entered at the gate who stands there under another name: the caller, or one of the shift's people.
func TestErrRegisterOnSiteNobodyTwice(t *testing.T) {
	h := open(t)
	k := h.holds(wang, gate)
	h.holds(ouyang, gate)
	h.clock.at = noon.Add(2 * time.Hour)
	before := people(h)
	_, err := h.register(caller(wang), gate, &nuov1.Person{DisplayName: "另一人", Phone: h.phone(wang)})
	if !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_OWN_CONTRACT) {
		t.Errorf("one's own phone: %v", err)
	}
	_, err = h.register(caller(wang), gate, &nuov1.Person{DisplayName: "另一人", Phone: h.phone(ouyang)})
	if !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED) {
		t.Errorf("the phone of one of the crew: %v", err)
	}
	if people(h) != before {
		t.Errorf("%s: a refusal entered somebody", k.GetName())
	}
}

// phone is what is stored of a volunteer.
func (h *house) phone(volunteer string) (phone string) {
	h.t.Helper()
	if err := h.store.View(h.t.Context(), func(tx *store.Tx) error {
		p, err := store.Persons.Get(tx, volunteer)
		phone = p.GetPerson().GetPhone()
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return phone
}
