package boltkv_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/boltkv"
)

// holdEnv makes a test's child process hold the store that it names.
const holdEnv = "BOLTKV_TEST_HOLD"

// TestHold is the child of TestErrLocked: it holds a store until its input ends.
func TestHold(t *testing.T) {
	path := os.Getenv(holdEnv)
	if path == "" {
		return
	}
	e := open(t, path, boltkv.Config{})
	defer e.Close()
	_, _ = os.Stdout.WriteString("held\n")
	_, _ = os.Stdin.Read(make([]byte, 1))
}

// TestErrLocked: a second process is told within two seconds who holds the store, and gets in when it is let go.
func TestErrLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	child := exec.Command(os.Args[0], "-test.run=^TestHold$")
	child.Env = append(os.Environ(), holdEnv+"="+path)
	in, err := child.StdinPipe()
	must(t, err)
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	if _, err := out.Read(make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []boltkv.Config{{}, {ReadOnly: true}} {
		begun := time.Now()
		_, err := boltkv.Open(path, c)
		if !errors.Is(err, kv.ErrLocked) || !strings.Contains(err.Error(), strconv.Itoa(child.Process.Pid)) {
			t.Errorf("read only %v: %v, want one that names process %d", c.ReadOnly, err, child.Process.Pid)
		}
		if d := time.Since(begun); d > 2*time.Second {
			t.Errorf("refused after %v", d)
		}
	}
	go func() {
		time.Sleep(100 * time.Millisecond)
		_ = in.Close()
	}()
	e := open(t, path, boltkv.Config{}) // waits a little
	must(t, child.Wait())
	must(t, e.Close())
}

// TestErrLockedByReader: a reader keeps a writer out too.
func TestErrLockedByReader(t *testing.T) {
	e, path := fresh(t, boltkv.Config{})
	must(t, e.Close())
	r := open(t, path, boltkv.Config{ReadOnly: true})
	defer r.Close()
	if _, err := boltkv.Open(path, boltkv.Config{}); !errors.Is(err, kv.ErrLocked) {
		t.Error(err)
	}
	both := open(t, path, boltkv.Config{ReadOnly: true})
	must(t, both.Close())
}

// TestCreateRace: of many that create the same store one wins, and nobody opens anything but a whole one.
func TestCreateRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	must(t, os.WriteFile(path+".new", []byte("left by a crash"), 0o600))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3 {
				e, err := boltkv.Open(path, boltkv.Config{})
				if errors.Is(err, kv.ErrLocked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				_, err = e.Update(t.Context(), func(tx kv.Tx) error {
					v, err := tx.Get([]byte("opened"))
					return errors.Join(err, tx.Put([]byte("opened"), append(bytes.Clone(v), 'x')))
				})
				if err = errors.Join(err, e.Close()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	e := open(t, path, boltkv.Config{})
	defer e.Close()
	if v := get(t, e, "opened"); len(v) < 3 {
		t.Errorf("%d of 12 openings are in the file", len(v))
	}
	if _, err := os.Stat(path + ".new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the temporary file: %v", err)
	}
}

// TestReadOnly: reading changes no byte, makes no file and refuses every write.
func TestReadOnly(t *testing.T) {
	e, path := fresh(t, boltkv.Config{FeedPrefixes: [][]byte{{}}})
	must(t, put(e, "a", "1"))
	must(t, e.Close())
	dir := filepath.Dir(path)
	before := snapshot(t, dir)
	r := open(t, path, boltkv.Config{ReadOnly: true})
	if v := get(t, r, "a"); v != "1" {
		t.Errorf("read %q", v)
	}
	must(t, r.CheckPages(t.Context()))
	for c, err := range r.Watch(t.Context(), 0, nil) {
		must(t, err)
		if string(c.Keys[0]) != "a" {
			t.Errorf("fed %q", c.Keys)
		}
		break
	}
	if err := put(r, "a", "2"); !errors.Is(err, kv.ErrReadOnly) {
		t.Errorf("Update: %v", err)
	}
	if err := r.Trim(t.Context(), 1); !errors.Is(err, kv.ErrReadOnly) {
		t.Errorf("Trim: %v", err)
	}
	must(t, r.Close())
	if after := snapshot(t, dir); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if _, err := boltkv.Open(path+".none", boltkv.Config{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a store that is not there: %v", err)
	}
	if after := snapshot(t, dir); after != before {
		t.Errorf("opening what is not there made\n%s", after)
	}
}

// snapshot lists the files of dir with their times and contents.
func snapshot(t *testing.T, dir string) string {
	var b strings.Builder
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, d := range entries {
		info, err := d.Info()
		must(t, err)
		content, err := os.ReadFile(filepath.Join(dir, d.Name()))
		must(t, err)
		b.WriteString(d.Name() + " " + info.ModTime().String() + " " + strconv.Quote(string(content[:min(len(content), 64<<10)])) + "\n")
	}
	return b.String()
}

// TestErrDamaged: a file that is cut off, overwritten or none of ours is refused, without a panic and untouched.
func TestErrDamaged(t *testing.T) {
	e, path := fresh(t, boltkv.Config{})
	for i := range 200 {
		must(t, put(e, strconv.Itoa(i), strings.Repeat("v", 100)))
	}
	must(t, e.Close())
	whole, err := os.ReadFile(path)
	must(t, err)
	used := whole[:bytes.LastIndexByte(whole, 'v')+1]
	for name, content := range map[string][]byte{
		"empty":     {},
		"text":      []byte("this is no store\n"),
		"zeros":     make([]byte, 64<<10),
		"cut":       used[:3*4096],
		"cut short": whole[:100],
		"no metas":  append(make([]byte, 2*4096), whole[2*4096:]...),
		"garbage":   append(bytes.Clone(whole[:2*4096]), bytes.Repeat([]byte{0xff}, len(whole)-2*4096)...),
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store")
			must(t, os.WriteFile(path, content, 0o600))
			e, err := boltkv.Open(path, boltkv.Config{})
			if err == nil {
				_ = e.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), path) {
				t.Errorf("%v does not name the file", err)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(after, content) {
				t.Error("the file was changed")
			}
			must(t, os.WriteFile(path, whole, 0o600)) // restored, it opens: no lock lingers
			e, err = boltkv.Open(path, boltkv.Config{})
			must(t, err)
			must(t, e.Close())
		})
	}
}
