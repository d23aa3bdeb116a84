package store

import (
	"context"
	"errors"
	"fmt"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	"nuo.internal/nuo/server/kv"
)

// What Open refuses.
var (
	// ErrNewer: a newer program wrote the file.
	ErrNewer = errors.New("store: the file was written by a newer nuo; use that version or a later one")
	// ErrOlder: the file needs a migration, which a read-only store does not run.
	ErrOlder = errors.New("store: the file is of an older nuo and opened read-only; start nuo serve on it once")
	// ErrForeign: there is no version: not a store of Nuo, or one that was never begun.
	ErrForeign = errors.New("store: this is no store of nuo")
)

// version is a format of the file.
type version struct{ breaking, additive uint32 }

// current is the format that this program writes.
var current = version{breaking: 1, additive: 1}

// migration takes a file to a version from the one before it.
type migration struct {
	to version
	// step does a part within the limits of one Update, beginning where cursor says (nil for the first), and returns
	// where the next one begins, nil when there is none. It may run again on the same cursor.
	step func(tx *Tx, cursor []byte) (next []byte, err error)
}

// migrations are in ascending order of their versions; the last one leads to current. Each has a test of its own in
// version_test.go, which fails when one is missing.
var migrations = []migration{
	// Plans, placements and preferences: tables of their own, empty until the first is written. A program before them
	// would take their keys for damage and let plans lie, so it no longer serves the file.
	{to: version{1, 1}, step: func(*Tx, []byte) ([]byte, error) { return nil, nil }},
}

const (
	versionsName  = "versions"
	migrationName = "migration"
)

func (v version) String() string { return fmt.Sprintf("%d.%d", v.breaking, v.additive) }

func (v version) before(o version) bool {
	return v.breaking < o.breaking || (v.breaking == o.breaking && v.additive < o.additive)
}

func (v version) message() *storev1.Versions {
	return &storev1.Versions{Breaking: v.breaking, Additive: v.additive}
}

func versionOf(m *storev1.Versions) version { return version{m.GetBreaking(), m.GetAdditive()} }

// stored is what the file says about itself.
type stored struct {
	version version
	pending *storev1.Migration // nil when none is under way
	none    bool               // there is no version
	empty   bool               // there is nothing at all
}

// openVersions brings the file to the version want, or says why not.
func (s *Store) openVersions(ctx context.Context, want version, all []migration) error {
	var now stored
	if err := s.View(ctx, func(tx *Tx) (err error) { now, err = readVersions(tx); return err }); err != nil {
		return err
	}
	switch {
	case now.none && (!now.empty || s.config.ReadOnly):
		return ErrForeign
	case now.none:
		return s.Update(ctx, func(tx *Tx) error { return putVersions(tx, want) })
	case now.version.breaking > want.breaking || (want.before(now.version) && !s.config.ReadOnly):
		return fmt.Errorf("%w (file %v, program %v)", ErrNewer, now.version, want)
	case !now.version.before(want) && now.pending == nil:
		return nil
	case s.config.ReadOnly:
		return fmt.Errorf("%w (file %v, program %v)", ErrOlder, now.version, want)
	}
	return s.migrate(ctx, want, all)
}

func readVersions(tx *Tx) (now stored, err error) {
	m, ok, err := Meta.Find(tx, versionsName)
	if err != nil {
		return now, err
	}
	if !ok {
		now.none, now.empty = true, true
		for _, err := range tx.kv.Scan(kv.Range{}) {
			now.empty = false
			return now, err
		}
		return now, nil
	}
	now.version = versionOf(m.GetVersions())
	m, ok, err = Meta.Find(tx, migrationName)
	if ok {
		now.pending = m.GetMigration()
	}
	return now, err
}

func putVersions(tx *Tx, v version) error {
	return Meta.Put(tx, &storev1.Meta{Name: versionsName, Fact: &storev1.Meta_Versions{Versions: v.message()}})
}

// migrate runs steps until the file is of the version want, each in an Update of its own. The file takes a
// migration's version before its first step, so that no older program opens it half done.
func (s *Store) migrate(ctx context.Context, want version, all []migration) error {
	for done := false; !done; {
		err := s.Update(ctx, func(tx *Tx) error {
			now, err := readVersions(tx)
			if err != nil {
				return err
			}
			done = now.pending == nil && !now.version.before(want)
			if done {
				return nil
			}
			return migrateStep(tx, now, all)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// migrateStep goes on with the migration under way, or begins the next one.
func migrateStep(tx *Tx, now stored, all []migration) error {
	for _, m := range all {
		if now.pending == nil && now.version.before(m.to) {
			if err := putVersions(tx, m.to); err != nil {
				return err
			}
			return migrateOn(tx, m, nil)
		}
		if now.pending != nil && versionOf(now.pending.GetTarget()) == m.to {
			return migrateOn(tx, m, now.pending.GetCursor())
		}
	}
	return fmt.Errorf("store: no migration leads on from version %v", now.version)
}

func migrateOn(tx *Tx, m migration, cursor []byte) error {
	next, err := m.step(tx, cursor)
	if err != nil {
		return fmt.Errorf("store: migration to %v: %w", m.to, err)
	}
	if next == nil {
		return Meta.Delete(tx, migrationName)
	}
	return Meta.Put(tx, &storev1.Meta{Name: migrationName, Fact: &storev1.Meta_Migration{
		Migration: &storev1.Migration{Target: m.to.message(), Cursor: next},
	}})
}
