package call

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	"nuo.internal/nuo/server/store"
)

// Action is the method without its service, as events name it: UpdateShift.
func (c *Call) Action() string { return c.Method[strings.LastIndexByte(c.Method, '/')+1:] }

// Note appends to an object's administrative events that the caller did this, by the role of the last Allow. Details are
// keys and values by turns: ids, codes, numbers, never what somebody wrote.
func (c *Call) Note(object string, details ...string) error {
	return c.NoteWords(object, "", details...)
}

// NoteWords is Note with free words, which are kept apart from the event and can be erased. An event's time is never
// before that of the event before it.
func (c *Call) NoteWords(object, words string, details ...string) error {
	last, _, err := store.AdminEvents.Last(c.Tx, object)
	if err != nil {
		return err
	}
	e := &storev1.AdminEvent{
		Object: object, Sequence: last.Sequence + 1, Time: timestamppb.New(c.Now()),
		Actor: c.Actor(), Role: c.Role, Action: c.Action(),
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
