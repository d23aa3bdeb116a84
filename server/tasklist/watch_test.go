package tasklist_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

type stream = grpc.ServerStreamingClient[nuov1.WatchShiftsResponse]

func (h *house) watch(who string, req *nuov1.WatchShiftsRequest) (stream, context.CancelFunc) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.as(who))
	h.t.Cleanup(cancel)
	return must[stream](h.t)(h.shifts.WatchShifts(ctx, req)), cancel
}

// present reads until the present state is complete.
func present(t *testing.T, s stream) (shifts []*nuov1.Shift, token string) {
	t.Helper()
	for {
		res := must[*nuov1.WatchShiftsResponse](t)(s.Recv())
		shifts = append(shifts, res.GetShifts()...)
		if res.GetCurrent() {
			return shifts, res.GetResumeToken()
		}
	}
}

func TestOKWatchBeginsWithThePresentAndTellsChanges(t *testing.T) {
	h := open(t)
	h.published()
	s, _ := h.watch("one", &nuov1.WatchShiftsRequest{Community: mingzhu})
	if shifts, token := present(t, s); len(shifts) != 1 || shifts[0].GetFill().GetRemaining() != 4 || token == "" {
		t.Fatalf("present: %v", shifts)
	}
	h.claim(two, "shifts/pm")
	res := must[*nuov1.WatchShiftsResponse](t)(s.Recv())
	if len(res.GetShifts()) != 1 || res.GetShifts()[0].GetFill().GetHeld() != 1 || res.GetCurrent() {
		t.Fatalf("after a claim: %v", res)
	}
	must[*nuov1.Shift](t)(h.shifts.CancelShift(h.as("committee"),
		&nuov1.CancelShiftRequest{RequestId: id(), Name: "shifts/pm", Reason: "下雨"}))
	for {
		res := must[*nuov1.WatchShiftsResponse](t)(s.Recv())
		if res.GetShifts()[0].GetState() == nuov1.ShiftState_SHIFT_STATE_CANCELLED {
			return
		}
	}
}

func TestOKWatchTellsWhatIsPublishedLaterAndNoDraft(t *testing.T) {
	h := open(t)
	s, _ := h.watch("one", &nuov1.WatchShiftsRequest{})
	if shifts, _ := present(t, s); len(shifts) != 0 {
		t.Fatalf("present: %v", shifts)
	}
	h.drafted()
	must[*nuov1.Shift](t)(h.updateShift("committee", "shifts/pm", func(s *nuov1.Shift) { s.Capacity = 5 }, "capacity"))
	must[*nuov1.TaskList](t)(h.publish("committee", "taskLists/day"))
	res := must[*nuov1.WatchShiftsResponse](t)(s.Recv())
	if len(res.GetShifts()) != 1 || res.GetShifts()[0].GetListState() != nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED {
		t.Errorf("%v", res)
	}
}

func TestOKWatchTellsThatAListCloses(t *testing.T) {
	h := open(t)
	h.published()
	s, _ := h.watch("one", &nuov1.WatchShiftsRequest{Community: mingzhu})
	present(t, s)
	must[*nuov1.TaskList](t)(h.lists.CloseTaskList(h.as("committee"), &nuov1.CloseTaskListRequest{RequestId: id(), Name: "taskLists/day"}))
	res := must[*nuov1.WatchShiftsResponse](t)(s.Recv())
	if s := res.GetShifts()[0]; s.GetListState() != nuov1.TaskListState_TASK_LIST_STATE_CLOSED || s.GetFill().GetRemaining() != 0 {
		t.Errorf("%v", res)
	}
}

// One who stops matching is told once more, so that whoever shows it takes it away; the next changes are not told.
func TestOKWatchTellsOnceWhatStopsMatching(t *testing.T) {
	h := open(t)
	h.published(func(l *nuov1.TaskList) { l.Cohosts = []string{xingzhou} })
	s, _ := h.watch("neighbours", &nuov1.WatchShiftsRequest{Community: xingzhou})
	if shifts, _ := present(t, s); len(shifts) != 1 {
		t.Fatalf("present: %v", shifts)
	}
	l := h.getList("taskLists/day")
	l.Cohosts = nil
	must[*nuov1.TaskList](t)(h.lists.UpdateTaskList(h.as("committee"), &nuov1.UpdateTaskListRequest{
		RequestId: id(), TaskList: l, UpdateMask: mask("cohosts"),
	}))
	res := must[*nuov1.WatchShiftsResponse](t)(s.Recv())
	if len(res.GetShifts()) != 1 || len(res.GetShifts()[0].GetCohosts()) != 0 {
		t.Fatalf("%v", res)
	}
	h.claim(one, "shifts/pm") // not told
	must[*nuov1.TaskList](t)(h.list("neighbours", "taskLists/own", func(l *nuov1.TaskList) { l.Community = xingzhou }))
	must[*nuov1.Task](t)(h.task("neighbours", "tasks/own", "taskLists/own"))
	must[*nuov1.Shift](t)(h.shift("neighbours", "shifts/own", "tasks/own"))
	if res := must[*nuov1.WatchShiftsResponse](t)(s.Recv()); res.GetShifts()[0].GetName() != "shifts/own" {
		t.Errorf("%v", res)
	}
}

func TestOKWatchResumes(t *testing.T) {
	h := open(t)
	h.published()
	req := &nuov1.WatchShiftsRequest{Community: mingzhu}
	s, cancel := h.watch("one", req)
	_, req.ResumeToken = present(t, s)
	cancel()
	h.claim(two, "shifts/pm")
	s, cancel = h.watch("one", req)
	res := must[*nuov1.WatchShiftsResponse](t)(s.Recv())
	if res.GetCurrent() || len(res.GetShifts()) != 1 || res.GetShifts()[0].GetFill().GetHeld() != 1 {
		t.Errorf("after the token: %v", res)
	}
	cancel()
	for _, other := range []*nuov1.WatchShiftsRequest{
		{Community: xingzhou, ResumeToken: req.GetResumeToken()}, {Community: mingzhu, ResumeToken: "AQ"},
	} {
		s, _ := h.watch("one", other)
		_, err := s.Recv()
		invalid(t, err, "resume_token")
	}
}

