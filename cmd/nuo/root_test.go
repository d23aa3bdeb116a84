package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

func testApp(l language) *app {
	return &app{
		in: strings.NewReader(""), out: new(bytes.Buffer), err: new(bytes.Buffer), language: l,
		getenv: func(string) string { return "" }, now: noon.Local,
	}
}

// TestEveryCommandOK: each has a line in both languages, words for every flag, and an example that could be typed.
func TestEveryCommandOK(t *testing.T) {
	english, chinese := everyCommand(testApp(english).root()), everyCommand(testApp(chinese).root())
	for i, cmd := range english {
		path := cmd.CommandPath()
		if cmd.Short == "" || !strings.ContainsFunc(chinese[i].Short, isHan) || strings.ContainsFunc(cmd.Short, isHan) {
			t.Errorf("%s: described as %q and %q", path, cmd.Short, chinese[i].Short)
		}
		if !strings.Contains(cmd.Example, "nuo") {
			t.Errorf("%s: no example", path)
		}
	}
}

// ofTheirOwn are services whose commands are more than an RPC each and have tests of their own.
var ofTheirOwn = map[protoreflect.Name]bool{"ImportService": true, "MaintenanceService": true, "ReportService": true}

// TestEveryRPCOK: there is a command for each.
func TestEveryRPCOK(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, "_test.go") {
			source.Write(text)
		}
	}
	protoregistry.GlobalFiles.RangeFilesByPackage("nuo.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			if ofTheirOwn[file.Services().Get(i).Name()] {
				continue
			}
			methods := file.Services().Get(i).Methods()
			for m := range methods.Len() {
				if name := methods.Get(m).FullName(); !regexp.MustCompile(`\.` + string(name.Name()) + `\b`).MatchString(source.String()) {
					t.Errorf("no command calls %s", name)
				}
			}
		}
		return true
	})
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// TestExamplesOK: every line of every example is understood by the command that it shows.
func TestExamplesOK(t *testing.T) {
	for _, shown := range everyCommand(testApp(english).root()) {
		for line := range strings.SplitSeq(shown.Example, "\n") {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "nuo ") {
				continue
			}
			line, _, _ = strings.Cut(line, " >")
			root := testApp(english).root()
			cmd, args, err := root.Find(words(line)[1:])
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			if shown.HasSubCommands() == false && cmd.CommandPath() != shown.CommandPath() {
				t.Errorf("%s: it is an example of %s", line, cmd.CommandPath())
			}
			if err := understood(cmd, args); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}

func understood(cmd *cobra.Command, args []string) error {
	if err := cmd.ParseFlags(args); err != nil {
		return err
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		return err
	}
	return cmd.ValidateRequiredFlags()
}

// words splits a line as a shell does, as far as examples need it.
func words(line string) []string {
	quoted := false
	return strings.FieldsFunc(strings.ReplaceAll(line, "''", ""), func(r rune) bool {
		if r == '\'' || r == '"' {
			quoted = !quoted
			return true
		}
		return r == ' ' && !quoted
	})
}

// TestEveryWordOK: every value and every field of the API that a table can show has its Chinese, and no word is left
// over from something that is gone.
func TestEveryWordOK(t *testing.T) {
	known := map[string]bool{}
	protoregistry.GlobalFiles.RangeFilesByPackage("nuo.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Enums().Len() {
			ed := file.Enums().Get(i)
			known[string(ed.Name())] = true
			if _, ok := valueWords[string(ed.Name())]; !ok || ed.Name() == "ErrorReason" {
				continue // not shown, or worded by the server
			}
			for _, value := range valuesOf(ed) {
				if values()[string(ed.Name())][value] == "" {
					t.Errorf("%s %s has no Chinese", ed.Name(), value)
				}
			}
			for value := range values()[string(ed.Name())] {
				if !strings.Contains(" "+strings.Join(valuesOf(ed), " ")+" ", " "+value+" ") {
					t.Errorf("%s has no %s", ed.Name(), value)
				}
			}
		}
		return true
	})
	for enum := range valueWords {
		if !known[enum] {
			t.Errorf("there is no enum %s", enum)
		}
	}
	for _, name := range []protoreflect.FullName{
		"nuo.v1.Organisation", "nuo.v1.Volunteer", "nuo.v1.ServedParty", "nuo.v1.TaskList", "nuo.v1.Task", "nuo.v1.Shift",
		"nuo.v1.Door", "nuo.v1.DoorCounts", "nuo.v1.Contract", "nuo.v1.ContractEvent", "nuo.v1.Commitment", "nuo.v1.Token", "nuo.v1.Match",
		"nuo.v1.Placement", "nuo.v1.Preference",
	} {
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(name)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := d.(protoreflect.MessageDescriptor)
		wantHeaders(t, m)
	}
}

func wantHeaders(t *testing.T, m protoreflect.MessageDescriptor) {
	t.Helper()
	for i := range m.Fields().Len() {
		fd := m.Fields().Get(i)
		if inner := fd.Message(); inner != nil && inner.ParentFile().Package() == "nuo.v1" {
			wantHeaders(t, inner)
			if !fd.IsList() {
				continue
			}
		}
		if headers()[string(fd.Name())] == "" {
			t.Errorf("%s.%s has no Chinese", m.Name(), fd.Name())
		}
		if e := fd.Enum(); e != nil && valueWords[string(e.Name())] == "" {
			t.Errorf("%s has no Chinese", e.Name())
		}
	}
}

// TestLanguageOK: --lang comes before the locale, whose parts have the order that POSIX gives them.
func TestLanguageOK(t *testing.T) {
	for _, c := range []struct {
		args []string
		env  map[string]string
		want language
	}{
		{nil, nil, english},
		{nil, map[string]string{"LANG": "zh_CN.UTF-8"}, chinese},
		{nil, map[string]string{"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, english},
		{[]string{"board", "--lang", "zh"}, nil, chinese},
		{[]string{"--lang=en", "board"}, map[string]string{"LANG": "zh_TW"}, english},
		{[]string{"board", "--", "--lang=zh"}, nil, english},
	} {
		if got := languageOf(c.args, func(key string) string { return c.env[key] }); got != c.want {
			t.Errorf("%v %v: %s, want %s", c.args, c.env, got, c.want)
		}
	}
}
