package importing_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
)

// small has one of everything.
const small = `organisations:
  - {id: districts/jiaojiang, name: 椒江区}
  - {id: streets/jiazhi, name: 葭沚街道, parent: districts/jiaojiang}
  - {id: communities/mingzhu, name: 明珠社区, parent: streets/jiazhi}
  - {id: communities/mingzhu/compounds/yiqu, name: 明珠一区}
  - {id: units/court, name: 椒江区法院, parent: districts/jiaojiang}
volunteers:
  - {id: a, name: 测试甲, phone: "10000000001", unit: court, registrations: [{community: mingzhu, primary: true, from: 2020-01-30}]}
  - {id: b, name: 测试乙, phone: "10000000002", unit: court, exemptions: [{category: 居家隔离, from: 2020-02-01, to: 2020-02-15}]}
served_parties:
  - {id: hu-1, community: mingzhu, compound: yiqu, name: 测试户, phone: "10000000003", door: 1幢101}
lists:
  - id: l
    community: mingzhu
    date: 2020-02-12
    title: 清单
    publish: true
    tasks:
      - id: t
        kind: 张贴通知
        compound: yiqu
        shifts:
          - {id: am, place: 东门, time: 08:00-12:00, capacity: 4, relieved_by: pm}
          - {id: pm, place: 东门, time: 12:00-16:00, capacity: 4}
        doors:
          - {served_party: hu-1}
          - {household: 测试户二, door: 1幢102}
`

// before is the text up to a mark.
func before(text, mark string) string {
	text, _, _ = strings.Cut(text, mark)
	return text
}

var smallCount = count{
	organisations: 5, volunteers: 2, registrations: 1, exemptions: 1, parties: 2, lists: 1, published: 1, tasks: 1,
	shifts: 2, doors: 2,
}

func TestPlanOKChangesNothing(t *testing.T) {
	h := open(t)
	for range 2 {
		stored := h.bytes()
		res := h.plan(everybody, file("a.yaml", small))
		if len(res.GetDiagnostics()) > 0 || len(res.GetChanges()) != 15 {
			t.Fatalf("%d changes, %v", len(res.GetChanges()), res.GetDiagnostics())
		}
		if !maps.Equal(stored, h.bytes()) {
			t.Fatal("a dry run changed the store")
		}
		for _, secret := range []string{"测试甲", "测试户", "10000000001", "101"} {
			if strings.Contains(res.String(), secret) {
				t.Errorf("the plan shows %s", secret)
			}
		}
		h.applied(everybody, file("a.yaml", small))
		res = h.plan(everybody, file("a.yaml", small))
		for _, c := range res.GetChanges() {
			if c.GetAction() != nuov1.ImportAction_IMPORT_ACTION_UNCHANGED {
				t.Errorf("after applying: %v", c)
			}
		}
		h = open(t)
	}
}

