package check

import (
	"strings"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// verifyPlan is verify for plans and what volunteers wish.
func (v *visit) verifyPlan() error {
	switch m := v.record.Message.(type) {
	case *nuov1.Match:
		v.object = m.GetName()
		return v.match(m)
	case *storev1.MatchWork:
		v.object = m.GetMatch()
		return need(v, store.Matches, m.GetMatch())
	case *storev1.StoredPlacement:
		v.object = m.GetMatch()
		return v.placement(m)
	case *nuov1.Preference:
		v.object = m.GetName()
		return need(v, store.Volunteers, strings.TrimSuffix(m.GetName(), "/preference"))
	}
	return nil
}

// match verifies that a plan has what its work goes on from, that it is forgotten one day, and that it counts its offers.
func (v *visit) match(m *nuov1.Match) error {
	if err := need(v, store.MatchWorks, m.GetName()); err != nil {
		return err
	}
	underWay := m.GetState() == nuov1.MatchState_MATCH_STATE_SOLVING || m.GetState() == nuov1.MatchState_MATCH_STATE_APPLYING
	if !underWay && m.GetExpireTime() == nil {
		v.say("it stands and is never forgotten")
	}
	if m.GetOffered()+m.GetChanged() > m.GetPlacements() {
		v.say("it counts %d offered and %d changed of %d placements", m.GetOffered(), m.GetChanged(), m.GetPlacements())
	}
	return nil
}

// placement verifies that a placement is of a plan, a shift and a volunteer that are there, and that an offer of it is
// theirs. Those behind what the plan counts were being written when a server ended, and are replaced.
func (v *visit) placement(p *storev1.StoredPlacement) error {
	if err := need(v, store.Matches, p.GetMatch()); err != nil {
		return err
	}
	if err := need(v, store.Shifts, p.GetShift()); err != nil {
		return err
	}
	if err := need(v, store.Volunteers, p.GetVolunteer()); err != nil {
		return err
	}
	isOffered := p.GetState() == nuov1.PlacementState_PLACEMENT_STATE_OFFERED
	if isOffered != (p.GetContract() != "") {
		v.say("placement %d says %s, and its contract is %q", p.GetNumber(), p.GetState(), p.GetContract())
		return nil
	}
	if !isOffered {
		return nil
	}
	c, err := store.Contracts.Get(v.Tx, p.GetContract())
	if err != nil {
		return err
	}
	if c.GetShift() != p.GetShift() || c.GetVolunteer() != p.GetVolunteer() {
		v.say("placement %d names %s, which is another's", p.GetNumber(), p.GetContract())
	}
	return nil
}
