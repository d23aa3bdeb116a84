package contract

import (
	"context"
	"regexp"
	"slices"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

const (
	// batch is how many candidates are fetched at once.
	batch = 64
	// maxLook is how many contracts one page looks at, kept or not: a page that ends there may be short or empty and
	// has a next.
	maxLook = 1500
)

// ListContracts lists the contracts within a volunteer, shift, community or unit, or within several of them at once. The
// caller needs to be allowed for one of those asked for; whatever it is, each contract is shown only if GetContract would
// show it. The order is that of the start times; a page looks at a bounded number of contracts and may be short.
func (r *Room) ListContracts(ctx context.Context, req *nuov1.ListContractsRequest) (*nuov1.ListContractsResponse, error) {
	if err := checkList(req); err != nil {
		return nil, err
	}
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.ListContractsResponse, error) {
		if err := askAboutParents(c, req); err != nil {
			return nil, err
		}
		cursor, err := rpc.DecodePage(req)
		if err != nil {
			return nil, err
		}
		find, err := sourceOf(c, req)
		if err != nil {
			return nil, err
		}
		q := query{req: req, r: lifecycle.NewReader(c.Tx), zones: map[string]*time.Location{}}
		page, next, err := q.page(c, find, cursor, pageSize(req.GetPageSize()))
		if err != nil {
			return nil, err
		}
		return &nuov1.ListContractsResponse{Contracts: page, NextPageToken: rpc.EncodePage(req, next)}, nil
	})
}

// The shapes of the names that a list may be asked for.
var shapes = []struct {
	field   string
	pattern *regexp.Regexp
	of      func(*nuov1.ListContractsRequest) string
}{
	{"volunteer", regexp.MustCompile(`^volunteers/[a-z0-9-]{1,63}$`), (*nuov1.ListContractsRequest).GetVolunteer},
	{"shift", regexp.MustCompile(`^shifts/[a-z0-9-]{1,63}$`), (*nuov1.ListContractsRequest).GetShift},
	{"community", regexp.MustCompile(`^communities/[a-z0-9-]{1,63}$`), (*nuov1.ListContractsRequest).GetCommunity},
	{
		"unit", regexp.MustCompile(`^units/[a-z0-9-]{1,63}(/branches/[a-z0-9-]{1,63})?$`),
		(*nuov1.ListContractsRequest).GetUnit,
	},
}

// checkList is INVALID_FIELD for a name of another kind, for a date that does not exist, and where nothing is asked for.
func checkList(req *nuov1.ListContractsRequest) error {
	asked := false
	for _, s := range shapes {
		name := s.of(req)
		if name != "" && !s.pattern.MatchString(name) {
			return fault.Field(s.field, "is not the name of a "+s.field, "不是有效的名称")
		}
		asked = asked || name != ""
	}
	if !asked {
		return fault.Field("volunteer", "name at least one of volunteer, shift, community, unit",
			"请至少指定志愿者、班次、社区、单位中的一项")
	}
	return checkDates(req)
}

func checkDates(req interface {
	GetFromDate() string
	GetToDate() string
},
) error {
	for _, d := range []struct{ field, date string }{{"from_date", req.GetFromDate()}, {"to_date", req.GetToDate()}} {
		if d.date != "" && !place.ValidDate(d.date) {
			return fault.Field(d.field, "is no date that exists, YYYY-MM-DD", "不是有效日期，格式为 YYYY-MM-DD")
		}
	}
	if req.GetFromDate() != "" && req.GetToDate() != "" && req.GetToDate() <= req.GetFromDate() {
		return fault.Field("to_date", "must lie after from_date", "必须晚于起始日期")
	}
	return nil
}

