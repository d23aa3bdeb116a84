// Package rpc is what every call passes on its way to a room and back: interceptors for unary calls and streams, the
// mapping of errors to gRPC and back, and page tokens. It knows no room and no store; what it needs of one is an
// interface that the room fulfils (Authenticator) and that package server wires.
//
// A call meets, from outside in:
//
//	log        an id, one line when it ends: never a payload
//	status     every error becomes a status with its reason; what is no fault becomes INTERNAL and the id
//	recover    a panic ends this call alone
//	deadline   a call without one gets the default; a stream ends when the server drains
//	authenticate   the bearer token becomes a policy.Caller
//	guard      a method without policy, and a caller without any of its roles, is denied before the room
//	validate   the rules of the .proto files, and clean text in every string
//	confirm    an OK answer of a room that never asked the policy becomes INTERNAL
//
// Health and reflection (policy.Excepted) pass log and recover only.
package rpc
