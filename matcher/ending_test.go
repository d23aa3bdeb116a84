package matcher

import "context"

// Ending is a context that ends after it was asked a number of times.
type Ending struct {
	context.Context
	Left int
}

func (e *Ending) Err() error {
	if e.Left--; e.Left < 0 {
		return context.Canceled
	}
	return nil
}
