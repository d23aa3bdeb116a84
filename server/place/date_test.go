package place_test

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
)

func protoValue(m proto.Message) protoreflect.Value {
	return protoreflect.ValueOfMessage(m.ProtoReflect())
}

func protoInt(n int32) protoreflect.Value { return protoreflect.ValueOfInt32(n) }

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := place.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestOKLocalDateIsTheDistrictsDay(t *testing.T) {
	for _, c := range []struct{ at, zone, want string }{
		{"2020-02-08T15:59:59Z", "Asia/Shanghai", "2020-02-08"},
		{"2020-02-08T16:00:00Z", "Asia/Shanghai", "2020-02-09"},
		{"2020-02-08T16:00:00Z", "UTC", "2020-02-08"},
	} {
		if got := place.LocalDate(instant(t, c.at), zone(t, c.zone)); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.at, c.zone, got, c.want)
		}
	}
}

// TestOKDayCountsLocalDates goes over years by hours, over changes of clocks and over 1970.
func TestOKDayCountsLocalDates(t *testing.T) {
	for _, name := range []string{"Asia/Shanghai", "Europe/Berlin", "UTC", "America/St_Johns"} {
		z := zone(t, name)
		at := time.Date(1968, 12, 30, 0, 0, 0, 0, time.UTC)
		date, day := at.In(z).Format(time.DateOnly), place.Day(at, z)
		for ; at.Year() < 1972; at = at.Add(time.Hour) {
			now := at.In(z).Format(time.DateOnly)
			if got := place.LocalDate(at, z); got != now {
				t.Fatalf("%v in %s: %s, want %s", at, name, got, now)
			}
			if now != date {
				date, day = now, day+1
			}
			if got := place.Day(at, z); got != day {
				t.Fatalf("%v in %s: day %d, want %d", at, name, got, day)
			}
		}
	}
	for _, year := range []int{-1, 0, 99, 9999, 10000} {
		at := time.Date(year, 2, 3, 0, 0, 0, 0, time.UTC)
		if got, want := place.LocalDate(at, time.UTC), at.Format(time.DateOnly); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestOKDayBoundsAreMidnights(t *testing.T) {
	for _, c := range []struct{ date, zone, start, end string }{
		{"2020-02-08", "Asia/Shanghai", "2020-02-07T16:00:00Z", "2020-02-08T16:00:00Z"},
		{"2020-02-29", "Asia/Shanghai", "2020-02-28T16:00:00Z", "2020-02-29T16:00:00Z"},
		{"2019-12-31", "Asia/Shanghai", "2019-12-30T16:00:00Z", "2019-12-31T16:00:00Z"},
		{"2020-03-29", "Europe/Berlin", "2020-03-28T23:00:00Z", "2020-03-29T22:00:00Z"},
	} {
		start, end, err := place.DayBounds(c.date, zone(t, c.zone))
		if err != nil || !start.Equal(instant(t, c.start)) || !end.Equal(instant(t, c.end)) {
			t.Errorf("%s in %s: %v to %v (%v), want %s to %s", c.date, c.zone, start, end, err, c.start, c.end)
		}
		if start.Location() != time.UTC || end.Location() != time.UTC {
			t.Error("bounds are not UTC")
		}
	}
}

func TestErrInvalidFieldDateThatDoesNotExist(t *testing.T) {
	for _, date := range []string{"", "2020-02-30", "2019-02-29", "2020-2-8", "20200208", "2020-13-01"} {
		if _, _, err := place.DayBounds(date, time.UTC); !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD) {
			t.Errorf("%q: %v, want INVALID_FIELD", date, err)
		}
		if place.ValidDate(date) {
			t.Errorf("%q is valid", date)
		}
	}
}

func TestOKAddDaysCrossesMonths(t *testing.T) {
	for _, c := range []struct {
		date string
		days int
		want string
	}{{"2020-02-28", 1, "2020-02-29"}, {"2020-02-28", 2, "2020-03-01"}, {"2020-01-01", -1, "2019-12-31"}, {"?", 1, "?"}} {
		if got := place.AddDays(c.date, c.days); got != c.want {
			t.Errorf("%s + %d: %s, want %s", c.date, c.days, got, c.want)
		}
	}
}

func TestOKDatesEnd(t *testing.T) {
	for _, c := range []struct {
		first, last string
		want        []string
	}{
		{"2020-02-28", "2020-03-01", []string{"2020-02-28", "2020-02-29", "2020-03-01"}},
		{"2020-02-08", "2020-02-08", []string{"2020-02-08"}},
		{"2020-02-09", "2020-02-08", nil},
		{"2020-02-30", "2020-03-01", nil},
		{"9999-12-30", "9999-12-31", []string{"9999-12-30", "9999-12-31"}},
	} {
		if got := slices.Collect(place.Dates(c.first, c.last)); !slices.Equal(got, c.want) {
			t.Errorf("from %s to %s: %v, want %v", c.first, c.last, got, c.want)
		}
	}
}
