package contract_test

import (
	"context"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// callers are one of each kind, as they stand to ouyang's contract on the gate; reads tells whether GetContract is theirs.
var callers = []struct {
	kind  string
	who   *policy.Caller
	reads bool
}{
	{"self", caller(ouyang), true},
	{"stranger", caller(li), false},
	{"community", mingzhuOffice, true},
	{"cohost", office(nuov1.Role_ROLE_COMMUNITY, xingzhou), true},
	{"another community", office(nuov1.Role_ROLE_COMMUNITY, juyuan), false},
	{"compound", office(nuov1.Role_ROLE_COMPOUND, compound), false},
	{"leader", caller(wang), true},
	{"unit", courtOffice, true},
	{"another unit", office(nuov1.Role_ROLE_UNIT, bureau), false},
	{"branch", branchOffice, true},
	{"street", streetOffice, true},
	{"records", office(nuov1.Role_ROLE_DISTRICT_RECORDS, district), true},
	{"auditor", auditor, true},
	{"admin", office(nuov1.Role_ROLE_DISTRICT_ADMIN, district), false},
	{"another district", caller("", policy.Grant{Role: nuov1.Role_ROLE_COMMUNITY, Scope: "communities/x", District: elsewhere}), false},
}

// verb is a method upon the contract, and the kinds of callers whom it is for.
type verb struct {
	method string
	call   func(h *house, ctx string, who *policy.Caller) error
	kinds  []string
}

func on[Req proto.Message](
	method string, pick func(*house) func(context.Context, Req) (*nuov1.Contract, error), ask func(name string) Req,
	kinds ...string,
) verb {
	return verb{method, func(h *house, name string, who *policy.Caller) error {
		_, err := as(h, who, pick(h), method, ask(name))
		return err
	}, kinds}
}

const weather = nuov1.ReasonCode_REASON_CODE_WEATHER

// verbs are all methods upon one contract.
func verbs() []verb {
	return []verb{
		on(nuov1.ContractService_SignContract_FullMethodName, func(h *house) func(context.Context, *nuov1.SignContractRequest) (*nuov1.Contract, error) {
			return h.SignContract
		},
			func(n string) *nuov1.SignContractRequest {
				return &nuov1.SignContractRequest{RequestId: id(), Name: n, Revision: 1, Ledger: 1}
			}, "self"),
		on(nuov1.ContractService_DeclineContract_FullMethodName, func(h *house) func(context.Context, *nuov1.DeclineContractRequest) (*nuov1.Contract, error) {
			return h.DeclineContract
		},
			func(n string) *nuov1.DeclineContractRequest {
				return &nuov1.DeclineContractRequest{RequestId: id(), Name: n}
			}, "self"),
		on(nuov1.ContractService_WithdrawContract_FullMethodName, func(h *house) func(context.Context, *nuov1.WithdrawContractRequest) (*nuov1.Contract, error) {
			return h.WithdrawContract
		},
			func(n string) *nuov1.WithdrawContractRequest {
				return &nuov1.WithdrawContractRequest{RequestId: id(), Name: n, Reason: weather}
			}, "self"),
		on(nuov1.ContractService_AskLeave_FullMethodName, func(h *house) func(context.Context, *nuov1.AskLeaveRequest) (*nuov1.Contract, error) {
			return h.AskLeave
		},
			func(n string) *nuov1.AskLeaveRequest {
				return &nuov1.AskLeaveRequest{RequestId: id(), Name: n, Reason: weather}
			}, "self"),
		on(nuov1.ContractService_RateShift_FullMethodName, func(h *house) func(context.Context, *nuov1.RateShiftRequest) (*nuov1.Contract, error) {
			return h.RateShift
		},
			func(n string) *nuov1.RateShiftRequest {
				return &nuov1.RateShiftRequest{RequestId: id(), Name: n, Rating: 5}
			}, "self"),
		on(nuov1.ContractService_AnswerAmendment_FullMethodName, func(h *house) func(context.Context, *nuov1.AnswerAmendmentRequest) (*nuov1.Contract, error) {
			return h.AnswerAmendment
		},
			func(n string) *nuov1.AnswerAmendmentRequest {
				return &nuov1.AnswerAmendmentRequest{RequestId: id(), Name: n, Revision: 1}
			}, "self"),
		on(nuov1.ContractService_AcceptContract_FullMethodName, func(h *house) func(context.Context, *nuov1.AcceptContractRequest) (*nuov1.Contract, error) {
			return h.AcceptContract
		},
			func(n string) *nuov1.AcceptContractRequest {
				return &nuov1.AcceptContractRequest{RequestId: id(), Name: n}
			}, "community"),
		on(nuov1.ContractService_RefuseContract_FullMethodName, func(h *house) func(context.Context, *nuov1.RefuseContractRequest) (*nuov1.Contract, error) {
			return h.RefuseContract
		},
			func(n string) *nuov1.RefuseContractRequest {
				return &nuov1.RefuseContractRequest{RequestId: id(), Name: n, Reason: weather}
			}, "community"),
		on(nuov1.ContractService_DecideLeave_FullMethodName, func(h *house) func(context.Context, *nuov1.DecideLeaveRequest) (*nuov1.Contract, error) {
			return h.DecideLeave
		},
			func(n string) *nuov1.DecideLeaveRequest { return &nuov1.DecideLeaveRequest{RequestId: id(), Name: n} }, "community"),
		on(nuov1.ContractService_DecideAbsence_FullMethodName, func(h *house) func(context.Context, *nuov1.DecideAbsenceRequest) (*nuov1.Contract, error) {
			return h.DecideAbsence
		},
			func(n string) *nuov1.DecideAbsenceRequest {
				return &nuov1.DecideAbsenceRequest{RequestId: id(), Name: n, State: 9, Reason: weather}
			}, "community"),
		on(nuov1.ContractService_EvaluateContract_FullMethodName, func(h *house) func(context.Context, *nuov1.EvaluateContractRequest) (*nuov1.Contract, error) {
			return h.EvaluateContract
		},
			func(n string) *nuov1.EvaluateContractRequest {
				return &nuov1.EvaluateContractRequest{RequestId: id(), Name: n, Rating: 5}
			}, "community"),
		on(nuov1.ContractService_CheckIn_FullMethodName, func(h *house) func(context.Context, *nuov1.CheckInRequest) (*nuov1.Contract, error) { return h.CheckIn },
			func(n string) *nuov1.CheckInRequest {
				return &nuov1.CheckInRequest{RequestId: id(), Name: n, SiteCode: "000000"}
			},
			"self", "community", "cohost", "compound", "leader"),
		on(nuov1.ContractService_UndoCheckIn_FullMethodName, func(h *house) func(context.Context, *nuov1.UndoCheckInRequest) (*nuov1.Contract, error) {
			return h.UndoCheckIn
		},
			func(n string) *nuov1.UndoCheckInRequest { return &nuov1.UndoCheckInRequest{RequestId: id(), Name: n} },
			"self", "community", "cohost", "compound", "leader"),
		on(nuov1.ContractService_CheckOut_FullMethodName, func(h *house) func(context.Context, *nuov1.CheckOutRequest) (*nuov1.Contract, error) {
			return h.CheckOut
		},
			func(n string) *nuov1.CheckOutRequest { return &nuov1.CheckOutRequest{RequestId: id(), Name: n} },
			"self", "community", "cohost", "leader"),
		on(nuov1.ContractService_EnterCheckOut_FullMethodName, func(h *house) func(context.Context, *nuov1.EnterCheckOutRequest) (*nuov1.Contract, error) {
			return h.EnterCheckOut
		},
			func(n string) *nuov1.EnterCheckOutRequest {
				return &nuov1.EnterCheckOutRequest{RequestId: id(), Name: n, CheckOutTime: timestamppb.New(noon)}
			}, "self", "community"),
		on(nuov1.ContractService_MarkAbsent_FullMethodName, func(h *house) func(context.Context, *nuov1.MarkAbsentRequest) (*nuov1.Contract, error) {
			return h.MarkAbsent
		},
			func(n string) *nuov1.MarkAbsentRequest { return &nuov1.MarkAbsentRequest{RequestId: id(), Name: n} }, "community", "leader"),
		on(nuov1.ContractService_ExtendContract_FullMethodName, func(h *house) func(context.Context, *nuov1.ExtendContractRequest) (*nuov1.Contract, error) {
			return h.ExtendContract
		},
			func(n string) *nuov1.ExtendContractRequest {
				return &nuov1.ExtendContractRequest{RequestId: id(), Name: n, EndTime: timestamppb.New(noon.AddDate(0, 0, 1)), Reason: weather}
			}, "self", "community", "leader"),
		on(nuov1.ContractService_StopForHealth_FullMethodName, func(h *house) func(context.Context, *nuov1.StopForHealthRequest) (*nuov1.Contract, error) {
			return h.StopForHealth
		},
			func(n string) *nuov1.StopForHealthRequest {
				return &nuov1.StopForHealthRequest{RequestId: id(), Name: n}
			},
			"self", "community", "leader"),
		on(nuov1.ContractService_RequestCorrection_FullMethodName, func(h *house) func(context.Context, *nuov1.RequestCorrectionRequest) (*nuov1.Contract, error) {
			return h.RequestCorrection
		},
			func(n string) *nuov1.RequestCorrectionRequest {
				return &nuov1.RequestCorrectionRequest{RequestId: id(), Name: n, Reason: weather}
			}, "self", "community"),
		on(nuov1.ContractService_DecideCorrection_FullMethodName, func(h *house) func(context.Context, *nuov1.DecideCorrectionRequest) (*nuov1.Contract, error) {
			return h.DecideCorrection
		},
			func(n string) *nuov1.DecideCorrectionRequest {
				return &nuov1.DecideCorrectionRequest{RequestId: id(), Name: n}
			},
			"self", "community", "street"),
	}
}

// answered sorts an answer: granted is whatever is not the policy's no, refusals of state and time too.
func answered(err error) int {
	switch {
	case fault.Is(err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED):
		return denied
	case fault.Is(err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND):
		return hidden
	}
	return granted
}

// Every verb and every kind of caller: who it is for passes, who may read the contract is told that they may not do it,
// and to everybody else it is not there.
func TestOKEveryVerbIsForItsCallersAlone(t *testing.T) {
	for _, v := range verbs() {
		t.Run(v.method, func(t *testing.T) {
			for _, c := range callers {
				h := open(t)
				k := h.holds(ouyang, gate)
				rule, _ := policy.RuleOf(v.method)
				want := hidden
				switch {
				case slices.Contains(v.kinds, c.kind):
					want = granted
				case c.reads || !policy.Possible(rule, c.who):
					want = denied
				}
				if err := v.call(h, k.GetName(), c.who); answered(err) != want {
					t.Errorf("%s: %v, want %d", c.kind, err, want)
				}
			}
		})
	}
}

// A contract that is hidden and one that does not exist are answered alike.
func TestErrNotFoundTellsNothing(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, gate)
	const absent = "contracts/00000000-0000-7000-8000-000000000000"
	for _, v := range verbs() {
		for _, c := range callers {
			if c.reads || slices.Contains(v.kinds, c.kind) {
				continue
			}
			there, not := v.call(h, k.GetName(), c.who), v.call(h, absent, c.who)
			a, _ := fault.As(there)
			b, _ := fault.As(not)
			if a == nil || b == nil || a.Reason != b.Reason || len(a.Vars) != len(b.Vars) ||
				a.Vars["name"] != "" && (a.Vars["name"] != k.GetName() || b.Vars["name"] != absent) {
				t.Errorf("%s %s: %v, and where it is absent %v", v.method, c.kind, there, not)
			}
		}
	}
}

