package matching

import (
	"slices"
	"strconv"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/place"
)

// minutesOfDay is the length of a day in the plan's time.
const minutesOfDay = 24 * 60

// timeline turns instants into the plan's time: minutes on the clocks of the district since the midnight with which its
// first day begins. Where clocks are changed, an interval across the change keeps its length and its start.
type timeline struct {
	zone  *time.Location
	first int // day, as place.Day counts
}

// at is an instant in minutes, rounded down.
func (t timeline) at(instant time.Time) int {
	local := instant.In(t.zone)
	return (place.Day(instant, t.zone)-t.first)*minutesOfDay + local.Hour()*60 + local.Minute()
}

// interval is from and to in minutes, rounded outwards.
func (t timeline) interval(from, to time.Time) (start, end int) {
	start = t.at(from)
	return start, start + minutes(to.Sub(from.Truncate(time.Minute)))
}

// minutes is a duration in minutes, rounded up.
func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// weekday of a day of the plan, Monday 1 to Sunday 7. 1970-01-01, day 0, was a Thursday.
func (t timeline) weekday(day int) int32 {
	return int32(((day+t.first+3)%7+7)%7) + 1
}

// span is a stretch of time in minutes, half-open.
type span struct{ from, to int }

// hours are when somebody can come, made for a plan of so many days.
type hours struct {
	open   []span // rising, not touching each other; nil: always
	absent []span // whole days
}

// hoursOf spreads what a volunteer stated over the days of a plan, some days before and behind them too.
func hoursOf(p *nuov1.Preference, t timeline, firstDay, lastDay int) *hours {
	if len(p.GetAvailability()) == 0 && len(p.GetAbsences()) == 0 {
		return nil
	}
	h := &hours{}
	for _, a := range p.GetAbsences() {
		h.absent = append(h.absent, span{t.day(a.GetFromDate()) * minutesOfDay, (t.day(a.GetToDate()) + 1) * minutesOfDay})
	}
	if len(p.GetAvailability()) == 0 {
		return h
	}
	var all []span
	for day := firstDay - 1; day <= lastDay+1; day++ {
		for _, a := range p.GetAvailability() {
			if len(a.GetWeekdays()) > 0 && !slices.Contains(a.GetWeekdays(), t.weekday(day)) {
				continue
			}
			from, to := clock(a.GetFromTime()), clock(a.GetToTime())
			if to <= from {
				to += minutesOfDay
			}
			all = append(all, span{day*minutesOfDay + from, day*minutesOfDay + to})
		}
	}
	slices.SortFunc(all, func(a, b span) int { return a.from - b.from })
	h.open = make([]span, 0, len(all))
	for _, s := range all {
		if n := len(h.open); n > 0 && s.from <= h.open[n-1].to {
			h.open[n-1].to = max(h.open[n-1].to, s.to)
			continue
		}
		h.open = append(h.open, s)
	}
	return h
}

// day is a local date as a day of the plan.
func (t timeline) day(date string) int {
	from, _, err := place.DayBounds(date, t.zone)
	if err != nil {
		return 0 // dates are checked when they are stated
	}
	return place.Day(from, t.zone) - t.first
}

// clock is HH:MM in minutes, checked when it was stated.
func clock(text string) int {
	if len(text) != len("15:04") {
		return 0
	}
	hour, _ := strconv.Atoi(text[:2])
	minute, _ := strconv.Atoi(text[3:])
	return hour*60 + minute
}

// allow tells whether all of a shift lies in the hours and none of it on a day of absence. Of work that is due by an
// hour, some of it suffices.
func (h *hours) allow(s span, dueBy bool) bool {
	if h == nil {
		return true
	}
	if dueBy {
		return h.allowSome(s)
	}
	if slices.ContainsFunc(h.absent, func(a span) bool { return a.from < s.to && s.from < a.to }) {
		return false
	}
	return h.open == nil || slices.ContainsFunc(h.open, func(o span) bool { return o.from <= s.from && s.to <= o.to })
}

func (h *hours) allowSome(s span) bool {
	open := h.open
	if open == nil {
		open = []span{s}
	}
	for _, o := range open {
		for from := max(o.from, s.from); from < min(o.to, s.to); {
			absent := slices.IndexFunc(h.absent, func(a span) bool { return a.from <= from && from < a.to })
			if absent < 0 {
				return true
			}
			from = h.absent[absent].to
		}
	}
	return false
}
