package policy_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"pgregory.net/rapid"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/policy"
)

const (
	within   = nuov1.Relation_RELATION_WITHIN
	district = nuov1.Relation_RELATION_DISTRICT
)

// scopes gives each role that can be granted a scope of its kind.
var scopes = map[nuov1.Role]string{
	nuov1.Role_ROLE_DISTRICT_ADMIN:        "districts/jiaojiang",
	nuov1.Role_ROLE_DISTRICT_COMMAND:      "districts/jiaojiang",
	nuov1.Role_ROLE_DISTRICT_ORGANISATION: "districts/jiaojiang",
	nuov1.Role_ROLE_DISTRICT_RECORDS:      "districts/jiaojiang",
	nuov1.Role_ROLE_STREET:                "streets/jiazhi",
	nuov1.Role_ROLE_COMMUNITY:             "communities/mingzhu",
	nuov1.Role_ROLE_COMPOUND:              "communities/mingzhu/compounds/1",
	nuov1.Role_ROLE_UNIT:                  "units/court",
	nuov1.Role_ROLE_BRANCH:                "units/court/branches/1",
	nuov1.Role_ROLE_VOLUNTEER:             "volunteers/a",
	nuov1.Role_ROLE_AUDITOR:               "districts/jiaojiang",
	nuov1.Role_ROLE_OPERATOR:              "districts/jiaojiang",
}

func rule(role nuov1.Role, relation nuov1.Relation) *nuov1.MethodPolicy {
	return &nuov1.MethodPolicy{Allow: []*nuov1.Allow{{Role: role, Relation: relation}}}
}

func holder(role nuov1.Role, scope string) *policy.Caller {
	return &policy.Caller{Token: "tokens/t", Grants: []policy.Grant{{Role: role, Scope: scope, District: "districts/jiaojiang"}}}
}

// Every role, under both relations, over one's own object, another's in the same district, another district's, and none.
func TestOKEveryRoleInEveryRelation(t *testing.T) {
	for number := range nuov1.Role_name {
		role := nuov1.Role(number)
		scope, grantable := scopes[role]
		if !grantable {
			continue
		}
		ofDistrict := scope == "districts/jiaojiang"
		own := policy.Facts{Within: []string{scope, "districts/jiaojiang"}}
		neighbour := policy.Facts{Within: []string{"communities/other", "districts/jiaojiang"}}
		foreign := policy.Facts{Within: []string{"communities/far", "districts/far"}}
		for _, c := range []struct {
			name     string
			relation nuov1.Relation
			facts    policy.Facts
			want     bool
		}{
			{"within own", within, own, true},
			{"within neighbour", within, neighbour, ofDistrict},
			{"within foreign", within, foreign, false},
			{"within nothing", within, policy.Facts{}, false},
			{"district own", district, own, true},
			{"district neighbour", district, neighbour, true},
			{"district foreign", district, foreign, false},
			{"district nothing", district, policy.Facts{}, true},
			{"no relation", nuov1.Relation_RELATION_UNSPECIFIED, own, false},
		} {
			t.Run(role.String()+" "+c.name, func(t *testing.T) {
				got, ok := policy.Decide(rule(role, c.relation), holder(role, scope), c.facts)
				if ok != c.want || ok && got != role {
					t.Errorf("%v %v, want %v", got, ok, c.want)
				}
				for other := range scopes {
					if _, ok := policy.Decide(rule(other, c.relation), holder(role, scope), c.facts); ok && other != role {
						t.Errorf("a grant of %v passed a rule for %v", role, other)
					}
				}
			})
		}
	}
}

func TestOKShiftLeaderFollowsFromTheShift(t *testing.T) {
	leads := rule(nuov1.Role_ROLE_SHIFT_LEADER, within)
	person := &policy.Caller{Token: "tokens/t", Person: "volunteers/a"}
	for _, c := range []struct {
		name   string
		caller *policy.Caller
		leader string
		want   bool
	}{
		{"leads", person, "volunteers/a", true},
		{"another leads", person, "volunteers/b", false},
		{"nobody leads", person, "", false},
		{"a service never leads", &policy.Caller{Token: "tokens/t"}, "", false},
		{"a stored grant is worth nothing", holder(nuov1.Role_ROLE_SHIFT_LEADER, "shifts/1"), "volunteers/a", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			facts := policy.Facts{Within: []string{"shifts/1"}, Leader: c.leader}
			if _, ok := policy.Decide(leads, c.caller, facts); ok != c.want {
				t.Errorf("%v, want %v", ok, c.want)
			}
		})
	}
}

func TestOKMembersAndPublic(t *testing.T) {
	members, public := &nuov1.MethodPolicy{Members: true}, &nuov1.MethodPolicy{Public: true}
	volunteer := holder(nuov1.Role_ROLE_VOLUNTEER, "volunteers/a")
	here, far := policy.Facts{Within: []string{"districts/jiaojiang"}}, policy.Facts{Within: []string{"districts/far"}}
	for _, c := range []struct {
		name   string
		rule   *nuov1.MethodPolicy
		caller *policy.Caller
		facts  policy.Facts
		role   nuov1.Role
		want   bool
	}{
		{"member here", members, volunteer, here, nuov1.Role_ROLE_VOLUNTEER, true},
		{"member, no object", members, volunteer, policy.Facts{}, nuov1.Role_ROLE_VOLUNTEER, true},
		{"member elsewhere", members, volunteer, far, 0, false},
		{"a token without grants is no member", members, &policy.Caller{Token: "tokens/t"}, policy.Facts{}, 0, false},
		{"nobody is no member", members, nil, here, 0, false},
		{"anybody where public", public, nil, here, 0, true},
		{"public elsewhere", public, volunteer, far, 0, true},
		{"no rule", nil, volunteer, here, 0, false},
		{"empty rule", &nuov1.MethodPolicy{}, volunteer, here, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			role, ok := policy.Decide(c.rule, c.caller, c.facts)
			if role != c.role || ok != c.want {
				t.Errorf("%v %v, want %v %v", role, ok, c.role, c.want)
			}
		})
	}
}

