package main

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/matcher/instance"
)

//go:embed peers
var peers embed.FS

// longest is how long one process may solve.
const longest = 15 * time.Minute

// bench has what the parts of the report need.
type bench struct {
	out   io.Writer
	quick bool
	plot  string
	// dir holds problems and peers while it runs.
	dir string
	// self is this program; flow and python the peers, empty where they are missing.
	self, flow, python string
}

func newBench(ctx context.Context, out io.Writer, quick bool, plot string) (*bench, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "match")
	if err != nil {
		return nil, err
	}
	b := &bench{out: out, quick: quick, plot: plot, dir: dir, self: self}
	for _, name := range []string{"flow.cpp", "exact.py"} {
		text, err := peers.ReadFile("peers/" + name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
	flow := filepath.Join(dir, "flow")
	if out, err := exec.CommandContext(ctx, "g++", "-O3", "-march=native", "-o", flow, flow+".cpp").CombinedOutput(); err != nil {
		tell("without LEMON (%s): apt install g++ liblemon-dev", firstLine(out, err))
	} else {
		b.flow = flow
	}
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(ctx, python, "-c", "import scipy.optimize").Run() == nil {
			b.python = python
		}
	}
	if b.python == "" {
		tell("without HiGHS and Jonker–Volgenant: apt install python3-scipy")
	}
	return b, nil
}

func firstLine(out []byte, err error) string {
	if line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n"); line != "" {
		return line
	}
	return err.Error()
}

// tell says on standard error how far it is.
func tell(format string, a ...any) { fmt.Fprintf(os.Stderr, format+"\n", a...) }

// file writes a problem where peers can read it.
func (b *bench) file(name string, p *matcher.Problem, kind instance.Kind) (string, error) {
	path := filepath.Join(b.dir, name+".txt")
	file, err := os.Create(path)
	if err != nil {
		return "", err
	}
	return path, errors.Join(instance.Write(file, p, kind), file.Close())
}

// result is what a process printed, number by name: seconds, and peak, the most memory that it held, in bytes, are among
// them. It is nil where a peer is missing.
type result map[string]float64

// once runs a process, none where the program is missing.
func once(ctx context.Context, command []string) (result, error) {
	if command[0] == "" {
		return nil, nil
	}
	ctx, stop := context.WithTimeout(ctx, longest)
	defer stop()
	var out, why bytes.Buffer
	process := exec.CommandContext(ctx, command[0], command[1:]...)
	process.Stdout, process.Stderr = &out, &why
	if err := process.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", strings.Join(command, " "), err, why.String())
	}
	r := result{}
	for field := range strings.FieldsSeq(out.String()) {
		name, value, _ := strings.Cut(field, "=")
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, fmt.Errorf("%s printed %q", command[0], field)
		}
		r[name] = number
	}
	return r, nil
}

// rounds runs the processes one after the other, again and again, so that a slower minute hits all of them. It answers
// the median of each one's seconds and the highest of its peaks, and an error where two of them filled differently.
func rounds(ctx context.Context, n int, commands ...[]string) ([]result, error) {
	runs := make([][]result, len(commands))
	for range n {
		for i, command := range commands {
			r, err := once(ctx, command)
			if err != nil {
				return nil, err
			}
			if r != nil {
				runs[i] = append(runs[i], r)
			}
		}
	}
	medians := make([]result, len(commands))
	var one result
	for i := range runs {
		if len(runs[i]) == 0 {
			continue
		}
		r := medianBy(runs[i], "seconds")
		for _, other := range runs[i] {
			r["peak"] = max(r["peak"], other["peak"])
		}
		if one == nil {
			one = r
		}
		if r["filled"] != one["filled"] || r["rank"] != one["rank"] {
			return nil, fmt.Errorf("%v solved to %v, %v to %v", commands[0], one, commands[i], r)
		}
		medians[i] = r
	}
	return medians, nil
}

// medianBy is the result whose number of this name is in the middle.
func medianBy(runs []result, name string) result {
	runs = slices.SortedFunc(slices.Values(runs), func(a, b result) int { return cmp.Compare(a[name], b[name]) })
	return runs[len(runs)/2]
}
