package contract_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/contract"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

const (
	district  = "districts/jiaojiang"
	elsewhere = "districts/linhai"
	street    = "streets/jiazhi"
	mingzhu   = "communities/mingzhu"
	xingzhou  = "communities/xingzhou" // co-hosts the gate of mingzhu
	juyuan    = "communities/juyuan"
	compound  = "communities/mingzhu/compounds/dong"
	court     = "units/court"
	branch    = "units/court/branches/1"
	bureau    = "units/bureau"

	ouyang = "volunteers/00000000-0000-4000-8000-000000000001" // of the court's first branch
	wang   = "volunteers/00000000-0000-4000-8000-000000000002" // of the court; leads the gate
	li     = "volunteers/00000000-0000-4000-8000-000000000003" // of the bureau
	chen   = "volunteers/00000000-0000-4000-8000-000000000004" // sits on mingzhu's committee
	xiao   = "volunteers/00000000-0000-4000-8000-000000000005" // a minor
	far    = "volunteers/00000000-0000-4000-8000-000000000006" // of another district
	clerk  = "volunteers/00000000-0000-4000-8000-000000000007" // works at mingzhu and serves nowhere
	aide   = "volunteers/00000000-0000-4000-8000-000000000008" // works at the street office

	list     = "taskLists/day"
	draft    = "taskLists/draft"
	gateTask = "tasks/gate"
	gate     = "shifts/gate"    // mingzhu with xingzhou, 8 February 14–18 h, four slots
	morning  = "shifts/morning" // mingzhu, 9 February 8–12 h, one slot
	secret   = "shifts/secret"  // in a draft
	other    = "shifts/other"   // juyuan, 9 February 8–12 h
)

const (
	granted = iota
	denied
	hidden
)

// canary stands in every name; phones begin with phones.
const (
	canary = "金丝"
	phones = "1390000"
)

func nameOf(person string) string  { return "欧阳" + canary + person[len(person)-1:] }
func phoneOf(person string) string { return phones + "000" + person[len(person)-1:] }

var noon = time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC) // 12:00 in the district

type clock struct{ at time.Time }

func (c *clock) Now() time.Time                  { return c.at }
func (c *clock) Until(time.Time) <-chan struct{} { return nil }

