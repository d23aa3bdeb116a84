package matching

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

const (
	// pageShifts and pagePeople are how many one transaction reads.
	pageShifts, pagePeople = 200, 300
	// maxShifts, maxPeople and maxPairs are the most of one plan: what memory and the matcher bear.
	maxShifts, maxPeople, maxPairs = 10_000, 50_000, 8_000_000
	// loadReach is how far back shifts count for a volunteer's load.
	loadReach = 90 * 24 * time.Hour
)

// gathering reads what a plan is made of: shifts, then people, in short transactions, one after another. What changes
// between two of them is found when the plan is applied.
type gathering struct {
	room    *Room
	match   *nuov1.Match
	without lifecycle.Without
	// given counts the shifts that the plan has given a volunteer in an earlier round.
	given map[string]int

	openings []*lifecycle.Opening
	policy   place.Policy
	people   []*candidate
	seen     map[string]bool
	// unread is how many people could not be read, or what belongs to them, and were left out.
	unread int
	// communities of the shifts, for what STABLE asks.
	communities []string
	// keeps, where it is set, tells of which shifts that nobody can be offered now are read nevertheless, and kept that
	// there are some.
	keeps func(*lifecycle.Opening) bool
	kept  bool
}

// candidate is a volunteer who is asked, with what was stated.
type candidate struct {
	*lifecycle.Candidate

	wishes   *nuov1.Preference
	accepted map[string]bool // by communities of the plan, before
}

// gather reads all that the plan is about. TOO_LARGE where it is more than a plan bears.
func (r *Room) gather(ctx context.Context, m *nuov1.Match, own *ownOffers) (*gathering, error) {
	g := &gathering{room: r, match: m, without: own.without, given: own.given}
	return g, g.read(ctx)
}

func (g *gathering) read(ctx context.Context) error {
	g.seen = map[string]bool{}
	if err := g.readShifts(ctx); err != nil {
		return err
	}
	slices.SortFunc(g.openings, func(a, b *lifecycle.Opening) int {
		return cmp.Or(a.Shift.GetStartTime().AsTime().Compare(b.Shift.GetStartTime().AsTime()),
			strings.Compare(a.Shift.GetName(), b.Shift.GetName()))
	})
	if len(g.openings) == 0 {
		return nil
	}
	for _, o := range g.openings {
		if c := o.Shift.GetCommunity(); !slices.Contains(g.communities, c) {
			g.communities = append(g.communities, c)
		}
	}
	if err := g.readPeople(ctx); err != nil {
		return err
	}
	if g.unread > 0 {
		g.room.log.ErrorContext(ctx, "people who cannot be read are left out of a plan",
			slog.String("match", g.match.GetName()), slog.Int("people", g.unread))
	}
	slices.SortFunc(g.people, func(a, b *candidate) int {
		return strings.Compare(a.Volunteer.GetName(), b.Volunteer.GetName())
	})
	return nil
}

// tooMany says of what there is more than one plan bears.
func tooMany(what, limit string) error { return fault.New(tooLarge, "what", what, "limit", limit) }

// readShifts reads the shifts with a slot to fill.
func (g *gathering) readShifts(ctx context.Context) error {
	if strings.HasPrefix(g.match.GetScope(), "taskLists/") {
		return g.readSpan(ctx, store.ShiftsByList, g.match.GetScope())
	}
	for date := range place.Dates(g.match.GetFromDate(), g.match.GetToDate()) {
		if err := g.readSpan(ctx, store.ShiftsByPlace, g.match.GetScope(), date); err != nil {
			return err
		}
	}
	return nil
}

// readSpan reads the shifts that an index has under parts.
func (g *gathering) readSpan(ctx context.Context, x *store.Index[*nuov1.Shift], parts ...any) error {
	for after, more := "", true; more; more = after != "" {
		n := len(g.openings)
		err := g.room.store.View(ctx, func(tx *store.Tx) error {
			g.openings = g.openings[:n]
			var err error
			if g.policy, err = place.PolicyOf(tx, g.match.GetDistrict()); err != nil {
				return err
			}
			page, next, err := store.Shifts.PageByIndex(tx, x, after, pageShifts, parts...)
			if err != nil {
				return err
			}
			reader := lifecycle.NewReader(tx)
			for _, s := range page {
				if !g.belongs(s) {
					continue
				}
				o, err := reader.Opening(s, g.without)
				if err != nil {
					return err
				}
				if g.takes(o) {
					g.openings = append(g.openings, o)
				}
			}
			after = next
			return nil
		})
		if err != nil {
			return err
		}
		if len(g.openings) > maxShifts {
			return tooMany("shifts", "10000")
		}
	}
	return nil
}

// takes tells whether the shift is one of the plan's: with a slot to fill, or kept without one.
func (g *gathering) takes(o *lifecycle.Opening) bool {
	if o.Closed == nil && o.Free > 0 {
		return true
	}
	if g.keeps == nil || !g.keeps(o) {
		return false
	}
	g.kept = true
	if o.Closed != nil {
		o.Free = 0
	}
	return true
}

