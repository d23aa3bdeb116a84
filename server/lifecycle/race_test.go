//go:build race

package lifecycle

// raceDivisor divides the counts of long tests under the race detector.
const raceDivisor = 10
