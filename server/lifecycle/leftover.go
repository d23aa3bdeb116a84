package lifecycle

import (
	"encoding/hex"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// leftovers plans to make work of what a shift left over, once its last contract has ended or its time has passed: a
// check-out never waits for doors.
func (w *step) leftovers(s *shiftStep) error {
	ended := s.wasLive > 0 || s.swept
	if !ended || !s.dirty || !s.shift.GetHasDoors() || s.slots.GetLive() > 0 {
		return nil
	}
	return planLeftovers(w.tx, s.shift.GetTask())
}

// DoorsDone is called after a door was ticked, when its shifts may have ended before: see leftovers.
func DoorsDone(tx *store.Tx, task string) error {
	t, err := store.Tasks.Get(tx, task)
	if err != nil || t.GetLeftoverTask() != "" {
		return err
	}
	return planLeftovers(tx, task)
}

func planLeftovers(tx *store.Tx, task string) error {
	return store.DueEntries.Put(tx, &storev1.DueEntry{
		Time: timestamppb.New(tx.Now()), Kind: storev1.DueKind_DUE_KIND_LEFTOVERS, Object: task,
	})
}

// runLeftovers makes one draft task for the doors of a task that are open or where nobody was in, linked to its origin,
// once none of its shifts has anybody to come. The doors follow in steps. Whatever adds a shift or a door to a task
// writes the task's record, which is the conflict key of both scans.
func runLeftovers(tx *store.Tx, e *storev1.DueEntry) error {
	if err := deleteDue(tx, e); err != nil {
		return err
	}
	t, err := store.Tasks.Get(tx, e.GetObject())
	if err != nil || t.GetLeftoverTask() != "" {
		return err
	}
	w := begin(tx, System)
	if over, err := w.over(t); err != nil || !over {
		return err
	}
	left, err := leavesDoors(tx, t)
	if err != nil || !left {
		return err
	}
	again, err := w.again(t)
	if err != nil {
		return err
	}
	t.LeftoverTask = again.GetName()
	if err := store.Tasks.Put(tx, t); err != nil {
		return err
	}
	return store.DueEntries.Put(tx, &storev1.DueEntry{
		Time: timestamppb.New(w.now), Kind: storev1.DueKind_DUE_KIND_LEFTOVER_DOORS, Object: t.GetName(),
	})
}

// leftOver tells whether a door becomes work again.
func leftOver(d *nuov1.Door) bool {
	o := d.GetOutcome()
	return o == nuov1.DoorOutcome_DOOR_OUTCOME_UNSPECIFIED || o == nuov1.DoorOutcome_DOOR_OUTCOME_NOBODY_IN
}

func leavesDoors(tx *store.Tx, t *nuov1.Task) (bool, error) {
	for d, err := range store.Doors.ByIndex(tx, store.DoorsByTask, t.GetName()) {
		if err != nil || leftOver(d) {
			return err == nil, err
		}
	}
	return false, nil
}

// runLeftoverDoors copies doors that were left over, from where the step before stopped.
func runLeftoverDoors(tx *store.Tx, e *storev1.DueEntry) error {
	t, err := store.Tasks.Get(tx, e.GetObject())
	if err != nil {
		return err
	}
	after, err := hex.DecodeString(e.GetAfter())
	if err != nil {
		return err
	}
	doors, next, err := store.Doors.Select(tx, store.Query[*nuov1.Door]{
		Index: store.DoorsByTask, Prefix: []any{t.GetName()}, After: string(after), Size: stepDoors, Look: stepDoors,
		Keep: func(d *nuov1.Door) (bool, error) { return leftOver(d), nil },
	})
	if err != nil {
		return err
	}
	for _, d := range doors {
		err := store.Doors.Insert(tx, &nuov1.Door{
			Name: "doors/" + tx.NewID(), Task: t.GetLeftoverTask(), ServedParty: d.GetServedParty(),
			Compound: d.GetCompound(), OriginDoor: d.GetName(),
		})
		if err != nil {
			return err
		}
	}
	if next == "" {
		return deleteDue(tx, e)
	}
	e.After = hex.EncodeToString([]byte(next))
	return store.DueEntries.Put(tx, e)
}

// over tells whether the task's work has ended: somebody checked in, and no shift of it has anybody on it or still to
// come.
func (w *step) over(t *nuov1.Task) (bool, error) {
	served := false
	for shift, err := range store.Shifts.ByIndex(w.tx, store.ShiftsByTask, t.GetName()) {
		if err != nil {
			return false, err
		}
		slots, ok, err := store.Slots.Find(w.tx, shift.GetName())
		if err != nil {
			return false, err
		}
		open := shift.GetState() == nuov1.ShiftState_SHIFT_STATE_OPEN && w.now.Before(shift.GetEndTime().AsTime())
		if !ok || slots.GetLive() > 0 || open && slots.GetCheckedIn() == 0 {
			return false, nil
		}
		served = served || slots.GetCheckedIn() > 0
	}
	return served, nil
}

// again makes a draft list for tomorrow with a task like t.
func (w *step) again(t *nuov1.Task) (*nuov1.Task, error) {
	l, err := store.TaskLists.Get(w.tx, t.GetTaskList())
	if err != nil {
		return nil, err
	}
	p, err := place.PolicyOf(w.tx, l.GetDistrict())
	if err != nil {
		return nil, err
	}
	now := timestamppb.New(w.now)
	list := &nuov1.TaskList{
		Name: "taskLists/" + w.tx.NewID(), Community: l.GetCommunity(), Title: t.GetTitle(), ActivityLead: l.GetActivityLead(),
		Date: place.AddDays(place.LocalDate(w.now, p.Zone), 1), AcceptByHand: l.GetAcceptByHand(),
		State: nuov1.TaskListState_TASK_LIST_STATE_DRAFT, CreateTime: now, UpdateTime: now,
		District: l.GetDistrict(), Street: l.GetStreet(), Maker: l.GetCommunity(),
	}
	list.Etag = store.Etag(list)
	if err := store.TaskLists.Insert(w.tx, list); err != nil {
		return nil, err
	}
	task := proto.CloneOf(t)
	task.Name, task.TaskList, task.OriginTask, task.LeftoverTask = "tasks/"+w.tx.NewID(), list.GetName(), t.GetName(), ""
	task.CreateTime, task.Etag = now, ""
	task.Etag = store.Etag(task)
	return task, store.Tasks.Insert(w.tx, task)
}
