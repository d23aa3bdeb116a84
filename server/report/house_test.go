package report_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/report"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

const (
	district  = "districts/jiaojiang"
	elsewhere = "districts/linhai"
	street    = "streets/jiazhi"
	mingzhu   = "communities/mingzhu"
	xingzhou  = "communities/xingzhou"
	court     = "units/court"
	branch1   = court + "/branches/1"
	branch2   = court + "/branches/2"
	bureau    = "units/bureau"

	// canary stands in every name.
	canary = "欧阳金丝"
)

func office(role nuov1.Role, scope string) *policy.Caller {
	d := district
	if scope == elsewhere {
		d = elsewhere
	}
	return &policy.Caller{Token: "tokens/t", Grants: []policy.Grant{{Role: role, Scope: scope, District: d}}}
}

var (
	ofCourt   = office(nuov1.Role_ROLE_UNIT, court)
	ofBranch1 = office(nuov1.Role_ROLE_BRANCH, branch1)
	ofMingzhu = office(nuov1.Role_ROLE_COMMUNITY, mingzhu)
	auditor   = office(nuov1.Role_ROLE_AUDITOR, district)
)

type clock struct{ at time.Time }

func (c *clock) Now() time.Time                  { return c.at }
func (c *clock) Until(time.Time) <-chan struct{} { return nil }

// tb is what both a test and a property's run are.
type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// house is a district with two communities and a unit of two branches, and the room under test.
type house struct {
	tb

	clock *clock
	store *store.Store
	room  *report.Room
}

// open makes the house at a time of 2021, and closes it with done.
func open(t tb) (h *house, done func()) {
	t.Helper()
	h = &house{tb: t, clock: &clock{local("2021-02-01 09:00")}}
	var err error
	if h.store, err = store.Open(memkv.New(memkv.Config{}), store.Config{Clock: h.clock}); err != nil {
		t.Fatal(err)
	}
	h.room = report.New(h.store)
	h.update(func(tx *store.Tx) error {
		for _, o := range []*nuov1.Organisation{
			{Name: district, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT},
			{Name: elsewhere, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT},
			{Name: street, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_STREET, Parent: district},
			{Name: mingzhu, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY, Parent: street, Street: street},
			{Name: xingzhou, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY, Parent: street, Street: street},
			{Name: court, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_UNIT, Parent: district, DisplayName: "椒江区法院"},
			{Name: branch1, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_BRANCH, Parent: court, DisplayName: "第一支部"},
			{Name: branch2, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_BRANCH, Parent: court, DisplayName: "第二支部"},
			{Name: bureau, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_UNIT, Parent: district},
		} {
			o.State, o.District = nuov1.ActiveState_ACTIVE_STATE_ACTIVE, district
			if o.GetName() == elsewhere {
				o.District = elsewhere
			}
			if err := store.Organisations.Insert(tx, o); err != nil {
				return err
			}
		}
		return nil
	})
	return h, func() { _ = h.store.Close() }
}

func opened(t *testing.T) *house {
	t.Helper()
	h, done := open(t)
	t.Cleanup(done)
	return h
}

func (h *house) update(f func(*store.Tx) error) {
	h.Helper()
	if err := h.store.Update(context.Background(), f); err != nil {
		h.Fatal(err)
	}
}

// local is a time on the clocks of the district.
func local(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, time.FixedZone("", 8*60*60))
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

func volunteer(id string) string { return "volunteers/" + id }

