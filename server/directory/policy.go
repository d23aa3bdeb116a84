package directory

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
)

// limit is what a duration of the policy may be.
type limit struct {
	field       string
	value       *durationpb.Duration
	least, most time.Duration
}

// week is the most of what has no closer limit by itself: no deadline, rest or offer of the domain is longer.
const week = 7 * 24 * time.Hour

// limits of a district's policy. Rule 7 lets a district narrow when a door is shown, never widen.
func limits(p *nuov1.DistrictPolicy) []limit {
	return []limit{
		{"withdraw_deadline", p.GetWithdrawDeadline(), 0, week},
		{"withdraw_minimum", p.GetWithdrawMinimum(), 0, week},
		{"grace", p.GetGrace(), 0, 24 * time.Hour},
		{"offer_life", p.GetOfferLife(), time.Minute, week},
		{"site_code_life", p.GetSiteCodeLife(), 10 * time.Second, time.Hour},
		{"max_daily", p.GetMaxDaily(), 0, 24 * time.Hour},
		{"rest_after_night", p.GetRestAfterNight(), 0, week},
		{"rest_between", p.GetRestBetween(), 0, week},
		{"max_weekly", p.GetMaxWeekly(), 0, week},
		{"check_in_opens", p.GetCheckInOpens(), 0, 24 * time.Hour},
		{"door_before", p.GetDoorBefore(), 0, place.MaxDoorBefore},
		{"door_after", p.GetDoorAfter(), 0, place.MaxDoorAfter},
	}
}

// policyViolations holds a policy to its limits; nil states nothing.
func policyViolations(p *nuov1.DistrictPolicy) []fault.Violation {
	if p == nil {
		return nil
	}
	var found []fault.Violation
	for _, l := range limits(p) {
		if l.value == nil {
			continue
		}
		if d := l.value.AsDuration(); l.value.CheckValid() != nil || d < l.least || d > l.most {
			found = append(found, fault.Violation{
				Field:         "organisation.policy." + l.field,
				Description:   "lies between " + l.least.String() + " and " + l.most.String(),
				DescriptionZH: "须在 " + l.least.String() + " 与 " + l.most.String() + " 之间",
			})
		}
	}
	if _, err := place.Zone(p.GetTimeZone()); err != nil {
		found = append(found, fault.Violation{
			Field:         "organisation.policy.time_zone",
			Description:   "is no time zone of the IANA database, such as Asia/Shanghai",
			DescriptionZH: "不是 IANA 时区名称，例如 Asia/Shanghai",
		})
	}
	return found
}
