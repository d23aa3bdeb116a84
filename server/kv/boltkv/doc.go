// Package boltkv keeps the store in one file of go.etcd.io/bbolt.
//
// One goroutine writes. It takes every Update that waits (up to maxBatch, with no delay), runs their closures one
// after another in a single bbolt transaction, each on an overlay of its own, and commits once; then all are
// answered, refusals included, for a refusal too may rest on what a neighbour in the batch has just written. A
// closure that is refused or panics leaves nothing, since only a success's overlay is flushed. bbolt's own Batch was
// not chosen: it waits a fixed delay, and one failing closure rolls back and reruns all the others.
//
// # What a reader sees
//
// bbolt shows a commit to new readers when its meta page is written, before that page is synced; a power cut could
// still take it back. The writer therefore publishes the number of the last transaction whose sync has returned, and
// a reader that began on a greater one waits until it is published. Readers that begin during the rest of a commit
// (spilling, writing and syncing the data pages, which is most of it) read the older, durable snapshot and wait for
// nothing; readers never exclude one another. The alternatives were a lock around the commit, which stops every
// reader for all of it, and a stock of read transactions opened in advance, which deadlocks the writer when it has
// to map a larger file.
//
// # Failure
//
// A full disk is a clean refusal (the old state is verified to be in force). Any other error of a commit means that
// nobody knows what the disk holds: the engine answers kv.ErrUnknown to everyone from then on and the process must
// end. bbolt itself would go on, and would show the state whose sync has failed.
//
// # The file
//
//	data   every key and value;     its bucket sequence is the last commit's position
//	feed   position (8 bytes, big endian) -> the fed keys that the commit changed;
//	       its bucket sequence is the position up to which the feed was trimmed
//
// Beside the file stands <file>.lock: its holder's process id, locked for as long as the store is open. It is never
// removed, for removing it would let two processes hold two files of one name.
package boltkv
