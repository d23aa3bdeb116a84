// Package importing reads files with organisations, volunteers, served parties and task lists, says what is wrong with
// them and what applying them would change, and applies them.
//
// It owns the format of the files and the table of names in files (store.FileNames); it owns nothing else. What it
// changes it changes by calling the other services over a connection with the caller's own token, so that every
// policy and every rule decides as if the caller had called. The way of a file:
//
//	value       yaml.go, csv.go: bytes become a tree of values, each with its line and column
//	item        read_*.go: the tree becomes items, which are messages of nuo.v1 with the places of their fields
//	plan        plan.go: each item is compared with what the file asked for last, and with what there is
//	run         run.go, act.go, act_people.go: items are made or changed in steps, lists are published last
//
// Twice is the same as once: an item whose content was applied is left alone; a person's name in a file finds the
// resource again through store.FileNames; and each call carries a request id derived from who imports, the item, its
// content and how often it was applied, so that a run that was interrupted can be repeated safely. The name is written
// down before the thing is made: a run that finds a name without a resource looks for the thing before it makes it,
// however long ago that was.
//
// # The file
//
// YAML with any of the keys organisations, volunteers, served_parties, lists:
//
//	organisations:
//	  - id: communities/mingzhu            # collection and id; the collection says the kind
//	    name: 明珠社区
//	    parent: streets/jiazhi             # not for districts; compounds, buildings, branches know theirs from the id
//	    address: …                         # village: true for 村, company: true for a unit that is one
//	volunteers:
//	  - id: court-01                       # the file's own name; unique within the unit (or community)
//	    name: 测试甲
//	    phone: "10000000001"               # gender, birth_date, residence
//	    unit: court                        # branch: yi, teams: [tianping]
//	    political_status: 党员             # 党员 预备党员 群众
//	    service_status: 在职               # 在职 离退休 借调
//	    skills: [driver]                   # minor: true, guardian_consent: true
//	    registrations:
//	      - {community: mingzhu, primary: true, from: 2020-01-30}    # to, slip, receipt, outside
//	    exemptions:
//	      - {category: 居家隔离, from: 2020-01-26, to: 2020-02-10}
//	served_parties:
//	  - id: hu-01                          # unique within the community
//	    kind: 户                           # 户 个人 企业
//	    community: mingzhu
//	    compound: yiqi                     # name, phone, door
//	lists:
//	  - id: mingzhu-0208                   # taskLists/mingzhu-0208
//	    community: mingzhu
//	    date: 2020-02-08                   # the local date of its shifts' start
//	    title: 2月8日服务清单              # activity_lead, cohosts, accept_by_hand, close
//	    publish: true                      # publish it when all of it was taken
//	    tasks:
//	      - id: notices                    # tasks/mingzhu-0208-notices
//	        kind: 张贴通知
//	        title: 张贴通知                # description, compound, hazardous, insurance, safety_terms
//	        shifts:
//	          - id: pm                     # optional; an id lets place and time be amended later
//	            place: 明珠社区            # meeting_point, risk_notes, relieved_by
//	            time: 14:00-18:00          # local time of the list's date; 20:00-08:00 ends on the next day
//	            timing: 完成为止           # 完成为止 or 截止前; or start and end instead of time
//	            capacity: 6                # min, claim_open, claim_close
//	            requirements: {members_only: true}       # adults_only, skills, organisations
//	        doors:
//	          - served_party: hu-01        # or household, door, phone, compound of a new one
//
// An interval whose end is before its start ends on the next day when that makes it at most 12 hours; a longer one is
// written 17:00-次日8:00. CSV has one kind a file, told by its header: volunteers (id, name, …; registered_community
// and registered_from for the primary registration), served parties (id, community, door, …), shifts (list, date,
// task, place, time, capacity, …) or doors (list, task, …) of lists that stand in another file of the same call or on
// the server. Several values of a cell are separated by 、 or ;. Keys, headers and values may be Chinese (words.go). What is
// not in a file is left alone: nothing is ever deleted by leaving it out.
package importing
