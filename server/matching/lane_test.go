package matching

import (
	"context"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/store"
)

// ends works off everything there is, lane by lane, as often as one finds something.
func (y *yard) ends() {
	y.Helper()
	lanes := y.room.lanes()
	for again := true; again; {
		again = false
		for _, l := range lanes {
			worked, err := y.room.turn(context.Background(), l)
			if err != nil {
				y.Fatal(err)
			}
			again = again || worked
		}
	}
}

// A defect of this program ends the plan that meets it, not the process, and the next plan is made.
func TestOKADefectEndsOnePlan(t *testing.T) {
	for what, applies := range map[string]bool{"solving": false, "applying": true} {
		y := newYard(t)
		y.shift("gate", "08:00", "12:00", 1)
		y.people(1)
		var m, other *nuov1.Match
		if applies {
			m = y.plans()
			y.clock.now = y.clock.now.Add(time.Millisecond)
			other = y.plans()
			y.begins(m)
			y.begins(other)
		} else {
			m, other = y.asked(), y.asked()
		}
		panics := 1
		y.engine.refused = func() error {
			if panics--; panics == 0 {
				panic("a defect of the solver")
			}
			return nil
		}
		y.ends()
		y.engine.refused = nil
		if got := y.stored(m.GetName()); got.GetState() != failed || got.GetFailure() != nuov1.ErrorReason_ERROR_REASON_INTERNAL {
			t.Errorf("%s: %v", what, got)
		}
		if got := y.stored(other.GetName()).GetState(); got != proposed && got != applied {
			t.Errorf("%s: the other is %v", what, got)
		}
	}
}

// What cannot be read holds nobody up: a plan lies, a person is left out.
func TestOKDamageIsLeftOut(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 3)
	people := y.people(3)
	first, second := y.asked(), y.asked()
	y.damagesPlans(first.GetName())
	y.damages(people[2])
	y.ends()
	m := y.stored(second.GetName())
	if m.GetState() != proposed || m.GetVolunteers() != 2 || m.GetPlacements() != 2 {
		t.Errorf("%v", m)
	}
	y.clock.now = y.clock.now.Add(kept[proposed])
	y.ends()
	y.view(func(tx *store.Tx) error {
		if has, err := store.Matches.Has(tx, second.GetName()); err != nil || has {
			t.Errorf("it is not forgotten: %v", err)
		}
		return nil
	})
}

// Offers that were made stand, whatever ends the rest.
func TestOKWhatFailsAfterOffersIsApplied(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 60)
	y.people(60)
	m := y.plans(func(r *nuov1.ProposeMatchRequest) { r.Method = fill })
	y.begins(m)
	commits := 0
	y.engine.refused = func() error {
		if commits++; commits == 2 {
			panic("a defect")
		}
		return nil
	}
	y.ends()
	y.engine.refused = nil
	got := y.stored(m.GetName())
	if got.GetState() != applied || got.GetOffered() != offerStep || got.GetFailure() != nuov1.ErrorReason_ERROR_REASON_INTERNAL {
		t.Errorf("%v", got)
	}
	if got.GetApplyTime() == nil || !got.GetExpireTime().AsTime().Equal(y.clock.now.Add(kept[applied])) {
		t.Errorf("%v", got)
	}
}

// A plan that is being forgotten cannot be applied any more.
func TestErrHalfForgottenCannotBeApplied(t *testing.T) {
	y := newYard(t)
	const many = keepStep + 10
	y.shift("gate", "08:00", "12:00", many, func(s *nuov1.Shift) {
		s.Date = "2020-03-10"
		s.StartTime.Seconds += 29 * 24 * 60 * 60
		s.EndTime.Seconds += 29 * 24 * 60 * 60
	})
	y.people(many)
	m := y.plans(func(r *nuov1.ProposeMatchRequest) { r.Method = fill })
	y.clock.now = y.clock.now.Add(kept[proposed])
	asked := 0
	y.engine.committed = func() {
		if asked++; asked > 1 {
			return
		}
		_, err := y.asks(yardStreets, &nuov1.ApplyMatchRequest{RequestId: uuid.NewString(), Name: m.GetName(), Etag: m.GetEtag()})
		y.refuses(err, wrongState)
	}
	if err := y.room.forgetMatch(t.Context(), m.GetName()); err != nil {
		t.Fatal(err)
	}
	if y.engine.committed = nil; asked < 2 {
		t.Fatalf("%d steps", asked)
	}
	if left := y.placements(m.GetName()); len(left) > 0 {
		t.Errorf("%d are left", len(left))
	}
}

