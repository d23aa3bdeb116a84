package matching

import (
	"context"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

const (
	// maxDays is over how many days of starts one plan goes.
	maxDays = 31
	// maxAhead is how many days ahead of today the last of them may lie.
	maxAhead = 366
	// maxSolving and maxProposed are how many plans of one scope are being solved, and stand proposed, at a time.
	maxSolving, maxProposed = 3, 20
	// defaultSeconds is how long is searched where nothing is asked for.
	defaultSeconds = 10
)

// ProposeMatch records what is to be planned; Work solves it.
func (r *Room) ProposeMatch(ctx context.Context, req *nuov1.ProposeMatchRequest) (*nuov1.Match, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Match, error) {
		g, err := groundOf(c, req.GetScope())
		if err != nil {
			return nil, err
		}
		if err := g.refuseClosed(c); err != nil {
			return nil, err
		}
		m, err := newMatch(c, req, g)
		if err != nil {
			return nil, err
		}
		if err := checkPool(c, req.GetPool(), g.district); err != nil {
			return nil, err
		}
		if err := refuseMore(c, g.scope); err != nil {
			return nil, err
		}
		if err := store.Matches.Insert(c.Tx, m); err != nil {
			return nil, err
		}
		work := &storev1.MatchWork{Match: m.GetName(), Actor: c.Actor(), Role: c.Role}
		if err := store.MatchWorks.Insert(c.Tx, work); err != nil {
			return nil, err
		}
		// The scope's chain is what two proposals at once collide in.
		if err := c.Note(g.scope, "match", m.GetName()); err != nil {
			return nil, err
		}
		return r.present(c, m), c.Note(m.GetName(), "scope", m.GetScope(), "method", m.GetMethod().String())
	})
}

// refuseClosed refuses a list of which nothing can be offered: LIST_NOT_OPEN, SHIFT_CANCELLED; and DEACTIVATED.
func (g *ground) refuseClosed(c *call.Call) error {
	if g.list == nil {
		o, err := store.Organisations.Get(c.Tx, g.scope)
		if err == nil && o.GetState() == nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED {
			return fault.New(nuov1.ErrorReason_ERROR_REASON_DEACTIVATED, "name", g.scope)
		}
		return err
	}
	if g.list.GetState() != nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_LIST_NOT_OPEN, "list", g.scope)
	}
	return nil
}

func newMatch(c *call.Call, req *nuov1.ProposeMatchRequest, g *ground) (*nuov1.Match, error) {
	p, err := place.PolicyOf(c.Tx, g.district)
	if err != nil {
		return nil, err
	}
	from, to, err := g.dates(req, place.LocalDate(c.Now(), p.Zone))
	if err != nil {
		return nil, err
	}
	m := &nuov1.Match{
		Name: "matches/" + c.NewID(), Scope: g.scope, FromDate: from, ToDate: to, Pool: req.GetPool(),
		Method: req.GetMethod(), ShiftsEach: req.GetShiftsEach(), Seconds: req.GetSeconds(), Seed: req.GetSeed(),
		State: solving, CreatorRole: c.Role, CreateTime: timestamppb.New(c.Now()),
		Community: g.community, Street: g.street, District: g.district,
	}
	if m.GetMethod() == nuov1.MatchMethod_MATCH_METHOD_UNSPECIFIED {
		m.Method = roster
	}
	if m.GetMethod() != roster {
		m.ShiftsEach = 1
	}
	if m.GetSeconds() == 0 {
		m.Seconds = defaultSeconds
	}
	return m, nil
}

// dates are the first and last local date that are planned, both empty for a list.
func (g *ground) dates(req *nuov1.ProposeMatchRequest, today string) (from, to string, err error) {
	from, to = req.GetFromDate(), req.GetToDate()
	if g.list != nil {
		switch {
		case from != "":
			err = fault.Field("from_date", "is left out for a list, which is planned as a whole", "按清单排班时请勿填写日期")
		case to != "":
			err = fault.Field("to_date", "is left out for a list, which is planned as a whole", "按清单排班时请勿填写日期")
		}
		return "", "", err
	}
	if !place.ValidDate(from) {
		return "", "", fault.Field("from_date", "is needed: the first date to plan, YYYY-MM-DD", "必填：排班的首日，格式为 YYYY-MM-DD")
	}
	if to == "" {
		to = from
	}
	switch {
	case !place.ValidDate(to) || to < from:
		err = fault.Field("to_date", "is no date from from_date on, YYYY-MM-DD", "须为不早于首日的有效日期，格式为 YYYY-MM-DD")
	case to < today:
		err = fault.Field("to_date", "lies in the past; only what is to come can be planned", "已经过去，只能为将来的班次排班")
	case to > place.AddDays(from, maxDays-1):
		err = fault.Field("to_date", "is at most 31 days, from_date included; plan in parts", "一次最多排三十一天（含首日），请分次进行")
	case to > place.AddDays(today, maxAhead):
		err = fault.Field("to_date", "is more than a year ahead; plan what is nearer", "距今超过一年，请为较近的班次排班")
	}
	return from, to, err
}

