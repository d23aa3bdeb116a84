package tasklist

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// PublishTaskList opens a draft to the district. A shift that is running may be published (publish and start), one that
// has ended may not.
func (r *Room) PublishTaskList(ctx context.Context, req *nuov1.PublishTaskListRequest) (*nuov1.TaskList, error) {
	return r.moveList(ctx, req, func(c *call.Call, l *nuov1.TaskList) error {
		if l.GetState() != draft {
			return refuseListState(l, stateOf(l, c.Now()))
		}
		shifts, err := publishable(c, l)
		if err != nil {
			return err
		}
		before := proto.CloneOf(l)
		l.State, l.PublishTime, l.UpdateTime = published, timestamppb.New(c.Now()), timestamppb.New(c.Now())
		if err := putList(c, before, l); err != nil {
			return err
		}
		return lifecycle.PublishList(c.Tx, l, shifts)
	})
}

// CloseTaskList ends claims and offers of a published list.
func (r *Room) CloseTaskList(ctx context.Context, req *nuov1.CloseTaskListRequest) (*nuov1.TaskList, error) {
	return r.moveList(ctx, req, func(c *call.Call, l *nuov1.TaskList) error {
		if state := stateOf(l, c.Now()); state != published {
			return refuseListState(l, state)
		}
		before := proto.CloneOf(l)
		l.State, l.UpdateTime = closed, timestamppb.New(c.Now())
		return putList(c, before, l)
	})
}

// CancelTaskList cancels a list in whatever state but cancelled; a draft is given up by it and stays its makers'.
func (r *Room) CancelTaskList(ctx context.Context, req *nuov1.CancelTaskListRequest) (*nuov1.TaskList, error) {
	return r.moveList(ctx, req, func(c *call.Call, l *nuov1.TaskList) error {
		if l.GetState() == cancelled {
			return refuseListState(l, cancelled)
		}
		if err := refusePhones("reason", req.GetReason()); err != nil {
			return err
		}
		before := proto.CloneOf(l)
		l.State, l.CancelTime, l.CancelReason = cancelled, timestamppb.New(c.Now()), req.GetReason()
		if err := putList(c, before, l); err != nil {
			return err
		}
		return lifecycle.CancelList(c.Tx, l)
	})
}

// moveList runs a verb on a list that its makers alone may call.
func (r *Room) moveList(ctx context.Context, req interface {
	call.Request
	GetName() string
}, move func(*call.Call, *nuov1.TaskList) error,
) (*nuov1.TaskList, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.TaskList, error) {
		l, err := store.TaskLists.Get(c.Tx, req.GetName())
		if err != nil {
			return nil, err
		}
		if err := allowEdit(c, l, req.GetName()); err != nil {
			return nil, err
		}
		if err := move(c, l); err != nil {
			return nil, err
		}
		if err := note(c, l.GetName(), "state", l.GetState().String()); err != nil {
			return nil, err
		}
		return presentList(l, c.Now()), nil
	})
}

// putList stores an edited list. The update time always moves on, so the etag does too where the clock stands.
func putList(c *call.Call, before, after *nuov1.TaskList) error {
	after.UpdateTime = timestamppb.New(c.Now())
	if t := before.GetUpdateTime().AsTime(); !c.Now().After(t) {
		after.UpdateTime = timestamppb.New(t.Add(time.Nanosecond))
	}
	return store.TaskLists.Put(c.Tx, after)
}

// publishable returns the shifts of a list that may be published: every task has one that stands, none has ended, and
// what is hazardous is insured and agreed upon.
func publishable(c *call.Call, l *nuov1.TaskList) ([]*nuov1.Shift, error) {
	staffed := map[string]bool{}
	var shifts []*nuov1.Shift
	for s, err := range store.Shifts.ByIndex(c.Tx, store.ShiftsByList, l.GetName()) {
		if err != nil {
			return nil, err
		}
		if s.GetState() != open {
			continue
		}
		if !c.Now().Before(s.GetEndTime().AsTime()) {
			return nil, fault.New(wrongTime, "action", action(c), "shift", s.GetName())
		}
		staffed[s.GetTask()] = true
		shifts = append(shifts, s)
	}
	var tasks, idle, unsafe []string
	for t, err := range store.Tasks.ByIndex(c.Tx, store.TasksByList, l.GetName()) {
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, t.GetName())
		if !staffed[t.GetName()] {
			idle = append(idle, t.GetName())
		}
		if !safe(t) {
			unsafe = append(unsafe, t.GetName())
		}
	}
	switch {
	case len(tasks) == 0:
		return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_LIST_INCOMPLETE, "name", l.GetName())
	case len(idle) > 0:
		slices.Sort(idle)
		return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_LIST_INCOMPLETE, "name", strings.Join(idle, ", "))
	case len(unsafe) > 0:
		slices.Sort(unsafe)
		return nil, refuseUnsafe(strings.Join(unsafe, ", "))
	}
	return shifts, nil
}

// safe tells whether a task is not hazardous, or insured with terms.
func safe(t *nuov1.Task) bool {
	return t.GetHazardClass() != hazardous || t.GetInsuranceReference() != "" && t.GetSafetyTerms() != ""
}

func refuseUnsafe(tasks string) error {
	return fault.New(nuov1.ErrorReason_ERROR_REASON_HAZARD_TERMS_MISSING, "task", tasks)
}
