package call

import (
	"slices"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// InForce tells whether a token may be used at that instant.
func InForce(t *nuov1.Token, now time.Time) bool {
	return t.GetRevokeTime() == nil && (t.GetExpireTime() == nil || now.Before(t.GetExpireTime().AsTime()))
}

// PersonActive tells whether the tokens of a person may be used at all: the person is there and was not deactivated. No
// person is nobody who could have been.
func PersonActive(tx *store.Tx, person string) (bool, error) {
	if person == "" {
		return true, nil
	}
	v, ok, err := store.Volunteers.Find(tx, person)
	return ok && v.GetState() != nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED, err
}

// CallerOf is who calls with a token.
func CallerOf(t *nuov1.Token) *policy.Caller {
	c := &policy.Caller{Token: t.GetName(), Person: t.GetPerson(), Grants: make([]policy.Grant, 0, len(t.GetGrants()))}
	for _, g := range t.GetGrants() {
		c.Grants = append(c.Grants, policy.Grant{Role: g.GetRole(), Scope: g.GetScope(), District: g.GetDistrict()})
	}
	return c
}

// StillMay tells whether a person may at this instant do by a role what they once asked for by it: some token of theirs
// is in force with which the method is allowed by that role. It is for work that a call began and that goes on without
// it.
func StillMay(tx *store.Tx, person string, role nuov1.Role, fullMethod string, f policy.Facts) (bool, error) {
	rule, ok := policy.RuleOf(fullMethod)
	if !ok || person == "" {
		return false, nil
	}
	if active, err := PersonActive(tx, person); err != nil || !active {
		return false, err
	}
	for t, err := range store.Tokens.ByIndex(tx, store.TokensByPerson, person) {
		if err != nil {
			return false, err
		}
		if !InForce(t.GetToken(), tx.Now()) {
			continue
		}
		c := CallerOf(t.GetToken())
		c.Grants = slices.DeleteFunc(c.Grants, func(g policy.Grant) bool { return g.Role != role })
		if _, ok := policy.Decide(rule, c, f); ok {
			return true, nil
		}
	}
	return false, nil
}