func TestOKReading(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, gate)
	for _, c := range callers {
		want := hidden
		if rule, _ := policy.RuleOf(nuov1.ContractService_GetContract_FullMethodName); !policy.Possible(rule, c.who) {
			want = denied
		}
		if c.reads {
			want = granted
		}
		got, err := h.get(c.who, k.GetName())
		if answered(err) != want {
			t.Errorf("get %s: %v, want %d", c.kind, err, want)
		}
		if want == granted && got.GetTerms().GetTitle() == "" {
			t.Errorf("get %s: no terms", c.kind)
		}
		if c.kind == "leader" {
			want = denied // the history is not the leader's
		}
		if _, err := h.events(c.who, k.GetName()); answered(err) != want {
			t.Errorf("events %s: %v, want %d", c.kind, err, want)
		}
	}
}

func TestOKVerbsOnShift(t *testing.T) {
	for _, c := range callers {
		h := open(t)
		h.holds(ouyang, gate)
		atGate := slices.Contains([]string{"community", "cohost", "leader"}, c.kind)
		want := func(allowed bool) int {
			switch {
			case allowed:
				return granted
			case c.kind == "another district":
				return hidden
			}
			return denied
		}
		_, err := as(h, c.who, h.CheckInCrew, nuov1.ContractService_CheckInCrew_FullMethodName,
			&nuov1.CheckInCrewRequest{RequestId: id(), Shift: gate})
		if answered(err) != want(atGate || c.kind == "compound") {
			t.Errorf("check in crew, %s: %v", c.kind, err)
		}
		_, err = as(h, c.who, h.CheckOutCrew, nuov1.ContractService_CheckOutCrew_FullMethodName,
			&nuov1.CheckOutCrewRequest{RequestId: id(), Shift: gate})
		if answered(err) != want(atGate) {
			t.Errorf("check out crew, %s: %v", c.kind, err)
		}
		_, err = h.confirm(c.who, gate)
		if answered(err) != want(c.kind == "community") {
			t.Errorf("confirm, %s: %v", c.kind, err)
		}
		_, err = as(h, c.who, h.RegisterOnSite, nuov1.ContractService_RegisterOnSite_FullMethodName, &nuov1.RegisterOnSiteRequest{
			RequestId: id(), Shift: gate, Ledger: 1, Person: &nuov1.Person{DisplayName: "路过" + canary, Phone: phones + "9999"},
		})
		if answered(err) != want(atGate) {
			t.Errorf("register on site, %s: %v", c.kind, err)
		}
		_, err = as(h, c.who, h.RecordLateEntry, nuov1.ContractService_RecordLateEntry_FullMethodName, &nuov1.RecordLateEntryRequest{
			RequestId: id(), Shift: gate, Volunteer: li, Ledger: 1, CheckInTime: timestamppb.New(noon), CheckOutTime: timestamppb.New(noon),
		})
		if answered(err) != want(c.kind == "community") {
			t.Errorf("late entry, %s: %v", c.kind, err)
		}
		_, err = as(h, c.who, h.RecordSpokenYes, nuov1.ContractService_RecordSpokenYes_FullMethodName,
			&nuov1.RecordSpokenYesRequest{RequestId: id(), Shift: morning, Volunteer: chen})
		if answered(err) != want(c.kind == "community") {
			t.Errorf("spoken yes, %s: %v", c.kind, err)
		}
	}
}

