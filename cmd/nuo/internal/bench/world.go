package bench

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv/boltkv"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// The size of the world that is measured.
const (
	volunteers  = 30_000
	shifts      = 1_000 // one a day, so that a person can promise any number of them
	hotShifts   = 3
	openShifts  = 20
	capacity    = 100_000
	rowsPerStep = 60 // what one transaction carries
)

const (
	district  = "districts/bench"
	street    = "streets/bench"
	community = "communities/bench"
	list      = "taskLists/bench"
	task      = "tasks/bench"
	board     = "communities/board" // where the listed shifts lie
)

// person is the name of the i-th volunteer.
func person(i int) string { return "volunteers/" + uuidOf("volunteer", i).String() }

// secret is the i-th volunteer's token.
func secret(i int) string {
	h := sha256.Sum256(fmt.Appendf(nil, "nuo bench token %d", i))
	return "nuo_" + base64.RawURLEncoding.EncodeToString(h[:])
}

func shiftName(i int) string { return fmt.Sprintf("shifts/bench-%d", i) }
func hotName(i int) string   { return fmt.Sprintf("shifts/hot-%d", i) }

func uuidOf(kind string, i int) uuid.UUID {
	return uuid.NewSHA1(uuid.Nil, binary.BigEndian.AppendUint64([]byte(kind), uint64(i)))
}

// clock is the machine's, read once when the world is made.
type clock struct{ now time.Time }

func (c clock) Now() time.Time                { return c.now }
func (clock) Until(time.Time) <-chan struct{} { return nil }

// builder writes a world straight into a store.
type builder struct {
	ctx   context.Context
	store *store.Store
	now   time.Time
}

// build makes the world of a benchmark in a new store file: organisations, volunteers with tokens, one list of open
// shifts. contracts of them are stored already, as claims would have left them.
func build(ctx context.Context, file string, now time.Time, contracts int, told func(done, total int)) (err error) {
	engine, err := boltkv.Open(file, boltkv.Config{FeedPrefixes: store.FeedPrefixes()})
	if err != nil {
		return err
	}
	s, err := store.Open(engine, store.Config{Clock: clock{now}})
	if err != nil {
		return err
	}
	defer func() {
		if closed := s.Close(); err == nil {
			err = closed
		}
	}()
	b := &builder{ctx, s, now}
	if err := b.places(); err != nil {
		return err
	}
	if err := b.steps(volunteers, b.volunteer, nil); err != nil {
		return err
	}
	if err := b.shifts(); err != nil {
		return err
	}
	return b.contracts(contracts, told)
}

