package matcher

import "context"

// pulse counts work and looks at the context about every millisecond, or oftener. A step is the look at one pair, some
// nanoseconds to tens of them.
type pulse struct {
	ctx  context.Context
	left int
}

const pulseSteps = 1 << 15

// beat tells the context's error, if it has ended.
func (b *pulse) beat(steps int) error {
	if b.left -= steps; b.left > 0 {
		return nil
	}
	b.left = pulseSteps
	return b.ctx.Err()
}
