package main

import (
	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// volunteerFlags are the fields of a volunteer that a person edits.
var volunteerFlags = []string{
	"volunteer.unit", "volunteer.branch", "volunteer.teams", "volunteer.political_status", "volunteer.service_status",
	"volunteer.skills", "volunteer.minor", "volunteer.guardian_consent", "volunteer.vouched", "volunteer.person.phone",
	"volunteer.person.gender", "volunteer.person.birth_date", "volunteer.person.residence",
}

const volunteerRows = "name person.display_name unit branch political_status service_status person.phone state"

func volunteerCommand(a *app) *cobra.Command {
	return a.group("volunteer", text{"Volunteers: standing, registrations, exemptions, consents", "志愿者：报到、豁免、同意事项"},
		createVolunteerCommand(a),
		rpc(a, spec{
			use: "get VOLUNTEER", short: text{"Show a volunteer", "查看志愿者"}, example: "nuo volunteer get me",
		}, volunteers, nuov1.VolunteerServiceClient.GetVolunteer, card("")),
		rpc(a, spec{
			use: "list", short: text{"List the volunteers of a unit, branch, team or community", "列出单位、支部、队伍或社区的志愿者"},
			example: "nuo volunteer list --parent units/jiaojiang-court",
			flags:   []string{"parent!", "name_contains", "show_deactivated"},
		}, volunteers, nuov1.VolunteerServiceClient.ListVolunteers, rows(volunteerRows)),
		update(a, spec{
			use: "update VOLUNTEER", short: text{"Change a volunteer", "修改志愿者"},
			example: "nuo volunteer update me --skills driver,lawyer",
			flags:   append([]string{"volunteer.person.display_name"}, volunteerFlags...),
		}, "volunteer", volunteers, nuov1.VolunteerServiceClient.GetVolunteer,
			nuov1.VolunteerServiceClient.UpdateVolunteer, card("")),
		rpc(a, spec{
			use: "deactivate VOLUNTEER", short: text{"Deactivate a volunteer without live contracts", "停用志愿者"},
			example: "nuo volunteer deactivate 7d9f1c8e-3c67-4a55-9d1f-0c2b7a1e5f43",
		}, volunteers, nuov1.VolunteerServiceClient.DeactivateVolunteer, card("name state")),
		registerCommand(a), endRegistrationCommand(a), exemptCommand(a), endExemptionCommand(a), consentCommand(a),
	)
}

// createVolunteerCommand enters a member of a unit, or with --community a resident with the registration.
func createVolunteerCommand(a *app) *cobra.Command {
	return rpcWith(a, spec{
		use: "create", short: text{"Enter a volunteer, of a unit or a community", "录入志愿者"},
		example: "nuo volunteer create --display-name 张示例 --unit jiaojiang-court --political-status member --service-status in-service\n" +
			"nuo volunteer create --display-name 李示例 --community mingzhu --from 2020-01-30",
		flags: append([]string{"volunteer.person.display_name!"}, volunteerFlags...),
		extra: func(cmd *cobra.Command) {
			cmd.Flags().String("community", "", a.flagUsage("resident"))
			cmd.Flags().String("from", "today", a.flagUsage("from"))
		},
	}, volunteers, nuov1.VolunteerServiceClient.CreateVolunteer, func(in *input, req *nuov1.CreateVolunteerRequest) error {
		if !in.given("community") {
			return nil
		}
		from, err := in.parseDate(in.flag("from"))
		req.Volunteer.Registrations = []*nuov1.Registration{{
			Community: qualified("communities/", in.flag("community")), Primary: true, FromDate: from,
		}}
		return err
	}, card(""))
}

func registerCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "register VOLUNTEER", short: text{"Register with a community", "报到"},
		example: "nuo volunteer register me --community mingzhu --primary",
		flags: []string{
			"registration.community", "registration.primary", "registration.from_date=from", "registration.to_date=to",
			"registration.slip", "registration.receipt", "registration.outside",
		},
	}, volunteers, nuov1.VolunteerServiceClient.RegisterVolunteer, card("name registrations"))
}

func endRegistrationCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "end-registration VOLUNTEER", short: text{"End a registration", "结束报到"},
		example: "nuo volunteer end-registration me --community mingzhu --to today",
		flags:   []string{"community", "to_date=to"},
	}, volunteers, nuov1.VolunteerServiceClient.EndRegistration, card("name registrations"))
}

func exemptCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "exempt VOLUNTEER", short: text{"Record an exemption; promises inside it are released", "登记豁免，期内契约予以解除"},
		example: "nuo volunteer exempt 7d9f1c8e-3c67-4a55-9d1f-0c2b7a1e5f43 --category home-quarantine --from today --to 2020-02-22",
		flags:   []string{"exemption.category!", "exemption.from_date=from!", "exemption.to_date=to"},
	}, volunteers, nuov1.VolunteerServiceClient.AddExemption, card("name exemptions"))
}

func endExemptionCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "end-exemption VOLUNTEER", short: text{"End an exemption early", "提前结束豁免"},
		example: "nuo volunteer end-exemption 7d9f1c8e-3c67-4a55-9d1f-0c2b7a1e5f43 --exemption-id 1 --to today",
		flags:   []string{"exemption_id!", "to_date=to"},
	}, volunteers, nuov1.VolunteerServiceClient.EndExemption, card("name exemptions"))
}

func consentCommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "consent VOLUNTEER", short: text{"Give or withdraw one consent", "同意或撤回同意一项"},
		example: "nuo volunteer consent me --kind board --given --board-degree surname\nnuo volunteer consent me --kind board --given=false",
		flags:   []string{"consent.kind!", "consent.given!", "consent.board_degree", "consent.wording_version"},
	}, volunteers, nuov1.VolunteerServiceClient.SetConsent, card("name consents"))
}
