package lifecycle

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// editing changes what the one whom the plan asks is.
func editing(f func(*nuov1.Volunteer)) func(*world, string, string) {
	return func(w *world, one, _ string) {
		w.do(func(tx *store.Tx) error {
			v, err := store.Volunteers.Get(tx, one)
			if err != nil {
				return err
			}
			f(v)
			return store.Volunteers.Put(tx, v)
		})
	}
}

// changes are what may come between a plan and its offer, and what is then said of the place.
var changes = []struct {
	name    string
	between func(w *world, one, shift string)
	want    nuov1.ErrorReason
}{
	{"the slots are taken", func(w *world, _, shift string) {
		w.claims(w.volunteer("x"), shift)
		w.claims(w.volunteer("y"), shift)
	}, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL},
	{"those who wait come first", func(w *world, _, shift string) {
		c := w.claims(w.volunteer("x"), shift)
		w.claims(w.volunteer("y"), shift)
		w.claims(w.volunteer("z"), shift)
		w.withdraws(c)
	}, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL},
	{"claimed by the same", func(w *world, one, shift string) { w.claims(one, shift) }, nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED},
	{"declined before", func(w *world, one, shift string) {
		must(w, as(one), Decline, &nuov1.DeclineContractRequest{Name: w.offer(one, shift).GetName()})
	}, wrongState},
	{"withdrawn before", func(w *world, one, shift string) { w.withdraws(w.claims(one, shift)) }, wrongState},
	{"signed elsewhere", func(w *world, one, _ string) {
		w.claims(one, w.shift("x", "2020-02-10 11:00", "2020-02-10 13:00", 1))
	}, nuov1.ErrorReason_ERROR_REASON_OVERLAP},
	{"offered elsewhere", func(w *world, one, _ string) {
		w.offer(one, w.shift("x", "2020-02-10 11:00", "2020-02-10 13:00", 1))
	}, nuov1.ErrorReason_ERROR_REASON_OVERLAP},
	{"a night before", func(w *world, one, _ string) {
		w.claims(one, w.shift("x", "2020-02-09 23:00", "2020-02-10 03:00", 1))
	}, nuov1.ErrorReason_ERROR_REASON_REST_RULE},
	{"exempt", editing(func(v *nuov1.Volunteer) {
		v.Exemptions = []*nuov1.Exemption{{FromDate: "2020-02-10", ToDate: "2020-02-12"}}
	}), nuov1.ErrorReason_ERROR_REASON_EXEMPT},
	{"not registered", editing(func(v *nuov1.Volunteer) { v.Registrations = nil }), nuov1.ErrorReason_ERROR_REASON_NOT_REGISTERED},
	{"consent withdrawn", editing(func(v *nuov1.Volunteer) { v.Consents = nil }), nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING},
	{"deactivated", editing(func(v *nuov1.Volunteer) {
		v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED
	}), nuov1.ErrorReason_ERROR_REASON_DEACTIVATED},
	{"gone", func(w *world, one, _ string) {
		w.do(func(tx *store.Tx) error { return store.Volunteers.Delete(tx, one) })
	}, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND},
	{"a skill is asked for", func(w *world, _, shift string) {
		w.do(func(tx *store.Tx) error {
			s, err := store.Shifts.Get(tx, shift)
			if err == nil {
				s.Requirements = &nuov1.Requirements{Skills: []string{"nurse"}}
				err = store.Shifts.Put(tx, s)
			}
			return err
		})
	}, nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED},
	{"the terms changed", func(w *world, _, shift string) {
		must0(w.t, w.amend(shift, func(s *nuov1.Shift) { s.EndTime = timestamppb.New(s.GetEndTime().AsTime().Add(time.Hour)) }))
	}, nuov1.ErrorReason_ERROR_REASON_REVISION_MISMATCH},
	{"cancelled", func(w *world, _, shift string) { must0(w.t, w.cancelShift(shift)) }, nuov1.ErrorReason_ERROR_REASON_SHIFT_CANCELLED},
	{"begun", func(w *world, _, _ string) { w.at("2020-02-10 08:00") }, wrongTime},
	{"too many offers", func(w *world, one, _ string) {
		w.do(func(tx *store.Tx) error {
			o, err := store.Organisations.Get(tx, district)
			if err == nil {
				o.Policy = &nuov1.DistrictPolicy{MaxLiveOffers: 1}
				err = store.Organisations.Put(tx, o)
			}
			return err
		})
		w.offer(one, w.shift("x", "2020-02-12 11:00", "2020-02-12 13:00", 1))
	}, nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED},
}

// Whatever came between a plan and its offer is an outcome of that place; the others go on, and nothing of it stays.
func TestErrPlaceThatChanged(t *testing.T) {
	for _, tc := range changes {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			shift := w.gate(2)
			other := w.shift("other", "2020-02-11 08:00", "2020-02-11 12:00", 1)
			one, two := w.volunteer("one"), w.volunteer("two")
			crews := [][]Placing{w.placings(shift, one), w.placings(other, two)}
			tc.between(w, one, shift)
			before := w.contracts()
			placed := w.offerPlan(crews...)
			if len(placed) != 2 || placed[0][0].Refused != tc.want || placed[0][0].Contract != nil {
				t.Fatalf("%v, want %v", placed, tc.want)
			}
			if placed[1][0].Contract == nil {
				t.Fatalf("the other place: %v", placed[1][0].Refused)
			}
			if n := w.contracts() - before; n != 1 {
				t.Errorf("%d contracts were made", n)
			}
			w.clean()
		})
	}
}
