package instance_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/matcher/instance"
)

// fill and roster are one problem in each format.
const (
	fill   = "p 3 2 4\ns 0 1\ns 1 2\ne 0 0 1\ne 0 1 2\ne 1 0 1\ne 2 1 7\n"
	roster = "s 0 0 34 39 4 2\ns 1 1 64 70 7 0\ne 0 0 2\ne 0 1 1\ne 4 1 1\n"
)

func TestOKReadFill(t *testing.T) {
	p, kind, err := instance.Read(strings.NewReader(fill))
	if err != nil || kind != instance.Fill {
		t.Fatal(kind, err)
	}
	if p.Volunteers() != 3 || p.Shifts() != 2 || p.Pairs() != 4 {
		t.Fatal(p.Volunteers(), p.Shifts(), p.Pairs())
	}
	if got := p.Shift(1); got != (matcher.Shift{Capacity: 2, Priority: 1, Crew: 1}) {
		t.Error(got)
	}
	if got := p.Volunteer(2); got != (matcher.Volunteer{Shifts: 1}) {
		t.Error(got)
	}
	if shifts, ranks := p.PairsOf(2); len(shifts) != 1 || shifts[0] != 1 || ranks[0] != 7 {
		t.Error(shifts, ranks)
	}
}

func TestOKReadRoster(t *testing.T) {
	p, kind, err := instance.Read(strings.NewReader(roster))
	if err != nil || kind != instance.Roster {
		t.Fatal(kind, err)
	}
	if p.Volunteers() != 5 || p.Shifts() != 2 || p.Pairs() != 3 {
		t.Fatal(p.Volunteers(), p.Shifts(), p.Pairs())
	}
	if got := p.Shift(0); got != (matcher.Shift{Start: 34, End: 39, Capacity: 4, Place: 2, Priority: 1, Crew: 1}) {
		t.Error(got)
	}
	if got := p.Volunteer(3); got != (matcher.Volunteer{Shifts: 4, Time: 24}) {
		t.Error(got)
	}
	if p.Gap(0, 2) != 1 || p.Gap(2, 2) != 0 {
		t.Error("one half hour between two places, none at one")
	}
}

// What does not count in a text does not count.
func TestOKReadSpellings(t *testing.T) {
	for name, text := range map[string]string{
		"comments":        "# of 3\n" + strings.ReplaceAll(fill, "\n", " # so\n  # and so\n"),
		"blank lines":     "\n \n" + strings.ReplaceAll(fill, "\n", "\n\t\n\n"),
		"CRLF":            strings.ReplaceAll(fill, "\n", "\r\n"),
		"no last newline": strings.TrimSuffix(fill, "\n"),
		"blanks":          strings.ReplaceAll(fill, " ", " \t "),
		"shifts swapped":  strings.ReplaceAll(fill, "s 0 1\ns 1 2\n", "s 1 2\ns 0 1\n"),
		"leading zeros":   strings.ReplaceAll(fill, "e 2 1 7", "e 02 001 0000000000000000000000007"),
		"gzip":            string(packed(t, fill)),
	} {
		p, kind, err := instance.Read(strings.NewReader(text))
		if err != nil || kind != instance.Fill {
			t.Error(name, kind, err)
			continue
		}
		if got := written(t, p, kind); got != fill {
			t.Errorf("%s: read as %s", name, got)
		}
	}
}

func TestOKReadEmptyProblems(t *testing.T) {
	for text, volunteers := range map[string]int{
		"p 0 0 0": 0, "p 2 0 0\n": 2, "p 0 1 0\ns 0 0\n": 0, "s 0 0 0 0 0 0": 0,
	} {
		p, _, err := instance.Read(strings.NewReader(text))
		if err != nil || p.Volunteers() != volunteers || p.Pairs() != 0 {
			t.Error(text, err)
		}
	}
}

// A high number may come long before the pairs that make it likely.
func TestOKReadHighestVolunteerFirst(t *testing.T) {
	const pairs = 1000
	last := instance.MaxIdle + instance.PerPair*pairs - 1
	for text, p := range map[string]*strings.Builder{
		"s 0 0 0 1 1 0\n": {},
		fmt.Sprintf("p %d 1 %d\ns 0 1\n", last+1, pairs): {},
	} {
		p.WriteString(text)
		for k := range pairs {
			fmt.Fprintf(p, "e %d 0 %d\n", last-k, k)
		}
		problem, _, err := instance.Read(strings.NewReader(p.String()))
		if err != nil || problem.Volunteers() != last+1 || problem.Pairs() != pairs {
			t.Fatal(err)
		}
		if _, ranks := problem.PairsOf(last - 7); len(ranks) != 1 || ranks[0] != 7 {
			t.Error(ranks)
		}
	}
}

