package demo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// files are the story's, as nuo apply takes them.
//
//go:embed story
var files embed.FS

// atOnce is how many people call at the same time.
const atOnce = 8

// The first act: organisations, offices, people. The district's administrator imports the organisations and issues the
// offices' tokens; the people are their unit's to import, for exemptions are the unit's to record.
var theOpening = act{actOpening, []step{
	{on(8, 12, 0), stepOrganisations, (*play).importOrganisations},
	{name: stepOffices, run: (*play).issueOffices},
	{name: stepPeople, run: (*play).importPeople},
	{name: stepTokens, run: (*play).issuePeople},
	{name: stepConsents, run: (*play).giveConsents},
}}

func (p *play) importOrganisations(ctx context.Context) error {
	return p.importFiles(p.as(ctx, nuov1.Role_ROLE_DISTRICT_ADMIN), "organisations.yaml")
}

// office is a token of the story that is not for oneself alone.
type office struct {
	role  nuov1.Role
	scope string
	name  string
	staff string // who works there and decides; empty: the token stands for no person, and decides about no contract
}

var offices = []office{
	{nuov1.Role_ROLE_DISTRICT_COMMAND, "districts/" + district, "应急指挥部", ""},
	{nuov1.Role_ROLE_DISTRICT_ORGANISATION, "districts/" + district, "机关党工委", ""},
	{nuov1.Role_ROLE_DISTRICT_RECORDS, "districts/" + district, "社会工作部", ""},
	{nuov1.Role_ROLE_STREET, "streets/jiazhi", "葭沚街道", "测试干事"},
	{committee, "communities/mingzhu", "明珠社区居委会", "测试社工"},
	{nuov1.Role_ROLE_COMPOUND, "communities/mingzhu/compounds/yiqu", "明珠一区网格员", ""},
	{unit, "units/court", "法院机关党委", ""},
	{nuov1.Role_ROLE_BRANCH, "units/court/branches/yi", "第一党支部", ""},
	{nuov1.Role_ROLE_AUDITOR, "districts/" + district, "监督员", ""},
	{nuov1.Role_ROLE_OPERATOR, "districts/" + district, "运维", ""},
}

func (p *play) issueOffices(ctx context.Context) error {
	ctx = p.as(ctx, nuov1.Role_ROLE_DISTRICT_ADMIN)
	for i, o := range offices {
		who, err := p.employ(ctx, o, i)
		if err != nil {
			return err
		}
		secret, err := p.issue(ctx, &nuov1.Token{
			DisplayName: o.name, Person: who, Grants: []*nuov1.Grant{{Role: o.role, Scope: o.scope}},
		})
		if err != nil {
			return fmt.Errorf("%s: %w", o.role, err)
		}
		p.secrets[o.role] = secret
	}
	p.tell(sayTokens, len(offices))
	return nil
}

// employ enters who works in an office, the number-th, and names the volunteer; nobody where nobody decides there.
func (p *play) employ(ctx context.Context, o office, number int) (string, error) {
	if o.staff == "" {
		return "", nil
	}
	v, err := p.volunteers.CreateVolunteer(ctx, &nuov1.CreateVolunteerRequest{RequestId: id(), Volunteer: &nuov1.Volunteer{
		Person:        &nuov1.Person{DisplayName: o.staff, Phone: fmt.Sprintf("100000030%02d", number)},
		Registrations: []*nuov1.Registration{{Community: "communities/nuodong", Primary: true, FromDate: "2020-01-30"}},
	}})
	return v.GetName(), err
}

func (p *play) issue(ctx context.Context, t *nuov1.Token) (string, error) {
	res, err := p.tokens.IssueToken(ctx, &nuov1.IssueTokenRequest{RequestId: id(), Token: t})
	return res.GetSecret(), err
}

// issueTo gives somebody a token to act for oneself; ctx says which office issues it.
func (p *play) issueTo(ctx context.Context, who *person) (err error) {
	who.secret, err = p.issue(ctx, &nuov1.Token{
		Person: who.name, Grants: []*nuov1.Grant{{Role: nuov1.Role_ROLE_VOLUNTEER, Scope: who.name}},
	})
	return err
}

