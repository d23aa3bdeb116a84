package tasklist

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// ShowDoors shows doors with their contact: to the committee all of the task, to a compound role those of its compound
// or building, to a volunteer those of the task while the contract lets them be seen. Each that is shown is a
// ViewEvent, committed before the answer.
func (r *Room) ShowDoors(ctx context.Context, req *nuov1.ShowDoorsRequest) (*nuov1.ShowDoorsResponse, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.ShowDoorsResponse, error) {
		t, l, err := taskOf(c, req.GetTask())
		if err != nil {
			return nil, err
		}
		mine, err := allowShow(c, req, t, l)
		if err != nil {
			return nil, err
		}
		// Each page is a call with a request id of its own, to which the token must not be bound.
		paged := proto.CloneOf(req)
		paged.RequestId = ""
		after, err := rpc.DecodePage(paged)
		if err != nil {
			return nil, err
		}
		doors, next, err := store.Doors.Select(c.Tx, store.Query[*nuov1.Door]{
			Index: store.DoorsByTask, Prefix: []any{t.GetName()}, After: after, Size: int(req.GetPageSize()),
			Keep: func(d *nuov1.Door) (bool, error) { return mine(d), nil },
		})
		if err != nil {
			return nil, err
		}
		for _, d := range doors {
			if err := show(c, d, req.GetContract()); err != nil {
				return nil, err
			}
		}
		return &nuov1.ShowDoorsResponse{Doors: doors, NextPageToken: rpc.EncodePage(paged, next)}, nil
	})
}

// allowShow asks whether the caller may see doors of the task, and which.
func allowShow(
	c *call.Call, req *nuov1.ShowDoorsRequest, t *nuov1.Task, l *nuov1.TaskList,
) (mine func(*nuov1.Door) bool, err error) {
	all := func(*nuov1.Door) bool { return true }
	if req.GetContract() != "" {
		contract, err := allowHolder(c, req.GetContract(), t.GetName())
		if err != nil {
			return nil, err
		}
		return all, withAction(c, lifecycle.MayShowDoors(c.Tx, contract))
	}
	// What a compound role asks about is the part of the task that lies in its own places.
	places := ownPlaces(c, t.GetCommunity())
	facts := policy.Facts{Within: append([]string{t.GetCommunity()}, places...)}
	if err := allowAs(c, l, facts, t.GetName()); err != nil {
		return nil, err
	}
	if c.Role == nuov1.Role_ROLE_COMMUNITY {
		return all, nil
	}
	return func(d *nuov1.Door) bool {
		return slices.ContainsFunc(places, func(p string) bool { return within(d.GetCompound(), p) })
	}, nil
}

// ownPlaces are the compounds and buildings of a community for which the caller has the compound role.
func ownPlaces(c *call.Call, community string) []string {
	var places []string
	for _, g := range c.Caller.Grants {
		if g.Role == nuov1.Role_ROLE_COMPOUND && isPlace(g.Scope) && within(g.Scope, community) {
			places = append(places, g.Scope)
		}
	}
	return places
}

// show completes a door with its contact and writes down who saw it.
func show(c *call.Call, d *nuov1.Door, contract string) error {
	kept, err := store.Contacts.Get(c.Tx, d.GetServedParty())
	if err != nil {
		return err
	}
	d.Contact = kept.GetContact()
	return store.ViewEvents.Put(c.Tx, &storev1.ViewEvent{
		Viewer: c.Actor(), Contract: contract, Door: d.GetName(), Time: timestamppb.New(c.Now()), Method: action(c),
	})
}
