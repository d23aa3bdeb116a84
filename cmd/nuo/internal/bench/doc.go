// Package bench measures a Nuo server from another process, over real sockets and a real file: the parent drives, a
// child serves. Every figure stands beside the limit that was measured in the same run, for machines differ and are
// shared: ratios travel, rates do not.
//
// The child also listens on a second port that answers calls with a handler that does nothing, without interceptors,
// store or rules: what gRPC alone costs for the same bytes.
package bench
