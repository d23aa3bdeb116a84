package directory

import (
	"context"
	"fmt"
	"strconv"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
)

// maxHistory bounds each history of a volunteer: registrations, exemptions, consents.
const maxHistory = 200

// registrationField is the path of a field of a registration: by its index in CreateVolunteer, without (i < 0) in
// RegisterVolunteer.
func registrationField(i int, field string) string {
	if i < 0 {
		return "registration." + field
	}
	return fmt.Sprintf("volunteer.registrations[%d].%s", i, field)
}

// enterRegistrations holds the registrations of a new volunteer to the rules; they are entered as they are, so two
// primary ones must not last at the same time.
func enterRegistrations(c *call.Call, v *nuov1.Volunteer, date string) error {
	all := v.GetRegistrations()
	if len(all) > maxHistory {
		return historyFull("registrations")
	}
	for i, r := range all {
		if err := checkRegistration(c, v, r, i, date); err != nil {
			return err
		}
		for _, other := range all[:i] {
			if r.GetPrimary() && other.GetPrimary() && crosses(r, other) {
				return fault.Field(registrationField(i, "primary"), "another primary one lasts at the same time; give it an end",
					"同一时间只能有一个居住地报到，请填写前一个的截止日期")
			}
		}
	}
	return nil
}

// checkRegistration holds one registration to the rules and fills in where it begins when that is not said.
func checkRegistration(c *call.Call, v *nuov1.Volunteer, r *nuov1.Registration, i int, date string) error {
	if r.GetFromDate() == "" {
		r.FromDate = date
	}
	if err := checkDates(r, registrationField(i, "from_date"), registrationField(i, "to_date")); err != nil {
		return err
	}
	if r.GetOutside() {
		if r.GetCommunity() != "" {
			return fault.Field(registrationField(i, "community"), "is empty for a registration outside the district",
				"区外报到不填社区")
		}
		if r.GetReceipt() == "" {
			return fault.Field(registrationField(i, "receipt"), "is needed for a registration outside the district",
				"区外报到须填写回执编号")
		}
		return nil
	}
	field := registrationField(i, "community")
	_, err := standing(c, field, r.GetCommunity(), v.GetDistrict(), community)
	if fault.Is(err, nuov1.ErrorReason_ERROR_REASON_DEACTIVATED) && r.GetToDate() != "" && r.GetToDate() <= date {
		return nil // history of a community that is no more
	}
	return err
}

// checkDates holds a period to dates that exist, the second after the first.
func checkDates(p place.Period, from, to string) error {
	if !place.ValidDate(p.GetFromDate()) {
		return fault.Field(from, "is no date that exists, YYYY-MM-DD", "不是有效日期，格式为 YYYY-MM-DD")
	}
	if p.GetToDate() == "" {
		return nil
	}
	if !place.ValidDate(p.GetToDate()) {
		return fault.Field(to, "is no date that exists, YYYY-MM-DD", "不是有效日期，格式为 YYYY-MM-DD")
	}
	if p.GetToDate() <= p.GetFromDate() {
		return fault.Field(to, "must lie after the first date", "须晚于起始日期")
	}
	return nil
}

// crosses tells whether two periods have a day in common. An empty one has none.
func crosses(a, b place.Period) bool {
	later, end := max(a.GetFromDate(), b.GetFromDate()), a.GetToDate()
	if end == "" || b.GetToDate() != "" && b.GetToDate() < end {
		end = b.GetToDate()
	}
	return end == "" || later < end
}

func historyFull(of string) error {
	return fault.New(nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED, "limit", strconv.Itoa(maxHistory)+" "+of)
}

