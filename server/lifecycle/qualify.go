package lifecycle

import (
	"slices"
	"time"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// bid is a person's wish for time on a shift: what rules 2 and 4 are asked about.
type bid struct {
	volunteer *nuov1.Volunteer
	from, to  time.Time
	except    string // the person's own contract that is being changed
	onSite    bool   // 现场登记: registration and consent are asked for before hours are confirmed
	timeless  bool   // an offer: it does not hold the person's time, and signing checks it
	calledUp  bool   // notice, not consent
}

// qualify answers the first rule that forbids the bid.
func (w *step) qualify(s *shiftStep, b bid) error {
	faults, err := w.hindrances(s, b)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return faults[0]
	}
	return nil
}

// hindrances are all reasons for which the person may not have the time on the shift, gravest first.
func (w *step) hindrances(s *shiftStep, b bid) ([]*fault.Error, error) {
	faults := personal(s, b)
	if b.timeless || s.shift.GetTiming() == nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY {
		return faults, nil
	}
	calendar, err := w.calendar(b.volunteer.GetName(), b.from, b.to.Add(looksAhead(s.policy)))
	if err != nil {
		return nil, err
	}
	return append(faults, timely(s, calendar, b)...), nil
}

// timely is what the person has promised already against the bid: rule 2 and the rest rules of rule 4.
func timely(s *shiftStep, calendar []*storev1.CalendarEntry, b bid) (faults []*fault.Error) {
	if f := overlap(calendar, b); f != nil {
		faults = append(faults, f)
	}
	return append(faults, rest(s.policy, calendar, b)...)
}

// personal is rule 4 without time: what the person is, has and consented to.
func personal(s *shiftStep, b bid) (faults []*fault.Error) {
	add := func(reason nuov1.ErrorReason, vars ...string) { faults = append(faults, fault.New(reason, vars...)) }
	v, shift := b.volunteer, s.shift
	date := place.LocalDate(b.from, s.policy.Zone)
	if v.GetState() == nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED {
		add(nuov1.ErrorReason_ERROR_REASON_DEACTIVATED, "name", v.GetName())
	}
	if v.GetDistrict() != shift.GetDistrict() {
		add(nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED, "requirement", "district")
	}
	if len(v.GetExemptions()) > 0 && exemptBetween(v, date, place.LocalDate(b.to.Add(-1), s.policy.Zone)) {
		add(nuov1.ErrorReason_ERROR_REASON_EXEMPT)
	}
	hazard := shift.GetHazardClass() == nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS
	if !registeredOn(v, date) && (!b.onSite || hazard) {
		add(nuov1.ErrorReason_ERROR_REASON_NOT_REGISTERED)
	}
	if !consents(v) && !b.onSite && !b.calledUp {
		add(nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING, "consent", "RECORD")
	}
	if r := lacking(s, v, hazard, b); r != "" {
		add(nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED, "requirement", r)
	}
	return faults
}

// lacking is the first requirement that the volunteer does not meet, "" when all are met.
func lacking(s *shiftStep, v *nuov1.Volunteer, hazard bool, b bid) string {
	r := s.shift.GetRequirements()
	if v.GetMinor() {
		switch {
		case hazard || r.GetAdultsOnly() || touchesNight(b.from, b.to, s.policy.Zone):
			return "adult"
		case !v.GetGuardianConsent():
			return "guardian-consent"
		}
	}
	member := v.GetPoliticalStatus() == nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER ||
		v.GetPoliticalStatus() == nuov1.PoliticalStatus_POLITICAL_STATUS_PROBATIONARY
	if r.GetMembersOnly() && !member {
		return "party-member"
	}
	for _, skill := range r.GetSkills() {
		if !slices.Contains(v.GetSkills(), skill) {
			return skill
		}
	}
	o := r.GetOrganisations()
	if len(o) == 0 {
		return ""
	}
	own := append([]string{v.GetUnit(), v.GetBranch()}, v.GetTeams()...)
	if !slices.ContainsFunc(own, func(n string) bool { return n != "" && slices.Contains(o, n) }) {
		return "organisation"
	}
	return ""
}

