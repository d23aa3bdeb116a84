package rpc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
)

const hang = 30 * time.Second // beyond it a test is stuck

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// known is an Authenticator with two tokens.
type known struct{}

func (known) Authenticate(_ context.Context, secret string) (*policy.Caller, error) {
	switch secret {
	case "admin":
		return &policy.Caller{Token: "tokens/admin", Grants: []policy.Grant{{
			Role: nuov1.Role_ROLE_DISTRICT_ADMIN, Scope: "districts/d", District: "districts/d",
		}}}, nil
	case "auditor":
		return &policy.Caller{Token: "tokens/auditor", Grants: []policy.Grant{{
			Role: nuov1.Role_ROLE_AUDITOR, Scope: "districts/d", District: "districts/d",
		}}}, nil
	case "broken":
		return nil, errors.New("the file is gone: /secret/path")
	default:
		return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
	}
}

// room is a TokenService whose WhoAmI does what the test says.
type room struct {
	nuov1.UnimplementedTokenServiceServer
	who func(context.Context) (*nuov1.Token, error)
}

func (r *room) WhoAmI(ctx context.Context, _ *nuov1.WhoAmIRequest) (*nuov1.Token, error) {
	return r.who(ctx)
}

func (r *room) IssueToken(ctx context.Context, _ *nuov1.IssueTokenRequest) (*nuov1.IssueTokenResponse, error) {
	_, err := r.who(ctx)
	return &nuov1.IssueTokenResponse{}, err
}

// lines is a log that several goroutines write.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type served struct {
	conn   *grpc.ClientConn
	tokens nuov1.TokenServiceClient
	room   *room
	log    *lines
}

func serve(t *testing.T, cfg rpc.Config) *served {
	t.Helper()
	s := &served{room: &room{}, log: &lines{}}
	cfg.Authenticator = known{}
	cfg.Logger = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	chain, err := rpc.NewChain(cfg)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := grpc.NewServer(chain.Options()...)
	nuov1.RegisterTokenServiceServer(srv, s.room)
	healthv1.RegisterHealthServer(srv, health.NewServer())
	done := make(chan error, 1)
	go func() { done <- srv.Serve(listener) }()
	s.conn, err = grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	s.tokens = nuov1.NewTokenServiceClient(s.conn)
	t.Cleanup(func() {
		s.conn.Close()
		srv.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

func as(t *testing.T, secret string) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	t.Cleanup(cancel)
	return metadata.AppendToOutgoingContext(ctx, rpc.Header, rpc.Bearer(secret))
}

func confirmed(ctx context.Context) (*nuov1.Token, error) {
	rpc.FromContext(ctx).Confirm()
	return &nuov1.Token{Name: rpc.FromContext(ctx).Caller.Token}, nil
}

func refused(t *testing.T, err error, code codes.Code, reason nuov1.ErrorReason) *fault.Error {
	t.Helper()
	f, ok := rpc.FromStatus(err)
	if status.Code(err) != code || !ok || f.Reason != reason {
		t.Fatalf("%v, want %v %v", err, code, reason)
	}
	return f
}

func wants(t *testing.T, err error, code codes.Code, reason nuov1.ErrorReason) {
	t.Helper()
	_ = refused(t, err, code, reason)
}

func TestOKCallerReachesTheRoom(t *testing.T) {
	s := serve(t, rpc.Config{Now: time.Now})
	var deadline bool
	s.room.who = func(ctx context.Context) (*nuov1.Token, error) {
		_, deadline = ctx.Deadline()
		if in := rpc.FromContext(ctx); in.Method != "/nuo.v1.TokenService/WhoAmI" || !in.Rule.GetMembers() || in.ID == "" {
			t.Errorf("%+v", in)
		}
		return confirmed(ctx)
	}
	ctx := metadata.AppendToOutgoingContext(t.Context(), rpc.Header, "bearer admin")
	token, err := s.tokens.WhoAmI(ctx, &nuov1.WhoAmIRequest{})
	if err != nil || token.GetName() != "tokens/admin" || !deadline {
		t.Errorf("%v %v, deadline %v", token, err, deadline)
	}
	for _, want := range []string{"method=/nuo.v1.TokenService/WhoAmI", "code=OK", "caller=tokens/admin", "duration=", " id="} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("log lacks %q: %s", want, s.log)
		}
	}
}

