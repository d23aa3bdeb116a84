package rpc

import (
	"context"
	"io"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// pipe is a stream between two ends of one process. Nothing is buffered: who sends waits until the other receives or
// the stream has ended, so a slow reader slows the room down as it would over the network.
type pipe struct {
	sent
	single   bool            // the server answers once
	asksOnce bool            // the client asks once: its send never fails, RecvMsg tells
	client   context.Context //nolint:containedctx // a grpc stream hands out its context
	server   context.Context //nolint:containedctx // the same for the other end
	stop     context.CancelFunc
	requests chan proto.Message
	answers  chan proto.Message
	closed   chan struct{} // no more requests
	ended    chan struct{} // err is final
	close    sync.Once
	err      error
}

func newPipe(ctx context.Context, method string, desc *grpc.StreamDesc) *pipe {
	p := &pipe{
		sent: sent{method: method}, single: !desc.ServerStreams, asksOnce: !desc.ClientStreams, client: ctx,
		requests: make(chan proto.Message), answers: make(chan proto.Message),
		closed: make(chan struct{}), ended: make(chan struct{}),
	}
	inner, stop := context.WithCancel(ctx)
	p.server, p.stop = p.context(inner), stop
	return p
}

// end is the handler's return.
func (p *pipe) end(err error) {
	p.err = err
	p.stop()
	close(p.ended)
}

func pass(ctx context.Context, to chan<- proto.Message, ended <-chan struct{}, m any) error {
	msg, ok := m.(proto.Message)
	if !ok {
		return copyMessage(nil, m)
	}
	select {
	case to <- proto.Clone(msg):
		return nil
	case <-ended:
		return io.EOF
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
}

type clientEnd struct{ *pipe }

var _ grpc.ClientStream = clientEnd{}

func (c clientEnd) Context() context.Context { return c.client }

func (c clientEnd) CloseSend() error {
	c.close.Do(func() { close(c.closed) })
	return nil
}

func (c clientEnd) SendMsg(m any) error {
	if err := pass(c.client, c.requests, c.ended, m); err != nil && !c.asksOnce {
		return err
	}
	return nil
}

func (c clientEnd) RecvMsg(m any) error {
	select {
	case answer := <-c.answers:
		return copyMessage(m, answer)
	case <-c.ended:
	}
	if c.err != nil || c.single {
		return c.err
	}
	return io.EOF
}

func (c clientEnd) Header() (metadata.MD, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.header, nil
}

func (c clientEnd) Trailer() metadata.MD {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trailer
}

type serverEnd struct{ *pipe }

var _ grpc.ServerStream = serverEnd{}

func (s serverEnd) Context() context.Context { return s.server }

func (s serverEnd) SendMsg(m any) error { return pass(s.server, s.answers, s.ended, m) }

func (s serverEnd) RecvMsg(m any) error {
	select {
	case request := <-s.requests:
		return copyMessage(m, request)
	case <-s.closed:
		return io.EOF
	case <-s.server.Done():
		return status.FromContextError(s.server.Err()).Err()
	}
}

func (s serverEnd) SetTrailer(md metadata.MD) { _ = s.sent.SetTrailer(md) } // never errs
