package importing

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// maxOvernight is how long an interval may be whose end is written before its start: a longer one is rather a mistake,
// and must say 次日 (or +1).
const maxOvernight = 12 * time.Hour

var (
	clockPattern = regexp.MustCompile(`^(?:(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T]+)?(次日|\+1 ?)?(\d{1,2})[:：](\d{2})$`)
	dashPattern  = regexp.MustCompile(`^(.*?\d[:：]\d{2})\s*(?:-|–|—|~|～|至|到)\s*(.*\d[:：]\d{2})$`)
)

// moment is an instant as a file writes it, in the zone of the district.
type moment struct {
	time  time.Time
	bare  bool // an hour without a day
	valid bool
}

// moment reads 14:00, 次日8:00 or 2020-02-08 14:00; an hour alone belongs to day.
func (p *parser) moment(text, day string) moment {
	m := clockPattern.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return moment{}
	}
	date, err := time.ParseInLocation(time.DateOnly, day, p.zone)
	if m[1] != "" {
		date, err = time.ParseInLocation("2006-1-2", m[1]+"-"+m[2]+"-"+m[3], p.zone)
	}
	hour, _ := strconv.Atoi(m[5])   // two digits
	minute, _ := strconv.Atoi(m[6]) // the same
	if err != nil || minute > 59 || hour > 24 || hour == 24 && minute > 0 {
		return moment{}
	}
	next := 0
	if m[4] != "" {
		next = 1
	}
	at := time.Date(date.Year(), date.Month(), date.Day()+next, hour, minute, 0, 0, p.zone)
	return moment{time: at, bare: m[1] == "" && next == 0, valid: true}
}

var (
	notAnHour  = said{"this is not an hour", "不是时刻"}
	writeHours = said{"write 14:00, 次日8:00 or 2020-02-08 14:00", "请写成 14:00、次日8:00 或 2020-02-08 14:00"}
)

// instant is the key's moment, nil when it is not there or day is not known.
func (r *reader) instant(key, day string) *timestamppb.Timestamp {
	text := r.text(key)
	if text == "" || day == "" {
		return nil
	}
	m := r.p.moment(text, day)
	if !m.valid {
		r.wrong(key, notAnHour, writeHours)
		return nil
	}
	return timestamppb.New(m.time)
}

// interval is the shift's time, from the key time or from start and end; nils when it is not known.
func (r *reader) interval(day string) (start, end *timestamppb.Timestamp) {
	from, to, at := "start", "end", "end"
	first, last := r.text(from), r.text(to)
	switch {
	case r.has("time") && (r.has(from) || r.has(to)):
		r.wrong("time", sayf("time stands beside start or end", "时间与开始、结束重复"), sayf("keep one of the two", "请只保留一种写法"))
		return nil, nil
	case r.has("time"):
		from, to, at = "time", "time", "time"
		m := dashPattern.FindStringSubmatch(r.text("time"))
		if m == nil {
			r.wrong("time", sayf("this is not an interval", "不是时间段"), sayf("write 08:00-12:00, or 20:00-08:00 for a night", "请写成 08:00-12:00，夜班写成 20:00-08:00"))
			return nil, nil
		}
		first, last = m[1], m[2]
	case first == "" || last == "":
		r.p.d.add(r.v.at, "time", sayf("the time is missing", "缺少时间"), sayf("add time: 08:00-12:00", "请填写时间，例如 08:00-12:00"))
		return nil, nil
	}
	if day == "" {
		return nil, nil // the day's own mistake is named
	}
	a, b := r.p.moment(first, day), r.p.moment(last, day)
	if !a.valid || !b.valid {
		r.wrong(map[bool]string{true: to, false: from}[a.valid], notAnHour, writeHours)
		return nil, nil
	}
	if a.time.Format(time.DateOnly) != day {
		r.wrong(from, sayf("the start is not on the list's date", "开始时间不在清单日期当天"),
			sayf("put the shift on the list of that date", "请放到那一天的清单里"))
		return nil, nil
	}
	if over := b.time.AddDate(0, 0, 1); b.bare && b.time.Before(a.time) && over.Sub(a.time) <= maxOvernight {
		b.time = over
	}
	if !b.time.After(a.time) {
		r.wrong(at, sayf("the end is not after the start", "结束时间不晚于开始时间"),
			sayf("correct it; an end on the next day is written 次日8:00", "请改正；次日结束请写成 次日8:00"))
		return nil, nil
	}
	return timestamppb.New(a.time), timestamppb.New(b.time)
}
