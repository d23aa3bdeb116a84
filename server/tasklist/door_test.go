package tasklist_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// The canaries: what must never be in a list, a count or an error.
const (
	canaryName  = "金丝雀"
	canaryPhone = "13900000001"
	canaryDoor  = "3幢2单元501"
)

func household() *nuov1.ServedPartyContact {
	return &nuov1.ServedPartyContact{DisplayName: canaryName, Phone: canaryPhone, Door: canaryDoor}
}

func (h *house) addDoor(who string, req *nuov1.AddDoorRequest) (*nuov1.Door, error) {
	req.RequestId, req.Task = id(), "tasks/gate"
	return h.doors.AddDoor(h.as(who), req)
}

// doored is a published list whose task has a door at dong 3 and one at xi.
func (h *house) doored() (dongDoor, xiDoor *nuov1.Door) {
	h.t.Helper()
	h.published()
	dongDoor = must[*nuov1.Door](h.t)(h.addDoor("committee", &nuov1.AddDoorRequest{Contact: household(), Compound: dong3}))
	xiDoor = must[*nuov1.Door](h.t)(h.addDoor("committee", &nuov1.AddDoorRequest{Contact: household(), Compound: xi}))
	return dongDoor, xiDoor
}

func (h *house) showDoors(who, contract string) (*nuov1.ShowDoorsResponse, error) {
	return h.doors.ShowDoors(h.as(who), &nuov1.ShowDoorsRequest{RequestId: id(), Task: "tasks/gate", Contract: contract})
}

func (h *house) tick(who, door, contract string, outcome nuov1.DoorOutcome) (*nuov1.Door, error) {
	return h.doors.RecordDoor(h.as(who), &nuov1.RecordDoorRequest{RequestId: id(), Name: door, Contract: contract, Outcome: outcome})
}

