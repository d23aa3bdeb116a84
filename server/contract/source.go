package contract

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// candidate is a contract that a list may hold, and the cursor behind which the list goes on after it. Without a contract
// it is a place that was looked at in vain.
type candidate struct{ contract, cursor string }

// source answers the candidates behind a cursor ("" for the first), in order, at most n; fewer are the last ones.
type source func(tx *store.Tx, after string, n int) ([]candidate, error)

// sourceOf picks the narrowest way to the contracts asked for.
func sourceOf(c *call.Call, req *nuov1.ListContractsRequest) (source, error) {
	switch {
	case req.GetShift() != "":
		return holdersOf(req.GetShift()), nil
	case req.GetVolunteer() != "":
		return calendarsOf(req, req.GetVolunteer()), nil
	case req.GetCommunity() != "":
		return shiftsAt(req), nil
	}
	index := store.VolunteersByUnit
	if place.Enclosing(req.GetUnit()) != "" {
		index = store.VolunteersByBranch
	}
	var people []string
	for v, err := range store.Volunteers.ByIndex(c.Tx, index, req.GetUnit()) {
		if err != nil {
			return nil, err
		}
		people = append(people, v.GetName())
	}
	return calendarsOf(req, people...), nil
}

// holdersOf goes through the contracts of one shift, which start together.
func holdersOf(shift string) source {
	return func(tx *store.Tx, after string, n int) ([]candidate, error) {
		behind, err := unpack(after, 2)
		if err != nil {
			return nil, err
		}
		return holders(tx, shift, behind, n, func(h *storev1.Holder) string { return pack(h.GetVolunteer(), h.GetContract()) })
	}
}

// holders are the contracts of a shift behind {volunteer, contract}, from the first without it.
func holders(
	tx *store.Tx, shift string, behind []string, n int, cursor func(*storev1.Holder) string,
) (found []candidate, err error) {
	r := store.Range{Prefix: []any{shift}}
	if behind != nil {
		r.From = []any{behind[0], behind[1]}
	}
	for h, err := range store.Holders.Range(tx, r) {
		if err != nil {
			return nil, err
		}
		if len(behind) > 0 && h.GetVolunteer() == behind[0] && h.GetContract() == behind[1] {
			continue
		}
		if len(found) == n {
			break
		}
		found = append(found, candidate{h.GetContract(), cursor(h)})
	}
	return found, nil
}

// shiftsAt goes through the shifts of a community by date and start, and through the contracts of each.
func shiftsAt(req *nuov1.ListContractsRequest) source {
	return func(tx *store.Tx, after string, n int) ([]candidate, error) {
		at, err := unpack(after, 5) // date, start, shift, volunteer, contract
		if err != nil {
			return nil, err
		}
		r := store.Range{Prefix: []any{req.GetCommunity()}}
		if r.From, err = shiftFrom(req.GetFromDate(), at); err != nil {
			return nil, err
		}
		if req.GetToDate() != "" {
			// Terms accepted before an amendment may start on an earlier day than their shift does now.
			r.Until = []any{place.AddDays(req.GetToDate(), amendedDays)}
		}
		var found []candidate
		for s, err := range store.Shifts.RangeByIndex(tx, store.ShiftsByPlace, r) {
			if err != nil {
				return nil, err
			}
			more, err := holdersAt(tx, s, req.GetCommunity(), at, n-len(found))
			if err != nil {
				return nil, err
			}
			if found = append(found, more...); len(found) == n {
				break
			}
		}
		return found, nil
	}
}

// holdersAt are the contracts of a shift behind the cursor {date, start, shift, volunteer, contract}. A shift without any,
// or of another community (a co-hosted one), is one candidate without a contract: it counts as looked at.
func holdersAt(tx *store.Tx, s *nuov1.Shift, community string, at []string, n int) ([]candidate, error) {
	var behind []string
	if len(at) > 0 && at[2] == s.GetName() {
		behind = at[3:] // two empty texts where it had none: from the first on
	}
	if s.GetCommunity() == community {
		found, err := holders(tx, s.GetName(), behind, n, func(h *storev1.Holder) string {
			return pack(append(shiftKey(s), h.GetVolunteer(), h.GetContract())...)
		})
		if err != nil || len(found) > 0 || behind != nil {
			return found, err
		}
	}
	return []candidate{{cursor: pack(append(shiftKey(s), "", "")...)}}, nil
}

