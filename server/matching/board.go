package matching

import (
	"context"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// board is how far the work has come on the plan that is being worked on, for whoever looks. It is memory alone: after a
// stop the work begins anew.
type board struct {
	mu       sync.Mutex
	name     string // of the plan that is worked on, "" for none
	since    time.Time
	progress nuov1.Match // phase, score, bound and what else is known before it is stored
	cancel   context.CancelFunc
	watchers map[chan struct{}]string
}

// begin puts a plan on the board. cancel ends the work on it.
func (b *board) begin(name string, now time.Time, cancel context.CancelFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.name, b.since, b.cancel = name, now, cancel
	proto.Reset(&b.progress)
	b.tell(name)
}

// end takes the plan off the board.
func (b *board) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	name := b.name
	b.name, b.cancel = "", nil
	b.tell(name)
}

// note changes what is known about the plan on the board.
func (b *board) note(change func(progress *nuov1.Match)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.progress)
	b.tell(b.name)
}

// stop ends the work on a plan, where it is under way.
func (b *board) stop(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.name == name && b.cancel != nil {
		b.cancel()
	}
}

// show adds to a stored plan how far the work on it has come.
func (b *board) show(m *nuov1.Match, now time.Time) {
	if m.GetState() != solving && m.GetState() != applying {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.name != m.GetName() {
		m.Phase = nuov1.MatchPhase_MATCH_PHASE_WAITING
		return
	}
	p := &b.progress
	m.Phase, m.Elapsed, m.Steps = p.GetPhase(), durationpb.New(now.Sub(b.since)), p.GetSteps()
	if m.GetState() != solving {
		return
	}
	m.Volunteers, m.Shifts, m.Slots, m.Pairs = p.GetVolunteers(), p.GetShifts(), p.GetSlots(), p.GetPairs()
	if p.GetScore() != nil {
		m.Score, m.Bound, m.Gap, m.Optimal = proto.CloneOf(p.GetScore()), proto.CloneOf(p.GetBound()), p.GetGap(), p.GetOptimal()
	}
}

// watch tells of progress on a plan, several at once as one, until leave is called.
func (b *board) watch(name string) (progress <-chan struct{}, leave func()) {
	ch := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.watchers == nil {
		b.watchers = map[chan struct{}]string{}
	}
	b.watchers[ch] = name
	return ch, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.watchers, ch)
	}
}

// tell wakes who watches the plan; the lock is held.
func (b *board) tell(name string) {
	for ch, watched := range b.watchers {
		if watched != name {
			continue
		}
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}
