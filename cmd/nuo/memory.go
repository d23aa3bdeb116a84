package main

import (
	"os"
	"runtime/debug"
)

// servingGCPercent lets the heap of a serving process grow to five times what lives before it is collected. What lives
// is small, for the store is mapped and not in the heap, so this costs some tens of megabytes and saves a tenth of the
// processor. GOGC, where it is set, is the operator's word.
const servingGCPercent = 400

// tuneMemory is called by the commands that serve.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(servingGCPercent)
	}
}
