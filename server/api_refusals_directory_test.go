package server_test

import (
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// refusal is a call that a rule forbids: for what reason, and about which field where it is about one.
type refusal struct {
	what   string
	reason string // of nuo.v1.ErrorReason, without its prefix
	field  string
	call   func(*cast) play
}

// by is a call that needs nothing before it.
func by(who string, req proto.Message) func(*cast) play {
	return func(*cast) play { return play{who, proto.Clone(req)} }
}

func organise(o *nuov1.Organisation) func(*cast) play {
	return by("admin", &nuov1.CreateOrganisationRequest{Organisation: o})
}

// reorganise edits the district with the present etag.
func reorganise(o *nuov1.Organisation, paths ...string) func(*cast) play {
	return func(c *cast) play {
		o := proto.CloneOf(o)
		o.Name = jiaojiang
		o.Etag = must[*nuov1.Organisation](c, "admin", &nuov1.GetOrganisationRequest{Name: jiaojiang}).GetEtag()
		return play{"admin", &nuov1.UpdateOrganisationRequest{Organisation: o, UpdateMask: mask(paths...)}}
	}
}

// admitted is an ordinary newcomer of the court but for one thing.
func admitted(edit func(*nuov1.Volunteer)) func(*cast) play {
	return func(c *cast) play {
		v := newcomer(c.next(), court, mingzhu)
		edit(v)
		return play{"court", &nuov1.CreateVolunteerRequest{Volunteer: v}}
	}
}

// registers is a new member who registers once more.
func registers(r *nuov1.Registration) func(*cast) play {
	return func(c *cast) play {
		who := c.member()
		return play{who, &nuov1.RegisterVolunteerRequest{Name: c.people[who], Registration: proto.CloneOf(r)}}
	}
}

func exempts(e *nuov1.Exemption) func(*cast) play {
	return func(c *cast) play {
		return play{"court", &nuov1.AddExemptionRequest{Name: c.people[c.member()], Exemption: proto.CloneOf(e)}}
	}
}

func issues(by, person string, role nuov1.Role, scope string, expires time.Time) func(*cast) play {
	return func(c *cast) play {
		token := &nuov1.Token{Person: c.people[person], Grants: []*nuov1.Grant{{Role: role, Scope: scope}}}
		if !expires.IsZero() {
			token.ExpireTime = timestamppb.New(expires)
		}
		return play{by, &nuov1.IssueTokenRequest{Token: token}}
	}
}

// minor is a volunteer under age.
func (c *cast) minor() string {
	c.Helper()
	v := newcomer(c.next(), court, mingzhu)
	v.Minor, v.GuardianConsent, v.Person.BirthDate = true, true, "2006-01-01"
	v.PoliticalStatus = nuov1.PoliticalStatus_POLITICAL_STATUS_OTHER
	name := must[*nuov1.Volunteer](c, "court", &nuov1.CreateVolunteerRequest{Volunteer: v}).GetName()
	who := "member-minor"
	c.people[who] = name
	c.issue("court", who, name, &nuov1.Grant{Role: nuov1.Role_ROLE_VOLUNTEER, Scope: name})
	return who
}

const nobody = "00000000-0000-4000-8000-000000000000"

var directoryRefusals = []refusal{
	{"a community below a district", "INVALID_FIELD", "organisation.parent", organise(&nuov1.Organisation{Name: "communities/x", Parent: jiaojiang, DisplayName: "社区"})},
	{"an id in Chinese", "INVALID_FIELD", "organisation.name", organise(&nuov1.Organisation{Name: "communities/明珠", Parent: jiazhi, DisplayName: "社区"})},
	{"a name of no collection", "INVALID_FIELD", "organisation.name", organise(&nuov1.Organisation{Name: "villages/x", Parent: jiazhi, DisplayName: "村"})},
	{"a kind that is not the name's", "INVALID_FIELD", "organisation.kind", organise(&nuov1.Organisation{Name: "communities/x", Kind: nuov1.OrganisationKind_ORGANISATION_KIND_UNIT, Parent: jiazhi, DisplayName: "社区"})},
	{"a name of spaces", "INVALID_FIELD", "organisation.display_name", organise(&nuov1.Organisation{Name: "communities/x", Parent: jiazhi, DisplayName: "  "})},
	{"a unit that is a village", "INVALID_FIELD", "organisation.village", organise(&nuov1.Organisation{Name: "units/x", Parent: jiaojiang, DisplayName: "单位", Village: true})},
	{"a street with a policy", "INVALID_FIELD", "organisation.policy", organise(&nuov1.Organisation{Name: "streets/x", Parent: jiaojiang, DisplayName: "街道", Policy: &nuov1.DistrictPolicy{}})},
	{"a taken name", "ALREADY_EXISTS", "", organise(&nuov1.Organisation{Name: mingzhu, Parent: jiazhi, DisplayName: "社区"})},
	{"below nothing that is there", "NOT_FOUND", "", organise(&nuov1.Organisation{Name: "communities/x", Parent: "streets/nowhere", DisplayName: "社区"})},
	{"below what was deactivated", "DEACTIVATED", "", func(c *cast) play {
		o := c.organisation().GetName()
		c.must("admin", &nuov1.DeactivateOrganisationRequest{Name: o})
		return organise(&nuov1.Organisation{Name: o + "/buildings/1", Parent: o, DisplayName: "楼"})(c)
	}},
	{"a grace of less than nothing", "INVALID_FIELD", "organisation.policy.grace", reorganise(&nuov1.Organisation{Policy: &nuov1.DistrictPolicy{Grace: durationpb.New(-time.Minute)}}, "policy.grace")},
	{"doors shown 13 hours before", "INVALID_FIELD", "organisation.policy.door_before", reorganise(&nuov1.Organisation{Policy: &nuov1.DistrictPolicy{DoorBefore: durationpb.New(13 * time.Hour)}}, "policy.door_before")},
	{"a zone that is nowhere", "INVALID_FIELD", "organisation.policy.time_zone", reorganise(&nuov1.Organisation{Policy: &nuov1.DistrictPolicy{TimeZone: "Asia/Atlantis"}}, "policy.time_zone")},
	{"an unknown path", "INVALID_FIELD", "update_mask.paths[0]", reorganise(&nuov1.Organisation{DisplayName: "区"}, "colour")},
	{"a path of what is output only", "INVALID_FIELD", "update_mask.paths[1]", reorganise(&nuov1.Organisation{DisplayName: "区"}, "display_name", "state")},
	{"no path", "INVALID_FIELD", "update_mask", reorganise(&nuov1.Organisation{DisplayName: "区"})},
	{"no etag", "ETAG_MISMATCH", "", by("admin", &nuov1.UpdateOrganisationRequest{Organisation: &nuov1.Organisation{Name: mingzhu, DisplayName: "社区"}, UpdateMask: mask("display_name")})},
	{"another's etag", "ETAG_MISMATCH", "", by("admin", &nuov1.UpdateOrganisationRequest{Organisation: &nuov1.Organisation{Name: mingzhu, DisplayName: "社区", Etag: "\"'--"}, UpdateMask: mask("display_name")})},
	{"deactivate what has children", "FAILED_PRECONDITION", "name", by("admin", &nuov1.DeactivateOrganisationRequest{Name: yiqu})},
	{"an organisation that is none", "INVALID_FIELD", "name", by("auditor", &nuov1.GetOrganisationRequest{Name: "units"})},
	{"an unknown organisation", "NOT_FOUND", "", by("auditor", &nuov1.GetOrganisationRequest{Name: "units/nowhere"})},

	{"one character for a name", "INVALID_FIELD", "volunteer.person.display_name", admitted(func(v *nuov1.Volunteer) { v.Person.DisplayName = "张" })},
	{"no name", "INVALID_FIELD", "volunteer.person.display_name", admitted(func(v *nuov1.Volunteer) { v.Person = nil })},
	{"a name of spaces", "INVALID_FIELD", "volunteer.person.display_name", admitted(func(v *nuov1.Volunteer) { v.Person.DisplayName = "   " })},
	{"51 characters for a name", "INVALID_FIELD", "volunteer.person.display_name", admitted(func(v *nuov1.Volunteer) { v.Person.DisplayName = longName })},
	{"a phone of letters", "INVALID_FIELD", "volunteer.person.phone", admitted(func(v *nuov1.Volunteer) { v.Person.Phone = "0576-call-me" })},
	{"born on 30 February", "INVALID_FIELD", "volunteer.person.birth_date", admitted(func(v *nuov1.Volunteer) { v.Person.BirthDate = "1990-02-30" })},
	{"born tomorrow", "INVALID_FIELD", "volunteer.person.birth_date", admitted(func(v *nuov1.Volunteer) { v.Person.BirthDate = "2030-01-01" })},
	{"the branch of another unit", "INVALID_FIELD", "volunteer.branch", admitted(func(v *nuov1.Volunteer) { v.Branch = bank + "/branches/yi" })},
	{"an unknown team", "NOT_FOUND", "", admitted(func(v *nuov1.Volunteer) { v.Teams = []string{"teams/nowhere"} })},
	{"two primary registrations at a time", "INVALID_FIELD", "volunteer.registrations[1].primary", admitted(func(v *nuov1.Volunteer) {
		v.Registrations = append(v.Registrations, &nuov1.Registration{Community: yinshan, Primary: true, FromDate: "2020-02-01"})
	})},
	{"registered nowhere", "INVALID_FIELD", "registration.community", registers(&nuov1.Registration{})},
	{"registered outside without a receipt", "INVALID_FIELD", "registration.receipt", registers(&nuov1.Registration{Outside: true})},
	{"registered outside and inside", "INVALID_FIELD", "registration.community", registers(&nuov1.Registration{Outside: true, Community: yinshan, Receipt: "1"})},
	{"an end before the beginning", "INVALID_FIELD", "registration.to_date", registers(&nuov1.Registration{Community: yinshan, FromDate: "2020-02-08", ToDate: "2020-02-07"})},
	{"31 February", "INVALID_FIELD", "registration.from_date", registers(&nuov1.Registration{Community: yinshan, FromDate: "2020-02-31"})},
	{"registered with a unit", "INVALID_FIELD", "registration.community", registers(&nuov1.Registration{Community: court})},
	{"registered twice", "ALREADY_EXISTS", "", registers(&nuov1.Registration{Community: mingzhu, Primary: true})},
	{"end what never began", "FAILED_PRECONDITION", "", func(c *cast) play {
		who := c.member()
		return play{who, &nuov1.EndRegistrationRequest{Name: c.people[who], Community: yinshan}}
	}},
	{"an exemption of no category", "INVALID_FIELD", "exemption.category", exempts(&nuov1.Exemption{FromDate: "2020-02-08"})},
	{"an exemption that ends first", "INVALID_FIELD", "exemption.to_date", exempts(&nuov1.Exemption{Category: 1, FromDate: "2020-02-08", ToDate: "2020-02-08"})},
	{"an exemption on 30 February", "INVALID_FIELD", "exemption.from_date", exempts(&nuov1.Exemption{Category: 1, FromDate: "2020-02-30"})},
	{"end an unknown exemption", "NOT_FOUND", "", func(c *cast) play {
		return play{"court", &nuov1.EndExemptionRequest{Name: c.people[c.member()], ExemptionId: "1"}}
	}},
	{"the board without a degree", "INVALID_FIELD", "consent.board_degree", func(c *cast) play {
		who := c.member()
		return play{who, &nuov1.SetConsentRequest{Name: c.people[who], Consent: &nuov1.Consent{Kind: nuov1.ConsentKind_CONSENT_KIND_BOARD, Given: true}}}
	}},
	{"the board shows no minor", "NOT_QUALIFIED", "", func(c *cast) play {
		who := c.minor()
		return play{who, &nuov1.SetConsentRequest{Name: c.people[who], Consent: &nuov1.Consent{
			Kind: nuov1.ConsentKind_CONSENT_KIND_BOARD, Given: true, BoardDegree: nuov1.BoardDegree_BOARD_DEGREE_SURNAME,
		}}}
	}},
	{"oneself vouched for", "PERMISSION_DENIED", "volunteer.vouched", func(c *cast) play {
		who := c.member()
		v := must[*nuov1.Volunteer](c, who, &nuov1.GetVolunteerRequest{Name: c.people[who]})
		return play{who, &nuov1.UpdateVolunteerRequest{
			Volunteer: &nuov1.Volunteer{Name: v.GetName(), Etag: v.GetEtag(), Vouched: true}, UpdateMask: mask("vouched"),
		}}
	}},
	{"leaving with a promise", "LIVE_CONTRACTS", "", func(c *cast) play {
		return play{"court", &nuov1.DeactivateVolunteerRequest{Name: c.people[c.gate(wish{}).claimed().who]}}
	}},
	{"an edit of who left", "DEACTIVATED", "", func(c *cast) play {
		who := c.member()
		c.must("court", &nuov1.DeactivateVolunteerRequest{Name: c.people[who]})
		return play{"court", anExemption(c.people[who])}
	}},
	{"an unknown volunteer", "NOT_FOUND", "", by("court", &nuov1.GetVolunteerRequest{Name: "volunteers/" + nobody})},
	{"volunteers of a shift", "INVALID_FIELD", "parent", by("court", &nuov1.ListVolunteersRequest{Parent: "shifts/1"})},

	{"a household in another community", "INVALID_FIELD", "served_party.compound", by("mingzhu", &nuov1.CreateServedPartyRequest{ServedParty: &nuov1.ServedParty{
		Kind: 1, Community: mingzhu, Compound: yinshan + "/compounds/1", Contact: aContact(0),
	}})},
	{"a household of no kind", "INVALID_FIELD", "served_party.kind", by("mingzhu", &nuov1.CreateServedPartyRequest{ServedParty: &nuov1.ServedParty{Community: mingzhu, Contact: aContact(0)}})},
	{"an unknown household", "NOT_FOUND", "", by("mingzhu", &nuov1.GetServedPartyRequest{Name: "servedParties/" + nobody})},
	{"households of a unit", "INVALID_FIELD", "parent", by("mingzhu", &nuov1.ListServedPartiesRequest{Parent: court})},
	{"a household moved by a stale edit", "ETAG_MISMATCH", "", func(c *cast) play {
		return play{"mingzhu", &nuov1.UpdateServedPartyRequest{ServedParty: &nuov1.ServedParty{Name: c.party().GetName(), Compound: building}, UpdateMask: mask("compound")}}
	}},

	{"a community's role over a unit", "INVALID_FIELD", "token.grants[0].scope", issues("admin", "", nuov1.Role_ROLE_COMMUNITY, court, time.Time{})},
	{"a volunteer's role for another", "INVALID_FIELD", "token.grants[0].scope", issues("admin", "neighbour", nuov1.Role_ROLE_VOLUNTEER, "volunteers/"+nobody, time.Time{})},
	{"a token that has expired", "INVALID_FIELD", "token.expire_time", issues("admin", "", nuov1.Role_ROLE_AUDITOR, jiaojiang, noon.Add(-time.Hour))},
	{"a role over nothing that is there", "NOT_FOUND", "", issues("admin", "", nuov1.Role_ROLE_COMMUNITY, "communities/nowhere", time.Time{})},
	{"a role over another's", "NOT_FOUND", "", issues("mingzhu", "", nuov1.Role_ROLE_COMMUNITY, yinshan, time.Time{})},
	{"an unknown token", "NOT_FOUND", "", by("admin", &nuov1.RevokeTokenRequest{Name: "tokens/" + nobody})},
	{"the last administrator", "FAILED_PRECONDITION", "", func(c *cast) play {
		return play{"admin", &nuov1.RevokeTokenRequest{Name: must[*nuov1.Token](c, "admin", &nuov1.WhoAmIRequest{}).GetName()}}
	}},
	{"a volunteer issues a token", "PERMISSION_DENIED", "", issues("neighbour", "", nuov1.Role_ROLE_AUDITOR, jiaojiang, time.Time{})},
	{"no token", "UNAUTHENTICATED", "", by("", &nuov1.WhoAmIRequest{})},

	{"a report that ends first", "INVALID_FIELD", "to_date", by("court", &nuov1.GetFulfilmentReportRequest{Subject: court, FromDate: "2020-02-01", ToDate: "2020-01-01"})},
	{"a report without an end", "INVALID_FIELD", "to_date", by("court", &nuov1.GetFulfilmentReportRequest{Subject: court, FromDate: "2020-02-01"})},
	{"a report from 30 February", "INVALID_FIELD", "from_date", by("court", &nuov1.GetFulfilmentReportRequest{Subject: court, FromDate: "2020-02-30", ToDate: "2020-03-01"})},
	{"contracts of a rate", "INVALID_FIELD", "figure", by("court", &nuov1.ListReportContractsRequest{Subject: court, Figure: nuov1.FigureKey_FIGURE_KEY_REGISTRATION_RATE})},
	{"a report of nobody", "NOT_FOUND", "", by("court", &nuov1.GetFulfilmentReportRequest{Subject: "units/nowhere"})},
}
