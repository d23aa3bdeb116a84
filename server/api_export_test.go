package server

import "nuo.internal/nuo/server/store"

// WhenOpened lets a test look at the store while it is served.
func (s *Server) WhenOpened(f func(*store.Store)) { s.opened = f }

// OnSync runs f at each sync of the file, before it is answered.
func (s *Server) OnSync(f func() error) { s.onSync = f }
