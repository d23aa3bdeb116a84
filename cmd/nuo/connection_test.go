package main

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	wire "nuo.internal/nuo/server/rpc"
)

// flaky is a server that a real one cannot be made to be: it fails as its list says, then answers.
type flaky struct {
	nuov1.UnimplementedContractServiceServer
	nuov1.UnimplementedShiftServiceServer
	mu       sync.Mutex
	failures []error
	ids      []string
	pages    []*nuov1.ListCommitmentsRequest
	watched  []string
}

func (f *flaky) fail() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.failures) == 0 {
		return nil
	}
	err := f.failures[0]
	f.failures = f.failures[1:]
	return err
}

func (f *flaky) AcceptContract(_ context.Context, req *nuov1.AcceptContractRequest) (*nuov1.Contract, error) {
	f.mu.Lock()
	f.ids = append(f.ids, req.GetRequestId())
	f.mu.Unlock()
	return &nuov1.Contract{Name: req.GetName()}, f.fail()
}

func (f *flaky) ConfirmShift(_ context.Context, req *nuov1.ConfirmShiftRequest) (*nuov1.ConfirmShiftResponse, error) {
	f.mu.Lock()
	f.ids = append(f.ids, req.GetRequestId())
	f.mu.Unlock()
	return &nuov1.ConfirmShiftResponse{
		Contracts: []*nuov1.Contract{{Name: "contracts/" + req.GetRequestId()}}, More: len(f.ids) < 3,
	}, f.fail()
}

func (f *flaky) ListCommitments(
	_ context.Context, req *nuov1.ListCommitmentsRequest,
) (*nuov1.ListCommitmentsResponse, error) {
	f.pages = append(f.pages, req)
	res := &nuov1.ListCommitmentsResponse{NextPageToken: req.GetPageToken() + "x"}
	for range req.GetPageSize() {
		res.Commitments = append(res.Commitments, &nuov1.Commitment{Title: "卡口测温"})
	}
	if len(res.GetNextPageToken()) == 4 {
		res.NextPageToken = ""
	}
	return res, f.fail()
}

func (f *flaky) WatchShifts(
	req *nuov1.WatchShiftsRequest, stream grpc.ServerStreamingServer[nuov1.WatchShiftsResponse],
) error {
	f.watched = append(f.watched, req.GetResumeToken())
	shift := gate("gate-am", "卡口测温", "一号门", 1, 4, 0)
	if req.GetResumeToken() == "" {
		first := &nuov1.WatchShiftsResponse{Shifts: []*nuov1.Shift{shift}, ResumeToken: "1", Current: true}
		if err := stream.Send(first); err != nil {
			return err
		}
		return status.Error(codes.Unavailable, "restarting")
	}
	shift.Fill.Held, shift.Fill.Remaining = 2, 2
	if err := stream.Send(&nuov1.WatchShiftsResponse{Shifts: []*nuov1.Shift{shift}, ResumeToken: "2"}); err != nil {
		return err
	}
	return status.Error(codes.PermissionDenied, "over")
}

// against runs the command line against f and answers its status and what it wrote.
func against(t *testing.T, f *flaky, args ...string) (status int, out, err string) {
	t.Helper()
	listener, listenErr := net.Listen("tcp", "127.0.0.1:0")
	if listenErr != nil {
		t.Fatal(listenErr)
	}
	s := grpc.NewServer()
	nuov1.RegisterContractServiceServer(s, f)
	nuov1.RegisterShiftServiceServer(s, f)
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(s.Stop)
	a := testApp(english)
	stdout, stderr := new(bytes.Buffer), new(bytes.Buffer)
	a.out, a.err = stdout, stderr
	status = a.run(append(args, "--server", listener.Addr().String()))
	return status, stdout.String(), stderr.String()
}

func refusedFor(reason nuov1.ErrorReason, vars ...string) error {
	return wire.ToStatus(fault.New(reason, vars...), &wire.Incoming{}).Err()
}

// TestRepeatOK: a call whose outcome is unknown is made again with the same request id.
func TestRepeatOK(t *testing.T) {
	f := &flaky{failures: []error{
		status.Error(codes.Unavailable, "gone"), refusedFor(nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN),
	}}
	code, out, _ := against(t, f, "accept", "1")
	if code != exitOK || !strings.Contains(out, "contracts/1") {
		t.Error(code, out)
	}
	if len(f.ids) != 3 || f.ids[0] == "" || f.ids[0] != f.ids[1] || f.ids[1] != f.ids[2] {
		t.Error(f.ids)
	}
}

