package matching

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/server/lifecycle"
)

// solution is a plan that was found, before it is written down.
type solution struct {
	*posed

	plan *matcher.Plan
	// proved tells that there is a bound.
	proved bool
	short  int32
	steps  int64
}

// ownOffers are the offers that an earlier round of the same plan has made.
type ownOffers struct {
	// without are their contracts where the plan is to be seen as it was made; nil where they stand like any offer.
	without lifecycle.Without
	// given counts them by volunteer.
	given map[string]int
	// placed are their placements.
	placed []*storev1.StoredPlacement
}

// solve makes a plan of what is stored now: read and find.
func (r *Room) solve(ctx context.Context, m *nuov1.Match, own *ownOffers) (*solution, error) {
	p, err := r.read(ctx, m, own)
	if err != nil {
		return nil, err
	}
	return r.find(ctx, p)
}

// read makes the matcher's problem of what is stored now. Who watches is told.
func (r *Room) read(ctx context.Context, m *nuov1.Match, own *ownOffers) (*posed, error) {
	r.live.note(m.GetName(), func(p *nuov1.Match) { p.Phase = nuov1.MatchPhase_MATCH_PHASE_COLLECTING })
	g, err := r.gather(ctx, m, own)
	if err != nil {
		return nil, err
	}
	return g.pose(ctx, nil)
}

// find solves a problem. A search takes at most as long as the plan says; whatever else ends ctx ends it with ctx's
// error. Who watches is told.
func (r *Room) find(ctx context.Context, p *posed) (*solution, error) {
	r.live.note(p.match.GetName(), func(m *nuov1.Match) { p.count(m); m.Phase = nuov1.MatchPhase_MATCH_PHASE_SEARCHING })
	s := &solution{posed: p}
	if err := r.search(ctx, s); err != nil {
		return nil, err
	}
	if err := p.problem.Check(s.plan.Assignments); err != nil {
		return nil, fmt.Errorf("matching: the plan breaks a rule: %w", err)
	}
	s.short = p.short(s.plan.Assignments)
	return s, nil
}

// search asks the matcher.
func (r *Room) search(ctx context.Context, s *solution) (err error) {
	switch {
	case s.match.GetMethod() == stable:
		var found *matcher.StablePlan
		found, err = matcher.Stable(ctx, s.problem, matcher.StableOptions{})
		if err == nil {
			s.plan = &matcher.Plan{Assignments: found.Assignments, Score: found.Score}
		}
		return err
	case !s.searched():
		s.plan, err = matcher.Fill(ctx, s.problem)
	default:
		s.plan, err = r.roster(ctx, s)
	}
	s.proved = err == nil
	return err
}

// searched tells whether a plan is searched for as long as it says; other plans are computed at once.
func (p *posed) searched() bool { return p.match.GetMethod() == roster && (!p.oneEach || p.crews()) }

// crews tells whether any shift asks for two together.
func (p *posed) crews() bool {
	for s := range p.problem.Shifts() {
		if p.problem.Shift(s).Crew > 1 {
			return true
		}
	}
	return false
}

// restSeconds is how long a later round is searched at most: the offers of other plans wait for it.
const restSeconds = 30

// roster searches for as long as the plan says.
func (r *Room) roster(ctx context.Context, s *solution) (*matcher.Plan, error) {
	seconds := s.match.GetSeconds()
	if s.match.GetState() == applying {
		seconds = min(seconds, restSeconds)
	}
	limited, cancel := context.WithTimeout(ctx, time.Duration(seconds)*time.Second)
	defer cancel()
	plan, err := matcher.Roster(limited, s.problem, matcher.RosterOptions{
		Seed: uint64(s.match.GetSeed()),
		Progress: func(now matcher.Progress) {
			s.steps = int64(now.Steps)
			r.live.note(s.match.GetName(), func(m *nuov1.Match) {
				m.Steps = s.steps
				m.Score, m.Bound = s.scoreOf(now.Score), s.scoreOf(now.Bound)
				m.Gap = gap(now.Score, now.Bound)
			})
		},
	})
	if err == nil {
		err = ctx.Err() // given up or told to stop, not out of time
	}
	return plan, err
}

func gap(score, bound matcher.Score) float64 {
	return (&matcher.Plan{Score: score, Bound: bound}).Gap()
}

// scoreOf is a score as it is answered. How many shifts are short is known when the plan is there.
func (p *posed) scoreOf(s matcher.Score) *nuov1.MatchScore {
	return &nuov1.MatchScore{
		Value: s.Value, Filled: int32(s.Filled), OpenSlots: int32(p.slots - s.Filled), Rank: s.Rank, Unfairness: s.Unfairness,
	}
}

// count says how large the problem is.
func (p *posed) count(m *nuov1.Match) {
	m.Volunteers, m.Shifts, m.Slots = int32(len(p.people)), int32(len(p.openings)), int32(p.slots)
	m.LeftOutSlots = int32(p.over)
	m.Pairs = int64(p.problem.Pairs())
}

// taken is how many each shift is given.
func (p *posed) taken(assignments []matcher.Assignment) []int {
	n := make([]int, len(p.openings))
	for _, a := range assignments {
		n[a.Shift]++
	}
	return n
}

// short is how many shifts have fewer than they need at least.
func (p *posed) short(assignments []matcher.Assignment) (n int32) {
	for i, taken := range p.taken(assignments) {
		if taken < p.problem.Shift(i).Minimum {
			n++
		}
	}
	return n
}

// tell writes into a plan's record what was found.
func (s *solution) tell(m *nuov1.Match) {
	s.count(m)
	m.Score, m.Steps = s.scoreOf(s.plan.Score), s.steps
	m.Score.ShortShifts = s.short
	m.Bound, m.Optimal, m.Gap = nil, false, 0
	if s.proved {
		m.Bound, m.Optimal, m.Gap = s.scoreOf(s.plan.Bound), s.plan.Optimal, s.plan.Gap()
	}
}

// placements are the assignments as they are stored, numbered from a number on, by the start of the
// shifts; each says who comes together.
func (s *solution) placements(from uint64, round int32) []*storev1.StoredPlacement {
	assignments := slices.Clone(s.plan.Assignments)
	slices.SortFunc(assignments, func(a, b matcher.Assignment) int {
		return cmp.Or(cmp.Compare(a.Shift, b.Shift), cmp.Compare(a.Volunteer, b.Volunteer))
	})
	all := make([]*storev1.StoredPlacement, len(assignments))
	inShift := 0
	for i, a := range assignments {
		if i > 0 && a.Shift != assignments[i-1].Shift {
			inShift = 0
		}
		shift, c := s.openings[a.Shift].Shift, s.people[a.Volunteer]
		w := wishFor(c.wishes, shift)
		all[i] = &storev1.StoredPlacement{
			Match: s.match.GetName(), Number: from + uint64(i), Shift: shift.GetName(), Revision: shift.GetRevision(),
			Volunteer: c.Volunteer.GetName(), Rank: int32(w.rank(c.wishes)),
			KindPosition: int32(w.kind), PlacePosition: int32(w.place), State: planned, Round: round,
		}
		if crew := s.problem.Shift(a.Shift).Crew; crew > 1 { // any of the shift's come together, as many as make a crew
			all[i].Crew = all[i].GetNumber() - uint64(inShift%crew)
		}
		inShift++
	}
	return all
}
