package matcher

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

func TestOKWishesBeyondTheWorkAllowedAreUnknown(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, most := range []int{1, 2} {
		b := NewBuilder(Rules{})
		for range 20 {
			b.Shift(Shift{Capacity: 4})
		}
		for v := range 100 {
			b.Volunteer(Volunteer{Shifts: most})
			for _, s := range r.Perm(20)[:6] {
				b.Pair(Pair{Volunteer: v, Shift: s, Rank: 1 + r.IntN(20)})
			}
		}
		p := built(t, b)
		plan, err := Fill(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		e, err := NewExplainer(t.Context(), p, plan.Assignments)
		if err != nil {
			t.Fatal(err)
		}
		full, err := e.reasons(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		beat := &pulse{t.Context(), 0}
		known, unknown := 0, 0
		for _, want := range full {
			few, err := e.reason(beat, want.Volunteer)
			if err != nil {
				t.Fatal(err)
			}
			some := []VolunteerReason{few}
			if most == 1 {
				err = e.costsOf(beat, some, -1)
			} else {
				err = e.local.costsOf(beat, some, -1)
			}
			if err != nil {
				t.Fatal(err)
			}
			if leftOut := most == 1 && len(want.Held) == 0; reflect.DeepEqual(some[0], want) != leftOut {
				t.Errorf("volunteer %d, left out %v: %+v, with more work %+v", want.Volunteer, leftOut, some[0], want)
			}
			for _, w := range some[0].Wishes {
				if w.Certainty == Unknown {
					unknown++
				} else {
					known++
				}
			}
		}
		if unknown == 0 || most == 1 && known == 0 {
			t.Errorf("%d known, %d unknown: the problem shows too little", known, unknown)
		}
	}
}
