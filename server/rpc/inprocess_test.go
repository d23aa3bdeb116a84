package rpc_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/rpc"
)

// watch is a ShiftService whose WatchShifts does what the test says.
type watch struct {
	nuov1.UnimplementedShiftServiceServer
	watch func(*nuov1.WatchShiftsRequest, grpc.ServerStreamingServer[nuov1.WatchShiftsResponse]) error
}

func (w *watch) WatchShifts(req *nuov1.WatchShiftsRequest, s grpc.ServerStreamingServer[nuov1.WatchShiftsResponse]) error {
	return w.watch(req, s)
}

func inside(t *testing.T) (*rpc.InProcess, *room, *watch) {
	t.Helper()
	chain, err := rpc.NewChain(rpc.Config{Authenticator: known{}})
	if err != nil {
		t.Fatal(err)
	}
	conn, r, w := rpc.NewInProcess(chain), &room{who: confirmed}, &watch{}
	nuov1.RegisterTokenServiceServer(conn, r)
	nuov1.RegisterShiftServiceServer(conn, w)
	return conn, r, w
}

func TestOKInProcessMeetsTheInterceptors(t *testing.T) {
	conn, _, _ := inside(t)
	tokens := nuov1.NewTokenServiceClient(conn)
	_, err := tokens.WhoAmI(t.Context(), &nuov1.WhoAmIRequest{})
	wants(t, err, codes.Unauthenticated, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
	_, err = tokens.IssueToken(as(t, "auditor"), &nuov1.IssueTokenRequest{})
	wants(t, err, codes.PermissionDenied, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	_, err = tokens.IssueToken(as(t, "admin"), &nuov1.IssueTokenRequest{})
	wants(t, err, codes.InvalidArgument, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
	if _, err = tokens.WhoAmI(as(t, "admin"), &nuov1.WhoAmIRequest{}); err != nil {
		t.Error(err)
	}
	err = conn.Invoke(t.Context(), "/nuo.v1.TokenService/Nothing", &nuov1.WhoAmIRequest{}, &nuov1.Token{})
	if status.Code(err) != codes.Unimplemented {
		t.Errorf("an unknown method answered %v", err)
	}
}

// A room that calls another speaks for its own caller, and its peer is the caller's.
func TestOKInProcessCallsOnBehalfOfTheCaller(t *testing.T) {
	conn, r, _ := inside(t)
	from := &peer.Peer{Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 7}}
	depth := 0
	r.who = func(ctx context.Context) (*nuov1.Token, error) {
		if depth++; depth == 1 {
			return nuov1.NewTokenServiceClient(conn).WhoAmI(ctx, &nuov1.WhoAmIRequest{})
		}
		p, _ := peer.FromContext(ctx)
		if rpc.FromContext(ctx).Caller.Token != "tokens/admin" || p != from {
			t.Errorf("called by %v from %v", rpc.FromContext(ctx).Caller, p)
		}
		if md, _ := metadata.FromIncomingContext(ctx); len(md.Get("x-of-the-outer-call")) > 0 {
			t.Error("the outer call's metadata went along")
		}
		return confirmed(ctx)
	}
	ctx := metadata.AppendToOutgoingContext(peer.NewContext(as(t, "admin"), from), "x-of-the-outer-call", "1")
	_, err := nuov1.NewTokenServiceClient(conn).WhoAmI(ctx, &nuov1.WhoAmIRequest{})
	// The outer room never asked the policy itself: that the inner one did counts for the inner call alone.
	wants(t, err, codes.Internal, nuov1.ErrorReason_ERROR_REASON_INTERNAL)
	if depth != 2 {
		t.Errorf("%d calls", depth)
	}
}

func TestOKInProcessSharesNoMessages(t *testing.T) {
	conn, r, _ := inside(t)
	answer := &nuov1.Token{Name: "tokens/admin"}
	r.who = func(ctx context.Context) (*nuov1.Token, error) {
		rpc.FromContext(ctx).Confirm()
		return answer, grpc.SetHeader(ctx, metadata.Pairs("x-answer", "1"))
	}
	var header metadata.MD
	got, err := nuov1.NewTokenServiceClient(conn).WhoAmI(as(t, "admin"), &nuov1.WhoAmIRequest{}, grpc.Header(&header))
	if err != nil || got.GetName() != "tokens/admin" || len(header.Get("x-answer")) != 1 {
		t.Fatal(got, header, err)
	}
	got.Name = "tokens/other"
	if answer.GetName() != "tokens/admin" {
		t.Error("the caller changed the room's message")
	}
}

func TestOKInProcessStreams(t *testing.T) {
	conn, _, w := inside(t)
	w.watch = func(req *nuov1.WatchShiftsRequest, s grpc.ServerStreamingServer[nuov1.WatchShiftsResponse]) error {
		rpc.FromContext(s.Context()).Confirm()
		for _, token := range []string{"1", "2"} {
			if err := s.Send(&nuov1.WatchShiftsResponse{ResumeToken: req.GetCommunity() + token}); err != nil {
				return err
			}
		}
		if req.GetCommunity() == "fails" {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_RESUME_TOO_OLD)
		}
		return nil
	}
	for community, want := range map[string]codes.Code{"a": codes.OK, "fails": codes.OutOfRange} {
		stream, err := nuov1.NewShiftServiceClient(conn).WatchShifts(as(t, "admin"), &nuov1.WatchShiftsRequest{Community: community})
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{"1", "2"} {
			if res, err := stream.Recv(); err != nil || res.GetResumeToken() != community+token {
				t.Errorf("%v, %v", res, err)
			}
		}
		for range 2 { // an end stays the end
			if _, err = stream.Recv(); want == codes.OK && !errors.Is(err, io.EOF) || want != codes.OK && status.Code(err) != want {
				t.Errorf("ended with %v", err)
			}
		}
	}
}

func TestErrInProcessStreamDenied(t *testing.T) {
	conn, _, _ := inside(t)
	stream, err := nuov1.NewShiftServiceClient(conn).WatchShifts(t.Context(), &nuov1.WatchShiftsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = stream.Recv()
	wants(t, err, codes.Unauthenticated, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
}

// A caller that goes away ends the room's stream: nothing waits for a reader that is gone (goleak watches).
func TestOKInProcessStreamEndsWithItsCaller(t *testing.T) {
	conn, _, w := inside(t)
	left := make(chan error, 1)
	w.watch = func(_ *nuov1.WatchShiftsRequest, s grpc.ServerStreamingServer[nuov1.WatchShiftsResponse]) error {
		rpc.FromContext(s.Context()).Confirm()
		for {
			if err := s.Send(&nuov1.WatchShiftsResponse{}); err != nil {
				left <- err
				return err
			}
		}
	}
	ctx, cancel := context.WithCancel(as(t, "admin"))
	stream, err := nuov1.NewShiftServiceClient(conn).WatchShifts(ctx, &nuov1.WatchShiftsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-left; status.Code(err) != codes.Canceled {
		t.Errorf("the room saw %v", err)
	}
	for err == nil {
		_, err = stream.Recv()
	}
	if status.Code(err) != codes.Canceled {
		t.Errorf("the caller saw %v", err)
	}
}
