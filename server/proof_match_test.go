package server_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

const (
	proofPlanner = -2 // who applies, among the people
	matchShifts  = 24
	matchSlots   = 12 // of each
	matchPeople  = 320
	matchDeaths  = 12 // of one plan, at most
)

// A server that makes the offers of a plan is killed again and again: whenever it starts it goes on by itself, and in the
// end nothing was offered twice and nothing was left out. With people who claim at the same time no shift ever holds
// more than its capacity, and each slot is somebody's.
func TestOKOffersOfAPlanSurviveKills(t *testing.T) {
	deaths, halfway := 0, 0
	for seed := range max(proofCount(6), 2) {
		d, h := dieOffering(t, seed, seed%2 == 1)
		deaths, halfway = deaths+d, halfway+h
	}
	t.Logf("%d kills, %d of them in the middle of making offers", deaths, halfway)
	if halfway == 0 && !raced {
		t.Error("void: no kill came in the middle")
	}
}

// dieOffering plays one plan on one store, and counts the kills and those that came in the middle of making offers.
func dieOffering(t *testing.T, seed int, claimed bool) (deaths, halfway int) {
	now := time.Now()
	g := ground{now: now, people: matchPeople}
	for i := range matchShifts {
		g.shifts = append(g.shifts, plot{fmt.Sprintf("shifts/m-%d", i), now.Truncate(time.Hour).AddDate(0, 0, 2), 2 * time.Hour, matchSlots})
	}
	data := t.TempDir()
	g.lay(t, data)
	letPlan(t, data, now)
	chance := rand.New(rand.NewPCG(uint64(seed), 3))
	c := spawn(t, data)
	name := proposes(t, c.address)
	appliesPlan(t, c.address, name)
	before := int32(0)
	for {
		var all sync.WaitGroup
		patience := 12 * time.Millisecond
		if claimed {
			patience *= 3
			for range 3 {
				person := chance.IntN(matchPeople)
				all.Go(func() { claimsAround(t, c.address, person) })
			}
		}
		<-time.After(time.Duration(chance.Int64N(int64(patience)))) // the fault itself, not a wait for something
		c.kill()
		all.Wait()
		deaths++
		checkClean(t, data, now)
		m := storedMatch(t, data, now, name)
		if m.GetState() == nuov1.MatchState_MATCH_STATE_APPLYING && m.GetOffered() > before {
			halfway++
		}
		before = m.GetOffered()
		c = spawn(t, data)
		if m.GetState() == nuov1.MatchState_MATCH_STATE_APPLIED || deaths == matchDeaths {
			break
		}
	}
	m := watchesPlan(t, c.address, name)
	if err := c.stop(); err != nil {
		t.Error(err)
	}
	if m.GetState() != nuov1.MatchState_MATCH_STATE_APPLIED || !claimed && m.GetOffered() != matchShifts*matchSlots {
		t.Errorf("seed %d: in the end the plan is %v", seed, m)
	}
	checkClean(t, data, now)
	offeredOnce(t, data, now, m, claimed)
	return deaths, halfway
}

