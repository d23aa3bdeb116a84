package instance

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"nuo.internal/nuo/matcher"
)

// popularitySpread is the σ of the lognormal popularity of shifts: of 10,000 volunteers with 20 wishes each, 1,071 ask
// for the most popular of 2,500 shifts and 59 for the middle one.
const popularitySpread = 0.8

// GenerateFill makes a problem of one shift each: every volunteer asks for pairsEach different shifts (all, where there
// are fewer), drawn one after the other by the popularity of the shifts, which is lognormal, and ranks them 1, 2, … in
// the order of drawing. Its cost is O(pairs · log shifts) while pairsEach is well below shifts.
func GenerateFill(volunteers, shifts, pairsEach, capacity int, seed uint64) (*matcher.Problem, error) {
	pairsEach = max(min(pairsEach, shifts), 0)
	random := rand.New(rand.NewPCG(seed, 1))
	popularity := newLottery(random, shifts)
	b := matcher.NewBuilder(matcher.Rules{})
	b.Grow(max(volunteers, 0) * pairsEach)
	for range shifts {
		b.Shift(matcher.Shift{Capacity: capacity})
	}
	wishes := newWishes(shifts)
	for range volunteers {
		v := b.Volunteer(matcher.Volunteer{})
		for wishes.begin(); len(wishes.list) < pairsEach; {
			wishes.add(popularity.draw(random))
		}
		wishes.pairs(b, v)
	}
	return b.Build()
}

// lottery draws numbers from 0, each with a weight of its own.
type lottery struct{ upTo []float64 }

func newLottery(random *rand.Rand, n int) lottery {
	l := lottery{make([]float64, max(n, 0))}
	sum := 0.0
	for i := range l.upTo {
		sum += math.Exp(popularitySpread * random.NormFloat64())
		l.upTo[i] = sum
	}
	return l
}

func (l lottery) draw(random *rand.Rand) int {
	ticket := random.Float64() * l.upTo[len(l.upTo)-1]
	i, _ := slices.BinarySearch(l.upTo, ticket)
	return min(i, len(l.upTo)-1)
}

// wishes are different shifts in the order of drawing.
type wishes struct {
	list  []wish
	drawn []int // by shift: in which turn it was drawn last
	turn  int
}

type wish struct{ shift, rank int }

func newWishes(shifts int) *wishes { return &wishes{drawn: make([]int, max(shifts, 0))} }

func (w *wishes) begin() { w.turn, w.list = w.turn+1, w.list[:0] }

func (w *wishes) add(shift int) {
	if w.drawn[shift] != w.turn {
		w.drawn[shift] = w.turn
		w.list = append(w.list, wish{shift, len(w.list) + 1})
	}
}

// pairs hands them over in the order in which a problem keeps them.
func (w *wishes) pairs(b *matcher.Builder, v int) {
	slices.SortFunc(w.list, func(x, y wish) int { return cmp.Compare(x.shift, y.shift) })
	for _, x := range w.list {
		b.Pair(matcher.Pair{Volunteer: v, Shift: x.shift, Rank: x.rank})
	}
}

// GenerateRoster makes a problem of several shifts each, under the limits of the Roster format. Shifts are spread evenly
// over the days, begin from 8:00 to 20:00 and end by 22:00, take two to five hours, 4 to 9 people, and are at one of six
// places. A volunteer is free within some hours of every other day, drawn by lot, and asks for pairsEach of the shifts
// that lie within them (all, where there are fewer), ranked 1, 2, … in the order of drawing.
func GenerateRoster(volunteers, shifts, days, pairsEach int, seed uint64) (*matcher.Problem, error) {
	random := rand.New(rand.NewPCG(seed, 2))
	b := matcher.NewBuilder(matcher.Rules{Travel: RosterTravel, Day: RosterDay})
	work := make([]matcher.Shift, max(shifts, 0))
	onDay := make([][]int, max(days, 1))
	for i := range work {
		day := i * len(onDay) / len(work)
		start := 16 + random.IntN(25)
		end := min(start+4+random.IntN(7), 44)
		work[i] = matcher.Shift{
			Start: day*RosterDay + start, End: day*RosterDay + end,
			Capacity: 4 + random.IntN(6), Place: random.IntN(6),
		}
		b.Shift(work[i])
		onDay[day] = append(onDay[day], i)
	}
	wishes := newWishes(shifts)
	var within []int
	for range volunteers {
		v := b.Volunteer(matcher.Volunteer{Shifts: RosterShifts, Time: RosterTime})
		within = within[:0]
		for tries := 0; len(within) == 0 && tries < 100; tries++ {
			for day := range onDay {
				if random.IntN(2) == 0 {
					from := day*RosterDay + 16 + random.IntN(13)
					to := min(from+12+random.IntN(17), day*RosterDay+44)
					within = appendWithin(within, work, onDay[day], from, to)
				}
			}
		}
		wishes.begin()
		for i := range min(max(pairsEach, 0), len(within)) {
			j := i + random.IntN(len(within)-i)
			within[i], within[j] = within[j], within[i]
			wishes.add(within[i])
		}
		wishes.pairs(b, v)
	}
	return b.Build()
}

func appendWithin(list []int, work []matcher.Shift, candidates []int, from, to int) []int {
	for _, i := range candidates {
		if work[i].Start >= from && work[i].End <= to {
			list = append(list, i)
		}
	}
	return list
}

// GenerateDense makes a problem of n volunteers and n shifts for one, where everybody may take every shift at a cost of
// 1 to 1,000: row by row x ← (1103515245·x + 12345) mod 2³¹ from x = 1, the cost is 1 + ⌊x/256⌋ mod 1000.
func GenerateDense(n int) (*matcher.Problem, error) {
	b := matcher.NewBuilder(matcher.Rules{})
	b.Grow(n * n)
	for range n {
		b.Shift(matcher.Shift{Capacity: 1})
	}
	x := 1
	for range n {
		v := b.Volunteer(matcher.Volunteer{})
		for s := range n {
			x = (1103515245*x + 12345) % (1 << 31)
			b.Pair(matcher.Pair{Volunteer: v, Shift: s, Rank: 1 + (x>>8)%1000})
		}
	}
	return b.Build()
}
