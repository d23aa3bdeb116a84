package lifecycle

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/store"
)

// Random sequences: verbs, clock moves and the janitor against the model. After each step the states, counts and order
// of what either of them touched agree and nothing stored is wrong; at the end, of everything.
const (
	sequences    = 5000 // by default; divided by ten under the race detector and by fifty with -short
	maxSteps     = 60
	shares       = 10 // of which one runs every closure twice and meets conflicts
	randomPeople = 5
)

func TestOKRandomSequencesAgreeWithTheModel(t *testing.T) {
	n := sequences / raceDivisor
	if testing.Short() {
		n /= 50
	}
	must0(t, flag.Set("rapid.checks", fmt.Sprint(max(n/shares, 1))))
	must0(t, flag.Set("rapid.nofailfile", "true"))
	for share := range shares {
		t.Run(fmt.Sprint(share), func(t *testing.T) {
			t.Parallel()
			c := memkv.Config{}
			if share == 0 {
				c = memkv.Config{Twins: true, ConflictRate: 0.1, Seed: 1}
			}
			rapid.Check(t, func(rt *rapid.T) {
				h := newHarness(t, c, rapid.Bool().Draw(rt, "by hand"))
				defer func() { _ = h.w.store.Close() }()
				for i, s := range rapid.SliceOfN(rapid.Custom(drawStep), 20, maxSteps).Draw(rt, "steps") {
					if err := h.do(s); err != nil {
						rt.Fatalf("step %d, %+v: %v", i, s, err)
					}
				}
				if err := h.everything(); err != nil {
					rt.Fatal(err)
				}
			})
		})
	}
}

// step drawn at random: what, and numbers that choose on whom.
type drawn struct {
	Op      string
	A, B, C int
}

var operations = []string{
	"claim", "claim", "claim", "claim", "offer", "spoken", "sign", "sign", "decline", "withdraw", "leave", "refuse",
	"accept", "in", "in", "code", "site", "undo", "out", "out", "extend", "absent", "decide", "confirm", "evaluate",
	"amend", "amend", "answer", "cancel", "cut", "list", "clock", "clock", "clock", "clock", "clock", "janitor",
}

func drawStep(t *rapid.T) drawn {
	return drawn{
		rapid.SampledFrom(operations).Draw(t, "op"),
		rapid.IntRange(0, 255).Draw(t, "a"), rapid.IntRange(0, 255).Draw(t, "b"), rapid.IntRange(0, 255).Draw(t, "c"),
	}
}

// harness drives the store and the model side by side.
type harness struct {
	w      *world
	meter  *meter
	m      *model
	people []string
	shifts []string
}

func newHarness(t *testing.T, c memkv.Config, byHand bool) *harness {
	h := &harness{meter: &meter{Engine: memkv.New(c)}}
	h.w = openWorld(t, h.meter)
	h.m = &model{byHand: byHand, cancelled: unset}
	if byHand {
		h.w.handList()
	}
	h.people = h.w.people(randomPeople)
	for i, s := range []struct {
		from, to, cap int
		dueBy         bool
	}{
		{2 * hour, 4 * hour, 1, false}, {3 * hour, 5 * hour, 2, false}, // 8 February, 14:00 and 15:00
		{20 * hour, 24 * hour, 1, false}, {22 * hour, 26 * hour, 2, false}, {26 * hour, 30 * hour, 1, false}, // the 9th
		{8 * hour, 16 * hour, 2, false}, // the night between
		{21 * hour, 29 * hour, 2, true},
	} {
		h.shifts = append(h.shifts, h.w.shift(fmt.Sprint("s", i), "2020-02-08 12:00", "2020-02-08 13:00", int32(s.cap), func(k *nuov1.Shift) {
			k.StartTime, k.EndTime = timestamppb.New(moment(s.from)), timestamppb.New(moment(s.to))
			k.Date = []string{"2020-02-08", "2020-02-09"}[min(s.from/(12*hour), 1)]
			if s.dueBy {
				k.Timing = nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY
			}
		}))
		h.m.shifts = append(h.m.shifts, mShift{from: s.from, to: s.to, cap: s.cap, rev: 1, dueBy: s.dueBy, open: true, cut: unset, amendDue: unset})
	}
	return h
}

func moment(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

// do plays one step on both.
func (h *harness) do(s drawn) error {
	switch s.Op {
	case "clock":
		h.m.now += []int{1, 10, 20, 30, 60, 60, 120, 240, 600, 1500}[s.A%10] * minute
		h.w.clock.now = moment(h.m.now)
		if s.B%2 == 0 {
			return nil
		}
		return h.janitor()
	case "janitor":
		return h.janitor()
	case "list":
		if s.A%16 != 0 || h.m.cancelled != unset {
			return nil
		}
		h.w.cancelList()
		h.m.cancelled = h.m.now
		return h.janitor()
	}
	return h.verb(s)
}

// verb plays one verb: it passes on both or is refused by both, and then has changed nothing.
func (h *harness) verb(s drawn) error {
	before := h.m.clone()
	shift, play, ok := h.plan(s)
	if play == nil {
		return nil
	}
	position := h.w.position()
	var made *nuov1.Contract
	err := h.w.store.Update(context.Background(), func(tx *store.Tx) (err error) { made, err = play(tx); return err })
	if _, refusal := fault.As(err); err != nil && !refusal {
		return err
	}
	if (err == nil) != ok {
		return fmt.Errorf("the model says %t, the store %s", ok, fmt.Sprint(err))
	}
	if err != nil {
		h.m = before
		if h.w.position() != position {
			return errors.New("a refusal left a trace")
		}
		return nil
	}
	for i := range h.m.all {
		if h.m.all[i].name == "" {
			h.m.all[i].name = made.GetName()
		}
	}
	h.m.promote(shift)
	return h.agree(before)
}

// janitor works the due-queue off, entry by entry: the store chooses the order, the model says what each must do.
func (h *harness) janitor() error {
	for range 500 {
		var entry *storev1.DueEntry
		if err := h.w.store.View(context.Background(), func(tx *store.Tx) (err error) {
			entry, _, err = nextDue(tx)
			return err
		}); err != nil {
			return err
		}
		if entry == nil {
			return h.nothingLeft()
		}
		before := h.m.clone()
		if entry.GetKind() == storev1.DueKind_DUE_KIND_SHIFT {
			s := slices.Index(h.shifts, entry.GetObject())
			h.m.settle(s)
			h.m.promote(s)
		}
		if _, _, err := RunDue(context.Background(), h.w.store, 1, nil); err != nil {
			return err
		}
		if err := h.agree(before); err != nil {
			return fmt.Errorf("janitor at %v: %w", entry, err)
		}
	}
	return errors.New("the due-queue does not end")
}

// nothingLeft tells whether the queue has forgotten something that is due, or a free slot that somebody waits for.
func (h *harness) nothingLeft() error {
	m := h.m.clone()
	for s := range m.shifts {
		if m.settle(s) || m.promote(s) {
			return fmt.Errorf("the due-queue has forgotten shift %d", s)
		}
	}
	return nil
}
