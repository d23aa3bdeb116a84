package lifecycle

import (
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
)

// Guard is something that must hold for a transition, as the table's reader sees it and as it is checked. A check
// sees the contract before the transition; one that is being made has its shift, volunteer and times set.
type Guard struct {
	// Text is how the diagram says it.
	Text  string
	check func(*step, *shiftStep, *nuov1.Contract) error
}

var (
	listOpen       = Guard{"the list is published and open, the shift stands", checkListOpen}
	listStands     = Guard{"list and shift are not cancelled", checkListStands}
	windowOpen     = Guard{"the claim window is open", checkWindow}
	beforeStart    = Guard{"before the start", checkBeforeStart}
	fromStart      = Guard{"from the start on", checkFromStart}
	beforeEnd      = Guard{"before the end", checkBeforeEnd}
	afterEnd       = Guard{"after the end", checkAfterEnd}
	inLastHour     = Guard{"in the last hour before the start", checkLastHour}
	offerAlive     = Guard{"the offer has not expired", checkOfferAlive}
	untilDeadline  = Guard{"until the withdraw deadline", checkUntilDeadline}
	afterDeadline  = Guard{"after the withdraw deadline", checkAfterDeadline}
	checkInWindow  = Guard{"from 30 min before the start to the end", checkCheckInWindow}
	hasBegun       = Guard{"from the start on, but for the system", checkBegun}
	withinUndo     = Guard{"within 10 min of the check-in, or before the start", checkUndo}
	checkOutOpen   = Guard{"until end + 2 h", checkCheckOutOpen}
	checkOutClosed = Guard{"from end + 2 h on", checkCheckOutClosed}
	withinLateDays = Guard{"within 10 working days", checkLateDays}
	spokenYes      = Guard{"a spoken yes", checkSpokenYes}
	present        = Guard{"checked in and not out", checkPresent}
	checkedOut     = Guard{"checked out", checkCheckedOut}
	amended        = Guard{"new terms wait for an answer", checkAmended}
	leavePending   = Guard{"a leave waits for a word", checkLeavePending}
	nothingPending = Guard{"nothing waits for a second person", checkNothingPending}
	secondPerson   = Guard{"decided by a second person", checkSecondPerson}
	otherSide      = Guard{"decided by the side that did not ask", checkOtherSide}
	notOwn         = Guard{"not one's own contract", checkNotOwn}
	othersOnly     = Guard{"not one's own contract, but as its volunteer", checkOthersOnly}
	mayRecord      = Guard{"the person has registered and consents to the record", checkMayRecord}
)

const (
	wrongState  = nuov1.ErrorReason_ERROR_REASON_WRONG_STATE
	wrongTime   = nuov1.ErrorReason_ERROR_REASON_WRONG_TIME
	claimWindow = nuov1.ErrorReason_ERROR_REASON_CLAIM_WINDOW
)

// at is a fault of time, telling from or until when the action goes.
func at(key string, t time.Time) error {
	return fault.New(wrongTime, key, t.UTC().Format(time.RFC3339))
}

func checkListOpen(w *step, s *shiftStep, c *nuov1.Contract) error {
	if err := checkListStands(w, s, c); err != nil {
		return err
	}
	l := s.list
	closed := l.GetCloseTime() != nil && !w.now.Before(l.GetCloseTime().AsTime())
	if l.GetState() != nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED || closed {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN, "list", l.GetName())
	}
	return nil
}

func checkListStands(_ *step, s *shiftStep, _ *nuov1.Contract) error {
	switch s.list.GetState() {
	case nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED, nuov1.TaskListState_TASK_LIST_STATE_CLOSED:
	case nuov1.TaskListState_TASK_LIST_STATE_CANCELLED:
		return fault.New(nuov1.ErrorReason_ERROR_REASON_SHIFT_CANCELLED, "shift", s.shift.GetName())
	default:
		return fault.New(nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN, "list", s.list.GetName())
	}
	if s.shift.GetState() != nuov1.ShiftState_SHIFT_STATE_OPEN {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_SHIFT_CANCELLED, "shift", s.shift.GetName())
	}
	return nil
}

