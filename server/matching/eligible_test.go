package matching_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// hindrance is something for which a claim of the gate by person 1 is refused.
type hindrance struct {
	what   string
	person func(*nuov1.Volunteer)
	shift  func(*nuov1.Shift)
	before func(*house) // the claim
	want   nuov1.ErrorReason
}

var hindrances = []hindrance{
	{what: "nothing"},
	{what: "an exemption", want: nuov1.ErrorReason_ERROR_REASON_EXEMPT, person: func(v *nuov1.Volunteer) {
		v.Exemptions = []*nuov1.Exemption{{FromDate: "2020-02-01", ToDate: "2020-02-10"}}
	}},
	{what: "an exemption that is over", person: func(v *nuov1.Volunteer) {
		v.Exemptions = []*nuov1.Exemption{{FromDate: "2020-02-01", ToDate: tomorrow}}
	}},
	{what: "a minor at night", want: nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED, person: minor, shift: atNight},
	{what: "a minor by day", person: minor},
	{what: "a minor without a guardian's word", want: nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED, person: func(v *nuov1.Volunteer) {
		v.Minor = true
	}},
	{what: "a minor in danger", want: nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED, person: minor, shift: func(s *nuov1.Shift) {
		s.HazardClass = nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS
	}},
	{what: "no skill", want: nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED, shift: asks(&nuov1.Requirements{Skills: []string{"driver"}})},
	{what: "no party member", want: nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED, shift: asks(&nuov1.Requirements{MembersOnly: true})},
	{what: "another unit's", want: nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED, shift: asks(&nuov1.Requirements{Organisations: []string{team}})},
	{what: "one's own unit's", shift: asks(&nuov1.Requirements{Organisations: []string{court}})},
	{what: "no consent", want: nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING, person: func(v *nuov1.Volunteer) { v.Consents = nil }},
	{what: "consent withdrawn", want: nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING, person: func(v *nuov1.Volunteer) {
		v.Consents = append(v.Consents, &nuov1.Consent{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD})
	}},
	{what: "another district's", want: nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED, person: func(v *nuov1.Volunteer) { v.District = elsewhere }},
	{what: "deactivated", want: nuov1.ErrorReason_ERROR_REASON_DEACTIVATED, person: func(v *nuov1.Volunteer) {
		v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED
	}},
	{what: "not registered", want: nuov1.ErrorReason_ERROR_REASON_NOT_REGISTERED, person: func(v *nuov1.Volunteer) { v.Registrations = nil }},
	{what: "a crossing shift", want: nuov1.ErrorReason_ERROR_REASON_OVERLAP, before: holds("2020-02-09 11:00")},
	{what: "a shift that touches", before: holds("2020-02-09 12:00")},
	{what: "a night before", want: nuov1.ErrorReason_ERROR_REASON_REST_RULE, before: holds("2020-02-09 02:00")},
	{what: "nine hours on one day", want: nuov1.ErrorReason_ERROR_REASON_REST_RULE, before: func(h *house) {
		holds("2020-02-09 13:00")(h)
		h.shift("more", "2020-02-09 18:00", 9, func(s *nuov1.Shift) { s.EndTime = timestamppb.New(local("2020-02-09 18:30")) })
		h.update(rule(func(p *nuov1.DistrictPolicy) { p.MaxDaily = durationpb.New(5 * time.Hour) }))
	}},
	{what: "too little rest between", want: nuov1.ErrorReason_ERROR_REASON_REST_RULE, before: func(h *house) {
		h.update(rule(func(p *nuov1.DistrictPolicy) { p.RestBetween = durationpb.New(2 * time.Hour) }))
		holds("2020-02-09 13:00")(h)
	}},
	{what: "too much in a week", want: nuov1.ErrorReason_ERROR_REASON_REST_RULE, before: func(h *house) {
		h.update(rule(func(p *nuov1.DistrictPolicy) { p.MaxWeekly = durationpb.New(6 * time.Hour) }))
		holds("2020-02-12 13:00")(h)
	}},
	{what: "too many days in a row", want: nuov1.ErrorReason_ERROR_REASON_REST_RULE, before: func(h *house) {
		h.update(rule(func(p *nuov1.DistrictPolicy) { p.MaxDaysInRow = 1 }))
		holds("2020-02-10 13:00")(h)
	}},
	{what: "a crossing shift and work that is due by an hour", before: holds("2020-02-09 11:00"), shift: func(s *nuov1.Shift) {
		s.Timing = nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY
	}},
	{what: "the same shift twice", want: nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED, before: func(h *house) { h.signed(person(1), "shifts/gate") }},
}

