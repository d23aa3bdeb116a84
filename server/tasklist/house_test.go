package tasklist_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
	"nuo.internal/nuo/server/tasklist"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	district = "districts/jiaojiang"
	street   = "streets/jiazhi"
	mingzhu  = "communities/mingzhu"
	xingzhou = "communities/xingzhou" // of the same street
	dong     = mingzhu + "/compounds/dong"
	dong3    = dong + "/buildings/3"
	xi       = mingzhu + "/compounds/xi"
	abroad   = "communities/abroad" // of another district
	court    = "units/court"

	one = "volunteers/00000000-0000-4000-8000-000000000001"
	two = "volunteers/00000000-0000-4000-8000-000000000002"

	hang = 30 * time.Second // beyond it a test is stuck
)

// noon is when tests begin: 8 February 2020, 12:00 in Taizhou.
var noon = time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC)

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Until(time.Time) <-chan struct{} { return nil }

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// people are who calls, by secret.
var people = map[string]*policy.Caller{
	"committee":  by("committee", "", nuov1.Role_ROLE_COMMUNITY, mingzhu, district),
	"neighbours": by("neighbours", "", nuov1.Role_ROLE_COMMUNITY, xingzhou, district),
	"street":     by("street", "", nuov1.Role_ROLE_STREET, street, district),
	"dong":       by("dong", "", nuov1.Role_ROLE_COMPOUND, dong, district),
	"dong3":      by("dong3", "", nuov1.Role_ROLE_COMPOUND, dong3, district),
	"one":        by("one", one, nuov1.Role_ROLE_VOLUNTEER, one, district),
	"two":        by("two", two, nuov1.Role_ROLE_VOLUNTEER, two, district),
	"auditor":    by("auditor", "", nuov1.Role_ROLE_AUDITOR, district, district),
	"stranger":   by("stranger", "", nuov1.Role_ROLE_COMMUNITY, abroad, "districts/other"),
}

func by(token, person string, role nuov1.Role, scope, in string) *policy.Caller {
	return &policy.Caller{
		Token: "tokens/" + token, Person: person, Grants: []policy.Grant{{Role: role, Scope: scope, District: in}},
	}
}

type known struct{}

func (known) Authenticate(_ context.Context, secret string) (*policy.Caller, error) {
	if c, ok := people[secret]; ok {
		return c, nil
	}
	return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
}

// house is a server with the rooms' services alone, called through the interceptors, on the engine that runs every
// closure twice.
type house struct {
	t      testing.TB
	store  *store.Store
	clock  *clock
	lists  nuov1.TaskListServiceClient
	shifts nuov1.ShiftServiceClient
	doors  nuov1.DoorServiceClient
	drain  chan struct{}
}

func open(t *testing.T) *house {
	t.Helper()
	return openOn(t, memkv.Config{Twins: true, Poison: true})
}

