//go:build race

package matcher_test

// raceDivisor is what long loops divide their counts by.
const raceDivisor = 10
