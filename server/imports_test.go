package server_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "nuo.internal/nuo/"

// floors is the map of doc.go. A folder stands on the floor of the longest entry that is a prefix of its path.
var floors = map[string]int{
	"cmd":    6,
	"server": 5, "server/rest": 5, "server/web": 5,
	"server/directory": 4, "server/tasklist": 4, "server/contract": 4, "server/identity": 4, "server/report": 4,
	"server/importing": 4, "server/check": 4, "server/maintenance": 4, "server/matching": 4, "server/callup": 4,
	"server/pact": 4, "server/need": 4, "server/audit": 4,
	"server/lifecycle": 3, "server/call": 3, "server/place": 3,
	"server/store": 2, "server/rpc": 2,
	"server/kv": 1, "server/policy": 1, "server/fault": 1, "server/name": 1, "matcher": 1,
	"api": 0,
}

// doors see the API and its transport, and no room below.
var doors = []string{"server/rest", "server/web"}

// neighbours are the imports within one floor that are part of the design: slot rules need a district's policy.
var neighbours = map[string][]string{"server/lifecycle": {"server/place"}}

// roomOf is the entry of floors that a folder belongs to.
func roomOf(folder string) (string, bool) {
	for room := folder; room != "."; room = filepath.Dir(room) {
		if _, ok := floors[room]; ok {
			return room, room != "server" || folder == "server"
		}
	}
	return "", false
}

// source is one parsed Go file of the repository.
type source struct {
	path, folder string
	file         *ast.File
	set          *token.FileSet
}

func sources(t *testing.T) []source {
	t.Helper()
	root := ".."
	var all []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		relative, _ := filepath.Rel(root, path)
		all = append(all, source{filepath.ToSlash(relative), filepath.ToSlash(filepath.Dir(relative)), file, set})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) imports() []string {
	paths := make([]string, 0, len(s.file.Imports))
	for _, i := range s.file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		paths = append(paths, path)
	}
	return paths
}

// fault says why a folder may not import another, "" when it may.
func fault(from, to string) string {
	room, ok := roomOf(from)
	if !ok {
		return "stands on no floor: give it one in doc.go and here"
	}
	target, ok := roomOf(to)
	if !ok {
		return "imports " + to + ", which stands on no floor"
	}
	switch {
	case slices.Contains(doors, room) && target != room && target != "api" && target != "server/rpc":
		return "is a door and imports " + to + ", which is neither api nor server/rpc"
	case target == room:
		return ""
	case floors[target] > floors[room]:
		return "imports " + to + ", which stands above it"
	case floors[target] == floors[room] && !slices.Contains(neighbours[room], target):
		// The server is the roof over the doors.
		if room == "server" && slices.Contains(doors, target) {
			return ""
		}
		return "imports its neighbour " + to
	}
	return ""
}

func TestOKImportsPointDown(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() || !strings.HasPrefix(s.folder, "server") && !strings.HasPrefix(s.folder, "cmd") &&
			!strings.HasPrefix(s.folder, "matcher") && !strings.HasPrefix(s.folder, "api") {
			continue
		}
		for _, path := range s.imports() {
			to, ours := strings.CutPrefix(path, module)
			if !ours {
				continue
			}
			if why := fault(s.folder, to); why != "" {
				t.Errorf("%s %s", s.path, why)
			}
		}
	}
}

func TestErrBrokenFloorsAreSeen(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"server/directory", "server/identity", "neighbour"},
		{"server/store", "server/call", "above"},
		{"server/kv/boltkv", "server/store", "above"},
		{"server/policy", "server/fault", "neighbour"},
		{"server/web", "server/store", "door"},
		{"server/helpers", "api/nuo/v1", "no floor"},
		{"server/directory", "cmd/nuo", "above"},
		{"server/kv/boltkv", "server/kv", ""},
		{"server/identity", "server/call", ""},
		{"server", "server/web", ""},
		{"server/web", "server/rpc", ""},
		{"cmd/nuo", "server", ""},
	} {
		why := fault(c.from, c.to)
		if (c.want == "") != (why == "") || !strings.Contains(why, c.want) {
			t.Errorf("%s → %s: %q, want %q", c.from, c.to, why, c.want)
		}
	}
}

// bbolt is named in its engine alone, html/template in the pages alone, the wall clock in cmd and server alone.
func TestOKTechnologyStaysInItsRoom(t *testing.T) {
	for _, s := range sources(t) {
		for _, path := range s.imports() {
			for technology, home := range map[string]string{
				"go.etcd.io/bbolt": "server/kv/boltkv", "go.etcd.io/etcd": "server/kv/etcdkv", "html/template": "server/web",
			} {
				if strings.HasPrefix(path, technology) && !strings.HasPrefix(s.folder, home) {
					t.Errorf("%s imports %s, which is %s's alone", s.path, path, home)
				}
			}
		}
		if s.isTest() || s.folder == "server" || strings.HasPrefix(s.folder, "cmd") || strings.HasPrefix(s.folder, "proto") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := selector.X.(*ast.Ident)
			if ok && pkg.Name == timeName(s.file) && slices.Contains([]string{"Now", "Since", "Until"}, selector.Sel.Name) {
				t.Errorf("%s reads the wall clock; the clock is handed in", s.set.Position(n.Pos()))
			}
			return true
		})
	}
}

// timeName is what a file calls package time.
func timeName(f *ast.File) string {
	for _, i := range f.Imports {
		if i.Path.Value == `"time"` {
			if i.Name != nil {
				return i.Name.Name
			}
			return "time"
		}
	}
	return ""
}

// The map in doc.go names every room that there is, and on its floor.
func TestOKMapNamesEveryRoom(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	floor, drawn := "", map[string]int{}
	for line := range strings.Lines(string(doc)) {
		fields := strings.Fields(strings.TrimPrefix(line, "//"))
		if len(fields) > 1 && len(fields[0]) == 1 && fields[0] >= "0" && fields[0] <= "6" {
			floor, fields = fields[0], fields[1:]
		}
		if floor != "" && len(fields) > 0 {
			drawn[fields[0]], _ = strconv.Atoi(floor)
		}
	}
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.folder, "server/") {
			continue
		}
		room, ok := roomOf(s.folder)
		if !ok {
			t.Errorf("%s stands on no floor", s.folder)
			continue
		}
		if at, ok := drawn[room]; !ok || at != floors[room] {
			t.Errorf("doc.go does not draw %s on floor %d", room, floors[room])
			drawn[room] = floors[room]
		}
	}
}
