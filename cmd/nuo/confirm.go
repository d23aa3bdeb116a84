package main

import (
	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// confirmCommand confirms fifty at a time until all are done.
func confirmCommand(a *app) *cobra.Command {
	s := spec{
		use: "confirm SHIFT", short: text{"Confirm the hours of a crew, and the people reached", "一键确认时长和服务人次"},
		example: "nuo confirm gate-am --reached 120\nnuo confirm gate-am --reached 120 --hours 01901f6e-0000-7000-8000-000000000001=3.5",
		flags:   []string{"people_reached=reached!", "hours"},
	}
	b := newBinding(a, s, (&nuov1.ConfirmShiftRequest{}).ProtoReflect().Descriptor())
	cmd := a.command(s, func(in *input) error {
		req := &nuov1.ConfirmShiftRequest{}
		if err := b.fill(in, req.ProtoReflect()); err != nil {
			return err
		}
		return wholeCrew(in, nuov1.ContractServiceClient.ConfirmShift, req, sayNobodyToConfirm)
	})
	b.register(cmd)
	return cmd
}

func evaluateCommand(a *app) *cobra.Command {
	return contractVerb(a, "evaluate CONTRACT", text{"Rate the volunteer, for the community", "评诺：社区评价志愿者"},
		"nuo evaluate 01901f6e-0000-7000-8000-000000000001 --rating 5", []string{"rating!", "by_served_party", "note"},
		nuov1.ContractServiceClient.EvaluateContract)
}

func rateCommand(a *app) *cobra.Command {
	return contractVerb(a, "rate CONTRACT", text{"Rate the shift, as its volunteer", "志愿者评价班次"},
		"nuo rate 01901f6e-0000-7000-8000-000000000001 --rating 4", []string{"rating!", "note"},
		nuov1.ContractServiceClient.RateShift)
}

func correctCommand(a *app) *cobra.Command {
	return a.group("correct", text{"Corrections: asked by one side, decided by the other", "更正：一方申请，另一方决定"},
		contractVerb(a, "request CONTRACT", text{"Ask for a correction, or contest a breach", "申请更正或申诉"},
			"nuo correct request 01901f6e-0000-7000-8000-000000000001 --hours 3.5 --reason wrong-entry",
			[]string{
				"state", "check_in_time=check-in", "check_out_time=check-out", "hours_hundredths=hours", "reason!", "note",
			}, nuov1.ContractServiceClient.RequestCorrection),
		contractVerb(a, "decide CONTRACT", text{"Approve or refuse what waits for a second person", "批准或不批准"},
			"nuo correct decide 01901f6e-0000-7000-8000-000000000001 --approve", []string{"approve!", "note"},
			nuov1.ContractServiceClient.DecideCorrection))
}

func lateEntryCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "late-entry SHIFT VOLUNTEER", short: text{"Enter from a signed paper sheet, for a second person to approve", "补录（须他人批准）"},
		example: "nuo late-entry gate-am 7d9f1c8e-3c67-4a55-9d1f-0c2b7a1e5f43 --check-in '2020-02-09 08:00' --check-out '2020-02-09 12:00' --ledger volunteering",
		flags:   []string{"check_in_time=check-in!", "check_out_time=check-out!", "ledger!", "note"},
	}, contracts, nuov1.ContractServiceClient.RecordLateEntry, card(contractCard))
}
