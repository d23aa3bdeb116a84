package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/memkv"
)

// migrationTests has a test for each of migrations, by the version that it leads to.
var migrationTests = map[version]func(t *testing.T){
	{1, 1}: plansAreAdded,
}

// plansAreAdded: what a file of 1.0 holds is left as it is, and only reading it is still open to a program of 1.0.
func plansAreAdded(t *testing.T) {
	engine := memkv.New(memkv.Config{Twins: true})
	old, err := openAt(engine, false, version{1, 0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept := &storev1.FileName{Namespace: "test", Name: "kept", Resource: "volunteers/kept"}
	if err := old.Update(context.Background(), func(tx *Tx) error { return FileNames.Put(tx, kept) }); err != nil {
		t.Fatal(err)
	}
	s, err := openAt(engine, false, version{1, 1}, migrations)
	if err != nil {
		t.Fatal(err)
	}
	if now := versionIn(t, s); now.version != (version{1, 1}) || now.pending != nil {
		t.Errorf("after the migration: %+v", now)
	}
	err = s.View(context.Background(), func(tx *Tx) error {
		found, ok, err := FileNames.Find(tx, FileNameKey(kept.GetNamespace(), kept.GetName())...)
		if err == nil && (!ok || !proto.Equal(found, kept)) {
			t.Errorf("the record is %v", found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openAt(engine, false, version{1, 0}, nil); !errors.Is(err, ErrNewer) {
		t.Errorf("a program of 1.0 serves it: %v", err)
	}
	if _, err := openAt(engine, true, version{1, 0}, nil); err != nil {
		t.Errorf("a program of 1.0 does not read it: %v", err)
	}
}

func TestOKEveryMigrationHasATest(t *testing.T) {
	if len(migrationTests) != len(migrations) {
		t.Errorf("%d migrations, %d tests", len(migrations), len(migrationTests))
	}
	last := version{breaking: 1}
	for _, m := range migrations {
		if !last.before(m.to) {
			t.Errorf("migration to %v comes after %v", m.to, last)
		}
		last = m.to
		f, ok := migrationTests[m.to]
		if !ok {
			t.Errorf("migration to %v has no test", m.to)
			continue
		}
		t.Run(m.to.String(), f)
	}
	if last != current {
		t.Errorf("migrations lead to %v, the program writes %v", last, current)
	}
}

type fixedClock struct{}

func (fixedClock) Now() time.Time                  { return time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC) }
func (fixedClock) Until(time.Time) <-chan struct{} { return nil }

// openAt makes a store over an engine, as Open does but with versions and migrations of the test's own.
func openAt(engine kv.Engine, readOnly bool, want version, all []migration) (*Store, error) {
	s := &Store{engine: engine, config: Config{Clock: fixedClock{}, Entropy: bytes.NewReader(nil), ReadOnly: readOnly}}
	return s, s.openVersions(context.Background(), want, all)
}

func versionIn(t *testing.T, s *Store) (now stored) {
	t.Helper()
	if err := s.View(context.Background(), func(tx *Tx) (err error) { now, err = readVersions(tx); return err }); err != nil {
		t.Fatal(err)
	}
	return now
}

func TestOKNewStoreTakesThePresentVersion(t *testing.T) {
	s, err := Open(memkv.New(memkv.Config{Twins: true}), Config{Clock: fixedClock{}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if now := versionIn(t, s); now.version != current || now.pending != nil {
		t.Errorf("%+v", now)
	}
	if _, err := Open(s.engine, Config{Clock: fixedClock{}, ReadOnly: true}); err != nil {
		t.Errorf("opened again: %v", err)
	}
}

func TestErrVersions(t *testing.T) {
	for _, c := range []struct {
		name       string
		file, want version
		readOnly   bool
		err        error
	}{
		{"newer breaking", version{2, 0}, version{1, 9}, false, ErrNewer},
		{"newer breaking, read-only", version{2, 0}, version{1, 9}, true, ErrNewer},
		{"newer additive", version{1, 2}, version{1, 1}, false, ErrNewer},
		{"newer additive, read-only", version{1, 2}, version{1, 1}, true, nil},
		{"older, read-only", version{1, 1}, version{1, 2}, true, ErrOlder},
	} {
		engine := memkv.New(memkv.Config{})
		if _, err := openAt(engine, false, c.file, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := openAt(engine, c.readOnly, c.want, nil); !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
	}
}

func TestErrForeign(t *testing.T) {
	engine := memkv.New(memkv.Config{})
	if _, err := openAt(engine, true, current, nil); !errors.Is(err, ErrForeign) {
		t.Errorf("empty and read-only: %v", err)
	}
	_, err := engine.Update(context.Background(), func(tx kv.Tx) error { return tx.Put([]byte("k"), []byte("v")) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openAt(engine, false, current, nil); !errors.Is(err, ErrForeign) {
		t.Errorf("something else: %v", err)
	}
}

// counting is a migration in n steps that notes each one in the store; it fails once at step fail.
func counting(to version, n int, fail *int) migration {
	return migration{to: to, step: func(tx *Tx, cursor []byte) ([]byte, error) {
		step := 0
		if cursor != nil {
			step = int(cursor[0])
		}
		if fail != nil && *fail == step {
			return nil, errors.New("stopped")
		}
		f := &storev1.FeedPosition{Position: uint64(step)}
		name := fmt.Sprintf("feed/%v-%d", to, step)
		if err := Meta.Insert(tx, &storev1.Meta{Name: name, Fact: &storev1.Meta_Feed{Feed: f}}); err != nil {
			return nil, err
		}
		if step++; step == n {
			return nil, nil
		}
		return []byte{byte(step)}, nil
	}}
}

func TestOKMigrationGoesOnWhereItStopped(t *testing.T) {
	engine := memkv.New(memkv.Config{Twins: true})
	if _, err := openAt(engine, false, version{1, 0}, nil); err != nil {
		t.Fatal(err)
	}
	fail := 2
	all := []migration{counting(version{1, 1}, 1, nil), counting(version{2, 0}, 4, &fail)}
	s, err := openAt(engine, false, version{2, 0}, all)
	if err == nil {
		t.Fatal("went on over a failed step")
	}
	if now := versionIn(t, s); now.version != (version{2, 0}) || now.pending.GetCursor()[0] != 2 {
		t.Errorf("after the failure: %+v", now)
	}
	if _, err := openAt(engine, false, version{1, 1}, all[:1]); !errors.Is(err, ErrNewer) {
		t.Errorf("an older program opened it half done: %v", err)
	}
	if _, err := openAt(engine, true, version{2, 0}, all); !errors.Is(err, ErrOlder) {
		t.Errorf("opened read-only half done: %v", err)
	}
	fail = -1
	if s, err = openAt(engine, false, version{2, 0}, all); err != nil {
		t.Fatal(err)
	}
	if now := versionIn(t, s); now.version != (version{2, 0}) || now.pending != nil {
		t.Errorf("at the end: %+v", now)
	}
	err = s.View(context.Background(), func(tx *Tx) error {
		steps := 0
		for _, err := range Meta.Scan(tx) {
			if err != nil {
				return err
			}
			steps++
		}
		if steps != 1+1+4 {
			t.Errorf("%d facts, want the versions and five steps, each once", steps)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestErrMigrationIsMissing(t *testing.T) {
	engine := memkv.New(memkv.Config{})
	if _, err := openAt(engine, false, version{1, 0}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := openAt(engine, false, version{1, 1}, nil); err == nil {
		t.Error("opened an older file without a migration")
	}
}