func TestOKFirstFittingRoleOfTheRule(t *testing.T) {
	r := &nuov1.MethodPolicy{Allow: []*nuov1.Allow{
		{Role: nuov1.Role_ROLE_VOLUNTEER, Relation: within}, {Role: nuov1.Role_ROLE_COMMUNITY, Relation: within},
	}}
	c := holder(nuov1.Role_ROLE_COMMUNITY, "communities/mingzhu")
	c.Grants = append(c.Grants, policy.Grant{Role: nuov1.Role_ROLE_VOLUNTEER, Scope: "volunteers/a", District: "districts/jiaojiang"})
	if role, _ := policy.Decide(r, c, policy.Facts{Within: []string{"volunteers/a", "communities/mingzhu"}}); role != nuov1.Role_ROLE_VOLUNTEER {
		t.Errorf("by %v, want the first of the rule", role)
	}
	if role, _ := policy.Decide(r, c, policy.Facts{Within: []string{"volunteers/b", "communities/mingzhu"}}); role != nuov1.Role_ROLE_COMMUNITY {
		t.Errorf("by %v, want the one that fits", role)
	}
}

// What Possible refuses, no facts can make Decide allow.
func TestOKPossibleIsNoNarrowerThanDecide(t *testing.T) {
	names := []string{"districts/a", "districts/b", "units/u", "volunteers/a", ""}
	name, role := rapid.SampledFrom(names), rapid.Map(rapid.Int32Range(0, 14), func(n int32) nuov1.Role { return nuov1.Role(n) })
	rapid.Check(t, func(t *rapid.T) {
		r := &nuov1.MethodPolicy{Members: rapid.Bool().Draw(t, "members"), Public: rapid.Bool().Draw(t, "public")}
		for range rapid.IntRange(0, 3).Draw(t, "rows") {
			relation := nuov1.Relation(rapid.Int32Range(0, 2).Draw(t, "relation"))
			r.Allow = append(r.Allow, &nuov1.Allow{Role: role.Draw(t, "role"), Relation: relation})
		}
		c := &policy.Caller{Token: "tokens/t", Person: rapid.SampledFrom([]string{"", "volunteers/a"}).Draw(t, "person")}
		for range rapid.IntRange(0, 3).Draw(t, "grants") {
			c.Grants = append(c.Grants, policy.Grant{Role: role.Draw(t, "granted"), Scope: name.Draw(t, "scope"), District: name.Draw(t, "district")})
		}
		f := policy.Facts{Within: rapid.SliceOfN(name, 0, 3).Draw(t, "within"), Leader: name.Draw(t, "leader")}
		if _, ok := policy.Decide(r, c, f); ok && !policy.Possible(r, c) {
			t.Fatalf("Decide allows what Possible refused: %v %+v %+v", r, c, f)
		}
	})
}

// A method that the .proto files do not know has no rule, whatever it is called.
func TestErrUnknownMethodDenies(t *testing.T) {
	known := policy.Rules()
	if len(known) == 0 {
		t.Fatal("no rules were read from the descriptors")
	}
	admin := holder(nuov1.Role_ROLE_DISTRICT_ADMIN, "districts/jiaojiang")
	denied := func(name string) bool {
		r, ok := policy.RuleOf(name)
		_, allowed := policy.Decide(r, admin, policy.Facts{})
		return !ok && !allowed && !policy.Possible(r, admin)
	}
	for name := range known {
		if r, ok := policy.RuleOf(name); !ok || r == nil {
			t.Errorf("%s has a rule that RuleOf does not find", name)
		}
		for _, bent := range []string{name[1:], name + "/", "/" + name, name + "x", strings.ToLower(name), strings.Replace(name, "/nuo", "/nuo.v1.x/nuo", 1)} {
			if !denied(bent) {
				t.Errorf("%q is let through", bent)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "method")
		if _, ok := known[name]; !ok && !denied(name) {
			t.Fatalf("%q is let through", name)
		}
	})
}

func TestErrServedWithoutPolicyIsNamed(t *testing.T) {
	err := policy.CheckServed(map[string]grpc.ServiceInfo{
		"grpc.health.v1.Health": {Methods: []grpc.MethodInfo{{Name: "Check"}}},
		"nuo.v1.NoSuchService":  {Methods: []grpc.MethodInfo{{Name: "Act"}, {Name: "Look"}}},
	})
	if err == nil || !strings.Contains(err.Error(), "/nuo.v1.NoSuchService/Act") || !strings.Contains(err.Error(), "/nuo.v1.NoSuchService/Look") {
		t.Errorf("%v must name both methods", err)
	}
	if err != nil && strings.Contains(err.Error(), "Health") {
		t.Errorf("%v: health is excepted", err)
	}
}

// Every method of the API has a policy that is well formed, served or not.
func TestOKWholeAPIMayBeServed(t *testing.T) {
	services := map[string]grpc.ServiceInfo{}
	protoregistry.GlobalFiles.RangeFilesByPackage("nuo.v1", func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			var info grpc.ServiceInfo
			service := f.Services().Get(i)
			for j := range service.Methods().Len() {
				info.Methods = append(info.Methods, grpc.MethodInfo{Name: string(service.Methods().Get(j).Name())})
			}
			services[string(service.FullName())] = info
		}
		return true
	})
	if err := policy.CheckServed(services); err != nil {
		t.Error(err)
	}
}
