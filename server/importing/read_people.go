package importing

import (
	"slices"
	"strconv"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// collection is a kind of organisation: the steps of its names, its rank among the phases, and whether its parent
// stands in its own name.
type collection struct {
	steps  []string
	kind   nuov1.OrganisationKind
	rank   int
	nested bool
}

var collections = []collection{
	{[]string{"districts"}, nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT, 0, false},
	{[]string{"streets"}, nuov1.OrganisationKind_ORGANISATION_KIND_STREET, 1, false},
	{[]string{"units"}, nuov1.OrganisationKind_ORGANISATION_KIND_UNIT, 1, false},
	{[]string{"communities"}, nuov1.OrganisationKind_ORGANISATION_KIND_COMMUNITY, 2, false},
	{[]string{"units", "branches"}, nuov1.OrganisationKind_ORGANISATION_KIND_BRANCH, 2, true},
	{[]string{"communities", "compounds"}, nuov1.OrganisationKind_ORGANISATION_KIND_COMPOUND, 3, true},
	{[]string{"communities", "compounds", "buildings"}, nuov1.OrganisationKind_ORGANISATION_KIND_BUILDING, 4, true},
	{[]string{"teams"}, nuov1.OrganisationKind_ORGANISATION_KIND_TEAM, 5, false},
}

// collectionOf finds the collection of an organisation's name, and the name of the organisation that it lies in.
func collectionOf(name string) (c collection, parent string, ok bool) {
	parts := strings.Split(name, "/")
	for _, c := range collections {
		if len(parts) != 2*len(c.steps) {
			continue
		}
		fits := true
		for i, step := range c.steps {
			fits = fits && parts[2*i] == step && idPattern.MatchString(parts[2*i+1])
		}
		if fits {
			return c, strings.Join(parts[:len(parts)-2], "/"), true
		}
	}
	return c, "", false
}

func (p *parser) organisation(v *value) {
	mistakes := len(p.d.found)
	r, ok := p.open(v, organisationKeys)
	if !ok {
		return
	}
	name := r.need("id")
	c, parent, ok := collectionOf(name)
	if !ok {
		if name != "" {
			r.wrong("id", sayf("this is no name of an organisation", "不是组织的名称"),
				sayf("write its collection and id, such as communities/mingzhu or units/court/branches/one",
					"请写集合和编号，例如 communities/mingzhu、units/court/branches/one"))
		}
		return
	}
	switch {
	case !c.nested && c.rank > 0:
		parent = r.need("parent")
		if _, _, ok := collectionOf(parent); !ok && parent != "" {
			r.wrong("parent", sayf("this is no name of an organisation", "不是组织的名称"), sayf("write it as streets/jiazhi", "请写成 streets/jiazhi"))
		}
	case r.has("parent") && r.text("parent") != parent:
		r.wrong("parent", sayf("the parent follows from the id", "上级由编号决定"), sayf("remove it", "请删除"))
	}
	p.refer(nuov1.ImportKind_IMPORT_KIND_ORGANISATION, parent, r.at("parent"), "parent")
	p.add(&item{
		kind: nuov1.ImportKind_IMPORT_KIND_ORGANISATION, phase: c.rank, at: v.at, label: r.text("name"),
		namespace: p.district, key: name, name: name,
		want: &nuov1.Organisation{
			Name: name, Kind: c.kind, Parent: parent, DisplayName: r.need("name"), Address: r.text("address"),
			Village: r.yes("village"), Company: r.yes("company"),
		},
		where: map[string]spot{"display_name": r.at("name"), "address": r.at("address"), "parent": r.at("parent")},
	}, mistakes)
}

func (p *parser) volunteer(v *value) {
	mistakes := len(p.d.found)
	r, ok := p.open(v, append([]string{"registered_community", "registered_from"}, volunteerKeys...))
	if !ok {
		return
	}
	it := &item{
		kind: nuov1.ImportKind_IMPORT_KIND_VOLUNTEER, phase: phaseVolunteer, at: v.at, label: r.text("id"), key: keyed("volunteer ", r.id("id")),
		where: map[string]spot{},
	}
	m := &nuov1.Volunteer{
		Unit:            r.ref("unit", "units"),
		PoliticalStatus: one(r, "political_status", politicalStatus), ServiceStatus: one(r, "service_status", serviceStatus),
		Skills: r.texts("skills"), Minor: r.yes("minor"), GuardianConsent: r.yes("guardian_consent"),
		Person: &nuov1.Person{
			DisplayName: r.need("name"), Phone: phone(r.text("phone")), Gender: r.text("gender"),
			BirthDate: r.date("birth_date"), Residence: r.text("residence"),
		},
	}
	it.want = m
	for path, key := range map[string]string{"person.display_name": "name", "skills": "skills"} {
		it.where[path] = r.at(key)
	}
	for _, key := range []string{"phone", "gender", "birth_date", "residence"} {
		it.where["person."+key] = r.at(key)
	}
	p.refer(nuov1.ImportKind_IMPORT_KIND_ORGANISATION, m.GetUnit(), r.at("unit"), "unit")
	m.Branch = p.branch(r, m.GetUnit())
	for _, text := range r.texts("teams") {
		team := p.ref(text, "teams", r.at("teams"), "teams")
		p.refer(nuov1.ImportKind_IMPORT_KIND_ORGANISATION, team, r.at("teams"), "teams")
		m.Teams = append(m.Teams, team)
	}
	p.registrations(r, it, m)
	p.exemptions(r, it)
	it.namespace = p.district
	if m.GetUnit() != "" {
		it.namespace = m.GetUnit()
	} else if len(m.GetRegistrations()) > 0 && m.GetRegistrations()[0].GetCommunity() != "" {
		it.namespace = m.GetRegistrations()[0].GetCommunity()
	}
	p.add(it, mistakes)
	p.anchored(r)
}

// anchored names a volunteer of whom nothing says where they belong.
func (p *parser) anchored(r *reader) {
	inCommunity := func(v *value) bool { return (&reader{p: p, v: v}).has("community") }
	if r.has("unit") || r.has("registered_community") || slices.ContainsFunc(r.value("registrations").items(), inCommunity) {
		return
	}
	p.d.add(r.v.at, "unit", sayf("neither a unit nor a registration with a community stands here", "既没有单位也没有报到社区"),
		sayf("add unit, or a registration with the community (registered_community and registered_from in a table)",
			"请填写单位，或报到社区（表格中为报到社区和报到日期）"))
}

// phone takes out what people write between digits.
func phone(text string) string {
	return strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(text)
}

func (p *parser) branch(r *reader, unit string) string {
	text := r.text("branch")
	if text == "" {
		return ""
	}
	if unit == "" {
		r.wrong("branch", sayf("a branch without a unit", "有党支部而没有单位"), sayf("add the unit", "请填写单位"))
		return ""
	}
	name := p.ref(text, unit+"/branches", r.at("branch"), "branch")
	p.refer(nuov1.ImportKind_IMPORT_KIND_ORGANISATION, name, r.at("branch"), "branch")
	return name
}

func (p *parser) registrations(r *reader, it *item, m *nuov1.Volunteer) {
	primary := 0
	for i, v := range r.value("registrations").items() {
		one, ok := p.open(v, registrationKeys)
		if !ok {
			continue
		}
		reg := &nuov1.Registration{
			Community: one.ref("community", "communities"), Primary: one.yes("primary"), FromDate: one.date("from"),
			ToDate: one.date("to"), Slip: one.text("slip"), Receipt: one.text("receipt"), Outside: one.yes("outside"),
		}
		one.need("from")
		one.order(reg.GetFromDate(), reg.GetToDate())
		switch {
		case reg.GetOutside() == (reg.GetCommunity() != ""):
			one.wrong("community", sayf("a registration is with a community, or outside the district", "报到须在某社区，或为区外"),
				sayf("write either community, or outside: true with the receipt", "请填写社区，或填写 outside: true 和回执"))
		case reg.GetOutside():
			one.need("receipt")
		}
		if reg.GetPrimary() && reg.GetToDate() == "" {
			if primary++; primary > 1 {
				one.wrong("primary", sayf("a second primary registration", "有两个居住地报到"), sayf("end the first, or remove primary", "请结束前一个，或去掉 primary"))
			}
		}
		p.refer(nuov1.ImportKind_IMPORT_KIND_ORGANISATION, reg.GetCommunity(), one.at("community"), "community")
		at := "registrations[" + strconv.Itoa(i) + "]"
		it.where[at], it.where[at+".slip"], it.where[at+".receipt"] = v.at, one.at("slip"), one.at("receipt")
		m.Registrations = append(m.Registrations, reg)
	}
	if r.has("registered_community") {
		community := r.ref("registered_community", "communities")
		r.need("registered_from")
		p.refer(nuov1.ImportKind_IMPORT_KIND_ORGANISATION, community, r.at("registered_community"), "registered_community")
		m.Registrations = append(m.Registrations, &nuov1.Registration{
			Community: community, Primary: true, FromDate: r.date("registered_from"),
		})
	}
}

func (p *parser) exemptions(r *reader, it *item) {
	for _, v := range r.value("exemptions").items() {
		one1, ok := p.open(v, exemptionKeys)
		if !ok {
			continue
		}
		one1.need("category")
		one1.need("from")
		e := &nuov1.Exemption{
			Category: one(one1, "category", exemptionCategory), FromDate: one1.date("from"), ToDate: one1.date("to"),
		}
		one1.order(e.GetFromDate(), e.GetToDate())
		same := func(other *nuov1.Exemption) bool {
			return other.GetCategory() == e.GetCategory() && other.GetFromDate() == e.GetFromDate()
		}
		if slices.ContainsFunc(it.exemptions, same) {
			p.d.add(v.at, "", sayf("the same exemption stands here twice", "豁免重复"), sayf("keep one of the two", "请只保留一个"))
		}
		it.exemptions = append(it.exemptions, e)
	}
}

// order names a last day that is not after the first.
func (r *reader) order(from, to string) {
	if from != "" && to != "" && to <= from {
		r.wrong("to", sayf("the end is not after the start", "结束日期不晚于开始日期"), sayf("correct one of the two; the end is the first day that is free again", "请改正其中一个；结束日期是不再计入的第一天"))
	}
}

func (p *parser) servedParty(v *value) {
	mistakes := len(p.d.found)
	r, ok := p.open(v, partyKeys)
	if !ok {
		return
	}
	r.need("community")
	m := &nuov1.ServedParty{
		Kind: nuov1.ServedPartyKind_SERVED_PARTY_KIND_HOUSEHOLD, Community: r.ref("community", "communities"),
		Contact: &nuov1.ServedPartyContact{DisplayName: r.text("name"), Phone: phone(r.text("phone")), Door: r.text("door")},
	}
	if r.has("kind") {
		m.Kind = one(r, "kind", partyKind)
	}
	m.Compound = p.compound(r, m.GetCommunity())
	p.refer(nuov1.ImportKind_IMPORT_KIND_ORGANISATION, m.GetCommunity(), r.at("community"), "community")
	p.add(&item{
		kind: nuov1.ImportKind_IMPORT_KIND_SERVED_PARTY, phase: phaseParty, at: v.at, label: r.text("id"),
		namespace: m.GetCommunity(), key: keyed(partyKey(""), r.id("id")), want: m,
		where: map[string]spot{
			"contact.display_name": r.at("name"), "contact.phone": r.at("phone"), "contact.door": r.at("door"),
		},
	}, mistakes)
}

func partyKey(id string) string { return "served party " + id }

// compound is a compound or building of the community, by its id or its full name.
func (p *parser) compound(r *reader, community string) string {
	text := r.text("compound")
	if text == "" || community == "" {
		return ""
	}
	if idPattern.MatchString(text) {
		text = community + "/compounds/" + text
	}
	c, _, ok := collectionOf(text)
	if !ok || c.rank < 3 || !c.nested || !strings.HasPrefix(text, community+"/") {
		r.wrong("compound", sayf("this is no compound of the community", "不是该社区的小区"), sayf("write the compound's id", "请填写小区编号"))
		return ""
	}
	p.refer(nuov1.ImportKind_IMPORT_KIND_ORGANISATION, text, r.at("compound"), "compound")
	return text
}
