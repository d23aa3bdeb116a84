package matching

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

func TestOKPlanBecomesOffers(t *testing.T) {
	y := newYard(t)
	gate := y.shift("gate", "08:00", "12:00", 2)
	later := y.shift("later", "14:00", "16:00", 1)
	y.people(3)
	m := y.applies(y.plans())
	if m.GetOffered() != 3 || m.GetChanged() != 0 || m.GetRounds() != 1 {
		t.Errorf("applied: %v", m)
	}
	if y.held(gate) != 2 || y.held(later) != 1 {
		t.Errorf("%d and %d slots are held", y.held(gate), y.held(later))
	}
	for _, c := range y.contracts() {
		if c.GetState() != nuov1.ContractState_CONTRACT_STATE_OFFERED || c.GetOrigin() != nuov1.ContractOrigin_CONTRACT_ORIGIN_MATCHER {
			t.Errorf("%v", c)
		}
	}
}

// The history of each offer says who applied the plan, by which role, and names nobody; so does that of the plan.
func TestOKHistoryOfAnAppliedPlan(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 2)
	y.people(2)
	m := y.applies(y.plans())
	y.do(func(tx *store.Tx) error {
		for _, c := range y.contracts() {
			for link, err := range store.ContractEvents.Scan(tx, c.GetName()) {
				if err != nil {
					return err
				}
				e := link.Event
				if e.GetActor() != yardStreets.Person || e.GetRole() != nuov1.Role_ROLE_STREET ||
					e.GetOpening().GetOrigin() != nuov1.ContractOrigin_CONTRACT_ORIGIN_MATCHER {
					t.Errorf("the event of an offer: %v", e)
				}
				y.namesNobody(e)
			}
		}
		actions := ""
		for link, err := range store.AdminEvents.Scan(tx, m.GetName()) {
			if err != nil {
				return err
			}
			actions += link.Event.GetAction() + " "
			y.namesNobody(link.Event)
		}
		if !strings.Contains(actions, "ApplyMatch") {
			t.Errorf("the plan's events are %q", actions)
		}
		return nil
	})
}

func (y *yard) namesNobody(m proto.Message) {
	y.Helper()
	text, err := protojson.Marshal(m)
	if err != nil || strings.Contains(string(text), "金丝雀") {
		y.Errorf("a name: %s %v", text, err)
	}
}

