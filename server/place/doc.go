// Package place says where things lie and what rules hold there: the organisations that a name lies in, a district's
// policy with the defaults of the domain filled in, and the local days of its time zone. Whoever decides something
// about a shift, a claim or a person asks here, so that there is one answer.
//
// It reads organisations; package directory writes them. What it writes is one thing, a new served party with its contact
// apart (AddServedParty), for the two rooms that make one. A question costs at most one read, and no state is kept but the
// time zones that were loaded.
package place
