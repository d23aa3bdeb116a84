package server_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/rpc"
)

const (
	modelClients = 16
	modelHot     = 4    // partitions that are worked on at a time
	modelSpan    = 1000 // operations on these, before the next ones; a partition has about 250
	modelCheck   = 2 * time.Minute
)

// recorder drives clients over partitions and writes down what they asked, what they were told, and when.
type recorder struct {
	t     *testing.T
	crowd *crowd
	ctx   context.Context
	begun time.Time
	// slot names shift and person of a place in a partition, and the shift's capacity.
	slot func(partition, place int) (shift string, person, capacity int)
	// list asks for the promises of a partition.
	list   func(partition int) (ask *nuov1.ListContractsRequest, person int)
	width  int  // places of a partition
	counts bool // GetShift tells how many places are taken

	mu      sync.Mutex
	numbers map[string]int   // of contracts
	names   []string         // by number
	seen    map[[2]int]int   // the last contract that anybody was told of, by partition and place
	at      map[string][]int // partition and place of a contract
	history []porcupine.Operation
	unknown atomic.Int64
}

func (r *recorder) now() int64 { return int64(time.Since(r.begun)) }

// number is a contract's, and remembers where it stands.
func (r *recorder) number(name string, partition, place int) int {
	if name == "" {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n, ok := r.numbers[name]
	if !ok {
		n = len(r.names)
		r.numbers[name], r.names = n, append(r.names, name)
		r.at[name] = []int{partition, place}
	}
	r.seen[[2]int{partition, place}] = n
	return n
}

// run makes so many operations from all clients.
func (r *recorder) run(n int) {
	r.numbers, r.names, r.seen, r.at = map[string]int{}, []string{""}, map[[2]int]int{}, map[string][]int{}
	r.begun = time.Now()
	var next atomic.Int64
	var wg sync.WaitGroup
	for client := range modelClients {
		wg.Go(func() {
			chance := rand.New(rand.NewPCG(7, uint64(client)))
			for {
				i := int(next.Add(1) - 1)
				if i >= n {
					return
				}
				r.operate(client, i/modelSpan*modelHot+chance.IntN(modelHot), chance)
			}
		})
	}
	wg.Wait()
}

// partitions is how many partitions so many operations work on.
func partitions(n int) int { return (n + modelSpan - 1) / modelSpan * modelHot }

// operate makes one operation.
func (r *recorder) operate(client, partition int, chance *rand.Rand) {
	in := asked{partition: partition, place: chance.IntN(r.width)}
	_, _, in.capacity = r.slot(partition, in.place)
	switch p := chance.IntN(100); {
	case p < 10 && r.counts:
		in.verb = toCount
	case p < 16:
		in.verb = toList
	case p < 56:
		r.mu.Lock()
		in.contract = r.seen[[2]int{partition, in.place}]
		r.mu.Unlock()
		if in.contract != 0 {
			in.verb = toWithdraw
		}
	}
	r.record(client, in, chance)
}

// record makes an operation and writes it down. Some that change something are cut off before their answer, but in
// every fourth partition: what is put in there as a fault has no other explanation.
func (r *recorder) record(client int, in asked, chance *rand.Rand) {
	ctx := r.ctx
	if in.verb <= toWithdraw && in.partition%4 != 0 && chance != nil && chance.IntN(100) < 3 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(chance.IntN(3000))*time.Microsecond)
		defer cancel()
	}
	o := porcupine.Operation{ClientId: client, Input: in, Call: r.now()}
	out, ok := r.ask(ctx, client, in)
	o.Output, o.Return = out, r.now()
	if out.unknown {
		o.Return = math.MaxInt64
		r.unknown.Add(1)
	}
	if ok {
		r.mu.Lock()
		r.history = append(r.history, o)
		r.mu.Unlock()
	}
}

// ask calls the server. It answers false for a failed read, which tells nothing.
func (r *recorder) ask(ctx context.Context, client int, in asked) (told, bool) {
	shift, person, _ := r.slot(in.partition, in.place)
	contracts, ctx := r.crowd.contracts[client], callAs(ctx, person)
	switch in.verb {
	case toClaim:
		k, err := contracts.ClaimShift(ctx, claimOf(shift))
		return r.answer(k.GetName(), in, err), true
	case toWithdraw:
		r.mu.Lock()
		name := r.names[in.contract]
		r.mu.Unlock()
		_, err := contracts.WithdrawContract(ctx, withdrawalOf(name))
		return r.answer("", in, err), true
	case toCount:
		s, err := r.crowd.shifts[client].GetShift(ctx, &nuov1.GetShiftRequest{Name: shift})
		if err != nil {
			r.t.Error(err)
		}
		return told{count: int(s.GetFill().GetHeld())}, err == nil
	}
	req, person := r.list(in.partition)
	res, err := contracts.ListContracts(callAs(r.ctx, person), req)
	if err != nil {
		r.t.Error(err)
	}
	var out told
	for _, k := range res.GetContracts() {
		place := r.placeOf(in.partition, k)
		out.list[place] = r.number(k.GetName(), in.partition, place)
	}
	return out, err == nil
}

