package report

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// kind is what a report is about.
type kind uint8

const (
	ofUnit     kind = 1 << iota // a unit or one of its branches
	ofPlace                     // a community or a street
	ofDistrict                  // a district
)

// slack is how far from the end of its shift a contract's start, its calendar entry or its shift's date may lie: a task
// due by an hour lasts up to 7 days, and terms accepted before an amendment may lie on another day.
const slack = 9 * 24 * time.Hour

// world is everything that a report counts, read at one moment.
type world struct {
	ctx    context.Context
	tx     *store.Tx
	reader *lifecycle.Reader
	period period

	subject *nuov1.Organisation
	kind    kind
	// home is the unit of a unit or branch.
	home string
	// communities are those of a place.
	communities []string

	// entries are the contracts that count, in the order of start and name.
	entries []*entry
	// withheld are a unit's contracts that are not fed back to it.
	withheld []*entry
	people   map[string]*person
	shifts   map[string]*nuov1.Shift
	doors    map[string]map[string]int64
	// committeeDoors are the doors that committees ticked without a contract.
	committeeDoors int64
}

// entry is one contract of the period, with its shift and its share of what the shift and the task have reached.
type entry struct {
	contract       *nuov1.Contract
	shift          *nuov1.Shift
	end            time.Time
	reached, doors int64
}

func (e *entry) duty() bool { return e.contract.GetLedger() == nuov1.Ledger_LEDGER_DUTY }

func (e *entry) fulfilled() bool {
	s := e.contract.GetState()
	return s == nuov1.ContractState_CONTRACT_STATE_FULFILLED || s == nuov1.ContractState_CONTRACT_STATE_EVALUATED
}

// newWorld begins to read; gather fills it.
func newWorld(ctx context.Context, tx *store.Tx, subject *nuov1.Organisation, p period) (*world, error) {
	w := &world{
		ctx: ctx, tx: tx, reader: lifecycle.NewReader(tx), period: p, subject: subject,
		people: map[string]*person{}, shifts: map[string]*nuov1.Shift{}, doors: map[string]map[string]int64{},
	}
	switch subject.GetKind() {
	case nuov1.OrganisationKind_ORGANISATION_KIND_UNIT:
		w.kind, w.home = ofUnit, subject.GetName()
	case nuov1.OrganisationKind_ORGANISATION_KIND_BRANCH:
		w.kind, w.home = ofUnit, place.Enclosing(subject.GetName())
	case nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY:
		w.kind, w.communities = ofPlace, []string{subject.GetName()}
	case nuov1.OrganisationKind_ORGANISATION_KIND_STREET:
		w.kind = ofPlace
		for o, err := range children(tx, subject.GetName(), nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY) {
			if err != nil {
				return nil, err
			}
			w.communities = append(w.communities, o.GetName())
		}
	case nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT:
		w.kind = ofDistrict
	default:
		return nil, fault.Field("subject", "is no unit, branch, community, street or district", "须为单位、党支部、社区、街道或区")
	}
	return w, nil
}

// children are the organisations of a kind right below another, in the order of their names.
func children(tx *store.Tx, parent string, k nuov1.OrganisationKind) func(func(*nuov1.Organisation, error) bool) {
	return func(yield func(*nuov1.Organisation, error) bool) {
		for o, err := range store.Organisations.ByIndex(tx, store.OrganisationsByParent, parent) {
			if (err != nil || o.GetKind() == k) && !yield(o, err) {
				return
			}
		}
	}
}

// gather reads everything that the report counts.
func (w *world) gather() (err error) {
	switch w.kind {
	case ofUnit:
		err = w.gatherUnit()
	case ofPlace:
		err = w.gatherPlace()
	case ofDistrict:
		err = w.gatherDistrict()
	}
	if err != nil {
		return err
	}
	for _, all := range [][]*entry{w.entries, w.withheld} {
		slices.SortFunc(all, byStart)
	}
	shareReached(w.entries)
	return nil
}

func byStart(a, b *entry) int {
	return cmp.Or(
		a.shift.GetStartTime().AsTime().Compare(b.shift.GetStartTime().AsTime()),
		cmp.Compare(a.contract.GetName(), b.contract.GetName()),
	)
}

// gatherUnit goes through the calendars of all who ever were of the unit: contracts count in the unit that they were
// signed with, wherever their volunteers are now. What is volunteered is the unit's to know by consent ③ alone.
func (w *world) gatherUnit() error {
	volunteers, err := everIn(w.tx, w.home)
	if err != nil {
		return err
	}
	for _, v := range volunteers {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		fedBack := feedsBack(v, w.period.known())
		r := store.Range{
			Prefix: []any{v.GetName()}, From: []any{w.period.begin.Add(-slack)}, Until: []any{w.period.end.Add(slack)},
		}
		for _, calendar := range store.Calendars {
			if err := w.gatherCalendar(calendar.Range(w.tx, r), fedBack); err != nil {
				return err
			}
		}
	}
	return w.addPeople(volunteers)
}

