package check_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/check"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	district  = "districts/jiaojiang"
	community = "communities/mingzhu"
	court     = "units/court"
	list      = "taskLists/day"
	task      = "tasks/gate"
	gate      = "shifts/gate"    // 14–18 h, two slots, a waitlist
	evening   = "shifts/evening" // 19–22 h, served to the end
	morning   = "shifts/morning" // the next day, an offer
	canary    = "金丝雀"
	committee = nuov1.Role_ROLE_COMMUNITY
)

var (
	noon  = time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC) // 12:00 in the district
	staff = lifecycle.Actor{Name: "tokens/staff", Person: person(99), Role: committee}
)

func person(n int) string { return fmt.Sprintf("volunteers/00000000-0000-4000-8000-%012d", n) }

type clock struct{ now time.Time }

func (c *clock) Now() time.Time                  { return c.now }
func (c *clock) Until(time.Time) <-chan struct{} { return nil }

// world is a store in which a day was played.
type world struct {
	*store.Store

	t      testing.TB
	clock  *clock
	engine kv.Engine
	// contracts by what became of them
	stands, waits, waitsToo, served, absent, offered, corrected string
}

// newWorld is a store with its organisations, people and a published list of three shifts.
func newWorld(t testing.TB, engine kv.Engine) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{noon}, engine: engine}
	var err error
	if w.Store, err = store.Open(engine, store.Config{Clock: w.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	w.do(w.furnish)
	return w
}

func memory() kv.Engine { return memkv.New(memkv.Config{Twins: true, Poison: true}) }

func (w *world) do(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.Update(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) furnish(tx *store.Tx) error {
	for _, o := range []*nuov1.Organisation{
		{Name: district},
		{Name: community, Parent: district, District: district},
		{Name: court, Parent: district, District: district},
	} {
		if err := store.Organisations.Insert(tx, o); err != nil {
			return err
		}
	}
	for n := range 8 {
		if err := enrol(tx, person(n)); err != nil {
			return err
		}
	}
	if err := store.ServingIntervals.Put(tx, &storev1.ServingInterval{
		Start: timestamppb.New(noon.Add(-3 * time.Hour)), End: timestamppb.New(noon),
	}); err != nil {
		return err
	}
	return w.publish(tx)
}

func enrol(tx *store.Tx, name string) error {
	err := store.Volunteers.Insert(tx, &nuov1.Volunteer{
		Name: name, Unit: court, District: district, State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
		Registrations: []*nuov1.Registration{{Community: community, Primary: true, FromDate: "2020-01-30"}},
		Consents:      []*nuov1.Consent{{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true}},
	})
	if err != nil {
		return err
	}
	return store.Persons.Insert(tx, &storev1.StoredPerson{Name: name, Person: &nuov1.Person{DisplayName: canary, Phone: canary}})
}

func (w *world) publish(tx *store.Tx) error {
	l := &nuov1.TaskList{
		Name: list, Community: community, District: district, Date: "2020-02-08", Title: "清单",
		State: nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED, PublishTime: timestamppb.New(noon),
		CloseTime: timestamppb.New(noon.Add(48 * time.Hour)),
	}
	t := &nuov1.Task{Name: task, TaskList: list, Community: community, Title: "卡口测温", Kind: nuov1.TaskKind_TASK_KIND_GATE_CHECK}
	if err := store.TaskLists.Insert(tx, l); err != nil {
		return err
	}
	if err := store.Tasks.Insert(tx, t); err != nil {
		return err
	}
	var shifts []*nuov1.Shift
	for _, s := range []struct {
		name        string
		from, hours int
		capacity    int32
	}{{gate, 2, 4, 2}, {evening, 7, 3, 3}, {morning, 20, 4, 1}} {
		start := noon.Add(time.Duration(s.from) * time.Hour)
		shift := &nuov1.Shift{
			Name: s.name, Task: task, TaskList: list, Community: community, District: district, Date: "2020-02-08",
			StartTime: timestamppb.New(start), EndTime: timestamppb.New(start.Add(time.Duration(s.hours) * time.Hour)),
			Capacity: s.capacity, Revision: 1, State: nuov1.ShiftState_SHIFT_STATE_OPEN, Title: t.GetTitle(), Kind: t.GetKind(),
		}
		if err := store.Shifts.Insert(tx, shift); err != nil {
			return err
		}
		draft := &nuov1.TaskList{State: nuov1.TaskListState_TASK_LIST_STATE_DRAFT}
		if err := lifecycle.OpenShift(tx, shift, t, draft); err != nil {
			return err
		}
		shifts = append(shifts, shift)
	}
	return lifecycle.PublishList(tx, l, shifts)
}

// verb does one step on a contract and answers its name.
func (w *world) verb(f func(*store.Tx) (*nuov1.Contract, error)) (name string) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		c, err := f(tx)
		name = c.GetName()
		return err
	})
	return name
}

