// Package memkv keeps the store in memory and works as a cluster's engine does: closures run at the same time, each
// on a snapshot, and a commit succeeds only if no key that the closure read has changed meanwhile; otherwise the
// closure runs again. It is made for tests: what is correct here needs no single writer.
//
// Like etcd, it compares the keys that were read and found, or asked for by Get, and nothing else. A key that
// appears in a scanned range after the snapshot (a phantom) is not seen: whoever scans in an Update reads a conflict
// key which every writer in that range writes. That hazard is kept on purpose, so that tests meet it.
package memkv
