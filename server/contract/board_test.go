package contract_test

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

func (h *house) board(who *policy.Caller, req *nuov1.ListCommitmentsRequest) ([]*nuov1.Commitment, string, error) {
	h.t.Helper()
	res, err := as(h, who, h.ListCommitments, nuov1.ContractService_ListCommitments_FullMethodName, req)
	return res.GetCommitments(), res.GetNextPageToken(), err
}

// people are who stands on the board of the gate.
func (h *house) people(who *policy.Caller) []string {
	h.t.Helper()
	shown, _, err := h.board(who, &nuov1.ListCommitmentsRequest{Community: mingzhu})
	if err != nil || len(shown) != 1 || shown[0].GetShift() != gate {
		h.t.Fatalf("board %v %v", shown, err)
	}
	return shown[0].GetPeople()
}

func onBoard(given bool, degree nuov1.BoardDegree) *nuov1.Consent {
	return &nuov1.Consent{Kind: nuov1.ConsentKind_CONSENT_KIND_BOARD, Given: given, BoardDegree: degree}
}

const (
	surname = nuov1.BoardDegree_BOARD_DEGREE_SURNAME
	whole   = nuov1.BoardDegree_BOARD_DEGREE_NAME_AND_UNIT
)

// Nobody stands on the board by name but by consent, and the consent of this moment counts, for every kind of caller.
func TestOKBoardShowsPeopleByConsent(t *testing.T) {
	h := open(t)
	h.holds(ouyang, gate)
	for _, who := range []*policy.Caller{caller(ouyang), caller(li), mingzhuOffice, courtOffice, auditor} {
		if got := h.people(who); len(got) != 0 {
			t.Errorf("without consent: %v", got)
		}
	}
	for _, step := range []struct {
		consent *nuov1.Consent
		want    []string
	}{
		{onBoard(true, surname), []string{"欧阳**"}},
		{onBoard(true, whole), []string{nameOf(ouyang) + "（椒江区法院）"}},
		{onBoard(false, whole), nil},
		{onBoard(true, nuov1.BoardDegree_BOARD_DEGREE_UNSPECIFIED), nil},
		{onBoard(true, surname), []string{"欧阳**"}},
		{&nuov1.Consent{Kind: nuov1.ConsentKind_CONSENT_KIND_UNIT_FEEDBACK, Given: true}, []string{"欧阳**"}},
	} {
		h.consents(ouyang, step.consent)
		if got := h.people(caller(li)); !slices.Equal(got, step.want) {
			t.Errorf("after %v: %v, want %v", step.consent, got, step.want)
		}
	}
	h.change(ouyang, func(v *nuov1.Volunteer) { v.Minor = true })
	if got := h.people(caller(li)); len(got) != 0 {
		t.Errorf("a minor stands on the board: %v", got)
	}
}

func TestOKBoardShowsWhatStands(t *testing.T) {
	h := open(t)
	h.byHand()
	k := h.holds(ouyang, gate)
	h.consents(ouyang, onBoard(true, surname))
	if got := h.people(caller(li)); len(got) != 0 {
		t.Errorf("SIGNED is not displayed: %v", got)
	}
	if _, err := as(h, mingzhuOffice, h.AcceptContract, nuov1.ContractService_AcceptContract_FullMethodName,
		&nuov1.AcceptContractRequest{RequestId: id(), Name: k.GetName()}); err != nil {
		t.Fatal(err)
	}
	h.clock.at = noon.Add(2 * time.Hour)
	must(h, h.checkIn, mingzhuOffice, k.GetName())
	shown, _, err := h.board(caller(li), &nuov1.ListCommitmentsRequest{})
	if err != nil || len(shown) != 1 {
		t.Fatal(shown, err)
	}
	c := shown[0]
	if c.GetCapacity() != 4 || c.GetStanding() != 1 || c.GetPresent() != 1 || c.GetFulfilled() != 0 || c.GetTitle() != "卡口测温" ||
		c.GetPlace() != "东门" || c.GetCommunity() != mingzhu || len(c.GetPeople()) != 1 {
		t.Errorf("%v", c)
	}
}