func TestOKUnitOffersToItsOwnPeopleAlone(t *testing.T) {
	h := open(t)
	offer := func(who *policy.Caller, volunteer string) (*nuov1.Contract, error) {
		return as(h, who, h.OfferContract, nuov1.ContractService_OfferContract_FullMethodName,
			&nuov1.OfferContractRequest{RequestId: id(), Shift: gate, Volunteer: volunteer})
	}
	k, err := offer(courtOffice, ouyang)
	if err != nil || k.GetState() != nuov1.ContractState_CONTRACT_STATE_OFFERED {
		t.Fatalf("the court to its own: %v %v", k.GetState(), err)
	}
	if k.GetDisplayName() != nameOf(ouyang) {
		t.Error("the unit's committee sees the names of its own")
	}
	if k, err = offer(mingzhuOffice, chen); err != nil || k.GetDisplayName() != "" {
		t.Errorf("the community sees no name before the signature: %q %v", k.GetDisplayName(), err)
	}
	_, err = offer(courtOffice, li)
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, "another unit's person")
	_, err = offer(mingzhuOffice, far)
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "a person of another district")
	_, err = offer(office(nuov1.Role_ROLE_COMMUNITY, xingzhou), li)
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, "a co-host")
	_, err = offer(office(nuov1.Role_ROLE_COMMUNITY, xingzhou), "volunteers/absent")
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, "the refusal does not tell who is there")
}

