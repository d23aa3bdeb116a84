package server_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server"
)

// sent counts the requests that have left a client.
type sent struct{ n atomic.Int32 }

func (*sent) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (*sent) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (*sent) HandleConn(context.Context, stats.ConnStats)                       {}
func (s *sent) HandleRPC(_ context.Context, r stats.RPCStats) {
	if _, ok := r.(*stats.OutPayload); ok {
		s.n.Add(1)
	}
}

// disk is one whose next sync waits until it is let go.
type disk struct {
	slow    atomic.Bool
	waiting chan struct{} // closed when a sync waits
	let     chan struct{}
	once    sync.Once
}

func (d *disk) sync() error {
	if d.slow.Load() {
		d.once.Do(func() { close(d.waiting) })
		<-d.let
	}
	return nil
}

// A server that is told to stop while a hundred calls wait for a slow disk and streams are open ends in order: the
// streams with UNAVAILABLE, each call with an answer or with the word that it was not done; and what was answered is
// there afterwards, once.
func TestOKStopWithAHundredCallsInFlight(t *testing.T) {
	c := newCast(t)
	c.stop()
	d := &disk{waiting: make(chan struct{}), let: make(chan struct{})}
	c.start(func(s *server.Server) { s.OnSync(d.sync) })
	streams := c.watchers(20)
	d.slow.Store(true)

	const calls = 100
	var out sent
	var mu sync.Mutex
	done := map[string]bool{}
	var all sync.WaitGroup
	conns := []*grpc.ClientConn{c.counted(&out), c.counted(&out)} // 100 calls at once fit one, streams and all do not
	for i := range calls {
		all.Go(func() {
			name := fmt.Sprintf("%s/compounds/f%d", mingzhu, i)
			if c.create(conns[i%len(conns)], name) {
				mu.Lock()
				done[name] = true
				mu.Unlock()
			}
		})
	}
	c.await("all are sent", func() bool { return out.n.Load() == calls })
	<-d.waiting
	c.cancel()
	c.cancel = nil
	streams.Wait() // they end before the disk moves
	close(d.let)
	all.Wait()
	if err := <-c.ended; err != nil {
		t.Error(err)
	}
	c.conn.Close()

	c.start(nil)
	for i := range calls {
		name := fmt.Sprintf("%s/compounds/f%d", mingzhu, i)
		_, err := c.do("mingzhu", &nuov1.GetOrganisationRequest{Name: name})
		if done[name] && err != nil {
			t.Errorf("acknowledged and lost: %s: %v", name, err)
		}
	}
	if len(done) == 0 {
		t.Error("no call that was under way was answered")
	}
	c.picture()
	t.Logf("%d of %d calls in flight were answered, the others told that they were not", len(done), calls)
}

// watchers opens streams that must end with UNAVAILABLE.
func (c *cast) watchers(n int) *sync.WaitGroup {
	c.Helper()
	var ended sync.WaitGroup
	client := nuov1.NewShiftServiceClient(c.conn)
	for range n {
		ctx, cancel := c.as("auditor")
		s, err := client.WatchShifts(ctx, &nuov1.WatchShiftsRequest{})
		if err != nil {
			c.Fatal(err)
		}
		if res, err := s.Recv(); err != nil || !res.GetCurrent() {
			c.Fatalf("%v %v", res, err)
		}
		ended.Go(func() {
			defer cancel()
			var err error
			for err == nil {
				_, err = s.Recv()
			}
			if status.Code(err) != codes.Unavailable {
				c.Errorf("a stream ended with %v", err)
			}
		})
	}
	return &ended
}

// counted is a connection whose requests are counted.
func (c *cast) counted(by *sent) *grpc.ClientConn {
	c.Helper()
	conn, err := grpc.NewClient(c.server.Addr().String(),
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithStatsHandler(by))
	if err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() { conn.Close() })
	return conn
}

// create makes a compound and tells whether that was acknowledged. A refusal must say that it was not done, or that
// this is not known.
func (c *cast) create(conn *grpc.ClientConn, name string) bool {
	ctx, cancel := c.as("mingzhu")
	defer cancel()
	req := withID(&nuov1.CreateOrganisationRequest{Organisation: &nuov1.Organisation{
		Name: name, Parent: mingzhu, DisplayName: "小区",
	}})
	_, err := methodOf(req).call(ctx, conn, req)
	if err != nil && status.Code(err) != codes.Unavailable {
		c.Errorf("%s: %v", name, err)
	}
	return err == nil
}

// await waits until something holds.
func (c *cast) await(what string, holds func() bool) {
	c.Helper()
	for guard := time.Now().Add(hang); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(guard) {
			c.Fatalf("never: %s", what)
		}
	}
}
