package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// matchApplyCommand turns a plan into offers and waits until all are made.
func matchApplyCommand(a *app) *cobra.Command {
	s := spec{
		use: "apply MATCH", short: text{"Turn a plan into offers; what changed since is said and solved again", "按排班发出邀约；此后有变的部分重新求解并说明"},
		example: "nuo match apply " + anotherMatch,
		flags:   []string{"etag"},
	}
	b := newBinding(a, s, (&nuov1.ApplyMatchRequest{}).ProtoReflect().Descriptor())
	cmd := a.command(s, func(in *input) error {
		req := &nuov1.ApplyMatchRequest{}
		if err := b.fill(in, req.ProtoReflect()); err != nil {
			return err
		}
		if req.GetEtag() == "" {
			m, err := in.getMatch(req.GetName())
			if err != nil {
				return err
			}
			req.Etag = m.GetEtag()
		}
		m, err := ask(in, matches, nuov1.MatchServiceClient.ApplyMatch, req)
		if err != nil {
			return err
		}
		if m, err = in.follow(m.GetName(), nil); err != nil {
			return err
		}
		return in.showApplied(m)
	})
	b.register(cmd)
	return cmd
}

// showApplied prints what was offered, what had changed since the plan was made, and who was planned instead.
func (in *input) showApplied(m *nuov1.Match) error {
	cancelled := m.GetState() == nuov1.MatchState_MATCH_STATE_CANCELLED
	switch {
	case in.global.output == "json" && cancelled:
		return in.showCancelled(m)
	case in.global.output == "json":
		return cmp.Or(in.printJSON(m), endedEarly(m))
	}
	placed, err := all(in, matches, nuov1.MatchServiceClient.ListPlacements, &nuov1.ListPlacementsRequest{Parent: m.GetName()})
	if err != nil {
		return err
	}
	var offered, changed, instead []*nuov1.Placement
	for _, placement := range placed.GetPlacements() {
		switch placement.GetState() {
		case nuov1.PlacementState_PLACEMENT_STATE_CHANGED:
			changed = append(changed, placement)
		case nuov1.PlacementState_PLACEMENT_STATE_OFFERED:
			if offered = append(offered, placement); placement.GetRound() > 1 {
				instead = append(instead, placement)
			}
		}
	}
	p := in.printer()
	p.placements(offered)
	if len(changed) > 0 {
		fmt.Fprintf(in.out, "\n%s\n", in.say(sayChangedSince.with(len(changed))))
		p.placements(changed)
		fmt.Fprintf(in.out, "\n%s\n", in.say(sayInstead(len(instead))))
		p.placements(instead)
	}
	if len(offered) > 0 {
		fmt.Fprintln(in.out)
	}
	fmt.Fprintln(in.out, in.say(sayAppliedMatch.with(len(offered), len(changed))))
	switch {
	case cancelled:
		return in.showCancelled(m)
	case len(offered) > 0:
		in.note(sayOffersSigned)
	case len(changed) > 0:
		in.note(sayPlanAnew.with(planCommand(m)))
	}
	return endedEarly(m)
}

// placements prints a line each, without what nothing stands in. A placement stands where its contract does; one that was
// not offered has a reason where others have the contract.
func (p *printer) placements(list []*nuov1.Placement) {
	if len(list) == 0 {
		return
	}
	label := labels(list)
	w := p.writer()
	w.AppendHeader(cellRow(strings.Split(sayPlacementColumns.in(p.language), "|")...))
	for _, placement := range list {
		m := placement.ProtoReflect()
		became := strings.TrimPrefix(placement.GetContract(), "contracts/")
		if reason := placement.GetReason(); reason != nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED {
			became = p.came(reason)
		}
		round := ""
		if placement.GetRound() > 1 {
			round = p.cell(m, "round")
		}
		w.AppendRow(cellRow(
			p.cell(m, "when"), placement.GetTitle(), placement.GetPlace(), label[placement.GetVolunteer()], p.cell(m, "rank"),
			or(p.named(m, "contract_state"), p.named(m, "state")), became, round,
		))
	}
	w.SuppressEmptyColumns()
	fmt.Fprintln(p.out, trimLines(w.Render()))
}

// came is what came between a plan and an offer.
func (p *printer) came(reason nuov1.ErrorReason) string {
	if words, ok := changeWords[reason]; ok {
		return words.in(p.language)
	}
	return p.enum(reason.Descriptor(), reason.Number())
}
