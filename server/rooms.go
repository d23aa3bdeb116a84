package server

import (
	"context"
	"log/slog"

	"google.golang.org/grpc"

	"nuo.internal/nuo/server/identity"
	"nuo.internal/nuo/server/store"
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
	// tokens know who calls; the interceptors ask them.
	tokens *identity.Room
	// api is the connection of the process to itself: the same interceptors, no socket.
	api grpc.ClientConnInterface
}

// rooms makes every room of the server: a new one is one line here, and one in doc.go's map. A room with a Register
// method stands for itself; a service without one is offered with its generated function:
//
//	offer(nuov1.RegisterVolunteerServiceServer, directory.NewVolunteers(h.store)),
func rooms(h *house) []room {
	return []room{
		h.tokens,
	}
}

// workers are what works by itself besides the rooms, and serving.
func workers(h *house) []worker {
	return []worker{
		&housekeeping{h},
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
