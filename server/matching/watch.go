package matching

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
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
		m, position = r.present(c, found), c.Position()
		return nil
	})
	return m, position, err
}

// changes tells that plans (one of that name; any, where it is "") were written after a position (0: now), several as
// one, until ctx ends. A stream that breaks off is opened again at the present, and that is told as a change.
func (r *Room) changes(ctx context.Context, after store.Position, name string) <-chan struct{} {
	changed := make(chan struct{}, 1)
	tell := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	var prefix []any
	if name != "" {
		prefix = []any{name}
	}
	var err error
	if after == 0 {
		after, err = r.position(ctx)
	}
	go func() {
		for {
			if err == nil {
				err = r.follow(ctx, after, prefix, tell)
			}
			tell()
			if ctx.Err() != nil || lost(err) {
				return
			}
			r.log.WarnContext(ctx, "a watch of plans is opened again", slog.Any("error", err))
			if !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_RESUME_TOO_OLD) {
				r.wait(ctx, nil, nil, r.clock.Now().Add(retryAfter))
			}
			if after, err = r.position(ctx); err == nil {
				tell()
			}
		}
	}()
	return changed
}

// follow tells of what is written after a position, until the stream breaks off.
func (r *Room) follow(ctx context.Context, after store.Position, prefix []any, tell func()) (err error) {
	for _, err = range r.store.Watch(ctx, after, store.Matches, prefix...) {
		if err != nil {
			return err
		}
		tell()
	}
	return errEnded
}

// errEnded: a stream that was to go on came to its end.
var errEnded = errors.New("matching: the stream ended")

// position is that of the present.
func (r *Room) position(ctx context.Context) (at store.Position, err error) {
	err = r.store.View(ctx, func(tx *store.Tx) error { at = tx.Position(); return nil })
	return at, err
}