// A plan that is asked for the whole of a week's people goes in steps of fifty; each leaves all of it sound.
func TestOKThreeHundredOffersGoInSteps(t *testing.T) {
	y := newYard(t)
	for i := range 10 {
		y.shift(fmt.Sprint("s", i), "08:00", "12:00", 30)
	}
	y.people(300)
	m := y.plans(func(r *nuov1.ProposeMatchRequest) { r.Method = fill })
	y.begins(m)
	for steps := 1; ; steps++ {
		more := false
		err := y.room.update(context.Background(), m.GetName(), applying, func(tx *store.Tx, m *nuov1.Match) (err error) {
			more, err = offerSome(tx, m, offerStep)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		now := y.match(m.GetName())
		if int(now.GetOffered()) != min(50*steps, 300) {
			t.Fatalf("%d offers after %d steps", now.GetOffered(), steps)
		}
	}
	y.works(m.GetName())
	if m = y.match(m.GetName()); m.GetState() != applied || m.GetOffered() != 300 || len(y.contracts()) != 300 {
		t.Errorf("%d contracts, %v", len(y.contracts()), m)
	}
	y.agrees(m)
}

// The work is stopped after each of its commits in turn, and another room goes on from there: nothing is offered twice
// and nothing is left out, in the rounds after the first too.
func TestOKStoppedAnywhereItGoesOn(t *testing.T) {
	ended, stop := false, 0
	for !ended {
		stop++
		y := newYard(t)
		for i := range 3 {
			y.shift(fmt.Sprint("s", i), "08:00", "12:00", 30)
		}
		people := y.people(95)
		m := y.plans(func(r *nuov1.ProposeMatchRequest) { r.Method = fill })
		y.edits(people[0], func(v *nuov1.Volunteer) { v.Consents = nil })
		y.volunteer("new")
		y.begins(m)
		ended = y.stopsAfter(m.GetName(), stop)
		y.wakes()
		if !ended {
			y.works(m.GetName())
		}
		if m = y.match(m.GetName()); m.GetState() != applied || m.GetOffered() != 90 || len(y.contracts()) != 90 {
			t.Errorf("stopped after %d commits: %d contracts, %v", stop, len(y.contracts()), m)
		}
		y.agrees(m)
		for i := range 3 {
			if n := y.held(fmt.Sprint("shifts/s", i)); n != 30 {
				t.Errorf("stopped after %d commits: %d of 30 slots are held", stop, n)
			}
		}
	}
	if stop < 6 {
		t.Errorf("void: %d commits are no steps to stop between", stop)
	}
}

// stopsAfter works until the plan was committed so often, and tells whether that was all there was to do.
func (y *yard) stopsAfter(name string, commits int) (ended bool) {
	y.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	y.engine.committed = func() {
		if commits--; commits == 0 {
			cancel()
		}
	}
	defer func() { y.engine.committed = nil }()
	if err := y.room.workOff(ctx, y.stored(name)); err != nil && ctx.Err() == nil {
		y.Fatal(err)
	}
	return y.stored(name).GetState() == applied
}

// Given up between two steps, the offers that were made stand and no other is made.
func TestOKGivenUpInTheMiddle(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 80)
	y.people(80)
	m := y.plans(func(r *nuov1.ProposeMatchRequest) { r.Method = fill })
	y.begins(m)
	y.engine.committed = func() {
		y.engine.committed = nil
		_, err := yardCall(y, yardStreets, y.room.CancelMatch, nuov1.MatchService_CancelMatch_FullMethodName,
			&nuov1.CancelMatchRequest{RequestId: uuid.NewString(), Name: m.GetName()})
		if err != nil {
			t.Error(err)
		}
	}
	y.works(m.GetName())
	if m = y.match(m.GetName()); m.GetState() != cancelled || m.GetOffered() != 50 || len(y.contracts()) != 50 {
		t.Errorf("%d contracts, %v", len(y.contracts()), m)
	}
	y.agrees(m)
}

func TestErrApplyRefusals(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 2)
	y.people(2)
	m := y.plans()
	ask := func(etag string) *nuov1.ApplyMatchRequest {
		return &nuov1.ApplyMatchRequest{RequestId: uuid.NewString(), Name: m.GetName(), Etag: etag}
	}
	_, err := y.asks(yardOthers, ask(m.GetEtag()))
	y.refuses(err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	nobody := *yardOffice
	nobody.Person = ""
	_, err = y.asks(&nobody, ask(m.GetEtag()))
	y.refuses(err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	_, err = y.asks(yardOffice, ask("other"))
	y.refuses(err, nuov1.ErrorReason_ERROR_REASON_ETAG_MISMATCH)
	if len(y.contracts()) > 0 || y.match(m.GetName()).GetState() != proposed {
		t.Error("a refusal did something")
	}
	first := ask(m.GetEtag())
	answer, err := y.asks(yardOffice, first)
	if err != nil {
		t.Fatal(err)
	}
	y.works(m.GetName())
	_, err = y.asks(yardOffice, ask(answer.GetEtag()))
	y.refuses(err, nuov1.ErrorReason_ERROR_REASON_WRONG_STATE)
	again, err := y.asks(yardOffice, first)
	if err != nil || !proto.Equal(again, answer) || again.GetState() != applying {
		t.Errorf("the repeat: %v %v, want %v", again, err, answer)
	}
	if len(y.contracts()) != 2 {
		t.Errorf("%d contracts", len(y.contracts()))
	}
}

// Two who apply a plan at once: one does.
func TestErrTwoApplyAtOnce(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 2)
	y.people(2)
	m := y.plans()
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() {
			_, errs[i] = y.asks(yardOffice, &nuov1.ApplyMatchRequest{RequestId: uuid.NewString(), Name: m.GetName(), Etag: m.GetEtag()})
		})
	}
	all.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else {
			y.refuses(err, nuov1.ErrorReason_ERROR_REASON_WRONG_STATE)
		}
	}
	y.works(m.GetName())
	if done != 1 || len(y.contracts()) != 2 {
		t.Errorf("%d applied, %d contracts", done, len(y.contracts()))
	}
}

// Two plans of the same slots: the second finds them taken and says so.
func TestOKTwoPlansOfTheSameSlots(t *testing.T) {
	y := newYard(t)
	gate := y.shift("gate", "08:00", "12:00", 2)
	y.people(4)
	one, two := y.plans(), y.plans()
	y.applies(one)
	if two = y.applies(two); two.GetOffered() != 0 || two.GetChanged() != 2 || y.held(gate) != 2 {
		t.Errorf("the second: %v, %d held", two, y.held(gate))
	}
}

