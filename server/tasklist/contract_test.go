package tasklist_test

import (
	"context"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// The contract room is another's: tests take its steps on the store.

func (h *house) step(f func(*store.Tx) (*nuov1.Contract, error)) *nuov1.Contract {
	h.t.Helper()
	var c *nuov1.Contract
	h.update(func(tx *store.Tx) (err error) {
		c, err = f(tx)
		return err
	})
	return c
}

func asVolunteer(name string) lifecycle.Actor {
	return lifecycle.Actor{Name: name, Person: name, Role: nuov1.Role_ROLE_VOLUNTEER}
}

func asCommittee() lifecycle.Actor {
	return lifecycle.Actor{Name: "tokens/committee", Role: nuov1.Role_ROLE_COMMUNITY}
}

// claim signs a volunteer up for a shift.
func (h *house) claim(volunteer, shift string) *nuov1.Contract {
	h.t.Helper()
	return h.step(func(tx *store.Tx) (*nuov1.Contract, error) { return claim(tx, volunteer, shift) })
}

func claim(tx *store.Tx, volunteer, shift string) (*nuov1.Contract, error) {
	s, err := store.Shifts.Get(tx, shift)
	if err != nil {
		return nil, err
	}
	return lifecycle.Claim(tx, asVolunteer(volunteer), &nuov1.ClaimShiftRequest{
		Shift: shift, Volunteer: volunteer, Revision: s.GetRevision(), Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING,
	})
}

func (h *house) tryClaim(ctx context.Context, volunteer, shift string) error {
	return h.store.Update(ctx, func(tx *store.Tx) error {
		_, err := claim(tx, volunteer, shift)
		return err
	})
}

func (h *house) checkIn(contract string) *nuov1.Contract {
	h.t.Helper()
	return h.step(func(tx *store.Tx) (*nuov1.Contract, error) {
		return lifecycle.CheckIn(tx, asCommittee(), &nuov1.CheckInRequest{Name: contract})
	})
}

func (h *house) accept(contract string) *nuov1.Contract {
	h.t.Helper()
	return h.step(func(tx *store.Tx) (*nuov1.Contract, error) {
		return lifecycle.Accept(tx, asCommittee(), &nuov1.AcceptContractRequest{Name: contract})
	})
}

func (h *house) withdraw(contract *nuov1.Contract) {
	h.t.Helper()
	h.step(func(tx *store.Tx) (*nuov1.Contract, error) {
		return lifecycle.Withdraw(tx, asVolunteer(contract.GetVolunteer()), &nuov1.WithdrawContractRequest{
			Name: contract.GetName(), Reason: nuov1.ReasonCode_REASON_CODE_ILLNESS,
		})
	})
}

func isFull(err error) bool { return fault.Is(err, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL) }
