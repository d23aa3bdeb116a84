// Package matching is MatchService and PreferenceService: what volunteers wish, and plans of who stands what, proposed by
// package matcher, explained, and turned into offers.
//
// # A plan's life
//
//	ProposeMatch ─► SOLVING ─► PROPOSED ─ ApplyMatch ─► APPLYING ─► APPLIED
//	                   └─► FAILED ◄──────────────────────┘ (not one offer was made)
//
//	CancelMatch: SOLVING, PROPOSED or APPLYING ─► CANCELLED
//
// SOLVING and APPLYING are worked off by Work outside of any call: the record says what is to be done, so that it goes
// on after a stop. A plan changes no contract until it is applied. What cannot be worked off, a defect of this program
// included, ends as FAILED with its reason; once an offer was made it ends as APPLIED, for the offer stands, and the
// reason says why there are no more. A plan that cannot be read lies where it is and holds up no other.
//
// The work is done in three lanes, side by side (lane.go): offers are made, plans that need no search are solved, and
// plans are searched for, each lane one plan after another, the oldest first. So a search of ten minutes keeps no FILL of
// a moment from being made, and no offers; another search it does. While offers are made the rest of a plan is searched
// for at most 30 s. A search is one goroutine's, so on two processors calls find one of them.
//
// # How a plan is made (collect.go, solve.go)
//
// Shifts, people and wishes are read in transactions of some hundredths of a second each; what follows is memory. Who
// cannot be read, being damaged, is left out, and the log says how many.
// Whether a volunteer may have a shift is asked of the lifecycle: lifecycle.Opening.Refusals are the faults that a claim
// would have at this instant. Nothing here knows a rule of eligibility. What a plan asks besides is its own:
//
//   - hours and absences that the volunteer stated bind (hours.go);
//   - an offer that the volunteer has not answered counts as a promise, for nobody is asked for the same hours twice;
//   - a shift that the volunteer declined or left is not offered again by a plan;
//   - the waitlist goes first: slots that somebody waits for are not given;
//   - to a 二对一 two or nobody are sent: ROSTER gives an even number of slots, where an odd one is left over, FILL and
//     STABLE none of such a shift; where one stands there alone, each gives the one that completes the pair. What is left
//     out is counted (left_out_slots), and is no slot of the plan;
//   - as many shifts each as asked for, and as live offers are allowed;
//   - as many as the volunteer wishes a week: in any seven days, with what is promised and offered around the plan; in a
//     plan over more than a week, on average (week.go).
//
// The rest rules of the district go to the matcher as numbers; a signature checks them again, exactly. Wishes become a
// rank (rank.go); for STABLE, residence, skill and experience become a standing. Every slot has the same priority, and
// one that is needed for the minimum headcount goes before any other. A volunteer's load is the shifts held in the
// ninety days before the plan and in what lies ahead. There is no way to know how long a way takes: no time is kept
// for it.
//
// # How offers are made (apply*.go)
//
// Placements are offered in their order, by lifecycle.OfferPlan, at most fifty a transaction, which also holds what became
// of each and where the next begins: a stop anywhere loses nothing and repeats nothing. Crews go whole or not at all. A
// place that cannot be offered any more is CHANGED with the reason, and the others go on. The event names who applied the
// plan and their role, a street's and a district's too: the system acts on nobody's behalf. Whether they still hold that
// role over the plan is asked in each of those transactions.
//
// What is asked of a place then are the rules of a claim. Hours and how often somebody wishes to come are read when a
// round is planned: of two plans that were proposed side by side, the second may offer more than a week's wish, which the
// volunteer declines.
//
// After a round, what the plan was made of is read again, looking past its own offers (a fingerprint). Where that or a
// place has changed, the slots that are free now are solved anew, with the offers held fixed and counted for what the plan
// gives each, as the next round; three rounds at most. A round that was half written at a stop is written anew. The
// plan's figures are then those of its offers and the new round together, of which nothing is proved.
//
// Given up between two steps, the offers that were made stand. So they do where the work cannot go on: the role was lost,
// or a defect was met. What is left is CHANGED then, with the reason, which the plan has as its failure; it is APPLIED
// where anything was offered and FAILED where nothing was.
//
// # What is kept
//
// A plan is kept for 7 days after it was proposed, for 400 after it was applied, for 30 after it failed or was
// cancelled (forget.go); one of which much is to be removed is CANCELLED first, so that it is not applied by halves. The
// events of who did what stay. At most 3 plans of a scope are being solved, and 20 stand proposed, at a time.
//
// # Who sees what
//
// Planners are the community, the street and the district of the scope; an office's token may plan, only a person
// applies. To planners volunteers have resource names; a person's name is shown by the rule of ListVolunteers. A
// volunteer is told about oneself, from the moment at which offers are made, in counts and reasons.
//
// Why a named volunteer has a rank, or is kept from a shift, is told to planners who may read it elsewhere (seen): the
// wishes and stated hours by the rule of GetPreference, the rest by that of GetVolunteer, an exemption to the unit's
// committee alone. Others read the rank, and NOT_ELIGIBLE. In numbers a personal reason is told from three people on.
// Unfairness is for planners.
//
// # How a plan is explained (explain*.go)
//
// What the plan was made of is read anew, looking past its offers that are not answered: these can be moved. What was
// signed is a promise and holds its slot; what was declined, left, cancelled or expired holds nothing. An offer that the
// rules forbid by now stands like a signature. A wish is a shift of a better rank than the worst held, by a kind or place
// that was stated, or the best of who got nothing. Shifts of the plan that are full or have started are kept without a
// slot, so that they can be asked about.
package matching

import (
	"log/slog"

	"google.golang.org/grpc"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// Room serves MatchService and PreferenceService on a store, and works off what they record.
type Room struct {
	nuov1.UnimplementedMatchServiceServer
	nuov1.UnimplementedPreferenceServiceServer

	store *store.Store
	clock store.Clock
	log   *slog.Logger
	live  board
	// searches wakes the lane that searches.
	searches chan struct{}
	// explaining is the line of explanations, of which one is computed at a time.
	explaining *turns
	tellPairs  int
}

var (
	_ nuov1.MatchServiceServer      = (*Room)(nil)
	_ nuov1.PreferenceServiceServer = (*Room)(nil)
)

// New makes the room on an open store. Nothing is worked off but by Work.
func New(s *store.Store, clock store.Clock, log *slog.Logger) *Room {
	return &Room{
		store: s, clock: clock, log: log, searches: make(chan struct{}, 1), explaining: newTurns(),
		tellPairs: tellPairs,
	}
}

// Register offers both services.
func (r *Room) Register(s grpc.ServiceRegistrar) {
	nuov1.RegisterMatchServiceServer(s, r)
	nuov1.RegisterPreferenceServiceServer(s, r)
}
