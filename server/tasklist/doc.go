// Package tasklist knows what is to be done: lists, their tasks and shifts (TaskListService, ShiftService) and the doors
// of a task (DoorService).
//
// It alone writes the records of lists, tasks and doors. A shift's record is written here and, where contracts follow
// from a change, by package lifecycle, to which everything goes that touches slots, terms and what falls due.
//
// A list that was never published is its makers': the committee of its community, and the street where that drafted it.
// To everybody else it, its tasks and its shifts are NOT_FOUND.
//
// Whatever is changed appends an AdminEvent of ids, codes and numbers. What joins a list (a task, a shift) appends to
// the list's chain, what happens to a door to the task's: these events are the conflict keys of the scans of a list's
// tasks and shifts and of a task's doors, for an optimistic engine would not see that one appears meanwhile.
//
// A page of shifts that was listed is kept, without anything that is a caller's own, until the next commit or until time
// alone changes it (board): at noon everybody looks at the same list.
//
// A household's name, phone and door leave by ShowDoors alone, which commits a ViewEvent for each before its answer.
package tasklist

import (
	"google.golang.org/grpc"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// Room serves the three services.
type Room struct {
	nuov1.UnimplementedTaskListServiceServer
	nuov1.UnimplementedShiftServiceServer
	nuov1.UnimplementedDoorServiceServer

	store *store.Store
	board board
}

// New makes the room on a store.
func New(s *store.Store) *Room { return &Room{store: s} }

// Register serves the three services on a server.
func (r *Room) Register(on grpc.ServiceRegistrar) {
	nuov1.RegisterTaskListServiceServer(on, r)
	nuov1.RegisterShiftServiceServer(on, r)
	nuov1.RegisterDoorServiceServer(on, r)
}

// Short names for what is said often here.
const (
	draft     = nuov1.TaskListState_TASK_LIST_STATE_DRAFT
	published = nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED
	closed    = nuov1.TaskListState_TASK_LIST_STATE_CLOSED
	cancelled = nuov1.TaskListState_TASK_LIST_STATE_CANCELLED
	hazardous = nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS
	open      = nuov1.ShiftState_SHIFT_STATE_OPEN

	wrongTime     = nuov1.ErrorReason_ERROR_REASON_WRONG_TIME
	wrongState    = nuov1.ErrorReason_ERROR_REASON_WRONG_STATE
	notFound      = nuov1.ErrorReason_ERROR_REASON_NOT_FOUND
	precondition  = nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION
	limitReached  = nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED
	alreadyExists = nuov1.ErrorReason_ERROR_REASON_ALREADY_EXISTS
)

// What one list and one task hold at most: publishing, cancelling and showing each fit into one transaction.
const (
	maxTasks  = 50  // of a list
	maxShifts = 100 // of a list
	maxDoors  = 200 // of a task: reading all and making leftovers of all is one step
)
