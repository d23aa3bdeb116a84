package main

import (
	"strings"

	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func checkInCommand(a *app) *cobra.Command {
	return a.command(spec{
		use: "check-in [CONTRACT]", short: text{"Check in: oneself, a whole crew, or on the spot", "签到：本人、全体或现场"},
		example: "nuo check-in 01901f6e-0000-7000-8000-000000000001 --code 482913\n" +
			"nuo check-in --crew gate-am\nnuo check-in --on-site gate-am --code 482913",
		extra: func(cmd *cobra.Command) {
			a.signFlags(cmd)
			for _, flag := range []string{"code", "crew", "on-site", "request-id"} {
				cmd.Flags().String(flag, "", a.flagUsage(flag))
			}
			cmd.Flags().StringSlice("contracts", nil, a.flagUsage("contracts"))
		},
	}, func(in *input) error {
		switch {
		case len(in.args)+in.count("crew", "on-site") != 1:
			return usage(sayOneOf, "CONTRACT, --crew, --on-site")
		case in.given("crew"):
			return wholeCrew(in, nuov1.ContractServiceClient.CheckInCrew, &nuov1.CheckInCrewRequest{
				Shift: qualified("shifts/", in.flag("crew")), Contracts: in.crewContracts(),
			}, sayNobodyToCome)
		case in.given("on-site"):
			return in.checkInOnSite(qualified("shifts/", in.flag("on-site")))
		}
		return in.needCode(run(in, contracts, nuov1.ContractServiceClient.CheckIn, &nuov1.CheckInRequest{
			Name: qualified("contracts/", in.args[0]), SiteCode: in.flag("code"),
		}, card(contractCard)))
	})
}

func (in *input) checkInOnSite(shift string) error {
	if !in.given("code") {
		return usage(sayNeedsCode)
	}
	revision, err := in.agree(shift)
	if err != nil {
		return err
	}
	return run(in, contracts, nuov1.ContractServiceClient.CheckInOnSite, &nuov1.CheckInOnSiteRequest{
		Shift: shift, SiteCode: in.flag("code"), Revision: revision, Ledger: in.ledger(),
	}, card(contractCard))
}

// needCode says that a code must be given where the server found none right and none was typed: who checks in another
// needs none, and the server alone knows as whom one is there.
func (in *input) needCode(err error) error {
	if !in.given("code") && refusedAs(err, nuov1.ErrorReason_ERROR_REASON_WRONG_SITE_CODE) {
		return usage(sayNeedsCode)
	}
	return err
}

func checkOutCommand(a *app) *cobra.Command {
	return a.command(spec{
		use: "check-out [CONTRACT]", short: text{"Check out: oneself or a whole crew", "签退：本人或全体"},
		example: "nuo check-out 01901f6e-0000-7000-8000-000000000001\nnuo check-out --crew gate-am",
		extra: func(cmd *cobra.Command) {
			for _, flag := range []string{"crew", "reason", "request-id"} {
				cmd.Flags().String(flag, "", a.flagUsage(flag))
			}
			cmd.Flags().StringSlice("contracts", nil, a.flagUsage("contracts"))
			complete(cmd, "reason", offered(nuov1.ReasonCode(0).Descriptor())...)
		},
	}, func(in *input) error {
		switch {
		case len(in.args)+in.count("crew") != 1:
			return usage(sayOneOf, "CONTRACT, --crew")
		case in.given("crew"):
			return wholeCrew(in, nuov1.ContractServiceClient.CheckOutCrew, &nuov1.CheckOutCrewRequest{
				Shift: qualified("shifts/", in.flag("crew")), Contracts: in.crewContracts(),
			}, sayNobodyPresent)
		}
		reason, ok := in.parseEnum(nuov1.ReasonCode(0).Descriptor(), in.flag("reason"))
		if in.given("reason") && !ok {
			return usage(sayBadEnum, "reason", in.flag("reason"), strings.Join(offered(nuov1.ReasonCode(0).Descriptor()), ", "))
		}
		return run(in, contracts, nuov1.ContractServiceClient.CheckOut, &nuov1.CheckOutRequest{
			Name: qualified("contracts/", in.args[0]), Reason: nuov1.ReasonCode(reason),
		}, card(contractCard))
	})
}

// count is how many of the flags were typed.
func (in *input) count(flags ...string) int {
	n := 0
	for _, f := range flags {
		if in.given(f) {
			n++
		}
	}
	return n
}

// crewContracts are those of --contracts.
func (in *input) crewContracts() []string {
	names, _ := in.cmd.Flags().GetStringSlice("contracts")
	for i := range names {
		names[i] = qualified("contracts/", names[i])
	}
	return names
}

// qualified is a resource name: an id alone gets its collection in front.
func qualified(collection, name string) string {
	if strings.Contains(name, "/") {
		return name
	}
	return collection + name
}

func undoCheckInCommand(a *app) *cobra.Command {
	return contractVerb(a, "undo-check-in CONTRACT", text{"Take a check-in back within 10 minutes", "撤销签到（10 分钟内）"},
		"nuo undo-check-in 01901f6e-0000-7000-8000-000000000001", nil, nuov1.ContractServiceClient.UndoCheckIn)
}

func enterCheckOutCommand(a *app) *cobra.Command {
	return contractVerb(a, "enter-check-out CONTRACT",
		text{"Enter a forgotten check-out, for a second person to approve", "补登签退（须他人批准）"},
		"nuo enter-check-out 01901f6e-0000-7000-8000-000000000001 --at '2020-02-08 18:00'",
		[]string{"check_out_time=at!", "note"}, nuov1.ContractServiceClient.EnterCheckOut)
}

func absentCommand(a *app) *cobra.Command {
	return a.group("absent", text{"Absences: marked, then decided by a person", "未到岗：登记与核实"},
		contractVerb(a, "mark CONTRACT", text{"Mark somebody absent from the start on; the slot is free", "登记未到岗"},
			"nuo absent mark 01901f6e-0000-7000-8000-000000000001", []string{"note"},
			nuov1.ContractServiceClient.MarkAbsent),
		contractVerb(a, "decide CONTRACT", text{"Excuse an absence or call it a breach", "核实未到岗：准假或未履诺"},
			"nuo absent decide 01901f6e-0000-7000-8000-000000000001 --state excused --reason illness",
			[]string{"state!", "reason!", "note"}, nuov1.ContractServiceClient.DecideAbsence))
}

func extendCommand(a *app) *cobra.Command {
	return contractVerb(a, "extend CONTRACT", text{"Stay on beyond the end", "延时"},
		"nuo extend 01901f6e-0000-7000-8000-000000000001 --until 13:00 --reason relief-late",
		[]string{"end_time=until!", "reason!", "note"}, nuov1.ContractServiceClient.ExtendContract)
}

func stopForHealthCommand(a *app) *cobra.Command {
	return contractVerb(a, "stop-for-health CONTRACT", text{"Stop for health, at this minute", "因健康中止"},
		"nuo stop-for-health 01901f6e-0000-7000-8000-000000000001 --exempt-until 2020-02-22",
		[]string{"exempt_until_date=exempt-until"}, nuov1.ContractServiceClient.StopForHealth)
}

func onSiteCommand(a *app) *cobra.Command {
	return a.group("on-site", text{"Who stands at the gate without an account", "现场登记"},
		rpc(a, spec{
			use: "register SHIFT", short: text{"Enter who signed the gate sheet by hand", "登记在纸面签名的人"},
			example: "nuo on-site register gate-am --display-name 王示例 --phone 13000000000 --ledger volunteering",
			flags:   []string{"person.display_name!", "person.phone!", "ledger!"},
		}, contracts, nuov1.ContractServiceClient.RegisterOnSite, card(contractCard)))
}
