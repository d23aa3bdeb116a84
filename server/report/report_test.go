package report_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

const (
	isFulfilled = nuov1.ContractState_CONTRACT_STATE_FULFILLED
	isEvaluated = nuov1.ContractState_CONTRACT_STATE_EVALUATED
	isBreached  = nuov1.ContractState_CONTRACT_STATE_BREACHED
	isAbsent    = nuov1.ContractState_CONTRACT_STATE_ABSENT
	isExcused   = nuov1.ContractState_CONTRACT_STATE_EXCUSED
	isWithdrawn = nuov1.ContractState_CONTRACT_STATE_WITHDRAWN
	isCancelled = nuov1.ContractState_CONTRACT_STATE_CANCELLED
)

// furnish is the small world whose figures are counted by hand below.
func furnish(h *house) {
	h.Helper()
	h.member("a", branch1)
	h.member("b", branch1, func(v *nuov1.Volunteer) {
		v.PoliticalStatus = nuov1.PoliticalStatus_POLITICAL_STATUS_PROBATIONARY
		v.Registrations = []*nuov1.Registration{{Outside: true, Primary: true, FromDate: "2020-03-01", Receipt: "7"}}
	})
	h.member("c", branch2, func(v *nuov1.Volunteer) {
		v.Registrations = []*nuov1.Registration{{Community: mingzhu, FromDate: "2020-01-30"}} // not the primary one
		v.Exemptions = []*nuov1.Exemption{{
			Id: "1", Category: nuov1.ExemptionCategory_EXEMPTION_CATEGORY_HOME_QUARANTINE, FromDate: "2020-12-20",
		}}
	})
	h.member("d", branch2, func(v *nuov1.Volunteer) { v.PoliticalStatus = nuov1.PoliticalStatus_POLITICAL_STATUS_OTHER })
	h.member("e", branch2, noConsent, func(v *nuov1.Volunteer) {
		v.ServiceStatus = nuov1.ServiceStatus_SERVICE_STATUS_RETIRED
	})
	h.member("f", branch2, noConsent, func(v *nuov1.Volunteer) { v.Registrations[0].Community = xingzhou })
	h.member("g", "", func(v *nuov1.Volunteer) { v.Unit = bureau }) // left the court in June
	h.event(court, "2020-01-01 00:00", "CreateVolunteer", "member", volunteer("g"))

	h.shift("s1", mingzhu, "2020-02-08 14:00", 10, func(s *nuov1.Shift) { s.HasDoors = true })
	h.contract("s1a", "a", branch1, "s1", vol, isFulfilled, 400)
	h.contract("s1b", "b", branch1, "s1", vol, isFulfilled, 350)
	h.contract("s1c", "c", branch2, "s1", duty, isEvaluated, 400, func(c *nuov1.Contract) { c.Rating = 5 })

	h.shift("s2", mingzhu, "2020-02-09 08:00", 5)
	h.contract("s2a", "a", branch1, "s2", vol, isAbsent, 0)
	h.contract("s2c", "c", branch2, "s2", duty, isBreached, 0, because(nuov1.ReasonCode_REASON_CODE_DID_NOT_COME))
	h.contract("s2d", "d", branch2, "s2", vol, isFulfilled, 200)
	h.contract("s2e", "e", branch2, "s2", vol, isBreached, 0, because(nuov1.ReasonCode_REASON_CODE_DID_NOT_COME))
	h.contract("s2f", "f", branch2, "s2", vol, isFulfilled, 200)
	h.contract("s2g", "g", branch1, "s2", vol, isFulfilled, 100)

	h.shift("s3", xingzhou, "2020-12-31 20:00", 4) // ends at midnight: with the year
	h.contract("s3b", "b", branch1, "s3", vol, isFulfilled, 380, func(c *nuov1.Contract) {
		c.Marks = []nuov1.ContractMark{nuov1.ContractMark_CONTRACT_MARK_CORRECTED}
	})
	h.decided("contracts/s3b", "2021-01-05 09:00")
	h.shift("s4", xingzhou, "2020-12-31 22:00", 9) // ends in the next year
	h.contract("s4a", "a", branch1, "s4", vol, isFulfilled, 400)

	h.shift("s5", xingzhou, "2020-03-01 08:00", 0, func(s *nuov1.Shift) { s.Cohosts = []string{mingzhu} })
	h.contract("s5a", "a", branch1, "s5", vol, isExcused, 0, because(nuov1.ReasonCode_REASON_CODE_HEALTH))
	h.contract("s5b", "b", branch1, "s5", vol, isWithdrawn, 0, because(nuov1.ReasonCode_REASON_CODE_WORK))
	h.contract("s5c", "c", branch2, "s5", vol, isCancelled, 0, because(nuov1.ReasonCode_REASON_CODE_WEATHER))
	h.contract("s5d", "d", branch2, "s5", vol, isWithdrawn, 0, func(c *nuov1.Contract) { c.SignTime = nil }) // only waited
	h.doors()
}

