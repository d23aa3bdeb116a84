package call_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	issue  = "/nuo.v1.TokenService/IssueToken"
	list   = "/nuo.v1.TokenService/ListTokens"
	here   = "districts/here"
	street = "streets/one"
)

// clock stands where it was put.
type clock struct{ at atomic.Pointer[time.Time] }

func (c *clock) Now() time.Time                  { return *c.at.Load() }
func (c *clock) Until(time.Time) <-chan struct{} { return nil }
func (c *clock) set(t time.Time)                 { c.at.Store(&t) }

// open is a store on the engine that runs every closure twice and provokes conflicts.
func open(t *testing.T) (*store.Store, *clock) {
	t.Helper()
	c := &clock{}
	c.set(time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC))
	s, err := store.Open(memkv.New(memkv.Config{Twins: true}), store.Config{Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, c
}

// by is the context of a call of the method by an administrator of a district.
func by(t *testing.T, method, token, district string) (context.Context, *rpc.Incoming) {
	t.Helper()
	rule, ok := policy.RuleOf(method)
	if !ok {
		t.Fatal(method)
	}
	in := &rpc.Incoming{Method: method, Rule: rule, Caller: &policy.Caller{Token: token, Grants: []policy.Grant{{
		Role: nuov1.Role_ROLE_DISTRICT_ADMIN, Scope: district, District: district,
	}}}}
	return rpc.WithIncoming(t.Context(), in), in
}

func request() *nuov1.IssueTokenRequest {
	return &nuov1.IssueTokenRequest{RequestId: uuid.NewString(), Token: &nuov1.Token{DisplayName: "a"}}
}

// create makes an organisation with a random name: an effect that a second run would show.
func create(c *call.Call) (*nuov1.Organisation, error) {
	if err := c.Allow(policy.Facts{Within: []string{street, here}}); err != nil {
		return nil, err
	}
	o := &nuov1.Organisation{Name: "teams/" + c.RandomID(), Parent: here}
	return o, store.Organisations.Insert(c.Tx, o)
}

func count(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) error {
		n = 0
		for _, err := range store.Organisations.Scan(tx) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func is(t *testing.T, err error, reason nuov1.ErrorReason) {
	t.Helper()
	if !fault.Is(err, reason) {
		t.Fatalf("%v, want %v", err, reason)
	}
}

func TestOKAllowTellsTheRole(t *testing.T) {
	s, _ := open(t)
	ctx, in := by(t, issue, "tokens/a", here)
	_, err := call.Mutate(ctx, s, request(), func(c *call.Call) (*nuov1.Organisation, error) {
		o, err := create(c)
		if c.Role != nuov1.Role_ROLE_DISTRICT_ADMIN || c.Actor() != "tokens/a" || c.Method != issue {
			t.Errorf("%v %v %v", c.Role, c.Actor(), c.Method)
		}
		if !c.May(list, policy.Facts{Within: []string{here}}) || c.May(list, policy.Facts{Within: []string{"districts/there"}}) {
			t.Error("May does not follow the other method's rule")
		}
		return o, err
	})
	if err != nil || !in.Confirmed() {
		t.Errorf("%v, confirmed %v", err, in.Confirmed())
	}
}

func TestErrDeniedOrHidden(t *testing.T) {
	s, _ := open(t)
	ctx, in := by(t, issue, "tokens/a", "districts/there")
	_, err := call.Mutate(ctx, s, request(), create)
	is(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	_, err = call.Mutate(ctx, s, request(), func(c *call.Call) (*nuov1.Organisation, error) {
		return nil, c.AllowOrHide(policy.Facts{Within: []string{here}}, "teams/secret")
	})
	is(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	if in.Confirmed() || count(t, s) > 0 {
		t.Error("a refusal left something")
	}
}

func TestErrHandlerThatNeverAskedWritesNothing(t *testing.T) {
	s, _ := open(t)
	ctx, in := by(t, issue, "tokens/a", here)
	silent := func(c *call.Call) (*nuov1.Organisation, error) {
		o := &nuov1.Organisation{Name: "teams/silent"}
		return o, store.Organisations.Insert(c.Tx, o)
	}
	if o, err := call.Mutate(ctx, s, request(), silent); err == nil || o != nil {
		t.Errorf("%v %v", o, err)
	}
	look := func(*call.Call) (*nuov1.Organisation, error) { return &nuov1.Organisation{}, nil }
	if o, err := call.Read(ctx, s, look); err == nil || o != nil {
		t.Errorf("%v %v", o, err)
	}
	if err := call.Stream(ctx, s, func(*call.Call) error { return nil }); err == nil {
		t.Error("a stream's step passed")
	}
	if in.Confirmed() || count(t, s) > 0 {
		t.Error("it left something")
	}
}

func TestErrMutationOfAReadingMethodIsADefect(t *testing.T) {
	s, _ := open(t)
	ctx, _ := by(t, list, "tokens/a", here)
	if _, err := call.Mutate(ctx, s, request(), create); err == nil || count(t, s) > 0 {
		t.Errorf("%v", err)
	}
	ctx, _ = by(t, issue, "tokens/a", here)
	if _, err := call.Mutate(ctx, s, &nuov1.IssueTokenRequest{}, create); err == nil || count(t, s) > 0 {
		t.Errorf("%v", err)
	}
	if _, err := call.Mutate(t.Context(), s, request(), create); err == nil || count(t, s) > 0 {
		t.Errorf("outside of a call: %v", err)
	}
}

func TestOKRepeatsHaveOneEffect(t *testing.T) {
	s, clock := open(t)
	ctx, _ := by(t, issue, "tokens/a", here)
	req := request()
	first, err := call.Mutate(ctx, s, req, create)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			again, err := call.Mutate(ctx, s, proto.CloneOf(req), create)
			if err != nil || !proto.Equal(first, again) {
				t.Errorf("%v %v, want %v", again, err, first)
			}
		})
	}
	all.Wait()
	for _, later := range []time.Duration{13 * time.Hour, 24*time.Hour - time.Nanosecond} {
		clock.set(time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC).Add(later))
		if again, err := call.Mutate(ctx, s, req, create); err != nil || !proto.Equal(first, again) {
			t.Errorf("%v later: %v %v", later, again, err)
		}
	}
	if n := count(t, s); n != 1 {
		t.Errorf("%d effects", n)
	}
	clock.set(time.Date(2020, 2, 9, 4, 0, 0, 0, time.UTC))
	if again, err := call.Mutate(ctx, s, req, create); err != nil || proto.Equal(first, again) {
		t.Errorf("after 24 h it is a new call: %v %v", again, err)
	}
}

