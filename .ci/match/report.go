package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"nuo.internal/nuo/matcher/instance"
)

// table is one of the report's.
type table [][]string

func (t *table) row(cells ...string) { *t = append(*t, cells) }

// print writes a title and the rows, the first being the head; numbers stand right.
func (t table) print(out io.Writer, title string) {
	fmt.Fprintf(out, "\n### %s\n\n", title)
	for i, cells := range t {
		fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
		if i == 0 {
			fmt.Fprintf(out, "|---%s|\n", strings.Repeat("|--:", len(cells)-1))
		}
	}
}

const missing = "–"

// duration is some seconds in a fitting unit.
func duration(seconds float64) string {
	switch {
	case math.IsNaN(seconds) || seconds < 0:
		return missing
	case seconds < 1e-6:
		return fmt.Sprintf("%.0f ns", seconds*1e9)
	case seconds < 0.001:
		return fmt.Sprintf("%.0f µs", seconds*1e6)
	case seconds < 1:
		return fmt.Sprintf("%.3g ms", seconds*1e3)
	case seconds < 999.5:
		return fmt.Sprintf("%.3g s", seconds)
	}
	return number(seconds) + " s"
}

func (r result) seconds() string {
	if r == nil {
		return missing
	}
	return duration(r["seconds"])
}

func (r result) megabytes(name string) string {
	if r == nil || r[name] == 0 {
		return missing
	}
	return fmt.Sprintf("%.3g MB", r[name]/1e6)
}

func percent(part float64) string {
	if part > 1 {
		return "above 100 %"
	}
	return fmt.Sprintf("%.2g %%", 100*part)
}

func number(n float64) string { return group(fmt.Sprintf("%.0f", n)) }

