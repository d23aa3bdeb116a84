//go:build !race

package lifecycle

const raceDivisor = 1
