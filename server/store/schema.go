package store

// The drawing of every key. A key is the prefix and the encoded parts (key.go says how); no part holds personal data.
// An arrow is an index and the table that it finds records of, a double one allows one record. A test holds the
// drawing to the declarations; schema_*.go draw their own tables the same way.
//
//	prefix  name                       parts                        value
//	0x01    meta                       name                         nuo.store.v1.Meta
//	0x02    serving interval           start                        nuo.store.v1.ServingInterval
//	0x03    organisation               name                         nuo.v1.Organisation
//	0x04    volunteer                  name                         nuo.v1.Volunteer
//	0x05    person                     name                         nuo.store.v1.StoredPerson
//	0x06    served party               name                         nuo.v1.ServedParty
//	0x07    contact                    name                         nuo.store.v1.StoredContact
//	0x08    view event                 viewer contract door time    nuo.store.v1.ViewEvent
//	0x09    token                      hash                         nuo.store.v1.StoredToken
//	0x0a    request                    day caller id                nuo.store.v1.Request
//	0x0b    due entry                  time kind object             nuo.store.v1.DueEntry
//	0x0c    file name                  namespace name-hash          nuo.store.v1.FileName
//	0x0d    note                       owner sequence               nuo.store.v1.Note
//	0x0e    admin event                owner sequence               nuo.store.v1.AdminEvent
//
//	0x20    organisation by parent     parent                       → organisation
//	0x21    volunteer by unit          unit                         → volunteer
//	0x22    volunteer by branch        branch                       → volunteer
//	0x23    volunteer by team          team                         → volunteer
//	0x24    volunteer by community     community                    → volunteer
//	0x25    served party by community  community                    → served party
//	0x26    served party by compound   compound                     → served party
//	0x27    token by name              name                         ⇒ token
//	0x28    token by person            person                       → token
//	0x29    token by scope             scope                        → token
//
// Prefixes up to 0x1f are tables of schema_system.go and schema_directory.go and 0x20 to 0x3f their indexes; from
// 0x40 on they are those of schema_contract.go:
//
//	0x61    task list                  name                         nuo.v1.TaskList
//	0x62    task list by community     community date               → task list
//	0x63    task                       name                         nuo.v1.Task
//	0x64    task by list               list                         → task
//	0x65    shift                      name                         nuo.v1.Shift
//	0x66    shift by task              task                         → shift
//	0x67    shift by list              list start                   → shift
//	0x68    shift by place             place date start             → shift
//	0x6a    terms                      shift revision               nuo.v1.Terms
//	0x6b    door                       name                         nuo.v1.Door
//	0x6c    door by task               task                         → door
//	0x6d    contract                   name                         nuo.v1.Contract
//	0x6e    contract event             owner sequence               nuo.v1.ContractEvent
//	0x6f    calendar entry             volunteer start contract     nuo.store.v1.CalendarEntry
//	0x70    holder                     shift volunteer contract     nuo.store.v1.Holder
//	0x71    holder by due              shift due                    → holder
//	0x72    wait                       shift sequence               nuo.store.v1.Wait
//	0x73    slots                      shift                        nuo.store.v1.ShiftSlots
//	0x74    claims                     volunteer                    nuo.store.v1.PersonClaims
//	0x75    acceptance                 community volunteer          nuo.store.v1.Acceptance
//	0x76    ended calendar entry       volunteer start contract     nuo.store.v1.CalendarEntry
//
// and from 0x77 on those of schema_match.go, which draws them.
const (
	prefixMeta            byte = 0x01
	prefixServingInterval byte = 0x02
	prefixOrganisation    byte = 0x03
	prefixVolunteer       byte = 0x04
	prefixPerson          byte = 0x05
	prefixServedParty     byte = 0x06
	prefixContact         byte = 0x07
	prefixViewEvent       byte = 0x08
	prefixToken           byte = 0x09
	prefixRequest         byte = 0x0a
	prefixDueEntry        byte = 0x0b
	prefixFileName        byte = 0x0c
	prefixNote            byte = 0x0d
	prefixAdminEvent      byte = 0x0e

	prefixOrganisationByParent   byte = 0x20
	prefixVolunteerByUnit        byte = 0x21
	prefixVolunteerByBranch      byte = 0x22
	prefixVolunteerByTeam        byte = 0x23
	prefixVolunteerByCommunity   byte = 0x24
	prefixServedPartyByCommunity byte = 0x25
	prefixServedPartyByCompound  byte = 0x26
	prefixTokenByName            byte = 0x27
	prefixTokenByPerson          byte = 0x28
	prefixTokenByScope           byte = 0x29
)

// Tables lists every table and chain: what FeedPrefixes and CheckTables go by.
func Tables() []AnyTable {
	return []AnyTable{
		Meta, ServingIntervals,
		Organisations, Volunteers, Persons, ServedParties, Contacts, ViewEvents,
		Tokens, Requests, DueEntries, FileNames, Notes, AdminEvents,
		TaskLists, Tasks, Shifts, Terms, Doors,
		Contracts, Calendar, EndedCalendar, Holders, Slots, Claims, Waits, Acceptances, ContractEvents,
		Matches, MatchWorks, Placements, Preferences,
	}
}