// askAboutParents asks the policy about what the list lies within. The list is the part that all of them have in common,
// so one that allows it is enough; when none does, the answer is about the first.
func askAboutParents(c *call.Call, req *nuov1.ListContractsRequest) error {
	var first error
	for _, ask := range []struct {
		name string
		of   func(*call.Call, string) error
	}{
		{req.GetShift(), askShiftParent},
		{req.GetVolunteer(), askVolunteerParent},
		{req.GetCommunity(), askOrganisationParent},
		{req.GetUnit(), askOrganisationParent},
	} {
		if ask.name == "" {
			continue
		}
		err := ask.of(c, ask.name)
		if err == nil {
			return nil
		}
		refused := fault.Is(err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED) ||
			fault.Is(err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
		if !refused {
			return err
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// askShiftParent lets the crew of a shift list it: they see their own contract and the leader's.
func askShiftParent(c *call.Call, name string) error {
	s, err := store.Shifts.Get(c.Tx, name)
	if err != nil {
		return err
	}
	crew, err := stands(c, name)
	if err != nil {
		return err
	}
	person := ""
	if crew {
		person = c.Caller.Person
	}
	return askAboutShift(c, s, gate, person)
}

func askVolunteerParent(c *call.Call, name string) error {
	v, err := store.Volunteers.Get(c.Tx, name)
	if err != nil {
		return err
	}
	within := []string{v.GetName()}
	for _, n := range []string{v.GetUnit(), v.GetBranch(), v.GetDistrict()} {
		if n != "" {
			within = append(within, n)
		}
	}
	return c.AllowOrHide(policy.Facts{Within: within}, name)
}

func askOrganisationParent(c *call.Call, name string) error {
	within, err := place.Ancestors(c.Tx, name)
	if err != nil {
		return err
	}
	return c.Allow(policy.Facts{Within: within})
}

// query is what a list asks of each contract.
type query struct {
	req   *nuov1.ListContractsRequest
	r     *lifecycle.Reader
	zones map[string]*time.Location // by district, read once
}

// page takes candidates from a source behind a cursor until a page is full.
func (q *query) page(c *call.Call, find source, cursor string, size int) (page []*nuov1.Contract, next string, err error) {
	for looked := 0; ; {
		candidates, err := find(c.Tx, cursor, batch)
		if err != nil {
			return nil, "", err
		}
		for _, candidate := range candidates {
			if looked == maxLook {
				return page, cursor, nil
			}
			looked++
			k, err := q.take(c, candidate.contract)
			if err != nil {
				return nil, "", err
			}
			if k != nil && len(page) == size {
				return page, cursor, nil
			}
			if k != nil {
				page = append(page, k)
			}
			cursor = candidate.cursor
		}
		if len(candidates) < batch {
			return page, "", nil
		}
	}
}

// take answers the contract as the caller may see it, nil when it is not of the list.
func (q *query) take(c *call.Call, name string) (*nuov1.Contract, error) {
	if name == "" {
		return nil, nil
	}
	k, err := store.Contracts.Get(c.Tx, name)
	if err != nil || !q.within(k) {
		return nil, err
	}
	if err := q.r.Present(k); err != nil {
		return nil, err
	}
	if states := q.req.GetStates(); len(states) > 0 && !slices.Contains(states, k.GetState()) {
		return nil, nil
	}
	if ok, err := q.dated(c, k); err != nil || !ok {
		return nil, err
	}
	if q.req.GetNeedsAttention() {
		if ok, err := q.r.NeedsAttention(k); err != nil || !ok {
			return nil, err
		}
	}
	facts, err := q.r.ContractFacts(k)
	if err != nil {
		return nil, err
	}
	reading, err := withCrew(c, k, facts)
	if err != nil || !c.May(getContract, reading) {
		return nil, err
	}
	return k, show(c, q.r, k, facts)
}

func (q *query) within(k *nuov1.Contract) bool {
	for _, f := range []struct {
		asked string
		is    []string
	}{
		{q.req.GetVolunteer(), []string{k.GetVolunteer()}},
		{q.req.GetShift(), []string{k.GetShift()}},
		{q.req.GetCommunity(), []string{k.GetCommunity()}},
		{q.req.GetUnit(), []string{k.GetUnit(), k.GetBranch()}},
	} {
		if f.asked != "" && !slices.Contains(f.is, f.asked) {
			return false
		}
	}
	return true
}

// dated tells whether the contract starts within the dates asked for, in its district's zone.
func (q *query) dated(c *call.Call, k *nuov1.Contract) (bool, error) {
	if q.req.GetFromDate() == "" && q.req.GetToDate() == "" {
		return true, nil
	}
	zone, ok := q.zones[k.GetDistrict()]
	if !ok {
		p, err := place.PolicyOf(c.Tx, k.GetDistrict())
		if err != nil {
			return false, err
		}
		zone = p.Zone
		q.zones[k.GetDistrict()] = zone
	}
	date := place.LocalDate(k.GetStartTime().AsTime(), zone)
	return date >= q.req.GetFromDate() && (q.req.GetToDate() == "" || date < q.req.GetToDate()), nil
}
