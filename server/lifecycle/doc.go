// Package lifecycle owns a contract's life: the table of every transition (table.go), the rules of slots and time
// that hold on every path (qualify.go), and the steps by which contracts, shifts and persons change together. It is
// the only place that changes a contract's state; rooms decide who may ask, and ask.
//
// Everything here runs inside one store transaction, on its instant. A step reads the shift's counts (store.Slots)
// and the person's (store.Claims) and writes both: these are the conflict keys of all scans of holders, waits and
// calendars, so that an engine that does not see phantoms cannot let two claims pass that exclude each other.
//
// What falls due is settled first: every verb begins with what time has decided about its shift (due.go), and the
// janitor only does the same where nobody asks.
package lifecycle

import (
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// Actor is who asks for a step.
type Actor struct {
	// Name stands in the events: a volunteer's name, a token's, or "system".
	Name string
	// Person is the volunteer who acts, empty for services and the system.
	Person string
	// Role is the one by which the caller was allowed.
	Role nuov1.Role
}

// System is the actor of what falls due.
var System = Actor{Name: "system", Role: nuov1.Role_ROLE_SYSTEM}

// Limits that no policy changes.
const (
	maxLive         = 100                 // live contracts of one person: what the steps of their time can read
	maxWaits        = 20                  // of these, places on waitlists
	maxTries        = 50                  // contracts of one person on one shift, ended ones among them
	maxWaiting      = 50                  // people behind one shift: what one step can examine
	stepContracts   = 50                  // contracts that one step of a sweep visits
	stepSweep       = 25                  // holders that one step of a visit looks at
	stepHolders     = 100                 // holders that one step of a verb for the crew looks at
	stepEntries     = 400                 // calendar entries after which a step leaves the rest to the next
	stepReduce      = 25                  // contracts that one reduction releases
	maxReduce       = 250                 // holders among which a reduction chooses
	stepDoors       = 100                 // doors that one step copies to the task made of what was left over
	stepReleases    = 20                  // contracts that one step of an exemption releases, each of another shift
	maxPromotions   = 10                  // slots that one step passes on; the rest stay reserved
	firstWins       = time.Hour           // before the start the first signature wins
	undoWindow      = 10 * time.Minute    // of a check-in
	checkOutWindow  = 2 * time.Hour       // after the end; later a time is entered and approved
	settleAfter     = 24 * time.Hour      // after the end the system marks the undecided absent
	maxExtension    = 8 * time.Hour       // of one extension
	calendarReach   = 8 * 24 * time.Hour  // no contract holds time for longer
	readAhead       = 31 * 24 * time.Hour // of a calendar, for readers that go over a month's shifts
	lateWorkingDays = 10                  // for entries from paper
	hundredth       = 36 * time.Second    // hours are recorded in these
)
