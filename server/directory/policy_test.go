package directory_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func TestOKPolicyWithinItsLimits(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		name   string
		policy *nuov1.DistrictPolicy
		field  string // "" for a good one
	}{
		{"unset", &nuov1.DistrictPolicy{}, ""},
		{"door before, the most", &nuov1.DistrictPolicy{DoorBefore: durationpb.New(12 * time.Hour)}, ""},
		{"door before, more", &nuov1.DistrictPolicy{DoorBefore: durationpb.New(12*time.Hour + 1)}, "door_before"},
		{"door before, none", &nuov1.DistrictPolicy{DoorBefore: durationpb.New(0)}, ""},
		{"door after, the most", &nuov1.DistrictPolicy{DoorAfter: durationpb.New(24 * time.Hour)}, ""},
		{"door after, more", &nuov1.DistrictPolicy{DoorAfter: durationpb.New(25 * time.Hour)}, "door_after"},
		{"negative grace", &nuov1.DistrictPolicy{Grace: durationpb.New(-time.Second)}, "grace"},
		{"negative deadline", &nuov1.DistrictPolicy{WithdrawDeadline: durationpb.New(-1)}, "withdraw_deadline"},
		{"negative rest", &nuov1.DistrictPolicy{RestBetween: durationpb.New(-time.Hour)}, "rest_between"},
		{"no site code", &nuov1.DistrictPolicy{SiteCodeLife: durationpb.New(0)}, "site_code_life"},
		{"invalid duration", &nuov1.DistrictPolicy{Grace: &durationpb.Duration{Seconds: 1, Nanos: -1}}, "grace"},
		{"a day of 25 h", &nuov1.DistrictPolicy{MaxDaily: durationpb.New(25 * time.Hour)}, "max_daily"},
		{"zone", &nuov1.DistrictPolicy{TimeZone: "Asia/Urumqi"}, ""},
		{"unknown zone", &nuov1.DistrictPolicy{TimeZone: "Asia/Jiaojiang"}, "time_zone"},
		{"the server's zone", &nuov1.DistrictPolicy{TimeZone: "Local"}, "time_zone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := h.on(t)
			o, err := h.organisation(admin, jiaojiang)
			h.ok(err)
			_, err = h.update(admin, &nuov1.Organisation{Name: jiaojiang, Etag: o.GetEtag(), Policy: c.policy}, "policy")
			if c.field == "" {
				h.ok(err)
				return
			}
			h.named(h.refused(err, invalidField), "organisation.policy."+c.field)
		})
	}
}

func TestOKOneFieldOfThePolicy(t *testing.T) {
	h := open(t)
	o, err := h.organisation(admin, jiaojiang)
	h.ok(err)
	o, err = h.update(admin, &nuov1.Organisation{Name: jiaojiang, Etag: o.GetEtag(), Policy: &nuov1.DistrictPolicy{
		Grace: durationpb.New(20 * time.Minute), MaxLiveOffers: 5,
	}}, "policy")
	h.ok(err)
	o, err = h.update(admin, &nuov1.Organisation{Name: jiaojiang, Etag: o.GetEtag(), Policy: &nuov1.DistrictPolicy{
		MaxLiveOffers: 7,
	}}, "policy.max_live_offers")
	h.ok(err)
	if p := o.GetPolicy(); p.GetGrace().AsDuration() != 20*time.Minute || p.GetMaxLiveOffers() != 7 {
		t.Errorf("policy %v", p)
	}
	_, err = h.update(otherAdmin, &nuov1.Organisation{Name: jiaojiang, Etag: o.GetEtag()}, "policy")
	h.refused(err, notFound)
}
