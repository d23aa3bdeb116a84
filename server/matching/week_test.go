package matching

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever is promised around a plan of a week at most, and whatever it adds on days that are not full, no seven days
// have more than was wished, and more than was promised.
func TestOKNoWeekGetsMoreThanWished(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wished := rapid.IntRange(1, 4).Draw(t, "wished")
		days := rapid.IntRange(1, daysOfWeek).Draw(t, "days")
		begins := rapid.SliceOfN(rapid.IntRange(-9, 16), 0, 6).Draw(t, "promised")
		w := weekOf(wished, days, begins)
		var open []int
		for day := range days {
			if !w.full(day) {
				open = append(open, day)
			}
		}
		most := w.most(open)
		if (most > 0) != (len(open) > 0) {
			t.Fatalf("%d shifts on %v", most, open)
		}
		given := rapid.SliceOfN(rapid.SampledFrom(append(open, -99)), most, most).Draw(t, "given")
		for from := -daysOfWeek; from <= days; from++ {
			promised, added := 0, 0
			for _, day := range begins {
				if from <= day && day < from+daysOfWeek {
					promised++
				}
			}
			for _, day := range given {
				if from <= day && day < from+daysOfWeek {
					added++
				}
			}
			if added > 0 && promised+added > wished {
				t.Fatalf("from day %d: %d promised and %d added, %d wished", from, promised, added, wished)
			}
		}
	})
}

// Over more than a week the wish is an average.
func TestOKLongPlansKeepWishesOnAverage(t *testing.T) {
	if n := weekOf(1, 14, nil).most([]int{0, 13}); n != 2 {
		t.Errorf("two weeks hold %d", n)
	}
	w := weekOf(1, 14, []int{3})
	if n := w.most([]int{0, 13}); n != 1 || !w.full(9) || w.full(10) {
		t.Errorf("%d, %v", n, w)
	}
}