func TestErrUnauthenticated(t *testing.T) {
	s := serve(t, rpc.Config{})
	s.room.who = confirmed
	for _, headers := range [][]string{
		{},
		{""},
		{"admin"},
		{"Basic admin"},
		{"Bearer"},
		{"Bearer "},
		{"Bearer nobody"},
		{"Bearer  admin"},
		{"Bearer admin", "Bearer admin"},
	} {
		ctx := t.Context()
		for _, h := range headers {
			ctx = metadata.AppendToOutgoingContext(ctx, rpc.Header, h)
		}
		_, err := s.tokens.WhoAmI(ctx, &nuov1.WhoAmIRequest{})
		f := refused(t, err, codes.Unauthenticated, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
		if f.Text(fault.Chinese) == "" {
			t.Error("no Chinese text")
		}
	}
	if strings.Contains(s.log.String(), "nobody") {
		t.Errorf("the log holds what was presented: %s", s.log)
	}
}

func TestErrDeniedBeforeTheRoom(t *testing.T) {
	s := serve(t, rpc.Config{})
	s.room.who = func(context.Context) (*nuov1.Token, error) { t.Error("the room was reached"); return nil, nil }
	_, err := s.tokens.IssueToken(as(t, "auditor"), &nuov1.IssueTokenRequest{}) // which is invalid, too
	f := refused(t, err, codes.PermissionDenied, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	if f.Vars["method"] != "TokenService/IssueToken" {
		t.Errorf("%v", f.Vars)
	}
}

func TestErrInvalidFieldNamesAllOfThem(t *testing.T) {
	s := serve(t, rpc.Config{})
	s.room.who = confirmed
	_, err := s.tokens.IssueToken(as(t, "admin"), &nuov1.IssueTokenRequest{RequestId: "x", Token: &nuov1.Token{
		DisplayName: strings.Repeat("长", 101), Grants: []*nuov1.Grant{{Role: nuov1.Role_ROLE_SYSTEM, Scope: "districts/d"}},
	}})
	f := refused(t, err, codes.InvalidArgument, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
	got := map[string]string{}
	for _, v := range f.Fields {
		got[v.Field] = v.DescriptionZH
		if v.Description == "" {
			t.Errorf("%s is not described", v.Field)
		}
	}
	want := map[string]string{"request_id": "须为 UUID", "token.display_name": "最多 100 个字符", "token.grants[0].role": "不是可选的值"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestErrInvalidTextNamesTheField(t *testing.T) {
	s := serve(t, rpc.Config{})
	s.room.who = confirmed
	_, err := s.tokens.IssueToken(as(t, "admin"), &nuov1.IssueTokenRequest{
		RequestId: "6f1e8f0c-6d3f-4c1e-9a5e-0c8f6b1b2a3d",
		Token: &nuov1.Token{
			DisplayName: "值班\u202e电脑", Grants: []*nuov1.Grant{{Role: nuov1.Role_ROLE_AUDITOR, Scope: "districts/d"}},
		},
	})
	f := refused(t, err, codes.InvalidArgument, nuov1.ErrorReason_ERROR_REASON_INVALID_TEXT)
	if len(f.Fields) != 1 || f.Fields[0].Field != "token.display_name" || !strings.Contains(f.Fields[0].Description, "U+202E") {
		t.Errorf("%+v", f.Fields)
	}
}

// Whatever a room does wrong ends its call alone, with an id that leads to the log and no text of the defect.
func TestErrInternalShowsAnIDOnly(t *testing.T) {
	for name, who := range map[string]func(context.Context) (*nuov1.Token, error){
		"panic":          func(context.Context) (*nuov1.Token, error) { panic("canary of a panic") },
		"unknown error":  func(context.Context) (*nuov1.Token, error) { return nil, errors.New("canary of an error") },
		"engine misused": func(context.Context) (*nuov1.Token, error) { return nil, fmt.Errorf("canary: %w", kv.ErrDone) },
		"no policy asked": func(context.Context) (*nuov1.Token, error) {
			return &nuov1.Token{Name: "canary"}, nil
		},
		"a status of its own": func(context.Context) (*nuov1.Token, error) {
			return nil, status.Error(codes.NotFound, "canary of a status")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, rpc.Config{})
			s.room.who = who
			token, err := s.tokens.WhoAmI(as(t, "admin"), &nuov1.WhoAmIRequest{})
			f := refused(t, err, codes.Internal, nuov1.ErrorReason_ERROR_REASON_INTERNAL)
			if strings.Contains(err.Error(), "canary") || token != nil {
				t.Errorf("the caller saw %v %v", token, err)
			}
			if id := f.Vars["id"]; id == "" || !strings.Contains(s.log.String(), "id="+id) {
				t.Errorf("the log does not know %q: %s", id, s.log)
			}
			s.room.who = confirmed
			if _, err := s.tokens.WhoAmI(as(t, "admin"), &nuov1.WhoAmIRequest{}); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
	t.Run("authenticator", func(t *testing.T) {
		s := serve(t, rpc.Config{})
		_, err := s.tokens.WhoAmI(as(t, "broken"), &nuov1.WhoAmIRequest{})
		wants(t, err, codes.Internal, nuov1.ErrorReason_ERROR_REASON_INTERNAL)
	})
}

func TestOKHealthNeedsNoToken(t *testing.T) {
	s := serve(t, rpc.Config{})
	if _, err := healthv1.NewHealthClient(s.conn).Check(t.Context(), &healthv1.HealthCheckRequest{}); err != nil {
		t.Error(err)
	}
	_, err := healthv1.NewHealthClient(s.conn).Check(t.Context(), &healthv1.HealthCheckRequest{Service: "none"})
	if status.Code(err) != codes.NotFound {
		t.Errorf("%v, want health's own NOT_FOUND", err)
	}
}

func TestErrUnimplementedStaysSo(t *testing.T) {
	s := serve(t, rpc.Config{})
	_, err := s.tokens.ListTokens(as(t, "admin"), &nuov1.ListTokensRequest{Parent: "districts/d"})
	if status.Code(err) != codes.Unimplemented {
		t.Error(err)
	}
	for _, path := range []string{"nuo.v1.TokenService/WhoAmI", "//nuo.v1.TokenService/WhoAmI", "/nuo.v1.TokenService/whoami", "/nuo.v1.TokenService/WhoAmI/", "/x.Y/Z"} {
		err := s.conn.Invoke(as(t, "admin"), path, &nuov1.WhoAmIRequest{}, &nuov1.Token{})
		if err == nil {
			t.Errorf("%s was answered", path)
		}
	}
}

// A stream's context ends when the server drains; a unary call under way is let finish.
func TestOKDrainingEndsStreamsAlone(t *testing.T) {
	draining := make(chan struct{})
	chain, err := rpc.NewChain(rpc.Config{Authenticator: known{}, Draining: draining})
	if err != nil {
		t.Fatal(err)
	}
	ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs(rpc.Header, "Bearer admin"))
	info := &grpc.StreamServerInfo{FullMethod: "/nuo.v1.TokenService/WhoAmI"}
	err = chain.Stream(nil, bare{ctx: ctx}, info, func(_ any, ss grpc.ServerStream) error {
		rpc.FromContext(ss.Context()).Confirm()
		close(draining)
		<-ss.Context().Done()
		return ss.Context().Err()
	})
	wants(t, err, codes.Unavailable, nuov1.ErrorReason_ERROR_REASON_BUSY)
	unary := &grpc.UnaryServerInfo{FullMethod: "/nuo.v1.TokenService/WhoAmI"}
	_, err = chain.Unary(ctx, &nuov1.WhoAmIRequest{}, unary, func(ctx context.Context, _ any) (any, error) {
		rpc.FromContext(ctx).Confirm()
		return &nuov1.Token{}, ctx.Err()
	})
	if err != nil {
		t.Error(err)
	}
}

// bare is a stream that goes nowhere.
type bare struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // what a stream is
}

func (b bare) Context() context.Context { return b.ctx }
func (b bare) SendMsg(any) error        { return nil }
func (b bare) RecvMsg(m any) error {
	m.(*nuov1.ListTokensRequest).PageSize = -1
	return nil
}

func TestErrStreamSendsNothingBeforeThePolicy(t *testing.T) {
	chain, err := rpc.NewChain(rpc.Config{Authenticator: known{}})
	if err != nil {
		t.Fatal(err)
	}
	info := &grpc.StreamServerInfo{FullMethod: "/nuo.v1.TokenService/ListTokens"}
	run := func(secret string, handler grpc.StreamHandler) error {
		ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs(rpc.Header, rpc.Bearer(secret)))
		return chain.Stream(nil, bare{ctx: ctx}, info, handler)
	}
	err = run("admin", func(_ any, ss grpc.ServerStream) error { return ss.SendMsg(&nuov1.ListTokensResponse{}) })
	wants(t, err, codes.Internal, nuov1.ErrorReason_ERROR_REASON_INTERNAL)
	err = run("admin", func(any, grpc.ServerStream) error { return nil })
	wants(t, err, codes.Internal, nuov1.ErrorReason_ERROR_REASON_INTERNAL)
	err = run("admin", func(any, grpc.ServerStream) error { panic("in a stream") })
	wants(t, err, codes.Internal, nuov1.ErrorReason_ERROR_REASON_INTERNAL)
	err = run("admin", func(_ any, ss grpc.ServerStream) error { return ss.RecvMsg(&nuov1.ListTokensRequest{}) })
	wants(t, err, codes.InvalidArgument, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
	err = run("auditor", func(any, grpc.ServerStream) error { t.Error("the room was reached"); return nil })
	wants(t, err, codes.PermissionDenied, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	err = run("nobody", func(any, grpc.ServerStream) error { t.Error("the room was reached"); return nil })
	wants(t, err, codes.Unauthenticated, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
}
