package identity

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// IssueToken makes a token. A scope or person outside the issuer's own is NOT_FOUND, whether it exists or not; a role
// that the issuer's may not issue PERMISSION_DENIED; a scope of the wrong kind, another person's VOLUNTEER and an
// expiry in the past INVALID_FIELD; what was deactivated DEACTIVATED.
func (r *Room) IssueToken(ctx context.Context, req *nuov1.IssueTokenRequest) (*nuov1.IssueTokenResponse, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.IssueTokenResponse, error) {
		asked := req.GetToken()
		if err := wellFormed(asked); err != nil {
			return nil, err
		}
		if err := allow(c, asked); err != nil {
			return nil, err
		}
		for _, g := range asked.GetGrants() {
			if !mayIssue(c.Role, g.GetRole()) {
				return nil, rpc.Denied(c.Method)
			}
		}
		if e := asked.GetExpireTime(); e != nil && !e.AsTime().After(c.Now()) {
			return nil, fault.Field("token.expire_time", "must lie in the future", "必须晚于当前时间")
		}
		token := &nuov1.Token{
			DisplayName: asked.GetDisplayName(), Person: asked.GetPerson(), ExpireTime: asked.GetExpireTime(), Issuer: c.Actor(),
		}
		for _, g := range asked.GetGrants() {
			token.Grants = append(token.Grants, &nuov1.Grant{Role: g.GetRole(), Scope: g.GetScope()})
		}
		secret, err := insert(c.Tx, token, &storev1.AdminEvent{Actor: c.Actor(), Role: c.Role, Action: "IssueToken"})
		if err != nil {
			return nil, err
		}
		return &nuov1.IssueTokenResponse{Token: token, Secret: secret}, nil
	})
}

// allow asks the policy about each thing that the token names, and then about all of them together: one role of the
// issuer's must reach them all.
func allow(c *call.Call, t *nuov1.Token) error {
	for _, name := range namesOf(t) {
		l, err := locate(c.Tx, name)
		if err != nil {
			return err
		}
		if err := c.AllowOrHide(policy.Facts{Within: l.within}, name); err != nil {
			return err
		}
	}
	within, err := common(c.Tx, t)
	if err != nil {
		return err
	}
	return c.Allow(policy.Facts{Within: within})
}

// wellFormed checks what needs no store.
func wellFormed(t *nuov1.Token) error {
	for i, g := range t.GetGrants() {
		field := fmt.Sprintf("token.grants[%d].scope", i)
		if !slices.Contains(kinds[g.GetRole()], collections(g.GetScope())) {
			return fault.Field(field, "is not of the kind that the role needs", "不是该角色对应的范围")
		}
		if g.GetRole() == nuov1.Role_ROLE_VOLUNTEER && g.GetScope() != t.GetPerson() {
			return fault.Field(field, "must be token.person: a volunteer acts for oneself alone", "必须与 token.person 相同：志愿者只能代表本人")
		}
	}
	return nil
}

// insert names and stores a new token with its first event, and returns its secret.
func insert(tx *store.Tx, t *nuov1.Token, event *storev1.AdminEvent) (secret string, err error) {
	if err := settle(tx, t); err != nil {
		return "", err
	}
	secret = newSecret(tx)
	t.Name, t.CreateTime = "tokens/"+tx.RandomID(), timestamppb.New(tx.Now())
	if err := store.Tokens.Insert(tx, &storev1.StoredToken{Hash: hashOf(secret), Token: t}); err != nil {
		return "", err
	}
	return secret, noteEvent(tx, t, event)
}

// RevokeToken ends a token's validity. One that the caller may not revoke is NOT_FOUND like one that is not there; the
// last valid token of a district's administrator is FAILED_PRECONDITION: issue another one first.
func (r *Room) RevokeToken(ctx context.Context, req *nuov1.RevokeTokenRequest) (*nuov1.Token, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Token, error) {
		kept, ok, err := store.Tokens.FindByIndex(c.Tx, store.TokensByName, req.GetName())
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", req.GetName())
		}
		token := kept.GetToken()
		within, err := common(c.Tx, token)
		if err != nil {
			return nil, err
		}
		if token.GetPerson() != "" && !slices.Contains(within, token.GetPerson()) {
			within = append(within, token.GetPerson())
		}
		if err := c.AllowOrHide(policy.Facts{Within: within}, req.GetName()); err != nil {
			return nil, err
		}
		if token.GetRevokeTime() != nil {
			return token, nil
		}
		if err := notTheLast(c.Tx, token); err != nil {
			return nil, err
		}
		token.RevokeTime = timestamppb.New(c.Now())
		if err := store.Tokens.Put(c.Tx, kept); err != nil {
			return nil, err
		}
		return proto.CloneOf(token), noteEvent(c.Tx, token, &storev1.AdminEvent{Actor: c.Actor(), Role: c.Role, Action: "RevokeToken"})
	})
}

// notTheLast refuses to leave a district without a valid token of an administrator. Tokens that will expire do not
// count as a way back in.
func notTheLast(tx *store.Tx, token *nuov1.Token) error {
	for _, g := range token.GetGrants() {
		if g.GetRole() != nuov1.Role_ROLE_DISTRICT_ADMIN || !call.InForce(token, tx.Now()) || token.GetExpireTime() != nil {
			continue
		}
		another := false
		for other, err := range store.Tokens.ByIndex(tx, store.TokensByScope, g.GetScope()) {
			if err != nil {
				return err
			}
			t := other.GetToken()
			if t.GetName() != token.GetName() && call.InForce(t, tx.Now()) && t.GetExpireTime() == nil && administers(t, g.GetScope()) {
				another = true
				break
			}
		}
		if !another {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION,
				"name", token.GetName(), "state", "the last administrator of "+g.GetScope())
		}
	}
	return nil
}

func administers(t *nuov1.Token, district string) bool {
	return slices.ContainsFunc(t.GetGrants(), func(g *nuov1.Grant) bool {
		return g.GetRole() == nuov1.Role_ROLE_DISTRICT_ADMIN && g.GetScope() == district
	})
}
