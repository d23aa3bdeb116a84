package report

import (
	"cmp"
	"context"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/policy"
	"nuo.internal/nuo/server/store"
)

// Room serves ReportService.
type Room struct {
	nuov1.UnimplementedReportServiceServer
	store *store.Store
}

// New makes the service on an open store.
func New(s *store.Store) *Room { return &Room{store: s} }

// Register offers the service.
func (r *Room) Register(s grpc.ServiceRegistrar) { nuov1.RegisterReportServiceServer(s, r) }

// GetFulfilmentReport counts everything of a subject and a period at one moment.
func (r *Room) GetFulfilmentReport(
	ctx context.Context, req *nuov1.GetFulfilmentReportRequest,
) (*nuov1.FulfilmentReport, error) {
	return call.Read(ctx, r.store, func(c *call.Call) (*nuov1.FulfilmentReport, error) {
		w, err := look(c, req)
		if err != nil {
			return nil, err
		}
		all := w.whole()
		res := w.header()
		for _, f := range figures {
			if f.kinds&w.kind != 0 {
				res.Figures = append(res.Figures, w.figure(f, all))
			}
		}
		open, _ := figureOf(nuov1.FigureKey_FIGURE_KEY_OPEN, w.kind)
		res.Settled = res.GetEnded() && w.value(open, all).GetTotal() == 0
		branches, err := w.branches(all)
		if err != nil {
			return nil, err
		}
		for _, b := range branches {
			res.Branches = append(res.Branches, w.show(b, func(f *figure) bool { return f.branch }))
		}
		members, err := membersFor(c, w, all)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			res.Members = append(res.Members, w.show(m, func(f *figure) bool { return f.member }))
		}
		res.Corrections, err = w.corrections(all)
		return res, err
	})
}

// subjectAndDates is either request.
type subjectAndDates interface {
	dated
	GetSubject() string
}

// look asks the policy about the subject and reads everything that its report counts.
func look(c *call.Call, req subjectAndDates) (*world, error) {
	subject, err := store.Organisations.Get(c.Tx, req.GetSubject())
	if err != nil {
		return nil, err
	}
	facts := policy.Facts{Within: place.AncestorsOf(subject)}
	if c.May(nuov1.OrganisationService_GetOrganisation_FullMethodName, facts) {
		err = c.Allow(facts)
	} else {
		err = c.AllowOrHide(facts, req.GetSubject())
	}
	if err != nil {
		return nil, err
	}
	district, err := place.PolicyOf(c.Tx, subject.GetDistrict())
	if err != nil {
		return nil, err
	}
	p, err := periodOf(req, district.Zone, c.Now())
	if err != nil {
		return nil, err
	}
	w, err := newWorld(c.Ctx, c.Tx, subject, p)
	if err != nil {
		return nil, err
	}
	return w, w.gather()
}

func (w *world) header() *nuov1.FulfilmentReport {
	return &nuov1.FulfilmentReport{
		Subject: w.subject.GetName(), Kind: w.subject.GetKind(), DisplayName: w.subject.GetDisplayName(),
		FromDate: w.period.from, ToDate: w.period.to, TimeZone: w.period.zone.String(),
		ReadTime: timestamppb.New(w.period.now), PeopleDate: w.period.date, Ended: w.period.ended(),
	}
}

func (w *world) figure(f *figure, all *row) *nuov1.Figure {
	said := words[f.key]
	return &nuov1.Figure{
		Key: f.key, Measure: f.measure, TitleZh: said.titleZH, TitleEn: said.titleEN,
		DefinitionZh: said.definitionZH, DefinitionEn: said.definitionEN,
		Value: w.value(f, all), Parts: w.parts(f, all), HasContracts: f.contracts() != nil,
	}
}

// membersFor are the rows of people, for the unit's committee and of a branch for its secretary; nobody else has any.
func membersFor(c *call.Call, w *world, all *row) ([]*row, error) {
	if !seesMembers(c, w) {
		return nil, nil
	}
	return w.members(all, func(v *nuov1.Volunteer) bool { return seesName(c, v) })
}

func seesMembers(c *call.Call, w *world) bool {
	return w.kind == ofUnit && (c.Caller.Holds(nuov1.Role_ROLE_UNIT, w.home) ||
		c.Caller.Holds(nuov1.Role_ROLE_BRANCH, w.subject.GetName()))
}

// seesName is rule 7 for a report: the committee of the unit, and the secretary of the branch, that the volunteer is in
// today.
func seesName(c *call.Call, v *nuov1.Volunteer) bool {
	return v.GetUnit() != "" && c.Caller.Holds(nuov1.Role_ROLE_UNIT, v.GetUnit()) ||
		v.GetBranch() != "" && c.Caller.Holds(nuov1.Role_ROLE_BRANCH, v.GetBranch())
}

// corrections are those among the contracts of a report that were decided after its period had ended, as the events
// tell: the mark alone does not say when.
func (w *world) corrections(all *row) ([]*nuov1.ReportCorrection, error) {
	if !w.period.ended() {
		return nil, nil
	}
	var found []*nuov1.ReportCorrection
	for _, e := range all.signed {
		if !slices.ContainsFunc(e.contract.GetMarks(), corrects) {
			continue
		}
		for link, err := range store.ContractEvents.Scan(w.tx, e.contract.GetName()) {
			if err != nil {
				return nil, err
			}
			at := slices.IndexFunc(link.Event.GetMarks(), corrects)
			if at < 0 || link.Event.GetTime().AsTime().Before(w.period.end) {
				continue
			}
			found = append(found, &nuov1.ReportCorrection{
				Contract: e.contract.GetName(), Time: link.Event.GetTime(),
				Mark: link.Event.GetMarks()[at], State: link.Event.GetToState(),
			})
		}
	}
	slices.SortFunc(found, func(a, b *nuov1.ReportCorrection) int {
		return cmp.Or(a.GetTime().AsTime().Compare(b.GetTime().AsTime()), cmp.Compare(a.GetContract(), b.GetContract()))
	})
	return found, nil
}

func corrects(m nuov1.ContractMark) bool {
	return m == nuov1.ContractMark_CONTRACT_MARK_CORRECTED || m == nuov1.ContractMark_CONTRACT_MARK_LATE_ENTRY
}
