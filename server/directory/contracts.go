package directory

import (
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// Contracts is what volunteers' records ask about contracts and tell them. Package server wires it to the lifecycle.
// All are required. Each runs inside the transaction that it is given.
type Contracts struct {
	// Live names the volunteer's contracts that have not ended. It reads the person's conflict key, so that a claim
	// that commits meanwhile is seen.
	Live func(tx *store.Tx, volunteer string) ([]string, error)
	// Holds tells whether the community may see the volunteer's name and phone at that instant because of a contract
	// with it: SIGNED until 24 h after the end (rule 7).
	Holds func(tx *store.Tx, volunteer, community string, at time.Time) (bool, error)
	// Release excuses the contracts that hold the volunteer's time inside the half-open interval, whose end lies a
	// hundred years off for an exemption that lasts. What one step cannot carry follows in later ones. The volunteer's
	// record has the exemption already.
	Release func(tx *store.Tx, by *policy.Caller, role nuov1.Role, volunteer string, from, to time.Time) error
	// LookAgain has what the volunteer waits for looked at again, after the record was changed and stored: they may
	// qualify now.
	LookAgain func(tx *store.Tx, volunteer string) error
}
