package server_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server"
)

// A longer run: go test ./server -run KillLoop -timeout 1h -kills 2000.
var kills = flag.Int("kills", 0, "how often the kill loop kills its server; 0: 100, fewer under the race detector and with -short")

const (
	childData     = "NUO_PROOF_CHILD" // the data directory that a child serves
	killClients   = 8
	killPeople    = 6 // each client's own
	killShifts    = 40
	killsPerStore = 10 // then on a new store, so that each death can be followed by a look at everything stored
)

// The server that is killed: this program again, which serves one directory until its parent is gone. Without a
// directory it is nobody's child and has nothing to do.
func TestServeAsChild(t *testing.T) {
	data := os.Getenv(childData)
	if data == "" {
		return
	}
	ctx, cancel := context.WithCancel(t.Context())
	s, err := server.New(server.Config{Data: data, Listen: "127.0.0.1:0", District: "jiaojiang", StopTimeout: hang})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	select {
	case <-s.Ready():
		fmt.Fprintf(os.Stdout, "serving %s\n", s.Addr())
		_, _ = io.Copy(io.Discard, os.Stdin) // until the parent closes it, or is gone
	case err := <-ended:
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// child is a server process.
type child struct {
	cmd     *exec.Cmd
	in      io.Closer
	address string
	took    time.Duration // from the start of the process to its first answer
}

func spawn(t *testing.T, data string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestServeAsChild$")
	cmd.Env = append(os.Environ(), childData+"="+data)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: cmd, in: in}
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "serving ")
	if err != nil || !ok {
		c.kill()
		t.Fatalf("the child said %q: %v", line, err)
	}
	c.address, c.took = address, time.Since(begun)
	return c
}

// kill is SIGKILL.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// stop lets the child end in order.
func (c *child) stop() error {
	_ = c.in.Close()
	return c.cmd.Wait()
}

// pledge is what a client knows of one of its contracts.
type pledge struct {
	person    int
	shift     string
	withdrawn bool
}

// act is a call whose request id is kept until its outcome is known.
type act struct {
	person   int
	claim    *nuov1.ClaimShiftRequest
	withdraw *nuov1.WithdrawContractRequest
}

// survivor is a client that lives longer than its servers.
type survivor struct {
	chance   *rand.Rand
	people   []int
	promises map[string]*pledge // acknowledged, by contract
	pending  *act               // sent, and never answered
	last     *act               // answered, with its answer
	answer   *nuov1.Contract
	acks     int
	retries  int // of calls that were never answered
	repeats  int // of calls that were
}

func survivors(seed int) (all []*survivor) {
	for i := range killClients {
		s := &survivor{chance: rand.New(rand.NewPCG(uint64(seed), uint64(i))), promises: map[string]*pledge{}}
		for j := range killPeople {
			s.people = append(s.people, i*killPeople+j)
		}
		all = append(all, s)
	}
	return all
}

// live calls until the server is gone, and says when it was first answered.
func (s *survivor) live(ctx context.Context, t *testing.T, address string, answered func()) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	contracts := nuov1.NewContractServiceClient(conn)
	if s.last != nil { // from the life before: the same answer
		k, err := s.last.call(ctx, contracts)
		if s.repeats++; err == nil && !proto.Equal(k, s.answer) {
			t.Errorf("a repeat was answered %v, at first %v", k, s.answer)
		} else if err != nil && !unanswered(err) {
			t.Errorf("a repeat of what was done: %v", err)
		}
	}
	for ctx.Err() == nil {
		if s.pending == nil {
			s.pending = s.next()
		} else {
			s.retries++
		}
		k, err := s.pending.call(ctx, contracts)
		if unanswered(err) {
			return
		}
		answered()
		s.learn(t, k, err)
	}
}

// unanswered tells whether a call was not answered.
func unanswered(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.Canceled, codes.DeadlineExceeded:
		return true
	}
	return false
}

func (a *act) call(ctx context.Context, contracts nuov1.ContractServiceClient) (*nuov1.Contract, error) {
	if a.claim != nil {
		return contracts.ClaimShift(callAs(ctx, a.person), a.claim)
	}
	return contracts.WithdrawContract(callAs(ctx, a.person), a.withdraw)
}

