package rpc

import (
	"context"
	"sync/atomic"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/policy"
)

// Authenticator turns the secret of a bearer token into the caller that it stands for now: a token that was revoked or
// has expired is UNAUTHENTICATED from the next call on.
type Authenticator interface {
	Authenticate(ctx context.Context, secret string) (*policy.Caller, error)
}

// Incoming is what the interceptors know about a call. One goes with its context.
type Incoming struct {
	// ID names the call in the log and in INTERNAL errors.
	ID string
	// Method is the full method, such as /nuo.v1.TokenService/WhoAmI.
	Method string
	// Rule is the method's policy.
	Rule *nuov1.MethodPolicy
	// Caller is who calls, nil for a public method that is called without a token.
	Caller *policy.Caller
	// Renew authenticates the same token again, for a step of a stream that has been open for a while. Nil: the
	// caller cannot change.
	Renew func(ctx context.Context) (*policy.Caller, error)

	allowed atomic.Bool
}

// Confirm notes that the room asked the policy about the object of the call and was answered yes.
func (in *Incoming) Confirm() { in.allowed.Store(true) }

// Confirmed tells whether Confirm was called.
func (in *Incoming) Confirmed() bool { return in.allowed.Load() }

type incomingKey struct{}

// WithIncoming returns a context that carries in: what the interceptors do, and what a test of a room does without them.
func WithIncoming(ctx context.Context, in *Incoming) context.Context {
	return context.WithValue(ctx, incomingKey{}, in)
}

// FromContext is the call that the context belongs to. Outside of a call it is an empty one, whose nil Rule denies
// everything.
func FromContext(ctx context.Context) *Incoming {
	if in, ok := ctx.Value(incomingKey{}).(*Incoming); ok {
		return in
	}
	return &Incoming{}
}
