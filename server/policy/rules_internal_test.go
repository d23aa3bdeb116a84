package policy

import (
	"strings"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func TestErrMalformedPolicyIsSaid(t *testing.T) {
	const (
		reads  = "/nuo.v1.TokenService/ListTokens"
		writes = "/nuo.v1.TokenService/RevokeToken"
		within = nuov1.Relation_RELATION_WITHIN
	)
	one := func(role nuov1.Role, relation nuov1.Relation) []*nuov1.Allow {
		return []*nuov1.Allow{{Role: role, Relation: relation}}
	}
	for _, c := range []struct {
		method, want string
		rule         *nuov1.MethodPolicy
	}{
		{reads, "", &nuov1.MethodPolicy{Public: true}},
		{writes, "", &nuov1.MethodPolicy{Allow: one(nuov1.Role_ROLE_UNIT, within), Mutates: true, Secret: true}},
		{reads, "nobody may call it", &nuov1.MethodPolicy{}},
		{reads, "nobody's role", &nuov1.MethodPolicy{Allow: one(nuov1.Role_ROLE_UNSPECIFIED, within)}},
		{reads, "nobody's role", &nuov1.MethodPolicy{Allow: one(nuov1.Role_ROLE_SYSTEM, within)}},
		{reads, "without a relation", &nuov1.MethodPolicy{Allow: one(nuov1.Role_ROLE_UNIT, 0)}},
		{reads, "without a request_id", &nuov1.MethodPolicy{Members: true, Mutates: true}},
		{reads, "secret without", &nuov1.MethodPolicy{Members: true, Secret: true}},
	} {
		err := wellFormed(c.rule, method(c.method))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.rule, err, c.want)
		}
	}
}
