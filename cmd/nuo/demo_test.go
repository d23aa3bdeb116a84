package main

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"nuo.internal/nuo/cmd/nuo/internal/demo"
)

// TestErrPlayExits: figures that are wrong have been shown and end with 1; so does whatever else kept the play from its
// end, with a word about it.
func TestErrPlayExits(t *testing.T) {
	for _, c := range []struct {
		err  error
		says string
	}{
		{errors.Join(demo.ErrWrong, nil), ""},
		{demo.ErrUsed, "error: There is a store in kept already; the story begins with none. Name another --data.\n"},
		{context.Canceled, "error: The play was interrupted.\n"},
		{errors.New("a step"), "error: a step\n"},
	} {
		a := testApp(english)
		status := a.explain(a.root(), ofPlay(c.err, "kept"))
		if said := a.err.(*bytes.Buffer).String(); status != exitRefused || said != c.says {
			t.Errorf("%v: exit status %d, says %q", c.err, status, said)
		}
	}
}
