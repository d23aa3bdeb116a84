package lifecycle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

type player func(*store.Tx) (*nuov1.Contract, error)

// plan chooses whom a drawn step is about, plays it on the model, and answers how to play it on the store.
func (h *harness) plan(s drawn) (shift int, play player, ok bool) {
	shift = s.B % len(h.shifts)
	if play, ok = h.planShift(s, shift); play != nil {
		return shift, play, ok
	}
	if len(h.m.all) == 0 {
		return 0, nil, false
	}
	i := s.A % len(h.m.all)
	shift = h.m.all[i].shift
	h.m.settle(shift)
	play, ok = h.planContract(s, i)
	return shift, play, ok
}

// planShift plans what is about a shift.
func (h *harness) planShift(s drawn, i int) (player, bool) {
	m, n, person := h.m, h.shifts[i], s.A%len(h.people)
	who := h.people[person]
	a := as(who)
	switch s.Op {
	case "claim", "offer", "spoken", "site", "confirm", "cancel", "cut", "amend":
		m.settle(i)
	}
	rev := int64(m.shifts[i].rev)
	switch s.Op {
	case "claim":
		return func(tx *store.Tx) (*nuov1.Contract, error) {
			return Claim(tx, a, &nuov1.ClaimShiftRequest{Shift: n, Volunteer: who, Revision: rev, Ledger: ledger1, Waitlist: s.C%2 == 0})
		}, m.claim("", person, i, s.C%2 == 0)
	case "offer":
		return func(tx *store.Tx) (*nuov1.Contract, error) {
			return Offer(tx, staff, &nuov1.OfferContractRequest{Shift: n, Volunteer: who}, nominated)
		}, m.offer("", person, i, false)
	case "spoken":
		return func(tx *store.Tx) (*nuov1.Contract, error) {
			return SpokenYes(tx, staff, &nuov1.RecordSpokenYesRequest{Shift: n, Volunteer: who})
		}, m.offer("", person, i, true)
	case "site":
		return func(tx *store.Tx) (*nuov1.Contract, error) {
			code, err := h.code(tx, i)
			if err != nil {
				return nil, err
			}
			return CheckInOnSite(tx, a, who, &nuov1.CheckInOnSiteRequest{Shift: n, SiteCode: code, Revision: rev, Ledger: ledger1})
		}, m.onSite("", person, i)
	case "confirm":
		return func(tx *store.Tx) (*nuov1.Contract, error) {
			_, err := ConfirmShift(tx, staff, &nuov1.ConfirmShiftRequest{Shift: n, PeopleReached: 3})
			return nil, err
		}, m.confirm(i)
	case "cancel", "cut":
		return h.planShut(s, i)
	case "amend":
		return h.planAmend(s, i)
	}
	return nil, false
}

func (h *harness) code(tx *store.Tx, i int) (string, error) {
	s, err := store.Shifts.Get(tx, h.shifts[i])
	if err != nil {
		return "", err
	}
	c, err := SiteCode(tx, s)
	return c.GetCode(), err
}

func (h *harness) planShut(s drawn, i int) (player, bool) {
	if s.C%4 != 0 { // seldom: most of what happens happens on shifts that stand
		return func(*store.Tx) (*nuov1.Contract, error) { return nil, errPassed }, false
	}
	return func(tx *store.Tx) (*nuov1.Contract, error) {
		k, err := store.Shifts.Get(tx, h.shifts[i])
		if err != nil {
			return nil, err
		}
		if s.Op == "cut" {
			return nil, CutShort(tx, staff, k)
		}
		return nil, CancelShift(tx, staff, k)
	}, (h.m.cancelled != unset && h.m.shifts[i].open && h.m.now < h.m.end(i) && h.shutAgain(s, i)) || h.m.shut(i, s.Op == "cut")
}

// shutAgain is a shift of a cancelled list that is cancelled by itself: nothing is left to follow.
func (h *harness) shutAgain(s drawn, i int) bool {
	k := &h.m.shifts[i]
	if s.Op == "cut" && h.m.now < k.from {
		return false
	}
	k.open, k.cut = false, h.m.now
	return true
}

