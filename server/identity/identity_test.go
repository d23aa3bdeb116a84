package identity_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/identity"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	district  = "districts/jiaojiang"
	elsewhere = "districts/far"
	street    = "streets/jiazhi"
	mingzhu   = "communities/mingzhu"
	xingzhou  = "communities/xingzhou"
	compound  = "communities/mingzhu/compounds/dong"
	court     = "units/court"
	bureau    = "units/bureau"
	branch    = "units/court/branches/1"
	wang      = "volunteers/wang" // of the court, registered at mingzhu
	li        = "volunteers/li"   // of the bureau, registered at xingzhou
	gone      = "volunteers/gone" // of the court, deactivated
)

// shorter names of the roles
const (
	admin     = nuov1.Role_ROLE_DISTRICT_ADMIN
	community = nuov1.Role_ROLE_COMMUNITY
	unit      = nuov1.Role_ROLE_UNIT
	volunteer = nuov1.Role_ROLE_VOLUNTEER
)

type clock struct{ at time.Time }

func (c *clock) Now() time.Time                  { return c.at }
func (c *clock) Until(time.Time) <-chan struct{} { return nil }

// house is a district with two of everything, and the room under test.
type house struct {
	*identity.Room

	store *store.Store
	clock *clock
	first string // the secret of the first administrator
}

