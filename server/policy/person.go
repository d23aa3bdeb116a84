package policy

import (
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// SeesPerson is rule 7 for a volunteer's name and phone: oneself, the unit's committee, the branch's secretary, and a
// community of those in within: where the volunteer is registered or holds a contract. Nobody of district or street,
// no auditor. A nil caller sees nobody.
func (c *Caller) SeesPerson(v *nuov1.Volunteer, within []string) bool {
	if c == nil {
		return false
	}
	if c.Person != "" && c.Person == v.GetName() {
		return true
	}
	return slices.ContainsFunc(c.Grants, func(g Grant) bool {
		if g.Scope == "" {
			return false
		}
		switch g.Role {
		case nuov1.Role_ROLE_VOLUNTEER:
			return g.Scope == v.GetName()
		case nuov1.Role_ROLE_UNIT:
			return g.Scope == v.GetUnit()
		case nuov1.Role_ROLE_BRANCH:
			return g.Scope == v.GetBranch()
		case nuov1.Role_ROLE_COMMUNITY:
			return slices.Contains(within, g.Scope)
		default:
			return false
		}
	})
}
