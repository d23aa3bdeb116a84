package server_test

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// claims is a new member's claim of a gate.
func claims(w wish, before func(g *gate, who string)) func(*cast) play {
	return func(c *cast) play {
		g, who := c.gate(w), c.member()
		if before != nil {
			before(g, who)
		}
		return play{who, g.claim(who)}
	}
}

// withdraws is a member who withdraws with these words.
func withdraws(reason nuov1.ReasonCode) func(*cast) play {
	return func(c *cast) play {
		p := c.gate(wish{}).claimed()
		return play{p.who, &nuov1.WithdrawContractRequest{Name: p.name, Reason: reason}}
	}
}

// hatted gives somebody a token as a member of the committee, too.
func (c *cast) hatted(who string) string {
	c.Helper()
	res := must[*nuov1.IssueTokenResponse](c, "mingzhu", &nuov1.IssueTokenRequest{Token: &nuov1.Token{
		Person: c.people[who], Grants: []*nuov1.Grant{{Role: nuov1.Role_ROLE_COMMUNITY, Scope: mingzhu}},
	}})
	c.secrets[who+"-hat"] = res.GetSecret()
	return who + "-hat"
}

// corrects is a correction of a fulfilled contract but for one thing.
func corrects(edit func(promise, *nuov1.RequestCorrectionRequest)) func(*cast) play {
	return func(c *cast) play {
		p := c.soon().fulfilled()
		req := p.contest()
		edit(p, req)
		return play{p.who, req}
	}
}

// enters is a check-out that is entered but for one thing.
func enters(edit func(*nuov1.EnterCheckOutRequest)) func(*cast) play {
	return func(c *cast) play {
		req := c.forgotten()
		edit(req)
		return play{"mingzhu", req}
	}
}