// group puts commas between thousands.
func group(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// ratio is how much of the fastest peer's time ours took.
func ratio(seconds float64, peers ...result) string {
	best := math.Inf(1)
	for _, peer := range peers {
		if peer != nil {
			best = min(best, peer["seconds"])
		}
	}
	if math.IsInf(best, 1) || seconds < 0 {
		return missing
	}
	return fmt.Sprintf("%.2g", seconds/best)
}

// fill is one shift each: the shared problems, one ten times as large, and a dense one.
func (b *bench) fill(ctx context.Context) error {
	volunteers, dense, count := 100_000, 2000, 5
	if b.quick {
		volunteers, dense, count = 20_000, 500, 1
	}
	t := table{{"Fill", "volunteers × shifts, pairs", "filled, rank", "ours", "LEMON simplex", "LEMON scaling", "SciPy", "ours / best", "our peak", "theirs", "allocations"}}
	for _, c := range []struct {
		name, source  string
		rounds        int
		lemon, python string
	}{
		{"small", "matcher/testdata/small.txt.gz", count, b.flow, ""},
		{"town", "matcher/testdata/town.txt.gz", count, b.flow, ""},
		{"city", fmt.Sprintf("fill:%d:%d:20", volunteers, volunteers/4), min(count, 3), b.flow, ""},
		{"dense", fmt.Sprintf("dense:%d", dense), count, "", b.python},
	} {
		tell("fill: %s", c.name)
		p, err := problemOf(c.source)
		if err != nil {
			return err
		}
		path, err := b.file(c.name, p, instance.Fill)
		if err != nil {
			return err
		}
		r, err := rounds(ctx, c.rounds, []string{b.self, ours, "fill", path}, []string{c.lemon, path, "simplex"},
			[]string{c.lemon, path, "scaling"}, []string{c.python, b.dir + "/exact.py", "dense", path})
		if err != nil {
			return err
		}
		theirs := r[1]
		if theirs == nil {
			theirs = r[3]
		}
		t.row(c.name, fmt.Sprintf("%s × %s, %s", number(float64(p.Volunteers())), number(float64(p.Shifts())), number(float64(p.Pairs()))),
			number(r[0]["filled"])+", "+number(r[0]["rank"]), r[0].seconds(), r[1].seconds(), r[2].seconds(), r[3].seconds(),
			ratio(r[0]["seconds"], r[1:]...), r[0].megabytes("peak"), theirs.megabytes("peak"), number(r[0]["allocs"]))
	}
	t.print(b.out, "One shift each, exact")
	return nil
}

// alone is how many seconds Roster gets where there is nobody to compare it with.
const alone = 1.0

// roster is several shifts each beside an exact solver, with the time that it took.
func (b *bench) roster(ctx context.Context) error {
	count := 5
	if b.quick {
		count = 1
	}
	t := table{{"Roster", "HiGHS: filled, rank", "ours", "HiGHS, exact", "ours within 0.3 %", "ours / HiGHS", "proved gap at HiGHS's time", "ours proved best after"}}
	for _, name := range []string{"roster-1", "roster-2", "roster-4"} {
		tell("roster: %s", name)
		p, err := problemOf("matcher/testdata/" + name + ".txt.gz")
		if err != nil {
			return err
		}
		path, err := b.file(name, p, instance.Roster)
		if err != nil {
			return err
		}
		exact, err := rounds(ctx, count, []string{b.python, b.dir + "/exact.py", "roster", path})
		if err != nil {
			return err
		}
		peer := exact[0]
		if peer == nil { // nothing to be within 0.3 % of, and no time to compare with
			r, err := b.searches(ctx, count, path, alone, math.MaxInt32, 0)
			if err != nil {
				return err
			}
			t.row(name, missing, number(r["filled"])+", "+number(r["rank"]), missing, missing, missing, missing, proved(r))
			continue
		}
		r, err := b.searches(ctx, count, path, peer["seconds"], peer["filled"], peer["rank"])
		if err != nil {
			return err
		}
		if r["optimal"] == 1 && (r["filled"] != peer["filled"] || r["rank"] != peer["rank"]) {
			return fmt.Errorf("%s is proved best at %v, by HiGHS at %v", name, r, peer)
		}
		t.row(name, number(peer["filled"])+", "+number(peer["rank"]), number(r["filled"])+", "+number(r["rank"]), peer.seconds(),
			duration(r["within"]), ratio(r["within"], peer), percent(r["gap"]), proved(r))
	}
	t.print(b.out, "Several shifts each: 200 volunteers × 60 shifts")
	return nil
}

// searches rosters several times: the median of the times, the widest gap.
func (b *bench) searches(ctx context.Context, n int, path string, limit, filled, rank float64) (result, error) {
	var within []result
	gap := 0.0
	for range n {
		r, err := once(ctx, []string{b.self, ours, "roster", path, fmt.Sprint(limit), fmt.Sprint(filled), fmt.Sprint(rank)})
		if err != nil {
			return nil, err
		}
		within = append(within, r)
		gap = max(gap, r["gap"])
	}
	middle := medianBy(within, "within")
	middle["gap"] = gap
	return middle, nil
}

func proved(r result) string {
	if r["optimal"] == 1 {
		return duration(r["seconds"])
	}
	return missing
}

// weeks are large rosters after ten seconds: one with volunteers to spare, one with too few.
func (b *bench) weeks(ctx context.Context) error {
	sources, limit := []string{"weeks:20000:5000:14:30", "weeks:10000:5000:14:30"}, 10.0
	if b.quick {
		sources, limit = []string{"weeks:2000:500:14:30", "weeks:1000:500:14:30"}, 1
	}
	t := table{{"volunteers:shifts:days:pairs each", "first plan", "after", "filled", "at most", "rank", "proved gap", "peak"}}
	for _, source := range sources {
		tell("weeks: %s", source)
		r, err := once(ctx, []string{b.self, ours, "roster", source, fmt.Sprint(limit), "0", "0"})
		if err != nil {
			return err
		}
		t.row(strings.TrimPrefix(source, "weeks:"), duration(r["first"]), r.seconds(), number(r["filled"]), number(r["most"]),
			number(r["rank"]), percent(r["gap"]), r.megabytes("peak"))
	}
	t.print(b.out, "Rosters over two weeks")
	return nil
}

// stable is deferred acceptance.
func (b *bench) stable(ctx context.Context) error {
	count, sources := 5, []string{"matcher/testdata/small.txt.gz", "matcher/testdata/town.txt.gz", "fill:100000:25000:20"}
	if b.quick {
		count, sources = 1, sources[:2]
	}
	t := table{{"Stable", "filled, rank", "time", "allocations", "allocated", "peak"}}
	for _, source := range sources {
		tell("stable: %s", source)
		r, err := rounds(ctx, count, []string{b.self, ours, "stable", source})
		if err != nil {
			return err
		}
		t.row(strings.TrimSuffix(strings.TrimPrefix(source, "matcher/testdata/"), ".txt.gz"), number(r[0]["filled"])+", "+number(r[0]["rank"]),
			r[0].seconds(), number(r[0]["allocs"]), r[0].megabytes("bytes"), r[0].megabytes("peak"))
	}
	t.print(b.out, "Deferred acceptance, volunteers proposing")
	return nil
}

// growth is the same kind of problem from 1,000 to 1,000,000 volunteers.
func (b *bench) growth(ctx context.Context) error {
	sizes, slowest := []int{1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000}, 100_000
	if b.quick {
		sizes = sizes[:3]
	}
	t := table{{"volunteers", "pairs", "Fill", "a pair", "peak", "allocations", "Stable", "a pair", "peak", "LEMON simplex", "peak"}}
	lines := []line{{name: "Fill"}, {name: "Stable"}, {name: "LEMON"}}
	for _, n := range sizes {
		tell("growth: %d", n)
		source := fmt.Sprintf("fill:%d:%d:20", n, n/4)
		commands := [][]string{{b.self, ours, "fill", source}, {b.self, ours, "stable", source}, {""}}
		if n <= slowest && b.flow != "" {
			path, err := b.written("growth", source)
			if err != nil {
				return err
			}
			commands[2] = []string{b.flow, path, "simplex"}
		}
		var r [3]result
		for i, command := range commands {
			var err error
			if r[i], err = once(ctx, command); err != nil {
				return err
			}
			if r[i] != nil {
				lines[i].points = append(lines[i].points, point{float64(n), r[i]["seconds"]})
			}
		}
		pairs := float64(20 * n)
		t.row(number(float64(n)), number(pairs), r[0].seconds(), duration(r[0]["seconds"]/pairs), r[0].megabytes("peak"), number(r[0]["allocs"]),
			r[1].seconds(), duration(r[1]["seconds"]/pairs), r[1].megabytes("peak"), r[2].seconds(), r[2].megabytes("peak"))
	}
	t.print(b.out, "Growth: shifts a quarter of the volunteers, four slots and twenty pairs each")
	if b.plot == "" || b.quick {
		return nil
	}
	return os.WriteFile(b.plot, []byte(draw(lines)), 0o644) //nolint:gosec // a picture for the README
}

// written makes a problem and writes it where peers can read it.
func (b *bench) written(name, source string) (string, error) {
	p, err := problemOf(source)
	if err != nil {
		return "", err
	}
	return b.file(name, p, instance.Fill)
}
