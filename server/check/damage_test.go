package check_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/store"
)

// keyed is a table as its records are read and written.
type keyed[M proto.Message] interface {
	Get(tx *store.Tx, key ...any) (M, error)
	Put(tx *store.Tx, m M) error
	Delete(tx *store.Tx, key ...any) error
}

// change rewrites a record with checksum and indexes in order: only what it says is wrong.
func change[M proto.Message](w *world, t keyed[M], edit func(M), key ...any) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		m, err := t.Get(tx, key...)
		if err != nil {
			return err
		}
		if err := t.Delete(tx, key...); err != nil {
			return err
		}
		edit(m)
		return t.Put(tx, m)
	})
}

func (w *world) contract(name string) (c *nuov1.Contract) {
	w.t.Helper()
	w.do(func(tx *store.Tx) (err error) { c, err = store.Contracts.Get(tx, name); return err })
	return c
}

// eventKey is the engine's key of an event.
func eventKey(contract string, sequence uint64) []byte {
	return append([]byte{store.ContractEvents.Info().Prefix}, store.Key(contract, sequence)...)
}

// rewrite puts an event with a right checksum over the stored one.
func (w *world) rewrite(contract string, sequence uint64, edit func(*nuov1.ContractEvent)) {
	w.t.Helper()
	var event *nuov1.ContractEvent
	var previous []byte
	w.do(func(tx *store.Tx) error {
		for link, err := range store.ContractEvents.Scan(tx, contract) {
			if err != nil {
				return err
			}
			if link.Sequence == sequence {
				event = link.Event
				break
			}
			previous = link.Hash
		}
		return nil
	})
	w.raw(func(tx kv.Tx) error { return tx.Delete(eventKey(contract, sequence)) })
	edit(event)
	w.do(func(tx *store.Tx) error {
		_, err := store.ContractEvents.Append(tx, contract, sequence, previous, event)
		return err
	})
}

// under removes the first key that begins with a prefix.
func (w *world) removeFirst(prefix byte) {
	w.t.Helper()
	w.raw(func(tx kv.Tx) error {
		for p, err := range tx.Scan(kv.Prefix([]byte{prefix})) {
			if err != nil {
				return err
			}
			return tx.Delete(bytes.Clone(p.Key))
		}
		return nil
	})
}

// another writes a whole second contract beside the one named, with every entry and count of its own.
func (w *world) another(like, volunteer string, edit func(*nuov1.Contract)) {
	w.t.Helper()
	made := w.contract(like)
	name := newID()
	made.Name, made.Volunteer, made.EventHead = name, volunteer, nil
	edit(made)
	w.do(func(tx *store.Tx) error {
		c := proto.CloneOf(made)
		var events []*nuov1.ContractEvent
		for link, err := range store.ContractEvents.Scan(tx, like) {
			if err != nil {
				return err
			}
			events = append(events, link.Event)
		}
		for _, e := range events {
			if o := e.GetOpening(); o != nil {
				o.Contract, o.Volunteer, o.Shift, e.StartTime, e.EndTime = name, volunteer, c.GetShift(), c.GetStartTime(), c.GetEndTime()
			}
			e.PreviousHash = c.GetEventHead()
			head, err := store.ContractEvents.Append(tx, name, uint64(e.GetSequence()), c.GetEventHead(), e)
			if err != nil {
				return err
			}
			c.EventHead = head
		}
		if err := store.Contracts.Insert(tx, c); err != nil {
			return err
		}
		return w.entries(tx, c)
	})
}

