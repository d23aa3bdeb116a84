package matcher

import "slices"

// Limits of what a Builder takes, so that no sum of a Score overflows.
const (
	// MaxElements is the most volunteers, and the most shifts, that a Problem holds.
	MaxElements = 1 << 24
	// MaxPairs is the most eligible pairs.
	MaxPairs = 1 << 28
	// MaxRank is the highest rank or cost of a pair.
	MaxRank = 1<<31 - 1
	// MaxPriority is the highest priority of a shift.
	MaxPriority = 1000
	// MaxTime is the latest and, negated, the earliest time.
	MaxTime = 1 << 30
	// MaxLoad is the highest load that a volunteer begins with.
	MaxLoad = 1 << 20
	// MaxCapacity is the most slots of one shift.
	MaxCapacity = 1 << 20
)

// Rules hold for everybody. The zero value asks for no gap and knows no days.
type Rules struct {
	// Day is the length of a day in time units, 0 where there are no limits by day or week.
	Day int
	// Travel is the free time that a person needs between two shifts at different places.
	Travel int
	// Distances, where given, replaces Travel: Places × Places, row by row, the free time between two places. It need
	// not be symmetric: [from*Places+to].
	Distances []int
	// Places is the number of places in Distances.
	Places int
}

// Volunteer is one person. The zero value may take one shift, and as many hours as that takes.
type Volunteer struct {
	// Shifts is the most shifts that a plan may give; 0 means 1. Fill and Stable give one to everybody.
	Shifts int
	// Time, TimeDay, TimeWeek are the most time units in the whole plan, of shifts that start on one day, and of shifts
	// that start within any seven times Rules.Day; 0 means no limit. A single shift that is longer than a day's or a
	// week's limit by itself is allowed: its length is the organiser's to answer for. What the person is committed to
	// counts for the day and the week.
	Time, TimeDay, TimeWeek int
	// DaysInRow is the most days in a row with a start, 0 for no limit; commitments count.
	DaysInRow int
	// Rest is the free time between any two shifts.
	Rest int
	// Load is what the person has done before, in shifts: who has done less goes first where nothing else decides.
	Load int
}

// Shift is one piece of work.
type Shift struct {
	// Start and End are its half-open interval. With Start == End it takes none of a person's time: no rule about time
	// looks at it.
	Start, End int
	// Capacity is the number of slots, 0 or more.
	Capacity int
	// Minimum is the headcount below which the shift cannot do its work, at most Capacity.
	Minimum int
	// Priority weighs its slots, 1 to MaxPriority; 0 means 1.
	Priority int
	// Place is where it is; two shifts at one place need no travel. With Rules.Distances it is below Rules.Places.
	Place int
	// Rest is the free time that a person needs after it, such as eight hours after a night. Before the next shift the
	// longest of this, the person's own Rest and the travel is needed.
	Rest int
	// Crew, above 1, means that people come in crews of this size, or nobody (二对一: a crew of two). It divides Capacity.
	// Roster and Repair heed it; Fill and Stable refuse it with ErrCrew.
	Crew int
}

// Pair is a volunteer who may take a shift.
type Pair struct {
	// Volunteer and Shift are their numbers, in the order in which they were added, from 0.
	Volunteer, Shift int
	// Rank is how much the volunteer wants the shift: 1 most, or any cost from 0 to MaxRank.
	Rank int
	// Standing is how the shift's community ranks the volunteer for it (residence, skill, experience): 1 first, 0 for
	// none given. Only Stable looks at it.
	Standing int
}

// Commitment is time that a person has promised already, outside the plan.
type Commitment struct {
	Volunteer  int
	Start, End int
	Place      int
	// Rest is the free time needed after it.
	Rest int
}

// Problem is a checked instance, made by Builder.Build. It does not change and may be used by many at once. Its memory
// on a machine of 64 bits: 8 bytes a pair (12 with standings), 72 a volunteer, 64 a shift and 40 a commitment, and up to
// an eighth more where adding left room.
type Problem struct {
	rules      Rules
	volunteers []Volunteer
	shifts     []Shift
	// Pairs by volunteer, and within a volunteer by shift: of volunteer v those in first[v]:first[v+1].
	first    []int
	shift    []int32
	rank     []int32
	standing []int32 // nil where no pair has one
	// Commitments by volunteer, and within a volunteer by start.
	firstCommitment []int
	commitments     []Commitment
}

// Rules are what holds for everybody. Its Distances must not be changed.
func (p *Problem) Rules() Rules { return p.rules }

// Volunteers is the number of volunteers.
func (p *Problem) Volunteers() int { return len(p.volunteers) }

// Shifts is the number of shifts.
func (p *Problem) Shifts() int { return len(p.shifts) }

// Pairs is the number of eligible pairs.
func (p *Problem) Pairs() int { return len(p.shift) }

// Volunteer is volunteer v as it was added, with defaults filled in.
func (p *Problem) Volunteer(v int) Volunteer { return p.volunteers[v] }

// Shift is shift s as it was added, with defaults filled in.
func (p *Problem) Shift(s int) Shift { return p.shifts[s] }

// PairsOf are the shifts that a volunteer may take, in rising order, and their ranks. The slices must not be changed.
func (p *Problem) PairsOf(v int) (shifts, ranks []int32) {
	return p.shift[p.first[v]:p.first[v+1]], p.rank[p.first[v]:p.first[v+1]]
}

// StandingsOf are the standings of PairsOf, nil where the problem has none.
func (p *Problem) StandingsOf(v int) []int32 {
	if p.standing == nil {
		return nil
	}
	return p.standing[p.first[v]:p.first[v+1]]
}

// pairAt is the index of a pair among all, by binary search in the volunteer's, O(log d); false where the volunteer is not
// eligible.
func (p *Problem) pairAt(v, s int) (int, bool) {
	shifts, _ := p.PairsOf(v)
	i, found := slices.BinarySearch(shifts, int32(s))
	return p.first[v] + i, found
}

// rankOf is the rank of a pair, false where the volunteer is not eligible.
func (p *Problem) rankOf(v, s int) (int32, bool) {
	pair, found := p.pairAt(v, s)
	if !found {
		return 0, false
	}
	return p.rank[pair], true
}

// CommitmentsOf is what a volunteer has promised already, by start. The slice must not be changed.
func (p *Problem) CommitmentsOf(v int) []Commitment {
	return p.commitments[p.firstCommitment[v]:p.firstCommitment[v+1]]
}

// Gap is the free time that a person needs between two places.
func (p *Problem) Gap(from, to int) int {
	switch {
	case from == to:
		return 0
	case p.rules.Distances != nil:
		return p.rules.Distances[from*p.rules.Places+to]
	}
	return p.rules.Travel
}

// slotWeight is what the n-th slot of a shift (from 0) adds to the Value: its priority, and for the slots of the minimum
// headcount MaxPriority more, so that each outweighs any one other slot; two others may outweigh it.
func (p *Problem) slotWeight(s, n int) int64 {
	shift := &p.shifts[s]
	if n < shift.Minimum {
		return int64(shift.Priority) + MaxPriority
	}
	return int64(shift.Priority)
}
