package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	ansi "github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// mostLookups is how many shifts, and how many people, are asked for so that an explanation shows them by more than
// their ids.
const mostLookups = 100

// matchExplainCommand says why a plan is as it is.
func matchExplainCommand(a *app) *cobra.Command {
	s := spec{
		use: "explain MATCH", short: text{"Say why slots stay free, and who would rather have something else", "说明为何有缺口、谁的意愿未能满足"},
		example: "nuo match explain " + anotherMatch + "\n" +
			"nuo match explain " + anotherMatch + " --shift gate-am\n" +
			"nuo match explain " + anotherMatch + " --volunteer me\n" +
			"nuo match explain " + anotherMatch + " --skill lawyer",
		flags: []string{"shift", "volunteer", "skill"},
	}
	b := newBinding(a, s, (&nuov1.ExplainMatchRequest{}).ProtoReflect().Descriptor())
	cmd := a.command(s, func(in *input) error {
		req := &nuov1.ExplainMatchRequest{}
		if err := b.fill(in, req.ProtoReflect()); err != nil {
			return err
		}
		res, err := ask(in, matches, nuov1.MatchServiceClient.ExplainMatch, req)
		if err != nil {
			return in.aboutOneself(err, req)
		}
		if in.global.output == "json" {
			return in.printJSON(res)
		}
		e, err := newExplanation(in, res)
		if err != nil {
			return err
		}
		e.show(req)
		return nil
	})
	b.register(cmd)
	return cmd
}

// aboutOneself helps a volunteer who asked about everybody.
func (in *input) aboutOneself(err error, req *nuov1.ExplainMatchRequest) error {
	no, ok := errors.AsType[*refusal](err)
	if !ok || req.GetVolunteer() != "" || no.Code() != codes.PermissionDenied && no.Code() != codes.NotFound {
		return err
	}
	token, whoErr := ask(in, tokens, nuov1.TokenServiceClient.WhoAmI, &nuov1.WhoAmIRequest{})
	if whoErr == nil && !slices.ContainsFunc(token.GetGrants(), func(g *nuov1.Grant) bool { return g.GetRole() != nuov1.Role_ROLE_VOLUNTEER }) {
		no.next = sayExplainMe
	}
	return err
}

// explanation is an answer with what its names stand for.
type explanation struct {
	*printer
	res    *nuov1.ExplainMatchResponse
	shifts map[string]*nuov1.Shift
	people map[string]string // how volunteers are called, by their resource names
}

// newExplanation looks up the shifts and, for those who may see them, the people.
func newExplanation(in *input, res *nuov1.ExplainMatchResponse) (*explanation, error) {
	e := &explanation{in.printer(), res, map[string]*nuov1.Shift{}, nil}
	for _, name := range e.mentioned() {
		s, err := ask(in, shifts, nuov1.ShiftServiceClient.GetShift, &nuov1.GetShiftRequest{Name: name})
		switch {
		case refusedAs(err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND):
		case err != nil:
			return nil, err
		default:
			e.shifts[name] = s
		}
	}
	placed, err := all(in, matches, nuov1.MatchServiceClient.ListPlacements, &nuov1.ListPlacementsRequest{Parent: res.GetName()})
	if err != nil {
		if refusedAs(err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED) {
			return e, nil // a volunteer, who is told no names
		}
		return nil, err
	}
	e.people = labels(append(placed.GetPlacements(), e.lookUp(in, placed.GetPlacements())...))
	return e, nil
}

// mentioned are the shifts of the answer.
func (e *explanation) mentioned() []string {
	var names []string
	for _, g := range e.res.GetGaps() {
		names = append(append(names, g.GetShift()), g.GetSet().GetShifts()...)
	}
	for _, w := range e.res.GetWishes() {
		names = append(names, w.GetShift())
	}
	for _, a := range e.res.GetAdditions() {
		names = append(names, nonEmpty(a.GetShift())...)
	}
	for _, p := range e.res.GetPlacements() {
		names = append(names, p.GetShift())
	}
	return firstOf(names)
}

// firstOf are the first different names, as many as are looked up.
func firstOf(names []string) []string {
	var first []string
	for _, name := range names {
		if len(first) < mostLookups && !slices.Contains(first, name) {
			first = append(first, name)
		}
	}
	return first
}