// RegisterVolunteer (报到) adds a registration. A community registers with itself only. A new primary one ends those
// that it crosses, and a new one with the same community the one before it; what began after it must be ended first.
func (s *Volunteers) RegisterVolunteer(
	ctx context.Context, req *nuov1.RegisterVolunteerRequest,
) (*nuov1.Volunteer, error) {
	target := func(*nuov1.Volunteer) string { return req.GetRegistration().GetCommunity() }
	return s.edit(ctx, req, req.GetName(), target, func(e *edit) error {
		if err := refuseDeactivated(e.v); err != nil {
			return err
		}
		r, _ := proto.Clone(req.GetRegistration()).(*nuov1.Registration)
		if err := e.ownCommunity("registration.community", r.GetCommunity()); err != nil {
			return err
		}
		if len(e.v.GetRegistrations()) >= maxHistory {
			return historyFull("registrations")
		}
		if err := checkRegistration(e.Call, e.v, r, -1, e.today); err != nil {
			return err
		}
		if err := supersede(e.v, r); err != nil {
			return err
		}
		e.v.Registrations = append(e.v.Registrations, r)
		e.details = append(e.details, "community", r.GetCommunity(), "from", r.GetFromDate(), "to", r.GetToDate(),
			"primary", strconv.FormatBool(r.GetPrimary()), "outside", strconv.FormatBool(r.GetOutside()))
		return nil
	})
}

// ownCommunity stops a community's committee from acting for another one: PERMISSION_DENIED.
func (e *edit) ownCommunity(field, name string) error {
	if e.Role != nuov1.Role_ROLE_COMMUNITY || holds(e.Call, nuov1.Role_ROLE_COMMUNITY, name) {
		return nil
	}
	return denied(e.Call, field, "a community registers with itself only", "社区只能办理本社区的报到")
}

// supersede ends what the new registration takes the place of, on the day on which it begins.
func supersede(v *nuov1.Volunteer, r *nuov1.Registration) error {
	for _, old := range v.GetRegistrations() {
		same := old.GetCommunity() == r.GetCommunity() && old.GetOutside() == r.GetOutside()
		bothPrimary := old.GetPrimary() && r.GetPrimary()
		if !crosses(old, r) || !same && !bothPrimary {
			continue
		}
		if same && old.GetPrimary() == r.GetPrimary() && !r.GetOutside() {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_ALREADY_EXISTS, "name", v.GetName()+"/"+r.GetCommunity())
		}
		if old.GetFromDate() > r.GetFromDate() {
			return fault.Field("registration.from_date", "lies before that of a registration whose place it would take; end that one first",
				"早于将被取代的报到的起始日期，请先结束该报到")
		}
		old.ToDate = r.GetFromDate()
	}
	return nil
}

// EndRegistration ends the registration with a community, or the one outside the district, on a local date.
func (s *Volunteers) EndRegistration(
	ctx context.Context, req *nuov1.EndRegistrationRequest,
) (*nuov1.Volunteer, error) {
	return s.edit(ctx, req, req.GetName(), nil, func(e *edit) error {
		name := req.GetCommunity()
		if name != "" {
			if err := checkName("community", name, community); err != nil {
				return err
			}
		}
		if err := e.ownCommunity("community", name); err != nil {
			return err
		}
		end := req.GetToDate()
		if end == "" {
			end = e.today
		}
		if !place.ValidDate(end) {
			return fault.Field("to_date", "is no date that exists, YYYY-MM-DD", "不是有效日期，格式为 YYYY-MM-DD")
		}
		for _, r := range e.v.GetRegistrations() {
			open := r.GetToDate() == "" || r.GetToDate() > end
			if r.GetCommunity() != name || r.GetOutside() != (name == "") || !open {
				continue
			}
			if end < r.GetFromDate() && req.GetToDate() != "" {
				return fault.Field("to_date", "lies before the registration's first date", "早于报到的起始日期")
			}
			r.ToDate = max(end, r.GetFromDate())
			e.details = append(e.details, "community", name, "to", r.GetToDate())
			return nil
		}
		return fault.New(nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION, "name", e.v.GetName(), "state", "NOT_REGISTERED")
	})
}