// letPlan gives the committee's planner a token that stands for a person.
func letPlan(t *testing.T, data string, now time.Time) {
	t.Helper()
	s := openKept(t, data, now, false)
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		v := &nuov1.Volunteer{
			Name: proofPerson(proofPlanner), District: proofDistrict, State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
		}
		if err := store.Volunteers.Put(tx, v); err != nil {
			return err
		}
		return ground{now: now}.token(tx, proofPlanner, &nuov1.Token{Person: v.GetName(), Grants: []*nuov1.Grant{
			{Role: nuov1.Role_ROLE_COMMUNITY, Scope: proofCommunity, District: proofDistrict},
		}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func matchClient(t *testing.T, address string) nuov1.MatchServiceClient {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return nuov1.NewMatchServiceClient(conn)
}

// proposes has a plan of the ground's list solved.
func proposes(t *testing.T, address string) (name string) {
	t.Helper()
	m, err := matchClient(t, address).ProposeMatch(callAs(guarded(t), proofPlanner), &nuov1.ProposeMatchRequest{
		RequestId: uuid.NewString(), Scope: proofList, Method: nuov1.MatchMethod_MATCH_METHOD_FILL,
	})
	if err != nil {
		t.Fatal(err)
	}
	if m = watchesPlan(t, address, m.GetName()); m.GetPlacements() != matchShifts*matchSlots {
		t.Fatalf("the plan is %v", m)
	}
	return m.GetName()
}

func appliesPlan(t *testing.T, address, name string) {
	t.Helper()
	client := matchClient(t, address)
	m, err := client.GetMatch(callAs(guarded(t), proofPlanner), &nuov1.GetMatchRequest{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	req := &nuov1.ApplyMatchRequest{RequestId: uuid.NewString(), Name: name, Etag: m.GetEtag()}
	if _, err = client.ApplyMatch(callAs(guarded(t), proofPlanner), req); err != nil {
		t.Fatal(err)
	}
}

// watchesPlan is the plan when nothing is under way any more.
func watchesPlan(t *testing.T, address, name string) (last *nuov1.Match) {
	t.Helper()
	s, err := matchClient(t, address).WatchMatch(callAs(guarded(t), proofPlanner), &nuov1.WatchMatchRequest{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	for {
		m, err := s.Recv()
		if err != nil {
			return last
		}
		last = m
	}
}

// claimsAround claims shifts of the plan for a person, until the server is gone or a claim is taken.
func claimsAround(t *testing.T, address string, person int) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), proofGuard)
	defer cancel()
	for i := range matchShifts {
		shift := fmt.Sprintf("shifts/m-%d", (person+i)%matchShifts)
		_, err := nuov1.NewContractServiceClient(conn).ClaimShift(callAs(ctx, person), claimOf(shift))
		if err == nil || unanswered(err) {
			return
		}
	}
}

func storedMatch(t *testing.T, data string, now time.Time, name string) (m *nuov1.Match) {
	t.Helper()
	s := openKept(t, data, now, true)
	defer s.Close()
	err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		m, err = store.Matches.Get(tx, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// offeredOnce compares contracts, placements and slots with each other: each offer stands in one placement, and no
// placement is left to be offered.
func offeredOnce(t *testing.T, data string, now time.Time, m *nuov1.Match, claimed bool) {
	t.Helper()
	stored := allContracts(t, data, now)
	s := openKept(t, data, now, true)
	defer s.Close()
	of := map[string]*storev1.StoredPlacement{}
	held := map[string]int{}
	err := s.View(t.Context(), func(tx *store.Tx) error {
		for p, err := range store.Placements.Scan(tx, m.GetName()) {
			if err != nil {
				return err
			}
			k := stored[p.GetContract()]
			switch {
			case p.GetState() == nuov1.PlacementState_PLACEMENT_STATE_PLANNED:
				t.Errorf("left out: %v", p)
			case p.GetContract() == "":
			case k.GetVolunteer() != p.GetVolunteer() || k.GetShift() != p.GetShift() || of[p.GetContract()] != nil:
				t.Errorf("%v is for %v", k, p)
			default:
				of[p.GetContract()] = p
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range stored {
		if lifecycle.HoldsSlot(k.GetState()) { // an offer that a claim crossed does not
			held[k.GetShift()]++
		}
		if k.GetOrigin() == nuov1.ContractOrigin_CONTRACT_ORIGIN_MATCHER && of[name] == nil {
			t.Errorf("%s is offered beside the plan", name)
		}
	}
	for shift, n := range held {
		if n > matchSlots || !claimed && n != matchSlots {
			t.Errorf("%s: %d of %d slots are held", shift, n, matchSlots)
		}
	}
}