func openOn(t testing.TB, c memkv.Config) *house {
	t.Helper()
	h := &house{t: t, clock: &clock{now: noon}, drain: make(chan struct{})}
	c.FeedPrefixes = store.FeedPrefixes()
	engine := memkv.New(c)
	s, err := store.Open(engine, store.Config{Clock: h.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	h.store = s
	chain, err := rpc.NewChain(rpc.Config{Authenticator: known{}, Draining: h.drain})
	if err != nil {
		t.Fatal(err)
	}
	conn := rpc.NewInProcess(chain)
	tasklist.New(s).Register(conn)
	h.lists = nuov1.NewTaskListServiceClient(conn)
	h.shifts = nuov1.NewShiftServiceClient(conn)
	h.doors = nuov1.NewDoorServiceClient(conn)
	h.found()
	return h
}

// found makes the places and people.
func (h *house) found() {
	h.t.Helper()
	h.update(func(tx *store.Tx) error {
		for _, o := range []*nuov1.Organisation{
			{Name: district, District: district},
			{Name: street, Parent: district, District: district},
			{Name: mingzhu, Parent: street, Street: street, District: district},
			{Name: xingzhou, Parent: street, Street: street, District: district},
			{Name: "communities/left", Parent: street, Street: street, District: district, State: nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED},
			{Name: dong, Parent: mingzhu, Street: street, District: district},
			{Name: dong3, Parent: dong, Street: street, District: district},
			{Name: xi, Parent: mingzhu, Street: street, District: district},
			{Name: court, Parent: district, District: district},
			{Name: "districts/other", District: "districts/other"},
			{Name: "streets/other", Parent: "districts/other", District: "districts/other"},
			{Name: abroad, Parent: "streets/other", Street: "streets/other", District: "districts/other"},
		} {
			if err := store.Organisations.Insert(tx, o); err != nil {
				return err
			}
		}
		for _, name := range []string{one, two} {
			if err := store.Volunteers.Insert(tx, volunteer(name)); err != nil {
				return err
			}
		}
		return nil
	})
}

func volunteer(name string) *nuov1.Volunteer {
	return &nuov1.Volunteer{
		Name: name, District: district, Unit: court, State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
		Registrations: []*nuov1.Registration{{Community: mingzhu, Primary: true, FromDate: "2020-01-01"}},
		Consents:      []*nuov1.Consent{{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true}},
	}
}

func (h *house) update(f func(*store.Tx) error) {
	h.t.Helper()
	if err := h.store.Update(context.Background(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) view(f func(*store.Tx) error) {
	h.t.Helper()
	if err := h.store.View(context.Background(), f); err != nil {
		h.t.Fatal(err)
	}
}

// as is the context of a call by one of the people.
func (h *house) as(who string) context.Context {
	ctx, cancel := context.WithTimeout(h.t.Context(), hang)
	h.t.Cleanup(cancel)
	return metadata.AppendToOutgoingContext(ctx, rpc.Header, rpc.Bearer(who))
}

// must is the answer of a call that succeeds.
func must[M any](t testing.TB) func(M, error) M {
	return func(m M, err error) M {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
}

// refused holds a call to be refused for that reason.
func refused(t testing.TB, err error, reason nuov1.ErrorReason) {
	t.Helper()
	_ = refusal(t, err, reason)
}

// refusal is the fault of a call that is refused for that reason.
func refusal(t testing.TB, err error, reason nuov1.ErrorReason) *fault.Error {
	t.Helper()
	f, ok := rpc.FromStatus(err)
	if !ok || f.Reason != reason {
		t.Fatalf("%v, want %v", err, reason)
	}
	return f
}

// invalid holds a refusal to name one field.
func invalid(t testing.TB, err error, field string) {
	t.Helper()
	f := refusal(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
	if len(f.Fields) == 0 || f.Fields[0].Field != field {
		t.Fatalf("%v, want the field %s", f, field)
	}
}

func id() string { return uuid.NewString() }

func at(hour, minute int) *timestamppb.Timestamp {
	return timestamppb.New(time.Date(2020, 2, 8, hour-8, minute, 0, 0, time.UTC))
}

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

// list, task and shift are what tests begin with: edits say what is different.
func (h *house) list(who, name string, edits ...func(*nuov1.TaskList)) (*nuov1.TaskList, error) {
	l := &nuov1.TaskList{Name: name, Community: mingzhu, Date: "2020-02-08", Title: "今日任务"}
	for _, edit := range edits {
		edit(l)
	}
	return h.lists.CreateTaskList(h.as(who), &nuov1.CreateTaskListRequest{RequestId: id(), TaskList: l})
}

func (h *house) task(who, name, list string, edits ...func(*nuov1.Task)) (*nuov1.Task, error) {
	t := &nuov1.Task{Name: name, TaskList: list, Kind: nuov1.TaskKind_TASK_KIND_GATE_CHECK, Title: "卡口测温"}
	for _, edit := range edits {
		edit(t)
	}
	return h.lists.CreateTask(h.as(who), &nuov1.CreateTaskRequest{RequestId: id(), Task: t})
}

func (h *house) shift(who, name, task string, edits ...func(*nuov1.Shift)) (*nuov1.Shift, error) {
	s := &nuov1.Shift{Name: name, Task: task, Place: "东门", StartTime: at(14, 0), EndTime: at(18, 0), Capacity: 4}
	for _, edit := range edits {
		edit(s)
	}
	return h.shifts.CreateShift(h.as(who), &nuov1.CreateShiftRequest{RequestId: id(), Shift: s})
}

// drafted is a complete draft: taskLists/day, tasks/gate, shifts/pm.
func (h *house) drafted(edits ...func(*nuov1.TaskList)) {
	h.t.Helper()
	must[*nuov1.TaskList](h.t)(h.list("committee", "taskLists/day", edits...))
	must[*nuov1.Task](h.t)(h.task("committee", "tasks/gate", "taskLists/day"))
	must[*nuov1.Shift](h.t)(h.shift("committee", "shifts/pm", "tasks/gate"))
}

func (h *house) publish(who, list string) (*nuov1.TaskList, error) {
	return h.lists.PublishTaskList(h.as(who), &nuov1.PublishTaskListRequest{RequestId: id(), Name: list})
}

func (h *house) published(edits ...func(*nuov1.TaskList)) {
	h.t.Helper()
	h.drafted(edits...)
	must[*nuov1.TaskList](h.t)(h.publish("committee", "taskLists/day"))
}

func (h *house) getShift(name string) *nuov1.Shift {
	h.t.Helper()
	return must[*nuov1.Shift](h.t)(h.shifts.GetShift(h.as("committee"), &nuov1.GetShiftRequest{Name: name}))
}

func (h *house) getList(name string) *nuov1.TaskList {
	h.t.Helper()
	return must[*nuov1.TaskList](h.t)(h.lists.GetTaskList(h.as("committee"), &nuov1.GetTaskListRequest{Name: name}))
}

func (h *house) getTask(name string) *nuov1.Task {
	h.t.Helper()
	return must[*nuov1.Task](h.t)(h.lists.GetTask(h.as("committee"), &nuov1.GetTaskRequest{Name: name}))
}

// updateShift reads a shift, edits it and sends the fields named.
func (h *house) updateShift(who, name string, edit func(*nuov1.Shift), paths ...string) (*nuov1.Shift, error) {
	s := proto.CloneOf(h.getShift(name))
	edit(s)
	return h.shifts.UpdateShift(h.as(who), &nuov1.UpdateShiftRequest{RequestId: id(), Shift: s, UpdateMask: mask(paths...)})
}

func names[M interface{ GetName() string }](all []M) []string {
	var names []string
	for _, m := range all {
		names = append(names, m.GetName())
	}
	return names
}

// events counts what was noted of an object.
func (h *house) events(object string) (n int) {
	h.t.Helper()
	h.view(func(tx *store.Tx) error {
		n = 0
		for _, err := range store.AdminEvents.Scan(tx, object) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n
}
