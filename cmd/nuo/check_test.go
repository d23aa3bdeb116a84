package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/boltkv"
	"nuo.internal/nuo/server/store"
)

// stoppedStore is the data directory of a server that has stopped, with a few hundred organisations.
func stoppedStore(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	var stop func()
	_, _, err := startServer(t, data, server.NewManualClock(noon), func(f func()) { stop = f })
	if err != nil {
		t.Fatal(err)
	}
	stop()
	engine := openEngine(t, data)
	kept, err := store.Open(engine, store.Config{Clock: server.NewManualClock(noon)})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 4 {
		err := kept.Update(t.Context(), func(tx *store.Tx) error {
			for i := range 100 {
				name := "units/u" + string(rune('a'+n)) + strings.Repeat("x", i%50) + string(rune('a'+i/50))
				unit := &nuov1.Organisation{Name: name, Parent: "districts/jiaojiang", DisplayName: canary}
				if err := store.Organisations.Insert(tx, unit); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

const canary = "金丝雀"

func openEngine(t *testing.T, data string) *boltkv.Engine {
	t.Helper()
	engine, err := boltkv.Open(filepath.Join(data, server.File), boltkv.Config{FeedPrefixes: store.FeedPrefixes()})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

// hashOf covers names, modes, times and bytes of everything in a directory.
func hashOf(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		h.Write([]byte(path + info.Mode().String() + info.ModTime().String()))
		if d.IsDir() {
			return nil
		}
		content, err := os.ReadFile(path)
		h.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// TestCheckOK: a stopped store is clean, and no byte of its directory changes.
func TestCheckOK(t *testing.T) {
	data := stoppedStore(t)
	before := hashOf(t, data)
	out, status := nuo("check", data)
	if status != exitOK || !strings.Contains(out, "No problems") {
		t.Errorf("%d %s", status, out)
	}
	if err := os.Chmod(data, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(data, 0o700) })
	if out, status = nuo("check", data); status != exitOK {
		t.Errorf("in a directory that cannot be written: %d %s", status, out)
	}
	if err := os.Chmod(data, 0o750); err != nil {
		t.Fatal(err)
	}
	if hashOf(t, data) != before {
		t.Error("a check changed the directory")
	}
}

// TestCheckErrProblemsAreNamed: one line each, as many as asked for, status 1, the file as it was.
func TestCheckErrProblemsAreNamed(t *testing.T) {
	data := stoppedStore(t)
	engine := openEngine(t, data)
	_, err := engine.Update(t.Context(), func(tx kv.Tx) error {
		prefix, n := []byte{store.OrganisationsByParent.Prefix}, 0
		for p, err := range tx.Scan(kv.Prefix(prefix)) {
			if err != nil {
				return err
			}
			if n++; n > 150 {
				break
			}
			if err := tx.Delete(bytes.Clone(p.Key)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	before := hashOf(t, data)
	for _, c := range []struct {
		args  []string
		lines int
		more  string
	}{
		{[]string{"check", data}, 100, "and 50 more"},
		{[]string{"check", data, "--limit", "3"}, 3, "and 147 more"},
		{[]string{"check", data, "--limit", "0"}, 150, "Problems: 150"},
		{[]string{"check", data, "-o", "json"}, 0, `"count": 150`},
	} {
		out, status := nuo(c.args...)
		got := strings.Count(out, "organisation by parent ")
		if status != exitRefused || got != c.lines || !strings.Contains(out, c.more) || strings.Contains(out, canary) {
			t.Errorf("%v: %d, %d lines\n%s", c.args[2:], status, got, out)
		}
	}
	if out, status := nuo("restore", filepath.Join(data, server.File), data+"-new"); status != exitRefused ||
		!strings.Contains(out, "Nothing was restored") {
		t.Errorf("restore: %d %s", status, out)
	}
	if _, err := os.Stat(data + "-new"); err == nil {
		t.Error("a refused restore left a directory")
	}
	if out, status := nuo("restore", "--no-check", filepath.Join(data, server.File), data+"-new"); status != exitOK {
		t.Errorf("restore as it is: %d %s", status, out)
	}
	if hashOf(t, data) != before {
		t.Error("the directory was changed")
	}
}

// TestCheckErrDamagedFile: bits flipped anywhere, pages overwritten, an end that is cut off: it is found or has no
// effect, and never crashes or hangs the command. A flip in a live record's value is always found.
func TestCheckErrDamagedFile(t *testing.T) {
	data := stoppedStore(t)
	file := filepath.Join(data, server.File)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	chance := rand.New(rand.NewPCG(7, 7))
	page := os.Getpagesize()
	harms := map[string]struct {
		harm func([]byte) []byte
		sure bool
	}{
		"a live record": {func(b []byte) []byte { b[bytes.LastIndex(b, []byte(canary))] ^= 4; return b }, true},
		"cut off":       {func(b []byte) []byte { return b[:6*page] }, true},
		"empty":         {func([]byte) []byte { return nil }, true},
		"no meta":       {func(b []byte) []byte { clear(b[:2*page]); return b }, true},
		"every page's header": {func(b []byte) []byte {
			for at := 2 * page; at+16 <= len(b); at += page {
				b[at+8], b[at+9], b[at+10] = 0xff, 0xff, 0xff
			}
			return b
		}, true},
	}
	for i := range 12 {
		harms["bit "+string(rune('a'+i))] = struct {
			harm func([]byte) []byte
			sure bool
		}{func(b []byte) []byte { b[chance.IntN(len(b))] ^= 1 << chance.IntN(8); return b }, false}
	}
	for name, c := range harms {
		if err := os.WriteFile(file, c.harm(bytes.Clone(good)), 0o600); err != nil {
			t.Fatal(err)
		}
		out, status := nuo("check", data)
		if status != exitRefused && (c.sure || status != exitOK) {
			t.Errorf("%s: %d %s", name, status, out)
		}
		if strings.Contains(out, canary) || strings.Contains(out, "goroutine") {
			t.Errorf("%s: not fit to be shown: %s", name, out)
		}
	}
}

// TestBackupOKKilledServer: what was acknowledged before the copy began is in it, whatever becomes of the server.
func TestBackupOKKilledServer(t *testing.T) {
	data := t.TempDir()
	s := serveData(t, data, "127.0.0.1:0")
	token := <-s.output
	out, status := nuo("--server", s.address, "--token", token, "org", "create", "units/court", "--display-name", canary,
		"--parent", "districts/district")
	if status != exitOK {
		t.Fatalf("%d %s", status, out)
	}
	file := filepath.Join(t.TempDir(), "copy.db")
	if out, status = nuo("--server", s.address, "--token", token, "backup", file); status != exitOK {
		t.Fatalf("%d %s", status, out)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if err := s.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for range s.log { // to the end, as Wait closes the pipe
	}
	_ = s.Wait() // it was killed
	restored := filepath.Join(t.TempDir(), "data")
	if out, status = nuo("restore", file, restored); status != exitOK {
		t.Fatalf("%d %s", status, out)
	}
	if info, err = os.Stat(filepath.Join(restored, server.File)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	again := serveData(t, restored, "127.0.0.1:0")
	out, status = nuo("--server", again.address, "--token", token, "org", "get", "units/court")
	if status != exitOK || !strings.Contains(out, canary) {
		t.Errorf("%d %s", status, out)
	}
	again.stop(t, syscall.SIGTERM)
	if out, status = nuo("check", data); status != exitOK {
		t.Errorf("the killed server's store: %d %s", status, out)
	}
}

// TestCheckErrHung: a part that says nothing for too long is ended and has failed.
func TestCheckErrHung(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil { // nobody ever writes
		t.Fatal(err)
	}
	process := func(ctx context.Context) (*exec.Cmd, error) {
		return exec.CommandContext(ctx, "cat", pipe), nil
	}
	if err := runPart(ctx, process, 50*time.Millisecond, func(partLine) {}); err == nil || ctx.Err() != nil {
		t.Errorf("it did not end by itself with an error: %v", err)
	}
}