// lookUp asks for those who stand nowhere in the plan. Who may not see somebody sees the id.
func (e *explanation) lookUp(in *input, placed []*nuov1.Placement) []*nuov1.Placement {
	known := map[string]bool{}
	for _, p := range placed {
		known[p.GetVolunteer()] = true
	}
	var names []string
	for _, w := range e.res.GetWishes() {
		names = append(names, w.GetVolunteer())
	}
	for _, g := range e.res.GetGaps() {
		names = append(names, g.GetSet().GetVolunteers()...)
	}
	var found []*nuov1.Placement
	for _, name := range firstOf(slices.DeleteFunc(names, func(name string) bool { return known[name] })) {
		v, err := ask(in, volunteers, nuov1.VolunteerServiceClient.GetVolunteer, &nuov1.GetVolunteerRequest{Name: name})
		if err == nil {
			found = append(found, &nuov1.Placement{Volunteer: name, DisplayName: v.GetPerson().GetDisplayName(), Unit: v.GetUnit()})
		}
	}
	return found
}

// show prints the parts that hold something.
func (e *explanation) show(req *nuov1.ExplainMatchRequest) {
	if e.res.GetStale() {
		e.line(sayStale)
	}
	if req.GetVolunteer() != "" {
		e.own()
	}
	if reason := e.res.GetClosed(); reason != nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED {
		e.line(sayClosed.with(e.closed(reason)))
	}
	for _, g := range e.res.GetGaps() {
		e.gap(g)
	}
	e.wishes(req.GetVolunteer() != "")
	e.additions(req.GetSkill())
	for _, r := range e.res.GetStopped() {
		e.line(sayStoppedFrom.with(r.GetVolunteers(), e.rule(r.GetRule(), r.GetReason())))
	}
	if n := e.res.GetLeftOut(); n > 0 && req.GetVolunteer() == "" {
		e.line(sayLeftOut.with(n))
	}
	if n := e.res.GetCouldTakeMore(); n > 0 && req.GetVolunteer() == "" {
		e.line(sayCouldTakeMore.with(n))
	}
	if len(e.res.GetGaps())+len(e.res.GetWishes())+len(e.res.GetAdditions())+len(e.res.GetStopped()) == 0 {
		e.line(e.nothing(req))
	}
}

// closed is why nobody can be offered a shift.
func (e *explanation) closed(reason nuov1.ErrorReason) string {
	if reason == nuov1.ErrorReason_ERROR_REASON_WRONG_TIME {
		return sayStarted.in(e.language)
	}
	return e.came(reason)
}

// nothing says of what was asked about that there is nothing to explain; empty where it was said.
func (e *explanation) nothing(req *nuov1.ExplainMatchRequest) text {
	switch {
	case req.GetSkill() != "", e.res.GetClosed() != nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED:
		return text{}
	case req.GetVolunteer() != "" && e.people == nil: // nobody but volunteers themselves is told no names
		return sayNothingOfMine
	case req.GetVolunteer() != "":
		return sayNothingOfVolunteer
	case req.GetShift() != "":
		return sayNothingOfShift
	}
	return sayNothingToExplain
}

func (e *explanation) line(t text) {
	if t != (text{}) {
		fmt.Fprintln(e.out, counted(t).in(e.language))
	}
}

// own is what the plan gives the volunteer who was asked about.
func (e *explanation) own() {
	if len(e.res.GetPlacements()) == 0 {
		e.line(sayGivenNothing)
		return
	}
	e.line(sayGiven)
	w := e.writer()
	head := make(table.Row, 0, 5)
	for _, key := range []string{"shift", "rank", "rank_reasons", "state", "contract"} {
		head = append(head, header(key).in(e.language))
	}
	w.AppendHeader(head)
	for _, p := range e.res.GetPlacements() {
		m := p.ProtoReflect()
		w.AppendRow(table.Row{
			e.shiftIn(p.GetShift()), e.cell(m, "rank"), e.cell(m, "rank_reasons"),
			or(e.cell(m, "contract_state"), e.cell(m, "state")), strings.TrimPrefix(p.GetContract(), "contracts/"),
		})
	}
	w.SuppressEmptyColumns()
	fmt.Fprintln(e.out, trimLines(w.Render()))
}

