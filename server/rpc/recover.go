package rpc

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
)

// errUnconfirmed: a room answered OK and never asked the policy.
var errUnconfirmed = errors.New("rpc: the handler answered without asking the policy")

// panicked is a panic as an error. It is no fault, so that callers see INTERNAL and an id; the log has the stack.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

func recovered(call func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{value: v, stack: debug.Stack()}
		}
	}()
	return call()
}

// short is the method without its slash and package, as people read it: TokenService/WhoAmI.
func short(fullMethod string) string {
	service, method, _ := strings.Cut(strings.TrimPrefix(fullMethod, "/"), "/")
	return service[strings.LastIndexByte(service, '.')+1:] + "/" + method
}