// decided is the event of a correction that a second person approved.
func (h *house) decided(contract, at string) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		_, err := store.ContractEvents.Append(tx, contract, 1, nil, &nuov1.ContractEvent{
			Sequence: 1, Time: timestamppb.New(local(at)), Action: nuov1.ContractAction_CONTRACT_ACTION_APPROVE,
			Marks: []nuov1.ContractMark{nuov1.ContractMark_CONTRACT_MARK_CORRECTED}, ToState: isFulfilled,
		})
		return err
	})
}

func (h *house) doors() {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		for i, d := range []*nuov1.Door{
			{Contract: "contracts/s1a", Outcome: nuov1.DoorOutcome_DOOR_OUTCOME_DONE},
			{Contract: "contracts/s1a", Outcome: nuov1.DoorOutcome_DOOR_OUTCOME_DONE},
			{Contract: "contracts/s1b", Outcome: nuov1.DoorOutcome_DOOR_OUTCOME_REFUSED},
			{Outcome: nuov1.DoorOutcome_DOOR_OUTCOME_DONE},
			{},
		} {
			d.Name, d.Task = "doors/"+string(rune('a'+i)), "tasks/s1"
			if err := store.Doors.Insert(tx, d); err != nil {
				return err
			}
		}
		return nil
	})
}

type want map[nuov1.FigureKey]string

const (
	keyMembers    = nuov1.FigureKey_FIGURE_KEY_MEMBERS
	keyTimes      = nuov1.FigureKey_FIGURE_KEY_PERSON_TIMES
	keyReached    = nuov1.FigureKey_FIGURE_KEY_PEOPLE_REACHED
	keyHours      = nuov1.FigureKey_FIGURE_KEY_HOURS
	keyRegistered = nuov1.FigureKey_FIGURE_KEY_REGISTERED
	keyPart       = nuov1.FigureKey_FIGURE_KEY_TAKING_PART
	keyRate       = nuov1.FigureKey_FIGURE_KEY_FULFILMENT_RATE
	keyOpen       = nuov1.FigureKey_FIGURE_KEY_OPEN
	keyBreached   = nuov1.FigureKey_FIGURE_KEY_BREACHED
	keyWithheld   = nuov1.FigureKey_FIGURE_KEY_NOT_FED_BACK
	keyDoors      = nuov1.FigureKey_FIGURE_KEY_DOORS
	keyCommunity  = nuov1.FigureKey_FIGURE_KEY_COMMUNITIES
	keyServing    = nuov1.FigureKey_FIGURE_KEY_PEOPLE_SERVING
)

