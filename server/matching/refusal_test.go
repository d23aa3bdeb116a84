package matching_test

import (
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// offers makes somebody an offer, as the community does.
func (h *house) offers(person, shift string) (c *nuov1.Contract) {
	h.t.Helper()
	actor := lifecycle.Actor{Name: clerk, Person: clerk, Role: nuov1.Role_ROLE_COMMUNITY}
	h.update(func(tx *store.Tx) (err error) {
		c, err = lifecycle.Offer(tx, actor, &nuov1.OfferContractRequest{Shift: shift, Volunteer: person},
			nuov1.ContractOrigin_CONTRACT_ORIGIN_NOMINATION)
		return err
	})
	return c
}

// What an offer that is not answered stands against is told by its very rule, and that it is an offer; who declined a
// shift is told so, and not that they cannot come.
func TestOKWhatAnOfferStandsAgainstIsTold(t *testing.T) {
	for what, c := range map[string]struct {
		before func(h *house)
		want   nuov1.MatchRule
		offer  bool
	}{
		"an offer of the same hours": {func(h *house) {
			h.offers(person(1), h.shift("b", "2020-02-12 10:00", 1))
		}, nuov1.MatchRule_MATCH_RULE_OVERLAP, true},
		"an offer too near": {func(h *house) {
			h.offers(person(1), h.shift("b", "2020-02-12 03:30", 1))
		}, nuov1.MatchRule_MATCH_RULE_REST, true},
		"hours enough on one day": {func(h *house) {
			h.offers(person(1), h.shift("b", "2020-02-12 14:00", 1))
			h.offers(person(1), h.shift("c", "2020-02-12 19:00", 1))
		}, nuov1.MatchRule_MATCH_RULE_LIMIT_DAY, true},
		"declined": {func(h *house) {
			c := h.offers(person(1), "shifts/gate")
			h.update(func(tx *store.Tx) error {
				_, err := lifecycle.Decline(tx, lifecycle.Actor{Name: person(1), Person: person(1), Role: nuov1.Role_ROLE_VOLUNTEER},
					&nuov1.DeclineContractRequest{Name: c.GetName()})
				return err
			})
		}, nuov1.MatchRule_MATCH_RULE_GAVE_UP, false},
	} {
		h := open(t)
		h.person(1)
		h.shift("gate", "2020-02-12 08:00", 1)
		c.before(h)
		m := h.plan(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: mingzhu, FromDate: "2020-02-12"})
		x, err := h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName(), Shift: "shifts/gate"})
		h.must(err)
		if len(x.GetGaps()) != 1 || len(x.GetGaps()[0].GetStopped()) != 1 {
			t.Errorf("%s: %v", what, x)
			continue
		}
		if n := x.GetGaps()[0].GetStopped()[0]; n.GetRule() != c.want || n.GetByOffer() != c.offer || n.GetVolunteers() != 1 {
			t.Errorf("%s: %v", what, n)
		}
		x, err = h.explain(mingzhuOffice, &nuov1.ExplainMatchRequest{Name: m.GetName(), Shift: "shifts/gate", Volunteer: person(1)})
		h.must(err)
		if w := x.GetWishes(); len(w) != 1 || w[0].GetRule() != c.want || w[0].GetByOffer() != c.offer {
			t.Errorf("%s: %v", what, w)
		}
	}
}
