package demo

import (
	"context"
	"fmt"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// reportFigures are the court's, of the year. A shift's people reached count once, whoever else stood it: the notices,
// which four neighbours posted too, brought 28, and the gates 820.
var reportFigures = []figure{
	reportFigure(nuov1.FigureKey_FIGURE_KEY_MEMBERS, "95"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_REGISTRATION_RATE, "76/95 = 80.00%"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_EXEMPT, "19"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_PARTICIPATION_RATE, "28/95 = 29.47%"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_PERSON_TIMES, "30 = 29 + 1"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_PEOPLE_REACHED, "848 = 823 + 25"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_SERVICES, "30 = 29 + 1"),
	{text{"report: PERSON_TIMES of the branches", "报告：各支部 PERSON_TIMES"}, "第二党支部 11, 第三党支部 9, 第一党支部 10", (*play).branchTimes},
	reportFigure(nuov1.FigureKey_FIGURE_KEY_DOORS, "28 = 28 + 0"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_HOURS, "112.48 + 4.00"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_COMMUNITIES, "1 = 1 + 1"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_FULFILMENT_RATE, "30/30 = 100.00%"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_EXCUSED, "2"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_WITHDRAWN, "1"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_BREACHED, "0"),
	reportFigure(nuov1.FigureKey_FIGURE_KEY_OPEN, "0"),
}

func reportFigure(key nuov1.FigureKey, want string) figure {
	name := short(key, "FIGURE_KEY_")
	return figure{text{"report: " + name, "报告：" + name}, want, func(p *play, ctx context.Context) (string, error) {
		report, err := p.report(ctx)
		for _, f := range report.GetFigures() {
			if f.GetKey() == key {
				return inLedgers(f), err
			}
		}
		return "-", err
	}}
}

// branchTimes are the person-times of the three branches, in the order of the report.
func (p *play) branchTimes(ctx context.Context) (string, error) {
	report, err := p.report(ctx)
	var all []string
	for _, b := range report.GetBranches() {
		all = append(all, b.GetDisplayName()+" "+rowValue(b, nuov1.FigureKey_FIGURE_KEY_PERSON_TIMES))
	}
	return strings.Join(all, ", "), err
}

// inLedgers is a figure's value with its two ledgers, which are never added up where the report does not.
func inLedgers(f *nuov1.Figure) string {
	v := f.GetValue()
	if v.GetBase() > 0 || v == nil || v.Volunteering == nil {
		return valueText(f)
	}
	split := amount(f.GetMeasure(), v.GetVolunteering()) + " + " + amount(f.GetMeasure(), v.GetDuty())
	if v.Total == nil {
		return split
	}
	return amount(f.GetMeasure(), v.GetTotal()) + " = " + split
}

// compare reads every figure back, prints the table, and answers how many are wrong. A figure that cannot be read is
// wrong.
func (p *play) compare(ctx context.Context) (wrong int, err error) {
	figures := p.cfg.figures
	if figures == nil {
		figures = theFigures
	}
	rows := make([][]string, 0, len(figures))
	for _, f := range figures {
		got, err := f.read(p, ctx)
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err != nil {
			got = fmt.Sprint(err)
		}
		mark := sayRight
		if got != f.want {
			mark = sayWrong
			wrong++
		}
		rows = append(rows, []string{p.say(f.name), f.want, got, p.say(mark)})
	}
	p.head(headFigures)
	p.cfg.Terminal.Table([]string{p.say(columnFigure), p.say(columnExpected), p.say(columnRead), p.say(columnRight)}, rows)
	fmt.Fprintln(p.cfg.Terminal)
	return wrong, nil
}
