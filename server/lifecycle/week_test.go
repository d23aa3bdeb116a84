package lifecycle

import (
	"fmt"
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// A week goes by, hour by hour and each hour's work done twice: offers run out, waits end with the start, who was never
// decided about is absent a day later, and nothing else moves.
func TestOKAWeekGoesByOnTheClock(t *testing.T) {
	w := newWorld(t)
	p := w.people(3)
	type day struct {
		shift                  string
		comes, missing, waits  *nuov1.Contract
		withdraws              bool
		checkInHour, closeHour time.Time
	}
	var days []*day
	for i := range 7 {
		date := instant("2020-02-10 00:00").Add(time.Duration(i) * 24 * time.Hour)
		local := date.In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
		d := &day{shift: w.shift(fmt.Sprintf("day-%d", i), local+" 08:00", local+" 12:00", 2), withdraws: i%2 == 1}
		d.comes, d.missing, d.waits = w.claims(p[0], d.shift), w.claims(p[1], d.shift), w.claims(p[2], d.shift)
		d.checkInHour, d.closeHour = date.Add(8*time.Hour), date.Add(12*time.Hour)
		days = append(days, d)
	}
	for now := noon; now.Before(noon.Add(11 * 24 * time.Hour)); now = now.Add(time.Hour) {
		w.clock.now = now
		for _, d := range days {
			switch {
			case d.withdraws && now.Equal(d.checkInHour.Add(-20*time.Hour)):
				must(w, as(p[1]), Withdraw, &nuov1.WithdrawContractRequest{Name: d.missing.GetName(), Reason: nuov1.ReasonCode_REASON_CODE_WORK})
			case now.Equal(d.checkInHour):
				w.checksIn(d.comes)
			case now.Equal(d.closeHour):
				w.checksOut(d.comes)
			}
		}
		w.runDue()
		w.runDue()
	}
	for _, d := range days {
		w.is(d.comes.GetName(), inFulfilment, 0)
		if d.withdraws {
			w.is(d.missing.GetName(), withdrawn, nuov1.ReasonCode_REASON_CODE_WORK)
			w.is(d.waits.GetName(), expired, nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME)
			continue
		}
		w.is(d.missing.GetName(), absent, nuov1.ReasonCode_REASON_CODE_UNDECIDED)
		w.is(d.waits.GetName(), expired, nuov1.ReasonCode_REASON_CODE_STILL_WAITING)
	}
	w.do(func(tx *store.Tx) error {
		for e, err := range store.DueEntries.Scan(tx) {
			if err != nil {
				return err
			}
			t.Errorf("%s is still due at %v", e.GetObject(), e.GetTime().AsTime())
		}
		return nil
	})
	w.clean()
}
