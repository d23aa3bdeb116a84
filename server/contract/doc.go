// Package contract is ContractService: the verbs that move a contract, its history, lists of contracts, and the board.
//
// It decides who may ask and what the answer shows, and nothing else: each verb loads the facts of the object, asks the
// policy inside the transaction, and calls server/lifecycle, the only place that changes a state.
//
// # Who may ask
//
// A volunteer's verbs are for the contract's own volunteer. Who holds several roles acts upon their own contract as its
// volunteer, and upon another's by the first role of the method's rule that fits; lifecycle refuses who would decide
// about their own (OWN_CONTRACT). Co-hosts see and check in and out; everything else is the owning community's. A
// contract that the caller may not see is NOT_FOUND, like one that does not exist; one that they may see but not touch
// is PERMISSION_DENIED.
//
// Whoever decides about a contract is a person (person.go): an office's token that stands for nobody displays codes, checks
// in and reads, and accepts, confirms, approves and corrects nothing.
//
// Wrong site codes are counted per person and shift (guess.go), in memory: a refusal leaves nothing in the store.
//
// # What an answer shows
//
// One function shows a contract to a caller (show.go), for every verb and list alike: name and phone as rule 7 of the
// domain says, a health reason to oneself, the committee and the shift leader alone, hours of volunteering to the unit
// by consent ③ alone. A list holds nothing that GetContract would hide. The notes beside events are shown by nothing
// here: they are kept apart, for those concerned.
package contract

import (
	"google.golang.org/grpc"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// Room serves ContractService on a store.
type Room struct {
	nuov1.UnimplementedContractServiceServer

	store   *store.Store
	guesses guesses
}

var _ nuov1.ContractServiceServer = (*Room)(nil)

// New makes the room on an open store.
func New(s *store.Store) *Room { return &Room{store: s} }

// Register offers ContractService.
func (r *Room) Register(s grpc.ServiceRegistrar) { nuov1.RegisterContractServiceServer(s, r) }