func TestOKClaimIsForOneself(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, gate)
	if k.GetVolunteer() != ouyang || k.GetDisplayName() != nameOf(ouyang) || len(k.GetAllowedActions()) == 0 {
		t.Errorf("claimed %v", k)
	}
	claim := func(who *policy.Caller, volunteer, shift string) error {
		_, err := as(h, who, h.ClaimShift, nuov1.ContractService_ClaimShift_FullMethodName, &nuov1.ClaimShiftRequest{
			RequestId: id(), Shift: shift, Volunteer: volunteer, Revision: 1, Ledger: 1,
		})
		return err
	}
	wantReason(t, claim(caller(wang), li, gate), nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, "for another")
	nobody := caller("", policy.Grant{Role: nuov1.Role_ROLE_VOLUNTEER, Scope: li})
	err := claim(nobody, "", gate)
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD, "a token that is nobody")
	if e, _ := fault.As(err); e == nil || len(e.Fields) != 1 || e.Fields[0].Field != "volunteer" {
		t.Errorf("%v does not name the field", err)
	}
	wantReason(t, claim(nobody, li, gate), nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED,
		"whose grant names a person that the token is not")
	wantReason(t, claim(caller(far), "", gate), nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "from another district")
}

// A repeat answers the same and has one effect; who has lost the right meanwhile is not answered from the past.
func TestOKRepeat(t *testing.T) {
	h := open(t)
	req := &nuov1.ClaimShiftRequest{RequestId: id(), Shift: gate, Revision: 1, Ledger: 1}
	method := nuov1.ContractService_ClaimShift_FullMethodName
	first, err := as(h, caller(ouyang), h.ClaimShift, method, req)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := as(h, caller(ouyang), h.ClaimShift, method, req); err != nil || !proto.Equal(first, again) {
		t.Errorf("again %v %v", again, err)
	}
	var slots int32
	if err := h.store.View(t.Context(), func(tx *store.Tx) error {
		s, err := store.Slots.Get(tx, gate)
		slots = s.GetHeld()
		return err
	}); err != nil || slots != 1 {
		t.Errorf("%d slots held, %v", slots, err)
	}
}
