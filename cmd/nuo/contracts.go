package main

import (
	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func contractsCommand(a *app) *cobra.Command {
	return rpcWith(a, spec{
		use: "contracts", short: text{"List contracts; mine when nothing else is asked", "列出契约（默认本人的）"},
		example: "nuo contracts\nnuo contracts --shift gate-am\nnuo contracts --community mingzhu --needs-attention",
		flags:   []string{"volunteer", "shift", "community", "unit", "states", "needs_attention"},
	}, contracts, nuov1.ContractServiceClient.ListContracts, func(in *input, req *nuov1.ListContractsRequest) (err error) {
		if req.GetVolunteer() == "" && req.GetShift() == "" && req.GetCommunity() == "" && req.GetUnit() == "" {
			req.Volunteer, err = in.myself()
		}
		return err
	}, rows("name state when shift who hours notes"))
}

func contractCommand(a *app) *cobra.Command {
	return a.group("contract", text{"One contract", "契约"},
		rpc(a, spec{
			use: "get CONTRACT", short: text{"Show a contract with its terms", "查看契约及条款"},
			example: "nuo contract get 01901f6e-0000-7000-8000-000000000001",
		}, contracts, nuov1.ContractServiceClient.GetContract, card("")))
}

func historyCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "history CONTRACT", short: text{"Show what happened to a contract, event by event", "查看契约履历"},
		example: "nuo history 01901f6e-0000-7000-8000-000000000001",
	}, contracts, nuov1.ContractServiceClient.ListContractEvents,
		rows("sequence time action change actor role reason hours marks cause"))
}

func boardCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "board", short: text{"Show the commitment board", "亮诺墙"},
		example: "nuo board --community mingzhu --date 2020-02-09",
		flags:   []string{"community"},
	}, contracts, nuov1.ContractServiceClient.ListCommitments,
		rows("when title place community standing present fulfilled people"))
}
