package matching_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/matching"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

const (
	district  = "districts/jiaojiang"
	elsewhere = "districts/linhai"
	street    = "streets/jiazhi"
	mingzhu   = "communities/mingzhu"
	xingzhou  = "communities/xingzhou"
	compound  = mingzhu + "/compounds/dong"
	court     = "units/court"
	branch    = court + "/branches/1"
	team      = "teams/tianping"

	list  = "taskLists/mingzhu"  // of mingzhu, 9 February
	other = "taskLists/xingzhou" // of xingzhou, 9 February

	tomorrow = "2020-02-09"

	// canary stands in every name.
	canary = "欧阳金丝"

	gateCheck = nuov1.TaskKind_TASK_KIND_GATE_CHECK
	patrol    = nuov1.TaskKind_TASK_KIND_PATROL
	twoOnOne  = nuov1.TaskKind_TASK_KIND_TWO_ON_ONE_WATCH
)

var noon = time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC) // 12:00 in the district

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}
func (c *clock) Until(time.Time) <-chan struct{} { return nil }

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// house is a district with its people, two communities with a published list each, and the room under test, which works
// off what it is asked for. Every closure runs twice.
type house struct {
	*matching.Room

	t     *testing.T
	clock *clock
	store *store.Store
	stop  func() // ends the work
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: &clock{at: noon}}
	var err error
	engine := memkv.New(memkv.Config{Twins: true, Poison: true, FeedPrefixes: store.FeedPrefixes()})
	if h.store, err = store.Open(engine, store.Config{Clock: h.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	h.update(h.furnish)
	h.begin()
	return h
}

// begin makes the room and its worker, as a server does when it starts.
func (h *house) begin() {
	h.Room = matching.New(h.store, h.clock, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Work(ctx) }()
	h.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			h.t.Errorf("the work ended: %v", err)
		}
	})
	h.t.Cleanup(h.stop)
}

