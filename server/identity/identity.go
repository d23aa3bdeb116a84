// Package identity is the room of tokens: it issues, lists and revokes them, tells a caller who they are, and turns the
// secret that a call presents into a policy.Caller for package rpc. It owns the tokens' table and what may be issued by
// whom (issuable); the organisations and volunteers that scopes name are read, never written, but for the district of
// the very first start (Bootstrap).
package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"google.golang.org/grpc"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// Room serves nuo.v1.TokenService and is the server's rpc.Authenticator.
type Room struct {
	nuov1.UnimplementedTokenServiceServer

	store *store.Store
}

// New makes the room on a store.
func New(s *store.Store) *Room { return &Room{store: s} }

// Register offers the room's service to a server.
func (r *Room) Register(s grpc.ServiceRegistrar) { nuov1.RegisterTokenServiceServer(s, r) }

// A secret is recognisable in a log or a repository by its first letters, and holds 32 random bytes.
const (
	secretPrefix = "nuo_"
	secretBytes  = 32
)

var secretLength = len(secretPrefix) + base64.RawURLEncoding.EncodedLen(secretBytes)

func newSecret(tx *store.Tx) string {
	return secretPrefix + base64.RawURLEncoding.EncodeToString(tx.Random(secretBytes))
}

// hashOf is what is stored of a secret. A plain hash suffices, since nobody can guess 32 random bytes; what protects
// passwords would cost every call.
func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// Authenticate returns the caller of the secret. A secret that is unknown, revoked or expired, and one of a person who
// was deactivated, is UNAUTHENTICATED; which of these is not told.
func (r *Room) Authenticate(ctx context.Context, secret string) (*policy.Caller, error) {
	refused := fault.New(nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
	if len(secret) != secretLength || !strings.HasPrefix(secret, secretPrefix) {
		return nil, refused
	}
	var caller *policy.Caller
	err := r.store.View(ctx, func(tx *store.Tx) error {
		kept, ok, err := store.Tokens.Find(tx, hashOf(secret))
		if err != nil {
			return err
		}
		if !ok || !call.InForce(kept.GetToken(), tx.Now()) {
			return refused
		}
		active, err := call.PersonActive(tx, kept.GetToken().GetPerson())
		if err != nil {
			return err
		}
		if !active {
			return refused
		}
		caller = call.CallerOf(kept.GetToken())
		return nil
	})
	return caller, err
}

// noteEvent appends what was done to the token to its chain of events.
func noteEvent(tx *store.Tx, t *nuov1.Token, event *storev1.AdminEvent) error {
	return store.AdminEvents.AppendNext(tx, t.GetName(), func(sequence uint64, last store.Link[*storev1.AdminEvent]) *storev1.AdminEvent {
		event.Object, event.Sequence, event.Time = t.GetName(), sequence, eventTime(tx, last)
		for _, g := range t.GetGrants() {
			event.Details = append(event.Details, &storev1.Detail{Key: strings.TrimPrefix(g.GetRole().String(), "ROLE_"), Value: g.GetScope()})
		}
		return event
	})
}
