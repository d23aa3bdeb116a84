package maintenance_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/check"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv/boltkv"
	"nuo.internal/nuo/server/maintenance"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	jiaojiang = "districts/jiaojiang"
	linhai    = "districts/linhai"
)

type clock struct{}

func (clock) Now() time.Time                  { return time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC) }
func (clock) Until(time.Time) <-chan struct{} { return nil }

// open opens the store in a file.
func open(t *testing.T, file string, readOnly bool) *store.Store {
	t.Helper()
	engine, err := boltkv.Open(file, boltkv.Config{FeedPrefixes: store.FeedPrefixes(), ReadOnly: readOnly})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(engine, store.Config{Clock: clock{}, ReadOnly: readOnly})
	if err != nil {
		t.Fatal(errors.Join(err, engine.Close()))
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func add(t testing.TB, s *store.Store, name, parent string) {
	t.Helper()
	err := s.Update(context.Background(), func(tx *store.Tx) error {
		return store.Organisations.Insert(tx, &nuov1.Organisation{Name: name, Parent: parent, District: jiaojiang})
	})
	if err != nil {
		t.Error(err)
	}
}

// peer is the receiving end of a stream.
type peer struct {
	grpc.ServerStream

	ctx    context.Context
	during func() // called at the first message
	parts  []*nuov1.BackupResponse
	fail   error
}

func (p *peer) Context() context.Context { return p.ctx }

func (p *peer) Send(part *nuov1.BackupResponse) error {
	if len(p.parts) == 0 && p.during != nil {
		p.during()
	}
	p.parts = append(p.parts, part)
	return p.fail
}

// file puts the chunks together and verifies begin and end.
func (p *peer) file(t *testing.T) []byte {
	t.Helper()
	var all bytes.Buffer
	for _, part := range p.parts[1 : len(p.parts)-1] {
		if n := len(part.GetChunk()); n == 0 || n > 256<<10 {
			t.Fatalf("a chunk of %d bytes", n)
		}
		all.Write(part.GetChunk())
	}
	sum := sha256.Sum256(all.Bytes())
	end := p.parts[len(p.parts)-1].GetEnd()
	if begin := p.parts[0].GetBegin(); begin.GetSizeBytes() != int64(all.Len()) || end.GetSizeBytes() != int64(all.Len()) ||
		!bytes.Equal(end.GetSha256(), sum[:]) {
		t.Fatalf("%d bytes; begin %v, end %v", all.Len(), begin, end)
	}
	return all.Bytes()
}

// backup calls the room as somebody with these grants.
func backup(t *testing.T, r *maintenance.Room, p *peer, grants ...policy.Grant) error {
	t.Helper()
	rule, ok := policy.RuleOf(nuov1.MaintenanceService_Backup_FullMethodName)
	if !ok {
		t.Fatal("no policy")
	}
	in := &rpc.Incoming{
		ID: "test", Method: nuov1.MaintenanceService_Backup_FullMethodName, Rule: rule,
		Caller: &policy.Caller{Token: "tokens/t", Grants: grants},
	}
	p.ctx = rpc.WithIncoming(t.Context(), in)
	return r.Backup(&nuov1.BackupRequest{}, p)
}

func in(role nuov1.Role, district string) policy.Grant {
	return policy.Grant{Role: role, Scope: district, District: district}
}

var operator = in(nuov1.Role_ROLE_OPERATOR, jiaojiang)

// nothingLeft fails where the room left a file of its own.
func nothingLeft(t *testing.T, dir string) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(dir, "backup-*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestOKCopyUnderWriters: a copy that is made while others write is whole, and holds what was acknowledged before it
// was asked for.
func TestOKCopyUnderWriters(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "nuo.db"), false)
	room := maintenance.New(s, dir)
	add(t, s, jiaojiang, "")
	var written atomic.Int64
	ctx, stop := context.WithCancel(context.Background())
	var writers sync.WaitGroup
	for n := range 4 {
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				add(t, s, "units/u"+strconv.Itoa(n)+"-"+strconv.Itoa(i), jiaojiang)
				written.Add(1)
			}
		})
	}
	for round := range 3 {
		acknowledged := written.Load()
		var p peer
		if err := backup(t, room, &p, operator); err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(t.TempDir(), "copy"+strconv.Itoa(round))
		if err := os.WriteFile(copied, p.file(t), 0o600); err != nil {
			t.Fatal(err)
		}
		wantClean(t, open(t, copied, true), acknowledged)
	}
	stop()
	writers.Wait()
	nothingLeft(t, dir)
}

