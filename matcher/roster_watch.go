package matcher

import "context"

// watch asks the context whether to go on, now and then: each time that about so much work is done. A unit of effort is
// the look at one pair, some ten nanoseconds.
type watch struct {
	ctx    context.Context
	effort int
	asked  int
	ended  bool
}

// patience is the effort between two looks at the context, well under a millisecond.
const patience = 1 << 14

// over tells whether the context has ended, of which it may not know for a while.
func (w *watch) over() bool {
	if w.effort-w.asked > patience {
		return w.ask()
	}
	return w.ended
}

// ask tells whether the context has ended.
func (w *watch) ask() bool {
	w.asked = w.effort
	w.ended = w.ended || w.ctx.Err() != nil
	return w.ended
}
