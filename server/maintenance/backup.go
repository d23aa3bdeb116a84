package maintenance

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"google.golang.org/grpc"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

const (
	// chunkSize is the most bytes of one message.
	chunkSize = 256 << 10
	// askEvery is after how many chunks the caller is authenticated and the policy asked again: 16 MiB.
	askEvery = 64
	// tempPattern names the server's own copy, which is there only while it is written.
	tempPattern = "backup-*.tmp"
)

// Room serves nuo.v1.MaintenanceService.
type Room struct {
	nuov1.UnimplementedMaintenanceServiceServer

	store *store.Store
	dir   string
	one   sync.Mutex // held while a copy is made and sent
}

// New makes the room. Copies are written in dir first, which is private to the server, local, and has room for one more
// store: the data directory. What a crash left there is removed at the first copy.
func New(s *store.Store, dir string) *Room { return &Room{store: s, dir: dir} }

// Register offers the room's service.
func (r *Room) Register(s grpc.ServiceRegistrar) { nuov1.RegisterMaintenanceServiceServer(s, r) }

// Backup serves nuo.v1.MaintenanceService.Backup.
func (r *Room) Backup(_ *nuov1.BackupRequest, stream grpc.ServerStreamingServer[nuov1.BackupResponse]) error {
	if err := r.ask(stream.Context()); err != nil {
		return err
	}
	if !r.one.TryLock() {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_BUSY)
	}
	defer r.one.Unlock()
	copied, err := r.copyStore(stream.Context())
	if err != nil {
		return err
	}
	return errors.Join(r.send(copied, stream), copied.Close())
}

// ask asks the policy about every district: the copy holds them all.
func (r *Room) ask(ctx context.Context) error {
	return call.Stream(ctx, r.store, func(c *call.Call) error {
		if err := c.Allow(policy.Facts{}); err != nil {
			return err
		}
		for district, err := range store.Organisations.ByIndex(c.Tx, store.OrganisationsByParent, "") {
			if err != nil {
				return err
			}
			if err := c.Allow(policy.Facts{Within: []string{district.GetName()}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// copyStore writes a copy and opens it. It has no name any more then: whatever becomes of the stream, or of the
// process, nothing is left on the disk.
func (r *Room) copyStore(ctx context.Context) (*os.File, error) {
	if err := r.sweep(); err != nil {
		return nil, err
	}
	name, err := r.tempName()
	if err != nil {
		return nil, err
	}
	if err := r.store.Backup(ctx, name); errors.Is(err, syscall.ENOSPC) {
		return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_STORE_FULL).WithCause(err)
	} else if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	return f, errors.Join(err, os.Remove(name))
}

// tempName is a name that no file has. The engine makes the file itself, and never over another.
func (r *Room) tempName() (string, error) {
	f, err := os.CreateTemp(r.dir, tempPattern)
	if err != nil {
		return "", err
	}
	return f.Name(), errors.Join(f.Close(), os.Remove(f.Name()))
}

// sweep removes what a crash left behind.
func (r *Room) sweep() error {
	left, err := filepath.Glob(filepath.Join(r.dir, tempPattern))
	for _, name := range left {
		if e := os.Remove(name); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// send streams the copy.
func (r *Room) send(copied *os.File, stream grpc.ServerStreamingServer[nuov1.BackupResponse]) error {
	info, err := copied.Stat()
	if err != nil {
		return err
	}
	begin := &nuov1.BackupBegin{SizeBytes: info.Size()}
	if err := stream.Send(&nuov1.BackupResponse{Part: &nuov1.BackupResponse_Begin{Begin: begin}}); err != nil {
		return err
	}
	hash, sent := sha256.New(), int64(0)
	for n := 1; ; n++ {
		if n%askEvery == 0 {
			if err := r.ask(stream.Context()); err != nil {
				return err
			}
		}
		chunk := make([]byte, chunkSize) // the transport may still hold the one before
		size, err := io.ReadFull(copied, chunk)
		if size > 0 {
			hash.Write(chunk[:size])
			sent += int64(size)
			part := &nuov1.BackupResponse_Chunk{Chunk: chunk[:size]}
			if err := stream.Send(&nuov1.BackupResponse{Part: part}); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if sent != info.Size() {
		return fmt.Errorf("maintenance: %d bytes of a copy of %d", sent, info.Size())
	}
	end := &nuov1.BackupEnd{SizeBytes: sent, Sha256: hash.Sum(nil)}
	return stream.Send(&nuov1.BackupResponse{Part: &nuov1.BackupResponse_End{End: end}})
}