// TestPlanErrPublishPast: what publishing would refuse for its time is said before anything is changed; a list that is
// out already, one that stays a draft, and one whose night is still running are taken.
func TestPlanErrPublishPast(t *testing.T) {
	h := open(t)
	h.clock.set(time.Date(2020, 2, 12, 4, 30, 0, 0, time.UTC)) // half past noon: am is over
	stored := h.bytes()
	found := h.plan(everybody, file("a.yaml", small)).GetDiagnostics()
	if len(found) != 1 || found[0].GetLine() != 15 || found[0].GetColumn() != 11 || found[0].GetField() != "date" ||
		!strings.Contains(found[0].GetMessage(), "a.yaml:23 has ended") || found[0].GetRemedyZh() == "" {
		t.Fatalf("%v", found)
	}
	res, err := h.apply(everybody, file("a.yaml", small))
	h.ok(err)
	if res.GetOutcome() != nuov1.ImportOutcome_IMPORT_OUTCOME_REFUSED || !maps.Equal(stored, h.bytes()) {
		t.Errorf("%v", res)
	}
	for name, content := range map[string]string{
		"draft": strings.Replace(small, "    publish: true\n", "", 1),
		"night": strings.NewReplacer("08:00-12:00", "20:00-22:00", "12:00-16:00", "22:00-08:00", "02-12", "02-11").Replace(small),
	} {
		h.clock.set(time.Date(2020, 2, 11, 13, 0, 0, 0, time.UTC)) // nine in the evening
		if found := h.plan(everybody, file("a.yaml", content)).GetDiagnostics(); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
	h.applied(everybody, file("a.yaml", small))
	h.clock.set(time.Date(2020, 2, 14, 4, 0, 0, 0, time.UTC))
	if found := h.plan(everybody, file("a.yaml", small)).GetDiagnostics(); len(found) > 0 {
		t.Errorf("published already: %v", found)
	}
}

// TestPlanOKLabels: people are told apart by the ids of the file.
func TestPlanOKLabels(t *testing.T) {
	labels := map[nuov1.ImportKind]string{}
	for _, c := range open(t).plan(everybody, file("a.yaml", small)).GetChanges() {
		labels[c.GetKind()] += c.GetLabel() + " "
	}
	for kind, want := range map[nuov1.ImportKind]string{
		nuov1.ImportKind_IMPORT_KIND_VOLUNTEER: "a b ", nuov1.ImportKind_IMPORT_KIND_SERVED_PARTY: "hu-1 ",
		nuov1.ImportKind_IMPORT_KIND_DOOR: "hu-1  ",
	} {
		if labels[kind] != want {
			t.Errorf("%v: %q, want %q", kind, labels[kind], want)
		}
	}
}

func TestApplyOKTwiceIsOnce(t *testing.T) {
	h := open(t)
	h.applied(everybody, file("a.yaml", small))
	if got := h.count(); got != smallCount {
		t.Fatalf("made %+v, want %+v", got, smallCount)
	}
	stored := h.bytes()
	for _, later := range []time.Duration{0, time.Minute, 30 * time.Hour} {
		h.clock.set(h.clock.Now().Add(later))
		if res := h.applied(everybody, file("a.yaml", small)); res.GetTotal() != 0 {
			t.Errorf("%s later: %d changes", later, res.GetTotal())
		}
		if !maps.Equal(stored, h.bytes()) {
			t.Fatalf("%s later the store changed", later)
		}
	}
}

// Whatever call's answer is lost, and however long ago, the next run ends with one of everything.
func TestApplyOKResumesAfterEveryInterruption(t *testing.T) {
	for _, later := range []time.Duration{time.Minute, 50 * time.Hour} {
		for n := 1; ; n++ {
			h := open(t)
			h.line.breaks = n
			_, err := h.apply(everybody, file("a.yaml", small))
			if h.line.seen < n {
				if n < 10 {
					t.Fatalf("only %d calls", n)
				}
				break
			}
			if status.Code(err) != codes.Unavailable {
				t.Fatalf("broken at call %d: %v", n, err)
			}
			if n < 14 && h.count().published > 0 {
				t.Errorf("broken at call %d and yet published", n)
			}
			h.line.breaks = 0
			h.clock.set(h.clock.Now().Add(later))
			if _, err := call.Purge(t.Context(), h.store); err != nil {
				t.Fatal(err)
			}
			h.applied(everybody, file("a.yaml", small))
			if got := h.count(); got != smallCount {
				t.Errorf("broken at call %d, resumed after %s: %+v, want %+v", n, later, got, smallCount)
			}
		}
	}
}

func TestApplyOKChangesWhatTheFileChanges(t *testing.T) {
	h := open(t)
	h.applied(everybody, file("a.yaml", small))
	there := strings.NewReplacer("东门, time: 12:00-16:00, capacity: 4", "西门, time: 12:00-16:00, capacity: 5",
		"phone: \"10000000001\"", "phone: \"10000000009\"", "name: 明珠一区", "name: 明珠一小区",
		"door: 1幢101", "door: 1幢103").Replace(small)
	// There and back within a day: each time it is a change, not the repeat of an earlier call.
	for i, text := range []string{there, small, there, small} {
		h.clock.set(h.clock.Now().Add(time.Minute))
		if res := h.applied(everybody, file("a.yaml", text)); res.GetTotal() != 4 {
			t.Fatalf("time %d: %d changes", i, res.GetTotal())
		}
		ctx := h.as(everybody)
		shift, err := nuov1.NewShiftServiceClient(h.api).GetShift(ctx, &nuov1.GetShiftRequest{Name: "shifts/l-t-pm"})
		h.ok(err)
		want := map[bool]string{true: "西门", false: "东门"}[i%2 == 0]
		if shift.GetPlace() != want {
			t.Errorf("time %d: the shift is at %s", i, shift.GetPlace())
		}
		people, err := nuov1.NewVolunteerServiceClient(h.api).ListVolunteers(h.as(ofCourt), &nuov1.ListVolunteersRequest{
			Parent: "units/court", NameContains: "测试甲",
		})
		h.ok(err)
		phone := map[bool]string{true: "10000000009", false: "10000000001"}[i%2 == 0]
		if got := people.GetVolunteers()[0].GetPerson().GetPhone(); got != phone {
			t.Errorf("time %d: the phone is %s", i, got)
		}
	}
	if got := h.count(); got != smallCount {
		t.Errorf("%+v, want %+v", got, smallCount)
	}
}

func TestApplyErrABadLineTakesNothing(t *testing.T) {
	h := open(t)
	h.applied(everybody, file("organisations.yaml", before(small, "volunteers:")))
	stored := h.bytes()
	bad := strings.Replace(small, "08:00-12:00", "08:00-07:00", 1)
	res, err := h.apply(everybody, file("a.yaml", bad))
	h.ok(err)
	if res.GetOutcome() != nuov1.ImportOutcome_IMPORT_OUTCOME_REFUSED || len(res.GetDiagnostics()) != 1 {
		t.Fatalf("%v", res)
	}
	d := res.GetDiagnostics()[0]
	if at := fmt.Sprintf("%s:%d:%d", d.GetFile(), d.GetLine(), d.GetColumn()); at != "a.yaml:23:39" || d.GetRemedy() == "" {
		t.Errorf("%s %v", at, d)
	}
	if !maps.Equal(stored, h.bytes()) {
		t.Error("something was taken")
	}
}

func TestPlanErrUnknownReferences(t *testing.T) {
	h := open(t)
	h.applied(everybody, file("a.yaml", small))
	for name, c := range map[string]struct{ name, text, want string }{
		"Unit":        {"b.yaml", "volunteers:\n  - {id: c, name: 测试丙, unit: nowhere}\n", "b.yaml:2:30 unit units/nowhere does not exist"},
		"Community":   {"b.yaml", "lists:\n  - {id: m, title: t, date: 2020-02-08, community: no}\n", "b.yaml:2:52 community communities/no does not exist"},
		"Task":        {"b.csv", "清单,日期,任务,地点,时间,名额\nl,2020-02-12,x,东门,8:00-9:00,4\n", "b.csv:2:14 task tasks/l-x does not exist"},
		"ServedParty": {"b.csv", "清单,任务,服务对象\nl,t,hu-9\n", "b.csv:2:5 served_party no served party"},
	} {
		t.Run(name, func(t *testing.T) {
			res := h.plan(everybody, file(c.name, c.text))
			if len(res.GetDiagnostics()) != 1 {
				t.Fatalf("%v", res)
			}
			d := res.GetDiagnostics()[0]
			got := fmt.Sprintf("%s:%d:%d %s %s", d.GetFile(), d.GetLine(), d.GetColumn(), d.GetField(), d.GetMessage())
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestApplyOKTablesOfAListOnTheServer(t *testing.T) {
	h := open(t)
	h.applied(everybody, file("a.yaml", small))
	h.applied(atMingzhu,
		file("shifts.csv", "清单,日期,任务,地点,时间,名额\nl,2020-02-12,t,西门,8:00-12:00,4\nl,2020-02-12,t,北门,20:00-6:00,2\n"),
		file("doors.csv", "清单,任务,户名,门牌,电话\nl,t,测试户三,1幢103,10000000005\n"))
	if got := h.count(); got.shifts != 4 || got.doors != 3 {
		t.Errorf("%+v", got)
	}
}

// A unit may not publish a community's list: the service says so, the importer names the line, nothing is published.
func TestApplyErrARefusalStopsBeforePublishing(t *testing.T) {
	h := open(t)
	h.applied(everybody, file("o.yaml", before(small, "volunteers:")))
	_, lists, _ := strings.Cut(small, "lists:")
	res, err := h.apply(ofCourt, file("a.yaml", "lists:"+before(lists, "        doors:")))
	h.ok(err)
	if res.GetOutcome() != nuov1.ImportOutcome_IMPORT_OUTCOME_STOPPED || res.GetDiagnostics()[0].GetLine() != 2 {
		t.Fatalf("%v", res)
	}
	if got := h.count(); got.lists != 0 {
		t.Errorf("%+v", got)
	}
}

func TestPlanErrWhoHasNothingToImport(t *testing.T) {
	h := open(t)
	_, err := nuov1.NewImportServiceClient(h.api).PlanImport(h.as(volunteer), &nuov1.PlanImportRequest{Files: []*nuov1.ImportFile{file("a.yaml", small)}})
	if status.Code(err) != codes.PermissionDenied {
		t.Errorf("answered %v", err)
	}
}

func TestStoryOKByWhoOwnsEachFile(t *testing.T) {
	h := open(t)
	h.applied(admin, story(t, "organisations.yaml")...)
	h.applied(ofCourt, story(t, "volunteers.yaml")...)
	h.applied(atMingzhu, story(t, "households.csv", "list-0208.yaml", "list-0209.yaml")...)
	want := count{
		organisations: 28, volunteers: 95, registrations: 76, exemptions: 19, parties: 31, lists: 2, published: 2, tasks: 6,
		shifts: 10, doors: 31,
	}
	if got := h.count(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
