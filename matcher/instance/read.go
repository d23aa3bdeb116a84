package instance

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"nuo.internal/nuo/matcher"
)

// longestLine is how long a line may be, comments too.
const longestLine = 1 << 16

// trusted is for how many pairs room is made because a header says so; more than that must be there to be believed.
const trusted = 1 << 20

// LineError says what is wrong with a line of a problem's text.
type LineError struct {
	// Line counts from 1.
	Line int
	Why  string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Why) }

// ErrNothing is what Read answers to a text without an element.
var ErrNothing = errors.New("neither a `p` line, which begins a problem of one shift each, nor an `s` line")

// ErrUnpacked is what Read answers to gzip that holds more than MaxUnpacked bytes.
var ErrUnpacked = fmt.Errorf("compressed text of more than %d bytes: unpack it first", MaxUnpacked)

// Read reads a problem and tells which of the two formats it has. Text that is packed with gzip is unpacked. An error is
// a *LineError, ErrNothing, ErrUnpacked, or the reader's own.
//
// Its cost is linear in the text. Its memory is that of the problem, up to twice while pairs are put in order: some 12
// bytes a pair line (32 where volunteers with high numbers come long before others), 60 a volunteer, of whom there are at
// most MaxIdle and PerPair a pair, 100 a shift. A caller who does not trust the text bounds its length.
func Read(r io.Reader) (*matcher.Problem, Kind, error) {
	in := bufio.NewReaderSize(r, longestLine)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		packed, err := gzip.NewReader(in)
		if err != nil {
			return nil, 0, err
		}
		in = bufio.NewReaderSize(&bounded{packed, MaxUnpacked}, longestLine)
	}
	reader := reader{highest: -1}
	for {
		line, err := in.ReadSlice('\n')
		reader.line++
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, 0, reader.fail("is longer than %d bytes", longestLine)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, err
		}
		if err := reader.element(line); err != nil {
			return nil, 0, err
		}
		if err != nil {
			return reader.finish()
		}
	}
}

// bounded refuses to read on after so many bytes, where an io.LimitedReader would pretend that the text ends.
type bounded struct {
	from io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, ErrUnpacked
	}
	return n, err
}

// reader has read some lines.
type reader struct {
	line    int
	rest    []byte // what is left of the line
	kind    Kind
	shifts  []matcher.Shift
	known   []bool // by shift: its line came
	given   int    // lines of shifts
	missing int    // how many shifts' lines did not come yet
	builder *matcher.Builder
	highest int // the highest volunteer

	volunteers, pairs int // what the header says
	read              int // pairs
	// Pairs whose volunteer was above what the pairs before them let one believe.
	doubtful []doubt
}

// doubt is a pair and its line.
type doubt struct {
	matcher.Pair
	line int
}

func (r *reader) fail(format string, a ...any) error {
	return &LineError{r.line, fmt.Sprintf(format, a...)}
}

// element reads one line.
func (r *reader) element(line []byte) error {
	if comment := bytes.IndexByte(line, '#'); comment >= 0 {
		line = line[:comment]
	}
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return nil
	}
	var err error
	r.rest = line[1:]
	switch {
	case len(line) > 1 && line[1] != ' ' && line[1] != '\t':
		err = r.fail("begins with %.20q, not with p, s or e", line)
	case line[0] == 'e':
		err = r.pair()
	case line[0] == 's':
		err = r.shift()
	case line[0] == 'p':
		err = r.header()
	default:
		err = r.fail("begins with %.20q, not with p, s or e", line)
	}
	if err == nil && len(r.rest) > 0 {
		err = r.fail("goes on after its last number: %.20q", bytes.TrimSpace(r.rest))
	}
	return err
}

// number reads the next number of a line.
func (r *reader) number(name string, low, high int) (int, error) {
	text := r.rest
	i := 0
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	if i == len(text) {
		return 0, r.fail("ends before its %s", name)
	}
	text = text[i:]
	i = 0
	negative := text[0] == '-'
	if negative {
		i = 1
	}
	value, digits := 0, i
	for ; i < len(text) && text[i] != ' ' && text[i] != '\t'; i++ {
		digit := text[i] - '0'
		if digit > 9 {
			return 0, r.fail("%s is %.20q, not a whole number", name, word(text))
		}
		if value = value*10 + int(digit); value > 1<<40 {
			value = 1 << 40 // far above every limit, and it stays there
		}
	}
	if i == digits {
		return 0, r.fail("%s is %.20q, not a whole number", name, word(text))
	}
	r.rest = text[i:]
	if negative {
		value = -value
	}
	switch {
	case value < low:
		return 0, r.fail("%s is %.20s, below %d", name, word(text), low)
	case value > high:
		return 0, r.fail("%s is %.20s, above %d", name, word(text), high)
	}
	return value, nil
}

// word is text up to the next blank.
func word(text []byte) []byte {
	if i := bytes.IndexAny(text, " \t"); i >= 0 {
		return text[:i]
	}
	return text
}

// header reads the rest of `p volunteers shifts pairs`.
func (r *reader) header() (err error) {
	if r.kind != 0 {
		return r.fail("is a `p` line, which may only come first")
	}
	r.kind = Fill
	if r.volunteers, err = r.number("number of volunteers", 0, MaxVolunteers); err != nil {
		return err
	}
	shifts, err := r.number("number of shifts", 0, matcher.MaxElements)
	if err != nil {
		return err
	}
	if r.pairs, err = r.number("number of pairs", 0, matcher.MaxPairs); err != nil {
		return err
	}
	r.missing = shifts
	if most := believed(r.pairs); r.volunteers > most {
		return r.fail("number of volunteers is %d, with %d pairs there are at most %d", r.volunteers, r.pairs, most)
	}
	return nil
}

