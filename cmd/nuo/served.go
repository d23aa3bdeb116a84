package main

import (
	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// contactFlags say where and how to reach a served party.
var contactFlags = []string{
	"served_party.contact.display_name", "served_party.contact.phone", "served_party.contact.door",
}

func servedCommand(a *app) *cobra.Command {
	edited := append([]string{"served_party.kind", "served_party.compound"}, contactFlags...)
	return a.group("served", text{"Served parties: households, persons, enterprises", "服务对象：户、个人、企业"},
		rpc(a, spec{
			use: "create", short: text{"Enter a served party", "录入服务对象"},
			example: "nuo served create --community mingzhu --kind household --compound communities/mingzhu/compounds/one --door 3幢2单元501",
			flags:   append([]string{"served_party.community!"}, edited...),
		}, servedParties, nuov1.ServedPartyServiceClient.CreateServedParty, card("")),
		rpc(a, spec{
			use: "get PARTY", short: text{"Show a served party; that you saw it is written down", "查看服务对象（查看会留痕）"},
			example: "nuo served get 3f0d2b1c-1f4e-4a5b-8c6d-9e0f1a2b3c4d",
		}, servedParties, nuov1.ServedPartyServiceClient.GetServedParty, card("")),
		rpc(a, spec{
			use: "list", short: text{"List served parties, without their contact", "列出服务对象（不含联系方式）"},
			example: "nuo served list --parent communities/mingzhu",
			flags:   []string{"parent!", "show_deactivated"},
		}, servedParties, nuov1.ServedPartyServiceClient.ListServedParties, rows("name kind compound state create_time")),
		update(a, spec{
			use: "update PARTY", short: text{"Change a served party", "修改服务对象"},
			example: "nuo served update 3f0d2b1c-1f4e-4a5b-8c6d-9e0f1a2b3c4d --phone 13000000000",
			flags:   edited,
		}, "served_party", servedParties, nuov1.ServedPartyServiceClient.GetServedParty,
			nuov1.ServedPartyServiceClient.UpdateServedParty, card("")),
		rpc(a, spec{
			use: "deactivate PARTY", short: text{"Deactivate a served party", "停用服务对象"},
			example: "nuo served deactivate 3f0d2b1c-1f4e-4a5b-8c6d-9e0f1a2b3c4d",
		}, servedParties, nuov1.ServedPartyServiceClient.DeactivateServedParty, card("name state")),
	)
}
