package contract

import (
	"bytes"
	"context"
	"slices"
	"strconv"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// GetContract gets one contract with its terms, as the caller may see it.
func (r *Room) GetContract(ctx context.Context, req *nuov1.GetContractRequest) (*nuov1.Contract, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.Contract, error) {
		k, err := lifecycle.GetContract(c.Tx, req.GetName())
		if err != nil {
			return nil, err
		}
		r := lifecycle.NewReader(c.Tx)
		facts, err := r.ContractFacts(k)
		if err != nil {
			return nil, err
		}
		reading, err := withCrew(c, k, facts)
		if err != nil {
			return nil, err
		}
		if err := c.AllowOrHide(reading, req.GetName()); err != nil {
			return nil, err
		}
		return k, show(c, r, k, facts)
	})
}

// withCrew are a contract's facts for reading: of the leader's contract, the crew's people too.
func withCrew(c *call.Call, k *nuov1.Contract, facts policy.Facts) (policy.Facts, error) {
	crew, err := crewOf(c, k, facts)
	if crew {
		facts.Within = append(slices.Clone(facts.Within), c.Caller.Person)
	}
	return facts, err
}

// ListContractEvents is the history of a contract, one page of it. The whole chain is verified for every page, up to
// the head that the contract keeps: a history that was tampered with is DAMAGED, never served in part. Free words beside
// an event (notes) are kept apart and shown by nothing here; the event holds a commitment to them alone.
func (r *Room) ListContractEvents(
	ctx context.Context, req *nuov1.ListContractEventsRequest,
) (*nuov1.ListContractEventsResponse, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.ListContractEventsResponse, error) {
		k, err := store.Contracts.Get(c.Tx, req.GetContract())
		if err != nil {
			return nil, err
		}
		facts, err := lifecycle.NewReader(c.Tx).ContractFacts(k)
		if err != nil {
			return nil, err
		}
		if err := askAbout(c, k, facts, gate); err != nil {
			return nil, err
		}
		after, err := sequenceAfter(req)
		if err != nil {
			return nil, err
		}
		s, err := look(c, k, facts)
		if err != nil {
			return nil, err
		}
		v, err := memberOf(c, k, s)
		if err != nil {
			return nil, err
		}
		events, more, err := history(c, k, after, pageSize(req.GetPageSize()))
		if err != nil {
			return nil, err
		}
		hours := s.hours(k, v)
		res := &nuov1.ListContractEventsResponse{}
		for _, e := range events {
			res.Events = append(res.Events, s.veil(e, hours))
		}
		if more {
			last := strconv.FormatInt(res.Events[len(res.Events)-1].GetSequence(), 10)
			res.NextPageToken = rpc.EncodePage(req, last)
		}
		return res, nil
	})
}

// sequenceAfter is the last sequence of the page before, 0 for the first page.
func sequenceAfter(req *nuov1.ListContractEventsRequest) (int64, error) {
	cursor, err := rpc.DecodePage(req)
	if err != nil || cursor == "" {
		return 0, err
	}
	after, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || after < 1 {
		return 0, fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN)
	}
	return after, nil
}

// history reads a contract's chain whole, verifies it, and answers at most size events behind a sequence.
func history(c *call.Call, k *nuov1.Contract, after int64, size int) (page []*nuov1.ContractEvent, more bool, err error) {
	var last store.Link[*nuov1.ContractEvent]
	for link, err := range store.ContractEvents.Scan(c.Tx, k.GetName()) {
		if err != nil {
			return nil, false, err
		}
		last = link
		switch e := link.Event; {
		case e.GetSequence() <= after:
		case len(page) == size:
			more = true
		default:
			page = append(page, e)
		}
	}
	if !bytes.Equal(last.Hash, k.GetEventHead()) {
		return nil, false, fault.New(nuov1.ErrorReason_ERROR_REASON_DAMAGED, "table", "contract event", "key", k.GetName())
	}
	return page, more, nil
}

// pageSize is what was asked, or the default.
func pageSize(asked int32) int {
	if asked < 1 {
		return store.DefaultPageSize
	}
	return int(asked)
}
