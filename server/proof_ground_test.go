package server_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server"
	"nuo.internal/nuo/server/check"
	"nuo.internal/nuo/server/kv/boltkv"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// proofGuard is the hang guard of a proof: beyond it a test is stuck.
const proofGuard = 10 * time.Minute

// Where proofs take place: a district without rest rules, so that a person may promise any number of hours that do not
// overlap.
const (
	proofDistrict  = "districts/jiaojiang"
	proofStreet    = "streets/jiazhi"
	proofCommunity = "communities/mingzhu"
	proofList      = "taskLists/proof"
	proofTask      = "tasks/proof"
	proofStaff     = -1 // the committee's place among the people
)

// proofCount is a count of rounds, a tenth under the race detector and a twentieth with -short.
func proofCount(n int) int {
	switch {
	case raced:
		return n / 10
	case testing.Short():
		return n / 20
	}
	return n
}

// ground is a world that is written straight into a store before a server starts on it.
type ground struct {
	now    time.Time
	people int
	shifts []plot
}

// plot is one shift of the ground.
type plot struct {
	name     string
	start    time.Time
	length   time.Duration
	capacity int32
}

func proofPerson(i int) string {
	return "volunteers/" + uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "proof %d", i)).String()
}

func proofSecret(i int) string {
	h := sha256.Sum256(fmt.Appendf(nil, "proof token %d", i))
	return "nuo_" + base64.RawURLEncoding.EncodeToString(h[:])
}

// callAs is the context of the i-th person's calls, proofStaff for the committee's.
func callAs(ctx context.Context, i int) context.Context {
	return metadata.AppendToOutgoingContext(ctx, rpc.Header, rpc.Bearer(proofSecret(i)))
}

// still is a clock that stands.
type still time.Time

func (c still) Now() time.Time                { return time.Time(c) }
func (still) Until(time.Time) <-chan struct{} { return nil }

// openKept opens the store of a data directory that no server holds, to be closed by the caller.
func openKept(t *testing.T, data string, now time.Time, readOnly bool) *store.Store {
	t.Helper()
	config := boltkv.Config{FeedPrefixes: store.FeedPrefixes(), ReadOnly: readOnly}
	engine, err := boltkv.Open(filepath.Join(data, server.File), config)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(engine, store.Config{Clock: still(now), ReadOnly: readOnly})
	if err != nil {
		_ = engine.Close()
		t.Fatal(err)
	}
	return s
}

