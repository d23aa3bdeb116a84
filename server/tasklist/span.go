package tasklist

import (
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// look is the most records that a page looks at: one transaction is short, whatever the filters refuse. A page that
// ends there may be short or empty and has a next.
const look = 1000

// span is a stretch of an index: the records that may belong to an answer, in its order. Unlike store.Query it has
// bounds, such as dates.
type span[M proto.Message] struct {
	table  *store.Table[M]
	index  *store.Index[M]
	prefix []any
	from   []any // behind prefix; nil: the beginning
	until  []any // behind prefix, exclusive; nil: the end
	// order is what stands in the index behind prefix, and then the record's name.
	order func(M) []any
}

// page returns the records that keep keeps behind a cursor, at most size, and the cursor to go on with, empty at the
// end. A cursor that is not one is INVALID_PAGE_TOKEN.
func (s span[M]) page(tx *store.Tx, cursor string, size int, keep func(M) (bool, error)) (page []M, next string, err error) {
	r := store.Range{Prefix: s.prefix, From: s.from, Until: s.until}
	if cursor != "" {
		if r.From, err = store.DecodeKey([]byte(cursor)); err != nil {
			return nil, "", fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN)
		}
	}
	if size < 1 {
		size = store.DefaultPageSize
	}
	var last M
	looked := 0
	for m, err := range s.table.RangeByIndex(tx, s.index, r) {
		if err != nil {
			return nil, "", err
		}
		if cursor != "" && looked == 0 && string(store.Key(s.order(m)...)) == cursor {
			continue // where the page before ended
		}
		if len(page) == size || looked == look {
			return page, string(store.Key(s.order(last)...)), nil
		}
		looked++
		last = m
		kept, err := keep(m)
		if err != nil {
			return nil, "", err
		}
		if kept {
			page = append(page, m)
		}
	}
	return page, "", nil
}

// byDate is a stretch of an index that goes by date behind its prefix: from the one date (inclusive) to the other
// (exclusive), each where it is set.
func byDate[M proto.Message](s span[M], from, to string) span[M] {
	if from != "" {
		s.from = []any{from}
	}
	if to != "" {
		s.until = []any{to}
	}
	return s
}

// shiftsOfList are the shifts of a list in the order of their start.
func shiftsOfList(list string) span[*nuov1.Shift] {
	return span[*nuov1.Shift]{
		table: store.Shifts, index: store.ShiftsByList, prefix: []any{list},
		order: func(s *nuov1.Shift) []any { return []any{s.GetStartTime(), s.GetName()} },
	}
}

// shiftsOfPlace are the shifts of a community (those that it co-hosts too), street or district by date and start.
func shiftsOfPlace(place, from, to string) span[*nuov1.Shift] {
	return byDate(span[*nuov1.Shift]{
		table: store.Shifts, index: store.ShiftsByPlace, prefix: []any{place},
		order: func(s *nuov1.Shift) []any { return []any{s.GetDate(), s.GetStartTime(), s.GetName()} },
	}, from, to)
}

// listsOfCommunity are the lists of a community by date.
func listsOfCommunity(community, from, to string) span[*nuov1.TaskList] {
	return byDate(span[*nuov1.TaskList]{
		table: store.TaskLists, index: store.TaskListsByCommunity, prefix: []any{community},
		order: func(l *nuov1.TaskList) []any { return []any{l.GetDate(), l.GetName()} },
	}, from, to)
}
