// Package call is one call of the API inside a room: who calls, what the policy says about the object, the transaction,
// and for what changes something the request id. Every handler goes through it:
//
//	func (r *Room) Withdraw(ctx context.Context, req *nuov1.WithdrawRequest) (*nuov1.Contract, error) {
//		return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Contract, error) {
//			contract, err := store.Contracts.Get(c.Tx, req.GetName())
//			if err != nil {
//				return nil, err
//			}
//			if err := c.AllowOrHide(facts(contract), req.GetName()); err != nil {
//				return nil, err
//			}
//			…
//		})
//	}
//
// The closure is a transaction's: it may run more than once, and has no effect outside c. A closure that ends well and
// never called Allow is a defect: nothing is written and the caller sees INTERNAL.
package call

import (
	"context"
	"errors"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// Call is one run of a handler's closure: its transaction and who asks for it. It is dead when the closure returns.
type Call struct {
	*store.Tx
	// Ctx is the context of the call.
	Ctx context.Context
	// Caller is who calls; nil where a public method is called without a token.
	Caller *policy.Caller
	// Method is the full method, such as /nuo.v1.TokenService/WhoAmI.
	Method string
	// Role is the one by which the last Allow was answered yes: what an event says about the actor. Before that, and
	// where a method is public and no grant was needed, it is UNSPECIFIED.
	Role nuov1.Role

	rule    *nuov1.MethodPolicy
	facts   policy.Facts
	allowed bool
}

// errNotAsked: the closure ended well and never asked the policy.
var errNotAsked = errors.New("call: the handler answered without asking the policy")

func newCall(ctx context.Context, in *rpc.Incoming, caller *policy.Caller, tx *store.Tx) *Call {
	return &Call{Tx: tx, Ctx: ctx, Caller: caller, Method: in.Method, rule: in.Rule}
}

// Allow asks the method's policy about an object with these facts, which must have been loaded in this transaction. A
// no is PERMISSION_DENIED. A handler that acts on several objects asks about each; a repeat of the call is authorised
// again with the facts of the last one.
func (c *Call) Allow(f policy.Facts) error {
	role, ok := policy.Decide(c.rule, c.Caller, f)
	if !ok {
		return rpc.Denied(c.Method)
	}
	c.Role, c.facts, c.allowed = role, f, true
	return nil
}

// AllowOrHide is Allow where the caller must not learn that the object is there: a no is NOT_FOUND of the name, the same
// as for an object that is not.
func (c *Call) AllowOrHide(f policy.Facts, name string) error {
	if c.Allow(f) != nil {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", name)
	}
	return nil
}

// May tells whether the caller could call another method on an object with these facts, for allowed_actions and for
// what an answer shows. It counts as no Allow.
func (c *Call) May(fullMethod string, f policy.Facts) bool {
	rule, ok := policy.RuleOf(fullMethod)
	if !ok {
		return false
	}
	_, ok = policy.Decide(rule, c.Caller, f)
	return ok
}

// NeedPerson is PERMISSION_DENIED for a token that stands for nobody: what decides about people is decided by one.
func (c *Call) NeedPerson() error {
	if c.Caller != nil && c.Caller.Person != "" {
		return nil
	}
	return rpc.Denied(c.Method).WithViolation(fault.Violation{
		Field:         "authorization",
		Description:   "a token bound to a person is needed; have one issued with token.person set to who decides",
		DescriptionZH: "须使用绑定到本人的令牌，请申请填写了 token.person 的令牌",
	})
}

// Actor is whom an event names: the caller's person, or the token where there is none.
func (c *Call) Actor() string { return c.Caller.Subject() }

// Read runs f on the newest durable state. An answer that must leave a trace, such as the view event of a door, is a
// Mutate.
func Read[Res proto.Message](ctx context.Context, s *store.Store, f func(*Call) (Res, error)) (Res, error) {
	var res, none Res
	in := rpc.FromContext(ctx)
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		c := newCall(ctx, in, in.Caller, tx)
		res, err = asked(c, f)
		return err
	})
	if err != nil {
		return none, err
	}
	in.Confirm()
	return res, nil
}

// asked runs f and holds it to having asked the policy.
func asked[Res proto.Message](c *Call, f func(*Call) (Res, error)) (Res, error) {
	res, err := f(c)
	if err == nil && !c.allowed {
		err = errNotAsked
	}
	return res, err
}

// Stream runs f as one step of a stream, on the newest durable state: the first answer, or what follows a change. The
// token is authenticated again at each step, and f asks the policy again, so that a stream shows nothing after a
// revocation, however long it has been open. f must be short and send nothing: the stream sends when Stream returned.
func Stream(ctx context.Context, s *store.Store, f func(*Call) error) error {
	in := rpc.FromContext(ctx)
	caller := in.Caller
	if in.Renew != nil {
		var err error
		if caller, err = in.Renew(ctx); err != nil {
			return err
		}
	}
	err := s.View(ctx, func(tx *store.Tx) error {
		c := newCall(ctx, in, caller, tx)
		if err := f(c); err != nil {
			return err
		}
		if !c.allowed {
			return errNotAsked
		}
		return nil
	})
	if err == nil {
		in.Confirm()
	}
	return err
}
