package demo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"nuo.internal/nuo/server"
)

// opening is where the server's clock stands at first: noon of 8 February 2020 in 椒江.
var opening = on(8, 12, 0)

// taizhou is the zone of the story; the district's policy says the same by its name.
var taizhou = time.FixedZone("+08:00", 8*60*60)

// on is a moment of February 2020.
func on(day, hour, minute int) time.Time { return time.Date(2020, 2, day, hour, minute, 0, 0, taizhou) }

// district is the id of the story's district.
const district = "jiaojiang"

// stage is the server of a play, and the connection to it.
type stage struct {
	clock   *server.ManualClock
	address string
	first   string // token of the first administrator
	conn    *grpc.ClientConn

	stop      context.CancelFunc
	ended     chan error // what Run returned
	err       error      // once ended
	temporary string     // directory to be removed
}

// open starts the server and connects to it.
func open(ctx context.Context, cfg Config) (*stage, error) {
	s := &stage{clock: server.NewManualClock(opening), ended: make(chan error, 1)}
	data := cfg.Data
	if data == "" {
		var err error
		if s.temporary, err = os.MkdirTemp("", "nuo-demo-"); err != nil {
			return nil, err
		}
		data = s.temporary
	} else if _, err := os.Stat(filepath.Join(data, server.File)); err == nil {
		return nil, ErrUsed
	}
	listen := cfg.Listen
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	srv, err := server.New(server.Config{
		Data: data, Listen: listen, District: district, Clock: s.clock, Logger: cfg.Logger,
		FirstToken: func(secret string) { s.first = secret },
	})
	if err != nil {
		return nil, errors.Join(err, s.clear())
	}
	// The server outlives an interrupted play by as much as an orderly stop takes.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	go func() { s.ended <- srv.Run(running) }()
	if err := s.connect(srv); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// connect waits until the server answers.
func (s *stage) connect(srv *server.Server) error {
	select {
	case s.err = <-s.ended:
		close(s.ended)
		return errors.New("the server did not start")
	case <-srv.Ready():
	}
	s.address = srv.Addr().String()
	var err error
	s.conn, err = grpc.NewClient(s.address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	return err
}

// serve lets the time of the story go on as fast as everywhere else, until ctx or the server ends.
func (s *stage) serve(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case s.err = <-s.ended:
			close(s.ended)
			return errors.New("the server ended")
		case <-tick.C:
			s.clock.Advance(time.Second)
		}
	}
}

// close hangs up, stops the server in order, and clears away what was temporary.
func (s *stage) close() error {
	if s.conn != nil {
		s.conn.Close()
	}
	s.stop()
	if err, running := <-s.ended; running {
		s.err = err
	}
	return errors.Join(s.err, s.clear())
}

func (s *stage) clear() error {
	if s.temporary == "" {
		return nil
	}
	return os.RemoveAll(s.temporary)
}
