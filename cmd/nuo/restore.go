package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"nuo.internal/nuo/server"
)

// restoreCommand makes a data directory of a backup.
func restoreCommand(a *app) *cobra.Command {
	return a.command(spec{
		use:     "restore FILE DIR",
		short:   text{"Make a new data directory of a backup, after checking it", "检查备份并恢复到新的数据目录"},
		example: "nuo restore nuo-2020-02-08.db data",
		extra: func(cmd *cobra.Command) {
			cmd.Flags().Bool("no-check", false, a.say(sayNoCheckFlag))
		},
	}, func(in *input) error {
		file, dir := in.args[0], in.args[1]
		if full, err := notEmpty(dir); err != nil {
			return &failure{sayBadTarget.with(dir, reasonOf(err))}
		} else if full {
			return &failure{sayNotEmpty.with(dir)}
		}
		if err := in.vet(file); err != nil {
			return err
		}
		if err := in.place(file, dir); err != nil {
			return err
		}
		in.note(sayRestored.with(dir, dir))
		return nil
	})
}

// notEmpty tells whether there is anything in a directory, or another thing of that name.
func notEmpty(dir string) (bool, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return true, nil
	}
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return false, nil
	}
	return len(entries) > 0, err
}

// vet refuses a file that is no store, that a server has open, or, without --no-check, that has problems.
func (in *input) vet(file string) error {
	if in.flag("no-check") == "true" {
		return in.inspectPart(partOpen, file, func(partLine) {})
	}
	sum, err := in.inspect(file, &listing{limit: defaultProblems, show: in.global.output != "json"})
	if err == nil && sum.Count > 0 {
		err = &failure{sayNotRestored.with(file)}
	}
	return err
}

// place copies the file into the directory, which it makes where there is none, and names it last.
func (in *input) place(file, dir string) error {
	_, missing := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return &failure{sayBadTarget.with(dir, reasonOf(err))}
	}
	target := filepath.Join(dir, server.File)
	err := copyFile(file, target)
	if err == nil {
		return nil
	}
	if missing != nil {
		_ = os.Remove(dir) // made here, and empty again
	}
	return in.unwritten(target, err)
}

var errCopy = errors.New("what was written reads back differently")

// copyFile copies a file to a name that must be new: 0600, durable, compared with what was read.
func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }() // nothing was written to it
	temp, err := os.CreateTemp(filepath.Dir(to), ".nuo-restore-*.part")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	read, written := sha256.New(), sha256.New()
	_, err = io.Copy(io.MultiWriter(temp, read), source)
	if err == nil {
		_, err = temp.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.Copy(written, temp)
	}
	if err == nil && !bytes.Equal(read.Sum(nil), written.Sum(nil)) {
		err = errCopy
	}
	if err != nil {
		return errors.Join(err, temp.Close())
	}
	return settle(temp, to)
}
