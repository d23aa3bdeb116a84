package tasklist

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// CreateTaskList drafts a list for a community; its maker is the community, or the street that drafts it.
func (r *Room) CreateTaskList(ctx context.Context, req *nuov1.CreateTaskListRequest) (*nuov1.TaskList, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.TaskList, error) {
		in := req.GetTaskList()
		home, err := community(c.Tx, in.GetCommunity(), "task_list.community")
		if err != nil {
			return nil, err
		}
		facts := policy.Facts{Within: place.AncestorsOf(home)}
		if err := c.Allow(facts); err != nil {
			if !c.May(readOrganisation, facts) {
				err = unknown("task_list.community")
			}
			return nil, err
		}
		name, err := nameFor(c, "taskLists/", in.GetName(), "task_list.name")
		if err != nil {
			return nil, err
		}
		l := &nuov1.TaskList{
			Name: name, Community: home.GetName(), Street: home.GetStreet(), District: home.GetDistrict(),
			Maker: home.GetName(), Date: in.GetDate(), Title: in.GetTitle(), ActivityLead: in.GetActivityLead(),
			Cohosts: in.GetCohosts(), AcceptByHand: in.GetAcceptByHand(), CloseTime: in.GetCloseTime(), State: draft,
			CreateTime: timestamppb.New(c.Now()), UpdateTime: timestamppb.New(c.Now()),
		}
		if c.Role == nuov1.Role_ROLE_STREET {
			l.Maker = home.GetStreet()
		}
		if err := checkList(c.Tx, l); err != nil {
			return nil, err
		}
		if err := store.TaskLists.Insert(c.Tx, l); err != nil {
			return nil, err
		}
		if err := note(c, name, "community", l.GetCommunity(), "date", l.GetDate(), "maker", l.GetMaker()); err != nil {
			return nil, err
		}
		return presentList(l, c.Now()), nil
	})
}

// GetTaskList answers one list, a draft to its makers alone.
func (r *Room) GetTaskList(ctx context.Context, req *nuov1.GetTaskListRequest) (*nuov1.TaskList, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.TaskList, error) {
		l, err := store.TaskLists.Get(c.Tx, req.GetName())
		if err != nil {
			return nil, err
		}
		if err := allowRead(c, l, req.GetName()); err != nil {
			return nil, err
		}
		return presentList(l, c.Now()), nil
	})
}

// UpdateTaskList edits a list. Its date can change while it is a draft without shifts; new co-hosts are written to its
// shifts in the same step.
func (r *Room) UpdateTaskList(ctx context.Context, req *nuov1.UpdateTaskListRequest) (*nuov1.TaskList, error) {
	return call.Mutate(ctx, r.store, req, func(c *call.Call) (*nuov1.TaskList, error) {
		in := req.GetTaskList()
		if err := checkName("task_list.name", "taskLists/", in.GetName()); err != nil {
			return nil, err
		}
		before, err := store.TaskLists.Get(c.Tx, in.GetName())
		if err != nil {
			return nil, err
		}
		if err := allowEdit(c, before, in.GetName()); err != nil {
			return nil, err
		}
		if err := refuseStale(before, store.Etag(before), in.GetEtag()); err != nil {
			return nil, err
		}
		if err := refuseEnded(before, c.Now()); err != nil {
			return nil, err
		}
		after := proto.Clone(before).(*nuov1.TaskList)
		paths, err := applyMask(after, in, req.GetUpdateMask(),
			"title", "activity_lead", "cohosts", "accept_by_hand", "close_time", "date")
		if err != nil {
			return nil, err
		}
		after.UpdateTime = timestamppb.New(c.Now())
		if err := amendList(c, before, after); err != nil {
			return nil, err
		}
		if err := note(c, after.GetName(), pathDetails(paths)...); err != nil {
			return nil, err
		}
		return presentList(after, c.Now()), nil
	})
}