// gatherCalendar takes what one of the unit has in a part of a calendar.
func (w *world) gatherCalendar(part iter.Seq2[*storev1.CalendarEntry, error], fedBack bool) error {
	for c, err := range part {
		if err != nil {
			return err
		}
		e, err := w.entry(c.GetContract())
		switch {
		case err != nil:
			return err
		case e == nil || e.contract.GetUnit() != w.home:
		case fedBack || e.duty():
			w.entries = append(w.entries, e)
		default:
			w.withheld = append(w.withheld, e)
		}
	}
	return nil
}

func (w *world) gatherPlace() error {
	if err := w.gatherShifts(); err != nil {
		return err
	}
	volunteers, err := registeredEver(w.tx, w.communities)
	if err != nil {
		return err
	}
	return w.addPeople(volunteers)
}

func (w *world) gatherDistrict() error {
	if err := w.gatherShifts(); err != nil {
		return err
	}
	for o, err := range children(w.tx, w.subject.GetName(), nuov1.OrganisationKind_ORGANISATION_KIND_UNIT) {
		if err != nil {
			return err
		}
		volunteers, err := everIn(w.tx, o.GetName())
		if err != nil {
			return err
		}
		if err := w.addPeople(volunteers); err != nil {
			return err
		}
	}
	return nil
}

// gatherShifts goes through the shifts of the subject. A co-hosted one is its owner's.
func (w *world) gatherShifts() error {
	from := place.AddDays(w.period.from, -int(slack/(24*time.Hour)))
	r := store.Range{Prefix: []any{w.subject.GetName()}, From: []any{from}, Until: []any{place.AddDays(w.period.to, 1)}}
	owned := w.subject.GetKind() == nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY
	for s, err := range store.Shifts.RangeByIndex(w.tx, store.ShiftsByPlace, r) {
		if err == nil {
			err = w.ctx.Err()
		}
		if err != nil {
			return err
		}
		if !w.period.holds(endOf(s)) || owned && s.GetCommunity() != w.subject.GetName() {
			continue
		}
		w.shifts[s.GetName()] = s
		if err := w.gatherHolders(s); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) gatherHolders(s *nuov1.Shift) error {
	for h, err := range store.Holders.Scan(w.tx, s.GetName()) {
		if err != nil {
			return err
		}
		e, err := w.entry(h.GetContract())
		if err != nil {
			return err
		}
		if e != nil {
			w.entries = append(w.entries, e)
		}
	}
	if !s.GetHasDoors() {
		return nil
	}
	last, err := w.lastOfTask(s)
	if err != nil || !last {
		return err
	}
	doors, err := w.doorsOf(s.GetTask())
	w.committeeDoors += doors[""]
	return err
}

// lastOfTask tells whether the shift is the one of its task that ends last: doors that have no contract count with it.
func (w *world) lastOfTask(s *nuov1.Shift) (bool, error) {
	for o, err := range store.Shifts.ByIndex(w.tx, store.ShiftsByTask, s.GetTask()) {
		if err != nil {
			return false, err
		}
		if n := endOf(o).Compare(endOf(s)); n > 0 || n == 0 && o.GetName() > s.GetName() {
			return false, nil
		}
	}
	return true, nil
}

// entry reads a contract, due states as due; nil when its shift does not end in the period.
func (w *world) entry(name string) (*entry, error) {
	c, err := store.Contracts.Get(w.tx, name)
	if err != nil {
		return nil, err
	}
	s, ok := w.shifts[c.GetShift()]
	if !ok {
		if s, err = store.Shifts.Get(w.tx, c.GetShift()); err != nil {
			return nil, err
		}
		w.shifts[s.GetName()] = s
	}
	e := &entry{contract: c, shift: s, end: endOf(s)}
	if !w.period.holds(e.end) {
		return nil, nil
	}
	if lifecycle.Live(c.GetState()) {
		if err := w.reader.Present(c); err != nil {
			return nil, err
		}
	}
	if s.GetHasDoors() {
		doors, err := w.doorsOf(s.GetTask())
		if err != nil {
			return nil, err
		}
		e.doors = doors[name]
	}
	return e, nil
}

// doorsOf counts the doors of a task that are done, by the contract under which they were ticked.
func (w *world) doorsOf(task string) (map[string]int64, error) {
	if done, ok := w.doors[task]; ok {
		return done, nil
	}
	done := map[string]int64{}
	for d, err := range store.Doors.ByIndex(w.tx, store.DoorsByTask, task) {
		if err != nil {
			return nil, err
		}
		if d.GetOutcome() == nuov1.DoorOutcome_DOOR_OUTCOME_DONE {
			done[d.GetContract()]++
		}
	}
	w.doors[task] = done
	return done, nil
}

// endOf is when a shift ends: as planned, or when it was cut short.
func endOf(s *nuov1.Shift) time.Time {
	if s.GetState() == nuov1.ShiftState_SHIFT_STATE_CUT_SHORT && s.GetCutTime() != nil {
		return s.GetCutTime().AsTime()
	}
	return s.GetEndTime().AsTime()
}
