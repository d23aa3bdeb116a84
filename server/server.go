package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/keepalive"

	"nuo.internal/nuo/server/identity"
	"nuo.internal/nuo/server/kv/boltkv"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// Defaults of a Config's zero values.
const (
	DefaultListen      = "127.0.0.1:7600"
	DefaultDistrict    = "district"
	DefaultStopTimeout = 10 * time.Second
)

// File is the name of the store in the data directory.
const File = "nuo.db"

// Limits of the socket.
const (
	maxMessage     = 5 << 20 // the files of an import, 4 MiB, and what goes with them
	maxHeaderBytes = 16 << 10
	maxStreams     = 100 // calls at once on one connection; further ones wait
	streamWorkers  = 128 // goroutines that stay, with stacks already grown; calls beyond them get one of their own
)

// Config says what a server is to be. Only Data is required.
type Config struct {
	// Data is the directory of the store; it is made where it is missing, readable by its owner and group alone.
	Data string
	// Listen is the address of the socket; port 0 takes a free one. "": DefaultListen.
	Listen string
	// District is the id of the district that the first start creates. "": DefaultDistrict.
	District string
	// FirstToken is told, once in the life of a store and before Ready, the secret of the first administrator's token,
	// which is stored nowhere. The socket listens by then, and the token is kept only after FirstToken returned: one
	// that cannot show the secret ends the context of Run, and the next start makes another token. Nil: no first token
	// is made, and nobody can call.
	FirstToken func(secret string)
	// Clock is the time that the domain lives by. Nil: the machine's.
	Clock Clock
	// Logger takes the log. Nil: nothing is logged.
	Logger *slog.Logger
	// StopTimeout is how long calls under way may take when the server stops. 0: DefaultStopTimeout.
	StopTimeout time.Duration
}

var districtID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Validate tells what a server cannot be made of.
func (c *Config) Validate() error {
	switch {
	case c.Data == "":
		return errors.New("server: Data, the directory of the store, is required")
	case c.District != "" && !districtID.MatchString(c.District):
		return fmt.Errorf("server: District %q is no id: lower-case letters, digits and hyphens, at most 63", c.District)
	case c.StopTimeout < 0:
		return errors.New("server: StopTimeout is negative")
	}
	if c.Listen != "" {
		if _, _, err := net.SplitHostPort(c.Listen); err != nil {
			return fmt.Errorf("server: Listen: %w", err)
		}
	}
	return nil
}

// Server serves one store. It runs once.
type Server struct {
	cfg      Config
	ready    chan struct{}
	addr     net.Addr
	draining chan struct{}
	// Tests alone set these: services beside the rooms', what a sync of the file answers, and who looks at the store
	// while it is served.
	register func(grpc.ServiceRegistrar)
	onSync   func() error
	opened   func(*store.Store)
}

// New makes a server of a valid Config; nothing is opened before Run.
func New(cfg Config) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.Listen = cmp.Or(cfg.Listen, DefaultListen)
	cfg.District = cmp.Or(cfg.District, DefaultDistrict)
	cfg.StopTimeout = cmp.Or(cfg.StopTimeout, DefaultStopTimeout)
	if cfg.Clock == nil {
		cfg.Clock = NewClock()
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Server{cfg: cfg, ready: make(chan struct{}), draining: make(chan struct{})}, nil
}

// Ready is closed when the server answers.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// Addr is the address of the socket, nil before Ready.
func (s *Server) Addr() net.Addr {
	select {
	case <-s.ready:
		return s.addr
	default:
		return nil
	}
}

// Run opens the store and serves until ctx ends, and stops in order then. It returns nil after such a stop, kv.ErrLocked
// (which names the holder) where another process has the store, and any other error for what kept it from serving or
// made it end: a store that failed, a worker that failed, a socket that broke.
func (s *Server) Run(ctx context.Context) error {
	kept, err := s.openStore()
	if err != nil {
		return err
	}
	err = s.serve(ctx, kept)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil // told to stop before it was ready
	}
	return errors.Join(err, kept.Close())
}

