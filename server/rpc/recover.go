package rpc

import (
	"errors"
	"fmt"
	"path"
	"runtime"
	"runtime/debug"
	"strings"

	"nuo.internal/nuo/server/kv"
)

// errUnconfirmed: a room answered OK and never asked the policy.
var errUnconfirmed = errors.New("rpc: the handler answered without asking the policy")

// panicked is a panic as an error. It is no fault, so that callers see INTERNAL and an id; the log has where it happened.
type panicked struct{ text string }

func (p *panicked) Error() string { return p.text }

// Panic makes an error of a recovered panic, for the log: the type of its value and the functions and lines of the stack
// (debug.Stack). Neither the value nor the arguments are in it, for they may hold what a request said of a person; the
// runtime's own errors, which name indexes and types, are said in full. A panic that an engine carried over from another
// goroutine (kv.Panic) is told as it was there.
func Panic(value any, stack []byte) error {
	if carried, ok := value.(*kv.Panic); ok {
		value, stack = carried.Value, carried.Stack
	}
	said := fmt.Sprintf("%T", value)
	if e, ok := value.(runtime.Error); ok {
		said = e.Error()
	}
	return &panicked{text: "panic: " + said + "\n" + strings.Join(framesOf(stack), "\n")}
}

// framesOf are the functions and lines of a stack as debug.Stack prints it, two lines a frame, without arguments.
func framesOf(stack []byte) []string {
	var frames []string
	for line := range strings.Lines(string(stack)) {
		line = strings.TrimSuffix(line, "\n")
		if at, ok := strings.CutPrefix(line, "\t"); ok && len(frames) > 0 {
			at, _, _ = strings.Cut(at, " +0x")
			frames[len(frames)-1] += " " + path.Base(at)
			continue
		}
		if call := strings.LastIndexByte(line, '('); call > 0 && strings.HasSuffix(line, ")") {
			frames = append(frames, line[:call])
		} else if maker, ok := strings.CutPrefix(line, "created by "); ok {
			maker, _, _ = strings.Cut(maker, " ")
			frames = append(frames, "created by "+maker)
		}
	}
	return frames
}

func recovered(call func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = Panic(v, debug.Stack())
		}
	}()
	return call()
}

// short is the method without its slash and package, as people read it: TokenService/WhoAmI.
func short(fullMethod string) string {
	service, method, _ := strings.Cut(strings.TrimPrefix(fullMethod, "/"), "/")
	return service[strings.LastIndexByte(service, '.')+1:] + "/" + method
}
