package main

import (
	"strings"

	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// roleScopes are the roles that a token can be given and the scope that each takes, as they are typed.
var roleScopes = []struct {
	role  nuov1.Role
	scope string
}{
	{nuov1.Role_ROLE_DISTRICT_ADMIN, "districts/…"},
	{nuov1.Role_ROLE_DISTRICT_COMMAND, "districts/…"},
	{nuov1.Role_ROLE_DISTRICT_ORGANISATION, "districts/…"},
	{nuov1.Role_ROLE_DISTRICT_RECORDS, "districts/…"},
	{nuov1.Role_ROLE_STREET, "streets/…"},
	{nuov1.Role_ROLE_COMMUNITY, "communities/…"},
	{nuov1.Role_ROLE_COMPOUND, "communities/…/compounds/…"},
	{nuov1.Role_ROLE_UNIT, "units/…"},
	{nuov1.Role_ROLE_BRANCH, "units/…/branches/…"},
	{nuov1.Role_ROLE_VOLUNTEER, "volunteers/…"},
	{nuov1.Role_ROLE_AUDITOR, "districts/…"},
	{nuov1.Role_ROLE_OPERATOR, "districts/…"},
}

// grantable are all ROLE=SCOPE.
func grantable() []string {
	all := make([]string, 0, len(roleScopes))
	for _, r := range roleScopes {
		name := valueName(r.role.Descriptor().Values().ByNumber(r.role.Number()))
		all = append(all, name+"="+r.scope)
	}
	return all
}

// completeGrant offers roles with the beginning of their scope.
func completeGrant(cmd *cobra.Command) *cobra.Command {
	words := grantable()
	for i := range words {
		words[i], _, _ = strings.Cut(words[i], "…")
	}
	_ = cmd.RegisterFlagCompletionFunc("grant", cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoSpace|cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