// A stream that broke while the present state was being sent goes on where it was.
func TestOKWatchResumesInsideThePresent(t *testing.T) {
	h := open(t)
	for day := range 2 {
		l, task := fmt.Sprintf("taskLists/d%d", day), fmt.Sprintf("tasks/d%d", day)
		must[*nuov1.TaskList](t)(h.list("committee", l))
		must[*nuov1.Task](t)(h.task("committee", task, l))
		for range 60 {
			must[*nuov1.Shift](t)(h.shift("committee", "", task))
		}
		must[*nuov1.TaskList](t)(h.publish("committee", l))
	}
	req := &nuov1.WatchShiftsRequest{}
	s, cancel := h.watch("one", req)
	first := must[*nuov1.WatchShiftsResponse](t)(s.Recv())
	cancel()
	if first.GetCurrent() || len(first.GetShifts()) != 100 {
		t.Fatalf("%d shifts, current %v", len(first.GetShifts()), first.GetCurrent())
	}
	early := first.GetShifts()[0].GetName()
	h.claim(one, early)
	req.ResumeToken = first.GetResumeToken()
	s, _ = h.watch("one", req)
	if rest, _ := present(t, s); len(rest) != 20 {
		t.Errorf("%d shifts are left, want 20", len(rest))
	}
	if res := must[*nuov1.WatchShiftsResponse](t)(s.Recv()); res.GetShifts()[0].GetName() != early {
		t.Errorf("what changed between: %v", names(res.GetShifts()))
	}
}

func TestErrResumeTooOld(t *testing.T) {
	h := open(t)
	h.published()
	req := &nuov1.WatchShiftsRequest{}
	s, cancel := h.watch("one", req)
	_, req.ResumeToken = present(t, s)
	cancel()
	h.claim(one, "shifts/pm")
	var newest store.Position
	h.view(func(tx *store.Tx) error { newest = tx.Position(); return nil })
	if err := h.store.Trim(t.Context(), newest); err != nil {
		t.Fatal(err)
	}
	s, _ = h.watch("one", req)
	_, err := s.Recv()
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_RESUME_TOO_OLD)
}

func TestErrNotFoundWatchOfAnotherDistrict(t *testing.T) {
	h := open(t)
	h.published()
	for _, req := range []*nuov1.WatchShiftsRequest{{Community: mingzhu}, {TaskList: "taskLists/day"}} {
		s, _ := h.watch("stranger", req)
		_, err := s.Recv()
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	}
}

func TestOKWatchEndsWithTheServer(t *testing.T) {
	h := open(t)
	h.published()
	s, _ := h.watch("one", &nuov1.WatchShiftsRequest{})
	present(t, s)
	close(h.drain)
	if _, err := s.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("%v, want UNAVAILABLE", err)
	}
}

// Watchers that begin before, during and after concurrent claims all end with the fill that is stored, and none ever
// sees a fill above the capacity.
func TestOKWatchMissesNothingUnderConcurrentClaims(t *testing.T) {
	h := open(t)
	h.drafted()
	const crowd, slots = 24, 20
	must[*nuov1.Shift](t)(h.updateShift("committee", "shifts/pm", func(s *nuov1.Shift) { s.Capacity = slots }, "capacity"))
	must[*nuov1.TaskList](t)(h.publish("committee", "taskLists/day"))
	h.update(func(tx *store.Tx) error {
		for i := range crowd {
			if err := store.Volunteers.Insert(tx, volunteer(member(i))); err != nil {
				return err
			}
		}
		return nil
	})
	var watchers, claims sync.WaitGroup
	start := func() {
		s, cancel := h.watch("one", &nuov1.WatchShiftsRequest{Community: mingzhu})
		watchers.Go(func() { defer cancel(); untilFull(t, s, slots) })
	}
	start()
	for i := range crowd {
		claims.Go(func() {
			err := h.tryClaim(t.Context(), member(i), "shifts/pm")
			if err != nil && !isFull(err) {
				t.Error(err)
			}
		})
		if i%8 == 0 {
			start()
		}
	}
	claims.Wait()
	start()
	watchers.Wait()
}

func member(i int) string { return fmt.Sprintf("volunteers/00000000-0000-4000-8000-0000000001%02d", i) }

func untilFull(t *testing.T, s stream, slots int32) {
	var held int32
	for held < slots {
		res, err := s.Recv()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Error(err)
			}
			return
		}
		for _, shift := range res.GetShifts() {
			now := shift.GetFill().GetHeld()
			if now < held || now > shift.GetCapacity() {
				t.Errorf("held %d after %d", now, held)
			}
			held = now
		}
	}
}

// A reader that takes nothing holds nobody up, and finds each shift as it is when it reads on.
func TestOKSlowReaderHoldsNothing(t *testing.T) {
	h := open(t)
	h.published()
	s, _ := h.watch("one", &nuov1.WatchShiftsRequest{})
	for range 20 {
		c := h.claim(two, "shifts/pm")
		h.clock.set(h.clock.Now().Add(time.Second))
		h.withdraw(c)
	}
	h.claim(two, "shifts/pm")
	present(t, s)
	for {
		res := must[*nuov1.WatchShiftsResponse](t)(s.Recv())
		if res.GetShifts()[0].GetFill().GetHeld() == 1 {
			return
		}
	}
}
