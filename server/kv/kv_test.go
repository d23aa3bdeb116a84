package kv_test

import (
	"errors"
	"testing"

	"nuo.internal/nuo/server/kv"
)

func TestPrefix(t *testing.T) {
	for prefix, end := range map[string]string{"": "", "a": "b", "a/": "a0", "a\xff": "b", "\xff\xff": ""} {
		r := kv.Prefix([]byte(prefix))
		if string(r.Start) != prefix || string(r.End) != end || (r.End == nil) != (end == "") {
			t.Errorf("Prefix(%q) = %q to %q, want to %q", prefix, r.Start, r.End, end)
		}
	}
}

func TestPanic(t *testing.T) {
	if !errors.Is(&kv.Panic{Value: kv.ErrBusy}, kv.ErrBusy) || errors.Unwrap(&kv.Panic{Value: 1}) != nil {
		t.Error("a panic's value is not unwrapped")
	}
}
