package call

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// Request is the request of a method that mutates.
type Request interface {
	proto.Message
	GetRequestId() string
}

// Mutate runs f in a write transaction, once for each request id of a caller: a success is kept for 24 hours, in the
// same transaction, and a repeat is answered from it, after it was authorised again. A refusal leaves nothing and is
// decided anew. The same id for another method or payload is REQUEST_ID_REUSED; a method that is not declared to mutate
// is a defect.
func Mutate[Res proto.Message](ctx context.Context, s *store.Store, req Request, f func(*Call) (Res, error)) (Res, error) {
	var res, none Res
	in := rpc.FromContext(ctx)
	seal, err := newSeal(in, req)
	if err != nil {
		return none, err
	}
	err = s.Update(ctx, func(tx *store.Tx) error {
		c := newCall(ctx, in, in.Caller, tx)
		kept, repeated, err := store.FindRequest(tx, seal.caller, seal.id)
		if err != nil {
			return err
		}
		if repeated {
			res, err = repeat[Res](c, seal, kept)
			return err
		}
		if res, err = asked(c, f); err != nil {
			return err
		}
		return keep(c, seal, res)
	})
	if err != nil {
		return none, err
	}
	in.Confirm()
	return res, nil
}

// repeat answers from what is kept. That the caller may still do this is asked of the policy of today about the object
// of then.
func repeat[Res proto.Message](c *Call, seal *seal, kept *storev1.Request) (Res, error) {
	var none Res
	if kept.GetMethod() != c.Method || string(kept.GetFingerprint()) != string(seal.fingerprint) {
		return none, fault.New(nuov1.ErrorReason_ERROR_REASON_REQUEST_ID_REUSED)
	}
	if err := c.Allow(policy.Facts{Within: kept.GetWithin(), Leader: kept.GetLeader()}); err != nil {
		return none, err
	}
	answer, err := seal.open(kept.GetSealed())
	if err != nil {
		return none, damaged(err)
	}
	res, ok := none.ProtoReflect().New().Interface().(Res)
	if !ok {
		return none, errNotAsked
	}
	if err := proto.Unmarshal(answer, res); err != nil {
		return none, damaged(err)
	}
	return res, nil
}

func keep(c *Call, seal *seal, res proto.Message) error {
	answer, err := proto.MarshalOptions{Deterministic: true}.Marshal(res)
	if err != nil {
		return err
	}
	return store.Requests.Put(c.Tx, &storev1.Request{
		Day: store.RequestDay(c.Now()), Caller: seal.caller, Id: seal.id,
		Method: c.Method, Fingerprint: seal.fingerprint,
		Sealed: seal.close(c.Random(nonceSize), answer),
		Within: c.facts.Within, Leader: c.facts.Leader,
		CreateTime: timestamppb.New(c.Now()),
	})
}

func damaged(cause error) error {
	return fault.New(nuov1.ErrorReason_ERROR_REASON_DAMAGED, "table", "request").WithCause(cause)
}

// purgeStep is how many requests one transaction forgets.
const purgeStep = 200

// Purge forgets the kept requests of days that no repeat asks for, in steps of one transaction each, and tells how
// many. Doing it twice is harmless.
func Purge(ctx context.Context, s *store.Store) (purged int, err error) {
	for {
		var n int
		err := s.Update(ctx, func(tx *store.Tx) (err error) {
			n, err = store.PurgeRequests(tx, purgeStep)
			return err
		})
		purged += n
		if err != nil || n < purgeStep {
			return purged, err
		}
	}
}
