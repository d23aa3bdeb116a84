package main

import (
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
			return err
		}
		if m, err = in.follow(m.GetName(), nil); err != nil {
			return err
		}
		return in.showMatch(m)
	})
	b.register(cmd)
	cmd.Long = a.say(planHelp)
	return cmd
}

// period completes scope and days. A person types the day after the last one, as everywhere; the request takes the last.
func (in *input) period(req *nuov1.ProposeMatchRequest) (err error) {
	if req.Scope, err = in.scope(); err != nil {
		return err
	}
	list := in.given("list")
	switch {
	case req.GetScope() == "":
		return usage(sayOneOf, scopeNames)
	case list && (req.GetFromDate() != "" || req.GetToDate() != ""):
		return usage(sayListHasDate)
	case list:
		return nil
	case req.GetFromDate() == "" || req.GetToDate() == "":
		return usage(sayWhichDays)
	}
	after, err := time.Parse(time.DateOnly, req.GetToDate())
	if err != nil {
		return usage(sayBadDate, req.GetToDate())
	}
	if req.ToDate = after.AddDate(0, 0, -1).Format(time.DateOnly); req.GetToDate() < req.GetFromDate() {
		return usage(sayNoDays)
	}
	return nil
}
