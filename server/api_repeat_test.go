package server_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

func TestOKEveryRPCHasAPlay(t *testing.T) {
	for _, m := range inOrder(nil) {
		if plays()[m.full] == nil {
			t.Errorf("%s has no play: say how it is called", m.full)
		}
	}
	for full := range plays() {
		if methods()[full] == nil {
			t.Errorf("%s is no RPC", full)
		}
	}
}

// served are the RPCs of the services that the server offers.
func (c *cast) served(pass func(*method) bool) []*method {
	c.Helper()
	return inOrder(func(m *method) bool {
		if pass != nil && !pass(m) {
			return false
		}
		err := c.conn.Invoke(context.Background(), m.full, &nuov1.WhoAmIRequest{}, &nuov1.Token{})
		return status.Code(err) != codes.Unimplemented
	})
}

func mutates(m *method) bool { return m.rule.GetMutates() }

// picture is what is stored: how many records each table has, and a hash of all of them. What the server notes by itself
// as time goes by is left out.
type picture struct {
	rows map[string]int
	hash string
}

// picture waits until the janitor has done what is due, for that is no call's doing, and reads the whole store, which
// verifies it too.
func (c *cast) picture() picture {
	c.Helper()
	c.idle()
	p, h := picture{rows: map[string]int{}}, sha256.New()
	err := c.store.View(context.Background(), func(tx *store.Tx) error {
		_, err := store.CheckPart(tx, store.CheckCursor{}, 0, store.CheckVisitor{
			Problem: func(p store.Problem) { c.Errorf("stored: %s %s: %s", p.Table, p.Key, p.Text) },
			Record: func(r store.Record) error {
				if r.Table == "serving interval" || r.Table == "meta" {
					return nil
				}
				p.rows[r.Table]++
				b, err := proto.MarshalOptions{Deterministic: true}.Marshal(r.Message)
				fmt.Fprintf(h, "%s %s %d %d\n", r.Table, r.Owner, r.Sequence, len(b))
				h.Write(b)
				return err
			},
		})
		return err
	})
	if err != nil {
		c.Fatal(err)
	}
	p.hash = string(h.Sum(nil))
	return p
}

// since says what has changed, "" for nothing.
func (p picture) since(before picture) string {
	var changed []string
	for _, table := range slices.Sorted(maps.Keys(p.rows)) {
		if n := p.rows[table] - before.rows[table]; n != 0 {
			changed = append(changed, fmt.Sprintf("%+d %s", n, table))
		}
	}
	if len(changed) == 0 && p.hash != before.hash {
		return "a record is another one"
	}
	return strings.Join(changed, ", ")
}

// idle waits until nothing is due any more, and until the server has noted the minute that it serves in: what it does
// by itself is done then, until the clock moves.
func (c *cast) idle() {
	c.Helper()
	busy := ""
	for guard := time.Now().Add(hang); time.Now().Before(guard); time.Sleep(time.Millisecond) {
		now := c.clock.Now()
		busy = ""
		c.view(func(tx *store.Tx) error {
			for due, err := range store.DueEntries.Range(tx, store.Range{Until: []any{now.Add(1)}}) {
				busy = due.GetObject() + " is due and not done"
				return err
			}
			if name, err := planning(tx); err != nil || name != "" {
				busy = name + " is being worked on"
				return err
			}
			for last, err := range store.ServingIntervals.ScanReverse(tx) {
				if !last.GetEnd().AsTime().Add(time.Minute).After(now) {
					busy = "the minute is not noted"
				}
				return err
			}
			return nil
		})
		if busy == "" {
			return
		}
	}
	c.Fatal("never idle: " + busy)
}

// position is that of the last commit: the same as before, nothing was written at all.
func (c *cast) position() (p store.Position) {
	c.Helper()
	c.idle()
	c.view(func(tx *store.Tx) error { p = tx.Position(); return nil })
	return p
}

func (c *cast) view(f func(*store.Tx) error) {
	c.Helper()
	if err := c.store.View(context.Background(), f); err != nil {
		c.Fatal(err)
	}
}

// Each mutating RPC, called again with its request id, has one effect and gives one answer: at once and from fifty
// callers at the same time, and after a restart on the same file. The id is the caller's own and the payload's. The RPCs
// are dealt out to several servers, for the whole store is compared again and again.
func TestOKEveryMutationRepeats(t *testing.T) {
	const servers = 6
	for n := range servers {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			c := newCast(t)
			var mine []*method
			for i, m := range c.served(mutates) {
				if i%servers == n {
					mine = append(mine, m)
				}
			}
			c.repeatsAll(mine)
		})
	}
}

// repeated is a call that was answered.
type repeated struct {
	*method
	play
	first proto.Message
}

func (c *cast) repeatsAll(of []*method) {
	c.Helper()
	var all []repeated
	for _, m := range of {
		once, effect := c.repeatsInARow(m)
		atOnce := c.repeatsAtOnce(m, effect)
		all = append(all, once, atOnce)
	}
	if passed := c.clock.Now().Sub(noon); passed >= 24*time.Hour {
		c.Fatalf("%v have passed: the first answers are kept no longer", passed)
	}
	c.restart()
	before := c.picture()
	for _, d := range all {
		if again, err := c.do(d.who, d.req); err != nil || !proto.Equal(again, d.first) {
			c.Errorf("%s, after the restart: %v %v, want %v", d.full, again, err, d.first)
		}
	}
	if changed := c.picture().since(before); changed != "" {
		c.Errorf("repeats after the restart changed: %s", changed)
	}
	c.Logf("%d mutating RPCs, each in a row, fifty at once and after a restart", len(of))
}

