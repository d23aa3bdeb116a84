package contract_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// many adds shifts of mingzhu, an hour apart from 10 February on, with one slot each.
func (h *house) many(n int) (names []string) {
	h.t.Helper()
	h.update(func(tx *store.Tx) error {
		l, err := store.TaskLists.Get(tx, list)
		if err != nil {
			return err
		}
		names = names[:0]
		for i := range n {
			start := time.Date(2020, 2, 10+i, 1, 0, 0, 0, time.UTC)
			s := &nuov1.Shift{
				Name: "shifts/m" + string(rune('a'+n-i)), TaskList: list, Capacity: 3, StartTime: timestamppb.New(start),
				Date: start.Format(time.DateOnly),
			}
			names = append(names, s.GetName())
			if err := openShift(tx, s, l); err != nil {
				return err
			}
		}
		return nil
	})
	return names
}

func names(contracts []*nuov1.Contract) (all []string) {
	for _, k := range contracts {
		all = append(all, k.GetName())
	}
	return all
}

// whole lists all pages.
func (h *house) whole(who *policy.Caller, req *nuov1.ListContractsRequest) (all []*nuov1.Contract) {
	h.t.Helper()
	req, _ = proto.Clone(req).(*nuov1.ListContractsRequest)
	for range 100 {
		page, err := h.list(who, req)
		if err != nil {
			h.t.Fatal(err)
		}
		if req.GetPageSize() > 0 && len(page.GetContracts()) > int(req.GetPageSize()) {
			h.t.Fatalf("a page of %d", len(page.GetContracts()))
		}
		all = append(all, page.GetContracts()...)
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return all
		}
	}
	h.t.Fatal("pages without end")
	return nil
}

func TestOKListsInPagesByStart(t *testing.T) {
	h := open(t)
	var mine, all []string
	for i, shift := range h.many(7) {
		all = append(all, h.holds(ouyang, shift).GetName())
		mine = append(mine, all[len(all)-1])
		if i%2 == 0 {
			all = append(all, h.holds(wang, shift).GetName())
		}
	}
	sorted := slices.Sorted(slices.Values(all))
	for _, size := range []int32{0, 1, 2, 3, 100} {
		req := &nuov1.ListContractsRequest{Volunteer: ouyang, PageSize: size}
		if got := names(h.whole(caller(ouyang), req)); !slices.Equal(got, mine) {
			t.Errorf("by volunteer, size %d: %v", size, got)
		}
		for _, by := range []*nuov1.ListContractsRequest{{Unit: court, PageSize: size}, {Community: mingzhu, PageSize: size}} {
			who := courtOffice
			if by.GetCommunity() != "" {
				who = mingzhuOffice
			}
			got := h.whole(who, by)
			if !slices.IsSortedFunc(got, func(a, b *nuov1.Contract) int {
				return a.GetStartTime().AsTime().Compare(b.GetStartTime().AsTime())
			}) {
				t.Errorf("%v is not in the order of starts", by)
			}
			if !slices.Equal(slices.Sorted(slices.Values(names(got))), sorted) {
				t.Errorf("%v: %d contracts, want %d", by, len(got), len(sorted))
			}
		}
		if got := names(h.whole(branchOffice, &nuov1.ListContractsRequest{Unit: branch, PageSize: size})); !slices.Equal(got, mine) {
			t.Errorf("by branch, size %d: %v", size, got)
		}
		if got := h.whole(mingzhuOffice, &nuov1.ListContractsRequest{Shift: "shifts/mh", PageSize: size}); len(got) != 2 {
			t.Errorf("by shift, size %d: %d", size, len(got))
		}
	}
}

