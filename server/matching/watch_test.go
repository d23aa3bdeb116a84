package matching_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// told is a stream that hands on what it is told.
type told struct {
	stream

	next chan *nuov1.Match
}

func (s *told) Context() context.Context { return s.ctx }

func (s *told) Send(m *nuov1.Match) error {
	s.next <- proto.CloneOf(m)
	return nil
}

// Who watches is told that a plan waits, and then what became of it, and the stream ends there.
func TestOKAStreamGoesFromWaitingToTheEnd(t *testing.T) {
	h := open(t)
	h.people(3)
	h.shift("gate", tomorrow+" 08:00", 2)
	h.stop()
	m, err := h.propose(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list})
	h.must(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ctx, _, err = h.incoming(ctx, mingzhuOffice, nuov1.MatchService_WatchMatch_FullMethodName)
	h.must(err)
	// The room that serves the stream is the one that works: as in one server.
	h.begin()
	s := &told{stream: stream{ctx: ctx}, next: make(chan *nuov1.Match)}
	ended := make(chan error, 1)
	go func() {
		ended <- h.WatchMatch(&nuov1.WatchMatchRequest{Name: m.GetName()}, s)
		close(s.next)
	}()
	var last *nuov1.Match
	for answer := range s.next {
		if last != nil && last.GetState() == proposed {
			t.Errorf("after its end: %v", answer)
		}
		last = answer
	}
	if err := <-ended; err != nil || last.GetState() != proposed || last.GetPlacements() != 2 || last.GetPhase() != 0 {
		t.Errorf("%v, at last %v", err, last)
	}
}

// A search is given up while it is under way.
func TestOKASearchIsGivenUp(t *testing.T) {
	h := open(t)
	h.people(40)
	for _, s := range []string{"06", "08", "09", "11", "13", "14", "16", "18"} {
		h.shift("at"+s, tomorrow+" "+s+":00", 12, ofKind(twoOnOne))
	}
	m, err := h.propose(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list, Seconds: 600})
	h.must(err)
	_, err = as(h, mingzhuOffice, h.CancelMatch, nuov1.MatchService_CancelMatch_FullMethodName,
		&nuov1.CancelMatchRequest{RequestId: id(), Name: m.GetName()})
	if err != nil { // it was proved before
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_STATE, "cancelling")
	}
	if n := h.ofList(fill); n.GetState() != proposed {
		t.Errorf("the next one: %v", n)
	}
}

// Slots that somebody waits for are not given; who declined is not asked again; who was asked is not asked for the same
// hours elsewhere.
func TestOKPlansHeedWaitlistsAndAnswers(t *testing.T) {
	h := open(t)
	h.people(4)
	gate := h.shift("gate", tomorrow+" 08:00", 1)
	h.signed(person(1), gate)
	actor := lifecycle.Actor{Name: clerk, Person: clerk, Role: nuov1.Role_ROLE_COMMUNITY}
	offer := func(shift, to string) *nuov1.Contract {
		var c *nuov1.Contract
		h.update(func(tx *store.Tx) (err error) {
			c, err = lifecycle.Offer(tx, actor, &nuov1.OfferContractRequest{Shift: shift, Volunteer: to}, nuov1.ContractOrigin_CONTRACT_ORIGIN_NOMINATION)
			return err
		})
		return c
	}
	h.update(func(tx *store.Tx) error { // person 2 waits, and then there is room for three
		_, err := lifecycle.Claim(tx, lifecycle.Actor{Name: person(2), Person: person(2), Role: nuov1.Role_ROLE_VOLUNTEER},
			&nuov1.ClaimShiftRequest{
				Shift: gate, Volunteer: person(2), Revision: 1, Waitlist: true, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING,
			})
		if err != nil {
			return err
		}
		s, err := store.Shifts.Get(tx, gate)
		if err != nil {
			return err
		}
		s.Capacity = 3
		return store.Shifts.Put(tx, s)
	})
	if m := h.ofList(fill); m.GetSlots() != 1 {
		t.Errorf("of three slots one is held and one waited for: %v", m)
	}

	watch := h.shift("watch", tomorrow+" 14:00", 4, ofXingzhou)
	patrol := h.shift("patrol", tomorrow+" 15:00", 4, ofXingzhou)
	declined := offer(watch, person(3))
	h.update(func(tx *store.Tx) error {
		_, err := lifecycle.Decline(tx, lifecycle.Actor{Name: person(3), Person: person(3), Role: nuov1.Role_ROLE_VOLUNTEER},
			&nuov1.DeclineContractRequest{Name: declined.GetName()})
		return err
	})
	offer(patrol, person(4))
	m := h.plan(xingzhouOffice, &nuov1.ProposeMatchRequest{Scope: other, Pool: []string{court}, ShiftsEach: 1})
	for _, p := range h.placements(command, m.GetName()) {
		if p.GetVolunteer() == person(4) || p.GetVolunteer() == person(3) && p.GetShift() == watch {
			t.Errorf("%v", p)
		}
	}
	if m.GetPlacements() != 3 {
		t.Errorf("%v: %s", m, h.roll(m.GetName()))
	}
}
