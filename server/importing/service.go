package importing

import (
	"context"
	"time"

	"google.golang.org/grpc"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// Room serves nuo.v1.ImportService.
type Room struct {
	nuov1.UnimplementedImportServiceServer

	store         *store.Store
	organisations nuov1.OrganisationServiceClient
	volunteers    nuov1.VolunteerServiceClient
	parties       nuov1.ServedPartyServiceClient
	lists         nuov1.TaskListServiceClient
	shifts        nuov1.ShiftServiceClient
	doors         nuov1.DoorServiceClient
}

// New makes the room. conn carries its calls to the other services, with the token of the call that it serves: package
// server hands in an rpc.InProcess.
func New(s *store.Store, conn grpc.ClientConnInterface) *Room {
	return &Room{
		store:         s,
		organisations: nuov1.NewOrganisationServiceClient(conn),
		volunteers:    nuov1.NewVolunteerServiceClient(conn),
		parties:       nuov1.NewServedPartyServiceClient(conn),
		lists:         nuov1.NewTaskListServiceClient(conn),
		shifts:        nuov1.NewShiftServiceClient(conn),
		doors:         nuov1.NewDoorServiceClient(conn),
	}
}

// Register serves the service on a server.
func (r *Room) Register(on grpc.ServiceRegistrar) { nuov1.RegisterImportServiceServer(on, r) }

// PlanImport serves nuo.v1.ImportService.PlanImport.
func (r *Room) PlanImport(ctx context.Context, req *nuov1.PlanImportRequest) (*nuov1.PlanImportResponse, error) {
	p, err := r.plan(ctx, req.GetFiles())
	if err != nil {
		return nil, err
	}
	if p.d.any() {
		return &nuov1.PlanImportResponse{Diagnostics: p.d.first(req.GetFiles())}, nil
	}
	res := &nuov1.PlanImportResponse{}
	for _, it := range p.items {
		res.Changes = append(res.Changes, it.change())
	}
	for _, it := range p.publications {
		change := it.change()
		change.Action = nuov1.ImportAction_IMPORT_ACTION_PUBLISH
		res.Changes = append(res.Changes, change)
	}
	return res, nil
}

// ApplyImport serves nuo.v1.ImportService.ApplyImport.
func (r *Room) ApplyImport(
	req *nuov1.ApplyImportRequest, stream grpc.ServerStreamingServer[nuov1.ApplyImportResponse],
) error {
	p, err := r.plan(stream.Context(), req.GetFiles())
	if err != nil {
		return err
	}
	if p.d.any() {
		return stream.Send(&nuov1.ApplyImportResponse{
			Outcome: nuov1.ImportOutcome_IMPORT_OUTCOME_REFUSED, Diagnostics: p.d.first(req.GetFiles()),
		})
	}
	return (&run{Room: r, plan: p, files: req.GetFiles(), send: stream.Send}).apply(stream.Context())
}

// scope is where the caller imports.
type scope struct {
	subject  string
	district string
	zone     *time.Location
	now      time.Time
}

// begin asks the policy and finds out in which district, and in which zone, the caller imports: the district of the
// first grant.
func (r *Room) begin(ctx context.Context) (scope, error) {
	var s scope
	_, err := call.Read(ctx, r.store, func(c *call.Call) (*nuov1.PlanImportResponse, error) {
		if err := c.Allow(policy.Facts{}); err != nil {
			return nil, err
		}
		s = scope{subject: c.Actor(), now: c.Now()}
		for _, g := range c.Caller.Grants {
			if s.district == "" {
				s.district = g.District
			}
		}
		p, err := place.PolicyOf(c.Tx, s.district)
		if fault.Is(err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND) {
			p, err = place.Effective(nil) // these files may be what makes the district
		}
		s.zone = p.Zone
		return &nuov1.PlanImportResponse{}, err
	})
	return s, err
}