// amendedDays is how far the accepted start of a contract may lie from where its shift or calendar entry stands now: an
// amendment that is not answered yet, a task due by an hour that was begun late.
const amendedDays = 8

func shiftKey(s *nuov1.Shift) []string {
	return []string{s.GetDate(), s.GetStartTime().AsTime().Format(time.RFC3339Nano), s.GetName()}
}

// shiftFrom is where a range of store.ShiftsByPlace begins: at the cursor {date, start, shift, …}, or at the date.
func shiftFrom(fromDate string, at []string) ([]any, error) {
	if at == nil {
		if fromDate == "" {
			return nil, nil
		}
		return []any{place.AddDays(fromDate, -amendedDays)}, nil
	}
	start, err := time.Parse(time.RFC3339Nano, at[1])
	if err != nil {
		return nil, badCursor()
	}
	return []any{at[0], start, at[2]}, nil
}

// calendarsOf merges the calendars of people: of each it reads what may be among the next n, no more.
func calendarsOf(req *nuov1.ListContractsRequest, people ...string) source {
	low, high := bounds(req)
	return func(tx *store.Tx, after string, n int) ([]candidate, error) {
		at, err := unpack(after, 2) // start, contract
		if err != nil {
			return nil, err
		}
		behind := moment{start: low}
		if at != nil {
			if behind.start, err = time.Parse(time.RFC3339Nano, at[0]); err != nil {
				return nil, badCursor()
			}
			behind.contract = at[1]
		}
		next := make([]moment, 0, n+1)
		for _, person := range people {
			if next, err = earliest(tx, person, behind, high, next, n); err != nil {
				return nil, err
			}
		}
		found := make([]candidate, 0, len(next))
		for _, m := range next {
			found = append(found, candidate{m.contract, pack(m.start.Format(time.RFC3339Nano), m.contract)})
		}
		return found, nil
	}
}

// moment is where a contract stands in the order of start times.
type moment struct {
	start    time.Time
	contract string
}

func (m moment) compare(o moment) int {
	if n := m.start.Compare(o.start); n != 0 {
		return n
	}
	return strings.Compare(m.contract, o.contract)
}

// earliest puts a person's contracts behind a moment and before high among the n earliest.
func earliest(tx *store.Tx, person string, behind moment, high time.Time, next []moment, n int) ([]moment, error) {
	r := store.Range{Prefix: []any{person}, From: []any{behind.start}}
	if !high.IsZero() {
		r.Until = []any{high}
	}
	for _, calendar := range store.Calendars {
		for e, err := range calendar.Range(tx, r) {
			if err != nil {
				return nil, err
			}
			m := moment{e.GetStartTime().AsTime(), e.GetContract()}
			if m.compare(behind) <= 0 {
				continue
			}
			i, _ := slices.BinarySearchFunc(next, m, moment.compare)
			if i == n {
				if m.start.After(next[n-1].start) {
					break
				}
				continue
			}
			if next = slices.Insert(next, i, m); len(next) > n {
				next = next[:n]
			}
		}
	}
	return next, nil
}

// bounds are the instants between which calendar entries are looked at, wider than the dates asked for in any zone.
func bounds(req *nuov1.ListContractsRequest) (low, high time.Time) {
	if d, err := time.Parse(time.DateOnly, req.GetFromDate()); err == nil {
		low = d.AddDate(0, 0, -amendedDays)
	}
	if d, err := time.Parse(time.DateOnly, req.GetToDate()); err == nil {
		high = d.AddDate(0, 0, amendedDays)
	}
	return low, high
}

// pack makes a cursor of texts: each with its length.
func pack(texts ...string) string {
	var b []byte
	for _, t := range texts {
		b = append(binary.AppendUvarint(b, uint64(len(t))), t...)
	}
	return string(b)
}

// unpack undoes pack; nil for the empty cursor. A token is bound to its call and no permission, so anything may stand in
// a cursor: what is not n texts is INVALID_PAGE_TOKEN.
func unpack(cursor string, n int) ([]string, error) {
	if cursor == "" {
		return nil, nil
	}
	var texts []string
	for rest := []byte(cursor); len(rest) > 0; {
		length, size := binary.Uvarint(rest)
		if size <= 0 || length > uint64(len(rest)-size) {
			return nil, badCursor()
		}
		end := size + int(length) // length is bounded by len(rest)
		texts, rest = append(texts, string(rest[size:end])), rest[end:]
	}
	if len(texts) != n {
		return nil, badCursor()
	}
	return texts, nil
}

func badCursor() error { return fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN) }
