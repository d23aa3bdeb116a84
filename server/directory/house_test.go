package directory_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/directory"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What there is in the house of every test.
const (
	jiaojiang = "districts/jiaojiang"
	elsewhere = "districts/elsewhere"
	jiazhi    = "streets/jiazhi"
	mingzhu   = "communities/mingzhu"
	xingzhou  = "communities/xingzhou"
	dong      = mingzhu + "/compounds/dong"
	xi        = mingzhu + "/compounds/xi"
	dong3     = dong + "/buildings/3"
	court     = "units/court"
	branch1   = court + "/branches/1"
	branch2   = court + "/branches/2"
	bureau    = "units/bureau"
	bureau1   = bureau + "/branches/1"
	tianping  = "teams/tianping" // of the court
	hongma    = "teams/hongma"   // of the district
)

// Who calls: role and scope, which are also the token.
const (
	admin         = "DISTRICT_ADMIN " + jiaojiang
	otherAdmin    = "DISTRICT_ADMIN " + elsewhere
	organisation  = "DISTRICT_ORGANISATION " + jiaojiang
	auditor       = "AUDITOR " + jiaojiang
	atMingzhu     = "COMMUNITY " + mingzhu
	atXingzhou    = "COMMUNITY " + xingzhou
	atDong        = "COMPOUND " + dong
	atXi          = "COMPOUND " + xi
	atDong3       = "COMPOUND " + dong3
	ofCourt       = "UNIT " + court
	ofBureau      = "UNIT " + bureau
	ofBranch1     = "BRANCH " + branch1
	ofBranch2     = "BRANCH " + branch2
	nobodysUnit   = "UNIT units/nowhere"
	commandOffice = "DISTRICT_COMMAND " + jiaojiang
)

// self is the token of a volunteer's own.
func self(v *nuov1.Volunteer) string { return "VOLUNTEER " + v.GetName() }

// Canaries: no error may hold one of them.
const (
	canaryName  = "甲测试"
	canaryPhone = "13800009999"
	canaryDoor  = "金丝雀3幢501"
)

// codes are the reasons that the tests expect.
const (
	invalidField    = nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD
	notFound        = nuov1.ErrorReason_ERROR_REASON_NOT_FOUND
	alreadyExists   = nuov1.ErrorReason_ERROR_REASON_ALREADY_EXISTS
	etagMismatch    = nuov1.ErrorReason_ERROR_REASON_ETAG_MISMATCH
	isDenied        = nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED
	isDeactivated   = nuov1.ErrorReason_ERROR_REASON_DEACTIVATED
	precondition    = nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION
	liveContracts   = nuov1.ErrorReason_ERROR_REASON_LIVE_CONTRACTS
	notQualified    = nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED
	consentMissing  = nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING
	secondPerson    = nuov1.ErrorReason_ERROR_REASON_SECOND_PERSON_REQUIRED
	badPageToken    = nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN
	requestIDReused = nuov1.ErrorReason_ERROR_REASON_REQUEST_ID_REUSED
	none            = nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED
)

type clock struct{ at atomic.Pointer[time.Time] }

func (c *clock) Now() time.Time                  { return *c.at.Load() }
func (c *clock) Until(time.Time) <-chan struct{} { return nil }
func (c *clock) set(t time.Time)                 { c.at.Store(&t) }

// tokens authenticates "ROLE scope", several joined by " + ": what a token of the identity room would say.
type tokens struct{}

func (tokens) Authenticate(_ context.Context, secret string) (*policy.Caller, error) {
	c := &policy.Caller{}
	for grant := range strings.SplitSeq(secret, " + ") {
		role, scope, _ := strings.Cut(grant, " ")
		in := jiaojiang
		if scope == elsewhere {
			in = elsewhere
		}
		c.Token = "tokens/" + strings.ToLower(strings.ReplaceAll(role, "_", "-"))
		c.Grants = append(c.Grants, policy.Grant{Role: nuov1.Role(nuov1.Role_value["ROLE_"+role]), Scope: scope, District: in})
		if role == "VOLUNTEER" {
			c.Person = scope
		}
	}
	return c, nil
}

