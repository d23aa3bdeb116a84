package server_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/rpc"
)

const hang = 30 * time.Second // beyond it a test is stuck

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC)

// running is a server on a free port and its clients.
type running struct {
	clock  *server.ManualClock
	admin  string // the first token, "" where the store had one
	conn   *grpc.ClientConn
	tokens nuov1.TokenServiceClient
	cancel context.CancelFunc
	ended  chan error
}

func start(t *testing.T, data string) *running {
	t.Helper()
	r := &running{clock: server.NewManualClock(noon), ended: make(chan error, 1)}
	s, err := server.New(server.Config{
		Data: data, Listen: "127.0.0.1:0", District: "jiaojiang", Clock: r.clock, StopTimeout: hang,
		FirstToken: func(secret string) { r.admin = secret },
	})
	if err != nil {
		t.Fatal(err)
	}
	r.run(t, s)
	return r
}

func (r *running) run(t *testing.T, s *server.Server) {
	t.Helper()
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(t.Context())
	go func() { r.ended <- s.Run(ctx) }()
	select {
	case <-s.Ready():
	case err := <-r.ended:
		t.Fatal(err)
	case <-time.After(hang):
		t.Fatal("never ready")
	}
	conn, err := grpc.NewClient(s.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	r.conn, r.tokens = conn, nuov1.NewTokenServiceClient(conn)
	t.Cleanup(func() { r.stop(t) })
}

// stop ends the server in order; a second stop does nothing.
func (r *running) stop(t *testing.T) {
	t.Helper()
	if r.cancel == nil {
		return
	}
	r.conn.Close()
	r.cancel()
	r.cancel = nil
	select {
	case err := <-r.ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(hang):
		t.Fatal("it does not stop")
	}
}

func as(t *testing.T, secret string) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	t.Cleanup(cancel)
	return metadata.AppendToOutgoingContext(ctx, rpc.Header, rpc.Bearer(secret))
}

func wants(t *testing.T, err error, reason nuov1.ErrorReason) {
	t.Helper()
	if f, ok := rpc.FromStatus(err); !ok || f.Reason != reason {
		t.Fatalf("%v, want %v", err, reason)
	}
}

func auditor() *nuov1.IssueTokenRequest {
	return &nuov1.IssueTokenRequest{
		RequestId: uuid.NewString(),
		Token: &nuov1.Token{DisplayName: "监督员", Grants: []*nuov1.Grant{{
			Role: nuov1.Role_ROLE_AUDITOR, Scope: "districts/jiaojiang",
		}}},
	}
}

func (r *running) issue(t *testing.T) string {
	t.Helper()
	res, err := r.tokens.IssueToken(as(t, r.admin), auditor())
	if err != nil {
		t.Fatal(err)
	}
	return res.GetSecret()
}

func TestOKFirstStartMakesOneAdministrator(t *testing.T) {
	data := t.TempDir()
	r := start(t, data)
	me, err := r.tokens.WhoAmI(as(t, r.admin), &nuov1.WhoAmIRequest{})
	if err != nil || len(me.GetGrants()) != 1 || me.GetGrants()[0].GetDistrict() != "districts/jiaojiang" {
		t.Fatalf("%v %v", me, err)
	}
	secret := r.admin
	r.stop(t)
	r = start(t, data)
	if r.admin != "" {
		t.Error("a second start made another first token")
	}
	if _, err := r.tokens.WhoAmI(as(t, secret), &nuov1.WhoAmIRequest{}); err != nil {
		t.Errorf("after the restart: %v", err)
	}
}

