package importing

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// requestID is derived from who imports, the item, how often it was applied, what is done, and with what. The same
// step of an interrupted run has the same one; anything else has another.
func (r *run) requestID(it *item, act string, req proto.Message) string {
	h := sha256.New()
	for _, part := range []string{"nuo import 1", r.subject, it.namespace, it.key, act} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		h.Write([]byte(part))
	}
	h.Write(binary.BigEndian.AppendUint64(nil, it.record.GetGeneration()))
	body, _ := proto.MarshalOptions{Deterministic: true}.Marshal(req) // its text was checked
	h.Write(body)
	id, _ := uuid.FromBytes(h.Sum(nil)[:16])        // 16 bytes are always one
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: made from what it names (RFC 9562)
	return id.String()
}

// act makes or changes one item.
func (r *run) act(ctx context.Context, it *item) error {
	switch want := it.want.(type) {
	case *nuov1.Volunteer:
		return r.volunteer(ctx, it, want)
	case *nuov1.ServedParty:
		return r.servedParty(ctx, it, want)
	case *nuov1.AddDoorRequest:
		return r.door(ctx, it, want)
	}
	if it.action == nuov1.ImportAction_IMPORT_ACTION_CREATE {
		return r.create(ctx, it)
	}
	live, found, err := r.live(ctx, it.kind, it.name)
	if err != nil {
		return err
	}
	if !found { // gone since the plan
		return r.create(ctx, it)
	}
	return r.update(ctx, it, live)
}

// create makes what the file names itself.
func (r *run) create(ctx context.Context, it *item) (err error) {
	switch want := it.want.(type) {
	case *nuov1.Organisation:
		req := &nuov1.CreateOrganisationRequest{Organisation: want}
		req.RequestId = r.requestID(it, "create", req)
		_, err = r.organisations.CreateOrganisation(ctx, req)
	case *nuov1.TaskList:
		req := &nuov1.CreateTaskListRequest{TaskList: want}
		req.RequestId = r.requestID(it, "create", req)
		_, err = r.lists.CreateTaskList(ctx, req)
	case *nuov1.Task:
		req := &nuov1.CreateTaskRequest{Task: want}
		req.RequestId = r.requestID(it, "create", req)
		_, err = r.lists.CreateTask(ctx, req)
	case *nuov1.Shift:
		req := &nuov1.CreateShiftRequest{Shift: want}
		req.RequestId = r.requestID(it, "create", req)
		_, err = r.shifts.CreateShift(ctx, req)
	}
	return err
}

// update brings what is there to what the file wants, field by field.
func (r *run) update(ctx context.Context, it *item, live proto.Message) (err error) {
	next, paths := edit(it.want, live)
	if len(paths) == 0 {
		return nil
	}
	mask := &fieldmaskpb.FieldMask{Paths: paths}
	switch next := next.(type) {
	case *nuov1.Organisation:
		req := &nuov1.UpdateOrganisationRequest{Organisation: next, UpdateMask: mask}
		req.RequestId = r.requestID(it, "update", req)
		_, err = r.organisations.UpdateOrganisation(ctx, req)
	case *nuov1.Volunteer:
		req := &nuov1.UpdateVolunteerRequest{Volunteer: next, UpdateMask: mask}
		req.RequestId = r.requestID(it, "update", req)
		_, err = r.volunteers.UpdateVolunteer(ctx, req)
	case *nuov1.ServedParty:
		req := &nuov1.UpdateServedPartyRequest{ServedParty: next, UpdateMask: mask}
		req.RequestId = r.requestID(it, "update", req)
		_, err = r.parties.UpdateServedParty(ctx, req)
	case *nuov1.TaskList:
		req := &nuov1.UpdateTaskListRequest{TaskList: next, UpdateMask: mask}
		req.RequestId = r.requestID(it, "update", req)
		_, err = r.lists.UpdateTaskList(ctx, req)
	case *nuov1.Task:
		req := &nuov1.UpdateTaskRequest{Task: next, UpdateMask: mask}
		req.RequestId = r.requestID(it, "update", req)
		_, err = r.lists.UpdateTask(ctx, req)
	case *nuov1.Shift:
		req := &nuov1.UpdateShiftRequest{Shift: next, UpdateMask: mask}
		req.RequestId = r.requestID(it, "update", req)
		_, err = r.shifts.UpdateShift(ctx, req)
	}
	return err
}
