package matching

import (
	"bytes"
	"context"
	"crypto/sha256"
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
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
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

// Who plans.
var (
	yardOffice  = yardPlanner("office", nuov1.Role_ROLE_COMMUNITY, yardCommunity)
	yardStreets = yardPlanner("streets", nuov1.Role_ROLE_STREET, yardStreet)
	yardOthers  = yardPlanner("others", nuov1.Role_ROLE_COMMUNITY, yardOther)
)

func yardPlanner(name string, role nuov1.Role, scope string) *policy.Caller {
	return &policy.Caller{
		Token: "tokens/" + name, Person: yardPerson(name),
		Grants: []policy.Grant{{Role: role, Scope: scope, District: yardDistrict}},
	}
}

// KeepPlanner stores who plans, and a token of theirs.
func KeepPlanner(tx *store.Tx, who *policy.Caller) error {
	v := &nuov1.Volunteer{
		Name: who.Person, District: who.Grants[0].District, State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
	}
	if err := store.Volunteers.Put(tx, v); err != nil {
		return err
	}
	if err := store.Persons.Put(tx, &storev1.StoredPerson{Name: v.GetName(), Person: &nuov1.Person{}}); err != nil {
		return err
	}
	token := &nuov1.Token{Name: "tokens/" + strings.TrimPrefix(who.Person, "volunteers/"), Person: who.Person}
	for _, g := range who.Grants {
		token.Grants = append(token.Grants, &nuov1.Grant{Role: g.Role, Scope: g.Scope, District: g.District})
	}
	hash := sha256.Sum256([]byte(who.Person))
	return store.Tokens.Put(tx, &storev1.StoredToken{Hash: hash[:], Token: token})
}

// yardCall is a call as the interceptors hand it to the room.
func yardCall[Req, Res proto.Message](
	y *yard, who *policy.Caller, f func(context.Context, Req) (Res, error), method string, req Req,
) (Res, error) {
	y.Helper()
	var none Res
	rule, ok := policy.RuleOf(method)
	if !ok {
		y.Fatalf("%s has no policy", method)
	}
	if !policy.Possible(rule, who) {
		return none, rpc.Denied(method)
	}
	in := &rpc.Incoming{ID: "test", Method: method, Rule: rule, Caller: who}
	return f(rpc.WithIncoming(context.Background(), in), req)
}

// plans asks for a plan of the list and has it solved.
func (y *yard) plans(edit ...func(*nuov1.ProposeMatchRequest)) *nuov1.Match {
	y.Helper()
	req := &nuov1.ProposeMatchRequest{
		RequestId: uuid.NewString(), Scope: yardList, Method: roster, ShiftsEach: 1, Seconds: 1, Seed: 1,
	}
	for _, e := range edit {
		e(req)
	}
	m, err := yardCall(y, yardStreets, y.room.ProposeMatch, nuov1.MatchService_ProposeMatch_FullMethodName, req)
	if err != nil {
		y.Fatal(err)
	}
	y.works(m.GetName())
	if m = y.match(m.GetName()); m.GetState() != proposed {
		y.Fatalf("the plan is %v", m)
	}
	return m
}

func (y *yard) works(name string) {
	y.Helper()
	if err := y.room.workOff(context.Background(), y.stored(name)); err != nil {
		y.Fatal(err)
	}
}

func (y *yard) stored(name string) (m *nuov1.Match) {
	y.Helper()
	y.view(func(tx *store.Tx) (err error) {
		m, err = store.Matches.Get(tx, name)
		return err
	})
	return m
}

// match is a plan as it is answered.
func (y *yard) match(name string) *nuov1.Match {
	y.Helper()
	m, err := yardCall(y, yardStreets, y.room.GetMatch, nuov1.MatchService_GetMatch_FullMethodName, &nuov1.GetMatchRequest{Name: name})
	if err != nil {
		y.Fatal(err)
	}
	return m
}

func (y *yard) asks(who *policy.Caller, req *nuov1.ApplyMatchRequest) (*nuov1.Match, error) {
	y.Helper()
	return yardCall(y, who, y.room.ApplyMatch, nuov1.MatchService_ApplyMatch_FullMethodName, req)
}

// begins records that offers are to be made.
func (y *yard) begins(m *nuov1.Match) {
	y.Helper()
	req := &nuov1.ApplyMatchRequest{RequestId: uuid.NewString(), Name: m.GetName(), Etag: m.GetEtag()}
	if _, err := y.asks(yardStreets, req); err != nil {
		y.Fatal(err)
	}
}

// applies makes the offers of a plan, to the end.
func (y *yard) applies(m *nuov1.Match) *nuov1.Match {
	y.Helper()
	y.begins(m)
	y.works(m.GetName())
	m = y.match(m.GetName())
	if m.GetState() != applied || m.GetApplyTime() == nil || m.GetExpireTime() == nil {
		y.Fatalf("the plan is %v", m)
	}
	y.agrees(m)
	return m
}

// agrees holds a plan's record to its placements, and these to the contracts: each offer is one contract of the plan's
// people, and there is no other of the matcher's.
func (y *yard) agrees(m *nuov1.Match) {
	y.Helper()
	n, count := map[nuov1.PlacementState]int32{}, map[string]int{}
	for _, p := range y.placements(m.GetName()) {
		if p.GetNumber() <= uint64(m.GetPlacements()) {
			n[p.GetState()]++
		}
	}
	for _, p := range y.placements() {
		if c := p.GetContract(); c != "" {
			count[c]++
		}
	}
	if sum := n[planned] + n[offered] + n[changed]; sum != m.GetPlacements() || n[offered] != m.GetOffered() || n[changed] != m.GetChanged() {
		y.Errorf("the placements are %v, the record says %v", n, m)
	}
	for _, c := range y.contracts() {
		if c.GetOrigin() == nuov1.ContractOrigin_CONTRACT_ORIGIN_MATCHER && count[c.GetName()] != 1 {
			y.Errorf("%s stands in %d placements", c.GetName(), count[c.GetName()])
		}
		delete(count, c.GetName())
	}
	if len(count) > 0 {
		y.Errorf("contracts that are not there: %v", count)
	}
}

// placements are those of a plan, or of all.
func (y *yard) placements(match ...any) (all []*storev1.StoredPlacement) {
	y.Helper()
	y.view(func(tx *store.Tx) error {
		all = nil
		for p, err := range store.Placements.Scan(tx, match...) {
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	return all
}

func (y *yard) contracts() (all []*nuov1.Contract) {
	y.Helper()
	y.view(func(tx *store.Tx) error {
		all = nil
		for c, err := range store.Contracts.Scan(tx) {
			if err != nil {
				return err
			}
			all = append(all, c)
		}
		return nil
	})
	return all
}

// held is how many slots of a shift are held.
func (y *yard) held(shift string) (n int32) {
	y.Helper()
	y.view(func(tx *store.Tx) error {
		s, _, err := store.Slots.Find(tx, shift)
		n = s.GetHeld()
		return err
	})
	return n
}

func (y *yard) refuses(err error, reason nuov1.ErrorReason) {
	y.Helper()
	if !fault.Is(err, reason) {
		y.Errorf("%v, want %v", err, reason)
	}
}
