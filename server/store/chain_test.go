package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

const isDamaged = nuov1.ErrorReason_ERROR_REASON_DAMAGED

// at is noon and some minutes.
func at(minutes int) *timestamppb.Timestamp {
	return timestamppb.New(noon.Add(time.Duration(minutes) * time.Minute))
}

// act appends an event to an object's chain.
func act(tx *store.Tx, object, action string) error {
	return store.AdminEvents.AppendNext(tx, object, func(n uint64, _ store.Link[*storev1.AdminEvent]) *storev1.AdminEvent {
		return &storev1.AdminEvent{Object: object, Sequence: n, Action: action, Time: timestamppb.New(tx.Now())}
	})
}

func chained(h *house, object string) (links []store.Link[*storev1.AdminEvent], err error) {
	verr := h.View(context.Background(), func(tx *store.Tx) error {
		links = nil
		for l, err := range store.AdminEvents.Scan(tx, object) {
			if err != nil {
				return err
			}
			links = append(links, l)
		}
		return nil
	})
	return links, verr
}

func TestOKChainHashesStoredBytesBehindTheHashBefore(t *testing.T) {
	h := newHouse(t)
	for _, action := range []string{"CreateTaskList", "PublishTaskList", "CloseTaskList"} {
		h.update(func(tx *store.Tx) error { return act(tx, "taskLists/1", action) })
		h.update(func(tx *store.Tx) error { return act(tx, "taskLists/1-other", action) })
	}
	links, err := chained(h, "taskLists/1")
	if err != nil || len(links) != 3 {
		t.Fatalf("%d events, %v", len(links), err)
	}
	var hash []byte
	for i, l := range links {
		sum := sha256.Sum256(slices.Concat(hash, l.Stored))
		hash = sum[:]
		decoded := &storev1.AdminEvent{}
		if err := proto.Unmarshal(l.Stored, decoded); err != nil || !proto.Equal(decoded, l.Event) {
			t.Errorf("event %d is not what is stored: %v", i+1, err)
		}
		if l.Sequence != uint64(i+1) || !bytes.Equal(l.Hash, hash) {
			t.Errorf("event %d: sequence %d, hash %x, want %x", i+1, l.Sequence, l.Hash, hash)
		}
	}
	h.view(func(tx *store.Tx) error { return store.AdminEvents.Verify(tx, "taskLists/1", 3, hash) })
	h.view(func(tx *store.Tx) error { return store.AdminEvents.Verify(tx, "taskLists/2", 0, nil) })
	if p := h.problems(); len(p) != 0 {
		t.Errorf("problems %v", p)
	}
}

// An event whose fields a later version does not know keeps its hash: the bytes are verified, never written anew.
func TestOKChainKeepsWhatItDoesNotKnow(t *testing.T) {
	h := newHouse(t)
	future := &storev1.AdminEvent{Object: "taskLists/1", Sequence: 1}
	future.ProtoReflect().SetUnknown([]byte{0xfa, 0x7f, 0x01, 'x'})
	h.update(func(tx *store.Tx) error {
		_, err := store.AdminEvents.Append(tx, "taskLists/1", 1, nil, future)
		return err
	})
	links, err := chained(h, "taskLists/1")
	if err != nil || len(links) != 1 || !bytes.Contains(links[0].Stored, []byte{0xfa, 0x7f, 0x01, 'x'}) {
		t.Errorf("%v, %v", links, err)
	}
}

func TestErrChainAppendsOnlyAtItsEnd(t *testing.T) {
	h := newHouse(t)
	h.update(func(tx *store.Tx) error { return act(tx, "taskLists/1", "CreateTaskList") })
	event := &storev1.AdminEvent{}
	for name, c := range map[string]struct {
		sequence uint64
		previous []byte
	}{"zero": {0, nil}, "taken": {1, nil}, "first with a hash": {1, []byte{1}}, "second without": {2, nil}} {
		err := h.Update(context.Background(), func(tx *store.Tx) error {
			_, err := store.AdminEvents.Append(tx, "taskLists/1", c.sequence, c.previous, event)
			return err
		})
		if err == nil {
			t.Errorf("%s: appended", name)
		}
	}
}

func TestErrChainBrokenIsDamaged(t *testing.T) {
	h := newHouse(t)
	for range 4 {
		h.update(func(tx *store.Tx) error { return act(tx, "taskLists/1", "AmendTaskList") })
	}
	rows := h.dump(0x0e)
	links, err := chained(h, "taskLists/1")
	if err != nil || len(rows) != 4 {
		t.Fatal(len(rows), err)
	}
	end := links[3].Hash
	t.Run("an event is missing", func(t *testing.T) {
		h.raw(rows[1].Key, nil)
		if _, err := chained(h, "taskLists/1"); !fault.Is(err, isDamaged) || len(h.problems()) == 0 {
			t.Errorf("got %v", err)
		}
		h.raw(rows[1].Key, rows[1].Value)
	})
	t.Run("an event was replaced by one with a right checksum", func(t *testing.T) {
		h.raw(rows[2].Key, nil)
		h.update(func(tx *store.Tx) error {
			_, err := store.AdminEvents.Append(tx, "taskLists/1", 3, []byte("forged"), links[2].Event)
			return err
		})
		if _, err := chained(h, "taskLists/1"); !fault.Is(err, isDamaged) || len(h.problems()) == 0 {
			t.Errorf("got %v", err)
		}
		h.raw(rows[2].Key, rows[2].Value)
	})
	t.Run("the end was cut off", func(t *testing.T) {
		h.raw(rows[3].Key, nil)
		err := h.View(context.Background(), func(tx *store.Tx) error {
			return store.AdminEvents.Verify(tx, "taskLists/1", 4, end)
		})
		if !fault.Is(err, isDamaged) {
			t.Errorf("got %v", err)
		}
	})
}

func TestOKNoteIsErasedAndItsCommitmentStays(t *testing.T) {
	h := newHouse(t)
	var commitment []byte
	h.update(func(tx *store.Tx) (err error) {
		commitment, err = store.PutNote(tx, promise, 1, "孩子发烧，先回家")
		return err
	})
	h.update(func(tx *store.Tx) error {
		n, err := store.Notes.Get(tx, promise, uint64(1))
		if err != nil {
			return err
		}
		if !bytes.Equal(store.Commit(n.GetSalt(), n.GetText()), commitment) {
			t.Error("the commitment is not that of the note")
		}
		if bytes.Equal(store.Commit(n.GetSalt(), n.GetText()+" "), commitment) {
			t.Error("other words have the same commitment")
		}
		return store.Notes.Delete(tx, promise, uint64(1))
	})
	h.update(func(tx *store.Tx) error {
		none, err := store.PutNote(tx, promise, 2, "")
		has, err2 := store.Notes.Has(tx, promise, uint64(2))
		if none != nil || err != nil || has || err2 != nil {
			t.Errorf("an empty note: %x, %v, %v, %v", none, err, has, err2)
		}
		return nil
	})
}