func TestErrUnauthenticatedAndDenied(t *testing.T) {
	r := start(t, t.TempDir())
	_, err := r.tokens.WhoAmI(t.Context(), &nuov1.WhoAmIRequest{})
	wants(t, err, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
	for _, secret := range []string{"nuo_", "x", r.admin + "x", r.admin[:len(r.admin)-1] + "~", strings.ToUpper(r.admin)} {
		_, err = r.tokens.WhoAmI(as(t, secret), &nuov1.WhoAmIRequest{})
		wants(t, err, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
	}
	_, err = r.tokens.IssueToken(as(t, r.issue(t)), auditor())
	wants(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	invalid := auditor()
	invalid.RequestId = ""
	_, err = r.tokens.IssueToken(as(t, r.admin), invalid)
	wants(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
}

func TestOKHealthAndReflectionNeedNoToken(t *testing.T) {
	r := start(t, t.TempDir())
	res, err := healthv1.NewHealthClient(r.conn).Check(t.Context(), &healthv1.HealthCheckRequest{})
	if err != nil || res.GetStatus() != healthv1.HealthCheckResponse_SERVING {
		t.Errorf("%v %v", res, err)
	}
}

func TestOKRepeatHasOneEffectAndTheSameAnswer(t *testing.T) {
	data := t.TempDir()
	r := start(t, data)
	admin, req := r.admin, auditor()
	first, err := r.tokens.IssueToken(as(t, admin), req)
	if err != nil {
		t.Fatal(err)
	}
	same := func(r *running, what string) {
		t.Helper()
		again, err := r.tokens.IssueToken(as(t, admin), req)
		if err != nil || !proto.Equal(again, first) {
			t.Errorf("%s: %v %v, want %v", what, again, err, first)
		}
	}
	same(r, "at once")
	req.RequestId = strings.ToUpper(req.GetRequestId())
	same(r, "the id in capitals")
	r.stop(t)
	r = start(t, data)
	same(r, "after a restart")
	r.clock.Advance(24*time.Hour - time.Second)
	same(r, "a second before a day has passed")

	other := proto.CloneOf(req)
	other.Token.DisplayName = "另一个"
	_, err = r.tokens.IssueToken(as(t, admin), other)
	wants(t, err, nuov1.ErrorReason_ERROR_REASON_REQUEST_ID_REUSED)
	_, err = r.tokens.RevokeToken(as(t, admin), &nuov1.RevokeTokenRequest{RequestId: req.GetRequestId(), Name: first.GetToken().GetName()})
	wants(t, err, nuov1.ErrorReason_ERROR_REASON_REQUEST_ID_REUSED)

	r.clock.Advance(time.Second)
	again, err := r.tokens.IssueToken(as(t, admin), req)
	if err != nil || again.GetSecret() == first.GetSecret() {
		t.Errorf("after a day it is a new call: %v", err)
	}
}

func TestOKFiftyRepeatsAtOnceHaveOneEffect(t *testing.T) {
	r := start(t, t.TempDir())
	req, ctx := auditor(), as(t, r.admin)
	secrets := make([]string, 50)
	var all sync.WaitGroup
	for i := range secrets {
		all.Go(func() {
			res, err := r.tokens.IssueToken(ctx, req)
			if err != nil {
				t.Error(err)
			}
			secrets[i] = res.GetSecret()
		})
	}
	all.Wait()
	for _, s := range secrets {
		if s != secrets[0] {
			t.Fatal("two answers to one request id")
		}
	}
	list, err := r.tokens.ListTokens(ctx, &nuov1.ListTokensRequest{Parent: "districts/jiaojiang"})
	if err != nil || len(list.GetTokens()) != 2 {
		t.Errorf("%d tokens (%v), want the first one and this one", len(list.GetTokens()), err)
	}
}

func TestOKRequestIDsAreEachCallersOwn(t *testing.T) {
	r := start(t, t.TempDir())
	second := auditor()
	second.Token.Grants[0].Role = nuov1.Role_ROLE_DISTRICT_ADMIN
	other, err := r.tokens.IssueToken(as(t, r.admin), second)
	if err != nil {
		t.Fatal(err)
	}
	req := auditor()
	mine, err1 := r.tokens.IssueToken(as(t, r.admin), req)
	theirs, err2 := r.tokens.IssueToken(as(t, other.GetSecret()), req)
	if err := errors.Join(err1, err2); err != nil || mine.GetSecret() == theirs.GetSecret() {
		t.Errorf("another caller's answer was given away (%v)", err)
	}
}

func TestOKRefusedCallLeavesNothingAndIsDecidedAnew(t *testing.T) {
	r := start(t, t.TempDir())
	req := auditor()
	req.Token.Grants[0] = &nuov1.Grant{Role: nuov1.Role_ROLE_STREET, Scope: "streets/nowhere"}
	_, err := r.tokens.IssueToken(as(t, r.admin), req)
	wants(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	req.Token = auditor().GetToken()
	if _, err := r.tokens.IssueToken(as(t, r.admin), req); err != nil {
		t.Errorf("the id of a refused call must be free: %v", err)
	}
}

// Every call that was answered before the stop is there after it, and every call is answered or told that it was not.
func TestOKGracefulStopKeepsAcknowledgedWork(t *testing.T) {
	data := t.TempDir()
	r := start(t, data)
	admin, ctx := r.admin, as(t, r.admin)
	var mu sync.Mutex
	var acknowledged []string
	var all sync.WaitGroup
	some := make(chan struct{}, 1000)
	for range 16 {
		all.Go(func() {
			for {
				res, err := r.tokens.IssueToken(ctx, auditor())
				if err != nil {
					if status.Code(err) != codes.Unavailable && status.Code(err) != codes.Canceled {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, res.GetSecret())
				mu.Unlock()
				select {
				case some <- struct{}{}:
				default:
				}
			}
		})
	}
	for range 20 {
		<-some
	}
	r.cancel()
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	r.conn.Close()
	r.cancel = nil
	all.Wait()

	r = start(t, data)
	for _, secret := range acknowledged {
		if _, err := r.tokens.WhoAmI(as(t, secret), &nuov1.WhoAmIRequest{}); err != nil {
			t.Fatalf("an acknowledged token is lost: %v", err)
		}
	}
	if _, err := r.tokens.WhoAmI(as(t, admin), &nuov1.WhoAmIRequest{}); err != nil {
		t.Error(err)
	}
}

func TestOKStreamsEndAtTheStop(t *testing.T) {
	r := start(t, t.TempDir())
	watch, err := healthv1.NewHealthClient(r.conn).Watch(as(t, r.admin), &healthv1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if res, err := watch.Recv(); err != nil || res.GetStatus() != healthv1.HealthCheckResponse_SERVING {
		t.Fatalf("%v %v", res, err)
	}
	r.cancel()
	r.cancel = nil
	for err == nil {
		_, err = watch.Recv() // perhaps NOT_SERVING first, then the end
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	r.conn.Close()
}

func TestErrSecondServerOnTheSameData(t *testing.T) {
	data := t.TempDir()
	start(t, data)
	second, err := server.New(server.Config{Data: data, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	err = second.Run(t.Context())
	if !errors.Is(err, kv.ErrLocked) || !strings.Contains(err.Error(), "process ") {
		t.Errorf("%v must name the holder", err)
	}
}

func TestErrSocketInUse(t *testing.T) {
	r := start(t, t.TempDir())
	second, err := server.New(server.Config{Data: t.TempDir(), Listen: r.conn.Target()})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Run(t.Context()); err == nil {
		t.Error("two servers on one socket")
	}
}

func TestErrConfig(t *testing.T) {
	for name, cfg := range map[string]server.Config{
		"no data":       {},
		"bad district":  {Data: "x", District: "椒江"},
		"bad address":   {Data: "x", Listen: "nowhere"},
		"negative stop": {Data: "x", StopTimeout: -1},
	} {
		if _, err := server.New(cfg); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestErrTooLargeMessageAndHeaders(t *testing.T) {
	r := start(t, t.TempDir())
	large := auditor()
	large.Token.DisplayName = strings.Repeat("x", 5<<20)
	if _, err := r.tokens.IssueToken(as(t, r.admin), large); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("message: %v", status.Code(err))
	}
	ctx := metadata.AppendToOutgoingContext(as(t, r.admin), "x-padding", strings.Repeat("x", 20<<10))
	if _, err := r.tokens.WhoAmI(ctx, &nuov1.WhoAmIRequest{}); err == nil {
		t.Error("20 KiB of headers were accepted")
	}
	if _, err := r.tokens.WhoAmI(as(t, r.admin), &nuov1.WhoAmIRequest{}); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

// The store names nothing that was shown once or that a caller made up for repeats.
func TestOKSecretsAreNotInTheFile(t *testing.T) {
	data := t.TempDir()
	r := start(t, data)
	admin, req := r.admin, auditor()
	res, err := r.tokens.IssueToken(as(t, admin), req)
	if err != nil {
		t.Fatal(err)
	}
	r.stop(t)
	for what, secret := range map[string]string{"first token": admin, "token": res.GetSecret(), "request id": req.GetRequestId()} {
		if found := grep(t, data, secret); found != "" {
			t.Errorf("the %s stands in %s", what, found)
		}
	}
	if grep(t, data, res.GetToken().GetDisplayName()) == "" {
		t.Error("the search does not find what is there")
	}
}

func TestOKStopBeforeReadyIsAStop(t *testing.T) {
	s, err := server.New(server.Config{Data: t.TempDir(), Listen: "127.0.0.1:0", FirstToken: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Run(ctx); err != nil {
		t.Error(err)
	}
}