func wantClean(t *testing.T, s *store.Store, least int64) {
	t.Helper()
	if err := check.Run(t.Context(), s, func(p check.Problem) { t.Error(p) }, nil); err != nil {
		t.Fatal(err)
	}
	units := int64(0)
	err := s.View(t.Context(), func(tx *store.Tx) error {
		units = 0
		for _, err := range store.Organisations.Scan(tx, store.Under("units/")) {
			if err != nil {
				return err
			}
			units++
		}
		return nil
	})
	if err != nil || units < least {
		t.Errorf("%d records of %d that were acknowledged: %v", units, least, err)
	}
}

func TestErrPermissionDenied(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "nuo.db"), false)
	room := maintenance.New(s, dir)
	add(t, s, jiaojiang, "")
	admin := in(nuov1.Role_ROLE_DISTRICT_ADMIN, jiaojiang)
	for _, grants := range [][]policy.Grant{{operator}, {admin}} {
		if err := backup(t, room, &peer{}, grants...); err != nil {
			t.Errorf("%v: %v", grants, err)
		}
	}
	denied := nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED
	for _, grants := range [][]policy.Grant{nil, {in(nuov1.Role_ROLE_AUDITOR, jiaojiang)}, {in(nuov1.Role_ROLE_OPERATOR, linhai)}} {
		p := &peer{}
		if err := backup(t, room, p, grants...); !fault.Is(err, denied) || len(p.parts) > 0 {
			t.Errorf("%v: %v after %d parts", grants, err, len(p.parts))
		}
	}
	// The copy holds every district: one of two is not enough.
	add(t, s, linhai, "")
	if err := backup(t, room, &peer{}, operator); !fault.Is(err, denied) {
		t.Errorf("one of two districts: %v", err)
	}
	if err := backup(t, room, &peer{}, operator, in(nuov1.Role_ROLE_OPERATOR, linhai)); err != nil {
		t.Errorf("both districts: %v", err)
	}
}

// TestErrBusy: one copy at a time, and a peer that goes away leaves nothing behind and lets the next one in.
func TestErrBusy(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "nuo.db"), false)
	room := maintenance.New(s, dir)
	add(t, s, jiaojiang, "")
	p := &peer{fail: io.ErrClosedPipe, during: func() {
		if err := backup(t, room, &peer{}, operator); !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_BUSY) {
			t.Errorf("a second copy: %v", err)
		}
		nothingLeft(t, dir)
	}}
	if err := backup(t, room, p, operator); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a peer that is gone: %v", err)
	}
	if err := backup(t, room, &peer{}, operator); err != nil {
		t.Errorf("after it: %v", err)
	}
}

// TestOKCrashLeavesNothingForGood: what an ended process left is removed; a directory that is gone is an error.
func TestOKCrashLeavesNothingForGood(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(t.TempDir(), "nuo.db"), false)
	add(t, s, jiaojiang, "")
	if err := os.WriteFile(filepath.Join(dir, "backup-1.tmp"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := backup(t, maintenance.New(s, dir), &peer{}, operator); err != nil {
		t.Fatal(err)
	}
	nothingLeft(t, dir)
	if err := backup(t, maintenance.New(s, filepath.Join(dir, "none")), &peer{}, operator); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a directory: %v", err)
	}
}
