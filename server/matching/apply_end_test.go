package matching

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

const denied = nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED

// token changes the token with which the yard's plans are applied.
func (y *yard) token(f func(*nuov1.Token)) {
	y.Helper()
	y.do(func(tx *store.Tx) error {
		for s, err := range store.Tokens.ByIndex(tx, store.TokensByPerson, yardStreets.Person) {
			if err != nil {
				return err
			}
			kept := proto.CloneOf(s)
			f(kept.GetToken())
			return store.Tokens.Put(tx, kept)
		}
		return errors.New("no token")
	})
}

func (y *yard) revokes() {
	y.token(func(t *nuov1.Token) { t.RevokeTime = timestamppb.New(y.clock.now) })
}

// begun is a plan for eighty, and who applies it has asked for its offers.
func (y *yard) begun() *nuov1.Match {
	y.Helper()
	y.shift("gate", "08:00", "12:00", 80)
	y.people(80)
	m := y.plans(func(r *nuov1.ProposeMatchRequest) { r.Method = fill })
	y.begins(m)
	return m
}

// once does something after the next commit.
func (y *yard) once(f func()) {
	y.engine.committed = func() {
		y.engine.committed = nil
		f()
	}
}

// endsWith works a plan off and holds it to how many were offered; the others are CHANGED with the reason, and it says
// so itself.
func (y *yard) endsWith(name string, state nuov1.MatchState, offers int32, reason nuov1.ErrorReason) {
	y.Helper()
	y.works(name)
	m := y.match(name)
	if m.GetState() != state || m.GetOffered() != offers || m.GetChanged() != 80-offers || m.GetFailure() != reason {
		y.Errorf("%d contracts, %v", len(y.contracts()), m)
	}
	if m.GetExpireTime() == nil || (m.GetApplyTime() != nil) != (state == applied) {
		y.Errorf("it ended at %v and is kept until %v", m.GetApplyTime(), m.GetExpireTime())
	}
	for _, p := range y.placements(name) {
		if p.GetState() != offered && (p.GetState() != changed || p.GetReason() != reason) {
			y.Errorf("%v", p)
		}
	}
	y.agrees(m)
}

// Offers are made in the name of who applied the plan: as soon as they may not do so any more, no other is made.
func TestErrALostRoleEndsTheOffers(t *testing.T) {
	for name, lose := range map[string]func(y *yard){
		"the token is revoked": (*yard).revokes,
		"the token expires": func(y *yard) {
			y.token(func(t *nuov1.Token) { t.ExpireTime = timestamppb.New(y.clock.now) })
		},
		"the role is taken away": func(y *yard) {
			y.token(func(t *nuov1.Token) { t.Grants[0].Role = nuov1.Role_ROLE_AUDITOR })
		},
		"the role is held elsewhere": func(y *yard) {
			y.token(func(t *nuov1.Token) { t.Grants[0].Scope = "streets/other" })
		},
		"deactivated": func(y *yard) {
			y.edits(yardStreets.Person, func(v *nuov1.Volunteer) { v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED })
		},
		"cannot be read": func(y *yard) { y.damages(yardStreets.Person) },
	} {
		t.Run(name, func(t *testing.T) {
			y := newYard(t)
			m := y.begun()
			y.once(func() { lose(y) })
			y.endsWith(m.GetName(), applied, 50, denied)

			y = newYard(t)
			m = y.begun()
			lose(y)
			y.wakes() // the work is begun by a server that was stopped meanwhile
			y.endsWith(m.GetName(), failed, 0, denied)
		})
	}
}

// Which of a person's tokens a plan was applied with does not matter.
func TestOKAnotherTokenHoldsTheRole(t *testing.T) {
	y := newYard(t)
	m := y.begun()
	y.revokes()
	y.do(func(tx *store.Tx) error {
		return store.Tokens.Put(tx, &storev1.StoredToken{Hash: make([]byte, 32), Token: &nuov1.Token{
			Name: "tokens/other", Person: yardStreets.Person,
			Grants: []*nuov1.Grant{{Role: nuov1.Role_ROLE_STREET, Scope: yardStreet, District: yardDistrict}},
		}})
	})
	y.endsWith(m.GetName(), applied, 80, 0)
}

// What keeps a plan from being worked off ends it; the offers that were made stand, and none of its places is left open.
func TestErrADefectEndsTheOffers(t *testing.T) {
	for steps, want := range map[int]struct {
		state  nuov1.MatchState
		offers int32
	}{0: {failed, 0}, 1: {applied, 50}} {
		y := newYard(t)
		m := y.begun()
		y.engine.refused = func() error {
			if steps--; steps == -1 {
				return errors.New("a defect")
			}
			return nil
		}
		y.endsWith(m.GetName(), want.state, want.offers, nuov1.ErrorReason_ERROR_REASON_INTERNAL)
		y.engine.refused = nil
	}
}

// A plan that was kept for as long as plans are is not applied, though it has not been forgotten yet.
func TestErrAnExpiredPlanIsNotApplied(t *testing.T) {
	y := newYard(t)
	y.shift("gate", "08:00", "12:00", 2)
	y.people(2)
	m := y.plans()
	ask := &nuov1.ApplyMatchRequest{RequestId: uuid.NewString(), Name: m.GetName(), Etag: m.GetEtag()}
	y.clock.now = m.GetExpireTime().AsTime()
	_, err := y.asks(yardStreets, ask)
	y.refuses(err, notFound)
	y.clock.now = m.GetExpireTime().AsTime().Add(-time.Second)
	if _, err := y.asks(yardStreets, ask); err != nil {
		t.Errorf("a second before: %v", err)
	}
}
