package report_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/directory"
	"nuo.internal/nuo/server/store"
)

// What the report undoes, and by whom a unit remembers its people, is written by directory: the two are held together
// here, with real moves of real people.
func TestOKPeopleWhomDirectoryMoved(t *testing.T) {
	h := opened(t)
	people := directory.NewVolunteers(h.store, directory.Contracts{
		Live: func(*store.Tx, string) ([]string, error) { return nil, nil },
		Holds: func(*store.Tx, string, string, time.Time) (bool, error) {
			return false, nil
		},
		LookAgain: func(*store.Tx, string) error { return nil },
	})
	h.clock.at = local("2020-02-01 09:00")
	v, err := as(h, ofCourt, people.CreateVolunteer, nuov1.VolunteerService_CreateVolunteer_FullMethodName,
		&nuov1.CreateVolunteerRequest{RequestId: uuid.NewString(), Volunteer: &nuov1.Volunteer{
			Unit: court, Branch: branch1, ServiceStatus: nuov1.ServiceStatus_SERVICE_STATUS_IN_SERVICE,
			PoliticalStatus: nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER, Person: &nuov1.Person{DisplayName: canary},
		}})
	if err != nil {
		t.Fatal(err)
	}
	h.shift("s", mingzhu, "2020-02-08 14:00", 3)
	h.contract("c", v.GetName()[len("volunteers/"):], branch1, "s", duty, isFulfilled, 400)
	h.clock.at = local("2021-01-10 09:00")
	admin := office(nuov1.Role_ROLE_DISTRICT_ADMIN, district)
	_, err = as(h, admin, people.UpdateVolunteer, nuov1.VolunteerService_UpdateVolunteer_FullMethodName,
		&nuov1.UpdateVolunteerRequest{
			RequestId:  uuid.NewString(),
			Volunteer:  &nuov1.Volunteer{Name: v.GetName(), Unit: bureau, Etag: v.GetEtag(), ServiceStatus: v.GetServiceStatus()},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"unit", "service_status"}},
		})
	if err != nil {
		t.Fatal(err)
	}
	old, now := h.report(ofCourt, court), h.report(ofCourt, court, "2021-01-01", "2022-01-01")
	for _, c := range []struct {
		r     *nuov1.FulfilmentReport
		key   nuov1.FigureKey
		value string
	}{
		{old, keyMembers, "1 - - -"}, {old, keyTimes, "1 0 1 -"}, {old, keyPart, "1 0 1 -"}, {now, keyMembers, "0 - - -"},
	} {
		if got := text(figureIn(c.r, c.key).GetValue()); got != c.value {
			t.Errorf("%v of %s is %s, want %s", c.key, c.r.GetFromDate(), got, c.value)
		}
	}
	if got := text(rowFigure(old.GetBranches()[0], keyMembers)); got != "1 - - -" {
		t.Errorf("the branch of that day has %s", got)
	}
}
