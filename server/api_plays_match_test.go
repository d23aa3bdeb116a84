package server_test

import (
	"fmt"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// matchPlays are those of plans and preferences.
var matchPlays = map[string]func(*cast) play{
	"/nuo.v1.MatchService/ProposeMatch": func(c *cast) play { return play{"mingzhu", c.tryst().ask()} },
	"/nuo.v1.MatchService/GetMatch": func(c *cast) play {
		return play{"mingzhu", &nuov1.GetMatchRequest{Name: c.tryst().plan().GetName()}}
	},
	"/nuo.v1.MatchService/WatchMatch": func(c *cast) play {
		return play{"mingzhu", &nuov1.WatchMatchRequest{Name: c.tryst().plan().GetName()}}
	},
	"/nuo.v1.MatchService/ListMatches": func(c *cast) play {
		return play{"mingzhu", &nuov1.ListMatchesRequest{Parent: c.tryst().plan().GetScope()}}
	},
	"/nuo.v1.MatchService/ListPlacements": func(c *cast) play {
		return play{"mingzhu", &nuov1.ListPlacementsRequest{Parent: c.tryst().plan().GetName()}}
	},
	"/nuo.v1.MatchService/ApplyMatch": func(c *cast) play {
		return play{"mingzhu", applicationOf(c.tryst().plan())}
	},
	"/nuo.v1.MatchService/CancelMatch": func(c *cast) play {
		return play{"mingzhu", &nuov1.CancelMatchRequest{Name: c.tryst().plan().GetName()}}
	},
	"/nuo.v1.MatchService/ExplainMatch": func(c *cast) play {
		return play{"mingzhu", &nuov1.ExplainMatchRequest{Name: c.tryst().plan().GetName()}}
	},
	"/nuo.v1.PreferenceService/GetPreference": func(c *cast) play {
		who := c.member()
		return play{who, &nuov1.GetPreferenceRequest{Name: c.people[who] + "/preference"}}
	},
	"/nuo.v1.PreferenceService/UpdatePreference": func(c *cast) play {
		who := c.member()
		p := must[*nuov1.Preference](c, who, &nuov1.GetPreferenceRequest{Name: c.people[who] + "/preference"})
		p.Kinds = []nuov1.TaskKind{nuov1.TaskKind_TASK_KIND_PATROL}
		p.Places = []string{yiqu, mingzhu}
		p.Availability = []*nuov1.Availability{{Weekdays: []int32{6, 7}, FromTime: "08:00", ToTime: "24:00"}}
		p.Absences = []*nuov1.Absence{{FromDate: "2020-02-10", ToDate: "2020-02-11"}}
		p.MaxShiftsWeekly = 2
		return play{who, &nuov1.UpdatePreferenceRequest{
			Preference: p, UpdateMask: mask("kinds", "places", "availability", "absences", "max_shifts_weekly"),
		}}
	},
}

// tryst is a gate of one slot that nobody but one can take: what a plan of it comes to depends on nothing else.
type tryst struct {
	*gate
	who string
}

func (c *cast) tryst() tryst {
	c.Helper()
	skill := fmt.Sprintf("skill-%d", c.next())
	who := fmt.Sprintf("member-%d", c.next())
	v := newcomer(c.next(), court, mingzhu)
	v.Skills = []string{skill}
	name := must[*nuov1.Volunteer](c, "court", &nuov1.CreateVolunteerRequest{Volunteer: v}).GetName()
	c.people[who] = name
	c.issue("court", who, name, &nuov1.Grant{Role: nuov1.Role_ROLE_VOLUNTEER, Scope: name})
	c.must(who, &nuov1.SetConsentRequest{Name: name, Consent: &nuov1.Consent{
		Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true, WordingVersion: "2020-01",
	}})
	return tryst{c.gate(wish{capacity: 1, requirements: &nuov1.Requirements{Skills: []string{skill}}}), who}
}

// ask asks for a plan of the tryst's list.
func (t tryst) ask() *nuov1.ProposeMatchRequest {
	return &nuov1.ProposeMatchRequest{
		Scope: t.list, Method: nuov1.MatchMethod_MATCH_METHOD_FILL, Pool: []string{mingzhu}, Seconds: 1,
	}
}

// plan is a plan of the tryst's list, PROPOSED.
func (t tryst) plan() *nuov1.Match {
	t.Helper()
	m := must[*nuov1.Match](t.cast, "mingzhu", t.ask())
	m = must[*nuov1.Match](t.cast, "mingzhu", &nuov1.WatchMatchRequest{Name: m.GetName()}) // until it is there
	if m.GetState() != nuov1.MatchState_MATCH_STATE_PROPOSED || m.GetPlacements() != 1 {
		t.Fatalf("the plan is %v", m)
	}
	return m
}

// applied is the plan of a tryst when its offer is made.
func (t tryst) applied() *nuov1.Match {
	t.Helper()
	m := t.plan()
	t.must("mingzhu", applicationOf(m))
	m = must[*nuov1.Match](t.cast, "mingzhu", &nuov1.WatchMatchRequest{Name: m.GetName()})
	if m.GetState() != nuov1.MatchState_MATCH_STATE_APPLIED || m.GetOffered() != 1 {
		t.Fatalf("the plan is %v", m)
	}
	return m
}

func applicationOf(m *nuov1.Match) *nuov1.ApplyMatchRequest {
	return &nuov1.ApplyMatchRequest{Name: m.GetName(), Etag: m.GetEtag()}
}

// planning names a plan that is being worked on, "" for none.
func planning(tx *store.Tx) (string, error) {
	for _, state := range []nuov1.MatchState{nuov1.MatchState_MATCH_STATE_SOLVING, nuov1.MatchState_MATCH_STATE_APPLYING} {
		for m, err := range store.Matches.ByIndex(tx, store.MatchesByState, uint64(state)) {
			return m.GetName(), err
		}
	}
	return "", nil
}

// plans tells whether the caller plans for the whole district, and may so ask about every plan in it.
func plans(who string, m *method) bool {
	return who == "command" && strings.HasPrefix(m.full, "/nuo.v1.MatchService/")
}

// matchRefusals are what the rules of plans and preferences forbid.
var matchRefusals = []refusal{
	{"a plan of an unknown list", "NOT_FOUND", "", by("mingzhu", &nuov1.ProposeMatchRequest{Scope: "taskLists/nowhere"})},
	{"a plan of a draft", "LIST_NOT_OPEN", "", func(c *cast) play {
		return play{"mingzhu", &nuov1.ProposeMatchRequest{Scope: c.gate(wish{draft: true}).list}}
	}},
	{"a plan of a list on a day", "INVALID_FIELD", "from_date", func(c *cast) play {
		return play{"mingzhu", &nuov1.ProposeMatchRequest{Scope: c.gate(wish{}).list, FromDate: "2020-02-09"}}
	}},
	{"a plan of no day", "INVALID_FIELD", "from_date", by("mingzhu", &nuov1.ProposeMatchRequest{Scope: mingzhu})},
	{"a plan of 30 February", "INVALID_FIELD", "from_date", by("mingzhu", &nuov1.ProposeMatchRequest{Scope: mingzhu, FromDate: "2020-02-30"})},
	{"a plan of days that end first", "INVALID_FIELD", "to_date", by("mingzhu", &nuov1.ProposeMatchRequest{
		Scope: mingzhu, FromDate: "2020-02-10", ToDate: "2020-02-09",
	})},
	{"a plan of what is past", "INVALID_FIELD", "to_date", by("mingzhu", &nuov1.ProposeMatchRequest{Scope: mingzhu, FromDate: "2020-01-09"})},
	{"a plan of the last month that has a date", "INVALID_FIELD", "to_date", by("mingzhu", &nuov1.ProposeMatchRequest{
		Scope: mingzhu, FromDate: "9999-12-01", ToDate: "9999-12-31",
	})},
	{"a plan of 32 days", "INVALID_FIELD", "to_date", by("mingzhu", &nuov1.ProposeMatchRequest{
		Scope: mingzhu, FromDate: "2020-02-09", ToDate: "2020-03-11",
	})},
	{"a plan with nobody's people", "NOT_FOUND", "", by("mingzhu", &nuov1.ProposeMatchRequest{
		Scope: mingzhu, FromDate: "2020-02-09", Pool: []string{"units/nowhere"},
	})},
	{"a plan with another district's people", "NOT_FOUND", "", by("mingzhu", &nuov1.ProposeMatchRequest{
		Scope: mingzhu, FromDate: "2020-02-09", Pool: []string{"communities/lubei"},
	})},
	{"a plan of another's day", "PERMISSION_DENIED", "", by("yinshan", &nuov1.ProposeMatchRequest{Scope: mingzhu, FromDate: "2020-02-09"})},
	{"a plan of the street, for a community", "PERMISSION_DENIED", "", by("mingzhu", &nuov1.ProposeMatchRequest{Scope: jiazhi, FromDate: "2020-02-09"})},
	{"one plan more than may stand", "LIMIT_REACHED", "", func(c *cast) play {
		t := c.tryst()
		for range 20 {
			t.plan()
		}
		return play{"mingzhu", t.ask()}
	}},
	{"a plan applied that was not read", "ETAG_MISMATCH", "", func(c *cast) play {
		return play{"mingzhu", &nuov1.ApplyMatchRequest{Name: c.tryst().plan().GetName(), Etag: "another"}}
	}},
	{"a plan applied twice", "WRONG_STATE", "", func(c *cast) play { return play{"mingzhu", applicationOf(c.tryst().applied())} }},
	{"a plan applied by nobody", "PERMISSION_DENIED", "authorization", func(c *cast) play {
		who := fmt.Sprintf("office-%d", c.next())
		c.issue("admin", who, "", &nuov1.Grant{Role: nuov1.Role_ROLE_COMMUNITY, Scope: mingzhu})
		return play{who, applicationOf(c.tryst().plan())}
	}},
	{"a plan given up twice", "WRONG_STATE", "", again(func(c *cast) play {
		return play{"mingzhu", &nuov1.CancelMatchRequest{Name: c.tryst().plan().GetName()}}
	})},
	{"a plan given up that was applied", "WRONG_STATE", "", func(c *cast) play {
		return play{"mingzhu", &nuov1.CancelMatchRequest{Name: c.tryst().applied().GetName()}}
	}},
	{"a plan explained about another", "NOT_FOUND", "", func(c *cast) play {
		t := c.tryst()
		return play{t.who, &nuov1.ExplainMatchRequest{Name: t.applied().GetName(), Volunteer: c.people["neighbour"]}}
	}},

	{"absences that end first", "INVALID_FIELD", "preference.absences", preference(func(p *nuov1.Preference) {
		p.Absences = []*nuov1.Absence{{FromDate: "2020-02-11", ToDate: "2020-02-10"}}
	})},
	{"a place that is nowhere", "NOT_FOUND", "", preference(func(p *nuov1.Preference) { p.Places = []string{"communities/nowhere"} })},
	{"a place of another district", "NOT_FOUND", "", preference(func(p *nuov1.Preference) { p.Places = []string{"communities/lubei"} })},
	{"a preference read before another edit", "ETAG_MISMATCH", "", again(preference(func(p *nuov1.Preference) { p.MaxShiftsWeekly = 1 }))},
	{"a preference of nobody", "NOT_FOUND", "", by("mingzhu", &nuov1.GetPreferenceRequest{Name: "volunteers/" + nobody + "/preference"})},
}

// preference states an ordinary preference but for one thing.
func preference(edit func(*nuov1.Preference)) func(*cast) play {
	return func(c *cast) play {
		who := c.member()
		p := must[*nuov1.Preference](c, who, &nuov1.GetPreferenceRequest{Name: c.people[who] + "/preference"})
		edit(p)
		return play{who, &nuov1.UpdatePreferenceRequest{
			Preference: p, UpdateMask: mask("places", "absences", "max_shifts_weekly"),
		}}
	}
}
