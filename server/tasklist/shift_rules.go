package tasklist

import (
	"fmt"
	"strings"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// The longest shift, and the longest time that work which is due by an hour stays open.
const (
	longest      = 24 * time.Hour
	longestDueBy = 7 * 24 * time.Hour
)

// checkShift holds a shift to the rules that the .proto file cannot say.
func checkShift(c *call.Call, s *nuov1.Shift, l *nuov1.TaskList) error {
	if err := checkTimes(c.Tx, s, l); err != nil {
		return err
	}
	if s.GetMinimumHeadcount() > s.GetCapacity() {
		return fault.Field("shift.minimum_headcount", "is above the capacity", "不能多于名额数")
	}
	if err := refusePhones("shift.place", s.GetPlace(), "shift.meeting_point", s.GetMeetingPoint(),
		"shift.risk_notes", s.GetRiskNotes()); err != nil {
		return err
	}
	if err := checkRelief(c.Tx, s); err != nil {
		return err
	}
	return checkRequirements(c.Tx, s)
}

// checkTimes holds the interval to its length and to the list's date, and the claim window to the interval.
func checkTimes(tx *store.Tx, s *nuov1.Shift, l *nuov1.TaskList) error {
	for field, t := range map[string]interface{ CheckValid() error }{
		"shift.start_time": s.GetStartTime(), "shift.end_time": s.GetEndTime(),
	} {
		if t.CheckValid() != nil {
			return fault.Field(field, "is no valid instant", "不是有效的时间")
		}
	}
	start, end := s.GetStartTime().AsTime(), s.GetEndTime().AsTime()
	if !end.After(start) {
		return fault.Field("shift.end_time", "must be after the start", "须晚于开始时间")
	}
	most, text := longest, "24 h"
	if s.GetTiming() == nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY {
		most, text = longestDueBy, "7 d"
	}
	if end.Sub(start) > most {
		return fault.Field("shift.end_time", "is more than "+text+" after the start; split the shift", "距开始时间超过上限，请拆分班次")
	}
	p, err := place.PolicyOf(tx, l.GetDistrict())
	if err != nil {
		return err
	}
	if place.LocalDate(start, p.Zone) != l.GetDate() {
		return fault.Field("shift.start_time", "must lie on the list's date "+l.GetDate()+" in the district's time zone; make a list for the other day",
			"须在清单日期 "+l.GetDate()+" 当天（区所在时区），其他日期请另建清单")
	}
	return checkWindow(s)
}

// checkWindow holds the claim window, as far as it is set, to its order and to the shift's end.
func checkWindow(s *nuov1.Shift) error {
	opens, closes, end := s.GetClaimOpenTime(), s.GetClaimCloseTime(), s.GetEndTime().AsTime()
	if opens != nil && (opens.CheckValid() != nil || !opens.AsTime().Before(end)) {
		return fault.Field("shift.claim_open_time", "must be before the end", "须早于结束时间")
	}
	if closes == nil {
		return nil
	}
	if closes.CheckValid() != nil || closes.AsTime().After(end) {
		return fault.Field("shift.claim_close_time", "must not be after the end", "不能晚于结束时间")
	}
	if opens != nil && !closes.AsTime().After(opens.AsTime()) {
		return fault.Field("shift.claim_close_time", "must be after claim_open_time", "须晚于报名开始时间")
	}
	return nil
}

// checkRelief holds the shift that relieves this one to be another one of the same community.
func checkRelief(tx *store.Tx, s *nuov1.Shift) error {
	if s.GetRelievedBy() == "" {
		return nil
	}
	relief, ok, err := store.Shifts.Find(tx, s.GetRelievedBy())
	if err != nil {
		return err
	}
	if !ok || relief.GetCommunity() != s.GetCommunity() || relief.GetName() == s.GetName() {
		return fault.Field("shift.relieved_by", "name another shift of the community", "请填写本社区的另一个班次")
	}
	return nil
}

// checkRequirements holds the organisations that are asked for to be units, branches or teams of the district.
func checkRequirements(tx *store.Tx, s *nuov1.Shift) error {
	for i, name := range s.GetRequirements().GetOrganisations() {
		var o *nuov1.Organisation
		if strings.HasPrefix(name, "units/") || strings.HasPrefix(name, "teams/") {
			var err error
			if o, _, err = store.Organisations.Find(tx, name); err != nil {
				return err
			}
		}
		if o == nil || o.GetDistrict() != s.GetDistrict() {
			return fault.Field(fmt.Sprintf("shift.requirements.organisations[%d]", i),
				"name a unit, branch or team of the district", "请填写本区的单位、党支部或志愿服务队")
		}
	}
	return nil
}