// placeOf finds a contract's place in its partition.
func (r *recorder) placeOf(partition int, k *nuov1.Contract) int {
	for place := range r.width {
		shift, person, _ := r.slot(partition, place)
		if k.GetShift() == shift && k.GetVolunteer() == proofPerson(person) {
			return place
		}
	}
	r.t.Errorf("%s belongs to no place of partition %d", k.GetName(), partition)
	return 0
}

// answer is what a change came to: done, refused for a reason, or nobody can tell.
func (r *recorder) answer(contract string, in asked, err error) told {
	f, ok := rpc.FromStatus(err)
	switch code := status.Code(err); {
	case err == nil:
		return told{contract: r.number(contract, in.partition, in.place)}
	case code == codes.DeadlineExceeded, code == codes.Canceled,
		ok && f.Reason == nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN:
		return told{unknown: true}
	case !ok:
		r.t.Error(err)
		return told{unknown: true}
	}
	out := told{reason: f.Reason}
	if f.Reason == isClaimed { // other reasons name a contract at another place
		out.contract = r.number(f.Vars["contract"], in.partition, in.place)
	}
	return out
}

// settle reads every partition once more when all is quiet: what was acknowledged must still be there.
func (r *recorder) settle(partitions int) {
	for p := range partitions {
		r.record(0, asked{verb: toList, partition: p}, nil)
	}
}

// judge checks the whole history. That the checker cannot tell is a failure.
func judge(t *testing.T, model porcupine.Model, history []porcupine.Operation) {
	t.Helper()
	begun := time.Now()
	result := porcupine.CheckOperationsTimeout(model, history, modelCheck)
	if result != porcupine.Ok {
		t.Errorf("%d operations are %s", len(history), result)
	}
	t.Logf("checked in %v", time.Since(begun).Round(time.Millisecond))
}

// everyDay is a plot a day, two hours long.
func everyDay(name string, day, capacity int) plot {
	return plot{name, noon.AddDate(0, 0, day+2), 2 * time.Hour, int32(capacity)}
}

// 16 clients claim, withdraw and read slots that 24 people want, some cut off before their answer: some order of all
// operations, in which each takes effect between its call and its answer, explains everything that they were told.
func TestOKSlotsAreLinearizable(t *testing.T) {
	t.Parallel()
	n := max(proofCount(50_000), 3*modelSpan)
	shift := func(p int) string { return fmt.Sprintf("shifts/line-%d", p) }
	g := ground{now: noon, people: modelPeople}
	for p := range partitions(n) {
		g.shifts = append(g.shifts, everyDay(shift(p), p, p%5+1))
	}
	r := recorder{
		width: modelPeople, counts: true,
		slot: func(p, place int) (string, int, int) { return shift(p), place, p%5 + 1 },
		list: func(p int) (*nuov1.ListContractsRequest, int) {
			return &nuov1.ListContractsRequest{Shift: shift(p), States: liveStates(), PageSize: 1000}, proofStaff
		},
	}
	r.prove(t, g, n, modelOf(ofShift))
	t.Run("detectors", func(t *testing.T) { spoilt(t, r.history, modelOf(ofShift), isFull) })
}

// The same for people who choose from six shifts, each of which overlaps the next: rule 2 is decided in one step.
func TestOKOverlapIsLinearizable(t *testing.T) {
	t.Parallel()
	n := max(proofCount(10_000), 3*modelSpan)
	shift := func(p, place int) string { return fmt.Sprintf("shifts/cross-%d", place) }
	g := ground{now: noon, people: partitions(n)}
	for place := range modelShifts {
		start := noon.AddDate(0, 0, 2).Add(time.Duration(place) * time.Hour)
		g.shifts = append(g.shifts, plot{shift(0, place), start, 2 * time.Hour, 1000})
	}
	r := recorder{
		width: modelShifts,
		slot:  func(p, place int) (string, int, int) { return shift(p, place), p, 1000 },
		list: func(p int) (*nuov1.ListContractsRequest, int) {
			return &nuov1.ListContractsRequest{Volunteer: proofPerson(p), States: liveStates(), PageSize: 1000}, p
		},
	}
	r.prove(t, g, n, modelOf(ofPerson))
	t.Run("detectors", func(t *testing.T) { spoilt(t, r.history, modelOf(ofPerson), isOverlap) })
}

