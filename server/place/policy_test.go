package place_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
)

// The numbers of the domain's "Defaults, each a district's policy", and of rules 4 and 7.
func TestOKUnstatedPolicyIsTheDomains(t *testing.T) {
	for name, stated := range map[string]*nuov1.DistrictPolicy{"nothing": nil, "an empty policy": {}} {
		p, err := place.Effective(stated)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			what      string
			got, want any
		}{
			{"withdraw deadline", p.WithdrawDeadline, 12 * time.Hour},
			{"withdraw at least", p.WithdrawMinimum, 15 * time.Minute},
			{"grace", p.Grace, 15 * time.Minute},
			{"offer life", p.OfferLife, 24 * time.Hour},
			{"site code", p.SiteCodeLife, time.Minute},
			{"live offers", p.MaxLiveOffers, 20},
			{"a day", p.MaxDaily, 8 * time.Hour},
			{"rest after a night", p.RestAfterNight, 8 * time.Hour},
			{"rest between", p.RestBetween, time.Duration(0)},
			{"a week: no limit", p.MaxWeekly, time.Duration(0)},
			{"in a row: no limit", p.MaxDaysInRow, 0},
			{"check-in opens", p.CheckInOpens, 30 * time.Minute},
			{"door before", p.DoorBefore, 12 * time.Hour},
			{"door after", p.DoorAfter, 24 * time.Hour},
			{"zone", p.Zone.String(), "Asia/Shanghai"},
		} {
			if c.got != c.want {
				t.Errorf("%s stated: %s is %v, want %v", name, c.what, c.got, c.want)
			}
		}
	}
}

func TestOKStatedPolicyCounts(t *testing.T) {
	base, _ := place.Effective(nil)
	for _, c := range []struct {
		name   string
		stated *nuov1.DistrictPolicy
		want   func(*place.Policy)
	}{
		{
			"a duration", &nuov1.DistrictPolicy{Grace: durationpb.New(time.Hour)},
			func(p *place.Policy) { p.Grace = time.Hour },
		},
		{
			"zero is a duration too", &nuov1.DistrictPolicy{DoorBefore: durationpb.New(0)},
			func(p *place.Policy) { p.DoorBefore = 0 },
		},
		{
			"numbers", &nuov1.DistrictPolicy{MaxLiveOffers: 3, MaxDaysInRow: 6},
			func(p *place.Policy) { p.MaxLiveOffers, p.MaxDaysInRow = 3, 6 },
		},
		{
			"a zone", &nuov1.DistrictPolicy{TimeZone: "Asia/Urumqi"},
			func(p *place.Policy) { p.Zone, _ = time.LoadLocation("Asia/Urumqi") },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := base
			c.want(&want)
			got, err := place.Effective(c.stated)
			if err != nil || got.Zone.String() != want.Zone.String() {
				t.Fatalf("zone %v, %v", got.Zone, err)
			}
			got.Zone = want.Zone
			if got != want {
				t.Errorf("%+v\nwant %+v", got, want)
			}
		})
	}
}

// Every field of DistrictPolicy changes something, so that none is forgotten in Effective.
func TestOKEveryFieldOfThePolicyHasAnEffect(t *testing.T) {
	base, _ := place.Effective(nil)
	fields := (&nuov1.DistrictPolicy{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		stated := &nuov1.DistrictPolicy{}
		text := string(fields.Get(i).Name())
		switch {
		case fields.Get(i).Message() != nil:
			odd := durationpb.New(7 * time.Second)
			stated.ProtoReflect().Set(fields.Get(i), protoValue(odd))
		case text == "time_zone":
			stated.TimeZone = "UTC"
		default:
			stated.ProtoReflect().Set(fields.Get(i), protoInt(7))
		}
		if got, err := place.Effective(stated); err != nil || got == base {
			t.Errorf("%s has no effect (%v)", text, err)
		}
		if proto.Size(stated) == 0 {
			t.Errorf("%s was not set by the test", text)
		}
	}
}

func TestErrInvalidFieldUnknownZone(t *testing.T) {
	for _, name := range []string{"Asia/Nowhere", "Local", "../../etc/passwd", "GMT+8"} {
		_, err := place.Effective(&nuov1.DistrictPolicy{TimeZone: name})
		if !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD) {
			t.Errorf("%q: %v, want INVALID_FIELD", name, err)
		}
	}
}