// released is one call of Contracts.Release.
type released struct {
	volunteer string
	from, to  time.Time
}

// house is a district with two of everything, served through the interceptors on an engine that runs every closure
// twice and overwrites what it lent.
type house struct {
	*testing.T

	store *store.Store
	clock *clock

	organisations nuov1.OrganisationServiceClient
	volunteers    nuov1.VolunteerServiceClient
	parties       nuov1.ServedPartyServiceClient

	// what the directory is told of contracts
	live     map[string][]string
	holding  map[string]string // volunteer: community
	released map[string]released
	// lookedAt counts Contracts.LookAgain by volunteer.
	lookedAt map[string]int
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{
		T: t, clock: &clock{}, live: map[string][]string{}, holding: map[string]string{}, released: map[string]released{},
		lookedAt: map[string]int{},
	}
	h.clock.set(time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC)) // noon in Jiaojiang
	var err error
	h.store, err = store.Open(memkv.New(memkv.Config{Twins: true, Poison: true}), store.Config{Clock: h.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	chain, err := rpc.NewChain(rpc.Config{Authenticator: tokens{}})
	if err != nil {
		t.Fatal(err)
	}
	conn := rpc.NewInProcess(chain)
	nuov1.RegisterOrganisationServiceServer(conn, directory.NewOrganisations(h.store))
	nuov1.RegisterVolunteerServiceServer(conn, directory.NewVolunteers(h.store, h.contracts()))
	nuov1.RegisterServedPartyServiceServer(conn, directory.NewServedParties(h.store))
	h.organisations = nuov1.NewOrganisationServiceClient(conn)
	h.volunteers = nuov1.NewVolunteerServiceClient(conn)
	h.parties = nuov1.NewServedPartyServiceClient(conn)
	h.furnish()
	return h
}

// on is the house in a subtest.
func (h *house) on(t *testing.T) *house {
	in := *h
	in.T = t
	return &in
}

func (h *house) contracts() directory.Contracts {
	return directory.Contracts{
		Live: func(_ *store.Tx, v string) ([]string, error) { return h.live[v], nil },
		Holds: func(_ *store.Tx, v, community string, _ time.Time) (bool, error) {
			return h.holding[v] == community, nil
		},
		Release: func(_ *store.Tx, _ *policy.Caller, _ nuov1.Role, v string, from, to time.Time) error {
			h.released[v] = released{v, from, to}
			return nil
		},
		LookAgain: func(_ *store.Tx, v string) error {
			h.lookedAt[v]++
			return nil
		},
	}
}

func (h *house) furnish() {
	h.Helper()
	for _, d := range []string{jiaojiang, elsewhere} {
		h.create("DISTRICT_ADMIN "+d, &nuov1.Organisation{Name: d, DisplayName: "区"})
	}
	for _, o := range [][2]string{
		{jiazhi, jiaojiang},
		{mingzhu, jiazhi},
		{xingzhou, jiazhi},
		{dong, mingzhu},
		{xi, mingzhu},
		{dong3, dong},
		{court, jiaojiang},
		{branch1, court},
		{branch2, court},
		{bureau, jiaojiang},
		{bureau1, bureau},
		{tianping, court},
		{hongma, jiaojiang},
	} {
		h.create(admin, &nuov1.Organisation{Name: o[0], Parent: o[1], DisplayName: "某处"})
	}
	for _, o := range [][2]string{
		{"streets/far", elsewhere}, {"communities/far", "streets/far"}, {"units/far", elsewhere}, {"teams/far", elsewhere},
	} {
		h.create(otherAdmin, &nuov1.Organisation{Name: o[0], Parent: o[1], DisplayName: "他处"})
	}
}

func (h *house) create(as string, o *nuov1.Organisation) *nuov1.Organisation {
	h.Helper()
	created, err := h.organisations.CreateOrganisation(h.as(as), &nuov1.CreateOrganisationRequest{
		RequestId: uuid.NewString(), Organisation: o,
	})
	h.ok(err)
	return created
}

// as is the context of a call with the token.
func (h *house) as(token string) context.Context {
	return metadata.AppendToOutgoingContext(h.Context(), rpc.Header, rpc.Bearer(token))
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatalf("refused: %v", err)
	}
}

