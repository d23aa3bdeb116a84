package matching

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// Where the plans of the yard are made.
const (
	yardDistrict  = "districts/jiaojiang"
	yardStreet    = "streets/jiazhi"
	yardCommunity = "communities/mingzhu"
	yardOther     = "communities/yinshan"
	yardList      = "taskLists/day"
	yardTask      = "tasks/gate"
	yardDate      = "2020-02-10"
)

type yardClock struct{ now time.Time }

func (c *yardClock) Now() time.Time                  { return c.now }
func (c *yardClock) Until(time.Time) <-chan struct{} { return nil }

// yard is a published list, its people, and the room on a store in which closures run twice and commits conflict. Work is
// done when a test says so.
type yard struct {
	*testing.T

	engine *yardEngine
	store  *store.Store
	clock  *yardClock
	room   *Room
}

// yardEngine tells of every commit, and may refuse it.
type yardEngine struct {
	kv.Engine

	committed func()
	refused   func() error // in the place of a commit, where it answers one
}

func (e *yardEngine) Update(ctx context.Context, f func(kv.Tx) error) (kv.Position, error) {
	if e.refused != nil {
		if err := e.refused(); err != nil {
			return 0, err
		}
	}
	at, err := e.Engine.Update(ctx, f)
	if err == nil && e.committed != nil {
		e.committed()
	}
	return at, err
}

func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{T: t, clock: &yardClock{yardTime("2020-02-08 12:00")}}
	y.engine = &yardEngine{Engine: memkv.New(memkv.Config{
		FeedPrefixes: store.FeedPrefixes(), Twins: true, Poison: true, ConflictRate: 0.05, Seed: 1,
	})}
	var err error
	if y.store, err = store.Open(y.engine, store.Config{Clock: y.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { y.clean(); _ = y.store.Close() })
	y.wakes()
	y.do(func(tx *store.Tx) error {
		for _, o := range []*nuov1.Organisation{
			{Name: yardDistrict, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT, District: yardDistrict},
			{Name: yardStreet, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_STREET, Parent: yardDistrict},
			{Name: yardCommunity, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY, Parent: yardStreet, Street: yardStreet},
			{Name: yardOther, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY, Parent: yardStreet, Street: yardStreet},
		} {
			o.District, o.State = yardDistrict, nuov1.ActiveState_ACTIVE_STATE_ACTIVE
			if err := store.Organisations.Insert(tx, o); err != nil {
				return err
			}
		}
		for _, who := range []*policy.Caller{yardOffice, yardStreets, yardOthers} {
			if err := KeepPlanner(tx, who); err != nil {
				return err
			}
		}
		if err := store.TaskLists.Insert(tx, y.list()); err != nil {
			return err
		}
		return store.Tasks.Insert(tx, y.task())
	})
	return y
}

func yardTime(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, time.FixedZone("+08:00", 8*60*60))
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func (*yard) list() *nuov1.TaskList {
	return &nuov1.TaskList{
		Name: yardList, Community: yardCommunity, Street: yardStreet, District: yardDistrict, Date: yardDate,
		State: nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED, PublishTime: timestamppb.New(yardTime("2020-02-08 12:00")),
	}
}

func (*yard) task() *nuov1.Task {
	return &nuov1.Task{
		Name: yardTask, TaskList: yardList, Community: yardCommunity, Title: "卡口测温",
		Kind: nuov1.TaskKind_TASK_KIND_GATE_CHECK,
	}
}

// wakes is a fresh room on what is stored, as after a stop.
func (y *yard) wakes() { y.room = New(y.store, y.clock, slog.New(slog.DiscardHandler)) }

func (y *yard) do(f func(*store.Tx) error) {
	y.Helper()
	if err := y.store.Update(context.Background(), f); err != nil {
		y.Fatal(err)
	}
}

// volunteersKey is what the keys of volunteers begin with.
const volunteersKey = 0x04

func (y *yard) view(f func(*store.Tx) error) {
	y.Helper()
	if err := y.store.View(context.Background(), f); err != nil {
		y.Fatal(err)
	}
}

// damages flips a bit of a volunteer's record.
func (y *yard) damages(person string) {
	y.Helper()
	id, err := uuid.Parse(strings.TrimPrefix(person, "volunteers/"))
	if err != nil {
		y.Fatal(err)
	}
	_, err = y.engine.Engine.Update(context.Background(), func(tx kv.Tx) error {
		for pair, err := range tx.Scan(kv.Prefix([]byte{volunteersKey})) {
			if err != nil {
				return err
			}
			if bytes.HasSuffix(pair.Key, id[:]) {
				value := bytes.Clone(pair.Value)
				value[len(value)-1] ^= 1
				return tx.Put(bytes.Clone(pair.Key), value)
			}
		}
		return errors.New("not found")
	})
	if err != nil {
		y.Fatal(err)
	}
}

