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
}

// rooms makes every room of the server: a new one is one line here.
func rooms(h *house, tokens *identity.Room) []room {
	return []room{
		tokens,
	}
}

// workers are what works by itself besides the rooms.
func workers(h *house) []worker {
	return []worker{
		&housekeeping{h},
		&serving{h},
	}
}
