package importing_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/directory"
	"nuo.internal/nuo/server/importing"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
	"nuo.internal/nuo/server/tasklist"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Who calls: a token is its grants.
const (
	admin     = "DISTRICT_ADMIN districts/jiaojiang"
	ofCourt   = "UNIT units/court"
	atMingzhu = "COMMUNITY communities/mingzhu"
	everybody = admin + ";" + ofCourt + ";" + atMingzhu
	volunteer = "VOLUNTEER volunteers/x"
)

type clock struct{ at atomic.Pointer[time.Time] }

func (c *clock) Now() time.Time                  { return *c.at.Load() }
func (c *clock) Until(time.Time) <-chan struct{} { return nil }
func (c *clock) set(t time.Time)                 { c.at.Store(&t) }

type tokens struct{}

func (tokens) Authenticate(_ context.Context, secret string) (*policy.Caller, error) {
	c := &policy.Caller{Token: "tokens/" + strings.ToLower(strings.NewReplacer("_", "-", " ", "-", "/", "-", ";", "-").Replace(secret))}
	for grant := range strings.SplitSeq(secret, ";") {
		role, scope, _ := strings.Cut(grant, " ")
		c.Grants = append(c.Grants, policy.Grant{
			Role: nuov1.Role(nuov1.Role_value["ROLE_"+role]), Scope: scope, District: "districts/jiaojiang",
		})
	}
	return c, nil
}

// line is the importer's connection to the rooms. It counts calls that change something, and can break: the call at
// which it breaks is made and its answer lost, and no call after it arrives.
type line struct {
	grpc.ClientConnInterface

	mu      sync.Mutex
	changes map[string]int
	breaks  int // after so many changes; 0 is never
	seen    int
}

func (l *line) Invoke(ctx context.Context, method string, req, res any, opts ...grpc.CallOption) error {
	rule, _ := policy.RuleOf(method)
	lost, dead := false, false
	if rule.GetMutates() {
		l.mu.Lock()
		l.seen++
		lost, dead = l.breaks > 0 && l.seen == l.breaks, l.breaks > 0 && l.seen > l.breaks
		if !dead {
			l.changes[method[strings.LastIndexByte(method, '/')+1:]]++
		}
		l.mu.Unlock()
	}
	if dead {
		return rpc.ToStatus(kv.ErrBusy, &rpc.Incoming{}).Err()
	}
	err := l.ClientConnInterface.Invoke(ctx, method, req, res, opts...)
	if lost {
		return rpc.ToStatus(kv.ErrUnknown, &rpc.Incoming{}).Err()
	}
	return err
}

