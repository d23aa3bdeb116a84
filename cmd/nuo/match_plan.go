package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// matchPlanCommand asks for a plan, waits until it is there, and shows it.
func matchPlanCommand(a *app) *cobra.Command {
	s := spec{
		use: "plan", short: text{"Plan who stands which shift: a dry run, nobody is asked yet", "试排：谁站哪一班（不发邀约）"},
		example: "nuo match plan --list mingzhu-0209\n" +
			"nuo match plan --community mingzhu --date tomorrow --pool units/court,units/tax --each 1\n" +
			"nuo match plan --street jiazhi --from 2020-02-10 --to 2020-02-17 --seconds 30",
		flags: []string{"pool", "method", "shifts_each=each", "seconds", "seed"},
		extra: func(cmd *cobra.Command) {
			a.scopeFlags(cmd)
			cmd.Flags().Int("limit", defaultLimit, a.flagUsage("limit"))
		},
	}
	b := newBinding(a, s, (&nuov1.ProposeMatchRequest{}).ProtoReflect().Descriptor())
	cmd := a.command(s, func(in *input) error {
		req := &nuov1.ProposeMatchRequest{}
		if err := b.fill(in, req.ProtoReflect()); err != nil {
			return err
		}
		if err := in.period(req); err != nil {
			return err
		}
		m, err := ask(in, matches, nuov1.MatchServiceClient.ProposeMatch, req)
		if err != nil {
			return in.unpublished(err, req)
		}
		if m, err = in.follow(m.GetName(), nil); err != nil {
			return err
		}
		if m.GetState() == nuov1.MatchState_MATCH_STATE_CANCELLED { // by somebody else, while it was made
			return in.showCancelled(m)
		}
		return in.showMatch(m)
	})
	b.register(cmd)
	cmd.Long = a.say(planHelp)
	return cmd
}

// showCancelled is how a command ends whose plan was given up meanwhile.
func (in *input) showCancelled(m *nuov1.Match) error {
	if in.global.output == "json" {
		if err := in.printJSON(m); err != nil {
			return err
		}
	}
	return &failure{wasCancelled(m)}
}

// unpublished tells who plans a list that is a draft, or closed, what a planner can do about it.
func (in *input) unpublished(err error, req *nuov1.ProposeMatchRequest) error {
	if !refusedAs(err, nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN) {
		return err
	}
	list, _ := ask(in, taskLists, nuov1.TaskListServiceClient.GetTaskList, &nuov1.GetTaskListRequest{Name: req.GetScope()})
	t := sayListDraft.with(req.GetScope())
	if list.GetState() == nuov1.TaskListState_TASK_LIST_STATE_DRAFT {
		t = then(t, sayPublishFirst.with(strings.TrimPrefix(req.GetScope(), "taskLists/")))
	}
	return &failure{t}
}

// mostDays is how many days one plan may have.
const mostDays = 31

// period completes scope and days. A person types the day after the last one, as everywhere; the request takes the last.
func (in *input) period(req *nuov1.ProposeMatchRequest) (err error) {
	if req.Scope, err = in.scope(); err != nil {
		return err
	}
	if m := req.GetMethod(); m > 0 && m != nuov1.MatchMethod_MATCH_METHOD_ROSTER && req.GetShiftsEach() > 1 {
		return usage(sayOneByKind, valueName(m.Descriptor().Values().ByNumber(m.Number())))
	}
	list := in.given("list")
	switch {
	case req.GetScope() == "":
		return usage(sayOneOf, scopeNames)
	case list && (req.GetFromDate() != "" || req.GetToDate() != ""):
		return usage(sayListHasDate)
	case list:
		return nil
	case in.given("date") && (in.given("from") || in.given("to")):
		return usage(sayBothDays)
	case req.GetFromDate() == "" || req.GetToDate() == "":
		return usage(sayWhichDays)
	}
	first, err := time.Parse(time.DateOnly, req.GetFromDate())
	if err != nil {
		return usage(sayBadDate, req.GetFromDate())
	}
	after, err := time.Parse(time.DateOnly, req.GetToDate())
	switch {
	case err != nil:
		return usage(sayBadDate, req.GetToDate())
	case !first.Before(after):
		return usage(sayNoDays)
	case first.AddDate(0, 0, mostDays).Before(after):
		return usage(sayTooManyDays, mostDays)
	}
	req.ToDate = after.AddDate(0, 0, -1).Format(time.DateOnly)
	return nil
}
