package matching

import "slices"

// daysOfWeek is how many days in a row "a week" is: any seven.
const daysOfWeek = 7

// week is how somebody's wish for at most so many shifts a week binds a plan; nil: it does not.
type week struct {
	wished int
	// promised is by day of the plan how many shifts begin in the fullest seven days that hold it.
	promised []int
	inPlan   int
}

// weekOf sees what is promised, by the days on which it begins, around a plan of so many days.
func weekOf(wished, days int, begins []int) *week {
	if wished == 0 {
		return nil
	}
	w := &week{wished: wished, promised: make([]int, days)}
	in := func(from, until int) (n int) {
		for _, day := range begins {
			if from <= day && day < until {
				n++
			}
		}
		return n
	}
	if len(begins) > 0 {
		for day := range days {
			for from := day - daysOfWeek + 1; from <= day; from++ {
				w.promised[day] = max(w.promised[day], in(from, from+daysOfWeek))
			}
		}
	}
	w.inPlan = in(0, days)
	return w
}

// full tells whether no shift that begins on a day can be added.
func (w *week) full(day int) bool { return w != nil && w.promised[day] >= w.wished }

// most is how many shifts a plan with shifts on these days may add, on days that are not full. Over a week at most, no
// seven days get more than was wished; over more than a week it is so on average.
func (w *week) most(days []int) int {
	if n := len(w.promised); n > daysOfWeek {
		return max((w.wished*n+daysOfWeek-1)/daysOfWeek-w.inPlan, 0)
	}
	open := slices.DeleteFunc(slices.Clone(days), w.full)
	if len(open) == 0 {
		return 0
	}
	left := w.wished
	for _, day := range open {
		left = min(left, w.wished-w.promised[day])
	}
	return left
}
