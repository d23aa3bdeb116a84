package tasklist

import (
	"sync"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// What the board holds at most.
const (
	boardPages  = 200
	boardShifts = 5000
	boardTold   = 8 // of a shift: most callers are told the same
)

// board keeps the pages of shifts that were read last, without what is a caller's own: at noon a whole community looks
// at the same list. A page is of one position of the store and is forgotten when anything at all is committed, so what
// it shows is what a reader of the same position would read.
type board struct {
	mu       sync.Mutex
	position store.Position // of all pages
	pages    map[asked]*page
	shifts   int // on all pages
}

// asked is all that a page depends on but the store, the time and who may know of its lists.
type asked struct {
	filter
	place, cursor string
	size          int
}

// page is one page as everybody sees it who sees the same lists.
type page struct {
	shifts []*boardShift
	next   string
	// lists are those that the page's shifts, and the shifts passed over, belong to.
	lists []*seenList
	// since and until bound the time in which nothing changes; until is zero when nothing ever will.
	since, until time.Time
}

// find returns the page that was kept for a position and still holds, nil when there is none.
func (b *board) find(at store.Position, now time.Time, a asked) *page {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at != b.position {
		return nil
	}
	p := b.pages[a]
	if p == nil || now.Before(p.since) || !p.until.IsZero() && !now.Before(p.until) {
		return nil
	}
	return p
}

// keep keeps a page that was read at a position. Pages of older positions, and all of them when there are too many, go.
func (b *board) keep(at store.Position, a asked, p *page) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at < b.position || len(p.shifts) > boardShifts {
		return
	}
	if at > b.position || b.pages == nil || len(b.pages) >= boardPages || b.shifts+len(p.shifts) > boardShifts {
		b.position, b.pages, b.shifts = at, map[asked]*page{}, 0
	}
	if old := b.pages[a]; old != nil {
		b.shifts -= len(old.shifts)
	}
	b.pages[a] = p
	b.shifts += len(p.shifts)
}

// changes notes an instant at which time changes the page, zero for none.
func (p *page) changes(t time.Time) {
	if !t.IsZero() && (p.until.IsZero() || t.Before(p.until)) {
		p.until = t
	}
}

// boardShift is a shift on a page, with what was made of it for callers.
type boardShift struct {
	shown *lifecycle.Shown
	mu    sync.Mutex
	tells []tell
}

// tell is a shift with an answer; many callers are handed it, and nobody changes it.
type tell struct {
	answer lifecycle.Answer
	shift  *nuov1.Shift
}

// told returns the shift with an answer, the same one for all who are told the same.
func (b *boardShift) told(answer lifecycle.Answer) *nuov1.Shift {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.tells {
		if b.tells[i].answer == answer {
			return b.tells[i].shift
		}
	}
	shift := &nuov1.Shift{}
	copyShift(shift, b.shown.Shift)
	answer.Tell(shift)
	if len(b.tells) < boardTold {
		b.tells = append(b.tells, tell{answer, shift})
	}
	return shift
}

// copyShift makes to a copy of a shift that may be given answers of its own: it shares what the shift holds, which
// nobody changes.
func copyShift(to, s *nuov1.Shift) {
	to.Name, to.Task, to.TaskList, to.Title = s.Name, s.Task, s.TaskList, s.Title
	to.Place, to.MeetingPoint, to.Compound, to.HasDoors = s.Place, s.MeetingPoint, s.Compound, s.HasDoors
	to.Community, to.Street, to.District, to.Cohosts = s.Community, s.Street, s.District, s.Cohosts
	to.Date, to.StartTime, to.EndTime, to.Timing, to.CutTime = s.Date, s.StartTime, s.EndTime, s.Timing, s.CutTime
	to.ClaimOpenTime, to.ClaimCloseTime = s.ClaimOpenTime, s.ClaimCloseTime
	to.AmendmentDueTime, to.CreateTime = s.AmendmentDueTime, s.CreateTime
	to.Kind, to.HazardClass, to.Requirements, to.RiskNotes = s.Kind, s.HazardClass, s.Requirements, s.RiskNotes
	to.Capacity, to.MinimumHeadcount, to.RelievedBy, to.Leader = s.Capacity, s.MinimumHeadcount, s.RelievedBy, s.Leader
	to.State, to.ListState, to.Revision, to.Etag = s.State, s.ListState, s.Revision, s.Etag
	to.PeopleReached, to.PeopleReachedConfirmed, to.Fill = s.PeopleReached, s.PeopleReachedConfirmed, s.Fill
	to.AllowedActions, to.IneligibleReasons = s.AllowedActions, s.IneligibleReasons
	if unknown := s.ProtoReflect().GetUnknown(); len(unknown) > 0 {
		to.ProtoReflect().SetUnknown(unknown)
	}
}
