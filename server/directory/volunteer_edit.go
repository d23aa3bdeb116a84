package directory

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// editable are the fields of a volunteer that UpdateVolunteer may change.
var editable = []string{
	"unit", "branch", "teams", "political_status", "service_status", "skills", "minor", "guardian_consent", "vouched",
	"person",
}

// UpdateVolunteer changes what the mask names, each field by those whose it is (mayChange). Contracts keep what they
// were signed with.
func (s *Volunteers) UpdateVolunteer(
	ctx context.Context, req *nuov1.UpdateVolunteerRequest,
) (*nuov1.Volunteer, error) {
	wished := req.GetVolunteer()
	if !volunteerName.MatchString(wished.GetName()) {
		return nil, fault.Field("volunteer.name", "is no name of a volunteer", "不是志愿者的名称")
	}
	takenIn := func(v *nuov1.Volunteer) string {
		if v.GetUnit() != "" || !slices.Contains(req.GetUpdateMask().GetPaths(), "unit") {
			return ""
		}
		return wished.GetUnit()
	}
	return s.edit(ctx, req, wished.GetName(), takenIn, func(e *edit) error {
		if err := refuseDeactivated(e.v); err != nil {
			return err
		}
		if err := e.refuseStale(wished); err != nil {
			return err
		}
		stored, err := store.Persons.Get(e.Tx, e.v.GetName())
		if err != nil {
			return err
		}
		before, _ := proto.Clone(e.v).(*nuov1.Volunteer)
		e.v.Person = stored.GetPerson()
		fields, err := call.ApplyMask(e.v, wished, req.GetUpdateMask(), editable...)
		person := e.v.GetPerson()
		e.v.Person = nil
		if err != nil {
			return err
		}
		if err := e.mayChangeAll(before, fields); err != nil {
			return err
		}
		e.followUnit(before, fields)
		if err := e.check(person, fields); err != nil {
			return err
		}
		e.details = append(e.details, "fields", strings.Join(fields, ","))
		if !slices.Contains(fields, "person") {
			return nil
		}
		return keepPerson(e.Call, e.v.GetName(), person)
	})
}

// refuseStale asks for the present etag, but not of a unit that takes in whom it could not read before.
func (e *edit) refuseStale(wished *nuov1.Volunteer) error {
	if wished.GetEtag() == "" && !e.May(getVolunteer, policy.Facts{Within: e.within}) {
		return nil
	}
	return call.RefuseStale(e.v, wished.GetEtag())
}

// mayChangeAll refuses fields that are not the caller's to change, naming the first.
func (e *edit) mayChangeAll(before *nuov1.Volunteer, fields []string) error {
	for _, field := range fields {
		if !e.mayChange(before, field) {
			return denied(e.Call, "volunteer."+field, "is not yours to change; ask the unit or the district",
				"不能由您修改，请联系单位或区里")
		}
		if field == "vouched" && isSelf(e.Call, before) && e.v.GetVouched() {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_SECOND_PERSON_REQUIRED)
		}
	}
	return nil
}

// mayChange says whose a field is. Person, skills and teams are the volunteer's own and of who sees the person; the
// standing is the unit's, the community's and the district's; vouching is the unit's alone; the unit is changed by the
// district, or by a unit that takes in who has none or lets go its own.
func (e *edit) mayChange(before *nuov1.Volunteer, field string) bool {
	admin := holds(e.Call, nuov1.Role_ROLE_DISTRICT_ADMIN, before.GetDistrict())
	own := holds(e.Call, nuov1.Role_ROLE_UNIT, before.GetUnit())
	taking := before.GetUnit() == "" && holds(e.Call, nuov1.Role_ROLE_UNIT, e.v.GetUnit())
	resident := holds(e.Call, nuov1.Role_ROLE_COMMUNITY, e.within...)
	switch field {
	case "person":
		return isSelf(e.Call, before) || own || resident
	case "skills", "teams":
		return isSelf(e.Call, before) || own || resident || admin
	case "political_status", "service_status", "minor", "guardian_consent":
		return own || taking || resident || admin
	case "branch":
		return own || taking || admin
	case "vouched":
		return own && e.v.GetUnit() == before.GetUnit() || taking
	case "unit":
		released := own && (e.v.GetUnit() == "" || e.v.GetUnit() == before.GetUnit())
		return admin || taking || released
	default:
		return false
	}
}

// followUnit clears what belonged to the unit that was left, and what a minor cannot have.
func (e *edit) followUnit(before *nuov1.Volunteer, fields []string) {
	if e.v.GetUnit() != before.GetUnit() {
		if !slices.Contains(fields, "branch") {
			e.v.Branch = ""
		}
		if !slices.Contains(fields, "service_status") {
			e.v.ServiceStatus = nuov1.ServiceStatus_SERVICE_STATUS_UNSPECIFIED
		}
		if !slices.Contains(fields, "vouched") {
			e.v.Vouched = false
		}
	}
	if e.v.GetMinor() && given(e.v, nuov1.ConsentKind_CONSENT_KIND_BOARD) {
		e.v.Consents = append(e.v.Consents, &nuov1.Consent{
			Kind: nuov1.ConsentKind_CONSENT_KIND_BOARD, Time: timestamppb.New(e.Now()),
		})
		e.details = append(e.details, "withdrawn", nuov1.ConsentKind_CONSENT_KIND_BOARD.String())
	}
	e.v.Teams, e.v.Skills = distinct(e.v.GetTeams()), distinct(e.v.GetSkills())
}

// check holds what was changed to the rules. What was not is left alone: a team that was deactivated since stops nobody
// from changing a phone.
func (e *edit) check(person *nuov1.Person, fields []string) error {
	if e.v.GetVouched() && e.v.GetUnit() == "" {
		return fault.Field("volunteer.vouched", "needs a unit that vouches", "没有单位，不能担保")
	}
	if slices.Contains(fields, "person") || slices.Contains(fields, "minor") {
		if err := checkPerson(e.v, person, e.today); err != nil {
			return err
		}
	}
	changed := &nuov1.Volunteer{District: e.v.GetDistrict()}
	if slices.Contains(fields, "unit") || slices.Contains(fields, "branch") {
		changed.Unit, changed.Branch = e.v.GetUnit(), e.v.GetBranch()
	}
	if slices.Contains(fields, "teams") {
		changed.Teams = e.v.GetTeams()
	}
	return checkStanding(e.Call, changed)
}

// eighteenYearsBefore is the date after which whoever was born is a minor on the date.
func eighteenYearsBefore(date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return day.AddDate(-18, 0, 0).Format(time.DateOnly)
}

// DeactivateVolunteer ends a volunteer without live contracts. One who is deactivated already is answered as is.
func (s *Volunteers) DeactivateVolunteer(
	ctx context.Context, req *nuov1.DeactivateVolunteerRequest,
) (*nuov1.Volunteer, error) {
	return s.edit(ctx, req, req.GetName(), nil, func(e *edit) error {
		if e.unchanged = e.v.GetState() == deactivated; e.unchanged {
			return nil
		}
		live, err := s.contracts.Live(e.Tx, e.v.GetName())
		if err != nil {
			return err
		}
		if len(live) > 0 {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_LIVE_CONTRACTS, "name", e.v.GetName(),
				"contracts", strings.Join(live[:min(len(live), maxNamed)], ", "))
		}
		e.v.State = deactivated
		return nil
	})
}
