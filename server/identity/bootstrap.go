package identity

import (
	"context"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// Bootstrap makes, in a store that has no token yet, the first token: that of the administrator of the district, whose
// record is made with it, so that the token's scope is an organisation like any other and needs no exception anywhere.
// It returns the secret, which is to be shown once and is stored nowhere, and true; in a store that has a token it
// changes nothing and returns false. district is districts/{id}.
func Bootstrap(ctx context.Context, s *store.Store, district string) (secret string, created bool, err error) {
	err = s.Update(ctx, func(tx *store.Tx) error {
		secret, created = "", false
		for _, err := range store.Tokens.Scan(tx) {
			return err // one is enough
		}
		if err := firstDistrict(tx, district); err != nil {
			return err
		}
		made, err := insert(tx, &nuov1.Token{
			DisplayName: "first administrator",
			Grants:      []*nuov1.Grant{{Role: nuov1.Role_ROLE_DISTRICT_ADMIN, Scope: district}},
		}, &storev1.AdminEvent{Role: nuov1.Role_ROLE_SYSTEM, Action: "Bootstrap"})
		secret, created = made, err == nil
		return err
	})
	if err != nil {
		return "", false, err
	}
	return secret, created, nil
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
