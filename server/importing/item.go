package importing

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/rpc"
)

// item is one thing that a file asks for.
type item struct {
	kind nuov1.ImportKind
	// phase orders the work: everything of a phase may rest on everything of the phases before it.
	phase int
	at    spot
	// label is what people call it; empty for what is named by its place alone.
	label string
	// namespace and key are its name in files.
	namespace, key string
	// name is its resource name; empty until the server has made one.
	name string
	// want is what the file asks for, as the service takes it.
	want proto.Message
	// where are the places of want's fields, by their paths.
	where map[string]spot
	// exemptions of a volunteer, which are added one by one.
	exemptions []*nuov1.Exemption
	// party is the key of the served party of a door, in the namespace of the list's community.
	party *reference
	// publish a list when all of it was taken.
	publish bool

	// What the plan found out.
	action nuov1.ImportAction
	record *storev1.FileName
}

// The phases. Organisations come in ranks of their own before them.
const (
	phaseVolunteer = 10 + iota
	phaseParty
	phaseList
	phaseTask
	phaseShift // and deeper ones: who relieves is made before who is relieved
	phaseDoor  = 1000
)

// reference is a name that stands in a file for something that must exist, in the files or on the server.
type reference struct {
	name string
	at   spot
	key  string
	kind nuov1.ImportKind
}

// content is the hash of all that the file asks for of the item.
func (it *item) content() []byte {
	h := sha256.New()
	write := func(m proto.Message) {
		b, _ := proto.MarshalOptions{Deterministic: true}.Marshal(m) // its text is UTF-8: the file was checked
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b))))
		h.Write(b)
	}
	write(it.want)
	for _, e := range it.exemptions {
		write(e)
	}
	if it.party != nil {
		h.Write([]byte(it.party.name))
	}
	return h.Sum(nil)
}

// personal tells whether its names are somebody's own.
func (it *item) personal() bool {
	switch it.kind {
	case nuov1.ImportKind_IMPORT_KIND_VOLUNTEER, nuov1.ImportKind_IMPORT_KIND_SERVED_PARTY, nuov1.ImportKind_IMPORT_KIND_DOOR:
		return true
	default:
		return false
	}
}

// change is the item as an answer shows it.
func (it *item) change() *nuov1.ImportChange {
	return &nuov1.ImportChange{
		Action: it.action, Kind: it.kind, Label: it.label, Name: it.name,
		File: it.at.file, Line: int32(it.at.line),
	}
}

// check holds the item's message to the rules of the API and names each field where the file has it.
func (it *item) check(d *diagnostics) {
	refused, ok := fault.As(rpc.Check(it.want))
	if !ok {
		return
	}
	it.refused(d, refused, sayf("correct it", "请改正"))
}

// refused names what a service or a rule said about the item, each field at its place.
func (it *item) refused(d *diagnostics, e *fault.Error, remedy said) {
	if len(e.Fields) == 0 {
		d.add(it.at, "", said{e.Text(fault.English), e.Text(fault.Chinese)}, remedy)
	}
	for _, v := range e.Fields {
		at, key := it.at, v.Field
		for path := v.Field; path != ""; path = parentPath(path) {
			if known, ok := it.where[path]; ok {
				at = known
				break
			}
		}
		key = key[strings.LastIndexByte(key, '.')+1:]
		if written, ok := writtenKeys[key]; ok {
			key = written
		}
		todo := remedy
		if better, ok := remedies[key]; ok {
			todo = better
		}
		d.add(at, key, said{v.In(fault.English), v.In(fault.Chinese)}, todo)
	}
}

// writtenKeys are the keys of files where fields of the API have other names.
var writtenKeys = map[string]string{
	"display_name": "name", "minimum_headcount": "min", "insurance_reference": "insurance", "start_time": "time", "end_time": "time",
}

// remedies say more than that a field is wrong.
var remedies = map[string]said{
	"phone":  {"write 5 to 15 digits, with + and the country code before them for a foreign number", "请填写 5 至 15 位数字，境外号码在前面加 + 和国家代码"},
	"gender": {"write 男 or 女, or leave it out", "请填写 男 或 女，或不填"},
	"skills": {"write codes of the district, such as driver or lawyer", "请填写区里的技能代码，例如 driver、lawyer"},
}

// parentPath takes the last step off a path such as registrations[0].from_date.
func parentPath(path string) string {
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}

// add puts an item on the list, unless its name stands there already.
func (p *parser) add(it *item, mistakes int) {
	if it.key == "" {
		return // it cannot be told from others, and what is wrong with its id, or its list's, is named
	}
	if len(p.items) >= maxItems {
		if !p.full {
			p.d.add(it.at, "", sayf("the files hold more than %d items", "文件内容超过 %d 项", maxItems),
				sayf("split them and apply one part after the other", "请拆分后分批导入"))
		}
		p.full = true
		return
	}
	full := it.namespace + " " + it.key
	if first, ok := p.seen[full]; ok {
		p.d.add(it.at, "id", sayf("the same stands already at %s:%d", "与 %s:%d 重复", first.file, first.line),
			sayf("remove one of the two or give it another id", "请删除其中一项或换一个编号"))
		return
	}
	p.seen[full] = it.at
	if len(p.d.found) == mistakes { // what is wrong already need not be named again by a rule
		it.check(p.d)
	}
	p.items = append(p.items, it)
	if it.name != "" {
		p.named[it.name] = it
	}
}

// keyed is an id behind a prefix, empty where there is no id.
func keyed(prefix, id string) string {
	if id == "" {
		return ""
	}
	return prefix + id
}

// refer notes that a name must exist.
func (p *parser) refer(kind nuov1.ImportKind, name string, at spot, key string) {
	if name != "" {
		p.references = append(p.references, reference{name, at, key, kind})
	}
}

// short is a few characters that stand for a text in an id.
func short(text string) string {
	h := sha256.Sum256([]byte(text))
	return strconv.FormatUint(uint64(binary.BigEndian.Uint32(h[:])), 36)
}
