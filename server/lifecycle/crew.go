package lifecycle

import (
	"encoding/hex"
	"errors"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// crew visits contracts of a shift: those named, or all that pass, at most one step's worth a call; the verb's next call
// goes on behind it. What a visit refuses is answered, not raised.
func (w *step) crew(s *shiftStep, action nuov1.ContractAction, named []string, pass func(*storev1.Holder) bool, visit func(*nuov1.Contract) error) (done []*nuov1.Contract, refused []*nuov1.CrewRefusal, more bool, err error) {
	all := len(named) == 0
	var page []*storev1.Holder
	next := ""
	if all {
		if page, next, err = w.crewPage(s, action, pass); err != nil {
			return nil, nil, false, err
		}
		for _, h := range page {
			named = append(named, h.GetContract())
		}
	}
	for i, name := range named {
		if i > 0 && w.entries > stepEntries {
			if more = true; all {
				next = string(store.Key(s.shift.GetName(), page[i-1].GetVolunteer(), page[i-1].GetContract()))
			}
			break
		}
		c, of, err := w.current(name)
		if err == nil && of != s {
			err = fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", name)
		}
		if err == nil {
			err = visit(c)
		}
		var f *fault.Error
		switch {
		case err == nil:
			done = append(done, c)
		case errors.As(err, &f):
			refused = append(refused, &nuov1.CrewRefusal{Contract: name, Reason: f.Reason})
		default:
			return nil, nil, false, err
		}
	}
	if all {
		s.crewAt(action, next)
	}
	return done, refused, more || next != "", nil
}

// crewPage is a page of those that pass from where the verb's last call stopped.
func (w *step) crewPage(s *shiftStep, action nuov1.ContractAction, pass func(*storev1.Holder) bool) ([]*storev1.Holder, string, error) {
	after := ""
	if s.slots.GetCrewAction() == action {
		key, err := hex.DecodeString(s.slots.GetCrewAfter())
		if err != nil {
			return nil, "", err
		}
		after = string(key)
	}
	return w.holders(s, after, stepContracts, stepHolders, pass)
}

// crewAt remembers where a verb for the whole crew stopped, nothing once it has come to the end.
func (s *shiftStep) crewAt(action nuov1.ContractAction, next string) {
	if next == "" {
		action = 0
	}
	if after := hex.EncodeToString([]byte(next)); after != s.slots.GetCrewAfter() || action != s.slots.GetCrewAction() {
		s.slots.CrewAfter, s.slots.CrewAction, s.dirty = after, action, true
	}
}

// holders are the shift's contracts behind a cursor that pass, at most size of them out of the next look, and the
// cursor of those behind, empty at the end.
func (w *step) holders(s *shiftStep, after string, size, look int, pass func(*storev1.Holder) bool) ([]*storev1.Holder, string, error) {
	return store.Holders.Select(w.tx, store.Query[*storev1.Holder]{
		Prefix: []any{s.shift.GetName()}, After: after, Size: size, Look: look,
		Keep: func(h *storev1.Holder) (bool, error) { return pass(h), nil },
	})
}

// CheckInCrew checks in all who hold the shift and have not, or those named, at most 50 a call; who cannot be is
// answered with the reason.
func CheckInCrew(tx *store.Tx, a Actor, r *nuov1.CheckInCrewRequest) (*nuov1.CheckInCrewResponse, error) {
	w, s, err := openShift(tx, a, r.GetShift())
	if err != nil {
		return nil, err
	}
	pass := func(h *storev1.Holder) bool { return h.GetState() == signed || h.GetState() == displayed }
	done, refused, more, err := w.crew(s, checkIn, r.GetContracts(), pass, func(c *nuov1.Contract) error {
		return w.checksIn(s, c, method(a))
	})
	if err != nil {
		return nil, err
	}
	if err := w.finish(); err != nil {
		return nil, err
	}
	return &nuov1.CheckInCrewResponse{Contracts: clones(done), Refused: refused, More: more}, nil
}

// CheckOutCrew checks out everybody present, or those named, at most 50 a call.
func CheckOutCrew(tx *store.Tx, a Actor, r *nuov1.CheckOutCrewRequest) (*nuov1.CheckOutCrewResponse, error) {
	w, s, err := openShift(tx, a, r.GetShift())
	if err != nil {
		return nil, err
	}
	pass := func(h *storev1.Holder) bool { return h.GetState() == inFulfilment && !h.GetOut() }
	done, refused, more, err := w.crew(s, checkOut, r.GetContracts(), pass, func(c *nuov1.Contract) error {
		return w.checksOut(s, c, w.now, 0, checkOut, nil)
	})
	if err != nil {
		return nil, err
	}
	if err := w.finish(); err != nil {
		return nil, err
	}
	return &nuov1.CheckOutCrewResponse{Contracts: clones(done), Refused: refused, More: more}, nil
}

func clones(all []*nuov1.Contract) []*nuov1.Contract {
	for i, c := range all {
		all[i] = clone(c)
	}
	return all
}
