package rpc

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
)

// DefaultDeadline is how long a unary call without a deadline of its own may take.
const DefaultDeadline = 30 * time.Second

// Config is what the interceptors are made of.
type Config struct {
	// Authenticator knows the tokens. Required.
	Authenticator Authenticator
	// Logger takes one line a call: refusals at Info, defects at Error, successes at Debug. Nil: nothing is logged.
	Logger *slog.Logger
	// Now is read before and after a call for the duration in the log, and for nothing else. Nil: no durations.
	Now func() time.Time
	// Deadline is that of a unary call without one. 0: DefaultDeadline.
	Deadline time.Duration
	// Draining is closed when the server stops: streams end with UNAVAILABLE, unary calls go on. Nil: never.
	Draining <-chan struct{}
}

// Chain is the row of interceptors. One serves all calls of a server.
type Chain struct {
	cfg       Config
	validator protovalidate.Validator
}

// NewChain makes the interceptors.
func NewChain(cfg Config) (*Chain, error) {
	validator, err := protovalidate.New()
	if err != nil {
		return nil, err
	}
	cfg.Deadline = cmp.Or(cfg.Deadline, DefaultDeadline)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return time.Time{} }
	}
	return &Chain{cfg: cfg, validator: validator}, nil
}

// Options are the server options that install the chain.
func (c *Chain) Options() []grpc.ServerOption {
	return []grpc.ServerOption{grpc.UnaryInterceptor(c.Unary), grpc.StreamInterceptor(c.Stream)}
}

// Unary carries one unary call through the chain.
func (c *Chain) Unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	in := &Incoming{ID: newID(), Method: info.FullMethod}
	var res any
	err := c.observe(ctx, in, func() (err error) {
		if policy.Excepted(in.Method) {
			res, err = handler(ctx, req)
			return passed(err)
		}
		var cancel context.CancelFunc
		if ctx, cancel = c.deadline(ctx); cancel != nil {
			defer cancel()
		}
		if ctx, err = c.admit(ctx, in); err != nil {
			return err
		}
		if err := c.check(req); err != nil {
			return err
		}
		if res, err = handler(ctx, req); err == nil && !in.Confirmed() {
			err = errUnconfirmed
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

func (c *Chain) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, nil
	}
	return context.WithTimeout(ctx, c.cfg.Deadline)
}

// admit authenticates the caller and decides what can be decided before the object is known.
func (c *Chain) admit(ctx context.Context, in *Incoming) (context.Context, error) {
	rule, ok := policy.RuleOf(in.Method)
	if !ok {
		return ctx, Denied(in.Method)
	}
	in.Rule = rule
	if err := c.authenticate(ctx, in); err != nil {
		return ctx, err
	}
	if !policy.Possible(rule, in.Caller) {
		return ctx, Denied(in.Method)
	}
	return WithIncoming(ctx, in), nil
}

// Denied is the refusal of a method to a caller whose roles do not allow it.
func Denied(fullMethod string) *fault.Error {
	return fault.New(nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, "method", short(fullMethod))
}

func (c *Chain) check(req any) error {
	m, ok := req.(proto.Message)
	if !ok {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_INTERNAL)
	}
	if err := validate(c.validator, m); err != nil {
		return err
	}
	return CleanText(m)
}

// observe runs a call, maps its error, and logs its end.
func (c *Chain) observe(ctx context.Context, in *Incoming, call func() error) error {
	start := c.cfg.Now()
	err := recovered(call)
	st := ToStatus(err, in)
	level := slog.LevelDebug
	switch st.Code() {
	case codes.OK:
	case codes.Internal, codes.DataLoss, codes.Unknown:
		level = slog.LevelError
	default:
		level = slog.LevelInfo
	}
	if !c.cfg.Logger.Enabled(ctx, level) {
		return st.Err()
	}
	attrs := []slog.Attr{
		slog.String("id", in.ID), slog.String("method", in.Method), slog.String("code", st.Code().String()),
		slog.Duration("duration", c.cfg.Now().Sub(start)),
	}
	if in.Caller != nil {
		attrs = append(attrs, slog.String("caller", in.Caller.Token))
	}
	if reason := ReasonOf(st); reason != nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED {
		attrs = append(attrs, slog.String("reason", fault.Name(reason)))
	}
	if level == slog.LevelError || errors.Unwrap(err) != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	c.cfg.Logger.LogAttrs(ctx, level, "call", attrs...)
	return st.Err()
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never errs
	return hex.EncodeToString(b[:])
}
