// Package matcher assigns volunteers to shifts: the best way there is, with a proof of how good it is and a reason for
// every gap. It is a library of its own: it does no I/O, reads no clock but to keep a deadline, and imports the standard
// library alone.
//
// A Problem holds volunteers, shifts and the eligible pairs of them, each with a rank (1 = most wanted). A Builder takes
// it piece by piece and refuses what makes no sense, naming the element. Then
//
//	Fill    gives every volunteer at most one shift: exact
//	Roster  gives several, without overlaps, with rest and travel: anytime, with a proven bound
//	Stable  serves both sides' wishes, so that nobody can better themselves with another's consent
//	Repair  mends a signed roster and moves the fewest people
//	Explain says why a slot stays free and why a volunteer did not get what they wanted
//
// # What is best
//
// Fill, Roster and Repair compare plans by their Score, from left to right:
//
//  1. Value: the weights of the filled slots, added up. A slot weighs its shift's priority, 1 to MaxPriority; the slots
//     up to the shift's minimum headcount weigh MaxPriority more, so that each goes before any one other slot.
//  2. Moved (Repair alone): how many signed places are not kept.
//  3. Rank: the ranks of the assigned pairs, added up.
//  4. Unfairness: how much the squares of everybody's loads grow, which is least where the load is most even.
//
// Where every volunteer takes one shift, the sets of slots that can be filled together are the independent sets of a
// transversal matroid (Edmonds and Fulkerson 1965): a plan with the most value then also fills the most slots, the most of
// minimums among them, and no number of lighter slots makes up for a heavier one. Where volunteers take several, in Roster
// and Repair, weights add up: two ordinary slots of priority 1000 weigh 2000 and go before one slot of a minimum, which
// weighs 1001 at least, where a plan cannot have all three.
//
// Value counts slots of minimums, not shifts that reach theirs: two shifts that lack one person each count as much as one
// that lacks two. To reach the most minimums is another problem, NP-hard even where everybody takes one shift: set packing
// (Karp 1972) is a case of it. Give the shift that must not fall short the higher priority.
//
// Where two plans have the same score, the answer depends on the order of volunteers and shifts, never on the order in
// which pairs were added; each solver documents its tie-break. The score of Fill depends on no order at all, nor do Value,
// Moved and Rank of any plan that is Optimal. A search that its steps or its time end may end elsewhere in another order,
// and Stable gives way to the lower number where standings and loads are equal.
//
// # Time
//
// A time is a number of units since an origin that the caller chooses (minutes since a local midnight, half hours, …).
// Intervals are half-open. Days are Rules.Day units long and begin at multiples of it.
package matcher
