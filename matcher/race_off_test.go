//go:build !race

package matcher_test

const raceDivisor = 1
