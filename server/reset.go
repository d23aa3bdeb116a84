package server

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"nuo.internal/nuo/server/identity"
)

// ResetToken makes one more token of the administrator of a district in a store that no server has open: the way back
// for whoever holds the machine and lost the tokens. Nothing is revoked. show gets the secret before the token is kept;
// its error undoes it. An empty cfg.District is the store's only one. It returns fs.ErrNotExist where no store is,
// kv.ErrLocked where a process holds it, and NOT_FOUND for a district that is not there.
func ResetToken(ctx context.Context, cfg Config, show func(secret string) error) error {
	district := cfg.District
	s, err := New(cfg)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(cfg.Data, File)); err != nil {
		return errors.Join(fs.ErrNotExist, err)
	}
	kept, err := s.openStore()
	if err != nil {
		return err
	}
	if district != "" {
		district = "districts/" + district
	}
	return errors.Join(identity.Reset(ctx, kept, district, show), kept.Close())
}