// gap is why some slots of a shift stay free.
func (e *explanation) gap(g *nuov1.MatchGap) {
	t := sayGap.with(e.shift(g.GetShift()), g.GetFree(), g.GetEligible())
	if n := g.GetMissing(); n > 0 {
		t = then(t, sayGapMissing.with(n))
	}
	e.line(t)
	for _, r := range g.GetStopped() {
		e.line(sayGapReason.with(r.GetVolunteers(), e.rule(r.GetRule(), r.GetReason())))
	}
	if set := g.GetSet(); set != nil {
		t := sayGapSet
		if set.GetOfMinimum() {
			t = sayGapSetMinimum
		}
		e.line(t.with(len(set.GetShifts()), set.GetNeed(), set.GetEligible(), set.GetSupply()))
		for _, name := range set.GetShifts() {
			if name != g.GetShift() {
				fmt.Fprintln(e.out, "    "+e.shift(name))
			}
		}
		if len(set.GetVolunteers()) > 0 {
			e.line(sayGapPeople.with(strings.Join(e.names(set.GetVolunteers()), ", ")))
		}
	}
	if len(g.GetChain()) > 0 {
		e.line(sayGapChain)
		for _, move := range e.moves(g.GetChain()) {
			fmt.Fprintln(e.out, "    "+move)
		}
	}
}

// moves are lines of who would go where.
func (e *explanation) moves(moves []*nuov1.MatchMove) []string {
	lines := make([]string, len(moves))
	for i, m := range moves {
		who := e.names([]string{m.GetVolunteer()})[0]
		from, to := strings.TrimPrefix(m.GetFromShift(), "shifts/"), strings.TrimPrefix(m.GetToShift(), "shifts/")
		switch {
		case from == "":
			lines[i] = sayMoveTo.with(who, to).in(e.language)
		case to == "":
			lines[i] = sayMoveFrom.with(who, from).in(e.language)
		default:
			lines[i] = sayMove.with(who, from, to).in(e.language)
		}
	}
	return lines
}

// shift is one as a person knows it.
func (e *explanation) shift(name string) string {
	s, ok := e.shifts[name]
	if !ok {
		return name
	}
	return strings.Join(nonEmpty(e.cell(s.ProtoReflect(), "when"), s.GetTitle(), s.GetPlace(), strings.TrimPrefix(name, "shifts/")), " ")
}

// shiftIn is a shift in a cell: its id stands on a line of its own.
func (e *explanation) shiftIn(name string) string {
	s, ok := e.shifts[name]
	if !ok {
		return name
	}
	what := strings.Join(nonEmpty(e.cell(s.ProtoReflect(), "when"), s.GetTitle(), s.GetPlace()), " ")
	return what + "\n" + strings.TrimPrefix(name, "shifts/")
}

// names are people as far as the caller may know them.
func (e *explanation) names(volunteers []string) []string {
	names := make([]string, len(volunteers))
	for i, v := range volunteers {
		names[i] = or(e.people[v], shortID(v))
	}
	return names
}

// rule is what forbids somebody a shift; where a claim would be refused, why it would be.
func (e *explanation) rule(rule nuov1.MatchRule, reasons ...nuov1.ErrorReason) string {
	var why []string
	if rule == nuov1.MatchRule_MATCH_RULE_NOT_ELIGIBLE {
		for _, r := range reasons {
			if r != nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED {
				why = append(why, e.came(r))
			}
		}
	}
	if len(why) == 0 {
		why = []string{ruleWords[rule].in(e.language)}
	}
	return strings.Join(why, ", ")
}

// widestReason is how many columns the reasons of a wish take each.
const widestReason = 26

// wrapped breaks the lines of a cell between words; lines stay lines.
func wrapped(cell string, columns int) string {
	lines := strings.Split(cell, "\n")
	for i := range lines {
		lines[i] = ansi.WrapSoft(lines[i], columns)
	}
	return strings.Join(lines, "\n")
}

