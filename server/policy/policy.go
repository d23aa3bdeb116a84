// Package policy decides who may call what. The rules stand beside each method in the .proto files (option
// nuo.v1.policy); the facts about the object come from the room that loaded it, in the same transaction that acts on
// them; Decide puts both together. It is pure: no store, no clock, no state. What no rule allows is denied.
package policy

import (
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// Grant is a role within a scope.
type Grant struct {
	// Role is what the grant lets its holder be.
	Role nuov1.Role
	// Scope is the resource name within which it holds, such as communities/mingzhu.
	Scope string
	// District is the district in which Scope lies, such as districts/jiaojiang; for a grant over a district, Scope itself.
	District string
}

// Caller is who calls: a token, the person whom it stands for, and what was granted to it.
type Caller struct {
	// Token is the resource name of the token, tokens/{id}.
	Token string
	// Person is volunteers/{id}, empty for a service that stands for nobody.
	Person string
	// Grants are what the caller may be. None of them holds outside its scope.
	Grants []Grant
}

// Subject is whom the caller's acts belong to: the person, or the token where there is no person. It is the same for
// all tokens of one person.
func (c *Caller) Subject() string {
	switch {
	case c == nil:
		return ""
	case c.Person != "":
		return c.Person
	default:
		return c.Token
	}
}

// Holds tells whether the caller has the role over exactly this scope.
func (c *Caller) Holds(role nuov1.Role, scope string) bool {
	return c != nil && slices.ContainsFunc(c.Grants, func(g Grant) bool {
		return g.Role == role && g.Scope == scope
	})
}

// Facts are what a decision needs to know about the object of a call. They are loaded, never taken from the request.
type Facts struct {
	// Within names everything that the object is or lies in: the volunteer, unit, branch, teams, community, co-hosts,
	// compound, building, street and district. Empty means that the call has no single object: then a caller of any
	// district passes where the district alone is asked, and nobody passes where a narrower scope is.
	Within []string
	// Leader is the volunteer who leads the shift, empty where there is none.
	Leader string
}

// Decide tells whether the rule lets the caller act on an object with these facts, and by which role: the first that
// fits, in the order of the rule. Where the rule is for members, it is the role of the caller's first grant in the
// object's district; where it is public and no grant fits, UNSPECIFIED. A nil rule allows nobody.
func Decide(rule *nuov1.MethodPolicy, c *Caller, f Facts) (nuov1.Role, bool) {
	if c != nil {
		for _, allow := range rule.GetAllow() {
			if fits(allow, c, f) {
				return allow.GetRole(), true
			}
		}
		if rule.GetMembers() {
			for _, g := range c.Grants {
				if g.inDistrict(f) {
					return g.Role, true
				}
			}
		}
	}
	return nuov1.Role_ROLE_UNSPECIFIED, rule.GetPublic()
}

// Possible tells whether there can be facts with which Decide says yes. It is what can be decided before the object is
// known: a caller without any of the roles need not reach the room.
func Possible(rule *nuov1.MethodPolicy, c *Caller) bool {
	if rule.GetPublic() {
		return true
	}
	if c == nil {
		return false
	}
	if rule.GetMembers() && len(c.Grants) > 0 {
		return true
	}
	return slices.ContainsFunc(rule.GetAllow(), func(a *nuov1.Allow) bool {
		if a.GetRole() == nuov1.Role_ROLE_SHIFT_LEADER {
			return c.Person != ""
		}
		return slices.ContainsFunc(c.Grants, func(g Grant) bool { return g.gives(a) })
	})
}

func fits(a *nuov1.Allow, c *Caller, f Facts) bool {
	if a.GetRole() == nuov1.Role_ROLE_SHIFT_LEADER {
		return c.Person != "" && c.Person == f.Leader
	}
	return slices.ContainsFunc(c.Grants, func(g Grant) bool {
		if !g.gives(a) {
			return false
		}
		switch a.GetRelation() {
		case nuov1.Relation_RELATION_WITHIN:
			return g.Scope != "" && slices.Contains(f.Within, g.Scope)
		case nuov1.Relation_RELATION_DISTRICT:
			return g.inDistrict(f)
		default:
			return false
		}
	})
}

// gives tells whether the grant is of the rule's role. UNSPECIFIED and SYSTEM are nobody's, whatever was stored.
func (g Grant) gives(a *nuov1.Allow) bool {
	switch g.Role {
	case nuov1.Role_ROLE_UNSPECIFIED, nuov1.Role_ROLE_SYSTEM, nuov1.Role_ROLE_SHIFT_LEADER:
		return false
	default:
		return g.Role == a.GetRole()
	}
}

func (g Grant) inDistrict(f Facts) bool {
	return g.District != "" && (len(f.Within) == 0 || slices.Contains(f.Within, g.District))
}
