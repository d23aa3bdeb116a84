//go:build unix

package boltkv

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// lockPause is how long a try to lock is after the one before.
const lockPause = 20 * time.Millisecond

// lockFile is a held lock. bbolt locks the store's file too, but only once it exists and without telling who holds
// it; this one also covers its creation.
type lockFile struct{ f *os.File }

// acquire locks the store at path for this process, waiting up to lockTimeout, and writes down its process id.
func acquire(path string) (*lockFile, error) {
	f, err := os.OpenFile(lockPath(path), os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, err
	}
	err = flock(f)
	for waited := time.Duration(0); errors.Is(err, syscall.EWOULDBLOCK) && waited < lockTimeout; waited += lockPause {
		time.Sleep(lockPause)
		err = flock(f)
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(lockedError(path), f.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	// The id only helps a person: on a full disk it is missing and the lock holds all the same.
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	}
	return &lockFile{f}, nil
}

func flock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

func (l *lockFile) release() {
	if l != nil {
		_ = l.f.Close() // nothing was written that could fail to be kept
	}
}

// unlock lets go of bbolt's lock on the store's file.
func unlock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// syncDir makes the names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
