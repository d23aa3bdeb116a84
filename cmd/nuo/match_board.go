package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// rosterRow is a shift with those who are planned on it.
type rosterRow struct {
	shift   *nuov1.Shift
	planned []*nuov1.Placement // not those that something came between
}

// newRoster joins shifts and placements, in the order of the start. A shift without anybody is there where a slot of it
// is free and the plan could have filled it.
func newRoster(m *nuov1.Match, known []*nuov1.Shift, placed []*nuov1.Placement) []rosterRow {
	rows := make([]rosterRow, 0, len(known))
	at := map[string]int{}
	for _, s := range known {
		at[s.GetName()] = len(rows)
		rows = append(rows, rosterRow{shift: s})
	}
	for _, p := range placed {
		if p.GetState() == nuov1.PlacementState_PLACEMENT_STATE_CHANGED {
			continue
		}
		i, ok := at[p.GetShift()]
		if !ok { // gone from the scope since: what the placement says of it is there
			i = len(rows)
			at[p.GetShift()] = i
			rows = append(rows, rosterRow{shift: &nuov1.Shift{
				Name: p.GetShift(), Title: p.GetTitle(), Place: p.GetPlace(), StartTime: p.GetStartTime(), EndTime: p.GetEndTime(),
			}})
		}
		rows[i].planned = append(rows[i].planned, p)
	}
	rows = slices.DeleteFunc(rows, func(r rosterRow) bool {
		return len(r.planned) == 0 && (r.shift.GetFill().GetRemaining() == 0 || !couldPlan(m, r.shift))
	})
	slices.SortStableFunc(rows, func(a, b rosterRow) int {
		return cmp.Or(a.shift.GetStartTime().AsTime().Compare(b.shift.GetStartTime().AsTime()), cmp.Compare(a.shift.GetName(), b.shift.GetName()))
	})
	return rows
}

// couldPlan tells whether the shift is one of those that the plan was made for: open, the scope's own, and there and not
// started when the plan was asked for.
func couldPlan(m *nuov1.Match, s *nuov1.Shift) bool {
	own := []string{s.GetTaskList(), s.GetCommunity(), s.GetStreet(), s.GetDistrict(), ""} // "" where it is not told
	return s.GetState() == nuov1.ShiftState_SHIFT_STATE_OPEN && s.GetListState() == nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED &&
		(m.GetCreateTime() == nil || s.GetStartTime().AsTime().After(m.GetCreateTime().AsTime())) &&
		(s.GetCreateTime() == nil || !s.GetCreateTime().AsTime().After(m.GetCreateTime().AsTime())) &&
		(s.GetCommunity() == "" || slices.Contains(own, m.GetScope()))
}

// live tells whether an offer holds, or held to the end.
func live(p *nuov1.Placement) bool {
	switch p.GetContractState() {
	case nuov1.ContractState_CONTRACT_STATE_DECLINED, nuov1.ContractState_CONTRACT_STATE_EXPIRED,
		nuov1.ContractState_CONTRACT_STATE_WITHDRAWN, nuov1.ContractState_CONTRACT_STATE_EXCUSED,
		nuov1.ContractState_CONTRACT_STATE_CANCELLED, nuov1.ContractState_CONTRACT_STATE_ABSENT,
		nuov1.ContractState_CONTRACT_STATE_BREACHED:
		return false
	}
	return true
}

// filled is how many slots would be held: those that are, and those that are planned and not offered yet.
func (r rosterRow) filled() int32 {
	n := r.shift.GetFill().GetHeld()
	for _, p := range r.planned {
		if p.GetState() == nuov1.PlacementState_PLACEMENT_STATE_PLANNED {
			n++
		}
	}
	return n
}

// open says how many slots stay free, and how many of them the shift cannot do without.
func (r rosterRow) open() text {
	free := r.shift.GetCapacity() - r.filled()
	switch {
	case free <= 0:
		return text{}
	case r.filled() < r.shift.GetMinimumHeadcount():
		return sayOpenShort.with(free, r.shift.GetMinimumHeadcount())
	}
	n := strconv.Itoa(int(free))
	return text{n, n}
}

// leastNames is how many columns the names of a roster have at least, whatever stands beside them.
const leastNames = 20

// roster prints a line each shift; a name that was offered it with what became of the offer.
func (p *printer) roster(rows []rosterRow, limit int) {
	var placed []*nuov1.Placement
	for _, r := range rows {
		placed = append(placed, r.planned...)
	}
	label := labels(placed)
	head := strings.Split(sayRosterColumns.in(p.language), "|")
	const names = 5 // which of them
	lines := [][]string{}
	columns := len(head) * 2
	for i, r := range rows {
		if limit > 0 && i == limit {
			break
		}
		lines = append(lines, []string{
			p.cell(r.shift.ProtoReflect(), "when"), r.shift.GetTitle(), r.shift.GetPlace(),
			fmt.Sprintf("%d/%d", r.filled(), r.shift.GetCapacity()), r.open().in(p.language), "",
			strings.TrimPrefix(r.shift.GetName(), "shifts/"),
		})
	}
	for i := range head {
		cells := []string{head[i]}
		for _, line := range lines {
			cells = append(cells, line[i])
		}
		columns += widest(cells...)
	}
	w := p.writer()
	w.AppendHeader(cellRow(head...))
	for i, line := range lines {
		people := make([]string, len(rows[i].planned))
		for j, placement := range rows[i].planned {
			people[j] = label[placement.GetVolunteer()]
			if placement.GetContract() != "" {
				people[j] += " " + p.named(placement.ProtoReflect(), "contract_state")
			}
		}
		line[names] = inLines(people, max(tableWidth-columns+widest(head[names]), leastNames))
		w.AppendRow(cellRow(line...))
	}
	w.SuppressEmptyColumns()
	fmt.Fprintln(p.out, trimLines(w.Render()))
	if limit > 0 && len(rows) > limit {
		fmt.Fprintln(p.out, sayMoreOf.with(len(rows)-limit).in(p.language))
	}
}