// checkPool holds the organisations whose people are asked to the district: NOT_FOUND, DEACTIVATED.
func checkPool(c *call.Call, pool []string, district string) error {
	for _, name := range pool {
		o, ok, err := store.Organisations.Find(c.Tx, name)
		switch {
		case err != nil:
			return err
		case !ok || o.GetDistrict() != district:
			return fault.New(notFound, "name", name)
		case o.GetState() == nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED:
			return fault.New(nuov1.ErrorReason_ERROR_REASON_DEACTIVATED, "name", name)
		}
	}
	return nil
}

// limits are how many plans of one scope live in a state.
var limits = []struct {
	state nuov1.MatchState
	most  int
}{{solving, maxSolving}, {proposed, maxProposed}}

// refuseMore is LIMIT_REACHED where as many plans of the scope live as may. One that cannot be read counts: it is there.
func refuseMore(c *call.Call, scope string) error {
	for _, l := range limits {
		damaged := 0
		page, _, err := store.Matches.Select(c.Tx, store.Query[*nuov1.Match]{
			Index: store.MatchesByLife, Prefix: []any{scope, uint64(l.state)}, Size: l.most, Look: l.most,
			Aside: func(error) { damaged++ },
		})
		if err != nil {
			return err
		}
		if len(page)+damaged >= l.most {
			return fault.New(limitReached, "limit", strconv.Itoa(l.most))
		}
	}
	return nil
}

// present makes a stored plan an answer: with its etag, and with how far the work on it has come. Load and fairness are
// shown to planners alone.
func (r *Room) present(c *call.Call, m *nuov1.Match) *nuov1.Match {
	m.Etag = store.Etag(m)
	r.live.show(m, r.clock.Now())
	if !c.May(listPlacements, factsOf(m)) {
		for _, score := range []*nuov1.MatchScore{m.GetScore(), m.GetBound()} {
			if score != nil {
				score.Unfairness = 0
			}
		}
	}
	return m
}

// GetMatch answers one plan.
func (r *Room) GetMatch(ctx context.Context, req *nuov1.GetMatchRequest) (*nuov1.Match, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.Match, error) {
		m, err := matchOf(c, req.GetName())
		if err != nil {
			return nil, err
		}
		return r.present(c, m), nil
	})
}

// CancelMatch gives a plan up. What is being done about it stops at its next step.
func (r *Room) CancelMatch(ctx context.Context, req *nuov1.CancelMatchRequest) (*nuov1.Match, error) {
	m, err := call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.Match, error) {
		m, err := matchOf(c, req.GetName())
		if err != nil {
			return nil, err
		}
		if err := refuseState(m, "CANCEL", solving, proposed, applying); err != nil {
			return nil, err
		}
		before := strings.TrimPrefix(m.GetState().String(), "MATCH_STATE_")
		settle(m, cancelled, c.Now())
		if err := store.Matches.Put(c.Tx, m); err != nil {
			return nil, err
		}
		return r.present(c, m), c.Note(m.GetName(), "state", before)
	})
	if err == nil {
		r.live.stop(m.GetName())
	}
	return m, err
}

// kept is how long a plan is kept in a state in which nothing is under way.
var kept = map[nuov1.MatchState]time.Duration{
	proposed: 7 * 24 * time.Hour, applied: 400 * 24 * time.Hour, cancelled: 30 * 24 * time.Hour, failed: 30 * 24 * time.Hour,
}

// settle puts a plan into a state in which nothing is under way, from now on.
func settle(m *nuov1.Match, state nuov1.MatchState, now time.Time) {
	m.State, m.ExpireTime = state, timestamppb.New(now.Add(kept[state]))
}
