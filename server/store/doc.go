// Package store gives the engine's keys their meaning: typed tables with declared indexes (schema.go draws every
// key), records with checksums, events chained by hashes, transactions with a clock and randomness of their own, and
// the versions of the file. Rooms work on messages and never see a byte of it; engines (package kv) see bytes only.
//
// A transaction is a closure that may run more than once (kv.Engine.Update says what follows from that). All time and
// all randomness in it come from its Tx: rewound where an engine runs the closure again on the same state in order to
// compare, fresh where it is tried again on a newer one.
//
// Errors are package fault's: NOT_FOUND, ALREADY_EXISTS, DAMAGED, INVALID_PAGE_TOKEN, and what an engine answers
// (STORE_FULL, BUSY, OUTCOME_UNKNOWN, TOO_LARGE, RESUME_TOO_OLD) with the engine's error inside.
package store
