package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// closing shows what came of the play: the lists, the board, one history, the unit's report.
func (p *play) closing(ctx context.Context) error {
	shifts, err := p.shifts.ListShifts(p.as(ctx, committee), &nuov1.ListShiftsRequest{
		Community: mingzhu, FromDate: "2020-02-08", ToDate: "2020-02-10", PageSize: 100,
	})
	if err != nil {
		return err
	}
	p.head(headList)
	p.cfg.Terminal.Rows("when title place fill remaining waiting people_reached shift_state", shifts)

	board, err := p.board(ctx)
	if err != nil {
		return err
	}
	p.head(headBoard)
	p.cfg.Terminal.Rows("when title standing fulfilled people", board)

	history, err := p.history(ctx, p.court[5], theGate)
	if err != nil {
		return err
	}
	p.head(headHistory)
	p.cfg.Terminal.Rows("sequence time action change role reason hours marks", history)

	report, err := p.report(ctx)
	if err != nil {
		return err
	}
	p.head(headReport.with(report.GetDisplayName(), report.GetFromDate(), report.GetToDate()))
	p.printReport(report)
	p.printBranches(report)
	return nil
}

const mingzhu = "communities/mingzhu"

func (p *play) head(t text) { fmt.Fprintf(p.cfg.Terminal, "\n%s\n", p.say(t)) }

// board is what any member of the district sees.
func (p *play) board(ctx context.Context) (*nuov1.ListCommitmentsResponse, error) {
	return p.contracts.ListCommitments(by(ctx, p.court[9]), &nuov1.ListCommitmentsRequest{
		Community: mingzhu, FromDate: "2020-02-08", ToDate: "2020-02-10", PageSize: 100,
	})
}

func (p *play) history(ctx context.Context, who *person, shift string) (*nuov1.ListContractEventsResponse, error) {
	return p.contracts.ListContractEvents(by(ctx, who), &nuov1.ListContractEventsRequest{
		Contract: p.contract(who, shift), PageSize: 100,
	})
}

// report is the court's, for the year.
func (p *play) report(ctx context.Context) (*nuov1.FulfilmentReport, error) {
	return p.reports.GetFulfilmentReport(p.as(ctx, unit), &nuov1.GetFulfilmentReportRequest{Subject: "units/court"})
}

func (p *play) printReport(r *nuov1.FulfilmentReport) {
	var rows [][]string
	for _, f := range r.GetFigures() {
		v := f.GetValue()
		row := []string{p.say(text{f.GetTitleEn(), f.GetTitleZh()}), valueText(f)}
		for _, part := range []*int64{v.Volunteering, v.Duty} { //nolint:protogetter // set or not is what is asked
			cell := ""
			if part != nil {
				cell = amount(f.GetMeasure(), *part)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	p.cfg.Terminal.Table([]string{p.say(columnFigure), p.say(columnValue), p.say(columnLeisure), p.say(columnDuty)}, rows)
}

// inBranches are the figures of the branches' table.
var inBranches = []nuov1.FigureKey{
	nuov1.FigureKey_FIGURE_KEY_MEMBERS, nuov1.FigureKey_FIGURE_KEY_REGISTERED, nuov1.FigureKey_FIGURE_KEY_TAKING_PART,
	nuov1.FigureKey_FIGURE_KEY_PERSON_TIMES, nuov1.FigureKey_FIGURE_KEY_PEOPLE_REACHED,
	nuov1.FigureKey_FIGURE_KEY_DOORS,
}

func (p *play) printBranches(r *nuov1.FulfilmentReport) {
	titles := map[nuov1.FigureKey]string{}
	for _, f := range r.GetFigures() {
		titles[f.GetKey()] = p.say(text{f.GetTitleEn(), f.GetTitleZh()})
	}
	head := []string{p.say(columnBranch)}
	for _, key := range inBranches {
		head = append(head, titles[key])
	}
	var rows [][]string
	for _, b := range r.GetBranches() {
		row := []string{b.GetDisplayName()}
		for _, key := range inBranches {
			row = append(row, rowValue(b, key))
		}
		rows = append(rows, row)
	}
	fmt.Fprintln(p.cfg.Terminal)
	p.cfg.Terminal.Table(head, rows)
}

// rowValue is the total of a figure in a row.
func rowValue(r *nuov1.ReportRow, key nuov1.FigureKey) string {
	for _, f := range r.GetFigures() {
		if f.GetKey() == key {
			return fmt.Sprint(f.GetValue().GetTotal())
		}
	}
	return ""
}

// valueText is a figure's value; a ratio shows both of its numbers.
func valueText(f *nuov1.Figure) string {
	v := f.GetValue()
	if v == nil || v.Total == nil {
		return ""
	}
	total, base := v.GetTotal(), v.GetBase()
	switch {
	case f.GetMeasure() == nuov1.FigureMeasure_FIGURE_MEASURE_RATIO && base > 0:
		return fmt.Sprintf("%d/%d = %.2f%%", total, base, 100*float64(total)/float64(base))
	case f.GetMeasure() == nuov1.FigureMeasure_FIGURE_MEASURE_MEAN && base > 0:
		return fmt.Sprintf("%.2f (%d)", float64(total)/float64(base), base)
	case v.Base != nil:
		return "-"
	}
	return amount(f.GetMeasure(), total)
}

func amount(m nuov1.FigureMeasure, n int64) string {
	if m == nuov1.FigureMeasure_FIGURE_MEASURE_HUNDREDTHS_OF_HOUR {
		return fmt.Sprintf("%d.%02d", n/100, n%100)
	}
	return fmt.Sprint(n)
}

// introduce says where the server is and by which tokens to look at it: they are worth nothing outside of this play.
func (p *play) introduce() {
	p.head(sayServing.with(p.address))
	p.secrets[nuov1.Role_ROLE_VOLUNTEER] = p.court[5].secret // whose history was shown
	for _, role := range slices.Sorted(maps.Keys(p.secrets)) {
		fmt.Fprintf(p.cfg.Terminal, "  %s  %s\n", p.secrets[role], p.word(role))
	}
	fmt.Fprintln(p.cfg.Terminal, p.say(sayTry.with(p.address)))
}
