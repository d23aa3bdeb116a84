package call_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// What a call began by a role goes on only as long as the person may: by any token of theirs that is in force, by that
// role, over what it is about.
func TestOKStillMay(t *testing.T) {
	const person, apply = "volunteers/00000000-0000-4000-8000-000000000001", nuov1.MatchService_ApplyMatch_FullMethodName
	street := &nuov1.Grant{Role: nuov1.Role_ROLE_STREET, Scope: "streets/one", District: "districts/one"}
	for name, tc := range map[string]struct {
		edit func(s *storev1.StoredToken, v *nuov1.Volunteer, now time.Time)
		want bool
	}{
		"held": {func(*storev1.StoredToken, *nuov1.Volunteer, time.Time) {}, true},
		"revoked": {func(s *storev1.StoredToken, _ *nuov1.Volunteer, now time.Time) {
			s.Token.RevokeTime = timestamppb.New(now)
		}, false},
		"expired": {func(s *storev1.StoredToken, _ *nuov1.Volunteer, now time.Time) {
			s.Token.ExpireTime = timestamppb.New(now)
		}, false},
		"not yet expired": {func(s *storev1.StoredToken, _ *nuov1.Volunteer, now time.Time) {
			s.Token.ExpireTime = timestamppb.New(now.Add(time.Second))
		}, true},
		"deactivated": {func(_ *storev1.StoredToken, v *nuov1.Volunteer, _ time.Time) {
			v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED
		}, false},
		"gone": {func(_ *storev1.StoredToken, v *nuov1.Volunteer, _ time.Time) { v.Name = "" }, false},
		"another's": {func(s *storev1.StoredToken, _ *nuov1.Volunteer, _ time.Time) {
			s.Token.Person = person[:len(person)-1] + "2"
		}, false},
		"nobody's":   {func(s *storev1.StoredToken, _ *nuov1.Volunteer, _ time.Time) { s.Token.Person = "" }, false},
		"no grant":   {func(s *storev1.StoredToken, _ *nuov1.Volunteer, _ time.Time) { s.Token.Grants = nil }, false},
		"elsewhere":  {func(s *storev1.StoredToken, _ *nuov1.Volunteer, _ time.Time) { street.Scope = "streets/two" }, false},
		"other role": {func(s *storev1.StoredToken, _ *nuov1.Volunteer, _ time.Time) { street.Role = nuov1.Role_ROLE_AUDITOR }, false},
		"by a role that would do, but is not the one": {func(s *storev1.StoredToken, _ *nuov1.Volunteer, _ time.Time) {
			street.Role, street.Scope = nuov1.Role_ROLE_DISTRICT_COMMAND, "districts/one"
		}, false},
	} {
		s, clock := open(t)
		street.Role, street.Scope = nuov1.Role_ROLE_STREET, "streets/one"
		token := &storev1.StoredToken{Hash: []byte("00000000000000000000000000000000"), Token: &nuov1.Token{
			Name: "tokens/one", Person: person, Grants: []*nuov1.Grant{street},
		}}
		v := &nuov1.Volunteer{Name: person, District: "districts/one", State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE}
		tc.edit(token, v, clock.Now())
		err := s.Update(context.Background(), func(tx *store.Tx) error {
			if err := store.Tokens.Put(tx, token); err != nil {
				return err
			}
			if v.GetName() == person {
				if err := store.Volunteers.Put(tx, v); err != nil {
					return err
				}
			}
			got, err := call.StillMay(tx, person, nuov1.Role_ROLE_STREET, apply,
				policy.Facts{Within: []string{"communities/one", "streets/one", "districts/one"}})
			if got != tc.want {
				t.Errorf("%s: %v, want %v", name, got, tc.want)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
