package server

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"

	"nuo.internal/nuo/server/rpc"
)

// registerOwn offers health, not ready yet, and reflection.
func registerOwn(g *grpc.Server) *health.Server {
	ready := health.NewServer()
	ready.Shutdown() // every service is NOT_SERVING until Resume
	healthv1.RegisterHealthServer(g, ready)
	reflection.Register(g)
	return ready
}

// stop ends serving gently, and firmly after the timeout: not ready, streams ended, calls answered, the rest cut off.
// No handler runs when it returns.
func (s *Server) stop(g *grpc.Server, ready *health.Server) {
	ready.Shutdown()
	close(s.draining)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		g.GracefulStop()
	}()
	timer := time.NewTimer(s.cfg.StopTimeout)
	defer timer.Stop()
	select {
	case <-gone:
	case <-timer.C:
		s.cfg.Logger.Warn("calls were cut off")
		g.Stop()
		<-gone
	}
}

// crew are the workers under way.
type crew struct {
	cancel context.CancelFunc
	all    sync.WaitGroup
	failed chan error // holds the first failure
}

// startCrew sets the workers to work. They outlive ctx, which is the server's: they end at stop, after the calls.
func startCrew(ctx context.Context, workers []worker) *crew {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c := &crew{cancel: cancel, failed: make(chan error, 1)}
	for _, w := range workers {
		c.all.Go(func() {
			if err := work(ctx, w); err != nil {
				select {
				case c.failed <- err:
				default:
				}
			}
		})
	}
	return c
}

func work(ctx context.Context, w worker) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("server: %T: %w", w, rpc.Panic(v, debug.Stack()))
		}
	}()
	if err := w.Work(ctx); err != nil {
		return fmt.Errorf("server: %T: %w", w, err)
	}
	return nil
}

func (c *crew) stop() {
	c.cancel()
	c.all.Wait()
}
