package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// matchShowCommand shows a plan that is there.
func matchShowCommand(a *app) *cobra.Command {
	return a.command(spec{
		use: "show MATCH", short: text{"Show a plan: its shifts, who stands them, what stays free", "查看排班：各班次由谁站、还缺几人"},
		example: "nuo match show " + anotherMatch,
		extra: func(cmd *cobra.Command) {
			cmd.Flags().Int("limit", defaultLimit, a.flagUsage("limit"))
		},
	}, func(in *input) error {
		m, err := in.getMatch(in.args[0])
		if err != nil {
			return err
		}
		return in.showMatch(m)
	})
}

func (in *input) getMatch(typed string) (*nuov1.Match, error) {
	return ask(in, matches, nuov1.MatchServiceClient.GetMatch,
		&nuov1.GetMatchRequest{Name: qualified(resourceOf["MATCH"].collection, typed)})
}

// all makes the calls for every page.
func all[C any, Req, Res proto.Message](
	in *input, service func(grpc.ClientConnInterface) C, call method[C, Req, Res], req Req,
) (Res, error) {
	conn, err := in.connect()
	if err != nil {
		return empty[Res](), err
	}
	client := service(conn)
	return pagesFrom("", largestPage, 0, req.ProtoReflect(), func() (Res, error) {
		return persist(in, func(ctx context.Context) (Res, error) { return call(client, ctx, req) })
	})
}

// showMatch prints a plan as a table of its shifts, its figures, and what to do next; as JSON the plan alone.
func (in *input) showMatch(m *nuov1.Match) error {
	if in.global.output == "json" {
		return in.printJSON(m)
	}
	p := in.printer()
	if m.GetState() == nuov1.MatchState_MATCH_STATE_SOLVING {
		fmt.Fprintln(in.out, p.matchLine(m))
		return nil
	}
	if why, none := nothingPlanned(m); none {
		fmt.Fprintln(in.out, in.say(why))
		return nil
	}
	placed, err := all(in, matches, nuov1.MatchServiceClient.ListPlacements, &nuov1.ListPlacementsRequest{Parent: m.GetName()})
	if err != nil {
		return err
	}
	known, err := in.shiftsOf(m)
	if err != nil {
		return err
	}
	limit, err := in.cmd.Flags().GetInt("limit")
	if err != nil || limit < 0 {
		return usage(sayBadLimit)
	}
	board := newRoster(known, placed.GetPlacements())
	p.roster(board, limit)
	fmt.Fprintln(in.out)
	p.matchCard(m)
	if next, ok := nextOf[m.GetState()]; ok {
		in.note(next.with(m.GetName()))
	}
	return nil
}

// nothingPlanned says why a plan holds nothing, where it does not.
func nothingPlanned(m *nuov1.Match) (text, bool) {
	scope := scopeOf(m)
	say := func(t text, args ...any) text {
		return text{t.with(append([]any{scope.en}, args...)...).en, t.with(append([]any{scope.zh}, args...)...).zh}
	}
	switch {
	case m.GetState() == nuov1.MatchState_MATCH_STATE_CANCELLED:
		return sayMatchCancelled.with(m.GetName()), true
	case m.GetSlots() == 0:
		return say(sayNoSlots), true
	case m.GetVolunteers() == 0:
		return say(sayNoVolunteers, m.GetSlots()), true
	case m.GetPairs() == 0:
		return say(sayNoPairs, m.GetSlots(), m.GetVolunteers(), m.GetName()), true
	}
	return text{}, false
}

// scopeOf is what a plan is for: the days, of which the last is among them, stand behind it where it is no list.
func scopeOf(m *nuov1.Match) text {
	days := text{m.GetFromDate(), m.GetFromDate()}
	if m.GetToDate() != m.GetFromDate() {
		days = text{m.GetFromDate() + " to " + m.GetToDate(), m.GetFromDate() + " 至 " + m.GetToDate()}
	}
	return text{strings.TrimSpace(m.GetScope() + " " + days.en), strings.TrimSpace(m.GetScope() + " " + days.zh)}
}

// shiftsOf are the shifts of a plan's scope, as they are now.
func (in *input) shiftsOf(m *nuov1.Match) ([]*nuov1.Shift, error) {
	req := &nuov1.ListShiftsRequest{FromDate: m.GetFromDate()}
	if m.GetToDate() != "" {
		_, after, err := in.parseDay(m.GetToDate())
		if err != nil {
			return nil, err
		}
		req.ToDate = after
	}
	switch collection, _, _ := strings.Cut(m.GetScope(), "/"); collection {
	case "taskLists":
		req.TaskList = m.GetScope()
	case "communities":
		req.Community = m.GetScope()
	case "streets":
		req.Street = m.GetScope()
	}
	res, err := all(in, shifts, nuov1.ShiftServiceClient.ListShifts, req)
	return res.GetShifts(), err
}

// rosterRow is a shift with those who are planned on it.
type rosterRow struct {
	shift   *nuov1.Shift
	planned []*nuov1.Placement // not those that something came between
}