// show keeps the secret of the newest administrator.
func (h *house) show(secret string) error {
	h.first = secret
	return nil
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{clock: &clock{time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC)}}
	var err error
	if h.store, err = store.Open(memkv.New(memkv.Config{Twins: true}), store.Config{Clock: h.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	h.Room = identity.New(h.store)
	if _, err = identity.Bootstrap(t.Context(), h.store, district, h.show); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Update(t.Context(), furnish); err != nil {
		t.Fatal(err)
	}
	return h
}

func furnish(tx *store.Tx) error {
	var errs []error
	for _, o := range []*nuov1.Organisation{
		{Name: elsewhere, District: elsewhere},
		{Name: street, Parent: district},
		{Name: mingzhu, Parent: street, Street: street},
		{Name: xingzhou, Parent: street, Street: street},
		{Name: compound, Parent: mingzhu, Street: street},
		{Name: court, Parent: district},
		{Name: bureau, Parent: district},
		{Name: branch, Parent: court},
		{Name: "units/closed", Parent: district, State: nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED},
	} {
		if o.GetDistrict() == "" {
			o.District = district
		}
		errs = append(errs, store.Organisations.Put(tx, o))
	}
	at := func(c string) []*nuov1.Registration {
		return []*nuov1.Registration{{Community: c, Primary: true, FromDate: "2020-02-01"}}
	}
	for _, v := range []*nuov1.Volunteer{
		{Name: wang, Unit: court, Branch: branch, Registrations: at(mingzhu)},
		{Name: li, Unit: bureau, Registrations: at(xingzhou)},
		{Name: gone, Unit: court, State: nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED},
	} {
		v.District = district
		errs = append(errs, store.Volunteers.Put(tx, v))
	}
	return errors.Join(errs...)
}

// by is the context of a call by somebody who presents the secret.
func (h *house) by(t *testing.T, secret, method string) context.Context {
	t.Helper()
	caller, err := h.Authenticate(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	full := "/nuo.v1.TokenService/" + method
	rule, _ := policy.RuleOf(full)
	return rpc.WithIncoming(t.Context(), &rpc.Incoming{Method: full, Rule: rule, Caller: caller})
}

func grants(pairs ...any) []*nuov1.Grant {
	var all []*nuov1.Grant
	for pair := range slices.Chunk(pairs, 2) {
		all = append(all, &nuov1.Grant{Role: pair[0].(nuov1.Role), Scope: pair[1].(string)})
	}
	return all
}

func (h *house) issue(t *testing.T, by, person string, g []*nuov1.Grant) (*nuov1.IssueTokenResponse, error) {
	t.Helper()
	return h.IssueToken(h.by(t, by, "IssueToken"), &nuov1.IssueTokenRequest{
		RequestId: uuid.NewString(), Token: &nuov1.Token{DisplayName: "x", Person: person, Grants: g},
	})
}

// hold is the secret of a new token, issued by the first administrator.
func (h *house) hold(t *testing.T, person string, g []*nuov1.Grant) (secret, name string) {
	t.Helper()
	res, err := h.issue(t, h.first, person, g)
	if err != nil {
		t.Fatal(err)
	}
	return res.GetSecret(), res.GetToken().GetName()
}

func is(t *testing.T, err error, reason nuov1.ErrorReason) {
	t.Helper()
	if !fault.Is(err, reason) {
		t.Fatalf("%v, want %v", err, reason)
	}
}

// Who issues what: nobody a role whose scope lies outside their own.
func TestOKWhoMayIssueWhat(t *testing.T) {
	h := open(t)
	secrets := map[string]string{"district": h.first}
	secrets["mingzhu"], _ = h.hold(t, "", grants(community, mingzhu))
	secrets["court"], _ = h.hold(t, "", grants(unit, court))
	secrets["both"], _ = h.hold(t, "", grants(unit, court, community, xingzhou))

	const denied, hidden, ok = nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, 0
	for _, c := range []struct {
		by, person string
		grants     []*nuov1.Grant
		want       nuov1.ErrorReason
	}{
		{"district", "", grants(admin, district), ok},
		{"district", "", grants(nuov1.Role_ROLE_STREET, street), ok},
		{"district", "", grants(nuov1.Role_ROLE_OPERATOR, district), ok},
		{"district", wang, grants(volunteer, wang, community, xingzhou), ok},
		{"district", "", grants(admin, elsewhere), hidden},
		{"mingzhu", "", grants(community, mingzhu), ok},
		{"mingzhu", wang, grants(community, mingzhu), ok},
		{"mingzhu", "", grants(nuov1.Role_ROLE_COMPOUND, compound), ok},
		{"mingzhu", wang, grants(volunteer, wang), ok},
		{"mingzhu", li, grants(volunteer, li), hidden},
		{"mingzhu", li, grants(community, mingzhu), hidden},
		{"mingzhu", "", grants(community, xingzhou), hidden},
		{"mingzhu", "", grants(nuov1.Role_ROLE_STREET, street), hidden},
		{"mingzhu", "", grants(admin, district), hidden},
		{"mingzhu", "", grants(unit, court), hidden},
		{"mingzhu", "", grants(community, mingzhu, admin, district), hidden},
		{"court", "", grants(unit, court), ok},
		{"court", "", grants(nuov1.Role_ROLE_BRANCH, branch), ok},
		{"court", wang, grants(volunteer, wang, unit, court), ok},
		{"court", li, grants(volunteer, li), hidden},
		{"court", li, grants(unit, court), hidden},
		{"court", "", grants(unit, bureau), hidden},
		{"court", "", grants(community, mingzhu), hidden},
		{"both", "", grants(unit, court, community, xingzhou), denied}, // no single role reaches both
		{"both", "", grants(community, xingzhou), ok},
	} {
		t.Run(fmt.Sprint(c.by, " ", c.person, " ", c.grants), func(t *testing.T) {
			res, err := h.issue(t, secrets[c.by], c.person, c.grants)
			if c.want != ok {
				is(t, err, c.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			caller, err := h.Authenticate(t.Context(), res.GetSecret())
			if err != nil || caller.Person != c.person || len(caller.Grants) != len(c.grants) {
				t.Fatalf("%+v %v", caller, err)
			}
			for _, g := range caller.Grants {
				if g.District != district {
					t.Errorf("%+v lies in no district", g)
				}
			}
		})
	}
}

func TestErrIssueOfWhatMakesNoSense(t *testing.T) {
	h := open(t)
	for name, c := range map[string]struct {
		person string
		grants []*nuov1.Grant
		want   nuov1.ErrorReason
	}{
		"scope of another kind":     {"", grants(community, court), nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD},
		"a volunteer as admin":      {wang, grants(admin, wang), nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD},
		"another person's":          {wang, grants(volunteer, li), nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD},
		"a volunteer without being": {"", grants(volunteer, li), nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD},
		"unknown scope":             {"", grants(unit, "units/none"), nuov1.ErrorReason_ERROR_REASON_NOT_FOUND},
		"unknown person":            {"volunteers/none", grants(unit, court), nuov1.ErrorReason_ERROR_REASON_NOT_FOUND},
		"a unit that closed":        {"", grants(unit, "units/closed"), nuov1.ErrorReason_ERROR_REASON_DEACTIVATED},
		"a person who left":         {gone, grants(volunteer, gone), nuov1.ErrorReason_ERROR_REASON_DEACTIVATED},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.issue(t, h.first, c.person, c.grants)
			is(t, err, c.want)
		})
	}
	_, err := h.IssueToken(h.by(t, h.first, "IssueToken"), &nuov1.IssueTokenRequest{
		RequestId: uuid.NewString(),
		Token:     &nuov1.Token{Grants: grants(unit, court), ExpireTime: timestamppb.New(h.clock.at)},
	})
	is(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
}

// What a client sends in output-only fields counts for nothing.
func TestOKOutputOnlyFieldsAreTheServers(t *testing.T) {
	h := open(t)
	res, err := h.IssueToken(h.by(t, h.first, "IssueToken"), &nuov1.IssueTokenRequest{
		RequestId: uuid.NewString(),
		Token: &nuov1.Token{
			Name: "tokens/mine", Issuer: "volunteers/wang", RevokeTime: timestamppb.New(h.clock.at), CreateTime: timestamppb.New(time.Unix(0, 0)),
			Grants: []*nuov1.Grant{{Role: unit, Scope: court, District: elsewhere}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	token := res.GetToken()
	if token.GetName() == "tokens/mine" || !strings.HasPrefix(token.GetIssuer(), "tokens/") || token.GetRevokeTime() != nil ||
		!token.GetCreateTime().AsTime().Equal(h.clock.at) || token.GetGrants()[0].GetDistrict() != district {
		t.Errorf("%v", token)
	}
}

func TestOKRevocationCountsFromTheNextCallOn(t *testing.T) {
	h := open(t)
	secret, name := h.hold(t, wang, grants(volunteer, wang))
	ctx := h.by(t, secret, "RevokeToken") // one's own
	token, err := h.RevokeToken(ctx, &nuov1.RevokeTokenRequest{RequestId: uuid.NewString(), Name: name})
	if err != nil || token.GetRevokeTime() == nil {
		t.Fatalf("%v %v", token, err)
	}
	_, err = h.Authenticate(t.Context(), secret)
	is(t, err, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
	h.clock.at = h.clock.at.Add(time.Hour)
	again, err := h.RevokeToken(h.by(t, h.first, "RevokeToken"), &nuov1.RevokeTokenRequest{RequestId: uuid.NewString(), Name: name})
	if err != nil || !proto.Equal(again, token) {
		t.Errorf("revoking twice: %v %v, want %v", again, err, token)
	}
	err = h.store.View(t.Context(), func(tx *store.Tx) error {
		var actions []string
		for link, err := range store.AdminEvents.Scan(tx, name) {
			if err != nil {
				return err
			}
			actions = append(actions, link.Event.GetAction()+" by "+link.Event.GetRole().String())
		}
		if want := []string{"IssueToken by ROLE_DISTRICT_ADMIN", "RevokeToken by ROLE_VOLUNTEER"}; !slices.Equal(actions, want) {
			t.Errorf("events %v, want %v", actions, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOKWhoMayRevoke(t *testing.T) {
	h := open(t)
	secrets := map[string]string{}
	secrets["mingzhu"], _ = h.hold(t, "", grants(community, mingzhu))
	secrets["court"], _ = h.hold(t, "", grants(unit, court))
	secrets["li"], _ = h.hold(t, li, grants(volunteer, li))
	for _, c := range []struct {
		by, person string
		grants     []*nuov1.Grant
		may        bool
	}{
		{"court", wang, grants(volunteer, wang), true},
		{"court", "", grants(nuov1.Role_ROLE_BRANCH, branch), true},
		{"court", li, grants(volunteer, li), false},
		{"court", "", grants(admin, district), false},
		{"court", wang, grants(volunteer, wang, community, mingzhu), false},
		{"mingzhu", wang, grants(volunteer, wang, community, mingzhu), true},
		{"mingzhu", "", grants(unit, court), false},
		{"li", wang, grants(volunteer, wang), false},
		{"li", li, grants(volunteer, li, unit, bureau), true},
		{"li", "", grants(unit, bureau), false},
	} {
		t.Run(fmt.Sprint(c.by, " ", c.grants), func(t *testing.T) {
			_, name := h.hold(t, c.person, c.grants)
			_, err := h.RevokeToken(h.by(t, secrets[c.by], "RevokeToken"), &nuov1.RevokeTokenRequest{RequestId: uuid.NewString(), Name: name})
			if c.may && err != nil {
				t.Error(err)
			}
			if !c.may {
				is(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
			}
		})
	}
	_, err := h.RevokeToken(h.by(t, h.first, "RevokeToken"), &nuov1.RevokeTokenRequest{RequestId: uuid.NewString(), Name: "tokens/none"})
	is(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
}

func TestErrLastAdministratorStays(t *testing.T) {
	h := open(t)
	me, err := h.WhoAmI(h.by(t, h.first, "WhoAmI"), &nuov1.WhoAmIRequest{})
	if err != nil {
		t.Fatal(err)
	}
	revoke := func() error {
		_, err := h.RevokeToken(h.by(t, h.first, "RevokeToken"), &nuov1.RevokeTokenRequest{RequestId: uuid.NewString(), Name: me.GetName()})
		return err
	}
	is(t, revoke(), nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION)
	h.hold(t, "", grants(admin, district))
	if err := revoke(); err != nil {
		t.Errorf("with a second one: %v", err)
	}
}

func TestErrExpiredAndDeactivated(t *testing.T) {
	h := open(t)
	res, err := h.IssueToken(h.by(t, h.first, "IssueToken"), &nuov1.IssueTokenRequest{
		RequestId: uuid.NewString(),
		Token:     &nuov1.Token{Person: wang, Grants: grants(volunteer, wang), ExpireTime: timestamppb.New(h.clock.at.Add(time.Hour))},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.at = h.clock.at.Add(time.Hour - 1)
	if _, err := h.Authenticate(t.Context(), res.GetSecret()); err != nil {
		t.Errorf("just before: %v", err)
	}
	h.clock.at = h.clock.at.Add(1)
	_, err = h.Authenticate(t.Context(), res.GetSecret())
	is(t, err, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)

	secret, _ := h.hold(t, wang, grants(volunteer, wang))
	err = h.store.Update(t.Context(), func(tx *store.Tx) error {
		v, err := store.Volunteers.Get(tx, wang)
		if err != nil {
			return err
		}
		v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED
		return store.Volunteers.Put(tx, v)
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Authenticate(t.Context(), secret)
	is(t, err, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
}

func TestOKListsAreEachScopesOwn(t *testing.T) {
	h := open(t)
	mine, _ := h.hold(t, wang, grants(volunteer, wang))
	_, office := h.hold(t, "", grants(unit, court))
	h.hold(t, wang, grants(unit, court))
	names := func(secret, parent string, size int32) ([]string, error) {
		var all []string
		req := &nuov1.ListTokensRequest{Parent: parent, PageSize: size}
		for {
			page, err := h.ListTokens(h.by(t, secret, "ListTokens"), req)
			if err != nil {
				return nil, err
			}
			for _, token := range page.GetTokens() {
				all = append(all, token.GetName())
			}
			if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
				return all, nil
			}
		}
	}
	for _, c := range []struct {
		parent string
		want   int
	}{{district, 4}, {court, 2}, {wang, 2}, {bureau, 0}} {
		for _, size := range []int32{0, 1, 3} {
			all, err := names(h.first, c.parent, size)
			if err != nil || len(all) != c.want || len(slices.Compact(slices.Sorted(slices.Values(all)))) != c.want {
				t.Errorf("%s by %d: %v (%v), want %d", c.parent, size, all, err, c.want)
			}
		}
	}
	if all, err := names(mine, wang, 0); err != nil || len(all) != 2 || slices.Contains(all, office) {
		t.Errorf("one's own: %v %v", all, err)
	}
	for _, parent := range []string{district, court, li, "units/none", "volunteers/none"} {
		_, err := names(mine, parent, 0)
		is(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	}
}

func TestOKBootstrapHappensOnce(t *testing.T) {
	h := open(t)
	first := h.first
	if created, err := identity.Bootstrap(t.Context(), h.store, district, h.show); created || h.first != first || err != nil {
		t.Errorf("%q %v %v", h.first, created, err)
	}
	err := h.store.View(t.Context(), func(tx *store.Tx) error {
		o, err := store.Organisations.Get(tx, district)
		if o.GetKind() != nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT || o.GetDistrict() != district || o.GetEtag() == "" {
			t.Errorf("%v", o)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