// believed is the most volunteers of a text with so many pairs.
func believed(pairs int) int { return min(MaxIdle+PerPair*pairs, MaxVolunteers) }

// shift reads the rest of `s shift capacity` or of `s shift day start end capacity place`.
func (r *reader) shift() (err error) {
	if r.builder != nil {
		return r.fail("is a shift after the first pair")
	}
	if r.kind == 0 {
		r.kind = Roster
	}
	most := len(r.shifts) + r.missing // of the header, or for a roster a gap of some that come later
	if r.kind == Roster {
		most = matcher.MaxElements
	}
	id, err := r.number("shift", 0, most-1)
	if err != nil {
		return err
	}
	if r.given++; id > MaxIdle+2*r.given {
		return r.fail("shift %d comes before too many others", id)
	}
	for id >= len(r.shifts) {
		r.shifts, r.known = append(r.shifts, matcher.Shift{}), append(r.known, false)
		if r.kind == Fill {
			r.missing--
		}
	}
	if r.known[id] {
		return r.fail("shift %d came before", id)
	}
	r.known[id] = true
	s := &r.shifts[id]
	if r.kind == Roster {
		if _, err = r.number("day", -matcher.MaxTime, matcher.MaxTime); err != nil {
			return err
		}
		if s.Start, err = r.number("start", -matcher.MaxTime, matcher.MaxTime); err != nil {
			return err
		}
		if s.End, err = r.number("end", s.Start, matcher.MaxTime); err != nil {
			return err
		}
	}
	if s.Capacity, err = r.number("capacity", 0, matcher.MaxCapacity); err != nil {
		return err
	}
	if r.kind == Roster {
		s.Place, err = r.number("place", 0, matcher.MaxElements)
	}
	return err
}

// begin hands the shifts to a builder: all of them are known.
func (r *reader) begin() error {
	for s, known := range r.known {
		if !known {
			return r.fail("shift %d is missing: shifts are numbered from 0, and come before the pairs", s)
		}
	}
	if r.missing > 0 {
		return r.fail("shift %d is missing: the header says that there are %d", len(r.shifts), len(r.shifts)+r.missing)
	}
	var rules matcher.Rules
	if r.kind == Roster {
		rules = matcher.Rules{Travel: RosterTravel, Day: RosterDay}
	}
	r.builder = matcher.NewBuilder(rules)
	r.builder.Grow(min(r.pairs, trusted))
	for _, s := range r.shifts {
		r.builder.Shift(s)
	}
	return nil
}

// pair reads the rest of `e volunteer shift rank`.
func (r *reader) pair() error {
	if r.builder == nil {
		if err := r.begin(); err != nil {
			return err
		}
	}
	volunteers := MaxVolunteers
	if r.kind == Fill {
		volunteers = r.volunteers
	}
	volunteer, err := r.number("volunteer", 0, volunteers-1)
	if err != nil {
		return err
	}
	shift, err := r.number("shift", 0, len(r.shifts)-1)
	if err != nil {
		return err
	}
	rank, err := r.number("rank", 0, matcher.MaxRank)
	if err != nil {
		return err
	}
	if r.read++; r.kind == Fill && r.read > r.pairs {
		return r.fail("is a pair more than the %d that the header says", r.pairs)
	}
	if r.read > matcher.MaxPairs {
		return r.fail("is a pair more than %d", matcher.MaxPairs)
	}
	pair := matcher.Pair{Volunteer: volunteer, Shift: shift, Rank: rank}
	if volunteer >= believed(r.read) {
		r.doubtful = append(r.doubtful, doubt{pair, r.line})
		return nil
	}
	r.add(pair)
	return nil
}

// add adds a pair, and the volunteers up to its own.
func (r *reader) add(pair matcher.Pair) {
	r.upTo(pair.Volunteer)
	r.builder.Pair(pair)
}

// believe adds the pairs that were doubtful, now that all are read.
func (r *reader) believe() error {
	most := believed(r.read)
	for _, d := range r.doubtful {
		if d.Volunteer >= most {
			return &LineError{d.line, fmt.Sprintf("volunteer is %d, with %d pairs there are at most %d", d.Volunteer, r.read, most)}
		}
		r.add(d.Pair)
	}
	return nil
}

// upTo adds the volunteers up to this one.
func (r *reader) upTo(volunteer int) {
	var v matcher.Volunteer
	if r.kind == Roster {
		v = matcher.Volunteer{Shifts: RosterShifts, Time: RosterTime}
	}
	for r.highest < volunteer {
		r.highest = r.builder.Volunteer(v)
	}
}

// finish answers the problem after the last line.
func (r *reader) finish() (*matcher.Problem, Kind, error) {
	if r.kind == 0 {
		return nil, 0, ErrNothing
	}
	if r.builder == nil {
		if err := r.begin(); err != nil {
			return nil, 0, err
		}
	}
	if r.kind == Fill {
		if r.read < r.pairs {
			return nil, 0, r.fail("is the end after %d pairs, the header says %d", r.read, r.pairs)
		}
	}
	if err := r.believe(); err != nil {
		return nil, 0, err
	}
	if r.kind == Fill {
		r.upTo(r.volunteers - 1)
	}
	p, err := r.builder.Build()
	return p, r.kind, err
}
