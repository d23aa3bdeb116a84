package rpc

import (
	"context"
	"strings"

	"google.golang.org/grpc/metadata"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
)

// Header is the metadata key of the bearer token.
const Header = "authorization"

const scheme = "bearer "

// Bearer is the metadata value that presents the secret.
func Bearer(secret string) string { return "Bearer " + secret }

// authenticate fills in the caller. A public method may be called without a token; a token that is presented must be
// valid all the same, or a caller who trusts in being known would be answered as a stranger.
func (c *Chain) authenticate(ctx context.Context, in *Incoming) error {
	values := metadata.ValueFromIncomingContext(ctx, Header)
	if len(values) == 0 && in.Rule.GetPublic() {
		return nil
	}
	if len(values) != 1 || len(values[0]) <= len(scheme) || !strings.EqualFold(values[0][:len(scheme)], scheme) {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
	}
	secret := values[0][len(scheme):]
	in.Renew = func(ctx context.Context) (*policy.Caller, error) {
		return c.cfg.Authenticator.Authenticate(ctx, secret)
	}
	caller, err := in.Renew(ctx)
	if err != nil {
		return err
	}
	in.Caller = caller
	return nil
}
