package matching

import (
	"context"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// preferenceEditable are the fields of a preference that UpdatePreference may change.
var preferenceEditable = []string{"kinds", "places", "availability", "absences", "max_shifts_weekly"}

// preferenceOf is the name of a volunteer's preference.
func preferenceOf(volunteer string) string { return volunteer + "/preference" }

// wishesOf reads a volunteer's preference: one that was never stated is empty.
func wishesOf(tx *store.Tx, volunteer string) (*nuov1.Preference, error) {
	p, ok, err := store.Preferences.Find(tx, preferenceOf(volunteer))
	if err == nil && !ok {
		p = &nuov1.Preference{Name: preferenceOf(volunteer)}
	}
	return p, err
}

// GetPreference answers what a volunteer wishes.
func (r *Room) GetPreference(ctx context.Context, req *nuov1.GetPreferenceRequest) (*nuov1.Preference, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.Preference, error) {
		v, err := wisher(c, req.GetName())
		if err != nil {
			return nil, err
		}
		p, err := wishesOf(c.Tx, v.GetName())
		if err == nil {
			p.Etag = store.Etag(p)
		}
		return p, err
	})
}

// wisher is the volunteer of a preference, where the caller may ask this about them: oneself, the unit, and a community
// where the volunteer is registered today.
func wisher(c *call.Call, preference string) (*nuov1.Volunteer, error) {
	name, ok := strings.CutSuffix(preference, "/preference")
	if !ok {
		return nil, fault.New(notFound, "name", preference)
	}
	v, known, err := store.Volunteers.Find(c.Tx, name)
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, fault.New(notFound, "name", preference)
	}
	p, err := place.PolicyOf(c.Tx, v.GetDistrict())
	if err != nil {
		return nil, err
	}
	facts := policy.Facts{Within: place.VolunteerWithin(v, place.LocalDate(c.Now(), p.Zone))}
	return v, admit(c, facts, preference, readVolunteer)
}

// UpdatePreference changes what the mask names.
func (r *Room) UpdatePreference(ctx context.Context, req *nuov1.UpdatePreferenceRequest) (*nuov1.Preference, error) {
	wished := req.GetPreference()
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Preference, error) {
		v, err := wisher(c, wished.GetName())
		if err != nil {
			return nil, err
		}
		if v.GetState() == nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED {
			return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_DEACTIVATED, "name", v.GetName())
		}
		p, err := wishesOf(c.Tx, v.GetName())
		if err != nil {
			return nil, err
		}
		if err := call.RefuseStale(p, wished.GetEtag()); err != nil {
			return nil, err
		}
		before := p.GetUpdateTime()
		fields, err := call.ApplyMask(p, wished, req.GetUpdateMask(), preferenceEditable...)
		if err != nil {
			return nil, err
		}
		if err := checkPreference(c, v, p); err != nil {
			return nil, err
		}
		now := c.Now()
		if before != nil && !now.After(before.AsTime()) { // the etag moves on even where the clock stands
			now = before.AsTime().Add(time.Nanosecond)
		}
		p.UpdateTime = timestamppb.New(now)
		if err := store.Preferences.Put(c.Tx, p); err != nil {
			return nil, err
		}
		p.Etag = store.Etag(p)
		return p, c.Note(p.GetName(), "fields", strings.Join(fields, ","))
	})
}

// checkPreference holds what a descriptor cannot say: hours that are some, dates that exist and follow each other, places
// of the district.
func checkPreference(c *call.Call, v *nuov1.Volunteer, p *nuov1.Preference) error {
	for _, a := range p.GetAvailability() {
		if a.GetFromTime() == a.GetToTime() {
			return fault.Field("preference.availability", "are hours that begin and end at different times; for the whole day write 00:00-24:00",
				"起止时间不能相同；全天请写 00:00-24:00")
		}
	}
	for _, a := range p.GetAbsences() {
		if !place.ValidDate(a.GetFromDate()) || !place.ValidDate(a.GetToDate()) || a.GetToDate() < a.GetFromDate() {
			return fault.Field("preference.absences", "are dates that exist, YYYY-MM-DD, the last not before the first",
				"须为有效日期 YYYY-MM-DD，且结束日期不早于开始日期")
		}
	}
	for _, name := range p.GetPlaces() {
		o, ok, err := store.Organisations.Find(c.Tx, name)
		if err != nil {
			return err
		}
		if !ok || o.GetDistrict() != v.GetDistrict() {
			return fault.New(notFound, "name", name)
		}
	}
	return nil
}
