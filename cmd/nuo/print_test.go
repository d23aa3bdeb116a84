package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/width"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func gate(name, title, place string, held, capacity, waiting int32) *nuov1.Shift {
	start := time.Date(2020, 2, 9, 0, 0, 0, 0, time.UTC)
	return &nuov1.Shift{
		Name: "shifts/" + name, Title: title, Place: place, Capacity: capacity,
		StartTime: timestamppb.New(start), EndTime: timestamppb.New(start.Add(4 * time.Hour)),
		State: nuov1.ShiftState_SHIFT_STATE_OPEN, ListState: nuov1.TaskListState_TASK_LIST_STATE_PUBLISHED,
		Fill: &nuov1.ShiftFill{Held: held, Remaining: capacity - held, Waiting: waiting},
		AllowedActions: []nuov1.ContractAction{
			nuov1.ContractAction_CONTRACT_ACTION_CLAIM,
		},
	}
}

// TestTableOK: columns line up where wide characters, rare ones (𠮷, of the supplementary plane) and Latin stand under
// one another, in both languages.
func TestTableOK(t *testing.T) {
	list := &nuov1.ListShiftsResponse{Shifts: []*nuov1.Shift{
		gate("gate-am", "卡口测温", "一号门", 3, 4, 0),
		gate("gate-pm", "Gate check 二", "Gate 2", 4, 4, 2),
		gate("notices-31", "张贴通知(31户)", "𠮷祥小区·东门", 0, 10, 0),
	}}
	for _, l := range []language{english, chinese} {
		a := testApp(l)
		out, _ := a.out.(*bytes.Buffer)
		in := &input{app: a, zone: at("Asia/Shanghai").zone}
		rows(shiftRows).show(in.printer(), list.ProtoReflect())
		golden(t, "shifts."+string(l)+".golden", out.Bytes())
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		for _, mark := range []string{"2020-02-09", "3/4", "4/4", "0/10"} {
			columns := map[int]bool{}
			for _, line := range lines[1:] {
				if before, _, ok := strings.Cut(line, mark); ok {
					columns[columnsOf(before)] = true
				}
			}
			if len(columns) != 1 {
				t.Errorf("%s stands in columns %v", mark, columns)
			}
		}
	}
}

// columnsOf is how many columns of a terminal the text takes.
func columnsOf(text string) int {
	n := 0
	for _, r := range text {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

// TestCardOK: everything that is set shows, what stands inside another message too.
func TestCardOK(t *testing.T) {
	a := testApp(chinese)
	out, _ := a.out.(*bytes.Buffer)
	in := &input{app: a, zone: at("Asia/Shanghai").zone}
	card("").show(in.printer(), (&nuov1.Volunteer{
		Name: "volunteers/1", Unit: "units/jiaojiang-court", Skills: []string{"lawyer", "driver"},
		PoliticalStatus: nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER,
		Registrations: []*nuov1.Registration{
			{Community: "communities/mingzhu", Primary: true, FromDate: "2020-01-30"},
			{Outside: true, FromDate: "2019-03-01", ToDate: "2020-01-30", Receipt: "2019-7"},
		},
		Person: &nuov1.Person{DisplayName: "张示例"},
	}).ProtoReflect())
	golden(t, "volunteer.zh-CN.golden", out.Bytes())
}

// TestContractStateOK: what waits for the community's word shows as that, in a list and on a card.
func TestContractStateOK(t *testing.T) {
	out := &nuov1.Contract{
		State: nuov1.ContractState_CONTRACT_STATE_IN_FULFILMENT, CheckOut: &nuov1.Attendance{},
	}
	leave := &nuov1.Contract{State: nuov1.ContractState_CONTRACT_STATE_EXCUSED, LeavePending: true}
	present := &nuov1.Contract{State: nuov1.ContractState_CONTRACT_STATE_IN_FULFILMENT}
	for _, c := range []struct {
		contract *nuov1.Contract
		en, zh   string
	}{{out, "checked out", "已签退待确认"}, {leave, "leave asked", "请假待批"}, {present, "in fulfilment", "在岗"}} {
		for l, want := range map[language]string{english: c.en, chinese: c.zh} {
			for _, show := range []view{card("state"), card(""), rows("state")} {
				var shown bytes.Buffer
				res := c.contract.ProtoReflect()
				if show.list {
					res = (&nuov1.ListContractsResponse{Contracts: []*nuov1.Contract{c.contract}}).ProtoReflect()
				}
				show.show(&printer{out: &shown, language: l, zone: time.UTC}, res)
				if !strings.Contains(shown.String(), want) {
					t.Errorf("no %q in\n%s", want, shown.String())
				}
			}
		}
	}
}

// TestCrewOK: who was left out shows with the reason in words, in the reader's language.
func TestCrewOK(t *testing.T) {
	res := &nuov1.CheckInCrewResponse{Refused: []*nuov1.CrewRefusal{
		{Contract: "contracts/1", Reason: nuov1.ErrorReason_ERROR_REASON_OWN_CONTRACT},
		{Contract: "contracts/2", Reason: nuov1.ErrorReason_ERROR_REASON_WRONG_STATE},
	}}
	for l, want := range map[language][]string{
		english: {"contracts/1  Nobody decides about their own contract", "contracts/2  wrong state"},
		chinese: {"contracts/1  不能处理本人的契约", "contracts/2  状态不允许"},
	} {
		var out bytes.Buffer
		crew(sayNobodyToCome).show(&printer{out: &out, language: l, zone: time.UTC}, res.ProtoReflect())
		for _, line := range want {
			if !strings.Contains(out.String(), line) {
				t.Errorf("no %q in\n%s", line, out.String())
			}
		}
	}
}

// golden compares with a file of testdata; NUO_UPDATE=1 writes it.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if os.Getenv("NUO_UPDATE") != "" {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", file, got, want)
	}
}