func as(name string) lifecycle.Actor {
	return lifecycle.Actor{Name: name, Person: name, Role: nuov1.Role_ROLE_VOLUNTEER}
}

func (w *world) claim(volunteer, shift string) string {
	w.t.Helper()
	return w.verb(func(tx *store.Tx) (*nuov1.Contract, error) {
		return lifecycle.Claim(tx, as(volunteer), &nuov1.ClaimShiftRequest{
			Shift: shift, Volunteer: volunteer, Revision: 1, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING, Waitlist: true,
		})
	})
}

func (w *world) at(hours float64) {
	w.t.Helper()
	w.clock.now = noon.Add(time.Duration(hours * float64(time.Hour)))
	if _, _, err := lifecycle.RunDue(context.Background(), w.Store, 1000, nil); err != nil {
		w.t.Fatal(err)
	}
}

// play plays the day: a full shift with a waitlist, a shift that is served, an offer, an absence, a correction.
func (w *world) play() *world {
	w.t.Helper()
	w.stands = w.claim(person(0), gate)
	w.claim(person(1), gate)
	w.waits, w.waitsToo = w.claim(person(2), gate), w.claim(person(3), gate)
	w.served, w.absent = w.claim(person(4), evening), w.claim(person(5), evening)
	w.corrected = w.claim(person(0), evening)
	w.offered = w.verb(func(tx *store.Tx) (*nuov1.Contract, error) {
		return lifecycle.Offer(tx, staff, &nuov1.OfferContractRequest{
			Shift: morning, Volunteer: person(6),
		}, nuov1.ContractOrigin_CONTRACT_ORIGIN_NOMINATION)
	})
	w.do(func(tx *store.Tx) error { _, err := store.PutNote(tx, "taskLists/none", 1, ""); return err })
	return w
}

// serve plays on to the evening's end.
func (w *world) serve() *world {
	w.t.Helper()
	w.at(7)
	for _, name := range []string{w.served, w.corrected} {
		w.verb(func(tx *store.Tx) (*nuov1.Contract, error) {
			return lifecycle.CheckIn(tx, staff, &nuov1.CheckInRequest{Name: name})
		})
	}
	w.at(8)
	w.verb(func(tx *store.Tx) (*nuov1.Contract, error) {
		return lifecycle.MarkAbsent(tx, staff, &nuov1.MarkAbsentRequest{Name: w.absent})
	})
	w.at(10)
	for _, name := range []string{w.served, w.corrected} {
		w.verb(func(tx *store.Tx) (*nuov1.Contract, error) {
			return lifecycle.CheckOut(tx, staff, &nuov1.CheckOutRequest{Name: name})
		})
	}
	w.do(func(tx *store.Tx) error {
		_, err := lifecycle.ConfirmShift(tx, staff, &nuov1.ConfirmShiftRequest{Shift: evening, PeopleReached: 31})
		return err
	})
	w.verb(func(tx *store.Tx) (*nuov1.Contract, error) {
		return lifecycle.Evaluate(tx, staff, &nuov1.EvaluateContractRequest{Name: w.served, Rating: 5, Note: canary})
	})
	return w
}

// problems is what a run finds.
func (w *world) problems() (all []check.Problem) {
	w.t.Helper()
	if err := check.Run(context.Background(), w.Store, func(p check.Problem) { all = append(all, p) }, nil); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// clean fails where anything is found.
func (w *world) clean() {
	w.t.Helper()
	for _, p := range w.problems() {
		w.t.Error(p)
	}
}

// raw writes bytes past the store; a nil value removes.
func (w *world) raw(change func(tx kv.Tx) error) {
	w.t.Helper()
	if _, err := w.engine.Update(context.Background(), change); err != nil {
		w.t.Fatal(err)
	}
}

func newID() string { return "contracts/" + uuid.NewString() }

// openLike opens a shift like another one, so many hours later.
func openLike(tx *store.Tx, like, name string, hours int, capacity int32) error {
	s, err := store.Shifts.Get(tx, like)
	if err != nil {
		return err
	}
	t, err := store.Tasks.Get(tx, s.GetTask())
	if err != nil {
		return err
	}
	l, err := store.TaskLists.Get(tx, s.GetTaskList())
	if err != nil {
		return err
	}
	s.Name, s.Capacity = name, capacity
	s.StartTime, s.EndTime = later(time.Duration(hours)*time.Hour, s.GetStartTime()), later(time.Duration(hours)*time.Hour, s.GetEndTime())
	if err := store.Shifts.Insert(tx, s); err != nil {
		return err
	}
	return lifecycle.OpenShift(tx, s, t, l)
}
