package contract_test

import (
	"sync"
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

const wrongCode = nuov1.ErrorReason_ERROR_REASON_WRONG_SITE_CODE

// code is the gate's at this instant.
func (h *house) code(shift string) (code string) {
	h.t.Helper()
	if err := h.store.View(h.t.Context(), func(tx *store.Tx) error {
		s, err := store.Shifts.Get(tx, shift)
		if err != nil {
			return err
		}
		c, err := lifecycle.SiteCode(tx, s)
		code = c.GetCode()
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return code
}

// never is a code that is not shown now nor was the turn before.
func (h *house) never(shift string) string {
	h.t.Helper()
	h.clock.at = h.clock.at.Add(-time.Minute)
	before := h.code(shift)
	h.clock.at = h.clock.at.Add(time.Minute)
	for _, code := range []string{"000000", "000001"} {
		if code != before && code != h.code(shift) {
			return code
		}
	}
	return "000002"
}

func (h *house) checkInBy(person, contract, code string) error {
	h.t.Helper()
	_, err := as(h, caller(person), h.CheckIn, nuov1.ContractService_CheckIn_FullMethodName,
		&nuov1.CheckInRequest{RequestId: id(), Name: contract, SiteCode: code})
	return err
}

func (h *house) onSite(person, shift, code string) error {
	h.t.Helper()
	_, err := as(h, caller(person), h.CheckInOnSite, nuov1.ContractService_CheckInOnSite_FullMethodName,
		&nuov1.CheckInOnSiteRequest{
			RequestId: id(), Shift: shift, SiteCode: code, Revision: 1, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING,
		})
	return err
}

// After five wrong codes the right one is not looked at either, until the code has turned three times; the leader's
// check-in goes on.
func TestErrWrongSiteCodeAfterFiveTries(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, gate)
	h.clock.at = noon.Add(2 * time.Hour)
	for range 5 {
		wantReason(t, h.checkInBy(ouyang, k.GetName(), h.never(gate)), wrongCode, "a guess")
	}
	wantReason(t, h.checkInBy(ouyang, k.GetName(), h.code(gate)), wrongCode, "the right code after five wrong ones")
	wantReason(t, h.onSite(ouyang, gate, h.code(gate)), wrongCode, "the other way in")
	h.clock.at = h.clock.at.Add(3*time.Minute - time.Second)
	wantReason(t, h.checkInBy(ouyang, k.GetName(), h.code(gate)), wrongCode, "a second before")
	h.clock.at = h.clock.at.Add(time.Second)
	if err := h.checkInBy(ouyang, k.GetName(), h.code(gate)); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

// The committee checks in whom a row of wrong codes keeps out.
func TestOKCheckInByCommitteeAfterWrongCodes(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, gate)
	h.clock.at = noon.Add(2 * time.Hour)
	for range 6 {
		wantReason(t, h.checkInBy(ouyang, k.GetName(), h.never(gate)), wrongCode, "a guess")
	}
	if _, err := h.checkIn(mingzhuOffice, k.GetName()); err != nil {
		t.Error(err)
	}
}

// Another person, another shift, and calls that gave no code or failed for another reason have their own count.
func TestOKWrongCodesCountPerPersonAndShift(t *testing.T) {
	h := open(t)
	k, another := h.holds(ouyang, gate), h.holds(li, gate)
	for range 6 {
		wantReason(t, h.checkInBy(ouyang, k.GetName(), h.never(gate)), nuov1.ErrorReason_ERROR_REASON_WRONG_TIME, "too early")
	}
	h.clock.at = noon.Add(2 * time.Hour)
	for range 6 {
		wantReason(t, h.checkInBy(ouyang, k.GetName(), ""), wrongCode, "no code")
	}
	for range 4 {
		wantReason(t, h.checkInBy(ouyang, k.GetName(), h.never(gate)), wrongCode, "a guess")
	}
	for range 6 {
		wantReason(t, h.checkInBy(li, another.GetName(), h.never(gate)), wrongCode, "a guess")
	}
	if err := h.checkInBy(ouyang, k.GetName(), h.code(gate)); err != nil {
		t.Errorf("the fifth try: %v", err)
	}
}

// Calls side by side get no more tries than calls in a row, whatever the engine runs twice.
func TestErrWrongSiteCodeSideBySide(t *testing.T) {
	h := open(t)
	h.clock.at = noon.Add(2 * time.Hour)
	never := h.never(gate)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { wantReason(t, h.onSite(ouyang, gate, never), wrongCode, "a guess") })
	}
	all.Wait()
	wantReason(t, h.onSite(ouyang, gate, h.code(gate)), wrongCode, "the right code after twenty wrong ones")
}
