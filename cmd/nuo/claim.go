package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

const (
	contractRows = "name state when shift who hours notes"
	contractCard = "name state when shift who hours ledger origin offer_expire_time amendment_due_time waiting_before " +
		"check_in check_out notes allowed_actions"
)

// signFlags are the flags of whatever accepts a shift's terms.
func (a *app) signFlags(cmd *cobra.Command) {
	a.yesFlag(cmd)
	cmd.Flags().Bool("duty", false, a.flagUsage("duty"))
	cmd.Flags().Int64("revision", 0, a.flagUsage("revision"))
}

// ledger is what --duty says; whoever does not say it serves in their own time.
func (in *input) ledger() nuov1.Ledger {
	if in.flag("duty") == "true" {
		return nuov1.Ledger_LEDGER_DUTY
	}
	return nuov1.Ledger_LEDGER_VOLUNTEERING
}

// agree shows the present terms of a shift, asks for the person's word, and answers the revision that was read: if the
// terms change before the signature arrives, the server refuses it. With --revision they were read before.
func (in *input) agree(shift string) (int64, error) {
	if in.given("revision") {
		revision, err := in.cmd.Flags().GetInt64("revision")
		return revision, errors.Join(err, in.confirm(sayAgree))
	}
	s, err := ask(in, shifts, nuov1.ShiftServiceClient.GetShift, &nuov1.GetShiftRequest{Name: shift})
	if err != nil {
		return 0, err
	}
	if in.flag("yes") == "true" {
		return s.GetRevision(), nil
	}
	t, err := ask(in, taskLists, nuov1.TaskListServiceClient.GetTask, &nuov1.GetTaskRequest{Name: s.GetTask()})
	if err != nil {
		return 0, err
	}
	p := in.printer()
	p.out = in.err
	fmt.Fprintln(p.out, in.say(sayTerms))
	p.cards(
		part{"title when timing place meeting_point requirements risk_notes community", s.ProtoReflect()},
		part{"description hazard_class insurance_reference safety_terms", t.ProtoReflect()},
		part{"ledger", (&nuov1.Contract{Ledger: in.ledger()}).ProtoReflect()})
	return s.GetRevision(), in.confirm(sayAgree)
}

// shiftOf is the shift of a contract.
func (in *input) shiftOf(contract string) (string, error) {
	c, err := ask(in, contracts, nuov1.ContractServiceClient.GetContract, &nuov1.GetContractRequest{Name: contract})
	return c.GetShift(), err
}

func claimCommand(a *app) *cobra.Command {
	return rpcWith(a, spec{
		use: "claim SHIFT", short: text{"Claim a slot of a shift", "我要报名：认领班次"},
		example: "nuo claim gate-am\nnuo claim gate-am --waitlist --yes",
		flags:   []string{"volunteer", "waitlist"}, extra: a.signFlags,
	}, contracts, nuov1.ContractServiceClient.ClaimShift, func(in *input, req *nuov1.ClaimShiftRequest) (err error) {
		req.Ledger = in.ledger()
		req.Revision, err = in.agree(req.GetShift())
		return err
	}, card(contractCard))
}

func offerCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "offer SHIFT VOLUNTEER", short: text{"Offer a slot to a volunteer", "邀约志愿者"},
		example: "nuo offer gate-am 7d9f1c8e-3c67-4a55-9d1f-0c2b7a1e5f43",
	}, contracts, nuov1.ContractServiceClient.OfferContract, card(contractCard))
}

func spokenYesCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "spoken-yes SHIFT VOLUNTEER", short: text{"Record a yes taken by phone; the volunteer still signs", "代录口头答应（代录不代签）"},
		example: "nuo spoken-yes gate-am 7d9f1c8e-3c67-4a55-9d1f-0c2b7a1e5f43 --spoken 11:40",
		flags:   []string{"spoken_time=spoken", "ledger"},
	}, contracts, nuov1.ContractServiceClient.RecordSpokenYes, card(contractCard))
}

