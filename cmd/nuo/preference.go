package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

const preferenceCard = "name kinds places availability absences max_shifts_weekly update_time etag"

func preferenceCommand(a *app) *cobra.Command {
	return a.group("preference", text{"Preferences: what a volunteer wishes for in plans", "意愿：志愿者希望怎样排班"},
		rpc(a, spec{
			use: "get VOLUNTEER", short: text{"Show what a volunteer wishes for", "查看意愿"}, example: "nuo preference get me",
		}, preferences, nuov1.PreferenceServiceClient.GetPreference, card(preferenceCard)),
		update(a, spec{
			use: "update VOLUNTEER", short: text{"State wishes, hours and absences; an empty text clears one", "填写意愿、可到时间和请勿安排的日子（空文字为清除）"},
			example: "nuo preference update me --kinds gate-check,patrol --places mingzhu,streets/jiazhi --shifts-weekly 2\n" +
				"nuo preference update me --available 'mon-fri 18:00-22:00' --available 'sat+sun 08:00-20:00'\n" +
				"nuo preference update me --absent 2020-02-10..2020-02-12,tomorrow\n" +
				"nuo preference update me --available=",
			flags: []string{
				"preference.kinds", "preference.places", "preference.availability=available", "preference.absences=absent",
				"preference.max_shifts_weekly=shifts-weekly",
			},
		}, "preference", preferences, nuov1.PreferenceServiceClient.GetPreference,
			nuov1.PreferenceServiceClient.UpdatePreference, card(preferenceCard)),
	)
}

// weekdays are the days of the week as they are shown, from Monday.
var weekdays = [...]text{
	{"mon", "周一"}, {"tue", "周二"}, {"wed", "周三"}, {"thu", "周四"}, {"fri", "周五"}, {"sat", "周六"}, {"sun", "周日"},
}

// dayRanges are words for several days.
var dayRanges = map[string]string{
	"workdays": "1-5", "工作日": "1-5", "weekend": "6-7", "周末": "6-7", "daily": "1-7", "每天": "1-7",
}

// hoursPattern is days, which may be missing, and hours of a day.
var hoursPattern = regexp.MustCompile(`^(?:(\S+)\s+)?(\d{1,2}:\d{2})\s*[-–至]\s*(\d{1,2}:\d{2})$`)

// parseAvailability reads "mon-fri 18:00-22:00", "sat+sun 08:00-20:00", "周末 8:00-20:00", or hours of every day.
func parseAvailability(flag, typed string) (*nuov1.Availability, error) {
	bad := usage(sayBadAvailability, flag, typed)
	found := hoursPattern.FindStringSubmatch(strings.TrimSpace(strings.ReplaceAll(typed, "：", ":")))
	if found == nil {
		return nil, bad
	}
	hours := &nuov1.Availability{FromTime: twoDigits(found[2]), ToTime: twoDigits(found[3])}
	if found[1] == "" {
		return hours, nil
	}
	days := map[int]bool{}
	for part := range strings.FieldsFuncSeq(found[1], func(r rune) bool { return r == '+' || r == '、' }) {
		first, last, isRange := strings.Cut(or(dayRanges[strings.ToLower(part)], part), "-")
		from, to := weekday(first), weekday(first)
		if isRange {
			to = weekday(last)
		}
		if from == 0 || to == 0 {
			return nil, bad
		}
		for day := from; ; day = day%7 + 1 { // 周六-周一 is three days
			days[day] = true
			if day == to {
				break
			}
		}
	}
	for day := 1; day <= 7 && len(days) < 7; day++ {
		if days[day] {
			hours.Weekdays = append(hours.Weekdays, int32(day))
		}
	}
	return hours, nil
}

// weekday reads mon, monday, 周一, 星期一, 礼拜天 or 1; 0 is none.
func weekday(typed string) int {
	typed = strings.ToLower(typed)
	if n, err := strconv.Atoi(typed); err == nil && n >= 1 && n <= 7 {
		return n
	}
	for _, prefix := range []string{"星期", "礼拜"} {
		if rest, ok := strings.CutPrefix(typed, prefix); ok {
			typed = "周" + rest
		}
	}
	typed = strings.Replace(typed, "周天", "周日", 1)
	return 1 + slices.IndexFunc(weekdays[:], func(d text) bool {
		return typed == d.zh || len(typed) >= len(d.en) && strings.HasPrefix(typed, d.en)
	})
}

// twoDigits is 08:00 for 8:00.
func twoDigits(clock string) string {
	if len(clock) < len("08:00") {
		return "0" + clock
	}
	return clock
}

// parseAbsence reads a day, or the first and the last of several: 2020-02-10..2020-02-12, 今天..明天.
func (in *input) parseAbsence(typed string) (*nuov1.Absence, error) {
	first, last, several := strings.Cut(strings.ReplaceAll(typed, "至", ".."), "..")
	from, err := in.parseDate(strings.TrimSpace(first))
	if err != nil {
		return nil, err
	}
	to := from
	if several {
		if to, err = in.parseDate(strings.TrimSpace(last)); err != nil {
			return nil, err
		}
	}
	return &nuov1.Absence{FromDate: from, ToDate: to}, nil
}

// hoursText is hours as they are typed; days that follow each other stand as a range.
func hoursText(h *nuov1.Availability, l language) string {
	var days []string
	list := h.GetWeekdays()
	for i := 0; i < len(list); i++ {
		first := i
		for i+1 < len(list) && list[i+1] == list[i]+1 {
			i++
		}
		day := dayText(list[first], l)
		if i > first {
			day += "-" + dayText(list[i], l)
		}
		days = append(days, day)
	}
	hours := h.GetFromTime() + "-" + h.GetToTime()
	return strings.Join(append(nonEmpty(strings.Join(days, "+")), hours), " ")
}

func dayText(day int32, l language) string {
	if day < 1 || int(day) > len(weekdays) {
		return strconv.Itoa(int(day))
	}
	return weekdays[day-1].in(l)
}

func absenceText(a *nuov1.Absence) string {
	if a.GetFromDate() == a.GetToDate() {
		return a.GetFromDate()
	}
	return a.GetFromDate() + ".." + a.GetToDate()
}
