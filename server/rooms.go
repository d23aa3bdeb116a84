package server

import (
	"context"
	"log/slog"
	"time"

	"google.golang.org/grpc"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/contract"
	"nuo.internal/nuo/server/directory"
	"nuo.internal/nuo/server/identity"
	"nuo.internal/nuo/server/importing"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/maintenance"
	"nuo.internal/nuo/server/matching"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/report"
	"nuo.internal/nuo/server/store"
	"nuo.internal/nuo/server/tasklist"
)

// room is what serves a part of the API.
type room interface {
	Register(grpc.ServiceRegistrar)
}

// worker is a room, or anything else, that also works by itself: what falls due, what is to be forgotten. Work goes on
// until ctx ends and then returns nil; an error before that ends the server, for a worker that is silently gone would
// let promises lapse unseen. It catches up after a stop and does no harm when it does something twice.
type worker interface {
	Work(ctx context.Context) error
}

// house is what rooms are made of.
type house struct {
	store *store.Store
	clock Clock
	log   *slog.Logger
	// data is the directory of the store.
	data string
	// tokens know who calls; the interceptors ask them.
	tokens *identity.Room
	// api is the connection of the process to itself: the same interceptors, no socket.
	api grpc.ClientConnInterface
}

// rooms makes every room of the server: a new one is one line here, and one in doc.go's map. A room with a Register
// method stands for itself; a service without one is offered with its generated function:
//
//	offer[nuov1.VolunteerServiceServer](nuov1.RegisterVolunteerServiceServer, directory.NewVolunteers(h.store)),
func rooms(h *house) []room {
	return []room{
		h.tokens,
		offer[nuov1.OrganisationServiceServer](nuov1.RegisterOrganisationServiceServer, directory.NewOrganisations(h.store)),
		offer[nuov1.VolunteerServiceServer](nuov1.RegisterVolunteerServiceServer, directory.NewVolunteers(h.store, contracts())),
		offer[nuov1.ServedPartyServiceServer](nuov1.RegisterServedPartyServiceServer, directory.NewServedParties(h.store)),
		tasklist.New(h.store),
		contract.New(h.store),
		offer[nuov1.ImportServiceServer](nuov1.RegisterImportServiceServer, importing.New(h.store, h.api)),
		maintenance.New(h.store, h.data),
		report.New(h.store),
		matching.New(h.store, h.clock, h.log),
	}
}

// contracts is what volunteers' records ask the lifecycle.
func contracts() directory.Contracts {
	return directory.Contracts{
		Live:  lifecycle.LiveContracts,
		Holds: lifecycle.HoldsContract,
		Release: func(tx *store.Tx, by *policy.Caller, role nuov1.Role, volunteer string, from, to time.Time) error {
			actor := lifecycle.Actor{Name: by.Subject(), Person: by.Person, Role: role}
			return lifecycle.ReleaseForExemption(tx, actor, volunteer, from, to)
		},
		LookAgain: lifecycle.LookAgain,
	}
}

// workers are what works by itself besides the rooms, and serving.
func workers(h *house) []worker {
	return []worker{
		&housekeeping{h},
		&janitor{h},
	}
}

// offered is a service with its generated registration.
type offered struct {
	register func(grpc.ServiceRegistrar)
	service  any
}

func (o offered) Register(s grpc.ServiceRegistrar) { o.register(s) }

func offer[S any](register func(grpc.ServiceRegistrar, S), service S) room {
	return offered{func(s grpc.ServiceRegistrar) { register(s, service) }, service}
}

// workersOf are the rooms that also work by themselves.
func workersOf(rooms []room) []worker {
	var found []worker
	for _, r := range rooms {
		var candidate any = r
		if o, ok := r.(offered); ok {
			candidate = o.service
		}
		if w, ok := candidate.(worker); ok {
			found = append(found, w)
		}
	}
	return found
}