// While a plan is applied, people claim: rule 1 holds at every moment, and whoever was first has the slot.
func TestErrClaimsDuringOffersNeverExceedTheCapacity(t *testing.T) {
	y := newYard(t)
	shifts := make([]string, 6)
	for i := range shifts {
		shifts[i] = y.shift(fmt.Sprint("s", i), "08:00", "12:00", 15)
	}
	y.people(90)
	m := y.plans(func(r *nuov1.ProposeMatchRequest) { r.Method = fill })
	var claimers []string
	for i := range 60 {
		claimers = append(claimers, y.volunteer(fmt.Sprint("claimer-", i), func(v *nuov1.Volunteer) {
			v.Registrations[0].Community = yardOther // no one whom the plan asks
		}))
	}
	y.begins(m)
	var all sync.WaitGroup
	all.Go(func() { y.works(m.GetName()) })
	for i, who := range claimers {
		all.Go(func() { _, _ = y.claim(who, shifts[i%len(shifts)]) })
	}
	all.Wait()
	m = y.match(m.GetName())
	held, claimed := int32(0), 0
	for _, s := range shifts {
		if n := y.held(s); n > 15 {
			t.Errorf("%s: %d of 15 slots are held", s, n)
		} else {
			held += n
		}
	}
	for _, c := range y.contracts() {
		if c.GetOrigin() == nuov1.ContractOrigin_CONTRACT_ORIGIN_CLAIM {
			claimed++
		}
	}
	if m.GetState() != applied || held != m.GetOffered()+int32(claimed) || held != 90 {
		t.Errorf("%d held, %d claimed, %v", held, claimed, m)
	}
	y.agrees(m)
}

// An offer of a plan goes on as any other: it is signed, crossed, declined, or expires, and its slot goes on.
func TestOKOffersOfAPlanGoOnAsOthers(t *testing.T) {
	y := newYard(t)
	gate := y.shift("gate", "08:00", "12:00", 2)
	y.people(2)
	y.applies(y.plans())
	offers := y.contracts()
	y.do(func(tx *store.Tx) error {
		who := offers[0].GetVolunteer()
		_, err := lifecycle.Sign(tx, lifecycle.Actor{Name: who, Person: who, Role: nuov1.Role_ROLE_VOLUNTEER},
			&nuov1.SignContractRequest{Name: offers[0].GetName(), Revision: 1, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING})
		return err
	})
	y.clock.now = offers[1].GetOfferExpireTime().AsTime()
	if _, _, err := lifecycle.RunDue(context.Background(), y.store, 100, nil); err != nil {
		t.Fatal(err)
	}
	after := y.contracts()
	if after[0].GetState() != nuov1.ContractState_CONTRACT_STATE_DISPLAYED || after[1].GetState() != nuov1.ContractState_CONTRACT_STATE_EXPIRED {
		t.Errorf("%v, %v", after[0].GetState(), after[1].GetState())
	}
	if y.held(gate) != 1 {
		t.Errorf("%d slots are held", y.held(gate))
	}
}

// A step that is more than the engine bears is made in smaller ones.
func TestOKStepThatIsTooLargeIsMadeSmaller(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 60)
	y.people(60)
	m := y.plans(func(r *nuov1.ProposeMatchRequest) { r.Method = fill })
	y.begins(m)
	left := 3
	y.engine.refused = func() error {
		if left--; left >= 0 {
			return kv.ErrTooLarge
		}
		return nil
	}
	commits := 0
	y.engine.committed = func() { commits++ }
	y.works(m.GetName())
	y.engine.refused, y.engine.committed = nil, nil
	if m = y.match(m.GetName()); m.GetState() != applied || m.GetOffered() != 60 || commits < 60/6 {
		t.Errorf("after %d commits: %v", commits, m)
	}
	y.agrees(m)
}

// What cannot be read is said of its place alone.
func TestErrDamagedPlaceIsSetAside(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 3)
	people := y.people(3)
	m := y.plans()
	y.begins(m)
	y.damages(people[1])
	y.works(m.GetName())
	reasons := map[nuov1.ErrorReason]int{}
	for _, p := range y.placements(m.GetName()) {
		reasons[p.GetReason()]++
	}
	if m := y.stored(m.GetName()); m.GetState() != applied || m.GetOffered() != 2 || reasons[nuov1.ErrorReason_ERROR_REASON_DAMAGED] != 1 {
		t.Errorf("%v, %v", reasons, m)
	}
}
