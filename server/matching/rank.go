package matching

import (
	"slices"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/place"
)

// A rank is 1 + the steps of the kind + the steps of the place, at most maxRank:
//
//	the n-th of the kinds (places) wanted     n − 1
//	none of those wanted                      as many as are wanted + unwantedSteps
//	no kinds (places) stated                  0
//
// So a first wish is 1. Who states neither has neutralRank for everything, and is sent before those who want something
// else.
const (
	neutralRank   = 5
	unwantedSteps = 4
	maxRank       = 20
)

// notStated is the position among wishes of which there are none.
const notStated = -1

// wish is how a shift stands to what a volunteer wants: positions from 1, 0 where it is none of those wanted, notStated
// where nothing is.
type wish struct{ kind, place int }

// wishFor finds a shift among the wishes.
func wishFor(p *nuov1.Preference, s *nuov1.Shift) wish {
	w := wish{notStated, notStated}
	if len(p.GetKinds()) > 0 {
		w.kind = slices.Index(p.GetKinds(), s.GetKind()) + 1
	}
	if len(p.GetPlaces()) > 0 {
		w.place = slices.IndexFunc(p.GetPlaces(), func(name string) bool { return liesIn(s, name) }) + 1
	}
	return w
}

// liesIn tells whether the shift is at a street, community or compound.
func liesIn(s *nuov1.Shift, name string) bool {
	if name == s.GetCommunity() || name == s.GetStreet() {
		return true
	}
	return s.GetCompound() == name || strings.HasPrefix(s.GetCompound(), name+"/")
}

// rank of a wish, of so many kinds and places wanted.
func (w wish) rank(p *nuov1.Preference) int {
	if w.kind == notStated && w.place == notStated {
		return neutralRank
	}
	return min(1+steps(w.kind, len(p.GetKinds()))+steps(w.place, len(p.GetPlaces())), maxRank)
}

func steps(position, wanted int) int {
	switch position {
	case notStated:
		return 0
	case 0:
		return wanted + unwantedSteps
	}
	return position - 1
}

// rankReasons say why a placement has its rank.
func rankReasons(kind, place int32) (reasons []nuov1.RankReason) {
	if kind == notStated && place == notStated {
		return []nuov1.RankReason{nuov1.RankReason_RANK_REASON_NO_WISH}
	}
	switch {
	case kind > 0:
		reasons = append(reasons, nuov1.RankReason_RANK_REASON_KIND_WANTED)
	case kind == 0:
		reasons = append(reasons, nuov1.RankReason_RANK_REASON_KIND_NOT_WANTED)
	}
	switch {
	case place > 0:
		reasons = append(reasons, nuov1.RankReason_RANK_REASON_PLACE_WANTED)
	case place == 0:
		reasons = append(reasons, nuov1.RankReason_RANK_REASON_PLACE_NOT_WANTED)
	}
	return reasons
}

// The parts of a standing, by which STABLE lets a community choose: 1 + what is missing, so 1 stands first.
//
//	residence   lives there (primary registration) 0, registered there otherwise 2, not 4
//	skill       has one that the kind of work is helped by, or all that the shift asks for 0, else 1
//	experience  the community has accepted the volunteer before 0, else 1
const (
	otherRegistration = 2
	noRegistration    = 4
	unskilled         = 1
	unknown           = 1
)

// helpful are skills that help with a kind of work without being asked for.
var helpful = map[nuov1.TaskKind][]string{
	nuov1.TaskKind_TASK_KIND_GATE_CHECK:       {"medic", "nurse", "doctor"},
	nuov1.TaskKind_TASK_KIND_TWO_ON_ONE_WATCH: {"medic", "nurse", "doctor"},
	nuov1.TaskKind_TASK_KIND_SHOPPING:         {"driver"},
	nuov1.TaskKind_TASK_KIND_FOOD_DELIVERY:    {"driver"},
	nuov1.TaskKind_TASK_KIND_LAW_LECTURE:      {"lawyer", "judge"},
	nuov1.TaskKind_TASK_KIND_LEGAL_ADVICE:     {"lawyer", "judge"},
	nuov1.TaskKind_TASK_KIND_HEARING_VISIT:    {"lawyer", "judge"},
}

// standing is how a community ranks a volunteer for its shift; accepted tells that it did before.
func standing(s *nuov1.Shift, v *nuov1.Volunteer, accepted bool) int {
	n := 1 + residence(s, v)
	has := func(skill string) bool { return slices.Contains(v.GetSkills(), skill) }
	if len(s.GetRequirements().GetSkills()) == 0 && !slices.ContainsFunc(helpful[s.GetKind()], has) {
		n += unskilled
	}
	if !accepted {
		n += unknown
	}
	return n
}

func residence(s *nuov1.Shift, v *nuov1.Volunteer) int {
	found := noRegistration
	for _, r := range v.GetRegistrations() {
		switch {
		case r.GetCommunity() != s.GetCommunity() || !place.Lasts(r, s.GetDate()):
		case r.GetPrimary():
			return 0
		default:
			found = otherRegistration
		}
	}
	return found
}
