package check_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

const match = "matches/1"

// plan stores a proposed plan with two placements, one of which is the served contract's offer, and a preference.
func (w *world) plan() *world {
	w.t.Helper()
	served := w.contract(w.served)
	w.do(func(tx *store.Tx) error {
		m := &nuov1.Match{
			Name: match, Scope: list, Community: community, District: district, Placements: 2, Offered: 1,
			State: nuov1.MatchState_MATCH_STATE_APPLIED, ExpireTime: timestamppb.New(noon),
		}
		if err := store.Matches.Insert(tx, m); err != nil {
			return err
		}
		if err := store.MatchWorks.Insert(tx, &storev1.MatchWork{Match: match}); err != nil {
			return err
		}
		for n, p := range []*storev1.StoredPlacement{
			{
				Shift: served.GetShift(), Volunteer: served.GetVolunteer(), Contract: served.GetName(),
				State: nuov1.PlacementState_PLACEMENT_STATE_OFFERED,
			},
			{Shift: morning, Volunteer: person(6), State: nuov1.PlacementState_PLACEMENT_STATE_CHANGED},
		} {
			p.Match, p.Number = match, uint64(n+1)
			if err := store.Placements.Insert(tx, p); err != nil {
				return err
			}
		}
		return store.Preferences.Insert(tx, &nuov1.Preference{Name: person(6) + "/preference"})
	})
	return w
}

func TestErrDamagedPlansAreNamed(t *testing.T) {
	for name, c := range map[string]harm{
		"no work":           {func(w *world) { w.do(func(tx *store.Tx) error { return store.MatchWorks.Delete(tx, match) }) }, "match", "match work", true},
		"never forgotten":   {func(w *world) { change(w, store.Matches, func(m *nuov1.Match) { m.ExpireTime = nil }, match) }, "match", "never forgotten", true},
		"more than planned": {func(w *world) { change(w, store.Matches, func(m *nuov1.Match) { m.Changed = 2 }, match) }, "match", "it counts 1 offered and 2 changed of 2", true},
		"work of no plan":   {func(w *world) { w.do(func(tx *store.Tx) error { return store.Matches.Delete(tx, match) }) }, "match work", "which is not stored", false},
		"nobody's placement": {func(w *world) {
			change(w, store.Placements, func(p *storev1.StoredPlacement) { p.Volunteer = "volunteers/gone" }, match, uint64(2))
		}, "placement", "which is not stored", true},
		"placement on no shift": {func(w *world) {
			change(w, store.Placements, func(p *storev1.StoredPlacement) { p.Shift = "shifts/gone" }, match, uint64(2))
		}, "placement", "which is not stored", true},
		"offer without its contract": {func(w *world) {
			change(w, store.Placements, func(p *storev1.StoredPlacement) { p.Contract = "" }, match, uint64(1))
		}, "placement", "its contract is \"\"", true},
		"somebody else's offer": {func(w *world) {
			change(w, store.Placements, func(p *storev1.StoredPlacement) { p.Volunteer = person(6) }, match, uint64(1))
		}, "placement", "which is another's", true},
		"nobody's preference": {func(w *world) {
			w.do(func(tx *store.Tx) error {
				return store.Preferences.Insert(tx, &nuov1.Preference{Name: "volunteers/gone/preference"})
			})
		}, "preference", "which is not stored", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, memory()).play()
			w.plan().clean()
			c.harm(w)
			named := false
			for _, p := range w.problems() {
				hit := p.Table == c.table && strings.Contains(p.Text, c.text)
				if named = named || hit; c.only && !hit {
					t.Errorf("besides: %s", p)
				}
			}
			if !named {
				t.Errorf("%s: %q is not among %v", c.table, c.text, w.problems())
			}
		})
	}
}
