package matching

import (
	"context"
	"strings"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// lookAt is the most records that one page looks at.
const lookAt = 1000

// ListMatches lists the plans of a scope and of what lies in it, or those that hold an offer for a volunteer.
func (r *Room) ListMatches(ctx context.Context, req *nuov1.ListMatchesRequest) (*nuov1.ListMatchesResponse, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.ListMatchesResponse, error) {
		cursor, err := rpc.DecodePage(req)
		if err != nil {
			return nil, err
		}
		list := r.matchesOf
		if strings.HasPrefix(req.GetParent(), "volunteers/") {
			list = ownMatches
		}
		page, next, err := list(c, req, cursor)
		if err != nil {
			return nil, err
		}
		return &nuov1.ListMatchesResponse{Matches: page, NextPageToken: rpc.EncodePage(req, next)}, nil
	})
}

func (r *Room) matchesOf(c *call.Call, req *nuov1.ListMatchesRequest, cursor string) ([]*nuov1.Match, string, error) {
	g, err := groundOf(c, req.GetParent())
	if err != nil {
		return nil, "", err
	}
	page, next, err := store.Matches.Select(c.Tx, store.Query[*nuov1.Match]{
		Index: store.MatchesByScope, Prefix: []any{g.scope}, Reverse: true, After: cursor,
		Size: int(req.GetPageSize()), Look: lookAt,
	})
	for i, m := range page {
		page[i] = r.present(c, m)
	}
	return page, next, err
}

// ownMatches are the plans that hold an offer for a volunteer, without what is for planners.
func ownMatches(c *call.Call, req *nuov1.ListMatchesRequest, cursor string) ([]*nuov1.Match, string, error) {
	volunteer := req.GetParent()
	if err := c.AllowOrHide(policy.Facts{Within: []string{volunteer}}, volunteer); err != nil {
		return nil, "", err
	}
	placements, next, err := store.Placements.Select(c.Tx, store.Query[*storev1.StoredPlacement]{
		Index: store.PlacementsByVolunteer, Prefix: []any{volunteer}, Reverse: true, After: cursor,
		Size: int(req.GetPageSize()), Look: lookAt,
		Keep: func(p *storev1.StoredPlacement) (bool, error) { return firstOffer(c, p) },
	})
	if err != nil {
		return nil, "", err
	}
	page := make([]*nuov1.Match, 0, len(placements))
	for _, p := range placements {
		m, err := store.Matches.Get(c.Tx, p.GetMatch())
		if err != nil {
			return nil, "", err
		}
		page = append(page, toVolunteer(m))
	}
	return page, next, nil
}

// firstOffer tells whether a placement is the volunteer's first offer of its plan: the plan is listed once.
func firstOffer(c *call.Call, p *storev1.StoredPlacement) (bool, error) {
	if p.GetState() != offered {
		return false, nil
	}
	for other, err := range store.Placements.ByIndex(c.Tx, store.PlacementsByVolunteer, p.GetVolunteer(), p.GetMatch()) {
		if err != nil || other.GetState() == offered {
			return err == nil && other.GetNumber() == p.GetNumber(), err
		}
	}
	return false, nil
}

// toVolunteer is a plan as those see it who are offered something: what was planned and when.
func toVolunteer(m *nuov1.Match) *nuov1.Match {
	return &nuov1.Match{
		Name: m.GetName(), Scope: m.GetScope(), FromDate: m.GetFromDate(), ToDate: m.GetToDate(), Method: m.GetMethod(),
		State: m.GetState(), CreateTime: m.GetCreateTime(), ApplyTime: m.GetApplyTime(),
		Community: m.GetCommunity(), Street: m.GetStreet(), District: m.GetDistrict(),
	}
}