// A plan that is given up between being found and being begun is not worked on.
func TestErrGivenUpBeforeItBegan(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 1)
	y.people(1)
	found := y.stored(y.asked().GetName())
	if _, err := yardCall(y, yardStreets, y.room.CancelMatch, nuov1.MatchService_CancelMatch_FullMethodName,
		&nuov1.CancelMatchRequest{RequestId: uuid.NewString(), Name: found.GetName()}); err != nil {
		t.Fatal(err)
	}
	if err := y.room.refuseSettled(t.Context(), found); err != errSettled { //nolint:errorlint // it is that very one
		t.Errorf("%v", err)
	}
	if err := y.room.workOff(t.Context(), found); err != nil {
		t.Error(err)
	}
	if got := y.stored(found.GetName()); got.GetState() != cancelled || got.GetFailure() != 0 {
		t.Errorf("%v", got)
	}
}

// Plans that are made at once do not wait for a search; what turns out to need one is handed over.
func TestOKLanes(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 1)
	y.shift("watch", "08:00", "12:00", 2, watchOfTwo)
	y.people(3)
	several := func(r *nuov1.ProposeMatchRequest) { r.Method = roster }
	each := func(r *nuov1.ProposeMatchRequest) { r.Method, r.ShiftsEach = roster, 1 }
	long, pairs, noon := y.asked(several), y.asked(each), y.asked()
	_, quick, searches := y.room.lanes()[0], y.room.lanes()[1], y.room.lanes()[2]
	step := func(l *lane, wantWorked bool) {
		t.Helper()
		if worked, err := y.room.turn(t.Context(), l); err != nil || worked != wantWorked {
			t.Fatalf("%v, %v", worked, err)
		}
	}
	state := func(m *nuov1.Match, want nuov1.MatchState) {
		t.Helper()
		if got := y.stored(m.GetName()).GetState(); got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	step(quick, true)
	state(pairs, solving)
	step(quick, true)
	state(noon, proposed)
	step(quick, false)
	select {
	case <-searches.woken:
	default:
		t.Error("nobody is told of what was handed over")
	}
	step(searches, true)
	state(long, proposed)
	step(searches, true)
	state(pairs, proposed)
	step(searches, false)
	if len(y.room.live.searched) > 0 {
		t.Error("what is done is remembered")
	}
}

// brokenFeed ends the first stream with an error.
type brokenFeed struct {
	kv.Engine

	mu     sync.Mutex
	opened int
	again  chan struct{}
}

func (e *brokenFeed) Watch(ctx context.Context, after kv.Position, prefix []byte) iter.Seq2[kv.Change, error] {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.opened++; e.opened == 1 {
		return func(yield func(kv.Change, error) bool) { yield(kv.Change{}, kv.ErrTooOld) }
	}
	if e.opened == 2 {
		close(e.again)
	}
	return e.Engine.Watch(ctx, after, prefix)
}

// A stream of changes that breaks off is opened again, and tells of what comes then.
func TestOKABrokenStreamIsOpenedAgain(t *testing.T) {
	y := newYard(t)
	feed := &brokenFeed{Engine: y.engine, again: make(chan struct{})}
	var err error
	if y.room.store, err = store.Open(feed, store.Config{Clock: y.clock}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	changes := y.room.changes(ctx, 0, "")
	<-feed.again
	for told := false; !told; {
		select {
		case <-changes:
			told = len(changes) == 0
		case <-ctx.Done():
			t.Fatal("the break is not told")
		}
	}
	y.asked()
	select {
	case <-changes:
	case <-ctx.Done():
		t.Error("nobody is told of a plan")
	}
}

// A volunteer who cannot be read is not one who is not there.
func TestErrPreferenceOfADamagedPerson(t *testing.T) {
	y := newYard(t)
	who := y.people(1)[0]
	y.damages(who)
	_, err := yardCall(y, yardOffice, y.room.GetPreference, nuov1.PreferenceService_GetPreference_FullMethodName,
		&nuov1.GetPreferenceRequest{Name: who + "/preference"})
	y.refuses(err, nuov1.ErrorReason_ERROR_REASON_DAMAGED)
}
