package lifecycle

import (
	"errors"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// crew visits contracts of a shift: those named, or all that pass; at most one step's worth. What a visit refuses is
// answered, not raised.
func (w *step) crew(s *shiftStep, named []string, pass func(*storev1.Holder) bool, visit func(*nuov1.Contract) error) (done []*nuov1.Contract, refused []*nuov1.CrewRefusal, more bool, err error) {
	if len(named) == 0 {
		if named, more, err = w.holders(s, pass); err != nil {
			return nil, nil, false, err
		}
	}
	for i, name := range named {
		if more = more || i > 0 && w.entries > stepEntries; w.entries > stepEntries && i > 0 {
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
	return done, refused, more, nil
}

// holders names the shift's contracts that pass, at most one step's worth, and whether there are more.
func (w *step) holders(s *shiftStep, pass func(*storev1.Holder) bool) (names []string, more bool, err error) {
	for h, err := range store.Holders.Scan(w.tx, s.shift.GetName()) {
		if err != nil {
			return nil, false, err
		}
		if !pass(h) {
			continue
		}
		if len(names) == stepContracts {
			return names, true, nil
		}
		names = append(names, h.GetContract())
	}
	return names, false, nil
}

// CheckInCrew checks in all who hold the shift and have not, or those named, at most 50 a call; who cannot be is
// answered with the reason.
func CheckInCrew(tx *store.Tx, a Actor, r *nuov1.CheckInCrewRequest) (*nuov1.CheckInCrewResponse, error) {
	w, s, err := openShift(tx, a, r.GetShift())
	if err != nil {
		return nil, err
	}
	pass := func(h *storev1.Holder) bool { return h.GetState() == signed || h.GetState() == displayed }
	done, refused, _, err := w.crew(s, r.GetContracts(), pass, func(c *nuov1.Contract) error {
		return w.checksIn(s, c, method(a))
	})
	if err != nil {
		return nil, err
	}
	if err := w.finish(); err != nil {
		return nil, err
	}
	return &nuov1.CheckInCrewResponse{Contracts: clones(done), Refused: refused}, nil
}

// CheckOutCrew checks out everybody present, or those named, at most 50 a call.
func CheckOutCrew(tx *store.Tx, a Actor, r *nuov1.CheckOutCrewRequest) (*nuov1.CheckOutCrewResponse, error) {
	w, s, err := openShift(tx, a, r.GetShift())
	if err != nil {
		return nil, err
	}
	pass := func(h *storev1.Holder) bool { return h.GetState() == inFulfilment && !h.GetOut() }
	done, refused, _, err := w.crew(s, r.GetContracts(), pass, func(c *nuov1.Contract) error {
		return w.checksOut(s, c, w.now, 0, checkOut, nil)
	})
	if err != nil {
		return nil, err
	}
	if err := w.finish(); err != nil {
		return nil, err
	}
	return &nuov1.CheckOutCrewResponse{Contracts: clones(done), Refused: refused}, nil
}

func clones(all []*nuov1.Contract) []*nuov1.Contract {
	for i, c := range all {
		all[i] = clone(c)
	}
	return all
}
