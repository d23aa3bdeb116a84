package contract

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

const (
	getContract = nuov1.ContractService_GetContract_FullMethodName
	getShift    = nuov1.ShiftService_GetShift_FullMethodName
)

// reach says which communities of a shared gate a verb is for.
type reach int

const (
	// owner is the community that owns and records, and it alone.
	owner reach = iota
	// gate is whoever checks in: the owner and the co-hosts.
	gate
)

// onContract is the request of a verb upon one contract.
type onContract interface {
	call.Request
	GetName() string
}

// act carries a verb upon one contract through: facts, policy, lifecycle, answer.
func act[Req onContract](
	ctx context.Context, r *Room, req Req, who reach,
	verb func(*store.Tx, lifecycle.Actor, Req) (*nuov1.Contract, error),
) (*nuov1.Contract, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Contract, error) {
		k, err := store.Contracts.Get(c.Tx, req.GetName())
		if err != nil {
			return nil, err
		}
		facts, err := lifecycle.NewReader(c.Tx).ContractFacts(k)
		if err != nil {
			return nil, err
		}
		if err := askAbout(c, k, facts, who); err != nil {
			return nil, err
		}
		a, err := actor(c, k.GetVolunteer())
		if err != nil {
			return nil, err
		}
		if k, err = verb(c.Tx, a, req); err != nil {
			return nil, err
		}
		return answer(c, k)
	})
}

// askAbout asks the policy about a contract. Who may not even read it is told that it is not there.
func askAbout(c *call.Call, k *nuov1.Contract, facts policy.Facts, who reach) error {
	err := c.Allow(reached(facts, k.GetCommunity(), who))
	if err != nil && !c.May(getContract, facts) {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", k.GetName())
	}
	return err
}

// onShift is the request of a verb upon a shift.
type onShift interface {
	call.Request
	GetShift() string
}

// actOnShift loads the shift, asks the policy, and runs do with who acts.
func actOnShift[Req onShift, Res proto.Message](
	ctx context.Context, r *Room, req Req, who reach,
	do func(*call.Call, lifecycle.Actor, *nuov1.Shift) (Res, error),
) (Res, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (Res, error) {
		var none Res
		s, err := store.Shifts.Get(c.Tx, req.GetShift())
		if err != nil {
			return none, err
		}
		if err := askAboutShift(c, s, who); err != nil {
			return none, err
		}
		a, err := actor(c, "")
		if err != nil {
			return none, err
		}
		return do(c, a, s)
	})
}

func askAboutShift(c *call.Call, s *nuov1.Shift, who reach, within ...string) error {
	facts := lifecycle.ShiftFacts(s)
	allowed := reached(facts, s.GetCommunity(), who)
	for _, name := range within {
		if name != "" {
			allowed.Within = append(allowed.Within, name)
		}
	}
	err := c.Allow(allowed)
	if err != nil && !c.May(getShift, facts) {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_FOUND, "name", s.GetName())
	}
	return err
}

// reached are the facts as the verb's reach sees them: without the co-hosts where the owner alone is asked.
func reached(f policy.Facts, community string, who reach) policy.Facts {
	within := slices.Clone(f.Within)
	if who == owner {
		within = slices.DeleteFunc(within, func(name string) bool {
			id, ok := strings.CutPrefix(name, "communities/")
			return ok && name != community && !strings.Contains(id, "/")
		})
	}
	return policy.Facts{Within: within, Leader: f.Leader}
}

// actor is who acts, by the role that fits: upon one's own contract as its volunteer where the method has that role.
// Nobody is the volunteer of a contract but in person, whatever a token was granted: no one signs for another.
func actor(c *call.Call, volunteer string) (lifecycle.Actor, error) {
	a := lifecycle.Actor{Name: c.Actor(), Person: c.Caller.Person, Role: c.Role}
	if err := needPerson(c); err != nil {
		return a, err
	}
	own := a.Person != "" && a.Person == volunteer
	if own && hasVolunteerRole(c.Method) && c.Caller.Holds(nuov1.Role_ROLE_VOLUNTEER, volunteer) {
		a.Role = nuov1.Role_ROLE_VOLUNTEER
	}
	if a.Role == nuov1.Role_ROLE_VOLUNTEER && !own {
		return a, rpc.Denied(c.Method)
	}
	return a, nil
}

func hasVolunteerRole(method string) bool {
	rule, _ := policy.RuleOf(method)
	return slices.ContainsFunc(rule.GetAllow(), func(a *nuov1.Allow) bool {
		return a.GetRole() == nuov1.Role_ROLE_VOLUNTEER
	})
}

// answer is a contract after a verb, as its caller may see it.
func answer(c *call.Call, k *nuov1.Contract) (*nuov1.Contract, error) {
	return k, answers(c, []*nuov1.Contract{k})
}

// answers is answer for several contracts. What was read before the verb is read anew.
func answers(c *call.Call, contracts []*nuov1.Contract) error {
	r := lifecycle.NewReader(c.Tx)
	for _, k := range contracts {
		if err := r.Present(k); err != nil {
			return err
		}
		facts, err := r.ContractFacts(k)
		if err != nil {
			return err
		}
		if err := show(c, r, k, facts); err != nil {
			return err
		}
	}
	return nil
}
