package lifecycle

import (
	"slices"
	"strconv"
	"strings"
	"time"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// Without names contracts that a plan looks past, as if they had never been made: the offers that came of the plan
// itself. Nil looks past none.
type Without map[string]bool

// Opening is a shift with its free slots as a plan sees it at one instant. Whoever may have one is decided by the rules
// of a claim, not by a copy of them: Refusals are the faults that a claim at this instant would have for the person.
// It stays good after its transaction; nobody changes it.
type Opening struct {
	// Shift is the stored record.
	Shift *nuov1.Shift
	// Free is how many slots are neither held nor waited for: the waitlist goes first.
	Free int
	// Held is how many slots are held.
	Held int
	// Closed is why nobody can be offered a slot now, nil where it can be: LIST_NOT_OPEN, SHIFT_CANCELLED, WRONG_TIME.
	Closed error

	now   time.Time
	step  *shiftStep
	stood map[string]stood // who had a contract on it
}

// stood is what somebody's contracts on a shift, all of them, mean for a plan.
type stood struct{ live, gaveUp bool }

// Opening reads a shift with who stands on it.
func (r *Reader) Opening(shift *nuov1.Shift, without Without) (*Opening, error) {
	s, err := r.w.use(shift)
	if err != nil {
		return nil, err
	}
	o := &Opening{Shift: shift, now: r.w.now, step: s, stood: map[string]stood{}}
	o.Closed = checkListOpen(r.w, s, nil)
	if o.Closed == nil {
		o.Closed = checkBeforeStart(r.w, s, nil)
	}
	for h, err := range store.Holders.Scan(r.w.tx, shift.GetName()) {
		switch {
		case err != nil:
			return nil, err
		case without[h.GetContract()]:
			continue
		}
		if HoldsSlot(h.GetState()) {
			o.Held++
		}
		before := o.stood[h.GetVolunteer()]
		o.stood[h.GetVolunteer()] = stood{before.live || Live(h.GetState()), before.gaveUp || gaveUp(h.GetState())}
	}
	o.Free = max(int(shift.GetCapacity())-o.Held-int(s.slots.GetWaiting()), 0)
	return o, nil
}

// Bids is the time that somebody who takes a slot now promises: whoever comes later promises what is left.
func (o *Opening) Bids() (from, to time.Time) {
	from = o.step.start()
	if o.now.After(from) {
		from = o.now
	}
	return from, o.step.end()
}

// DueBy tells that the shift takes none of a person's time.
func (o *Opening) DueBy() bool { return dueBy(o.Shift) }

// Night tells whether the shift touches the night, after which the district asks for rest.
func (o *Opening) Night() bool {
	from, to := o.Bids()
	return touchesNight(from, to, o.step.policy.Zone)
}

// GaveUp tells whether the volunteer ever declined an offer of this shift or left it, whatever came after: a claim would
// be taken, a plan does not ask again.
func (o *Opening) GaveUp(volunteer string) bool { return o.stood[volunteer].gaveUp }

// Class is the same for two shifts where PersonalRefusals are the same for everybody: of one district, hazard and
// requirements, on the same dates and both or neither at night.
func (o *Opening) Class() string {
	from, to := o.Bids()
	r := o.Shift.GetRequirements()
	return strings.Join([]string{
		o.Shift.GetDistrict(), o.Shift.GetHazardClass().String(),
		place.LocalDate(from, o.step.policy.Zone), place.LocalDate(to.Add(-1), o.step.policy.Zone),
		strconv.FormatBool(o.Night()), strconv.FormatBool(r.GetAdultsOnly()), strconv.FormatBool(r.GetMembersOnly()),
		strings.Join(r.GetSkills(), ","), strings.Join(r.GetOrganisations(), ","),
	}, "|")
}

// Candidate is a volunteer with what they have promised, over a stretch of time. It stays good after its transaction.
type Candidate struct {
	// Volunteer is the stored record.
	Volunteer *nuov1.Volunteer
	// Offers is how many more live offers the person may have.
	Offers int

	promised []*storev1.CalendarEntry
	asked    []*storev1.CalendarEntry // promised, and what is offered as if it were signed
}

// Candidate reads what a volunteer has promised from so long before an interval to so long behind it as the rules look;
// back reads further back. The district's policy is that of an Opening.
func (r *Reader) Candidate(
	v *nuov1.Volunteer, p place.Policy, from, to time.Time, back time.Duration, without Without,
) (*Candidate, error) {
	c := &Candidate{Volunteer: v}
	offers, live := 0, 0
	for e, err := range store.Calendar.Range(r.w.tx, store.Range{
		Prefix: []any{v.GetName()}, From: []any{from.Add(-max(back, calendarReach))}, Until: []any{to.Add(looksAhead(p))},
	}) {
		if err != nil {
			return nil, err
		}
		if without[e.GetContract()] {
			if Live(e.GetState()) {
				live--
			}
			if e.GetState() == offered {
				offers--
			}
			continue
		}
		c.promised = append(c.promised, e)
	}
	for _, e := range c.promised {
		c.asked = append(c.asked, asSigned(e))
	}
	claims, _, err := store.Claims.Find(r.w.tx, v.GetName())
	if err != nil {
		return nil, err
	}
	offers += int(claims.GetOffers())
	live += int(claims.GetLive())
	c.Offers = max(min(p.MaxLiveOffers-offers, maxLive-live), 0)
	return c, nil
}

// Promised are the intervals that hold the person's time, and those of live offers, which would once they are signed.
func (c *Candidate) Promised() []*storev1.CalendarEntry {
	return slices.DeleteFunc(slices.Clone(c.asked), func(e *storev1.CalendarEntry) bool { return !e.GetHolds() })
}

// Refusals are all reasons for which a claim of the shift by the person would be refused at this instant, gravest
// first; none where it would be taken, a free slot and the claim window left aside.
func (o *Opening) Refusals(c *Candidate) []*fault.Error {
	faults := o.PersonalRefusals(c)
	if o.Stands(c.Volunteer.GetName()) {
		faults = append(faults, fault.New(nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED))
	}
	return append(faults, o.timelyRefusals(c.promised, c)...)
}

// PersonalRefusals are those of Refusals that do not depend on what the person has promised: the same within a Class.
func (o *Opening) PersonalRefusals(c *Candidate) []*fault.Error {
	from, to := o.Bids()
	return personal(o.step, bid{volunteer: c.Volunteer, from: from, to: to})
}

// Unbound tells whether nothing that the person has promised or was offered could stand against any shift.
func (c *Candidate) Unbound() bool { return len(c.asked) == 0 }

// Crosses are the reasons for which the time of the shift could not be promised if the person signed what they were
// offered: Refusals takes no offer for a promise, a plan does, for it makes no sense to ask for both.
func (o *Opening) Crosses(c *Candidate) []*fault.Error { return o.timelyRefusals(c.asked, c) }

func (o *Opening) timelyRefusals(calendar []*storev1.CalendarEntry, c *Candidate) []*fault.Error {
	if o.DueBy() || len(calendar) == 0 {
		return nil
	}
	from, to := o.Bids()
	return timely(o.step, calendar, bid{volunteer: c.Volunteer, from: from, to: to})
}

// Stands tells whether the volunteer has a live contract on the shift.
func (o *Opening) Stands(volunteer string) bool { return o.stood[volunteer].live }

// TouchesNight tells whether an interval has a moment between 22:00 and 6:00 of local time, after which RestAfterNight
// is asked for.
func TouchesNight(from, to time.Time, zone *time.Location) bool { return touchesNight(from, to, zone) }
