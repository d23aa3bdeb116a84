package server

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/store"
)

// One entry of the due-queue that cannot be worked off ends neither the server nor the work of those behind it.
func TestOKJanitorPutsOffWhatItCannotDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := NewManualClock(noon)
		kept, err := store.Open(memkv.New(memkv.Config{FeedPrefixes: store.FeedPrefixes()}), store.Config{Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		defer kept.Close()
		const ghost = "volunteers/00000000-0000-4000-8000-000000000000"
		var logged bytes.Buffer
		err = kept.Update(t.Context(), func(tx *store.Tx) error {
			for i, name := range []string{"taskLists/first", ghost, "taskLists/second"} {
				at := timestamppb.New(noon.Add(time.Duration(i) * time.Minute))
				kind := storev1.DueKind_DUE_KIND_VOLUNTEER
				if name != ghost {
					kind = storev1.DueKind_DUE_KIND_LIST
					l := &nuov1.TaskList{Name: name, State: nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED, CloseTime: at}
					if err := store.TaskLists.Put(tx, l); err != nil {
						return err
					}
				}
				if err := store.DueEntries.Put(tx, &storev1.DueEntry{Time: at, Kind: kind, Object: name}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		j := &janitor{&house{store: kept, clock: clock, log: slog.New(slog.NewTextHandler(&logged, nil))}}
		go func() { ended <- j.Work(ctx) }()
		synctest.Wait()
		clock.Advance(2 * time.Minute)
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"taskLists/first", "taskLists/second"} {
			err := kept.View(t.Context(), func(tx *store.Tx) error {
				l, err := store.TaskLists.Get(tx, name)
				if l.GetState() != nuov1.TaskListState_TASK_LIST_STATE_CLOSED {
					t.Errorf("%s is %v", name, l.GetState())
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		if !strings.Contains(logged.String(), ghost) {
			t.Errorf("logged: %s", logged.String())
		}
	})
}
