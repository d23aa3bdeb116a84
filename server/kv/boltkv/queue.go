package boltkv

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"nuo.internal/nuo/server/kv"
)

// The states of a call. The caller may take a waiting one back; a running one belongs to the writer.
const (
	waiting = iota
	running
	abandoned
)

// call is one Update, or one Trim when f is nil.
type call struct {
	ctx   context.Context
	f     func(kv.Tx) error
	trim  kv.Position
	state atomic.Int32
	ran   <-chan struct{} // set before running: closed when no closure of the batch runs any more
	done  chan struct{}   // closed when what follows is set

	position kv.Position
	err      error
	panicked *kv.Panic
	exited   bool // f called runtime.Goexit, as a test's FailNow does
	more     bool // of a Trim: there is more to forget
}

// queue holds the calls that wait for the writer.
type queue struct {
	mu     sync.Mutex
	calls  []*call
	limit  int
	closed error         // why nothing may be added any more
	wake   chan struct{} // holds a token when the writer should look
}

func (q *queue) init(limit int) { q.limit, q.wake = limit, make(chan struct{}, 1) }

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.calls)
}

// add queues c, or returns kv.ErrBusy or why the queue is closed.
func (q *queue) add(c *call) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return q.closed
	}
	if len(q.calls) >= q.limit {
		return kv.ErrBusy
	}
	q.calls = append(q.calls, c)
	if len(q.calls) == 1 {
		q.signal()
	}
	return nil
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// remove takes back an abandoned call, so that it fills no place. The writer may have taken it already.
func (q *queue) remove(c *call) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.calls, c); i >= 0 {
		q.calls = slices.Delete(q.calls, i, i+1)
	}
}

// take moves up to n calls to batch. Without any it waits; it returns an empty batch once the queue is closed.
func (q *queue) take(batch []*call, n int) []*call {
	for {
		q.mu.Lock()
		n := min(n, len(q.calls))
		batch = append(batch, q.calls[:n]...)
		q.calls = slices.Delete(q.calls, 0, n)
		closed := q.closed != nil
		q.mu.Unlock()
		if len(batch) > 0 || closed {
			return batch
		}
		<-q.wake
	}
}

// close lets nothing more in; why is what is answered from then on.
func (q *queue) close(why error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed == nil {
		q.closed = why
	}
	q.signal()
}
