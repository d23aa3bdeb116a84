// Package directory knows who there is: organisations and places (OrganisationService), volunteers with their standing,
// registrations, exemptions and consents (VolunteerService), and whom a community serves (ServedPartyService).
//
// It alone writes these records. Personal data lies apart, in Persons and Contacts, and is loaded only for a caller who
// may see it: person.go says who sees a person, and a contact leaves only with its ViewEvent in the same transaction.
// What it needs to know about contracts it asks through Contracts, which package server wires.
//
// Everything that changes appends an AdminEvent: ids, codes, dates, numbers. Whoever joins an organisation (a child, a
// member) also appends one to the organisation's own chain. That event is the conflict key of DeactivateOrganisation,
// which scans for children and members: an optimistic engine would not see that one appears meanwhile.
//
// No error repeats a text of the request unless it has the shape of a resource name or of a field's path: a name typed
// into the wrong field must not reach a log.
package directory
