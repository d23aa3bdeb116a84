package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nuo.internal/nuo/server"
	"nuo.internal/nuo/server/check"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/boltkv"
	"nuo.internal/nuo/server/store"
)

// The parts of a check, each a process.
const (
	partOpen    = "open"    // that the file can be opened
	partPages   = "pages"   // the engine's own structure
	partRecords = "records" // what is stored
)

// Why a part does not begin.
const (
	refusedMissing = "missing"
	refusedHeld    = "held"
	refusedVersion = "version"
)

// partLine is one line that such a process writes: a problem, how far it is, why it refuses, or that it is done.
type partLine struct {
	Problem *check.Problem `json:"problem,omitempty"`
	Records int64          `json:"records,omitempty"`
	Table   string         `json:"table,omitempty"`
	Refusal string         `json:"refusal,omitempty"`
	Text    string         `json:"text,omitempty"`
	Done    bool           `json:"done,omitempty"`
}

const (
	// partStall is how long a process may say nothing.
	partStall = time.Minute
	// pagesRate is how many bytes of a file a check of its pages reads a second at the very least; it says nothing
	// meanwhile.
	pagesRate = 8 << 20
	// partStack bounds the stack of a process that follows a cycle of pages.
	partStack = 64 << 20
	// partLineSize is the longest line that is understood.
	partLineSize = 1 << 20
)

func stall(part string, size int64) time.Duration {
	if part == partPages {
		return partStall + time.Duration(size/pagesRate)*time.Second
	}
	return partStall
}

// partProcess is this program again, for one part. What it writes to its standard error is dropped: a crash shows
// memory.
func partProcess(ctx context.Context, part, file string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "check-part", "--", part, file)
	cmd.Args[0] = os.Args[0]
	return cmd, nil
}

// runPart runs a part and hands on its lines. An error, or that the last line is not done, means that it crashed or
// hung: it is ended when it says nothing for the length of stall.
func runPart(
	ctx context.Context, process func(context.Context) (*exec.Cmd, error), stall time.Duration, line func(partLine),
) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd, err := process(ctx)
	if err != nil {
		return err
	}
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	watch := time.AfterFunc(stall, cancel)
	defer watch.Stop()
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, partLineSize)
	for lines.Scan() {
		watch.Reset(stall)
		var l partLine
		if json.Unmarshal(lines.Bytes(), &l) == nil {
			line(l)
		}
	}
	return errors.Join(lines.Err(), cmd.Wait())
}

// checkPartCommand is what runPart runs.
func checkPartCommand(a *app) *cobra.Command {
	cmd := a.command(spec{
		use: "check-part PART FILE", short: text{"A part of nuo check", "nuo check 的一部分"}, example: "nuo check-part pages nuo.db",
	}, func(in *input) error {
		debug.SetMaxStack(partStack)
		out := json.NewEncoder(in.out)
		var failed error
		say := func(l partLine) { failed = errors.Join(failed, out.Encode(l)) }
		if err := checkPart(in.cmd.Context(), in.args[0], in.args[1], say); err != nil {
			say(refusalLine(in.args[1], err))
			return failed
		}
		say(partLine{Done: true})
		return failed
	})
	cmd.Hidden = true
	return cmd
}

// checkPart does a part in this process. Its error says why the file cannot be read.
func checkPart(ctx context.Context, part, file string, say func(partLine)) error {
	engine, err := boltkv.Open(file, boltkv.Config{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = engine.Close() }() // nothing was written to it
	switch part {
	case partPages:
		if err := engine.CheckPages(ctx); err != nil {
			say(partLine{Problem: fileProblem(file, err)})
		}
		return nil
	case partOpen, partRecords:
	default:
		return fmt.Errorf("no part %q", part)
	}
	kept, err := store.Open(engine, store.Config{Clock: server.NewClock(), ReadOnly: true})
	if err != nil || part == partOpen {
		return err
	}
	return check.Run(ctx, kept,
		func(p check.Problem) { say(partLine{Problem: &p}) },
		func(p check.Progress) { say(partLine{Records: p.Records, Table: p.Table}) })
}

// refusalLine tells damage, which is a problem that was found, from what only keeps the file from being read.
func refusalLine(file string, err error) partLine {
	switch {
	case errors.Is(err, kv.ErrLocked):
		return partLine{Refusal: refusedHeld, Text: strings.TrimPrefix(err.Error(), kv.ErrLocked.Error()+": ")}
	case errors.Is(err, store.ErrNewer), errors.Is(err, store.ErrOlder), errors.Is(err, store.ErrForeign):
		return partLine{Refusal: refusedVersion, Text: strings.TrimPrefix(err.Error(), "store: ")}
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return partLine{Refusal: refusedMissing, Text: reasonOf(err)}
	}
	return partLine{Problem: fileProblem(file, err), Done: true}
}

func fileProblem(file string, err error) *check.Problem {
	return &check.Problem{Table: "file", Key: filepath.Base(file), Text: strings.TrimPrefix(err.Error(), file+": ")}
}

// reasonOf is what the machine says, without the path, which is named beside it.
func reasonOf(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}
