package store

import (
	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// Organisations are districts, streets, communities, compounds, buildings, units, branches and teams.
var Organisations = NewTable(TableConfig[*nuov1.Organisation]{
	Name: "organisation", Prefix: prefixOrganisation, Parts: "name",
	Key:     func(m *nuov1.Organisation) []any { return []any{m.GetName()} },
	Indexes: []*Index[*nuov1.Organisation]{OrganisationsByParent},
})

// OrganisationsByParent finds what stands right below an organisation; districts stand below "".
var OrganisationsByParent = &Index[*nuov1.Organisation]{
	Name: "parent", Prefix: prefixOrganisationByParent, Parts: "parent",
	Keys: func(m *nuov1.Organisation) [][]any { return [][]any{{m.GetParent()}} },
}

// Volunteers are people as rooms work on them, without who they are (Persons).
var Volunteers = NewTable(TableConfig[*nuov1.Volunteer]{
	Name: "volunteer", Prefix: prefixVolunteer, Parts: "name",
	Key: func(m *nuov1.Volunteer) []any { return []any{m.GetName()} },
	Indexes: []*Index[*nuov1.Volunteer]{
		VolunteersByUnit, VolunteersByBranch, VolunteersByTeam, VolunteersByCommunity,
	},
	Refuse: func(m *nuov1.Volunteer) string {
		if m.GetPerson() != nil {
			return "person belongs into Persons"
		}
		return ""
	},
})

// VolunteersByUnit finds the people of a unit, whatever their state.
var VolunteersByUnit = &Index[*nuov1.Volunteer]{
	Name: "unit", Prefix: prefixVolunteerByUnit, Parts: "unit",
	Keys: func(m *nuov1.Volunteer) [][]any { return given(m.GetUnit()) },
}

// VolunteersByBranch finds the people of a branch, whatever their state.
var VolunteersByBranch = &Index[*nuov1.Volunteer]{
	Name: "branch", Prefix: prefixVolunteerByBranch, Parts: "branch",
	Keys: func(m *nuov1.Volunteer) [][]any { return given(m.GetBranch()) },
}

// VolunteersByTeam finds the people of a team, whatever their state.
var VolunteersByTeam = &Index[*nuov1.Volunteer]{
	Name: "team", Prefix: prefixVolunteerByTeam, Parts: "team",
	Keys: func(m *nuov1.Volunteer) [][]any { return given(m.GetTeams()...) },
}

// VolunteersByCommunity finds the people who are or were registered with a community: whether they are today is in
// the record, since an index does not know the date.
var VolunteersByCommunity = &Index[*nuov1.Volunteer]{
	Name: "community", Prefix: prefixVolunteerByCommunity, Parts: "community",
	Keys: func(m *nuov1.Volunteer) [][]any {
		communities := make([]string, 0, len(m.GetRegistrations()))
		for _, r := range m.GetRegistrations() {
			communities = append(communities, r.GetCommunity())
		}
		return given(communities...)
	},
}

// Persons are who volunteers are: not loading one is not showing it.
var Persons = NewTable(TableConfig[*storev1.StoredPerson]{
	Name: "person", Prefix: prefixPerson, Parts: "name",
	Key: func(m *storev1.StoredPerson) []any { return []any{m.GetName()} },
})

// ServedParties are households, persons and enterprises, without how to reach them (Contacts).
var ServedParties = NewTable(TableConfig[*nuov1.ServedParty]{
	Name: "served party", Prefix: prefixServedParty, Parts: "name",
	Key:     func(m *nuov1.ServedParty) []any { return []any{m.GetName()} },
	Indexes: []*Index[*nuov1.ServedParty]{ServedPartiesByCommunity, ServedPartiesByCompound},
	Refuse: func(m *nuov1.ServedParty) string {
		if m.GetContact() != nil {
			return "contact belongs into Contacts"
		}
		return ""
	},
})

// ServedPartiesByCommunity finds the served parties of a community.
var ServedPartiesByCommunity = &Index[*nuov1.ServedParty]{
	Name: "community", Prefix: prefixServedPartyByCommunity, Parts: "community",
	Keys: func(m *nuov1.ServedParty) [][]any { return given(m.GetCommunity()) },
}

// ServedPartiesByCompound finds the served parties of a compound or building; Under finds those of its buildings.
var ServedPartiesByCompound = &Index[*nuov1.ServedParty]{
	Name: "compound", Prefix: prefixServedPartyByCompound, Parts: "compound",
	Keys: func(m *nuov1.ServedParty) [][]any { return given(m.GetCompound()) },
}

// Contacts are the names, phones and doors of served parties. Who shows one writes a ViewEvent in the same
// transaction.
var Contacts = NewTable(TableConfig[*storev1.StoredContact]{
	Name: "contact", Prefix: prefixContact, Parts: "name",
	Key: func(m *storev1.StoredContact) []any { return []any{m.GetName()} },
})

// ViewEvents say who saw which door when. The same view noted twice is one.
var ViewEvents = NewTable(TableConfig[*storev1.ViewEvent]{
	Name: "view event", Prefix: prefixViewEvent, Parts: "viewer contract door time",
	Key: func(m *storev1.ViewEvent) []any {
		return []any{m.GetViewer(), m.GetContract(), m.GetDoor(), m.GetTime()}
	},
})