func (w *world) entries(tx *store.Tx, c *nuov1.Contract) error {
	if err := store.Holders.Insert(tx, &storev1.Holder{
		Shift: c.GetShift(), Volunteer: c.GetVolunteer(), Contract: c.GetName(), State: c.GetState(),
	}); err != nil {
		return err
	}
	if err := store.Calendar.Insert(tx, &storev1.CalendarEntry{
		Volunteer: c.GetVolunteer(), Contract: c.GetName(), Shift: c.GetShift(), State: c.GetState(), Holds: true,
		StartTime: c.GetStartTime(), EndTime: c.GetEndTime(),
	}); err != nil {
		return err
	}
	slots, err := store.Slots.Get(tx, c.GetShift())
	if err != nil {
		return err
	}
	slots.Held, slots.Live, slots.Standing = slots.Held+1, slots.Live+1, slots.Standing+1
	if err := store.Slots.Put(tx, slots); err != nil {
		return err
	}
	claims, ok, err := store.Claims.Find(tx, c.GetVolunteer())
	if !ok {
		claims = &storev1.PersonClaims{Volunteer: c.GetVolunteer()}
	}
	if err != nil {
		return err
	}
	claims.Live++
	return store.Claims.Put(tx, claims)
}

func later(d time.Duration, t *timestamppb.Timestamp) *timestamppb.Timestamp {
	return timestamppb.New(t.AsTime().Add(d))
}

// harm is a kind of damage with the table and the text by which it is named. only tells that nothing else may be found:
// the check is exact there.
type harm struct {
	harm        func(w *world)
	table, text string
	only        bool
}