// refusal is what a caller reads of one.
type refusal struct {
	fields []fault.Violation
	text   string // in both languages
}

// refused holds an answer to its reason, and its text to holding no canary.
func (h *house) refused(err error, reason nuov1.ErrorReason) refusal {
	h.Helper()
	e, ok := rpc.FromStatus(err)
	if !ok || e.Reason != reason {
		h.Fatalf("answered %v, want %s", err, fault.Name(reason))
	}
	text := err.Error() + "\n" + e.Text(fault.English) + "\n" + e.Text(fault.Chinese)
	for k, v := range e.Vars {
		text += "\n" + k + "=" + v
	}
	for _, canary := range []string{canaryName, canaryPhone, canaryDoor} {
		if strings.Contains(text, canary) {
			h.Errorf("the refusal tells %s: %s", canary, text)
		}
	}
	return refusal{e.Fields, text}
}

// answered is refused, or ok where the reason is none.
func (h *house) answered(err error, reason nuov1.ErrorReason) {
	h.Helper()
	if reason == none {
		h.ok(err)
		return
	}
	h.refused(err, reason)
}

// named holds a refusal to naming the field.
func (h *house) named(e refusal, field string) {
	h.Helper()
	for _, v := range e.fields {
		if v.Field == field {
			return
		}
	}
	h.Errorf("the refusal names %v, not %s", e.fields, field)
}

// events are an object's, verified; none may hold a canary.
func (h *house) events(object string) (all []*storev1.AdminEvent) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx *store.Tx) error {
		for link, err := range store.AdminEvents.Scan(tx, object) {
			if err != nil {
				return err
			}
			all = append(all, link.Event)
		}
		return nil
	}))
	for _, e := range all {
		text := prototext.MarshalOptions{}.Format(e)
		for _, canary := range []string{canaryName, canaryPhone, canaryDoor} {
			if strings.Contains(text, canary) {
				h.Errorf("an event tells %s", canary)
			}
		}
	}
	return all
}

// lastEvent is an object's newest.
func (h *house) lastEvent(object string) *storev1.AdminEvent {
	h.Helper()
	all := h.events(object)
	if len(all) == 0 {
		h.Fatalf("%s has no events", object)
	}
	return all[len(all)-1]
}

// detail is one of an event's.
func detail(e *storev1.AdminEvent, key string) string {
	for _, d := range e.GetDetails() {
		if d.GetKey() == key {
			return d.GetValue()
		}
	}
	return ""
}

// member creates a volunteer of the court's first branch as the court would.
func (h *house) member(change ...func(*nuov1.Volunteer)) *nuov1.Volunteer {
	h.Helper()
	v := &nuov1.Volunteer{
		Unit: court, Branch: branch1, ServiceStatus: nuov1.ServiceStatus_SERVICE_STATUS_IN_SERVICE,
		PoliticalStatus: nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER,
		Person:          &nuov1.Person{DisplayName: canaryName, Phone: canaryPhone},
	}
	for _, f := range change {
		f(v)
	}
	created, err := h.newVolunteer(ofCourt, v)
	h.ok(err)
	return created
}

func (h *house) newVolunteer(as string, v *nuov1.Volunteer) (*nuov1.Volunteer, error) {
	h.Helper()
	return h.volunteers.CreateVolunteer(h.as(as), &nuov1.CreateVolunteerRequest{RequestId: uuid.NewString(), Volunteer: v})
}

func (h *house) get(as string, v *nuov1.Volunteer) (*nuov1.Volunteer, error) {
	return h.volunteers.GetVolunteer(h.as(as), &nuov1.GetVolunteerRequest{Name: v.GetName()})
}

// read is get by the volunteer, who always may.
func (h *house) read(v *nuov1.Volunteer) *nuov1.Volunteer {
	h.Helper()
	got, err := h.get(self(v), v)
	h.ok(err)
	return got
}

func same(a, b proto.Message) bool { return proto.Equal(a, b) }