// member is in service in the court, a party member, registered and of consent ③, and what change says otherwise.
func (h *house) member(id, branch string, change ...func(*nuov1.Volunteer)) {
	h.Helper()
	v := &nuov1.Volunteer{
		Name: volunteer(id), Unit: court, Branch: branch, District: district, State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
		PoliticalStatus: nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER,
		ServiceStatus:   nuov1.ServiceStatus_SERVICE_STATUS_IN_SERVICE,
		Registrations:   []*nuov1.Registration{{Community: mingzhu, Primary: true, FromDate: "2020-01-30"}},
		Consents:        []*nuov1.Consent{{Kind: nuov1.ConsentKind_CONSENT_KIND_UNIT_FEEDBACK, Given: true}},
		CreateTime:      timestamppb.New(local("2020-01-01 00:00")), UpdateTime: timestamppb.New(local("2020-01-01 00:00")),
	}
	for _, f := range change {
		f(v)
	}
	h.update(func(tx *store.Tx) error {
		if err := store.Volunteers.Insert(tx, v); err != nil {
			return err
		}
		return store.Persons.Insert(tx, &storev1.StoredPerson{
			Name: v.GetName(), Person: &nuov1.Person{DisplayName: canary + id},
		})
	})
}

func noConsent(v *nuov1.Volunteer) { v.Consents = nil }

// shift is one of four hours from a local time on.
func (h *house) shift(id, community, start string, reached int32, change ...func(*nuov1.Shift)) {
	h.Helper()
	at := local(start)
	s := &nuov1.Shift{
		Name: "shifts/" + id, Task: "tasks/" + id, Community: community, Street: street, District: district,
		StartTime: timestamppb.New(at), EndTime: timestamppb.New(at.Add(4 * time.Hour)), Date: start[:10], Title: "卡口测温",
		State: nuov1.ShiftState_SHIFT_STATE_OPEN, PeopleReached: reached, PeopleReachedConfirmed: true, Capacity: 9,
	}
	for _, f := range change {
		f(s)
	}
	h.update(func(tx *store.Tx) error { return store.Shifts.Insert(tx, s) })
}

const (
	vol  = nuov1.Ledger_LEDGER_VOLUNTEERING
	duty = nuov1.Ledger_LEDGER_DUTY
)

// contract is somebody's of a shift, signed in a branch of the court, in an ended state.
func (h *house) contract(
	id, who, branch, shift string, ledger nuov1.Ledger, state nuov1.ContractState, hours int32,
	change ...func(*nuov1.Contract),
) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		s, err := store.Shifts.Get(tx, "shifts/"+shift)
		if err != nil {
			return err
		}
		c := &nuov1.Contract{
			Name: "contracts/" + id, Volunteer: volunteer(who), Unit: court, Branch: branch, Shift: s.GetName(),
			Community: s.GetCommunity(), District: district, Ledger: ledger, State: state, HoursHundredths: hours,
			StartTime: s.GetStartTime(), EndTime: s.GetEndTime(), SignTime: s.GetStartTime(), Task: s.GetTask(),
		}
		for _, f := range change {
			f(c)
		}
		if err := store.Contracts.Insert(tx, c); err != nil {
			return err
		}
		if err := store.Calendar.Insert(tx, &storev1.CalendarEntry{
			Volunteer: c.GetVolunteer(), Contract: c.GetName(), Shift: s.GetName(), StartTime: s.GetStartTime(), State: state,
		}); err != nil {
			return err
		}
		return store.Holders.Insert(tx, &storev1.Holder{
			Shift: s.GetName(), Volunteer: c.GetVolunteer(), Contract: c.GetName(), State: state,
		})
	})
}

func because(r nuov1.ReasonCode) func(*nuov1.Contract) {
	return func(c *nuov1.Contract) { c.Reason = r }
}

// event appends to the chain of an organisation or a person, at a local time.
func (h *house) event(object, at, action string, details ...string) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		return store.AdminEvents.AppendNext(tx, object, func(n uint64, _ store.Link[*storev1.AdminEvent]) *storev1.AdminEvent {
			e := &storev1.AdminEvent{Object: object, Sequence: n, Time: timestamppb.New(local(at)), Action: action}
			for pair := range slices.Chunk(details, 2) {
				e.Details = append(e.Details, &storev1.Detail{Key: pair[0], Value: pair[1]})
			}
			return e
		})
	})
}

