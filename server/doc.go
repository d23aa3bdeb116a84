// Package server puts the house together: it opens the store, makes the rooms, and serves them on one socket until it
// is told to stop. It decides nothing itself.
//
// # The map
//
// Imports point down only; a room never imports one of its own floor, and what two of them need moves down (lifecycle
// alone stands on its neighbour place). The test of this package reads the imports and fails otherwise.
//
//	6  cmd/nuo                 the commands
//	5  server                  this package: Config, New, Run
//	   server/rest  web        the other doors: they see api and rpc, no room
//	4  server/directory        organisations, volunteers, served parties
//	   server/tasklist         lists, tasks, shifts, doors, watch
//	   server/contract         every transition of a contract, history, board
//	   server/identity         tokens and who they stand for
//	   server/report           fulfilment reports
//	   server/matching         preferences, plans and their offers
//	   server/importing        files to records
//	   server/check            what must hold over everything stored
//	   server/maintenance      backups while the server serves
//	   …                       a room for each noun that is to come: callup, pact, need, audit
//	3  server/lifecycle        the contract's state table and the slot rules, on a store transaction
//	   server/call             one call: caller, policy, request id, transaction
//	   server/place            what a name lies in, a district's policy, local days
//	2  server/store            typed tables, events, versions
//	   server/rpc              interceptors, errors on the wire, page tokens
//	1  server/kv               the engine's contract, and its engines: boltkv, memkv
//	   server/policy           who may call what
//	   server/fault            the one error type
//	   server/name             how a person's name is masked
//	   matcher                 assignment algorithms
//	0  api                     generated from proto/
//
// bbolt is named in server/kv/boltkv alone; the wall clock is read here and in cmd alone.
//
// # A call's way
//
//	listener → grpc → rpc.Chain → room → call.Mutate or Read → store.Tx → kv.Engine
//
// # Stopping
//
// Not ready first, so that nobody new comes; then streams end; unary calls under way are answered; after StopTimeout
// what is left is cut off; then the workers, and the store last. What was acknowledged is durable at every point.
package server