func TestOKUnitCountedByHand(t *testing.T) {
	h := opened(t)
	furnish(h)
	r := h.report(ofCourt, court)
	for key, value := range (want{ // total, volunteering, duty, base
		keyMembers:                                     "4 - - -", // a b c f
		nuov1.FigureKey_FIGURE_KEY_PROBATIONARY:        "1 - - -", // b
		nuov1.FigureKey_FIGURE_KEY_OTHER_STAFF:         "1 - - -", // d
		nuov1.FigureKey_FIGURE_KEY_RETIRED:             "1 - - -", // e
		nuov1.FigureKey_FIGURE_KEY_SECONDED:            "0 - - -",
		nuov1.FigureKey_FIGURE_KEY_STANDING_NOT_STATED: "0 - - -",
		keyRegistered:                                  "3 - - -", // a b f
		nuov1.FigureKey_FIGURE_KEY_REGISTRATION_RATE:   "3 - - 4",
		nuov1.FigureKey_FIGURE_KEY_NOT_REGISTERED:      "1 - - -", // c
		nuov1.FigureKey_FIGURE_KEY_EXEMPT:              "1 - - -", // c
		keyPart:                                        "3 2 1 -", // a b, c on duty; what f did is not fed back
		nuov1.FigureKey_FIGURE_KEY_PARTICIPATION_RATE:  "3 - - 4",
		keyServing:                            "5 4 1 -",   // a b c d g
		keyTimes:                              "6 5 1 -",   // s1: a b c, s2: d g, s3: b
		keyReached:                            "19 16 3 -", // 10 + 5 + 4
		nuov1.FigureKey_FIGURE_KEY_SERVICES:   "6 5 1 -",
		keyDoors:                              "2 2 0 -",
		keyHours:                              "- 1430 400 -",
		keyCommunity:                          "2 2 1 -",
		keyRate:                               "6 - - 7", // c breached once; e's is not fed back, a's absence undecided
		keyBreached:                           "1 - - -",
		nuov1.FigureKey_FIGURE_KEY_EXCUSED:    "1 - - -",
		nuov1.FigureKey_FIGURE_KEY_WITHDRAWN:  "1 - - -",
		nuov1.FigureKey_FIGURE_KEY_CANCELLED:  "1 - - -",
		nuov1.FigureKey_FIGURE_KEY_UNDECIDED:  "1 - - -",
		keyOpen:                               "1 - - -",
		nuov1.FigureKey_FIGURE_KEY_EVALUATION: "5 - - 1",
		nuov1.FigureKey_FIGURE_KEY_SERVED_PARTY_EVALUATION: "0 - - 0",
		keyWithheld: "1 - - -", // f
	}) {
		if got := text(figureIn(r, key).GetValue()); got != value {
			t.Errorf("%v is %s, want %s", key, got, value)
		}
	}
	if len(r.GetFigures()) != 29 {
		t.Errorf("%d figures, of which some are not counted here", len(r.GetFigures()))
	}
	if !r.GetEnded() || r.GetSettled() || r.GetPeopleDate() != "2020-12-31" || r.GetTimeZone() != "Asia/Shanghai" {
		t.Errorf("ended %v, settled %v, people of %s in %s", r.GetEnded(), r.GetSettled(), r.GetPeopleDate(), r.GetTimeZone())
	}
	fixes := r.GetCorrections()
	if len(fixes) != 1 || fixes[0].GetContract() != "contracts/s3b" || fixes[0].GetState() != isFulfilled {
		t.Errorf("corrections: %v", fixes)
	}
}

func TestOKPartsOfFigures(t *testing.T) {
	h := opened(t)
	furnish(h)
	r := h.report(ofCourt, court)
	for key, want := range map[nuov1.FigureKey]*nuov1.FigurePart{
		nuov1.FigureKey_FIGURE_KEY_NOT_REGISTERED: {Exemption: nuov1.ExemptionCategory_EXEMPTION_CATEGORY_HOME_QUARANTINE},
		nuov1.FigureKey_FIGURE_KEY_EXEMPT:         {Exemption: nuov1.ExemptionCategory_EXEMPTION_CATEGORY_HOME_QUARANTINE},
		keyBreached:                               {Reason: nuov1.ReasonCode_REASON_CODE_DID_NOT_COME},
		nuov1.FigureKey_FIGURE_KEY_EXCUSED:        {}, // health is the parties' alone
		nuov1.FigureKey_FIGURE_KEY_WITHDRAWN:      {Reason: nuov1.ReasonCode_REASON_CODE_WORK},
		nuov1.FigureKey_FIGURE_KEY_CANCELLED:      {Reason: nuov1.ReasonCode_REASON_CODE_WEATHER},
		nuov1.FigureKey_FIGURE_KEY_EVALUATION:     {Rating: 5},
	} {
		want.Count = 1
		got := figureIn(r, key).GetParts()
		if len(got) != 1 || got[0].String() != want.String() {
			t.Errorf("%v has parts %v, want %v", key, got, want)
		}
	}
}

func TestOKRowsOfBranchesAndMembers(t *testing.T) {
	h := opened(t)
	furnish(h)
	r := h.report(ofCourt, court)
	for i, want := range []want{
		{keyMembers: "2 - - -", keyTimes: "4 4 0 -", keyReached: "14 14 0 -", keyHours: "- 1230 0 -", keyPart: "2 2 0 -"},
		{keyMembers: "2 - - -", keyTimes: "2 1 1 -", keyReached: "5 2 3 -", keyHours: "- 200 400 -", keyWithheld: "1 - - -"},
	} {
		for key, value := range want {
			if got := text(rowFigure(r.GetBranches()[i], key)); got != value {
				t.Errorf("%s: %v is %s, want %s", r.GetBranches()[i].GetName(), key, got, value)
			}
		}
	}
	var names []string
	reached := map[string]string{}
	for _, m := range r.GetMembers() {
		names = append(names, m.GetName()+m.GetPersonName())
		reached[m.GetName()] = text(rowFigure(m, keyReached))
		if rowFigure(m, keyRate) != nil || rowFigure(m, nuov1.FigureKey_FIGURE_KEY_EXEMPT) != nil {
			t.Errorf("the row of %s tells too much", m.GetName())
		}
	}
	want := []string{}
	for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
		want = append(want, volunteer(id)+canary+id)
	}
	if want = append(want, "volunteers/-"); !slices.Equal(names, want) {
		t.Errorf("members %v, want %v", names, want)
	}
	if reached[volunteer("a")] != "4 4 0 -" || reached[volunteer("b")] != "7 7 0 -" || reached["volunteers/-"] != "3 3 0 -" {
		t.Errorf("reached by member: %v", reached)
	}
}

