package contract

import (
	"context"
	"slices"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/name"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// What one page of the board reads at most; behind the bound a page is short and has a next.
const (
	maxShifts  = 1000 // shifts looked at, shown or not
	maxPeople  = 2000 // holders looked at
	maxOfShift = 200  // holders of one shift: those behind them stand in the numbers alone
)

// ListCommitments is 亮诺墙: shifts of published and closed lists with the numbers of promises that stand, by date and
// start. People are shown by their consent of this moment alone, and minors never; a consent that is withdrawn is gone
// with the next call. Their order is that of random ids: it says nothing.
func (r *Room) ListCommitments(ctx context.Context, req *nuov1.ListCommitmentsRequest) (*nuov1.ListCommitmentsResponse, error) {
	if err := checkDates(req); err != nil {
		return nil, err
	}
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.ListCommitmentsResponse, error) {
		where, err := boardPlace(c, req)
		if err != nil {
			return nil, err
		}
		within, err := place.Ancestors(c.Tx, where)
		if err != nil {
			return nil, err
		}
		if err := c.AllowOrHide(policy.Facts{Within: within}, where); err != nil {
			return nil, err
		}
		p, err := place.PolicyOf(c.Tx, within[len(within)-1])
		if err != nil {
			return nil, err
		}
		from, to := boardDates(req, place.LocalDate(c.Now(), p.Zone))
		cursor, err := rpc.DecodePage(req)
		if err != nil {
			return nil, err
		}
		b := board{call: c, lists: map[string]bool{}, units: map[string]string{}}
		next, err := b.page(where, from, to, cursor, pageSize(req.GetPageSize()))
		if err != nil {
			return nil, err
		}
		return &nuov1.ListCommitmentsResponse{Commitments: b.shown, NextPageToken: rpc.EncodePage(req, next)}, nil
	})
}

// boardPlace is the community asked for, or the caller's district. Who belongs to several districts names a community.
func boardPlace(c *call.Call, req *nuov1.ListCommitmentsRequest) (string, error) {
	if community := req.GetCommunity(); community != "" {
		if !shapes[2].pattern.MatchString(community) {
			return "", fault.Field("community", "is not the name of a community", "不是有效的社区名称")
		}
		return community, nil
	}
	var districts []string
	for _, g := range c.Caller.Grants {
		if g.District != "" && !slices.Contains(districts, g.District) {
			districts = append(districts, g.District)
		}
	}
	if len(districts) != 1 {
		return "", fault.Field("community", "name the community: this token is not of one district", "请指明社区：该令牌不属于单一区")
	}
	return districts[0], nil
}

func boardDates(req *nuov1.ListCommitmentsRequest, today string) (from, to string) {
	if from = req.GetFromDate(); from == "" {
		from = today
	}
	if to = req.GetToDate(); to == "" {
		to = place.AddDays(from, 1)
	}
	return from, to
}

// board is one page being made.
type board struct {
	call   *call.Call
	lists  map[string]bool   // whether a list is shown
	units  map[string]string // display names
	shown  []*nuov1.Commitment
	people int // holders looked at
}

// page shows the shifts of a place from a date on and before another, behind a cursor.
func (b *board) page(where, from, to, cursor string, size int) (next string, err error) {
	at, err := unpack(cursor, 3)
	if err != nil {
		return "", err
	}
	r := store.Range{Prefix: []any{where}, From: []any{from}, Until: []any{to}}
	if at != nil {
		start, err := time.Parse(time.RFC3339Nano, at[1])
		if err != nil || at[0] < from || at[0] >= to {
			return "", badCursor()
		}
		r.From = []any{at[0], start, at[2]}
	}
	looked := 0
	for s, err := range store.Shifts.RangeByIndex(b.call.Tx, store.ShiftsByPlace, r) {
		if err != nil {
			return "", err
		}
		if len(at) > 0 && s.GetName() == at[2] {
			continue
		}
		if looked == maxShifts || b.people >= maxPeople {
			return cursor, nil
		}
		looked++
		public, err := b.public(s)
		if err != nil {
			return "", err
		}
		if public && len(b.shown) == size {
			return cursor, nil
		}
		if public {
			if err := b.add(s); err != nil {
				return "", err
			}
		}
		cursor = pack(shiftKey(s)...)
	}
	return "", nil
}