func signCommand(a *app) *cobra.Command {
	return rpcWith(a, spec{
		use: "sign CONTRACT", short: text{"Sign an offer", "签诺"},
		example: "nuo sign 01901f6e-0000-7000-8000-000000000001", extra: a.signFlags,
	}, contracts, nuov1.ContractServiceClient.SignContract, func(in *input, req *nuov1.SignContractRequest) error {
		shift, err := in.shiftOf(req.GetName())
		if err != nil {
			return err
		}
		req.Ledger = in.ledger()
		req.Revision, err = in.agree(shift)
		return err
	}, card(contractCard))
}

// contractVerb is a command of a verb that moves a contract.
func contractVerb[Req proto.Message](
	a *app, use string, short text, example string, flags []string,
	call method[nuov1.ContractServiceClient, Req, *nuov1.Contract],
) *cobra.Command {
	return rpc(a, spec{use: use, short: short, example: example, flags: flags}, contracts, call, card(contractCard))
}

func declineCommand(a *app) *cobra.Command {
	return contractVerb(a, "decline CONTRACT", text{"Decline an offer, without penalty", "婉拒邀约"},
		"nuo decline 01901f6e-0000-7000-8000-000000000001", []string{"note"},
		nuov1.ContractServiceClient.DeclineContract)
}

func acceptCommand(a *app) *cobra.Command {
	return contractVerb(a, "accept CONTRACT", text{"Accept a contract, for the community", "亮诺：接受契约"},
		"nuo accept 01901f6e-0000-7000-8000-000000000001", nil, nuov1.ContractServiceClient.AcceptContract)
}

func refuseCommand(a *app) *cobra.Command {
	return contractVerb(a, "refuse CONTRACT", text{"Refuse a contract before its start, for the community", "不接受契约"},
		"nuo refuse 01901f6e-0000-7000-8000-000000000001 --reason overstaffed", []string{"reason!", "note"},
		nuov1.ContractServiceClient.RefuseContract)
}

func withdrawCommand(a *app) *cobra.Command {
	return contractVerb(a, "withdraw CONTRACT", text{"Withdraw, until the deadline", "我来不了：退出"},
		"nuo withdraw 01901f6e-0000-7000-8000-000000000001 --reason family", []string{"reason!", "note"},
		nuov1.ContractServiceClient.WithdrawContract)
}

func leaveCommand(a *app) *cobra.Command {
	return a.group("leave", text{"Leave, after the deadline", "请假"},
		contractVerb(a, "ask CONTRACT", text{"Ask leave; the slot is free at once", "请假（名额即时空出）"},
			"nuo leave ask 01901f6e-0000-7000-8000-000000000001 --reason illness", []string{"reason!", "note"},
			nuov1.ContractServiceClient.AskLeave),
		contractVerb(a, "decide CONTRACT", text{"Uphold a leave, or not", "批假"},
			"nuo leave decide 01901f6e-0000-7000-8000-000000000001 --uphold --reason illness",
			[]string{"uphold!", "reason!", "note"}, nuov1.ContractServiceClient.DecideLeave))
}

func amendmentCommand(a *app) *cobra.Command {
	return a.group("amendment", text{"Answer new terms of a shift", "答复班次变更"},
		answerCommand(a, "accept", text{"Accept the new terms", "接受变更"}, true),
		answerCommand(a, "decline", text{"Decline the new terms, without blame", "不接受变更（不计责任）"}, false))
}

func answerCommand(a *app, verb string, short text, accept bool) *cobra.Command {
	return rpcWith(a, spec{
		use: verb + " CONTRACT", short: short,
		example: "nuo amendment " + verb + " 01901f6e-0000-7000-8000-000000000001", extra: a.yesFlag,
	}, contracts, nuov1.ContractServiceClient.AnswerAmendment, func(in *input, req *nuov1.AnswerAmendmentRequest) error {
		shift, err := in.shiftOf(req.GetName())
		if err != nil {
			return err
		}
		req.Accept = accept
		if accept {
			req.Revision, err = in.agree(shift)
			return err
		}
		s, err := ask(in, shifts, nuov1.ShiftServiceClient.GetShift, &nuov1.GetShiftRequest{Name: shift})
		req.Revision = s.GetRevision()
		return err
	}, card(contractCard))
}
