//go:build !race

package instance_test

const raceDivisor = 1
