package server_test

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// contractPlays are those of a contract's life.
var contractPlays = map[string]func(*cast) play{
	"/nuo.v1.ContractService/ClaimShift": func(c *cast) play {
		who := c.member()
		return play{who, c.gate(wish{}).claim(who)}
	},
	"/nuo.v1.ContractService/CheckInOnSite": func(c *cast) play {
		g := c.gate(wish{in: 20 * time.Minute})
		return play{c.member(), &nuov1.CheckInOnSiteRequest{Shift: g.shift, SiteCode: g.code(), Revision: 1, Ledger: leisure}}
	},
	"/nuo.v1.ContractService/RegisterOnSite": func(c *cast) play {
		p := aPerson(c.next())
		return play{"mingzhu", &nuov1.RegisterOnSiteRequest{
			Shift: c.gate(wish{in: 20 * time.Minute}).shift, Ledger: leisure,
			Person: &nuov1.Person{DisplayName: p.GetDisplayName(), Phone: p.GetPhone()},
		}}
	},
	"/nuo.v1.ContractService/OfferContract": func(c *cast) play {
		return play{"court", &nuov1.OfferContractRequest{Shift: c.gate(wish{}).shift, Volunteer: c.people[c.member()]}}
	},
	"/nuo.v1.ContractService/RecordSpokenYes": func(c *cast) play {
		return play{"mingzhu", &nuov1.RecordSpokenYesRequest{
			Shift: c.gate(wish{}).shift, Volunteer: c.people[c.member()], Ledger: leisure,
		}}
	},
	"/nuo.v1.ContractService/SignContract": func(c *cast) play {
		p := c.gate(wish{}).offered()
		return play{p.who, &nuov1.SignContractRequest{Name: p.name, Revision: 1, Ledger: leisure}}
	},
	"/nuo.v1.ContractService/DeclineContract": func(c *cast) play {
		p := c.gate(wish{}).offered()
		return play{p.who, &nuov1.DeclineContractRequest{Name: p.name, Note: noteCanary}}
	},
	"/nuo.v1.ContractService/AcceptContract": func(c *cast) play {
		return play{"mingzhu", &nuov1.AcceptContractRequest{Name: c.gate(wish{byHand: true}).claimed().name}}
	},
	"/nuo.v1.ContractService/RefuseContract": func(c *cast) play {
		return play{"mingzhu", &nuov1.RefuseContractRequest{
			Name: c.gate(wish{}).claimed().name, Reason: nuov1.ReasonCode_REASON_CODE_OTHER, Note: noteCanary,
		}}
	},
	"/nuo.v1.ContractService/WithdrawContract": func(c *cast) play {
		p := c.gate(wish{}).claimed()
		return play{p.who, &nuov1.WithdrawContractRequest{Name: p.name, Reason: family, Note: noteCanary}}
	},
	"/nuo.v1.ContractService/AskLeave": func(c *cast) play {
		p := c.pastDeadline()
		return play{p.who, &nuov1.AskLeaveRequest{Name: p.name, Reason: family, Note: noteCanary}}
	},
	"/nuo.v1.ContractService/DecideLeave": func(c *cast) play {
		return play{"mingzhu", &nuov1.DecideLeaveRequest{Name: c.onLeave().name, Uphold: true, Reason: family, Note: noteCanary}}
	},
	"/nuo.v1.ContractService/CheckIn": func(c *cast) play {
		p := c.gate(wish{in: 20 * time.Minute}).claimed()
		return play{p.who, &nuov1.CheckInRequest{Name: p.name, SiteCode: p.code()}}
	},
	"/nuo.v1.ContractService/UndoCheckIn": func(c *cast) play {
		return play{"mingzhu", &nuov1.UndoCheckInRequest{Name: c.soon().present().name}}
	},
	"/nuo.v1.ContractService/CheckOut": func(c *cast) play {
		p := c.soon().present()
		return play{p.who, &nuov1.CheckOutRequest{Name: p.name, Reason: family}}
	},
	"/nuo.v1.ContractService/CheckInCrew": func(c *cast) play {
		g := c.gate(wish{in: 20 * time.Minute})
		g.claimed()
		return play{"compound", &nuov1.CheckInCrewRequest{Shift: g.claimed().shift}}
	},
	"/nuo.v1.ContractService/CheckOutCrew": func(c *cast) play {
		return play{"mingzhu", &nuov1.CheckOutCrewRequest{Shift: c.soon().present().shift}}
	},
	"/nuo.v1.ContractService/EnterCheckOut": func(c *cast) play { return play{"mingzhu", c.forgotten()} },
	"/nuo.v1.ContractService/MarkAbsent": func(c *cast) play {
		p := c.soon().claimed()
		c.at(p.start)
		return play{"mingzhu", &nuov1.MarkAbsentRequest{Name: p.name, Note: noteCanary}}
	},
	"/nuo.v1.ContractService/DecideAbsence": func(c *cast) play {
		return play{"mingzhu", &nuov1.DecideAbsenceRequest{
			Name: c.soon().absent().name, State: nuov1.ContractState_CONTRACT_STATE_BREACHED,
			Reason: nuov1.ReasonCode_REASON_CODE_DID_NOT_COME, Note: noteCanary,
		}}
	},
	"/nuo.v1.ContractService/ExtendContract": func(c *cast) play {
		p := c.soon().present()
		return play{p.who, &nuov1.ExtendContractRequest{
			Name: p.name, EndTime: timestamppb.New(p.end.Add(time.Hour)), Note: noteCanary,
			Reason: nuov1.ReasonCode_REASON_CODE_RELIEF_LATE,
		}}
	},
	"/nuo.v1.ContractService/StopForHealth": func(c *cast) play {
		p := c.soon().present()
		return play{p.who, &nuov1.StopForHealthRequest{Name: p.name, ExemptUntilDate: "2020-02-14"}}
	},
	"/nuo.v1.ContractService/ConfirmShift": func(c *cast) play {
		return play{"mingzhu", &nuov1.ConfirmShiftRequest{Shift: c.soon().out().shift, PeopleReached: 12}}
	},
	"/nuo.v1.ContractService/EvaluateContract": func(c *cast) play {
		return play{"mingzhu", &nuov1.EvaluateContractRequest{Name: c.soon().fulfilled().name, Rating: 4, Note: noteCanary}}
	},
	"/nuo.v1.ContractService/RateShift": func(c *cast) play {
		p := c.soon().fulfilled()
		return play{p.who, &nuov1.RateShiftRequest{Name: p.name, Rating: 4, Note: noteCanary}}
	},
	"/nuo.v1.ContractService/RequestCorrection": func(c *cast) play {
		p := c.soon().fulfilled()
		return play{p.who, p.contest()}
	},
	"/nuo.v1.ContractService/RecordLateEntry": func(c *cast) play { return play{"mingzhu", c.fromPaper()} },
	"/nuo.v1.ContractService/DecideCorrection": func(c *cast) play {
		p := c.soon().fulfilled()
		c.must(p.who, p.contest())
		return play{"mingzhu", &nuov1.DecideCorrectionRequest{Name: p.name, Approve: true, Note: noteCanary}}
	},
	"/nuo.v1.ContractService/AnswerAmendment": func(c *cast) play {
		p := c.gate(wish{}).claimed()
		c.must("mingzhu", p.later())
		return play{p.who, &nuov1.AnswerAmendmentRequest{Name: p.name, Revision: 2, Accept: true}}
	},

	"/nuo.v1.ContractService/GetContract": func(c *cast) play {
		p := c.gate(wish{}).claimed()
		return play{p.who, &nuov1.GetContractRequest{Name: p.name}}
	},
	"/nuo.v1.ContractService/ListContracts": func(c *cast) play {
		return play{"mingzhu", &nuov1.ListContractsRequest{Shift: c.gate(wish{}).claimed().shift}}
	},
	"/nuo.v1.ContractService/ListContractEvents": func(c *cast) play {
		return play{"mingzhu", &nuov1.ListContractEventsRequest{Contract: c.gate(wish{}).claimed().name}}
	},
	"/nuo.v1.ContractService/ListCommitments": func(*cast) play {
		return play{"auditor", &nuov1.ListCommitmentsRequest{Community: mingzhu}}
	},
}

// contest asks that half of the hours be recorded.
func (p promise) contest() *nuov1.RequestCorrectionRequest {
	return &nuov1.RequestCorrectionRequest{
		Name: p.name, HoursHundredths: 8, Reason: nuov1.ReasonCode_REASON_CODE_WRONG_ENTRY, Note: noteCanary,
	}
}

// forgotten enters the check-out of somebody who left without one, two hours after the end.
func (c *cast) forgotten() *nuov1.EnterCheckOutRequest {
	c.Helper()
	p := c.soon().present()
	c.at(p.end.Add(2 * time.Hour))
	return &nuov1.EnterCheckOutRequest{Name: p.name, CheckOutTime: timestamppb.New(p.end), Note: noteCanary}
}

// fromPaper enters somebody's attendance from a sheet that was signed by hand.
func (c *cast) fromPaper() *nuov1.RecordLateEntryRequest {
	c.Helper()
	g := c.soon()
	who := c.member()
	c.at(g.end.Add(time.Minute))
	return &nuov1.RecordLateEntryRequest{
		Shift: g.shift, Volunteer: c.people[who], Ledger: leisure, Note: noteCanary,
		CheckInTime: timestamppb.New(g.start), CheckOutTime: timestamppb.New(g.end),
	}
}
