package tasklist

import (
	"context"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// ListTaskLists answers the lists that the caller may see: of a community by date, the newest last; without one of the
// caller's whole district, in the order of their names.
func (r *Room) ListTaskLists(ctx context.Context, req *nuov1.ListTaskListsRequest) (*nuov1.ListTaskListsResponse, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.ListTaskListsResponse, error) {
		if err := checkDates(req.GetFromDate(), req.GetToDate()); err != nil {
			return nil, err
		}
		cursor, err := rpc.DecodePage(req)
		if err != nil {
			return nil, err
		}
		lists, next, err := findLists(c, req, cursor)
		if err != nil {
			return nil, err
		}
		for _, l := range lists {
			presentList(l, c.Now())
		}
		return &nuov1.ListTaskListsResponse{TaskLists: lists, NextPageToken: rpc.EncodePage(req, next)}, nil
	})
}

func findLists(c *call.Call, req *nuov1.ListTaskListsRequest, cursor string) ([]*nuov1.TaskList, string, error) {
	if req.GetCommunity() != "" {
		if _, err := allowPlace(c, "community", req.GetCommunity()); err != nil {
			return nil, "", err
		}
		return listsOfCommunity(req.GetCommunity(), req.GetFromDate(), req.GetToDate()).
			page(c.Tx, cursor, int(req.GetPageSize()), func(l *nuov1.TaskList) (bool, error) { return sees(c, l), nil })
	}
	district := home(c)
	if err := c.Allow(policy.Facts{Within: []string{district}}); err != nil {
		return nil, "", err
	}
	return store.TaskLists.Select(c.Tx, store.Query[*nuov1.TaskList]{
		After: cursor, Size: int(req.GetPageSize()), Look: look,
		Keep: func(l *nuov1.TaskList) (bool, error) {
			return l.GetDistrict() == district && between(l.GetDate(), req.GetFromDate(), req.GetToDate()) && sees(c, l), nil
		},
	})
}

// allowPlace asks whether the caller may read what lies in a community or street, which it returns: a member of its
// district may. What is no such place is NOT_FOUND, as is one of another district; a text that is no name is
// INVALID_FIELD of the field.
func allowPlace(c *call.Call, field, name string) (*nuov1.Organisation, error) {
	if !placeName.MatchString(name) {
		return nil, fault.Field(field, "is no name such as communities/mingzhu or streets/jiazhi",
			"名称格式不正确，例如 communities/mingzhu 或 streets/jiazhi")
	}
	o, err := store.Organisations.Get(c.Tx, name)
	if err != nil {
		return nil, err
	}
	return o, c.AllowOrHide(policy.Facts{Within: place.AncestorsOf(o)}, name)
}

// checkDates refuses dates that do not exist; none is no mistake.
func checkDates(from, to string) error {
	for field, date := range map[string]string{"from_date": from, "to_date": to} {
		if date != "" && !place.ValidDate(date) {
			return fault.Field(field, "is no date that exists, YYYY-MM-DD", "不是有效日期，格式为 YYYY-MM-DD")
		}
	}
	if from != "" && to != "" && to <= from {
		return fault.Field("to_date", "must be after from_date, it is exclusive", "须晚于起始日期（不含当日）")
	}
	return nil
}

// between tells whether a date lies in the half-open period, open where a bound is not set.
func between(date, from, to string) bool { return date >= from && (to == "" || date < to) }
