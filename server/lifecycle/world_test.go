package lifecycle

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// The story's district, with invented people.
const (
	district  = "districts/jiaojiang"
	streetOf  = "streets/jiazhi"
	community = "communities/mingzhu"
	court     = "units/court"
	branchOne = "units/court/branches/one"
)

var (
	noon    = instant("2020-02-08 12:00")
	staff   = Actor{Name: "tokens/staff", Person: id("staff"), Role: committee}
	deputy  = Actor{Name: "tokens/deputy", Person: id("deputy"), Role: committee}
	ledger1 = nuov1.Ledger_LEDGER_VOLUNTEERING
)

// instant is a local time of the story.
func instant(text string) time.Time {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// id is the name of an invented volunteer.
func id(name string) string {
	return "volunteers/" + uuid.NewSHA1(uuid.Nil, []byte(name)).String()
}

// clock stands where the test puts it.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time                  { return c.now }
func (c *clock) Until(time.Time) <-chan struct{} { return nil }

// world is a store with a district, a community, a unit, and a published list for the day of the story.
type world struct {
	t     testing.TB
	store *store.Store
	clock *clock
	list  *nuov1.TaskList
	task  *nuov1.Task
}

func newWorld(t testing.TB) *world {
	w := openWorld(t, memkv.New(memkv.Config{FeedPrefixes: store.FeedPrefixes(), Twins: true, ConflictRate: 0.05, Seed: 1}))
	t.Cleanup(func() { _ = w.store.Close() })
	return w
}

// openWorld is newWorld on an engine of one's own.
func openWorld(t testing.TB, engine kv.Engine) *world {
	t.Helper()
	c := &clock{now: noon}
	s, err := store.Open(engine, store.Config{Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: s, clock: c}
	w.do(func(tx *store.Tx) error {
		for _, o := range []*nuov1.Organisation{
			{Name: district},
			{Name: streetOf, Parent: district, District: district},
			{Name: community, Parent: streetOf, Street: streetOf, District: district},
			{Name: court, Parent: district, District: district},
		} {
			if err := store.Organisations.Put(tx, o); err != nil {
				return err
			}
		}
		return store.ServingIntervals.Put(tx, &storev1.ServingInterval{
			Start: timestamppb.New(noon.Add(-time.Hour)), End: timestamppb.New(noon),
		})
	})
	w.list = &nuov1.TaskList{
		Name: "taskLists/day", Community: community, Street: streetOf, District: district,
		Date: "2020-02-08", Title: "2月8日服务清单", State: nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED,
		PublishTime: timestamppb.New(noon),
	}
	w.task = &nuov1.Task{
		Name: "tasks/gate", TaskList: w.list.Name, Community: community, Title: "卡口测温",
		Kind: nuov1.TaskKind_TASK_KIND_GATE_CHECK,
	}
	w.do(func(tx *store.Tx) error {
		if err := store.TaskLists.Put(tx, w.list); err != nil {
			return err
		}
		return store.Tasks.Put(tx, w.task)
	})
	return w
}

// do runs a step that must pass.
func (w *world) do(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.try(f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) try(f func(*store.Tx) error) error {
	return w.store.Update(context.Background(), f)
}

// volunteer is a registered member of the court who consents to the record.
func (w *world) volunteer(name string, edit ...func(*nuov1.Volunteer)) string {
	v := &nuov1.Volunteer{
		Name: id(name), Unit: court, Branch: branchOne, District: district,
		State:           nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
		PoliticalStatus: nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER,
		Registrations:   []*nuov1.Registration{{Community: community, Primary: true, FromDate: "2020-01-30"}},
		Consents:        []*nuov1.Consent{{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true}},
	}
	for _, e := range edit {
		e(v)
	}
	w.do(func(tx *store.Tx) error { return store.Volunteers.Put(tx, v) })
	return v.Name
}

// people are n plain volunteers.
func (w *world) people(n int) (names []string) {
	for i := range n {
		names = append(names, w.volunteer(fmt.Sprintf("person-%d", i)))
	}
	return names
}

// shift adds a shift to the published list.
func (w *world) shift(name, from, to string, capacity int32, edit ...func(*nuov1.Shift)) string {
	p, err := place.Zone("")
	if err != nil {
		w.t.Fatal(err)
	}
	s := &nuov1.Shift{
		Name: "shifts/" + name, Task: w.task.Name, TaskList: w.list.Name, Community: community, Street: streetOf,
		District: district, Place: "东门", StartTime: timestamppb.New(instant(from)), EndTime: timestamppb.New(instant(to)),
		Capacity: capacity, Revision: 1, State: nuov1.ShiftState_SHIFT_STATE_OPEN, Kind: w.task.Kind, Title: w.task.Title,
	}
	s.Date = place.LocalDate(s.StartTime.AsTime(), p)
	for _, e := range edit {
		e(s)
	}
	w.do(func(tx *store.Tx) error {
		if err := store.Shifts.Insert(tx, s); err != nil {
			return err
		}
		return OpenShift(tx, s, w.task, w.list)
	})
	return s.Name
}

// as is a volunteer acting for oneself.
func as(person string) Actor { return Actor{Name: person, Person: person, Role: volunteer} }

// verb runs a verb of one contract.
func verb(w *world, f func(*store.Tx) (*nuov1.Contract, error)) (c *nuov1.Contract, err error) {
	err = w.try(func(tx *store.Tx) error {
		var err error
		c, err = f(tx)
		return err
	})
	return c, err
}

func (w *world) claim(person, shift string, waitlist bool) (*nuov1.Contract, error) {
	return verb(w, func(tx *store.Tx) (*nuov1.Contract, error) {
		s, err := store.Shifts.Get(tx, shift)
		if err != nil {
			return nil, err
		}
		return Claim(tx, as(person), &nuov1.ClaimShiftRequest{
			Shift: shift, Volunteer: person, Revision: s.GetRevision(), Ledger: ledger1, Waitlist: waitlist,
		})
	})
}

// claims is a claim that must pass.
func (w *world) claims(person, shift string) *nuov1.Contract {
	w.t.Helper()
	c, err := w.claim(person, shift, true)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// at moves the clock and lets the janitor work.
func (w *world) at(text string) {
	w.t.Helper()
	w.clock.now = instant(text)
	w.runDue()
}

func (w *world) runDue() {
	w.t.Helper()
	if _, _, err := RunDue(context.Background(), w.store, 1000, nil); err != nil {
		w.t.Fatal(err)
	}
}

// contract reads a contract as it is stored.
func (w *world) contract(name string) (c *nuov1.Contract) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		var err error
		c, err = store.Contracts.Get(tx, name)
		return err
	})
	return c
}

// is fails unless the contract is in the state for the reason.
func (w *world) is(name string, state nuov1.ContractState, reason nuov1.ReasonCode) {
	w.t.Helper()
	c := w.contract(name)
	if c.GetState() != state || c.GetReason() != reason {
		w.t.Fatalf("%s is %v for %v, want %v for %v", name, c.GetState(), c.GetReason(), state, reason)
	}
}

// refused fails unless err is a refusal for the reason.
func refused(t testing.TB, err error, reason nuov1.ErrorReason) {
	t.Helper()
	if !fault.Is(err, reason) {
		t.Fatalf("got %v, want %v", err, reason)
	}
}

// clean fails if anything that is stored must not be.
func (w *world) clean() {
	w.t.Helper()
	must0(w.t, w.store.View(context.Background(), func(tx *store.Tx) error {
		found := func(p Problem) { w.t.Errorf("%s: %s", p.Object, p.Text) }
		for c, err := range store.Contracts.Scan(tx) {
			if err != nil {
				return err
			}
			if err := VerifyContract(tx, c, found); err != nil {
				return err
			}
		}
		for s, err := range store.Shifts.Scan(tx) {
			if err != nil {
				return err
			}
			if err := VerifyShift(tx, s, found); err != nil {
				return err
			}
		}
		for p, err := range store.Claims.Scan(tx) {
			if err != nil {
				return err
			}
			if err := VerifyPerson(tx, p, found); err != nil {
				return err
			}
		}
		return nil
	}))
}
