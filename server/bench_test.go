package server_test

import (
	"context"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server"
	"nuo.internal/nuo/server/rpc"
)

// What the way to a room costs: an authenticated read that finds one record, beside a health check, which meets
// neither policy nor store. Client and server share the machine.
func BenchmarkCall(b *testing.B) {
	var admin string
	s, err := server.New(server.Config{Data: b.TempDir(), Listen: "127.0.0.1:0", FirstToken: func(t string) { admin = t }})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	<-s.Ready()
	conn, err := grpc.NewClient(s.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		conn.Close()
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	tokens, health := nuov1.NewTokenServiceClient(conn), healthv1.NewHealthClient(conn)
	mine := metadata.AppendToOutgoingContext(ctx, rpc.Header, rpc.Bearer(admin))
	for name, f := range map[string]func() error{
		"WhoAmI": func() error { _, err := tokens.WhoAmI(mine, &nuov1.WhoAmIRequest{}); return err },
		"Health": func() error { _, err := health.Check(ctx, &healthv1.HealthCheckRequest{}); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := f(); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
