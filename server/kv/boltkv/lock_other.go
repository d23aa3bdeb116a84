//go:build !unix

package boltkv

import "os"

// lockFile is nothing here: bbolt's own lock on the store's file must do.
type lockFile struct{}

func acquire(string) (*lockFile, error) { return nil, nil }

func (*lockFile) release() {}

func unlock(*os.File) error { return nil }

// syncDir does nothing: a directory cannot be synced here.
func syncDir(string) error { return nil }
