package place

import (
	"time"

	"nuo.internal/nuo/server/fault"
)

// LocalDate is the date of the instant in the zone, YYYY-MM-DD. A list, a record and a night shift are dated by the
// local date of their start.
func LocalDate(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }

// ValidDate tells whether the text is a date that exists, YYYY-MM-DD.
func ValidDate(date string) bool {
	_, err := time.Parse(time.DateOnly, date)
	return err == nil
}

// DayBounds is the local date (YYYY-MM-DD) in the zone as a half-open interval of instants, UTC: 24 hours, or as long
// as the day is where clocks change. A date that does not exist is INVALID_FIELD of the field "date".
func DayBounds(date string, zone *time.Location) (start, end time.Time, err error) {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		// The cause is left out: it quotes the text.
		return start, end, fault.Field("date", "is no date that exists, YYYY-MM-DD", "不是有效日期，格式为 YYYY-MM-DD")
	}
	midnight := func(d int) time.Time {
		return time.Date(day.Year(), day.Month(), d, 0, 0, 0, 0, zone).UTC()
	}
	return midnight(day.Day()), midnight(day.Day() + 1), nil
}

// AddDays is the date that many days later (earlier when negative), YYYY-MM-DD. A date that does not exist stays as
// it is.
func AddDays(date string, days int) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return day.AddDate(0, 0, days).Format(time.DateOnly)
}