func TestOKBranchIsItsRowOfTheUnit(t *testing.T) {
	h := opened(t)
	furnish(h)
	unit, own := h.report(ofCourt, court), h.report(ofBranch1, branch1)
	for _, f := range own.GetFigures() {
		of := rowFigure(unit.GetBranches()[0], f.GetKey())
		if of != nil && text(of) != text(f.GetValue()) {
			t.Errorf("%v is %s in the branch's report, %s in the unit's", f.GetKey(), text(f.GetValue()), text(of))
		}
	}
	if len(own.GetBranches()) != 0 || len(own.GetMembers()) != 3 || own.GetMembers()[0].GetPersonName() != canary+"a" {
		t.Errorf("rows %v, %v", own.GetBranches(), own.GetMembers())
	}
}

func TestOKPlacesCountedByHand(t *testing.T) {
	h := opened(t)
	furnish(h)
	committee := nuov1.FigureKey_FIGURE_KEY_DOORS_BY_COMMITTEE
	for subject, want := range map[string]want{
		mingzhu:  {keyTimes: "6 5 1 -", keyReached: "15 12 3 -", keyBreached: "2 - - -", keyDoors: "2 2 0 -", committee: "1 - - -", keyRegistered: "2 - - -"},
		xingzhou: {keyTimes: "1 1 0 -", keyReached: "4 4 0 -", nuov1.FigureKey_FIGURE_KEY_EXCUSED: "1 - - -", keyRegistered: "1 - - -"},
		street:   {keyTimes: "7 6 1 -", keyReached: "19 16 3 -", keyCommunity: "2 2 1 -", keyRegistered: "3 - - -"},
		district: {keyTimes: "7 6 1 -", keyMembers: "5 - - -", keyPart: "5 4 1 -", keyRegistered: "4 - - -"},
	} {
		r := h.report(auditor, subject)
		for key, value := range want {
			if got := text(figureIn(r, key).GetValue()); got != value {
				t.Errorf("%s: %v is %s, want %s", subject, key, got, value)
			}
		}
		if figureIn(r, keyWithheld) != nil || len(r.GetBranches())+len(r.GetMembers()) > 0 {
			t.Errorf("%s: a report of a place has figures or rows of a unit", subject)
		}
	}
}

func TestOKPeriods(t *testing.T) {
	h := opened(t)
	furnish(h)
	for _, c := range []struct{ from, to, times string }{
		{"2021-01-01", "2022-01-01", "1"},
		{"2020-02-08", "2020-02-09", "3"},
		{"2020-02-09", "2020-02-10", "2"},
		{"2020-12-31", "2021-01-01", "1"},
		{"", "", "1"},
	} {
		r := h.report(ofCourt, court, c.from, c.to)
		if got := text(figureIn(r, keyTimes).GetValue()); !strings.HasPrefix(got, c.times+" ") {
			t.Errorf("from %s to %s: %s person-times, want %s", c.from, c.to, got, c.times)
		}
	}
	if r := h.report(ofCourt, court, "", ""); r.GetEnded() || r.GetPeopleDate() != "2021-02-01" || r.GetToDate() != "2022-01-01" {
		t.Errorf("by default: %v", r)
	}
	for _, c := range [][2]string{{"2020-01-01", ""}, {"2020-01-01", "2020-01-01"}, {"2020-13-01", "2021-01-01"}} {
		_, err := h.ask(ofCourt, court, c[0], c[1])
		wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD, c[0]+" "+c[1])
	}
}

