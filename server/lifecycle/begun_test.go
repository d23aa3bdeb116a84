package lifecycle

import (
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

func TestErrNothingIsServedBeforeTheStart(t *testing.T) {
	w := newWorld(t)
	shift := w.shift("gate", "2020-02-09 08:00", "2020-02-09 12:00", 4)
	c := w.claims(w.volunteer("one"), shift)
	w.at("2020-02-09 07:35")
	in := func(tx *store.Tx) (*nuov1.Contract, error) {
		return CheckIn(tx, staff, &nuov1.CheckInRequest{Name: c.GetName()})
	}
	out := func(tx *store.Tx) (*nuov1.Contract, error) {
		return CheckOut(tx, staff, &nuov1.CheckOutRequest{Name: c.GetName()})
	}
	if _, err := verb(w, in); err != nil {
		t.Fatal(err)
	}
	w.at("2020-02-09 07:50")
	_, err := verb(w, out)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_TIME)
	_, err = verb(w, func(tx *store.Tx) (*nuov1.Contract, error) { // 15 minutes later, but nothing was served yet
		return UndoCheckIn(tx, staff, &nuov1.UndoCheckInRequest{Name: c.GetName()})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.is(c.GetName(), displayed, 0)
	w.clean()
}
