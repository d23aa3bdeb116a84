package importing

import (
	"encoding/hex"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func (p *parser) list(v *value) {
	mistakes := len(p.d.found)
	r, ok := p.open(v, listKeys)
	if !ok {
		return
	}
	r.need("community")
	r.need("date")
	m := &nuov1.TaskList{
		Name: keyed("taskLists/", r.id("id")), Community: r.ref("community", "communities"), Date: r.date("date"),
		Title: r.need("title"), ActivityLead: r.text("activity_lead"), AcceptByHand: r.yes("accept_by_hand"),
	}
	m.CloseTime = r.instant("close", m.GetDate())
	p.refer(nuov1.ImportKind_IMPORT_KIND_ORGANISATION, m.GetCommunity(), r.at("community"), "community")
	for _, text := range r.texts("cohosts") {
		host := p.ref(text, "communities", r.at("cohosts"), "cohosts")
		p.refer(nuov1.ImportKind_IMPORT_KIND_ORGANISATION, host, r.at("cohosts"), "cohosts")
		m.Cohosts = append(m.Cohosts, host)
	}
	it := &item{
		kind: nuov1.ImportKind_IMPORT_KIND_TASK_LIST, phase: phaseList, at: v.at, label: m.GetTitle(),
		namespace: p.district, key: m.GetName(), name: m.GetName(), want: m, publish: r.yes("publish"),
		where: map[string]spot{"title": r.at("title"), "activity_lead": r.at("activity_lead"), "date": r.at("date")},
	}
	if it.publish && len(r.value("tasks").items()) == 0 {
		r.wrong("publish", sayf("a list without tasks cannot be published", "没有任务的清单不能发布"), sayf("add tasks, or remove publish", "请添加任务，或去掉 publish"))
	}
	p.add(it, mistakes)
	p.each(r, "tasks", func(v *value) { p.task(v, m) })
}

func (p *parser) task(v *value, list *nuov1.TaskList) {
	mistakes := len(p.d.found)
	r, ok := p.open(v, taskKeys)
	if !ok {
		return
	}
	r.need("kind")
	m := &nuov1.Task{
		Name: p.within("tasks", list.GetName(), r), TaskList: list.GetName(), Kind: one(r, "kind", taskKind),
		Title: r.text("title"), Description: r.text("description"), InsuranceReference: r.text("insurance"),
		SafetyTerms: r.text("safety_terms"), Compound: p.compound(r, list.GetCommunity()),
	}
	if m.GetTitle() == "" {
		m.Title = r.text("kind")
	}
	if r.yes("hazardous") {
		m.HazardClass = nuov1.HazardClass_HAZARD_CLASS_HAZARDOUS
	}
	where := map[string]spot{"insurance_reference": r.at("insurance")}
	for _, key := range []string{"title", "description", "safety_terms"} {
		where[key] = r.at(key)
	}
	p.add(&item{
		kind: nuov1.ImportKind_IMPORT_KIND_TASK, phase: phaseTask, at: v.at, label: m.GetTitle(),
		namespace: p.district, key: m.GetName(), name: m.GetName(), want: m, where: where,
	}, mistakes)
	p.each(r, "shifts", func(v *value) {
		if r, ok := p.open(v, shiftKeys); ok {
			p.shift(r, m.GetName(), list.GetDate())
		}
	})
	p.each(r, "doors", func(v *value) {
		if r, ok := p.open(v, doorKeys); ok {
			p.door(r, list.GetName(), m.GetName(), list.GetCommunity())
		}
	})
}

// within is the name of what lies in a list or task: the outer id, a hyphen, the item's id.
func (p *parser) within(collection, outer string, r *reader) string {
	id := r.id("id")
	if id == "" || outer == "" {
		return ""
	}
	return p.joined(collection, outer, id, r)
}

func (p *parser) joined(collection, outer, id string, r *reader) string {
	_, outer, _ = strings.Cut(outer, "/")
	joined := outer + "-" + id
	if !idPattern.MatchString(joined) {
		r.wrong("id", sayf("the id is too long together with its list's", "与清单编号相连后过长"), sayf("shorten one of the two to 63 characters in all", "请缩短其中一个，合计不超过 63 个字符"))
		return ""
	}
	return collection + "/" + joined
}

// shift reads one shift of the task, on the day.
func (p *parser) shift(r *reader, task, day string) {
	mistakes := len(p.d.found)
	start, end := r.interval(day)
	r.need("capacity")
	m := &nuov1.Shift{
		Task: task, Place: r.need("place"), MeetingPoint: r.text("meeting_point"), StartTime: start, EndTime: end,
		Timing: one(r, "timing", shiftTiming), Capacity: r.number("capacity"), MinimumHeadcount: r.number("min"),
		RiskNotes: r.text("risk_notes"), Requirements: p.requirements(r),
		ClaimOpenTime: r.instant("claim_open", day), ClaimCloseTime: r.instant("claim_close", day),
	}
	if m.GetMinimumHeadcount() > m.GetCapacity() {
		r.wrong("min", sayf("the minimum is above the capacity", "最少人数多于名额"), sayf("lower it, or raise the capacity", "请减少，或增加名额"))
	}
	p.longest(r, m)
	if r.has("id") {
		m.Name = p.within("shifts", task, r)
	} else if start != nil && task != "" {
		m.Name = p.joined("shifts", task, start.AsTime().In(p.zone).Format("1504")+"-"+short(m.GetPlace()), r)
	}
	if text := r.text("relieved_by"); text != "" {
		outer := "shifts/" + strings.TrimPrefix(task, "tasks/") + "-"
		m.RelievedBy = outer + strings.TrimPrefix(text, outer)
		if full, ok := strings.CutPrefix(text, "shifts/"); ok {
			m.RelievedBy = "shifts/" + full
		}
		p.refer(nuov1.ImportKind_IMPORT_KIND_SHIFT, m.GetRelievedBy(), r.at("relieved_by"), "relieved_by")
	}
	where := map[string]spot{"minimum_headcount": r.at("min"), "requirements": r.at("requirements")}
	for _, key := range []string{"place", "meeting_point", "capacity", "risk_notes", "relieved_by"} {
		where[key] = r.at(key)
	}
	it := &item{
		kind: nuov1.ImportKind_IMPORT_KIND_SHIFT, phase: phaseShift, at: r.v.at,
		namespace: p.district, key: m.GetName(), name: m.GetName(), want: m, where: where,
	}
	if start != nil {
		it.label = m.GetPlace() + " " + start.AsTime().In(p.zone).Format("01-02 15:04")
	}
	if day == "" {
		mistakes = -1 // the day's own mistake is named; what follows from it need not be
	}
	p.add(it, mistakes)
}

// longest holds the interval to what a shift may last.
func (p *parser) longest(r *reader, m *nuov1.Shift) {
	if m.GetEndTime() == nil {
		return
	}
	hours, most := m.GetEndTime().AsTime().Sub(m.GetStartTime().AsTime()).Hours(), 24.0
	if m.GetTiming() == nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY {
		most = 7 * 24
	}
	if hours > most {
		key := "end"
		if r.has("time") {
			key = "time"
		}
		r.wrong(key, sayf("the shift lasts longer than %v hours", "班次超过 %v 小时", most), sayf("make two shifts of it", "请分成两个班次"))
	}
}

func (p *parser) requirements(r *reader) *nuov1.Requirements {
	m := &nuov1.Requirements{}
	in := r
	organisations := "organisations_only"
	if r.has("requirements") {
		inner, ok := p.open(r.value("requirements"), requirementKeys)
		if !ok {
			return nil
		}
		in, organisations = inner, "organisations"
	}
	m.Skills, m.AdultsOnly, m.MembersOnly = in.texts("skills"), in.yes("adults_only"), in.yes("members_only")
	for _, name := range in.texts(organisations) {
		if _, _, ok := collectionOf(name); !ok {
			in.wrong(organisations, sayf("this is no name of an organisation", "不是组织的名称"), sayf("write it as units/court or teams/tianping", "请写成 units/court 或 teams/tianping"))
			continue
		}
		p.refer(nuov1.ImportKind_IMPORT_KIND_ORGANISATION, name, in.at(organisations), organisations)
		m.Organisations = append(m.Organisations, name)
	}
	if len(m.GetSkills())+len(m.GetOrganisations()) == 0 && !m.GetAdultsOnly() && !m.GetMembersOnly() {
		return nil
	}
	return m
}

// door reads one household of the task. One that is not a served party of its own is told by its contact: another
// contact is another door.
func (p *parser) door(r *reader, list, task, community string) {
	mistakes := len(p.d.found)
	m := &nuov1.AddDoorRequest{Task: task, RequestId: placeholderID}
	it := &item{
		kind: nuov1.ImportKind_IMPORT_KIND_DOOR, phase: phaseDoor, at: r.v.at, namespace: list, want: m,
		where: map[string]spot{
			"contact.display_name": r.at("household"), "contact.phone": r.at("phone"), "contact.door": r.at("door"),
		},
	}
	inline := r.has("household") || r.has("door") || r.has("phone")
	switch {
	case r.has("served_party") && inline:
		r.wrong("served_party", sayf("a served party beside a new household", "既写了服务对象又写了新的住户"), sayf("keep one of the two", "请只保留一种"))
	case r.has("served_party"):
		id := r.id("served_party")
		it.party = &reference{partyKey(id), r.at("served_party"), "served_party", nuov1.ImportKind_IMPORT_KIND_SERVED_PARTY}
		it.key, it.label = "door "+task+" "+id, id
	case !r.has("door") && !r.has("household"):
		p.d.add(r.v.at, "door", sayf("nothing says which door", "没有写明是哪一户"), sayf("write served_party, or household and door", "请填写 served_party，或 household 和 door"))
	default:
		m.Contact = &nuov1.ServedPartyContact{DisplayName: r.text("household"), Door: r.text("door"), Phone: phone(r.text("phone"))}
		m.Compound = p.compound(r, community)
		it.key = "door " + task + " " + hex.EncodeToString(it.content())
	}
	p.add(it, mistakes)
}

// tableShift and tableDoor read rows, which name their list and task.
func (p *parser) tableShift(v *value) {
	r, ok := p.open(v, tables[0].columns)
	if !ok {
		return
	}
	list, task := p.rowTask(r)
	day := r.date("date")
	if it := p.named[list]; it != nil {
		if in, ok := it.want.(*nuov1.TaskList); ok && day == "" {
			day = in.GetDate()
		}
	}
	if day == "" && task != "" && !r.has("date") {
		p.d.add(v.at, "date", sayf("the date of the list is not known", "不知道清单的日期"), sayf("add a column date, or the file with the list", "请增加日期列，或同时导入清单文件"))
	}
	if task != "" {
		p.shift(r, task, day)
	}
}

func (p *parser) tableDoor(v *value) {
	r, ok := p.open(v, tables[1].columns)
	if !ok {
		return
	}
	list, task := p.rowTask(r)
	community := ""
	if it := p.named[list]; it != nil {
		if in, ok := it.want.(*nuov1.TaskList); ok {
			community = in.GetCommunity()
		}
	}
	if task != "" {
		p.door(r, list, task, community)
	}
}

// rowTask is the list and the task that a row belongs to.
func (p *parser) rowTask(r *reader) (list, task string) {
	id := r.id("task")
	if r.need("list") == "" || id == "" {
		return "", ""
	}
	list = r.ref("list", "taskLists")
	if list == "" {
		return "", ""
	}
	_, outer, _ := strings.Cut(list, "/")
	if !idPattern.MatchString(outer + "-" + id) {
		r.wrong("task", sayf("there is no such task", "没有这个任务"), sayf("write the task's id in its list", "请填写任务在清单中的编号"))
		return "", ""
	}
	task = "tasks/" + outer + "-" + id
	p.refer(nuov1.ImportKind_IMPORT_KIND_TASK, task, r.at("task"), "task")
	return list, task
}

// relief orders shifts so that who relieves is made before who is relieved, and names those that relieve in a circle.
func (p *parser) relief() {
	for _, it := range p.items {
		m, ok := it.want.(*nuov1.Shift)
		if !ok || m.GetRelievedBy() == "" {
			continue
		}
		depth, next := 0, p.named[m.GetRelievedBy()]
		for ; next != nil && depth <= phaseDoor-phaseShift-1; depth++ {
			by, _ := next.want.(*nuov1.Shift)
			next = p.named[by.GetRelievedBy()]
		}
		if next != nil || depth >= phaseDoor-phaseShift-1 {
			p.d.add(it.where["relieved_by"], "relieved_by", sayf("the shifts relieve each other in a circle", "班次互相接班，成了循环"),
				sayf("leave out relieved_by at the last of them", "请去掉最后一班的接班"))
			return
		}
		it.phase = phaseShift + depth
	}
}

// placeholderID stands where a request id will be, so that the rest of a request can be checked.
const placeholderID = "00000000-0000-4000-8000-000000000000"
