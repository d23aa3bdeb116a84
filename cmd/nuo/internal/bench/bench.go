package bench

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// Config says what to measure.
type Config struct {
	// Lasts is how long each row is driven.
	Lasts time.Duration
	// Stored is how many contracts the store holds before the first claim.
	Stored int
	// Preload, where set, measures the claim rate again on a store with that many contracts, against Stored.
	Preload int
	// Child starts this program as a server: its arguments.
	Child func(dir string, contracts int) []string
	// Out takes the rows, Log the progress.
	Out, Log io.Writer
}

// connections share the callers, as a proxy in front of many phones would.
const connections = 8

var callerCounts = []int{1, 64, 256}

// run is one benchmark run.
type run struct {
	cfg   Config
	ctx   context.Context
	api   []*grpc.ClientConn
	empty []*grpc.ClientConn
	dir   string
	limit map[int]float64 // rate of the empty RPC by callers
	spent int             // claims of the spread shifts so far
}

// Run measures and prints rows `name value unit ratio`: each ratio is to the row that its name says.
func Run(ctx context.Context, cfg Config) error {
	r := &run{cfg: cfg, ctx: ctx, limit: map[int]float64{}}
	stop, err := r.start(cfg.Stored)
	if err != nil {
		return err
	}
	if err := r.rows(); err != nil {
		stop()
		return err
	}
	spread := r.claimSpread(64)
	stop()
	if spread.err != nil || cfg.Preload == 0 {
		return spread.err
	}
	if stop, err = r.start(cfg.Preload); err != nil {
		return err
	}
	defer stop()
	r.spent = 0
	loaded := r.claimSpread(64)
	name := fmt.Sprintf("claim-spread-64-at-%d-stored", cfg.Preload)
	r.row(name, loaded.rate, "1/s", loaded.rate/spread.rate, fmt.Sprintf("of the rate at %d stored", cfg.Stored))
	return loaded.err
}

// rows are all figures but the preloaded one.
func (r *run) rows() error {
	for _, callers := range callerCounts {
		m := drive(r.ctx, callers, r.cfg.Lasts, r.callEmpty(nil))
		if m.err != nil {
			return m.err
		}
		r.limit[callers] = m.rate
		r.latencies("empty-rpc", callers, m, 0)
	}
	before, claims := size(r.dir), 0
	for i, callers := range callerCounts {
		spread := r.claimSpread(callers)
		if spread.err != nil {
			return spread.err
		}
		r.latencies("claim-spread", callers, spread, spread.rate/r.limit[callers])
		hot := r.claimHot(callers, i)
		if hot.err != nil {
			return hot.err
		}
		r.latencies("claim-hot", callers, hot, hot.rate/r.limit[callers])
		claims += spread.calls + hot.calls
	}
	r.row("bytes-on-disk", float64(size(r.dir)-before)/float64(max(claims, 1)), "B/contract", 0, "")
	return r.listing()
}

// listing compares a list of 20 open shifts with an empty handler's answer of the same bytes.
func (r *run) listing() error {
	request := &nuov1.ListShiftsRequest{Community: board, Open: true, PageSize: openShifts}
	answer, err := nuov1.NewShiftServiceClient(r.api[0]).ListShifts(r.as(0), request)
	if err != nil {
		return err
	}
	if n := len(answer.GetShifts()); n != openShifts {
		return fmt.Errorf("bench: %d shifts listed, want %d", n, openShifts)
	}
	bytes := proto.Size(answer)
	limit := drive(r.ctx, 64, r.cfg.Lasts, r.callEmpty(binary.BigEndian.AppendUint32(nil, uint32(bytes))))
	sent, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	// Both answers are taken as bytes: what a client makes of them is not the server's work.
	listed := drive(r.ctx, 64, r.cfg.Lasts, func(ctx context.Context, caller, _ int) (bool, error) {
		ctx = r.asCaller(ctx, caller) // a caller is a person who looks again
		var got []byte
		err := r.api[caller%connections].Invoke(ctx, nuov1.ShiftService_ListShifts_FullMethodName, &sent, &got, grpc.ForceCodecV2(raw{}))
		return true, err
	})
	r.row(fmt.Sprintf("empty-reply-%dB-64", bytes), limit.rate, "1/s", 0, "")
	r.latencies("list-20-open", 64, listed, listed.rate/limit.rate)
	return listed.err
}

