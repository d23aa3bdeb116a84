package store_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nuo.internal/nuo/server/store"
)

var drawn = regexp.MustCompile(`(?m)^//\t(0x[0-9a-f]{2}) +(.+?) {2,}(.+?) {2,}(.+)$`)

// drawing reads the lines of the drawings in schema*.go.
func drawing(t *testing.T) (lines []string) {
	files, err := filepath.Glob("schema*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range drawn.FindAllStringSubmatch(string(text), -1) {
			lines = append(lines, strings.Join(m[1:], " | "))
		}
	}
	return lines
}

func TestOKDrawingIsWhatIsDeclared(t *testing.T) {
	var declared []string
	line := func(i store.Info) {
		declared = append(declared, fmt.Sprintf("0x%02x | %s | %s | %s", i.Prefix, i.Name, i.Parts, i.Message))
	}
	for _, table := range store.Tables() {
		i := table.Info()
		line(i)
		for _, x := range i.Indexes {
			line(x)
		}
	}
	lines := drawing(t)
	slices.Sort(declared)
	slices.Sort(lines)
	for _, d := range declared {
		if !slices.Contains(lines, d) {
			t.Errorf("declared and not drawn: %s", d)
		}
	}
	for _, l := range lines {
		if !slices.Contains(declared, l) {
			t.Errorf("drawn and not declared: %s", l)
		}
	}
}

func TestOKPrefixesAndNamesAreUnique(t *testing.T) {
	prefixes, names := map[byte]string{}, map[string]bool{}
	see := func(i store.Info) {
		if other, ok := prefixes[i.Prefix]; ok || i.Prefix == 0 {
			t.Errorf("%s has prefix 0x%02x, as has %s", i.Name, i.Prefix, other)
		}
		if names[i.Name] {
			t.Errorf("two are named %s", i.Name)
		}
		prefixes[i.Prefix], names[i.Name] = i.Name, true
	}
	for _, table := range store.Tables() {
		see(table.Info())
		for _, x := range table.Info().Indexes {
			see(x)
		}
	}
}

func TestOKTablesListsEveryDeclaration(t *testing.T) {
	declared, listed := declaredTables(t)
	slices.Sort(declared)
	slices.Sort(listed)
	if !slices.Equal(declared, listed) {
		t.Errorf("declared %v\nTables() lists %v", declared, listed)
	}
}

// declaredTables reads the names of all package variables that NewTable or NewChain makes, and of what Tables lists.
func declaredTables(t *testing.T) (declared, listed []string) {
	files, err := filepath.Glob("schema*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if len(n.Values) == 1 && isTable(n.Values[0]) {
					declared = append(declared, n.Names[0].Name)
				}
			case *ast.FuncDecl:
				if n.Name.Name == "Tables" {
					ast.Inspect(n.Body, func(n ast.Node) bool {
						if l, ok := n.(*ast.CompositeLit); ok {
							for _, e := range l.Elts {
								listed = append(listed, e.(*ast.Ident).Name)
							}
						}
						return true
					})
				}
			}
			return true
		})
	}
	return declared, listed
}

func isTable(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	f := call.Fun
	if x, ok := f.(*ast.IndexExpr); ok {
		f = x.X
	}
	id, ok := f.(*ast.Ident)
	return ok && (id.Name == "NewTable" || id.Name == "NewChain")
}
