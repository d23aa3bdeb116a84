package lifecycle

import (
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// Who served keeps the seat through a correction of hours; only who comes to be fulfilled without one needs none.
func TestOKCorrectedHoursKeepTheSeat(t *testing.T) {
	w := newWorld(t)
	p := w.people(2)
	shift := w.gate(2)
	came, stayed := w.claims(p[0], shift), w.claims(p[1], shift)
	w.at("2020-02-10 08:00")
	w.checksIn(came)
	must(w, staff, MarkAbsent, &nuov1.MarkAbsentRequest{Name: stayed.GetName()})
	must(w, staff, DecideAbsence, &nuov1.DecideAbsenceRequest{
		Name: stayed.GetName(), State: breached, Reason: nuov1.ReasonCode_REASON_CODE_DID_NOT_COME,
	})
	w.at("2020-02-10 12:00")
	w.checksOut(came)
	must(w, staff, confirmBy, came)
	held := func(c *nuov1.Contract, person string, r *nuov1.RequestCorrectionRequest) (n int32) {
		r.Name, r.State, r.Reason = c.GetName(), fulfilled, nuov1.ReasonCode_REASON_CODE_WRONG_ENTRY
		must(w, as(person), RequestCorrection, r)
		must(w, staff, DecideCorrection, &nuov1.DecideCorrectionRequest{Name: c.GetName(), Approve: true})
		w.do(func(tx *store.Tx) error {
			s, err := store.Slots.Get(tx, shift)
			n = s.GetHeld()
			return err
		})
		return n
	}
	if n := held(came, p[0], &nuov1.RequestCorrectionRequest{HoursHundredths: 350}); n != 1 {
		t.Errorf("%d slots are held after hours were corrected, want 1", n)
	}
	n := held(stayed, p[1], &nuov1.RequestCorrectionRequest{
		CheckInTime:  timestamppb.New(instant("2020-02-10 08:00")),
		CheckOutTime: timestamppb.New(instant("2020-02-10 12:00")),
	})
	if n != 1 {
		t.Errorf("%d slots are held after a breach was corrected, want 1", n)
	}
	w.clean()
}

// A flag excuses a promise that an attendance ran into, and nothing else.
func TestOKFlaggedCrossingsAreOfPromises(t *testing.T) {
	entry := func(state nuov1.ContractState, flagged bool) *storev1.CalendarEntry {
		return &storev1.CalendarEntry{
			State: state, Crossed: flagged,
			StartTime: timestamppb.New(noon), EndTime: timestamppb.New(instant("2020-02-08 13:00")),
		}
	}
	for _, c := range []struct {
		name    string
		a, b    nuov1.ContractState
		flagged bool
		clash   bool
	}{
		{"two promises", displayed, signed, false, true},
		{"two promises, flagged", displayed, signed, true, true},
		{"served over a promise", inFulfilment, displayed, false, true},
		{"served over a promise, flagged", fulfilled, displayed, true, false},
		{"two served, flagged", fulfilled, inFulfilment, true, true},
	} {
		if got := clash(entry(c.a, c.flagged), entry(c.b, false)); got != c.clash {
			t.Errorf("%s: clash is %v", c.name, got)
		}
		if got := clash(entry(c.b, false), entry(c.a, c.flagged)); got != c.clash {
			t.Errorf("%s, the other way round: clash is %v", c.name, got)
		}
	}
}
