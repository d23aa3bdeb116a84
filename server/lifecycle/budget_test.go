package lifecycle

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/store"
)

// Keys are what a claim costs: on a free slot with a list that accepts by itself seven, and the eighth is the record of
// its request id. The table names each, so that one more is a decision.
func TestOKClaimWritesSevenKeys(t *testing.T) {
	m := &meter{Engine: memkv.New(memkv.Config{})}
	w := openWorld(t, m)
	t.Cleanup(func() { _ = w.store.Close() })
	shift := w.gate(10)
	p := w.people(2)
	w.claims(p[0], w.shift("before", "2020-02-09 08:00", "2020-02-09 12:00", 1))
	for _, person := range p { // the first claim on a shift costs no more than the next
		w.claims(person, shift)
		names := map[byte]string{'m': "contract", 'n': "event", 'o': "calendar entry", 'p': "holder", 's': "slots", 't': "claims"}
		written, reads := map[string]int{}, 0
		for k := range m.last.keys {
			written[names[k[0]]]++
		}
		for _, k := range slices.Sorted(maps.Keys(m.last.reads)) {
			reads += m.last.reads[k]
			if n := m.last.reads[k]; n > 2 { // once by the rules, once by the table that compares before it writes
				t.Errorf("key %q is read %d times", k, n)
			}
		}
		want := map[string]int{"contract": 1, "event": 2, "calendar entry": 1, "holder": 1, "slots": 1, "claims": 1}
		if !maps.Equal(written, want) {
			t.Errorf("a claim writes %v, want %v", written, want)
		}
		t.Logf("a claim writes %d keys and reads %d, %d times", len(m.last.keys), len(m.last.reads), reads)
	}
	w.clean()
}

// What one step touches is bounded by the engine: a full waitlist of people with full calendars must fit.
func TestOKStepsFitTheEngine(t *testing.T) {
	w := newWorld(t)
	shift := w.shift("gate", "2020-02-20 08:00", "2020-02-20 12:00", 2)
	people := w.people(52)
	first := w.claims(people[0], shift)
	w.claims(people[1], shift)
	for d := range 15 {
		day := instant("2020-02-13 08:00").AddDate(0, 0, d).Format("2006-01-02")
		busy := w.shift(fmt.Sprint("busy", d), day+" 08:00", day+" 09:00", 60)
		for _, p := range people[2:] {
			if d == 0 {
				w.claims(p, shift)
			}
			w.claims(p, busy)
		}
	}
	w.withdraws(first)
	w.runDue()
	w.at("2020-02-20 08:00")
	w.clean()
}

// A crew of sixty is more than one step: crew verbs do fifty a call, a cancelled shift follows in steps.
func TestOKMoreThanOneStep(t *testing.T) {
	w := newWorld(t)
	shift := w.gate(60)
	for _, p := range w.people(60) {
		w.claims(p, shift)
	}
	w.at("2020-02-10 08:00")
	for _, want := range []int{50, 10, 0} {
		w.do(func(tx *store.Tx) error {
			r, err := CheckInCrew(tx, staff, &nuov1.CheckInCrewRequest{Shift: shift})
			if len(r.GetContracts()) != want {
				t.Errorf("checked in %d, want %d", len(r.GetContracts()), want)
			}
			return err
		})
	}
	w.at("2020-02-10 10:00")
	must0(t, w.cancelShift(shift))
	w.clock.now = instant("2020-02-10 10:30")
	w.runDue()
	for i, want := range []int{50, 10} {
		w.do(func(tx *store.Tx) error {
			r, err := ConfirmShift(tx, staff, &nuov1.ConfirmShiftRequest{Shift: shift, PeopleReached: 100})
			if len(r.GetContracts()) != want || r.GetMore() != (i == 0) || r.GetContracts()[0].GetHoursHundredths() != 200 {
				t.Errorf("confirmed %d, want %d of two hours each", len(r.GetContracts()), want)
			}
			return err
		})
	}
	w.clean()
}

func BenchmarkClaimStep(b *testing.B) {
	w := openWorld(b, memkv.New(memkv.Config{}))
	b.Cleanup(func() { _ = w.store.Close() })
	var shifts []string
	for i := range 100 {
		shifts = append(shifts, w.shift(fmt.Sprint("s", i), "2020-02-10 08:00", "2020-02-10 12:00", 1e5))
	}
	people := w.people(1000)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i == len(people) { // more people, outside the clock
			b.StopTimer()
			for range 1000 {
				people = append(people, w.volunteer(fmt.Sprint("more-", len(people))))
			}
			b.StartTimer()
		}
		p, s := people[i], shifts[i%len(shifts)]
		err := w.store.Update(context.Background(), func(tx *store.Tx) error {
			_, err := Claim(tx, as(p), &nuov1.ClaimShiftRequest{Shift: s, Volunteer: p, Revision: 1, Ledger: ledger1})
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		i++
	}
}