func (r *run) claimSpread(callers int) measure {
	first := r.spent
	m := drive(r.ctx, callers, r.cfg.Lasts, func(ctx context.Context, caller, n int) (bool, error) {
		k := first + n
		if k >= volunteers*shifts {
			return false, nil
		}
		// Neighbouring calls come from other people to other shifts.
		return true, r.claim(ctx, caller, k%volunteers, shiftName((k*617+k/volunteers)%shifts))
	})
	r.spent += m.calls + callers
	return m
}

func (r *run) claimHot(callers, i int) measure {
	return drive(r.ctx, callers, r.cfg.Lasts, func(ctx context.Context, caller, n int) (bool, error) {
		if n >= volunteers {
			return false, nil
		}
		return true, r.claim(ctx, caller, n, hotName(i))
	})
}

func (r *run) claim(ctx context.Context, caller, who int, shift string) error {
	_, err := nuov1.NewContractServiceClient(r.api[caller%connections]).ClaimShift(r.asCaller(ctx, who), &nuov1.ClaimShiftRequest{
		RequestId: uuid.NewString(), Shift: shift, Revision: 1, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING,
	})
	return err
}

func (r *run) callEmpty(request []byte) func(ctx context.Context, caller, n int) (bool, error) {
	return func(ctx context.Context, caller, _ int) (bool, error) {
		var answer []byte
		err := r.empty[caller%connections].Invoke(ctx, "/bench.Empty/Echo", &request, &answer, grpc.ForceCodecV2(raw{}))
		return true, err
	}
}

func (r *run) as(i int) context.Context { return r.asCaller(r.ctx, i) }

func (r *run) asCaller(ctx context.Context, i int) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+secret(i))
}

// start runs the child on a new directory and connects to it.
func (r *run) start(contracts int) (stop func(), err error) {
	if r.dir, err = os.MkdirTemp("", "nuo-bench-"); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	child := exec.CommandContext(r.ctx, self, r.cfg.Child(r.dir, contracts)...)
	child.Stderr = r.cfg.Log
	in, err := child.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	dir := r.dir
	stop = func() {
		r.close()
		_ = in.Close()
		_ = child.Wait()
		_ = os.RemoveAll(dir)
	}
	if err := child.Start(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	var at addresses
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&at); err != nil {
		stop()
		return nil, fmt.Errorf("bench: the server did not start: %w", err)
	}
	if err := r.connect(at); err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}

func (r *run) connect(at addresses) error {
	r.api, r.empty = nil, nil
	for range connections {
		for _, to := range []struct {
			all     *[]*grpc.ClientConn
			address string
		}{{&r.api, at.API}, {&r.empty, at.Empty}} {
			c, err := grpc.NewClient(to.address, grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				return err
			}
			*to.all = append(*to.all, c)
		}
	}
	return nil
}

func (r *run) close() {
	for _, c := range append(r.api, r.empty...) {
		_ = c.Close()
	}
}

// latencies prints a rate with its percentiles.
func (r *run) latencies(name string, callers int, m measure, ratio float64) {
	name = fmt.Sprintf("%s-%d", name, callers)
	of := ""
	if ratio > 0 {
		of = "of the empty RPC"
		if name == "list-20-open-64" {
			of = "of the empty reply of the same bytes"
		}
	}
	r.row(name, m.rate, "1/s", ratio, of)
	r.row(name+"-p50", float64(m.p50.Microseconds())/1000, "ms", 0, "")
	r.row(name+"-p99", float64(m.p99.Microseconds())/1000, "ms", 0, "")
}

func (r *run) row(name string, value float64, unit string, ratio float64, of string) {
	if ratio > 0 {
		fmt.Fprintf(r.cfg.Out, "%-36s %12.2f %-10s %.3f %s\n", name, value, unit, ratio, of)
		return
	}
	fmt.Fprintf(r.cfg.Out, "%-36s %12.2f %-10s -\n", name, value, unit)
}
