package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/types/known/emptypb"

	"nuo.internal/nuo/server"
)

// addresses is what the child tells the parent, one line of JSON.
type addresses struct {
	API   string `json:"api"`
	Empty string `json:"empty"`
}

// Serve is the child: it makes a world with that many contracts in dir, serves it and the empty handlers until ctx
// ends or the parent closes in, and tells the addresses on out.
func Serve(ctx context.Context, dir string, contracts int, in io.Reader, out, log io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	told := time.Now()
	err := build(ctx, filepath.Join(dir, server.File), time.Now(), contracts, func(done, total int) {
		if time.Since(told) > 5*time.Second {
			told = time.Now()
			fmt.Fprintf(log, "preload %d of %d\n", done, total)
		}
	})
	if err != nil {
		return err
	}
	s, err := server.New(server.Config{Data: dir, Listen: "127.0.0.1:0", District: "bench"})
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-s.Ready():
	}
	empty, stop, err := serveEmpty()
	if err != nil {
		return err
	}
	defer stop()
	if err := json.NewEncoder(out).Encode(addresses{s.Addr().String(), empty}); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, in) // until the parent has gone
	cancel()
	return <-ended
}

// serveEmpty answers every call at once: an empty message, or the bytes that the request asks for.
func serveEmpty() (address string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	s := grpc.NewServer(grpc.ForceServerCodecV2(raw{}), grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		var m []byte
		if err := stream.RecvMsg(&m); err != nil {
			return err
		}
		return stream.SendMsg(&m)
	}))
	s.RegisterService(&grpc.ServiceDesc{ServiceName: "bench.Empty", HandlerType: (*any)(nil), Methods: []grpc.MethodDesc{{
		MethodName: "Echo",
		Handler: func(_ any, _ context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			var m []byte
			if err := dec(&m); err != nil {
				return nil, err
			}
			if len(m) == sizeBytes {
				answer := reply(m)
				return &answer, nil
			}
			return &m, nil
		},
	}}}, struct{}{})
	go func() { _ = s.Serve(l) }()
	return l.Addr().String(), s.Stop, nil
}

// sizeBytes is the length of a request that asks for an answer of a size.
const sizeBytes = 4

var replies [1 << 16]byte

func reply(m []byte) []byte {
	n := int(m[0])<<24 | int(m[1])<<16 | int(m[2])<<8 | int(m[3])
	return replies[:min(n, len(replies))]
}

// raw passes bytes as they are.
type raw struct{}

func (raw) Name() string { return "proto" }

func (raw) Marshal(v any) (mem.BufferSlice, error) {
	switch m := v.(type) {
	case *[]byte:
		return mem.BufferSlice{mem.SliceBuffer(*m)}, nil
	case *emptypb.Empty:
		return nil, nil
	}
	return nil, fmt.Errorf("bench: cannot send %T", v)
}

func (raw) Unmarshal(data mem.BufferSlice, v any) error {
	if m, ok := v.(*[]byte); ok {
		*m = data.Materialize()
	}
	return nil
}

var _ encoding.CodecV2 = raw{}

// size is how many bytes the store's file occupies.
func size(dir string) int64 {
	info, err := os.Stat(filepath.Join(dir, server.File))
	if err != nil {
		return 0
	}
	return info.Size()
}
