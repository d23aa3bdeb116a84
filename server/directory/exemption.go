package directory

import (
	"context"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
)

// AddExemption (豁免) records that somebody is exempt, and releases what holds their time inside, in the same
// transaction as far as one step reaches.
func (s *Volunteers) AddExemption(ctx context.Context, req *nuov1.AddExemptionRequest) (*nuov1.Volunteer, error) {
	return s.edit(ctx, req, req.GetName(), nil, func(e *edit) error {
		wished := req.GetExemption()
		if err := refuseDeactivated(e.v); err != nil {
			return err
		}
		if wished.GetCategory() == nuov1.ExemptionCategory_EXEMPTION_CATEGORY_UNSPECIFIED {
			return fault.Field("exemption.category", "is needed", "必填")
		}
		if err := checkDates(wished, "exemption.from_date", "exemption.to_date"); err != nil {
			return err
		}
		if len(e.v.GetExemptions()) >= maxHistory {
			return historyFull("exemptions")
		}
		exemption := &nuov1.Exemption{
			Id: e.NewID(), Category: wished.GetCategory(), FromDate: wished.GetFromDate(), ToDate: wished.GetToDate(),
		}
		from, to, err := e.interval(exemption)
		if err != nil {
			return err
		}
		e.v.Exemptions = append(e.v.Exemptions, exemption)
		// The category is the unit's to know, and who reads events may be anybody's auditor.
		e.details = append(e.details, "exemption", exemption.GetId(), "from", exemption.GetFromDate(), "to", exemption.GetToDate())
		e.after = func() error { return s.contracts.Release(e.Tx, e.Caller, e.Role, e.v.GetName(), from, to) }
		return nil
	})
}

// interval is a period as instants, half-open, in the district's zone.
func (e *edit) interval(p place.Period) (from, to time.Time, err error) {
	rules, err := place.PolicyOf(e.Tx, e.v.GetDistrict())
	if err != nil {
		return from, to, err
	}
	return place.Instants(p, rules.Zone)
}

// EndExemption ends an exemption early; the volunteer qualifies from that date on. One that has not begun is ended on
// its first date and exempts nobody.
func (s *Volunteers) EndExemption(ctx context.Context, req *nuov1.EndExemptionRequest) (*nuov1.Volunteer, error) {
	return s.edit(ctx, req, req.GetName(), nil, func(e *edit) error {
		end := req.GetToDate()
		if end == "" {
			end = e.today
		}
		if !place.ValidDate(end) {
			return fault.Field("to_date", "is no date that exists, YYYY-MM-DD", "不是有效日期，格式为 YYYY-MM-DD")
		}
		for _, x := range e.v.GetExemptions() {
			if x.GetId() != req.GetExemptionId() {
				continue
			}
			if end < x.GetFromDate() && req.GetToDate() != "" {
				return fault.Field("to_date", "lies before the exemption's first date", "早于豁免的起始日期")
			}
			end = max(end, x.GetFromDate())
			if x.GetToDate() != "" && x.GetToDate() <= end {
				return fault.New(nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION, "name", e.v.GetName(), "state", "EXEMPTION_ENDED")
			}
			x.ToDate = end
			e.details = append(e.details, "exemption", x.GetId(), "to", end)
			return nil
		}
		// The id is not repeated: it is whatever was typed.
		return fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", e.v.GetName()+"/exemptions/-")
	})
}
