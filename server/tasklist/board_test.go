package tasklist_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
	"nuo.internal/nuo/server/tasklist"
)

// strange is a server on the same store that has answered nobody yet.
func (h *house) strange() nuov1.ShiftServiceClient {
	h.t.Helper()
	chain, err := rpc.NewChain(rpc.Config{Authenticator: known{}})
	if err != nil {
		h.t.Fatal(err)
	}
	conn := rpc.NewInProcess(chain)
	tasklist.New(h.store).Register(conn)
	return nuov1.NewShiftServiceClient(conn)
}

// seen lists a community's shifts, and holds the answer to be what a server says that has answered nobody yet.
func (h *house) seen(who string, edits ...func(*nuov1.ListShiftsRequest)) map[string]*nuov1.Shift {
	h.t.Helper()
	req := &nuov1.ListShiftsRequest{Community: mingzhu}
	for _, edit := range edits {
		edit(req)
	}
	got := must[*nuov1.ListShiftsResponse](h.t)(h.shifts.ListShifts(h.as(who), req))
	want := must[*nuov1.ListShiftsResponse](h.t)(h.strange().ListShifts(h.as(who), req))
	if !proto.Equal(got, want) {
		h.t.Fatalf("at %v %s is answered\n%v\nwant\n%v", h.clock.Now(), who, got, want)
	}
	all := map[string]*nuov1.Shift{}
	for _, s := range got.GetShifts() {
		all[s.GetName()] = s
	}
	return all
}

func onlyOpen(r *nuov1.ListShiftsRequest) { r.Open = true }

func TestOKBoardShowsWhatWasJustCommitted(t *testing.T) {
	h := open(t)
	h.published()
	for held := range int32(2) {
		if s := h.seen("one")["shifts/pm"]; s.GetFill().GetHeld() != held || s.GetFill().GetRemaining() != 4-held {
			t.Errorf("with %d claims: %v", held, s.GetFill())
		}
		h.claim([]string{one, two}[held], "shifts/pm")
	}
	must[*nuov1.Shift](t)(h.updateShift("committee", "shifts/pm", func(s *nuov1.Shift) { s.Place = "西门" }, "place"))
	if s := h.seen("one")["shifts/pm"]; s.GetPlace() != "西门" {
		t.Errorf("an edit is shown at once: %v", s)
	}
}

// TestOKBoardFollowsTheClock commits nothing: time alone changes what is shown.
func TestOKBoardFollowsTheClock(t *testing.T) {
	h := open(t)
	h.drafted(func(l *nuov1.TaskList) { l.CloseTime = at(17, 0) })
	must[*nuov1.Shift](t)(h.shift("committee", "shifts/window", "tasks/gate", func(s *nuov1.Shift) {
		s.ClaimOpenTime, s.ClaimCloseTime = at(13, 0), at(15, 30)
	}))
	must[*nuov1.TaskList](t)(h.publish("committee", "taskLists/day"))
	var changes []string
	last := ""
	for m := range 60*7 + 1 {
		h.clock.set(noon.Add(time.Duration(m) * time.Minute))
		everything := h.seen("one")
		open := h.seen("one", onlyOpen)
		now := fmt.Sprint(len(open))
		for _, name := range []string{"shifts/pm", "shifts/window"} {
			s := everything[name]
			now += fmt.Sprint(" ", s.GetFill().GetRemaining(), s.GetListState() == nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED, len(s.GetAllowedActions()))
		}
		if now != last {
			changes = append(changes, fmt.Sprintf("%02d:%02d ", 12+m/60, m%60)+now)
			last = now
		}
	}
	want := []string{
		"12:00 1 4 true 1 0 true 0", "13:00 2 4 true 1 4 true 1", "15:30 1 4 true 1 0 true 0", "17:00 0 0 false 0 0 false 0",
	}
	if !slices.Equal(changes, want) {
		t.Errorf("%q, want %q", changes, want)
	}
}