// house is a district with its people, one published list, and the room under test. Every closure runs twice.
type house struct {
	*contract.Room

	t     *testing.T
	clock *clock
	store *store.Store
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: &clock{noon}}
	engine := memkv.New(memkv.Config{Twins: true, Poison: true})
	var err error
	if h.store, err = store.Open(engine, store.Config{Clock: h.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	h.Room = contract.New(h.store)
	h.update(h.furnish)
	return h
}

func (h *house) update(f func(*store.Tx) error) {
	h.t.Helper()
	if err := h.store.Update(h.t.Context(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) furnish(tx *store.Tx) error {
	for _, o := range []*nuov1.Organisation{
		{Name: district, District: district},
		{Name: elsewhere, District: elsewhere},
		{Name: street, Parent: district, District: district},
		{Name: mingzhu, Parent: street, Street: street, District: district},
		{Name: xingzhou, Parent: street, Street: street, District: district},
		{Name: juyuan, Parent: street, Street: street, District: district},
		{Name: compound, Parent: mingzhu, Street: street, District: district},
		{Name: court, Parent: district, District: district, DisplayName: "椒江区法院"},
		{Name: branch, Parent: court, District: district},
		{Name: bureau, Parent: district, District: district, DisplayName: "椒江区某局"},
	} {
		o.State = nuov1.ActiveState_ACTIVE_STATE_ACTIVE
		if err := store.Organisations.Insert(tx, o); err != nil {
			return err
		}
	}
	for _, v := range []*nuov1.Volunteer{
		{Name: ouyang, Unit: court, Branch: branch},
		{Name: wang, Unit: court},
		{Name: li, Unit: bureau},
		{Name: chen},
		{Name: xiao, Minor: true, GuardianConsent: true},
		{Name: far, District: elsewhere},
	} {
		if err := person(tx, v); err != nil {
			return err
		}
	}
	return shifts(tx)
}

func person(tx *store.Tx, v *nuov1.Volunteer) error {
	v.State = nuov1.ActiveState_ACTIVE_STATE_ACTIVE
	if v.District == "" {
		v.District = district
	}
	v.Registrations = []*nuov1.Registration{{Community: mingzhu, Primary: true, FromDate: "2020-01-30"}}
	v.Consents = []*nuov1.Consent{{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true}}
	if err := store.Volunteers.Insert(tx, v); err != nil {
		return err
	}
	return store.Persons.Insert(tx, &storev1.StoredPerson{Name: v.GetName(), Person: &nuov1.Person{
		DisplayName: nameOf(v.GetName()), Phone: phoneOf(v.GetName()),
	}})
}

func shifts(tx *store.Tx) error {
	for _, l := range []*nuov1.TaskList{
		{Name: list, Community: mingzhu, State: nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED},
		{Name: "taskLists/juyuan", Community: juyuan, State: nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED},
		{Name: draft, Community: mingzhu, State: nuov1.TaskListState_TASK_LIST_STATE_DRAFT},
	} {
		l.District, l.Street, l.Date, l.Title = district, street, "2020-02-08", "清单"
		if err := store.TaskLists.Insert(tx, l); err != nil {
			return err
		}
		task := &nuov1.Task{Name: gateTask + l.GetName()[10:], TaskList: l.GetName(), Title: "卡口测温", Community: l.GetCommunity()}
		if err := store.Tasks.Insert(tx, task); err != nil {
			return err
		}
	}
	tomorrow := time.Date(2020, 2, 9, 0, 0, 0, 0, time.UTC)
	for _, s := range []*nuov1.Shift{
		{
			Name: gate, TaskList: list, Capacity: 4, Cohosts: []string{xingzhou}, Compound: compound, Leader: wang,
			StartTime: timestamppb.New(noon.Add(2 * time.Hour)), Date: "2020-02-08",
		},
		{Name: morning, TaskList: list, Capacity: 1, StartTime: timestamppb.New(tomorrow), Date: "2020-02-09"},
		{Name: secret, TaskList: draft, Capacity: 2, StartTime: timestamppb.New(tomorrow), Date: "2020-02-09"},
		{Name: other, TaskList: "taskLists/juyuan", Capacity: 2, StartTime: timestamppb.New(tomorrow), Date: "2020-02-09"},
	} {
		l, err := store.TaskLists.Get(tx, s.GetTaskList())
		if err != nil {
			return err
		}
		if err := openShift(tx, s, l); err != nil {
			return err
		}
	}
	return nil
}

func openShift(tx *store.Tx, s *nuov1.Shift, l *nuov1.TaskList) error {
	task, err := store.Tasks.Get(tx, gateTask+l.GetName()[10:])
	if err != nil {
		return err
	}
	s.Task, s.Community, s.Street, s.District = task.GetName(), l.GetCommunity(), street, district
	s.EndTime = timestamppb.New(s.GetStartTime().AsTime().Add(4 * time.Hour))
	s.Place, s.Title, s.State, s.Revision = "东门", task.GetTitle(), nuov1.ShiftState_SHIFT_STATE_OPEN, 1
	if err := store.Shifts.Insert(tx, s); err != nil {
		return err
	}
	return lifecycle.OpenShift(tx, s, task, l)
}

// Who calls.
func caller(person string, grants ...policy.Grant) *policy.Caller {
	for i := range grants {
		if grants[i].District == "" {
			grants[i].District = district
		}
	}
	c := &policy.Caller{Token: "tokens/t" + person[strings.LastIndex(person, "-")+1:], Person: person, Grants: grants}
	if person != "" {
		d := district
		if person == far {
			d = elsewhere
		}
		c.Grants = append(c.Grants, policy.Grant{Role: nuov1.Role_ROLE_VOLUNTEER, Scope: person, District: d})
	}
	return c
}

func office(role nuov1.Role, scope string) *policy.Caller {
	return caller("", policy.Grant{Role: role, Scope: scope})
}

// staff is an office's token that is bound to who works there.
func staff(person string, role nuov1.Role, scope string) *policy.Caller {
	who := office(role, scope)
	who.Token, who.Person = "tokens/staff", person
	return who
}

var (
	mingzhuOffice = staff(clerk, nuov1.Role_ROLE_COMMUNITY, mingzhu)
	courtOffice   = office(nuov1.Role_ROLE_UNIT, court)
	branchOffice  = office(nuov1.Role_ROLE_BRANCH, branch)
	streetOffice  = staff(aide, nuov1.Role_ROLE_STREET, street)
	auditor       = office(nuov1.Role_ROLE_AUDITOR, district)
)

// as makes a call as somebody, with what the interceptors decide before the room and after it.
func as[Req proto.Message, Res proto.Message](
	h *house, who *policy.Caller, f func(context.Context, Req) (Res, error), method string, req Req,
) (Res, error) {
	h.t.Helper()
	var none Res
	rule, ok := policy.RuleOf(method)
	if !ok {
		h.t.Fatalf("%s has no policy", method)
	}
	if !policy.Possible(rule, who) {
		return none, rpc.Denied(method)
	}
	in := &rpc.Incoming{ID: "test", Method: method, Rule: rule, Caller: who}
	res, err := f(rpc.WithIncoming(h.t.Context(), in), req)
	if err == nil && !in.Confirmed() {
		h.t.Fatalf("%s answered without asking the policy", method)
	}
	if err != nil {
		h.clean(err.Error())
	}
	return res, err
}

// clean fails when a text holds a person's name or phone.
func (h *house) clean(text string) {
	h.t.Helper()
	if strings.Contains(text, canary) || strings.Contains(text, phones) {
		h.t.Errorf("personal data where none may be: %s", text)
	}
}

func id() string { return uuid.NewString() }

func (h *house) claim(who *policy.Caller, shift string) (*nuov1.Contract, error) {
	h.t.Helper()
	return as(h, who, h.ClaimShift, nuov1.ContractService_ClaimShift_FullMethodName, &nuov1.ClaimShiftRequest{
		RequestId: id(), Shift: shift, Revision: 1, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING,
	})
}

// holds claims a slot that must be free.
func (h *house) holds(person, shift string) *nuov1.Contract {
	h.t.Helper()
	k, err := h.claim(caller(person), shift)
	if err != nil {
		h.t.Fatal(err)
	}
	return k
}

func (h *house) get(who *policy.Caller, name string) (*nuov1.Contract, error) {
	h.t.Helper()
	return as(h, who, h.GetContract, nuov1.ContractService_GetContract_FullMethodName, &nuov1.GetContractRequest{Name: name})
}

func (h *house) list(who *policy.Caller, req *nuov1.ListContractsRequest) (*nuov1.ListContractsResponse, error) {
	h.t.Helper()
	return as(h, who, h.ListContracts, nuov1.ContractService_ListContracts_FullMethodName, req)
}

func (h *house) events(who *policy.Caller, name string) ([]*nuov1.ContractEvent, error) {
	h.t.Helper()
	res, err := as(h, who, h.ListContractEvents, nuov1.ContractService_ListContractEvents_FullMethodName,
		&nuov1.ListContractEventsRequest{Contract: name})
	return res.GetEvents(), err
}

func (h *house) checkIn(who *policy.Caller, name string) (*nuov1.Contract, error) {
	h.t.Helper()
	return as(h, who, h.CheckIn, nuov1.ContractService_CheckIn_FullMethodName,
		&nuov1.CheckInRequest{RequestId: id(), Name: name})
}

// stood is a contract of the gate that was checked in and out, at the end of the shift.
func (h *house) stood(person string) *nuov1.Contract {
	h.t.Helper()
	k := h.holds(person, gate)
	h.clock.at = noon.Add(2 * time.Hour)
	must(h, h.checkIn, mingzhuOffice, k.GetName())
	h.clock.at = noon.Add(6 * time.Hour)
	k, err := as(h, mingzhuOffice, h.CheckOut, nuov1.ContractService_CheckOut_FullMethodName,
		&nuov1.CheckOutRequest{RequestId: id(), Name: k.GetName()})
	if err != nil {
		h.t.Fatal(err)
	}
	return k
}

func (h *house) confirm(who *policy.Caller, shift string) (*nuov1.ConfirmShiftResponse, error) {
	h.t.Helper()
	return as(h, who, h.ConfirmShift, nuov1.ContractService_ConfirmShift_FullMethodName,
		&nuov1.ConfirmShiftRequest{RequestId: id(), Shift: shift, PeopleReached: 31})
}

func must(
	h *house, f func(*policy.Caller, string) (*nuov1.Contract, error), who *policy.Caller, name string,
) *nuov1.Contract {
	h.t.Helper()
	k, err := f(who, name)
	if err != nil {
		h.t.Fatal(err)
	}
	return k
}

func wantReason(t *testing.T, err error, reason nuov1.ErrorReason, what ...any) {
	t.Helper()
	if !fault.Is(err, reason) {
		t.Errorf("%s: %v, want %s", fmt.Sprint(what...), err, fault.Name(reason))
	}
}