// bids is the time that somebody who takes a slot promises, none where the shift is over.
func bids(o *lifecycle.Opening) (from, to time.Time) {
	from, to = o.Bids()
	if to.Before(from) {
		from = to
	}
	return from, to
}

// belongs tells whether the shift is the scope's own: what a community co-hosts is planned by who owns it.
func (g *gathering) belongs(s *nuov1.Shift) bool {
	return slices.Contains([]string{s.GetTaskList(), s.GetCommunity(), s.GetStreet(), s.GetDistrict()}, g.match.GetScope())
}

// readPeople reads the volunteers of the pool.
func (g *gathering) readPeople(ctx context.Context) error {
	pool, all, err := g.pool(ctx)
	if err != nil {
		return err
	}
	if all {
		return g.readPool(ctx, "")
	}
	for _, name := range pool {
		if err := g.readPool(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// pool is whose volunteers are asked, or all of the district's.
func (g *gathering) pool(ctx context.Context) (pool []string, all bool, err error) {
	m := g.match
	switch {
	case len(m.GetPool()) > 0:
		return m.GetPool(), false, nil
	case m.GetCommunity() != "":
		return []string{m.GetCommunity()}, false, nil
	case m.GetStreet() == "":
		return nil, true, nil
	}
	err = g.room.store.View(ctx, func(tx *store.Tx) error {
		pool = nil
		for o, err := range store.Organisations.ByIndex(tx, store.OrganisationsByParent, m.GetStreet()) {
			if err != nil {
				return err
			}
			if o.GetKind() == nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY {
				pool = append(pool, o.GetName())
			}
		}
		return nil
	})
	return pool, false, err
}

// poolIndex is by which index the people of an organisation are found.
func poolIndex(name string) *store.Index[*nuov1.Volunteer] {
	switch {
	case strings.HasPrefix(name, "communities/"):
		return store.VolunteersByCommunity
	case strings.HasPrefix(name, "teams/"):
		return store.VolunteersByTeam
	case strings.Contains(name, "/branches/"):
		return store.VolunteersByBranch
	default:
		return store.VolunteersByUnit
	}
}

// readPool reads the people of one organisation, of the district where the name is empty.
func (g *gathering) readPool(ctx context.Context, name string) error {
	q := store.Query[*nuov1.Volunteer]{Size: pagePeople}
	if name != "" {
		q.Index, q.Prefix = poolIndex(name), []any{name}
	}
	for more := true; more; more = q.After != "" {
		var found []*candidate
		next, unread := "", 0
		q.Aside = func(error) { unread++ }
		err := g.room.store.View(ctx, func(tx *store.Tx) error {
			found, unread = nil, 0
			page, after, err := store.Volunteers.Select(tx, q)
			if err != nil {
				return err
			}
			next = after
			reader := lifecycle.NewReader(tx)
			for _, v := range page {
				if g.seen[v.GetName()] || !g.asks(v, name) {
					continue
				}
				c, err := g.candidate(tx, reader, v)
				if damaged(err) {
					unread++
					continue
				}
				if err != nil {
					return err
				}
				found = append(found, c)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, c := range found {
			g.seen[c.Volunteer.GetName()] = true
		}
		q.After, g.people, g.unread = next, append(g.people, found...), g.unread+unread
		if len(g.people) > maxPeople {
			return tooMany("volunteers", "50000")
		}
	}
	return nil
}

// asks tells whether a volunteer found under an organisation is one of its people on the plan's first day.
func (g *gathering) asks(v *nuov1.Volunteer, organisation string) bool {
	if v.GetDistrict() != g.match.GetDistrict() || v.GetState() == nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED {
		return false
	}
	return organisation == "" ||
		slices.Contains(place.VolunteerWithin(v, g.openings[0].Shift.GetDate()), organisation)
}

// candidate reads what one volunteer has promised and wishes.
func (g *gathering) candidate(tx *store.Tx, reader *lifecycle.Reader, v *nuov1.Volunteer) (*candidate, error) {
	wishes, err := wishesOf(tx, v.GetName())
	if err != nil {
		return nil, err
	}
	from, to := g.reach()
	if wishes.GetMaxShiftsWeekly() > 0 { // a week may begin with the last shift
		to = to.Add(daysOfWeek * 24 * time.Hour)
	}
	promised, err := reader.Candidate(v, g.policy, from, to, loadReach, g.without)
	if err != nil {
		return nil, err
	}
	c := &candidate{Candidate: promised, wishes: wishes}
	if g.match.GetMethod() != stable {
		return c, nil
	}
	c.accepted = map[string]bool{}
	for _, community := range g.communities {
		if c.accepted[community], err = store.Acceptances.Has(tx, community, v.GetName()); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// reach is from the first start to the last end of the plan's shifts.
func (g *gathering) reach() (from, to time.Time) {
	from, to = bids(g.openings[0])
	for _, o := range g.openings {
		start, end := bids(o)
		if start.Before(from) {
			from = start
		}
		if end.After(to) {
			to = end
		}
	}
	return from, to
}
