package importing

import (
	"slices"
	"strings"
)

// The keys of each kind of item, in the order in which a remedy offers them.
var (
	documentKeys     = []string{"organisations", "volunteers", "served_parties", "lists"}
	organisationKeys = []string{"id", "name", "parent", "address", "village", "company"}
	volunteerKeys    = []string{
		"id", "name", "phone", "gender", "birth_date", "residence", "unit", "branch", "teams", "political_status",
		"service_status", "skills", "minor", "guardian_consent", "registrations", "exemptions",
	}
	registrationKeys = []string{"community", "primary", "from", "to", "slip", "receipt", "outside"}
	exemptionKeys    = []string{"category", "from", "to"}
	partyKeys        = []string{"id", "kind", "community", "compound", "name", "phone", "door"}
	listKeys         = []string{
		"id", "community", "date", "title", "activity_lead", "cohosts", "accept_by_hand", "close", "publish", "tasks",
	}
	taskKeys = []string{
		"id", "kind", "title", "description", "compound", "hazardous", "insurance", "safety_terms", "shifts", "doors",
	}
	shiftKeys = []string{
		"id", "place", "meeting_point", "time", "start", "end", "timing", "capacity", "min", "requirements",
		"claim_open", "claim_close", "risk_notes", "relieved_by",
	}
	requirementKeys = []string{"skills", "adults_only", "members_only", "organisations"}
	doorKeys        = []string{"served_party", "household", "door", "phone", "compound"}
)

// listColumns are the columns whose cells hold several values.
var listColumns = []string{"teams", "skills", "organisations_only"}

// table is a kind of item that a CSV file may hold: the columns that tell it, and all that it may have.
type table struct {
	key     string
	needs   []string
	columns []string
}

// tables in the order in which they are tried: the narrower first.
var tables = []table{
	{"shifts", []string{"list", "task", "capacity"}, slices.Concat(
		[]string{"list", "date", "task"}, without(shiftKeys, "requirements"),
		[]string{"skills", "adults_only", "members_only", "organisations_only"})},
	{"doors", []string{"list", "task"}, append([]string{"list", "task"}, doorKeys...)},
	{"served_parties", []string{"id", "community", "door"}, partyKeys},
	{"volunteers", []string{"id", "name"}, append(without(volunteerKeys, "registrations", "exemptions"),
		"registered_community", "registered_from")},
}

func without(keys []string, not ...string) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return slices.Contains(not, key) })
}

// tableOf is the kind that a header tells, nil for none. In a table the words for lists, tasks and served
// parties mean one of each.
func tableOf(keys []string) *table {
	for i, key := range keys {
		switch key {
		case "lists":
			keys[i] = "list"
		case "served_parties":
			keys[i] = "served_party"
		case "tasks":
			keys[i] = "task"
		}
	}
	for i := range tables {
		has := func(key string) bool { return slices.Contains(keys, key) }
		if !slices.ContainsFunc(tables[i].needs, func(key string) bool { return !has(key) }) {
			return &tables[i]
		}
	}
	return nil
}

// unknownKey names a key that nothing understands, and the known one that it resembles.
func unknownKey(d *diagnostics, f field, known []string) {
	what := sayf("the key is not known here", "此处不能使用这个键")
	for _, k := range known {
		if distance(f.key, k) <= 2 {
			d.add(f.at, f.key, what, sayf("did you mean %s?", "是否应为 %s？", k))
			return
		}
	}
	choice := strings.Join(known, ", ")
	d.add(f.at, f.key, what, sayf("use one of: %s", "可用的有：%s", choice))
}

// distance is Levenshtein's, over bytes, in O(len(a)·len(b)); keys are short, longer ones are far from all.
func distance(a, b string) int {
	if len(a) > 32 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
