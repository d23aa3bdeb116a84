package identity

import (
	"context"
	"slices"
	"strings"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// look bounds what one page of a district's tokens reads.
const look = 2000

// ListTokens answers one page of the tokens of a parent, NOT_FOUND for a parent that the caller may not see.
func (r *Room) ListTokens(ctx context.Context, req *nuov1.ListTokensRequest) (*nuov1.ListTokensResponse, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.ListTokensResponse, error) {
		parent, err := locate(c.Tx, req.GetParent())
		if err != nil {
			return nil, err
		}
		if err := c.AllowOrHide(policy.Facts{Within: parent.within}, req.GetParent()); err != nil {
			return nil, err
		}
		query := queryOf(req.GetParent())
		query.Size = int(req.GetPageSize())
		if query.After, err = rpc.DecodePage(req); err != nil {
			return nil, err
		}
		kept, next, err := store.Tokens.Select(c.Tx, query)
		if err != nil {
			return nil, err
		}
		res := &nuov1.ListTokensResponse{NextPageToken: rpc.EncodePage(req, next)}
		for _, k := range kept {
			res.Tokens = append(res.Tokens, k.GetToken())
		}
		return res, nil
	})
}

// queryOf goes by the index that has exactly the parent's tokens; a district's are picked from all.
func queryOf(parent string) store.Query[*storev1.StoredToken] {
	switch {
	case strings.HasPrefix(parent, "districts/"):
		return store.Query[*storev1.StoredToken]{
			Index: store.TokensByName, Look: look,
			Keep: func(k *storev1.StoredToken) (bool, error) {
				return slices.ContainsFunc(k.GetToken().GetGrants(), func(g *nuov1.Grant) bool { return g.GetDistrict() == parent }), nil
			},
		}
	case strings.HasPrefix(parent, "volunteers/"):
		return store.Query[*storev1.StoredToken]{Index: store.TokensByPerson, Prefix: []any{parent}}
	default:
		return store.Query[*storev1.StoredToken]{Index: store.TokensByScope, Prefix: []any{parent}}
	}
}

// WhoAmI answers the caller's own token.
func (r *Room) WhoAmI(ctx context.Context, _ *nuov1.WhoAmIRequest) (*nuov1.Token, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.Token, error) {
		if err := c.Allow(policy.Facts{}); err != nil {
			return nil, err
		}
		kept, ok, err := store.Tokens.FindByIndex(c.Tx, store.TokensByName, c.Caller.Token)
		if err == nil && !ok {
			err = fault.New(nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
		}
		return kept.GetToken(), err
	})
}
