package kvtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"nuo.internal/nuo/server/kv"
)

// collect watches until it has seen want keys and returns them with how often each was told, and the last position.
func collect(ctx context.Context, t *testing.T, e kv.Engine, after kv.Position, prefix string, want int) (map[string]int, kv.Position) {
	t.Helper()
	got, last := map[string]int{}, after
	for c, err := range e.Watch(ctx, after, []byte(prefix)) {
		if err != nil {
			t.Errorf("Watch: %v", err)
			return got, last
		}
		if c.Position <= last || len(c.Keys) == 0 {
			t.Errorf("change at %d after %d with %d keys", c.Position, last, len(c.Keys))
		}
		last = c.Position
		for _, k := range c.Keys {
			got[string(k)]++
		}
		if len(got) >= want {
			break
		}
	}
	return got, last
}

// testWatch has watchers before, during and after many concurrent commits; none may miss a key.
func testWatch(t *testing.T, open Open) {
	ctx, e := start(t, open)
	n := scaled(100)
	done := make(chan struct{})
	go func() {
		defer close(done)
		each(8, func(i int) {
			for j := range n {
				if _, err := write(ctx, e, fmt.Sprintf("%s%d/%d=1", Fed, i, j), fmt.Sprintf("other/%d=1", j)); err != nil {
					t.Error(err)
				}
			}
		})
	}()
	check := func(prefix string, want int) {
		got, _ := collect(ctx, t, e, 0, prefix, want)
		if len(got) != want {
			t.Errorf("prefix %q: %d keys, want %d", prefix, len(got), want)
		}
		for k, times := range got {
			if times != 1 {
				t.Errorf("%q told %d times", k, times)
			}
		}
	}
	each(3, func(i int) { check([]string{"", Fed, Fed + "3/"}[i], []int{8 * n, 8 * n, n}[i]) })
	<-done
	check(Fed, 8*n)
}

func testWatchResumes(t *testing.T, open Open) {
	ctx, e := start(t, open)
	for i := range 20 {
		_, err := write(ctx, e, fmt.Sprintf("%s%02d=1", Fed, i))
		must(t, err)
		_, err = write(ctx, e, "other=1")
		must(t, err)
	}
	var at kv.Position
	for i := range 20 { // a new Watch for each change
		for c, err := range e.Watch(ctx, at, []byte(Fed)) {
			must(t, err)
			if want := fmt.Sprintf("%s%02d", Fed, i); words(c.Keys) != want {
				t.Fatalf("change %d is %q, want %q", i, words(c.Keys), want)
			}
			at = c.Position
			break
		}
	}
	p, err := write(ctx, e, "-"+Fed+"00")
	must(t, err)
	got, last := collect(ctx, t, e, at, Fed, 1)
	if got[Fed+"00"] != 1 || last != p {
		t.Errorf("a removal was told as %v at %d, want %d", got, last, p)
	}
}

func testWatchErrTooOld(t *testing.T, open Open) {
	ctx, e := start(t, open)
	var at []kv.Position
	for i := range 10 {
		p, err := write(ctx, e, fmt.Sprintf("%s%d=1", Fed, i))
		must(t, err)
		at = append(at, p)
	}
	must(t, e.Trim(ctx, at[4]))
	must(t, e.Trim(ctx, at[2])) // never goes back
	for _, after := range []kv.Position{0, at[3], at[9] + 1000} {
		n := 0
		for _, err := range e.Watch(ctx, after, nil) {
			wantErr(t, err, kv.ErrTooOld)
			n++
		}
		if n != 1 {
			t.Errorf("%d elements", n)
		}
	}
	if got, _ := collect(ctx, t, e, at[4], Fed, 5); len(got) != 5 {
		t.Errorf("after the trimmed ones: %v", got)
	}
	must(t, e.Trim(ctx, at[9]+1000)) // no further than there is
	_, err := write(ctx, e, Fed+"new=1")
	must(t, err)
	if got, _ := collect(ctx, t, e, at[9], Fed, 1); got[Fed+"new"] != 1 {
		t.Errorf("after all were trimmed: %v", got)
	}
}

func testWatchEnds(t *testing.T, open Open) {
	ctx, e := start(t, open)
	short, cancel := context.WithCancel(ctx)
	time.AfterFunc(20*time.Millisecond, cancel)
	n := 0
	for _, err := range e.Watch(short, 0, nil) {
		wantErr(t, err, context.Canceled)
		n++
	}
	if n != 1 {
		t.Errorf("%d elements after the context ended", n)
	}
	time.AfterFunc(20*time.Millisecond, func() { _ = e.Close() })
	for _, err := range e.Watch(ctx, 0, nil) {
		wantErr(t, err, kv.ErrClosed)
	}
}
