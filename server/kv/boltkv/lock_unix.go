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

// lockFile is a held lock. bbolt locks the store's file too, but only once it exists and without telling who holds
// it; this one also covers its creation.
type lockFile struct{ f *os.File }

// acquire locks the store at path for this process, waiting up to lockTimeout, and writes down its process id.
func acquire(path string) (*lockFile, error) {
	f, err := os.OpenFile(lockPath(path), os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(lockTimeout); ; time.Sleep(20 * time.Millisecond) {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if errors.Is(err, syscall.EWOULDBLOCK) && time.Now().Before(deadline) {
			continue
		}
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, lockedError(path)
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	// The id only helps a person: on a full disk it is missing and the lock holds all the same.
	if f.Truncate(0) == nil {
		f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	}
	return &lockFile{f}, nil
}

func (l *lockFile) release() {
	if l != nil {
		l.f.Close()
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