func TestOKListFilters(t *testing.T) {
	h := open(t)
	shifts := h.many(4)
	a, b := h.holds(ouyang, shifts[0]), h.holds(ouyang, shifts[1])
	h.holds(li, shifts[1])
	count := func(who *policy.Caller, req *nuov1.ListContractsRequest, want ...string) {
		t.Helper()
		if got := names(h.whole(who, req)); !slices.Equal(got, want) {
			t.Errorf("%v: %v, want %v", req, got, want)
		}
	}
	count(caller(ouyang), &nuov1.ListContractsRequest{Volunteer: ouyang, FromDate: "2020-02-11"}, b.GetName())
	count(caller(ouyang), &nuov1.ListContractsRequest{Volunteer: ouyang, ToDate: "2020-02-11"}, a.GetName())
	count(mingzhuOffice, &nuov1.ListContractsRequest{Community: mingzhu, FromDate: "2020-02-10", ToDate: "2020-02-11"}, a.GetName())
	count(mingzhuOffice, &nuov1.ListContractsRequest{Community: mingzhu, Volunteer: ouyang, FromDate: "2020-02-11"}, b.GetName())
	count(mingzhuOffice, &nuov1.ListContractsRequest{Community: mingzhu, States: []nuov1.ContractState{nuov1.ContractState_CONTRACT_STATE_SIGNED}})
	count(courtOffice, &nuov1.ListContractsRequest{Community: mingzhu, Unit: court}, a.GetName(), b.GetName())
	count(courtOffice, &nuov1.ListContractsRequest{Unit: court, Community: juyuan})
	count(mingzhuOffice, &nuov1.ListContractsRequest{Community: mingzhu, NeedsAttention: true})
	cohost := office(nuov1.Role_ROLE_COMMUNITY, xingzhou)
	shared := h.holds(wang, gate)
	count(cohost, &nuov1.ListContractsRequest{Community: xingzhou})
	count(cohost, &nuov1.ListContractsRequest{Shift: gate}, shared.GetName())
	h.clock.at = time.Date(2020, 2, 10, 2, 0, 0, 0, time.UTC) // nobody was checked in
	count(mingzhuOffice, &nuov1.ListContractsRequest{Community: mingzhu, NeedsAttention: true, FromDate: "2020-02-10"}, a.GetName())
}

// A list is asked for within what is one's own; nothing else is in it.
func TestErrListOfOthers(t *testing.T) {
	h := open(t)
	h.holds(ouyang, gate)
	h.holds(li, gate)
	for _, test := range []struct {
		what string
		who  *policy.Caller
		req  *nuov1.ListContractsRequest
		want int
	}{
		{"another volunteer's", caller(li), &nuov1.ListContractsRequest{Volunteer: ouyang}, hidden},
		{"another unit's person", courtOffice, &nuov1.ListContractsRequest{Volunteer: li}, hidden},
		{"a community by person alone", mingzhuOffice, &nuov1.ListContractsRequest{Volunteer: ouyang}, hidden},
		{"a shift that one does not stand", caller(chen), &nuov1.ListContractsRequest{Shift: gate}, denied},
		{"another community's shift", office(nuov1.Role_ROLE_COMMUNITY, juyuan), &nuov1.ListContractsRequest{Shift: gate}, denied},
		{"another community", office(nuov1.Role_ROLE_COMMUNITY, juyuan), &nuov1.ListContractsRequest{Community: mingzhu}, denied},
		{"a unit as a volunteer", caller(ouyang), &nuov1.ListContractsRequest{Unit: court}, denied},
		{"another unit", office(nuov1.Role_ROLE_UNIT, bureau), &nuov1.ListContractsRequest{Unit: court}, denied},
		{"the unit of one's branch", branchOffice, &nuov1.ListContractsRequest{Unit: court}, denied},
		{"a unit in a community that is not one's own", courtOffice, &nuov1.ListContractsRequest{Community: mingzhu}, denied},
		{"an absent shift", mingzhuOffice, &nuov1.ListContractsRequest{Shift: "shifts/none"}, hidden},
		{"an absent volunteer", auditor, &nuov1.ListContractsRequest{Volunteer: "volunteers/none"}, hidden},
	} {
		if page, err := h.list(test.who, test.req); answered(err) != test.want {
			t.Errorf("%s: %v %v", test.what, page, err)
		}
	}
	page, err := h.list(courtOffice, &nuov1.ListContractsRequest{Unit: court, Community: mingzhu})
	if err != nil || len(page.GetContracts()) != 1 || page.GetContracts()[0].GetVolunteer() != ouyang {
		t.Errorf("a unit sees its own alone: %v %v", page, err)
	}
	h.change(ouyang, func(v *nuov1.Volunteer) { v.Unit, v.Branch = bureau, "" })
	page, err = h.list(office(nuov1.Role_ROLE_UNIT, bureau), &nuov1.ListContractsRequest{Volunteer: ouyang})
	if err != nil || len(page.GetContracts()) != 0 {
		t.Errorf("a new unit sees nothing of the old one's time: %v %v", page, err)
	}
}

