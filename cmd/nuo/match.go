package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

const (
	matchRows     = "name scope days state planned_fill optimal create_time"
	placementRows = "when title place who rank state contract contract_state reason round" // how: placements
)

// anotherMatch is the plan of the examples.
const anotherMatch = "01901f6e-0000-7000-8000-000000000002"

// matchGroup is the noun of plans.
const matchGroup = "match"

func matchCommand(a *app) *cobra.Command {
	return a.group(matchGroup, text{"Matching: the best roster, proved, explained, turned into offers", "排班：算出最好的安排，证明它，说明理由，发出邀约"},
		matchPlanCommand(a), matchShowCommand(a), matchExplainCommand(a), matchApplyCommand(a),
		matchListCommand(a), matchPlacementsCommand(a), matchWatchCommand(a), matchCancelCommand(a), matchSolveCommand(a))
}

// scopeFlag is a flag that says what is planned, and the collection of its names.
type scopeFlag struct {
	flag, collection string
	usage            text
}

var scopes = []scopeFlag{
	{"list", "taskLists/", text{"the shifts of a task list", "某份服务清单的班次"}},
	{"community", "communities/", text{"the shifts of a community", "某社区的班次"}},
	{"street", "streets/", text{"the shifts of a street's communities", "某街道的班次"}},
	{"district", "districts/", text{"the shifts of a district", "全区的班次"}},
}

func (a *app) scopeFlags(cmd *cobra.Command) {
	for _, s := range scopes {
		cmd.Flags().String(s.flag, "", a.say(s.usage))
		complete(cmd, s.flag)
	}
}

// scope is the one that was typed, empty for none.
func (in *input) scope() (name string, err error) {
	for _, s := range scopes {
		switch typed := in.flag(s.flag); {
		case typed == "":
		case name != "":
			return "", usage(sayOneOf, scopeNames)
		default:
			name = qualified(s.collection, typed)
		}
	}
	return name, nil
}

const scopeNames = "--list, --community, --street, --district"

func matchListCommand(a *app) *cobra.Command {
	return rpcWith(a, spec{
		use: "list", short: text{"List plans, newest first; without a scope those that offer me something", "列出排班，最新在前；不指定范围则列出含本人邀约的"},
		example: "nuo match list --community mingzhu\nnuo match list",
		extra: func(cmd *cobra.Command) {
			a.scopeFlags(cmd)
			cmd.Flags().String("volunteer", "", a.flagUsage("volunteer"))
		},
	}, matches, nuov1.MatchServiceClient.ListMatches, func(in *input, req *nuov1.ListMatchesRequest) (err error) {
		req.Parent, err = in.scope()
		typed := in.flag("volunteer")
		switch {
		case err != nil:
		case req.Parent != "" && typed != "":
			err = usage(sayOneOf, scopeNames+", --volunteer")
		case req.Parent != "":
		case typed == "" || typed == me:
			req.Parent, err = in.myOffers()
		default:
			req.Parent = qualified("volunteers/", typed)
		}
		return err
	}, rows(matchRows))
}

// myOffers is the volunteer whose plans are listed where none is named. Whoever only plans must say for what.
func (in *input) myOffers() (string, error) {
	token, err := ask(in, tokens, nuov1.TokenServiceClient.WhoAmI, &nuov1.WhoAmIRequest{})
	if err != nil {
		return "", err
	}
	asVolunteer := func(g *nuov1.Grant) bool { return g.GetRole() == nuov1.Role_ROLE_VOLUNTEER }
	if token.GetPerson() == "" || !slices.ContainsFunc(token.GetGrants(), asVolunteer) {
		return "", usage(sayOneOf, scopeNames+", --volunteer")
	}
	return token.GetPerson(), nil
}

func matchPlacementsCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "placements MATCH", short: text{"List who stands which shift in a plan", "列出排班中谁站哪一班"},
		example: "nuo match placements " + anotherMatch + " --shift gate-am",
		args:    []string{"parent"},
		flags:   []string{"shift", "volunteer", "state"},
	}, matches, nuov1.MatchServiceClient.ListPlacements, view{placementRows, true, func(p *printer, m protoreflect.Message) {
		if res, ok := m.Interface().(*nuov1.ListPlacementsResponse); ok && len(res.GetPlacements()) > 0 {
			p.placements(res.GetPlacements())
			return
		}
		fmt.Fprintln(p.out, sayNothingThere.in(p.language))
	}})
}

func matchCancelCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "cancel MATCH", short: text{"Give a plan up; offers that were made stand", "放弃排班（已发出的邀约仍有效）"},
		example: "nuo match cancel " + anotherMatch,
	}, matches, nuov1.MatchServiceClient.CancelMatch, card("name scope state"))
}
