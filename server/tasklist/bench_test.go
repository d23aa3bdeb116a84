package tasklist_test

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/grpc/metadata"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/rpc"
)

// BenchmarkListShifts lists the 20 open shifts of a community, for a volunteer and for an auditor, without the socket.
func BenchmarkListShifts(b *testing.B) {
	for _, who := range []string{"one", "auditor"} {
		b.Run(who, func(b *testing.B) {
			h := openOn(b, memkv.Config{})
			h.published()
			for i := range 19 {
				must[*nuov1.Shift](b)(h.shift("committee", fmt.Sprintf("shifts/s%02d", i), "tasks/gate"))
			}
			ctx := metadata.AppendToOutgoingContext(context.Background(), rpc.Header, rpc.Bearer(who))
			req := &nuov1.ListShiftsRequest{Community: mingzhu, Open: true, PageSize: 20}
			b.ReportAllocs()
			for b.Loop() {
				res, err := h.shifts.ListShifts(ctx, req)
				if err != nil || len(res.GetShifts()) != 20 {
					b.Fatal(len(res.GetShifts()), err)
				}
			}
		})
	}
}