// repeatsInARow calls once and thrice again, and tells what the first call made.
func (c *cast) repeatsInARow(m *method) (d repeated, effect string) {
	c.Helper()
	p := plays()[m.full](c)
	before := c.picture()
	first := c.must(p.who, p.req)
	done := c.picture()
	if n := done.rows["request"] - before.rows["request"]; n != 1 {
		c.Errorf("%s: %d kept answers, want 1", m.full, n)
	}
	position := c.position()
	for range 3 {
		if again, err := c.do(p.who, p.req); err != nil || !proto.Equal(again, first) {
			c.Errorf("%s, again: %v %v, want %v", m.full, again, err, first)
		}
	}
	other := proto.Clone(p.req)
	if !vary(other.ProtoReflect()) {
		c.Errorf("%s: no other payload is known", m.full)
	}
	_, err := c.do(p.who, other)
	c.refused(m.full+", another payload", err, nuov1.ErrorReason_ERROR_REASON_REQUEST_ID_REUSED)
	if c.position() != position {
		c.Errorf("%s: repeats wrote %q", m.full, c.picture().since(done))
	}
	for _, who := range strangersTo(p.who) {
		c.ownIDs(m, who, p.req, first)
	}
	return repeated{m, p, first}, done.since(before)
}

// ownIDs: the same id from another caller is another call, which succeeds or is refused by itself.
func (c *cast) ownIDs(m *method, who string, req, first proto.Message) {
	c.Helper()
	before := c.kept()
	res, err := c.do(who, req)
	kept := c.kept() - before
	switch {
	case err != nil && kept != 0, err == nil && kept != 1:
		c.Errorf("%s, %s with the same id: %d answers kept (%v)", m.full, who, kept, err)
	case err == nil && who != "mingzhu-2" && proto.Equal(res, first):
		c.Errorf("%s: %s was given another's answer", m.full, who)
	}
}

// kept counts the answers that are kept for repeats.
func (c *cast) kept() (n int) {
	c.Helper()
	c.view(func(tx *store.Tx) error {
		n = 0
		for _, err := range store.Requests.Keys(tx, store.Range{}) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n
}

// strangersTo are callers who try the request id of who. mingzhu-2 may do what mingzhu may.
func strangersTo(who string) []string {
	if who == "mingzhu" {
		return []string{"mingzhu-2", "yinshan"}
	}
	return []string{"neighbour", "bank"}
}

// repeatsAtOnce calls fifty times at the same moment: together they make what one call makes.
func (c *cast) repeatsAtOnce(m *method, effect string) repeated {
	c.Helper()
	p := plays()[m.full](c)
	withID(p.req)
	before := c.picture()
	answers := make([]proto.Message, 50)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			var err error
			if answers[i], err = c.do(p.who, p.req); err != nil {
				c.Errorf("%s, at once: %v", m.full, err)
			}
		})
	}
	all.Wait()
	for _, a := range answers {
		if a == nil || !proto.Equal(a, answers[0]) {
			c.Errorf("%s, at once: %v and %v", m.full, a, answers[0])
			break
		}
	}
	if made := c.picture().since(before); made != effect {
		c.Errorf("%s: fifty at once made %q, one made %q", m.full, made, effect)
	}
	return repeated{m, p, answers[0]}
}

func (c *cast) refused(what string, err error, reason nuov1.ErrorReason) {
	c.Helper()
	if f, ok := rpc.FromStatus(err); !ok || f.Reason != reason {
		c.Errorf("%s: %v, want %s", what, err, reason)
	}
}

// vary makes another payload that is as valid as the first, of a request or of what stands in it.
func vary(m protoreflect.Message) bool {
	for _, name := range []protoreflect.Name{"name", "shift", "task", "display_name", "title", "place", "contract", "community", "scope"} {
		fd := m.Descriptor().Fields().ByName(name)
		if fd != nil && fd.Kind() == protoreflect.StringKind && m.Get(fd).String() != "" && !fixed(m, fd) {
			m.Set(fd, protoreflect.ValueOfString(m.Get(fd).String()+"0"))
			return true
		}
	}
	fields := m.Descriptor().Fields()
	if fd := fields.ByName("max_shifts_weekly"); fd != nil {
		m.Set(fd, protoreflect.ValueOfInt32(int32(m.Get(fd).Int())+1))
		return true
	}
	for i := range fields.Len() {
		if fd := fields.Get(i); fd.Message() != nil && !fd.IsList() && !fd.IsMap() && m.Has(fd) && vary(m.Mutable(fd).Message()) {
			return true
		}
	}
	return false
}

// fixed tells whether a name ends with a word, so that no letter can be added.
func fixed(m protoreflect.Message, fd protoreflect.FieldDescriptor) bool {
	return strings.HasSuffix(m.Get(fd).String(), "/preference")
}
