package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"

	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/matcher/instance"
)

// ours is the first argument of a process that solves one problem, as a peer does:
//
//	ours fill|stable PROBLEM
//	ours roster PROBLEM SECONDS FILLED RANK    tells when FILLED slots were filled within 0.3 % of RANK
const ours = "ours"

func solve(ctx context.Context, args []string, out io.Writer) error {
	if len(args) < 2 {
		return fmt.Errorf("%s wants a solver and a problem", ours)
	}
	p, err := problemOf(args[1])
	if err != nil {
		return err
	}
	switch args[0] {
	case "fill":
		return repeat(out, func() (matcher.Score, error) {
			plan, err := matcher.Fill(ctx, p)
			if err != nil {
				return matcher.Score{}, err
			}
			return plan.Score, nil
		})
	case "stable":
		return repeat(out, func() (matcher.Score, error) {
			plan, err := matcher.Stable(ctx, p, matcher.StableOptions{})
			if err != nil {
				return matcher.Score{}, err
			}
			return plan.Score, nil
		})
	case "roster":
		return search(ctx, p, args[2:], out)
	}
	return fmt.Errorf("no solver %q", args[0])
}

// problemOf reads a problem from a file, or makes one: fill:VOLUNTEERS:SHIFTS:EACH, weeks:VOLUNTEERS:SHIFTS:DAYS:EACH or
// dense:N.
func problemOf(name string) (*matcher.Problem, error) {
	var a, b, c, d int
	if n, _ := fmt.Sscanf(name, "fill:%d:%d:%d", &a, &b, &c); n == 3 {
		return instance.GenerateFill(a, b, c, 4, 1)
	}
	if n, _ := fmt.Sscanf(name, "weeks:%d:%d:%d:%d", &a, &b, &c, &d); n == 4 {
		return instance.GenerateRoster(a, b, c, d, 1)
	}
	if n, _ := fmt.Sscanf(name, "dense:%d", &a); n == 1 {
		return instance.GenerateDense(a)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	p, _, err := instance.Read(file)
	return p, errors.Join(err, file.Close())
}

// repeat solves until half a second is over, at least once and at most fifty times, as the peers do.
func repeat(out io.Writer, once func() (matcher.Score, error)) error {
	var seconds []float64
	var score matcher.Score
	var before, after runtime.MemStats
	for sum := 0.0; len(seconds) == 0 || sum < 0.5 && len(seconds) < 50; sum += seconds[len(seconds)-1] {
		runtime.ReadMemStats(&before)
		start := time.Now()
		var err error
		if score, err = once(); err != nil {
			return err
		}
		seconds = append(seconds, time.Since(start).Seconds())
		runtime.ReadMemStats(&after)
	}
	slices.Sort(seconds)
	fmt.Fprintf(out, "filled=%d rank=%d seconds=%.6f allocs=%d bytes=%d peak=%d\n", score.Filled, score.Rank, seconds[len(seconds)/2],
		after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc, peak())
	return nil
}

// search rosters for some seconds.
func search(ctx context.Context, p *matcher.Problem, args []string, out io.Writer) error {
	if len(args) != 3 {
		return fmt.Errorf("roster wants PROBLEM SECONDS FILLED RANK")
	}
	var number [3]float64
	for i, arg := range args {
		var err error
		if number[i], err = strconv.ParseFloat(arg, 64); err != nil {
			return err
		}
	}
	ctx, stop := context.WithTimeout(ctx, time.Duration(number[0]*float64(time.Second)))
	defer stop()
	start, within, first := time.Now(), -1.0, -1.0
	near := func(s matcher.Score) bool { return float64(s.Value) >= number[1] && float64(s.Rank) <= number[2]*1.003 }
	plan, err := matcher.Roster(ctx, p, matcher.RosterOptions{Seed: 1, Progress: func(g matcher.Progress) {
		if first < 0 {
			first = time.Since(start).Seconds()
		}
		if within < 0 && near(g.Score) {
			within = time.Since(start).Seconds()
		}
	}})
	if err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()
	if within < 0 && near(plan.Score) {
		within = seconds
	}
	if err := p.Check(plan.Assignments); err != nil {
		return err
	}
	optimal := 0
	if plan.Optimal {
		optimal = 1
	}
	fmt.Fprintf(out, "filled=%d rank=%d seconds=%.6f within=%.6f first=%.6f gap=%.6f most=%d optimal=%d peak=%d\n", plan.Score.Filled,
		plan.Score.Rank, seconds, within, first, plan.Gap(), plan.Bound.Value, optimal, peak())
	return nil
}

// peak is the most memory that this process held, in bytes, 0 where the system does not tell. What getrusage tells begins
// with the memory of the process that started this one.
func peak() (kilobytes int64) {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if n, _ := fmt.Sscanf(lines.Text(), "VmHWM: %d", &kilobytes); n == 1 {
			return kilobytes << 10
		}
	}
	return 0
}
