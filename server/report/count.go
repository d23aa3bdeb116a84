package report

import (
	"cmp"
	"maps"
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// behind are the contracts of a row that are behind a figure: what it counts, and what its drill-down lists.
func (w *world) behind(f *figure, r *row) []*entry {
	from := r.signed
	switch {
	case f.withheld:
		from = r.withheld
	case f.byPerson:
		from = r.theirs
	}
	var picked []*entry
	for _, e := range from {
		if f.in(w, e) {
			picked = append(picked, e)
		}
	}
	return picked
}

// value is a figure's value in a row.
func (w *world) value(f *figure, r *row) *nuov1.FigureValue {
	switch {
	case f.person != nil:
		return &nuov1.FigureValue{Total: new(int64(len(f.among(r))))}
	case f.number != nil:
		return &nuov1.FigureValue{Total: new(f.number(w))}
	case f.ratio != nuov1.FigureKey_FIGURE_KEY_UNSPECIFIED:
		divided, _ := figureOf(f.ratio, everywhere)
		members, _ := figureOf(nuov1.FigureKey_FIGURE_KEY_MEMBERS, everywhere)
		return &nuov1.FigureValue{
			Total: new(w.value(divided, r).GetTotal()), Base: new(w.value(members, r).GetTotal()),
		}
	}
	picked := w.behind(f, r)
	v := &nuov1.FigureValue{}
	if !f.apart {
		v.Total = new(f.sum(picked, func(*entry) bool { return true }))
	}
	if f.split {
		v.Volunteering = new(f.sum(picked, func(e *entry) bool { return !e.duty() }))
		v.Duty = new(f.sum(picked, (*entry).duty))
	}
	if f.based {
		v.Base = new(int64(len(picked)))
	}
	return v
}

// sum adds up those of the picked that are of a ledger.
func (f *figure) sum(picked []*entry, of func(*entry) bool) (sum int64) {
	seen := map[string]bool{}
	for _, e := range picked {
		if !of(e) {
			continue
		}
		if f.once != nil {
			seen[f.once(e)] = true
			continue
		}
		sum += f.adds(e)
	}
	return sum + int64(len(seen))
}

// among are the people of a row whom a figure counts.
func (f *figure) among(r *row) (picked []*person) {
	for _, p := range r.people {
		if f.person(p) {
			picked = append(picked, p)
		}
	}
	return picked
}

// parts are those of a figure in a row, in the order of their codes.
func (w *world) parts(f *figure, r *row) []*nuov1.FigurePart {
	counts := map[part]int64{}
	if f.personPart != nil {
		for _, p := range f.among(r) {
			counts[f.personPart(p)]++
		}
	}
	if f.part != nil {
		for _, e := range w.behind(f, r) {
			counts[f.part(e)]++
		}
	}
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b part) int {
		return cmp.Or(cmp.Compare(a.exemption, b.exemption), cmp.Compare(a.reason, b.reason), cmp.Compare(a.rating, b.rating))
	})
	var parts []*nuov1.FigurePart
	for _, k := range keys {
		parts = append(parts, &nuov1.FigurePart{Exemption: k.exemption, Reason: k.reason, Rating: k.rating, Count: counts[k]})
	}
	return parts
}
