package matching

import (
	"context"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// board is how far the work has come on the plans that are being worked on, for whoever looks. It is memory alone: after
// a stop the work begins anew.
type board struct {
	mu       sync.Mutex
	works    map[string]*underWay // by plan
	watchers map[chan struct{}]string
	// searched are the plans that were handed to the lane that searches, until that is done with them.
	searched map[string]bool
}

// underWay is the work on one plan.
type underWay struct {
	since  time.Time
	cancel context.CancelFunc
	// progress is phase, score, bound and what else is known before it is stored.
	progress nuov1.Match
}

// begin puts a plan on the board. cancel ends the work on it.
func (b *board) begin(name string, now time.Time, cancel context.CancelFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.works == nil {
		b.works = map[string]*underWay{}
	}
	b.works[name] = &underWay{since: now, cancel: cancel}
	b.tell(name)
}

// end takes a plan off the board.
func (b *board) end(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.works, name)
	delete(b.searched, name)
	b.tell(name)
}

// handOver marks a plan as one for the lane that searches, until the work on it ends.
func (b *board) handOver(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.searched == nil {
		b.searched = map[string]bool{}
	}
	b.searched[name] = true
}

// handed tells whether a plan is marked so.
func (b *board) handed(m *nuov1.Match) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.searched[m.GetName()]
}

// note changes what is known about a plan on the board.
func (b *board) note(name string, change func(progress *nuov1.Match)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if work := b.works[name]; work != nil {
		change(&work.progress)
		b.tell(name)
	}
}

// stop ends the work on a plan, where it is under way.
func (b *board) stop(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if work := b.works[name]; work != nil {
		work.cancel()
		return
	}
	delete(b.searched, name)
}

// show adds to a stored plan how far the work on it has come.
func (b *board) show(m *nuov1.Match, now time.Time) {
	if m.GetState() != solving && m.GetState() != applying {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	work := b.works[m.GetName()]
	if work == nil {
		m.Phase = nuov1.MatchPhase_MATCH_PHASE_WAITING
		return
	}
	p := &work.progress
	m.Phase, m.Elapsed, m.Steps = p.GetPhase(), durationpb.New(now.Sub(work.since)), p.GetSteps()
	if m.GetState() != solving {
		return
	}
	m.Volunteers, m.Shifts, m.Slots, m.Pairs = p.GetVolunteers(), p.GetShifts(), p.GetSlots(), p.GetPairs()
	m.LeftOutSlots = p.GetLeftOutSlots()
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