// Without a first success: fifty at once, on an engine that lets them collide.
func TestOKFiftyAtOnceHaveOneEffect(t *testing.T) {
	s, _ := open(t)
	ctx, _ := by(t, issue, "tokens/a", here)
	req := request()
	names := make([]string, 50)
	var all sync.WaitGroup
	for i := range names {
		all.Go(func() {
			o, err := call.Mutate(ctx, s, req, create)
			if err != nil {
				t.Error(err)
			}
			names[i] = o.GetName()
		})
	}
	all.Wait()
	for _, name := range names {
		if name == "" || name != names[0] {
			t.Fatalf("%q and %q", name, names[0])
		}
	}
	if n := count(t, s); n != 1 {
		t.Errorf("%d effects", n)
	}
}

func TestErrRequestIDReused(t *testing.T) {
	s, _ := open(t)
	ctx, _ := by(t, issue, "tokens/a", here)
	req := request()
	if _, err := call.Mutate(ctx, s, req, create); err != nil {
		t.Fatal(err)
	}
	other := proto.CloneOf(req)
	other.Token.DisplayName = "b"
	_, err := call.Mutate(ctx, s, other, create)
	is(t, err, nuov1.ErrorReason_ERROR_REASON_REQUEST_ID_REUSED)
	revoke, _ := by(t, "/nuo.v1.TokenService/RevokeToken", "tokens/a", here)
	_, err = call.Mutate(revoke, s, &nuov1.RevokeTokenRequest{RequestId: req.GetRequestId()}, create)
	is(t, err, nuov1.ErrorReason_ERROR_REASON_REQUEST_ID_REUSED)
	if n := count(t, s); n != 1 {
		t.Errorf("%d effects", n)
	}
}

func TestOKRequestIDsAreEachCallersOwn(t *testing.T) {
	s, _ := open(t)
	req := request()
	one, _ := by(t, issue, "tokens/a", here)
	two, _ := by(t, issue, "tokens/b", here)
	first, err1 := call.Mutate(one, s, req, create)
	second, err2 := call.Mutate(two, s, req, create)
	if err := errors.Join(err1, err2); err != nil || proto.Equal(first, second) {
		t.Errorf("%v %v %v", first, second, err)
	}
}

// Two tokens of one person are one caller: a repeat from another device is a repeat.
func TestOKAPersonsTokensShareRequestIDs(t *testing.T) {
	s, _ := open(t)
	req := request()
	one, in1 := by(t, issue, "tokens/a", here)
	two, in2 := by(t, issue, "tokens/b", here)
	in1.Caller.Person, in2.Caller.Person = "volunteers/v", "volunteers/v"
	first, err1 := call.Mutate(one, s, req, create)
	second, err2 := call.Mutate(two, s, req, create)
	if err := errors.Join(err1, err2); err != nil || !proto.Equal(first, second) {
		t.Errorf("%v %v %v", first, second, err)
	}
}