// as makes a call as somebody, with what the interceptors decide before the room and after it.
func as[Req, Res proto.Message](
	h *house, who *policy.Caller, f func(context.Context, Req) (Res, error), method string, req Req,
) (Res, error) {
	h.Helper()
	var none Res
	rule, ok := policy.RuleOf(method)
	if !ok {
		h.Fatalf("%s has no policy", method)
	}
	if !policy.Possible(rule, who) {
		return none, rpc.Denied(method)
	}
	in := &rpc.Incoming{ID: "test", Method: method, Rule: rule, Caller: who}
	res, err := f(rpc.WithIncoming(context.Background(), in), req)
	if err == nil && !in.Confirmed() {
		h.Fatalf("%s answered without asking the policy", method)
	}
	if err != nil && strings.Contains(err.Error(), canary) {
		h.Errorf("a name in an error: %v", err)
	}
	return res, err
}

func (h *house) ask(who *policy.Caller, subject string, dates ...string) (*nuov1.FulfilmentReport, error) {
	h.Helper()
	from, to := year2020(dates)
	return as(h, who, h.room.GetFulfilmentReport, nuov1.ReportService_GetFulfilmentReport_FullMethodName,
		&nuov1.GetFulfilmentReportRequest{Subject: subject, FromDate: from, ToDate: to})
}

func year2020(dates []string) (from, to string) {
	if len(dates) == 2 {
		return dates[0], dates[1]
	}
	return "2020-01-01", "2021-01-01"
}

// report is ask that must be answered.
func (h *house) report(who *policy.Caller, subject string, dates ...string) *nuov1.FulfilmentReport {
	h.Helper()
	res, err := h.ask(who, subject, dates...)
	if err != nil {
		h.Fatal(err)
	}
	return res
}

func (h *house) page(who *policy.Caller, req *nuov1.ListReportContractsRequest) (*nuov1.ListReportContractsResponse, error) {
	h.Helper()
	req.FromDate, req.ToDate = year2020(nil)
	return as(h, who, h.room.ListReportContracts, nuov1.ReportService_ListReportContracts_FullMethodName, req)
}

// list is every page of what is behind a figure in a row, as one answer.
func (h *house) list(
	who *policy.Caller, subject string, key nuov1.FigureKey, row string, size int32,
) *nuov1.ListReportContractsResponse {
	h.Helper()
	req := &nuov1.ListReportContractsRequest{Subject: subject, Figure: key, Row: row, PageSize: size}
	var all []*nuov1.ReportContract
	for {
		res, err := h.page(who, req)
		if err != nil {
			h.Fatalf("%v in %q: %v", key, row, err)
		}
		all = append(all, res.GetContracts()...)
		if req.PageToken = res.GetNextPageToken(); req.PageToken == "" {
			res.Contracts = all
			return res
		}
	}
}

func wantReason(t *testing.T, err error, reason nuov1.ErrorReason, what string) {
	t.Helper()
	if !fault.Is(err, reason) {
		t.Errorf("%s: answered %v, want %v", what, err, reason)
	}
}

// text is a value in one line: total, both ledgers, base; "-" for what is unset.
func text(v *nuov1.FigureValue) string {
	show := func(n *int64) string {
		if n == nil {
			return "-"
		}
		return fmt.Sprint(*n)
	}
	return show(v.Total) + " " + show(v.Volunteering) + " " + show(v.Duty) + " " + show(v.Base)
}

func figureIn(r *nuov1.FulfilmentReport, key nuov1.FigureKey) *nuov1.Figure {
	for _, f := range r.GetFigures() {
		if f.GetKey() == key {
			return f
		}
	}
	return nil
}

func rowFigure(r *nuov1.ReportRow, key nuov1.FigureKey) *nuov1.FigureValue {
	for _, f := range r.GetFigures() {
		if f.GetKey() == key {
			return f.GetValue()
		}
	}
	return nil
}