func (h *house) update(f func(*store.Tx) error) {
	h.t.Helper()
	if err := h.store.Update(context.Background(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) furnish(tx *store.Tx) error {
	kinds := map[string]nuov1.OrganisationKind{
		"districts": nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT, "streets": nuov1.OrganisationKind_ORGANISATION_KIND_STREET,
		"communities": nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY,
	}
	for _, o := range []*nuov1.Organisation{
		{Name: district, District: district},
		{Name: elsewhere, District: elsewhere},
		{Name: street, Parent: district, District: district},
		{Name: mingzhu, Parent: street, Street: street, District: district},
		{Name: xingzhou, Parent: street, Street: street, District: district},
		{Name: compound, Parent: mingzhu, Street: street, District: district},
		{Name: court, Parent: district, District: district},
		{Name: branch, Parent: court, District: district},
		{Name: team, Parent: district, District: district},
	} {
		o.State = nuov1.ActiveState_ACTIVE_STATE_ACTIVE
		if o.GetName() != compound {
			o.Kind = kinds[o.GetName()[:strings.IndexByte(o.GetName(), '/')]]
		}
		if err := store.Organisations.Insert(tx, o); err != nil {
			return err
		}
	}
	for _, who := range []*policy.Caller{mingzhuOffice, xingzhouOffice, streetOffice, command} {
		if err := matching.KeepPlanner(tx, who); err != nil {
			return err
		}
	}
	for name, community := range map[string]string{list: mingzhu, other: xingzhou} {
		l := &nuov1.TaskList{
			Name: name, Community: community, Street: street, District: district, Date: tomorrow, Title: "清单", Maker: community,
			State: nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED, PublishTime: timestamppb.New(noon),
		}
		if err := store.TaskLists.Insert(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// person is a volunteer by a small number: the court's, registered with mingzhu, who may claim everything.
func person(n int) string { return fmt.Sprintf("volunteers/00000000-0000-4000-8000-%012d", n) }

func (h *house) person(n int, change ...func(*nuov1.Volunteer)) string {
	h.t.Helper()
	v := &nuov1.Volunteer{
		Name: person(n), Unit: court, Branch: branch, District: district, State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
		Registrations: []*nuov1.Registration{{Community: mingzhu, Primary: true, FromDate: "2020-01-30"}},
		Consents:      []*nuov1.Consent{{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true}},
	}
	for _, f := range change {
		f(v)
	}
	h.update(func(tx *store.Tx) error {
		if err := store.Volunteers.Insert(tx, v); err != nil {
			return err
		}
		return store.Persons.Insert(tx, &storev1.StoredPerson{
			Name: v.GetName(), Person: &nuov1.Person{DisplayName: fmt.Sprint(canary, n)},
		})
	})
	return v.GetName()
}

// people are several of them, from 1 on.
func (h *house) people(n int) {
	h.t.Helper()
	for i := range n {
		h.person(i + 1)
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

// shift is a gate check of mingzhu of four hours from a local time on.
func (h *house) shift(id, start string, capacity int32, change ...func(*nuov1.Shift)) string {
	h.t.Helper()
	at := local(start)
	s := &nuov1.Shift{
		Name: "shifts/" + id, Task: "tasks/" + id, TaskList: list, Community: mingzhu, Street: street, District: district,
		StartTime: timestamppb.New(at), EndTime: timestamppb.New(at.Add(4 * time.Hour)), Date: start[:10],
		Place: "东门", Title: "卡口测温", Kind: gateCheck, Capacity: capacity,
		State: nuov1.ShiftState_SHIFT_STATE_OPEN, Revision: 1,
	}
	for _, f := range change {
		f(s)
	}
	h.update(func(tx *store.Tx) error {
		l, err := store.TaskLists.Get(tx, s.GetTaskList())
		if err != nil {
			return err
		}
		task := &nuov1.Task{
			Name: s.GetTask(), TaskList: l.GetName(), Title: s.GetTitle(), Community: s.GetCommunity(), Kind: s.GetKind(),
			HazardClass: s.GetHazardClass(),
		}
		if err := store.Tasks.Insert(tx, task); err != nil {
			return err
		}
		if err := store.Shifts.Insert(tx, s); err != nil {
			return err
		}
		return lifecycle.OpenShift(tx, s, task, l)
	})
	return s.GetName()
}

func ofXingzhou(s *nuov1.Shift) { s.Community, s.TaskList = xingzhou, other }

func ofKind(k nuov1.TaskKind) func(*nuov1.Shift) { return func(s *nuov1.Shift) { s.Kind = k } }

// Who calls.
func caller(person string, role nuov1.Role, scope string) *policy.Caller {
	return &policy.Caller{Token: "tokens/t", Person: person, Grants: []policy.Grant{{Role: role, Scope: scope, District: district}}}
}

func self(person string) *policy.Caller { return caller(person, nuov1.Role_ROLE_VOLUNTEER, person) }

var (
	clerk          = person(900) // works at mingzhu
	mingzhuOffice  = caller(clerk, nuov1.Role_ROLE_COMMUNITY, mingzhu)
	xingzhouOffice = caller(person(901), nuov1.Role_ROLE_COMMUNITY, xingzhou)
	streetOffice   = caller(person(902), nuov1.Role_ROLE_STREET, street)
	command        = caller(person(903), nuov1.Role_ROLE_DISTRICT_COMMAND, district)
	courtOffice    = caller("", nuov1.Role_ROLE_UNIT, court)
	auditor        = caller("", nuov1.Role_ROLE_AUDITOR, district)
)

// incoming is a call of a method by somebody, as the interceptors hand it on.
func (h *house) incoming(ctx context.Context, who *policy.Caller, method string) (context.Context, *rpc.Incoming, error) {
	h.t.Helper()
	rule, ok := policy.RuleOf(method)
	if !ok {
		h.t.Fatalf("%s has no policy", method)
	}
	if !policy.Possible(rule, who) {
		return nil, nil, rpc.Denied(method)
	}
	in := &rpc.Incoming{ID: "test", Method: method, Rule: rule, Caller: who}
	return rpc.WithIncoming(ctx, in), in, nil
}

// as makes a call as somebody, with what the interceptors decide before the room and after it.
func as[Req proto.Message, Res proto.Message](
	h *house, who *policy.Caller, f func(context.Context, Req) (Res, error), method string, req Req,
) (Res, error) {
	h.t.Helper()
	var none Res
	ctx, in, err := h.incoming(context.Background(), who, method)
	if err != nil {
		return none, err
	}
	res, err := f(ctx, req)
	if err == nil && !in.Confirmed() {
		h.t.Fatalf("%s answered without asking the policy", method)
	}
	if err != nil && strings.Contains(err.Error(), canary) {
		h.t.Errorf("a name in an error: %v", err)
	}
	return res, err
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// refused fails unless the error is of the reason.
func refused(t *testing.T, err error, reason nuov1.ErrorReason, what string) {
	t.Helper()
	if !fault.Is(err, reason) {
		t.Errorf("%s: answered %v, want %v", what, err, reason)
	}
}

func id() string { return uuid.NewString() }

func (h *house) propose(who *policy.Caller, req *nuov1.ProposeMatchRequest) (*nuov1.Match, error) {
	h.t.Helper()
	if req.GetRequestId() == "" {
		req.RequestId = id()
	}
	if req.GetSeconds() == 0 {
		req.Seconds = 1
	}
	return as(h, who, h.ProposeMatch, nuov1.MatchService_ProposeMatch_FullMethodName, req)
}

// plan proposes and waits for the plan.
func (h *house) plan(who *policy.Caller, req *nuov1.ProposeMatchRequest) *nuov1.Match {
	h.t.Helper()
	m, err := h.propose(who, req)
	h.must(err)
	answers := h.watched(who, m.GetName())
	return answers[len(answers)-1]
}

// ofList is the plan of mingzhu's list.
func (h *house) ofList(method nuov1.MatchMethod) *nuov1.Match {
	h.t.Helper()
	return h.plan(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list, Method: method})
}

// watched is everything that a stream tells of a plan, to its end.
func (h *house) watched(who *policy.Caller, name string) []*nuov1.Match {
	h.t.Helper()
	answers, err := h.watch(who, name)
	h.must(err)
	return answers
}

func (h *house) watch(who *policy.Caller, name string) ([]*nuov1.Match, error) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ctx, _, err := h.incoming(ctx, who, nuov1.MatchService_WatchMatch_FullMethodName)
	if err != nil {
		return nil, err
	}
	s := &stream{ctx: ctx}
	err = h.WatchMatch(&nuov1.WatchMatchRequest{Name: name}, s)
	return s.answers, err
}

type stream struct {
	grpc.ServerStreamingServer[nuov1.Match]

	ctx     context.Context
	answers []*nuov1.Match
}

func (s *stream) Context() context.Context { return s.ctx }

func (s *stream) Send(m *nuov1.Match) error {
	s.answers = append(s.answers, proto.CloneOf(m))
	return nil
}

func (h *house) get(who *policy.Caller, name string) (*nuov1.Match, error) {
	h.t.Helper()
	return as(h, who, h.GetMatch, nuov1.MatchService_GetMatch_FullMethodName, &nuov1.GetMatchRequest{Name: name})
}

// placements are all of a plan, over pages of two.
func (h *house) placements(who *policy.Caller, name string) (all []*nuov1.Placement) {
	h.t.Helper()
	req := &nuov1.ListPlacementsRequest{Parent: name, PageSize: 2}
	for {
		res, err := as(h, who, h.ListPlacements, nuov1.MatchService_ListPlacements_FullMethodName, req)
		h.must(err)
		all = append(all, res.GetPlacements()...)
		if req.PageToken = res.GetNextPageToken(); req.PageToken == "" {
			return all
		}
	}
}

// roll is a plan in short: “gate:1,2 patrol:3”, people by their numbers.
func (h *house) roll(name string) string {
	h.t.Helper()
	by := map[string][]string{}
	var shifts []string
	for _, p := range h.placements(command, name) {
		s := strings.TrimPrefix(p.GetShift(), "shifts/")
		if !slices.Contains(shifts, s) {
			shifts = append(shifts, s)
		}
		by[s] = append(by[s], strings.TrimLeft(p.GetVolunteer()[len(p.GetVolunteer())-12:], "0"))
	}
	var parts []string
	for _, s := range shifts {
		slices.Sort(by[s])
		parts = append(parts, s+":"+strings.Join(by[s], ","))
	}
	return strings.Join(parts, " ")
}

// wishes states a preference of somebody, as themselves.
func (h *house) wishes(person string, p *nuov1.Preference) {
	h.t.Helper()
	now, err := as(h, self(person), h.GetPreference, nuov1.PreferenceService_GetPreference_FullMethodName,
		&nuov1.GetPreferenceRequest{Name: person + "/preference"})
	h.must(err)
	p.Name, p.Etag = now.GetName(), now.GetEtag()
	_, err = as(h, self(person), h.UpdatePreference, nuov1.PreferenceService_UpdatePreference_FullMethodName,
		&nuov1.UpdatePreferenceRequest{
			RequestId: id(), Preference: p, UpdateMask: &fieldmaskpb.FieldMask{
				Paths: []string{"kinds", "places", "availability", "absences", "max_shifts_weekly"},
			},
		})
	h.must(err)
}

// claims signs a shift for somebody, by lifecycle's own verb.
func (h *house) claims(person, shift string) (contract *nuov1.Contract, err error) {
	h.t.Helper()
	err = h.store.Update(context.Background(), func(tx *store.Tx) error {
		contract, err = lifecycle.Claim(tx, lifecycle.Actor{Name: person, Person: person, Role: nuov1.Role_ROLE_VOLUNTEER},
			&nuov1.ClaimShiftRequest{Shift: shift, Volunteer: person, Revision: 1, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING})
		return err
	})
	return contract, err
}

// signed is claims that must be taken.
func (h *house) signed(person, shift string) *nuov1.Contract {
	h.t.Helper()
	c, err := h.claims(person, shift)
	h.must(err)
	return c
}
