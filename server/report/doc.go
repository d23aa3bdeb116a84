// Package report makes fulfilment reports: of a unit by branch and member, of a branch, a community, a street or a
// district, for a period.
//
// One table (figure.go) says of each figure which people or contracts are behind it and what each adds. The report and
// the drill-down go by that table alone, so that a figure and its list cannot differ. What is read is read in one View:
//
//   - world.go brings together the contracts whose shift ends in the period, of a unit through the calendars of all who
//     ever were its people (what a unit knows about who has left stands in its events), of a place through its shifts;
//   - people.go says who stood how on the last day of the period, undoing what was changed since;
//   - share.go splits each shift's people reached so that the parts of every table add up.
//
// The figures of an ended period stay as they are when a standing changes later. They change when something that was
// open is settled, a correction or late entry is recorded (the report names it), a rating is given, or a consent ③ is
// withdrawn (NOT_FED_BACK says how much is left out). Nothing is stored; a scan is enough for now.
//
// It writes nothing and imports no other room.
package report
