// Package check reads a whole store and names everything in it that must not be. It shares no code with the verbs that
// write, but for the table of transitions, and changes nothing.
//
// What must hold:
//
//   - every record decodes and its checksum fits key and value; every index entry has its record and back; no key
//     belongs to no table (package store);
//   - a contract is the fold of its events, whose chain has no gap, whose hashes fit one another and the contract's
//     head; its terms are those that were signed; it has its calendar entry, its place under the shift and, while it
//     waits, its place in the waitlist (lifecycle.VerifyContract and this package), and nothing else stands there;
//   - a shift's counts are what its contracts add up to; no more slots are held than its capacity (rule 1); nobody
//     has two live contracts of it (lifecycle.VerifyShift); its terms are what it promises now;
//   - a person's counts are what the calendar adds up to; nothing that holds time overlaps (rule 2;
//     lifecycle.VerifyPerson);
//   - what falls due stands in the due-queue at its time, and what stands there is asked for;
//   - kept answers are forgotten in time, notes fit their events, nothing refers to a record that is not there.
//
// Problems name tables, keys, resource names, numbers and states, never personal data.
package check
