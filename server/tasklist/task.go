package tasklist

import (
	"context"
	"slices"
	"strconv"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// CreateTask puts a task on a draft or published list.
func (r *Room) CreateTask(ctx context.Context, req *nuov1.CreateTaskRequest) (*nuov1.Task, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Task, error) {
		in := req.GetTask()
		if err := checkName("task.task_list", "taskLists/", in.GetTaskList()); err != nil {
			return nil, err
		}
		l, err := listOf(c, in.GetTaskList())
		if err != nil {
			return nil, err
		}
		if err := allowEdit(c, l, l.GetName()); err != nil {
			return nil, err
		}
		if err := refuseEnded(l, c.Now()); err != nil {
			return nil, err
		}
		name, err := nameFor(c, "tasks/", in.GetName(), "task.name")
		if err != nil {
			return nil, err
		}
		t := &nuov1.Task{
			Name: name, TaskList: l.GetName(), Community: l.GetCommunity(), Kind: in.GetKind(), Title: in.GetTitle(),
			Description: in.GetDescription(), Compound: in.GetCompound(), HazardClass: in.GetHazardClass(),
			InsuranceReference: in.GetInsuranceReference(), SafetyTerms: in.GetSafetyTerms(),
			CreateTime: timestamppb.New(c.Now()),
		}
		if err := checkTask(c.Tx, t, l); err != nil {
			return nil, err
		}
		if err := refuseMore(store.Tasks.ByIndex(c.Tx, store.TasksByList, l.GetName()), maxTasks); err != nil {
			return nil, err
		}
		if err := store.Tasks.Insert(c.Tx, t); err != nil {
			return nil, err
		}
		return presentTask(t), note(c, l.GetName(), "task", t.GetName(), "kind", t.GetKind().String())
	})
}

// refuseMore is LIMIT_REACHED where there are that many already.
func refuseMore[M any](all func(func(M, error) bool), limit int) error {
	n := 0
	for _, err := range all {
		if err != nil {
			return err
		}
		if n++; n >= limit {
			return fault.New(limitReached, "limit", strconv.Itoa(limit))
		}
	}
	return nil
}

// GetTask answers one task, one of a draft to the makers of the list alone.
func (r *Room) GetTask(ctx context.Context, req *nuov1.GetTaskRequest) (*nuov1.Task, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.Task, error) {
		t, l, err := taskOf(c, req.GetName())
		if err != nil {
			return nil, err
		}
		return presentTask(t), allowRead(c, l, t.GetName())
	})
}

// taskOf reads a task and its list.
func taskOf(c *call.Call, name string) (*nuov1.Task, *nuov1.TaskList, error) {
	t, err := store.Tasks.Get(c.Tx, name)
	if err != nil {
		return nil, nil, err
	}
	l, err := listOf(c, t.GetTaskList())
	return t, l, err
}

// ListTasks answers the tasks of a list in the order of their names.
func (r *Room) ListTasks(ctx context.Context, req *nuov1.ListTasksRequest) (*nuov1.ListTasksResponse, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.ListTasksResponse, error) {
		l, err := listOf(c, req.GetTaskList())
		if err != nil {
			return nil, err
		}
		if err := allowRead(c, l, l.GetName()); err != nil {
			return nil, err
		}
		after, err := rpc.DecodePage(req)
		if err != nil {
			return nil, err
		}
		tasks, next, err := store.Tasks.PageByIndex(c.Tx, store.TasksByList, after, int(req.GetPageSize()), l.GetName())
		if err != nil {
			return nil, err
		}
		for _, t := range tasks {
			presentTask(t)
		}
		return &nuov1.ListTasksResponse{Tasks: tasks, NextPageToken: rpc.EncodePage(req, next)}, nil
	})
}

// UpdateTask edits a task and what its shifts hold of it. In a published list new content is a new revision of each of
// its shifts.
func (r *Room) UpdateTask(ctx context.Context, req *nuov1.UpdateTaskRequest) (*nuov1.Task, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Task, error) {
		in := req.GetTask()
		if err := checkName("task.name", "tasks/", in.GetName()); err != nil {
			return nil, err
		}
		before, l, err := taskOf(c, in.GetName())
		if err != nil {
			return nil, err
		}
		if err := allowEdit(c, l, in.GetName()); err != nil {
			return nil, err
		}
		if err := refuseStale(before, store.Etag(before), in.GetEtag()); err != nil {
			return nil, err
		}
		if err := refuseEnded(l, c.Now()); err != nil {
			return nil, err
		}
		after := proto.CloneOf(before)
		paths, err := applyMask(after, in, req.GetUpdateMask(), "kind", "title", "description", "compound",
			"hazard_class", "insurance_reference", "safety_terms")
		if err != nil {
			return nil, err
		}
		if slices.Contains(paths, "kind") && l.GetState() != draft {
			return nil, refuseListState(l, l.GetState())
		}
		if err := checkTask(c.Tx, after, l); err != nil {
			return nil, err
		}
		if err := amendTask(c, before, after, l); err != nil {
			return nil, err
		}
		return presentTask(after), note(c, after.GetName(), pathDetails(paths)...)
	})
}

// amendTask stores an edited task. Its shifts follow: their records first, then whom the change concerns.
func amendTask(c *call.Call, before, after *nuov1.Task, l *nuov1.TaskList) error {
	if err := store.Tasks.Put(c.Tx, after); err != nil {
		return err
	}
	if err := eachShift(c.Tx, after.GetName(), func(s *nuov1.Shift) { denormalise(s, after, l) }); err != nil {
		return err
	}
	if l.GetPublishTime() == nil {
		return nil
	}
	return lifecycle.AmendTask(c.Tx, actor(c), before, after)
}

// eachShift edits and stores every shift of a task.
func eachShift(tx *store.Tx, task string, edit func(*nuov1.Shift)) error {
	for s, err := range store.Shifts.ByIndex(tx, store.ShiftsByTask, task) {
		if err != nil {
			return err
		}
		edit(s)
		if err := store.Shifts.Put(tx, s); err != nil {
			return err
		}
	}
	return nil
}

// checkTask holds a task to the rules that the .proto file cannot say. In a published list it is held to what
// publishing asks.
func checkTask(tx *store.Tx, t *nuov1.Task, l *nuov1.TaskList) error {
	if t.GetKind() == nuov1.TaskKind_TASK_KIND_UNSPECIFIED {
		return fault.Field("task.kind", "say what kind of work it is", "请填写任务类别")
	}
	if err := checkCompound(tx, t.GetCompound(), t.GetCommunity(), "task.compound"); err != nil {
		return err
	}
	if err := refusePhones("task.title", t.GetTitle(), "task.description", t.GetDescription()); err != nil {
		return err
	}
	if l.GetPublishTime() != nil && !safe(t) {
		return refuseUnsafe(t.GetName())
	}
	return nil
}

// presentTask fills in what is answered and never stored.
func presentTask(t *nuov1.Task) *nuov1.Task {
	t.Etag = store.Etag(t)
	return t
}
