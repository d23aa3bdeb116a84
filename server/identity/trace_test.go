package identity_test

import (
	"slices"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// A committee that issues a token to act for a volunteer is named in it and in its event, and the volunteer sees it.
func TestOKAVolunteersTokenNamesItsIssuer(t *testing.T) {
	h := open(t)
	committee, issuer := h.hold(t, "", grants(nuov1.Role_ROLE_COMMUNITY, mingzhu))
	res, err := h.issue(t, committee, wang, grants(volunteer, wang))
	if err != nil {
		t.Fatal(err)
	}
	token := res.GetToken()
	if err := h.store.View(t.Context(), func(tx *store.Tx) error {
		last, ok, err := store.AdminEvents.Last(tx, token.GetName())
		e := last.Event
		if !ok || e.GetActor() != issuer || e.GetAction() != "IssueToken" || e.GetDetails()[0].GetValue() != wang {
			t.Errorf("event %v, want one by %s", e, issuer)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	own, _ := h.hold(t, wang, grants(volunteer, wang))
	list, err := h.ListTokens(h.by(t, own, "ListTokens"), &nuov1.ListTokensRequest{Parent: wang})
	if err != nil || !slices.ContainsFunc(list.GetTokens(), func(kept *nuov1.Token) bool {
		return kept.GetName() == token.GetName() && kept.GetIssuer() == issuer
	}) {
		t.Errorf("the volunteer's own tokens: %v %v", list, err)
	}
}
