package place

import (
	"sync"
	"time"
	_ "time/tzdata" // the zones of districts, wherever the binary runs

	"google.golang.org/protobuf/types/known/durationpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// Policy is a district's policy with every default filled in. Durations are plain; Zone is never nil.
type Policy struct {
	// WithdrawDeadline is how long before the start a volunteer may withdraw freely.
	WithdrawDeadline time.Duration
	// WithdrawMinimum is how long after signing a withdrawal is free at least, never beyond the start.
	WithdrawMinimum time.Duration
	// Grace after the start ends with the unaccepted cancelled and the missing listed.
	Grace time.Duration
	// OfferLife is how long an offer lives, and never longer than half the time left to the start.
	OfferLife time.Duration
	// SiteCodeLife is how long one site code is shown.
	SiteCodeLife time.Duration
	// MaxLiveOffers is how many live offers a person may have.
	MaxLiveOffers int
	// MaxDaily is the time that a person may promise on a local date of starts. 0: no limit.
	MaxDaily time.Duration
	// RestAfterNight follows a shift that touches the night.
	RestAfterNight time.Duration
	// RestBetween lies between any two shifts.
	RestBetween time.Duration
	// MaxWeekly is the time that a person may promise in seven days. 0: no limit.
	MaxWeekly time.Duration
	// MaxDaysInRow is on how many local dates in a row a person may serve. 0: no limit.
	MaxDaysInRow int
	// CheckInOpens is how long before the start check-in opens.
	CheckInOpens time.Duration
	// DoorBefore is how long before the start a door is shown.
	DoorBefore time.Duration
	// DoorAfter is how long after the end a door is still shown.
	DoorAfter time.Duration
	// Zone is the time zone of days and periods.
	Zone *time.Location
}

// DefaultZone is the name of the time zone of a district that states none.
const DefaultZone = "Asia/Shanghai"

// The most that a district may set: rule 7 lets it narrow when a door is shown, never widen.
const (
	MaxDoorBefore = 12 * time.Hour
	MaxDoorAfter  = 24 * time.Hour
)

// defaults are the domain's.
func defaults() Policy {
	return Policy{
		WithdrawDeadline: 12 * time.Hour,
		WithdrawMinimum:  15 * time.Minute,
		Grace:            15 * time.Minute,
		OfferLife:        24 * time.Hour,
		SiteCodeLife:     60 * time.Second,
		MaxLiveOffers:    20,
		MaxDaily:         8 * time.Hour,
		RestAfterNight:   8 * time.Hour,
		CheckInOpens:     30 * time.Minute,
		DoorBefore:       MaxDoorBefore,
		DoorAfter:        MaxDoorAfter,
	}
}

// PolicyOf is the policy of a district, one read. A district that does not exist is NOT_FOUND.
func PolicyOf(tx *store.Tx, district string) (Policy, error) {
	o, err := store.Organisations.Get(tx, district)
	if err != nil {
		return Policy{}, err
	}
	return Effective(o.GetPolicy())
}

// Effective fills the defaults into what a district states; nil states nothing. Durations that are stated count, zero
// too; a number that is zero is not stated. A zone that cannot be loaded is INVALID_FIELD.
func Effective(stated *nuov1.DistrictPolicy) (Policy, error) {
	p := defaults()
	for _, d := range []struct {
		to     *time.Duration
		stated *durationpb.Duration
	}{
		{&p.WithdrawDeadline, stated.GetWithdrawDeadline()},
		{&p.WithdrawMinimum, stated.GetWithdrawMinimum()},
		{&p.Grace, stated.GetGrace()},
		{&p.OfferLife, stated.GetOfferLife()},
		{&p.SiteCodeLife, stated.GetSiteCodeLife()},
		{&p.MaxDaily, stated.GetMaxDaily()},
		{&p.RestAfterNight, stated.GetRestAfterNight()},
		{&p.RestBetween, stated.GetRestBetween()},
		{&p.MaxWeekly, stated.GetMaxWeekly()},
		{&p.CheckInOpens, stated.GetCheckInOpens()},
		{&p.DoorBefore, stated.GetDoorBefore()},
		{&p.DoorAfter, stated.GetDoorAfter()},
	} {
		if d.stated != nil {
			*d.to = d.stated.AsDuration()
		}
	}
	if n := stated.GetMaxLiveOffers(); n > 0 {
		p.MaxLiveOffers = int(n)
	}
	p.MaxDaysInRow = int(stated.GetMaxDaysInRow())
	var err error
	p.Zone, err = Zone(stated.GetTimeZone())
	return p, err
}

// zones keeps what was loaded: by name a *time.Location. There are a few hundred zones in the world.
var zones sync.Map

// Zone is the time zone of that name (IANA), the default one for an empty name. Unknown names, and "Local", which would
// be the server's, are INVALID_FIELD.
func Zone(name string) (*time.Location, error) {
	if name == "" {
		name = DefaultZone
	}
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fault.Field("policy.time_zone", "is no time zone of the IANA database, such as Asia/Shanghai",
			"不是 IANA 时区名称，例如 Asia/Shanghai")
	}
	zones.Store(name, z)
	return z, nil
}
