package contract

import (
	"context"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// RegisterOnSite is 现场登记: the person, by name and phone, the contract and the check-in are one transaction.
func (r *Room) RegisterOnSite(ctx context.Context, req *nuov1.RegisterOnSiteRequest) (*nuov1.Contract, error) {
	return actOnShift(ctx, r, req, gate,
		func(c *call.Call, a lifecycle.Actor, s *nuov1.Shift) (*nuov1.Contract, error) {
			person, err := nameAndPhone(req.GetPerson())
			if err != nil {
				return nil, err
			}
			if err := nobodyTwice(c, s, person.GetPhone()); err != nil {
				return nil, err
			}
			volunteer, err := enter(c, s, person)
			if err != nil {
				return nil, err
			}
			k, err := lifecycle.RegisterOnSite(c.Tx, a, volunteer, req)
			if err != nil {
				return nil, err
			}
			return answer(c, k)
		})
}

// crewLookedAt is how many of a shift's people are compared with somebody who is entered at the gate.
const crewLookedAt = 100

// nobodyTwice refuses a phone that is the caller's own (nobody checks themselves in as somebody new) or that of one of
// the shift's people, who has a contract to be checked in by.
func nobodyTwice(c *call.Call, s *nuov1.Shift, phone string) error {
	same := func(volunteer string) (bool, error) {
		p, ok, err := store.Persons.Find(c.Tx, volunteer)
		return ok && p.GetPerson().GetPhone() == phone, err
	}
	if me := c.Caller.Person; me != "" {
		if own, err := same(me); err != nil {
			return err
		} else if own {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_OWN_CONTRACT, "contract", s.GetName())
		}
	}
	looked := 0
	for h, err := range store.Holders.Scan(c.Tx, s.GetName()) {
		if err != nil {
			return err
		}
		if looked == crewLookedAt {
			return nil
		}
		looked++
		if !lifecycle.Live(h.GetState()) {
			continue
		}
		if there, err := same(h.GetVolunteer()); err != nil {
			return err
		} else if there {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED, "contract", h.GetContract())
		}
	}
	return nil
}

// nameAndPhone is what is taken down at a gate, and nothing else: the rest is for the person to give.
func nameAndPhone(p *nuov1.Person) (*nuov1.Person, error) {
	name := strings.TrimSpace(p.GetDisplayName())
	if utf8.RuneCountInString(name) < 2 {
		return nil, fault.Field("person.display_name", "give the full name, at least two characters", "请填写完整姓名，至少两个字")
	}
	if p.GetPhone() == "" {
		return nil, fault.Field("person.phone", "give the phone, or nobody can be called back", "请填写电话")
	}
	for _, more := range []struct{ field, value string }{
		{"gender", p.GetGender()}, {"birth_date", p.GetBirthDate()}, {"residence", p.GetResidence()},
	} {
		if more.value != "" {
			return nil, fault.Field("person."+more.field, "name and phone alone are taken on the spot; leave it empty",
				"现场登记只填姓名和电话，此项请留空")
		}
	}
	return &nuov1.Person{DisplayName: name, Phone: p.GetPhone()}, nil
}

// enter makes the volunteer: of the shift's district, without a registration and without a consent. Both are asked for
// before hours are confirmed.
func enter(c *call.Call, s *nuov1.Shift, person *nuov1.Person) (string, error) {
	now := timestamppb.New(c.Now())
	v := &nuov1.Volunteer{
		Name: "volunteers/" + c.RandomID(), District: s.GetDistrict(), State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
		CreateTime: now, UpdateTime: now,
	}
	if err := store.Volunteers.Insert(c.Tx, v); err != nil {
		return "", err
	}
	if err := store.Persons.Insert(c.Tx, &storev1.StoredPerson{Name: v.GetName(), Person: person}); err != nil {
		return "", err
	}
	return v.GetName(), c.Note(v.GetName(), "shift", s.GetName())
}