// planAmend moves a shift by an hour or changes its capacity, as the task list room lets: while it stands and runs.
func (h *harness) planAmend(s drawn, i int) (player, bool) {
	k := h.m.shifts[i]
	move := []int{0, 0, hour, -hour}[s.A%4]
	capacity := max(1, k.cap+[]int{0, 1, -1, 0}[s.C%4])
	if !h.m.stands(i) || h.m.now >= h.m.end(i) || move != 0 && h.m.now >= k.from+min(move, 0) {
		return func(*store.Tx) (*nuov1.Contract, error) { return nil, errPassed }, false
	}
	return func(tx *store.Tx) (*nuov1.Contract, error) {
		before, err := store.Shifts.Get(tx, h.shifts[i])
		if err != nil {
			return nil, err
		}
		after, err := store.Shifts.Get(tx, h.shifts[i])
		if err != nil {
			return nil, err
		}
		after.Capacity = int32(capacity)
		after.StartTime, after.EndTime = timestamppb.New(moment(k.from+move)), timestamppb.New(moment(k.to+move))
		if err := AmendShift(tx, staff, before, after); err != nil {
			return nil, err
		}
		return nil, store.Shifts.Put(tx, after)
	}, h.m.amend(i, move, capacity)
}

// planContract plans what is about one contract.
func (h *harness) planContract(s drawn, i int) (player, bool) {
	m, c := h.m, h.m.all[i]
	a, rev := as(h.people[c.person]), int64(h.m.shifts[c.shift].rev)
	do := func(f func(tx *store.Tx) (*nuov1.Contract, error), ok bool) (player, bool) { return f, ok }
	call := func(action nuov1.ContractAction, a Actor, ok bool) (player, bool) {
		return do(func(tx *store.Tx) (*nuov1.Contract, error) {
			return nil, callVerb(tx, a, action, &nuov1.Contract{Name: c.name})
		}, ok)
	}
	switch s.Op {
	case "sign":
		return do(func(tx *store.Tx) (*nuov1.Contract, error) {
			return Sign(tx, a, &nuov1.SignContractRequest{Name: c.name, Revision: rev, Ledger: ledger1})
		}, m.sign(i))
	case "decline":
		return call(decline, a, m.decline(i))
	case "withdraw":
		return call(withdraw, a, m.withdraw(i))
	case "leave":
		return call(askLeave, a, m.askLeave(i))
	case "refuse":
		return call(refuse, staff, m.refuse(i))
	case "accept":
		return call(accept, staff, m.accept(i))
	case "in":
		return call(checkIn, staff, m.checkIn(i, false))
	case "code":
		return do(func(tx *store.Tx) (*nuov1.Contract, error) {
			code, err := h.code(tx, c.shift)
			if err != nil {
				return nil, err
			}
			return CheckIn(tx, a, &nuov1.CheckInRequest{Name: c.name, SiteCode: code})
		}, m.checkIn(i, true))
	case "undo":
		return call(undoCheckIn, staff, m.undo(i))
	case "out":
		return call(checkOut, a, m.checkOut(i))
	case "extend":
		return do(func(tx *store.Tx) (*nuov1.Contract, error) {
			return Extend(tx, a, &nuov1.ExtendContractRequest{Name: c.name, Reason: reliefIs, EndTime: timestamppb.New(moment(c.to + hour))})
		}, m.extend(i))
	case "absent":
		return call(markAbsent, staff, m.markAbsent(i))
	case "decide":
		return call(map[bool]nuov1.ContractAction{true: excuse, false: breach}[s.B%2 == 0], staff, m.decideAbsence(i, s.B%2 == 0))
	case "evaluate":
		return do(func(tx *store.Tx) (*nuov1.Contract, error) {
			return Evaluate(tx, staff, &nuov1.EvaluateContractRequest{Name: c.name, Rating: 5})
		}, m.evaluate(i))
	case "answer":
		yes := s.B%2 == 0
		return do(func(tx *store.Tx) (*nuov1.Contract, error) {
			return AnswerAmendment(tx, a, &nuov1.AnswerAmendmentRequest{Name: c.name, Revision: rev, Accept: yes})
		}, m.answer(i, yes))
	}
	return nil, false
}