func minor(v *nuov1.Volunteer) { v.Minor, v.GuardianConsent = true, true }

func atNight(s *nuov1.Shift) {
	s.StartTime, s.EndTime = timestamppb.New(local(tomorrow+" 20:00")), timestamppb.New(local("2020-02-10 00:00"))
}

func asks(r *nuov1.Requirements) func(*nuov1.Shift) {
	return func(s *nuov1.Shift) { s.Requirements = r }
}

// holds signs another shift of xingzhou of four hours.
func holds(start string) func(*house) {
	return func(h *house) { h.signed(person(1), h.shift("held", start, 9, ofXingzhou)) }
}

// rule changes the district's policy.
func rule(change func(*nuov1.DistrictPolicy)) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		o, err := store.Organisations.Get(tx, district)
		if err != nil {
			return err
		}
		o.Policy = &nuov1.DistrictPolicy{}
		change(o.Policy)
		return store.Organisations.Put(tx, o)
	}
}

// For each thing for which a claim is refused, the plan leaves the person out, for the same reason; and for nothing else.
func TestOKAPlanGivesWhatAClaimWouldTake(t *testing.T) {
	for _, c := range hindrances {
		t.Run(c.what, func(t *testing.T) {
			h := open(t)
			h.person(1, func(v *nuov1.Volunteer) {
				if c.person != nil {
					c.person(v)
				}
			})
			h.shift("gate", tomorrow+" 08:00", 9, func(s *nuov1.Shift) {
				if c.shift != nil {
					c.shift(s)
				}
			})
			if c.before != nil {
				c.before(h)
			}
			m := h.plan(mingzhuOffice, &nuov1.ProposeMatchRequest{Scope: list, Pool: []string{court}})
			places := false
			for _, p := range h.placements(command, m.GetName()) {
				places = places || p.GetShift() == "shifts/gate"
			}
			said := h.refusal("shifts/gate", person(1))
			_, err := h.claims(person(1), "shifts/gate")
			claimed := nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED
			if f, ok := fault.As(err); ok {
				claimed = f.Reason
			} else if err != nil {
				t.Fatal(err)
			}
			if claimed != c.want || said != c.want || places != (c.want == 0) {
				t.Errorf("a claim says %v, the plan %v and places: %v; want %v", claimed, said, places, c.want)
			}
		})
	}
}

// refusal is the first reason that an Opening has against somebody, 0 for none.
func (h *house) refusal(shift, person string) (reason nuov1.ErrorReason) {
	h.t.Helper()
	h.must(h.store.View(context.Background(), func(tx *store.Tx) error {
		s, err := store.Shifts.Get(tx, shift)
		if err != nil {
			return err
		}
		v, err := store.Volunteers.Get(tx, person)
		if err != nil {
			return err
		}
		p, err := place.PolicyOf(tx, s.GetDistrict())
		if err != nil {
			return err
		}
		r := lifecycle.NewReader(tx)
		o, err := r.Opening(s, nil)
		if err != nil {
			return err
		}
		from, to := o.Bids()
		c, err := r.Candidate(v, p, from, to, 0, nil)
		if err != nil {
			return err
		}
		for _, f := range o.Refusals(c) {
			reason = f.Reason
			break
		}
		return nil
	}))
	return reason
}
