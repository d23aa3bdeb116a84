package main

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// sampleReport is a report with a figure of each form, and names that a spreadsheet would calculate.
func sampleReport() *nuov1.FulfilmentReport {
	hours := &nuov1.FigureValue{Volunteering: proto.Int64(1430), Duty: proto.Int64(5)}
	return &nuov1.FulfilmentReport{
		Subject: "units/court", DisplayName: "椒江区法院", FromDate: "2020-01-01", ToDate: "2021-01-01", PeopleDate: "2020-12-31",
		Figures: []*nuov1.Figure{
			{
				Key: nuov1.FigureKey_FIGURE_KEY_HOURS, Measure: nuov1.FigureMeasure_FIGURE_MEASURE_HUNDREDTHS_OF_HOUR,
				TitleZh: "时长", TitleEn: "hours", DefinitionZh: "经确认，\n分列", DefinitionEn: `"confirmed", apart`, Value: hours,
			},
			{
				Key: nuov1.FigureKey_FIGURE_KEY_FULFILMENT_RATE, Measure: nuov1.FigureMeasure_FIGURE_MEASURE_RATIO,
				TitleZh: "履诺率", TitleEn: "fulfilment rate", Value: &nuov1.FigureValue{Total: proto.Int64(6), Base: proto.Int64(7)},
			},
			{
				Key: nuov1.FigureKey_FIGURE_KEY_BREACHED, Measure: nuov1.FigureMeasure_FIGURE_MEASURE_CONTRACTS,
				TitleZh: "未履诺", TitleEn: "breached", Value: &nuov1.FigureValue{Total: proto.Int64(1)},
				Parts: []*nuov1.FigurePart{{Reason: nuov1.ReasonCode_REASON_CODE_DID_NOT_COME, Count: 1}},
			},
		},
		Branches: []*nuov1.ReportRow{{
			Name: "units/court/branches/1", DisplayName: "=HYPERLINK(1)",
			Figures: []*nuov1.RowFigure{{Key: nuov1.FigureKey_FIGURE_KEY_HOURS, Value: hours}},
		}},
		Members: []*nuov1.ReportRow{{
			Name: "volunteers/a", PersonName: "@张三", Branch: "units/court/branches/1",
			Figures: []*nuov1.RowFigure{{Key: nuov1.FigureKey_FIGURE_KEY_HOURS, Value: hours}},
		}},
	}
}

func TestReportCSVOK(t *testing.T) {
	var out bytes.Buffer
	if err := writeReportCSV(&out, chinese, sampleReport()); err != nil {
		t.Fatal(err)
	}
	raw, marked := strings.CutPrefix(out.String(), "\ufeff")
	if !marked {
		t.Error("no byte order mark")
	}
	lines, err := csv.NewReader(strings.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"党支部", "人员", "统计项", "分项", "计量", "合计", "志愿服务", "工作时间", "基数", "口径"},
		{"", "", "时长", "", "hundredths-of-hour", "", "14.30", "0.05", "", "经确认，\n分列"},
		{"", "", "履诺率", "", "ratio", "6", "", "", "7", ""},
		{"", "", "未履诺", "", "contracts", "1", "", "", "", ""},
		{"", "", "未履诺", "未到岗", "contracts", "1", "", "", "", ""},
		{"'=HYPERLINK(1)", "", "时长", "", "hundredths-of-hour", "", "14.30", "0.05", "", ""},
		{"units/court/branches/1", "'@张三", "时长", "", "hundredths-of-hour", "", "14.30", "0.05", "", ""},
	}
	for i := range want {
		if i >= len(lines) || !slices.Equal(lines[i], want[i]) {
			t.Errorf("line %d: %q, want %q", i, lines[min(i, len(lines)-1)], want[i])
		}
	}
}

func TestReportTableOK(t *testing.T) {
	var out bytes.Buffer
	p := &printer{out: &out, language: english, zone: time.UTC}
	p.report(sampleReport())
	for _, want := range []string{
		"units/court 椒江区法院, 2020-01-01 to 2021-01-01 (exclusive)", "14.30", "0.05", "85.7% (6/7)", "did not come",
		"14.30 + 0.05", "@张三", `hours: "confirmed", apart`, "Not final",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
