package instance

import (
	"bufio"
	"fmt"
	"io"
	"strconv"

	"nuo.internal/nuo/matcher"
)

// Write writes a problem in a format, elements in the order of their numbers, so that Read answers an equal one. It
// refuses a problem with anything that the format has no place for.
func Write(w io.Writer, p *matcher.Problem, kind Kind) error {
	if err := fits(p, kind); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	if kind == Fill {
		fmt.Fprintf(out, "p %d %d %d\n", p.Volunteers(), p.Shifts(), p.Pairs())
	}
	for i := range p.Shifts() {
		s := p.Shift(i)
		if kind == Fill {
			fmt.Fprintf(out, "s %d %d\n", i, s.Capacity)
			continue
		}
		day := s.Start / RosterDay
		if s.Start%RosterDay < 0 {
			day--
		}
		fmt.Fprintf(out, "s %d %d %d %d %d %d\n", i, day, s.Start, s.End, s.Capacity, s.Place)
	}
	var line []byte
	for v := range p.Volunteers() {
		shifts, ranks := p.PairsOf(v)
		for i, s := range shifts {
			line = append(line[:0], "e "...)
			line = append(strconv.AppendInt(line, int64(v), 10), ' ')
			line = append(strconv.AppendInt(line, int64(s), 10), ' ')
			line = append(strconv.AppendInt(line, int64(ranks[i]), 10), '\n')
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// fits tells what of a problem a format has no place for.
func fits(p *matcher.Problem, kind Kind) error {
	if kind != Fill && kind != Roster {
		return fmt.Errorf("kind %d has no format", kind)
	}
	rules, each := p.Rules(), matcher.Volunteer{Shifts: 1}
	if kind == Roster {
		each = matcher.Volunteer{Shifts: RosterShifts, Time: RosterTime}
		if rules.Day != RosterDay || rules.Travel != RosterTravel || rules.Distances != nil {
			return fmt.Errorf("the %s format has rules of its own", kind)
		}
	}
	for v := range p.Volunteers() {
		if p.Volunteer(v) != each || len(p.CommitmentsOf(v)) > 0 || p.StandingsOf(v) != nil {
			return fmt.Errorf("the %s format has no place for limits, commitments and standings such as volunteer %d has", kind, v)
		}
	}
	for i := range p.Shifts() {
		s := p.Shift(i)
		same := matcher.Shift{Capacity: s.Capacity, Priority: 1, Crew: 1}
		if kind == Roster {
			same.Start, same.End, same.Place = s.Start, s.End, s.Place
		}
		if s != same {
			return fmt.Errorf("the %s format has no place for all that shift %d asks", kind, i)
		}
	}
	if last := p.Volunteers() - 1; kind == Roster && last >= 0 {
		if shifts, _ := p.PairsOf(last); len(shifts) == 0 {
			return fmt.Errorf("the %s format names volunteers by their pairs, and the last has none", kind)
		}
	}
	return nil
}
