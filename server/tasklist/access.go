package tasklist

import (
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// Who may edit a list is who may see it as a draft.
const (
	readList = nuov1.TaskListService_GetTaskList_FullMethodName
	editList = nuov1.TaskListService_UpdateTaskList_FullMethodName
)

// readOrganisation decides whether a refusal may admit that an organisation is there.
const readOrganisation = nuov1.OrganisationService_GetOrganisation_FullMethodName

// makers are the facts about what only the makers of a list may do: its community, and the street where that drafted
// it. Co-hosts are left out: they see and check in, the community owns.
func makers(l *nuov1.TaskList) policy.Facts {
	return policy.Facts{Within: []string{l.GetCommunity(), l.GetMaker()}}
}

// public are the facts about what members of the district see.
func public(l *nuov1.TaskList) policy.Facts {
	return policy.Facts{Within: []string{l.GetCommunity(), l.GetStreet(), l.GetDistrict()}}
}

// sees tells whether the caller may know of the list.
func sees(c *call.Call, l *nuov1.TaskList) bool {
	if l.GetPublishTime() == nil {
		return c.May(editList, makers(l))
	}
	return c.May(readList, public(l))
}

// allowRead asks whether the caller may read what belongs to the list; name is what was asked for. A no is NOT_FOUND.
func allowRead(c *call.Call, l *nuov1.TaskList, name string) error {
	if !sees(c, l) {
		return hidden(name)
	}
	return c.AllowOrHide(public(l), name)
}

// allowEdit asks whether the caller may change what belongs to the list; name is what was asked for. A no is
// PERMISSION_DENIED to who may see it, otherwise NOT_FOUND.
func allowEdit(c *call.Call, l *nuov1.TaskList, name string) error {
	return allowAs(c, l, makers(l), name)
}

// allowAs is allowEdit with facts of one's own about what belongs to the list.
func allowAs(c *call.Call, l *nuov1.TaskList, f policy.Facts, name string) error {
	if c.Allow(f) == nil {
		return nil
	}
	if sees(c, l) {
		return rpc.Denied(c.Method)
	}
	return hidden(name)
}

func hidden(name string) error { return fault.New(notFound, "name", name) }

// actor is the caller as package lifecycle asks for it.
func actor(c *call.Call) lifecycle.Actor {
	a := lifecycle.Actor{Name: c.Actor(), Role: c.Role}
	if c.Caller != nil {
		a.Person = c.Caller.Person
	}
	return a
}

// home is the district of the caller's first grant: where is looked when nothing narrows.
func home(c *call.Call) string {
	if c.Caller == nil {
		return ""
	}
	i := slices.IndexFunc(c.Caller.Grants, func(g policy.Grant) bool { return g.District != "" })
	if i < 0 {
		return ""
	}
	return c.Caller.Grants[i].District
}

// listOf reads the list that something named name belongs to.
func listOf(c *call.Call, list string) (*nuov1.TaskList, error) {
	return store.TaskLists.Get(c.Tx, list)
}

// refuseStale is ETAG_MISMATCH when the record has changed since it was read, or no etag was sent.
func refuseStale(stored interface {
	GetName() string
}, present, sent string,
) error {
	if sent != present {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_ETAG_MISMATCH, "name", stored.GetName())
	}
	return nil
}
