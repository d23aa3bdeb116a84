// Package place says where things lie and what rules hold there: the organisations that a name lies in, a district's
// policy with the defaults of the domain filled in, and the local days of its time zone. Whoever decides something
// about a shift, a claim or a person asks here, so that there is one answer.
//
// It reads organisations and writes nothing; package directory writes them. All of it costs at most one read a call
// and keeps no state but the time zones that were loaded.
package place
