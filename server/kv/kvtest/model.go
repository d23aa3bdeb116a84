package kvtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nuo.internal/nuo/server/kv"
)

// testModel runs random transactions on an engine and on a map, which must always agree.
func testModel(t *testing.T, open Open) {
	ctx, e := start(t, open)
	rapid.Check(t, func(r *rapid.T) {
		m := &model{ctx: ctx, e: e, want: map[string]string{}}
		m.clear(r)
		r.Repeat(map[string]func(*rapid.T){
			"update": m.update,
			"view":   m.view,
			"":       m.check,
		})
	})
}

type model struct {
	ctx  context.Context
	e    kv.Engine
	want map[string]string
}

func drawKey(r *rapid.T) string {
	return rapid.StringOfN(rapid.SampledFrom([]rune("ab/z")), 1, 3, -1).Draw(r, "key")
}

func drawRange(r *rapid.T) kv.Range {
	bound := rapid.StringOfN(rapid.SampledFrom([]rune("ab/z")), 0, 3, -1)
	return ranged(bound.Draw(r, "start"), bound.Draw(r, "end"), rapid.Bool().Draw(r, "reverse"))
}

func (m *model) clear(r *rapid.T) {
	_, err := m.e.Update(m.ctx, func(tx kv.Tx) error {
		for p, err := range tx.Scan(kv.Range{}) {
			if err != nil {
				return err
			}
			if err := tx.Delete(p.Key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
}

// step is one thing that a drawn transaction does. Steps are drawn beforehand: the closure may run more than once.
type step struct {
	kind       int
	key, value string
	scan       kv.Range
}

func (m *model) update(r *rapid.T) {
	steps := make([]step, rapid.IntRange(0, 8).Draw(r, "steps"))
	for i := range steps {
		steps[i] = step{
			kind: rapid.IntRange(0, 3).Draw(r, "kind"), key: drawKey(r),
			value: rapid.StringN(1, 3, 12).Draw(r, "value"), scan: drawRange(r),
		}
	}
	refuse := rapid.IntRange(0, 3).Draw(r, "refuse") == 0
	var after map[string]string
	_, err := m.e.Update(m.ctx, func(tx kv.Tx) error {
		now := maps.Clone(m.want)
		for _, s := range steps {
			if err := s.do(tx, now); err != nil {
				return err
			}
		}
		after = now
		if refuse {
			return errRefused
		}
		return nil
	})
	switch {
	case err == nil && !refuse:
		m.want = after
	case !errors.Is(err, errRefused) || !refuse:
		r.Fatal(err)
	}
}

func (s step) do(tx kv.Tx, now map[string]string) error {
	switch s.kind {
	case 0:
		now[s.key] = s.value
		return tx.Put([]byte(s.key), []byte(s.value))
	case 1:
		delete(now, s.key)
		return tx.Delete([]byte(s.key))
	case 2:
		got, err := tx.Get([]byte(s.key))
		if err == nil && string(got) != now[s.key] {
			err = fmt.Errorf("Get(%q) = %q, want %q", s.key, got, now[s.key])
		}
		return err
	default:
		return compare(tx, s.scan, now)
	}
}

func (m *model) view(r *rapid.T) {
	s := drawRange(r)
	if err := m.e.View(m.ctx, func(tx kv.Tx) error { return compare(tx, s, m.want) }); err != nil {
		r.Fatal(err)
	}
}

func (m *model) check(r *rapid.T) {
	err := m.e.View(m.ctx, func(tx kv.Tx) error { return compare(tx, kv.Range{}, m.want) })
	if err != nil {
		r.Fatal(err)
	}
}

// compare scans r and returns an error unless it shows what want holds there.
func compare(tx kv.Tx, r kv.Range, want map[string]string) error {
	var w []string
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if k >= string(r.Start) && (r.End == nil || k < string(r.End)) {
			w = append(w, k+"="+want[k])
		}
	}
	if r.Reverse {
		slices.Reverse(w)
	}
	got, err := list(tx, r)
	if err == nil && got != strings.Join(w, " ") {
		err = fmt.Errorf("scan %q to %q, reverse %v: %q, want %q", r.Start, r.End, r.Reverse, got, w)
	}
	return err
}