// next decides what to do: claim any shift for one of the client's people, or take back a promise.
func (s *survivor) next() *act {
	if s.chance.IntN(3) == 0 {
		for name, p := range s.promises {
			if !p.withdrawn {
				return &act{person: p.person, withdraw: withdrawalOf(name)}
			}
		}
	}
	person := s.people[s.chance.IntN(len(s.people))]
	return &act{person: person, claim: claimOf(killShift(s.chance.IntN(killShifts)))}
}

// learn writes down what a call came to.
func (s *survivor) learn(t *testing.T, k *nuov1.Contract, err error) {
	a := s.pending
	s.pending = nil
	if err != nil {
		if why := whyOf(err); why != isFull && why != isClaimed {
			t.Errorf("refused with %v", err)
		}
		return
	}
	s.acks++
	s.last, s.answer = a, k
	if a.claim == nil {
		s.promises[k.GetName()].withdrawn = true
		return
	}
	if s.promises[k.GetName()] != nil {
		t.Errorf("%s was made twice", k.GetName())
	}
	s.promises[k.GetName()] = &pledge{person: a.person, shift: a.claim.GetShift()}
}

func killShift(i int) string { return fmt.Sprintf("shifts/kill-%d", i) }

// A server under eight clients is killed again and again and started on the same file: nothing that was acknowledged
// is lost, nothing is half done, what was never answered is done once at most and told by its repeat.
func TestOKKillLoop(t *testing.T) {
	n := *kills
	if n == 0 {
		n = proofCount(100)
	}
	var sum tally
	for done := 0; done < n; done += killsPerStore {
		sum.die(t, done, min(killsPerStore, n-done))
	}
	t.Logf("%d kills, %d calls acknowledged, %d of unknown outcome repeated, %d answered ones repeated; "+
		"slowest start %v, median %v", sum.kills, sum.acks, sum.retries, sum.repeats, sum.slowest(), sum.median())
	if sum.acks < sum.kills || sum.retries == 0 || sum.repeats == 0 {
		t.Error("void: too little was going on")
	}
}

// die plays so many lives and deaths on one store.
func (sum *tally) die(t *testing.T, seed, deaths int) {
	now := time.Now()
	g := ground{now: now, people: killClients * killPeople}
	for i := range killShifts {
		start := now.Truncate(time.Hour).AddDate(0, 0, i+2)
		g.shifts = append(g.shifts, plot{killShift(i), start, 2 * time.Hour, int32(i%killPeople*3 + 1)})
	}
	data := t.TempDir()
	g.lay(t, data)
	clients := survivors(seed)
	chance := rand.New(rand.NewPCG(uint64(seed), 99))
	for range deaths {
		c := spawn(t, data)
		ctx, cancel := context.WithTimeout(t.Context(), proofGuard)
		var wg sync.WaitGroup
		answered := make(chan struct{})
		tell := sync.OnceFunc(func() { close(answered) })
		for _, s := range clients {
			wg.Go(func() { s.live(ctx, t, c.address, tell) })
		}
		select { // from then on its days are numbered
		case <-answered:
		case <-ctx.Done():
			t.Error("nobody is answered")
		}
		<-time.After(time.Duration(5+chance.IntN(56)) * time.Millisecond) // the fault itself, not a wait for something
		c.kill()
		wg.Wait()
		cancel()
		sum.kills, sum.starts = sum.kills+1, append(sum.starts, c.took)
		autopsy(t, data, now, clients)
	}
	sum.bury(t, data, now, clients)
}

// bury starts once more, settles what is still open by repeating it, and stops in order.
func (sum *tally) bury(t *testing.T, data string, now time.Time, clients []*survivor) {
	c := spawn(t, data)
	conn, err := grpc.NewClient(c.address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range clients {
		if s.pending != nil {
			k, err := s.pending.call(guarded(t), nuov1.NewContractServiceClient(conn))
			s.retries++
			s.learn(t, k, err)
		}
		sum.acks, sum.retries, sum.repeats = sum.acks+s.acks, sum.retries+s.retries, sum.repeats+s.repeats
	}
	conn.Close()
	if err := c.stop(); err != nil {
		t.Error(err)
	}
	autopsy(t, data, now, clients)
}

// tally is what a kill loop counts.
type tally struct {
	kills, acks, retries, repeats int
	starts                        []time.Duration
}

func (sum *tally) slowest() time.Duration { return slices.Max(sum.starts).Round(time.Millisecond) }

func (sum *tally) median() time.Duration {
	slices.Sort(sum.starts)
	return sum.starts[len(sum.starts)/2].Round(time.Millisecond)
}