// prove records a history on a new server and judges it.
func (r *recorder) prove(t *testing.T, g ground, n int, model porcupine.Model) {
	t.Helper()
	data := t.TempDir()
	g.lay(t, data)
	s := start(t, data)
	r.t, r.ctx, r.crowd = t, guarded(t), gather(t, s.conn.Target(), modelClients)
	r.run(n)
	took := time.Since(r.begun).Round(time.Millisecond)
	r.settle(partitions(n))
	unknown := r.unknown.Load()
	t.Logf("%d operations in %v, %d of them unknown (%.1f %%)", len(r.history), took, unknown, 100*float64(unknown)/float64(n))
	if len(r.history) < n || int(unknown) < n/500 || int(unknown) > n/20 {
		t.Errorf("void: %d operations, %d unknown, do not prove what they should", len(r.history), unknown)
	}
	judge(t, model, r.history)
	s.stop(t)
	checkClean(t, data, noon)
}

// spoilt shows that the checker finds what it is there to find: in recorded partitions that it accepts, one answer is
// changed as a fault of the server would change it.
func spoilt(t *testing.T, history []porcupine.Operation, model porcupine.Model, refusal nuov1.ErrorReason) {
	t.Helper()
	caught, left := map[string]int{}, 12
	for _, part := range byPartition(history) {
		if left == 0 {
			break
		}
		if slices.ContainsFunc(part, func(o porcupine.Operation) bool { return o.Output.(told).unknown }) {
			continue // the effect may have come from there
		}
		left--
		for name, fault := range faults(part, refusal) {
			if porcupine.CheckOperationsTimeout(model, fault, modelCheck) != porcupine.Illegal {
				t.Errorf("not caught in partition %d: %s", part[0].Input.(asked).partition, name)
			}
			caught[name]++
		}
	}
	for _, name := range []string{"acknowledged claim lost", "slot given twice", "contract nobody was told of", "stale answer"} {
		if caught[name] == 0 {
			t.Errorf("never tried: %s", name)
		}
	}
	t.Logf("faults put in and caught: %v", caught)
}

// faults are copies of a partition, whose last operation lists it when all was quiet, each with one false answer.
func faults(part []porcupine.Operation, refusal nuov1.ErrorReason) map[string][]porcupine.Operation {
	all := map[string][]porcupine.Operation{}
	last := part[len(part)-1]
	list := last.Output.(told).list
	change := func(name string, edit func(*told)) {
		copied := slices.Clone(part)
		out := last.Output.(told)
		edit(&out)
		copied[len(part)-1].Output = out
		all[name] = copied
	}
	held := slices.IndexFunc(list[:], func(n int) bool { return n != 0 })
	if held >= 0 {
		change("acknowledged claim lost", func(o *told) { o.list[held] = 0 })
		change("contract nobody was told of", func(o *told) { o.list[held] = math.MaxInt32 })
	}
	in := last.Input.(asked)
	in.verb = toClaim
	at := porcupine.Operation{Input: in, Call: last.Return + 1, Return: last.Return + 2}
	for place := range list {
		if in.place = place; ruleOf(refusal)(list, in) == refusal {
			at.Input, at.Output = in, told{contract: math.MaxInt32}
			all["slot given twice"] = append(slices.Clone(part), at)
		}
	}
	stale := porcupine.Operation{Input: in, Call: last.Return + 1, Return: last.Return + 2}
	if refusal == isFull {
		in.verb = toCount
		stale.Output = told{count: list.taken() - 1}
	} else if held >= 0 {
		in.verb, in.place, in.contract = toWithdraw, held, list[held]
		stale.Output = told{reason: nuov1.ErrorReason_ERROR_REASON_WRONG_STATE}
	}
	if stale.Input = in; stale.Output != nil {
		all["stale answer"] = append(slices.Clone(part), stale)
	}
	return all
}

func ruleOf(refusal nuov1.ErrorReason) rule {
	if refusal == isOverlap {
		return ofPerson
	}
	return ofShift
}
