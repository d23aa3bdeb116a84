package matching

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// Small plans by chance, half of them with something coming between plan and offers. Where nothing came, every place is
// offered: what a plan holds to be possible is so for the rules of a claim. Whatever came, each offer can be signed, all
// of them by everybody, no shift holds more than its slots, and no crew is split.
func TestOKRandomPlansCanBeSigned(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 30
	}
	offers, changes := int32(0), int32(0)
	for seed := range rounds {
		y := newYard(t)
		w := &wild{y, rand.New(rand.NewPCG(uint64(seed), 7)), nil, nil}
		w.grow()
		m := y.plans(w.wants)
		quiet := seed%2 == 0
		if !quiet {
			for range 1 + w.IntN(5) {
				w.comesBetween()
			}
		}
		m = y.applies(m)
		if quiet && (m.GetChanged() > 0 || m.GetRounds() != 1) {
			t.Errorf("seed %d: nothing came between, and %v", seed, y.placements(m.GetName()))
		}
		w.crewsAreWhole(seed)
		for _, c := range y.contracts() {
			if c.GetOrigin() != nuov1.ContractOrigin_CONTRACT_ORIGIN_MATCHER {
				continue
			}
			if err := w.signs(c); err != nil {
				t.Errorf("seed %d: an offer cannot be signed: %v", seed, err)
			}
		}
		y.clean()
		offers, changes = offers+m.GetOffered(), changes+m.GetChanged()
	}
	if offers == 0 || changes == 0 {
		t.Errorf("void: %d offers and %d changes", offers, changes)
	}
	t.Logf("%d plans, %d offers, %d places that changed", rounds, offers, changes)
}

// wild is a yard where things happen by chance.
type wild struct {
	*yard
	*rand.Rand

	shifts, volunteers []string
}

func (w *wild) grow() {
	for i := range 3 + w.IntN(6) {
		w.shifts = append(w.shifts, w.newShift(fmt.Sprint("w", i)))
	}
	for i := range 2 + w.IntN(9) {
		w.volunteers = append(w.volunteers, w.volunteer(fmt.Sprint("wild-", i)))
	}
	for range w.IntN(4) {
		_, _ = w.claim(w.person(), w.anyShift())
	}
}

// newShift is of one to six hours, on the list's day or by night, for one to four people.
func (w *wild) newShift(name string) string {
	start := yardTime(yardDate + " 00:00").Add(time.Duration(w.IntN(40)) * 30 * time.Minute)
	end := start.Add(time.Duration(2+w.IntN(11)) * 30 * time.Minute)
	return w.shift(name, "00:00", "01:00", int32(1+w.IntN(4)), func(s *nuov1.Shift) {
		s.StartTime, s.EndTime = timestamppb.New(start), timestamppb.New(end)
		s.MinimumHeadcount = int32(w.IntN(int(s.GetCapacity()) + 1))
		if w.IntN(4) == 0 {
			watchOfTwo(s)
		}
	})
}

func (w *wild) wants(r *nuov1.ProposeMatchRequest) {
	r.Method = []nuov1.MatchMethod{fill, roster, roster, stable}[w.IntN(4)]
	r.ShiftsEach = int32(w.IntN(4))
	r.Seed = w.Int64N(1 << 40)
}

func (w *wild) person() string   { return w.volunteers[w.IntN(len(w.volunteers))] }
func (w *wild) anyShift() string { return w.shifts[w.IntN(len(w.shifts))] }

// comesBetween does one thing; that it is refused is nothing to look at.
func (w *wild) comesBetween() {
	w.Helper()
	switch person, shift := w.person(), w.anyShift(); w.IntN(8) {
	case 0, 1:
		_, _ = w.claim(person, shift)
	case 2:
		w.edits(person, func(v *nuov1.Volunteer) { v.State = nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED })
	case 3:
		w.edits(person, func(v *nuov1.Volunteer) {
			v.Exemptions = []*nuov1.Exemption{{FromDate: yardDate, ToDate: "2020-02-11"}}
		})
	case 4:
		w.shifts = append(w.shifts, w.newShift("n"+uuid.NewString()[:8]))
	case 5:
		w.volunteers = append(w.volunteers, w.volunteer(uuid.NewString()))
	case 6:
		w.nominates(person, shift)
	case 7:
		w.amends(shift, time.Duration(1+w.IntN(4))*30*time.Minute)
	}
}

// nominates has the committee offer a slot by hand.
func (w *wild) nominates(person, shift string) {
	w.Helper()
	err := w.store.Update(w.Context(), func(tx *store.Tx) error {
		_, err := lifecycle.Offer(tx, yardStaff, &nuov1.OfferContractRequest{Shift: shift, Volunteer: person},
			nuov1.ContractOrigin_CONTRACT_ORIGIN_NOMINATION)
		return err
	})
	if _, refused := fault.As(err); err != nil && !refused {
		w.Fatal(err)
	}
}

func (w *wild) signs(c *nuov1.Contract) error {
	return w.store.Update(w.Context(), func(tx *store.Tx) error {
		who := c.GetVolunteer()
		_, err := lifecycle.Sign(tx, lifecycle.Actor{Name: who, Person: who, Role: nuov1.Role_ROLE_VOLUNTEER},
			&nuov1.SignContractRequest{Name: c.GetName(), Revision: c.GetRevision(), Ledger: nuov1.Ledger_LEDGER_VOLUNTEERING})
		return err
	})
}

// crewsAreWhole: a watch of two to which nobody came but by the plan has an even number.
func (w *wild) crewsAreWhole(seed int) {
	w.Helper()
	byPlan, others := map[string]int{}, map[string]bool{}
	for _, c := range w.contracts() {
		if c.GetOrigin() == nuov1.ContractOrigin_CONTRACT_ORIGIN_MATCHER {
			byPlan[c.GetShift()]++
		} else {
			others[c.GetShift()] = true
		}
	}
	w.view(func(tx *store.Tx) error {
		var method nuov1.MatchMethod
		for m, err := range store.Matches.Scan(tx) {
			if err != nil {
				return err
			}
			method = m.GetMethod()
		}
		for shift, n := range byPlan {
			s, err := store.Shifts.Get(tx, shift)
			if err != nil {
				return err
			}
			paired := method == roster && s.GetKind() == nuov1.TaskKind_TASK_KIND_TWO_ON_ONE_WATCH && s.GetCapacity()%2 == 0
			if paired && !others[shift] && n%2 == 1 {
				w.Errorf("seed %d: %d came to %s", seed, n, shift)
			}
		}
		return nil
	})
}
