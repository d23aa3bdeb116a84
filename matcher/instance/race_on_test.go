//go:build race

package instance_test

// raceDivisor is what long loops divide their counts by.
const raceDivisor = 10
