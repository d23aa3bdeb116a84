package identity

import (
	"context"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// Bootstrap makes, in a store that has no token yet, the first token: that of the administrator of the district, whose
// record is made with it, so that the token's scope is an organisation like any other and needs no exception anywhere.
// The secret, stored nowhere, goes to show before the token is kept: when show fails, or the commit after it, no token
// is there and the next start makes another. It returns whether a token was made; in a store that has one nothing
// changes. district is districts/{id}.
func Bootstrap(ctx context.Context, s *store.Store, district string, show func(secret string) error) (created bool, err error) {
	show = once(show)
	err = s.Update(ctx, func(tx *store.Tx) error {
		created = false
		for _, err := range store.Tokens.Scan(tx) {
			return err // one is enough
		}
		if err := firstDistrict(tx, district); err != nil {
			return err
		}
		secret, err := insert(tx, administrator(district, "first administrator"),
			&storev1.AdminEvent{Role: nuov1.Role_ROLE_SYSTEM, Action: "Bootstrap"})
		if err != nil {
			return err
		}
		created = true
		return show(secret)
	})
	return created && err == nil, err
}

// Reset makes one more token of the administrator of a district that is there, for whoever holds the machine and lost
// the others; nothing is revoked, and the event stays. The secret goes to show before the token is kept, as in
// Bootstrap. An empty district is the store's only one. NOT_FOUND for no such district, and for none or several to
// choose from.
func Reset(ctx context.Context, s *store.Store, district string, show func(secret string) error) error {
	show = once(show)
	return s.Update(ctx, func(tx *store.Tx) error {
		name, err := districtNamed(tx, district)
		if err != nil {
			return err
		}
		secret, err := insert(tx, administrator(name, "administrator, reset"),
			&storev1.AdminEvent{Role: nuov1.Role_ROLE_SYSTEM, Action: "ResetToken"})
		if err != nil {
			return err
		}
		return show(secret)
	})
}

func administrator(district, name string) *nuov1.Token {
	return &nuov1.Token{
		DisplayName: name, Grants: []*nuov1.Grant{{Role: nuov1.Role_ROLE_DISTRICT_ADMIN, Scope: district}},
	}
}

// once shows a secret once, however often the transaction around it runs.
func once(show func(string) error) func(string) error {
	var shown string
	return func(secret string) error {
		if secret == shown {
			return nil
		}
		err := show(secret)
		if err == nil {
			shown = secret
		}
		return err
	}
}

// districtNamed is the district of that name, or the only one there.
func districtNamed(tx *store.Tx, name string) (string, error) {
	if name != "" {
		_, err := store.Organisations.Get(tx, name)
		return name, err
	}
	var only []string
	for o, err := range store.Organisations.ByIndex(tx, store.OrganisationsByParent, "") {
		if err != nil {
			return "", err
		}
		if o.GetKind() == nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT {
			only = append(only, o.GetName())
		}
	}
	if len(only) != 1 {
		return "", fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", "districts/?")
	}
	return only[0], nil
}

func firstDistrict(tx *store.Tx, name string) error {
	if ok, err := store.Organisations.Has(tx, name); ok || err != nil {
		return err
	}
	now := timestamppb.New(tx.Now())
	return store.Organisations.Insert(tx, &nuov1.Organisation{
		Name: name, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT, District: name,
		DisplayName: strings.TrimPrefix(name, "districts/"), State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
		Etag: tx.RandomID(), CreateTime: now, UpdateTime: now,
	})
}
