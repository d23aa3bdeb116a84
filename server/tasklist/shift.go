package tasklist

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// CreateShift puts a shift on a task. In a published list it can be claimed at once.
func (r *Room) CreateShift(ctx context.Context, req *nuov1.CreateShiftRequest) (*nuov1.Shift, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Shift, error) {
		in := req.GetShift()
		if err := checkName("shift.task", "tasks/", in.GetTask()); err != nil {
			return nil, err
		}
		t, l, err := taskOf(c, in.GetTask())
		if err != nil {
			return nil, err
		}
		if err := allowEdit(c, l, t.GetName()); err != nil {
			return nil, err
		}
		if err := refuseEnded(l, c.Now()); err != nil {
			return nil, err
		}
		name, err := nameFor(c, "shifts/", in.GetName(), "shift.name")
		if err != nil {
			return nil, err
		}
		s := &nuov1.Shift{
			Name: name, Task: t.GetName(), Place: in.GetPlace(), MeetingPoint: in.GetMeetingPoint(),
			StartTime: in.GetStartTime(), EndTime: in.GetEndTime(), Timing: in.GetTiming(), Capacity: in.GetCapacity(),
			MinimumHeadcount: in.GetMinimumHeadcount(), Requirements: in.GetRequirements(),
			ClaimOpenTime: in.GetClaimOpenTime(), ClaimCloseTime: in.GetClaimCloseTime(), RiskNotes: in.GetRiskNotes(),
			RelievedBy: in.GetRelievedBy(), State: open, Revision: 1, CreateTime: timestamppb.New(c.Now()),
		}
		denormalise(s, t, l)
		if err := insertShift(c, s, t, l); err != nil {
			return nil, err
		}
		return presentShift(c, s, l)
	})
}

// insertShift checks and stores a new shift and opens its slots.
func insertShift(c *call.Call, s *nuov1.Shift, t *nuov1.Task, l *nuov1.TaskList) error {
	if err := checkShift(c, s, l); err != nil {
		return err
	}
	if l.GetPublishTime() != nil && !c.Now().Before(s.GetEndTime().AsTime()) {
		return fault.Field("shift.end_time", "has passed, and the list is published", "已过，而清单已发布")
	}
	if err := refuseMore(store.Shifts.ByIndex(c.Tx, store.ShiftsByList, l.GetName()), maxShifts); err != nil {
		return err
	}
	if err := store.Shifts.Insert(c.Tx, s); err != nil {
		return err
	}
	if err := lifecycle.OpenShift(c.Tx, s, t, l); err != nil {
		return err
	}
	return note(c, l.GetName(), "task", t.GetName(), "shift", s.GetName())
}

// denormalise writes into a shift what it holds of its task and list.
func denormalise(s *nuov1.Shift, t *nuov1.Task, l *nuov1.TaskList) {
	s.TaskList, s.Community, s.Street, s.District = l.GetName(), l.GetCommunity(), l.GetStreet(), l.GetDistrict()
	s.Date, s.Cohosts = l.GetDate(), l.GetCohosts()
	s.Kind, s.HazardClass, s.Title = t.GetKind(), t.GetHazardClass(), t.GetTitle()
	s.HasDoors, s.Compound = t.GetHasDoors(), t.GetCompound()
}

// GetShift answers one shift as it is for the caller, one of a draft to the makers of the list alone.
func (r *Room) GetShift(ctx context.Context, req *nuov1.GetShiftRequest) (*nuov1.Shift, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.Shift, error) {
		s, l, err := shiftOf(c, req.GetName())
		if err != nil {
			return nil, err
		}
		if err := allowRead(c, l, s.GetName()); err != nil {
			return nil, err
		}
		return presentShift(c, s, l)
	})
}

// shiftOf reads a shift and its list.
func shiftOf(c *call.Call, name string) (*nuov1.Shift, *nuov1.TaskList, error) {
	s, err := store.Shifts.Get(c.Tx, name)
	if err != nil {
		return nil, nil, err
	}
	l, err := listOf(c, s.GetTaskList())
	return s, l, err
}

// UpdateShift edits a shift. Package lifecycle decides what follows for those who hold it.
func (r *Room) UpdateShift(ctx context.Context, req *nuov1.UpdateShiftRequest) (*nuov1.Shift, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Shift, error) {
		in := req.GetShift()
		if err := checkName("shift.name", "shifts/", in.GetName()); err != nil {
			return nil, err
		}
		before, l, err := shiftOf(c, in.GetName())
		if err != nil {
			return nil, err
		}
		if err := allowEdit(c, l, in.GetName()); err != nil {
			return nil, err
		}
		if err := refuseStale(before, store.Etag(before), in.GetEtag()); err != nil {
			return nil, err
		}
		if err := refuseShut(c, before, l); err != nil {
			return nil, err
		}
		after := proto.CloneOf(before)
		paths, err := applyMask(after, in, req.GetUpdateMask(), "place", "meeting_point", "start_time", "end_time",
			"timing", "capacity", "minimum_headcount", "requirements", "claim_open_time", "claim_close_time",
			"risk_notes", "relieved_by")
		if err != nil {
			return nil, err
		}
		if err := checkShift(c, after, l); err != nil {
			return nil, err
		}
		if l.GetState() != draft {
			if err := lifecycle.AmendShift(c.Tx, actor(c), before, after); err != nil {
				return nil, err
			}
		}
		if err := store.Shifts.Put(c.Tx, after); err != nil {
			return nil, err
		}
		if err := note(c, after.GetName(), pathDetails(paths)...); err != nil {
			return nil, err
		}
		return presentShift(c, after, l)
	})
}

// refuseShut is FAILED_PRECONDITION for a shift that takes no edits any more: cancelled, cut short, of a list that is
// closed or cancelled; and WRONG_TIME for one that has ended.
func refuseShut(c *call.Call, s *nuov1.Shift, l *nuov1.TaskList) error {
	if err := refuseEnded(l, c.Now()); err != nil {
		return err
	}
	if err := refuseShiftState(s); err != nil {
		return err
	}
	if l.GetPublishTime() != nil && !c.Now().Before(s.GetEndTime().AsTime()) {
		return fault.New(wrongTime, "action", action(c), "shift", s.GetName())
	}
	return nil
}

// refuseShiftState is FAILED_PRECONDITION for a shift that does not stand any more.
func refuseShiftState(s *nuov1.Shift) error {
	if s.GetState() == open {
		return nil
	}
	return fault.New(precondition, "name", s.GetName(), "state", s.GetState().String()[len("SHIFT_STATE_"):])
}

// presentShift fills in what is answered to the caller and never stored.
func presentShift(c *call.Call, s *nuov1.Shift, l *nuov1.TaskList) (*nuov1.Shift, error) {
	return s, complete(c, lifecycle.NewReader(c.Tx), s, l)
}

// complete is presentShift with a reader that several shifts share.
func complete(c *call.Call, r *lifecycle.Reader, s *nuov1.Shift, l *nuov1.TaskList) error {
	shown, err := showShift(c, r, s, l)
	if err != nil {
		return err
	}
	answer, err := r.Answer(c.Caller, shown)
	answer.Tell(s)
	return err
}

// showShift fills in what everybody is answered.
func showShift(c *call.Call, r *lifecycle.Reader, s *nuov1.Shift, l *nuov1.TaskList) (*lifecycle.Shown, error) {
	s.Etag = store.Etag(s)
	shown, err := r.Show(s)
	s.ListState = stateOf(l, c.Now())
	return shown, err
}
