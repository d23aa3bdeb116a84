package matching

import (
	"context"
	"crypto/sha256"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// Who plans.
var (
	yardOffice  = yardPlanner("office", nuov1.Role_ROLE_COMMUNITY, yardCommunity)
	yardStreets = yardPlanner("streets", nuov1.Role_ROLE_STREET, yardStreet)
	yardOthers  = yardPlanner("others", nuov1.Role_ROLE_COMMUNITY, yardOther)
)

func yardPlanner(name string, role nuov1.Role, scope string) *policy.Caller {
	return &policy.Caller{
		Token: "tokens/" + name, Person: yardPerson(name),
		Grants: []policy.Grant{{Role: role, Scope: scope, District: yardDistrict}},
	}
}

// KeepPlanner stores who plans, and a token of theirs.
func KeepPlanner(tx *store.Tx, who *policy.Caller) error {
	v := &nuov1.Volunteer{
		Name: who.Person, District: who.Grants[0].District, State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
	}
	if err := store.Volunteers.Put(tx, v); err != nil {
		return err
	}
	if err := store.Persons.Put(tx, &storev1.StoredPerson{Name: v.GetName(), Person: &nuov1.Person{}}); err != nil {
		return err
	}
	token := &nuov1.Token{Name: "tokens/" + strings.TrimPrefix(who.Person, "volunteers/"), Person: who.Person}
	for _, g := range who.Grants {
		token.Grants = append(token.Grants, &nuov1.Grant{Role: g.Role, Scope: g.Scope, District: g.District})
	}
	hash := sha256.Sum256([]byte(who.Person))
	return store.Tokens.Put(tx, &storev1.StoredToken{Hash: hash[:], Token: token})
}

// yardCall is a call as the interceptors hand it to the room.
func yardCall[Req, Res proto.Message](
	y *yard, who *policy.Caller, f func(context.Context, Req) (Res, error), method string, req Req,
) (Res, error) {
	y.Helper()
	var none Res
	rule, ok := policy.RuleOf(method)
	if !ok {
		y.Fatalf("%s has no policy", method)
	}
	if !policy.Possible(rule, who) {
		return none, rpc.Denied(method)
	}
	in := &rpc.Incoming{ID: "test", Method: method, Rule: rule, Caller: who}
	return f(rpc.WithIncoming(context.Background(), in), req)
}

// plans asks for a plan of the list and has it solved.
func (y *yard) plans(edit ...func(*nuov1.ProposeMatchRequest)) *nuov1.Match {
	y.Helper()
	req := &nuov1.ProposeMatchRequest{
		RequestId: uuid.NewString(), Scope: yardList, Method: roster, ShiftsEach: 1, Seconds: 1, Seed: 1,
	}
	for _, e := range edit {
		e(req)
	}
	m, err := yardCall(y, yardStreets, y.room.ProposeMatch, nuov1.MatchService_ProposeMatch_FullMethodName, req)
	if err != nil {
		y.Fatal(err)
	}
	y.works(m.GetName())
	if m = y.match(m.GetName()); m.GetState() != proposed {
		y.Fatalf("the plan is %v", m)
	}
	return m
}

func (y *yard) works(name string) {
	y.Helper()
	if err := y.room.workOff(context.Background(), y.stored(name)); err != nil {
		y.Fatal(err)
	}
}

func (y *yard) stored(name string) (m *nuov1.Match) {
	y.Helper()
	y.view(func(tx *store.Tx) (err error) {
		m, err = store.Matches.Get(tx, name)
		return err
	})
	return m
}

// match is a plan as it is answered.
func (y *yard) match(name string) *nuov1.Match {
	y.Helper()
	m, err := yardCall(y, yardStreets, y.room.GetMatch, nuov1.MatchService_GetMatch_FullMethodName, &nuov1.GetMatchRequest{Name: name})
	if err != nil {
		y.Fatal(err)
	}
	return m
}

func (y *yard) asks(who *policy.Caller, req *nuov1.ApplyMatchRequest) (*nuov1.Match, error) {
	y.Helper()
	return yardCall(y, who, y.room.ApplyMatch, nuov1.MatchService_ApplyMatch_FullMethodName, req)
}

// begins records that offers are to be made.
func (y *yard) begins(m *nuov1.Match) {
	y.Helper()
	req := &nuov1.ApplyMatchRequest{RequestId: uuid.NewString(), Name: m.GetName(), Etag: m.GetEtag()}
	if _, err := y.asks(yardStreets, req); err != nil {
		y.Fatal(err)
	}
}

// applies makes the offers of a plan, to the end.
func (y *yard) applies(m *nuov1.Match) *nuov1.Match {
	y.Helper()
	y.begins(m)
	y.works(m.GetName())
	m = y.match(m.GetName())
	if m.GetState() != applied || m.GetApplyTime() == nil || m.GetExpireTime() == nil {
		y.Fatalf("the plan is %v", m)
	}
	y.agrees(m)
	return m
}

// agrees holds a plan's record to its placements, and these to the contracts: each offer is one contract of the plan's
// people, and there is no other of the matcher's.
func (y *yard) agrees(m *nuov1.Match) {
	y.Helper()
	n, count := map[nuov1.PlacementState]int32{}, map[string]int{}
	for _, p := range y.placements(m.GetName()) {
		if p.GetNumber() <= uint64(m.GetPlacements()) {
			n[p.GetState()]++
		}
	}
	for _, p := range y.placements() {
		if c := p.GetContract(); c != "" {
			count[c]++
		}
	}
	if sum := n[planned] + n[offered] + n[changed]; sum != m.GetPlacements() || n[offered] != m.GetOffered() || n[changed] != m.GetChanged() {
		y.Errorf("the placements are %v, the record says %v", n, m)
	}
	for _, c := range y.contracts() {
		if c.GetOrigin() == nuov1.ContractOrigin_CONTRACT_ORIGIN_MATCHER && count[c.GetName()] != 1 {
			y.Errorf("%s stands in %d placements", c.GetName(), count[c.GetName()])
		}
		delete(count, c.GetName())
	}
	if len(count) > 0 {
		y.Errorf("contracts that are not there: %v", count)
	}
}

// placements are those of a plan, or of all.
func (y *yard) placements(match ...any) (all []*storev1.StoredPlacement) {
	y.Helper()
	y.view(func(tx *store.Tx) error {
		all = nil
		for p, err := range store.Placements.Scan(tx, match...) {
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	return all
}

func (y *yard) contracts() (all []*nuov1.Contract) {
	y.Helper()
	y.view(func(tx *store.Tx) error {
		all = nil
		for c, err := range store.Contracts.Scan(tx) {
			if err != nil {
				return err
			}
			all = append(all, c)
		}
		return nil
	})
	return all
}

// held is how many slots of a shift are held.
func (y *yard) held(shift string) (n int32) {
	y.Helper()
	y.view(func(tx *store.Tx) error {
		s, _, err := store.Slots.Find(tx, shift)
		n = s.GetHeld()
		return err
	})
	return n
}

func (y *yard) refuses(err error, reason nuov1.ErrorReason) {
	y.Helper()
	if !fault.Is(err, reason) {
		y.Errorf("%v, want %v", err, reason)
	}
}