func checkWindow(w *step, s *shiftStep, _ *nuov1.Contract) error {
	opens, closes := s.window()
	if w.now.Before(opens) || !w.now.Before(closes) {
		return fault.New(claimWindow, "shift", s.shift.GetName(), "open", opens.Format(time.RFC3339), "close", closes.Format(time.RFC3339))
	}
	return nil
}

func checkBeforeStart(w *step, s *shiftStep, _ *nuov1.Contract) error {
	if t := s.latest(); !w.now.Before(t) {
		return at("until", t)
	}
	return nil
}

func checkFromStart(w *step, s *shiftStep, c *nuov1.Contract) error {
	if start := s.late(c); w.now.Before(start) {
		return at("from", start)
	}
	return nil
}

func checkBeforeEnd(w *step, _ *shiftStep, c *nuov1.Contract) error {
	if end := c.GetEndTime().AsTime(); !w.now.Before(end) {
		return at("until", end)
	}
	return nil
}

// checkAfterEnd takes a shift that was cut short as ended then.
func checkAfterEnd(w *step, s *shiftStep, _ *nuov1.Contract) error {
	if w.now.Before(s.end()) {
		return at("from", s.end())
	}
	return nil
}

func checkLastHour(w *step, s *shiftStep, _ *nuov1.Contract) error {
	if !s.lastHour(w.now) {
		return at("from", s.latest().Add(-firstWins))
	}
	return nil
}

func checkOfferAlive(w *step, s *shiftStep, c *nuov1.Contract) error {
	if t := s.offerEnds(c); !w.now.Before(t) {
		return at("until", t)
	}
	return nil
}

// deadline is until when a volunteer withdraws freely: 12 h before the start, but never earlier than 15 min after
// signing nor later than the start (the district's policy).
func (s *shiftStep) deadline(c *nuov1.Contract) time.Time {
	start := s.late(c)
	d := start.Add(-s.policy.WithdrawDeadline)
	if t := c.GetSignTime(); t != nil {
		if least := t.AsTime().Add(s.policy.WithdrawMinimum); least.After(d) {
			d = least
		}
	}
	if d.After(start) {
		return start
	}
	return d
}

func checkUntilDeadline(w *step, s *shiftStep, c *nuov1.Contract) error {
	if d := s.deadline(c); !w.now.Before(d) {
		return fault.New(wrongTime, "until", d.UTC().Format(time.RFC3339)).WithViolation(fault.Violation{
			Field: "name", Description: "the withdraw deadline has passed; ask leave instead", DescriptionZH: "已过退出截止时间，请改为请假",
		})
	}
	return nil
}

func checkAfterDeadline(w *step, s *shiftStep, c *nuov1.Contract) error {
	if d := s.deadline(c); w.now.Before(d) {
		return at("from", d)
	}
	return nil
}

func checkCheckInWindow(w *step, s *shiftStep, _ *nuov1.Contract) error {
	opens := s.start().Add(-s.policy.CheckInOpens)
	if w.now.Before(opens) {
		return at("from", opens)
	}
	if !w.now.Before(s.end()) {
		return at("until", s.end())
	}
	return nil
}

// checkUndo lets whoever leaves before the start take the check-in back: nothing was served yet.
func checkUndo(w *step, s *shiftStep, c *nuov1.Contract) error {
	t := c.GetCheckIn().GetTime().AsTime().Add(undoWindow)
	if start := s.start(); start.After(t) {
		t = start
	}
	if !w.now.Before(t) {
		return at("until", t)
	}
	return nil
}

// checkBegun keeps a shift from counting as served before it began; what was cut is checked out by the system at any
// time.
func checkBegun(w *step, s *shiftStep, _ *nuov1.Contract) error {
	if w.actor.Role != system && w.now.Before(s.start()) {
		return at("from", s.start())
	}
	return nil
}

func checkCheckOutOpen(w *step, _ *shiftStep, c *nuov1.Contract) error {
	if t := c.GetEndTime().AsTime().Add(checkOutWindow); !w.now.Before(t) && w.actor.Role != system {
		return at("until", t)
	}
	return nil
}

func checkCheckOutClosed(w *step, _ *shiftStep, c *nuov1.Contract) error {
	if t := c.GetEndTime().AsTime().Add(checkOutWindow); w.now.Before(t) {
		return at("from", t)
	}
	return nil
}

