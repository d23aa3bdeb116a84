package lifecycle

import (
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// The other people of the story's community, each by the role that acts.
var (
	compoundRole = Actor{Name: "tokens/compound", Person: id("compound"), Role: compound}
	leaderRole   = Actor{Name: id("leader"), Person: id("leader"), Role: leader}
	unitRole     = Actor{Name: "tokens/unit", Role: unit}
	streetRole   = Actor{Name: "tokens/street", Role: street}
)

const (
	nominated = nuov1.ContractOrigin_CONTRACT_ORIGIN_NOMINATION
)

// act runs a verb that may be refused.
func act[R any](w *world, a Actor, f func(*store.Tx, Actor, R) (*nuov1.Contract, error), r R) (*nuov1.Contract, error) {
	return verb(w, func(tx *store.Tx) (*nuov1.Contract, error) { return f(tx, a, r) })
}

// must runs a verb that has to pass.
func must[R any](w *world, a Actor, f func(*store.Tx, Actor, R) (*nuov1.Contract, error), r R) *nuov1.Contract {
	w.t.Helper()
	c, err := act(w, a, f, r)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// refuses runs a verb that has to be refused for the reason and leave no trace.
func refuses[R any](w *world, a Actor, f func(*store.Tx, Actor, R) (*nuov1.Contract, error), r R, reason nuov1.ErrorReason) {
	w.t.Helper()
	_, err := act(w, a, f, r)
	refused(w.t, err, reason)
}

// gate is the usual shift of these tests: 10 February, 8 to 12.
func (w *world) gate(capacity int32, edit ...func(*nuov1.Shift)) string {
	return w.shift("gate", "2020-02-10 08:00", "2020-02-10 12:00", capacity, edit...)
}

// handList has the list accept by hand.
func (w *world) handList() {
	w.list.AcceptByHand = true
	w.do(func(tx *store.Tx) error { return store.TaskLists.Put(tx, w.list) })
}

// shiftNow reads a shift.
func (w *world) shiftNow(name string) (s *nuov1.Shift) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		var err error
		s, err = store.Shifts.Get(tx, name)
		return err
	})
	return s
}

// onShift runs something of the task list room on a shift and stores the shift.
func (w *world) onShift(name string, f func(*store.Tx, *nuov1.Shift) error) error {
	return w.try(func(tx *store.Tx) error {
		s, err := store.Shifts.Get(tx, name)
		if err != nil {
			return err
		}
		if err := f(tx, s); err != nil {
			return err
		}
		return store.Shifts.Put(tx, s)
	})
}

// amend changes a shift as the task list room does.
func (w *world) amend(name string, edit func(*nuov1.Shift)) error {
	return w.try(func(tx *store.Tx) error {
		before, err := store.Shifts.Get(tx, name)
		if err != nil {
			return err
		}
		after, err := store.Shifts.Get(tx, name)
		if err != nil {
			return err
		}
		edit(after)
		if err := AmendShift(tx, staff, before, after); err != nil {
			return err
		}
		return store.Shifts.Put(tx, after)
	})
}

func (w *world) cancelShift(name string) error {
	return w.onShift(name, func(tx *store.Tx, s *nuov1.Shift) error { return CancelShift(tx, staff, s) })
}

func (w *world) cutShort(name string) error {
	return w.onShift(name, func(tx *store.Tx, s *nuov1.Shift) error { return CutShort(tx, staff, s) })
}

func (w *world) reduce(a Actor, name string, capacity int32, going ...string) error {
	return w.onShift(name, func(tx *store.Tx, s *nuov1.Shift) error {
		return Reduce(tx, a, s, &nuov1.ReduceShiftRequest{Name: name, Capacity: capacity, VolunteersToGo: going})
	})
}

// cancelList cancels the list as the task list room does: one write, and what follows is planned.
func (w *world) cancelList() {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		l, err := store.TaskLists.Get(tx, w.list.Name)
		if err != nil {
			return err
		}
		l.State, l.CancelTime = nuov1.TaskListState_TASK_LIST_STATE_CANCELLED, timestamppb.New(tx.Now())
		if err := store.TaskLists.Put(tx, l); err != nil {
			return err
		}
		return CancelList(tx, l)
	})
}

// siteCode is what the screen at the gate shows now.
func (w *world) siteCode(shift string) (code string) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		s, err := store.Shifts.Get(tx, shift)
		if err != nil {
			return err
		}
		c, err := SiteCode(tx, s)
		code = c.GetCode()
		return err
	})
	return code
}

func (w *world) offer(person, shift string) *nuov1.Contract {
	w.t.Helper()
	return must(w, staff, offerBy, &nuov1.OfferContractRequest{Shift: shift, Volunteer: person})
}

// offerBy is Offer with the shape of the other verbs.
func offerBy(tx *store.Tx, a Actor, r *nuov1.OfferContractRequest) (*nuov1.Contract, error) {
	return Offer(tx, a, r, nominated)
}

// confirmBy is ConfirmShift of everybody, with the shape of the other verbs.
func confirmBy(tx *store.Tx, a Actor, c *nuov1.Contract) (*nuov1.Contract, error) {
	res, err := ConfirmShift(tx, a, &nuov1.ConfirmShiftRequest{Shift: c.GetShift()})
	if err != nil {
		return nil, err
	}
	for _, r := range res.GetRefused() {
		if r.GetContract() == c.GetName() {
			return nil, fault.New(r.GetReason())
		}
	}
	return store.Contracts.Get(tx, c.GetName())
}

func (w *world) signs(c *nuov1.Contract) *nuov1.Contract {
	w.t.Helper()
	return must(w, as(c.GetVolunteer()), Sign, signing(w, c))
}

func signing(w *world, c *nuov1.Contract) *nuov1.SignContractRequest {
	return &nuov1.SignContractRequest{Name: c.GetName(), Revision: w.shiftNow(c.GetShift()).GetRevision(), Ledger: ledger1}
}

func (w *world) withdraws(c *nuov1.Contract) *nuov1.Contract {
	w.t.Helper()
	return must(w, as(c.GetVolunteer()), Withdraw, &nuov1.WithdrawContractRequest{Name: c.GetName(), Reason: family})
}

func (w *world) checksIn(c *nuov1.Contract) *nuov1.Contract {
	w.t.Helper()
	return must(w, staff, CheckIn, &nuov1.CheckInRequest{Name: c.GetName()})
}

func (w *world) checksOut(c *nuov1.Contract) *nuov1.Contract {
	w.t.Helper()
	return must(w, staff, CheckOut, &nuov1.CheckOutRequest{Name: c.GetName()})
}

const (
	family   = nuov1.ReasonCode_REASON_CODE_FAMILY
	illness  = nuov1.ReasonCode_REASON_CODE_ILLNESS
	wrong    = nuov1.ReasonCode_REASON_CODE_WRONG_ENTRY
	reliefIs = nuov1.ReasonCode_REASON_CODE_RELIEF_LATE
)

// must0 fails on an error.
func must0(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