// views counts the view events of a viewer.
func (h *house) views(viewer string) (n int) {
	h.t.Helper()
	h.view(func(tx *store.Tx) error {
		n = 0
		for _, err := range store.ViewEvents.Scan(tx, viewer) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n
}

// accepted is a volunteer's contract on shifts/pm that the committee has accepted.
func (h *house) accepted(volunteer string) *nuov1.Contract {
	h.t.Helper()
	c := h.claim(volunteer, "shifts/pm")
	if c.GetState() == nuov1.ContractState_CONTRACT_STATE_SIGNED {
		c = h.accept(c.GetName())
	}
	return c
}

func TestOKAddDoorMarksTaskAndShifts(t *testing.T) {
	h := open(t)
	d, _ := h.doored()
	if d.GetContact() != nil || d.GetCompound() != dong3 || d.GetFoundOnSite() || d.GetServedParty() == "" {
		t.Errorf("%v", d)
	}
	if !h.getTask("tasks/gate").GetHasDoors() || !h.getShift("shifts/pm").GetHasDoors() {
		t.Error("task or shift does not say that it has doors")
	}
	if s := must[*nuov1.Shift](t)(h.shift("committee", "", "tasks/gate")); !s.GetHasDoors() {
		t.Error("a later shift does not say that it has doors")
	}
	_, err := h.addDoor("committee", &nuov1.AddDoorRequest{ServedParty: d.GetServedParty()})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_ALREADY_EXISTS)
}

func TestErrAddDoor(t *testing.T) {
	h := open(t)
	d, _ := h.doored()
	for field, req := range map[string]*nuov1.AddDoorRequest{
		"contact":  {},
		"compound": {Contact: household(), Compound: abroad + "/compounds/x"},
	} {
		_, err := h.addDoor("committee", req)
		invalid(t, err, field)
	}
	_, err := h.addDoor("committee", &nuov1.AddDoorRequest{Contact: household(), ServedParty: d.GetServedParty()})
	invalid(t, err, "contact")
	_, err = h.addDoor("committee", &nuov1.AddDoorRequest{Contact: &nuov1.ServedPartyContact{Phone: canaryPhone}})
	invalid(t, err, "contact")
	_, err = h.addDoor("committee", &nuov1.AddDoorRequest{ServedParty: "servedParties/none"})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	for _, who := range []string{"neighbours", "one"} {
		_, err = h.addDoor(who, &nuov1.AddDoorRequest{Contact: household()})
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	}
	_, err = h.addDoor("stranger", &nuov1.AddDoorRequest{Contact: household()})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
}

// Compound roles reach what lies in their compound or building, and nothing else of the task.
func TestOKCompoundRolesReachTheirOwn(t *testing.T) {
	h := open(t)
	dongDoor, xiDoor := h.doored()
	for _, who := range []string{"dong", "dong3"} {
		shown := must[*nuov1.ShowDoorsResponse](t)(h.showDoors(who, ""))
		if len(shown.GetDoors()) != 1 || shown.GetDoors()[0].GetName() != dongDoor.GetName() {
			t.Errorf("%s sees %v", who, names(shown.GetDoors()))
		}
		_, err := h.tick(who, xiDoor.GetName(), "", nuov1.DoorOutcome_DOOR_OUTCOME_DONE)
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
		must[*nuov1.Door](t)(h.tick(who, dongDoor.GetName(), "", nuov1.DoorOutcome_DOOR_OUTCOME_DONE))
		_, err = h.addDoor(who, &nuov1.AddDoorRequest{Contact: household(), Compound: xi})
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
		must[*nuov1.Door](t)(h.addDoor(who, &nuov1.AddDoorRequest{Contact: household(), Compound: dong3}))
		h.clock.set(h.clock.Now().Add(time.Second))
		if who == "dong" {
			if n := len(must[*nuov1.ShowDoorsResponse](t)(h.showDoors(who, "")).GetDoors()); n != 2 {
				t.Errorf("%d doors", n)
			}
			dongDoor2 := must[*nuov1.Door](t)(h.tick("committee", xiDoor.GetName(), "", nuov1.DoorOutcome_DOOR_OUTCOME_DONE))
			if dongDoor2.GetContact() != nil {
				t.Error("a tick shows a contact")
			}
			return
		}
	}
}

func TestOKShowDoorsIsWrittenDown(t *testing.T) {
	h := open(t)
	h.doored()
	req := &nuov1.ShowDoorsRequest{RequestId: id(), Task: "tasks/gate"}
	first := must[*nuov1.ShowDoorsResponse](t)(h.doors.ShowDoors(h.as("committee"), req))
	again := must[*nuov1.ShowDoorsResponse](t)(h.doors.ShowDoors(h.as("committee"), req))
	if len(first.GetDoors()) != 2 || first.GetDoors()[0].GetContact().GetDoor() != canaryDoor || !proto.Equal(first, again) {
		t.Errorf("%v", names(first.GetDoors()))
	}
	if n := h.views("tokens/committee"); n != 2 {
		t.Errorf("%d view events, want one for each door", n)
	}
}

func TestOKShowDoorsByPages(t *testing.T) {
	h := open(t)
	h.published()
	for range 5 {
		must[*nuov1.Door](t)(h.addDoor("committee", &nuov1.AddDoorRequest{Contact: household(), Compound: dong3}))
	}
	seen, token := map[string]bool{}, ""
	for {
		page := must[*nuov1.ShowDoorsResponse](t)(h.doors.ShowDoors(h.as("dong"), &nuov1.ShowDoorsRequest{
			RequestId: id(), Task: "tasks/gate", PageSize: 2, PageToken: token,
		}))
		for _, d := range page.GetDoors() {
			seen[d.GetName()] = true
		}
		if token = page.GetNextPageToken(); token == "" {
			break
		}
	}
	if len(seen) != 5 || h.views("tokens/dong") != 5 {
		t.Errorf("%d doors, %d view events", len(seen), h.views("tokens/dong"))
	}
}

// Rule 7 in time: from 12 h before the start until 24 h after the end, by the own contract on that task alone.
func TestOKShowDoorsToVolunteers(t *testing.T) {
	h := open(t)
	h.doored()
	c := h.accepted(one)
	other := h.accepted(two)
	must[*nuov1.ShowDoorsResponse](t)(h.showDoors("one", c.GetName()))
	if h.views(one) != 2 {
		t.Errorf("%d view events", h.views(one))
	}
	for _, contract := range []string{other.GetName(), "contracts/none"} {
		_, err := h.showDoors("one", contract)
		refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	}
	_, err := h.showDoors("one", "")
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED)
	h.withdraw(other)
	_, err = h.showDoors("two", other.GetName())
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_STATE)
}

func TestErrWrongTimeShowDoorsTooEarly(t *testing.T) {
	h := open(t)
	h.clock.set(noon.Add(-24 * time.Hour))
	h.doored()
	c := h.accepted(one)
	_, err := h.showDoors("one", c.GetName())
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_TIME)
	if h.views(one) != 0 {
		t.Error("a refusal left a view event")
	}
}

