//go:build !race

package server_test

// raced tells that the race detector slows everything down by a factor of ten.
const raced = false