var harms = map[string]harm{
	"index entry of a shift is missing": {
		func(w *world) { w.removeFirst(store.ShiftsByTask.Prefix) },
		"shift by task", "record without its index entry", true,
	},
	"record is missing under its index": {
		func(w *world) { w.removeFirst(store.Tasks.Info().Prefix) },
		"task by list", "index entry without its record", false,
	},
	"counter of a shift": {func(w *world) {
		change(w, store.Slots, func(s *storev1.ShiftSlots) { s.Held-- }, gate)
	}, "shift", "counts are", true},
	"counter of a person": {func(w *world) {
		change(w, store.Claims, func(p *storev1.PersonClaims) { p.Offers++ }, person(0))
	}, "claims", "counts are", true},
	"counts of a person are missing": {func(w *world) {
		w.do(func(tx *store.Tx) error { return store.Claims.Delete(tx, person(4)) })
	}, "contract", "its volunteer has no counts", true},
	"last event is missing": {func(w *world) {
		last := uint64(w.contract(w.stands).GetEventCount())
		w.raw(func(tx kv.Tx) error { return tx.Delete(eventKey(w.stands, last)) })
	}, "contract", "events where", false},
	"event in the middle is missing": {func(w *world) {
		w.raw(func(tx kv.Tx) error { return tx.Delete(eventKey(w.served, 2)) })
	}, "contract event", "sequence of a chain has a gap", false},
	"first event is missing": {func(w *world) {
		w.raw(func(tx kv.Tx) error { return tx.Delete(eventKey(w.served, 1)) })
	}, "contract event", "sequence of a chain has a gap", false},
	"last event was edited": {func(w *world) {
		last := uint64(w.contract(w.stands).GetEventCount())
		w.rewrite(w.stands, last, func(e *nuov1.ContractEvent) { e.Actor = "tokens/other" })
	}, "contract", "or another last one", true},
	"event in the middle was edited": {func(w *world) {
		w.rewrite(w.served, 1, func(e *nuov1.ContractEvent) { e.Actor = "tokens/other" })
	}, "contract event", "event 2 does not follow the one before it", false},
	"state was changed": {func(w *world) {
		change(w, store.Contracts, func(c *nuov1.Contract) { c.State = nuov1.ContractState_CONTRACT_STATE_WITHDRAWN }, w.stands)
	}, "contract", "state is not what its events say", false},
	"hours were changed": {func(w *world) {
		change(w, store.Contracts, func(c *nuov1.Contract) { c.HoursHundredths += 100 }, w.served)
	}, "contract", "hours_hundredths is not what its events say", true},
	"contract is missing": {func(w *world) {
		w.do(func(tx *store.Tx) error { return store.Contracts.Delete(tx, w.served) })
	}, "contract event", "which is not stored", false},
	"calendar entry is missing": {func(w *world) {
		c := w.contract(w.waits)
		w.do(func(tx *store.Tx) error {
			return store.Calendar.Delete(tx, c.GetVolunteer(), c.GetStartTime(), c.GetName())
		})
	}, "contract", "its calendar entry is missing", false},
	"calendar has a contract twice": {func(w *world) {
		c := w.contract(w.served)
		w.do(func(tx *store.Tx) error {
			e, err := store.Calendar.Get(tx, c.GetVolunteer(), c.GetCheckIn().GetTime(), c.GetName())
			if err != nil {
				return err
			}
			e.StartTime, e.Holds = later(time.Minute, e.GetStartTime()), false
			return store.Calendar.Put(tx, e)
		})
	}, "calendar entry", "that its contract does not ask for", true},
	"holder is missing": {func(w *world) {
		w.do(func(tx *store.Tx) error { return store.Holders.Delete(tx, gate, person(0), w.stands) })
	}, "contract", "its entry under the shift is missing", false},
	"a third holder of two slots": {func(w *world) {
		w.another(w.stands, person(6), func(*nuov1.Contract) {})
	}, "shift", "3 slots are held of 2 (rule 1)", false},
	"the same person twice on a shift": {func(w *world) {
		w.another(w.stands, person(0), func(*nuov1.Contract) {})
	}, "shift", "are live contracts of one person", false},
	"overlap of one person": {func(w *world) {
		w.another(w.stands, person(0), func(c *nuov1.Contract) {
			c.Shift, c.StartTime, c.EndTime = morning, later(time.Hour, c.GetStartTime()), later(time.Hour, c.GetEndTime())
		})
	}, "claims", "overlap (rule 2)", false},
	"terms were changed": {func(w *world) {
		change(w, store.Terms, func(terms *nuov1.Terms) { terms.Place = "elsewhere" }, gate, int64(1))
	}, "contract", "its terms are not those that were signed", false},
	"terms of a shift that nobody signed were changed": {func(w *world) {
		change(w, store.Terms, func(terms *nuov1.Terms) { terms.Place = "elsewhere" }, morning, int64(1))
	}, "shift", "are not what it promises", true},
	"terms are missing": {func(w *world) {
		w.do(func(tx *store.Tx) error { return store.Terms.Delete(tx, morning, int64(1)) })
	}, "shift", "terms of its revision 1 are missing", true},
	"place in the waitlist is missing": {func(w *world) {
		w.do(func(tx *store.Tx) error { return store.Waits.Delete(tx, gate, w.contract(w.waits).GetWaitSequence()) })
	}, "contract", "its entry in the waitlist is missing", true},
	"place in the waitlist of who does not wait": {func(w *world) {
		w.do(func(tx *store.Tx) error {
			return store.Waits.Put(tx, &storev1.Wait{Shift: gate, Sequence: 1000, Contract: w.stands, Volunteer: person(0)})
		})
	}, "wait", "that its contract does not ask for", false},
	"due entry of a shift is missing": {func(w *world) {
		w.do(func(tx *store.Tx) error {
			slots, err := store.Slots.Get(tx, gate)
			if err != nil {
				return err
			}
			return store.DueEntries.Delete(tx, slots.GetDueTime(), uint64(storev1.DueKind_DUE_KIND_SHIFT), gate)
		})
	}, "shift", "its due time is not in the due-queue", true},
	"shift is looked at too late": {func(w *world) {
		w.do(func(tx *store.Tx) error {
			slots, err := store.Slots.Get(tx, gate)
			if err != nil {
				return err
			}
			kind := uint64(storev1.DueKind_DUE_KIND_SHIFT)
			if err := store.DueEntries.Delete(tx, slots.GetDueTime(), kind, gate); err != nil {
				return err
			}
			slots.DueTime = later(1000*time.Hour, slots.GetDueTime())
			if err := store.Slots.Put(tx, slots); err != nil {
				return err
			}
			return store.DueEntries.Put(tx, &storev1.DueEntry{
				Time: slots.GetDueTime(), Kind: storev1.DueKind_DUE_KIND_SHIFT, Object: gate,
			})
		})
	}, "shift", "it is looked at", true},
	"due entry of a list is missing": {func(w *world) {
		w.do(func(tx *store.Tx) error {
			return store.DueEntries.Delete(tx, timestamppb.New(noon.Add(48*time.Hour)), uint64(storev1.DueKind_DUE_KIND_LIST), list)
		})
	}, "task list", "its close time is not in the due-queue", true},
	"due entry that nobody asks for": {func(w *world) {
		w.do(func(tx *store.Tx) error {
			return store.DueEntries.Put(tx, &storev1.DueEntry{
				Time: timestamppb.New(noon), Kind: storev1.DueKind_DUE_KIND_SHIFT, Object: gate,
			})
		})
	}, "due entry", "that its shift does not ask for", true},
	"answer that was to be forgotten": {func(w *world) {
		made := noon.Add(-30 * 24 * time.Hour)
		hash := bytes.Repeat([]byte{1}, 32)
		w.do(func(tx *store.Tx) error {
			return store.Requests.Put(tx, &storev1.Request{
				Day: store.RequestDay(made), Caller: hash, Id: hash, Fingerprint: hash, Sealed: hash, Method: "/nuo.v1.X/Y",
				CreateTime: timestamppb.New(made),
			})
		})
	}, "request", "that was to be forgotten", true},
	"words of a note were changed": {func(w *world) {
		last := uint64(w.contract(w.served).GetEventCount())
		change(w, store.Notes, func(n *storev1.Note) { n.Text = canary + "!" }, w.served, last)
	}, "note", "the words are not those of event", true},
	"volunteer is missing": {func(w *world) {
		w.do(func(tx *store.Tx) error { return store.Volunteers.Delete(tx, person(7)) })
	}, "person", "which is not stored", true},
	"key of no table": {func(w *world) {
		w.raw(func(tx kv.Tx) error { return tx.Put([]byte{0xf0, 'x'}, []byte("y")) })
	}, "no table", "key of no table", true},
}

