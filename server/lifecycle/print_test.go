package lifecycle

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

var update = flag.Bool("update", false, "write testdata/table.txt and the diagram in ARCHITECTURE.md anew")

const (
	golden       = "testdata/table.txt"
	architecture = "../../ARCHITECTURE.md"
	diagramFrom  = "<!-- states: printed from server/lifecycle/table.go by `go test ./server/lifecycle -update` -->\n"
	diagramTo    = "<!-- /states -->\n"
)

// The table as people review it: whoever changes the table changes this text too.
func TestOKTableIsTheReviewedOne(t *testing.T) {
	compare(t, golden, func(string) (string, error) { return printTable(), nil })
}

// The diagram in ARCHITECTURE.md is the table's.
func TestOKDiagramIsFresh(t *testing.T) {
	compare(t, architecture, func(text string) (string, error) {
		head, rest, ok := strings.Cut(text, diagramFrom)
		_, tail, closed := strings.Cut(rest, diagramTo)
		if !ok || !closed {
			return "", fmt.Errorf("%s has no markers %q and %q", architecture, diagramFrom, diagramTo)
		}
		return head + diagramFrom + printDiagram() + diagramTo + tail, nil
	})
}

// compare holds a file to what is printed, or writes it with -update.
func compare(t *testing.T, file string, printed func(text string) (string, error)) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want, err := printed(string(text))
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case want == string(text):
	case *update:
		must0(t, os.WriteFile(file, []byte(want), 0o644))
	default:
		t.Errorf("%s is stale: run go test ./server/lifecycle -update and review what changed", file)
	}
}

func actionName(a nuov1.ContractAction) string {
	return strings.TrimPrefix(a.String(), "CONTRACT_ACTION_")
}

func roleNames(all []nuov1.Role) string {
	var names []string
	for _, r := range all {
		names = append(names, strings.ToLower(strings.TrimPrefix(r.String(), "ROLE_")))
	}
	return strings.Join(names, ", ")
}

func fromName(s nuov1.ContractState) string {
	if s == none {
		return "—"
	}
	return stateName(s)
}

func printTable() string {
	var b strings.Builder
	b.WriteString("from · action · by · if · to · what follows\n")
	last := nuov1.ContractState(-1)
	for _, r := range Table {
		if r.From != last {
			fmt.Fprintf(&b, "\n%s\n", fromName(r.From))
			last = r.From
		}
		var holds, to []string
		for _, g := range r.Holds {
			holds = append(holds, g.Text)
		}
		for _, s := range r.To {
			to = append(to, stateName(s))
		}
		fmt.Fprintf(&b, "  %-18s → %-28s by %s\n", actionName(r.Action), strings.Join(to, " | "), roleNames(r.By))
		if len(holds) > 0 {
			fmt.Fprintf(&b, "  %-18s   if %s\n", "", strings.Join(holds, "; "))
		}
		if r.Follows != "" {
			fmt.Fprintf(&b, "  %-18s   then %s\n", "", r.Follows)
		}
	}
	return b.String()
}

// printDiagram draws what moves a contract; what leaves its state is in a list below.
func printDiagram() string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	type edge struct{ from, to nuov1.ContractState }
	var order []edge
	labels := map[edge][]string{}
	stays := map[nuov1.ContractState][]string{}
	var states []nuov1.ContractState
	for _, r := range Table {
		for _, to := range r.To {
			if to == r.From {
				if len(stays[to]) == 0 {
					states = append(states, to)
				}
				stays[to] = append(stays[to], actionName(r.Action))
				continue
			}
			e := edge{r.From, to}
			if len(labels[e]) == 0 {
				order = append(order, e)
			}
			labels[e] = append(labels[e], actionName(r.Action))
		}
	}
	for _, e := range order {
		from := "[*]"
		if e.from != none {
			from = stateName(e.from)
		}
		fmt.Fprintf(&b, "  %s --> %s: %s\n", from, stateName(e.to), strings.Join(labels[e], ", "))
	}
	b.WriteString("```\n\nActions that leave the state:\n\n")
	for _, s := range states {
		fmt.Fprintf(&b, "- %s: %s\n", stateName(s), strings.Join(stays[s], ", "))
	}
	return b.String()
}