// amendList checks and stores an edited list and what its shifts hold of it.
func amendList(c *call.Call, before, after *nuov1.TaskList) error {
	if err := checkList(c.Tx, after); err != nil {
		return err
	}
	dated := before.GetDate() != after.GetDate()
	if dated && before.GetPublishTime() != nil {
		return fault.Field("update_mask", "the date of a published list stays; cancel it and publish another",
			"已发布清单的日期不能修改，请取消后另行发布")
	}
	if dated || !slices.Equal(before.GetCohosts(), after.GetCohosts()) {
		shifts, err := shiftsOf(c.Tx, after.GetName())
		if err != nil {
			return err
		}
		if dated && len(shifts) > 0 {
			return fault.Field("update_mask", "the date stays while the list has shifts; remake them for the other day",
				"清单已有班次，日期不能修改，请为该日另建清单")
		}
		if err := writeCohosts(c.Tx, shifts, before.GetCohosts(), after.GetCohosts()); err != nil {
			return err
		}
	}
	if err := putList(c, before, after); err != nil || after.GetState() != published {
		return err
	}
	return lifecycle.PlanClose(c.Tx, after)
}

func shiftsOf(tx *store.Tx, list string) (shifts []*nuov1.Shift, err error) {
	for s, err := range store.Shifts.ByIndex(tx, store.ShiftsByList, list) {
		if err != nil {
			return nil, err
		}
		shifts = append(shifts, s)
	}
	return shifts, nil
}

// cohostKeys is how many keys of the engine's 1,024 a change of co-hosts may cost: of each shift two (its entry under the
// list and itself) and one for each co-host that comes or goes, under which the shift is found.
const cohostKeys = 900

// writeCohosts writes a list's co-hosts to its shifts, TOO_LARGE where so many come and go at once that one step cannot
// hold them all: of 100 shifts, more than seven.
func writeCohosts(tx *store.Tx, shifts []*nuov1.Shift, before, after []string) error {
	changed := 0
	for _, name := range append(slices.Clone(before), after...) {
		if slices.Contains(before, name) != slices.Contains(after, name) {
			changed++
		}
	}
	if n := len(shifts); n*(2+changed) > cohostKeys {
		most := strconv.Itoa(cohostKeys/n - 2)
		return fault.New(nuov1.ErrorReason_ERROR_REASON_TOO_LARGE, "limit", most).WithViolation(fault.Violation{
			Field:         "task_list.cohosts",
			Description:   "the list has many shifts; add or remove at most " + most + " co-hosts at once",
			DescriptionZH: "清单班次较多，每次最多增减 " + most + " 个合办社区",
		})
	}
	for _, s := range shifts {
		s.Cohosts = after
		if err := store.Shifts.Put(tx, s); err != nil {
			return err
		}
	}
	return nil
}

// checkList holds a list to the rules that the .proto file cannot say.
func checkList(tx *store.Tx, l *nuov1.TaskList) error {
	if !place.ValidDate(l.GetDate()) {
		return fault.Field("task_list.date", "is no date that exists, YYYY-MM-DD", "不是有效日期，格式为 YYYY-MM-DD")
	}
	if l.GetCloseTime() != nil && l.GetCloseTime().CheckValid() != nil {
		return fault.Field("task_list.close_time", "is no valid instant", "不是有效的时间")
	}
	if err := refusePhones("task_list.title", l.GetTitle()); err != nil {
		return err
	}
	for i, name := range l.GetCohosts() {
		field := fmt.Sprintf("task_list.cohosts[%d]", i)
		o, err := community(tx, name, field)
		if err != nil {
			return err
		}
		if o.GetDistrict() != l.GetDistrict() || name == l.GetCommunity() || slices.Contains(l.GetCohosts()[:i], name) {
			return fault.Field(field, "must be another community of the same district, named once", "须为同区的其他社区，且不重复")
		}
	}
	return nil
}

// stateOf is where the list stands at an instant: one whose closing time has come is closed, even before the janitor
// has written it.
func stateOf(l *nuov1.TaskList, now time.Time) nuov1.TaskListState {
	if l.GetState() == published && l.GetCloseTime() != nil && !now.Before(l.GetCloseTime().AsTime()) {
		return closed
	}
	return l.GetState()
}

// refuseEnded is FAILED_PRECONDITION for a list that takes no edits any more: closed or cancelled.
func refuseEnded(l *nuov1.TaskList, now time.Time) error {
	if state := stateOf(l, now); state != draft && state != published {
		return refuseListState(l, state)
	}
	return nil
}

func refuseListState(l *nuov1.TaskList, state nuov1.TaskListState) error {
	return fault.New(precondition, "name", l.GetName(), "state", state.String()[len("TASK_LIST_STATE_"):])
}

// presentList fills in what is answered and never stored.
func presentList(l *nuov1.TaskList, now time.Time) *nuov1.TaskList {
	l.Etag = store.Etag(l)
	l.State = stateOf(l, now)
	return l
}
