package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

const watchRows = "name title when place fill remaining waiting shift_state"

// watchCommand shows shifts as they are and then as they change. A broken connection is taken up again after the last
// answer, so that nothing is missed.
func watchCommand(a *app) *cobra.Command {
	s := spec{
		use: "watch", short: text{"Watch the free slots as they change", "实时查看余额"},
		example: "nuo shift watch --community mingzhu --date today",
		flags:   []string{"community", "task_list=list", "kind", "resume_token"},
		extra:   func(cmd *cobra.Command) { cmd.Flags().Bool("once", false, a.flagUsage("once")) },
	}
	b := newBinding(a, s, (&nuov1.WatchShiftsRequest{}).ProtoReflect().Descriptor())
	cmd := a.command(s, func(in *input) error {
		w := &watcher{input: in, req: &nuov1.WatchShiftsRequest{}}
		if err := b.fill(in, w.req.ProtoReflect()); err != nil {
			return err
		}
		return w.run()
	})
	b.register(cmd)
	return cmd
}

type watcher struct {
	*input
	req     *nuov1.WatchShiftsRequest
	present nuov1.WatchShiftsResponse
	current bool
}

// run streams until the person ends it. A server that is away is tried again, a little later each time; at first it
// must be there, or the address is wrong.
func (w *watcher) run() error {
	conn, err := w.connect()
	if err != nil {
		return err
	}
	pause := firstPause
	for n := 1; ; n++ {
		before := w.req.GetResumeToken()
		err := w.stream(conn)
		if w.over(err) {
			break
		}
		if status.Code(err) != codes.Unavailable || w.req.GetResumeToken() == "" && n >= attempts {
			return w.refused(err)
		}
		if w.req.GetResumeToken() != before {
			n, pause = 1, firstPause
			w.note(sayReconnect)
		}
		select {
		case <-w.cmd.Context().Done():
		case <-time.After(pause):
			pause = min(2*pause, 10*time.Second)
		}
	}
	return nil
}

// over tells whether the watch ended as it should: the person interrupted it, or has seen what was asked for.
func (w *watcher) over(err error) bool {
	return errors.Is(err, errEnough) || w.cmd.Context().Err() != nil
}

// errEnough ends a watch that was asked for the present state alone.
var errEnough = errors.New("enough")

// stream reads one stream until it breaks. It has no deadline: a quiet day is long.
func (w *watcher) stream(conn grpc.ClientConnInterface) error {
	ctx, cancel := context.WithCancel(w.cmd.Context())
	defer cancel()
	stream, err := shifts(conn).WatchShifts(ctx, w.req)
	for err == nil {
		var res *nuov1.WatchShiftsResponse
		if res, err = stream.Recv(); err != nil {
			break
		}
		w.req.ResumeToken = res.GetResumeToken()
		if err = w.show(res); err == nil && res.GetCurrent() && w.flag("once") == "true" {
			err = errEnough
		}
	}
	if errors.Is(err, io.EOF) {
		err = status.Error(codes.Unavailable, "the stream ended")
	}
	return err
}

// show prints the present state as one table and each change as a line; as JSON each answer is a line.
func (w *watcher) show(res *nuov1.WatchShiftsResponse) error {
	if w.global.output == "json" {
		return w.showJSON(res)
	}
	p := w.printer()
	if !w.current && !res.GetCurrent() {
		w.present.Shifts = append(w.present.GetShifts(), res.GetShifts()...)
		return nil
	}
	if !w.current {
		w.current = true
		w.present.Shifts = append(w.present.GetShifts(), res.GetShifts()...)
		rows(watchRows).show(p, w.present.ProtoReflect())
		w.note(sayAllShown)
		return nil
	}
	for _, s := range res.GetShifts() {
		m := s.ProtoReflect()
		fmt.Fprintf(p.out, "%s  %s  %s  %s  %s %s  %s %s  %s\n", w.now().In(w.zone).Format("15:04:05"),
			s.GetName(), s.GetTitle(), p.cell(m, "fill"), header("remaining").in(p.language), p.cell(m, "remaining"),
			header("waiting").in(p.language), p.cell(m, "waiting"), p.cell(m, "shift_state"))
	}
	return nil
}

func (w *watcher) showJSON(res *nuov1.WatchShiftsResponse) error {
	raw, err := protojson.Marshal(res)
	if err != nil {
		return err
	}
	return json.NewEncoder(w.out).Encode(json.RawMessage(raw))
}
