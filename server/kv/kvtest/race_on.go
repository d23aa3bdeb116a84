//go:build race

package kvtest

// race tells the tests to count lower: the detector makes them some ten times slower.
const race = true