func TestErrDamageIsNamed(t *testing.T) {
	for name, c := range harms {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, memory()).play()
			if strings.Contains(name, "hours") || strings.Contains(name, "twice") || strings.Contains(name, "middle") ||
				strings.Contains(name, "words") {
				w.serve()
			}
			w.clean()
			c.harm(w)
			named := false
			for _, p := range w.problems() {
				hit := p.Table == c.table && strings.Contains(p.Text, c.text)
				if named = named || hit; c.only && !hit {
					t.Errorf("besides: %s", p)
				}
				if line := p.String(); strings.Contains(line, canary) || strings.ContainsAny(line, "\n\t") {
					t.Errorf("not fit to be shown: %s", line)
				}
			}
			if !named {
				t.Errorf("%s: %q is not among %v", c.table, c.text, w.problems())
			}
		})
	}
}

// TestErrFlippedBitIsNamed flips a bit in each stored value, record or index entry, one at a time.
func TestErrFlippedBitIsNamed(t *testing.T) {
	w := newWorld(t, memory()).play().serve()
	type pair struct{ key, value []byte }
	var all []pair
	if err := w.engine.View(context.Background(), func(tx kv.Tx) error {
		for p, err := range tx.Scan(kv.Range{}) {
			if err != nil {
				return err
			}
			all = append(all, pair{bytes.Clone(p.Key), bytes.Clone(p.Value)})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	chance := rand.New(rand.NewPCG(1, 2))
	for _, p := range all {
		harmed := slices.Clone(p.value)
		harmed[chance.IntN(len(harmed))] ^= 1 << chance.IntN(8)
		w.raw(func(tx kv.Tx) error { return tx.Put(p.key, harmed) })
		found := w.problems()
		if len(found) == 0 {
			t.Errorf("nothing is found wrong with %x = %x", p.key, harmed)
		}
		for _, q := range found {
			if strings.Contains(q.String(), canary) {
				t.Errorf("not fit to be shown: %s", q)
			}
		}
		w.raw(func(tx kv.Tx) error { return tx.Put(p.key, p.value) })
	}
	w.clean()
}