func TestErrListInvalid(t *testing.T) {
	h := open(t)
	for field, req := range map[string]*nuov1.ListContractsRequest{
		"volunteer": {},
		"community": {Community: street},
		"unit":      {Unit: mingzhu},
		"shift":     {Shift: "x"},
		"from_date": {Community: mingzhu, FromDate: "2020-02-30"},
		"to_date":   {Community: mingzhu, FromDate: "2020-02-10", ToDate: "2020-02-10"},
	} {
		_, err := h.list(mingzhuOffice, req)
		if e, _ := fault.As(err); e == nil || e.Reason != nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD || e.Fields[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, shift := range h.many(3) {
		h.holds(ouyang, shift)
	}
	page, err := h.list(mingzhuOffice, &nuov1.ListContractsRequest{Community: mingzhu, PageSize: 1})
	if err != nil || page.GetNextPageToken() == "" {
		t.Fatal(page, err)
	}
	for _, req := range []*nuov1.ListContractsRequest{
		{Community: mingzhu, PageToken: "x"},
		{Community: mingzhu, FromDate: "2020-02-01", PageToken: page.GetNextPageToken()},
	} {
		_, err := h.list(mingzhuOffice, req)
		wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN, req)
	}
	_, err = h.list(office(nuov1.Role_ROLE_COMMUNITY, juyuan),
		&nuov1.ListContractsRequest{Community: mingzhu, PageSize: 1, PageToken: page.GetNextPageToken()})
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, "a token is no permission")
}

func TestOKHistory(t *testing.T) {
	h := open(t)
	k := h.stood(ouyang)
	all, err := h.events(caller(ouyang), k.GetName())
	if err != nil || len(all) < 3 {
		t.Fatalf("%d events, %v", len(all), err)
	}
	req := &nuov1.ListContractEventsRequest{Contract: k.GetName(), PageSize: 2}
	var paged []*nuov1.ContractEvent
	for range all {
		page, err := as(h, caller(ouyang), h.ListContractEvents, nuov1.ContractService_ListContractEvents_FullMethodName, req)
		if err != nil || len(page.GetEvents()) > 2 {
			t.Fatal(page, err)
		}
		paged = append(paged, page.GetEvents()...)
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	if len(paged) != len(all) {
		t.Fatalf("%d events in pages, want %d", len(paged), len(all))
	}
	for i, e := range paged {
		if e.GetSequence() != int64(i+1) || !proto.Equal(e, all[i]) {
			t.Errorf("event %d is %v", i+1, e)
		}
	}
}

// A history whose end was cut off or added to is not shown.
func TestErrDamagedHistory(t *testing.T) {
	h := open(t)
	k := h.holds(ouyang, gate)
	h.update(func(tx *store.Tx) error {
		stored, err := store.Contracts.Get(tx, k.GetName())
		if err != nil {
			return err
		}
		n := uint64(stored.GetEventCount()) + 1
		_, err = store.ContractEvents.Append(tx, k.GetName(), n, stored.GetEventHead(), &nuov1.ContractEvent{Sequence: int64(n)})
		return err
	})
	_, err := h.events(caller(ouyang), k.GetName())
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_DAMAGED, "an event that the contract does not know")
}

// Shifts that nobody holds are gone over, however many lie between two contracts.
func TestOKListOverEmptyShifts(t *testing.T) {
	h := open(t)
	for i := range 150 {
		start := time.Date(2020, 2, 10, 0, i, 0, 0, time.UTC)
		h.update(func(tx *store.Tx) error {
			l, err := store.TaskLists.Get(tx, list)
			if err != nil {
				return err
			}
			return openShift(tx, &nuov1.Shift{
				Name: fmt.Sprintf("shifts/e%03d", i), TaskList: list, Capacity: 1, StartTime: timestamppb.New(start), Date: "2020-02-10",
			}, l)
		})
	}
	first, last := h.holds(ouyang, gate), h.holds(wang, "shifts/e149")
	got := names(h.whole(mingzhuOffice, &nuov1.ListContractsRequest{Community: mingzhu, PageSize: 1}))
	if !slices.Equal(got, []string{first.GetName(), last.GetName()}) {
		t.Errorf("%v", got)
	}
}
