package main

import (
	"strings"

	"github.com/google/uuid"
	ansi "github.com/jedib0t/go-pretty/v6/text"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// shortID is the id of a name for tables: of a UUID its first part, which is enough to tell the people of a table apart.
// The whole stands in the JSON.
func shortID(name string) string {
	id := name[strings.LastIndexByte(name, '/')+1:]
	if _, err := uuid.Parse(id); err != nil {
		return id
	}
	return id[:8]
}

// labels are how one table calls the volunteers of these placements, by their resource names: by name; several of the
// same name with the unit, and with the short id where the unit does not tell them apart. Whose name the caller may not
// see is a short id.
func labels(placed []*nuov1.Placement) map[string]string {
	label := map[string]string{}
	named, inUnit := map[string]int{}, map[[2]string]int{}
	for _, p := range placed {
		if _, known := label[p.GetVolunteer()]; known {
			continue
		}
		label[p.GetVolunteer()] = or(p.GetDisplayName(), shortID(p.GetVolunteer()))
		named[p.GetDisplayName()]++
		inUnit[[2]string{p.GetDisplayName(), p.GetUnit()}]++
	}
	for _, p := range placed {
		name := p.GetDisplayName()
		if name == "" || named[name] == 1 {
			continue
		}
		tells := strings.TrimPrefix(p.GetUnit(), "units/")
		if tells == "" || inUnit[[2]string{name, p.GetUnit()}] > 1 {
			tells = shortID(p.GetVolunteer())
		}
		label[p.GetVolunteer()] = name + " (" + tells + ")"
	}
	return label
}

// tableWidth is how many columns of a terminal a table about plans takes, where its texts are as long as most are.
const tableWidth = 118

// widest is how many columns the widest of these takes.
func widest(texts ...string) int {
	most := 0
	for _, t := range texts {
		most = max(most, ansi.LongestLineLen(t))
	}
	return most
}

// inLines joins the texts by commas in lines of at most that many columns; one that is longer has a line of its own.
func inLines(texts []string, columns int) string {
	var lines []string
	for _, t := range texts {
		last := len(lines) - 1
		if last >= 0 && widest(lines[last])+2+widest(t)+1 <= columns {
			lines[last] += ", " + t
			continue
		}
		if last >= 0 {
			lines[last] += ","
		}
		lines = append(lines, t)
	}
	return strings.Join(lines, "\n")
}
