package directory

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// ServedParties serves ServedPartyService.
type ServedParties struct {
	nuov1.UnimplementedServedPartyServiceServer
	store *store.Store
}

// NewServedParties makes the service on an open store.
func NewServedParties(s *store.Store) *ServedParties { return &ServedParties{store: s} }

// getServedParty decides whether a refusal may admit that a served party is there.
const getServedParty = nuov1.ServedPartyService_GetServedParty_FullMethodName

// CreateServedParty stores whom a community serves, and the contact apart. A compound role creates inside its own only.
func (s *ServedParties) CreateServedParty(
	ctx context.Context, req *nuov1.CreateServedPartyRequest,
) (*nuov1.ServedParty, error) {
	return call.Mutate(ctx, s.store, req, func(c *call.Call) (*nuov1.ServedParty, error) {
		wished := req.GetServedParty()
		p := &nuov1.ServedParty{
			Kind: wished.GetKind(), Community: wished.GetCommunity(), Compound: wished.GetCompound(),
		}
		contact, _ := proto.Clone(wished.GetContact()).(*nuov1.ServedPartyContact)
		if err := checkParty(p, contact); err != nil {
			return nil, err
		}
		at := publicPlace(p)
		within, err := place.Ancestors(c.Tx, at)
		if err != nil {
			return nil, err
		}
		if err := admit(c, within, at, getOrganisation); err != nil {
			return nil, err
		}
		if _, err := standing(c, "served_party.compound", at, "", community, compound, building); err != nil {
			return nil, err
		}
		if p, err = place.AddServedParty(c.Tx, p.GetKind(), p.GetCommunity(), p.GetCompound(), contact); err != nil {
			return nil, err
		}
		if err := s.noteAt(c, p); err != nil {
			return nil, err
		}
		if err := c.Note(p.GetName(), "kind", p.GetKind().String(), "place", at); err != nil {
			return nil, err
		}
		return s.show(c, p)
	})
}

// publicPlace is the compound or building, or the community where none is named.
func publicPlace(p *nuov1.ServedParty) string {
	if p.GetCompound() != "" {
		return p.GetCompound()
	}
	return p.GetCommunity()
}

// checkParty holds a served party and its contact to the rules that span fields.
func checkParty(p *nuov1.ServedParty, contact *nuov1.ServedPartyContact) error {
	if err := checkName("served_party.community", p.GetCommunity(), community); err != nil {
		return err
	}
	if at := p.GetCompound(); at != "" {
		if err := checkName("served_party.compound", at, compound, building); err != nil {
			return err
		}
		if !strings.HasPrefix(at, p.GetCommunity()+"/") {
			return fault.Field("served_party.compound", "lies in another community", "不属于该社区")
		}
	}
	if p.GetKind() == nuov1.ServedPartyKind_SERVED_PARTY_KIND_UNSPECIFIED {
		return fault.Field("served_party.kind", "is needed", "必填")
	}
	if strings.TrimSpace(contact.GetDisplayName()) == "" && strings.TrimSpace(contact.GetDoor()) == "" {
		return fault.Field("served_party.contact", "needs a name or a door", "须填写姓名或门牌")
	}
	return nil
}

// noteAt tells the place and its community that a served party is there: the conflict key of their deactivation.
func (s *ServedParties) noteAt(c *call.Call, p *nuov1.ServedParty) error {
	if p.GetCompound() != "" {
		if err := c.Note(p.GetCompound(), "party", p.GetName()); err != nil {
			return err
		}
	}
	return c.Note(p.GetCommunity(), "party", p.GetName())
}

// keepAndShow stores the contact, appends the event, and answers the served party with its contact.
func (s *ServedParties) keepAndShow(
	c *call.Call, p *nuov1.ServedParty, contact *nuov1.ServedPartyContact, details ...string,
) (*nuov1.ServedParty, error) {
	if err := store.Contacts.Put(c.Tx, &storev1.StoredContact{Name: p.GetName(), Contact: contact}); err != nil {
		return nil, err
	}
	if err := c.Note(p.GetName(), details...); err != nil {
		return nil, err
	}
	return s.show(c, p)
}

// show makes a stored served party an answer with its contact, and writes down who saw it: the view event is committed
// with, and so before, the answer. It is the one way by which a contact leaves this package.
func (s *ServedParties) show(c *call.Call, p *nuov1.ServedParty) (*nuov1.ServedParty, error) {
	err := store.ViewEvents.Put(c.Tx, &storev1.ViewEvent{
		Viewer: c.Actor(), Door: p.GetName(), Time: timestamppb.New(c.Now()), Method: c.Action(),
	})
	if err != nil {
		return nil, err
	}
	stored, err := store.Contacts.Get(c.Tx, p.GetName())
	if err != nil {
		return nil, err
	}
	p.Etag = store.Etag(p)
	p.Contact = stored.GetContact()
	return p, nil
}

// open loads a served party for a caller whom the policy lets. To everybody else there is none.
func (s *ServedParties) open(c *call.Call, name string) (*nuov1.ServedParty, error) {
	p, err := store.ServedParties.Get(c.Tx, name)
	if err != nil {
		return nil, err
	}
	within, err := place.Ancestors(c.Tx, publicPlace(p))
	if err != nil {
		return nil, err
	}
	return p, admit(c, append([]string{name}, within...), name, getServedParty)
}

