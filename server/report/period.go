package report

import (
	"time"

	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
)

// period is a span of local dates in a district's zone, and the moment from which it is looked at.
type period struct {
	from, to   string
	begin, end time.Time
	zone       *time.Location
	now        time.Time
	// date is the local date on which people are judged: the last of the period, or today while it lasts.
	date string
}

// dated is a request for a period.
type dated interface {
	GetFromDate() string
	GetToDate() string
}

// periodOf reads the dates of a request; without any it is the calendar year of today. INVALID_FIELD for one date
// without the other, dates that do not exist, and a period without a day.
func periodOf(req dated, zone *time.Location, now time.Time) (p period, err error) {
	p = period{from: req.GetFromDate(), to: req.GetToDate(), zone: zone, now: now}
	if p.from == "" && p.to == "" {
		year := now.In(zone).Year()
		p.from = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		p.to = time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	for _, d := range []struct{ field, date string }{{"from_date", p.from}, {"to_date", p.to}} {
		if d.date == "" {
			return p, fault.Field(d.field, "give both dates or none", "请同时填写起止日期，或都不填")
		}
		if !place.ValidDate(d.date) {
			return p, fault.Field(d.field, "is no date that exists, YYYY-MM-DD", "不是有效日期，格式为 YYYY-MM-DD")
		}
	}
	if p.to <= p.from {
		return p, fault.Field("to_date", "must lie after from_date", "必须晚于起始日期")
	}
	if p.begin, _, err = place.DayBounds(p.from, zone); err != nil {
		return p, err
	}
	if p.end, _, err = place.DayBounds(p.to, zone); err != nil {
		return p, err
	}
	p.date = place.LocalDate(now, zone)
	if p.ended() {
		p.date = place.AddDays(p.to, -1)
	}
	return p, nil
}

func (p period) ended() bool { return !p.now.Before(p.end) }

// holds tells whether what ends at an instant ends in the period. An end is exclusive: what ends at midnight ends with
// the day before.
func (p period) holds(end time.Time) bool { return end.After(p.begin) && !end.After(p.end) }

// known is the instant by which the period is judged: its end, or now while it lasts.
func (p period) known() time.Time {
	if p.ended() {
		return p.end
	}
	return p.now
}