// public tells whether the shift is on the board: not of a draft, and not cancelled.
func (b *board) public(s *nuov1.Shift) (bool, error) {
	if s.GetState() == nuov1.ShiftState_SHIFT_STATE_CANCELLED {
		return false, nil
	}
	shown, ok := b.lists[s.GetTaskList()]
	if !ok {
		l, err := store.TaskLists.Get(b.call.Tx, s.GetTaskList())
		if err != nil {
			return false, err
		}
		shown = l.GetState() == nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED ||
			l.GetState() == nuov1.TaskListState_TASK_LIST_STATE_CLOSED
		b.lists[s.GetTaskList()] = shown
	}
	return shown, nil
}

func (b *board) add(s *nuov1.Shift) error {
	slots, _, err := store.Slots.Find(b.call.Tx, s.GetName())
	if err != nil {
		return err
	}
	people, err := b.peopleOf(s.GetName())
	if err != nil {
		return err
	}
	b.shown = append(b.shown, &nuov1.Commitment{
		Shift: s.GetName(), Title: s.GetTitle(), Community: s.GetCommunity(), Place: s.GetPlace(),
		StartTime: s.GetStartTime(), EndTime: s.GetEndTime(), Capacity: s.GetCapacity(),
		Standing: slots.GetStanding(), Present: slots.GetPresent(), Fulfilled: slots.GetFulfilled(), People: people,
	})
	return nil
}

func (b *board) peopleOf(shift string) (people []string, err error) {
	looked := 0
	for h, err := range store.Holders.Scan(b.call.Tx, shift) {
		if err != nil {
			return nil, err
		}
		if looked == maxOfShift {
			break
		}
		looked++
		b.people++
		if !lifecycle.Stands(h.GetState()) {
			continue
		}
		text, err := b.person(h.GetVolunteer())
		if err != nil {
			return nil, err
		}
		if text != "" {
			people = append(people, text)
		}
	}
	return people, nil
}

// person is how somebody consented to stand on the board, empty for who did not: 仅姓氏 gives the masked name, 姓名和单位
// the name and what the unit is called. Who did not consent is not loaded.
func (b *board) person(volunteer string) (string, error) {
	v, _, err := store.Volunteers.Find(b.call.Tx, volunteer)
	if err != nil {
		return "", err
	}
	given := consent(v, nuov1.ConsentKind_CONSENT_KIND_BOARD)
	degree := given.GetBoardDegree()
	if !given.GetGiven() || degree == nuov1.BoardDegree_BOARD_DEGREE_UNSPECIFIED || v.GetMinor() ||
		v.GetState() == nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED {
		return "", nil
	}
	p, _, err := store.Persons.Find(b.call.Tx, volunteer)
	if err != nil || p.GetPerson().GetDisplayName() == "" {
		return "", err
	}
	full := p.GetPerson().GetDisplayName()
	if degree == nuov1.BoardDegree_BOARD_DEGREE_SURNAME {
		return name.Mask(full), nil
	}
	unit, err := b.unit(v.GetUnit())
	if err != nil || unit == "" {
		return full, err
	}
	return full + "（" + unit + "）", nil
}

// unit is what a unit is called, empty for none.
func (b *board) unit(of string) (string, error) {
	if of == "" {
		return "", nil
	}
	text, ok := b.units[of]
	if !ok {
		o, _, err := store.Organisations.Find(b.call.Tx, of)
		if err != nil {
			return "", err
		}
		text = o.GetDisplayName()
		b.units[of] = text
	}
	return text, nil
}
