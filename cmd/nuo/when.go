package main

import (
	"regexp"
	"strings"
	"time"
)

// A time is typed as 2020-02-08 14:00, as 14:00 (today), tomorrow 14:00, now, or as RFC 3339; without a zone of its own
// it is meant in --time-zone. 24:00 is the end of the day, and the colon may be a full-width one. A date is typed as
// 2020-02-08, yesterday, today or tomorrow (昨天, 今天, 明天).

var dayWords = map[string]int{"yesterday": -1, "today": 0, "tomorrow": 1, "昨天": -1, "今天": 0, "明天": 1}

var timeLayouts = []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05"}

func (in *input) today() time.Time {
	y, m, d := in.now().In(in.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, in.zone)
}

// midnight is the end of a day, written as the hour that no clock shows.
var midnight = regexp.MustCompile(`(^|[ T])24:00(:00)?$`)

// parseTime reads an instant.
func (in *input) parseTime(typed string) (time.Time, error) {
	raw := strings.ReplaceAll(typed, "：", ":")
	if !midnight.MatchString(raw) {
		return in.parseClock(typed, raw)
	}
	at, err := in.parseClock(typed, midnight.ReplaceAllString(raw, "${1}00:00"))
	return at.In(in.zone).AddDate(0, 0, 1), err
}

// parseClock reads raw, an instant within its day, and names it as typed where it is none.
func (in *input) parseClock(typed, raw string) (time.Time, error) {
	if raw == "now" || raw == "现在" {
		return in.now(), nil
	}
	if at, err := time.Parse(time.RFC3339Nano, raw); err == nil {
		return at, nil
	}
	for _, layout := range timeLayouts {
		if at, err := time.ParseInLocation(layout, raw, in.zone); err == nil {
			return at, nil
		}
	}
	word, clock, ok := strings.Cut(raw, " ")
	if !ok {
		word, clock = "today", raw
	}
	days, known := dayWords[word]
	at, err := time.Parse("15:04", clock)
	if err != nil || !known {
		return time.Time{}, usage(sayBadTime, typed)
	}
	y, m, d := in.today().Date()
	return time.Date(y, m, d+days, at.Hour(), at.Minute(), 0, 0, in.zone), nil
}

// parseDate reads a day and answers it as YYYY-MM-DD.
func (in *input) parseDate(raw string) (string, error) {
	day, _, err := in.parseDay(raw)
	return day, err
}

// parseDay reads a day and answers it and the one after it.
func (in *input) parseDay(raw string) (day, next string, err error) {
	at, err := time.ParseInLocation(time.DateOnly, raw, in.zone)
	if err != nil {
		days, known := dayWords[raw]
		if !known {
			return "", "", usage(sayBadDate, raw)
		}
		at = in.today().AddDate(0, 0, days)
	}
	return at.Format(time.DateOnly), at.AddDate(0, 0, 1).Format(time.DateOnly), nil
}

// clock is an instant in the zone as tables show it; the year is always there, for histories cross it.
func clock(at time.Time, zone *time.Location) string { return at.In(zone).Format("2006-01-02 15:04") }

// interval is two instants as tables show them: the end's day only where it is another one.
func interval(start, end time.Time, zone *time.Location) string {
	start, end = start.In(zone), end.In(zone)
	if start.Format(time.DateOnly) == end.Format(time.DateOnly) {
		return clock(start, zone) + "-" + end.Format("15:04")
	}
	return clock(start, zone) + " - " + end.Format("01-02 15:04")
}
