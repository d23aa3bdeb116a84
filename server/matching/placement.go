package matching

import (
	"context"
	"strconv"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// Where placements stand.
const (
	planned = nuov1.PlacementState_PLACEMENT_STATE_PLANNED
	offered = nuov1.PlacementState_PLACEMENT_STATE_OFFERED
	changed = nuov1.PlacementState_PLACEMENT_STATE_CHANGED
)

// ListPlacements lists who stands what in a plan, with shifts and contracts as they are now.
func (r *Room) ListPlacements(
	ctx context.Context, req *nuov1.ListPlacementsRequest,
) (*nuov1.ListPlacementsResponse, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.ListPlacementsResponse, error) {
		m, err := matchOf(c, req.GetParent())
		if err != nil {
			return nil, err
		}
		cursor, err := rpc.DecodePage(req)
		if err != nil {
			return nil, err
		}
		page, next, err := store.Placements.Select(c.Tx, store.Query[*storev1.StoredPlacement]{
			Prefix: []any{m.GetName()}, After: cursor, Size: int(req.GetPageSize()), Look: lookAt,
			Keep: func(p *storev1.StoredPlacement) (bool, error) {
				return (req.GetShift() == "" || p.GetShift() == req.GetShift()) &&
					(req.GetVolunteer() == "" || p.GetVolunteer() == req.GetVolunteer()) &&
					(req.GetState() == 0 || p.GetState() == req.GetState()) &&
					p.GetNumber() <= uint64(m.GetPlacements()), nil // what lies behind is not all there yet
			},
		})
		if err != nil {
			return nil, err
		}
		res := &nuov1.ListPlacementsResponse{NextPageToken: rpc.EncodePage(req, next)}
		shows, err := newShower(c, m)
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			shown, err := shows.placement(p)
			if err != nil {
				return nil, err
			}
			res.Placements = append(res.Placements, shown)
		}
		return res, nil
	})
}

// shower shows placements to one caller; it reads each shift once.
type shower struct {
	c      *call.Call
	today  string
	reader *lifecycle.Reader
	shifts map[string]*nuov1.Shift
}

func newShower(c *call.Call, m *nuov1.Match) (*shower, error) {
	p, err := place.PolicyOf(c.Tx, m.GetDistrict())
	if err != nil {
		return nil, err
	}
	return &shower{
		c: c, today: place.LocalDate(c.Now(), p.Zone), reader: lifecycle.NewReader(c.Tx), shifts: map[string]*nuov1.Shift{},
	}, nil
}

// placement is a stored placement as the caller may see it. Who the person is, is shown by the rule of ListVolunteers;
// why it has its rank, by that of GetPreference.
func (s *shower) placement(p *storev1.StoredPlacement) (*nuov1.Placement, error) {
	v, err := store.Volunteers.Get(s.c.Tx, p.GetVolunteer())
	if err != nil {
		return nil, err
	}
	shift, err := s.shift(p.GetShift())
	if err != nil {
		return nil, err
	}
	shown := seenBy(s.c.Caller, v, s.today).placement(p)
	shown.Community, shown.Place, shown.Kind, shown.Title = shift.GetCommunity(), shift.GetPlace(), shift.GetKind(), shift.GetTitle()
	shown.StartTime, shown.EndTime = shift.GetStartTime(), shift.GetEndTime()
	shown.Unit = v.GetUnit()
	if s.c.Caller.SeesPerson(v, place.VolunteerWithin(v, s.today)) {
		stored, _, err := store.Persons.Find(s.c.Tx, v.GetName())
		if err != nil {
			return nil, err
		}
		shown.DisplayName = stored.GetPerson().GetDisplayName()
	}
	if p.GetContract() == "" {
		return shown, nil
	}
	contract, err := store.Contracts.Get(s.c.Tx, p.GetContract())
	if err != nil {
		return nil, err
	}
	if err := s.reader.Present(contract); err != nil {
		return nil, err
	}
	shown.ContractState = contract.GetState()
	return shown, nil
}

func (s *shower) shift(name string) (*nuov1.Shift, error) {
	if shift, ok := s.shifts[name]; ok {
		return shift, nil
	}
	shift, err := store.Shifts.Get(s.c.Tx, name)
	if err == nil {
		s.shifts[name] = shift
	}
	return shift, err
}

// placementOf is what a stored placement says by itself.
func placementOf(p *storev1.StoredPlacement) *nuov1.Placement {
	return &nuov1.Placement{
		Name:  p.GetMatch() + "/placements/" + strconv.FormatUint(p.GetNumber(), 10),
		Shift: p.GetShift(), Volunteer: p.GetVolunteer(), Rank: p.GetRank(),
		RankReasons:  rankReasons(p.GetKindPosition(), p.GetPlacePosition()),
		KindPosition: max(p.GetKindPosition(), 0), PlacePosition: max(p.GetPlacePosition(), 0),
		State: p.GetState(), Contract: p.GetContract(), Reason: p.GetReason(), Round: p.GetRound(),
	}
}
