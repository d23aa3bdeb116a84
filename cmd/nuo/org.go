package main

import (
	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// policyFlags are a district's deadlines and limits.
var policyFlags = []string{
	"organisation.policy.withdraw_deadline", "organisation.policy.withdraw_minimum", "organisation.policy.grace",
	"organisation.policy.offer_life", "organisation.policy.site_code_life", "organisation.policy.max_live_offers",
	"organisation.policy.max_daily", "organisation.policy.max_weekly", "organisation.policy.max_days_in_row",
	"organisation.policy.rest_after_night", "organisation.policy.rest_between", "organisation.policy.check_in_opens",
	"organisation.policy.door_before", "organisation.policy.door_after", "organisation.policy.time_zone=district-zone",
}

func orgCommand(a *app) *cobra.Command {
	edited := append([]string{"organisation.village", "organisation.company", "organisation.address"}, policyFlags...)
	return a.group("org", text{"Organisations: districts, streets, communities, units, teams", "组织：区、街道、社区、单位、队伍"},
		rpc(a, spec{
			use: "create NAME", short: text{"Create an organisation", "新建组织"},
			example: "nuo org create communities/mingzhu --parent streets/jiazhi --display-name 明珠社区",
			args:    []string{"organisation.name"},
			flags:   append([]string{"organisation.display_name!", "organisation.parent"}, edited...),
		}, organisations, nuov1.OrganisationServiceClient.CreateOrganisation, card("")),
		rpc(a, spec{
			use: "get NAME", short: text{"Show an organisation", "查看组织"}, example: "nuo org get communities/mingzhu",
		}, organisations, nuov1.OrganisationServiceClient.GetOrganisation, card("")),
		rpc(a, spec{
			use: "list", short: text{"List organisations by kind and parent", "按类别和上级列出组织"},
			example: "nuo org list --kind community --parent streets/jiazhi",
			flags:   []string{"kind", "parent", "show_deactivated"},
		}, organisations, nuov1.OrganisationServiceClient.ListOrganisations, rows("name display_name kind parent state")),
		update(a, spec{
			use: "update NAME", short: text{"Change an organisation, or a district's policy", "修改组织或本区规定"},
			example: "nuo org update districts/jiaojiang --withdraw-deadline 6h",
			flags:   append([]string{"organisation.display_name"}, edited...),
		}, "organisation", organisations, nuov1.OrganisationServiceClient.GetOrganisation,
			nuov1.OrganisationServiceClient.UpdateOrganisation, card("")),
		rpc(a, spec{
			use: "deactivate NAME", short: text{"Deactivate an organisation without active members", "停用组织"},
			example: "nuo org deactivate teams/tianping",
		}, organisations, nuov1.OrganisationServiceClient.DeactivateOrganisation, card("name display_name state")),
	)
}