// What a few bytes ask for is bounded.
func TestErrReadAllocatesLittleForFewBytes(t *testing.T) {
	for _, text := range []string{
		"p 4000000 0 0", "p 4000000 0 200000000", "s 0 0 0 10 1 0\ne 3999999 0 1", "s 0 0 0 10 1 0\ne 262144 0 1",
		"s 262146 0 0 1 1 0\ns 700000 0 0 1 1 0\ns 1500000 0 0 1 1 0",
	} {
		before := allocated()
		if _, _, err := instance.Read(strings.NewReader(text)); err == nil && !strings.HasSuffix(text, "262144 0 1") {
			t.Errorf("%q is a problem", text)
		}
		if used := (allocated() - before) >> 20; used > 150 {
			t.Errorf("%q: %d MB", text, used)
		}
	}
}

func TestErrRead(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      instance.ErrNothing.Error(),
		"# nothing\n\n":                         instance.ErrNothing.Error(),
		"hello world":                           `line 1: begins with "hello world", not with p, s or e`,
		"p 1 1 1\nx 1":                          `line 2: begins with "x 1", not with p, s or e`,
		"e 0 0 1":                               "line 1: shift is 0, above -1",
		"p":                                     "line 1: ends before its number of volunteers",
		"p 1 1":                                 "line 1: ends before its number of pairs",
		"p 1 1 1 1":                             `line 1: goes on after its last number: "1"`,
		"p -1 1 1":                              "line 1: number of volunteers is -1, below 0",
		"p 4194305 1 1":                         "line 1: number of volunteers is 4194305, above 4194304",
		"p 1 99999999999999999999999 1":         "line 1: number of shifts is 99999999999999999999, above 16777216",
		"p 1 1 1\np 1 1 1":                      "line 2: is a `p` line, which may only come first",
		"s 0 0 1 2 3 4\np 1 1 1":                "line 2: is a `p` line, which may only come first",
		"p 1 1 0\n\ns 0 -4":                     "line 3: capacity is -4, below 0",
		"p 1 1 0\ns 0 1048577":                  "line 2: capacity is 1048577, above 1048576",
		"p 1 1 0\ns 0 4x":                       `line 2: capacity is "4x", not a whole number`,
		"p 1 1 0\ns 0 4.0":                      `line 2: capacity is "4.0", not a whole number`,
		"p 1 1 0\ns 0 NaN":                      `line 2: capacity is "NaN", not a whole number`,
		"p 1 1 0\ns 0 -":                        `line 2: capacity is "-", not a whole number`,
		"p 1 1 0\ns 1 4":                        "line 2: shift is 1, above 0",
		"p 1 2 0\ns 0 4\ns 0 4":                 "line 3: shift 0 came before",
		"p 1 2 0\ns 1 4\n":                      "line 3: shift 0 is missing: shifts are numbered from 0, and come before the pairs",
		"p 1 2 1\ns 0 4\ne 0 0 1":               "line 3: shift 1 is missing: the header says that there are 2",
		"p 1 2 1\ns 0 4\ns 1 4\ne 0 2 1":        "line 4: shift is 2, above 1",
		"p 1 1 1\ns 0 4\ne 1 0 1":               "line 3: volunteer is 1, above 0",
		"p 1 1 1\ns 0 4\ne -1 0 1":              "line 3: volunteer is -1, below 0",
		"p 1 1 1\ns 0 4\ne 0 0 -1":              "line 3: rank is -1, below 0",
		"p 1 1 1\ns 0 4\ne 0 0 2147483648":      "line 3: rank is 2147483648, above 2147483647",
		"p 1 1 1\ns 0 4\ne 0 0":                 "line 3: ends before its rank",
		"p 1 1 1\ns 0 4\n":                      "line 3: is the end after 0 pairs, the header says 1",
		"p 1 1 0\ns 0 4\ne 0 0 1":               "line 3: is a pair more than the 0 that the header says",
		"p 4000000 0 0":                         "line 1: number of volunteers is 4000000, with 0 pairs there are at most 262144",
		"s 0 0 0 1 1 0\ne 3999999 0 1\ne 0 0 1": "line 2: volunteer is 3999999, with 2 pairs there are at most 262176",
		"s 262147 0 0 1 1 0":                    "line 1: shift 262147 comes before too many others",
		"s 0 0 2 1 4 0":                         "line 1: end is 1, below 2",
		"s 0 0 1 2 4":                           "line 1: ends before its place",
		"s 0 4":                                 "line 1: ends before its start",
		"s 1 0 1 2 4 0\ne 0 1 1":                "line 2: shift 0 is missing: shifts are numbered from 0, and come before the pairs",
		"s 9999999 0 1 2 4 0":                   "line 1: shift 9999999 comes before too many others",
		"s 0 0 1 2 4 0\ne 0 0 1\ns 1 0 1 2 4 0": "line 3: is a shift after the first pair",
		"s 0 0 1 2 4 0\ne 99999999 0 1":         "line 2: volunteer is 99999999, above 4194303",
		"# " + strings.Repeat("x", 1<<17):       "line 1: is longer than 65536 bytes",
	} {
		_, _, err := instance.Read(strings.NewReader(text))
		if err == nil || err.Error() != want {
			t.Errorf("%.60q: %v\nwant %s", text, err, want)
		}
	}
}

