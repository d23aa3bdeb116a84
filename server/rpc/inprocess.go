package rpc

import (
	"context"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// InProcess is a connection to services of the same process: what REST, pages and the importer call the API through.
// A call meets the same interceptors as one from the network, and neither side sees the other's messages: they are
// copied on the way. Register every service before the first call.
//
// Who calls is whom the context stands for: the outgoing metadata where the caller set an authorization (a door such
// as REST), otherwise the call that the context belongs to, whose token is then authenticated again. The peer of the
// context stays the peer of the call; it is a value of its own type and cannot be claimed by metadata.
type InProcess struct {
	chain   *Chain
	unary   map[string]unaryMethod
	streams map[string]streamMethod
}

type unaryMethod struct {
	impl any
	desc grpc.MethodDesc
}

type streamMethod struct {
	impl any
	desc grpc.StreamDesc
}

var (
	_ grpc.ClientConnInterface = (*InProcess)(nil)
	_ grpc.ServiceRegistrar    = (*InProcess)(nil)
)

// NewInProcess makes a connection without services whose calls go through the chain.
func NewInProcess(chain *Chain) *InProcess {
	return &InProcess{chain: chain, unary: map[string]unaryMethod{}, streams: map[string]streamMethod{}}
}

// RegisterService makes a service callable; generated code calls it.
func (p *InProcess) RegisterService(desc *grpc.ServiceDesc, impl any) {
	prefix := "/" + desc.ServiceName + "/"
	for _, m := range desc.Methods {
		p.unary[prefix+m.MethodName] = unaryMethod{impl, m}
	}
	for _, s := range desc.Streams {
		p.streams[prefix+s.StreamName] = streamMethod{impl, s}
	}
}

// Invoke makes a unary call. Of the options, Header and Trailer have an effect.
func (p *InProcess) Invoke(ctx context.Context, method string, req, reply any, opts ...grpc.CallOption) error {
	m, ok := p.unary[method]
	if !ok {
		return unimplemented(method)
	}
	sent := &sent{method: method}
	decode := func(into any) error { return copyMessage(into, req) }
	res, err := m.desc.Handler(m.impl, sent.context(ctx), decode, p.chain.Unary)
	sent.tell(opts)
	if err != nil {
		return err
	}
	return copyMessage(reply, res)
}

// NewStream makes a streaming call. It ends with its context, which the caller must cancel when it stops receiving.
func (p *InProcess) NewStream(
	ctx context.Context, desc *grpc.StreamDesc, method string, _ ...grpc.CallOption,
) (grpc.ClientStream, error) {
	m, ok := p.streams[method]
	if !ok {
		return nil, unimplemented(method)
	}
	pipe := newPipe(ctx, method, desc)
	info := &grpc.StreamServerInfo{
		FullMethod: method, IsClientStream: m.desc.ClientStreams, IsServerStream: m.desc.ServerStreams,
	}
	go func() { pipe.end(p.chain.Stream(m.impl, serverEnd{pipe}, info, m.desc.Handler)) }()
	return clientEnd{pipe}, nil
}

func unimplemented(method string) error {
	return status.Errorf(codes.Unimplemented, "unknown method %s", method)
}

// copyMessage gives into the content of from without sharing any of it.
func copyMessage(into, from any) error {
	to, ok := into.(proto.Message)
	of, fits := from.(proto.Message)
	if !ok || !fits || to.ProtoReflect().Descriptor() != of.ProtoReflect().Descriptor() {
		return status.Errorf(codes.Internal, "cannot put %T into %T", from, into)
	}
	proto.Reset(to)
	proto.Merge(to, of)
	return nil
}

// sent is what a handler sends beside its answer; it stands in for the transport of the call.
type sent struct {
	method          string
	mu              sync.Mutex
	header, trailer metadata.MD
}

var _ grpc.ServerTransportStream = (*sent)(nil)

// context is the handler's: the values of ctx, but for those that speak about the call that ctx belongs to.
func (s *sent) context(ctx context.Context) context.Context {
	incoming := metadata.MD{}
	if outer, ok := metadata.FromIncomingContext(ctx); ok {
		if token := outer.Get(Header); len(token) > 0 {
			incoming[Header] = token
		}
	}
	if out, ok := metadata.FromOutgoingContext(ctx); ok {
		for key, values := range out {
			incoming[strings.ToLower(key)] = values
		}
	}
	ctx = metadata.NewOutgoingContext(metadata.NewIncomingContext(ctx, incoming), metadata.MD{})
	return grpc.NewContextWithServerTransportStream(WithIncoming(ctx, &Incoming{}), s)
}

// Method is the full method of the call.
func (s *sent) Method() string { return s.method }

// SetHeader adds to the header.
func (s *sent) SetHeader(md metadata.MD) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.header = metadata.Join(s.header, md)
	return nil
}

// SendHeader adds to the header, which arrives with the answer.
func (s *sent) SendHeader(md metadata.MD) error { return s.SetHeader(md) }

// SetTrailer adds to the trailer.
func (s *sent) SetTrailer(md metadata.MD) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trailer = metadata.Join(s.trailer, md)
	return nil
}

func (s *sent) tell(opts []grpc.CallOption) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range opts {
		switch o := o.(type) {
		case grpc.HeaderCallOption:
			*o.HeaderAddr = s.header
		case grpc.TrailerCallOption:
			*o.TrailerAddr = s.trailer
		}
	}
}