var contractRefusals = []refusal{
	{"terms that were not read", "REVISION_MISMATCH", "", func(c *cast) play {
		p := claims(wish{}, nil)(c)
		p.req.(*nuov1.ClaimShiftRequest).Revision = 2 //nolint:forcetypeassert // made just before
		return p
	}},
	{"the fifth claim of four slots", "SHIFT_FULL", "", claims(wish{capacity: 1}, func(g *gate, _ string) { g.claimed() })},
	{"two places at once", "OVERLAP", "", claims(wish{}, func(g *gate, who string) { g.must(who, g.gate(wish{}).claim(who)) })},
	{"claimed twice", "ALREADY_CLAIMED", "", claims(wish{}, func(g *gate, who string) { g.must(who, g.claim(who)) })},
	{"claimed when all is over", "CLAIM_WINDOW", "", claims(wish{in: time.Minute, length: time.Minute}, func(g *gate, _ string) { g.at(g.end) })},
	{"claimed from a closed list", "LIST_NOT_OPEN", "", claims(wish{}, func(g *gate, _ string) { g.must("mingzhu", &nuov1.CloseTaskListRequest{Name: g.list}) })},
	{"claimed from a cancelled list", "SHIFT_CANCELLED", "", claims(wish{}, func(g *gate, _ string) {
		g.must("mingzhu", &nuov1.CancelTaskListRequest{Name: g.list, Reason: "暴雨"})
	})},
	{"a skill that is lacking", "NOT_QUALIFIED", "", claims(wish{requirements: &nuov1.Requirements{Skills: []string{"medic"}}}, nil)},
	{"claimed in quarantine", "EXEMPT", "", claims(wish{}, func(g *gate, who string) { g.must("court", anExemption(g.people[who])) })},
	{"claimed before registration", "NOT_REGISTERED", "", claims(wish{}, func(g *gate, who string) {
		g.must(who, &nuov1.EndRegistrationRequest{Name: g.people[who], Community: mingzhu})
	})},
	{"claimed without consent", "CONSENT_MISSING", "", claims(wish{}, func(g *gate, who string) {
		g.must(who, &nuov1.SetConsentRequest{Name: g.people[who], Consent: &nuov1.Consent{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD}})
	})},
	{"a ninth hour on one day", "REST_RULE", "", claims(wish{length: 5 * time.Hour}, func(g *gate, who string) {
		g.must(who, g.gate(wish{in: 6 * time.Hour, length: 4 * time.Hour}).claim(who))
	})},
	{"claimed for another", "PERMISSION_DENIED", "", func(c *cast) play { return play{"neighbour", c.gate(wish{}).claim(c.member())} }},
	{"claimed on a shift that is nowhere", "NOT_FOUND", "", by("neighbour", &nuov1.ClaimShiftRequest{Shift: "shifts/nowhere", Revision: 1, Ledger: leisure})},

	{"one live offer too many", "LIMIT_REACHED", "", func(c *cast) play {
		p := reorganise(&nuov1.Organisation{Policy: &nuov1.DistrictPolicy{MaxLiveOffers: 1}}, "policy.max_live_offers")(c)
		c.must(p.who, p.req)
		who := c.gate(wish{}).offered().who
		return play{"mingzhu", &nuov1.OfferContractRequest{Shift: c.gate(wish{}).shift, Volunteer: c.people[who]}}
	}},
	{"offered to who left", "DEACTIVATED", "", func(c *cast) play {
		who := c.member()
		c.must("court", &nuov1.DeactivateVolunteerRequest{Name: c.people[who]})
		return play{"mingzhu", &nuov1.OfferContractRequest{Shift: c.gate(wish{}).shift, Volunteer: c.people[who]}}
	}},
	{"offered to nobody", "NOT_FOUND", "", func(c *cast) play {
		return play{"mingzhu", &nuov1.OfferContractRequest{Shift: c.gate(wish{}).shift, Volunteer: "volunteers/" + nobody}}
	}},
	{"a yes of tomorrow", "INVALID_FIELD", "spoken_time", func(c *cast) play {
		return play{"mingzhu", &nuov1.RecordSpokenYesRequest{
			Shift: c.gate(wish{}).shift, Volunteer: c.people[c.member()], SpokenTime: timestamppb.New(c.clock.Now().Add(time.Hour)),
		}}
	}},
	{"signed twice", "WRONG_STATE", "", again(plays()["/nuo.v1.ContractService/SignContract"])},
	{"accepted twice", "WRONG_STATE", "", again(plays()["/nuo.v1.ContractService/AcceptContract"])},
	{"withdrawn too late", "WRONG_TIME", "", func(c *cast) play {
		p := c.pastDeadline()
		return play{p.who, &nuov1.WithdrawContractRequest{Name: p.name, Reason: family}}
	}},
	{"another reason that is not said", "INVALID_FIELD", "note", withdraws(nuov1.ReasonCode_REASON_CODE_OTHER)},
	{"a reason of the system's", "INVALID_FIELD", "reason", withdraws(nuov1.ReasonCode_REASON_CODE_CROSSED)},
	{"leave asked while withdrawing goes", "WRONG_TIME", "", func(c *cast) play {
		p := c.gate(wish{in: 20 * time.Hour}).claimed()
		return play{p.who, &nuov1.AskLeaveRequest{Name: p.name, Reason: family}}
	}},
	{"an unknown contract", "NOT_FOUND", "", by("mingzhu", &nuov1.AcceptContractRequest{Name: "contracts/" + nobody})},
	{"one's own, by another hat", "OWN_CONTRACT", "", func(c *cast) play {
		p := c.gate(wish{byHand: true}).claimed()
		return play{c.hatted(p.who), &nuov1.AcceptContractRequest{Name: p.name}}
	}},

	{"the wrong code", "WRONG_SITE_CODE", "", func(c *cast) play {
		p := plays()["/nuo.v1.ContractService/CheckIn"](c)
		req := p.req.(*nuov1.CheckInRequest) //nolint:forcetypeassert // the play's
		req.SiteCode = string('0'+(req.SiteCode[0]-'0'+1)%10) + req.SiteCode[1:]
		return p
	}},
	{"no code for oneself", "WRONG_SITE_CODE", "", func(c *cast) play {
		p := plays()["/nuo.v1.ContractService/CheckIn"](c)
		p.req.(*nuov1.CheckInRequest).SiteCode = "" //nolint:forcetypeassert // the play's
		return p
	}},
	{"checked in an hour before", "WRONG_TIME", "", func(c *cast) play {
		return play{"mingzhu", &nuov1.CheckInRequest{Name: c.gate(wish{}).claimed().name}}
	}},
	{"checked in elsewhere", "CHECKED_IN_ELSEWHERE", "", func(c *cast) play {
		p := c.soon().present()
		next := c.gate(wish{in: p.end.Sub(c.clock.Now())})
		k := must[*nuov1.Contract](c, p.who, next.claim(p.who))
		c.at(next.start)
		return play{"mingzhu", &nuov1.CheckInRequest{Name: k.GetName()}}
	}},
	{"undone after ten minutes", "WRONG_TIME", "", func(c *cast) play {
		p := c.gate(wish{in: 5 * time.Minute}).present()
		c.at(p.start.Add(11 * time.Minute))
		return play{"mingzhu", &nuov1.UndoCheckInRequest{Name: p.name}}
	}},
	{"absent before the start", "WRONG_TIME", "", func(c *cast) play {
		return play{"mingzhu", &nuov1.MarkAbsentRequest{Name: c.gate(wish{}).claimed().name}}
	}},
	{"taken down at the gate with a gender", "INVALID_FIELD", "person.gender", func(c *cast) play {
		return play{"mingzhu", &nuov1.RegisterOnSiteRequest{
			Shift: c.gate(wish{in: 20 * time.Minute}).shift, Ledger: leisure,
			Person: &nuov1.Person{DisplayName: nameCanary, Phone: phoneCanary + "0000", Gender: "男"},
		}}
	}},
	{"taken down at a hazardous gate", "NOT_REGISTERED", "", func(c *cast) play {
		return play{"mingzhu", &nuov1.RegisterOnSiteRequest{
			Shift: c.gate(wish{in: 20 * time.Minute, hazard: true}).shift, Ledger: leisure,
			Person: &nuov1.Person{DisplayName: nameCanary, Phone: phoneCanary + "0000"},
		}}
	}},
	{"extended to what is past", "INVALID_FIELD", "end_time", func(c *cast) play {
		p := c.soon().present()
		return play{p.who, &nuov1.ExtendContractRequest{Name: p.name, EndTime: timestamppb.New(p.start), Reason: family}}
	}},
	{"extended by nine hours", "INVALID_FIELD", "end_time", func(c *cast) play {
		p := c.soon().present()
		return play{p.who, &nuov1.ExtendContractRequest{Name: p.name, EndTime: timestamppb.New(p.end.Add(9 * time.Hour)), Reason: family}}
	}},
	{"exempt until yesterday", "INVALID_FIELD", "exempt_until_date", func(c *cast) play {
		p := c.soon().present()
		return play{p.who, &nuov1.StopForHealthRequest{Name: p.name, ExemptUntilDate: "2020-02-07"}}
	}},
	{"exempt until 30 February", "INVALID_FIELD", "exempt_until_date", func(c *cast) play {
		p := c.soon().present()
		return play{p.who, &nuov1.StopForHealthRequest{Name: p.name, ExemptUntilDate: "2020-02-30"}}
	}},
	{"gone before one came", "INVALID_FIELD", "check_out_time", enters(func(r *nuov1.EnterCheckOutRequest) { r.CheckOutTime = after(r.CheckOutTime, -time.Hour) })},
	{"gone in the future", "INVALID_FIELD", "check_out_time", enters(func(r *nuov1.EnterCheckOutRequest) { r.CheckOutTime = after(r.CheckOutTime, 20*time.Hour) })},
	{"check-out entered too early", "WRONG_TIME", "", func(c *cast) play {
		p := c.soon().present()
		return play{"mingzhu", &nuov1.EnterCheckOutRequest{Name: p.name, CheckOutTime: timestamppb.New(c.clock.Now())}}
	}},
	{"confirmed before the start", "WRONG_TIME", "", func(c *cast) play {
		return play{"mingzhu", &nuov1.ConfirmShiftRequest{Shift: c.gate(wish{}).claimed().shift}}
	}},
	{"hours for who was not there", "INVALID_FIELD", "hours", func(c *cast) play {
		return play{"mingzhu", &nuov1.ConfirmShiftRequest{
			Shift: c.soon().out().shift, Hours: []*nuov1.ConfirmedHours{{Contract: "contracts/" + nobody, HoursHundredths: 1}},
		}}
	}},
	{"rated before it was served", "WRONG_STATE", "", func(c *cast) play {
		return play{"mingzhu", &nuov1.EvaluateContractRequest{Name: c.gate(wish{}).claimed().name, Rating: 5}}
	}},
	{"more hours than were served", "HOURS_EXCEED_ATTENDANCE", "", corrects(func(_ promise, r *nuov1.RequestCorrectionRequest) { r.HoursHundredths = 4800 })},
	{"gone before one came, as is claimed", "INVALID_FIELD", "check_out_time", corrects(func(p promise, r *nuov1.RequestCorrectionRequest) {
		r.CheckInTime, r.CheckOutTime = timestamppb.New(p.end.Add(-time.Minute)), timestamppb.New(p.start)
	})},
	{"came a day before", "INVALID_FIELD", "check_in_time", corrects(func(p promise, r *nuov1.RequestCorrectionRequest) {
		r.CheckInTime, r.CheckOutTime = timestamppb.New(p.start.Add(-24*time.Hour)), timestamppb.New(p.end)
	})},
	{"a sheet of the future", "INVALID_FIELD", "check_out_time", func(c *cast) play {
		req := c.fromPaper()
		req.CheckOutTime = after(req.CheckOutTime, 2*time.Hour)
		return play{"mingzhu", req}
	}},
	{"a sheet while the shift runs", "WRONG_TIME", "", func(c *cast) play {
		g := c.soon()
		c.at(g.start.Add(2 * time.Minute))
		return play{"mingzhu", &nuov1.RecordLateEntryRequest{
			Shift: g.shift, Volunteer: c.people[c.member()], Ledger: leisure,
			CheckInTime: timestamppb.New(g.start), CheckOutTime: timestamppb.New(g.start.Add(time.Minute)),
		}}
	}},
	{"one's own entry approved", "SECOND_PERSON_REQUIRED", "", func(c *cast) play {
		k := must[*nuov1.Contract](c, "mingzhu", c.fromPaper())
		return play{"mingzhu", &nuov1.DecideCorrectionRequest{Name: k.GetName(), Approve: true}}
	}},
	{"an amendment that is none", "WRONG_STATE", "", func(c *cast) play {
		p := c.gate(wish{}).claimed()
		return play{p.who, &nuov1.AnswerAmendmentRequest{Name: p.name, Revision: 1, Accept: true}}
	}},
	{"contracts of nothing", "INVALID_FIELD", "volunteer", by("mingzhu", &nuov1.ListContractsRequest{})},
	{"contracts of a unit that is none", "INVALID_FIELD", "unit", by("mingzhu", &nuov1.ListContractsRequest{Unit: mingzhu})},
	{"a board that ends first", "INVALID_FIELD", "to_date", by("mingzhu", &nuov1.ListCommitmentsRequest{FromDate: "2020-02-09", ToDate: "2020-02-08"})},
	{"the board of a unit", "INVALID_FIELD", "community", by("mingzhu", &nuov1.ListCommitmentsRequest{Community: court})},
}