// registeredOn tells whether the volunteer has a registration (报到), here or outside, on a local date.
func registeredOn(v *nuov1.Volunteer, date string) bool {
	return slices.ContainsFunc(v.GetRegistrations(), func(r *nuov1.Registration) bool { return place.Lasts(r, date) })
}

// exemptBetween tells whether an exemption covers any of the local dates first to last.
func exemptBetween(v *nuov1.Volunteer, first, last string) bool {
	return slices.ContainsFunc(v.GetExemptions(), func(e *nuov1.Exemption) bool {
		return e.GetFromDate() <= last && (e.GetToDate() == "" || first < e.GetToDate())
	})
}

// consents tells whether consent ① stands: the last word of its kind.
func consents(v *nuov1.Volunteer) bool {
	given := false
	for _, c := range v.GetConsents() {
		if c.GetKind() == nuov1.ConsentKind_CONSENT_KIND_RECORD {
			given = c.GetGiven()
		}
	}
	return given
}

// span is a stretch of a person's calendar as it is stored.
type span struct {
	from, to time.Time
	entries  []*storev1.CalendarEntry
}

// looksAhead is how far behind a bid's end the rest rules reach.
func looksAhead(p place.Policy) time.Duration {
	if p.MaxWeekly > 0 || p.MaxDaysInRow > 0 {
		return calendarReach
	}
	return max(24*time.Hour, p.RestAfterNight, p.RestBetween)
}

// calendar is what holds or asks for the person's time in an interval, what begins up to eight days before it, and
// perhaps more, in the order of its start. Its conflict key is store.Claims of the person. What is stored is read once
// a step; a reader reads ahead.
func (w *step) calendar(person string, from, to time.Time) ([]*storev1.CalendarEntry, error) {
	from = from.Add(-calendarReach)
	known := w.calendars[person]
	if known == nil || from.Before(known.from) || to.After(known.to) {
		if w.ahead == 0 { // a reader writes nothing and names no conflict key
			if _, err := w.person(person); err != nil {
				return nil, err
			}
		}
		known = &span{from: from, to: to.Add(w.ahead)}
		for e, err := range store.Calendar.Range(w.tx, store.Range{
			Prefix: []any{person}, From: []any{known.from}, Until: []any{known.to},
		}) {
			if err != nil {
				return nil, err
			}
			known.entries = append(known.entries, e)
			w.entries++
		}
		w.calendars[person] = known
	}
	if len(w.contracts) == 0 {
		return known.entries, nil
	}
	entries := slices.Clone(known.entries)
	for i, e := range entries {
		if cs := w.contracts[e.GetContract()]; cs != nil { // changed in this step, not written yet
			entries[i] = w.shifts[cs.c.GetShift()].entry(cs.c)
		}
	}
	return entries, nil
}

// overlaps is the rule for half-open intervals; an empty one overlaps nothing.
func overlaps(aFrom, aTo, bFrom, bTo time.Time) bool {
	return aFrom.Before(bTo) && bFrom.Before(aTo) && aFrom.Before(aTo) && bFrom.Before(bTo)
}

func (b bid) crosses(e *storev1.CalendarEntry) bool {
	return e.GetContract() != b.except && overlaps(b.from, b.to, e.GetStartTime().AsTime(), e.GetEndTime().AsTime())
}

// overlap is rule 2.
func overlap(calendar []*storev1.CalendarEntry, b bid) *fault.Error {
	if name := overlapping(calendar, b); name != "" {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_OVERLAP, "contract", name)
	}
	return nil
}

// overlapping names the first contract whose held time crosses the bid, "" when there is none.
func overlapping(calendar []*storev1.CalendarEntry, b bid) string {
	for _, e := range calendar {
		if e.GetHolds() && b.crosses(e) {
			return e.GetContract()
		}
	}
	return ""
}

