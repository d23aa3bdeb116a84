package report

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// ListReportContracts lists what is behind a figure, by the same definition that counts it. Each page reads the world
// anew: a contract that comes to be in between may be missed, none is listed twice.
func (r *Room) ListReportContracts(
	ctx context.Context, req *nuov1.ListReportContractsRequest,
) (*nuov1.ListReportContractsResponse, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.ListReportContractsResponse, error) {
		w, err := look(c, req)
		if err != nil {
			return nil, err
		}
		asked, ok := figureOf(req.GetFigure(), w.kind)
		if !ok || asked.contracts() == nil {
			return nil, fault.Field("figure", "is not made of contracts in a report of this kind", "此项在该类报告中不由契约构成")
		}
		from, err := rowAsked(c, w, req.GetRow())
		if err != nil {
			return nil, err
		}
		after, err := cursorOf(req)
		if err != nil {
			return nil, err
		}
		f := asked.contracts()
		all := w.behind(f, from)
		res := &nuov1.ListReportContractsResponse{TotalSize: int32(len(all)), Value: w.value(asked, from)}
		size := int(req.GetPageSize())
		if size < 1 {
			size = store.DefaultPageSize
		}
		first, _ := slices.BinarySearchFunc(all, after, func(e *entry, at cursor) int { return at.against(e) })
		last := min(first+size, len(all))
		for _, e := range all[first:last] {
			shown, err := w.contract(c, f, e)
			if err != nil {
				return nil, err
			}
			res.Contracts = append(res.Contracts, shown)
		}
		if last < len(all) {
			res.NextPageToken = rpc.EncodePage(req, behindOf(all[last-1]))
		}
		return res, nil
	})
}

// rowAsked is the row of a name. PERMISSION_DENIED for a member's where the caller is shown no members.
func rowAsked(c *call.Call, w *world, name string) (*row, error) {
	all := w.whole()
	if name == "" {
		return all, nil
	}
	rows, err := w.branches(all)
	if strings.HasPrefix(name, "volunteers/") {
		if !seesMembers(c, w) {
			return nil, rpc.Denied(c.Method)
		}
		rows, err = membersFor(c, w, all)
	}
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.name == name {
			return r, nil
		}
	}
	return nil, fault.Field("row", "is no row of this report", "不是该报告中的行")
}

// cursor is behind which contract a page begins: its start in nanoseconds and its name.
type cursor struct {
	start int64
	name  string
}

// against orders a contract against where a page begins: before it, or at it, is less.
func (p cursor) against(e *entry) int {
	start := e.shift.GetStartTime().AsTime().UnixNano()
	if start < p.start || start == p.start && e.contract.GetName() <= p.name {
		return -1
	}
	return 1
}

func behindOf(e *entry) string {
	return strconv.FormatInt(e.shift.GetStartTime().AsTime().UnixNano(), 10) + " " + e.contract.GetName()
}

func cursorOf(req *nuov1.ListReportContractsRequest) (cursor, error) {
	text, err := rpc.DecodePage(req)
	if err != nil || text == "" {
		return cursor{start: math.MinInt64}, err
	}
	start, name, ok := strings.Cut(text, " ")
	at, err := strconv.ParseInt(start, 10, 64)
	if !ok || err != nil {
		return cursor{}, fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN)
	}
	return cursor{at, name}, nil
}

// contract is a contract behind a figure as the caller may see it.
func (w *world) contract(c *call.Call, f *figure, e *entry) (*nuov1.ReportContract, error) {
	k := e.contract
	shown := &nuov1.ReportContract{
		Contract: k.GetName(), Shift: k.GetShift(), Title: e.shift.GetTitle(), Community: k.GetCommunity(),
		Unit: k.GetUnit(), Branch: k.GetBranch(), StartTime: e.shift.GetStartTime(), EndTime: timestamppb.New(e.end),
		Ledger: k.GetLedger(), State: k.GetState(), Reason: reasonOf(e), Value: 1, Marks: k.GetMarks(),
	}
	if f.once == nil {
		shown.Value = f.adds(e)
	}
	if c.Caller.Holds(nuov1.Role_ROLE_COMMUNITY, k.GetCommunity()) || seesMembers(c, w) {
		shown.Volunteer = k.GetVolunteer()
	}
	if !seesMembers(c, w) {
		return shown, nil
	}
	r := &row{name: k.GetVolunteer()}
	err := w.nameFor(r, func(v *nuov1.Volunteer) bool { return seesName(c, v) })
	shown.PersonName = r.personName
	return shown, err
}
