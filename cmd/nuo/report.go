package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// reports makes the client of ReportService.
func reports(conn grpc.ClientConnInterface) nuov1.ReportServiceClient {
	return nuov1.NewReportServiceClient(conn)
}

// What the report's own flags and tables say.
var (
	sayYearFlag   = text{"the calendar year", "自然年"}
	sayCSVFlag    = text{"as CSV for a spreadsheet (UTF-8 with a byte order mark)", "输出 CSV（UTF-8 带 BOM，可用电子表格打开）"}
	sayFigureFlag = text{"the figure", "统计项"}
	sayRowFlag    = text{"only what is behind this row (a branch's or a member's name)", "只看这一行（党支部或志愿者的名称）"}
	sayBadYear    = text{
		"--year does not take %q; write 2020, and neither --from, --to nor --date beside it.",
		"--year 不接受 %q，应写成 2020，且不与 --from、--to、--date 同用。",
	}
	sayReportHead = text{"%s %s, %s to %s (exclusive), people as of %s", "%s %s，%s 至 %s（不含），人员截至 %s"}
	sayNotSettled = text{"Not final: the period has not ended, or something in it waits for a decision.", "尚未最终：统计期未结束，或仍有待了结的契约。"}
	sayCorrected  = text{"Corrected after the period: %s, %s", "期后更正：%s，%s"}
	sayColumns    = text{"figure|total|volunteering|duty", "统计项|合计|志愿服务|工作时间"}
	sayTables     = text{
		"branch|member|figure|part|measure|total|volunteering|duty|of|definition",
		"党支部|人员|统计项|分项|计量|合计|志愿服务|工作时间|基数|口径",
	}
)

func reportCommand(a *app) *cobra.Command {
	s := spec{
		use: "report SUBJECT",
		short: text{
			"Report what was promised and done in a period: units/ID or ID, communities/ID, streets/ID, districts/ID",
			"履诺情况报告：units/编号（可只写编号）、communities/编号、streets/编号、districts/编号",
		},
		example: "nuo report units/court --year 2020\nnuo report communities/mingzhu --from 2020-02-01 --to 2020-03-01\n" +
			"nuo report units/court --year 2020 --csv > court.csv",
		extra: func(cmd *cobra.Command) {
			cmd.Flags().String("year", "", a.say(sayYearFlag))
			cmd.Flags().Bool("csv", false, a.say(sayCSVFlag))
		},
	}
	b := newBinding(a, s, (&nuov1.GetFulfilmentReportRequest{}).ProtoReflect().Descriptor())
	cmd := a.command(s, func(in *input) error {
		req := &nuov1.GetFulfilmentReportRequest{}
		if err := b.fill(in, req.ProtoReflect()); err != nil {
			return err
		}
		if err := in.fillYear(req.ProtoReflect()); err != nil {
			return err
		}
		r, err := ask(in, reports, nuov1.ReportServiceClient.GetFulfilmentReport, req)
		if err != nil {
			return err
		}
		if in.flag("csv") == "true" {
			return writeReportCSV(in.out, in.language, r)
		}
		return in.print(r, view{show: func(p *printer, _ protoreflect.Message) { p.report(r) }})
	})
	b.register(cmd)
	cmd.AddCommand(reportContractsCommand(a))
	return cmd
}

func reportContractsCommand(a *app) *cobra.Command {
	figures := nuov1.FigureKey(0).Descriptor()
	s := spec{
		use: "contracts SUBJECT", short: text{"List the contracts behind a figure of a report", "列出统计项背后的契约"},
		example: "nuo report contracts units/court --year 2020 --figure person-times\n" +
			"nuo report contracts units/court --year 2020 --figure hours --row units/court/branches/1",
		extra: func(cmd *cobra.Command) {
			cmd.Flags().String("year", "", a.say(sayYearFlag))
			cmd.Flags().String("figure", "", a.say(sayFigureFlag)+": "+strings.Join(valuesOf(figures), ", "))
			cmd.Flags().String("row", "", a.say(sayRowFlag))
			_ = cmd.MarkFlagRequired("figure")
			complete(cmd, "figure", valuesOf(figures)...)
		},
	}
	return rpcWith(a, s, reports, nuov1.ReportServiceClient.ListReportContracts,
		func(in *input, req *nuov1.ListReportContractsRequest) error {
			n, ok := in.parseEnum(figures, in.flag("figure"))
			if !ok {
				return usage(sayBadEnum, "figure", in.flag("figure"), strings.Join(valuesOf(figures), ", "))
			}
			req.Figure, req.Row = nuov1.FigureKey(n), in.flag("row")
			return in.fillYear(req.ProtoReflect())
		}, rows("contract person_name title when community branch ledger state reason value marks"))
}

