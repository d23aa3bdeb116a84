package lifecycle

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// leftovers makes work of what a shift left over, when its last contract has ended.
func (w *step) leftovers(s *shiftStep) error {
	if !s.dirty || !s.shift.GetHasDoors() || s.slots.GetLive() > 0 || s.slots.GetCheckedIn() == 0 {
		return nil
	}
	t, err := store.Tasks.Get(w.tx, s.shift.GetTask())
	if err != nil {
		return err
	}
	return w.leave(t, s)
}

// DoorsDone is called after a door was ticked, when its shifts may have ended before: see leftovers.
func DoorsDone(tx *store.Tx, task string) error {
	t, err := store.Tasks.Get(tx, task)
	if err != nil || t.GetLeftoverTask() != "" {
		return err
	}
	return begin(tx, System).leave(t, nil)
}

// leave makes one draft task of the doors of a task that are open or where nobody was in, linked to their origin, once
// none of its shifts has anybody to come. just is a shift of this step, whose counts are not written yet.
func (w *step) leave(t *nuov1.Task, just *shiftStep) error {
	over, err := w.over(t, just)
	if err != nil || !over || t.GetLeftoverTask() != "" {
		return err
	}
	var doors []*nuov1.Door
	for d, err := range store.Doors.ByIndex(w.tx, store.DoorsByTask, t.GetName()) {
		if err != nil {
			return err
		}
		if o := d.GetOutcome(); o == nuov1.DoorOutcome_DOOR_OUTCOME_UNSPECIFIED || o == nuov1.DoorOutcome_DOOR_OUTCOME_NOBODY_IN {
			doors = append(doors, d)
		}
	}
	if len(doors) == 0 {
		return nil
	}
	again, err := w.again(t)
	if err != nil {
		return err
	}
	for _, d := range doors {
		err := store.Doors.Insert(w.tx, &nuov1.Door{
			Name: "doors/" + w.tx.NewID(), Task: again.GetName(), ServedParty: d.GetServedParty(),
			Compound: d.GetCompound(), OriginDoor: d.GetName(),
		})
		if err != nil {
			return err
		}
	}
	t.LeftoverTask = again.GetName()
	return store.Tasks.Put(w.tx, t)
}

// over tells whether the task's work has ended: somebody checked in, and no shift of it has anybody on it or still to
// come.
func (w *step) over(t *nuov1.Task, just *shiftStep) (bool, error) {
	served := false
	for shift, err := range store.Shifts.ByIndex(w.tx, store.ShiftsByTask, t.GetName()) {
		if err != nil {
			return false, err
		}
		if just != nil && shift.GetName() == just.shift.GetName() {
			served = true
			continue
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