// rest is the district's rest rules: hours a day and in seven days, rest between shifts and after a night, days in a
// row. A single shift is never too long by itself: its length is the organiser's to answer for.
func rest(p place.Policy, calendar []*storev1.CalendarEntry, b bid) (faults []*fault.Error) {
	add := func(rule string) {
		faults = append(faults, fault.New(nuov1.ErrorReason_ERROR_REASON_REST_RULE, "rule", rule))
	}
	if !slices.ContainsFunc(calendar, func(e *storev1.CalendarEntry) bool { return e.GetHolds() }) {
		return nil // every rule is about what else is promised
	}
	length := b.to.Sub(b.from)
	date := place.Day(b.from, p.Zone)
	var day time.Duration
	starts := []stint{{b.from, length}}
	dates := map[int]bool{date: true}
	tight := ""
	for _, e := range calendar {
		from, to := e.GetStartTime().AsTime(), e.GetEndTime().AsTime()
		if !e.GetHolds() || e.GetContract() == b.except || !from.Before(to) {
			continue
		}
		on := place.Day(from, p.Zone)
		dates[on] = true
		if on == date {
			day += to.Sub(from)
		}
		starts = append(starts, stint{from, to.Sub(from)})
		if rule := tooTight(p, from, to, b); rule != "" {
			tight = rule
		}
	}
	if p.MaxDaily > 0 && day > 0 && day+length > p.MaxDaily {
		add("max_daily")
	}
	if p.MaxWeekly > 0 && len(starts) > 1 && busiestWeek(starts) > p.MaxWeekly {
		add("max_weekly")
	}
	if tight != "" {
		add(tight)
	}
	if p.MaxDaysInRow > 0 && inRow(dates, date) > p.MaxDaysInRow {
		add("max_days_in_row")
	}
	return faults
}

// stint is when something starts and how long it takes.
type stint struct {
	start  time.Time
	length time.Duration
}

// busiestWeek is the longest time of any seven days that hold the first stint.
func busiestWeek(stints []stint) (most time.Duration) {
	const week = 7 * 24 * time.Hour
	for _, first := range stints {
		if d := stints[0].start.Sub(first.start); d < 0 || d >= week {
			continue
		}
		var sum time.Duration
		for _, s := range stints {
			if d := s.start.Sub(first.start); d >= 0 && d < week {
				sum += s.length
			}
		}
		most = max(most, sum)
	}
	return most
}

// tooTight names the rule that the gap between the bid and another interval breaks.
func tooTight(p place.Policy, from, to time.Time, b bid) string {
	gap, earlierFrom, earlierTo := b.from.Sub(to), from, to
	if from.After(b.from) {
		gap, earlierFrom, earlierTo = from.Sub(b.to), b.from, b.to
	}
	switch {
	case gap < 0: // an overlap, which is rule 2's
		return ""
	case gap < p.RestAfterNight && touchesNight(earlierFrom, earlierTo, p.Zone):
		return "rest_after_night"
	case gap < p.RestBetween:
		return "rest_between"
	}
	return ""
}

// touchesNight tells whether the interval has a moment between 22:00 and 6:00 of local time.
func touchesNight(from, to time.Time, zone *time.Location) bool {
	y, m, d := from.In(zone).Date()
	for i := -1; i <= 8; i++ {
		dusk := time.Date(y, m, d+i, 22, 0, 0, 0, zone)
		if dusk.After(to) {
			return false
		}
		if overlaps(from, to, dusk, time.Date(y, m, d+i+1, 6, 0, 0, 0, zone)) {
			return true
		}
	}
	return false
}

// inRow counts the days without a gap around one of them.
func inRow(days map[int]bool, day int) int {
	n := 1
	for _, direction := range []int{-1, 1} {
		for d := day + direction; days[d]; d += direction {
			n++
		}
	}
	return n
}
