package server_test

import (
	"fmt"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// directoryPlays are those of who there is, of doors, tokens, files, reports and the store.
var directoryPlays = map[string]func(*cast) play{
	"/nuo.v1.OrganisationService/CreateOrganisation": func(c *cast) play {
		return play{"mingzhu", &nuov1.CreateOrganisationRequest{Organisation: &nuov1.Organisation{
			Name: fmt.Sprintf("%s/compounds/k%d", mingzhu, c.next()), Parent: mingzhu, DisplayName: "新的小区",
		}}}
	},
	"/nuo.v1.OrganisationService/GetOrganisation": func(*cast) play {
		return play{"mingzhu", &nuov1.GetOrganisationRequest{Name: mingzhu}}
	},
	"/nuo.v1.OrganisationService/ListOrganisations": func(*cast) play {
		return play{"mingzhu", &nuov1.ListOrganisationsRequest{Parent: mingzhu}}
	},
	"/nuo.v1.OrganisationService/UpdateOrganisation": func(c *cast) play {
		o := c.organisation()
		return play{"mingzhu", &nuov1.UpdateOrganisationRequest{
			Organisation: &nuov1.Organisation{Name: o.GetName(), Etag: o.GetEtag(), DisplayName: "改名小区"},
			UpdateMask:   mask("display_name"),
		}}
	},
	"/nuo.v1.OrganisationService/DeactivateOrganisation": func(c *cast) play {
		return play{"admin", &nuov1.DeactivateOrganisationRequest{Name: c.organisation().GetName()}}
	},

	"/nuo.v1.VolunteerService/CreateVolunteer": func(c *cast) play {
		return play{"court", &nuov1.CreateVolunteerRequest{Volunteer: newcomer(c.next(), court, mingzhu)}}
	},
	"/nuo.v1.VolunteerService/GetVolunteer": func(c *cast) play {
		who := c.member()
		return play{who, &nuov1.GetVolunteerRequest{Name: c.people[who]}}
	},
	"/nuo.v1.VolunteerService/ListVolunteers": func(*cast) play {
		return play{"court", &nuov1.ListVolunteersRequest{Parent: court}}
	},
	"/nuo.v1.VolunteerService/UpdateVolunteer": func(c *cast) play {
		who := c.member()
		v := must[*nuov1.Volunteer](c, who, &nuov1.GetVolunteerRequest{Name: c.people[who]})
		return play{who, &nuov1.UpdateVolunteerRequest{
			Volunteer: &nuov1.Volunteer{
				Name: v.GetName(), Etag: v.GetEtag(), Person: &nuov1.Person{Phone: phoneCanary + "9999"},
			},
			UpdateMask: mask("person.phone"),
		}}
	},
	"/nuo.v1.VolunteerService/DeactivateVolunteer": func(c *cast) play {
		return play{"court", &nuov1.DeactivateVolunteerRequest{Name: c.people[c.member()]}}
	},
	"/nuo.v1.VolunteerService/RegisterVolunteer": func(c *cast) play {
		who := c.member()
		return play{who, &nuov1.RegisterVolunteerRequest{
			Name: c.people[who], Registration: &nuov1.Registration{Community: yinshan, Slip: "报-1"},
		}}
	},
	"/nuo.v1.VolunteerService/EndRegistration": func(c *cast) play {
		who := c.member()
		return play{who, &nuov1.EndRegistrationRequest{Name: c.people[who], Community: mingzhu}}
	},
	"/nuo.v1.VolunteerService/AddExemption": func(c *cast) play {
		return play{"court", anExemption(c.people[c.member()])}
	},
	"/nuo.v1.VolunteerService/EndExemption": func(c *cast) play {
		v := must[*nuov1.Volunteer](c, "court", anExemption(c.people[c.member()]))
		return play{"court", &nuov1.EndExemptionRequest{Name: v.GetName(), ExemptionId: v.GetExemptions()[0].GetId()}}
	},
	"/nuo.v1.VolunteerService/SetConsent": func(c *cast) play {
		who := c.member()
		return play{who, &nuov1.SetConsentRequest{Name: c.people[who], Consent: &nuov1.Consent{
			Kind: nuov1.ConsentKind_CONSENT_KIND_UNIT_FEEDBACK, Given: true, WordingVersion: "2020-01",
		}}}
	},

	"/nuo.v1.ServedPartyService/CreateServedParty": func(c *cast) play {
		return play{"mingzhu", &nuov1.CreateServedPartyRequest{ServedParty: &nuov1.ServedParty{
			Kind:      nuov1.ServedPartyKind_SERVED_PARTY_KIND_PERSON,
			Community: mingzhu, Compound: yiqu, Contact: aContact(c.next()),
		}}}
	},
	"/nuo.v1.ServedPartyService/GetServedParty": func(c *cast) play {
		return play{"compound", &nuov1.GetServedPartyRequest{Name: c.party().GetName()}}
	},
	"/nuo.v1.ServedPartyService/ListServedParties": func(*cast) play {
		return play{"mingzhu", &nuov1.ListServedPartiesRequest{Parent: mingzhu}}
	},
	"/nuo.v1.ServedPartyService/UpdateServedParty": func(c *cast) play {
		p := c.party()
		return play{"mingzhu", &nuov1.UpdateServedPartyRequest{
			ServedParty: &nuov1.ServedParty{Name: p.GetName(), Etag: p.GetEtag(), Contact: aContact(c.next())},
			UpdateMask:  mask("contact.phone"),
		}}
	},
	"/nuo.v1.ServedPartyService/DeactivateServedParty": func(c *cast) play {
		return play{"mingzhu", &nuov1.DeactivateServedPartyRequest{Name: c.party().GetName()}}
	},

	"/nuo.v1.DoorService/AddDoor": func(c *cast) play {
		return play{"mingzhu", &nuov1.AddDoorRequest{Task: c.gate(wish{}).task, Contact: aContact(c.next())}}
	},
	"/nuo.v1.DoorService/ShowDoors": func(c *cast) play {
		return play{"mingzhu", &nuov1.ShowDoorsRequest{Task: c.gate(wish{doors: 1}).task}}
	},
	"/nuo.v1.DoorService/CountDoors": func(c *cast) play {
		return play{"auditor", &nuov1.CountDoorsRequest{Task: c.gate(wish{doors: 1}).task}}
	},
	"/nuo.v1.DoorService/RecordDoor": func(c *cast) play {
		return play{"mingzhu", &nuov1.RecordDoorRequest{
			Name: c.gate(wish{doors: 1}).doorOf().GetName(), Outcome: nuov1.DoorOutcome_DOOR_OUTCOME_DONE,
		}}
	},

	"/nuo.v1.TokenService/IssueToken": func(*cast) play {
		return play{"mingzhu", &nuov1.IssueTokenRequest{Token: &nuov1.Token{
			DisplayName: "值班电脑", Grants: []*nuov1.Grant{{Role: nuov1.Role_ROLE_COMPOUND, Scope: yiqu}},
		}}}
	},
	"/nuo.v1.TokenService/ListTokens": func(*cast) play {
		return play{"mingzhu", &nuov1.ListTokensRequest{Parent: mingzhu}}
	},
	"/nuo.v1.TokenService/RevokeToken": func(c *cast) play {
		res := must[*nuov1.IssueTokenResponse](c, "mingzhu", &nuov1.IssueTokenRequest{Token: &nuov1.Token{
			Grants: []*nuov1.Grant{{Role: nuov1.Role_ROLE_COMMUNITY, Scope: mingzhu}},
		}})
		return play{"mingzhu", &nuov1.RevokeTokenRequest{Name: res.GetToken().GetName()}}
	},
	"/nuo.v1.TokenService/WhoAmI": func(*cast) play { return play{"mingzhu", &nuov1.WhoAmIRequest{}} },

	"/nuo.v1.ImportService/PlanImport": func(*cast) play {
		return play{"mingzhu", &nuov1.PlanImportRequest{Files: aFile()}}
	},
	"/nuo.v1.ImportService/ApplyImport": func(*cast) play {
		return play{"mingzhu", &nuov1.ApplyImportRequest{Files: aFile()}}
	},
	"/nuo.v1.ReportService/GetFulfilmentReport": func(*cast) play {
		return play{"court", &nuov1.GetFulfilmentReportRequest{Subject: court}}
	},
	"/nuo.v1.ReportService/ListReportContracts": func(*cast) play {
		return play{"court", &nuov1.ListReportContractsRequest{
			Subject: court, Figure: nuov1.FigureKey_FIGURE_KEY_PERSON_TIMES,
		}}
	},
	"/nuo.v1.MaintenanceService/Backup": func(*cast) play { return play{"keeper", &nuov1.BackupRequest{}} },
}

// organisation is a new compound.
func (c *cast) organisation() *nuov1.Organisation {
	c.Helper()
	return must[*nuov1.Organisation](c, "mingzhu", &nuov1.CreateOrganisationRequest{Organisation: &nuov1.Organisation{
		Name: fmt.Sprintf("%s/compounds/o%d", mingzhu, c.next()), Parent: mingzhu, DisplayName: "小区",
	}})
}

func anExemption(name string) *nuov1.AddExemptionRequest {
	return &nuov1.AddExemptionRequest{Name: name, Exemption: &nuov1.Exemption{
		Category: nuov1.ExemptionCategory_EXEMPTION_CATEGORY_HOME_QUARANTINE, FromDate: "2020-02-01", ToDate: "2020-02-20",
	}}
}

func aFile() []*nuov1.ImportFile {
	return []*nuov1.ImportFile{{Name: "households.csv", Content: []byte("编号,类型,社区,小区,姓名,电话,门牌\nhu-01,户,mingzhu,yiqu," +
		partyCanary + "一," + partyPhone + "0001," + doorCanary + "一\n")}}
}
