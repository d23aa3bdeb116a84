package tasklist

import (
	"context"
	"maps"
	"slices"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// defaultDays is how many days are shown where neither dates nor a list or task narrow what is asked for.
const defaultDays = 31

// filter is what ListShifts and WatchShifts ask for.
type filter struct {
	community, street, list, task string
	from, to                      string
	kind                          nuov1.TaskKind
	open, claimable               bool
}

// finder finds shifts for one call: what it reads about lists it reads once.
type finder struct {
	c *call.Call
	filter
	place string // under which the shifts are looked up where no list is given
	lists map[string]*seenList
	shows *lifecycle.Reader
	home  *nuov1.Organisation // place's record, where it was read already
}

// seenList is a list that was read, and whether the caller may know of it.
type seenList struct {
	*nuov1.TaskList
	visible bool
}

// ListShifts finds shifts, in the order of their start.
func (r *Room) ListShifts(ctx context.Context, req *nuov1.ListShiftsRequest) (*nuov1.ListShiftsResponse, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.ListShiftsResponse, error) {
		f, err := newFinder(c, filter{
			community: req.GetCommunity(), street: req.GetStreet(), list: req.GetTaskList(), task: req.GetTask(),
			from: req.GetFromDate(), to: req.GetToDate(), kind: req.GetKind(),
			open: req.GetOpen(), claimable: req.GetClaimable(),
		})
		if err != nil {
			return nil, err
		}
		if err := f.defaultDates(); err != nil {
			return nil, err
		}
		cursor, err := rpc.DecodePage(req)
		if err != nil {
			return nil, err
		}
		shifts, next, err := f.page(&r.board, cursor, int(req.GetPageSize()))
		if err != nil {
			return nil, err
		}
		return &nuov1.ListShiftsResponse{Shifts: shifts, NextPageToken: rpc.EncodePage(req, next)}, nil
	})
}

// newFinder asks whether the caller may look where the filter looks: NOT_FOUND where not. A task is looked for in its
// list, which goes by the start.
func newFinder(c *call.Call, f filter) (*finder, error) {
	if err := checkDates(f.from, f.to); err != nil {
		return nil, err
	}
	find := &finder{c: c, filter: f, lists: map[string]*seenList{}, shows: lifecycle.NewReader(c.Tx)}
	asked := f.list
	if f.task != "" {
		if err := checkName("task", "tasks/", f.task); err != nil {
			return nil, err
		}
		t, err := store.Tasks.Get(c.Tx, f.task)
		if err != nil {
			return nil, err
		}
		if f.list != "" && f.list != t.GetTaskList() {
			return nil, fault.Field("task", "is not of the list that is asked for", "不属于所查询的清单")
		}
		find.list, asked = t.GetTaskList(), f.task
	}
	if find.list != "" {
		if err := checkName("task_list", "taskLists/", find.list); err != nil {
			return nil, err
		}
		l, err := listOf(c, find.list)
		if err != nil {
			return nil, err
		}
		return find, allowRead(c, l, asked)
	}
	for _, at := range []struct{ field, name string }{{"street", f.street}, {"community", f.community}} {
		if at.name == "" {
			continue
		}
		o, err := allowPlace(c, at.field, at.name)
		if err != nil {
			return nil, err
		}
		find.place, find.home = at.name, o // the community where both are given
	}
	if find.place != "" {
		return find, nil
	}
	find.place = home(c)
	return find, c.Allow(policy.Facts{Within: []string{find.place}})
}

// defaultDates sets today and the month after it where nothing narrows what is asked for.
func (f *finder) defaultDates() error {
	if f.list != "" || f.from != "" || f.to != "" {
		return nil
	}
	today, err := f.today()
	f.from, f.to = today, place.AddDays(today, defaultDays)
	return err
}

// today is the present local date of the district that is looked at.
func (f *finder) today() (string, error) {
	o := f.home
	if o == nil {
		var err error
		if o, err = store.Organisations.Get(f.c.Tx, f.place); err != nil {
			return "", err
		}
	}
	p, err := place.PolicyOf(f.c.Tx, o.GetDistrict())
	if err != nil {
		return "", err
	}
	return place.LocalDate(f.c.Now(), p.Zone), nil
}

// span is the stretch of the index by which the filter is answered.
func (f *finder) span() span[*nuov1.Shift] {
	if f.list != "" {
		return shiftsOfList(f.list)
	}
	return shiftsOfPlace(f.place, f.from, f.to)
}