func TestErrReadGzip(t *testing.T) {
	whole := packed(t, fill)
	if _, _, err := instance.Read(bytes.NewReader(whole[:len(whole)-9])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("cut off:", err)
	}
	if _, _, err := instance.Read(bytes.NewReader(whole[:5])); err == nil {
		t.Error("cut off in the header")
	}
}

// Little that would unpack to more than a gigabyte ends with an error, and in little memory.
func TestErrReadBomb(t *testing.T) {
	if testing.Short() || raceDivisor > 1 {
		t.Skip("unpacks a gigabyte")
	}
	page := packed(t, strings.Repeat(strings.Repeat("#", 1023)+"\n", 32<<10))
	bomb := bytes.NewReader(bytes.Repeat(page, instance.MaxUnpacked>>25+1))
	before := allocated()
	_, _, err := instance.Read(bomb)
	if !errors.Is(err, instance.ErrUnpacked) {
		t.Error(err)
	}
	if grew := allocated() - before; grew > 1<<20 {
		t.Errorf("allocated %d bytes", grew)
	}
}

// A reader's own error is handed on, not taken for the end.
func TestErrReadBroken(t *testing.T) {
	broken := errors.New("broken")
	_, _, err := instance.Read(io.MultiReader(strings.NewReader(fill), failing{broken}))
	if !errors.Is(err, broken) {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// What a header promises costs nothing before it is there.
func TestErrReadBoastfulHeader(t *testing.T) {
	before := allocated()
	if _, _, err := instance.Read(strings.NewReader("p 4194304 16777216 268435456\ns 0 1\ne 0 0 1")); err == nil {
		t.Error("shifts are missing")
	}
	if grew := allocated() - before; grew > 1<<20 {
		t.Errorf("allocated %d bytes", grew)
	}
}

// Ten million pairs are read in less than 40 bytes each, all copies along the way counted.
func TestOKReadTenMillionPairs(t *testing.T) {
	pairs := 10_000_000
	if testing.Short() || raceDivisor > 1 {
		pairs = 1_000_000
	}
	text := &pairLines{volunteers: pairs / 20, each: 20}
	header := "p " + strconv.Itoa(text.volunteers) + " 20 " + strconv.Itoa(pairs) + "\n"
	for s := range 20 {
		header += "s " + strconv.Itoa(s) + " 4\n"
	}
	before := allocated()
	p, _, err := instance.Read(io.MultiReader(strings.NewReader(header), text))
	if err != nil || p.Pairs() != pairs {
		t.Fatal(p, err)
	}
	if grew := int(allocated() - before); grew > 120*pairs {
		t.Errorf("allocated %d bytes a pair", grew/pairs)
	}
	if held := int(live()); held > 40*pairs {
		t.Errorf("holds %d bytes a pair", held/pairs)
	}
	runtime.KeepAlive(p)
}

// pairLines are the lines of everybody who may take everything.
type pairLines struct{ volunteers, each, volunteer int }

func (l *pairLines) Read(into []byte) (int, error) {
	if l.volunteer == l.volunteers {
		return 0, io.EOF
	}
	line := into[:0]
	for l.volunteer < l.volunteers && cap(line)-len(line) > 24*l.each {
		for s := range l.each {
			line = append(strconv.AppendInt(append(line, "e "...), int64(l.volunteer), 10), ' ')
			line = append(strconv.AppendInt(line, int64(s), 10), " 1\n"...)
		}
		l.volunteer++
	}
	return len(line), nil
}

func TestOKReadShared(t *testing.T) {
	for name, want := range map[string][3]int{
		"small": {1000, 200, 10_000}, "town": {10_000, 2500, 200_000},
		"roster-1": {200, 60, 2805}, "roster-2": {200, 60, 2755}, "roster-4": {200, 60, 2856},
	} {
		file, err := os.Open("../testdata/" + name + ".txt.gz")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		p, kind, err := instance.Read(file)
		if err != nil || (kind == instance.Roster) != strings.HasPrefix(name, "roster") {
			t.Fatal(name, kind, err)
		}
		if got := [3]int{p.Volunteers(), p.Shifts(), p.Pairs()}; got != want {
			t.Error(name, got)
		}
	}
}

// FuzzRead reads anything: no panic, and what is read is written and read again as the same.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"", fill, roster, "p 0 0 0", "s 0 -1 -1 0 1 1\ne 0 0 0", "p 1 1 1\ns 0 4\ne 0 0 -1", "\x1f\x8b"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, kind, err := instance.Read(bytes.NewReader(text))
		if err != nil || p.Volunteers() > 1<<16 {
			return
		}
		once := written(t, p, kind)
		p, _, err = instance.Read(strings.NewReader(once))
		if err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		if twice := written(t, p, kind); twice != once {
			t.Fatalf("%s\nbecame\n%s", once, twice)
		}
	})
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
