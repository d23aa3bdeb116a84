// Package instance reads and writes matching problems as text, and makes large ones by chance, for measuring.
//
// There are two formats, one element a line, numbers in decimal and apart by blanks. A `#` begins a comment, empty lines
// and a carriage return at a line's end do not count. Shifts are numbered from 0 without a gap, in any order, and all of
// them come before the first pair.
//
// Fill, where everybody takes one shift at most:
//
//	p volunteers shifts pairs       the first line; the counts must be true
//	s shift capacity
//	e volunteer shift rank          rank 1 = most wanted
//
// Roster, where everybody takes up to RosterShifts shifts and RosterTime half hours, with RosterTravel free half hours
// between two places:
//
//	s shift day start end capacity place    start and end in half hours since day 0; they decide, day is for the reader
//	e volunteer shift rank                  volunteers are those from 0 to the highest number
package instance

// The limits of the Roster format, in half hours where they are times.
const (
	RosterShifts = 4
	RosterTime   = 24
	RosterTravel = 1
	RosterDay    = 48
)

// MaxVolunteers is the most volunteers that Read takes.
const MaxVolunteers = 1 << 22

// A text has at most MaxIdle volunteers and PerPair more for each of its pairs, so that a line of a few bytes cannot ask
// for a gigabyte.
const (
	MaxIdle = 1 << 18
	PerPair = 16
)

// MaxUnpacked is the most bytes of text that Read unpacks from gzip.
const MaxUnpacked = 1 << 30

// Kind is the format of a problem, and with it the solver that it is meant for.
type Kind uint8

// The two formats.
const (
	// Fill gives everybody one shift at most.
	Fill Kind = iota + 1
	// Roster gives several.
	Roster
)

func (k Kind) String() string {
	switch k {
	case Fill:
		return "fill"
	case Roster:
		return "roster"
	}
	return "unknown"
}
