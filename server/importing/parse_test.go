package importing

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"golang.org/x/text/encoding/simplifiedchinese"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func shanghai(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func file(name, content string) *nuov1.ImportFile {
	return &nuov1.ImportFile{Name: name, Content: []byte(content)}
}

func parseText(t testing.TB, name, content string) *parser {
	t.Helper()
	return parse([]*nuov1.ImportFile{file(name, content)}, "districts/jiaojiang", shanghai(t))
}

// oneShift is a list with one shift that has the lines given.
func oneShift(lines ...string) string {
	return `lists:
  - id: l
    community: mingzhu
    date: 2020-02-08
    title: 清单
    tasks:
      - id: t
        kind: 卡口测温
        shifts:
          - place: 东门
            capacity: 4
            ` + strings.Join(lines, "\n            ") + "\n"
}

func mistakes(d *diagnostics) string {
	var b strings.Builder
	for _, m := range d.first(nil) {
		fmt.Fprintf(&b, "%s:%d:%d %s: %s | %s | %s | %s\n", m.GetFile(), m.GetLine(), m.GetColumn(), m.GetField(),
			m.GetMessage(), m.GetRemedy(), m.GetMessageZh(), m.GetRemedyZh())
	}
	return b.String()
}

func TestParseErr(t *testing.T) {
	volunteer := func(fields string) string { return "volunteers:\n  - {id: a, name: 测试, " + fields + "}\n" }
	cases := map[string]struct{ name, content, want string }{
		"Empty":            {"a.yaml", "", "a.yaml:1:1 : the file is empty"},
		"OnlyComments":     {"a.yaml", "# nothing\n", "a.yaml:1:1 : the file is empty"},
		"EmptyTable":       {"a.csv", "id,name\n", "a.csv:2:1 : there is no row"},
		"KindOfFile":       {"a.xlsx", "x", "a.xlsx:1:1 : the kind of file"},
		"NotYAML":          {"a.yaml", "lists:\n  - a: [\n", "a.yaml:2:1 : this is not well-formed"},
		"Scalar":           {"a.yaml", "hello", "a.yaml:1:1 : keys and values"},
		"UnknownTopKey":    {"a.yaml", "list: []\n", "a.yaml:1:1 list: the key is not known here | did you mean lists?"},
		"UnknownKey":       {"a.yaml", "volunteers:\n  - id: a\n    name: 测试\n    nmae: x\n", "a.yaml:4:5 nmae: the key is not known here | did you mean name?"},
		"UnknownColumn":    {"a.csv", "id,name,颜色\na,测试,红\nb,测试,蓝\n", "a.csv:1:9 颜色: the key is not known"},
		"UnknownHeader":    {"a.csv", "x,y\n1,2\n", "a.csv:1:1 : the header is of no kind"},
		"KeyTwice":         {"a.yaml", "volunteers:\n  - id: a\n    id: b\n    name: 测试\n", "a.yaml:3:5 id: the key stands here twice"},
		"SameIDTwice":      {"a.yaml", "volunteers:\n  - {id: a, name: 测试}\n  - {id: a, name: 测试}\n", "a.yaml:3:5 id: the same stands already at a.yaml:2"},
		"NoID":             {"a.yaml", "volunteers:\n  - {name: 测试}\n", "a.yaml:2:5 id: id is missing | add id"},
		"WrongID":          {"a.yaml", "volunteers:\n  - {id: 张三, name: 测试}\n", "a.yaml:2:10 id: this is not an id"},
		"NameTooLong":      {"a.yaml", volunteer("residence: " + strings.Repeat("长", 201)), "a.yaml:2:34 residence:"},
		"ControlCharacter": {"a.yaml", "volunteers:\n  - {id: a, name: 测\u202e试}\n", "a.yaml:2:20 : the character U+202E cannot be seen"},
		"EscapedCharacter": {"a.yaml", "volunteers:\n  - {id: a, name: \"测\\u202e试\"}\n", "a.yaml:2:19 name:"},
		"Encoding":         {"a.csv", "id,name\na,\xff\xff\n", "a.csv:1:1 : the text is neither"},
		"Phone":            {"a.yaml", volunteer("phone: 12ab"), "a.yaml:2:30 phone: must be a phone number of 5 to 15 digits | write 5 to 15 digits"},
		"Date":             {"a.yaml", volunteer("birth_date: 2020-02-30"), "a.yaml:2:35 birth_date: there is no such day"},
		"Word":             {"a.yaml", volunteer("political_status: 学生"), "a.yaml:2:41 political_status: the word is not known here | use one of: member, 党员"},
		"BranchNoUnit":     {"a.yaml", volunteer("branch: yi"), "a.yaml:2:31 branch: a branch without a unit"},
		"ExemptionOrder":   {"a.yaml", volunteer("exemptions: [{category: 病假, from: 2020-02-08, to: 2020-02-08}]"), "to: the end is not after the start"},
		"TwoPrimary":       {"a.yaml", volunteer("registrations: [{community: a, primary: true, from: 2020-01-01}, {community: b, primary: true, from: 2020-01-01}]"), "a second primary"},
		"OutsideReceipt":   {"a.yaml", volunteer("registrations: [{outside: true, from: 2020-01-01}]"), "receipt: receipt is missing"},
		"OrganisationID":   {"a.yaml", "organisations:\n  - {id: mingzhu, name: 明珠社区}\n", "a.yaml:2:10 id: this is no name of an organisation"},
		"NoUnit":           {"a.yaml", "volunteers:\n  - {id: a, name: 测试}\n", "a.yaml:2:5 unit: neither a unit nor a registration with a community stands here | add unit"},
		"NoUnitOutside":    {"a.yaml", volunteer("registrations: [{outside: true, receipt: x, from: 2020-01-01}]"), "a.yaml:2:5 unit: neither a unit"},
		"NoUnitRow":        {"a.csv", "编号,姓名,单位\na,测试,court\nb,测试,\n", "a.csv:3:1 unit: neither a unit"},
		"BlankName":        {"a.yaml", "volunteers:\n  - {id: a, name: ' ', unit: court}\n", "a.yaml:2:19 name: name is missing | add name"},
		"BlankNameRow":     {"a.csv", "编号,姓名,单位\na,　,court\n", "a.csv:2:1 name: name is missing"},
		"BlankTitle":       {"a.yaml", "lists:\n  - {id: l, community: m, title: '', date: 2020-02-08}\n", "a.yaml:2:34 title: title is missing"},
		"NoParent":         {"a.yaml", "organisations:\n  - {id: communities/mingzhu, name: 明珠社区}\n", "a.yaml:2:5 parent: parent is missing"},
		"ListDate":         {"a.yaml", "lists:\n  - {id: l, community: m, title: t, date: 2020-13-01}\n", "a.yaml:2:43 date: there is no such day"},
		"PublishEmpty":     {"a.yaml", "lists:\n  - {id: l, community: m, title: t, date: 2020-02-08, publish: true}\n", "publish: a list without tasks"},
		"EndBeforeStart":   {"a.yaml", oneShift("time: 14:00-08:00"), "a.yaml:12:19 time: the end is not after the start"},
		"NoLength":         {"a.yaml", oneShift("time: 14:00-14:00"), "a.yaml:12:19 time: the end is not after the start"},
		"NotAnInterval":    {"a.yaml", oneShift("time: 下午"), "a.yaml:12:19 time: this is not an interval"},
		"NotAnHour":        {"a.yaml", oneShift("time: 14:00-25:00"), "a.yaml:12:19 time: this is not an hour"},
		"NoTime":           {"a.yaml", oneShift("min: 2"), "a.yaml:10:13 time: the time is missing"},
		"TimeTwice":        {"a.yaml", oneShift("time: 8:00-9:00", "start: 8:00"), "time: time stands beside"},
		"OtherDay":         {"a.yaml", oneShift("start: 2020-02-09 08:00", "end: 2020-02-09 12:00"), "start: the start is not on the list's date"},
		"TooLongAShift":    {"a.yaml", oneShift("start: 08:00", "end: 2020-02-10 12:00"), "end: the shift lasts longer than 24 hours"},
		"MinAboveCapacity": {"a.yaml", oneShift("time: 8:00-9:00", "min: 5"), "a.yaml:13:18 min: the minimum is above"},
		"Number":           {"a.yaml", oneShift("time: 8:00-9:00", "min: 四"), "a.yaml:13:18 min: this is not a whole number"},
		"ReliefCircle":     {"a.yaml", oneShift("time: 8:00-9:00", "id: a", "relieved_by: a"), "relieved_by: the shifts relieve each other"},
		"RowTooLong":       {"a.csv", "id,name\na,测试,x\n", "a.csv:2:6 : the row has more cells"},
		"Quote":            {"a.csv", "id,name\na,\"测试\n", "a quotation mark"},
		"TableDate":        {"a.csv", "清单,任务,地点,时间,名额\nl,t,东门,8:00-9:00,4\n", "a.csv:2:1 date: the date of the list is not known"},
		"NoDoor":           {"a.csv", "清单,任务,小区\nl,t,yiqu\n", "door: nothing says which door"},
		"SecondDocument":   {"a.yaml", "volunteers:\n  - {id: a, name: 测试}\n---\nlists: []\n", "a second document"},
		"AliasOfItself":    {"a.yaml", "volunteers: &a [*a]\n", "too much, too deep"},
		"AliasBomb": {"a.yaml", "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + func() string {
			var b strings.Builder
			for c := 'b'; c < 'j'; c++ {
				fmt.Fprintf(&b, "%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 10), ","))
			}
			return b.String()
		}(), "too much, too deep"},
	}
	for name, c := range cases {
		t.Run("Err"+name, func(t *testing.T) {
			p := parseText(t, c.name, c.content)
			found := mistakes(p.d)
			if !strings.Contains(found, c.want) {
				t.Fatalf("want %q among:\n%s", c.want, found)
			}
			for _, m := range p.d.found {
				if m.GetLine() < 1 || m.GetColumn() < 1 || m.GetRemedy() == "" || m.GetRemedyZh() == "" || m.GetMessageZh() == "" {
					t.Errorf("a diagnostic is not complete: %v", m)
				}
			}
		})
	}
}

func TestParseOneMistakeIsNamedOnce(t *testing.T) {
	for name, content := range map[string]string{
		"date": "lists:\n  - {id: l, community: m, title: t, date: 2020-13-01}\n",
		"time": oneShift("time: 14:00-25:00"),
		"date above shifts": strings.Replace(oneShift("time: 8:00-9:00", "claim_open: 7:00", "id: a")+
			"          - {place: 西门, capacity: 4, time: 8:00-9:00}\n          - {place: 南门, capacity: 4, time: 9:00-8:00}\n",
			"2020-02-08", "2020-02-30", 1),
		"no date": strings.Replace(oneShift("time: 8:00-9:00"), "    date: 2020-02-08\n", "", 1),
		"list id": strings.Replace(oneShift("time: 8:00-9:00")+"      - {id: u, kind: 巡逻}\n", "id: l", "id: 清单", 1),
	} {
		if p := parseText(t, "a.yaml", content); len(p.d.found) != 1 {
			t.Errorf("%s: %s", name, mistakes(p.d))
		}
	}
	if p := parseText(t, "a.csv", "id,name,unit,颜色\na,测试,court,红\nb,测试,court,蓝\n"); len(p.d.found) != 1 {
		t.Errorf("column: %s", mistakes(p.d))
	}
	if p := parseText(t, "a.csv", "清单,日期,任务,地点,时间,名额\nl,2020-02-30,t,东门,8:00-9:00,4\n"); len(p.d.found) != 1 {
		t.Errorf("date of a row: %s", mistakes(p.d))
	}
}

func TestParseOKTimes(t *testing.T) {
	for text, want := range map[string]string{
		"time: 14:00-18:00":          "02-08 14:00 02-08 18:00",
		"time: 8:00—12:30":           "02-08 08:00 02-08 12:30",
		"time: 20:00-08:00":          "02-08 20:00 02-09 08:00",
		"time: 17:00-次日8:00":         "02-08 17:00 02-09 08:00",
		"time: 20:00至24:00":          "02-08 20:00 02-09 00:00",
		"time: 今":                    "",
		"{start: 8:00, end: '9:00'}": "",
	} {
		p := parseText(t, "a.yaml", oneShift(text))
		if want == "" {
			if !p.d.any() {
				t.Errorf("%s was understood", text)
			}
			continue
		}
		if p.d.any() {
			t.Errorf("%s: %s", text, mistakes(p.d))
			continue
		}
		m := p.items[2].want.(*nuov1.Shift)
		layout := "01-02 15:04"
		got := m.GetStartTime().AsTime().In(p.zone).Format(layout) + " " + m.GetEndTime().AsTime().In(p.zone).Format(layout)
		if got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestParseOKTablesInBothEncodings(t *testing.T) {
	text := "编号,姓名,手机,单位,支部,服务队,政治面貌,报到社区,报到日期\r\nzhang-san,测试甲,'+8610000000001,court,yi,tianping、hong,党员,mingzhu,2020/1/30\r\n,,,,,,,,\r\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"utf-8": text, "bom": "\ufeff" + text, "gb18030": gb, "semicolons": strings.ReplaceAll(text, ",", ";")} {
		p := parseText(t, "a.csv", content)
		if p.d.any() || len(p.items) != 1 {
			t.Errorf("%s: %d items\n%s", name, len(p.items), mistakes(p.d))
			continue
		}
		m := p.items[0].want.(*nuov1.Volunteer)
		if m.GetPerson().GetPhone() != "+8610000000001" || m.GetBranch() != "units/court/branches/yi" || len(m.GetTeams()) != 2 ||
			m.GetRegistrations()[0].GetFromDate() != "2020-01-30" {
			t.Errorf("%s: %v", name, m)
		}
	}
}

func TestParseOKRelief(t *testing.T) {
	p := parseText(t, "a.yaml", `lists:
  - id: l
    community: mingzhu
    date: 2020-02-08
    title: 清单
    tasks:
      - id: t
        kind: 巡逻
        shifts:
          - {id: a, place: 东门, time: 08:00-10:00, capacity: 1, relieved_by: b}
          - {id: b, place: 东门, time: 10:00-12:00, capacity: 1, relieved_by: c}
          - {id: c, place: 东门, time: 12:00-14:00, capacity: 1}
`)
	if p.d.any() {
		t.Fatal(mistakes(p.d))
	}
	for i, want := range []int{2, 1, 0} {
		if got := p.items[2+i].phase - phaseShift; got != want {
			t.Errorf("shift %d is made in turn %d, want %d", i, got, want)
		}
	}
}

const storyFolder = "../../cmd/nuo/internal/demo/story"

// story are the files of the demo, with what each holds.
func story(t testing.TB) []*nuov1.ImportFile {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(storyFolder, "*.*"))
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	var files []*nuov1.ImportFile
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, &nuov1.ImportFile{Name: filepath.Base(name), Content: content})
	}
	return files
}

