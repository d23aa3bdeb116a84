package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"nuo.internal/nuo/matcher/instance"
)

// solved runs nuo match solve in this process.
func solved(t *testing.T, l language, stdin string, args ...string) (status int, out, said string) {
	t.Helper()
	a := testApp(l)
	a.in = strings.NewReader(stdin)
	a.global.timeZone = "Asia/Shanghai"
	status = a.run(append([]string{"--lang", string(l), "match", "solve"}, args...))
	return status, a.out.(*bytes.Buffer).String(), a.err.(*bytes.Buffer).String()
}

// TestErrSolveFile: a file that holds no problem is refused in a line that names it, in both languages, and nothing is
// printed on the standard output.
func TestErrSolveFile(t *testing.T) {
	packed := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	whole := packed(large())
	for name, c := range map[string]struct{ content, en, zh string }{
		"empty":   {"", "is empty", "空文件"},
		"binary":  {"\x7fELF\x02\x00\x00", "is not text", "不是文本"},
		"utf16":   {"\xff\xfep\x00 \x001\x00", "is not text", "不是文本"},
		"torn":    {whole[:len(whole)-12], "cannot be unpacked", "无法解压"},
		"broken":  {whole[:12] + "xxxx" + whole[16:], "cannot be unpacked", "无法解压"},
		"nothing": {packed("# nothing\n"), "neither a p line", "既没有 p 行"},
		"minus":   {packed("p 1 1 0\ns 0 -1\n"), ":2: capacity is -1", ":2：名额为 -1"},
		"text":    {"Dear all,\nthe gate needs four.\n", ":1: begins with", ":1：以"},
	} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		for l, want := range map[language]string{english: c.en, chinese: c.zh} {
			status, out, said := solved(t, l, "", file)
			if status != exitRefused || out != "" || !strings.Contains(said, want) || strings.Count(said, "\n") != 1 {
				t.Errorf("%s: status %d, %q, %q, want %q", name, status, out, said, want)
			}
		}
	}
}

// large is a problem that stays long when packed.
func large() string {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "s %d 0 8 9 %d 0\n", i, i*i%1000)
	}
	return b.String()
}

// TestErrSolveLineChinese: whatever the reader finds wrong with a line has words in Chinese.
func TestErrSolveLineChinese(t *testing.T) {
	latin := regexp.MustCompile(`"[^"]*"`) // what the file says stays as it is
	for _, content := range []string{
		"p -1 1 0", "p x 1 0", "p 1 99999999999 0", "p 1 1 -1", "p 1 1", "p 1 1 0 0", "p 1 1 0\np 1 1 0", "hello", "s",
		"s 0 0 8 7 1 0", "s 0 0 8 9 -1 0", "s 0 0 8 9 1 -1", "s 0 x 8 9 1 0", "s 0 0 x 9 1 0", "s 1 0 8 9 1 0\ne 0 0 1",
		"s 0 0 8 9 1 0\ns 0 0 8 9 1 0", "s 0 0 8 9 1 0\ne 0 0 1\ns 1 0 8 9 1 0", "s 9999999 0 8 9 1 0",
		"p 1 2 1\ns 0 1\ne 0 0 1", "p 1 1 1\ns 0 1\ne 1 0 1", "p 1 1 1\ns 0 1\ne 0 1 1", "p 1 1 1\ns 0 1\ne 0 0 -1",
		"p 1 1 1\ns 0 1\ne 0 0 1\ne 0 0 1", "p 1 1 2\ns 0 1\ne 0 0 1", "# " + strings.Repeat("x", 1<<17),
	} {
		_, _, err := instance.Read(strings.NewReader(content))
		if err == nil {
			t.Errorf("%.40q is taken", content)
			continue
		}
		said := misread("f", err)
		if strings.TrimSuffix(said.en, sayFormatsHelp.en) == said.en {
			t.Errorf("%.40q: %q does not lead to the formats", content, said.en)
		}
		zh := latin.ReplaceAllString(strings.TrimSuffix(said.zh, sayFormatsHelp.zh), "")
		if regexp.MustCompile(`[a-z]{2,}`).MatchString(zh) {
			t.Errorf("%.40q: %q is not Chinese", content, said.zh)
		}
	}
}

// endless is a standard input on which nothing comes.
type endless struct{ ended chan struct{} }

func (e endless) Read([]byte) (int, error) {
	<-e.ended
	return 0, context.Canceled
}

// TestErrSolveInterrupted: Ctrl-C ends the wait for a standard input on which nothing comes.
func TestErrSolveInterrupted(t *testing.T) {
	a := testApp(english)
	nothing := endless{make(chan struct{})}
	defer close(nothing.ended)
	a.in = nothing
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	root := a.root()
	root.SetArgs([]string{"match", "solve", "-"})
	cmd, err := root.ExecuteContextC(ctx)
	if status := a.explain(cmd, err); err == nil || status != exitRefused {
		t.Errorf("%v, status %d", err, status)
	}
}

// TestSolveInterruptedOK: a roster that is interrupted shows the best that was found, ending with the line for programs.
func TestSolveInterruptedOK(t *testing.T) {
	problem, err := instance.GenerateRoster(2000, 500, 14, 20, 1)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := instance.Write(&text, problem, instance.Roster); err != nil {
		t.Fatal(err)
	}
	a := testApp(english)
	a.in = &text
	a.now = time.Now
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	root := a.root()
	root.SetArgs([]string{"match", "solve", "-", "--seconds", "0"})
	if _, err := root.ExecuteContextC(ctx); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(a.out.(*bytes.Buffer).String()), "\n")
	if last := lines[len(lines)-1]; !regexp.MustCompile(`^filled \d{3,} rank \d+ bound \d+ seconds \d\.\d{4}$`).MatchString(last) {
		t.Errorf("the last line is %q", last)
	}
}
