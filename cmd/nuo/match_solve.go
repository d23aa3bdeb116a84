package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/matcher/instance"
)

// rosterSeconds is how long a roster is improved where nothing else is said.
const rosterSeconds = 10

// matchSolveCommand solves a problem from a file, without a server.
func matchSolveCommand(a *app) *cobra.Command {
	cmd := a.command(spec{
		use: "solve FILE", short: text{"Solve a matching problem from a file, without a server", "求解文件中的匹配问题（不经服务器）"},
		example: "nuo match solve matcher/testdata/small.txt.gz\nnuo match solve roster.txt --seconds 30 --plan",
		extra: func(cmd *cobra.Command) {
			f := cmd.Flags()
			f.Float64("seconds", rosterSeconds, a.say(saySecondsFlag))
			f.Uint64("seed", 1, a.flagUsage("seed"))
			f.Int("steps", 0, a.flagUsage("steps"))
			f.Bool("plan", false, a.flagUsage("plan"))
		},
	}, func(in *input) error {
		s := &solver{input: in, limit: rosterSeconds * time.Second}
		if err := s.read(); err != nil {
			return err
		}
		if err := s.solve(); err != nil {
			return err
		}
		return s.show()
	})
	cmd.Long = a.say(solveHelp)
	return cmd
}

// solver is one run of nuo match solve.
type solver struct {
	*input
	problem *matcher.Problem
	kind    instance.Kind
	limit   time.Duration // 0: none
	options matcher.RosterOptions
	plan    *matcher.Plan
	took    time.Duration
}

// read takes the flags and the file.
func (s *solver) read() (err error) {
	f := s.cmd.Flags()
	seconds, _ := f.GetFloat64("seconds")
	if !(seconds >= 0 && seconds <= 1e6) { // NaN is neither
		return usage(sayBadSeconds)
	}
	s.options.Seed, _ = f.GetUint64("seed")
	if s.options.Steps, _ = f.GetInt("steps"); s.options.Steps < 0 {
		return usage(sayBadSteps)
	}
	s.limit = time.Duration(seconds * float64(time.Second))
	if s.given("steps") && !s.given("seconds") {
		s.limit = 0
	}
	s.problem, s.kind, err = s.readProblem(s.args[0])
	return err
}

// solve finds the plan; a roster within its time, one shift each however long it takes.
func (s *solver) solve() (err error) {
	ctx := s.cmd.Context()
	s.progress(s.say(saySolving))
	defer s.progress("")
	start := s.now()
	if s.kind == instance.Fill {
		s.plan, err = matcher.Fill(ctx, s.problem)
	} else {
		var cancel context.CancelFunc
		if s.limit > 0 {
			ctx, cancel = context.WithTimeout(ctx, s.limit)
			defer cancel()
		}
		s.options.Progress = s.tell(start)
		s.plan, err = matcher.Roster(ctx, s.problem, s.options)
	}
	s.took = s.now().Sub(start)
	if errors.Is(err, context.Canceled) {
		return &failure{sayInterrupted}
	}
	return err
}

// tell shows on a terminal how far the solver is, a few times a second.
func (s *solver) tell(start time.Time) func(matcher.Progress) {
	const pause = 100 * time.Millisecond
	told := start
	return func(p matcher.Progress) {
		if at := s.now(); at.Sub(told) >= pause {
			told = at
			s.progress(s.say(saySolveStep.with(p.Score.Filled, p.Score.Rank, p.Bound.Rank, at.Sub(start).Seconds())))
		}
	}
}

// solution is what was found, as JSON.
type solution struct {
	Kind        string       `json:"kind"`
	Volunteers  int          `json:"volunteers"`
	Shifts      int          `json:"shifts"`
	Slots       int          `json:"slots"`
	Pairs       int          `json:"pairs"`
	Filled      int          `json:"filled"`
	Rank        int64        `json:"rank"`
	Bound       int64        `json:"bound"`
	More        int64        `json:"more"`
	Optimal     bool         `json:"optimal"`
	Unfairness  int64        `json:"unfairness"`
	Seconds     float64      `json:"seconds"`
	Assignments []assignment `json:"assignments,omitempty"`
}

// assignment is one line of the plan.
type assignment struct {
	Volunteer int   `json:"volunteer"`
	Shift     int   `json:"shift"`
	Rank      int32 `json:"rank"`
}

