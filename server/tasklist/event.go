package tasklist

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/store"
)

// note appends to the object's events that the caller did this. Details are keys and values by turns: ids, codes,
// numbers.
func note(c *call.Call, object string, details ...string) error {
	return noteWords(c, object, "", details...)
}

// noteWords is note with free words, which are kept apart from the event.
func noteWords(c *call.Call, object, words string, details ...string) error {
	last, _, err := store.AdminEvents.Last(c.Tx, object)
	if err != nil {
		return err
	}
	e := &storev1.AdminEvent{
		Object: object, Sequence: last.Sequence + 1, Time: timestamppb.New(c.Now()),
		Actor: c.Actor(), Role: c.Role, Action: action(c),
	}
	if before := last.Event.GetTime(); before.AsTime().After(c.Now()) {
		e.Time = before
	}
	for pair := range slices.Chunk(details, 2) {
		e.Details = append(e.Details, &storev1.Detail{Key: pair[0], Value: pair[1]})
	}
	if e.Note, err = store.PutNote(c.Tx, object, e.GetSequence(), words); err != nil {
		return err
	}
	_, err = store.AdminEvents.Append(c.Tx, object, e.GetSequence(), last.Hash, e)
	return err
}

// action is the method without its service.
func action(c *call.Call) string { return c.Method[strings.LastIndexByte(c.Method, '/')+1:] }
