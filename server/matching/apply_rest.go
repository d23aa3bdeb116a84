package matching

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// maxRounds is how often a plan is solved at most: once when it was asked for, and again while its offers are made.
const maxRounds = 3

// applyMatch makes the offers of a plan, round by round. After each round it looks whether anything is different from
// what the plan was made of: a place that could not be offered, a shift, a free slot, a volunteer, a wish more or less.
// Then what is left free is solved against the present, with what was offered held fixed, and offered as the next round;
// until nothing has changed, or nothing more is found, or maxRounds are done.
func (r *Room) applyMatch(ctx context.Context, m *nuov1.Match) error {
	for again := true; again; {
		if err := r.offerPass(ctx, m.GetName()); err != nil {
			return err
		}
		var err error
		if again, err = r.nextRound(ctx, m.GetName()); err != nil {
			return err
		}
	}
	return r.update(ctx, m.GetName(), applying, func(tx *store.Tx, m *nuov1.Match) error {
		m.ApplyTime = timestamppb.New(tx.Now())
		settle(m, applied, tx.Now())
		return nil
	})
}

// nextRound plans the next round and tells whether there is one.
func (r *Room) nextRound(ctx context.Context, name string) (again bool, err error) {
	var m *nuov1.Match
	var w *storev1.MatchWork
	err = r.store.View(ctx, func(tx *store.Tx) (err error) {
		if m, err = store.Matches.Get(tx, name); err != nil {
			return err
		}
		w, err = workOf(tx, name)
		return err
	})
	if err != nil || m.GetRounds() >= maxRounds {
		return false, err
	}
	own, err := r.ownOffers(ctx, name)
	if err != nil {
		return false, err
	}
	whole, err := r.read(ctx, m, &ownOffers{without: own.without})
	if err != nil {
		return false, err
	}
	made := whole.fingerprint()
	if !w.GetChanged() && bytes.Equal(made, w.GetFingerprint()) {
		return false, nil
	}
	s, err := r.solve(ctx, m, &ownOffers{given: own.given})
	if err != nil || len(s.plan.Assignments) == 0 {
		return false, err
	}
	round := m.GetRounds() + 1
	next := s.placements(uint64(m.GetPlacements())+1, round)
	return true, r.keep(ctx, m, next, func(tx *store.Tx, m *nuov1.Match) error {
		whole.tellOf(m, append(slices.Clone(own.placed), next...))
		m.Rounds = round
		w, err := workOf(tx, name)
		if err != nil {
			return err
		}
		w.Changed, w.Fingerprint = false, made
		return store.MatchWorks.Put(tx, w)
	})
}

// ownOffers reads which offers the plan has made, in short transactions. What lies behind the placements that its record
// counts is half a round, without offers.
func (r *Room) ownOffers(ctx context.Context, name string) (*ownOffers, error) {
	own := &ownOffers{without: lifecycle.Without{}, given: map[string]int{}}
	for from, more := uint64(1), true; more; {
		var page []*storev1.StoredPlacement
		err := r.store.View(ctx, func(tx *store.Tx) error {
			page = nil
			for p, err := range store.Placements.Range(tx, store.Range{Prefix: []any{name}, From: []any{from}}) {
				if err != nil {
					return err
				}
				if page = append(page, p); len(page) == lookAt {
					break
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			from = p.GetNumber() + 1
			if p.GetState() == offered {
				own.without[p.GetContract()] = true
				own.given[p.GetVolunteer()]++
				own.placed = append(own.placed, p)
			}
		}
		more = len(page) == lookAt
	}
	return own, nil
}

// tellOf writes into a plan's record what it is with a further round: what was offered and what is planned, together. As a
// whole it was never solved, so that nothing is proved of it.
func (p *posed) tellOf(m *nuov1.Match, placements []*storev1.StoredPlacement) {
	volunteers, shifts := map[string]int{}, map[string]int{}
	for v, c := range p.people {
		volunteers[c.Volunteer.GetName()] = v
	}
	for s, o := range p.openings {
		shifts[o.Shift.GetName()] = s
	}
	var all []matcher.Assignment
	for _, placement := range placements {
		v, known := volunteers[placement.GetVolunteer()]
		s, open := shifts[placement.GetShift()]
		if known && open {
			all = append(all, matcher.Assignment{Volunteer: v, Shift: s})
		}
	}
	p.count(m)
	m.Score, m.Bound, m.Optimal, m.Gap = p.scoreOf(p.problem.ScoreOf(all)), nil, false, 0
	m.Score.ShortShifts = p.short(all)
}

// fingerprint is that of what is stored now, looking past the plan's own offers.
func (r *Room) fingerprint(ctx context.Context, m *nuov1.Match, own *ownOffers) ([]byte, error) {
	g, err := r.gather(ctx, m, &ownOffers{without: own.without})
	if err != nil {
		return nil, err
	}
	p, err := g.pose(ctx, nil)
	if err != nil {
		return nil, err
	}
	return p.fingerprint(), nil
}

// fingerprint is a hash of all that a plan is made of: shifts with their terms and slots, people with what binds them,
// who may have what at which rank.
func (p *posed) fingerprint() []byte {
	f := printing{Hash: sha256.New()}
	f.add(len(p.openings), len(p.people))
	for i, o := range p.openings {
		s := p.problem.Shift(i)
		f.name(o.Shift.GetName())
		f.add(int(o.Shift.GetRevision()), s.Start, s.End, s.Capacity, s.Minimum, s.Crew)
	}
	for i, c := range p.people {
		v := p.problem.Volunteer(i)
		f.name(c.Volunteer.GetName())
		f.add(v.Shifts, v.Rest, v.TimeDay, v.TimeWeek, v.DaysInRow, v.Load)
		for _, promised := range p.problem.CommitmentsOf(i) {
			f.add(promised.Start, promised.End, promised.Rest)
		}
		shifts, ranks := p.problem.PairsOf(i)
		f.add(len(shifts))
		for j := range shifts {
			f.add(int(shifts[j]), int(ranks[j]))
		}
		for _, standing := range p.problem.StandingsOf(i) {
			f.add(int(standing))
		}
	}
	return f.Sum(nil)
}

// printing feeds numbers and names to a hash.
type printing struct {
	hash.Hash

	scratch []byte
}

func (f *printing) add(numbers ...int) {
	f.scratch = f.scratch[:0]
	for _, n := range numbers {
		f.scratch = binary.AppendVarint(f.scratch, int64(n))
	}
	_, _ = f.Write(f.scratch) // never fails
}

func (f *printing) name(text string) {
	f.add(len(text))
	_, _ = f.Write([]byte(text))
}
