// Match measures the matcher against other solvers, on this machine and in one run; see `make bench-match`. It prints
// tables in Markdown on standard output, tells on standard error how far it is, and draws how times grow.
//
// The peers are built and run here: LEMON's minimum cost flows and SciPy's HiGHS and Jonker–Volgenant. Debian has them as
// g++, liblemon-dev and python3-scipy. What is missing is said, and its cells hold a dash.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "match:", err)
		os.Exit(1)
	}
}

// sections are the parts of the report, in order.
var sections = []struct {
	name string
	run  func(b *bench, ctx context.Context) error
}{
	{"fill", (*bench).fill}, {"roster", (*bench).roster}, {"weeks", (*bench).weeks}, {"stable", (*bench).stable}, {"growth", (*bench).growth},
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	if len(args) > 0 && args[0] == ours {
		return solve(ctx, args[1:], out)
	}
	var names []string
	for _, s := range sections {
		names = append(names, s.name)
	}
	flags := flag.NewFlagSet("match", flag.ContinueOnError)
	quick := flags.Bool("quick", false, "small problems and few rounds: to see that it runs, not to quote")
	only := flags.String("only", strings.Join(names, ","), "the `parts` to run")
	plot := flags.String("plot", "", "the `file` to draw the growth into; -quick draws nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b, err := newBench(ctx, out, *quick, *plot)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	parts := strings.Split(*only, ",")
	for _, part := range parts {
		if !slices.Contains(names, part) {
			return fmt.Errorf("-only %s: the parts are %s", part, strings.Join(names, ","))
		}
	}
	for _, s := range sections {
		if !slices.Contains(parts, s.name) {
			continue
		}
		if err := s.run(b, ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}
