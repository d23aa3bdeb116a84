package main

import (
	"context"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	wire "nuo.internal/nuo/server/rpc"
)

// The services, under the names that commands use.
var (
	organisations = nuov1.NewOrganisationServiceClient
	volunteers    = nuov1.NewVolunteerServiceClient
	servedParties = nuov1.NewServedPartyServiceClient
	taskLists     = nuov1.NewTaskListServiceClient
	shifts        = nuov1.NewShiftServiceClient
	doors         = nuov1.NewDoorServiceClient
	contracts     = nuov1.NewContractServiceClient
	tokens        = nuov1.NewTokenServiceClient
	matches       = nuov1.NewMatchServiceClient
	preferences   = nuov1.NewPreferenceServiceClient
)

// attempts is how often a call is made in all when its outcome is unknown or the server is not there.
const attempts = 4

// firstPause is the wait before the second attempt; each further one waits twice as long.
const firstPause = 100 * time.Millisecond

// connect opens the connection to the server, once a command; the token goes with every call.
func (in *input) connect() (grpc.ClientConnInterface, error) {
	if in.conn != nil {
		return in.conn, nil
	}
	secret, err := in.secret()
	if err != nil {
		return nil, err
	}
	patience := grpc.ConnectParams{
		Backoff:           backoff.Config{BaseDelay: firstPause / 2, Multiplier: 1.5, MaxDelay: time.Second},
		MinConnectTimeout: 3 * time.Second,
	}
	in.conn, err = grpc.NewClient(in.global.server,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(patience),
		grpc.WithUserAgent("nuo/"+version()),
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn,
			invoke grpc.UnaryInvoker, opts ...grpc.CallOption,
		) error {
			return invoke(withToken(ctx, secret), method, req, reply, conn, opts...)
		}),
		grpc.WithChainStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn,
			method string, open grpc.Streamer, opts ...grpc.CallOption,
		) (grpc.ClientStream, error) {
			return open(withToken(ctx, secret), desc, conn, method, opts...)
		}))
	if err != nil {
		return nil, usage(sayBadServer, in.global.server)
	}
	return in.conn, nil
}

func withToken(ctx context.Context, secret string) context.Context {
	if secret == "" {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, wire.Header, wire.Bearer(secret))
}

// secret is the token: --token, the file of --token-file, or NUO_TOKEN. It is never printed.
func (in *input) secret() (string, error) {
	secret := or(in.global.token, in.getenv("NUO_TOKEN"))
	if in.global.token == "" && in.global.tokenFile != "" {
		content, err := os.ReadFile(in.global.tokenFile)
		if err != nil {
			return "", usage(sayBadTokenFile, in.global.tokenFile)
		}
		secret = string(content)
	}
	secret = strings.TrimSpace(secret)
	if strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' }) { // gRPC would refuse the header
		return "", usage(sayBadToken)
	}
	return secret, nil
}

// persist makes the call until it is answered, a few times at most. The request id is the same each time, so that a
// call whose answer was lost has one effect.
func persist[Res any](in *input, call func(ctx context.Context) (Res, error)) (Res, error) {
	pause := firstPause
	for n := 1; ; n++ {
		res, err := call(in.ctx)
		if err == nil || n == attempts || !repeatable(err) {
			return res, in.refused(err)
		}
		select {
		case <-in.ctx.Done():
			return res, in.refused(err)
		case <-time.After(pause):
			pause *= 2
		}
	}
}

func repeatable(err error) bool {
	st := status.Convert(err)
	return st.Code() == codes.Unavailable || wire.ReasonOf(st) == nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN
}