// TestRepeatErrOutcomeUnknown: in the end the person is told how to repeat.
func TestRepeatErrOutcomeUnknown(t *testing.T) {
	unknown := refusedFor(nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN)
	f := &flaky{failures: []error{unknown, unknown, unknown, unknown}}
	code, _, err := against(t, f, "accept", "1")
	if code != exitRefused || len(f.ids) != attempts || !strings.Contains(err, "--request-id "+f.ids[0]) {
		t.Error(code, f.ids, err)
	}
}

// TestRefusalErrShiftFull: a refusal is not repeated; its kind, words and reason show, and the command that helps.
func TestRefusalErrShiftFull(t *testing.T) {
	f := &flaky{failures: []error{refusedFor(nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)}}
	code, _, err := against(t, f, "accept", "1")
	if code != exitRefused || len(f.ids) != 1 {
		t.Error(code, f.ids)
	}
	for _, want := range []string{"not possible now: ", "[SHIFT_FULL]", "--waitlist"} {
		if !strings.Contains(err, want) {
			t.Errorf("%q is missing in %q", want, err)
		}
	}
}

// TestRefusalErrInvalidField: each field has its line, and is not said twice.
func TestRefusalErrInvalidField(t *testing.T) {
	bad := fault.Field("name", "is no contract", "不是契约")
	f := &flaky{failures: []error{wire.ToStatus(bad, &wire.Incoming{}).Err()}}
	code, _, err := against(t, f, "accept", "1", "--lang", "zh")
	if code != exitRefused || strings.Count(err, "不是契约") != 1 || !strings.Contains(err, "\n  name: 不是契约") {
		t.Error(code, err)
	}
}

// TestConfirmOK: fifty at a time until all are confirmed, each call with an id that follows from the first.
func TestConfirmOK(t *testing.T) {
	args := []string{"confirm", "gate-am", "--reached", "12", "--request-id", "6f1c2b52-5d0a-4d0b-9d6e-0d6f4b1f2a3c"}
	first, second := &flaky{}, &flaky{}
	if code, _, err := against(t, first, args...); code != exitOK {
		t.Fatal(code, err)
	}
	if code, _, err := against(t, second, args...); code != exitOK {
		t.Fatal(code, err)
	}
	if len(first.ids) != 3 || first.ids[0] == first.ids[1] || first.ids[1] == first.ids[2] {
		t.Error(first.ids)
	}
	if strings.Join(first.ids, " ") != strings.Join(second.ids, " ") {
		t.Error("a repeat made other ids:", first.ids, second.ids)
	}
}

// TestPagesOK: pages are followed to the limit, and it is said when there is more.
func TestPagesOK(t *testing.T) {
	f := &flaky{}
	code, out, err := against(t, f, "board", "--limit", "250")
	if code != exitOK || strings.Count(out, "卡口测温") != 250 || len(f.pages) != 2 {
		t.Error(code, strings.Count(out, "卡口测温"), len(f.pages))
	}
	if !strings.Contains(err, "--page-token xx") {
		t.Error(err)
	}
	f = &flaky{}
	code, out, err = against(t, f, "board", "--limit", "0")
	if code != exitOK || strings.Count(out, "卡口测温") != 800 || err != "" {
		t.Error(code, strings.Count(out, "卡口测温"), err)
	}
}

// TestWatchOK: a stream that breaks is resumed after the last answer; a refusal ends the watch.
func TestWatchOK(t *testing.T) {
	f := &flaky{}
	code, out, err := against(t, f, "shift", "watch")
	if code != exitRefused || strings.Join(f.watched, ",") != ",1" {
		t.Error(code, f.watched, err)
	}
	if !strings.Contains(out, "1/4") || !strings.Contains(out, "2/4") {
		t.Error(out)
	}
	f = &flaky{}
	if code, out, err = against(t, f, "shift", "watch", "--once"); code != exitOK || !strings.Contains(out, "1/4") {
		t.Error(code, out, err)
	}
}
