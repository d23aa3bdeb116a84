package server

import (
	"context"
	"errors"
	"strings"
	"testing"

	"google.golang.org/grpc"
)

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
		"error": func() error { return errors.New("canary") },
		"panic": func() error { panic("canary") },
	} {
		c := startCrew(t.Context(), []worker{failing{how}})
		if err := <-c.failed; err == nil || !strings.Contains(err.Error(), "canary") {
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
