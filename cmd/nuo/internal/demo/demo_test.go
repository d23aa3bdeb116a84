package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"nuo.internal/nuo/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const hang = 2 * time.Minute // beyond it a test is stuck

// screen is a terminal that is read by the test. wrote is called with each line of progress.
type screen struct {
	strings.Builder
	wrote func(line string)
	zh    bool
}

func (s *screen) Write(line []byte) (int, error) {
	if s.wrote != nil {
		s.wrote(string(line))
	}
	return s.Builder.Write(line)
}

func (s *screen) Chinese() bool { return s.zh }

func (s *screen) Word(e protoreflect.Enum) string {
	return string(e.Descriptor().Values().ByNumber(e.Number()).Name())
}

func (s *screen) Rows(keys string, answer proto.Message) { fmt.Fprintln(s, keys, answer) }

func (s *screen) Table(head []string, rows [][]string) {
	for _, row := range append([][]string{head}, rows...) {
		fmt.Fprintln(s, strings.Join(row, " | "))
	}
}

func (s *screen) lastLine() string {
	lines := strings.Split(strings.TrimRight(s.String(), "\n"), "\n")
	return lines[len(lines)-1]
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	t.Cleanup(cancel)
	return ctx
}

// emptyTemp makes the system's temporary directory one in which nothing may be left.
func emptyTemp(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Cleanup(func() {
		left, err := os.ReadDir(dir)
		if err != nil || len(left) > 0 {
			t.Errorf("left in the temporary directory: %v, %v", left, err)
		}
	})
}

func TestOKStoryInBothLanguages(t *testing.T) {
	for _, zh := range []bool{false, true} {
		t.Run(fmt.Sprintf("chinese=%t", zh), func(t *testing.T) {
			emptyTemp(t)
			s := &screen{zh: zh}
			if err := Run(within(t), Config{Terminal: s, Once: true}); err != nil {
				t.Fatalf("%v\n%s", err, s)
			}
			if s.lastLine() != "story: ok" {
				t.Errorf("the last line is %q", s.lastLine())
			}
			for _, secret := range []string{"测试户", "1幢1单元"} {
				if strings.Contains(s.String(), secret) {
					t.Errorf("a household is shown: %s", secret)
				}
			}
		})
	}
}

func TestErrWrongFigures(t *testing.T) {
	emptyTemp(t)
	figures := slices.Clone(theFigures)
	figures[0].want = "96"
	figures[len(figures)-1].read = func(*play, context.Context) (string, error) { return "", errors.New("unread") }
	s := &screen{}
	err := Run(within(t), Config{Terminal: s, Once: true, figures: figures})
	if !errors.Is(err, ErrWrong) || s.lastLine() != "story: 2 figures are wrong" {
		t.Errorf("%v, last line %q", err, s.lastLine())
	}
	for _, row := range []string{"| 96 | 95 | WRONG", "| unread | WRONG"} {
		if !strings.Contains(s.String(), row) {
			t.Errorf("no row %q", row)
		}
	}
}

// TestErrStepPlayedOtherwise: a refusal that does not come, or comes for another reason, ends the play.
func TestErrStepPlayedOtherwise(t *testing.T) {
	p := &play{cfg: Config{Terminal: &screen{}}}
	if p.refused(nil, 31) == nil || p.refused(errors.New("another"), 31) == nil {
		t.Error("taken for the refusal of the story")
	}
}

func TestErrUsedDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, server.File), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Run(within(t), Config{Terminal: &screen{}, Data: dir, Once: true}); !errors.Is(err, ErrUsed) {
		t.Errorf("%v", err)
	}
}

// TestOKServesOnUntilInterrupted: after the play the server answers, with a token for each role; then it stops in
// order and lets go of its directory.
func TestOKServesOnUntilInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(within(t))
	s := &screen{}
	address := ""
	s.wrote = func(line string) {
		if found := regexp.MustCompile(`goes on at (\S+) until`).FindStringSubmatch(line); found != nil {
			address = found[1]
		}
		if !strings.HasPrefix(line, "For example") {
			return
		}
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Errorf("nobody serves: %v", err)
			return
		}
		conn.Close()
		interrupt()
	}
	data := t.TempDir()
	if err := Run(ctx, Config{Terminal: s, Data: data}); err != nil {
		t.Fatalf("%v\n%s", err, s)
	}
	if !strings.Contains(s.String(), "\nstory: ok\n") {
		t.Error("no word about the story")
	}
	if n := strings.Count(s.String(), "  ROLE_"); n != 12 {
		t.Errorf("tokens of %d roles, want 12", n)
	}
	if conn, err := net.Dial("tcp", address); err == nil {
		conn.Close()
		t.Error("the server is still there")
	}
	if err := Run(within(t), Config{Terminal: &screen{}, Data: data}); !errors.Is(err, ErrUsed) {
		t.Errorf("the store has not stayed: %v", err)
	}
}

func TestErrInterruptedPlay(t *testing.T) {
	emptyTemp(t)
	ctx, interrupt := context.WithCancel(within(t))
	s := &screen{wrote: func(line string) {
		if strings.Contains(line, actNoon.en) {
			interrupt()
		}
	}}
	if err := Run(ctx, Config{Terminal: s}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if strings.Contains(s.String(), "story:") {
		t.Error("an interrupted play has a result")
	}
}
