package report

import (
	"cmp"
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// nobody is the row of all people together who are not of the unit on the day that counts.
const nobody = "volunteers/-"

// row is what a line of a report is made of.
type row struct {
	name, displayName string
	branch            string
	personName        string
	// signed are the contracts signed in the row, theirs those of its people in the unit.
	signed, theirs, withheld []*entry
	people                   []*person
}

// whole is the row that the report's figures are of: everything, or a branch's part of its unit.
func (w *world) whole() *row {
	all := &row{name: w.home, signed: w.entries, theirs: w.entries, withheld: w.withheld}
	for _, p := range w.people {
		all.people = append(all.people, p)
	}
	slices.SortFunc(all.people, func(a, b *person) int { return cmp.Compare(a.name, b.name) })
	if w.subject.GetKind() == nuov1.OrganisationKind_ORGANISATION_KIND_BRANCH {
		return w.byBranch(all)[w.subject.GetName()]
	}
	return all
}

// noBranch is the row of a unit's contracts and people without a branch.
func (w *world) noBranch() string { return w.home + "/branches/-" }

// byBranch splits a unit's row by branch, each contract by the one that it was signed in.
func (w *world) byBranch(all *row) map[string]*row {
	rows := map[string]*row{w.subject.GetName(): {name: w.subject.GetName()}}
	at := func(branch string) *row {
		if branch == "" || place.Enclosing(branch) != w.home {
			branch = w.noBranch()
		}
		r, ok := rows[branch]
		if !ok {
			r = &row{name: branch}
			rows[branch] = r
		}
		return r
	}
	for _, e := range all.signed {
		r := at(e.contract.GetBranch())
		r.signed = append(r.signed, e)
	}
	for _, e := range all.withheld {
		r := at(e.contract.GetBranch())
		r.withheld = append(r.withheld, e)
	}
	for _, e := range all.theirs {
		if p := w.people[e.contract.GetVolunteer()]; p != nil {
			r := at(p.branch)
			r.theirs = append(r.theirs, e)
		}
	}
	for _, p := range all.people {
		r := at(p.branch)
		r.people = append(r.people, p)
	}
	return rows
}

// branches are the rows of a unit's branches in the order of their names, the one without a branch last and only where
// there is anything in it.
func (w *world) branches(all *row) ([]*row, error) {
	if w.subject.GetKind() != nuov1.OrganisationKind_ORGANISATION_KIND_UNIT {
		return nil, nil
	}
	split := w.byBranch(all)
	var rows []*row
	for o, err := range children(w.tx, w.home, nuov1.OrganisationKind_ORGANISATION_KIND_BRANCH) {
		if err != nil {
			return nil, err
		}
		r := split[o.GetName()]
		if r == nil {
			r = &row{name: o.GetName()}
		}
		r.displayName = o.GetDisplayName()
		rows = append(rows, r)
	}
	if r := split[w.noBranch()]; r != nil {
		rows = append(rows, r)
	}
	return rows, nil
}

// members are the rows of a report's people by branch and name, the one of all others last and only where there is
// anything in it. shown tells whose name the reader may see: the others are not loaded.
func (w *world) members(all *row, shown func(*nuov1.Volunteer) bool) ([]*row, error) {
	byName := make(map[string]*row, len(all.people))
	rows := make([]*row, 0, len(all.people)+1)
	for _, p := range all.people {
		r := &row{name: p.name, branch: p.branch, people: []*person{p}}
		if err := w.nameFor(r, shown); err != nil {
			return nil, err
		}
		byName[p.name] = r
		rows = append(rows, r)
	}
	others := &row{name: nobody}
	for _, e := range all.signed {
		r, ok := byName[e.contract.GetVolunteer()]
		if !ok {
			r = others
		}
		r.signed = append(r.signed, e)
	}
	for _, e := range all.theirs {
		if r, ok := byName[e.contract.GetVolunteer()]; ok {
			r.theirs = append(r.theirs, e)
		}
	}
	slices.SortFunc(rows, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.branch, b.branch), cmp.Compare(a.personName, b.personName), cmp.Compare(a.name, b.name))
	})
	if len(others.signed) > 0 {
		rows = append(rows, others)
	}
	return rows, nil
}

func (w *world) nameFor(r *row, shown func(*nuov1.Volunteer) bool) error {
	v, ok, err := store.Volunteers.Find(w.tx, r.name)
	if err != nil || !ok || !shown(v) {
		return err
	}
	p, _, err := store.Persons.Find(w.tx, r.name)
	r.personName = p.GetPerson().GetDisplayName()
	return err
}

// show is a row as it is answered, with the figures that has picks.
func (w *world) show(r *row, has func(*figure) bool) *nuov1.ReportRow {
	shown := &nuov1.ReportRow{Name: r.name, DisplayName: r.displayName, PersonName: r.personName, Branch: r.branch}
	for _, f := range figures {
		if f.kinds&w.kind != 0 && has(f) {
			shown.Figures = append(shown.Figures, &nuov1.RowFigure{Key: f.key, Value: w.value(f, r)})
		}
	}
	return shown
}
