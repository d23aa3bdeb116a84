package store

import (
	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// Lists, tasks, shifts and doors, kept by server/tasklist.
var (
	TaskListsByCommunity = &Index[*nuov1.TaskList]{
		Name: "community", Prefix: 'b', Parts: "community date",
		Keys: func(l *nuov1.TaskList) [][]any { return [][]any{{l.GetCommunity(), l.GetDate()}} },
	}
	// TaskLists holds the lists.
	TaskLists = NewTable(TableConfig[*nuov1.TaskList]{
		Name: "task list", Prefix: 'a', Parts: "name", Feed: true,
		Key:     func(l *nuov1.TaskList) []any { return []any{l.GetName()} },
		Indexes: []*Index[*nuov1.TaskList]{TaskListsByCommunity},
	})

	TasksByList = &Index[*nuov1.Task]{
		Name: "list", Prefix: 'd', Parts: "list",
		Keys: func(t *nuov1.Task) [][]any { return [][]any{{t.GetTaskList()}} },
	}
	// Tasks holds the tasks.
	Tasks = NewTable(TableConfig[*nuov1.Task]{
		Name: "task", Prefix: 'c', Parts: "name",
		Key:     func(t *nuov1.Task) []any { return []any{t.GetName()} },
		Indexes: []*Index[*nuov1.Task]{TasksByList},
	})

	ShiftsByTask = &Index[*nuov1.Shift]{
		Name: "task", Prefix: 'f', Parts: "task",
		Keys: func(s *nuov1.Shift) [][]any { return [][]any{{s.GetTask()}} },
	}
	ShiftsByList = &Index[*nuov1.Shift]{
		Name: "list", Prefix: 'g', Parts: "list start",
		Keys: func(s *nuov1.Shift) [][]any { return [][]any{{s.GetTaskList(), s.GetStartTime()}} },
	}
	// ShiftsByPlace finds shifts under their community, its co-hosts, street and district, by date and start.
	ShiftsByPlace = &Index[*nuov1.Shift]{
		Name: "place", Prefix: 'h', Parts: "place date start",
		Keys: func(s *nuov1.Shift) [][]any {
			keys := [][]any{
				{s.GetCommunity(), s.GetDate(), s.GetStartTime()},
				{s.GetStreet(), s.GetDate(), s.GetStartTime()},
				{s.GetDistrict(), s.GetDate(), s.GetStartTime()},
			}
			for _, c := range s.GetCohosts() {
				keys = append(keys, []any{c, s.GetDate(), s.GetStartTime()})
			}
			return keys
		},
	}
	// Shifts holds the shifts without anything that changes with a claim.
	Shifts = NewTable(TableConfig[*nuov1.Shift]{
		Name: "shift", Prefix: 'e', Parts: "name", Feed: true,
		Key:     func(s *nuov1.Shift) []any { return []any{s.GetName()} },
		Indexes: []*Index[*nuov1.Shift]{ShiftsByTask, ShiftsByList, ShiftsByPlace},
	})

	// Terms holds what each revision of a shift promises, frozen for ever.
	Terms = NewTable(TableConfig[*nuov1.Terms]{
		Name: "terms", Prefix: 'j', Parts: "shift revision",
		Key: func(t *nuov1.Terms) []any { return []any{t.GetShift(), t.GetRevision()} },
	})

	DoorsByTask = &Index[*nuov1.Door]{
		Name: "task", Prefix: 'l', Parts: "task",
		Keys: func(d *nuov1.Door) [][]any { return [][]any{{d.GetTask()}} },
	}
	// Doors holds the doors without their contact.
	Doors = NewTable(TableConfig[*nuov1.Door]{
		Name: "door", Prefix: 'k', Parts: "name",
		Key:     func(d *nuov1.Door) []any { return []any{d.GetName()} },
		Indexes: []*Index[*nuov1.Door]{DoorsByTask},
	})
)

// Contracts and what a claim writes beside them, kept by server/lifecycle alone. A claim writes one record of each of
// the first five, and one or two events.
var (
	// Contracts holds the contracts as stored: nothing that is computed for a reader.
	Contracts = NewTable(TableConfig[*nuov1.Contract]{
		Name: "contract", Prefix: 'm', Parts: "name",
		Key: func(c *nuov1.Contract) []any { return []any{c.GetName()} },
	})
	// Calendar holds each person's contracts in the order of their start: those that are live, hold time, or may hold
	// it again. It is what the rules read, and stays as short as what one person can do.
	Calendar = NewTable(TableConfig[*storev1.CalendarEntry]{
		Name: "calendar entry", Prefix: 'o', Parts: "volunteer start contract", Key: calendarKey,
	})
	// EndedCalendar is Calendar for what has ended and holds nothing, of which there is no end.
	EndedCalendar = NewTable(TableConfig[*storev1.CalendarEntry]{
		Name: "ended calendar entry", Prefix: 'v', Parts: "volunteer start contract", Key: calendarKey,
	})
	// Calendars are both: each contract stands in one of them.
	Calendars = []*Table[*storev1.CalendarEntry]{Calendar, EndedCalendar}
	// HoldersByDue finds the contracts of a shift that something falls due for.
	HoldersByDue = &Index[*storev1.Holder]{
		Name: "due", Prefix: 'q', Parts: "shift due",
		Keys: func(h *storev1.Holder) [][]any {
			if h.GetDueTime() == nil {
				return nil
			}
			return [][]any{{h.GetShift(), h.GetDueTime()}}
		},
	}
	// Holders holds each shift's contracts, whatever their state.
	Holders = NewTable(TableConfig[*storev1.Holder]{
		Name: "holder", Prefix: 'p', Parts: "shift volunteer contract",
		Key:     func(h *storev1.Holder) []any { return []any{h.GetShift(), h.GetVolunteer(), h.GetContract()} },
		Indexes: []*Index[*storev1.Holder]{HoldersByDue},
	})
	// Slots holds each shift's counts: the conflict key of its slots, holders, waits and of their order.
	Slots = NewTable(TableConfig[*storev1.ShiftSlots]{
		Name: "slots", Prefix: 's', Parts: "shift", Feed: true,
		Key: func(s *storev1.ShiftSlots) []any { return []any{s.GetShift()} },
	})
	// Claims holds each person's counts: the conflict key of the calendar.
	Claims = NewTable(TableConfig[*storev1.PersonClaims]{
		Name: "claims", Prefix: 't', Parts: "volunteer",
		Key: func(p *storev1.PersonClaims) []any { return []any{p.GetVolunteer()} },
	})
	// Waits holds who waits behind a full shift, in order.
	Waits = NewTable(TableConfig[*storev1.Wait]{
		Name: "wait", Prefix: 'r', Parts: "shift sequence",
		Key: func(w *storev1.Wait) []any { return []any{w.GetShift(), w.GetSequence()} },
	})
	// Acceptances holds whom a community has accepted before.
	Acceptances = NewTable(TableConfig[*storev1.Acceptance]{
		Name: "acceptance", Prefix: 'u', Parts: "community volunteer",
		Key: func(a *storev1.Acceptance) []any { return []any{a.GetCommunity(), a.GetVolunteer()} },
	})
	// ContractEvents chains what happened to each contract. The contract keeps number and hash of the last.
	ContractEvents = NewChain[*nuov1.ContractEvent](ChainConfig{Name: "contract event", Prefix: 'n'})
)

func calendarKey(e *storev1.CalendarEntry) []any {
	return []any{e.GetVolunteer(), e.GetStartTime(), e.GetContract()}
}