// page is one page of the answer: as everybody sees it, from the board or read now, and with that what the caller may
// do. Its shifts are shared and must not be changed. What the caller could claim is the caller's own, and always read.
func (f *finder) page(b *board, cursor string, size int) ([]*nuov1.Shift, string, error) {
	if f.claimable {
		return f.span().page(f.c.Tx, cursor, size, f.keep)
	}
	a := asked{filter: f.filter, place: f.place, cursor: cursor, size: size}
	p := b.find(f.c.Position(), f.c.Now(), a)
	if p == nil || !f.seesAs(p) {
		var err error
		if p, err = f.read(cursor, size); err != nil {
			return nil, "", err
		}
		b.keep(f.c.Position(), a, p) // what no other reader of this position would find otherwise
	}
	shifts := make([]*nuov1.Shift, len(p.shifts))
	for i, shift := range p.shifts {
		answer, err := f.shows.Answer(f.c.Caller, shift.shown)
		if err != nil {
			return nil, "", err
		}
		shifts[i] = shift.told(answer)
	}
	return shifts, p.next, nil
}

// seesAs tells whether the caller may know of the same lists as whoever the page was read for.
func (f *finder) seesAs(p *page) bool {
	return !slices.ContainsFunc(p.lists, func(l *seenList) bool { return l.visible != sees(f.c, l.TaskList) })
}

// read reads one page as everybody sees it.
func (f *finder) read(cursor string, size int) (*page, error) {
	p := &page{since: f.c.Now()}
	var err error
	_, p.next, err = f.span().page(f.c.Tx, cursor, size, func(s *nuov1.Shift) (bool, error) {
		shown, err := f.show(s)
		if shown == nil || err != nil {
			return false, err
		}
		p.changes(shown.Until)
		if !f.fits(s) {
			return false, nil
		}
		p.shifts = append(p.shifts, &boardShift{shown: shown})
		return true, nil
	})
	p.lists = slices.Collect(maps.Values(f.lists))
	return p, err
}

// keep tells whether a shift belongs to the answer, and completes the one that does.
func (f *finder) keep(s *nuov1.Shift) (bool, error) {
	shown, err := f.show(s)
	if shown == nil || err != nil || !f.fits(s) {
		return false, err
	}
	answer, err := f.shows.Answer(f.c.Caller, shown)
	answer.Tell(s)
	return !f.claimable || answer.MayClaim(), err
}

// fits tells whether a shift that is shown is as the filter asks.
func (f *finder) fits(s *nuov1.Shift) bool { return !f.open || claimsOpen(s, f.c.Now()) }

// show completes a shift that matches and whose list the caller may know of, as everybody sees it; others are nil.
func (f *finder) show(s *nuov1.Shift) (*lifecycle.Shown, error) {
	if !f.matches(s) {
		return nil, nil
	}
	l, err := f.listOf(s)
	if err != nil || !l.visible {
		return nil, err
	}
	return showShift(f.c, f.shows, s, l.TaskList)
}

// completed fills in what is answered and never stored, where the caller may know of the shift's list, and tells so.
func (f *finder) completed(s *nuov1.Shift) (bool, error) {
	l, err := f.listOf(s)
	if err != nil || !l.visible {
		return false, err
	}
	return true, complete(f.c, f.shows, s, l.TaskList)
}

// matches tells what the record alone decides.
func (f *finder) matches(s *nuov1.Shift) bool {
	return f.belongs(s) && between(s.GetDate(), f.from, f.to)
}

// belongs is matches without the dates: what edits of a shift hardly ever change.
func (f *finder) belongs(s *nuov1.Shift) bool {
	return (f.place == "" || slices.Contains([]string{s.GetCommunity(), s.GetStreet(), s.GetDistrict()}, f.place) ||
		slices.Contains(s.GetCohosts(), f.place)) &&
		(f.community == "" || s.GetCommunity() == f.community || slices.Contains(s.GetCohosts(), f.community)) &&
		(f.street == "" || s.GetStreet() == f.street) &&
		(f.list == "" || s.GetTaskList() == f.list) &&
		(f.task == "" || s.GetTask() == f.task) &&
		(f.kind == nuov1.TaskKind_TASK_KIND_UNSPECIFIED || s.GetKind() == f.kind)
}

// listOf reads the list of a shift, once a call.
func (f *finder) listOf(s *nuov1.Shift) (*seenList, error) {
	if l, ok := f.lists[s.GetTaskList()]; ok {
		return l, nil
	}
	l, err := listOf(f.c, s.GetTaskList())
	if err != nil {
		return nil, err
	}
	seen := &seenList{l, sees(f.c, l)}
	f.lists[l.GetName()] = seen
	return seen, nil
}

// claimsOpen tells whether a completed shift has a free slot that somebody could claim at that instant.
func claimsOpen(s *nuov1.Shift, now time.Time) bool {
	closes := s.GetEndTime().AsTime()
	if t := s.GetClaimCloseTime(); t != nil && t.AsTime().Before(closes) {
		closes = t.AsTime()
	}
	return s.GetListState() == published && s.GetState() == open && s.GetFill().GetRemaining() > 0 &&
		now.Before(closes) && (s.GetClaimOpenTime() == nil || !now.Before(s.GetClaimOpenTime().AsTime()))
}
