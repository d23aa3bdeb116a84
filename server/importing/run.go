package importing

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// A step is at most stepItems items of one phase, stepCalls of them at a time: the engine commits together what arrives
// together.
const (
	stepItems = 50
	stepCalls = 8
)

// run applies a plan.
type run struct {
	*Room
	*plan
	files []*nuov1.ImportFile
	send  func(*nuov1.ApplyImportResponse) error

	mu     sync.Mutex
	made   map[string]string // served parties of the files: namespace and key to resource
	taken  map[string]bool   // resources that names of the files stand for
	failed int
	done   int
	total  int
}

// apply makes the changes, phase by phase, and publishes last. A refusal ends the run with its step.
func (r *run) apply(ctx context.Context) error {
	r.made, r.taken = map[string]string{}, map[string]bool{}
	for _, it := range r.items {
		if it.kind == nuov1.ImportKind_IMPORT_KIND_SERVED_PARTY && it.name != "" {
			r.made[it.namespace+" "+it.key] = it.name
		}
		r.taken[it.name] = true
	}
	var todo []*item
	for _, it := range r.items {
		if it.action != nuov1.ImportAction_IMPORT_ACTION_UNCHANGED {
			todo = append(todo, it)
		}
	}
	r.total = len(todo) + len(r.publications)
	for len(todo) > 0 {
		n := 1
		for n < len(todo) && n < stepItems && todo[n].phase == todo[0].phase {
			n++
		}
		if err := r.step(ctx, todo[:n]); err != nil {
			return err
		}
		r.done += n
		if r.d.any() {
			return r.tell(todo[0].kind, nuov1.ImportOutcome_IMPORT_OUTCOME_STOPPED)
		}
		if err := r.tell(todo[0].kind, nuov1.ImportOutcome_IMPORT_OUTCOME_RUNNING); err != nil {
			return err
		}
		todo = todo[n:]
	}
	return r.publish(ctx)
}

func (r *run) publish(ctx context.Context) error {
	for _, it := range r.publications {
		req := &nuov1.PublishTaskListRequest{Name: it.name}
		req.RequestId = r.requestID(it, "publish", req)
		_, err := r.lists.PublishTaskList(ctx, req)
		if err := r.refusal(it, err); err != nil {
			return err
		}
		r.done++
	}
	if r.d.any() {
		return r.tell(nuov1.ImportKind_IMPORT_KIND_TASK_LIST, nuov1.ImportOutcome_IMPORT_OUTCOME_STOPPED)
	}
	return r.tell(nuov1.ImportKind_IMPORT_KIND_TASK_LIST, nuov1.ImportOutcome_IMPORT_OUTCOME_DONE)
}

func (r *run) tell(what nuov1.ImportKind, outcome nuov1.ImportOutcome) error {
	return r.send(&nuov1.ApplyImportResponse{
		Done: int32(r.done - r.failed), Total: int32(r.total), What: what, Outcome: outcome,
		Diagnostics: r.d.first(r.files),
	})
}

// step writes down the names of what will be made, makes it, and writes down what was made: three commits beside those
// of the calls, whatever the number of items.
func (r *run) step(ctx context.Context, items []*item) error {
	var announced []*storev1.FileName
	for _, it := range items {
		if it.personal() && it.record == nil {
			announced = append(announced, it.newRecord())
		}
	}
	if err := r.remember(ctx, announced); err != nil {
		return err
	}
	given := make([]*storev1.FileName, len(items))
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(stepCalls)
	for i, it := range items {
		g.Go(func() error {
			err := r.act(inner, it)
			if err == nil {
				given[i] = it.newRecord()
				given[i].Applied = it.content()
				given[i].Generation++
			}
			return r.refusal(it, err)
		})
	}
	err := g.Wait()
	// What was made is written down even where the caller has gone: the next run has less to look for.
	if err := r.remember(context.WithoutCancel(ctx), given); err != nil {
		return err
	}
	return err
}

// remember writes names down; nils are left out.
func (r *run) remember(ctx context.Context, names []*storev1.FileName) error {
	some := names[:0:0]
	for _, n := range names {
		if n != nil {
			some = append(some, n)
		}
	}
	if len(some) == 0 {
		return nil
	}
	return r.store.Update(ctx, func(tx *store.Tx) error {
		for _, n := range some {
			if err := store.FileNames.Put(tx, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// passing are the reasons that say nothing about the item: the run ends, and the same again may go well.
var passing = map[nuov1.ErrorReason]bool{
	nuov1.ErrorReason_ERROR_REASON_BUSY: true, nuov1.ErrorReason_ERROR_REASON_STORE_FULL: true,
	nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN: true, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED: true,
	nuov1.ErrorReason_ERROR_REASON_INTERNAL: true, nuov1.ErrorReason_ERROR_REASON_DAMAGED: true,
}

// refusal makes a diagnostic of what a service refused, and hands on what is no refusal of this item.
func (r *run) refusal(it *item, err error) error {
	if err == nil {
		return nil
	}
	e, ok := rpc.FromStatus(err)
	if !ok {
		if e, ok = fault.As(err); !ok {
			return answered(err)
		}
	}
	if passing[e.Reason] {
		return e
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed++
	it.refused(r.d, e, sayf("correct it and apply again: what was taken is not done twice", "请改正后重新导入，已完成的不会重复"))
	return nil
}
