package matching

import (
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

const (
	gateCheck = nuov1.TaskKind_TASK_KIND_GATE_CHECK
	patrol    = nuov1.TaskKind_TASK_KIND_PATROL
	banner    = nuov1.TaskKind_TASK_KIND_BANNER
)

func TestOKRankIsTheSumOfPositions(t *testing.T) {
	s := &nuov1.Shift{
		Kind: gateCheck, Street: "streets/a", Community: "communities/b", Compound: "communities/b/compounds/c/buildings/1",
	}
	kinds := func(k ...nuov1.TaskKind) []nuov1.TaskKind { return k }
	for _, c := range []struct {
		what   string
		kinds  []nuov1.TaskKind
		places []string
		want   int
	}{
		{"nothing stated", nil, nil, 5},
		{"the first kind", kinds(gateCheck, patrol), nil, 1},
		{"the second kind", kinds(patrol, gateCheck), nil, 2},
		{"another kind", kinds(patrol), nil, 6},
		{"another kind than two", kinds(patrol, banner), nil, 7},
		{"the first place", nil, []string{"communities/b"}, 1},
		{"its compound", nil, []string{"communities/x", "communities/b/compounds/c"}, 2},
		{"its street", nil, []string{"streets/a"}, 1},
		{"another place", nil, []string{"communities/b/compounds/d"}, 6},
		{"both", kinds(patrol, gateCheck), []string{"communities/x", "streets/a"}, 3},
		{"neither", kinds(patrol), []string{"communities/x"}, 11},
		{"far beyond", kinds(1, 3, 4, 5, 6, 7, 8, 9, 10, 11), []string{"1", "2", "3", "4", "5", "6", "7"}, 20},
	} {
		p := &nuov1.Preference{Kinds: c.kinds, Places: c.places}
		if c.what == "far beyond" {
			s.Kind = patrol
		}
		if got := wishFor(p, s).rank(p); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
}

func TestOKHoursHoldAShift(t *testing.T) {
	line := timeline{zone: time.FixedZone("", 8*60*60), first: 18301} // 2020-02-09, a Sunday
	if line.weekday(0) != 7 || line.weekday(1) != 1 || line.weekday(-1) != 6 || line.weekday(-8) != 6 {
		t.Errorf("%d %d %d", line.weekday(0), line.weekday(1), line.weekday(-1))
	}
	at := func(from, to int) span { return span{from * 60, to * 60} }
	day := func(from, to string, weekdays ...int32) *nuov1.Availability {
		return &nuov1.Availability{FromTime: from, ToTime: to, Weekdays: weekdays}
	}
	absent := []*nuov1.Absence{{FromDate: "2020-02-09", ToDate: "2020-02-09"}}
	for _, c := range []struct {
		what  string
		p     *nuov1.Preference
		s     span
		dueBy bool
		want  bool
	}{
		{"nothing stated", &nuov1.Preference{}, at(8, 12), false, true},
		{"inside", &nuov1.Preference{Availability: []*nuov1.Availability{day("08:00", "12:00")}}, at(8, 12), false, true},
		{"beyond", &nuov1.Preference{Availability: []*nuov1.Availability{day("08:00", "12:00")}}, at(8, 13), false, false},
		{"two in a row", &nuov1.Preference{Availability: []*nuov1.Availability{day("08:00", "10:00"), day("10:00", "13:00")}}, at(8, 13), false, true},
		{"a gap between", &nuov1.Preference{Availability: []*nuov1.Availability{day("08:00", "10:00"), day("11:00", "13:00")}}, at(8, 13), false, false},
		{"over midnight", &nuov1.Preference{Availability: []*nuov1.Availability{day("20:00", "08:00", 7)}}, at(22, 30), false, true},
		{"another day's night", &nuov1.Preference{Availability: []*nuov1.Availability{day("20:00", "08:00", 1)}}, at(22, 30), false, false},
		{"the night before", &nuov1.Preference{Availability: []*nuov1.Availability{day("20:00", "08:00", 6)}}, at(2, 6), false, true},
		{"all day", &nuov1.Preference{Availability: []*nuov1.Availability{day("00:00", "24:00")}}, at(0, 48), false, true},
		{"the same hour", &nuov1.Preference{Availability: []*nuov1.Availability{day("08:00", "08:00", 7)}}, at(9, 31), false, true},
		{"absent", &nuov1.Preference{Absences: absent}, at(8, 12), false, false},
		{"a night into absence", &nuov1.Preference{Absences: absent}, at(-2, 1), false, false},
		{"after absence", &nuov1.Preference{Absences: absent}, at(24, 25), false, true},
		{"due in the absence", &nuov1.Preference{Absences: absent}, at(8, 20), true, false},
		{"due after it", &nuov1.Preference{Absences: absent}, at(8, 30), true, true},
		{"due, with an hour of it", &nuov1.Preference{Availability: []*nuov1.Availability{day("18:00", "19:00")}}, at(8, 20), true, true},
		{"due, without", &nuov1.Preference{Availability: []*nuov1.Availability{day("18:00", "19:00")}}, at(8, 17), true, false},
	} {
		if got := hoursOf(c.p, line, 0, 3).allow(c.s, c.dueBy); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

// A day of which an hour is lost or doubled keeps the plan's days whole.
func TestOKTimelineFollowsTheClocks(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	line := timeline{zone: zone}
	line.first = line.at(time.Date(2020, 3, 28, 12, 0, 0, 0, zone)) / minutesOfDay
	from, to := line.interval(time.Date(2020, 3, 29, 20, 0, 0, 0, zone), time.Date(2020, 3, 30, 0, 0, 0, 0, zone))
	if from != minutesOfDay+20*60 || to != 2*minutesOfDay {
		t.Errorf("%d to %d", from, to)
	}
	if from, to := line.interval(time.Date(2020, 3, 28, 8, 0, 30, 0, zone), time.Date(2020, 3, 28, 9, 0, 30, 0, zone)); from != 480 || to != 541 {
		t.Errorf("%d to %d", from, to)
	}
}
