package server_test

import (
	"fmt"
	"maps"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

const (
	leisure = nuov1.Ledger_LEDGER_VOLUNTEERING
	family  = nuov1.ReasonCode_REASON_CODE_FAMILY
)

// gate is one published list with one task and one shift, of 明珠社区.
type gate struct {
	*cast
	list, task, shift string
	start, end        time.Time
}

// wish says how a gate differs from an ordinary one: 4 slots, in an hour, for half an hour, accepting by itself.
type wish struct {
	in, length    time.Duration
	capacity      int32
	byHand, draft bool
	doors         int
	hazard        bool
	requirements  *nuov1.Requirements
}

// gate makes a list with its task and shift.
func (c *cast) gate(w wish) *gate {
	c.Helper()
	if w.in == 0 {
		w.in = time.Hour
	}
	if w.length == 0 {
		w.length = 30 * time.Minute
	}
	if w.capacity == 0 {
		w.capacity = 4
	}
	n := c.next()
	g := &gate{cast: c, start: c.clock.Now().Add(w.in)}
	g.end = g.start.Add(w.length)
	g.list, g.task, g.shift = fmt.Sprintf("taskLists/l%d", n), fmt.Sprintf("tasks/t%d", n), fmt.Sprintf("shifts/s%d", n)
	c.must("mingzhu", &nuov1.CreateTaskListRequest{TaskList: &nuov1.TaskList{
		Name: g.list, Community: mingzhu, Date: localDate(g.start), Title: "服务清单", ActivityLead: "测试社工",
		AcceptByHand: w.byHand,
	}})
	task := &nuov1.Task{
		Name: g.task, TaskList: g.list, Kind: nuov1.TaskKind_TASK_KIND_GATE_CHECK, Title: "卡口测温", Compound: yiqu,
	}
	if w.hazard {
		task.HazardClass = nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS
		task.InsuranceReference, task.SafetyTerms = "保-1", "戴好口罩和手套。"
	}
	c.must("mingzhu", &nuov1.CreateTaskRequest{Task: task})
	for range w.doors {
		c.must("mingzhu", &nuov1.AddDoorRequest{Task: g.task, Contact: aContact(c.next())})
	}
	c.must("mingzhu", &nuov1.CreateShiftRequest{Shift: &nuov1.Shift{
		Name: g.shift, Task: g.task, Place: "东门", StartTime: timestamppb.New(g.start), EndTime: timestamppb.New(g.end),
		Capacity: w.capacity, Requirements: w.requirements,
	}})
	if !w.draft {
		c.must("mingzhu", &nuov1.PublishTaskListRequest{Name: g.list})
	}
	return g
}

// localDate is a date in the zone of the district.
func localDate(t time.Time) string {
	return t.In(time.FixedZone("+08:00", 8*60*60)).Format(time.DateOnly)
}

// at moves the clock to a moment, never back.
func (c *cast) at(t time.Time) {
	if t.After(c.clock.Now()) {
		c.clock.Set(t)
	}
}

// claim is a claim of the terms as they are at first.
func (g *gate) claim(who string) *nuov1.ClaimShiftRequest {
	return &nuov1.ClaimShiftRequest{Shift: g.shift, Volunteer: g.people[who], Revision: 1, Ledger: leisure}
}

// promise is a contract and whose it is.
type promise struct {
	*gate
	who, name string
}

// claimed is a new member's contract on the gate: DISPLAYED, or SIGNED where it accepts by hand.
func (g *gate) claimed() promise {
	g.Helper()
	who := g.member()
	return promise{g, who, must[*nuov1.Contract](g.cast, who, g.claim(who)).GetName()}
}

// offered is a contract that waits for its signature.
func (g *gate) offered() promise {
	g.Helper()
	who := g.member()
	k := must[*nuov1.Contract](g.cast, "mingzhu", &nuov1.OfferContractRequest{Shift: g.shift, Volunteer: g.people[who]})
	return promise{g, who, k.GetName()}
}

// present is a contract IN_FULFILMENT since the start.
func (g *gate) present() promise {
	g.Helper()
	p := g.claimed()
	g.at(g.start)
	g.must("mingzhu", &nuov1.CheckInRequest{Name: p.name})
	return p
}

// out is a contract that was checked out at the end.
func (g *gate) out() promise {
	g.Helper()
	p := g.present()
	g.at(g.end)
	g.must("mingzhu", &nuov1.CheckOutRequest{Name: p.name})
	return p
}

// fulfilled is a contract whose hours are confirmed.
func (g *gate) fulfilled() promise {
	g.Helper()
	p := g.out()
	g.must("mingzhu", &nuov1.ConfirmShiftRequest{Shift: g.shift, PeopleReached: 7})
	return p
}

// absent is a contract whose volunteer did not come.
func (g *gate) absent() promise {
	g.Helper()
	p := g.claimed()
	g.at(g.start)
	g.must("mingzhu", &nuov1.MarkAbsentRequest{Name: p.name, Note: noteCanary})
	return p
}

// onLeave is a contract whose volunteer asked leave behind the deadline.
func (c *cast) onLeave() promise {
	c.Helper()
	p := c.pastDeadline()
	c.must(p.who, &nuov1.AskLeaveRequest{Name: p.name, Reason: family, Note: noteCanary})
	return p
}

// pastDeadline is a contract too late to be withdrawn from and before its start.
func (c *cast) pastDeadline() promise {
	c.Helper()
	p := c.gate(wish{in: 20 * time.Minute}).claimed()
	c.at(p.start.Add(-4 * time.Minute))
	return p
}

// code is what stands at the gate now.
func (g *gate) code() string {
	g.Helper()
	return must[*nuov1.SiteCode](g.cast, "mingzhu", &nuov1.GetSiteCodeRequest{Name: g.shift}).GetCode()
}

func (c *cast) soon() *gate { return c.gate(wish{in: 5 * time.Minute, length: 10 * time.Minute}) }

// party is a new served party of the compound.
func (c *cast) party() *nuov1.ServedParty {
	c.Helper()
	return must[*nuov1.ServedParty](c, "mingzhu", &nuov1.CreateServedPartyRequest{ServedParty: &nuov1.ServedParty{
		Kind:      nuov1.ServedPartyKind_SERVED_PARTY_KIND_HOUSEHOLD,
		Community: mingzhu, Compound: yiqu, Contact: aContact(c.next()),
	}})
}

// doorOf is a door of the gate's task.
func (g *gate) doorOf() *nuov1.Door {
	g.Helper()
	return must[*nuov1.ShowDoorsResponse](g.cast, "mingzhu", &nuov1.ShowDoorsRequest{Task: g.task}).GetDoors()[0]
}

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

// play is one RPC as it is called in its place: by whom, with what. Everything that it needs was brought about by RPCs.
type play struct {
	who string
	req proto.Message
}

// plays say of each RPC how it comes to be called, by full method. An RPC that is not here, or one here that is no RPC,
// fails TestOKEveryRPCHasAPlay, and with that everything that goes over all RPCs covers it.
var plays = sync.OnceValue(func() map[string]func(*cast) play {
	all := map[string]func(*cast) play{}
	for _, some := range []map[string]func(*cast) play{directoryPlays, listPlays, contractPlays, matchPlays} {
		maps.Copy(all, some)
	}
	return all
})