// The board is by date, of published lists, in pages; a draft and a cancelled shift are on none.
func TestOKBoardPages(t *testing.T) {
	h := open(t)
	h.many(5)
	h.update(func(tx *store.Tx) error {
		s, err := store.Shifts.Get(tx, morning)
		if err != nil {
			return err
		}
		s.State = nuov1.ShiftState_SHIFT_STATE_CANCELLED
		return store.Shifts.Put(tx, s)
	})
	var all []string
	req := &nuov1.ListCommitmentsRequest{FromDate: "2020-02-08", ToDate: "2020-02-13", PageSize: 2}
	for range 10 {
		shown, next, err := h.board(caller(li), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range shown {
			all = append(all, c.GetShift())
		}
		if req.PageToken = next; next == "" {
			break
		}
	}
	if want := []string{gate, other, "shifts/mf", "shifts/me", "shifts/md"}; !slices.Equal(all, want) {
		t.Errorf("%v, want %v", all, want)
	}
	shown, _, err := h.board(caller(li), &nuov1.ListCommitmentsRequest{Community: xingzhou})
	if err != nil || len(shown) != 1 || shown[0].GetShift() != gate {
		t.Errorf("a shared gate is on the co-host's board: %v %v", shown, err)
	}
}

func TestErrBoard(t *testing.T) {
	h := open(t)
	_, _, err := h.board(caller(far), &nuov1.ListCommitmentsRequest{Community: mingzhu})
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "another district")
	_, _, err = h.board(caller(li), &nuov1.ListCommitmentsRequest{Community: court})
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD, "a unit")
	_, _, err = h.board(caller(li), &nuov1.ListCommitmentsRequest{Community: "communities/none"})
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "no community")
	both := caller(li, policy.Grant{Role: nuov1.Role_ROLE_AUDITOR, Scope: elsewhere, District: elsewhere})
	_, _, err = h.board(both, &nuov1.ListCommitmentsRequest{})
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD, "of two districts")
	if shown, _, err := h.board(caller(far), &nuov1.ListCommitmentsRequest{}); err != nil || len(shown) != 0 {
		t.Errorf("the other district's board: %v %v", shown, err)
	}
}

// No answer to whom rule 7 does not name holds a name or a phone: every read, every kind of caller (errors are scanned
// by the house at every call).
func TestOKNoNameWhereNoneMayBe(t *testing.T) {
	h := open(t)
	k := h.stood(ouyang)
	h.clock.at = noon.Add(6*time.Hour + 24*time.Hour)
	reads := []func(*policy.Caller) (proto.Message, error){
		func(w *policy.Caller) (proto.Message, error) { return h.get(w, k.GetName()) },
		func(w *policy.Caller) (proto.Message, error) {
			return h.list(w, &nuov1.ListContractsRequest{Shift: gate})
		},
		func(w *policy.Caller) (proto.Message, error) {
			return h.list(w, &nuov1.ListContractsRequest{Community: mingzhu})
		},
		func(w *policy.Caller) (proto.Message, error) {
			return h.list(w, &nuov1.ListContractsRequest{Unit: court})
		},
		func(w *policy.Caller) (proto.Message, error) {
			return h.list(w, &nuov1.ListContractsRequest{Volunteer: ouyang})
		},
		func(w *policy.Caller) (proto.Message, error) {
			return as(h, w, h.ListContractEvents, nuov1.ContractService_ListContractEvents_FullMethodName,
				&nuov1.ListContractEventsRequest{Contract: k.GetName()})
		},
		func(w *policy.Caller) (proto.Message, error) {
			return as(h, w, h.ListCommitments, nuov1.ContractService_ListCommitments_FullMethodName,
				&nuov1.ListCommitmentsRequest{FromDate: "2020-02-08", ToDate: "2020-03-01"})
		},
	}
	for _, c := range callers {
		if slices.Contains([]string{"self", "unit", "branch"}, c.kind) {
			continue
		}
		for _, read := range reads {
			if answer, err := read(c.who); err == nil {
				h.clean(prototext.Format(answer))
			}
		}
	}
}