// fillYear makes the dates of --year.
func (in *input) fillYear(req protoreflect.Message) error {
	if !in.given("year") {
		return nil
	}
	year, err := strconv.Atoi(in.flag("year"))
	if err != nil || year < 1900 || year > 9998 || in.given("from") || in.given("to") || in.given("date") {
		return usage(sayBadYear, in.flag("year"))
	}
	setString(req, "from_date", fmt.Sprintf("%d-01-01", year))
	setString(req, "to_date", fmt.Sprintf("%d-01-01", year+1))
	return nil
}

// report prints the figures, the tables of branches and members, and every definition.
func (p *printer) report(r *nuov1.FulfilmentReport) {
	fmt.Fprintln(p.out, sayReportHead.with(r.GetSubject(), r.GetDisplayName(), r.GetFromDate(), r.GetToDate(),
		r.GetPeopleDate()).in(p.language))
	w := p.writer()
	w.AppendHeader(cellRow(strings.Split(sayColumns.in(p.language), "|")...))
	for _, f := range r.GetFigures() {
		v := f.GetValue()
		w.AppendRow(cellRow(titleOf(f).in(p.language), totalText(f, v), amountText(f, v.Volunteering), amountText(f, v.Duty)))
		for _, part := range f.GetParts() {
			w.AppendRow(cellRow("  "+partText(f, part).in(p.language), strconv.FormatInt(part.GetCount(), 10), "", ""))
		}
	}
	fmt.Fprintln(p.out, trimLines(w.Render()))
	p.reportRows(r, r.GetBranches())
	p.reportRows(r, r.GetMembers())
	fmt.Fprintln(p.out)
	for _, f := range r.GetFigures() {
		fmt.Fprintf(p.out, "%s: %s\n", titleOf(f).in(p.language), definitionOf(f).in(p.language))
	}
	for _, c := range r.GetCorrections() {
		fmt.Fprintln(p.out, sayCorrected.with(c.GetContract(), clock(c.GetTime().AsTime(), p.zone)).in(p.language))
	}
	if !r.GetSettled() {
		fmt.Fprintln(p.out, sayNotSettled.in(p.language))
	}
}

// reportRows is a table with a column each figure.
func (p *printer) reportRows(r *nuov1.FulfilmentReport, rows []*nuov1.ReportRow) {
	if len(rows) == 0 {
		return
	}
	byKey := figuresByKey(r)
	w := p.writer()
	head := []string{""}
	for _, f := range rows[0].GetFigures() {
		head = append(head, titleOf(byKey[f.GetKey()]).in(p.language))
	}
	w.AppendHeader(cellRow(head...))
	for _, row := range rows {
		line := []string{or(row.GetPersonName(), row.GetDisplayName(), row.GetName())}
		for _, f := range row.GetFigures() {
			line = append(line, shortText(byKey[f.GetKey()], f.GetValue()))
		}
		w.AppendRow(cellRow(line...))
	}
	fmt.Fprintln(p.out)
	fmt.Fprintln(p.out, trimLines(w.Render()))
}

func figuresByKey(r *nuov1.FulfilmentReport) map[nuov1.FigureKey]*nuov1.Figure {
	m := make(map[nuov1.FigureKey]*nuov1.Figure, len(r.GetFigures()))
	for _, f := range r.GetFigures() {
		m[f.GetKey()] = f
	}
	return m
}

func cellRow(texts ...string) table.Row {
	row := make(table.Row, len(texts))
	for i, t := range texts {
		row[i] = t
	}
	return row
}

func titleOf(f *nuov1.Figure) text      { return text{f.GetTitleEn(), f.GetTitleZh()} }
func definitionOf(f *nuov1.Figure) text { return text{f.GetDefinitionEn(), f.GetDefinitionZh()} }

// amountText is a number in the figure's measure; hours have two decimals.
func amountText(f *nuov1.Figure, n *int64) string {
	if n == nil {
		return ""
	}
	if f.GetMeasure() == nuov1.FigureMeasure_FIGURE_MEASURE_HUNDREDTHS_OF_HOUR {
		return fmt.Sprintf("%d.%02d", *n/100, *n%100)
	}
	return strconv.FormatInt(*n, 10)
}