// wishes is a table of who wanted what, and why it is not so; who is left out where all are one volunteer's.
func (e *explanation) wishes(ofOne bool) {
	if len(e.res.GetWishes()) == 0 {
		return
	}
	w := e.writer()
	w.AppendHeader(cellRow(strings.Split(sayWishColumns.in(e.language), "|")...))
	for _, wish := range e.res.GetWishes() {
		who := ""
		if !ofOne {
			who = e.names([]string{wish.GetVolunteer()})[0]
		}
		w.AppendRow(table.Row{
			who, e.shiftIn(wish.GetShift()), e.cell(wish.ProtoReflect(), "rank"),
			fmt.Sprintf("%d/%d", wish.GetTaken(), wish.GetSlots()), e.obstacle(wish), e.remedy(wish),
		})
	}
	w.SetColumnConfigs([]table.ColumnConfig{
		{Number: 5, WidthMax: widestReason, WidthMaxEnforcer: wrapped},
		{Number: 6, WidthMax: widestReason, WidthMaxEnforcer: wrapped},
	})
	w.SuppressEmptyColumns()
	e.line(sayWishes)
	fmt.Fprintln(e.out, trimLines(w.Render()))
}

// obstacle is what stands against a wish in this plan.
func (e *explanation) obstacle(w *nuov1.MatchWish) string {
	why := e.rule(w.GetRule(), w.GetIneligibleReasons()...)
	if w.GetRule() == nuov1.MatchRule_MATCH_RULE_UNSPECIFIED && w.GetTaken() >= w.GetSlots() {
		why = ruleWords[nuov1.MatchRule_MATCH_RULE_FULL].in(e.language)
	}
	if len(w.GetHolders()) == 0 {
		return why
	}
	return why + "\n" + sayHeldBy.with(strings.Join(e.names(w.GetHolders()), ", ")).in(e.language)
}

// remedy is what the wish would cost, and what would have to change.
func (e *explanation) remedy(w *nuov1.MatchWish) string {
	var parts []string
	say := func(t text) { parts = append(parts, t.in(e.language)) }
	if n := w.GetEmptySlots(); n > 0 {
		say(counted(sayCostsSlots.with(n)))
	}
	if w.GetWorsensOthers() {
		say(sayWorsens)
	}
	if n := w.GetRankCost(); n > 0 {
		say(sayRankCost.with(n))
	}
	if len(parts) > 0 && w.GetCertainty() == nuov1.MatchCertainty_MATCH_CERTAINTY_AT_LEAST {
		say(sayKnownWay)
	}
	parts = append(parts, e.moves(w.GetMoves())...)
	if w.GetOneMoreSlot() {
		say(sayOneMoreSlot)
	}
	return strings.Join(parts, "\n")
}

// additions is what one more volunteer would fill.
func (e *explanation) additions(skill string) {
	told := false
	atLeast := false
	for _, a := range e.res.GetAdditions() {
		known := a.GetCertainty() == nuov1.MatchCertainty_MATCH_CERTAINTY_AT_LEAST
		atLeast = atLeast || known
		if a.GetFilled() <= 0 && a.GetValue() <= 0 {
			continue
		}
		told = true
		t := e.addition(a)
		if known {
			t = then(t, sayAtLeast)
		}
		e.line(t)
	}
	switch {
	case skill == "" || told:
	case atLeast:
		e.line(saySkillFoundNone.with(skill))
	default:
		e.line(saySkillAddsNothing.with(skill))
	}
}

// addition is what one more volunteer with a skill, or for a shift, would fill.
func (e *explanation) addition(a *nuov1.MatchAddition) text {
	if a.GetSkill() == "" {
		if a.GetFilled() <= 0 {
			return sayVolunteerSwaps.with(e.shift(a.GetShift()))
		}
		return sayVolunteerAdds.with(e.shift(a.GetShift()), a.GetFilled())
	}
	t := saySkillSwaps.with(a.GetSkill())
	if a.GetFilled() > 0 {
		t = saySkillAdds.with(a.GetSkill(), a.GetFilled())
	}
	if a.GetShift() != "" {
		t = then(t, sayAddedOn.with(e.shift(a.GetShift())))
	}
	return t
}
