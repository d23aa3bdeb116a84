package store

import (
	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// Plans and what volunteers wish, kept by server/matching.
//
//	0x77    match                      name                         nuo.v1.Match
//	0x78    match by scope             scope                        → match
//	0x79    match by state             state                        → match
//	0x7a    match work                 match                        nuo.store.v1.MatchWork
//	0x7b    placement                  match number                 nuo.store.v1.StoredPlacement
//	0x7c    placement by volunteer     volunteer                    → placement
//	0x7d    preference                 name                         nuo.v1.Preference
//	0x7e    match by life              scope state                  → match
var (
	// MatchesByScope finds plans under their scope and what it lies in, in the order of their making.
	MatchesByScope = &Index[*nuov1.Match]{
		Name: "scope", Prefix: 'x', Parts: "scope",
		Keys: func(m *nuov1.Match) [][]any {
			return given(m.GetScope(), m.GetCommunity(), m.GetStreet(), m.GetDistrict())
		},
	}
	// MatchesByState finds what is to be worked off, and what is to be forgotten, the oldest first.
	MatchesByState = &Index[*nuov1.Match]{
		Name: "state", Prefix: 'y', Parts: "state",
		Keys: func(m *nuov1.Match) [][]any { return [][]any{{uint64(m.GetState())}} },
	}
	// MatchesByLife finds the plans of one scope that are being solved, or stand proposed: of these there are few.
	MatchesByLife = &Index[*nuov1.Match]{
		Name: "life", Prefix: '~', Parts: "scope state",
		Keys: func(m *nuov1.Match) [][]any {
			switch m.GetState() {
			case nuov1.MatchState_MATCH_STATE_SOLVING, nuov1.MatchState_MATCH_STATE_PROPOSED:
				return [][]any{{m.GetScope(), uint64(m.GetState())}}
			default:
				return nil
			}
		},
	}
	// Matches holds the plans, without their placements and without progress.
	Matches = NewTable(TableConfig[*nuov1.Match]{
		Name: "match", Prefix: 'w', Parts: "name", Feed: true,
		Key:     func(m *nuov1.Match) []any { return []any{m.GetName()} },
		Indexes: []*Index[*nuov1.Match]{MatchesByScope, MatchesByState, MatchesByLife},
	})

	// MatchWorks holds how far the work on each plan has come.
	MatchWorks = NewTable(TableConfig[*storev1.MatchWork]{
		Name: "match work", Prefix: 'z', Parts: "match",
		Key: func(w *storev1.MatchWork) []any { return []any{w.GetMatch()} },
	})

	// PlacementsByVolunteer finds what plans hold for a volunteer, in the order of the plans' making.
	PlacementsByVolunteer = &Index[*storev1.StoredPlacement]{
		Name: "volunteer", Prefix: '|', Parts: "volunteer",
		Keys: func(p *storev1.StoredPlacement) [][]any { return [][]any{{p.GetVolunteer()}} },
	}
	// Placements holds who stands what in each plan.
	Placements = NewTable(TableConfig[*storev1.StoredPlacement]{
		Name: "placement", Prefix: '{', Parts: "match number",
		Key:     func(p *storev1.StoredPlacement) []any { return []any{p.GetMatch(), p.GetNumber()} },
		Indexes: []*Index[*storev1.StoredPlacement]{PlacementsByVolunteer},
	})

	// Preferences holds what volunteers wish; who never stated anything has none.
	Preferences = NewTable(TableConfig[*nuov1.Preference]{
		Name: "preference", Prefix: '}', Parts: "name",
		Key: func(p *nuov1.Preference) []any { return []any{p.GetName()} },
	})
)