func checkLateDays(w *step, s *shiftStep, _ *nuov1.Contract) error {
	if t := workingDaysAfter(s.end(), lateWorkingDays, s.policy.Zone); !w.now.Before(t) {
		return at("until", t)
	}
	return nil
}

// workingDaysAfter is the end of the n-th working day after t's: Monday to Friday. Public holidays and the working
// weekends around them are not known here, so the period is never longer than the law's but for those.
func workingDaysAfter(t time.Time, n int, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, zone)
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday {
			n--
		}
	}
	return day.AddDate(0, 0, 1)
}

func stateFault(c *nuov1.Contract) error {
	return fault.New(wrongState, "state", stateName(c.GetState()))
}

func checkSpokenYes(_ *step, _ *shiftStep, c *nuov1.Contract) error {
	if c.GetOrigin() != nuov1.ContractOrigin_CONTRACT_ORIGIN_SPOKEN_YES {
		return stateFault(c)
	}
	return nil
}

func checkPresent(_ *step, _ *shiftStep, c *nuov1.Contract) error {
	if c.GetCheckIn() == nil || c.GetCheckOut() != nil {
		return stateFault(c)
	}
	return nil
}

func checkCheckedOut(_ *step, _ *shiftStep, c *nuov1.Contract) error {
	if c.GetCheckOut() == nil {
		return stateFault(c)
	}
	return nil
}

func checkAmended(_ *step, s *shiftStep, c *nuov1.Contract) error {
	if c.GetRevision() >= s.shift.GetRevision() {
		return stateFault(c)
	}
	return nil
}

func checkLeavePending(_ *step, _ *shiftStep, c *nuov1.Contract) error {
	if !c.GetLeavePending() {
		return stateFault(c)
	}
	return nil
}

func checkNothingPending(_ *step, _ *shiftStep, c *nuov1.Contract) error {
	if c.GetPending() != nil {
		return stateFault(c)
	}
	return nil
}

// same tells whether the actor is the one named by, under any of their names.
func (a Actor) same(by string) bool { return by == a.Name || a.Person != "" && by == a.Person }

func checkSecondPerson(w *step, _ *shiftStep, c *nuov1.Contract) error {
	if c.GetPending() == nil {
		return stateFault(c)
	}
	if w.actor.same(c.GetPending().GetBy()) || w.owns(c) {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_SECOND_PERSON_REQUIRED, "contract", c.GetName())
	}
	return nil
}

func checkOtherSide(w *step, _ *shiftStep, c *nuov1.Contract) error {
	p := c.GetPending()
	if p == nil {
		return stateFault(c)
	}
	if w.actor.same(p.GetBy()) || w.actor.Role == p.GetSide() {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_SECOND_PERSON_REQUIRED, "contract", c.GetName())
	}
	return checkOthersOnly(w, nil, c)
}

func (w *step) owns(c *nuov1.Contract) bool {
	return w.actor.Person != "" && w.actor.Person == c.GetVolunteer()
}

func ownFault(c *nuov1.Contract) error {
	return fault.New(nuov1.ErrorReason_ERROR_REASON_OWN_CONTRACT, "contract", c.GetName())
}

func checkNotOwn(w *step, _ *shiftStep, c *nuov1.Contract) error {
	if w.owns(c) {
		return ownFault(c)
	}
	return nil
}

// checkOthersOnly lets volunteers act on their own contract as volunteers, and a leader who was accepted be one of
// the crew; by any other role one's own is out of reach.
func checkOthersOnly(w *step, _ *shiftStep, c *nuov1.Contract) error {
	asLeader := w.actor.Role == leader && c.GetState() == displayed
	if w.owns(c) && w.actor.Role != volunteer && !asLeader {
		return ownFault(c)
	}
	return nil
}

func checkMayRecord(w *step, s *shiftStep, c *nuov1.Contract) error {
	v, err := w.volunteer(c.GetVolunteer())
	if err != nil {
		return err
	}
	if c.GetOrigin() != nuov1.ContractOrigin_CONTRACT_ORIGIN_CALL_UP && !consents(v) {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING, "consent", "RECORD", "volunteer", v.GetName())
	}
	today := place.LocalDate(w.now, s.policy.Zone) // who served on the spot registers afterwards
	if !registeredOn(v, s.shift.GetDate()) && !registeredOn(v, today) {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_REGISTERED, "volunteer", v.GetName())
	}
	return nil
}
