package kvtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"nuo.internal/nuo/server/kv"
)

func testGetPutDelete(t *testing.T, open Open) {
	ctx, e := start(t, open)
	_, err := write(ctx, e, "a=1", "b=2", "c=3")
	must(t, err)
	wantContent(ctx, t, e, "a=1 b=2 c=3")
	_, err = write(ctx, e, "-b", "-none", "c=4")
	must(t, err)
	wantContent(ctx, t, e, "a=1 c=4")
	must(t, e.View(ctx, func(tx kv.Tx) error {
		for key, want := range map[string]string{"a": "1", "b": "", "c": "4", "": "", "zz": ""} {
			got, err := tx.Get([]byte(key))
			if err != nil || string(got) != want || (got == nil) != (want == "") {
				t.Errorf("Get(%q) = %q, %v, want %q", key, got, err, want)
			}
		}
		return nil
	}))
}

func testReadYourWrites(t *testing.T, open Open) {
	ctx, e := start(t, open)
	_, err := write(ctx, e, "a=1", "b=2")
	must(t, err)
	_, err = e.Update(ctx, func(tx kv.Tx) error {
		key, value := []byte("a"), []byte("9")
		if err := errors.Join(tx.Put(key, value), tx.Delete([]byte("b")), tx.Put([]byte("c"), []byte("3"))); err != nil {
			return err
		}
		key[0], value[0] = 'x', 'x' // both were copied
		for key, want := range map[string]string{"a": "9", "b": "", "c": "3"} {
			if got, err := tx.Get([]byte(key)); err != nil || string(got) != want {
				t.Errorf("Get(%q) = %q, %v, want %q", key, got, err, want)
			}
		}
		return stage(tx, "-c", "b=5")
	})
	must(t, err)
	wantContent(ctx, t, e, "a=9 b=5")
}

func testScanMerged(t *testing.T, open Open) {
	ctx, e := start(t, open)
	_, err := write(ctx, e, "b=1", "d=1", "f=1", "h=1", "j=1")
	must(t, err)
	cases := []struct{ start, end, forward, backward string }{
		{"", "", "a=2 b=1 d=2 e=2 h=1 z=2", "z=2 h=1 e=2 d=2 b=1 a=2"},
		{"b", "h", "b=1 d=2 e=2", "e=2 d=2 b=1"},
		{"a1", "h1", "b=1 d=2 e=2 h=1", "h=1 e=2 d=2 b=1"},
		{"", "b", "a=2", "a=2"},
		{"f", "", "h=1 z=2", "z=2 h=1"},
		{"f", "g", "", ""},
		{"zz", "", "", ""},
		{"h", "b", "", ""},
		{"b", "b", "", ""},
	}
	check := func(tx kv.Tx) error {
		for _, c := range cases {
			for reverse, want := range map[bool]string{false: c.forward, true: c.backward} {
				got, err := list(tx, ranged(c.start, c.end, reverse))
				if err != nil || got != want {
					t.Errorf("scan %q to %q, reverse %v: %q, %v, want %q", c.start, c.end, reverse, got, err, want)
				}
			}
		}
		return nil
	}
	_, err = e.Update(ctx, func(tx kv.Tx) error {
		if err := stage(tx, "a=2", "d=2", "e=2", "-f", "-j", "-k", "z=2"); err != nil {
			return err
		}
		return check(tx)
	})
	must(t, err)
	must(t, e.View(ctx, check))
}

func testScanWhileWriting(t *testing.T, open Open) {
	ctx, e := start(t, open)
	_, err := write(ctx, e, "a=1", "b=1", "c=1")
	must(t, err)
	_, err = e.Update(ctx, func(tx kv.Tx) error {
		var seen []byte
		for p, err := range tx.Scan(kv.Range{}) {
			if err != nil {
				return err
			}
			seen = append(seen, p.Key...)
			if err := stage(tx, "-"+string(p.Key), string(p.Key)+"2=1", "d=1"); err != nil {
				return err
			}
		}
		if string(seen) != "abc" {
			return fmt.Errorf("saw %q", seen)
		}
		return nil
	})
	must(t, err)
	wantContent(ctx, t, e, "a2=1 b2=1 c2=1 d=1")
}

func testIsolation(t *testing.T, open Open) {
	ctx, e := start(t, open)
	_, err := write(ctx, e, "a=1", "b=1")
	must(t, err)
	must(t, e.View(ctx, func(tx kv.Tx) error {
		done := make(chan error)
		go func() {
			_, err := write(ctx, e, "a=2", "-b", "c=2")
			done <- err
		}()
		if err := <-done; err != nil {
			return err
		}
		if got, err := list(tx, kv.Range{}); err != nil || got != "a=1 b=1" {
			t.Errorf("an older view shows %q, %v", got, err)
		}
		return nil
	}))
	wantContent(ctx, t, e, "a=2 c=2")
}

func testPosition(t *testing.T, open Open) {
	ctx, e := start(t, open)
	var last kv.Position
	for i := range 5 {
		p, err := write(ctx, e, fmt.Sprintf("k=%d", i))
		must(t, err)
		if p <= last {
			t.Fatalf("position %d after %d", p, last)
		}
		last = p
		must(t, e.View(ctx, func(tx kv.Tx) error {
			if tx.Position() != p {
				t.Errorf("view at %d after a commit at %d", tx.Position(), p)
			}
			return nil
		}))
		_, err = e.Update(ctx, func(tx kv.Tx) error {
			if tx.Position() > p {
				t.Errorf("lower bound %d after a commit at %d", tx.Position(), p)
			}
			return nil
		})
		must(t, err)
	}
}

