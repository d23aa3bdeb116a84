package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

const tokenRows = "name display_name person grants expire_time create_time revoke_time issuer"

func tokenCommand(a *app) *cobra.Command {
	return a.group("token", text{"Tokens: who may call", "令牌"},
		completeGrant(rpc(a, spec{
			use: "issue", short: text{"Issue a token; the secret is shown once", "发放令牌（只显示一次）"},
			example: "nuo token issue --display-name 明珠社区居委会 --person volunteers/$ID --grant community=communities/mingzhu",
			flags:   []string{"token.display_name!", "token.person", "token.grants=grant!", "token.expire_time=expire"},
		}, tokens, nuov1.TokenServiceClient.IssueToken, issued)),
		rpc(a, spec{
			use: "list", short: text{"List the tokens of an organisation or a person", "列出组织或个人的令牌"},
			example: "nuo token list --parent communities/mingzhu", flags: []string{"parent!"},
		}, tokens, nuov1.TokenServiceClient.ListTokens, rows(tokenRows)),
		rpc(a, spec{
			use: "revoke TOKEN", short: text{"Revoke a token: the next call with it is refused", "撤销令牌"},
			example: "nuo token revoke 7d9f1c8e-3c67-4a55-9d1f-0c2b7a1e5f43",
		}, tokens, nuov1.TokenServiceClient.RevokeToken, card("name display_name revoke_time")),
		tokenResetCommand(a),
	)
}

// issued shows a new token and, this once, its secret.
var issued = view{"token secret", false, func(p *printer, res protoreflect.Message) {
	parts := []part{{"secret", res}}
	if token, ok := message(res, "token"); ok {
		parts = append([]part{{tokenRows, token}}, parts...)
	}
	p.cards(parts...)
	fmt.Fprintln(p.out, sayTokenOnce.in(p.language))
}}

func whoAmICommand(a *app) *cobra.Command {
	return rpc(a, spec{
		use: "whoami", short: text{"Show who the server thinks you are", "显示当前身份"}, example: "nuo whoami",
	}, tokens, nuov1.TokenServiceClient.WhoAmI, card(tokenRows))
}
