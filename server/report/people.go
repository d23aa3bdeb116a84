package report

import (
	"slices"
	"time"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// person is somebody who is of the subject on the day that counts, with the standing of that day.
type person struct {
	name, unit, branch string
	party, trial       bool
	service            nuov1.ServiceStatus
	registered         bool
	// exempt are the categories of the exemptions of that day, the lowest first.
	exempt []nuov1.ExemptionCategory
}

// member tells whether it is 在职党员: a party member (正式 or 预备) in service.
func (p *person) member() bool { return p != nil && p.party && p.service == inService }

const inService = nuov1.ServiceStatus_SERVICE_STATUS_IN_SERVICE

// category is that under which an exempt person is counted; UNSPECIFIED for who is not exempt.
func (p *person) category() nuov1.ExemptionCategory {
	if len(p.exempt) == 0 {
		return nuov1.ExemptionCategory_EXEMPTION_CATEGORY_UNSPECIFIED
	}
	return p.exempt[0]
}

// addPeople keeps those of the volunteers who are of the subject on the day that counts.
func (w *world) addPeople(volunteers map[string]*nuov1.Volunteer) error {
	for _, v := range volunteers {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		p, err := w.personOf(v)
		if err != nil {
			return err
		}
		if p != nil {
			w.people[p.name] = p
		}
	}
	return nil
}

// personOf is the volunteer as of the day that counts; nil for who is not of the subject on it.
func (w *world) personOf(v *nuov1.Volunteer) (*person, error) {
	if v.GetCreateTime() != nil && !v.GetCreateTime().AsTime().Before(w.period.known()) && w.period.ended() {
		return nil, nil
	}
	if err := w.undo(v); err != nil {
		return nil, err
	}
	if v.GetState() == nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED {
		return nil, nil
	}
	p := &person{
		name: v.GetName(), unit: v.GetUnit(), branch: v.GetBranch(), service: v.GetServiceStatus(),
		party: v.GetPoliticalStatus() == nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER,
		trial: v.GetPoliticalStatus() == nuov1.PoliticalStatus_POLITICAL_STATUS_PROBATIONARY,
	}
	p.party = p.party || p.trial
	for _, r := range v.GetRegistrations() {
		p.registered = p.registered || r.GetPrimary() && place.Lasts(r, w.period.date) && w.registersHere(r)
	}
	for _, e := range v.GetExemptions() {
		if place.Lasts(e, w.period.date) {
			p.exempt = append(p.exempt, e.GetCategory())
		}
	}
	slices.Sort(p.exempt)
	if !w.has(p) {
		return nil, nil
	}
	return p, nil
}

// has tells whether the person is of the subject: in the unit, in a unit of the district, registered in the place.
func (w *world) has(p *person) bool {
	switch w.kind {
	case ofUnit:
		return p.unit == w.home
	case ofDistrict:
		return p.unit != ""
	}
	return p.registered
}

// registersHere tells whether a registration counts for the subject: of a place those with its communities, else all.
func (w *world) registersHere(r *nuov1.Registration) bool {
	return w.kind != ofPlace || slices.Contains(w.communities, r.GetCommunity())
}

// undo takes back, newest first, what was changed of a volunteer's standing after the period. What the events do not
// tell stays as it is today.
func (w *world) undo(v *nuov1.Volunteer) error {
	if !w.period.ended() || v.GetUpdateTime() == nil || v.GetUpdateTime().AsTime().Before(w.period.end) {
		return nil
	}
	var later []*storev1.AdminEvent
	for link, err := range store.AdminEvents.Scan(w.tx, v.GetName()) {
		if err != nil {
			return err
		}
		if !link.Event.GetTime().AsTime().Before(w.period.end) {
			later = append(later, link.Event)
		}
	}
	for _, e := range slices.Backward(later) {
		if e.GetAction() == "DeactivateVolunteer" {
			v.State = nuov1.ActiveState_ACTIVE_STATE_ACTIVE
		}
		for _, d := range e.GetDetails() {
			switch d.GetKey() {
			case "unit.from":
				v.Unit = d.GetValue()
			case "branch.from":
				v.Branch = d.GetValue()
			case "service_status.from":
				v.ServiceStatus = nuov1.ServiceStatus(nuov1.ServiceStatus_value[d.GetValue()])
			case "political_status.from":
				v.PoliticalStatus = nuov1.PoliticalStatus(nuov1.PoliticalStatus_value[d.GetValue()])
			}
		}
	}
	return nil
}

// everIn are all who are or ever were a unit's people. Who has left stands in the unit's events: directory appends one
// with the detail "member" to the chain of every organisation that somebody joins.
func everIn(tx *store.Tx, unit string) (map[string]*nuov1.Volunteer, error) {
	all := map[string]*nuov1.Volunteer{}
	for v, err := range store.Volunteers.ByIndex(tx, store.VolunteersByUnit, unit) {
		if err != nil {
			return nil, err
		}
		all[v.GetName()] = v
	}
	for link, err := range store.AdminEvents.Scan(tx, unit) {
		if err != nil {
			return nil, err
		}
		for _, d := range link.Event.GetDetails() {
			if d.GetKey() != "member" || all[d.GetValue()] != nil {
				continue
			}
			v, ok, err := store.Volunteers.Find(tx, d.GetValue())
			if err != nil {
				return nil, err
			}
			if ok {
				all[v.GetName()] = v
			}
		}
	}
	return all, nil
}

// registeredEver are all who are or were registered with one of the communities.
func registeredEver(tx *store.Tx, communities []string) (map[string]*nuov1.Volunteer, error) {
	all := map[string]*nuov1.Volunteer{}
	for _, c := range communities {
		for v, err := range store.Volunteers.ByIndex(tx, store.VolunteersByCommunity, c) {
			if err != nil {
				return nil, err
			}
			all[v.GetName()] = v
		}
	}
	return all, nil
}

// feedsBack tells whether the volunteer consented (③) by an instant and has not withdrawn since.
func feedsBack(v *nuov1.Volunteer, by time.Time) bool {
	then, now := false, false
	for _, c := range v.GetConsents() {
		if c.GetKind() != nuov1.ConsentKind_CONSENT_KIND_UNIT_FEEDBACK {
			continue
		}
		now = c.GetGiven()
		if c.GetTime() == nil || !c.GetTime().AsTime().After(by) {
			then = c.GetGiven()
		}
	}
	return then && now
}