// agree compares what the store wrote or the model changed.
func (h *harness) agree(before *model) error {
	t := h.meter.last
	var problems []error
	found := func(p Problem) { problems = append(problems, fmt.Errorf("%s: %s", p.Object, p.Text)) }
	err := h.w.store.View(context.Background(), func(tx *store.Tx) error {
		for i, c := range h.m.all {
			if i < len(before.all) && c == before.all[i] && !t.wrote('m', c.name) {
				continue
			}
			if err := h.same(tx, c, found); err != nil {
				return err
			}
		}
		for _, name := range h.shifts {
			if !t.wrote('s', name) {
				continue
			}
			s, err := store.Shifts.Get(tx, name)
			if err != nil {
				return err
			}
			if err := VerifyShift(tx, s, found); err != nil {
				return err
			}
		}
		for _, name := range h.people {
			if !t.wrote('t', name) {
				continue
			}
			p, err := store.Claims.Get(tx, name)
			if err != nil {
				return err
			}
			if err := VerifyPerson(tx, p, found); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(append(problems, err)...)
}

// same compares one contract with the model's, and with its own history.
func (h *harness) same(tx *store.Tx, c mContract, found func(Problem)) error {
	k, err := store.Contracts.Get(tx, c.name)
	if err != nil {
		return err
	}
	second := func(t *timestamppb.Timestamp) int {
		if t == nil {
			return unset
		}
		return int(t.AsTime().Sub(noon) / time.Second)
	}
	wait := 0
	if c.state == waitlisted {
		wait = c.wait
	}
	got := fmt.Sprint(stateName(k.GetState()), second(k.GetCheckIn().GetTime()), second(k.GetCheckOut().GetTime()), marked(k, crossedMark), k.GetWaitSequence())
	want := fmt.Sprint(stateName(c.state), c.in, c.out, c.crossed, wait)
	if HoldsTime(c.state) {
		got += fmt.Sprint(second(k.GetStartTime()), second(k.GetEndTime()), k.GetRevision())
		want += fmt.Sprint(c.from, c.to, c.rev)
	}
	if got != want {
		found(Problem{c.name, fmt.Sprintf("on %s: got %s, want %s", k.GetShift(), got, want)})
	}
	return VerifyContract(tx, k, found)
}

// everything compares all contracts and the order of all waits, and verifies all that is stored.
func (h *harness) everything() error {
	var problems []error
	found := func(p Problem) { problems = append(problems, fmt.Errorf("%s: %s", p.Object, p.Text)) }
	err := h.w.store.View(context.Background(), func(tx *store.Tx) error {
		for _, c := range h.m.all {
			if err := h.same(tx, c, found); err != nil {
				return err
			}
		}
		for i, name := range h.shifts {
			if err := h.order(tx, i, name, found); err != nil {
				return err
			}
		}
		for p, err := range store.Claims.Scan(tx) {
			if err := cmp.Or(err, VerifyPerson(tx, p, found)); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(append(problems, err)...)
}

func (h *harness) order(tx *store.Tx, i int, name string, found func(Problem)) error {
	s, err := store.Shifts.Get(tx, name)
	if err != nil {
		return err
	}
	var got, want []string
	for w, err := range store.Waits.Scan(tx, name) {
		if err != nil {
			return err
		}
		got = append(got, w.GetContract())
	}
	for _, k := range h.m.waiters(i) {
		want = append(want, h.m.all[k].name)
	}
	if !slices.Equal(got, want) {
		found(Problem{name, fmt.Sprintf("the waitlist is %v, want %v", got, want)})
	}
	return VerifyShift(tx, s, found)
}