// steps runs f for 0 to n−1, many a transaction, a few transactions at once.
func (b *builder) steps(n int, f func(tx *store.Tx, i int) error, told func(done, total int)) error {
	const parallel = 8
	failed := make(chan error, parallel)
	for worker := range parallel {
		go func() {
			for from := worker * rowsPerStep; from < n; from += parallel * rowsPerStep {
				err := b.store.Update(b.ctx, func(tx *store.Tx) error {
					for i := from; i < min(from+rowsPerStep, n); i++ {
						if err := f(tx, i); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					failed <- err
					return
				}
				if told != nil && worker == 0 {
					told(from, n)
				}
			}
			failed <- nil
		}()
	}
	var first error
	for range parallel {
		if err := <-failed; first == nil {
			first = err
		}
	}
	return first
}

func (b *builder) places() error {
	return b.store.Update(b.ctx, func(tx *store.Tx) error {
		active := nuov1.ActiveState_ACTIVE_STATE_ACTIVE
		for _, o := range []*nuov1.Organisation{
			{Name: district, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT, District: district},
			{Name: street, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_STREET, Parent: district, District: district},
			{Name: community, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY, Parent: street, Street: street, District: district},
			{Name: board, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY, Parent: street, Street: street, District: district},
		} {
			o.State, o.DisplayName = active, o.GetName()
			if err := store.Organisations.Put(tx, o); err != nil {
				return err
			}
		}
		err := store.TaskLists.Put(tx, b.list())
		if err != nil {
			return err
		}
		return store.Tasks.Put(tx, b.task())
	})
}

func (b *builder) list() *nuov1.TaskList {
	return &nuov1.TaskList{
		Name: list, Community: community, Street: street, District: district, Date: "2020-02-09", Title: "服务清单",
		State: nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED, PublishTime: timestamppb.New(b.now.Add(-time.Hour)),
	}
}

func (b *builder) task() *nuov1.Task {
	return &nuov1.Task{
		Name: task, TaskList: list, Community: community, Kind: nuov1.TaskKind_TASK_KIND_GATE_CHECK, Title: "卡口测温",
		Description: "测量体温，登记进出人员和车辆。",
	}
}

func (b *builder) volunteer(tx *store.Tx, i int) error {
	v := &nuov1.Volunteer{
		Name: person(i), District: district, State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
		Registrations: []*nuov1.Registration{{Community: community, Primary: true, FromDate: "2020-01-30"}},
		Consents:      []*nuov1.Consent{{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true}},
	}
	if err := store.Volunteers.Put(tx, v); err != nil {
		return err
	}
	h := sha256.Sum256([]byte(secret(i)))
	return store.Tokens.Put(tx, &storev1.StoredToken{Hash: h[:], Token: &nuov1.Token{
		Name: "tokens/" + uuidOf("token", i).String(), Person: v.GetName(), CreateTime: timestamppb.New(b.now),
		Grants: []*nuov1.Grant{{Role: nuov1.Role_ROLE_VOLUNTEER, Scope: v.GetName(), District: district}},
	}})
}

func (b *builder) shifts() error {
	err := b.steps(shifts, func(tx *store.Tx, i int) error { return b.shift(tx, shiftName(i), community, i+20) }, nil)
	if err != nil {
		return err
	}
	err = b.steps(hotShifts, func(tx *store.Tx, i int) error { return b.shift(tx, hotName(i), community, i*3+2) }, nil)
	if err != nil {
		return err
	}
	return b.steps(openShifts, func(tx *store.Tx, i int) error {
		return b.shift(tx, fmt.Sprintf("shifts/open-%d", i), board, 1)
	}, nil)
}

// shift opens a shift that many days from now.
func (b *builder) shift(tx *store.Tx, name, of string, days int) error {
	start := b.now.Truncate(time.Hour).AddDate(0, 0, days)
	s := &nuov1.Shift{
		Name: name, Task: task, TaskList: list, Community: of, Street: street, District: district,
		Place: "东门", StartTime: timestamppb.New(start), EndTime: timestamppb.New(start.Add(4 * time.Hour)),
		Date: start.Format(time.DateOnly), Capacity: capacity, Revision: 1, State: nuov1.ShiftState_SHIFT_STATE_OPEN,
		Kind: nuov1.TaskKind_TASK_KIND_GATE_CHECK, Title: "卡口测温", RiskNotes: "全程佩戴口罩。",
	}
	if err := store.Shifts.Insert(tx, s); err != nil {
		return err
	}
	return lifecycle.OpenShift(tx, s, b.task(), b.list())
}

// contracts stores n contracts as fulfilled and long past: each with its event, calendar entry and place under a
// shift of its own time.
func (b *builder) contracts(n int, told func(done, total int)) error {
	return b.steps(n, b.contract, told)
}

func (b *builder) contract(tx *store.Tx, i int) error {
	start := b.now.Truncate(time.Hour).AddDate(0, 0, -30-i/volunteers)
	begin, end := timestamppb.New(start), timestamppb.New(start.Add(4*time.Hour))
	c := &nuov1.Contract{
		Name: "contracts/" + tx.NewID(), Volunteer: person(i % volunteers), Shift: fmt.Sprintf("shifts/past-%d", i/volunteers),
		Task: task, TaskList: list, Community: community, District: district, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING,
		Origin: nuov1.ContractOrigin_CONTRACT_ORIGIN_CLAIM, State: nuov1.ContractState_CONTRACT_STATE_FULFILLED,
		Revision: 1, StartTime: begin, EndTime: end, CreateTime: begin, SignTime: begin, AcceptTime: begin,
		CheckIn: &nuov1.Attendance{Time: begin, By: "bench"}, CheckOut: &nuov1.Attendance{Time: end, By: "bench"},
		HoursHundredths: 400, ConfirmTime: end, EventCount: 1, EventTime: end, TermsHash: make([]byte, 32),
	}
	event := &nuov1.ContractEvent{Sequence: 1, Time: end, Actor: c.GetVolunteer(), ToState: c.GetState()}
	head, err := store.ContractEvents.Append(tx, c.GetName(), 1, nil, event)
	if err != nil {
		return err
	}
	c.EventHead = head
	if err := store.Contracts.Put(tx, c); err != nil {
		return err
	}
	err = store.Calendar.Put(tx, &storev1.CalendarEntry{
		Volunteer: c.GetVolunteer(), Contract: c.GetName(), Shift: c.GetShift(), StartTime: begin, EndTime: end,
		State: c.GetState(), Holds: true,
	})
	if err != nil {
		return err
	}
	return store.Holders.Put(tx, &storev1.Holder{
		Shift: c.GetShift(), Volunteer: c.GetVolunteer(), Contract: c.GetName(), State: c.GetState(), Out: true,
	})
}
