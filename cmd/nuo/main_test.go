package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"nuo.internal/nuo/server"
)

const hang = 30 * time.Second // beyond it a test is stuck

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"nuo": main}) }

// noon is when the servers of the scripts stand: 8 February 2020, 12:00 in 椒江.
var noon = time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC)

// clockOf is the key under which a script finds its server's clock.
type clockOf struct{}

// TestScripts plays testdata/*.txt, each against a server of its own, whose first token is in NUO_TOKEN. Beside
// testscript's own commands a script has:
//
//	exits STATUS nuo ARGS…   runs and wants that exit status
//	capture NAME PATTERN     puts the first group of the pattern, searched in the last output, into $NAME
//	clock TIME               moves the server's clock to the RFC 3339 time
//
// The shared matching problems are in $PROBLEMS.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			clock := server.NewManualClock(noon)
			env.Values[clockOf{}] = clock // scripts run side by side: each has its own
			address, token, err := startServer(t, env.WorkDir+"/.store", clock, env.Defer)
			env.Setenv("NUO_SERVER", address)
			env.Setenv("NUO_TOKEN", token)
			env.Setenv("LANG", "C.UTF-8")
			return errors.Join(err, problemsFor(env))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":   exits,
			"capture": capture,
			"clock": func(ts *testscript.TestScript, _ bool, args []string) {
				to, err := time.Parse(time.RFC3339, args[0])
				ts.Check(err)
				ts.Value(clockOf{}).(*server.ManualClock).Set(to)
			},
		},
	})
}

// problemsFor puts the shared matching problems within reach, and one as other editors write it: with Windows' line ends,
// and with a mark before the first character.
func problemsFor(env *testscript.Env) error {
	problems, err := filepath.Abs("../../matcher/testdata")
	env.Setenv("PROBLEMS", problems)
	text := "# lists\np 3 2 3\ns 0 1\ns 1 2\ne 0 0 1\n\ne 0 1 2 # second\ne 1 0 1\n"
	return errors.Join(err,
		os.WriteFile(filepath.Join(env.WorkDir, "crlf.txt"), []byte(strings.ReplaceAll(text, "\n", "\r\n")), 0o600),
		os.WriteFile(filepath.Join(env.WorkDir, "marked.txt"), []byte("\ufeff"+text), 0o600))
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	status := 0
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		status = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if status != want {
		ts.Fatalf("exit status %d, want %d", status, want)
	}
}

func capture(ts *testscript.TestScript, _ bool, args []string) {
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("no %s in the output", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// startServer runs a server until the cleanup and answers where it listens and its first token.
func startServer(t *testing.T, data string, clock server.Clock, cleanup func(func())) (address, token string, err error) {
	t.Helper()
	s, err := server.New(server.Config{
		Data: data, Listen: "127.0.0.1:0", District: "jiaojiang", Clock: clock, StopTimeout: hang,
		FirstToken: func(secret string) { token = secret },
	})
	if err != nil {
		return "", "", err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-s.Ready():
		return s.Addr().String(), token, nil
	case err := <-ended:
		ended <- nil
		return "", "", err
	case <-time.After(hang):
		return "", "", errors.New("the server is never ready")
	}
}