func TestOKVolunteerOnDutyTicksAndFinds(t *testing.T) {
	h := open(t)
	d, _ := h.doored()
	c := h.accepted(one)
	_, err := h.tick("one", d.GetName(), c.GetName(), nuov1.DoorOutcome_DOOR_OUTCOME_DONE)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_STATE)
	_, err = h.addDoor("one", &nuov1.AddDoorRequest{Contact: household(), Contract: c.GetName()})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_WRONG_STATE)
	h.clock.set(at(14, 0).AsTime())
	h.checkIn(c.GetName())
	got := must[*nuov1.Door](t)(h.tick("one", d.GetName(), c.GetName(), nuov1.DoorOutcome_DOOR_OUTCOME_NOBODY_IN))
	if got.GetContract() != c.GetName() || got.GetContact() != nil || !got.GetOutcomeTime().AsTime().Equal(at(14, 0).AsTime()) {
		t.Errorf("%v", got)
	}
	must[*nuov1.Door](t)(h.tick("one", d.GetName(), c.GetName(), nuov1.DoorOutcome_DOOR_OUTCOME_DONE))
	found := must[*nuov1.Door](t)(h.addDoor("one", &nuov1.AddDoorRequest{Contact: household(), Contract: c.GetName()}))
	if !found.GetFoundOnSite() {
		t.Errorf("%v", found)
	}
	_, err = h.addDoor("one", &nuov1.AddDoorRequest{ServedParty: d.GetServedParty(), Contract: c.GetName()})
	invalid(t, err, "served_party")
	_, err = h.tick("two", d.GetName(), c.GetName(), nuov1.DoorOutcome_DOOR_OUTCOME_DONE)
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
	n := must[*nuov1.DoorCounts](t)(h.doors.CountDoors(h.as("auditor"), &nuov1.CountDoorsRequest{Task: "tasks/gate"}))
	want := &nuov1.DoorCounts{Task: "tasks/gate", Total: 3, Found: 1, Done: 1, Open: 2}
	if !proto.Equal(n, want) {
		t.Errorf("%v, want %v", n, want)
	}
}

func TestErrLimitReachedDoors(t *testing.T) {
	h := open(t)
	h.published()
	for range 200 {
		must[*nuov1.Door](t)(h.addDoor("committee", &nuov1.AddDoorRequest{Contact: household()}))
	}
	_, err := h.addDoor("committee", &nuov1.AddDoorRequest{Contact: household()})
	refused(t, err, nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED)
}

// No list, task, shift, count, stream or refusal holds a planted name, phone or door.
func TestOKNothingPublicHoldsAHousehold(t *testing.T) {
	h := open(t)
	d, _ := h.doored()
	var said []string
	keep := func(m proto.Message, err error) {
		said = append(said, fmt.Sprint(err))
		if err == nil {
			said = append(said, protojson.Format(m))
		}
	}
	for who := range people {
		ctx := h.as(who)
		l, err := h.lists.ListTaskLists(ctx, &nuov1.ListTaskListsRequest{})
		keep(l, err)
		tasks, err := h.lists.ListTasks(ctx, &nuov1.ListTasksRequest{TaskList: "taskLists/day"})
		keep(tasks, err)
		shifts, err := h.shifts.ListShifts(ctx, &nuov1.ListShiftsRequest{TaskList: "taskLists/day"})
		keep(shifts, err)
		counts, err := h.doors.CountDoors(ctx, &nuov1.CountDoorsRequest{Task: "tasks/gate"})
		keep(counts, err)
		door, err := h.tick(who, d.GetName(), "", nuov1.DoorOutcome_DOOR_OUTCOME_DONE)
		keep(door, err)
		door, err = h.addDoor(who, &nuov1.AddDoorRequest{Contact: household(), Compound: canaryDoor})
		keep(door, err)
		task, err := h.task(who, "", "taskLists/day", func(t *nuov1.Task) { t.Title, t.Compound = canaryPhone, canaryDoor })
		keep(task, err)
		shift, err := h.shift(who, "", canaryName)
		keep(shift, err)
	}
	h.view(func(tx *store.Tx) error {
		for _, object := range []string{"taskLists/day", "tasks/gate", "shifts/pm", mingzhu, dong3} {
			for e, err := range store.AdminEvents.Scan(tx, object) {
				if err != nil {
					return err
				}
				said = append(said, string(e.Stored))
			}
		}
		return nil
	})
	for _, text := range said {
		for _, canary := range []string{canaryName, canaryPhone, canaryDoor} {
			if strings.Contains(text, canary) {
				t.Errorf("%s in %s", canary, text)
			}
		}
	}
}
