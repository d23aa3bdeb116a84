package server

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv/boltkv"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

var noon = time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC)

// begin runs a server until the function that it returns is called, which gives Run's error.
func begin(t *testing.T, s *Server) (end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	select {
	case <-s.Ready():
	case err := <-ended:
		cancel()
		t.Fatal(err)
	}
	return func() error {
		cancel()
		return <-ended
	}
}

// A commit whose sync fails may or may not have happened: the caller is told so, and the server ends.
func TestErrFailedCommitEndsTheServer(t *testing.T) {
	var broken atomic.Bool
	var secret string
	s, err := New(Config{Data: t.TempDir(), Listen: "127.0.0.1:0", FirstToken: func(first string) { secret = first }})
	if err != nil {
		t.Fatal(err)
	}
	s.onSync = func() error {
		if broken.Load() {
			return errors.New("canary of the disk")
		}
		return nil
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(t.Context()) }()
	select {
	case <-s.Ready():
	case err := <-ended:
		t.Fatal(err)
	}
	conn, err := grpc.NewClient(s.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ctx := metadata.AppendToOutgoingContext(t.Context(), rpc.Header, rpc.Bearer(secret))
	tokens := nuov1.NewTokenServiceClient(conn)
	if _, err := tokens.WhoAmI(ctx, &nuov1.WhoAmIRequest{}); err != nil {
		t.Fatal(err)
	}
	broken.Store(true)
	_, err = tokens.IssueToken(ctx, &nuov1.IssueTokenRequest{
		RequestId: uuid.NewString(),
		Token:     &nuov1.Token{Grants: []*nuov1.Grant{{Role: nuov1.Role_ROLE_AUDITOR, Scope: "districts/" + DefaultDistrict}}},
	})
	f, _ := rpc.FromStatus(err)
	if f == nil || f.Reason != nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN || strings.Contains(f.Text(fault.English), "canary") {
		t.Errorf("%v, want OUTCOME_UNKNOWN", err)
	}
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "store failed") {
		t.Errorf("Run ended with %v", err)
	}
}

// From when to when the server served is in the store, up to the stop.
func TestOKServingIsNoted(t *testing.T) {
	data, clock := t.TempDir(), NewManualClock(noon)
	for range 2 {
		s, err := New(Config{Data: data, Listen: "127.0.0.1:0", Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		end := begin(t, s)
		clock.Advance(3 * time.Hour)
		if err := end(); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Hour)
	}
	engine, err := boltkv.Open(filepath.Join(data, File), boltkv.Config{})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(engine, store.Config{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	var served []time.Duration
	err = kept.View(t.Context(), func(tx *store.Tx) error {
		for interval, err := range store.ServingIntervals.Scan(tx) {
			if err != nil {
				return err
			}
			served = append(served, interval.GetStart().AsTime().Sub(noon), interval.GetEnd().AsTime().Sub(noon))
		}
		return nil
	})
	if want := []time.Duration{0, 3 * time.Hour, 4 * time.Hour, 7 * time.Hour}; err != nil || !slices.Equal(served, want) {
		t.Errorf("%v %v, want %v", served, err, want)
	}
}

func TestOKEveryPeriodOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock, ran := NewManualClock(noon), 0
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- every(ctx, clock, time.Hour, func(context.Context) error {
				ran++
				if ran == 2 {
					return fault.New(nuov1.ErrorReason_ERROR_REASON_STORE_FULL) // passes
				}
				return nil
			})
		}()
		for i, step := range []struct {
			by   time.Duration
			want int
		}{{0, 1}, {59 * time.Minute, 1}, {time.Minute, 2}, {100 * time.Hour, 3}, {time.Hour, 4}} {
			clock.Advance(step.by)
			synctest.Wait()
			if ran != step.want {
				t.Errorf("step %d: ran %d times, want %d", i, ran, step.want)
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		bad := errors.New("bad")
		if err := every(t.Context(), clock, time.Hour, func(context.Context) error { return bad }); !errors.Is(err, bad) {
			t.Errorf("%v, want what does not pass", err)
		}
	})
}

func TestErrRPCWithoutPolicyRefusesToStart(t *testing.T) {
	s, err := New(Config{Data: t.TempDir(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	s.register = func(r grpc.ServiceRegistrar) {
		r.RegisterService(&grpc.ServiceDesc{
			ServiceName: "nuo.v1.StrayService", HandlerType: (*any)(nil), Methods: []grpc.MethodDesc{{MethodName: "Act"}},
		}, s)
	}
	err = s.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "/nuo.v1.StrayService/Act: served without a policy") {
		t.Errorf("%v, want a refusal that names the RPC", err)
	}
}

type failing struct{ how func() error }

func (f failing) Work(context.Context) error { return f.how() }

func TestErrWorkerThatEndsIsToldNotSwallowed(t *testing.T) {
	for name, how := range map[string]func() error{
		"canary": func() error { return errors.New("canary") },
		"panic":  func() error { panic("canary") },
	} {
		c := startCrew(t.Context(), []worker{failing{how}})
		if err := <-c.failed; err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		c.stop()
	}
}

// A service that is offered with its generated function is a worker too, if it works.
func TestOKOfferedServicesWork(t *testing.T) {
	f := failing{func() error { return nil }}
	noted := false
	r := offer(func(_ grpc.ServiceRegistrar, got worker) { noted = got != nil }, worker(f))
	r.Register(nil)
	if found := workersOf([]room{r}); len(found) != 1 || !noted {
		t.Errorf("%v, registered %v", found, noted)
	}
}
