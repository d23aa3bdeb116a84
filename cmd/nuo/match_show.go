package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

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

// showMatch prints a plan as a table of its shifts, its figures, and what to do next; as JSON the plan alone. One that
// could not be made is a failure.
func (in *input) showMatch(m *nuov1.Match) error {
	if in.global.output == "json" {
		return cmp.Or(in.printJSON(m), matchFailure(m))
	}
	if err := matchFailure(m); err != nil {
		return err
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
	if refusedAs(err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED) { // one who may see figures and nobody's name
		p.matchCard(m, nil)
		in.note(sayNotYourTable)
		return nil
	}
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
	board := newRoster(m, known, placed.GetPlacements())
	p.roster(board, limit)
	fmt.Fprintln(in.out)
	p.matchCard(m, placed.GetPlacements())
	if ended := endedEarly(m); ended != nil {
		in.note(because(sayEndedEarly, m))
	}
	in.next(m, board)
	return nil
}

// next says what follows for a plan: that of its state, or to plan again where offers were given up and slots are free.
func (in *input) next(m *nuov1.Match, board []rosterRow) {
	gone, free := 0, int32(0)
	for _, r := range board {
		for _, p := range r.planned {
			if p.GetContract() != "" && !live(p) {
				gone++
			}
		}
		if r.shift.GetStartTime().AsTime().After(in.now()) {
			free += max(r.shift.GetFill().GetRemaining(), 0)
		}
	}
	next, ok := nextOf[m.GetState()]
	switch {
	case m.GetState() == nuov1.MatchState_MATCH_STATE_APPLIED && gone > 0 && free > 0:
		in.note(sayPlanAgain.with(gone, free, planCommand(m)))
	case m.GetState() == nuov1.MatchState_MATCH_STATE_APPLIED && m.GetOffered() == 0:
		in.note(sayNoneOffered.with(m.GetName()))
	case ok:
		in.note(next.with(m.GetName()))
	}
}

// planCommand is how the scope of a plan is planned.
func planCommand(m *nuov1.Match) string {
	collection, id, _ := strings.Cut(m.GetScope(), "/")
	command := []string{"nuo match plan"}
	if i := slices.IndexFunc(scopes, func(s scopeFlag) bool { return s.collection == collection+"/" }); i >= 0 {
		command = append(command, "--"+scopes[i].flag, id)
	}
	switch first, after := m.GetFromDate(), dayAfter(m.GetToDate()); {
	case first == "":
	case dayAfter(first) == after:
		command = append(command, "--date", first)
	default:
		command = append(command, "--from", first, "--to", after)
	}
	return strings.Join(command, " ")
}

// dayAfter is the day after a date, empty for none.
func dayAfter(date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return day.AddDate(0, 0, 1).Format(time.DateOnly)
}

// nothingPlanned says why a plan holds nothing, where it does not.
func nothingPlanned(m *nuov1.Match) (text, bool) {
	scope := scopeOf(m)
	say := func(t text, args ...any) text {
		return counted(text{t.with(append([]any{scope.en}, args...)...).en, t.with(append([]any{scope.zh}, args...)...).zh})
	}
	switch {
	case m.GetState() == nuov1.MatchState_MATCH_STATE_CANCELLED:
		return wasCancelled(m), true
	case m.GetSlots() == 0:
		return say(sayNoSlots), true
	case m.GetVolunteers() == 0 && len(m.GetPool()) > 0:
		return say(sayNobodyInPool, m.GetSlots(), strings.Join(m.GetPool(), ", ")), true
	case m.GetVolunteers() == 0:
		return say(sayNoVolunteers, m.GetSlots()), true
	case m.GetPairs() == 0:
		return say(sayNoPairs, m.GetSlots(), m.GetVolunteers(), m.GetName()), true
	}
	return text{}, false
}

// wasCancelled says that a plan was given up, and what is left of it.
func wasCancelled(m *nuov1.Match) text {
	if m.GetOffered() == 0 {
		return sayMatchDropped.with(m.GetName())
	}
	return sayMatchCancelled.with(m.GetName())
}

// scopeOf is what a plan is for: the days stand behind it where it is no list.
func scopeOf(m *nuov1.Match) text {
	days := daysOf(m)
	return text{strings.TrimSpace(m.GetScope() + " " + days.en), strings.TrimSpace(m.GetScope() + " " + days.zh)}
}

// daysOf are the days of a plan as they are typed, the last one being the day after: empty for a list.
func daysOf(m *nuov1.Match) text {
	if m.GetToDate() == m.GetFromDate() {
		return text{m.GetFromDate(), m.GetFromDate()}
	}
	return sayDays.with(m.GetFromDate(), dayAfter(m.GetToDate()))
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

// matchCard prints what a plan comes to. Once offers are made the figures are those of the plan, not of what became of
// it, and said to be.
func (p *printer) matchCard(m *nuov1.Match, placed []*nuov1.Placement) {
	r, score := m.ProtoReflect(), m.GetScore()
	w := p.writer()
	row := func(head text, value string) {
		if value != "" {
			w.AppendRow(table.Row{head.in(p.language), value})
		}
	}
	offering := m.GetOffered() > 0 || m.GetState() >= nuov1.MatchState_MATCH_STATE_APPLYING
	figure := func(head text, value text) {
		if offering {
			head = then(head, sayAsPlanned)
		}
		row(head, counted(value).in(p.language))
	}
	row(header("name"), m.GetName())
	row(header("scope"), scopeOf(m).in(p.language))
	row(header("pool"), p.named(r, "pool"))
	row(header("state"), p.named(r, "state"))
	row(sayAskedRow, counted(sayAsked.with(m.GetVolunteers(), m.GetPairs())).in(p.language))
	filled := sayFilledOf.with(score.GetFilled(), m.GetSlots())
	if n := score.GetShortShifts(); n > 0 {
		filled = then(filled, sayShortShifts.with(n))
	}
	figure(sayFilledRow, filled)
	if n := score.GetFilled(); n > 0 {
		figure(sayRanksRow, sayRankMean.with(score.GetRank(), float64(score.GetRank())/float64(n)))
	}
	figure(sayProvedRow, sureOf(m, saySentence))
	row(header("method"), p.named(r, "method"))
	if offering {
		row(sayOfferedRow, sayOfferedOf.with(m.GetOffered(), m.GetPlacements(), m.GetChanged()).in(p.language))
		row(sayBecameRow, p.became(placed))
	}
	fmt.Fprintln(p.out, trimLines(w.Render()))
}

// became counts the states of the contracts that the placements became.
func (p *printer) became(placed []*nuov1.Placement) string {
	count := map[nuov1.ContractState]int{}
	for _, placement := range placed {
		if placement.GetContract() != "" {
			count[placement.GetContractState()]++
		}
	}
	var parts []string
	for _, state := range slices.Sorted(maps.Keys(count)) {
		parts = append(parts, p.enum(state.Descriptor(), state.Number())+" "+strconv.Itoa(count[state]))
	}
	return strings.Join(parts, ", ")
}