func TestOKBoardLetsTheFirstWinInTheLastHour(t *testing.T) {
	h := open(t)
	h.drafted()
	must[*nuov1.Shift](t)(h.shift("committee", "shifts/full", "tasks/gate", func(s *nuov1.Shift) { s.Capacity = 1 }))
	must[*nuov1.TaskList](t)(h.publish("committee", "taskLists/day"))
	h.update(func(tx *store.Tx) error { // two wait, and nobody was offered the free slot yet
		slots, err := store.Slots.Get(tx, "shifts/full")
		if err != nil {
			return err
		}
		slots.Waiting = 2
		return store.Slots.Put(tx, slots)
	})
	h.clock.set(at(12, 59).AsTime())
	if s := h.seen("one")["shifts/full"]; s.GetFill().GetRemaining() != 0 {
		t.Errorf("those who wait come first: %v", s.GetFill())
	}
	h.clock.set(at(13, 0).AsTime())
	if s := h.seen("one")["shifts/full"]; s.GetFill().GetRemaining() != 1 {
		t.Errorf("in the last hour the first wins: %v", s.GetFill())
	}
}

func TestOKBoardTellsEveryCallerTheirOwn(t *testing.T) {
	h := open(t)
	h.published()
	h.claim(one, "shifts/pm")
	claim := nuov1.ContractAction_CONTRACT_ACTION_CLAIM
	claimed := nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED
	for range 2 {
		for who, may := range map[string]bool{"one": false, "two": true, "auditor": false} {
			s := h.seen(who)["shifts/pm"]
			if slices.Contains(s.GetAllowedActions(), claim) != may ||
				slices.Contains(s.GetIneligibleReasons(), claimed) != (who == "one") {
				t.Errorf("%s: %v %v", who, s.GetAllowedActions(), s.GetIneligibleReasons())
			}
		}
	}
}

func TestOKBoardKeepsDraftsFromOthers(t *testing.T) {
	h := open(t)
	h.drafted()
	for range 2 {
		for who, n := range map[string]int{"committee": 1, "one": 0, "auditor": 0} {
			if got := h.seen(who); len(got) != n {
				t.Errorf("%s sees %d shifts of a draft, want %d", who, len(got), n)
			}
		}
	}
	if _, err := h.shifts.ListShifts(h.as("stranger"), &nuov1.ListShiftsRequest{Community: mingzhu}); err == nil {
		t.Error("another district is answered")
	}
}

// TestOKBoardUnderConcurrentClaims: an answer tells at least of the claims that were acknowledged before it was asked
// for, and never more of them than slots.
func TestOKBoardUnderConcurrentClaims(t *testing.T) {
	h := open(t)
	h.published()
	const claims = 20
	var people []string
	h.update(func(tx *store.Tx) error {
		people = nil
		for i := range claims {
			v := volunteer(fmt.Sprintf("volunteers/00000000-0000-4000-8000-0000000001%02d", i))
			people = append(people, v.GetName())
			if err := store.Volunteers.Insert(tx, v); err != nil {
				return err
			}
		}
		return nil
	})
	must[*nuov1.Shift](t)(h.updateShift("committee", "shifts/pm", func(s *nuov1.Shift) { s.Capacity = claims }, "capacity"))
	var mu sync.Mutex
	var acknowledged int32
	var wg sync.WaitGroup
	for reader := range 4 {
		wg.Go(func() {
			for held := int32(0); held < claims; {
				mu.Lock()
				least := acknowledged
				mu.Unlock()
				res, err := h.shifts.ListShifts(h.as([]string{"one", "two"}[reader%2]), &nuov1.ListShiftsRequest{Community: mingzhu})
				if err != nil || len(res.GetShifts()) != 1 {
					t.Error(err)
					return
				}
				if held = res.GetShifts()[0].GetFill().GetHeld(); held < least || held > claims {
					t.Errorf("%d held after %d claims", held, least)
					return
				}
			}
		})
	}
	for _, who := range people {
		if err := h.tryClaim(context.Background(), who, "shifts/pm"); err != nil {
			t.Error(err)
		}
		mu.Lock()
		acknowledged++
		mu.Unlock()
	}
	wg.Wait()
}
