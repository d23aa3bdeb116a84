// Package maintenance keeps the store safe: it hands out consistent copies of it while the server serves. What a copy
// holds is not verified here but by who received it (package check), on a machine that serves nobody.
package maintenance