// importPeople imports the members of the court and finds out who they became: numbers in the file are the last digits
// of phones.
func (p *play) importPeople(ctx context.Context) error {
	if err := p.importFiles(p.as(ctx, unit), "volunteers.yaml"); err != nil {
		return err
	}
	members, err := p.members(ctx)
	if err != nil {
		return err
	}
	for _, v := range members {
		phone := v.GetPerson().GetPhone()
		n, err := strconv.Atoi(phone[max(0, len(phone)-3):])
		if err != nil {
			return fmt.Errorf("%s has no phone of the story", v.GetName())
		}
		p.court[n] = &person{name: v.GetName(), called: v.GetPerson().GetDisplayName()}
	}
	return wants("the court's members", len(p.court), 95)
}

// members are the court's, as its committee sees them.
func (p *play) members(ctx context.Context) ([]*nuov1.Volunteer, error) {
	res, err := p.volunteers.ListVolunteers(p.as(ctx, unit), &nuov1.ListVolunteersRequest{Parent: "units/court", PageSize: 1000})
	return res.GetVolunteers(), err
}

func (p *play) issuePeople(ctx context.Context) error {
	return p.everybody(ctx, func(ctx context.Context, who *person) error { return p.issueTo(p.as(ctx, unit), who) })
}

// everybody does something for each member of the court, some at a time.
func (p *play) everybody(ctx context.Context, do func(context.Context, *person) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, who := range p.court {
		g.Go(func() error { return do(ctx, who) })
	}
	return g.Wait()
}

// giveConsents is each member's own doing: to the record, to counts and hours for the unit, and to the board. How many
// consent to what was chosen: every third with name and unit, the others with the surname, and one not at all.
func (p *play) giveConsents(ctx context.Context) error {
	degrees := map[*person]nuov1.BoardDegree{}
	for n, who := range p.court {
		degrees[who] = nuov1.BoardDegree_BOARD_DEGREE_SURNAME
		if n%3 == 0 {
			degrees[who] = nuov1.BoardDegree_BOARD_DEGREE_NAME_AND_UNIT
		}
	}
	shy := p.court[1]
	err := p.everybody(ctx, func(ctx context.Context, who *person) error {
		consents := []*nuov1.Consent{
			{Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true},
			{Kind: nuov1.ConsentKind_CONSENT_KIND_UNIT_FEEDBACK, Given: true},
		}
		if who != shy {
			consents = append(consents, &nuov1.Consent{
				Kind: nuov1.ConsentKind_CONSENT_KIND_BOARD, Given: true, BoardDegree: degrees[who],
			})
		}
		return p.consent(ctx, who, consents...)
	})
	p.tell(sayConsents, len(p.court), shy.called)
	return err
}

func (p *play) consent(ctx context.Context, who *person, consents ...*nuov1.Consent) error {
	for _, c := range consents {
		c.WordingVersion = "2020-01"
		_, err := p.volunteers.SetConsent(by(ctx, who), &nuov1.SetConsentRequest{RequestId: id(), Name: who.name, Consent: c})
		if err != nil {
			return fmt.Errorf("%s: %w", who.called, err)
		}
	}
	return nil
}

// importFiles imports files of the story; ctx says who does.
func (p *play) importFiles(ctx context.Context, names ...string) error {
	req := &nuov1.ApplyImportRequest{RequestId: id()}
	for _, name := range names {
		content, err := files.ReadFile("story/" + name)
		if err != nil {
			return err
		}
		req.Files = append(req.Files, &nuov1.ImportFile{Name: name, Content: content})
	}
	stream, err := p.imports.ApplyImport(ctx, req)
	if err != nil {
		return err
	}
	var last *nuov1.ApplyImportResponse
	for {
		res, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		last = res
	}
	if last.GetOutcome() != nuov1.ImportOutcome_IMPORT_OUTCOME_DONE {
		return mistakes(last)
	}
	p.tell(sayImported, strings.Join(names, ", "), last.GetDone())
	return nil
}

func mistakes(res *nuov1.ApplyImportResponse) error {
	err := fmt.Errorf("import: %s", res.GetOutcome())
	for _, d := range res.GetDiagnostics() {
		err = errors.Join(err, fmt.Errorf("%s:%d:%d: %s; %s", d.GetFile(), d.GetLine(), d.GetColumn(), d.GetMessage(), d.GetRemedy()))
	}
	return err
}