// clean looks at all contracts, shifts and people.
func (y *yard) clean() {
	y.Helper()
	err := y.store.View(context.Background(), func(tx *store.Tx) error {
		found := func(p lifecycle.Problem) { y.Errorf("%s: %s", p.Object, p.Text) }
		for c, err := range store.Contracts.Scan(tx) {
			if err != nil {
				return err
			}
			if err := lifecycle.VerifyContract(tx, c, found); err != nil {
				return err
			}
		}
		for s, err := range store.Shifts.Scan(tx) {
			if err != nil {
				return err
			}
			if err := lifecycle.VerifyShift(tx, s, found); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		y.Error(err)
	}
}

// shift is one of the day's.
func (y *yard) shift(name, from, to string, capacity int32, edit ...func(*nuov1.Shift)) string {
	y.Helper()
	s := &nuov1.Shift{
		Name: "shifts/" + name, Task: yardTask, TaskList: yardList, Community: yardCommunity, Street: yardStreet,
		District: yardDistrict, Place: "东门", Date: yardDate, Capacity: capacity, Revision: 1,
		StartTime: timestamppb.New(yardTime(yardDate + " " + from)), EndTime: timestamppb.New(yardTime(yardDate + " " + to)),
		State: nuov1.ShiftState_SHIFT_STATE_OPEN, Kind: y.task().GetKind(), Title: y.task().GetTitle(),
	}
	for _, e := range edit {
		e(s)
	}
	y.do(func(tx *store.Tx) error {
		if err := store.Shifts.Insert(tx, s); err != nil {
			return err
		}
		return lifecycle.OpenShift(tx, s, y.task(), y.list())
	})
	return s.GetName()
}

func watchOfTwo(s *nuov1.Shift) { s.Kind = nuov1.TaskKind_TASK_KIND_TWO_ON_ONE_WATCH }

// onShift changes a shift by a verb of the lifecycle.
func (y *yard) onShift(name string, f func(*store.Tx, *nuov1.Shift) error) {
	y.Helper()
	y.do(func(tx *store.Tx) error {
		s, err := store.Shifts.Get(tx, name)
		if err == nil {
			err = f(tx, s)
		}
		if err == nil {
			err = store.Shifts.Put(tx, s)
		}
		return err
	})
}

func (y *yard) cancelsShift(name string) {
	y.Helper()
	y.onShift(name, func(tx *store.Tx, s *nuov1.Shift) error { return lifecycle.CancelShift(tx, yardStaff, s) })
}

// amends moves the end of a shift.
func (y *yard) amends(name string, by time.Duration) {
	y.Helper()
	y.do(func(tx *store.Tx) error {
		before, err := store.Shifts.Get(tx, name)
		if err != nil {
			return err
		}
		after := proto.CloneOf(before)
		after.EndTime = timestamppb.New(before.GetEndTime().AsTime().Add(by))
		if err := lifecycle.AmendShift(tx, yardStaff, before, after); err != nil {
			return err
		}
		return store.Shifts.Put(tx, after)
	})
}

func yardPerson(name string) string {
	return "volunteers/" + uuid.NewSHA1(uuid.Nil, []byte(name)).String()
}

// volunteer lives at the community and consents to the record.
func (y *yard) volunteer(name string, edit ...func(*nuov1.Volunteer)) string {
	y.Helper()
	v := &nuov1.Volunteer{
		Name: yardPerson(name), District: yardDistrict, State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
		Registrations: []*nuov1.Registration{{Community: yardCommunity, Primary: true, FromDate: "2020-01-30"}},
		Consents:      []*nuov1.Consent{{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true}},
	}
	for _, e := range edit {
		e(v)
	}
	y.do(func(tx *store.Tx) error {
		if err := store.Volunteers.Put(tx, v); err != nil {
			return err
		}
		return store.Persons.Put(tx, &storev1.StoredPerson{Name: v.GetName(), Person: &nuov1.Person{DisplayName: "金丝雀" + name}})
	})
	return v.GetName()
}

func (y *yard) people(n int) (names []string) {
	y.Helper()
	for i := range n {
		names = append(names, y.volunteer(fmt.Sprintf("person-%03d", i)))
	}
	return names
}

// edits changes what a volunteer is.
func (y *yard) edits(person string, f func(*nuov1.Volunteer)) {
	y.Helper()
	y.do(func(tx *store.Tx) error {
		v, err := store.Volunteers.Get(tx, person)
		if err != nil {
			return err
		}
		f(v)
		return store.Volunteers.Put(tx, v)
	})
}

var yardStaff = lifecycle.Actor{Name: yardPerson("staff"), Person: yardPerson("staff"), Role: nuov1.Role_ROLE_COMMUNITY}

func (y *yard) claims(person, shift string) *nuov1.Contract {
	y.Helper()
	c, err := y.claim(person, shift)
	if err != nil {
		y.Fatal(err)
	}
	return c
}

func (y *yard) claim(person, shift string) (c *nuov1.Contract, err error) {
	err = y.store.Update(context.Background(), func(tx *store.Tx) error {
		s, err := store.Shifts.Get(tx, shift)
		if err != nil {
			return err
		}
		actor := lifecycle.Actor{Name: person, Person: person, Role: nuov1.Role_ROLE_VOLUNTEER}
		c, err = lifecycle.Claim(tx, actor, &nuov1.ClaimShiftRequest{
			Shift: shift, Volunteer: person, Revision: s.GetRevision(), Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING,
		})
		return err
	})
	return c, err
}

func (y *yard) withdraws(c *nuov1.Contract) {
	y.Helper()
	y.do(func(tx *store.Tx) error {
		_, err := lifecycle.Withdraw(tx, lifecycle.Actor{Name: c.GetVolunteer(), Person: c.GetVolunteer(), Role: nuov1.Role_ROLE_VOLUNTEER},
			&nuov1.WithdrawContractRequest{Name: c.GetName(), Reason: nuov1.ReasonCode_REASON_CODE_ILLNESS})
		return err
	})
}

// lapses settles what time has decided.
func (y *yard) lapses() {
	y.Helper()
	if _, _, err := lifecycle.RunDue(context.Background(), y.store, 100, nil); err != nil {
		y.Fatal(err)
	}
}
