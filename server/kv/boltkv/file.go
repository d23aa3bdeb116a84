package boltkv

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"nuo.internal/nuo/server/kv"
)

const (
	lockTimeout = time.Second
	// mapSize is how much is mapped at first. A larger file must be mapped anew, for which the writer waits until
	// every reader has ended, and new readers wait for the writer.
	mapSize  = 1 << 30
	fileMode = 0o600
)

func options(c Config) *bolt.Options {
	return &bolt.Options{
		Timeout:         lockTimeout,
		FreelistType:    bolt.FreelistMapType,
		InitialMmapSize: mapSize,
		MaxSize:         c.MaxSize,
		ReadOnly:        c.ReadOnly,
		NoStatistics:    true, // a lock that all readers would share
	}
}

// createIfMissing makes an empty store such that a power cut at any moment leaves either none or a whole one: bbolt
// initialises a file in place, and a half-written one can never be opened again.
func createIfMissing(path string, c Config) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	temp := path + ".new" // one left by a crash is nobody's: we hold the lock
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	c.MaxSize = 0
	db, err := bolt.Open(temp, fileMode, options(c))
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucket(dataBucket)
		if err == nil {
			_, err = tx.CreateBucket(feedBucket)
		}
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// openFile maps the file and reads where it stands. bbolt panics, or faults, on many a damaged file.
func (e *Engine) openFile() (err error) {
	info, err := os.Stat(e.path)
	if err != nil {
		return err
	}
	if info.Size() == 0 { // bbolt would take it for new, and an emptied store for an empty one
		return fmt.Errorf("%s: damaged: the file is empty", e.path)
	}
	var file *os.File
	o := options(e.config)
	o.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
		file = f
		return f, err
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			// The mapping, which nobody can undo any more, would keep a lock that is not let go of.
			err = errors.Join(fmt.Errorf("%s: damaged: %v", e.path, p), unlock(file), file.Close())
		}
	}()
	db, err := bolt.Open(e.path, fileMode, o)
	if errors.Is(err, berrors.ErrTimeout) {
		if e.config.ReadOnly {
			return lockedError(e.path)
		}
		return fmt.Errorf("%w: a process reads %s", kv.ErrLocked, e.path)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", e.path, err)
	}
	e.db = db
	if err := e.readState(info.Size()); err != nil {
		return errors.Join(err, db.Close())
	}
	return nil
}

// readState takes the position from the file and refuses one that is cut off or none of ours.
func (e *Engine) readState(size int64) error {
	return e.db.View(func(tx *bolt.Tx) error {
		if tx.Size() > size {
			return fmt.Errorf("%s: damaged: %d bytes of %d", e.path, size, tx.Size())
		}
		data, feed := tx.Bucket(dataBucket), tx.Bucket(feedBucket)
		if data == nil || feed == nil {
			return fmt.Errorf("%s: not a store of this program", e.path)
		}
		e.durable.Store(int64(tx.ID()))
		e.position.Store(data.Sequence())
		return nil
	})
}

// lockedError says which process writes to the store, as far as its lock file tells.
func lockedError(path string) error {
	pid, err := os.ReadFile(lockPath(path))
	if err != nil || len(pid) == 0 {
		pid = []byte("(id unknown)")
	}
	return fmt.Errorf("%w: process %s holds %s", kv.ErrLocked, pid, path)
}

func lockPath(path string) string { return path + ".lock" }