// lay writes the ground into a new store.
func (g ground) lay(t *testing.T, data string) {
	t.Helper()
	s := openKept(t, data, g.now, false)
	err := s.Update(t.Context(), g.places)
	for part := range slices.Chunk(upTo(g.people), 100) {
		if err == nil {
			err = s.Update(t.Context(), func(tx *store.Tx) error { return g.volunteers(tx, part) })
		}
	}
	for part := range slices.Chunk(g.shifts, 50) {
		if err == nil {
			err = s.Update(t.Context(), func(tx *store.Tx) error { return g.plots(tx, part) })
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// upTo is 0 to n-1.
func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func (g ground) places(tx *store.Tx) error {
	free := &nuov1.DistrictPolicy{MaxDaily: durationpb.New(0), RestAfterNight: durationpb.New(0)}
	for _, o := range []*nuov1.Organisation{
		{Name: proofDistrict, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT, District: proofDistrict, Policy: free},
		{Name: proofStreet, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_STREET, Parent: proofDistrict, District: proofDistrict},
		{
			Name: proofCommunity, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY, Parent: proofStreet,
			Street: proofStreet, District: proofDistrict,
		},
	} {
		o.State, o.DisplayName = nuov1.ActiveState_ACTIVE_STATE_ACTIVE, o.GetName()
		if err := store.Organisations.Put(tx, o); err != nil {
			return err
		}
	}
	if err := store.TaskLists.Put(tx, g.list()); err != nil {
		return err
	}
	if err := store.Tasks.Put(tx, g.task()); err != nil {
		return err
	}
	return g.token(tx, proofStaff, &nuov1.Token{Grants: []*nuov1.Grant{
		{Role: nuov1.Role_ROLE_COMMUNITY, Scope: proofCommunity, District: proofDistrict},
	}})
}

func (g ground) list() *nuov1.TaskList {
	return &nuov1.TaskList{
		Name: proofList, Community: proofCommunity, Street: proofStreet, District: proofDistrict, Date: "2020-02-09",
		Title: "服务清单", State: nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED,
		PublishTime: timestamppb.New(g.now.Add(-time.Hour)),
	}
}

func (ground) task() *nuov1.Task {
	return &nuov1.Task{
		Name: proofTask, TaskList: proofList, Community: proofCommunity, Kind: nuov1.TaskKind_TASK_KIND_GATE_CHECK,
		Title: "卡口测温",
	}
}

func (g ground) token(tx *store.Tx, i int, t *nuov1.Token) error {
	t.Name = "tokens/" + uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "proof token %d", i)).String()
	t.CreateTime = timestamppb.New(g.now)
	h := sha256.Sum256([]byte(proofSecret(i)))
	return store.Tokens.Put(tx, &storev1.StoredToken{Hash: h[:], Token: t})
}

func (g ground) volunteers(tx *store.Tx, part []int) error {
	for _, i := range part {
		v := &nuov1.Volunteer{
			Name: proofPerson(i), District: proofDistrict, State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
			Registrations: []*nuov1.Registration{{Community: proofCommunity, Primary: true, FromDate: "2020-01-30"}},
			Consents:      []*nuov1.Consent{{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true}},
		}
		if err := store.Volunteers.Put(tx, v); err != nil {
			return err
		}
		err := g.token(tx, i, &nuov1.Token{Person: v.GetName(), Grants: []*nuov1.Grant{
			{Role: nuov1.Role_ROLE_VOLUNTEER, Scope: v.GetName(), District: proofDistrict},
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

func (g ground) plots(tx *store.Tx, part []plot) error {
	for _, p := range part {
		s := &nuov1.Shift{
			Name: p.name, Task: proofTask, TaskList: proofList, Community: proofCommunity, Street: proofStreet,
			District: proofDistrict, Place: "东门", StartTime: timestamppb.New(p.start),
			EndTime: timestamppb.New(p.start.Add(p.length)), Date: p.start.Add(8 * time.Hour).Format(time.DateOnly),
			Capacity: p.capacity, Revision: 1, State: nuov1.ShiftState_SHIFT_STATE_OPEN,
			Kind: nuov1.TaskKind_TASK_KIND_GATE_CHECK, Title: "卡口测温",
		}
		if err := store.Shifts.Insert(tx, s); err != nil {
			return err
		}
		if err := lifecycle.OpenShift(tx, s, g.task(), g.list()); err != nil {
			return err
		}
	}
	return nil
}

// checkClean fails the test for everything in a data directory, which no server holds, that must not be there.
func checkClean(t *testing.T, data string, now time.Time) {
	t.Helper()
	s := openKept(t, data, now, true)
	defer s.Close()
	found := func(p check.Problem) { t.Errorf("check: %v", p) }
	if err := check.Run(t.Context(), s, found, nil); err != nil {
		t.Fatal(err)
	}
}

// crowd is connections to one server, used in turn.
type crowd struct {
	conns     []*grpc.ClientConn
	contracts []nuov1.ContractServiceClient
	shifts    []nuov1.ShiftServiceClient
}

func gather(t *testing.T, address string, n int) *crowd {
	t.Helper()
	c := &crowd{}
	for range n {
		conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		c.conns = append(c.conns, conn)
		c.contracts = append(c.contracts, nuov1.NewContractServiceClient(conn))
		c.shifts = append(c.shifts, nuov1.NewShiftServiceClient(conn))
	}
	return c
}

func claimOf(shift string) *nuov1.ClaimShiftRequest {
	return &nuov1.ClaimShiftRequest{
		RequestId: uuid.NewString(), Shift: shift, Revision: 1, Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING,
	}
}

func withdrawalOf(contract string) *nuov1.WithdrawContractRequest {
	return &nuov1.WithdrawContractRequest{
		RequestId: uuid.NewString(), Name: contract, Reason: nuov1.ReasonCode_REASON_CODE_FAMILY,
	}
}

// liveStates are the states of a promise that stands before its shift.
func liveStates() []nuov1.ContractState {
	return []nuov1.ContractState{
		nuov1.ContractState_CONTRACT_STATE_WAITLISTED, nuov1.ContractState_CONTRACT_STATE_OFFERED,
		nuov1.ContractState_CONTRACT_STATE_SIGNED, nuov1.ContractState_CONTRACT_STATE_DISPLAYED,
	}
}

// whyOf is why a call was refused, UNSPECIFIED where it was not or nobody can tell.
func whyOf(err error) nuov1.ErrorReason {
	f, ok := rpc.FromStatus(err)
	if !ok {
		return nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED
	}
	return f.Reason
}

// guarded is a context that ends only when a proof is stuck.
func guarded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), proofGuard)
	t.Cleanup(cancel)
	return ctx
}
