package tasklist

import "nuo.internal/nuo/server/call"

// note appends to the object's events that the caller did this.
func note(c *call.Call, object string, details ...string) error { return c.Note(object, details...) }

// noteWords is note with free words, which are kept apart from the event.
func noteWords(c *call.Call, object, words string, details ...string) error {
	return c.NoteWords(object, words, details...)
}

// action is the method without its service.
func action(c *call.Call) string { return c.Action() }
