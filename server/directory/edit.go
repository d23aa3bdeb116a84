package directory

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/store"
)

// edit is one change of one volunteer under way.
type edit struct {
	*call.Call
	// v is the record; what f changes in it is stored.
	v *nuov1.Volunteer
	// today is the district's date.
	today string
	// within is what the volunteer lay in before the change, as the policy was asked.
	within []string
	// details are the event's: keys and values by turns.
	details []string
	// unchanged: f found that there is nothing to do.
	unchanged bool
	// after runs when the record is stored.
	after func() error
}

// edit is the frame of every change of a volunteer: it loads the record, asks the policy, lets f change it, stores it,
// appends the events and answers it as the caller may see it then. also, where it is not nil, names an organisation that
// the volunteer is about to join ("" for none): within the district, the policy is asked about it too.
func (s *Volunteers) edit(
	ctx context.Context, req call.Request, name string, also func(*nuov1.Volunteer) string, f func(*edit) error,
) (*nuov1.Volunteer, error) {
	return call.Mutate(ctx, s.store, req, func(c *call.Call) (*nuov1.Volunteer, error) {
		e, err := s.begin(c, name, also)
		if err != nil {
			return nil, err
		}
		before, _ := proto.Clone(e.v).(*nuov1.Volunteer)
		if err := f(e); err != nil {
			return nil, err
		}
		if !e.unchanged {
			if err := e.finish(before); err != nil {
				return nil, err
			}
			if err := s.contracts.LookAgain(c.Tx, e.v.GetName()); err != nil {
				return nil, err
			}
		}
		within, err := s.within(c, e.v, e.today)
		if err != nil {
			return nil, err
		}
		return e.v, s.present(c, e.v, within)
	})
}

// begin loads a volunteer whom the policy lets the caller change.
func (s *Volunteers) begin(c *call.Call, name string, also func(*nuov1.Volunteer) string) (*edit, error) {
	v, err := store.Volunteers.Get(c.Tx, name)
	if err != nil {
		return nil, err
	}
	e := &edit{Call: c, v: v}
	if e.today, err = today(c, v.GetDistrict()); err != nil {
		return nil, err
	}
	if e.within, err = s.within(c, v, e.today); err != nil {
		return nil, err
	}
	asked := slices.Clone(e.within)
	if also != nil {
		joins := also(v)
		o, ok, err := store.Organisations.Find(c.Tx, joins)
		if err != nil {
			return nil, err
		}
		if ok && o.GetDistrict() == v.GetDistrict() {
			asked = append(asked, joins)
		}
	}
	return e, admit(c, asked, name, getVolunteer)
}

// finish stores the change and appends its events.
func (e *edit) finish(before *nuov1.Volunteer) error {
	e.v.UpdateTime = edited(e.Call, before.GetUpdateTime())
	if err := store.Volunteers.Put(e.Tx, e.v); err != nil {
		return err
	}
	if err := noteJoined(e.Call, before, e.v, e.details...); err != nil {
		return err
	}
	if e.after != nil {
		return e.after()
	}
	return nil
}