func (s *Server) openStore() (*store.Store, error) {
	if err := os.MkdirAll(s.cfg.Data, 0o750); err != nil {
		return nil, err
	}
	engine, err := boltkv.Open(filepath.Join(s.cfg.Data, File), boltkv.Config{
		FeedPrefixes: store.FeedPrefixes(), Logger: s.cfg.Logger, OnSync: s.onSync,
	})
	if err != nil {
		return nil, err
	}
	kept, err := store.Open(engine, store.Config{Clock: s.cfg.Clock})
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	if s.opened != nil {
		s.opened(kept)
	}
	return kept, nil
}

// serve makes the rooms, says when it is ready, and waits for a reason to stop.
func (s *Server) serve(ctx context.Context, kept *store.Store) error {
	h := &house{
		store: kept, clock: s.cfg.Clock, log: s.cfg.Logger, tokens: identity.New(kept), data: s.cfg.Data,
	}
	chain, err := rpc.NewChain(rpc.Config{
		Authenticator: h.tokens, Logger: s.cfg.Logger, Now: time.Now, Draining: s.draining,
	})
	if err != nil {
		return err
	}
	inside := rpc.NewInProcess(chain)
	h.api = inside
	all := rooms(h)
	for _, r := range all {
		r.Register(inside)
	}
	grpcServer, ready, err := s.grpcServer(chain, all)
	defer grpcServer.Stop() // its workers wait from the beginning, served or not
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.cfg.Listen)
	if err != nil {
		return err
	}
	if err := s.bootstrap(ctx, kept); err != nil {
		return errors.Join(err, listener.Close())
	}
	during := &serving{house: h}
	if err := during.begin(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	served := make(chan error, 1)
	go func() { served <- grpcServer.Serve(listener) }()
	crew := startCrew(ctx, append(append(workers(h), during), workersOf(all)...))
	s.addr = listener.Addr()
	ready.Resume()
	close(s.ready)
	s.cfg.Logger.InfoContext(ctx, "serving", slog.String("address", s.addr.String()), slog.String("data", s.cfg.Data))

	select {
	case <-ctx.Done():
	case err = <-served:
		err = fmt.Errorf("server: the socket broke: %w", err)
	case err = <-crew.failed:
	case <-kept.Failed():
		err = errors.New("server: the store failed at a commit: restart to read what is durable")
	}
	s.stop(grpcServer, ready)
	crew.stop()
	s.cfg.Logger.InfoContext(context.WithoutCancel(ctx), "stopped")
	return err
}

func (s *Server) bootstrap(ctx context.Context, kept *store.Store) error {
	if s.cfg.FirstToken == nil {
		return nil
	}
	_, err := identity.Bootstrap(ctx, kept, "districts/"+s.cfg.District, func(secret string) error {
		s.cfg.FirstToken(secret)
		return ctx.Err()
	})
	return err
}

// grpcServer installs the interceptors, the limits and the services, and refuses an RPC without a policy.
func (s *Server) grpcServer(chain *rpc.Chain, all []room) (*grpc.Server, *health.Server, error) {
	g := grpc.NewServer(append(chain.Options(), limits()...)...)
	ready := registerOwn(g)
	for _, r := range all {
		r.Register(g)
	}
	if s.register != nil {
		s.register(g)
	}
	return g, ready, policy.CheckServed(g.GetServiceInfo())
}

// limits keep one peer from taking what belongs to all.
func limits() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxHeaderListSize(maxHeaderBytes),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.NumStreamWorkers(streamWorkers),
		grpc.ConnectionTimeout(10 * time.Second),
		grpc.WaitForHandlers(true),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 20 * time.Second, PermitWithoutStream: true}),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionIdle: 15 * time.Minute, MaxConnectionAge: 30 * time.Minute, MaxConnectionAgeGrace: time.Minute,
			Time: time.Minute, Timeout: 20 * time.Second,
		}),
	}
}
