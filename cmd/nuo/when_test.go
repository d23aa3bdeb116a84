package main

import (
	"testing"
	"time"
)

func at(zone string) *input {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	return &input{app: testApp(english), zone: loc}
}

func TestParseTimeOK(t *testing.T) {
	for _, c := range []struct{ zone, raw, want string }{
		{"Asia/Shanghai", "2020-02-08 14:00", "2020-02-08T06:00:00Z"},
		{"Asia/Shanghai", "2020-02-08T14:00", "2020-02-08T06:00:00Z"},
		{"Asia/Shanghai", "2020-02-08 14:00:30", "2020-02-08T06:00:30Z"},
		{"UTC", "2020-02-08 14:00", "2020-02-08T14:00:00Z"},
		{"UTC", "2020-02-08T14:00:00+08:00", "2020-02-08T06:00:00Z"},
		{"Asia/Shanghai", "14:00", "2020-02-08T06:00:00Z"},
		{"Asia/Shanghai", "tomorrow 08:00", "2020-02-09T00:00:00Z"},
		{"Asia/Shanghai", "明天 08:00", "2020-02-09T00:00:00Z"},
		{"Asia/Shanghai", "昨天 14：00", "2020-02-07T06:00:00Z"},
		{"Asia/Shanghai", "14：00", "2020-02-08T06:00:00Z"},
		{"Asia/Shanghai", "24:00", "2020-02-08T16:00:00Z"},
		{"Asia/Shanghai", "2020-02-29 24：00", "2020-02-29T16:00:00Z"},
		{"Asia/Shanghai", "tomorrow 24:00", "2020-02-09T16:00:00Z"},
		{"Asia/Shanghai", "2020-02-08 14:24:00", "2020-02-08T06:24:00Z"},
		{"Asia/Shanghai", "now", "2020-02-08T04:00:00Z"},
		// It is still the 7th in Los Angeles.
		{"America/Los_Angeles", "14:00", "2020-02-07T22:00:00Z"},
	} {
		got, err := at(c.zone).parseTime(c.raw)
		if err != nil || got.UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%q in %s: %v, %v; want %s", c.raw, c.zone, got.UTC(), err, c.want)
		}
	}
}

func TestParseTimeErrUsage(t *testing.T) {
	for _, raw := range []string{"", "noon", "25:00", "24:01", "2020-02-30 24:00", "2020-02-30 14:00", "someday 14:00", "2020-02-08"} {
		if got, err := at("Asia/Shanghai").parseTime(raw); err == nil {
			t.Errorf("%q was taken as %v", raw, got)
		}
	}
}

func TestParseDayOK(t *testing.T) {
	for _, c := range []struct{ raw, day, next string }{
		{"2020-02-08", "2020-02-08", "2020-02-09"},
		{"2020-02-29", "2020-02-29", "2020-03-01"},
		{"today", "2020-02-08", "2020-02-09"},
		{"明天", "2020-02-09", "2020-02-10"},
		{"yesterday", "2020-02-07", "2020-02-08"},
	} {
		day, next, err := at("Asia/Shanghai").parseDay(c.raw)
		if err != nil || day != c.day || next != c.next {
			t.Errorf("%q: %s, %s, %v", c.raw, day, next, err)
		}
	}
	if _, _, err := at("Asia/Shanghai").parseDay("2020-02-30"); err == nil {
		t.Error("the 30th of February was taken")
	}
}

func TestParseHoursOK(t *testing.T) {
	for raw, want := range map[string]int32{"3.5": 350, "4": 400, "0.29": 29, "12.07": 1207} {
		if got, err := parseHours(raw); err != nil || got != want {
			t.Errorf("%s: %d, %v", raw, got, err)
		}
	}
	for _, raw := range []string{"-1", "3.555", "four", "1e12", "NaN"} {
		if got, err := parseHours(raw); err == nil {
			t.Errorf("%s was taken as %d", raw, got)
		}
	}
}

func TestIntervalOK(t *testing.T) {
	zone := at("Asia/Shanghai").zone
	start := time.Date(2020, 2, 8, 20, 0, 0, 0, zone)
	if got := interval(start, start.Add(2*time.Hour), zone); got != "2020-02-08 20:00-22:00" {
		t.Error(got)
	}
	if got := interval(start, start.Add(12*time.Hour), zone); got != "2020-02-08 20:00 - 02-09 08:00" {
		t.Error(got)
	}
}
