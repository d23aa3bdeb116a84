package report_test

import (
	"fmt"
	"testing"
)

// A unit of 1,000 members with 20 contracts each: the View that a report takes.
func BenchmarkUnitOfThousand(b *testing.B) {
	h, done := open(b)
	defer done()
	for s := range 200 {
		h.shift(fmt.Sprint(s), mingzhu, fmt.Sprintf("2020-%02d-%02d 08:00", 1+s%12, 1+s%28), 30)
	}
	for m := range 1000 {
		h.member(fmt.Sprint(m), branch1)
		for s := range 20 {
			h.contract(fmt.Sprintf("%d-%d", m, s), fmt.Sprint(m), branch1, fmt.Sprint((m+s*10)%200), vol, isFulfilled, 400)
		}
	}
	for b.Loop() {
		h.report(ofCourt, court)
	}
}