// GetServedParty answers one with its contact and writes down who saw it.
func (s *ServedParties) GetServedParty(
	ctx context.Context, req *nuov1.GetServedPartyRequest,
) (*nuov1.ServedParty, error) {
	return call.Mutate(ctx, s.store, req, func(c *call.Call) (*nuov1.ServedParty, error) {
		p, err := s.open(c, req.GetName())
		if err != nil {
			return nil, err
		}
		return s.show(c, p)
	})
}

// ListServedParties answers those of a community, compound or building in the order of their ids, without contact.
func (s *ServedParties) ListServedParties(
	ctx context.Context, req *nuov1.ListServedPartiesRequest,
) (*nuov1.ListServedPartiesResponse, error) {
	after, err := rpc.DecodePage(req)
	if err != nil {
		return nil, err
	}
	if err := checkName("parent", req.GetParent(), community, compound, building); err != nil {
		return nil, err
	}
	return call.Read(ctx, s.store, func(c *call.Call) (*nuov1.ListServedPartiesResponse, error) {
		within, err := place.Ancestors(c.Tx, req.GetParent())
		if err != nil {
			return nil, err
		}
		if err := admit(c, within, req.GetParent(), getOrganisation); err != nil {
			return nil, err
		}
		page, next, err := store.ServedParties.Select(c.Tx, store.Query[*nuov1.ServedParty]{
			Index: store.ServedPartiesByCommunity, Prefix: []any{communityOf(req.GetParent())},
			After: after, Size: int(req.GetPageSize()), Look: look,
			Keep: func(p *nuov1.ServedParty) (bool, error) {
				at := publicPlace(p)
				return (at == req.GetParent() || strings.HasPrefix(at, req.GetParent()+"/")) &&
					(req.GetShowDeactivated() || p.GetState() == active), nil
			},
		})
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			p.Etag = store.Etag(p)
		}
		return &nuov1.ListServedPartiesResponse{ServedParties: page, NextPageToken: rpc.EncodePage(req, next)}, nil
	})
}

// communityOf is the community in whose name a place's name lies, the community itself too.
func communityOf(name string) string {
	for place.Enclosing(name) != "" {
		name = place.Enclosing(name)
	}
	return name
}

// UpdateServedParty changes what the mask names. A compound role moves a party only to where it may see it.
func (s *ServedParties) UpdateServedParty(
	ctx context.Context, req *nuov1.UpdateServedPartyRequest,
) (*nuov1.ServedParty, error) {
	wished := req.GetServedParty()
	if !partyName.MatchString(wished.GetName()) {
		return nil, fault.Field("served_party.name", "is no name of a served party", "不是服务对象的名称")
	}
	return call.Mutate(ctx, s.store, req, func(c *call.Call) (*nuov1.ServedParty, error) {
		p, err := s.open(c, wished.GetName())
		if err != nil {
			return nil, err
		}
		if err := refuseDeactivated(p); err != nil {
			return nil, err
		}
		if err := call.RefuseStale(p, wished.GetEtag()); err != nil {
			return nil, err
		}
		stored, err := store.Contacts.Get(c.Tx, p.GetName())
		if err != nil {
			return nil, err
		}
		p.Contact = stored.GetContact()
		fields, err := call.ApplyMask(p, wished, req.GetUpdateMask(), "kind", "compound", "contact")
		contact := p.GetContact()
		p.Contact = nil
		if err != nil {
			return nil, err
		}
		if err := checkParty(p, contact); err != nil {
			return nil, err
		}
		if slices.Contains(fields, "compound") {
			if err := s.move(c, p); err != nil {
				return nil, err
			}
		}
		p.UpdateTime = edited(c, p.GetUpdateTime())
		if err := store.ServedParties.Put(c.Tx, p); err != nil {
			return nil, err
		}
		return s.keepAndShow(c, p, contact, "fields", strings.Join(fields, ","), "place", publicPlace(p))
	})
}

// move checks that the party may stand at its new place, and tells the place.
func (s *ServedParties) move(c *call.Call, p *nuov1.ServedParty) error {
	o, err := standing(c, "served_party.compound", publicPlace(p), "", community, compound, building)
	if err != nil {
		return err
	}
	if !c.May(getServedParty, policy.Facts{Within: place.AncestorsOf(o)}) {
		return denied(c, "served_party.compound", "lies outside your own", "不在您负责的范围内")
	}
	return s.noteAt(c, p)
}

// DeactivateServedParty ends a served party: it can be put on no new task. A second time changes nothing.
func (s *ServedParties) DeactivateServedParty(
	ctx context.Context, req *nuov1.DeactivateServedPartyRequest,
) (*nuov1.ServedParty, error) {
	return call.Mutate(ctx, s.store, req, func(c *call.Call) (*nuov1.ServedParty, error) {
		p, err := s.open(c, req.GetName())
		if err != nil {
			return nil, err
		}
		if p.GetState() == active {
			p.State = deactivated
			p.UpdateTime = edited(c, p.GetUpdateTime())
			if err := store.ServedParties.Put(c.Tx, p); err != nil {
				return nil, err
			}
			if err := c.Note(p.GetName()); err != nil {
				return nil, err
			}
		}
		p.Etag = store.Etag(p)
		return p, nil
	})
}
