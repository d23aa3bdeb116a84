package server_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// From a dry run to a signature, on a real server: who plans sees the plan and then its offers, who is offered something
// sees that and the reasons, and signs; nobody else sees anything of it.
func TestOKFromAPlanToASignature(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	tr := c.tryst()
	m := tr.plan()
	me := c.people[tr.who]
	mine := &nuov1.ListMatchesRequest{Parent: me}
	if res := must[*nuov1.ListMatchesResponse](c, tr.who, mine); len(res.GetMatches()) > 0 {
		t.Errorf("a dry run is shown to whom it gives something: %v", res)
	}
	_, err := c.do(tr.who, &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: me})
	c.refused("a dry run, explained to a volunteer", err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	c.must("mingzhu", applicationOf(m))
	seen := c.watched("street", m.GetName())
	if last := seen[len(seen)-1]; last.GetState() != nuov1.MatchState_MATCH_STATE_APPLIED || last.GetOffered() != 1 {
		t.Errorf("the stream ends with %v", last)
	}

	listed := must[*nuov1.ListMatchesResponse](c, tr.who, mine).GetMatches()
	if len(listed) != 1 || listed[0].GetScore() != nil || listed[0].GetPlacements() != 0 || listed[0].GetEtag() != "" {
		t.Errorf("what a volunteer sees of plans: %v", listed)
	}
	x := must[*nuov1.ExplainMatchResponse](c, tr.who, &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: me})
	if len(x.GetPlacements()) != 1 || x.GetPlacements()[0].GetContract() == "" {
		t.Fatalf("what a volunteer is told: %v", x)
	}
	k := must[*nuov1.Contract](c, tr.who, &nuov1.GetContractRequest{Name: x.GetPlacements()[0].GetContract()})
	if k.GetOrigin() != nuov1.ContractOrigin_CONTRACT_ORIGIN_MATCHER || k.GetState() != nuov1.ContractState_CONTRACT_STATE_OFFERED {
		t.Errorf("the offer is %v", k)
	}
	c.must(tr.who, &nuov1.SignContractRequest{Name: k.GetName(), Revision: k.GetRevision(), Ledger: leisure})
	p := must[*nuov1.ListPlacementsResponse](c, "mingzhu", &nuov1.ListPlacementsRequest{Parent: m.GetName()}).GetPlacements()
	if len(p) != 1 || p[0].GetContractState() != nuov1.ContractState_CONTRACT_STATE_DISPLAYED || !strings.HasPrefix(p[0].GetDisplayName(), nameCanary) {
		t.Errorf("what the community sees of the plan: %v", p)
	}
	hidden, denied := nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED
	for who, want := range map[string]nuov1.ErrorReason{"neighbour": hidden, "yinshan": hidden, "bank": denied, "court": denied} {
		_, err := c.do(who, mine)
		c.refused("another's plans, "+who, err, want)
		_, err = c.do(who, &nuov1.ExplainMatchRequest{Name: m.GetName(), Volunteer: me})
		c.refused("explained about another, "+who, err, want)
	}
}

// watched is everything that a stream tells of a plan, to its end.
func (c *cast) watched(who, name string) (seen []*nuov1.Match) {
	c.Helper()
	ctx, cancel := c.as(who)
	defer cancel()
	s, err := nuov1.NewMatchServiceClient(c.conn).WatchMatch(ctx, &nuov1.WatchMatchRequest{Name: name})
	if err != nil {
		c.Fatal(err)
	}
	for {
		m, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return seen
		}
		if err != nil {
			c.Fatal(err)
		}
		seen = append(seen, m)
	}
}

// A server that is stopped while plans wait to be solved and offers to be made goes on with both when it starts again.
func TestOKPlansGoOnAfterAStop(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	one, two := c.tryst(), c.tryst()
	m := one.plan()
	c.must("mingzhu", applicationOf(m))
	n := must[*nuov1.Match](c, "mingzhu", two.ask())
	c.restart()
	applied, solved := c.watched("mingzhu", m.GetName()), c.watched("mingzhu", n.GetName())
	if last := applied[len(applied)-1]; last.GetState() != nuov1.MatchState_MATCH_STATE_APPLIED || last.GetOffered() != 1 {
		t.Errorf("the first: %v", last)
	}
	if last := solved[len(solved)-1]; last.GetState() != nuov1.MatchState_MATCH_STATE_PROPOSED || last.GetPlacements() != 1 {
		t.Errorf("the second: %v", last)
	}
	c.picture()
}