// What is moved, deactivated, entered or consented to after the period changes nothing in it.
func TestOKEndedPeriodStays(t *testing.T) {
	h := opened(t)
	furnish(h)
	before := h.report(ofCourt, court)
	h.update(func(tx *store.Tx) error {
		for id, change := range map[string]func(*nuov1.Volunteer){
			"a": func(v *nuov1.Volunteer) { v.Unit, v.Branch = bureau, "" },
			"b": func(v *nuov1.Volunteer) { v.Branch = branch2 },
			"c": func(v *nuov1.Volunteer) { v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED },
			"f": func(v *nuov1.Volunteer) {
				v.Consents = []*nuov1.Consent{{
					Kind: nuov1.ConsentKind_CONSENT_KIND_UNIT_FEEDBACK, Given: true, Time: timestamppb.New(local("2021-01-20 00:00")),
				}}
			},
		} {
			v, err := store.Volunteers.Get(tx, volunteer(id))
			if err != nil {
				return err
			}
			change(v)
			v.UpdateTime = timestamppb.New(local("2021-01-20 00:00"))
			if err := store.Volunteers.Put(tx, v); err != nil {
				return err
			}
		}
		return nil
	})
	h.event(court, "2020-01-01 00:00", "CreateVolunteer", "member", volunteer("a"))
	h.event(volunteer("a"), "2021-01-20 00:00", "UpdateVolunteer", "unit.from", court, "branch.from", branch1)
	h.event(volunteer("b"), "2021-01-20 00:00", "UpdateVolunteer", "branch.from", branch1)
	h.event(volunteer("c"), "2021-01-20 00:00", "DeactivateVolunteer")
	h.member("z", branch1, func(v *nuov1.Volunteer) { v.CreateTime = timestamppb.New(local("2021-01-20 00:00")) })
	after := h.report(ofCourt, court)
	for i, f := range before.GetFigures() {
		if got := after.GetFigures()[i]; got.String() != f.String() {
			t.Errorf("%v was %v and is %v", f.GetKey(), f, got)
		}
	}
	for _, m := range after.GetMembers() {
		if m.GetName() == volunteer("a") && m.GetPersonName() != "" {
			t.Error("the court is told the name of who is no longer its own")
		}
	}
}

func TestOKWithdrawnConsentIsHeeded(t *testing.T) {
	h := opened(t)
	furnish(h)
	h.update(func(tx *store.Tx) error {
		v, err := store.Volunteers.Get(tx, volunteer("a"))
		if err != nil {
			return err
		}
		v.Consents = append(v.Consents, &nuov1.Consent{
			Kind: nuov1.ConsentKind_CONSENT_KIND_UNIT_FEEDBACK, Time: timestamppb.New(local("2021-01-20 00:00")),
		})
		return store.Volunteers.Put(tx, v)
	})
	r := h.report(ofCourt, court)
	if got := text(figureIn(r, keyTimes).GetValue()); got != "5 4 1 -" {
		t.Errorf("%s person-times", got)
	}
	if got := text(figureIn(r, keyWithheld).GetValue()); got != "2 - - -" {
		t.Errorf("%s not fed back", got)
	}
}

func TestOKWhoMayRead(t *testing.T) {
	h := opened(t)
	furnish(h)
	const (
		yes    = nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED
		no     = nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED
		hidden = nuov1.ErrorReason_ERROR_REASON_NOT_FOUND
	)
	everyone := map[string]*policy.Caller{
		"unit": ofCourt, "branch": ofBranch1, "community": ofMingzhu, "street": office(nuov1.Role_ROLE_STREET, street),
		"organisation": office(nuov1.Role_ROLE_DISTRICT_ORGANISATION, district),
		"records":      office(nuov1.Role_ROLE_DISTRICT_RECORDS, district),
		"admin":        office(nuov1.Role_ROLE_DISTRICT_ADMIN, district), "auditor": auditor,
		"far": office(nuov1.Role_ROLE_AUDITOR, elsewhere), "volunteer": office(nuov1.Role_ROLE_VOLUNTEER, volunteer("a")),
		"operator": office(nuov1.Role_ROLE_OPERATOR, district),
	}
	above := map[string]bool{"organisation": true, "records": true, "admin": true, "auditor": true}
	for subject, own := range map[string][]string{
		court: {"unit"}, branch1: {"unit", "branch"}, branch2: {"unit"}, bureau: nil,
		mingzhu: {"community", "street"}, xingzhou: {"street"}, street: {"street"}, district: nil,
	} {
		for who, caller := range everyone {
			reason := no
			if above[who] || slices.Contains(own, who) {
				reason = yes
			} else if who == "far" {
				reason = hidden
			}
			r, err := h.ask(caller, subject)
			if reason == yes && err != nil || reason != yes {
				wantReason(t, err, reason, who+" of "+subject)
			}
			named := who == "unit" || who == "branch"
			if !named && strings.Contains(prototext.Format(r), canary) || !named && len(r.GetMembers()) > 0 {
				t.Errorf("%s is told who is of %s", who, subject)
			}
			_, err = h.page(caller, &nuov1.ListReportContractsRequest{Subject: subject, Figure: keyTimes})
			if reason == yes && err != nil || reason != yes {
				wantReason(t, err, reason, who+" lists "+subject)
			}
		}
	}
}
