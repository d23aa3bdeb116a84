package check

import (
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// shift verifies a shift's counts, its terms, and what falls due for it.
func (v *visit) shift(s *nuov1.Shift) error {
	t, err := store.Tasks.Get(v.Tx, s.GetTask())
	if err != nil {
		return err
	}
	l, err := store.TaskLists.Get(v.Tx, s.GetTaskList())
	if err != nil {
		return err
	}
	if l.GetState() != nuov1.TaskListState_TASK_LIST_STATE_DRAFT {
		if err := v.terms(s, t); err != nil {
			return err
		}
		if err := v.dueOf(s); err != nil {
			return err
		}
	}
	return lifecycle.VerifyShift(v.Tx, s, v.lifecycle)
}

// terms verifies that what the shift promises was frozen.
func (v *visit) terms(s *nuov1.Shift, t *nuov1.Task) error {
	frozen, ok, err := store.Terms.Find(v.Tx, s.GetName(), s.GetRevision())
	switch {
	case err != nil:
		return err
	case !ok:
		v.say("the terms of its revision %d are missing", s.GetRevision())
	case !proto.Equal(frozen, lifecycle.TermsOf(s, t)):
		v.say("the terms of its revision %d are not what it promises", s.GetRevision())
	}
	return nil
}

// dueOf verifies that a shift is looked at no later than its first contract asks for, and at all.
func (v *visit) dueOf(s *nuov1.Shift) error {
	slots, ok, err := store.Slots.Find(v.Tx, s.GetName())
	if err != nil || !ok {
		return err // lifecycle.VerifyShift names it
	}
	if slots.GetDueTime() == nil && slots.GetReviewedTime() == nil {
		v.say("nothing is planned for it, and nothing was ever done about its end")
	}
	for h, err := range store.Holders.RangeByIndex(v.Tx, store.HoldersByDue, store.Range{Prefix: []any{s.GetName()}}) {
		if err != nil {
			return err
		}
		if d := slots.GetDueTime(); d == nil || d.AsTime().After(h.GetDueTime().AsTime()) {
			v.say("it is looked at %s, after %s is due at %s",
				timeText(d), h.GetContract(), timeText(h.GetDueTime()))
		}
		break
	}
	return nil
}

// due verifies that an entry of the due-queue is asked for. A list's entry at a time that is no longer its own is
// harmless, and so stays until it is due.
func (v *visit) due(e *storev1.DueEntry) error {
	v.key = timeText(e.GetTime()) + " " + e.GetKind().String()[len("DUE_KIND_"):]
	switch e.GetKind() {
	case storev1.DueKind_DUE_KIND_SHIFT:
		slots, err := store.Slots.Get(v.Tx, e.GetObject())
		if err != nil {
			return err
		}
		if !proto.Equal(slots.GetDueTime(), e.GetTime()) {
			v.say("entry that its shift does not ask for")
		}
		return nil
	case storev1.DueKind_DUE_KIND_LIST:
		return need(v, store.TaskLists, e.GetObject())
	case storev1.DueKind_DUE_KIND_VOLUNTEER:
		return need(v, store.Volunteers, e.GetObject())
	case storev1.DueKind_DUE_KIND_LEFTOVERS, storev1.DueKind_DUE_KIND_LEFTOVER_DOORS:
		return need(v, store.Tasks, e.GetObject())
	}
	v.say("entry of an unknown kind")
	return nil
}

// list verifies that a list closes by itself if it is to.
func (v *visit) list(l *nuov1.TaskList) error {
	if l.GetState() != nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED || l.GetCloseTime() == nil {
		return nil
	}
	ok, err := store.DueEntries.Has(v.Tx, l.GetCloseTime(), uint64(storev1.DueKind_DUE_KIND_LIST), l.GetName())
	if err == nil && !ok && !l.GetCloseTime().AsTime().After(v.Tx.Now()) {
		ok, err = v.putOff(l) // it could not be closed then, and is tried again
	}
	if err == nil && !ok {
		v.say("its close time is not in the due-queue")
	}
	return err
}

// putOff tells whether a list's entry waits at a later time. It reads the queue, which is short.
func (v *visit) putOff(l *nuov1.TaskList) (bool, error) {
	for e, err := range store.DueEntries.Scan(v.Tx) {
		if err != nil {
			return false, err
		}
		if e.GetKind() == storev1.DueKind_DUE_KIND_LIST && e.GetObject() == l.GetName() {
			return true, nil
		}
	}
	return false, nil
}

func timeText(t *timestamppb.Timestamp) string {
	if t == nil {
		return ""
	}
	return t.AsTime().Format(time.RFC3339Nano)
}