func (s *solver) solution() solution {
	score, bound := s.plan.Score, s.plan.Bound
	found := solution{
		Kind: s.kind.String(), Volunteers: s.problem.Volunteers(), Shifts: s.problem.Shifts(), Pairs: s.problem.Pairs(),
		Filled: score.Filled, Rank: score.Rank, Bound: bound.Rank, More: max(bound.Value-score.Value, 0),
		Optimal: s.plan.Optimal, Unfairness: score.Unfairness, Seconds: s.took.Seconds(),
	}
	for i := range s.problem.Shifts() {
		found.Slots += s.problem.Shift(i).Capacity
	}
	return found
}

// assignments are those of the plan with their ranks.
func (s *solver) assignments() []assignment {
	list := make([]assignment, len(s.plan.Assignments))
	for i, a := range s.plan.Assignments {
		shifts, ranks := s.problem.PairsOf(a.Volunteer)
		at, _ := slices.BinarySearch(shifts, int32(a.Shift))
		list[i] = assignment{a.Volunteer, a.Shift, ranks[at]}
	}
	return list
}

// show prints what was found. A person reads a summary; the last line is for programs.
func (s *solver) show() error {
	if s.cmd.Context().Err() != nil {
		s.note(sayBestSoFar)
	}
	found, list := s.solution(), s.assignments()
	if s.global.output == "json" {
		if s.flag("plan") == "true" {
			found.Assignments = list
		}
		return s.json(found)
	}
	w := bufio.NewWriter(s.out)
	if s.flag("plan") == "true" {
		for _, a := range list {
			fmt.Fprintf(w, "%s %d %s %d %s %d\n", header("volunteer").in(s.language), a.Volunteer,
				header("shift").in(s.language), a.Shift, header("rank").in(s.language), a.Rank)
		}
	}
	fmt.Fprintln(w, s.summary(found, list))
	if found.More > 0 {
		fmt.Fprintln(w, s.say(counted(sayMoreSlots.with(found.More))))
	}
	fmt.Fprintf(w, "filled %d rank %d bound %d seconds %.4f\n", found.Filled, found.Rank, found.Bound, found.Seconds)
	return w.Flush()
}

// summary is the table above the last line.
func (s *solver) summary(found solution, list []assignment) string {
	kind := sayOneEach
	if s.kind == instance.Roster {
		kind = saySeveralEach
	}
	w := s.printer().writer()
	row := func(head, value text) {
		if value != (text{}) {
			w.AppendRow(table.Row{s.say(head), s.say(value)})
		}
	}
	row(sayProblemRow, counted(sayProblemSize.with(s.say(kind), found.Volunteers, found.Shifts, found.Slots, found.Pairs)))
	row(sayFilledRow, counted(sayFilledOf.with(found.Filled, found.Slots)))
	row(sayServingRow, whoServes(found.Volunteers, list))
	row(sayRanksRow, ranksOf(list))
	row(sayProvedRow, s.proved(found))
	return trimLines(w.Render())
}

// proved says how good the plan is for certain.
func (s *solver) proved(found solution) text {
	gap := s.plan.Gap()
	switch {
	case found.Optimal:
		return sayBest
	case gap >= noProof && found.More > 0:
		return sayNeither
	case gap >= noProof:
		return sayNoProof
	case found.More > 0:
		return sayUnproved.with(100 * gap)
	}
	return sayWithin.with(100 * gap)
}

// whoServes counts who has a shift; the list is in the order of volunteers.
func whoServes(volunteers int, list []assignment) text {
	people, most, run := 0, 0, 0
	for i, a := range list {
		if run++; i == 0 || list[i-1].Volunteer != a.Volunteer {
			people, run = people+1, 1
		}
		most = max(most, run)
	}
	if most < 2 {
		return sayServing.with(people, volunteers)
	}
	return counted(sayServingMost.with(people, volunteers, most))
}

// ranksOf counts the first ranks, and what is beyond them together.
func ranksOf(list []assignment) text {
	const shown = 4
	count := map[int32]int{}
	highest := int32(0)
	for _, a := range list {
		count[a.Rank]++
		highest = max(highest, a.Rank)
	}
	var parts [2][]string
	left := len(list)
	add := func(t text) { parts[0], parts[1] = append(parts[0], t.en), append(parts[1], t.zh) }
	for rank := range int32(shown + 1) {
		if n := count[rank]; n > 0 {
			add(sayRankCount.with(n, rank))
			left -= n
		}
	}
	if left > 0 {
		add(sayRanksBeyond.with(left, highest))
	}
	return text{strings.Join(parts[0], ", "), strings.Join(parts[1], "，")}
}
