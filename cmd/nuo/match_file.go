package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"

	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/matcher/instance"
)

// standardInput is the file's name that means the standard input.
const standardInput = "-"

// readProblem reads the problem in a file, or of the standard input. It ends when the person interrupts it, also while
// nothing comes.
func (in *input) readProblem(name string) (*matcher.Problem, instance.Kind, error) {
	file := in.in
	if name != standardInput {
		opened, err := openProblem(name)
		if err != nil {
			return nil, 0, err
		}
		defer opened.Close()
		file = opened
	}
	type answer struct {
		problem *matcher.Problem
		kind    instance.Kind
		err     error
	}
	read := make(chan answer, 1)
	source := &source{over: in.cmd.Context().Done(), from: bufio.NewReaderSize(file, 1<<20)}
	go func() {
		problem, kind, err := source.problem()
		read <- answer{problem, kind, err}
	}()
	select {
	case <-in.cmd.Context().Done():
		return nil, 0, &failure{sayInterrupted}
	case got := <-read:
		if got.err != nil {
			return nil, 0, &failure{misread(name, got.err)}
		}
		return got.problem, got.kind, nil
	}
}

// openProblem opens a file that a problem can be read from.
func openProblem(name string) (io.ReadCloser, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usage(sayNoProblemFile, name)
	case err == nil && info.IsDir():
		return nil, usage(sayProblemIsFolder, name)
	case err != nil:
		return nil, usage(sayNoFile, name, reasonOf(err))
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, usage(sayNoFile, name, reasonOf(err))
	}
	return file, nil
}

// Why a file holds no problem, beside what instance.Read finds.
var (
	errEmptyFile  = errors.New("empty")
	errBinaryFile = errors.New("binary")
)

// source is a file that is being read until over is closed.
type source struct {
	over <-chan struct{}
	from *bufio.Reader
}

// problem reads what the file holds.
func (s *source) problem() (*matcher.Problem, instance.Kind, error) {
	head, err := s.from.Peek(512)
	if len(head) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, &unread{err}
		}
		return nil, 0, errEmptyFile
	}
	packed := bytes.HasPrefix(head, []byte{0x1f, 0x8b})
	if bytes.IndexByte(head, 0) >= 0 && !packed {
		return nil, 0, errBinaryFile
	}
	if mark := []byte("\ufeff"); bytes.HasPrefix(head, mark) { // what editors put before UTF-8
		if _, err := s.from.Discard(len(mark)); err != nil {
			return nil, 0, err
		}
	}
	return instance.Read(s)
}

// unread is a failure of the file rather than of what it holds.
type unread struct{ error }

// Read is the file's, until the person has had enough.
func (s *source) Read(p []byte) (int, error) {
	select {
	case <-s.over:
		return 0, io.ErrClosedPipe
	default:
	}
	n, err := s.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &unread{err}
	}
	return n, err
}
