package directory

import (
	"slices"
	"strings"
	"unicode/utf8"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// within names everything that the volunteer lies in today, the communities among the caller's grants that hold a
// contract with the volunteer too: they see the person like one where the volunteer is registered.
func (s *Volunteers) within(c *call.Call, v *nuov1.Volunteer, date string) ([]string, error) {
	names := place.VolunteerWithin(v, date)
	if c.Caller == nil {
		return names, nil
	}
	for _, g := range c.Caller.Grants {
		if g.Role != nuov1.Role_ROLE_COMMUNITY || slices.Contains(names, g.Scope) {
			continue
		}
		held, err := s.contracts.Holds(c.Tx, v.GetName(), g.Scope, c.Now())
		if err != nil {
			return nil, err
		}
		if held {
			names = append(names, g.Scope)
		}
	}
	return names, nil
}

// isSelf tells whether the caller is the volunteer.
func isSelf(c *call.Call, v *nuov1.Volunteer) bool {
	return c.Caller != nil && c.Caller.Person == v.GetName() || holds(c, nuov1.Role_ROLE_VOLUNTEER, v.GetName())
}

// seesPerson is rule 7 for a volunteer's name and phone.
func seesPerson(c *call.Call, v *nuov1.Volunteer, within []string) bool {
	return c.Caller.SeesPerson(v, within)
}

// seesCategory tells who is shown why somebody is exempt: oneself and the unit's committee.
func seesCategory(c *call.Call, v *nuov1.Volunteer) bool {
	return isSelf(c, v) || holds(c, nuov1.Role_ROLE_UNIT, v.GetUnit())
}

// present makes a stored volunteer an answer for the caller: who it is only where the caller may see that, and then
// only is it loaded.
func (s *Volunteers) present(c *call.Call, v *nuov1.Volunteer, within []string) error {
	v.Etag = store.Etag(v)
	if !seesCategory(c, v) {
		for _, e := range v.GetExemptions() {
			e.Category = nuov1.ExemptionCategory_EXEMPTION_CATEGORY_UNSPECIFIED
		}
	}
	if !seesPerson(c, v, within) {
		return nil
	}
	stored, err := store.Persons.Get(c.Tx, v.GetName())
	v.Person = stored.GetPerson()
	return err
}

// checkPerson holds a person to the rules that span fields: a name, dates that exist, and that who is under 18 by the
// date of birth is a minor. No description repeats what was written.
func checkPerson(v *nuov1.Volunteer, p *nuov1.Person, date string) error {
	e := fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
	if name := strings.TrimSpace(p.GetDisplayName()); utf8.RuneCountInString(name) < 2 {
		e = e.WithViolation(fault.Violation{
			Field: "volunteer.person.display_name", Description: "is needed, two to fifty characters", DescriptionZH: "必填，2 至 50 个字",
		})
	}
	if born := p.GetBirthDate(); born != "" {
		switch {
		case !place.ValidDate(born) || born > date:
			e = e.WithViolation(fault.Violation{
				Field: "volunteer.person.birth_date", Description: "is no past date, YYYY-MM-DD", DescriptionZH: "不是有效的出生日期",
			})
		case born > eighteenYearsBefore(date) && !v.GetMinor():
			e = e.WithViolation(fault.Violation{
				Field: "volunteer.minor", Description: "must be set for who is under 18", DescriptionZH: "未满十八周岁须标明",
			})
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// mayFilterNames tells whether the caller could see anybody's name: nobody else is answered a filter by name.
func mayFilterNames(c *call.Call) bool {
	return c.Caller != nil && slices.ContainsFunc(c.Caller.Grants, func(g policy.Grant) bool {
		switch g.Role {
		case nuov1.Role_ROLE_UNIT, nuov1.Role_ROLE_BRANCH, nuov1.Role_ROLE_COMMUNITY:
			return true
		default:
			return false
		}
	})
}

// nameContains tells whether the caller sees the volunteer's name and the text is in it. A name that the caller does not
// see matches nothing, so that a filter finds out nothing about it.
func nameContains(c *call.Call, v *nuov1.Volunteer, within []string, text string) (bool, error) {
	if text == "" {
		return true, nil
	}
	if !seesPerson(c, v, within) {
		return false, nil
	}
	stored, err := store.Persons.Get(c.Tx, v.GetName())
	return err == nil && strings.Contains(stored.GetPerson().GetDisplayName(), text), err
}

// keepPerson stores who a volunteer is, apart.
func keepPerson(c *call.Call, name string, p *nuov1.Person) error {
	return store.Persons.Put(c.Tx, &storev1.StoredPerson{Name: name, Person: p})
}
