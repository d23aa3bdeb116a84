package importing

import (
	"cmp"
	"fmt"
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// maxDiagnostics is how many mistakes an answer names.
const maxDiagnostics = 100

// spot is where something stands: lines and columns from 1, columns in characters.
type spot struct {
	file         string
	line, column int
}

// said is a text in both languages. Neither holds what a file says: values may be personal.
type said struct{ en, zh string }

func sayf(en, zh string, args ...any) said {
	return said{fmt.Sprintf(en, args...), fmt.Sprintf(zh, args...)}
}

// diagnostics are the mistakes found so far.
type diagnostics struct{ found []*nuov1.ImportDiagnostic }

func (d *diagnostics) add(at spot, field string, what, remedy said) {
	d.found = append(d.found, &nuov1.ImportDiagnostic{
		File: at.file, Line: int32(at.line), Column: int32(at.column), Field: field,
		Message: what.en, MessageZh: what.zh, Remedy: remedy.en, RemedyZh: remedy.zh,
	})
}

func (d *diagnostics) any() bool { return len(d.found) > 0 }

// first are the mistakes in the order of the files and their lines, as many as an answer names.
func (d *diagnostics) first(files []*nuov1.ImportFile) []*nuov1.ImportDiagnostic {
	order := make(map[string]int, len(files))
	for i, f := range files {
		order[f.GetName()] = i
	}
	slices.SortStableFunc(d.found, func(a, b *nuov1.ImportDiagnostic) int {
		return cmp.Or(cmp.Compare(order[a.GetFile()], order[b.GetFile()]),
			cmp.Compare(a.GetLine(), b.GetLine()), cmp.Compare(a.GetColumn(), b.GetColumn()))
	})
	return d.found[:min(len(d.found), maxDiagnostics)]
}
