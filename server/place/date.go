package place

import (
	"iter"
	"time"

	"nuo.internal/nuo/server/fault"
)

// LocalDate is the date of the instant in the zone, YYYY-MM-DD. A list, a record and a night shift are dated by the
// local date of their start.
func LocalDate(t time.Time, zone *time.Location) string {
	y, m, d := t.In(zone).Date()
	if y < 0 || y > 9999 {
		return t.In(zone).Format(time.DateOnly)
	}
	digit := func(n int) byte { return byte('0' + n%10) }
	return string([]byte{ // what Format makes, in a third of the time: lists ask for every shift
		digit(y / 1000), digit(y / 100), digit(y / 10), digit(y), '-', digit(int(m) / 10), digit(int(m)), '-', digit(d / 10), digit(d),
	})
}

// Day is the local date of the instant in the zone as a number: that of the next date is one more.
func Day(t time.Time, zone *time.Location) int {
	const seconds = 24 * 60 * 60
	_, offset := t.In(zone).Zone()
	local := t.Unix() + int64(offset)
	day := local / seconds
	if local%seconds < 0 {
		day--
	}
	return int(day)
}

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

// Dates are the dates from first to last, inclusive, YYYY-MM-DD. They end before a year of five digits, which as text
// would stand before all others.
func Dates(first, last string) iter.Seq[string] {
	return func(yield func(string) bool) {
		day, err := time.Parse(time.DateOnly, first)
		if err != nil {
			return
		}
		for ; day.Year() <= 9999; day = day.AddDate(0, 0, 1) {
			if date := day.Format(time.DateOnly); date > last || !yield(date) {
				return
			}
		}
	}
}
