package lifecycle

import (
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// What one person entered another approves: not the same, nor the same side where it is the other that decides. A
// refusal leaves no trace, and the right person's word goes. A token that stands for nobody is a person by itself.
func TestErrSecondPersonRequired(t *testing.T) {
	office := Actor{Name: "tokens/office", Role: committee}
	for name, tc := range map[string]struct {
		ask  func(w *world, person string) *nuov1.Contract
		not  []Actor
		goes func(person string) Actor
		to   nuov1.ContractState
	}{
		"entered check-out": {
			ask: func(w *world, person string) *nuov1.Contract {
				c := bring(w, person, inFulfilment)
				w.at("2020-02-10 14:00")
				return must(w, staff, EnterCheckOut, &nuov1.EnterCheckOutRequest{
					Name: c.GetName(), CheckOutTime: timestamppb.New(instant("2020-02-10 12:10")),
				})
			},
			not: []Actor{staff}, goes: func(string) Actor { return deputy }, to: inFulfilment,
		},
		"late entry": {
			ask: func(w *world, person string) *nuov1.Contract {
				c := bring(w, person, absent)
				w.at("2020-02-11 08:00")
				return must(w, office, RecordLateEntry, &nuov1.RecordLateEntryRequest{
					Shift: c.GetShift(), Volunteer: person, Ledger: ledger1,
					CheckInTime:  timestamppb.New(instant("2020-02-10 08:00")),
					CheckOutTime: timestamppb.New(instant("2020-02-10 12:00")),
				})
			},
			not: []Actor{office}, goes: func(string) Actor { return deputy }, to: fulfilled,
		},
		"correction": {
			ask: func(w *world, person string) *nuov1.Contract {
				c := bring(w, person, fulfilled)
				return must(w, staff, RequestCorrection, &nuov1.RequestCorrectionRequest{
					Name: c.GetName(), State: fulfilled, HoursHundredths: 300,
					Reason: nuov1.ReasonCode_REASON_CODE_LEFT_EARLY,
				})
			},
			not: []Actor{staff, deputy}, goes: as, to: fulfilled,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			person := w.volunteer("one")
			c := tc.ask(w, person)
			yes := &nuov1.DecideCorrectionRequest{Name: c.GetName(), Approve: true}
			for _, a := range tc.not {
				before := w.position()
				err := w.try(func(tx *store.Tx) error {
					_, err := DecideCorrection(tx, a, yes)
					return err
				})
				refused(t, err, nuov1.ErrorReason_ERROR_REASON_SECOND_PERSON_REQUIRED)
				if w.position() != before {
					t.Error("the refusal left a trace")
				}
			}
			if c = must(w, tc.goes(person), DecideCorrection, yes); c.GetState() != tc.to || c.GetPending() != nil {
				t.Errorf("approved, it is %v", c)
			}
			w.clean()
		})
	}
}