func testErrReadOnly(t *testing.T, open Open) {
	ctx, e := start(t, open)
	must(t, e.View(ctx, func(tx kv.Tx) error {
		wantErr(t, tx.Put([]byte("a"), []byte("1")), kv.ErrReadOnly)
		wantErr(t, tx.Put([]byte("a"), nil), kv.ErrReadOnly)
		wantErr(t, tx.Delete([]byte("a")), kv.ErrReadOnly)
		return nil
	}))
	wantContent(ctx, t, e, "")
}

func testErrInvalid(t *testing.T, open Open) {
	ctx, e := start(t, open)
	long := bytes.Repeat([]byte("k"), kv.MaxKeySize)
	for name, f := range map[string]func(kv.Tx) error{
		"empty key":     func(tx kv.Tx) error { return tx.Put(nil, []byte("1")) },
		"empty value":   func(tx kv.Tx) error { return tx.Put([]byte("a"), []byte{}) },
		"no key":        func(tx kv.Tx) error { return tx.Delete(nil) },
		"overlong key":  func(tx kv.Tx) error { return tx.Put(append(long, 'k'), []byte("1")) },
		"error ignored": func(tx kv.Tx) error { _ = tx.Put([]byte("a"), nil); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := e.Update(ctx, func(tx kv.Tx) error {
				if err := stage(tx, "b=1"); err != nil {
					return err
				}
				return f(tx)
			})
			wantErr(t, err, kv.ErrInvalid)
		})
	}
	wantContent(ctx, t, e, "")
	_, err := e.Update(ctx, func(tx kv.Tx) error { return tx.Put(long, []byte("1")) })
	must(t, err)
}

func testErrDone(t *testing.T, open Open) {
	ctx, e := start(t, open)
	check := func(tx kv.Tx) {
		_, err := tx.Get([]byte("a"))
		wantErr(t, err, kv.ErrDone)
		wantErr(t, tx.Put([]byte("a"), []byte("1")), kv.ErrDone)
		for _, err := range tx.Scan(kv.Range{}) {
			wantErr(t, err, kv.ErrDone)
		}
	}
	var kept kv.Tx
	_, err := e.Update(ctx, func(tx kv.Tx) error { kept = tx; return nil })
	must(t, err)
	check(kept)
	must(t, e.View(ctx, func(tx kv.Tx) error { kept = tx; return nil }))
	check(kept)
}

func testErrTooLarge(t *testing.T, open Open) {
	ctx, e := start(t, open)
	key := func(i int) []byte { return fmt.Appendf(nil, "k%05d", i) }
	for _, from := range []int{0, kv.MaxKeys} { // exactly at the limit, and again so that scans can pass it
		_, err := e.Update(ctx, func(tx kv.Tx) error {
			for i := range kv.MaxKeys {
				if err := tx.Put(key(from+i), []byte("v")); err != nil {
					return err
				}
				if _, err := tx.Get(key(from + i)); err != nil { // a key counts once
					return err
				}
			}
			return nil
		})
		must(t, err)
	}
	for name, f := range map[string]func(kv.Tx) error{
		"read": func(tx kv.Tx) (err error) {
			for i := 0; i <= kv.MaxKeys && err == nil; i++ {
				_, err = tx.Get(fmt.Appendf(nil, "none%d", i))
			}
			return err
		},
		"scanned":       func(tx kv.Tx) error { _, err := list(tx, kv.Range{}); return err },
		"error ignored": func(tx kv.Tx) error { _, _ = list(tx, kv.Range{}); return nil },
		"bytes":         func(tx kv.Tx) error { return tx.Put([]byte("x"), make([]byte, kv.MaxBytes)) },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := e.Update(ctx, func(tx kv.Tx) error {
				if err := stage(tx, "trace=1"); err != nil {
					return err
				}
				return f(tx)
			})
			wantErr(t, err, kv.ErrTooLarge)
		})
	}
	_, err := e.Update(ctx, func(tx kv.Tx) error { // what is written over counts no more
		for range 3 {
			if err := tx.Put([]byte("x"), make([]byte, kv.MaxBytes-1)); err != nil {
				return err
			}
		}
		return tx.Delete([]byte("x"))
	})
	must(t, err)
	must(t, e.View(ctx, func(tx kv.Tx) error { // a View has no limits
		n := 0
		for p, err := range tx.Scan(kv.Range{}) {
			if n++; err != nil || string(p.Key) == "trace" {
				t.Errorf("%q, %v", p.Key, err)
				break
			}
		}
		if n != 2*kv.MaxKeys {
			t.Errorf("%d keys", n)
		}
		return nil
	}))
}

func testErrContext(t *testing.T, open Open) {
	ctx, e := start(t, open)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	late, cancel := context.WithDeadline(ctx, time.Unix(0, 0))
	defer cancel()
	for ctx, want := range map[context.Context]error{ended: context.Canceled, late: context.DeadlineExceeded} {
		f := func(kv.Tx) error { t.Error("ran after its context had ended"); return nil }
		_, err := e.Update(ctx, f)
		wantErr(t, err, want)
		wantErr(t, e.View(ctx, f), want)
		for _, err := range e.Watch(ctx, 0, nil) {
			wantErr(t, err, want)
		}
	}
}
