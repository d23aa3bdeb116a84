package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// backupCommand fetches a consistent copy of a running server's store.
func backupCommand(a *app) *cobra.Command {
	return a.command(spec{
		use:     "backup FILE",
		short:   text{"Fetch a consistent copy of a running server's whole store", "从运行中的服务取得完整一致的备份"},
		example: "nuo backup nuo-2020-02-08.db",
		extra: func(cmd *cobra.Command) {
			cmd.Flags().Bool("no-check", false, a.say(sayNoCheckFlag))
		},
	}, func(in *input) error {
		target := in.args[0]
		if _, err := os.Lstat(target); err == nil {
			return &failure{sayExists.with(target)}
		}
		got, err := in.fetch(target)
		if err != nil {
			return err
		}
		if in.global.output == "json" {
			err = in.json(got)
		} else {
			in.note(sayBackedUp.with(got.File, got.Size, got.SHA256))
		}
		if err != nil || in.flag("no-check") == "true" {
			return err
		}
		sum, err := in.inspect(target, &listing{limit: defaultProblems, show: in.global.output != "json"})
		if err != nil {
			return err
		}
		if sum.Count > 0 {
			return &failure{sayBackupWrong.with(target)}
		}
		in.note(sayClean.with(sum.Records))
		return nil
	})
}

// copied is a file that was written whole.
type copied struct {
	File   string `json:"file"`
	Size   int64  `json:"size_bytes"`
	SHA256 string `json:"sha256"`
}

// fetch receives a copy into a temporary file beside the target, verifies it and gives it its name.
func (in *input) fetch(target string) (copied, error) {
	conn, err := in.connect()
	if err != nil {
		return copied{}, err
	}
	// No deadline: a large store takes its time.
	ctx, cancel := context.WithCancel(in.cmd.Context())
	defer cancel()
	stream, err := nuov1.NewMaintenanceServiceClient(conn).Backup(ctx, &nuov1.BackupRequest{})
	if err != nil {
		return copied{}, in.refused(err)
	}
	temp, err := os.CreateTemp(filepath.Dir(target), ".nuo-backup-*.part") // 0600
	if err != nil {
		return copied{}, &failure{sayBadTarget.with(target, reasonOf(err))}
	}
	defer func() { _ = os.Remove(temp.Name()) }() // it has another name by then, or is worth nothing
	got, err := in.receive(stream, temp)
	in.progress("")
	if err != nil {
		return copied{}, errors.Join(err, temp.Close())
	}
	if err := settle(temp, target); err != nil {
		return copied{}, in.unwritten(target, err)
	}
	got.File = target
	return got, nil
}

func (in *input) unwritten(target string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return &failure{sayExists.with(target)}
	}
	return &failure{sayBadTarget.with(target, reasonOf(err))}
}

// receive writes the chunks and holds them to what begin and end say.
func (in *input) receive(stream grpc.ServerStreamingClient[nuov1.BackupResponse], to io.Writer) (copied, error) {
	hash := sha256.New()
	var size, total int64
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return copied{}, &failure{sayTorn}
		}
		if err != nil {
			return copied{}, in.refused(err)
		}
		switch p := part.GetPart().(type) {
		case *nuov1.BackupResponse_Begin:
			total = p.Begin.GetSizeBytes()
		case *nuov1.BackupResponse_Chunk:
			hash.Write(p.Chunk)
			if _, err := to.Write(p.Chunk); err != nil {
				return copied{}, &failure{sayBadTarget.with(in.args[0], reasonOf(err))}
			}
			size += int64(len(p.Chunk))
			in.progress(in.say(sayReceiving.with(size>>20, total>>20)))
		case *nuov1.BackupResponse_End:
			if size != p.End.GetSizeBytes() || size != total || !bytes.Equal(hash.Sum(nil), p.End.GetSha256()) {
				return copied{}, &failure{sayTorn}
			}
			return copied{Size: size, SHA256: hex.EncodeToString(hash.Sum(nil))}, nil
		}
	}
}

// settle makes a temporary file durable and gives it its name, never over another file. The file is closed.
func settle(temp *os.File, target string) error {
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return err
	}
	// A link, unlike a rename, fails where there is a file of that name. Some file systems have none.
	if err := os.Link(temp.Name(), target); errors.Is(err, fs.ErrExist) {
		return fs.ErrExist
	} else if err != nil {
		if _, err := os.Lstat(target); err == nil {
			return fs.ErrExist
		}
		if err := os.Rename(temp.Name(), target); err != nil {
			return err
		}
	}
	return syncDir(filepath.Dir(target))
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