// totalText is a value as people read it: a rate as per cent with both sides, a mean with what it is of.
func totalText(f *nuov1.Figure, v *nuov1.FigureValue) string {
	base := v.GetBase()
	switch f.GetMeasure() {
	case nuov1.FigureMeasure_FIGURE_MEASURE_RATIO:
		if base == 0 {
			return "-"
		}
		return fmt.Sprintf("%.1f%% (%d/%d)", 100*float64(v.GetTotal())/float64(base), v.GetTotal(), base)
	case nuov1.FigureMeasure_FIGURE_MEASURE_MEAN:
		if base == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f (%d)", float64(v.GetTotal())/float64(base), base)
	}
	return amountText(f, v.Total)
}

// shortText is a value in one cell: the total, or both ledgers where they are not added up.
func shortText(f *nuov1.Figure, v *nuov1.FigureValue) string {
	if v.Total == nil {
		return amountText(f, v.Volunteering) + " + " + amountText(f, v.Duty)
	}
	return totalText(f, v)
}

// partText is what a part is of.
func partText(f *nuov1.Figure, part *nuov1.FigurePart) text {
	word := func(e protoreflect.Enum) text {
		v := e.Descriptor().Values().ByNumber(e.Number())
		if v == nil {
			return text{strconv.Itoa(int(e.Number())), strconv.Itoa(int(e.Number()))}
		}
		if v.Number() == 0 {
			return text{"-", "-"}
		}
		return text{enumWord(v, english), enumWord(v, chinese)}
	}
	switch {
	case f.GetMeasure() == nuov1.FigureMeasure_FIGURE_MEASURE_MEAN:
		n := strconv.Itoa(int(part.GetRating()))
		return text{n, n}
	case f.GetMeasure() == nuov1.FigureMeasure_FIGURE_MEASURE_PEOPLE:
		return word(part.GetExemption())
	}
	return word(part.GetReason())
}

// writeReportCSV writes one line a figure, a part and a row's figure, for a spreadsheet: UTF-8 with a byte order mark,
// Windows line ends, and no cell that a spreadsheet would take for a formula.
func writeReportCSV(out io.Writer, l language, r *nuov1.FulfilmentReport) error {
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	w.UseCRLF = true
	write := func(texts ...string) {
		for i := range texts {
			texts[i] = plainCell(texts[i])
		}
		_ = w.Write(texts) // kept until Error
	}
	write(strings.Split(sayTables.in(l), "|")...)
	line := func(branch, member, part, definition string, f *nuov1.Figure, v *nuov1.FigureValue) {
		measure := f.GetMeasure().Descriptor().Values().ByNumber(f.GetMeasure().Number())
		write(branch, member, titleOf(f).in(l), part, valueName(measure), amountText(f, v.Total),
			amountText(f, v.Volunteering), amountText(f, v.Duty), amountText(f, v.Base), definition)
	}
	for _, f := range r.GetFigures() {
		line("", "", "", definitionOf(f).in(l), f, f.GetValue())
		for _, part := range f.GetParts() {
			n := part.GetCount()
			line("", "", partText(f, part).in(l), "", f, &nuov1.FigureValue{Total: &n})
		}
	}
	byKey := figuresByKey(r)
	for _, row := range r.GetBranches() {
		for _, f := range row.GetFigures() {
			line(or(row.GetDisplayName(), row.GetName()), "", "", "", byKey[f.GetKey()], f.GetValue())
		}
	}
	for _, row := range r.GetMembers() {
		for _, f := range row.GetFigures() {
			line(row.GetBranch(), or(row.GetPersonName(), row.GetName()), "", "", byKey[f.GetKey()], f.GetValue())
		}
	}
	w.Flush()
	return w.Error()
}

// plainCell keeps a spreadsheet from taking a text for a formula: it is put behind an apostrophe.
func plainCell(s string) string {
	if s != "" && (strings.ContainsRune("=+-@\t\r", rune(s[0])) || strings.HasPrefix(s, "＝") || strings.HasPrefix(s, "＋") ||
		strings.HasPrefix(s, "－") || strings.HasPrefix(s, "＠")) {
		return "'" + s
	}
	return s
}
