package rpc

import (
	"context"
	"errors"

	"google.golang.org/grpc"

	"nuo.internal/nuo/server/policy"
)

// errDraining is the cause of a stream's cancelled context when the server stops.
var errDraining = errors.New("rpc: the server is stopping")

// Stream carries one stream through the chain. Every message that is received is validated; nothing is sent before the
// room has asked the policy; when the server drains, the stream's context ends and the peer sees UNAVAILABLE.
func (c *Chain) Stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	in := &Incoming{ID: newID(), Method: info.FullMethod}
	return c.observe(ss.Context(), in, func() error {
		ctx, end := c.untilDrained(ss.Context())
		defer end()
		if policy.Excepted(in.Method) {
			return passed(handler(srv, &stream{ServerStream: ss, ctx: ctx}))
		}
		admitted, err := c.admit(ctx, in)
		if err != nil {
			return err
		}
		err = handler(srv, &stream{ServerStream: ss, ctx: admitted, chain: c, in: in})
		switch {
		case errors.Is(context.Cause(ctx), errDraining):
			return errDraining
		case err == nil && !in.Confirmed():
			return errUnconfirmed
		default:
			return err
		}
	})
}

// untilDrained is a context that ends with ctx, or with errDraining as its cause when the server drains. end must be
// called.
func (c *Chain) untilDrained(parent context.Context) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(parent)
	if c.cfg.Draining == nil {
		return ctx, func() { cancel(nil) }
	}
	ended := make(chan struct{})
	go func(done <-chan struct{}) {
		defer close(ended)
		select {
		case <-c.cfg.Draining:
			cancel(errDraining)
		case <-done:
		}
	}(ctx.Done())
	return ctx, func() {
		cancel(nil)
		<-ended
	}
}

// stream is the peer as a room sees it. Without a chain it is the bare stream with another context.
type stream struct {
	grpc.ServerStream
	//nolint:containedctx // ServerStream hands out its context; this is how one is put in its place
	ctx   context.Context
	chain *Chain
	in    *Incoming
}

func (s *stream) Context() context.Context { return s.ctx }

func (s *stream) RecvMsg(m any) error {
	if err := s.ServerStream.RecvMsg(m); err != nil || s.chain == nil {
		return passed(err)
	}
	return s.chain.check(m)
}

func (s *stream) SendMsg(m any) error {
	if s.in != nil && !s.in.Confirmed() {
		return errUnconfirmed
	}
	return passed(s.ServerStream.SendMsg(m))
}