func TestStoryOK(t *testing.T) {
	p := parse(story(t), "districts/jiaojiang", shanghai(t))
	if p.d.any() {
		t.Fatal(mistakes(p.d))
	}
	count := map[nuov1.ImportKind]int{}
	communities := map[string]bool{}
	registered, exempt, slots, names := 0, 0, map[string]int32{}, map[string]bool{}
	for _, it := range p.items {
		count[it.kind]++
		switch m := it.want.(type) {
		case *nuov1.Volunteer:
			names[m.GetPerson().GetDisplayName()] = true
			for _, r := range m.GetRegistrations() {
				registered++
				communities[r.GetCommunity()] = true
			}
			exempt += len(it.exemptions)
		case *nuov1.Shift:
			slots[m.GetStartTime().AsTime().In(p.zone).Format(time.DateOnly)] += m.GetCapacity()
		}
	}
	if n := count[nuov1.ImportKind_IMPORT_KIND_VOLUNTEER]; n != 95 || registered != 76 || exempt != 19 || len(communities) != 13 {
		t.Errorf("%d people, %d registered with %d communities, %d exempt", n, registered, len(communities), exempt)
	}
	if n := count[nuov1.ImportKind_IMPORT_KIND_DOOR]; n != 31 || count[nuov1.ImportKind_IMPORT_KIND_SERVED_PARTY] != 31 {
		t.Errorf("%d doors", n)
	}
	if slots["2020-02-08"] != 10 || slots["2020-02-09"] != 4*2*4 || len(names) != 94 {
		t.Errorf("slots %v, %d names", slots, len(names))
	}
}

func FuzzParse(f *testing.F) {
	for _, one := range story(f) {
		f.Add(one.GetName(), one.GetContent())
	}
	f.Add("a.yaml", []byte(oneShift("time: 20:00-08:00", "relieved_by: x")))
	f.Add("a.yaml", []byte("volunteers: &a [*a]"))
	f.Add("a.csv", []byte("清单,任务,小区\nl,t,\"yi\nqu\"\n"))
	f.Add("a.csv", []byte("\xef\xbb\xbf编号;姓名\na;\xb2\xe2"))
	zone := shanghai(f)
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		p := parse([]*nuov1.ImportFile{{Name: name, Content: content}}, "districts/d", zone)
		if !p.d.any() && len(p.items) > maxItems {
			t.Error("too many items")
		}
		for _, m := range p.d.first(nil) {
			if m.GetLine() < 1 || m.GetColumn() < 1 || m.GetRemedy() == "" {
				t.Errorf("not complete: %v", m)
			}
		}
		for _, it := range p.items {
			it.content()
		}
	})
}
