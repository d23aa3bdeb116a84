package tasklist

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/store"
)

// watchPage is how many shifts one answer of a stream holds at most, and one transaction of it reads.
const watchPage = 100

// watch is one open stream.
type watch struct {
	room   *Room
	req    *nuov1.WatchShiftsRequest
	stream grpc.ServerStreamingServer[nuov1.WatchShiftsResponse]
	at     resume
	// told says of each shift that was sent whether it matched then: one that stops matching is sent once more, so
	// that whoever shows it can take it away.
	told map[string]bool
	// resumed: what an earlier stream has told is not known, so a shift of its places may have been.
	resumed bool
}

// WatchShifts streams shifts: first all that match, in pages that are read one by one, the last marked as current, then
// each that changes. Every page and every batch of changes is a short transaction of its own, in which the token is
// authenticated and the policy asked again (call.Stream): sending holds none. What a slow reader does not take is
// coalesced: each shift is sent as it is when its turn comes. A stream ends when its caller or the server does.
//
// Nothing is missed: the position is that of the first page's state, and whatever is written after it is told again.
// What time alone changes (a window that opens, an offer that expires) is told when the janitor writes it; what is read
// meanwhile shows it already.
func (r *Room) WatchShifts(req *nuov1.WatchShiftsRequest, stream grpc.ServerStreamingServer[nuov1.WatchShiftsResponse]) error {
	w := &watch{room: r, req: req, stream: stream, told: map[string]bool{}}
	if req.GetResumeToken() != "" {
		at, err := resumeFrom(req)
		if err != nil {
			return err
		}
		w.at, w.resumed = at, true
	}
	if !w.resumed || w.at.cursor != "" {
		if err := w.present(); err != nil {
			return err
		}
	} else if err := w.read(func(*finder) error { return nil }); err != nil {
		return err
	}
	return w.follow()
}

// read runs one step of the stream.
func (w *watch) read(f func(*finder) error) error {
	return call.Stream(w.stream.Context(), w.room.store, func(c *call.Call) error {
		find, err := newFinder(c, filter{
			community: w.req.GetCommunity(), list: w.req.GetTaskList(),
			from: w.req.GetFromDate(), to: w.req.GetToDate(), kind: w.req.GetKind(),
		})
		if err != nil {
			return err
		}
		if find.from == "" && find.list == "" {
			if find.from, err = find.today(); err != nil {
				return err
			}
		}
		return f(find)
	})
}

// present sends all that matches now.
func (w *watch) present() error {
	for first := !w.resumed; ; first = false {
		var page []*nuov1.Shift
		var next string
		var position store.Position
		err := w.read(func(f *finder) (err error) {
			position = f.c.Position()
			page, next, err = f.span().page(f.c.Tx, w.at.cursor, watchPage, f.keep)
			return err
		})
		if err != nil {
			return err
		}
		if first {
			w.at.position = position
		}
		w.at.cursor = next
		for _, s := range page {
			w.told[s.GetName()] = true
		}
		if err := w.send(page, next == ""); err != nil || next == "" {
			return err
		}
	}
}

// follow sends what changes.
func (w *watch) follow() error {
	feed := w.room.startFeed(w.stream.Context(), w.at.position)
	defer feed.stop()
	for {
		names, position, err := feed.next(w.stream.Context())
		if err != nil {
			return err
		}
		if names, err = w.shiftsOf(names); err != nil {
			return err
		}
		for part := range slices.Chunk(names, watchPage) {
			shifts, err := w.changed(part)
			if err != nil {
				return err
			}
			if len(names) == len(part) { // the last part: all up to the position was told
				w.at.position = position
			}
			names = names[len(part):]
			if len(shifts) == 0 {
				continue
			}
			if err := w.send(shifts, false); err != nil {
				return err
			}
		}
	}
}

// shiftsOf puts the shifts of a list in the place of the list: what they are depends on where it stands.
func (w *watch) shiftsOf(names []string) ([]string, error) {
	isList := func(name string) bool { return strings.HasPrefix(name, "taskLists/") }
	if !slices.ContainsFunc(names, isList) {
		return names, nil
	}
	var shifts []string
	err := w.read(func(f *finder) error {
		shifts = nil
		for _, name := range names {
			if !isList(name) {
				shifts = append(shifts, name)
				continue
			}
			for s, err := range store.Shifts.ByIndex(f.c.Tx, store.ShiftsByList, name) {
				if err != nil {
					return err
				}
				if f.belongs(s) {
					shifts = append(shifts, s.GetName())
				}
			}
		}
		return nil
	})
	slices.Sort(shifts)
	return slices.Compact(shifts), err
}

// changed returns those of the shifts that are to be sent, as they are now.
func (w *watch) changed(names []string) (shifts []*nuov1.Shift, err error) {
	var matched map[string]bool
	err = w.read(func(f *finder) error {
		shifts, matched = nil, map[string]bool{}
		for _, name := range names {
			s, ok, err := store.Shifts.Find(f.c.Tx, name)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			matches, err := f.keep(s)
			tell := matches
			if err == nil && !matches {
				tell, err = w.stopped(f, s)
			}
			if err != nil {
				return err
			}
			if tell {
				matched[name] = matches
				shifts = append(shifts, s)
			}
		}
		return nil
	})
	if err == nil {
		maps.Copy(w.told, matched)
	}
	return shifts, err
}

// stopped completes a shift that matches no longer where whoever reads the stream may show it still, and tells so. A
// draft's is never shown.
func (w *watch) stopped(f *finder, s *nuov1.Shift) (bool, error) {
	if !w.mayHaveTold(f, s) {
		return false, nil
	}
	return f.completed(s)
}

// mayHaveTold tells whether whoever reads the stream may show the shift as one that matches.
func (w *watch) mayHaveTold(f *finder, s *nuov1.Shift) bool {
	matched, told := w.told[s.GetName()]
	if told {
		return matched
	}
	return w.resumed && f.belongs(s)
}

func (w *watch) send(shifts []*nuov1.Shift, current bool) error {
	return w.stream.Send(&nuov1.WatchShiftsResponse{Shifts: shifts, ResumeToken: w.at.token(w.req), Current: current})
}