func TestErrRepeatIsAuthorisedAgain(t *testing.T) {
	s, _ := open(t)
	req := request()
	ctx, in := by(t, issue, "tokens/a", here)
	if _, err := call.Mutate(ctx, s, req, create); err != nil {
		t.Fatal(err)
	}
	in.Caller.Grants[0].Scope, in.Caller.Grants[0].District = "districts/there", "districts/there"
	_, err := call.Mutate(ctx, s, req, create)
	is(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
}

func TestOKARefusalIsDecidedAnew(t *testing.T) {
	s, _ := open(t)
	req := request()
	ctx, _ := by(t, issue, "tokens/a", here)
	_, err := call.Mutate(ctx, s, req, func(c *call.Call) (*nuov1.Organisation, error) {
		if _, err := create(c); err != nil {
			return nil, err
		}
		return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
	})
	is(t, err, nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL)
	if n := count(t, s); n != 0 {
		t.Errorf("%d effects of a refusal", n)
	}
	if _, err := call.Mutate(ctx, s, req, create); err != nil {
		t.Error(err)
	}
}

// What is kept of a call shows neither its answer nor its id.
func TestOKKeptAnswersAreSealed(t *testing.T) {
	s, _ := open(t)
	req := request()
	ctx, _ := by(t, issue, "tokens/a", here)
	made, err := call.Mutate(ctx, s, req, create)
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx *store.Tx) error {
		kept := 0
		for r, err := range store.Requests.Scan(tx) {
			if err != nil {
				return err
			}
			kept++
			b, err := proto.Marshal(r)
			if err != nil {
				return err
			}
			if strings.Contains(string(b), made.GetName()) || strings.Contains(string(b), req.GetRequestId()) {
				t.Error("it is readable")
			}
		}
		if kept != 1 {
			t.Errorf("%d kept", kept)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestErrDamagedKeptAnswerIsNamed(t *testing.T) {
	s, _ := open(t)
	req := request()
	ctx, _ := by(t, issue, "tokens/a", here)
	if _, err := call.Mutate(ctx, s, req, create); err != nil {
		t.Fatal(err)
	}
	for _, spoil := range []func([]byte) []byte{
		func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		func(b []byte) []byte { return b[:5] },
	} {
		err := s.Update(t.Context(), func(tx *store.Tx) error {
			for r, err := range store.Requests.Scan(tx) {
				if err != nil {
					return err
				}
				r.Sealed = spoil(r.GetSealed())
				return store.Requests.Put(tx, r)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = call.Mutate(ctx, s, req, create)
		is(t, err, nuov1.ErrorReason_ERROR_REASON_DAMAGED)
	}
}

func TestOKPurgeForgetsOldAnswersAlone(t *testing.T) {
	s, clock := open(t)
	ctx, _ := by(t, issue, "tokens/a", here)
	start := clock.Now()
	for range 3 {
		for range 150 {
			if _, err := call.Mutate(ctx, s, request(), create); err != nil {
				t.Fatal(err)
			}
		}
		clock.set(clock.Now().Add(24 * time.Hour))
	}
	clock.set(start.Add(48 * time.Hour))
	if n, err := call.Purge(t.Context(), s); err != nil || n != 150 {
		t.Errorf("purged %d (%v), want those of the first day", n, err)
	}
	clock.set(start.Add(96 * time.Hour))
	if n, err := call.Purge(t.Context(), s); err != nil || n != 300 {
		t.Errorf("purged %d (%v), want the rest, in several steps", n, err)
	}
	if n, err := call.Purge(t.Context(), s); err != nil || n != 0 {
		t.Errorf("purged %d (%v)", n, err)
	}
}

func TestOKStreamAuthenticatesEachStep(t *testing.T) {
	s, _ := open(t)
	ctx, in := by(t, list, "tokens/a", here)
	revoked := false
	was := in.Caller
	in.Renew = func(context.Context) (*policy.Caller, error) {
		if revoked {
			return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
		}
		return was, nil
	}
	step := func(c *call.Call) error { return c.Allow(policy.Facts{Within: []string{here}}) }
	if err := call.Stream(ctx, s, step); err != nil || !in.Confirmed() {
		t.Errorf("%v", err)
	}
	was = &policy.Caller{Token: "tokens/a"}
	is(t, call.Stream(ctx, s, step), nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	revoked = true
	is(t, call.Stream(ctx, s, step), nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
}
