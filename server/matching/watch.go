package matching

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/store"
)

// watchPause is how long a stream waits between two answers at least: progress may come a thousand times a second.
const watchPause = 100 * time.Millisecond

// WatchMatch streams a plan: as it is, then whenever its record or the work on it moves on, until nothing is under way.
// The token is authenticated and the policy asked again at every step. A slow reader is told the newest.
func (r *Room) WatchMatch(req *nuov1.WatchMatchRequest, stream grpc.ServerStreamingServer[nuov1.Match]) error {
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	progress, leave := r.live.watch(req.GetName())
	defer leave()
	m, position, err := r.look(ctx, req.GetName())
	if err != nil {
		return err
	}
	changes := r.changes(ctx, position, req.GetName())
	var sent *nuov1.Match
	for {
		if sent == nil || !proto.Equal(m, sent) {
			if err := stream.Send(m); err != nil {
				return err
			}
			sent = m
		}
		if m.GetState() != solving && m.GetState() != applying {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-progress:
		case <-changes:
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(watchPause):
		}
		if m, _, err = r.look(ctx, req.GetName()); err != nil {
			return err
		}
	}
}

// look is one step of a stream.
func (r *Room) look(ctx context.Context, name string) (m *nuov1.Match, position store.Position, err error) {
	err = call.Stream(ctx, r.store, func(c *call.Call) error {
		found, err := matchOf(c, name)
		if err != nil {
			return err
		}
		m, position = r.present(found), c.Position()
		return nil
	})
	return m, position, err
}

// changes tells that plans (one of that name; any, where it is "") were written after a position (0: now), several as
// one, until ctx ends.
func (r *Room) changes(ctx context.Context, after store.Position, name string) <-chan struct{} {
	changed := make(chan struct{}, 1)
	var prefix []any
	if name != "" {
		prefix = []any{name}
	}
	if after == 0 { // on failure nobody is told, and Work comes back by itself
		_ = r.store.View(ctx, func(tx *store.Tx) error { after = tx.Position(); return nil })
	}
	go func() {
		for _, err := range r.store.Watch(ctx, after, store.Matches, prefix...) {
			select {
			case changed <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	return changed
}
