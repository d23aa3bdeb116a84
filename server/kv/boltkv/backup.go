package boltkv

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Backup implements kv.Engine: the copy is a store that Open takes. The file must be a local one, for a slow peer
// would hold a read transaction and let the store grow. It returns fs.ErrExist when there is a file of that name;
// after any other error no file remains.
func (e *Engine) Backup(ctx context.Context, file string) error {
	tx, err := e.begin(ctx)
	if err != nil {
		return err
	}
	defer end(tx)
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = tx.WriteTo(contextWriter{ctx, f})
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	return syncDir(filepath.Dir(file))
}

// contextWriter stops writing when its context ends.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (w contextWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}
