package rpc_test

import (
	"context"
	"errors"
	"runtime/debug"
	"strings"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/rpc"
)

// explode panics with a value and has an argument of its own.
//
//go:noinline
func explode(value any, _ string) (err error) {
	defer func() { err = rpc.Panic(recover(), debug.Stack()) }()
	panic(value)
}

// What a panic holds may be a request's: the log has its type and where it was, and no value.
func TestOKPanicTellsWhereAndNotWhat(t *testing.T) {
	for name, test := range map[string]struct {
		value any
		said  string
	}{
		"a text":            {"canary", "panic: string"},
		"an error":          {errors.New("canary"), "panic: *errors.errorString"},
		"carried over":      {&kv.Panic{Value: "canary", Stack: debug.Stack()}, "panic: string"},
		"without any value": {nil, "PanicNilError"},
	} {
		got := explode(test.value, "canary").Error()
		if strings.Contains(got, "canary") || strings.Contains(got, "0x") {
			t.Errorf("%s: told too much: %s", name, got)
		}
		if !strings.Contains(got, test.said) && name != "without any value" {
			t.Errorf("%s: %s", name, got)
		}
		if !strings.Contains(got, "recover_test.go:") {
			t.Errorf("%s: does not tell where: %s", name, got)
		}
	}
}

func TestOKPanicOfTheRuntimeIsSaidInFull(t *testing.T) {
	var none []int
	err := func() (err error) {
		defer func() { err = rpc.Panic(recover(), debug.Stack()) }()
		return errors.New(string(rune(none[len(t.Name())])))
	}()
	if got := err.Error(); !strings.Contains(got, "index out of range") || !strings.Contains(got, "TestOKPanicOfTheRuntimeIsSaidInFull") {
		t.Error(got)
	}
}

func TestOKPanicOfACallIsLoggedWithoutItsValue(t *testing.T) {
	s := serve(t, rpc.Config{})
	s.room.who = func(context.Context) (*nuov1.Token, error) { panic("canary of a panic") }
	if _, err := s.tokens.WhoAmI(as(t, "admin"), &nuov1.WhoAmIRequest{}); err == nil {
		t.Fatal("answered")
	}
	if log := s.log.String(); strings.Contains(log, "canary") || !strings.Contains(log, "panic: string") {
		t.Error(log)
	}
}