// house is a district with the real rooms that a file needs.
type house struct {
	*testing.T

	engine kv.Engine
	store  *store.Store
	clock  *clock
	line   *line
	api    grpc.ClientConnInterface
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, clock: &clock{}, engine: memkv.New(memkv.Config{Twins: true, Poison: true})}
	h.clock.set(time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC)) // noon
	var err error
	if h.store, err = store.Open(h.engine, store.Config{Clock: h.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	chain, err := rpc.NewChain(rpc.Config{Authenticator: tokens{}, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	conn := rpc.NewInProcess(chain)
	h.line = &line{ClientConnInterface: conn, changes: map[string]int{}}
	nuov1.RegisterOrganisationServiceServer(conn, directory.NewOrganisations(h.store))
	nuov1.RegisterVolunteerServiceServer(conn, directory.NewVolunteers(h.store, directory.Contracts{
		Live:  func(*store.Tx, string) ([]string, error) { return nil, nil },
		Holds: func(*store.Tx, string, string, time.Time) (bool, error) { return false, nil },
		Release: func(*store.Tx, *policy.Caller, nuov1.Role, string, time.Time, time.Time) error {
			return nil
		},
		LookAgain: func(*store.Tx, string) error { return nil },
	}))
	nuov1.RegisterServedPartyServiceServer(conn, directory.NewServedParties(h.store))
	tasklist.New(h.store).Register(conn)
	nuov1.RegisterImportServiceServer(conn, importing.New(h.store, h.line))
	h.api = conn
	return h
}

func (h *house) as(token string) context.Context {
	return metadata.AppendToOutgoingContext(h.Context(), rpc.Header, rpc.Bearer(token))
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) plan(token string, files ...*nuov1.ImportFile) *nuov1.PlanImportResponse {
	h.Helper()
	res, err := nuov1.NewImportServiceClient(h.api).PlanImport(h.as(token), &nuov1.PlanImportRequest{Files: files})
	h.ok(err)
	return res
}

// apply answers the last answer of the stream, and how it ended.
func (h *house) apply(token string, files ...*nuov1.ImportFile) (*nuov1.ApplyImportResponse, error) {
	h.Helper()
	ctx, cancel := context.WithCancel(h.as(token))
	defer cancel()
	stream, err := nuov1.NewImportServiceClient(h.api).ApplyImport(ctx, &nuov1.ApplyImportRequest{
		RequestId: uuid.NewString(), Files: files,
	})
	h.ok(err)
	last := &nuov1.ApplyImportResponse{}
	for {
		res, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return last, nil
		}
		if err != nil {
			return last, err
		}
		if res.GetDone() < last.GetDone() || res.GetDone() > res.GetTotal() {
			h.Errorf("progress from %d to %d of %d", last.GetDone(), res.GetDone(), res.GetTotal())
		}
		last = res
	}
}

func (h *house) applied(token string, files ...*nuov1.ImportFile) *nuov1.ApplyImportResponse {
	h.Helper()
	res, err := h.apply(token, files...)
	h.ok(err)
	if res.GetOutcome() != nuov1.ImportOutcome_IMPORT_OUTCOME_DONE {
		h.Fatalf("%v", res)
	}
	return res
}

// bytes are everything stored.
func (h *house) bytes() map[string]string {
	h.Helper()
	all := map[string]string{}
	h.ok(h.engine.View(h.Context(), func(tx kv.Tx) error {
		for item, err := range tx.Scan(kv.Range{}) {
			if err != nil {
				return err
			}
			all[string(item.Key)] = string(item.Value)
		}
		return nil
	}))
	return all
}

// count is how many of each kind there are.
type count struct{ organisations, volunteers, registrations, exemptions, parties, lists, published, tasks, shifts, doors int }

func (h *house) count() (c count) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx *store.Tx) error {
		for v, err := range store.Volunteers.Scan(tx) {
			if err != nil {
				return err
			}
			c.volunteers++
			c.registrations += len(v.GetRegistrations())
			c.exemptions += len(v.GetExemptions())
		}
		for l, err := range store.TaskLists.Scan(tx) {
			if err != nil {
				return err
			}
			c.lists++
			if l.GetState() == nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED {
				c.published++
			}
		}
		var err [5]error
		c.organisations, err[0] = rows(store.Organisations.Scan(tx))
		c.parties, err[1] = rows(store.ServedParties.Scan(tx))
		c.tasks, err[2] = rows(store.Tasks.Scan(tx))
		c.shifts, err[3] = rows(store.Shifts.Scan(tx))
		c.doors, err[4] = rows(store.Doors.Scan(tx))
		return errors.Join(err[:]...)
	}))
	return c
}

func rows[M any](all iter.Seq2[M, error]) (n int, err error) {
	for _, err := range all {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func file(name, content string) *nuov1.ImportFile {
	return &nuov1.ImportFile{Name: name, Content: []byte(content)}
}

const storyFolder = "../../cmd/nuo/internal/demo/story"

func story(t *testing.T, names ...string) (files []*nuov1.ImportFile) {
	t.Helper()
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(storyFolder, name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, &nuov1.ImportFile{Name: name, Content: content})
	}
	return files
}