// newRoster joins shifts and placements, in the order of the start. A shift without anybody is there where a slot of it
// is free.
func newRoster(known []*nuov1.Shift, placed []*nuov1.Placement) []rosterRow {
	rows := make([]rosterRow, 0, len(known))
	at := map[string]int{}
	for _, s := range known {
		at[s.GetName()] = len(rows)
		rows = append(rows, rosterRow{shift: s})
	}
	for _, p := range placed {
		if p.GetState() == nuov1.PlacementState_PLACEMENT_STATE_CHANGED {
			continue
		}
		i, ok := at[p.GetShift()]
		if !ok { // gone from the scope since: what the placement says of it is there
			i = len(rows)
			at[p.GetShift()] = i
			rows = append(rows, rosterRow{shift: &nuov1.Shift{
				Name: p.GetShift(), Title: p.GetTitle(), Place: p.GetPlace(), StartTime: p.GetStartTime(), EndTime: p.GetEndTime(),
			}})
		}
		rows[i].planned = append(rows[i].planned, p)
	}
	rows = slices.DeleteFunc(rows, func(r rosterRow) bool {
		return len(r.planned) == 0 && r.shift.GetFill().GetRemaining() == 0
	})
	slices.SortStableFunc(rows, func(a, b rosterRow) int {
		return cmp.Or(a.shift.GetStartTime().AsTime().Compare(b.shift.GetStartTime().AsTime()), cmp.Compare(a.shift.GetName(), b.shift.GetName()))
	})
	return rows
}

// filled is how many slots would be held: those that are, and those that are planned and not offered yet.
func (r rosterRow) filled() int32 {
	n := r.shift.GetFill().GetHeld()
	for _, p := range r.planned {
		if p.GetState() == nuov1.PlacementState_PLACEMENT_STATE_PLANNED {
			n++
		}
	}
	return n
}

// open says how many slots stay free, and how many of them the shift cannot do without.
func (r rosterRow) open() text {
	free := r.shift.GetCapacity() - r.filled()
	switch {
	case free <= 0:
		return text{}
	case r.filled() < r.shift.GetMinimumHeadcount():
		return sayOpenShort.with(free, r.shift.GetMinimumHeadcount())
	}
	n := strconv.Itoa(int(free))
	return text{n, n}
}

// namesInARow is how many people stand on one line of a table.
const namesInARow = 6

// roster prints a line each shift.
func (p *printer) roster(rows []rosterRow, limit int) {
	w := p.writer()
	w.AppendHeader(cellRow(strings.Split(sayRosterColumns.in(p.language), "|")...))
	for i, r := range rows {
		if limit > 0 && i == limit {
			break
		}
		m := r.shift.ProtoReflect()
		var people []string
		for chunk := range slices.Chunk(r.planned, namesInARow) {
			names := make([]string, len(chunk))
			for i, placement := range chunk {
				names[i] = or(placement.GetDisplayName(), placement.GetVolunteer())
			}
			people = append(people, strings.Join(names, ", "))
		}
		w.AppendRow(table.Row{
			p.cell(m, "when"), r.shift.GetTitle(), r.shift.GetPlace(), fmt.Sprintf("%d/%d", r.filled(), r.shift.GetCapacity()),
			r.open().in(p.language), strings.Join(people, "\n"), strings.TrimPrefix(r.shift.GetName(), "shifts/"),
		})
	}
	w.SuppressEmptyColumns()
	fmt.Fprintln(p.out, trimLines(w.Render()))
	if limit > 0 && len(rows) > limit {
		fmt.Fprintln(p.out, sayMoreOf.with(len(rows)-limit).in(p.language))
	}
}

// matchCard prints what a plan comes to.
func (p *printer) matchCard(m *nuov1.Match) {
	r, score := m.ProtoReflect(), m.GetScore()
	w := p.writer()
	row := func(head, value string) {
		if value != "" {
			w.AppendRow(table.Row{head, value})
		}
	}
	row(header("name").in(p.language), m.GetName())
	row(header("scope").in(p.language), scopeOf(m).in(p.language))
	row(header("state").in(p.language), p.named(r, "state"))
	row(sayAskedRow.in(p.language), sayAsked.with(m.GetVolunteers(), m.GetPairs()).in(p.language))
	filled := sayFilledOf.with(score.GetFilled(), m.GetSlots())
	if n := score.GetShortShifts(); n > 0 {
		filled = then(filled, sayShortShifts.with(n))
	}
	row(sayFilledRow.in(p.language), filled.in(p.language))
	if n := score.GetFilled(); n > 0 {
		row(sayRanksRow.in(p.language), sayRankMean.with(score.GetRank(), float64(score.GetRank())/float64(n)).in(p.language))
	}
	row(sayProvedRow.in(p.language), sureOf(m, saySentence).in(p.language))
	row(header("method").in(p.language), p.named(r, "method"))
	if m.GetOffered() > 0 || m.GetState() >= nuov1.MatchState_MATCH_STATE_APPLYING {
		row(header("offered").in(p.language), sayOfferedOf.with(m.GetOffered(), m.GetPlacements(), m.GetChanged()).in(p.language))
	}
	fmt.Fprintln(p.out, trimLines(w.Render()))
}
